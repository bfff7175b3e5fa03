"""The plan for a task that cannot start: what is changed, why, and what is proven of it."""

from pathlib import Path
from typing import Any

import pytest

from skerry import app
from skerry.catalogue.services import ServiceRef
from skerry.model.origins import Origin
from skerry.plan import planner
from skerry.plan.changes import (
    Advise,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    MirrorImage,
    RouteToNat,
    SetVpcAttribute,
)
from skerry.plan.planner import plan
from skerry.plan.records import Options, Plan, Planned
from skerry.plan.scope import Scope
from skerry.verdicts import BLOCKED, NOT_APPLICABLE, OK, UNKNOWN
from tests.amount import some
from tests.networks import ACCOUNT, ALL, REGION, VPC, Network, awslogs, both_ways, container, entry
from tests.planning import (
    EXECUTION,
    changes,
    diagnosed,
    isolated,
    kinds,
    made,
    of_kind,
    only,
    plan_of,
    planned,
    rules,
    services,
    told,
)

SCENARIOS = Path(__file__).parents[1] / "scenarios"
GROUP = "sg-new-endpoints-vpc-1"
BOTH = ["subnet-a", "subnet-b"]
DYNAMODB, SQS = ServiceRef("dynamodb", REGION), ServiceRef("sqs", REGION)


class TestArticleNetwork:
    """Two isolated subnets, a task with a secret that pulls from ECR and writes to CloudWatch."""

    def found(self, **options: Any) -> Plan:
        return plan_of(app.load(SCENARIOS / "article-broken" / "network.json"), None, Options(**options))

    def test_article_plan_creates_the_endpoints_of_the_article(self) -> None:
        found = self.found()
        assert services(found) == ["ecr.api", "ecr.dkr", "logs", "s3", "secretsmanager"]
        assert (found.before, found.after, found.proven, found.remaining) == (BLOCKED, OK, True, ())
        (group,) = of_kind(found, CreateSecurityGroup)
        for endpoint in of_kind(found, CreateInterfaceEndpoint):
            assert (endpoint.subnets, endpoint.groups, endpoint.private_dns) == (tuple(BOTH), (group.group_id,), True)
        (gateway,) = of_kind(found, CreateGatewayEndpoint)
        assert gateway.route_tables == ("rtb-iso",)
        assert {row.disposition for row in found.changes} == {"safe"}

    def test_article_plan_allows_https_from_each_subnet(self) -> None:
        group = "sg-new-endpoints-vpc-main"
        assert rules(self.found()) == {(group, "tcp", 443, "10.0.1.0/24"), (group, "tcp", 443, "10.0.2.0/24")}

    def test_article_ingress_allows_ports_80_443_and_53(self) -> None:
        found = self.found(ingress="article")
        ports = {("tcp", 80), ("tcp", 443), ("udp", 53)}
        asked = {(protocol, port, peer) for _, protocol, port, peer in rules(found)}
        assert asked == {(*port, cidr) for port in ports for cidr in ("10.0.1.0/24", "10.0.2.0/24")}
        (finding,) = [row for row in found.findings if row.id == "article-ports"]
        assert "nothing needs them" in finding.message
        assert found.proven

    def test_from_tasks_ingress_references_the_task_group(self) -> None:
        assert rules(self.found(ingress="from-tasks")) == {("sg-new-endpoints-vpc-main", "tcp", 443, "sg-task")}

    def test_planned_change_has_a_reason(self) -> None:
        found = self.found()
        assert all(row.why and row.why[0].services == ("web",) and row.why[0].steps for row in found.changes)
        created = [row for row in found.changes if isinstance(row.change, CreateInterfaceEndpoint)]
        reasons = {getattr(row.change, "service_name", ""): row.why[0] for row in created}
        secrets = reasons[f"com.amazonaws.{REGION}.secretsmanager"]
        assert (secrets.code, secrets.resource, secrets.steps) == ("NO_ROUTE_TO_DESTINATION", "rtb-iso", ("secrets",))

    def test_plan_reports_unread_service_zones(self) -> None:
        (finding,) = self.found().findings
        assert finding.id == "endpoint-zones-unread"


