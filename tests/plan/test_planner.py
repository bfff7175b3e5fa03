"""The plan for a task that cannot start: what is changed, why, and what is proven of it."""

from pathlib import Path
from typing import Any

import pytest

from skerry import app
from skerry.catalogue.services import ServiceRef
from skerry.net.verdicts import BLOCKED, NOT_APPLICABLE, OK, UNKNOWN
from skerry.plan.changes import (
    Advise,
    AuthorizeRule,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    DeleteEndpoint,
    MirrorImage,
    ModifyEndpoint,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)
from skerry.plan.planner import is_manual, plan
from skerry.plan.records import Options, Plan
from skerry.plan.scope import Scope
from tests.hubs import HUB, HubAndSpoke, tgw_route
from tests.networks import ACCOUNT, ALL, EVERYWHERE, HTTPS, REGION, VPC, Network, allow, awslogs, container
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
    told,
)

SCENARIOS = Path(__file__).parents[1] / "scenarios"
GROUP = "sg-new-endpoints-vpc-1"
BOTH = ["subnet-a", "subnet-b"]
FROM_B = Rule("tcp", 443, "10.0.2.0/24")
DYNAMODB, SQS = ServiceRef("dynamodb", REGION), ServiceRef("sqs", REGION)


def services(found: Plan) -> list[str]:
    """The services that get new endpoints."""
    rows: list[CreateInterfaceEndpoint | CreateGatewayEndpoint] = [
        *of_kind(found, CreateInterfaceEndpoint),
        *of_kind(found, CreateGatewayEndpoint),
    ]
    return sorted(row.service_name.partition(f"{REGION}.")[2] for row in rows)


class TestTheArticlesNetwork:
    """Two isolated subnets, a task with a secret that pulls from ECR and writes to CloudWatch."""

    def found(self, **options: Any) -> Plan:
        return plan_of(app.load(SCENARIOS / "article-broken" / "network.json"), None, Options(**options))

    def test_gets_the_resources_of_the_article(self) -> None:
        found = self.found()
        assert services(found) == ["ecr.api", "ecr.dkr", "logs", "s3", "secretsmanager"]
        assert (found.before, found.after, found.proven, found.remaining) == (BLOCKED, OK, True, ())
        (group,) = of_kind(found, CreateSecurityGroup)
        for endpoint in of_kind(found, CreateInterfaceEndpoint):
            assert (endpoint.subnets, endpoint.groups, endpoint.private_dns) == (tuple(BOTH), (group.group_id,), True)
        (gateway,) = of_kind(found, CreateGatewayEndpoint)
        assert gateway.route_tables == ("rtb-iso",)
        assert {row.disposition for row in found.changes} == {"safe"}

    def test_admits_https_from_each_subnet(self) -> None:
        group = "sg-new-endpoints-vpc-main"
        assert rules(self.found()) == {(group, "tcp", 443, "10.0.1.0/24"), (group, "tcp", 443, "10.0.2.0/24")}

    def test_admits_what_the_article_admits(self) -> None:
        found = self.found(ingress="article")
        ports = {("tcp", 80), ("tcp", 443), ("udp", 53)}
        asked = {(protocol, port, peer) for _, protocol, port, peer in rules(found)}
        assert asked == {(*port, cidr) for port in ports for cidr in ("10.0.1.0/24", "10.0.2.0/24")}
        (finding,) = [row for row in found.findings if row.id == "article-ports"]
        assert "nothing needs them" in finding.message
        assert found.proven

    def test_admits_the_tasks_by_reference(self) -> None:
        assert rules(self.found(ingress="from-tasks")) == {("sg-new-endpoints-vpc-main", "tcp", 443, "sg-task")}

    def test_every_change_has_its_reason(self) -> None:
        found = self.found()
        assert all(row.why and row.why[0].services == ("web",) and row.why[0].steps for row in found.changes)
        created = [row for row in found.changes if isinstance(row.change, CreateInterfaceEndpoint)]
        reasons = {getattr(row.change, "service_name", ""): row.why[0] for row in created}
        secrets = reasons[f"com.amazonaws.{REGION}.secretsmanager"]
        assert (secrets.code, secrets.resource, secrets.steps) == ("NO_ROUTE_TO_DESTINATION", "rtb-iso", ("secrets",))

    def test_says_that_nobody_read_where_the_services_are_offered(self) -> None:
        (finding,) = self.found().findings
        assert finding.id == "endpoint-zones-unread"


