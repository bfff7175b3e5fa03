"""Over a transit gateway: attachments and their zones, its own routes, network ACLs, group references, the way back."""

from typing import Any

import pytest

from skerry.catalogue.services import ServiceRef, regional_host_of
from skerry.net.dns_names import parse_host
from skerry.reach.walk import Target
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict
from tests.hubs import HUB, HubAndSpoke, from_ipv6, hops, lost, messages, missing, reach, tgw_route, walk
from tests.networks import ALL, EVERYWHERE, HTTPS, REGION, Network, Row, allow, both_ways, entry

DENY = both_ways()
SPOKE_ROUTES = "tgw-rtb-spoke"
HUB_ROUTES = "tgw-rtb-hub"


def central() -> HubAndSpoke:
    """A spoke whose logs go to an endpoint in the hub."""
    network = HubAndSpoke()
    network.central_endpoint()
    return network


def server(**more: Any) -> HubAndSpoke:
    """An instance in the hub, at 10.1.2.50 in zone b."""
    network = HubAndSpoke()
    network.interface("eni-5e", "10.1.2.50", "hub-b", ["sg-hub"], **({"VpcId": HUB} | more))
    return network


def with_doors(network: HubAndSpoke) -> HubAndSpoke:
    """Attachments in subnets of their own, as is advised."""
    for vpc, stem, name, attachment in (
        ("vpc-1", "10.0", "door", "tgw-attach-1"),
        (HUB, "10.1", "gate", "tgw-attach-2"),
    ):
        network.subnet(f"{name}-a", f"{stem}.8.0/28", "eu-west-1a", vpc=vpc)
        network.subnet(f"{name}-b", f"{stem}.9.0/28", "eu-west-1b", vpc=vpc)
        network.row("TransitGatewayVpcAttachments", attachment)["SubnetIds"] = [f"{name}-a", f"{name}-b"]
    return network


class TestTransitGatewayPaths:
    def test_transit_path_reaches_endpoint_in_hub(self) -> None:
        outcome = reach(central())
        assert outcome.verdict is OK
        assert len(outcome.traces) == 2

    def test_transit_path_passes_acls_of_all_subnets_both_ways(self) -> None:
        network = with_doors(server())
        for name in ("subnet-a", "door-a", "door-b", "gate-a", "gate-b", "hub-b"):
            network.acl(f"acl-{name}", both_ways(entry(100)), [name])
        assert hops(walk(network, "10.1.2.50")) == [
            "security-group sg-task out/there",
            "network-acl acl-subnet-a out/there",
            "route rtb-main out/there",
            "network-acl acl-door-a in/there",
            "transit-gateway tgw-rtb-spoke out/there",
            "network-acl acl-gate-a out/there",
            "route rtb-hub out/there",
            "network-acl acl-hub-b in/there",
            "security-group sg-hub in/there",
            "network-acl acl-hub-b out/back",
            "network-acl acl-gate-b in/back",
            "network-acl acl-door-b out/back",
            "network-acl acl-subnet-a in/back",
        ]

    def test_transit_path_into_attachment_subnet_skips_its_inbound_acl(self) -> None:
        network = server(PrivateIpAddress="10.1.1.50", SubnetId="hub-a")
        assert hops(walk(network, "10.1.1.50")) == [
            "security-group sg-task out/there",
            "network-acl acl-all out/there",
            "route rtb-main out/there",
            "network-acl acl-all in/there",
            "transit-gateway tgw-rtb-spoke out/there",
            "subnet hub-a out/there",
            "security-group sg-hub in/there",
            "network-acl acl-all out/back",
            "network-acl acl-all in/back",
        ]

    def test_transit_path_uses_longest_route_of_transit_route_table(self) -> None:
        network = server()
        network.routes[SPOKE_ROUTES].append(tgw_route("10.1.2.0/24", "", state="blackhole"))
        assert lost(walk(network, "10.1.2.50")) == [("TGW_RTB_BAD_STATE_ROUTE", SPOKE_ROUTES)]

    def test_transit_path_prefers_static_over_propagated_route(self) -> None:
        network = server()
        network.routes[SPOKE_ROUTES].append(tgw_route("10.1.0.0/16", "", "static", "blackhole"))
        assert lost(walk(network, "10.1.2.50")) == [("TGW_RTB_BAD_STATE_ROUTE", SPOKE_ROUTES)]


def no_attachment(network: HubAndSpoke) -> None:
    network.rows["TransitGatewayVpcAttachments"].pop(0)


def attached_in_zone_b(network: HubAndSpoke) -> None:
    network.row("TransitGatewayVpcAttachments", "tgw-attach-1")["SubnetIds"] = ["subnet-b"]


def attached_in_a_zone_that_is_not_told(network: HubAndSpoke) -> None:
    attached_in_zone_b(network)
    network.row("Subnets", "subnet-b").pop("AvailabilityZone")