class TestEmptyPlans:
    def test_plan_is_empty_if_tasks_can_start(self) -> None:
        network = isolated()
        network.serve_internet_by_nat()
        found = planned(network)
        assert (found.before, found.after, found.proven, found.changes) == (OK, OK, True, ())

    def test_plan_for_ec2_launch_type_is_not_applicable(self) -> None:
        assert planned(isolated(launchType="EC2")).before is NOT_APPLICABLE


class TestMissingFacts:
    def test_plan_lists_the_missing_facts(self) -> None:
        network = isolated()
        network.forget("RouteTables", "SecurityGroups", "NetworkAcls", "VpcEndpoints", "DhcpOptions")
        found = planned(network)
        assert (found.before, found.after, found.proven, found.changes) == (UNKNOWN, UNKNOWN, False, ())
        assert {row.action for row in found.facts} >= {"ec2:DescribeDhcpOptions"}

    def test_plan_fixes_blockers_despite_missing_facts(self) -> None:
        network = isolated()
        network.forget("NetworkAcls")
        found = planned(network)
        assert services(found) == ["ecr.api", "ecr.dkr", "logs", "s3"]
        assert (found.after, found.proven) == (UNKNOWN, False)
        assert {row.action for row in found.facts} == {"ec2:DescribeNetworkAcls"}


class TestOptions:
    def test_also_option_adds_endpoints_for_other_services(self) -> None:
        network = isolated()
        found = planned(network, also=(DYNAMODB, SQS))
        assert services(found) == ["dynamodb", "ecr.api", "ecr.dkr", "logs", "s3", "sqs"]
        assert {row.service_name for row in of_kind(found, CreateGatewayEndpoint)} == {
            f"com.amazonaws.{REGION}.{name}" for name in ("dynamodb", "s3")
        }
        assert found.proven

    def test_also_option_adds_an_endpoint_if_tasks_already_start(self) -> None:
        network = isolated()
        network.serve_s3()
        for name, service in (("vpce-a", "ecr.api"), ("vpce-d", "ecr.dkr"), ("vpce-10", "logs")):
            network.endpoint(name, service)
        assert planned(network).changes == ()
        found = planned(network, also=(SQS,))
        assert (found.before, found.after, found.proven) == (BLOCKED, OK, True)
        assert services(found) == ["sqs"]

    def test_also_option_yields_unknown_if_network_acls_are_unread(self) -> None:
        network = isolated()
        network.forget("NetworkAcls")
        assert planned(network, also=(SQS,)).after is UNKNOWN

    def test_nat_option_routes_to_the_nat_gateway_instead_of_endpoints(self) -> None:
        network = isolated(subnets=["subnet-a"])
        network.serve_internet_by_nat()
        network.row("RouteTables", "rtb-main")["Routes"].pop()
        found = planned(network, nat=True)
        assert kinds(found) == ["RouteToNat"]
        row = told(found, RouteToNat)
        assert row.change == RouteToNat("rtb-main", "nat-1", "route 0.0.0.0/0 of rtb-main to nat-1")
        assert row.disposition == "safe"
        assert row.note.startswith("all of subnet-a reach the internet then; packets of subnet-a cross to eu-west-1b")
        assert found.proven

    def test_nat_option_serves_other_registries(self) -> None:
        network = isolated(subnets=["subnet-a"])
        network.serve_internet_by_nat()
        network.row("RouteTables", "rtb-main")["Routes"].pop()
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["image"] = "nginx:1"
        found = planned(network, nat=True)
        assert kinds(found) == ["RouteToNat"]
        assert found.proven


class TestPlatformVersions:
    def test_retired_platform_version_becomes_latest_which_needs_ecr_api(self) -> None:
        """Platform 1.3.0 needs no endpoint of ECR's API; its successor does."""
        found = plan_of(isolated(platformVersion="1.3.0").world())
        assert services(found) == ["ecr.api", "ecr.dkr", "logs", "s3"]
        change = only(found, ConfigureService)
        assert (change.service, change.cluster, change.platform_version) == ("web", "shop", "LATEST")
        assert told(found, ConfigureService).disposition == "disruptive"
        assert found.proven


