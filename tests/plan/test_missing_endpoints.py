"""What exists is repaired or used, and only what is missing is made."""

import pytest

from skerry.plan.changes import (
    Advise,
    AuthorizeRule,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    ModifyEndpoint,
)
from skerry.plan.disruption import disposition_of
from skerry.verdicts import BLOCKED
from tests.hubs import HUB, HubAndSpoke, tgw_route
from tests.networks import ACCOUNT, ALL, EVERYWHERE, HTTPS, REGION, VPC, Network, allow, awslogs, container
from tests.planning import (
    EXECUTION,
    changes,
    isolated,
    kinds,
    of_kind,
    only,
    planned,
    rules,
    services,
    told,
)

GROUP = "sg-new-endpoints-vpc-1"
BOTH = ["subnet-a", "subnet-b"]


class TestEndpointsWithoutSubnets:
    def test_endpoint_without_subnets_gets_one_for_each_zone(self) -> None:
        network = isolated(subnets=BOTH)
        network.endpoint("vpce-a", "ecr.api", [])
        (change,) = (row for row in of_kind(planned(network), ModifyEndpoint) if row.endpoint_id == "vpce-a")
        assert change.subnets == ("subnet-a", "subnet-b")

    def test_endpoint_without_subnets_is_advised_on_where_no_subnet_has_room(self) -> None:
        network = isolated(subnets=BOTH)
        for subnet in BOTH:
            network.row("Subnets", subnet)["AvailableIpAddressCount"] = 0
        network.endpoint("vpce-a", "ecr.api", [])
        assert "vpce-a" in {row.resource for row in of_kind(planned(network), Advise)}


