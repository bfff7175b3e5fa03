"""Plans as documents in AWS's form: defaults, what AWS makes by itself, and what is not known."""

import json
from typing import Any

from msgspec import UNSET

from skerry.model.world import World
from tests.sources.terraform.plans import OPEN, change, refers, vpc, world_of, written

GROUP, TABLE, ENDPOINT = "aws_security_group.a", "aws_route_table.a", "aws_vpc_endpoint.a"
IN_VPC = refers("aws_vpc.main.id", "aws_vpc.main")
LOCAL = refers("local.value")


def in_vpc(address: str, *changes: Any, **values: Any) -> World:
    """A resource in the plan's VPC, with other changes."""
    row = change(address, values, unknown={"vpc_id": True})
    return world_of(vpc(), row, *changes, **written((address, {"vpc_id": IN_VPC})))


class TestVpcs:
    def test_dns_attributes_have_the_defaults_of_terraform(self) -> None:
        [row] = world_of(vpc()).facts.vpc_attributes
        assert (row.enable_dns_support.value, row.enable_dns_hostnames.value) == (True, False)

    def test_new_vpc_is_known_as_a_whole(self) -> None:
        world = world_of(vpc())
        [row] = world.facts.vpcs
        for kind in ("subnets", "route_tables", "vpc_endpoints", "security_groups", "network_acls", "nat_gateways"):
            assert world.knows(kind, row.vpc_id)

    def test_existing_vpc_stays_open(self) -> None:
        row = change("aws_vpc.main", {"id": "vpc-1", "cidr_block": "10.0.0.0/16"}, actions=("no-op",))
        assert not world_of(row).knows("vpc_endpoints", "vpc-1")

    def test_vpc_of_a_targeted_plan_stays_open(self) -> None:
        world = world_of(vpc(), complete=False)
        [row] = world.facts.vpcs
        assert not world.knows("vpc_endpoints", row.vpc_id)

    def test_new_subnet_has_all_addresses_but_those_of_aws(self) -> None:
        [subnet] = in_vpc("aws_subnet.a", cidr_block="10.0.0.0/24").facts.subnets
        assert subnet.available_ip_address_count == 251

    def test_subnet_of_an_unknown_block_leaves_its_vpc_open(self) -> None:
        row = change("aws_subnet.a", {}, unknown={"vpc_id": True, "cidr_block": True})
        world = world_of(vpc(), row, **written(("aws_subnet.a", {"vpc_id": IN_VPC, "cidr_block": LOCAL})))
        [owner] = world.facts.vpcs
        assert world.facts.subnets == ()
        assert not world.knows("subnets", owner.vpc_id)


class TestMadeByAws:
    def test_new_vpc_has_a_main_table_a_default_group_and_a_default_acl(self) -> None:
        facts = world_of(vpc()).facts
        [table], [group], [acl] = facts.route_tables, facts.security_groups, facts.network_acls
        assert [(route.to, route.gateway_id) for route in table.routes or ()] == [("10.0.0.0/16", "local")]
        assert [association.main for association in table.associations or ()] == [True]
        assert (group.group_name, len(group.ip_permissions or ()), len(group.ip_permissions_egress or ())) == (
            *("default", 1, 1),
        )
        allowed = {(entry.rule_number, entry.egress) for entry in acl.entries or () if entry.rule_action == "allow"}
        assert allowed == {(100, False), (100, True)}

    def test_adopted_default_group_acl_and_table_lose_what_they_had(self) -> None:
        owners = {
            "aws_default_security_group.a": "vpc_id",
            "aws_default_network_acl.a": "default_network_acl_id",
            "aws_default_route_table.a": "default_route_table_id",
        }
        source = {"vpc_id": "aws_vpc.main.id"}
        rows = [change(address, {}, unknown={key: True}) for address, key in owners.items()]
        expressions = [
            (address, {key: refers(source.get(key, f"aws_vpc.main.{key}"), "aws_vpc.main")})
            for address, key in owners.items()
        ]
        facts = world_of(vpc(), *rows, **written(*expressions)).facts
        [group] = facts.security_groups
        [acl] = facts.network_acls
        assert (group.ip_permissions, group.ip_permissions_egress) == ((), ())
        assert {entry.rule_action for entry in acl.entries or ()} == {"deny"}

    def test_subnet_without_an_acl_of_its_own_has_the_default_one(self) -> None:
        [acl] = in_vpc("aws_subnet.a", cidr_block="10.0.0.0/24").facts.network_acls
        assert len(acl.associations or ()) == 1