def without_association(name: str) -> Any:
    return lambda network: network.row("TransitGatewayAttachments", name).pop("Association")


def disassociated(network: HubAndSpoke) -> None:
    network.row("TransitGatewayAttachments", "tgw-attach-1")["Association"]["State"] = "disassociated"


def routes_are(name: str, *routes: Row) -> Any:
    return lambda network: network.routes[name].__setitem__(slice(None), routes)


def hub_without_return(network: HubAndSpoke) -> None:
    network.row("RouteTables", "rtb-hub")["Routes"].pop()


def hub_blackhole_return(network: HubAndSpoke) -> None:
    network.row("RouteTables", "rtb-hub")["Routes"][1]["State"] = "blackhole"


def hub_attached_in_zone_a(network: HubAndSpoke) -> None:
    network.row("TransitGatewayVpcAttachments", "tgw-attach-2")["SubnetIds"] = ["hub-a"]


def hub_group(*rules: Row) -> Any:
    return lambda network: network.row("SecurityGroups", "sg-hub").update(IpPermissions=list(rules))


def acl(subnet: str) -> Any:
    return lambda network: network.acl("acl-shut", DENY, [subnet])


class TestTransitGatewayBlockers:
    @pytest.mark.parametrize(
        ("broken", "code", "resource"),
        [
            pytest.param(no_attachment, "BAD_STATE_ATTACHMENT", "tgw-1", id="not attached"),
            pytest.param(attached_in_zone_b, "TGW_ROUTE_AZ_RESTRICTION", "tgw-attach-1", id="not in the zone"),
            pytest.param(
                without_association("tgw-attach-1"),
                "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION",
                "tgw-attach-1",
                id="no association",
            ),
            pytest.param(disassociated, "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION", "tgw-attach-1", id="disassociated"),
            pytest.param(routes_are(SPOKE_ROUTES), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", SPOKE_ROUTES, id="no route"),
            pytest.param(
                routes_are(SPOKE_ROUTES, tgw_route(EVERYWHERE, "", state="blackhole")),
                "TGW_RTB_BAD_STATE_ROUTE",
                SPOKE_ROUTES,
                id="black hole",
            ),
            pytest.param(hub_without_return, "NO_ROUTE_TO_DESTINATION", "rtb-hub", id="no return route"),
            pytest.param(hub_blackhole_return, "BAD_STATE_ROUTE", "rtb-hub", id="return route a black hole"),
            pytest.param(hub_attached_in_zone_a, "TGW_ROUTE_AZ_RESTRICTION", "tgw-attach-2", id="hub not in the zone"),
            pytest.param(
                without_association("tgw-attach-2"),
                "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION",
                "tgw-attach-2",
                id="no association of the hub",
            ),
            pytest.param(
                routes_are(HUB_ROUTES), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", HUB_ROUTES, id="no route for replies"
            ),
            pytest.param(
                routes_are(HUB_ROUTES, tgw_route("10.0.0.0/16", "", state="blackhole")),
                "TGW_RTB_BAD_STATE_ROUTE",
                HUB_ROUTES,
                id="black hole for replies",
            ),
            pytest.param(
                hub_group(allow("tcp", 443, cidr="10.1.0.0/16")),
                "ENI_SG_RULES_MISMATCH",
                "sg-hub",
                id="group admits the hub only",
            ),
            pytest.param(acl("hub-b"), "SUBNET_ACL_RESTRICTION", "acl-shut", id="the hub's network ACL"),
        ],
    )
    def test_transit_blocker_is_reported_with_code_and_resource(self, broken: Any, code: str, resource: str) -> None:
        network = server()
        broken(network)
        outcome = walk(network, "10.1.2.50")
        assert outcome.verdict is BLOCKED
        assert set(lost(outcome)) == {(code, resource)}

    def test_transit_reply_route_message_names_source_vpc(self) -> None:
        network = server()
        network.routes[HUB_ROUTES].clear()
        (message,) = messages(walk(network, "10.1.2.50"))
        assert message == "tgw-rtb-hub has no working route for replies to vpc-1 from tgw-attach-2"

    @pytest.mark.parametrize(
        ("subnet", "egress", "to", "drops"),
        [
            # Packets go by zone a, where the task is, and replies by zone b, where the server is.
            ("door-a", False, "10.0.1.0/24", True),
            ("door-a", True, EVERYWHERE, False),
            ("gate-a", True, "10.1.2.0/24", True),
            ("gate-a", False, EVERYWHERE, False),
            ("gate-b", False, "10.1.2.0/24", True),
            ("gate-b", True, EVERYWHERE, False),
            ("door-b", True, "10.0.1.0/24", True),
            ("door-b", False, EVERYWHERE, False),
        ],
    )
    def test_attachment_subnet_acl_applies_in_a_single_direction(
        self,
        subnet: str,
        egress: bool,  # noqa: FBT001
        to: str,
        drops: bool,  # noqa: FBT001
    ) -> None:
        network = with_doors(server())
        denies = {**entry(50, "deny", to), "Egress": egress}
        network.acl("acl-door", [denies, *both_ways(entry(100))], [subnet])
        outcome = walk(network, "10.1.2.50")
        assert lost(outcome) == ([("SUBNET_ACL_RESTRICTION", "acl-door")] if drops else [])
        assert outcome.verdict is (BLOCKED if drops else OK)

    def test_transit_attachment_in_only_the_task_zone_is_enough(self) -> None:
        network = server()
        attached_in_zone_b(network)
        assert walk(network, "10.1.2.50", subnet="subnet-b").verdict is OK

    def test_transit_replies_need_route_from_attachment_subnet_to_task(self) -> None:
        network = with_doors(server())
        network.table(
            "rtb-door",
            {"DestinationCidrBlock": "10.0.1.0/24", "NatGatewayId": "nat-0", "State": "blackhole"},
            subnets=["door-b"],
        )
        outcome = walk(network, "10.1.2.50")
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("BAD_STATE_ROUTE", "rtb-door")])

    def test_source_acl_is_judged_both_ways_if_path_ends_in_hub(self) -> None:
        network = with_doors(HubAndSpoke())
        network.acl("acl-task", DENY, ["subnet-a"])
        network.row("RouteTables", "rtb-hub")["Routes"].append(
            {"DestinationCidrBlock": "10.1.2.0/24", "NatGatewayId": "nat-0", "State": "blackhole"}
        )
        network.interface("eni-5e", "10.1.2.50", "hub-b", ["sg-hub"], VpcId=HUB)
        outcome = walk(network, "10.1.2.50")
        assert lost(outcome) == [
            ("SUBNET_ACL_RESTRICTION", "acl-task"),
            ("BAD_STATE_ROUTE", "rtb-hub"),
            ("SUBNET_ACL_RESTRICTION", "acl-task"),
        ]

    def test_source_acl_is_skipped_for_replies_into_attachment_subnet(self) -> None:
        network = HubAndSpoke()
        network.acl("acl-task", [*both_ways(entry(100))[:2], entry(100, egress=True)], ["subnet-a"])
        network.row("NetworkAcls", "acl-task")["Entries"][0] |= {"RuleAction": "deny", "CidrBlock": "10.1.0.0/16"}
        network.row("NetworkAcls", "acl-task")["Entries"].append(entry(200))
        network.row("RouteTables", "rtb-hub")["Routes"].append(
            {"DestinationCidrBlock": "10.1.2.0/24", "NatGatewayId": "nat-0", "State": "blackhole"}
        )
        network.interface("eni-5e", "10.1.2.50", "hub-b", ["sg-hub"], VpcId=HUB)
        assert lost(walk(network, "10.1.2.50")) == [("BAD_STATE_ROUTE", "rtb-hub")]


