"""Values that a plan leaves open, and that leave no choice by rules of the provider and of AWS."""

from typing import Any

import pytest
from msgspec import UNSET

from tests.sources.terraform.plans import OPEN, Json, change, refers, vpc, world_of

IN_VPC = refers("aws_vpc.main.id", "aws_vpc.main")
GROUP = {"vpc_id": True, "egress": True, "ingress": True}


def block(address: str, expressions: Json) -> Json:
    return {"address": address, "expressions": expressions}


def facts_of(rows: tuple[Json, ...], *blocks: Json, **more: Any) -> Any:
    configuration = {"root_module": {"resources": blocks}}
    return world_of(vpc(), *rows, configuration=configuration, **more).facts


class TestRulesOfTheirOwn:
    RULE = change(
        "aws_vpc_security_group_egress_rule.a",
        {"ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"},
        unknown={"security_group_id": True},
    )

    def group_of(self, *rows: Json, rules: Json) -> Any:
        group = change("aws_security_group.a", {"name": "a"}, unknown=GROUP)
        blocks = (
            block("aws_security_group.a", {"vpc_id": IN_VPC}),
            block("aws_vpc_security_group_egress_rule.a", {"security_group_id": rules}),
        )
        facts = facts_of((group, *rows), *blocks)
        return next(row for row in facts.security_groups if row.group_name == "a")

    def test_group_with_a_rule_of_its_own_has_no_inline_ones_of_that_direction(self) -> None:
        group = self.group_of(self.RULE, rules=refers("aws_security_group.a.id", "aws_security_group.a"))
        assert [str(row.ip_protocol) for row in group.ip_permissions_egress] == ["-1"]
        assert group.ip_permissions is UNSET

    def test_rule_that_is_written_for_no_instance_excludes_inline_ones_too(self) -> None:
        group = self.group_of(rules=refers("aws_security_group.a", "count.index"))
        assert group.ip_permissions_egress == ()

    def test_group_without_rules_of_its_own_may_have_dynamic_ones(self) -> None:
        group = self.group_of(rules=refers("aws_security_group.other.id", "aws_security_group.other"))
        assert group.ip_permissions_egress is UNSET

    def test_written_list_stays_as_it_is(self) -> None:
        group = change("aws_security_group.a", {"name": "a", "egress": [OPEN]}, unknown={"vpc_id": True})
        blocks = (block("aws_security_group.a", {"vpc_id": IN_VPC, "egress": {"references": []}}),)
        facts = facts_of((group,), *blocks)
        assert len(next(row for row in facts.security_groups if row.group_name == "a").ip_permissions_egress) == 1

    @pytest.mark.parametrize(("way", "expected"), [("egress", ()), ("ingress", UNSET)])
    def test_older_rule_excludes_its_own_direction(self, way: str, expected: Any) -> None:
        group = change("aws_security_group.a", {"name": "a"}, unknown=GROUP)
        rule = {
            "type": {"constant_value": way},
            "security_group_id": refers("aws_security_group.a.id", "aws_security_group.a"),
        }
        facts = facts_of(
            (group,), block("aws_security_group.a", {"vpc_id": IN_VPC}), block("aws_security_group_rule.a", rule)
        )
        assert next(row for row in facts.security_groups if row.group_name == "a").ip_permissions_egress == expected


