"""Error texts beside the diagnosis of a network."""

from typing import Any

import pytest

from skerry.diagnose.compare import Comparison, address_owner_of, compare, origin_mismatch_of, own_blocks_of
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


class TestErrorTexts:
    def test_error_text_is_explained_by_blocker_of_its_step_and_class(self) -> None:
        found = laid(AUTH, isolated())
        assert (found.relation, found.service) == ("explains", "web")
        assert [blocker.code for blocker in found.blockers] == ["NO_ROUTE_TO_DESTINATION"]

    def test_vague_error_text_is_explained_by_any_blocker_of_its_step(self) -> None:
        vague = "ResourceInitializationError: unable to pull secrets or registry auth"
        assert laid(vague, isolated()).relation == "explains"

    def test_error_text_of_other_class_is_not_explained(self) -> None:
        denied = "unable to retrieve ecr registry auth: AccessDeniedException: User: x is not authorized to perform: y"
        assert laid(denied, isolated()).relation == "other"

    def test_error_text_of_working_step_reports_a_change(self) -> None:
        network = isolated()
        network.endpoint("vpce-1", "ecr.api", group="sg-open")
        found = laid(AUTH, network)
        assert (found.relation, found.blockers) == ("changed", ())
        assert "something has changed since" in found.says

    def test_error_text_of_unknown_step_names_missing_facts(self) -> None:
        network = isolated()
        network.forget("RouteTables")
        found = laid(AUTH, network)
        assert found.relation == "unknown"
        assert "the route table of subnet subnet-a" in found.says

    def test_error_text_of_unknown_step_ignores_unused_endpoint(self) -> None:
        network = isolated()
        network.endpoint("vpce-1", "ecr.api", group="sg-default", PrivateDnsEnabled=False)
        network.forget("RouteTables")
        found = laid(AUTH, network)
        assert (found.relation, found.blockers) == ("unknown", ())

    def test_error_text_of_absent_step_is_no_such_call(self) -> None:
        assert (
            laid("unable to retrieve secrets from ssm: context deadline exceeded", isolated()).relation
            == "no-such-call"
        )

    def test_error_text_of_other_registry_is_no_such_call(self) -> None:
        head = 'CannotPullContainerError: Head "https://quay.io/v2/a/manifests/1": dial tcp 3.4.5.6:443: i/o timeout'
        assert laid(head, isolated()).relation == "no-such-call"

    def test_error_text_without_registry_is_explained_by_pull_blocker(self) -> None:
        text = "CannotPullContainerError: failed to do request: i/o timeout"
        assert laid(text, isolated(image="quay.io/a:1")).relation == "explains"

    def test_error_text_of_layers_is_compared_with_s3_call(self) -> None:
        name = f"111122223333.dkr.ecr.{REGION}.amazonaws.com"
        text = (
            f"CannotPullContainerError: httpReadSeeker: Get https://{name}/v2/web: dial tcp 52.218.1.2:443: i/o timeout"
        )
        assert [blocker.resource for blocker in laid(text, isolated()).blockers] == ["rtb-main"]

    def test_error_text_of_quay_image_is_explained(self) -> None:
        head = 'CannotPullContainerError: Head "https://quay.io/v2/a/manifests/1": dial tcp 3.4.5.6:443: i/o timeout'
        assert laid(head, isolated(image="quay.io/a:1")).relation == "explains"

    def test_error_text_of_other_region_is_compared_with_its_step(self) -> None:
        assert laid(AUTH.replace(REGION, "us-east-1"), isolated()).relation == "explains"

    def test_error_text_of_out_of_memory_is_not_judged(self) -> None:
        assert laid("OutOfMemoryError: killed", isolated()).relation == "not-judged"

    def test_error_text_of_network_interface_is_explained_by_full_subnets(self) -> None:
        network = isolated()
        network.row("Subnets", "subnet-a")["AvailableIpAddressCount"] = 0
        network.row("Subnets", "subnet-b")["AvailableIpAddressCount"] = 0
        text = "Unexpected EC2 error while attempting to Create Network Interface: InsufficientFreeAddressesInSubnet"
        assert laid(text, network).relation == "explains"


def test_comparison_lists_explaining_service_first_and_omits_ec2() -> None:
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
def test_origin_mismatch_names_other_region_or_account(region: str | None, account: str | None, said: str) -> None:
    one = only(f"CannotPullContainerError: 111122223333.dkr.ecr.{REGION}.amazonaws.com/web:1: not found")
    assert origin_mismatch_of(one, region, account) == said


def test_dialled_address_is_named_with_its_interface_and_endpoint() -> None:
    network = isolated()
    network.endpoint("vpce-1", "ecr.api")
    world = network.world()
    (endpoint,) = world.facts.vpc_endpoints
    (name,) = endpoint.network_interface_ids
    (interface,) = [row for row in world.facts.network_interfaces if row.network_interface_id == name]
    error = only(AUTH.replace("52.46.145.142", str(interface.private_ip_address)))
    assert address_owner_of(error, world) == (
        f"{interface.private_ip_address} is the address of interface {name} of VPC endpoint vpce-1."
    )


def test_dialled_address_of_another_interface_is_named_without_endpoint() -> None:
    network = isolated()
    network.interface("eni-7", "10.0.1.77")
    error = only(AUTH.replace("52.46.145.142", "10.0.1.77"))
    assert address_owner_of(error, network.world()) == "10.0.1.77 is the address of interface eni-7."


def test_dialled_address_outside_the_network_has_no_owner() -> None:
    assert address_owner_of(only(AUTH), isolated().world()) == ""
    assert address_owner_of(only("OutOfMemoryError: container killed"), isolated().world()) == ""


def test_blocks_of_all_vpcs_are_private_to_explanations() -> None:
    network = isolated()
    network.add("Vpcs", VpcId="vpc-2", CidrBlock="20.10.0.0/16")
    assert "20.10.0.0/16" in own_blocks_of(network.world())
