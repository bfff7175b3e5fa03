"""Changes of a plan on what exists: small networks, plans with the ids of their resources."""

from pathlib import Path
from typing import ClassVar

import pytest

from skerry.errors import InputError
from skerry.model.resource_answers import Absent
from skerry.model.world import World
from skerry.sources.descriptions import Description, InputFile, ReadingOptions, join
from skerry.sources.terraform.reading import read
from tests.networks import ACCOUNT, EVERYWHERE, HTTPS, Network, entry
from tests.sources.overlay.changes import (
    Json,
    changed,
    created,
    deleted,
    kept,
    notes_of,
    put,
    routes_of,
    row,
    served_network,
    world_after,
)
from tests.sources.terraform.plans import REGION, plan_of

OPEN = {"protocol": "-1", "from_port": 0, "to_port": 0}
WEB = {"protocol": "tcp", "from_port": 443, "to_port": 443}


@pytest.fixture
def network() -> Network:
    return served_network()


TABLE = {"id": "rtb-main", "vpc_id": "vpc-1"}
ROUTE = {"id": "r-1", "route_table_id": "rtb-main", "destination_cidr_block": EVERYWHERE, "nat_gateway_id": "nat-1"}
INLINE = {"cidr_block": EVERYWHERE, "nat_gateway_id": "nat-1"}


class TestRoutes:
    def test_route_of_a_table_of_others_is_removed_and_the_rest_stays(self, network: Network) -> None:
        world = world_after(network, deleted("aws_route.nat", **ROUTE))
        assert list(routes_of(world)) == ["10.0.0.0/16", "pl-53"]

    def test_route_that_the_refreshed_table_still_names_is_removed(self, network: Network) -> None:
        table = kept("aws_route_table.main", **TABLE, route=[INLINE])
        world = world_after(network, deleted("aws_route.nat", **ROUTE), table)
        assert EVERYWHERE not in routes_of(world)

    def test_route_with_another_target_replaces_the_old_one(self, network: Network) -> None:
        table = kept("aws_route_table.main", **TABLE, route=[INLINE])
        moved = changed("aws_route.nat", ROUTE, nat_gateway_id=None, gateway_id="igw-1")
        world = world_after(network, moved, table)
        rows = world.route_tables["rtb-main"].routes
        assert isinstance(rows, tuple)
        assert [route.gateway_id for route in rows if route.to == EVERYWHERE] == ["igw-1"]

    def test_route_to_a_deleted_nat_gateway_is_a_black_hole(self, network: Network) -> None:
        nat = {"id": "nat-1", "subnet_id": "subnet-b", "connectivity_type": "public"}
        world = world_after(network, deleted("aws_nat_gateway.main", **nat))
        assert routes_of(world)[EVERYWHERE] == "blackhole"
        assert "nat-1" not in world.nat_gateways
        assert "eni-1f" not in world.network_interfaces

    def test_created_route_is_added(self, network: Network) -> None:
        route = {**ROUTE, "id": None, "destination_cidr_block": "192.0.2.0/24"}
        assert "192.0.2.0/24" in routes_of(world_after(network, created("aws_route.more", **route)))

    def test_deleted_gateway_endpoint_takes_its_routes_with_it(self, network: Network) -> None:
        endpoint = {"id": "vpce-93", "vpc_id": "vpc-1", "service_name": f"com.amazonaws.{REGION}.s3"}
        world = world_after(network, deleted("aws_vpc_endpoint.s3", **endpoint, route_table_ids=["rtb-main"]))
        assert list(routes_of(world)) == ["10.0.0.0/16", EVERYWHERE]

    def test_created_gateway_endpoint_routes_to_the_list_that_exists(self, network: Network) -> None:
        network.prefix_list("pl-02", called=f"com.amazonaws.{REGION}.dynamodb", owner="AWS")
        endpoint = {"vpc_id": "vpc-1", "service_name": f"com.amazonaws.{REGION}.dynamodb"}
        world = world_after(network, created("aws_vpc_endpoint.db", **endpoint, route_table_ids=["rtb-main"]))
        assert "pl-02" in routes_of(world)

    def test_adopted_table_loses_all_but_local_routes_and_those_of_endpoints(self, network: Network) -> None:
        table = {"default_route_table_id": "rtb-main", "vpc_id": "vpc-1", "route": []}
        assert list(routes_of(world_after(network, created("aws_default_route_table.main", **table)))) == [
            "10.0.0.0/16",
            "pl-53",
        ]