class TestNothingToDo:
    def test_is_a_plan_without_changes(self) -> None:
        network = isolated()
        network.serve_internet_by_nat()
        found = planned(network)
        assert (found.before, found.after, found.proven, found.changes) == (OK, OK, True, ())

    def test_is_where_there_is_nothing_to_start(self) -> None:
        assert planned(isolated(launchType="EC2")).before is NOT_APPLICABLE


class TestWhatExistsIsRepaired:
    def half_built(self) -> Network:
        """Endpoints of all services, each with something amiss."""
        network = isolated(subnets=BOTH)
        network.group("sg-end", inbound=[], outbound=[ALL])
        for name, service in (("vpce-a", "ecr.api"), ("vpce-d", "ecr.dkr"), ("vpce-10", "logs")):
            network.endpoint(name, service, BOTH, "sg-end")
        network.row("VpcEndpoints", "vpce-d")["PrivateDnsEnabled"] = False
        network.s3_list("52.218.0.0/17")
        network.table("rtb-other", subnets=["subnet-b"])
        network.gateway_endpoint()
        network.route("pl-53", GatewayId="vpce-93")
        return network

    def test_nothing_is_made_twice(self) -> None:
        found = planned(self.half_built())
        assert kinds(found) == ["AuthorizeRule", "AuthorizeRule", "ModifyEndpoint", "ModifyEndpoint"]
        assert rules(found) == {("sg-end", "tcp", 443, "10.0.1.0/24"), ("sg-end", "tcp", 443, "10.0.2.0/24")}
        assert of_kind(found, ModifyEndpoint) == [
            ModifyEndpoint("vpce-d", private_dns=True),
            ModifyEndpoint("vpce-93", route_tables=("rtb-other",), prefix_list="pl-53"),
        ]
        assert found.proven

    def test_a_missing_endpoint_gets_the_group_of_the_others(self) -> None:
        network = self.half_built()
        network.rows["VpcEndpoints"].remove(network.row("VpcEndpoints", "vpce-a"))
        (created,) = of_kind(planned(network), CreateInterfaceEndpoint)
        assert created.groups == ("sg-end",)

    def test_a_group_that_guards_something_else_too_is_left_alone(self) -> None:
        network = self.half_built()
        network.interface("eni-db", "10.0.1.77", groups=["sg-end"])
        found = planned(network)
        assert of_kind(found, CreateSecurityGroup)[0].group_id == GROUP
        assert {group for group, *_ in rules(found)} == {GROUP}
        assert {row.endpoint_id for row in of_kind(found, ModifyEndpoint) if row.groups == (GROUP,)} == {
            *("vpce-a", "vpce-d", "vpce-10"),
        }
        assert found.proven

    def test_an_endpoint_that_failed_is_replaced(self) -> None:
        network = isolated()
        network.serve_s3()
        for name, service in (("vpce-d", "ecr.dkr"), ("vpce-10", "logs")):
            network.endpoint(name, service)
        failed = {"Code": "InsufficientPermissions", "Message": "no permission"}
        network.endpoint("vpce-a", "ecr.api", State="failed", LastError=failed)
        found = planned(network)
        assert kinds(found) == ["DeleteEndpoint", "CreateInterfaceEndpoint"]
        row = told(found, DeleteEndpoint)
        assert (row.disposition, row.note) == ("manual", "vpce-a is failed: no permission, and never will work")
        assert found.proven

    def test_one_of_which_private_dns_was_off_too(self) -> None:
        network = isolated()
        network.endpoint("vpce-a", "ecr.api", State="Rejected", PrivateDnsEnabled=False)
        assert of_kind(planned(network), DeleteEndpoint)[0].endpoint_id == "vpce-a"

    def test_one_that_waits_for_acceptance_is_waited_for(self) -> None:
        network = isolated()
        network.endpoint("vpce-a", "ecr.api", State="pendingAcceptance")
        found = planned(network)
        assert "ecr.api" not in services(found)
        assert not found.proven
        assert [(row.resource, "Accept the endpoint" in row.message) for row in of_kind(found, Advise)] == [
            ("vpce-a", True)
        ]
        assert {row.code for row in found.remaining} == {"BAD_STATE", "NO_ROUTE_TO_DESTINATION"}


