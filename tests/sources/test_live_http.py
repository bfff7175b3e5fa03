"""A live account is read over HTTP as in the process, on good days and on bad ones."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from skerry import app
from skerry.aws.api_table import CALLS
from skerry.aws.session import ClientFactory, make_clients
from skerry.embedded import demo_deployment
from skerry.embedded.fault_injection import Faults
from skerry.embedded.http_server import serve_over_http
from skerry.errors import SkerryError
from skerry.model.facts import Facts
from skerry.model.world import World
from skerry.sources.documents import load
from skerry.sources.live import AccountReading, ReadScope, read
from skerry.verdicts import Verdict
from tests.lists import complete_kinds

REGION = "eu-west-1"


class Served(NamedTuple):
    """The article's account after its repair, with more services, rules and zones, served over HTTP."""

    url: str
    faults: Faults
    client: ClientFactory
    deployment: demo_deployment.DemoDeployment
    plain: AccountReading


def build(client: ClientFactory) -> demo_deployment.DemoDeployment:
    deployment = demo_deployment.build(client)
    demo_deployment.repair(client, deployment)
    vpc = {"VPCRegion": REGION, "VPCId": deployment.network.vpc}
    client("route53").create_hosted_zone(Name="internal.example", CallerReference="1", VPC=vpc)
    for number in range(12):
        client("ecs").create_service(
            cluster=deployment.cluster, serviceName=f"api-{number}", taskDefinition="web", desiredCount=0
        )
    cluster = client("ecs").describe_clusters(clusters=[deployment.cluster])["clusters"][0]["clusterArn"]
    client("events").put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    target = {"Id": "1", "Arn": cluster, "EcsParameters": {"TaskDefinitionArn": deployment.task_definition}}
    client("events").put_targets(Rule="nightly", Targets=[target])
    return deployment


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    faults = Faults()
    with serve_over_http(REGION, faults) as url:
        client = make_clients()
        deployment = build(client)
        yield Served(url, faults, client, deployment, read(client))


@pytest.fixture
def faults(served: Served) -> Iterator[Faults]:
    """The faults of the server, which has none before and after a test."""
    served.faults.clear()
    yield served.faults
    served.faults.clear()


def facts(found: AccountReading) -> Facts:
    return load(found.documents, region=found.region)


class TestHttpReading:
    def test_http_clients_use_the_endpoint_of_the_environment(self, served: Served) -> None:
        assert served.client("ec2").meta.endpoint_url == served.url

    def test_http_reading_of_the_account_is_complete(self, served: Served) -> None:
        told = facts(served.plain)
        assert (told.refused, told.notes) == ((), ())
        assert len(told.services) == 13
        assert [(row.rule, row.target.id) for row in told.rule_targets] == [("nightly", "1")]

    def test_http_reading_is_unchanged_by_paging_and_throttling(self, served: Served, faults: Faults) -> None:
        faults.page, faults.throttle = 2, 9
        found = read(served.client)
        assert found.documents == served.plain.documents
        assert found.rounds == served.plain.rounds
        assert found.calls > served.plain.calls + 10
        assert len(faults.seen) > found.calls  # the throttled ones were asked again

    def test_http_reading_gives_the_facts_of_an_in_process_reading(
        self, served: Served, faults: Faults, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        faults.page, faults.throttle = 3, 10
        over_http = World(facts(read(served.client)))
        faults.clear()
        monkeypatch.delenv("AWS_ENDPOINT_URL")  # new clients are then answered without a network
        client = make_clients(REGION)
        assert client("ec2").meta.endpoint_url != served.url
        assert World(facts(read(client))).facts == over_http.facts

    def test_http_reading_makes_only_calls_of_the_api_table(self, served: Served, faults: Faults) -> None:
        read(served.client)
        assert set(faults.seen) <= {call.action for call in CALLS}


# One operation of each protocol and error format; `test_live_resources` refuses every call.
ONE_EACH = (
    "ec2:DescribeSubnets",
    "iam:GetAccountAuthorizationDetails",  # query
    "ecs:DescribeServices",  # JSON
    "route53:ListResourceRecordSets",  # XML by path
    "elasticfilesystem:DescribeFileSystems",  # JSON by path
)


class TestRefusedCalls:
    @pytest.mark.parametrize("action", ONE_EACH)
    def test_denied_action_of_each_protocol_is_the_only_refusal(
        self, served: Served, faults: Faults, action: str
    ) -> None:
        faults.denied = {action}
        told = facts(read(served.client))
        assert {refusal.action for refusal in told.refused} == {action}

    def test_denied_vpc_endpoints_call_makes_the_verdict_unknown(self, served: Served, faults: Faults) -> None:
        faults.denied = {"ec2:DescribeVpcEndpoints"}
        found = verdict(facts(read(served.client, ReadScope(cluster="article", service="web"))))
        assert found is Verdict.UNKNOWN
        faults.clear()
        assert verdict(facts(read(served.client, ReadScope(cluster="article", service="web")))) is Verdict.OK

    def test_account_with_every_action_denied_has_no_complete_kind(self, served: Served, faults: Faults) -> None:
        faults.denied = {call.action for call in CALLS}
        assert complete_kinds(facts(read(served.client))) == frozenset()


def verdict(told: Facts) -> Verdict:
    return app.diagnose(World(told)).verdict


class TestErrors:
    def test_endless_throttling_raises_error(
        self, served: Served, faults: Faults, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("time.sleep", lambda _seconds: None)  # as boto3 does between its retries
        faults.throttle = 1
        with pytest.raises(SkerryError, match="still throttles"):
            read(served.client)

    def test_expired_credentials_raise_error(self, served: Served, faults: Faults) -> None:
        faults.errors = {"ec2:DescribeVpcs": "ExpiredToken"}
        with pytest.raises(SkerryError, match="the credentials have expired"):
            read(served.client)