class TestOrigins:
    ROUTE_TABLE = Origin("network.json", f"arn:aws:ec2:{REGION}:{ACCOUNT}:route-table/rtb-main")

    def test_change_of_a_resource_has_its_origin(self) -> None:
        network = isolated()
        network.attribute("EnableDnsSupport", value=False)
        (found,) = (row for row in planned(network).changes if isinstance(row.change, SetVpcAttribute))
        assert found.origin == Origin("network.json", f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/{VPC}")

    def test_new_resource_has_no_origin(self) -> None:
        (group,) = (row for row in planned(isolated()).changes if isinstance(row.change, CreateSecurityGroup))
        assert group.origin is None

    def test_reason_of_a_change_has_the_origin_of_the_blocker(self) -> None:
        rows = [row for row in planned(isolated()).changes if isinstance(row.change, CreateGatewayEndpoint)]
        assert {(why.resource, why.origin) for row in rows for why in row.why} == {("rtb-main", self.ROUTE_TABLE)}

    def test_remaining_blocker_has_its_origin(self) -> None:
        (found,) = planned(isolated(), nat=True).remaining[:1]
        assert (found.resource, found.origin) == ("rtb-main", self.ROUTE_TABLE)

    def test_configured_service_has_its_origin(self) -> None:
        (found,) = self.configured(isolated(platformVersion="1.3.0"))
        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/shop/web"
        assert found.origin == Origin("network.json", arn)

    def test_configured_service_has_no_origin_if_clusters_share_its_name(self) -> None:
        network = isolated(platformVersion="1.3.0")
        other = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/other/web"
        cluster = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/other"
        network.service(platformVersion="1.3.0", serviceArn=other, clusterArn=cluster)
        assert {row.origin for row in self.configured(network)} == {None}

    def configured(self, network: Network) -> list[Planned]:
        """The changes of services."""
        return [row for row in planned(network).changes if isinstance(row.change, ConfigureService)]


class TestCallsWithoutEndpoint:
    @pytest.mark.parametrize("image", ["nginx:1", "quay.io/org/app:2", "public.ecr.aws/nginx/nginx:1"])
    def test_image_of_another_registry_is_proposed_for_mirroring(self, image: str) -> None:
        network = isolated()
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["image"] = image
        found = planned(network)
        change = only(found, MirrorImage)
        assert change.image == image
        assert "whose first pull of each image needs a way to the internet, also with endpoints" in change.message
        assert not found.proven

    def test_log_host_without_endpoint_yields_advice(self) -> None:
        network = isolated()
        options = {"splunk-url": "https://splunk.example:8088", "splunk-token": "x"}
        log = {"logDriver": "splunk", "options": options}
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["logConfiguration"] = log
        (advice,) = of_kind(planned(network), Advise)
        assert advice.message.startswith("no endpoint leads to splunk.example")

    def test_service_in_another_region_yields_advice(self) -> None:
        network = isolated()
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["logConfiguration"] = awslogs(
            awslogs_region="us-east-1"
        )
        (advice,) = of_kind(planned(network), Advise)
        assert "is called in us-east-1, and an endpoint of this VPC serves its own Region" in advice.message
        assert "cross-Region" not in advice.message

    def test_image_of_another_region_yields_cross_region_endpoints(self) -> None:
        network = isolated()
        image = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/web:1"
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["image"] = image
        messages = " ".join(advice.message for advice in of_kind(planned(network), Advise))
        for name in ("ecr.api", "ecr.dkr", "s3"):
            assert f"--service-name com.amazonaws.us-east-1.{name} --service-region us-east-1" in messages


class TestSeveralServices:
    def many(self, count: int, *, alike: bool = True) -> Network:
        network = isolated(subnets=BOTH)
        for number in range(1, count):
            more = {} if alike else {"groups": ["sg-task", "sg-open"]}
            network.service(f"web-{number}", subnets=BOTH, **more)
        return network

    def test_services_with_equal_needs_share_the_same_changes(self) -> None:
        one, many = planned(self.many(1)), planned(self.many(20))
        assert changes(one) == changes(many)
        assert len(many.services) == 20
        assert many.changes[0].why[0].services == many.services

    def test_services_with_different_groups_share_changes(self) -> None:
        found = planned(self.many(3, alike=False))
        assert changes(found) == changes(planned(self.many(1)))
        assert found.changes[0].why[0].services == ("web", "web-1", "web-2")

    def test_service_out_of_scope_keeps_working(self) -> None:
        network = isolated(subnets=["subnet-a"])
        network.serve_internet_by_nat()
        network.subnet("subnet-c", "10.0.3.0/24", "eu-west-1c")
        network.table("rtb-iso", subnets=["subnet-a"])
        network.service("other", subnets=["subnet-c"])
        found = planned(network, ("web",))
        assert (GROUP, "tcp", 443, "10.0.3.0/24") in rules(found)
        notes = {row.note for row in found.changes if isinstance(row.change, CreateInterfaceEndpoint)}
        assert notes == {"private DNS leads all of vpc-1 to the endpoint: also other, which it admits"}
        assert diagnosed(made(network.world(), found)).verdict is OK

    def test_plan_covers_services_of_several_vpcs(self) -> None:
        network = isolated()
        network.add("Vpcs", VpcId="vpc-9", CidrBlock="10.9.0.0/16", DhcpOptionsId="dopt-1", OwnerId=ACCOUNT)
        network.add(
            "VpcAttributes", VpcId="vpc-9", EnableDnsSupport={"Value": True}, EnableDnsHostnames={"Value": True}
        )
        row = network.table("rtb-9", main=True)
        local = {"DestinationCidrBlock": "10.9.0.0/16", "GatewayId": "local", "State": "active"}
        row |= {"VpcId": "vpc-9", "Routes": [local]}
        network.subnet("subnet-9", "10.9.1.0/24", "eu-west-1a", vpc="vpc-9")
        network.group("sg-9", outbound=[ALL], VpcId="vpc-9")
        network.service("nine", subnets=["subnet-9"], groups=["sg-9"])
        found = planned(network)
        assert {row.vpc_id for row in of_kind(found, CreateSecurityGroup)} == {VPC, "vpc-9"}
        assert len(of_kind(found, CreateInterfaceEndpoint)) == 6
        assert found.proven
        alone = planned(network, ("web",))
        assert len(of_kind(alone, CreateInterfaceEndpoint)) == 3
        assert alone.proven


def test_plan_without_launches_or_options_is_not_applicable() -> None:
    world = isolated().world()
    assert plan(world, Scope([])).before is NOT_APPLICABLE


@pytest.mark.long
def test_plans_of_networks_without_any_way_out_are_as_if_ways_to_the_internet_were_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answers() -> list[object]:
        plans = (app.plan(app.load(path)) for path in some(sorted(SCENARIOS.glob("*/network.json")), 8))
        return [(one.changes, one.strategy, one.because, one.runners_up) for one in plans]

    expected = answers()
    monkeypatch.setattr(planner, "_may_lead_out", lambda _world: True)
    assert answers() == expected


def test_way_out_behind_a_closed_filter_is_opened_also_where_names_fail_first() -> None:
    network = isolated()
    network.serve_internet_by_nat()
    network.attribute("EnableDnsSupport", value=False)
    network.acl("acl-deny", both_ways(entry(50, "deny", ports=(400, 500), protocol="6"), entry(100)), ["subnet-a"])
    found = planned(network, nat=True)
    assert found.proven
    assert kinds(found) == ["AddAclEntry", "SetVpcAttribute"]


class TestRulesForGroupsOfTasks:
    """An endpoint that admits nobody, for services in two subnets."""

    def runners_up(self, *groups: str) -> list[str]:
        network = Network()
        network.definition(container(logConfiguration=awslogs()), executionRoleArn=EXECUTION)
        network.group("sg-closed", outbound=[ALL])
        for number, service in enumerate(("ecr.api", "ecr.dkr", "logs")):
            network.endpoint(f"vpce-{number}", service, BOTH, group="sg-closed")
        network.serve_s3()
        for number, group in enumerate(groups):
            network.group(group, outbound=[ALL])
            network.service(f"web{number}", subnets=BOTH, groups=[group])
        found = planned(network)
        assert found.proven
        assert len(changes(found)) == len(BOTH)
        return [runner_up.strategy for runner_up in found.runners_up]

    def test_one_rule_for_a_group_in_two_subnets_is_a_runner_up(self) -> None:
        assert self.runners_up("sg-own") == ["task-groups"]

    def test_services_with_groups_of_their_own_need_no_fewer_rules(self) -> None:
        assert self.runners_up("sg-own", "sg-other") == []
