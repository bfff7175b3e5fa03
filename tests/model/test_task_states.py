"""States of the Amazon States Language that start tasks, and definitions reduced to them."""

import json
from typing import Any

import pytest

from skerry.model.task_states import DYNAMIC, reduce_definition, task_states_of

RUN_TASK = "arn:aws:states:::ecs:runTask"
CALL = {
    "Cluster": "shop",
    "TaskDefinition.$": "$.secret.path",
    "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a"], "securityGroups.$": "$.secret"}},
    "Overrides": {"ContainerOverrides": [{"Environment": [{"Name": "A", "Value": "SECRET"}]}]},
    "Tags": ["SECRET"],
}
JOB = {
    "JobQueue": "queue",
    "JobDefinition": "job",
    "Parameters": {"a": "SECRET"},
    "ContainerOverrides": {
        "Command": ["SECRET"],
        "ResourceRequirements": [{"Type": "MEMORY", "Value.$": "$.secret"}],
    },
    "EcsPropertiesOverride": {"TaskProperties": ["SECRET"]},
}


def definition_of(**states: Any) -> str:
    return json.dumps({"Comment": "SECRET", "StartAt": "A", "States": states})


def task(parameters: Any, **more: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": RUN_TASK, "Parameters": parameters, "Next": "B"} | more


SUBMIT_JOB = "arn:aws:states:::batch:submitJob"
EXPRESSION = "{% $SECRET %}"
WHOLE = definition_of(
    A=task(CALL),
    B=task(JOB, Resource=SUBMIT_JOB, Credentials={"RoleArn": "SECRET"}),
    C={"Type": "Pass", "Result": "SECRET"},
    D={"Type": "Task", "Resource": RUN_TASK, "QueryLanguage": "JSONata", "Arguments": EXPRESSION},
    E={"Type": "Parallel", "Branches": [{"States": {"F": task({"Cluster": "c"})}}, {"States": {"G": {}}}]},
    H={
        "Type": "Map",
        "ItemProcessor": {"QueryLanguage": "JSONata", "States": {"I": task({}, Arguments={"Cluster": EXPRESSION})}},
    },
    J={"Type": "Map", "Iterator": {"States": ["no states"]}},
    K="no state",
    L=task({"JobQueue": "queue", "ContainerOverrides.$": "$.SECRET"}, Resource=SUBMIT_JOB),
)


def test_reduced_definition_has_the_same_states() -> None:
    assert task_states_of(WHOLE) is not None
    before, after = task_states_of(WHOLE), task_states_of(reduce_definition(WHOLE))
    assert before is not None
    assert after is not None
    assert {state.name for state in before} == {"A", "B", "D", "F", "I", "L"}
    keys = ("Cluster", "TaskDefinition", "NetworkConfiguration", "JobQueue", "JobDefinition")
    read = [{key: state.value_of(key) for key in keys} for state in before]
    # Branches of another kind of state become those of a Parallel one.
    by_name = {state.name: state for state in after}
    assert [{key: by_name[state.name].value_of(key) for key in keys} for state in before] == read
    assert {name for name, state in by_name.items() if state.elsewhere} == {"B"}


def test_reduced_definition_holds_no_secret() -> None:
    reduced = reduce_definition(WHOLE)
    assert "SECRET" not in reduced
    assert "secret" not in reduced


def test_second_reduction_changes_nothing() -> None:
    assert reduce_definition(reduce_definition(WHOLE)) == reduce_definition(WHOLE)


@pytest.mark.parametrize("text", ["", "{}", "[]", "[" * 100_000, '{"States": 1}'])
def test_unreadable_definition_stays_unknown(text: str) -> None:
    assert task_states_of(text) is None
    assert task_states_of(reduce_definition(text)) is None


def test_definition_without_tasks_stays_known() -> None:
    text = definition_of(A={"Type": "Pass"})
    assert task_states_of(text) == ()
    assert task_states_of(reduce_definition(text)) == ()


def test_expressions_count_in_jsonata_and_paths_in_jsonpath_alone() -> None:
    parameters = {"Cluster": "{% x %}", "TaskDefinition.$": "$.x"}
    path, jsonata = (
        task_states_of(json.dumps({"QueryLanguage": language, "States": {"A": task(parameters, Arguments=parameters)}}))
        for language in ("JSONPath", "JSONata")
    )
    assert path is not None
    assert jsonata is not None
    assert (path[0].value_of("Cluster"), path[0].value_of("TaskDefinition")) == ("{% x %}", DYNAMIC)
    assert (jsonata[0].value_of("Cluster"), jsonata[0].value_of("TaskDefinition")) == (DYNAMIC, None)


def test_value_below_a_text_is_absent() -> None:
    states = task_states_of(definition_of(A=task({"NetworkConfiguration": "x"})))
    assert states is not None
    assert states[0].value_of("NetworkConfiguration", "AwsvpcConfiguration") is None
