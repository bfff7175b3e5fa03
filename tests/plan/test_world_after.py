"""What a World is after a change: the facts as AWS would tell them then, and nothing else changed."""

import msgspec
import pytest
from msgspec import UNSET

from skerry.model.ecs import AwsvpcConfiguration
from skerry.model.route_targets import LOCAL, spell_target
from skerry.model.world import World
from skerry.plan.changes import (
    AddAclEntry,
    AddZoneRecord,
    Advise,
    AssociateZone,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    Rule,
    SetVpcAttribute,
    is_new,
    make_new_id,
    resource_of,
)
from skerry.plan.scope import Scope
from skerry.plan.world_after import apply_changes
from skerry.verdicts import BLOCKED, OK
from tests.networks import EVERYWHERE, HTTPS, REGION, VPC, Network, allow
from tests.planning import diagnosed, isolated, launches, planned

S3 = f"com.amazonaws.{REGION}.s3"
IN = Rule("tcp", 443, "10.0.1.0/24")


def rows(world: World, group: str, direction: str = "in") -> list[tuple[str, int | None, list[str]]]:
    found = world.security_groups[group]
    permissions = found.ip_permissions if direction == "in" else found.ip_permissions_egress
    assert permissions is not UNSET
    return [
        (
            row.ip_protocol,
            row.from_port,
            [
                *(item.cidr_ip for item in row.ip_ranges),
                *(item.group_id for item in row.user_id_group_pairs),
                *(item.prefix_list_id for item in row.prefix_list_ids),
            ],
        )
        for row in permissions
    ]


def targets(world: World, table: str = "rtb-main") -> list[str]:
    """The targets of a table's routes out of the VPC."""
    routes = world.route_tables[table].routes
    assert routes is not UNSET
    return [spell_target(route.target) for route in routes if route.target != LOCAL]


class TestSecurityGroups:
    def test_new_security_group_allows_only_outbound_traffic(self) -> None:
        world = apply_changes(Network().world(), [CreateSecurityGroup("sg-new-x", VPC, "x", "y")])
        assert rows(world, "sg-new-x") == []
        assert rows(world, "sg-new-x", "out") == [("-1", None, ["0.0.0.0/0"])]

    @pytest.mark.parametrize(
        ("peer", "kind"), [("10.0.1.0/24", "cidr"), ("sg-task", "group"), ("pl-53", "prefix-list")]
    )
    def test_security_group_rule_accepts_cidr_group_or_prefix_list(self, peer: str, kind: str) -> None:
        rule = Rule("tcp", 443, peer)
        assert rule.kind == kind
        world = apply_changes(Network().world(), [AuthorizeRule("sg-task", "in", rule)])
        assert rows(world, "sg-task") == [("tcp", 443, [peer])]
        assert rows(world, "sg-open") == rows(Network().world(), "sg-open")

    def test_new_outbound_rule_keeps_the_existing_rules(self) -> None:
        world = apply_changes(Network().world(), [AuthorizeRule("sg-task", "out", IN)])
        assert rows(world, "sg-task", "out") == [("-1", None, ["0.0.0.0/0"]), ("tcp", 443, ["10.0.1.0/24"])]

    def test_revoked_security_group_rule_is_removed(self) -> None:
        world = Network().world()
        both = apply_changes(world, [AuthorizeRule("sg-task", "in", IN), RevokeRule("sg-task", "in", IN)])
        assert rows(both, "sg-task") == []

    def test_unknown_security_group_rules_stay_unknown(self) -> None:
        network = Network()
        network.row("SecurityGroups", "sg-task").pop("IpPermissions")
        world = apply_changes(network.world(), [AuthorizeRule("sg-task", "in", IN)])
        assert world.security_groups["sg-task"].ip_permissions is UNSET