class TestExistingEndpoints:
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

    def test_existing_endpoints_are_repaired_without_new_endpoints(self) -> None:
        found = planned(self.half_built())
        assert kinds(found) == ["AuthorizeRule", "AuthorizeRule", "ModifyEndpoint", "ModifyEndpoint"]
        assert rules(found) == {("sg-end", "tcp", 443, "10.0.1.0/24"), ("sg-end", "tcp", 443, "10.0.2.0/24")}
        assert of_kind(found, ModifyEndpoint) == [
            ModifyEndpoint("vpce-d", private_dns=True),
            ModifyEndpoint("vpce-93", route_tables=("rtb-other",), prefix_list="pl-53"),
        ]
        assert found.proven

    def test_new_endpoint_gets_the_security_group_of_existing_endpoints(self) -> None:
        network = self.half_built()
        network.rows["VpcEndpoints"].remove(network.row("VpcEndpoints", "vpce-a"))
        (created,) = of_kind(planned(network), CreateInterfaceEndpoint)
        assert created.groups == ("sg-end",)

    def test_group_shared_with_other_interfaces_is_not_opened(self) -> None:
        network = self.half_built()
        network.interface("eni-db", "10.0.1.77", groups=["sg-end"])
        found = planned(network)
        assert of_kind(found, CreateSecurityGroup)[0].group_id == GROUP
        assert {group for group, *_ in rules(found)} == {GROUP}
        assert {row.endpoint_id for row in of_kind(found, ModifyEndpoint) if row.groups == (GROUP,)} == {
            *("vpce-a", "vpce-d", "vpce-10"),
        }
        assert found.proven

    def test_failed_interface_endpoint_is_replaced(self) -> None:
        network = isolated()
        network.serve_s3()
        for name, service in (("vpce-d", "ecr.dkr"), ("vpce-10", "logs")):
            network.endpoint(name, service)
        failed = {"Code": "InsufficientPermissions", "Message": "no permission"}
        network.endpoint("vpce-a", "ecr.api", State="failed", LastError=failed)
        found = planned(network)
        assert kinds(found) == ["DeleteEndpoint", "CreateInterfaceEndpoint"]
        row = told(found, DeleteEndpoint)
        message = "vpce-a is failed: no permission, and never will work"
        assert row.change == DeleteEndpoint("vpce-a", message)
        assert row.disposition == "disruptive"
        assert row.note.startswith(f"{message}; a deleted endpoint cannot be restored; deleting it first is inferred")
        assert found.proven

    def test_rejected_endpoint_without_private_dns_is_deleted(self) -> None:
        network = isolated()
        network.endpoint("vpce-a", "ecr.api", State="Rejected", PrivateDnsEnabled=False)
        assert of_kind(planned(network), DeleteEndpoint)[0].endpoint_id == "vpce-a"

    def test_pending_endpoint_yields_advice_to_accept_it(self) -> None:
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

    def test_central_endpoint_is_opened_to_the_spoke_and_not_recreated(self) -> None:
        network = self.hub()
        network.row("SecurityGroups", "sg-hub")["IpPermissions"] = []
        found = planned(network)
        assert kinds(found) == ["AuthorizeRule"]
        assert rules(found) == {("sg-hub", "tcp", 443, "10.0.1.0/24")}
        assert found.proven

    def test_central_endpoint_is_opened_by_cidr_across_a_transit_gateway(self) -> None:
        """Which groups a rule may name ends at the VPC: over a transit gateway a block names the tasks."""
        network = self.hub()
        network.row("SecurityGroups", "sg-hub")["IpPermissions"] = []
        network.interface("eni-db", "10.1.1.77", "hub-a", ["sg-hub"], VpcId=HUB)
        found = planned(network, ingress="from-tasks")
        assert of_kind(found, CreateSecurityGroup)[0].vpc_id == HUB
        assert rules(found) == {("sg-new-endpoints-vpc-2", "tcp", 443, "10.0.1.0/24")}
        assert found.proven

    def test_task_egress_to_central_endpoints_is_one_rule_for_the_block_of_their_vpc(self) -> None:
        network = self.hub()
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [
            allow("tcp", 443, cidr="10.0.0.0/16"),
            allow("tcp", 443, prefix_list="pl-53"),
        ]
        found = planned(network)
        assert rules(found, "out") == {("sg-task", "tcp", 443, "10.1.0.0/16")}
        assert found.proven

    def test_missing_transit_gateway_route_yields_only_advice(self) -> None:
        network = self.hub()
        network.routes["tgw-rtb-spoke"].clear()
        found = planned(network)
        assert {type(change) for change in changes(found)} == {Advise}
        assert {row.resource for row in of_kind(found, Advise)} == {"tgw-rtb-spoke"}
        assert (found.after, found.proven) == (BLOCKED, False)
        assert {row.code for row in found.remaining} == {"TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT"}

    def test_central_endpoint_without_spoke_zone_is_reported(self) -> None:
        network = self.hub()
        (listed,) = [row for row in network.rows["Calls"] if row["Call"]["operation"] == "ListHostedZonesByVPC"]
        network.call("ListHostedZonesByVPC", {"VPCId": HUB}, listed["Response"])
        listed["Response"] = {"HostedZoneSummaries": []}
        network.routes["tgw-rtb-spoke"].clear()
        found = planned(network)
        assert services(found) == ["logs"]
        (finding,) = [row for row in found.findings if row.id == "central-endpoint"]
        assert finding.origin is not None
        assert finding.origin.document == "network.json"
        assert "vpce-c1 serves another VPC, and zone logs.eu-west-1.amazonaws.com leads to it" in finding.message

    def test_gateway_endpoint_of_the_hub_does_not_serve_the_spoke(self) -> None:
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