class TestCentralEndpoints:
    def hub(self) -> HubAndSpoke:
        network = HubAndSpoke()
        network.definition(container("public.example/x:1", logConfiguration=awslogs()), executionRoleArn=EXECUTION)
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["image"] = (
            f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/web:1"
        )
        network.service()
        network.serve_s3()
        for name, service in (("vpce-a", "ecr.api"), ("vpce-d", "ecr.dkr")):
            network.endpoint(name, service)
        network.central_endpoint()
        return network

    def test_are_opened_to_the_spoke_and_not_built_again(self) -> None:
        network = self.hub()
        network.row("SecurityGroups", "sg-hub")["IpPermissions"] = []
        found = planned(network)
        assert kinds(found) == ["AuthorizeRule"]
        assert rules(found) == {("sg-hub", "tcp", 443, "10.0.1.0/24")}
        assert found.proven

    def test_are_opened_by_blocks_where_groups_are_not_seen(self) -> None:
        """Which groups a rule may name ends at the VPC: over a transit gateway a block names the tasks."""
        network = self.hub()
        network.row("SecurityGroups", "sg-hub")["IpPermissions"] = []
        network.interface("eni-db", "10.1.1.77", "hub-a", ["sg-hub"], VpcId=HUB)
        found = planned(network, ingress="from-tasks")
        assert of_kind(found, CreateSecurityGroup)[0].vpc_id == HUB
        assert rules(found) == {("sg-new-endpoints-vpc-2", "tcp", 443, "10.0.1.0/24")}
        assert found.proven

    def test_are_reached_by_the_blocks_of_their_subnets(self) -> None:
        network = self.hub()
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [
            allow("tcp", 443, cidr="10.0.0.0/16"),
            allow("tcp", 443, prefix_list="pl-53"),
        ]
        found = planned(network)
        assert rules(found, "out") == {("sg-task", "tcp", 443, "10.1.1.0/24"), ("sg-task", "tcp", 443, "10.1.2.0/24")}
        assert found.proven

    def test_that_no_route_leads_to_are_somebody_elses_to_mend(self) -> None:
        network = self.hub()
        network.routes["tgw-rtb-spoke"].clear()
        found = planned(network)
        assert {type(change) for change in changes(found)} == {Advise}
        assert {row.resource for row in of_kind(found, Advise)} == {"tgw-rtb-spoke"}
        assert (found.after, found.proven) == (BLOCKED, False)
        assert {row.code for row in found.remaining} == {"TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT"}

    def test_whose_zone_is_the_hubs_only_are_told(self) -> None:
        network = self.hub()
        (listed,) = [row for row in network.rows["Calls"] if row["Call"]["operation"] == "ListHostedZonesByVPC"]
        network.call("ListHostedZonesByVPC", {"VPCId": HUB}, listed["Response"])
        listed["Response"] = {"HostedZoneSummaries": []}
        found = planned(network)
        assert services(found) == ["logs"]
        (finding,) = [row for row in found.findings if row.id == "central-endpoint"]
        assert "vpce-c1 serves another VPC, and zone logs.eu-west-1.amazonaws.com leads to it" in finding.message

    def test_a_gateway_endpoint_of_the_hub_is_none(self) -> None:
        network = self.hub()
        network.rows["VpcEndpoints"].remove(network.row("VpcEndpoints", "vpce-93"))
        network.row("RouteTables", "rtb-main")["Routes"] = [
            row for row in network.row("RouteTables", "rtb-main")["Routes"] if row.get("GatewayId") != "vpce-93"
        ]
        network.route(TransitGatewayId="tgw-1")
        network.routes["tgw-rtb-spoke"].append(tgw_route(EVERYWHERE, "tgw-attach-2", "static"))
        network.gateway_endpoint("vpce-94", VpcId=HUB, RouteTableIds=["rtb-hub"])
        network.route("pl-53", "rtb-hub", GatewayId="vpce-94")
        found = planned(network)
        assert services(found) == ["s3"]
        assert found.proven