class TestUnknownTransitGateways:
    @pytest.mark.parametrize(
        ("change", "fact"),
        [
            (lambda n: n.forget("TransitGatewayVpcAttachments"), "the attachment of vpc-1 to tgw-1"),
            (
                lambda n: n.row("TransitGatewayVpcAttachments", "tgw-attach-1").pop("State"),
                "the state of tgw-attach-1",
            ),
            (
                lambda n: n.row("TransitGatewayVpcAttachments", "tgw-attach-1").update(State="modifying"),
                "what becomes of tgw-attach-1, which is modifying",
            ),
            (
                lambda n: n.row("TransitGatewayVpcAttachments", "tgw-attach-1").pop("SubnetIds"),
                "the subnets of tgw-attach-1",
            ),
            (
                lambda n: n.row("TransitGatewayVpcAttachments", "tgw-attach-1").update(SubnetIds=["subnet-z"]),
                "subnet subnet-z",
            ),
            (
                attached_in_a_zone_that_is_not_told,
                "whether tgw-attach-1 has a subnet in the zone of subnet-a",
            ),
            (
                lambda n: n.forget("TransitGatewayAttachments"),
                "the route table that tgw-attach-1 is associated with",
            ),
            (
                lambda n: n.row("TransitGatewayAttachments", "tgw-attach-1")["Association"].update(State="associating"),
                "what becomes of tgw-attach-1, whose route table is associating",
            ),
            (lambda n: n.rows["Calls"].clear(), "the routes of transit gateway route table tgw-rtb-spoke"),
            (
                lambda n: n.routes[SPOKE_ROUTES][0].update(State="pending"),
                "what a route in state pending does",
            ),
            (
                lambda n: n.routes[SPOKE_ROUTES][0]["TransitGatewayAttachments"].append(
                    {"TransitGatewayAttachmentId": "tgw-attach-9"}
                ),
                "which attachment a route leads to that names tgw-attach-2 or tgw-attach-9",
            ),
            (
                lambda n: n.row("TransitGatewayAttachments", "tgw-attach-2").update(ResourceType="vpn"),
                "the network beyond tgw-attach-2, an attachment of type vpn",
            ),
            (
                lambda n: n.rows["TransitGatewayVpcAttachments"].pop(),
                "the network beyond transit gateway attachment tgw-attach-2 (vpc-2)",
            ),
            (
                lambda n: (
                    n.rows["TransitGatewayVpcAttachments"].pop(),
                    n.row("TransitGatewayAttachments", "tgw-attach-2").pop("ResourceId"),
                ),
                "the network beyond transit gateway attachment tgw-attach-2",
            ),
            (lambda n: n.rows["Vpcs"].pop(), "VPC vpc-2 beyond tgw-attach-2"),
            (
                lambda n: n.row("TransitGatewayVpcAttachments", "tgw-attach-2").update(State="deleting"),
                "what becomes of packets for tgw-attach-2, which is deleting",
            ),
            (
                lambda n: n.row("TransitGatewayVpcAttachments", "tgw-attach-2").update(SubnetIds=["hub-z"]),
                "subnet hub-z",
            ),
        ],
    )
    def test_transit_gateway_is_unknown_and_names_the_missing_fact(self, change: Any, fact: str) -> None:
        network = server()
        change(network)
        outcome = walk(network, "10.1.2.50")
        assert (outcome.verdict, missing(outcome)) == (UNKNOWN, [fact])

    def test_transit_routes_of_overlapping_prefix_lists_are_undecided(self) -> None:
        network = server()
        for name in ("pl-1", "pl-2"):
            network.prefix_list(name, "10.1.0.0/16")
        listed = [tgw_route("10.1.0.0/16", "tgw-attach-2", "static") for _ in range(2)]
        for route, name in zip(listed, ("pl-1", "pl-2"), strict=True):
            route.pop("DestinationCidrBlock")
            route["PrefixListId"] = name
        listed[1]["TransitGatewayAttachments"][0]["TransitGatewayAttachmentId"] = "tgw-attach-1"
        network.routes[SPOKE_ROUTES][:] = listed
        fact = "which of the overlapping prefix lists pl-1 and pl-2 a packet goes by"
        assert missing(walk(network, "10.1.2.50")) == [fact]

    def test_transit_route_by_prefix_list_is_followed(self) -> None:
        network = server()
        network.prefix_list("pl-1", "10.1.2.0/24")
        route = tgw_route("10.1.0.0/16", "tgw-attach-2", "static") | {"PrefixListId": "pl-1"}
        route.pop("DestinationCidrBlock")
        network.routes[SPOKE_ROUTES][:] = [route]
        assert walk(network, "10.1.2.50").verdict is OK

    def test_deleted_transit_attachment_is_ignored(self) -> None:
        network = server()
        network.rows["TransitGatewayVpcAttachments"].insert(
            0, network.rows["TransitGatewayVpcAttachments"][0] | {"State": "deleted", "TransitGatewayAttachmentId": "x"}
        )
        assert walk(network, "10.1.2.50").verdict is OK

    @pytest.mark.parametrize(
        ("change", "fact"),
        [
            (
                lambda n: n.row("RouteTables", "rtb-hub")["Routes"][1].update(TransitGatewayId="tgw-2"),
                "what becomes of replies that leave hub-b by tgw-2",
            ),
            (
                lambda n: n.routes[HUB_ROUTES].append(tgw_route("10.0.1.0/24", "tgw-attach-7")),
                "what becomes of replies that tgw-rtb-hub sends to tgw-attach-7",
            ),
            (
                lambda n: n.routes[HUB_ROUTES][0].update(State="pending"),
                "what becomes of replies that tgw-rtb-hub sends to tgw-attach-1",
            ),
        ],
    )
    def test_transit_replies_by_another_target_are_unknown(self, change: Any, fact: str) -> None:
        network = server()
        change(network)
        outcome = walk(network, "10.1.2.50")
        assert (outcome.verdict, missing(outcome)) == (UNKNOWN, [fact])

    def test_transit_replies_are_undecided_if_unread_prefix_list_may_match(self) -> None:
        network = server()
        network.prefix_list("pl-1")
        network.routes[HUB_ROUTES].append(tgw_route("", "tgw-attach-7", "static") | {"PrefixListId": "pl-1"})
        network.routes[HUB_ROUTES][1].pop("DestinationCidrBlock")
        assert missing(walk(network, "10.1.2.50")) == ["the entries of prefix list pl-1"]

    def test_transit_replies_with_only_unread_prefix_list_are_undecided(self) -> None:
        network = server()
        network.prefix_list("pl-1")
        route = tgw_route("", "tgw-attach-7", "static") | {"PrefixListId": "pl-1"}
        route.pop("DestinationCidrBlock")
        network.routes[HUB_ROUTES][:] = [route]
        assert missing(walk(network, "10.1.2.50")) == ["the entries of prefix list pl-1"]


