"""References of a plan: followed where they leave no choice, and nowhere else."""

from typing import Any

import pytest

from skerry.sources.planned.values import UNKNOWN
from skerry.sources.terraform.plan_json import read_plan
from skerry.sources.terraform.references import ReferenceResolver
from tests.sources.terraform.plans import Json, change, plan_of, refers, written

SUBNET, VPCE = "aws_subnet.a", "aws_vpc_endpoint.a"


def resolved(attribute: str, expression: Json, *others: Json, unknown: Any = True) -> Any:
    """What an unknown attribute of a subnet is, by its expression."""
    rows = (change(SUBNET, {}, unknown={attribute: unknown}), *others)
    plan = read_plan("plan.json", plan_of(*rows, **written((SUBNET, {attribute: expression}))))
    return ReferenceResolver(plan.written, plan.instances).resolve(plan.instances[0]).values[attribute]


def known(address: str, **values: str) -> Json:
    return change(address, values, actions=("no-op",))


class TestExactReferences:
    def test_reference_to_a_single_resource_is_its_value(self) -> None:
        expression = refers("aws_vpc.main.id", "aws_vpc.main")
        assert resolved("vpc_id", expression, known("aws_vpc.main", id="vpc-1")) == "vpc-1"

    @pytest.mark.parametrize("key", ["[0]", '["a"]'])
    def test_reference_with_a_key_is_the_value_of_that_instance(self, key: str) -> None:
        name = f"aws_vpc.main{key}"
        others = (known(name, id="vpc-1"), known("aws_vpc.main[7]", id="vpc-2"))
        assert resolved("vpc_id", refers(f"{name}.id", name, "aws_vpc.main"), *others) == "vpc-1"

    def test_only_element_of_a_list_is_followed(self) -> None:
        expression = written((VPCE, {"subnet_ids": refers("aws_subnet.a.id", "aws_subnet.a")}))
        rows = (change(VPCE, {}, unknown={"subnet_ids": [True]}), known(SUBNET, id="subnet-1"))
        plan = read_plan("plan.json", plan_of(*rows, **expression))
        row = ReferenceResolver(plan.written, plan.instances).resolve(plan.instances[0])
        assert row.values["subnet_ids"] == ["subnet-1"]

    def test_references_to_single_resources_are_the_elements_of_a_list(self) -> None:
        rows = (change("aws_vpc_endpoint.a", {}, unknown={"subnet_ids": True}), known("aws_subnet.a", id="subnet-a"))
        names = refers("aws_subnet.a.id", "aws_subnet.a", "aws_subnet.b.id", "aws_subnet.b")
        expressions = written(("aws_vpc_endpoint.a", {"subnet_ids": names}))
        for others, ids in (((known("aws_subnet.b", id="subnet-b"),), ["subnet-a", "subnet-b"]), ((), UNKNOWN)):
            plan = read_plan("plan.json", plan_of(*rows, *others, **expressions))
            assert (
                ReferenceResolver(plan.written, plan.instances).resolve(plan.instances[0]).values["subnet_ids"] == ids
            )


class TestAbsentArguments:
    @pytest.mark.parametrize("expressions", [{}, {"policy": {"constant_value": None}}])
    def test_unknown_value_of_an_absent_argument_is_the_default(self, expressions: Json) -> None:
        row = change("aws_vpc_endpoint.a", {}, unknown={"policy": True})
        plan = read_plan("plan.json", plan_of(row, **written(("aws_vpc_endpoint.a", expressions))))
        assert "policy" not in ReferenceResolver(plan.written, plan.instances).resolve(plan.instances[0]).values

    def test_block_that_may_be_dynamic_stays_unknown(self) -> None:
        row = change("aws_security_group.a", {}, unknown={"ingress": True})
        plan = read_plan("plan.json", plan_of(row, **written(("aws_security_group.a", {}))))
        assert ReferenceResolver(plan.written, plan.instances).resolve(plan.instances[0]).values["ingress"] is UNKNOWN