class TestPrivateDns:
    """An instance in a public subnet that called the service over the internet, when an endpoint takes the name."""

    def shared(self, **more: Any) -> Network:
        network = isolated(subnets=["subnet-a"])
        network.internet_gateway()
        network.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-b"])
        network.group("sg-box", outbound=[ALL])
        public = {"Association": {"PublicIp": "198.51.100.9"}}
        network.interface("eni-box", "10.0.2.50", "subnet-b", ["sg-box"], **(public | more))
        network.serve_s3()
        return network

    def test_the_client_is_admitted_and_named(self) -> None:
        found = planned(self.shared())
        assert (GROUP, "tcp", 443, "10.0.2.0/24") in rules(found)
        created = [row for row in found.changes if isinstance(row.change, CreateInterfaceEndpoint)]
        assert {row.disposition for row in created} == {"disruptive"}
        assert created[0].note == "private DNS leads all of vpc-1 to the endpoint: also eni-box, which it admits"
        assert (found.proven, found.breaks) == (True, ())
        admitted = [row for row in found.changes if row.change == AuthorizeRule(GROUP, "in", FROM_B)]
        assert [row.why[0].services for row in admitted] == [("eni-box",)]

    def test_the_client_is_admitted_on_the_port_that_it_calls(self) -> None:
        found = planned(self.shared(), ingress="article")
        ports = {(protocol, port) for _, protocol, port, peer in rules(found) if peer == "10.0.2.0/24"}
        assert ports == {("tcp", 443)}

    def test_a_client_that_never_got_there_is_none(self) -> None:
        found = planned(self.shared(Association={}))
        assert rules(found) == {(GROUP, "tcp", 443, "10.0.1.0/24")}
        assert {row.disposition for row in found.changes} == {"safe"}

    def test_interfaces_of_aws_call_nothing(self) -> None:
        assert "10.0.2.0/24" not in str(planned(self.shared(InterfaceType="network_load_balancer")).changes)

    def test_a_client_that_cannot_be_helped_breaks(self) -> None:
        """Replies from the endpoint's subnet are for a route that leads them elsewhere."""
        network = self.shared()
        stray = {"DestinationCidrBlock": "10.0.1.0/24", "NetworkInterfaceId": "eni-9", "State": "blackhole"}
        network.row("RouteTables", "rtb-public")["Routes"].append(stray)
        found = planned(network)
        assert (found.after, found.proven) == (OK, False)
        assert {row.client for row in found.breaks} == {"eni-box"}
        assert "worked from subnet-b and no longer works" in found.breaks[0].message
        note = next(row.note for row in found.changes if isinstance(row.change, CreateInterfaceEndpoint))
        assert note == "private DNS leads all of vpc-1 to the endpoint: also eni-box, whose calls then fail"

    def test_what_cannot_be_told_of_a_client_may_break(self) -> None:
        network = self.shared()
        route = {"DestinationCidrBlock": "10.0.1.0/24", "NetworkInterfaceId": "eni-99", "State": "active"}
        network.row("RouteTables", "rtb-public")["Routes"].append(route)
        found = planned(network)
        assert not found.proven
        assert "may not work any more" in found.breaks[0].message

    def test_an_endpoint_of_which_it_is_turned_on_admits_the_client_by_a_group_of_its_own(self) -> None:
        network = self.shared()
        network.group("sg-mixed", inbound=[allow("tcp", 443, group="sg-task")], outbound=[ALL])
        network.interface("eni-db", "10.0.1.77", groups=["sg-mixed"])
        for name, service in (("vpce-a", "ecr.api"), ("vpce-d", "ecr.dkr"), ("vpce-10", "logs")):
            network.endpoint(name, service, group="sg-mixed", PrivateDnsEnabled=service != "logs")
        found = planned(network)
        assert ModifyEndpoint("vpce-10", groups=(GROUP,), private_dns=True) in changes(found)
        assert (GROUP, "tcp", 443, "10.0.2.0/24") in rules(found)
        assert found.proven

    def test_a_zone_of_its_name_is_in_its_way(self) -> None:
        """AWS refuses private DNS beside a private hosted zone of the same name."""
        network = isolated()
        network.zone(f"logs.{REGION}.amazonaws.com")
        network.endpoint("vpce-10", "logs", PrivateDnsEnabled=False)
        found = planned(network)
        assert all(not change.private_dns for change in of_kind(found, ModifyEndpoint))
        assert "AWS refuses to switch that on for vpce-10" in str(of_kind(found, Advise))

    def test_a_zone_of_its_name_that_leads_astray_is_in_the_way_of_a_new_endpoint(self) -> None:
        network = isolated()
        host = f"logs.{REGION}.amazonaws.com"
        rows = [{"Name": f"{host}.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "23.45.67.89"}]}]
        network.zone(host, *rows)
        found = planned(network)
        assert services(found) == ["ecr.api", "ecr.dkr", "s3"]
        assert f"AWS refuses to switch that on for an endpoint of com.amazonaws.{REGION}.logs" in str(changes(found))
        assert not found.proven


class TestDnsAttributes:
    def test_are_switched_on_and_said_to_be_disruptive_where_private_names_come_to_apply(self) -> None:
        network = isolated()
        network.attribute("EnableDnsHostnames", value=False)
        network.endpoint("vpce-5e", "secretsmanager")
        row = told(planned(network), SetVpcAttribute)
        assert row.change == SetVpcAttribute(VPC, "enable_dns_hostnames")
        assert (row.disposition, row.note) == ("disruptive", "private names apply in all of vpc-1 then: vpce-5e")

    def test_that_let_a_private_zone_apply_divert_others(self) -> None:
        """The zone's record leads to nobody; an instance called the service over the internet until then."""
        network = isolated(subnets=["subnet-a"])
        network.attribute("EnableDnsHostnames", value=False)
        network.internet_gateway()
        network.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-b"])
        public = {"PublicIp": "198.51.100.9"}
        network.interface("eni-box", "10.0.2.50", "subnet-b", ["sg-task"], Association=public)
        host = f"sqs.{REGION}.amazonaws.com"
        network.zone(host, {"Name": f"{host}.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.1.99"}]})
        network.zone("example.internal")
        found = planned(network)
        assert of_kind(found, SetVpcAttribute)
        assert ("eni-box", host) in {(row.client, row.host) for row in found.breaks}
        assert not found.proven

    def test_are_safe_where_there_is_nothing_private(self) -> None:
        network = isolated()
        network.attribute("EnableDnsSupport", value=False)
        found = planned(network)
        row = told(found, SetVpcAttribute)
        assert row.change == SetVpcAttribute(VPC, "enable_dns_support")
        assert row.disposition == "safe"
        assert found.proven