class TestAvailabilityZones:
    """https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html"""

    def half_shut(self) -> HubAndSpoke:
        """A hub into which only zone a's gate leads."""
        network = with_doors(server())
        network.acl("acl-gate", DENY, ["gate-b"])
        network.acl("acl-gate-in", both_ways(entry(100)), ["gate-a"])
        network.row("NetworkAcls", "acl-gate")["Entries"].insert(0, entry(1))
        return network

    def test_transit_packets_stay_in_source_zone(self) -> None:
        assert walk(self.half_shut(), "10.1.2.50").verdict is OK
        assert walk(self.half_shut(), "10.1.2.50", subnet="subnet-b").verdict is BLOCKED

    def test_appliance_mode_may_enter_hub_by_any_zone(self) -> None:
        network = self.half_shut()
        network.row("TransitGatewayVpcAttachments", "tgw-attach-2")["Options"]["ApplianceModeSupport"] = "enable"
        assert walk(network, "10.1.2.50").verdict is UNKNOWN

    def test_unknown_appliance_mode_may_enter_hub_by_any_zone(self) -> None:
        network = self.half_shut()
        del network.row("TransitGatewayVpcAttachments", "tgw-attach-2")["Options"]["ApplianceModeSupport"]
        assert walk(network, "10.1.2.50").verdict is UNKNOWN

    def test_appliance_mode_keeps_zone_shared_by_both_ends(self) -> None:
        network = self.half_shut()
        network.row("TransitGatewayVpcAttachments", "tgw-attach-2")["Options"]["ApplianceModeSupport"] = "enable"
        network.interface("eni-6e", "10.1.1.60", "hub-a", ["sg-hub"], VpcId=HUB)
        assert walk(network, "10.1.1.60").verdict is OK

    def test_transit_packets_enter_by_any_zone_without_attachment_in_theirs(self) -> None:
        network = self.half_shut()
        network.subnet("gate-c", "10.1.10.0/28", "eu-west-1c", vpc=HUB)
        network.row("TransitGatewayVpcAttachments", "tgw-attach-2")["SubnetIds"] = ["gate-b", "gate-c"]
        assert walk(network, "10.1.2.50").verdict is UNKNOWN

    def test_equivalent_attachment_subnets_give_a_single_path(self) -> None:
        network = with_doors(server())
        network.row("TransitGatewayVpcAttachments", "tgw-attach-2")["Options"]["ApplianceModeSupport"] = "enable"
        outcome = walk(network, "10.1.2.50")
        assert (outcome.verdict, len(outcome.traces)) == (OK, 1)

    def test_destination_subnet_with_attachment_gives_a_separate_path(self) -> None:
        network = server()
        network.row("TransitGatewayVpcAttachments", "tgw-attach-2")["Options"]["ApplianceModeSupport"] = "enable"
        outcome = walk(network, "10.1.2.50")
        assert (outcome.verdict, len(outcome.traces)) == (OK, 2)

    def test_attachment_subnets_with_unread_acls_give_separate_paths(self) -> None:
        network = with_doors(server())
        network.row("TransitGatewayVpcAttachments", "tgw-attach-2")["Options"]["ApplianceModeSupport"] = "enable"
        network.forget("NetworkAcls")
        assert len(walk(network, "10.1.2.50").traces) == 2

    @pytest.mark.parametrize(
        ("shut", "verdict"), [(["door-a"], UNKNOWN), (["door-a", "door-b"], BLOCKED), ([], OK)], ids=str
    )
    def test_transit_replies_may_use_any_zone_without_attachment_in_theirs(
        self, shut: list[str], verdict: Verdict
    ) -> None:
        network = with_doors(server())
        network.subnet("gate-c", "10.1.10.0/28", "eu-west-1c", vpc=HUB)
        network.subnet("hub-c", "10.1.3.0/24", "eu-west-1c", vpc=HUB)
        network.row("TransitGatewayVpcAttachments", "tgw-attach-2")["SubnetIds"] += ["gate-c"]
        network.interface("eni-7e", "10.1.3.70", "hub-c", ["sg-hub"], VpcId=HUB)
        for name in ("door-a", "door-b"):
            entries = [entry(100), *([] if name in shut else [entry(100, egress=True)])]
            network.acl(f"acl-{name}", entries, [name])
        outcome = walk(network, "10.1.3.70")
        assert outcome.verdict is verdict
        if verdict is UNKNOWN:
            assert missing(outcome) == ["by which subnet of tgw-attach-1 replies come back to vpc-1"]

    def test_availability_zones_across_accounts_are_compared_by_zone_id(self) -> None:
        network = server()
        network.row("Subnets", "subnet-b").update(OwnerId="444455556666", AvailabilityZoneId="euw1-az1")
        network.row("Subnets", "subnet-a").update(AvailabilityZone="eu-west-1c", AvailabilityZoneId="euw1-az1")
        attached_in_zone_b(network)
        assert walk(network, "10.1.2.50").verdict is OK