class TestRules:
    GROUP: ClassVar[Json] = {"id": "sg-open", "name": "sg-open", "vpc_id": "vpc-1"}
    RULE: ClassVar[Json] = {
        "id": "sgr-1",
        "security_group_id": "sg-open",
        "type": "ingress",
        **WEB,
        "cidr_blocks": [EVERYWHERE],
    }

    def test_removed_rule_is_gone(self, network: Network) -> None:
        inline = {**WEB, "cidr_blocks": [EVERYWHERE]}
        group = kept("aws_security_group.open", **self.GROUP, ingress=[inline], egress=[])
        world = world_after(network, group, deleted("aws_security_group_rule.web", **self.RULE))
        assert world.security_groups["sg-open"].ip_permissions == ()
        assert len(world.security_groups["sg-open"].ip_permissions_egress or ()) == 1

    def test_rule_is_removed_out_of_a_permission_of_several_peers(self, network: Network) -> None:
        network.row("SecurityGroups", "sg-open")["IpPermissions"][0]["IpRanges"] += [{"CidrIp": "10.0.0.0/16"}]
        world = world_after(network, deleted("aws_security_group_rule.web", **self.RULE))
        [left] = world.security_groups["sg-open"].ip_permissions or ()
        assert [str(item.cidr_ip) for item in left.ip_ranges] == ["10.0.0.0/16"]

    def test_newer_rule_of_a_group_of_others_is_added_and_removed(self, network: Network) -> None:
        rule = {"security_group_id": "sg-task", "ip_protocol": "tcp", "from_port": 80, "to_port": 80}
        more = {**rule, "cidr_ipv4": "10.0.0.0/8"}
        world = world_after(network, created("aws_vpc_security_group_ingress_rule.a", **more))
        assert len(world.security_groups["sg-task"].ip_permissions or ()) == 1
        https = {"security_group_id": "sg-open", "ip_protocol": "tcp", "from_port": 443, "to_port": 443}
        gone = deleted("aws_vpc_security_group_ingress_rule.b", id="sgr-2", **https, cidr_ipv4=EVERYWHERE)
        assert world_after(network, gone).security_groups["sg-open"].ip_permissions == ()

    def test_rule_that_is_not_there_is_told(self, network: Network) -> None:
        rule = {**self.RULE, "cidr_blocks": ["192.0.2.0/24"]}
        [note] = notes_of(network, deleted("aws_security_group_rule.web", **rule))
        assert note == "the plan removes tcp 443 443 192.0.2.0/24 of sg-open, which is not there"

    def test_adopted_default_group_loses_all_its_rules(self, network: Network) -> None:
        group = {"vpc_id": "vpc-1", "ingress": [], "egress": []}
        world = world_after(network, created("aws_default_security_group.main", **group))
        assert world.security_groups["sg-default"].ip_permissions == ()
        assert world.security_groups["sg-default"].ip_permissions_egress == ()