class TestReferencesWithAChoice:
    @pytest.mark.parametrize(
        "names",
        [
            ("aws_vpc.main", "count.index"),
            ("aws_vpc.main",),
            ("aws_vpc.main.id", "aws_vpc.main", "var.other"),
            ("aws_vpc.main.id", "aws_vpc.other.id"),
            ("local.vpc",),
            ("each.value",),
            (),
        ],
    )
    def test_reference_that_leaves_a_choice_stays_unknown(self, names: tuple[str, ...]) -> None:
        others = (known("aws_vpc.main", id="vpc-1"), known("aws_vpc.other", id="vpc-2"))
        assert resolved("vpc_id", refers(*names), *others) is UNKNOWN

    def test_reference_to_one_of_several_instances_stays_unknown(self) -> None:
        others = (known("aws_vpc.main[0]", id="vpc-1"), known("aws_vpc.main[1]", id="vpc-2"))
        assert resolved("vpc_id", refers("aws_vpc.main.id", "aws_vpc.main"), *others) is UNKNOWN


class TestModules:
    def resolved(self, *, variable: Json, output: Json) -> Any:
        """The VPC of a subnet in one module, made by another module."""
        inside = f"module.tasks.{SUBNET}"
        rows = (
            change(inside, {}, unknown={"vpc_id": True}),
            known("module.network.aws_vpc.main", id="vpc-1"),
        )
        configuration = {
            "root_module": {
                "module_calls": {
                    "tasks": {
                        "expressions": {"vpc": variable},
                        "module": {"resources": [{"address": SUBNET, "expressions": {"vpc_id": refers("var.vpc")}}]},
                    },
                    "network": {"module": {"outputs": {"vpc_id": {"expression": output}}}},
                }
            }
        }
        plan = read_plan("plan.json", plan_of(*rows, configuration=configuration))
        return ReferenceResolver(plan.written, plan.instances).resolve(plan.instances[0]).values["vpc_id"]

    def test_variable_is_followed_to_the_output_of_another_module(self) -> None:
        output = refers("aws_vpc.main.id", "aws_vpc.main")
        assert self.resolved(variable=refers("module.network.vpc_id", "module.network"), output=output) == "vpc-1"

    def test_output_of_a_local_value_stays_unknown(self) -> None:
        variable = refers("module.network.vpc_id", "module.network")
        assert self.resolved(variable=variable, output=refers("local.vpc_id")) is UNKNOWN

    def test_output_that_does_not_exist_stays_unknown(self) -> None:
        assert self.resolved(variable=refers("module.other.vpc_id"), output={}) is UNKNOWN