class TestGatewayEndpoints:
    def test_new_gateway_endpoint_adds_a_route_to_its_route_tables(self) -> None:
        network = Network()
        network.table("rtb-other")
        world = apply_changes(
            network.world(), [CreateGatewayEndpoint("vpce-new-s3", VPC, S3, ("rtb-main",), "pl-new-s3")]
        )
        routed = {
            row.route_table_id: [route.gateway_id for route in row.routes if route.destination_prefix_list_id]
            for row in world.facts.route_tables
            if row.routes is not UNSET
        }
        assert routed == {"rtb-main": ["vpce-new-s3"], "rtb-other": []}
        assert world.prefix_list_of(S3) == "pl-new-s3"

    def test_unknown_route_table_routes_stay_unknown(self) -> None:
        network = Network()
        network.row("RouteTables", "rtb-main").pop("Routes")
        create = CreateGatewayEndpoint("vpce-new-s3", VPC, S3, ("rtb-main",), "pl-53")
        world = apply_changes(network.world(), [create, DeleteEndpoint("vpce-new-s3", "")])
        assert world.route_tables["rtb-main"].routes is UNSET
        nat = apply_changes(network.world(), [RouteToNat("rtb-main", "nat-1", "")])
        assert nat.route_tables["rtb-main"].routes is UNSET

    def test_deleted_gateway_endpoint_loses_its_routes(self) -> None:
        network = Network()
        network.serve_s3()
        world = apply_changes(network.world(), [DeleteEndpoint("vpce-93", "")])
        assert world.vpc_endpoints == {}
        table = world.route_tables["rtb-main"]
        assert table.routes is not UNSET
        assert len(table.routes) == 1