class TestSecurityGroupReferences:
    """https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html#vpc-attachment-security"""

    BY_GROUP = allow("tcp", 443, group="sg-task")

    def named(self, **options: Any) -> HubAndSpoke:
        network = server()
        hub_group(self.BY_GROUP)(network)
        for name, value in options.items():
            key = "TransitGateways" if name == "gateway" else "TransitGatewayVpcAttachments"
            row = network.row(key, {"gateway": "tgw-1", "mine": "tgw-attach-1", "theirs": "tgw-attach-2"}[name])
            row["Options"].pop("SecurityGroupReferencingSupport")
            if value is not None:
                row["Options"]["SecurityGroupReferencingSupport"] = value
        return network

    def test_group_references_work_if_enabled_on_gateway_and_attachments(self) -> None:
        assert walk(self.named(), "10.1.2.50").verdict is OK
        assert walk(self.named(), "10.1.2.50", groups=("sg-open",)).verdict is BLOCKED

    @pytest.mark.parametrize("where", ["gateway", "mine", "theirs"])
    def test_group_references_fail_if_disabled_on_gateway_or_attachment(self, where: str) -> None:
        outcome = walk(self.named(**{where: "disable"}), "10.1.2.50")
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("ENI_SG_RULES_MISMATCH", "sg-hub")])
        (message,) = messages(outcome)
        assert message.endswith("from subnet-a, whose security groups are not seen from there")

    @pytest.mark.parametrize("where", ["gateway", "mine", "theirs"])
    def test_group_references_are_unknown_if_the_option_is_missing(self, where: str) -> None:
        outcome = walk(self.named(**{where: None}), "10.1.2.50")
        assert missing(outcome) == ["whether security groups may be referenced across tgw-1"]
        assert outcome.verdict is UNKNOWN

    def test_group_references_disabled_option_outweighs_a_missing_option(self) -> None:
        assert walk(self.named(mine=None, theirs="disable"), "10.1.2.50").verdict is BLOCKED

    def test_group_references_are_unknown_if_transit_gateway_was_not_read(self) -> None:
        network = self.named()
        network.forget("TransitGateways")
        assert missing(walk(network, "10.1.2.50")) == ["transit gateway tgw-1"]

    def test_group_references_fail_over_transit_gateway_for_endpoints(self) -> None:
        network = central()
        hub_group(self.BY_GROUP)(network)
        assert set(lost(reach(network))) == {("ENI_SG_RULES_MISMATCH", "sg-hub")}

    def test_group_references_fail_for_endpoint_addressed_by_ip(self) -> None:
        network = self.named()
        network.row("NetworkInterfaces", "eni-5e")["InterfaceType"] = "vpc_endpoint"
        assert walk(network, "10.1.2.50").verdict is BLOCKED

    def test_group_references_fail_in_outbound_rules_over_transit_gateway(self) -> None:
        network = server()
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [allow("tcp", 443, group="sg-hub")]
        assert lost(walk(network, "10.1.2.50")) == [("ENI_SG_RULES_MISMATCH", "sg-task")]

    def test_outbound_group_references_are_unknown_if_peering_was_not_read(self) -> None:
        network = server()
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [allow("tcp", 443, group="sg-hub")]
        network.forget("VpcPeeringConnections")
        assert missing(walk(network, "10.1.2.50")) == ["whether vpc-1 and vpc-2 are peered"]