class TestAcls:
    def test_removed_entry_is_gone(self, network: Network) -> None:
        rule = {"id": "n-1", "network_acl_id": "acl-all", "rule_number": 100, "egress": True, "protocol": "-1"}
        rule |= {"rule_action": "allow", "cidr_block": EVERYWHERE}
        acl = world_after(network, deleted("aws_network_acl_rule.out", **rule)).network_acls["acl-all"]
        numbers = [(item.egress, item.rule_number) for item in acl.entries or ()]
        assert (True, 100) not in numbers
        assert (False, 100) in numbers

    def test_subnets_of_a_deleted_acl_return_to_the_default(self, network: Network) -> None:
        network.row("NetworkAcls", "acl-all")["IsDefault"] = True
        network.acl("acl-b", [entry(100)], ["subnet-b"])
        acl = {"id": "acl-b", "vpc_id": "vpc-1", "subnet_ids": ["subnet-b"]}
        world = world_after(network, deleted("aws_network_acl.b", **acl))
        assert getattr(world.network_acl_of("subnet-b"), "network_acl_id", None) == "acl-all"

    def test_subnet_has_the_acl_that_it_was_given_last(self, network: Network) -> None:
        network.acl("acl-b", [entry(100)])
        rows = {"network_acl_id": "acl-b", "subnet_id": "subnet-a"}
        world = world_after(network, created("aws_network_acl_association.a", **rows))
        assert getattr(world.network_acl_of("subnet-a"), "network_acl_id", None) == "acl-b"
        assert getattr(world.network_acl_of("subnet-b"), "network_acl_id", None) == "acl-all"


class TestEndpoints:
    ENDPOINT: ClassVar[Json] = {
        "id": "vpce-1",
        "vpc_id": "vpc-1",
        "vpc_endpoint_type": "Interface",
        "service_name": f"com.amazonaws.{REGION}.ecr.api",
        "subnet_ids": ["subnet-a"],
        "security_group_ids": ["sg-open"],
        "private_dns_enabled": True,
    }

    def test_deleted_endpoint_is_gone_with_its_interfaces(self, network: Network) -> None:
        world = world_after(network, deleted("aws_vpc_endpoint.api", **self.ENDPOINT))
        assert "vpce-1" not in world.vpc_endpoints
        assert "eni-10" not in world.network_interfaces

    def test_private_dns_is_turned_on(self, network: Network) -> None:
        network.row("VpcEndpoints", "vpce-1")["PrivateDnsEnabled"] = False
        before = {**self.ENDPOINT, "private_dns_enabled": False}
        world = world_after(network, changed("aws_vpc_endpoint.api", before, private_dns_enabled=True))
        assert world.vpc_endpoints["vpce-1"].private_dns_enabled is True
        assert "eni-10" in world.network_interfaces

    def test_endpoint_with_another_group_has_no_interface_of_the_old_one(self, network: Network) -> None:
        world = world_after(network, changed("aws_vpc_endpoint.api", self.ENDPOINT, security_group_ids=["sg-task"]))
        [group] = world.vpc_endpoints["vpce-1"].groups or ()
        assert group.group_id == "sg-task"
        assert "eni-10" not in world.network_interfaces

    def test_policy_of_an_endpoint_of_others(self, network: Network) -> None:
        policy = created("aws_vpc_endpoint_policy.api", vpc_endpoint_id="vpce-1", policy='{"Statement": []}')
        assert world_after(network, policy).vpc_endpoints["vpce-1"].policy_document == '{"Statement": []}'