class TestGateways:
    def test_cut_open_connections_where_the_table_leads_out(self) -> None:
        network = isolated(subnets=["subnet-a"])
        network.serve_internet_by_nat()
        network.row("NatGateways", "nat-1")["State"] = "failed"
        row = told(planned(network), CreateGatewayEndpoint)
        assert row.disposition == "disruptive"
        assert row.note == "open connections to the service over rtb-main are cut once, and made anew"

    def test_cut_nothing_where_routes_lead_to_private_addresses_only(self) -> None:
        network = isolated()
        network.route("10.9.0.0/16", TransitGatewayId="tgw-9")
        network.route("0.0.0.0/0", NatGatewayId="nat-9", State="blackhole")
        assert told(planned(network), CreateGatewayEndpoint).disposition == "safe"

    def test_take_no_black_hole_of_their_own_list_beside_them(self) -> None:
        network = isolated()
        network.s3_list("52.218.0.0/17")
        network.route("pl-53", GatewayId="vpce-gone", State="blackhole")
        row = told(planned(network), CreateGatewayEndpoint)
        assert row.note == "the black hole for pl-53 in rtb-main must be deleted first"
        assert row.disposition == "disruptive"

    def test_one_for_all_route_tables(self) -> None:
        network = isolated(subnets=BOTH)
        network.table("rtb-other", subnets=["subnet-b"])
        found = planned(network)
        assert only(found, CreateGatewayEndpoint).route_tables == ("rtb-main", "rtb-other")
        assert found.proven

    def test_are_not_added_where_another_route_takes_the_packets(self) -> None:
        network = isolated()
        network.serve_s3()
        network.route("52.218.0.0/24", NatGatewayId="nat-9", State="blackhole")
        found = planned(network)
        assert of_kind(found, CreateGatewayEndpoint) == []
        assert {row.resource for row in of_kind(found, Advise)} == {"rtb-main"}
        assert not found.proven