class TestChainedTransitGateways:
    def chain(self) -> HubAndSpoke:
        """The hub is joined to a third VPC by a transit gateway of its own."""
        network = server()
        network.add("Vpcs", VpcId="vpc-3", CidrBlock="10.2.0.0/16", DhcpOptionsId="dopt-1", OwnerId="111122223333")
        network.add("TransitGateways", TransitGatewayId="tgw-2", State="available")
        local = {"DestinationCidrBlock": "10.2.0.0/16", "GatewayId": "local", "State": "active"}
        back = {"DestinationCidrBlock": "10.0.0.0/15", "TransitGatewayId": "tgw-2", "State": "active"}
        network.table("rtb-3", main=True).update(VpcId="vpc-3", Routes=[local, back])
        network.subnet("far-a", "10.2.1.0/24", "eu-west-1a", vpc="vpc-3")
        network.interface("eni-8e", "10.2.1.80", "far-a", ["sg-hub"], VpcId="vpc-3")
        network.attach("tgw-attach-3", HUB, ["hub-a", "hub-b"], "tgw-rtb-2", TransitGatewayId="tgw-2")
        network.attach("tgw-attach-4", "vpc-3", ["far-a"], "tgw-rtb-3", TransitGatewayId="tgw-2")
        network.tgw_table("tgw-rtb-2", tgw_route("10.2.0.0/16", "tgw-attach-4"))
        network.tgw_table("tgw-rtb-3", tgw_route("10.0.0.0/15", "tgw-attach-3"))
        network.route("10.2.0.0/16", TransitGatewayId="tgw-1")
        network.route("10.2.0.0/16", "rtb-hub", TransitGatewayId="tgw-2")
        network.routes[SPOKE_ROUTES].append(tgw_route("10.2.0.0/16", "tgw-attach-2"))
        return network

    def test_chained_transit_replies_to_intermediate_vpc_are_unknown(self) -> None:
        outcome = walk(self.chain(), "10.2.1.80")
        assert missing(outcome) == ["how replies go on that come back to vpc-2 by tgw-attach-3"]
        assert outcome.verdict is UNKNOWN

    def test_chained_transit_path_is_blocked_by_destination_group(self) -> None:
        network = self.chain()
        hub_group()(network)
        assert walk(network, "10.2.1.80").verdict is BLOCKED

    def test_chained_transit_replies_are_checked_against_source_acl(self) -> None:
        network = self.chain()
        with_doors(network)
        network.acl("acl-task", [entry(100, egress=True)], ["subnet-a"])
        assert ("SUBNET_ACL_RESTRICTION", "acl-task") in lost(walk(network, "10.2.1.80"))

    def test_group_references_across_two_transit_gateways_are_undecided(self) -> None:
        network = self.chain()
        hub_group(allow("tcp", 443, group="sg-task"))(network)
        facts = missing(walk(network, "10.2.1.80"))
        assert "whether security groups are seen across both tgw-1 and tgw-2" in facts

    def test_transit_routing_loop_ends_as_unknown(self) -> None:
        network = server()
        network.routes[SPOKE_ROUTES].append(tgw_route(EVERYWHERE, "tgw-attach-2"))
        network.routes[HUB_ROUTES].append(tgw_route(EVERYWHERE, "tgw-attach-1"))
        network.route(TransitGatewayId="tgw-1")
        network.route(table="rtb-hub", TransitGatewayId="tgw-1")
        outcome = reach(network)
        assert missing(outcome)[0] == "where the way over tgw-1, tgw-1, tgw-1, tgw-1 and tgw-1 ends"
        assert outcome.verdict is UNKNOWN