class TestRoutes:
    TABLE = change("aws_route_table.a", {}, unknown={"vpc_id": True, "route": True})
    BLOCK = block("aws_route_table.a", {"vpc_id": IN_VPC})
    GATEWAY = change("aws_internet_gateway.a", {}, unknown={"vpc_id": True})

    @staticmethod
    def routes_of(facts: Any) -> Any:
        [table] = [one for one in facts.route_tables if not any(row.main for row in one.associations)]
        return table.routes if table.routes is UNSET else [route.gateway_id for route in table.routes]

    def test_table_has_no_routes_where_nothing_is_to_lead_to(self) -> None:
        assert self.routes_of(facts_of((self.TABLE,), self.BLOCK)) == ["local"]

    @pytest.mark.parametrize(
        "target",
        [
            GATEWAY,
            change("aws_new_gateway_of_2030.a", {}),
            change("aws_vpc_endpoint.a", {"vpc_endpoint_type": "GatewayLoadBalancer"}, unknown={"vpc_id": True}),
        ],
    )
    def test_table_may_have_dynamic_routes_to_what_is_there(self, target: Json) -> None:
        blocks = (self.BLOCK, block(target["address"], {"vpc_id": IN_VPC}))
        assert self.routes_of(facts_of((self.TABLE, target), *blocks)) is UNSET

    def test_table_of_a_targeted_plan_may_have_routes(self) -> None:
        assert self.routes_of(facts_of((self.TABLE,), self.BLOCK, complete=False)) is UNSET

    def test_table_with_a_route_of_its_own_has_no_inline_ones(self) -> None:
        route = change("aws_route.a", {"destination_cidr_block": "0.0.0.0/0"},
                       unknown={"route_table_id": True, "gateway_id": True})  # fmt: skip
        expressions = {
            "route_table_id": refers("aws_route_table.a.id", "aws_route_table.a"),
            "gateway_id": refers("aws_internet_gateway.a.id", "aws_internet_gateway.a"),
        }
        blocks = (self.BLOCK, block("aws_route.a", expressions), block("aws_internet_gateway.a", {"vpc_id": IN_VPC}))
        routes = self.routes_of(facts_of((self.TABLE, route, self.GATEWAY), *blocks))
        assert [name.partition("-")[0] for name in routes] == ["local", "igw"]


class TestAssociations:
    """As many associations of one table as subnets name each of them: AWS refuses a second one."""

    @staticmethod
    def associated(count: int, tables: Json) -> Any:
        subnets = [
            change(f"aws_subnet.a[{n}]", {"cidr_block": f"10.0.{n}.0/24"}, unknown={"vpc_id": True}) for n in range(2)
        ]
        marks = {"subnet_id": True, "route_table_id": True}
        rows = [change(f"aws_route_table_association.a[{n}]", {}, unknown=marks) for n in range(count)]
        table = [change(f"aws_route_table.{name}", {}, unknown={"vpc_id": True}) for name in ("t[0]", "t[1]", "one")]
        expressions = {"subnet_id": refers("aws_subnet.a", "count.index"), "route_table_id": tables}
        blocks = [
            block(name, {"vpc_id": IN_VPC}) for name in ("aws_subnet.a", "aws_route_table.t", "aws_route_table.one")
        ]
        facts = facts_of((*subnets, *table, *rows), *blocks, block("aws_route_table_association.a", expressions))
        lists = [one.associations for one in facts.route_tables]
        return None if UNSET in lists else {row.subnet_id for rows in lists for row in rows if row.subnet_id}

    ONE = refers("aws_route_table.one.id", "aws_route_table.one")

    def test_each_subnet_is_associated_with_the_only_table(self) -> None:
        assert len(self.associated(2, self.ONE)) == 2

    def test_fewer_associations_than_subnets_leave_a_choice(self) -> None:
        assert self.associated(1, self.ONE) is None

    def test_several_tables_leave_a_choice(self) -> None:
        assert self.associated(2, refers("aws_route_table.t", "count.index")) is None