class TestSharedVpc:
    def test_only_its_owner_can_make_endpoints(self) -> None:
        network = isolated()
        network.row("Vpcs", VPC)["OwnerId"] = "999988887777"
        network.endpoint("vpce-5e", "sqs", OwnerId="999988887777")
        found = planned(network)
        by = {type(row.change).__name__: (row.by, row.disposition) for row in found.changes}
        assert by["CreateInterfaceEndpoint"] == ("999988887777", "manual")
        assert by["CreateGatewayEndpoint"] == ("999988887777", "manual")

    def test_the_rules_of_the_endpoints_groups_are_the_owners_too(self) -> None:
        network = isolated()
        network.row("Vpcs", VPC)["OwnerId"] = "999988887777"
        network.group("sg-end", inbound=[], outbound=[ALL])
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = []
        network.endpoint("vpce-a", "ecr.api", group="sg-end")
        found = planned(network)
        by = {(row.change.group_id, row.by) for row in found.changes if isinstance(row.change, AuthorizeRule)}
        assert by == {("sg-end", "999988887777"), ("sg-task", None)}

    def test_what_its_owner_alone_sees_is_not_known(self) -> None:
        network = isolated()
        network.row("Vpcs", VPC)["OwnerId"] = "999988887777"
        found = planned(network)
        assert (found.after, found.proven, found.changes) == (UNKNOWN, False, ())
        assert "as its owner sees them" in found.facts[0].fact


class TestUnknownWorlds:
    def test_say_which_facts_a_proof_needs(self) -> None:
        network = isolated()
        network.forget("RouteTables", "SecurityGroups", "NetworkAcls", "VpcEndpoints", "DhcpOptions")
        found = planned(network)
        assert (found.before, found.after, found.proven, found.changes) == (UNKNOWN, UNKNOWN, False, ())
        assert {row.action for row in found.facts} >= {"ec2:DescribeDhcpOptions"}

    def test_what_is_blocked_is_mended_all_the_same(self) -> None:
        network = isolated()
        network.forget("NetworkAcls")
        found = planned(network)
        assert services(found) == ["ecr.api", "ecr.dkr", "logs", "s3"]
        assert (found.after, found.proven) == (UNKNOWN, False)
        assert {row.action for row in found.facts} == {"ec2:DescribeNetworkAcls"}


class TestOptions:
    def test_other_services_that_tasks_call(self) -> None:
        network = isolated()
        found = planned(network, also=(DYNAMODB, SQS))
        assert services(found) == ["dynamodb", "ecr.api", "ecr.dkr", "logs", "s3", "sqs"]
        assert {row.service_name for row in of_kind(found, CreateGatewayEndpoint)} == {
            f"com.amazonaws.{REGION}.{name}" for name in ("dynamodb", "s3")
        }
        assert found.proven

    def test_other_services_alone(self) -> None:
        network = isolated()
        network.serve_s3()
        for name, service in (("vpce-a", "ecr.api"), ("vpce-d", "ecr.dkr"), ("vpce-10", "logs")):
            network.endpoint(name, service)
        assert planned(network).changes == ()
        found = planned(network, also=(SQS,))
        assert (found.before, found.after, found.proven) == (BLOCKED, OK, True)
        assert services(found) == ["sqs"]

    def test_other_services_of_which_nothing_is_known(self) -> None:
        network = isolated()
        network.forget("NetworkAcls")
        assert planned(network, also=(SQS,)).after is UNKNOWN

    def test_a_nat_gateway_rather_than_endpoints(self) -> None:
        network = isolated(subnets=["subnet-a"])
        network.serve_internet_by_nat()
        network.row("RouteTables", "rtb-main")["Routes"].pop()
        found = planned(network, nat=True)
        assert kinds(found) == ["RouteToNat"]
        row = told(found, RouteToNat)
        assert row.change == RouteToNat("rtb-main", "nat-1", row.note)
        assert (row.disposition, row.note) == ("manual", "route 0.0.0.0/0 of rtb-main to nat-1")
        assert found.proven

    def test_a_nat_gateway_serves_other_registries_too(self) -> None:
        network = isolated(subnets=["subnet-a"])
        network.serve_internet_by_nat()
        network.row("RouteTables", "rtb-main")["Routes"].pop()
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["image"] = "nginx:1"
        found = planned(network, nat=True)
        assert kinds(found) == ["RouteToNat"]
        assert found.proven

    def test_a_nat_gateway_that_is_not_there_is_told(self) -> None:
        found = planned(isolated(), nat=True)
        change = only(found, RouteToNat)
        assert change.nat_gateway_id is None
        assert change.message.startswith("vpc-1 has no NAT gateway that works: make one in a subnet that routes to an")
        assert (found.after, found.proven) == (BLOCKED, False)