class TestCentralEgress:
    def test_central_egress_works_through_hub_nat_gateway(self) -> None:
        network = HubAndSpoke()
        network.central_nat()
        assert reach(network).verdict is OK

    def test_central_egress_is_intermittent_if_hub_routes_drop_some_addresses(self) -> None:
        network = HubAndSpoke()
        network.central_nat()
        network.s3_list("52.218.0.0/17", "3.5.64.0/21")
        network.row("RouteTables", "rtb-hub")["Routes"].append(
            {"DestinationCidrBlock": "3.5.64.0/21", "NatGatewayId": "nat-0", "State": "blackhole"}
        )
        ref = ServiceRef("s3", REGION)
        outcome = reach(network, Target(parse_host(regional_host_of(ref)), 443, "aws", ref))
        assert (outcome.verdict, outcome.because) == (INTERMITTENT, ("address",))
        assert lost(outcome) == [("BAD_STATE_ROUTE", "rtb-hub")]

    def test_central_egress_needs_return_route_from_nat_gateway_subnet(self) -> None:
        network = HubAndSpoke()
        network.central_nat()
        network.row("RouteTables", "rtb-public")["Routes"].pop()
        assert lost(reach(network)) == [("IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "rtb-public")]

    def test_central_egress_needs_default_route_of_transit_gateway(self) -> None:
        network = HubAndSpoke()
        network.central_nat()
        network.routes[SPOKE_ROUTES].pop()
        assert lost(reach(network)) == [("TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", SPOKE_ROUTES)]

    def test_central_egress_in_appliance_mode_stays_in_source_zone(self) -> None:
        """The internet is in no zone."""
        network = HubAndSpoke()
        network.central_nat()
        network.row("TransitGatewayVpcAttachments", "tgw-attach-2")["Options"]["ApplianceModeSupport"] = "enable"
        network.hub_table("rtb-b", subnets=["hub-b"])
        assert reach(network).verdict is OK
        assert reach(network, subnet="subnet-b").verdict is BLOCKED

    def test_central_egress_enters_by_any_zone_if_hub_lacks_spoke_zone(self) -> None:
        network = with_doors(HubAndSpoke())
        network.central_nat()
        network.subnet("gate-c", "10.1.10.16/28", "eu-west-1c", vpc=HUB)
        network.row("TransitGatewayVpcAttachments", "tgw-attach-2")["SubnetIds"] = ["gate-b", "gate-c"]
        # The NAT gateway is in zone a: what it answers cannot leave that zone by the transit gateway.
        assert lost(reach(network)) == [("TGW_ROUTE_AZ_RESTRICTION", "tgw-attach-2")]
        network.row("Subnets", "public-a")["AvailabilityZone"] = "eu-west-1c"
        outcome = reach(network)
        assert (outcome.verdict, len(outcome.traces)) == (OK, 1)

    def test_gateway_endpoint_in_hub_drops_spoke_traffic(self) -> None:
        network = HubAndSpoke()
        network.gateway_endpoint(VpcId=HUB)
        network.s3_list("52.218.0.0/17")
        network.route("pl-53", "rtb-hub", GatewayId="vpce-93")
        network.route("52.218.0.0/17", TransitGatewayId="tgw-1")
        network.routes[SPOKE_ROUTES].append(tgw_route(EVERYWHERE, "tgw-attach-2"))
        outcome = walk(network, "52.218.0.9")
        assert lost(outcome) == [("VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION", "vpce-93")]

    def test_hub_internet_gateway_drops_untranslated_spoke_traffic(self) -> None:
        network = HubAndSpoke()
        network.central_nat()
        network.row("RouteTables", "rtb-hub")["Routes"][-1] = {
            "DestinationCidrBlock": EVERYWHERE,
            "GatewayId": "igw-2",
            "State": "active",
        }
        assert lost(reach(network, public=True)) == [("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "igw-2")]


class TestIpv6:
    def dual(self, **options: str) -> HubAndSpoke:
        network = server(Ipv6Addresses=[{"Ipv6Address": "2a05:d018:2::50"}])
        for name, cidr in (("subnet-a", "2a05:d018:1::/64"), ("hub-b", "2a05:d018:2::/64")):
            state = {"Ipv6CidrBlock": cidr, "Ipv6CidrBlockState": {"State": "associated"}}
            network.row("Subnets", name)["Ipv6CidrBlockAssociationSet"] = [state]
        for table, there in (("rtb-main", "2a05:d018:2::/56"), ("rtb-hub", "2a05:d018:1::/56")):
            row = {"DestinationIpv6CidrBlock": there, "TransitGatewayId": "tgw-1", "State": "active"}
            network.row("RouteTables", table)["Routes"].append(row)
        for name, cidr in (("vpc-1", "2a05:d018:1::/56"), (HUB, "2a05:d018:2::/56")):
            state = {"Ipv6CidrBlock": cidr, "Ipv6CidrBlockState": {"State": "associated"}}
            network.row("Vpcs", name)["Ipv6CidrBlockAssociationSet"] = [state]
        for table, own in (("rtb-main", "2a05:d018:1::/56"), ("rtb-hub", "2a05:d018:2::/56")):
            row = {"DestinationIpv6CidrBlock": own, "GatewayId": "local", "State": "active"}
            network.row("RouteTables", table)["Routes"].append(row)
        network.routes[SPOKE_ROUTES].append(tgw_route("2a05:d018:2::/56", "tgw-attach-2"))
        network.routes[HUB_ROUTES].append(tgw_route("2a05:d018:1::/56", "tgw-attach-1"))
        for attachment in network.rows["TransitGatewayVpcAttachments"]:
            attachment["Options"].update({"Ipv6Support": "enable", **options})
        everything = [entry(90) | {"Ipv6CidrBlock": "::/0", "Egress": egress} for egress in (False, True)]
        for item in everything:
            item.pop("CidrBlock")
        network.row("NetworkAcls", "acl-all")["Entries"].extend(everything)
        for group, side in (("sg-task", "IpPermissionsEgress"), ("sg-hub", "IpPermissions")):
            network.row("SecurityGroups", group)[side][0] = {
                "IpProtocol": "-1",
                "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
            }
        return network

    def test_ipv6_path_over_transit_gateway_is_ok(self) -> None:
        assert from_ipv6(self.dual(), "2a05:d018:2::50").verdict is OK

    def test_ipv6_path_is_unknown_if_attachment_disables_ipv6_support(self) -> None:
        outcome = from_ipv6(self.dual(Ipv6Support="disable"), "2a05:d018:2::50")
        assert (outcome.verdict, missing(outcome)) == (UNKNOWN, ["whether tgw-attach-1 carries IPv6"])


def test_hub_group_for_part_of_spoke_is_intermittent_by_placement() -> None:
    network = server()
    hub_group(allow("tcp", 443, cidr="10.0.1.0/25"))(network)
    outcome = walk(network, "10.1.2.50")
    assert (outcome.verdict, outcome.because) == (INTERMITTENT, ("placement",))


def test_https_egress_rule_is_enough_over_transit_gateway() -> None:
    network = server()
    network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [HTTPS]
    assert walk(network, "10.1.2.50").verdict is OK
    assert ALL in network.row("SecurityGroups", "sg-hub")["IpPermissionsEgress"]


def test_spoke_without_transit_route_has_no_route_to_destination() -> None:
    assert lost(walk(Network(), "10.1.2.50")) == [("NO_ROUTE_TO_DESTINATION", "rtb-main")]
