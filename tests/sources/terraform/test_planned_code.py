"""A plan with its code: known values of the plan stay, unknown ones are resolved."""

import json
from typing import Any, ClassVar

import pytest

from skerry.sources.planned.values import UNKNOWN
from skerry.sources.terraform.code import CodeTypes, Provider
from skerry.sources.terraform.data_answers import LATER
from skerry.sources.terraform.plan_json import read_outputs, read_plan
from skerry.sources.terraform.planned_code import complete, known_instances, known_overrides
from skerry.sources.terraform.terraform_test import Attempt, ResolvingRun, write_test
from skerry.sources.terraform.values import Instance
from tests.sources.terraform.plans import change, plan_of

OUTPUTS = {"vpc": "vpc-0123456789abcdef0", "blocks": ["10.0.0.0/16"], "password": "hunter2", "n": 3}


def test_unknown_values_are_those_of_the_code() -> None:
    values = {"name": "web", "launch_type": "FARGATE", "network_configuration": [{"subnets": ["subnet-1"]}]}
    unknown = {"task_definition": True, "network_configuration": [{"security_groups": True}]}
    plan = read_plan("p", plan_of(change("aws_ecs_service.web", values, unknown=unknown)))
    network = [{"subnets": ["subnet-1"], "security_groups": ["sg-1"]}]
    resolved = {"name": "other", "task_definition": "arn:x", "network_configuration": network}
    [service] = complete(plan, [Instance("aws_ecs_service.web", "aws_ecs_service", "managed", resolved)]).instances
    assert service.values["name"] == "web"
    assert service.values["task_definition"] == "arn:x"
    assert service.values["network_configuration"] == network


def test_instance_that_the_code_does_not_have_stays_unknown() -> None:
    plan = read_plan("p", plan_of(change("aws_subnet.a", {}, unknown={"vpc_id": True})))
    [subnet] = complete(plan, []).instances
    assert subnet.values["vpc_id"] is UNKNOWN


def prior(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": list(rows)}}}}


def data(address: str, values: dict[str, Any]) -> dict[str, Any]:
    return {"address": address, "type": address.split(".")[1], "mode": "data", "values": values}


class TestData:
    def test_outputs_of_another_state_are_kept_without_texts_that_may_be_secret(self) -> None:
        row = data("data.terraform_remote_state.network", {"outputs": OUTPUTS, "backend": "s3"})
        [source] = known_instances(read_plan("p", plan_of(**prior(row))))
        assert source.values == {"outputs": {**OUTPUTS, "password": LATER}}

    def test_secrets_of_data_sources_are_not_read(self) -> None:
        row = data("data.aws_ssm_parameter.db", {"id": "db", "value": "hunter2"})
        [source] = known_instances(read_plan("p", plan_of(**prior(row))))
        assert source.values == {"id": "db"}

    def test_read_data_sources_answer_in_the_test(self) -> None:
        row = data("data.aws_subnets.private", {"id": "eu-west-1", "ids": ["subnet-1"]})
        plan = read_plan("p", plan_of(**prior(row)))
        test = written(*known_instances(plan), answers={one.address: one.values for one in plan.data})
        [answer] = test["run"]["resolve"]["override_data"]
        assert answer["values"] == {"id": "eu-west-1", "ids": ["subnet-1"]}


class TestOutputs:
    ROWS: ClassVar[dict[str, Any]] = {
        "vpc": {"value": "vpc-0123456789abcdef0"},
        "subnets": {"value": ["subnet-0123456789abcdef0"]},
        "name": {"value": "hunter2"},
        "key": {"value": "subnet-0123456789abcdef1", "sensitive": True},
    }

    @pytest.mark.parametrize(
        "state", [{"version": 4, "outputs": ROWS}, {"format_version": "1.0", "values": {"outputs": ROWS}}]
    )
    def test_outputs_of_a_state_are_ids_and_no_secrets(self, state: dict[str, Any]) -> None:
        assert read_outputs(json.dumps(state).encode()) == {
            "vpc": "vpc-0123456789abcdef0",
            "subnets": ["subnet-0123456789abcdef0"],
            "name": LATER,
            "key": LATER,
        }

    def test_other_state_answers_before_any_run(self) -> None:
        address = "data.terraform_remote_state.network"
        [answer] = written(answers={address: {"outputs": {"vpc": "vpc-1"}}})["run"]["resolve"]["override_data"]
        assert answer == {"target": address, "values": {"outputs": {"vpc": "vpc-1"}}}


def written(*instances: Instance, **more: Any) -> Any:
    types = CodeTypes(frozenset(), frozenset())
    stage = ResolvingRun(Attempt("plan"), types, instances, "eu-west-1", "123456789012", **more)
    return json.loads(write_test((Provider("aws", None),), stage))


def test_existing_resources_keep_their_ids() -> None:
    rows = (change("aws_vpc.a", {"id": "vpc-1"}, actions=("no-op",)), change("aws_vpc.b", {}))
    plan = read_plan("p", plan_of(*rows))
    test = written(*plan.instances, overrides=known_overrides(plan.instances))
    first, second = test["run"]["resolve"]["override_resource"]
    assert first["values"]["id"] == "vpc-1"
    assert second["values"]["id"] not in {"vpc-1", ""}


def test_variables_of_the_plan_are_values_of_the_test() -> None:
    plan = read_plan("p", plan_of(variables={"nat": {"value": False}, "text": {"value": "${x}"}}))
    assert written(variables=plan.variables)["variables"] == {"nat": False, "text": "$${x}"}