class TestPlatformVersions:
    def test_before_1_4_need_no_api_of_ecr_and_are_retired(self) -> None:
        world = isolated(platformVersion="1.3.0").world()
        found = plan_of(world)
        assert services(found) == ["ecr.dkr", "logs", "s3"]
        assert [(row.code, row.step) for row in found.remaining] == [("PLATFORM_VERSION_RETIRED", "placement")]
        assert of_kind(found, ConfigureService)[0].service == "web"
        assert not found.proven


class TestWhatNoEndpointLeadsTo:
    @pytest.mark.parametrize("image", ["nginx:1", "quay.io/org/app:2", "public.ecr.aws/nginx/nginx:1"])
    def test_an_image_of_another_registry_is_to_be_mirrored(self, image: str) -> None:
        network = isolated()
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["image"] = image
        found = planned(network)
        change = only(found, MirrorImage)
        assert change.image == image
        assert "whose first pull of each image needs a way to the internet, also with endpoints" in change.message
        assert not found.proven

    def test_another_host_needs_a_way_out(self) -> None:
        network = isolated()
        options = {"splunk-url": "https://splunk.example:8088", "splunk-token": "x"}
        log = {"logDriver": "splunk", "options": options}
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["logConfiguration"] = log
        (advice,) = of_kind(planned(network), Advise)
        assert advice.message.startswith("no endpoint leads to splunk.example")

    def test_a_service_of_another_region(self) -> None:
        network = isolated()
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["logConfiguration"] = awslogs(
            awslogs_region="us-east-1"
        )
        (advice,) = of_kind(planned(network), Advise)
        assert "is called in us-east-1, and an endpoint of this VPC serves its own Region" in advice.message


class TestSeveralServices:
    def many(self, count: int, *, alike: bool = True) -> Network:
        network = isolated(subnets=BOTH)
        for number in range(1, count):
            more = {} if alike else {"groups": ["sg-task", "sg-open"]}
            network.service(f"web-{number}", subnets=BOTH, **more)
        return network

    def test_of_equal_needs_make_no_larger_plan(self) -> None:
        one, many = planned(self.many(1)), planned(self.many(20))
        assert changes(one) == changes(many)
        assert len(many.services) == 20
        assert many.changes[0].why[0].services == many.services

    def test_that_differ_share_what_they_need(self) -> None:
        found = planned(self.many(3, alike=False))
        assert changes(found) == changes(planned(self.many(1)))
        assert found.changes[0].why[0].services == ("web", "web-1", "web-2")

    def test_that_are_out_of_scope_must_go_on(self) -> None:
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

    def test_of_several_vpcs_are_in_one_plan(self) -> None:
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


class TestManual:
    def test_is_what_skerry_only_proposes(self) -> None:
        assert is_manual(Advise("x", "y"))
        assert not is_manual(ModifyEndpoint("vpce-1"))


def test_a_plan_without_options_is_the_usual_one() -> None:
    world = isolated().world()
    assert plan(world, Scope([])).before is NOT_APPLICABLE


def test_a_group_that_is_open_already_needs_no_rule() -> None:
    network = isolated()
    network.group("sg-end", inbound=[HTTPS], outbound=[ALL])
    network.endpoint("vpce-5e", "sqs", group="sg-end")
    found = planned(network)
    assert of_kind(found, AuthorizeRule) == []
    assert {row.groups for row in of_kind(found, CreateInterfaceEndpoint)} == {("sg-end",)}
    assert found.proven
