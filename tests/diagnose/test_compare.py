"""Error texts beside the diagnosis of a network."""

from typing import Any

import pytest

from skerry.diagnose.compare import Comparison, compare, origin_mismatch_of
from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import Diagnosis
from skerry.errortext.explain import Explanation, explain
from skerry.launch.launches import launch_of_service
from tests.networks import REGION, Network, container

AUTH = (
    "ResourceInitializationError: unable to retrieve ecr registry auth: service call has been retried 3 time(s): "
    f"RequestError: send request failed caused by: Post https://api.ecr.{REGION}.amazonaws.com/: "
    "dial tcp 52.46.145.142:443: i/o timeout"
)


def diagnosed(network: Network) -> Diagnosis:
    walker = network.walker()
    return diagnose(walker, [launch_of_service(walker.world, service) for service in walker.world.facts.services])


def only(text: str) -> Explanation:
    (one,) = explain(text)
    return one


def isolated(**of: Any) -> Network:
    network = Network()
    network.definition(container(**of))
    network.service()
    return network


def laid(text: str, network: Network) -> Comparison:
    (item,) = compare(only(text), diagnosed(network))
    return item


class TestAText:
    def test_is_explained_by_blockers_of_its_step_and_class(self) -> None:
        found = laid(AUTH, isolated())
        assert (found.relation, found.service) == ("explains", "web")
        assert [blocker.code for blocker in found.blockers] == ["NO_ROUTE_TO_DESTINATION"]

    def test_that_only_says_that_its_step_failed_is_explained_by_any_blocker_of_it(self) -> None:
        vague = "ResourceInitializationError: unable to pull secrets or registry auth"
        assert laid(vague, isolated()).relation == "explains"

    def test_of_another_class_is_not(self) -> None:
        denied = "unable to retrieve ecr registry auth: AccessDeniedException: User: x is not authorized to perform: y"
        assert laid(denied, isolated()).relation == "other"

    def test_of_a_step_that_is_ok_today_is_of_something_that_changed(self) -> None:
        network = isolated()
        network.endpoint("vpce-1", "ecr.api", group="sg-open")
        found = laid(AUTH, network)
        assert (found.relation, found.blockers) == ("changed", ())
        assert "something has changed since" in found.says

    def test_of_a_step_that_is_not_known_says_what_is_missing(self) -> None:
        network = isolated()
        network.forget("RouteTables")
        found = laid(AUTH, network)
        assert found.relation == "unknown"
        assert "the route table of subnet subnet-a" in found.says

    def test_of_a_step_that_is_not_known_is_not_explained_by_an_endpoint_that_is_not_in_use(self) -> None:
        network = isolated()
        network.endpoint("vpce-1", "ecr.api", group="sg-default", PrivateDnsEnabled=False)
        network.forget("RouteTables")
        found = laid(AUTH, network)
        assert (found.relation, found.blockers) == ("unknown", ())

    def test_of_a_step_that_the_service_does_not_have(self) -> None:
        assert (
            laid("unable to retrieve secrets from ssm: context deadline exceeded", isolated()).relation
            == "no-such-call"
        )

    def test_of_another_registry_than_the_services(self) -> None:
        head = 'CannotPullContainerError: Head "https://quay.io/v2/a/manifests/1": dial tcp 3.4.5.6:443: i/o timeout'
        assert laid(head, isolated()).relation == "no-such-call"

    def test_of_a_registry_that_it_does_not_name(self) -> None:
        text = "CannotPullContainerError: failed to do request: i/o timeout"
        assert laid(text, isolated(image="quay.io/a:1")).relation == "explains"

    def test_of_layers_that_names_the_registry_is_laid_beside_s3(self) -> None:
        name = f"111122223333.dkr.ecr.{REGION}.amazonaws.com"
        text = (
            f"CannotPullContainerError: httpReadSeeker: Get https://{name}/v2/web: dial tcp 52.218.1.2:443: i/o timeout"
        )
        assert [blocker.resource for blocker in laid(text, isolated()).blockers] == ["rtb-main"]

    def test_of_the_same_registry_outside_of_aws(self) -> None:
        head = 'CannotPullContainerError: Head "https://quay.io/v2/a/manifests/1": dial tcp 3.4.5.6:443: i/o timeout'
        assert laid(head, isolated(image="quay.io/a:1")).relation == "explains"

    def test_of_the_same_service_in_another_region_is_laid_beside_its_step(self) -> None:
        assert laid(AUTH.replace(REGION, "us-east-1"), isolated()).relation == "explains"

    def test_of_what_no_network_decides(self) -> None:
        assert laid("OutOfMemoryError: killed", isolated()).relation == "not-judged"

    def test_of_what_is_no_call(self) -> None:
        network = isolated()
        network.row("Subnets", "subnet-a")["AvailableIpAddressCount"] = 0
        network.row("Subnets", "subnet-b")["AvailableIpAddressCount"] = 0
        text = "Unexpected EC2 error while attempting to Create Network Interface: InsufficientFreeAddressesInSubnet"
        assert laid(text, network).relation == "explains"


def test_those_that_explain_it_come_first_and_what_is_not_fargates_is_left_out() -> None:
    network = isolated()
    other = "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:1"
    network.definition(container(image="quay.io/a:1"), arn=other)
    network.service("api", taskDefinition=other)
    network.service("old", launchType="EC2")
    found = compare(only(AUTH), diagnosed(network))
    assert [(item.service, item.relation) for item in found] == [("web", "explains"), ("api", "no-such-call")]


@pytest.mark.parametrize(
    ("region", "account", "said"),
    [
        (REGION, "111122223333", ""),
        (None, None, ""),
        ("us-east-1", None, f"The text names Region {REGION}; the network is in us-east-1."),
        (REGION, "999999999999", "The text names account 111122223333; the network is in 999999999999."),
    ],
)
def test_texts_from_elsewhere_are_told(region: str | None, account: str | None, said: str) -> None:
    one = only(f"CannotPullContainerError: 111122223333.dkr.ecr.{REGION}.amazonaws.com/web:1: not found")
    assert origin_mismatch_of(one, region, account) == said