class TestSecurityGroups:
    def test_new_group_without_blocks_has_no_rules(self) -> None:
        groups = in_vpc(GROUP, name="a").facts.security_groups
        assert [(one.ip_permissions, one.ip_permissions_egress) for one in groups if one.group_name == "a"] == [
            ((), ())
        ]

    def test_inline_rules_and_single_rules_are_joined(self) -> None:
        single = {"ip_protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv4": "10.0.0.0/24"}
        rule = change("aws_vpc_security_group_ingress_rule.a", single, unknown={"security_group_id": True})
        group = change(GROUP, {"name": "a", "egress": [OPEN]}, unknown={"vpc_id": True})
        owner = refers("aws_security_group.a.id", "aws_security_group.a")
        expressions = written((GROUP, {"vpc_id": IN_VPC}), (rule["address"], {"security_group_id": owner}))
        groups = world_of(vpc(), group, rule, **expressions).facts.security_groups
        [found] = [one for one in groups if one.group_name == "a"]
        assert [rule.from_port for rule in found.ip_permissions or ()] == [443]
        assert [rule.ip_protocol for rule in found.ip_permissions_egress or ()] == ["-1"]

    def test_rule_of_an_unknown_group_leaves_that_direction_of_all_groups_unknown(self) -> None:
        single = {"ip_protocol": "-1", "cidr_ipv4": "10.0.0.0/24"}
        rule = change("aws_vpc_security_group_ingress_rule.a", single, unknown={"security_group_id": True})
        groups = in_vpc(GROUP, rule, name="a").facts.security_groups
        assert {one.ip_permissions for one in groups} == {UNSET}
        assert UNSET not in {one.ip_permissions_egress for one in groups}

    def test_rule_with_an_unknown_peer_leaves_its_direction_unknown(self) -> None:
        row = change(GROUP, {"name": "a", "ingress": [{**OPEN, "cidr_blocks": [None]}]},
                     unknown={"ingress": [{"cidr_blocks": [True]}], "vpc_id": True})  # fmt: skip
        groups = world_of(vpc(), row, **written((GROUP, {"vpc_id": IN_VPC}))).facts.security_groups
        [found] = [one for one in groups if one.group_name == "a"]
        assert found.ip_permissions is UNSET


class TestRoutes:
    def table(self, *routes: Any, **unknown: Any) -> Any:
        row = change(TABLE, {"route": list(routes)}, unknown={"vpc_id": True, **unknown})
        world = world_of(vpc(), row, **written((TABLE, {"vpc_id": IN_VPC})))
        return next(table for table in world.facts.route_tables if not any(a.main for a in table.associations or ()))

    def test_nat_gateway_in_the_place_of_a_gateway_is_a_nat_gateway(self) -> None:
        [_, route] = self.table({"cidr_block": "0.0.0.0/0", "gateway_id": "nat-1"}).routes
        assert (route.nat_gateway_id, route.gateway_id) == ("nat-1", None)

    def test_empty_text_is_no_target(self) -> None:
        [_, route] = self.table({"cidr_block": "0.0.0.0/0", "gateway_id": "", "nat_gateway_id": "nat-1"}).routes
        assert (route.nat_gateway_id, route.gateway_id) == ("nat-1", None)

    def test_route_without_a_known_target_keeps_its_destination(self) -> None:
        [_, route] = self.table({"cidr_block": "0.0.0.0/0"}, route=[{"nat_gateway_id": True}]).routes
        assert (route.to, route.nat_gateway_id) == ("0.0.0.0/0", None)

    def test_route_to_an_unknown_destination_leaves_the_routes_unknown(self) -> None:
        assert self.table({}, route=[{"cidr_block": True}]).routes is UNSET