class TestKindsOfActions:
    def test_untouched_resources_stay_as_read(self, network: Network) -> None:
        network.row("SecurityGroups", "sg-open")["IpPermissions"].append(HTTPS | {"FromPort": 80, "ToPort": 80})
        group = kept("aws_security_group.open", id="sg-open", name="sg-open", vpc_id="vpc-1", ingress=[], egress=[])
        assert world_after(network, group).security_groups == network.world().security_groups

    def test_moved_resource_is_not_removed(self, network: Network) -> None:
        moved = kept("aws_nat_gateway.new", id="nat-1", subnet_id="subnet-b") | {
            "previous_address": "aws_nat_gateway.a"
        }
        result = put(network, moved)
        assert "nat-1" in World(result.facts).nat_gateways
        assert result.actions == ()

    def test_forgotten_resource_stays(self, network: Network) -> None:
        forgotten = row("aws_nat_gateway.main", {"id": "nat-1", "subnet_id": "subnet-b"}, None, "forget")
        assert "nat-1" in world_after(network, forgotten).nat_gateways

    def test_imported_resource_is_no_new_one(self, network: Network) -> None:
        imported = kept("aws_subnet.a", id="subnet-a", vpc_id="vpc-1", cidr_block="10.0.1.0/24")
        imported["change"]["importing"] = {"id": "subnet-a"}
        assert len(world_after(network, imported).subnets) == len(network.world().subnets)

    def test_replaced_group_is_another_one(self, network: Network) -> None:
        before = {"id": "sg-task", "name": "task", "vpc_id": "vpc-1", "ingress": [], "egress": []}
        after = {**before, "id": None, "name": "other"}
        group = row("aws_security_group.task", before, after, "delete", "create", unknown={"id": True})
        result = put(network, group)
        assert "sg-task" not in World(result.facts).security_groups
        assert [(action.address, action.kind) for action in result.actions] == [("aws_security_group.task", "replaced")]

    def test_deferred_change_is_told(self, network: Network) -> None:
        change = deleted("aws_nat_gateway.main", id="nat-1")
        more = {"deferred_changes": [{"reason": "deferred_prereq", "resource_change": change}]}
        assert notes_of(network, **more) == ["changes that the plan defers are not in it: aws_nat_gateway.main"]
        assert "nat-1" in world_after(network, **more).nat_gateways

    def test_deposed_object_is_removed(self, network: Network) -> None:
        world = world_after(
            network, deleted("aws_nat_gateway.main", id="nat-1", subnet_id="subnet-b") | {"deposed": "1"}
        )
        assert "nat-1" not in world.nat_gateways

    def test_subnet_that_is_created_in_an_existing_vpc(self, network: Network) -> None:
        network.row("NetworkAcls", "acl-all")["IsDefault"] = True
        values = {"vpc_id": "vpc-1", "cidr_block": "10.0.3.0/24", "availability_zone": "eu-west-1a"}
        world = world_after(network, created("aws_subnet.c", **values))
        [name] = world.subnets.keys() - {"subnet-a", "subnet-b"}
        assert getattr(world.network_acl_of(name), "network_acl_id", None) == "acl-all"
        assert getattr(world.route_table_of(world.subnets[name]), "route_table_id", None) == "rtb-main"

    def test_vpc_that_is_created_beside_is_whole(self, network: Network) -> None:
        world = world_after(network, created("aws_vpc.new", cidr_block="10.9.0.0/16"))
        [name] = world.vpcs.keys() - {"vpc-1"}
        assert world.knows("vpc_endpoints", name)
        assert world.knows("vpc_endpoints", "vpc-1")

    def test_endpoint_in_a_vpc_that_is_not_known_leaves_all_open(self, network: Network) -> None:
        endpoint = row("aws_vpc_endpoint.x", None, {}, "create", unknown={"id": True, "vpc_id": True})
        assert not world_after(network, endpoint).knows("vpc_endpoints", "vpc-1")

    def test_new_revision_gets_a_number_of_its_own(self, network: Network) -> None:
        values = {"family": "web", "container_definitions": "[]", "network_mode": "awsvpc"}
        unknown = {"id": True, "arn": True, "revision": True}
        definition = row("aws_ecs_task_definition.web", None, values, "create", unknown=unknown)
        revisions = {one.revision for one in world_after(network, definition).facts.task_definitions}
        assert revisions == {1, 2}