class TestModifiedEndpoints:
    def test_modified_endpoint_gains_subnets_groups_dns_and_policy(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", PrivateDnsEnabled=False, PolicyDocument="{}")
        change = ModifyEndpoint("vpce-1", subnets=("subnet-b",), groups=("sg-task",), private_dns=True, policy="[]")
        row = apply_changes(network.world(), [change]).vpc_endpoints["vpce-1"]
        assert row.subnet_ids == ("subnet-a", "subnet-b")
        assert row.groups is not UNSET
        assert [one.group_id for one in row.groups] == ["sg-open", "sg-task"]
        assert (row.private_dns_enabled, row.policy_document) == (True, "[]")

    def test_modified_gateway_endpoint_gains_routes(self) -> None:
        network = Network()
        network.serve_s3()
        network.table("rtb-other", subnets=["subnet-b"])
        world = network.world()
        listed = world.prefix_list_of(S3)
        assert listed is not None
        found = apply_changes(world, [ModifyEndpoint("vpce-93", route_tables=("rtb-other",), prefix_list=listed)])
        assert found.vpc_endpoints["vpce-93"].route_table_ids == ("rtb-main", "rtb-other")
        table = found.route_tables["rtb-other"]
        assert table.routes is not UNSET
        route = table.routes[-1]
        assert (route.destination_prefix_list_id, route.gateway_id) == (listed, "vpce-93")

    def test_modified_endpoint_with_unknown_groups_stays_unchanged(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", PolicyDocument="{}").pop("Groups")
        world = network.world()
        assert (
            apply_changes(world, [ModifyEndpoint("vpce-1", groups=("sg-task",))]).vpc_endpoints == world.vpc_endpoints
        )

    def test_modification_of_missing_endpoint_changes_nothing(self) -> None:
        world = Network().world()
        assert (
            apply_changes(world, [ModifyEndpoint("vpce-9", route_tables=("rtb-main",), prefix_list="pl-1")]).facts
            == world.facts
        )


class TestOtherChanges:
    @pytest.mark.parametrize("attribute", ["enable_dns_support", "enable_dns_hostnames"])
    def test_dns_attribute_change_sets_only_that_attribute(self, attribute: str) -> None:
        network = Network()
        network.attribute("EnableDnsSupport", value=False)
        network.attribute("EnableDnsHostnames", value=False)
        change = SetVpcAttribute(VPC, attribute)  # type: ignore[arg-type]
        world = apply_changes(network.world(), [change])
        assert world.dns_attribute_of(VPC, attribute) is True
        other = {"enable_dns_support", "enable_dns_hostnames"} - {attribute}
        assert world.dns_attribute_of(VPC, other.pop()) is False

    def test_network_acl_entry_is_added_for_tcp_in_its_direction(self) -> None:
        change = AddAclEntry("acl-all", 50, "out", "10.0.1.0/24", (443, 443))
        entries = apply_changes(Network().world(), [change]).network_acls["acl-all"].entries
        assert entries is not UNSET
        (added,) = [row for row in entries if row.rule_number == 50]
        found = (added.protocol, added.egress, added.rule_action, added.cidr_block)
        assert found == ("6", True, "allow", "10.0.1.0/24")

    def test_entries_and_rules_of_several_resources_are_added_in_their_order(self) -> None:
        network = Network()
        before = network.world()
        new = [AddAclEntry("acl-all", number, "out", f"10.0.{number}.0/24", (443, 443)) for number in (60, 50)]
        rules = [AuthorizeRule(group, "in", Rule("tcp", 443, "10.0.1.0/24")) for group in ("sg-task", "sg-open")]
        world = apply_changes(
            before, [new[0], rules[0], new[1], rules[1], AddAclEntry("acl-other", 50, "in", "0.0.0.0/0", (1, 2))]
        )
        entries, earlier = world.network_acls["acl-all"].entries, before.network_acls["acl-all"].entries
        assert entries is not UNSET
        assert earlier is not UNSET
        assert entries[: len(earlier)] == earlier
        assert [row.rule_number for row in entries[len(earlier) :]] == [60, 50]
        for group in ("sg-task", "sg-open"):
            rows, known = world.security_groups[group].ip_permissions, before.security_groups[group].ip_permissions
            assert rows is not UNSET
            assert known is not UNSET
            assert len(rows) == len(known) + 1

    def test_unknown_network_acl_entries_stay_unknown(self) -> None:
        network = Network()
        network.row("NetworkAcls", "acl-all").pop("Entries")
        change = AddAclEntry("acl-all", 50, "out", "10.0.1.0/24", (443, 443))
        assert apply_changes(network.world(), [change]).facts == network.world().facts

    def test_replaced_route_leads_to_the_new_gateway(self) -> None:
        network = Network()
        network.route(TransitGatewayId="tgw-1", State="blackhole")
        to_nat = ReplaceRoute("rtb-main", EVERYWHERE, "nat-gateway", "nat-1")
        to_internet = ReplaceRoute("rtb-main", EVERYWHERE, "internet-gateway", "igw-1")
        assert targets(apply_changes(network.world(), [to_nat])) == ["nat-1"]
        assert targets(apply_changes(network.world(), [to_internet])) == ["igw-1"]

    def test_replaced_route_must_exist(self) -> None:
        world = Network().world()
        change = ReplaceRoute("rtb-main", EVERYWHERE, "nat-gateway", "nat-1")
        assert apply_changes(world, [change]).facts == world.facts

    @pytest.mark.parametrize(
        "change", [RouteToNat("rtb-main", "nat-1", ""), RouteToInternetGateway("rtb-main", "igw-1")]
    )
    def test_new_route_is_refused_where_one_exists(self, change: Change) -> None:
        """AWS takes no second route to a destination, be the first one a black hole."""
        network = Network()
        assert len(targets(apply_changes(network.world(), [change]))) == 1
        network.route(TransitGatewayId="tgw-1", State="blackhole")
        assert targets(apply_changes(network.world(), [change])) == ["tgw-1"]
        assert targets(apply_changes(network.world(), [DeleteRoute("rtb-main", EVERYWHERE), change])) != ["tgw-1"]

    def test_gateway_endpoint_needs_the_black_hole_deleted(self) -> None:
        network = Network()
        network.s3_list()
        network.route("pl-53", GatewayId="vpce-gone", State="blackhole")
        create = CreateGatewayEndpoint("vpce-new-s3", VPC, S3, ("rtb-main",), "pl-53")
        assert targets(apply_changes(network.world(), [create])) == ["vpce-gone"]
        assert targets(apply_changes(network.world(), [DeleteRoute("rtb-main", "pl-53"), create])) == ["vpce-new-s3"]

    def test_unknown_routes_stay_unknown(self) -> None:
        network = Network()
        network.row("RouteTables", "rtb-main").pop("Routes")
        world = network.world()
        changes: tuple[Change, ...] = (
            DeleteRoute("rtb-main", "pl-53"),
            RouteToNat("rtb-main", "nat-1", ""),
            ReplaceRoute("rtb-main", EVERYWHERE, "nat-gateway", "nat-1"),
        )
        assert apply_changes(world, changes).facts == world.facts

    def test_new_nat_gateway_leads_to_the_internet(self) -> None:
        network = isolated()
        network.internet_gateway()
        network.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-b"])
        nat = CreateNatGateway("nat-new-1", VPC, "subnet-b", "eipalloc-new-1")
        route = RouteToNat("rtb-main", "nat-new-1", "")
        assert diagnosed(apply_changes(network.world(), [nat])).verdict is BLOCKED
        assert diagnosed(apply_changes(network.world(), [nat, route])).verdict is OK

    def test_configured_service_has_its_new_settings(self) -> None:
        network = isolated()
        network.service("other")
        settings = ConfigureService(
            "web",
            "",
            "shop",
            assign_public_ip=True,
            platform_version="LATEST",
            subnets=("subnet-b",),
            groups=("sg-open",),
        )
        web, other = apply_changes(network.world(), [settings]).facts.services
        expected = AwsvpcConfiguration(("subnet-b",), ("sg-open",), "ENABLED")
        assert (web.platform_version, web.network_configuration.awsvpc_configuration) == ("LATEST", expected)
        assert other == network.world().facts.services[1]

    def test_settings_of_one_service_follow_each_other(self) -> None:
        network = isolated()
        network.service("other")
        settings = [
            ConfigureService("web", "", "shop", subnets=("subnet-b",), platform_version="LATEST"),
            ConfigureService("other", "", "shop", assign_public_ip=True),
            ConfigureService("web", "", "shop", subnets=("subnet-c",)),
        ]
        web, other = apply_changes(network.world(), settings).facts.services
        of_web, of_other = (row.network_configuration.awsvpc_configuration for row in (web, other))
        assert of_web is not None
        assert of_other is not None
        assert (web.platform_version, of_web.subnets, of_other.assign_public_ip) == ("LATEST", ("subnet-c",), "ENABLED")

    def test_scope_after_settings_is_that_of_the_configured_launches(self) -> None:
        network = isolated()
        for name in ("other", "third"):
            network.service(name)
        scope = Scope(launches(network.world()))
        settings = [ConfigureService("other", "", "shop", subnets=("subnet-b",)), ConfigureService("gone", "", "shop")]
        after = scope.after(settings)
        assert [kind.names for kind in scope.kinds] == [("web", "other", "third")]
        assert [kind.names for kind in after.kinds] == [("web", "third"), ("other",)]
        assert [kind.names for kind in Scope(after.launches).kinds] == [kind.names for kind in after.kinds]
        assert [launch.name for launch in after.members_of(after.kinds[0])] == ["web", "third"]

    def test_configured_service_keeps_its_other_settings(self) -> None:
        network = isolated()
        network.row("services", "web")["networkConfiguration"] = {}
        (web,) = apply_changes(
            network.world(), [ConfigureService("web", "", "shop", assign_public_ip=False)]
        ).facts.services
        expected = AwsvpcConfiguration((), (), "DISABLED")
        assert (web.platform_version, web.network_configuration.awsvpc_configuration) == ("1.4.0", expected)

    @pytest.mark.parametrize(
        "change",
        [
            ConfigureService("web", ""),
            ProposeStatement("role", "{}", ""),
            MirrorImage("nginx", "nginx", ""),
            Advise("rtb-main", ""),
        ],
    )
    def test_manual_changes_leave_the_world_unchanged(self, change: Change) -> None:
        world = Network().world()
        assert apply_changes(world, [change]).facts == world.facts

    def test_new_endpoint_makes_the_diagnosis_ok(self) -> None:
        network = isolated()
        network.serve_s3()
        for number, service in enumerate(("ecr.api", "ecr.dkr"), 1):
            network.endpoint(f"vpce-{number}", service)
        name = f"com.amazonaws.{REGION}.logs"
        change = CreateInterfaceEndpoint("vpce-new-logs", VPC, name, ("subnet-b",), ("sg-open",))
        assert diagnosed(apply_changes(network.world(), [change])).verdict is OK


def test_resource_of_returns_the_resource_of_each_change() -> None:
    expected: dict[str, Change] = {
        "sg-1": CreateSecurityGroup("sg-1", VPC, "", ""),
        "sg-2": AuthorizeRule("sg-2", "in", IN),
        "sg-3": RevokeRule("sg-3", "in", IN),
        "vpce-1": CreateInterfaceEndpoint("vpce-1", VPC, "", (), ()),
        "vpce-2": CreateGatewayEndpoint("vpce-2", VPC, "", (), ""),
        "vpce-3": ModifyEndpoint("vpce-3"),
        "vpce-4": DeleteEndpoint("vpce-4", ""),
        "vpc-1": SetVpcAttribute("vpc-1", "enable_dns_support"),
        "acl-1": AddAclEntry("acl-1", 1, "in", "", (1, 1)),
        "web": ConfigureService("web", ""),
        "role": ProposeStatement("role", "", ""),
        "nginx": MirrorImage("nginx", "", ""),
        "rtb-1": RouteToNat("rtb-1", "nat-1", ""),
        "rtb-2": RouteToInternetGateway("rtb-2", "igw-1"),
        "rtb-3": ReplaceRoute("rtb-3", "0.0.0.0/0", "nat-gateway", "nat-1"),
        "rtb-4": DeleteRoute("rtb-4", "pl-53"),
        "nat-1": CreateNatGateway("nat-1", VPC, "subnet-b", "eipalloc-new-1"),
        "Z1": AssociateZone("Z1", "vpc-1", ""),
        "Z2": AddZoneRecord("Z2", "a.example", "vpc-1", "a.example", "b.example", ""),
        "zone": Advise("zone", ""),
    }
    assert {name: resource_of(change) for name, change in expected.items()} == {name: name for name in expected}


def test_new_id_is_recognised_as_new() -> None:
    assert is_new(make_new_id("sg", "endpoints"))
    assert not is_new("sg-0a1b")


def test_changes_round_trip_through_json() -> None:
    changes: list[Change] = [AuthorizeRule("sg-1", "in", IN), ModifyEndpoint("vpce-1", private_dns=True)]
    assert msgspec.json.decode(msgspec.json.encode(changes), type=list[Change]) == changes
    assert allow("tcp", 443, cidr="0.0.0.0/0") == HTTPS


@pytest.mark.parametrize("ingress", ["from-tasks", "subnets", "article"])
def test_planned_changes_round_trip_through_json(ingress: str) -> None:
    network = isolated()
    network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = []
    changes = [row.change for row in planned(network, ingress=ingress).changes]
    assert {AuthorizeRule, CreateInterfaceEndpoint} <= {type(change) for change in changes}
    assert msgspec.json.decode(msgspec.json.encode(changes), type=list[Change]) == changes


def new_endpoint(service: str, *, private_dns: bool = True) -> CreateInterfaceEndpoint:
    return CreateInterfaceEndpoint(
        "vpce-new", VPC, f"com.amazonaws.{REGION}.{service}", ("subnet-a",), ("sg-open",), private_dns
    )


def test_new_endpoint_outside_the_catalogue_has_the_private_names_that_aws_lists() -> None:
    network = isolated()
    names = [{"PrivateDnsName": f"api.sagemaker.{REGION}.amazonaws.com"}, {}]
    network.add("ServiceDetails", ServiceName=f"com.amazonaws.{REGION}.sagemaker.api", PrivateDnsNames=names)
    then = apply_changes(network.world(), [new_endpoint("sagemaker.api")])
    assert then.vpc_endpoints["vpce-new"].private_names == (f"api.sagemaker.{REGION}.amazonaws.com",)


def test_new_endpoint_outside_the_catalogue_has_the_private_name_by_the_rule() -> None:
    then = apply_changes(isolated().world(), [new_endpoint("rds")])
    assert then.vpc_endpoints["vpce-new"].private_names == (f"rds.{REGION}.amazonaws.com",)
    without = apply_changes(isolated().world(), [new_endpoint("rds", private_dns=False)])
    assert without.vpc_endpoints["vpce-new"].private_names == ()


def test_new_endpoint_under_another_prefix_has_the_private_names_that_its_owner_lists() -> None:
    network, name = isolated(), f"com.amazonaws.vpce.{REGION}.vpce-svc-0a"
    change = CreateInterfaceEndpoint("vpce-new", VPC, name, ("subnet-a",), ("sg-open",))
    assert apply_changes(network.world(), [change]).vpc_endpoints["vpce-new"].private_names == ()
    network.add("ServiceDetails", ServiceName=name, PrivateDnsNames=[{"PrivateDnsName": "api.acme.example"}])
    then = apply_changes(network.world(), [change])
    assert then.vpc_endpoints["vpce-new"].private_names == ("api.acme.example",)


def test_new_endpoint_of_the_catalogue_prints_no_names() -> None:
    then = apply_changes(isolated().world(), [new_endpoint("logs")])
    assert then.vpc_endpoints["vpce-new"].private_names == ()


def test_endpoint_modified_several_times_is_as_after_one_change_after_another() -> None:
    network = isolated()
    network.endpoint("vpce-1", "ecr.api", groups=["sg-web"])
    made: list[Change] = [
        ModifyEndpoint("vpce-2", groups=("sg-none",)),
        ModifyEndpoint("vpce-1", groups=("sg-a",)),
        ModifyEndpoint("vpce-1", private_dns=True),
        CreateInterfaceEndpoint("vpce-2", VPC, f"com.amazonaws.{REGION}.logs", ("subnet-a",), ("sg-b",)),
        ModifyEndpoint("vpce-2", groups=("sg-c",)),
        ModifyEndpoint("vpce-1", groups=("sg-b",)),
    ]
    world = network.world()
    step = world
    for change in made:
        step = apply_changes(step, [change])
    assert apply_changes(world, made).facts == step.facts
    groups = apply_changes(world, made).vpc_endpoints["vpce-1"].groups
    assert groups is not UNSET
    assert [group.group_id for group in groups][-2:] == ["sg-a", "sg-b"]
    assert apply_changes(world, made).vpc_endpoints["vpce-2"] == step.vpc_endpoints["vpce-2"]