class TestSeveralInstances:
    """References with an index name neither it nor the attribute: the argument takes an id of its type."""

    SUBNETS = (known('aws_subnet.p["a"]', id="subnet-1"), known('aws_subnet.p["b"]', id="subnet-2"))

    @staticmethod
    def resolver(address: str, expressions: Json, *others: Json, for_each: Json | None = None) -> Any:
        row = change(address, {}, unknown=dict.fromkeys(expressions, True))
        block = {
            "address": address.partition("[")[0],
            "expressions": expressions,
            "for_each_expression": for_each or {},
        }
        plan = read_plan("plan.json", plan_of(row, *others, configuration={"root_module": {"resources": [block]}}))
        resolver = ReferenceResolver(plan.written, plan.instances)
        return resolver.resolve(plan.instances[0]), resolver

    @pytest.mark.parametrize(
        ("names", "for_each", "value"),
        [
            (("aws_subnet.p", "each.key"), (), "subnet-2"),
            (("each.value.id", "each.value"), ("aws_subnet.p",), "subnet-2"),
            (("each.value.id", "each.value"), ("aws_subnet.p", "var.zones"), UNKNOWN),
            (("aws_subnet.p", "count.index"), (), UNKNOWN),
            (("aws_subnet.p", "each.key", "var.zones"), (), UNKNOWN),
            (("aws_subnet.p",), (), UNKNOWN),
        ],
    )
    def test_key_of_for_each_names_the_instance(
        self, names: tuple[str, ...], for_each: tuple[str, ...], value: Any
    ) -> None:
        address = 'aws_route_table_association.p["b"]'
        rows = (*self.SUBNETS, known('aws_route_table_association.p["a"]'))
        row, _ = self.resolver(address, {"subnet_id": refers(*names)}, *rows, for_each=refers(*for_each))
        assert row.values["subnet_id"] == value

    @pytest.mark.parametrize(
        ("names", "for_each"),
        [(("aws_subnet.p", "each.key"), ()), (("each.value.id", "each.value"), ("aws_subnet.p",))],
    )
    def test_key_of_a_part_of_the_instances_may_be_that_of_another(
        self, names: tuple[str, ...], for_each: tuple[str, ...]
    ) -> None:
        address = 'aws_nat_gateway.p["b"]'
        row, _ = self.resolver(address, {"subnet_id": refers(*names)}, *self.SUBNETS, for_each=refers(*for_each))
        assert row.values["subnet_id"] is UNKNOWN

    def test_list_with_the_id_of_another_type_stays_unknown(self) -> None:
        names = ("aws_vpc.a.id", "aws_vpc.a", "aws_subnet.a.id", "aws_subnet.a")
        rows = (known("aws_vpc.a", id="vpc-1"), known("aws_subnet.a", id="subnet-1"))
        row, _ = self.resolver("aws_vpc_endpoint.a", {"subnet_ids": refers(*names)}, *rows)
        assert row.values["subnet_ids"] is UNKNOWN

    def test_list_that_names_an_element_twice_stays_unknown(self) -> None:
        once = ("aws_subnet.a.id", "aws_subnet.a", "aws_subnet.b.id", "aws_subnet.b")
        rows = (known("aws_subnet.a", id="subnet-1"), known("aws_subnet.b", id="subnet-2"))
        expressions = {"subnet_ids": refers(*once, "aws_subnet.b.id", "aws_subnet.b")}
        row, _ = self.resolver("aws_vpc_endpoint.a", expressions, *rows)
        assert row.values["subnet_ids"] is UNKNOWN

    def test_key_without_an_instance_stays_unknown(self) -> None:
        expression = {"subnet_id": refers("aws_subnet.p", "each.key")}
        row, _ = self.resolver('aws_route_table_association.p["c"]', expression, *self.SUBNETS)
        assert row.values["subnet_id"] is UNKNOWN

    def test_index_of_the_only_instance_is_it(self) -> None:
        gateway = known("aws_nat_gateway.main[0]", id="nat-1")
        expression = {"nat_gateway_id": refers("aws_nat_gateway.main", "count.index")}
        row, _ = self.resolver("aws_route.main[1]", expression, gateway)
        assert row.values["nat_gateway_id"] == "nat-1"

    def test_reference_to_another_type_stays_unknown(self) -> None:
        expression = {"vpc_id": refers("aws_subnet.p", "each.key")}
        row, _ = self.resolver('aws_route_table.p["b"]', expression, *self.SUBNETS)
        assert row.values["vpc_id"] is UNKNOWN

    def test_all_subnets_of_a_block_are_candidates(self) -> None:
        row, resolver = self.resolver("aws_vpc_endpoint.a", {"subnet_ids": refers("aws_subnet.p")}, *self.SUBNETS)
        assert row.values["subnet_ids"] == ["subnet-1", "subnet-2"]
        assert resolver.candidates == {"aws_vpc_endpoint.a"}

    def test_tables_of_a_block_are_no_candidates(self) -> None:
        tables = (known("aws_route_table.p[0]", id="rtb-1"), known("aws_route_table.p[1]", id="rtb-2"))
        row, resolver = self.resolver("aws_vpc_endpoint.a", {"route_table_ids": refers("aws_route_table.p")}, *tables)
        assert (row.values["route_table_ids"], resolver.candidates) == (UNKNOWN, set())