def test_two_plans_may_name_one_existing_resource(network: Network) -> None:
    """Each knows other values of it."""
    vpc = kept("aws_vpc.main", id="vpc-1", cidr_block="10.0.0.0/16", dhcp_options_id="dopt-1")
    subnet = created("aws_subnet.c", vpc_id="vpc-1", cidr_block="10.0.3.0/24", availability_zone=f"{REGION}a")
    descriptions = [
        one
        for name, row in (("network", vpc), ("tasks", subnet))
        for one in read(
            [InputFile(name, Path(f"{name}.json"), plan_of(row))],
            ReadingOptions(region=REGION, account=ACCOUNT, existing=network.world().facts),
        )
    ]
    assert all(isinstance(one, Description) for one in descriptions)
    [result] = join([one for one in descriptions if isinstance(one, Description)], network.world().facts)
    assert {str(row.cidr_block) for row in result.facts.subnets} >= {"10.0.3.0/24"}


class TestMismatches:
    def test_changed_resource_that_does_not_exist_is_told(self, network: Network) -> None:
        [note] = notes_of(network, deleted("aws_nat_gateway.old", id="nat-9", subnet_id="subnet-b"))
        assert note == ("the plan changes aws_nat_gateway.old (nat-9), which is not among the resources that exist")

    def test_unchanged_part_that_does_not_exist_is_told(self, network: Network) -> None:
        """The network stays as it was read; the user learns that the plan saw another one."""
        table = kept("aws_route_table.main", **TABLE, route=[INLINE, {**INLINE, "cidr_block": "192.0.2.0/24"}])
        result = put(network, table)
        assert result.facts.notes == (
            "the plan expects 192.0.2.0/24 of aws_route_table.main (rtb-main), which is not there",
        )
        assert "192.0.2.0/24" not in routes_of(World(result.facts))

    def test_unchanged_resource_that_does_not_exist_is_told(self, network: Network) -> None:
        subnet = kept("aws_subnet.x", id="subnet-x", vpc_id="vpc-1", cidr_block="10.0.9.0/24")
        assert notes_of(network, subnet) == ["in the plan alone, not among what exists: aws_subnet.x (subnet-x)"]

    def test_deleted_log_group_is_absent(self, network: Network) -> None:
        call = {"logGroupNamePrefix": "/ecs/web"}
        network.call("logs:DescribeLogGroups", call, {"logGroups": [{"logGroupName": "/ecs/web", "arn": "arn:x"}]})
        group = deleted("aws_cloudwatch_log_group.web", id="/ecs/web", name="/ecs/web", arn="arn:x")
        [answer] = world_after(network, group).facts.resource_answers
        assert isinstance(answer.answer, Absent)

    def test_plan_of_another_region_is_checked_alone(self, network: Network) -> None:
        network.world()
        values = {"vpc_id": "vpc-1", "cidr_block": "10.0.3.0/24", "availability_zone": "us-east-1a"}
        result = put(network, created("aws_subnet.c", **values))
        assert result.existing is None
        place = f"account {ACCOUNT} in Region"
        assert result.facts.notes[-1] == (
            f"plan.json is of {place} us-east-1, and a test of {place} {REGION}: nothing of it is put on that"
        )

    def test_changed_vpc_that_does_not_exist_is_refused(self, network: Network) -> None:
        """An id of a VPC is that of one network: the snapshot is of another account, or older."""
        group = {"id": "sg-x", "name": "x", "vpc_id": "vpc-x", "ingress": [], "egress": []}
        with pytest.raises(InputError, match=r"plan\.json changes vpc-x, which is not in a test"):
            put(network, deleted("aws_security_group.x", **group))
        table = kept("aws_route_table.main", **TABLE, route=[INLINE])
        assert notes_of(network, deleted("aws_security_group.x", **group), table)
        network.forget("Vpcs")
        assert notes_of(network, deleted("aws_security_group.x", **group))

    def test_created_service_of_an_existing_name_is_told(self, network: Network) -> None:
        network.world()
        values = {"name": "web", "cluster": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop", "launch_type": "FARGATE"}
        [note] = notes_of(network, created("aws_ecs_service.web", **values, network_configuration=[]))
        assert note == f"the plan creates arn:aws:ecs:{REGION}:{ACCOUNT}:service/shop/web, which exists already"