def test_role_with_a_policy_of_its_own_has_no_inline_ones() -> None:
    role = change("aws_iam_role.a", {"name": "a", "assume_role_policy": "{}"},
                  unknown={"inline_policy": True, "managed_policy_arns": True})  # fmt: skip
    policy = change("aws_iam_role_policy.a", {"name": "p", "role": "a", "policy": "{}"})
    blocks = (block("aws_iam_role.a", {}), block("aws_iam_role_policy.a", {}))
    definition = change("aws_ecs_task_definition.a", {"family": "a", "container_definitions": "[]"})
    [with_policy] = facts_of((role, policy, definition), *blocks).roles
    [without] = facts_of((role, definition), *blocks[:1]).roles
    assert (len(with_policy.role_policy_list), with_policy.attached_managed_policies) == (1, ())
    assert without.role_policy_list is UNSET


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy", ()),
        ("arn:aws:iam::123456789012:policy/logs", UNSET),
    ],
)
def test_role_with_an_attached_policy_of_its_own_may_have_inline_ones(arn: str, expected: Any) -> None:
    role = change("aws_iam_role.a", {"name": "a", "assume_role_policy": "{}"},
                  unknown={"inline_policy": True, "managed_policy_arns": True})  # fmt: skip
    attachment = change("aws_iam_role_policy_attachment.a", {"role": "a", "policy_arn": arn})
    blocks = (block("aws_iam_role.a", {}), block("aws_iam_role_policy_attachment.a", {}))
    definition = change("aws_ecs_task_definition.a", {"family": "a", "container_definitions": "[]"})
    [row] = facts_of((role, attachment, definition), *blocks).roles
    assert row.role_policy_list == expected


class TestEndpointsInSomeSubnets:
    """An endpoint in some subnets of a block is as good as in all, unless a filter tells them apart."""

    @staticmethod
    def subnets_of(*rows: Json) -> Any:
        subnets = [
            change(f"aws_subnet.a[{n}]", {"cidr_block": f"10.0.{n}.0/24"}, unknown={"vpc_id": True}) for n in range(2)
        ]
        values = {"service_name": "com.amazonaws.eu-west-1.logs", "vpc_endpoint_type": "Interface"}
        endpoint = change("aws_vpc_endpoint.a", values, unknown={"vpc_id": True, "subnet_ids": True})
        blocks = (
            block("aws_vpc_endpoint.a", {"vpc_id": IN_VPC, "subnet_ids": refers("aws_subnet.a")}),
            *(
                block(name, {"vpc_id": IN_VPC})
                for name in ("aws_subnet.a", "aws_security_group.a", "aws_network_acl.a")
            ),
        )
        [row] = facts_of((*subnets, endpoint, *rows), *blocks).vpc_endpoints
        return row.subnet_ids

    @staticmethod
    def group(cidr: str) -> Json:
        values = {"name": "a", "egress": [{**OPEN, "cidr_blocks": [cidr]}]}
        return change("aws_security_group.a", values, unknown={"vpc_id": True})

    @pytest.mark.parametrize(
        ("row", "count"),
        [
            (group("0.0.0.0/0"), 2),
            (group("10.0.0.0/16"), 2),
            (group("192.168.0.0/16"), 2),
            (group("10.0.1.0/24"), 0),
            (group("10.0.1.128/25"), 0),
            (change("aws_network_acl.a", {}, unknown={"vpc_id": True}), 0),
        ],
    )
    def test_filters_that_tell_subnets_apart_leave_the_choice_open(self, row: Json, count: int) -> None:
        assert len(self.subnets_of(row) or ()) == count


def test_service_in_some_subnets_and_unknown_groups_keeps_its_subnets() -> None:
    subnets = [
        change(f"aws_subnet.a[{n}]", {"cidr_block": f"10.0.{n}.0/24"}, unknown={"vpc_id": True}) for n in range(2)
    ]
    service = change("aws_ecs_service.a", {"name": "a", "launch_type": "FARGATE", "network_configuration": [{}]},
                     unknown={"network_configuration": [{"subnets": True, "security_groups": True}]})  # fmt: skip
    network = [{"subnets": refers("aws_subnet.a"), "security_groups": refers("local.groups")}]
    blocks = (
        block("aws_subnet.a", {"vpc_id": IN_VPC}), block("aws_ecs_service.a", {"network_configuration": network})
    )  # fmt: skip
    [row] = facts_of((*subnets, service), *blocks).services
    settings = row.network_configuration.awsvpc_configuration
    assert (len(settings.subnets), settings.security_groups) == (2, ("sg-known-after-apply",))
