"""Plans and states as Terraform prints them: what is read of them, and what is refused."""

import json
from typing import Any

import pytest

from skerry.errors import InputError
from skerry.sources.planned.values import UNKNOWN
from skerry.sources.terraform.plan_json import accounts_in, read_plan, regions_in
from tests.sources.terraform.plans import change, plan_of

SUBNET = "aws_subnet.a"


def values_of(content: bytes) -> dict[str, Any]:
    [instance] = read_plan("plan.json", content).instances
    return dict(instance.values)


class TestPlans:
    def test_value_known_after_apply_is_unknown_and_not_absent(self) -> None:
        found = values_of(plan_of(change(SUBNET, {"cidr_block": "10.0.0.0/24"}, unknown={"vpc_id": True})))
        assert found == {"id": UNKNOWN, "vpc_id": UNKNOWN, "cidr_block": "10.0.0.0/24"}

    def test_list_with_an_unknown_element_keeps_its_place(self) -> None:
        after = {"subnet_ids": ["subnet-1", None]}
        found = values_of(plan_of(change("aws_vpc_endpoint.a", after, unknown={"subnet_ids": [False, True]})))
        assert found["subnet_ids"] == ["subnet-1", UNKNOWN]

    def test_attributes_that_are_not_listed_are_not_kept(self) -> None:
        after = {"name": "/web/key", "value": "hunter2", "type": "SecureString"}
        text = str(values_of(plan_of(change("aws_ssm_parameter.key", after))))
        assert "/web/key" in text
        assert "hunter2" not in text

    def test_deleted_resource_is_gone(self) -> None:
        assert read_plan("plan.json", plan_of(change(SUBNET, {}, actions=("delete",)))).instances == ()

    def test_forgotten_resource_stays_in_aws(self) -> None:
        row = change(SUBNET, {}, actions=("forget",))
        row["change"]["before"] = {"id": "subnet-1"}
        [instance] = read_plan("plan.json", plan_of(row)).instances
        assert (instance.id, instance.is_new) == ("subnet-1", False)

    @pytest.mark.parametrize(
        ("actions", "is_new"),
        [(("create",), True), (("delete", "create"), True), (("no-op",), False), (("update",), False)],
    )
    def test_created_and_replaced_resources_are_new(self, actions: tuple[str, ...], *, is_new: bool) -> None:
        [instance] = read_plan("plan.json", plan_of(change(SUBNET, {"id": "subnet-1"}, actions=actions))).instances
        assert instance.is_new is is_new

    def test_imported_resource_is_not_new(self) -> None:
        row = change(SUBNET, {})
        row["change"]["importing"] = {"id": "subnet-1"}
        [instance] = read_plan("plan.json", plan_of(row)).instances
        assert not instance.is_new

    def test_plan_is_closed_unless_targeted_or_with_resources_that_make_others(self) -> None:
        assert read_plan("plan.json", plan_of(change(SUBNET, {}))).closed
        assert not read_plan("plan.json", plan_of(change(SUBNET, {}), complete=False)).closed
        assert not read_plan("plan.json", plan_of(change(SUBNET, {}), deferred_changes=[{}])).closed
        assert not read_plan("plan.json", plan_of(change("aws_cloudformation_stack.a", {}))).closed


class TestStates:
    def test_printed_state_gives_the_resources_of_all_modules(self) -> None:
        row = {"address": SUBNET, "mode": "managed", "type": "aws_subnet", "values": {"id": "subnet-1"}}
        child = {"resources": [{**row, "address": f"module.network.{SUBNET}"}]}
        state = {"format_version": "1.0", "values": {"root_module": {"resources": [row], "child_modules": [child]}}}
        plan = read_plan("state.json", json.dumps(state).encode())
        assert [(one.address, one.id) for one in plan.instances] == [
            (SUBNET, "subnet-1"),
            (f"module.network.{SUBNET}", "subnet-1"),
        ]
        assert not plan.closed

    def test_state_file_gives_the_instances_with_their_keys(self) -> None:
        instances = [{"index_key": "a", "attributes": {"id": "subnet-1"}}, {"index_key": 0, "attributes": {"id": "s"}}]
        row = {"mode": "managed", "type": "aws_subnet", "name": "private", "instances": instances}
        content = json.dumps({"version": 4, "resources": [row, {**row, "module": "module.network"}]}).encode()
        assert [one.address for one in read_plan("terraform.tfstate", content).instances] == [
            'aws_subnet.private["a"]',
            "aws_subnet.private[0]",
            'module.network.aws_subnet.private["a"]',
            "module.network.aws_subnet.private[0]",
        ]


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "what"),
        [
            (b"not JSON", "is no plan or state"),
            (b"[]", "is no plan or state"),
            (b"{}", "holds no plan and no state"),
            (b'{"version": 3, "resources": []}', "is a state of version 3"),
            (b'{"format_version": "2.0", "resource_changes": []}', "has format 2.0"),
            (b'{"format_version": "1.2", "errored": true, "resource_changes": []}', "ended with an error"),
            (b'{"resource_changes": ' + b"[" * 5000 + b"]" * 5000 + b"}", "is no plan or state"),
        ],
    )
    def test_other_content_is_refused_with_advice(self, content: bytes, what: str) -> None:
        with pytest.raises(InputError, match=what) as caught:
            read_plan("plan.json", content)
        assert caught.value.remedy


def test_regions_are_those_of_zones_services_and_arns() -> None:
    rows = [
        change("aws_subnet.a", {"availability_zone": "eu-west-1a"}),
        change("aws_vpc_endpoint.a", {"service_name": "com.amazonaws.us-gov-west-1.ecr.api"}),
    ]
    assert regions_in(read_plan("plan.json", plan_of(*rows)).instances) == {"eu-west-1", "us-gov-west-1"}


def test_accounts_are_those_of_arns_and_registries() -> None:
    rows = [
        change(
            "aws_ecs_task_definition.a", {"container_definitions": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a"}
        ),
        change("aws_ecs_task_definition.b", {"execution_role_arn": "arn:aws:iam::210987654321:role/x", "cpu": "256"}),
    ]
    assert accounts_in(read_plan("plan.json", plan_of(*rows)).instances) == {"123456789012", "210987654321"}