class TestGatewayEndpoints:
    def test_new_gateway_endpoint_is_disruptive_if_the_table_routes_out(self) -> None:
        network = isolated(subnets=["subnet-a"])
        network.serve_internet_by_nat()
        network.row("NatGateways", "nat-1")["State"] = "failed"
        row = told(planned(network), CreateGatewayEndpoint)
        assert row.disposition == "disruptive"
        assert row.note == "open connections to the service over rtb-main are closed once and must be reopened"

    def test_new_gateway_endpoint_is_safe_without_active_internet_routes(self) -> None:
        network = isolated()
        network.route("10.9.0.0/16", TransitGatewayId="tgw-9")
        network.route("0.0.0.0/0", NatGatewayId="nat-9", State="blackhole")
        assert told(planned(network), CreateGatewayEndpoint).disposition == "safe"

    @pytest.mark.parametrize(
        ("destination", "disposition"),
        [
            ({"DestinationPrefixListId": "pl-9"}, "disruptive"),
            ({"DestinationCidrBlock": "172.32.0.0/11"}, "disruptive"),
            ({"DestinationCidrBlock": "172.16.0.0/12"}, "safe"),
            ({"DestinationCidrBlock": "no block"}, "safe"),
        ],
        ids=str,
    )
    def test_new_gateway_endpoint_disposition_depends_on_route_destinations(
        self, destination: dict[str, str], disposition: str
    ) -> None:
        network = isolated()
        network.row("RouteTables", "rtb-main")["Routes"].append(destination | {"TransitGatewayId": "tgw-9"})
        change = CreateGatewayEndpoint("vpce-new", VPC, "com.amazonaws.eu-west-1.s3", ("rtb-main",), "pl-53")
        assert disposition_of(network.world(), change, (), ())[0] == disposition

    def test_black_hole_is_deleted_before_the_new_gateway_endpoint(self) -> None:
        network = isolated()
        network.s3_list("52.218.0.0/17")
        network.route("pl-53", GatewayId="vpce-gone", State="blackhole")
        found = planned(network)
        assert [kind for kind in kinds(found) if kind in {"DeleteRoute", "CreateGatewayEndpoint"}] == [
            "DeleteRoute",
            "CreateGatewayEndpoint",
        ]
        row = told(found, DeleteRoute)
        assert row.change == DeleteRoute("rtb-main", "pl-53")
        assert (row.disposition, row.note) == (
            "disruptive",
            "the target of the route is gone, and the route cannot be restored",
        )
        assert told(found, CreateGatewayEndpoint).disposition == "safe"
        assert found.proven

    def test_black_hole_of_another_table_is_left_alone(self) -> None:
        network = isolated()
        network.s3_list("52.218.0.0/17")
        network.table("rtb-other", subnets=["subnet-b"])
        network.route("pl-53", "rtb-other", GatewayId="vpce-gone", State="blackhole")
        assert of_kind(planned(network), DeleteRoute) == []

    def test_black_hole_is_deleted_before_an_endpoint_gets_its_table(self) -> None:
        network = isolated(subnets=["subnet-b"])
        network.serve_s3()
        network.table("rtb-other", subnets=["subnet-b"])
        network.route("pl-53", "rtb-other", GatewayId="vpce-gone", State="blackhole")
        found = planned(network)
        assert kinds(found).index("DeleteRoute") < kinds(found).index("ModifyEndpoint")
        assert found.proven

    def test_new_gateway_endpoint_covers_all_route_tables(self) -> None:
        network = isolated(subnets=BOTH)
        network.table("rtb-other", subnets=["subnet-b"])
        found = planned(network)
        assert only(found, CreateGatewayEndpoint).route_tables == ("rtb-main", "rtb-other")
        assert found.proven

    def test_gateway_endpoint_is_not_added_if_another_route_takes_traffic(self) -> None:
        network = isolated()
        network.serve_s3()
        network.route("52.218.0.0/24", NatGatewayId="nat-9", State="blackhole")
        found = planned(network)
        assert of_kind(found, CreateGatewayEndpoint) == []
        assert {row.resource for row in of_kind(found, Advise)} == {"rtb-main"}
        assert not found.proven


def test_open_endpoint_group_needs_no_new_rule() -> None:
    network = isolated()
    network.group("sg-end", inbound=[HTTPS], outbound=[ALL])
    network.endpoint("vpce-5e", "sqs", group="sg-end")
    found = planned(network)
    assert of_kind(found, AuthorizeRule) == []
    assert {row.groups for row in of_kind(found, CreateInterfaceEndpoint)} == {("sg-end",)}
    assert found.proven