class TestEndpoints:
    def endpoint(self, *, unknown: Any = None, **values: Any) -> Any:
        row = change(ENDPOINT, values, unknown={"vpc_id": True, **(unknown or {})})
        expressions = {"vpc_id": IN_VPC, **dict.fromkeys(unknown or {}, LOCAL)}
        [found] = world_of(vpc(), row, **written((ENDPOINT, expressions))).facts.vpc_endpoints
        return found

    def test_private_dns_is_off_without_its_argument(self) -> None:
        values = {"service_name": "com.amazonaws.eu-west-1.ecr.api", "vpc_endpoint_type": "Interface"}
        row = change(ENDPOINT, values, unknown={"vpc_id": True, "private_dns_enabled": True})
        [found] = world_of(vpc(), row, **written((ENDPOINT, {"vpc_id": IN_VPC}))).facts.vpc_endpoints
        assert found.private_dns_enabled is False
        assert self.endpoint(unknown={"private_dns_enabled": True}).private_dns_enabled is UNSET

    def test_interface_endpoint_without_groups_has_the_default_group(self) -> None:
        row = change(ENDPOINT, {"vpc_endpoint_type": "Interface"}, unknown={"vpc_id": True})
        facts = world_of(vpc(), row, **written((ENDPOINT, {"vpc_id": IN_VPC}))).facts
        [group], [endpoint] = facts.security_groups, facts.vpc_endpoints
        assert [one.group_id for one in endpoint.groups or ()] == [group.group_id]

    def test_gateway_endpoint_makes_a_route_in_its_tables(self) -> None:
        service = {"service_name": "com.amazonaws.eu-west-1.s3"}
        rows = (
            change(ENDPOINT, service, unknown={"vpc_id": True, "route_table_ids": True}),
            change(TABLE, {}, unknown={"vpc_id": True}),
        )
        tables = refers("aws_route_table.a.id", "aws_route_table.a")
        expressions = written((ENDPOINT, {"vpc_id": IN_VPC, "route_table_ids": tables}), (TABLE, {"vpc_id": IN_VPC}))
        facts = world_of(vpc(), *rows, **expressions).facts
        [endpoint] = facts.vpc_endpoints
        routes = {table.route_table_id: table.routes or () for table in facts.route_tables}
        assert [route.gateway_id for route in routes[endpoint.route_table_ids[0]]] == [
            "local",
            endpoint.vpc_endpoint_id,
        ]

    def test_unknown_tables_of_a_gateway_endpoint_leave_its_route_without_a_target(self) -> None:
        row = change(ENDPOINT, {"service_name": "com.amazonaws.eu-west-1.s3"},
                     unknown={"vpc_id": True, "route_table_ids": True})  # fmt: skip
        expressions = written((ENDPOINT, {"vpc_id": IN_VPC, "route_table_ids": LOCAL}))
        facts = world_of(vpc(), row, **expressions).facts
        [table], [prefix_list] = facts.route_tables, facts.prefix_lists
        assert table.routes is not UNSET
        local, perhaps = table.routes
        assert (local.gateway_id, perhaps.destination_prefix_list_id) == ("local", prefix_list.prefix_list_id)
        assert perhaps.gateway_id is None

    def test_unknown_policy_is_not_the_default_policy(self) -> None:
        assert self.endpoint(unknown={"policy": True}).policy_document is not None
        assert self.endpoint().policy_document is None


class TestTasks:
    def definition(self, containers: Any, **more: Any) -> Any:
        values = {"family": "web", "container_definitions": json.dumps(containers), **more}
        [found] = world_of(change("aws_ecs_task_definition.web", values)).facts.task_definitions
        return found

    def test_keys_of_containers_are_read_in_any_case(self) -> None:
        found = self.definition([{"Name": "web", "IMAGE": "nginx"}])
        assert [(one.name, one.image) for one in found.container_definitions] == [("web", "nginx")]

    def test_environment_and_command_of_containers_are_not_kept(self) -> None:
        secret = {"environment": [{"name": "K", "value": "hunter2"}], "command": ["hunter2"], "entryPoint": ["hunter2"]}
        text = str(self.definition([{"name": "web", "image": "nginx", **secret}]))
        assert "nginx" in text
        assert "hunter2" not in text

    def test_unknown_containers_are_not_none(self) -> None:
        row = change("aws_ecs_task_definition.web", {"family": "web"}, unknown={"container_definitions": True})
        [found] = world_of(row).facts.task_definitions
        assert found.container_definitions is UNSET

    def test_service_of_an_unknown_network_is_listed(self) -> None:
        row = change("aws_ecs_service.web", {"name": "web"}, unknown={"network_configuration": True, "cluster": True})
        [found] = world_of(row).facts.services
        assert (found.service_name, found.network_configuration.awsvpc_configuration) == ("web", None)

    def test_service_names_its_task_definition_by_family(self) -> None:
        rows = (
            change("aws_ecs_service.web", {"name": "web", "task_definition": "web:3"}),
            change("aws_ecs_task_definition.web", {"family": "web"}, unknown={"arn": True}),
        )
        facts = world_of(*rows).facts
        [service], [definition] = facts.services, facts.task_definitions
        assert service.task_definition == definition.task_definition_arn


class TestRoles:
    def test_role_outside_the_configuration_leaves_permissions_not_examined(self) -> None:
        role = change("aws_iam_role.web", {"name": "web", "assume_role_policy": "{}"})
        named = {"family": "web", "execution_role_arn": "arn:aws:iam::123456789012:role/other"}
        world = world_of(role, change("aws_ecs_task_definition.web", named))
        assert world.facts.roles == ()
        assert "roles" not in world.facts.completeness.asked

    def roles(self, *rows: Any) -> Any:
        role = change("aws_iam_role.web", {"name": "web", "assume_role_policy": "{}"})
        return world_of(role, *rows).facts

    def test_policies_of_a_role_are_those_of_its_attachments(self) -> None:
        arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
        row = change("aws_iam_role_policy_attachment.a", {"role": "web", "policy_arn": arn})
        facts = self.roles(row)
        [role], [policy] = facts.roles, facts.managed_policies
        assert [one.policy_arn for one in role.attached_managed_policies or ()] == [arn]
        assert policy.arn == arn

    def test_roles_of_one_attachment_and_exclusive_ones_have_its_policies(self) -> None:
        """Without them the policies of the role would look whole, and its permissions denied."""
        one = change("aws_iam_role_policy_attachment.a", {"role": "web", "policy_arn": "arn:a"})
        many = change("aws_iam_policy_attachment.b", {"roles": ["other", "web"], "policy_arn": "arn:b"})
        whole = change(
            "aws_iam_role_policy_attachments_exclusive.c", {"role_name": "web", "policy_arns": ["arn:a", "arn:c"]}
        )
        [role] = self.roles(one, many, whole).roles
        assert [row.policy_arn for row in role.attached_managed_policies or ()] == ["arn:a", "arn:b", "arn:c"]

    def test_attachment_to_roles_that_are_not_known_leaves_the_lists_unknown(self) -> None:
        for row in (
            change("aws_iam_policy_attachment.b", {"policy_arn": "arn:b"}, unknown={"roles": True}),
            change("aws_iam_role_policy_attachments_exclusive.c", {"role_name": "web"}, unknown={"policy_arns": True}),
        ):
            [role] = self.roles(row).roles
            assert role.attached_managed_policies is UNSET

    def test_policy_of_aws_that_is_not_listed_has_no_document(self) -> None:
        arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
        facts = self.roles(change("aws_iam_role_policy_attachment.a", {"role": "web", "policy_arn": arn}))
        assert facts.managed_policies == ()

    def test_attachment_to_an_unknown_role_leaves_the_lists_unknown(self) -> None:
        row = change("aws_iam_role_policy_attachment.a", {"policy_arn": "x"}, unknown={"role": True})
        [role] = self.roles(row).roles
        assert role.attached_managed_policies is UNSET
