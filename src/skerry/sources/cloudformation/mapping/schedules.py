"""Tasks that rules of EventBridge, schedules, pipes and state machines start.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedule.html
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from skerry.sources.cloudformation.mapping.ecs_names import name_of
from skerry.sources.cloudformation.mapping.properties import Properties
from skerry.sources.cloudformation.mapping.services import definition_arn_of, network_of, strategy_of
from skerry.sources.cloudformation.mapping.templates import Made, Templates
from skerry.sources.planned.lists import write_open_list
from skerry.sources.planned.values import UNKNOWN, Value, known_row

RULE, SCHEDULE, PIPE = "AWS::Events::Rule", "AWS::Scheduler::Schedule", "AWS::Pipes::Pipe"
STATE_MACHINE: Final = "AWS::StepFunctions::StateMachine"
_PASCAL: Final = {
    "awsvpcConfiguration": "awsvpcConfiguration",
    "subnets": "Subnets",
    "securityGroups": "SecurityGroups",
    "assignPublicIp": "AssignPublicIp",
}
_DISABLED: Final = "DISABLED"


def write_schedules(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of rules with their targets, and of schedules."""
    yield "Rules", write_open_list("Rules", [_rule(rule) for rule in templates.of(RULE)])
    for rule in templates.of(RULE):
        if rule.properties.text("State", "ENABLED") != _DISABLED:
            yield from _targets(templates, rule)
    rows = [_schedule(templates, made) for made in templates.of(SCHEDULE)]
    if rows:
        yield "Schedules", write_open_list("Schedules", rows)
    pipes = [_pipe(templates, made) for made in templates.of(PIPE)]
    if pipes:
        yield "Pipes", write_open_list("Pipes", pipes)
    machines = [_machine(made) for made in templates.of(STATE_MACHINE)]
    if machines:
        yield "stateMachines", write_open_list("stateMachines", machines)


def _rule(rule: Made) -> dict[str, Value]:
    """Return a rule: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Rule.html."""
    return known_row(
        {
            "Name": rule.id.rpartition("|")[2],
            "EventBusName": rule.properties.id("EventBusName") or "default",
            "State": rule.properties.text("State", "ENABLED"),
            "ScheduleExpression": rule.properties.text("ScheduleExpression"),
        }
    )


def _targets(templates: Templates, rule: Made) -> Iterator[tuple[str, dict[str, Any]]]:
    blocks = rule.properties.blocks("Targets")
    rows = [_target(templates, block) for block in blocks or ()]
    name = rule.id.rpartition("|")[2]
    parameters = {"Rule": name, "EventBusName": rule.properties.id("EventBusName") or "default"}
    call = {"operation": "ListTargetsByRule", "parameters": parameters}
    more = {"NextToken": "known at the deployment"} if blocks is None else {}
    targets = [row for row in rows if "Arn" in row]
    yield f"targets of {rule.name}", {"Call": call, "Response": {"Targets": targets, **more}}


def _target(templates: Templates, target: Properties) -> dict[str, Value]:
    batch = target.block("BatchParameters")
    arn = target.text("Arn")
    return known_row(
        {
            "Id": target.id("Id"),
            "Arn": arn if isinstance(arn, str) and arn.startswith("arn:") else None,
            "EcsParameters": _ecs_parameters(templates, target.block("EcsParameters"), "AwsVpcConfiguration"),
            "BatchParameters": None if batch is None else {"JobDefinition": batch.id("JobDefinition")},
        }
    )


def _ecs_parameters(templates: Templates, block: Properties | None, key: str) -> Value:
    if block is None:
        return None
    return known_row(
        {
            "TaskCount": block.number("TaskCount"),
            "TaskDefinitionArn": definition_arn_of(templates, block.id("TaskDefinitionArn")),
            "LaunchType": block.text("LaunchType"),
            "NetworkConfiguration": network_of(block, key, keys=_PASCAL),
            "PlatformVersion": block.text("PlatformVersion"),
            "CapacityProviderStrategy": strategy_of(block, "CapacityProviderStrategy"),
            "EnableExecuteCommand": block.flag("EnableExecuteCommand", default=False),
        }
    )


def _schedule(templates: Templates, made: Made) -> dict[str, Value]:
    target = made.properties.block("Target")
    return known_row(
        {
            "Arn": made.arn,
            "Name": made.id,
            "GroupName": made.properties.id("GroupName") or "default",
            "State": made.properties.text("State", "ENABLED"),
            "ScheduleExpression": made.properties.text("ScheduleExpression", ""),
            "Target": UNKNOWN if target is None else _schedule_target(templates, target),
        }
    )


def _schedule_target(templates: Templates, target: Properties) -> Value:
    arn = target.id("Arn") or ""
    if not arn.startswith("arn:"):
        return UNKNOWN
    return known_row(
        {
            "Arn": arn,
            "EcsParameters": _ecs_parameters(templates, target.block("EcsParameters"), "AwsvpcConfiguration"),
        }
    )


def _pipe(templates: Templates, made: Made) -> dict[str, Value]:
    """Return a pipe: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-pipes-pipe.html."""
    properties = made.properties
    parameters = properties.block("TargetParameters")
    tasks = None if parameters is None else parameters.block("EcsTaskParameters")
    jobs = None if parameters is None else parameters.block("BatchJobParameters")
    return known_row(
        {
            "Arn": made.arn,
            "Name": properties.id("Name") or made.name,
            "DesiredState": properties.text("DesiredState", "RUNNING"),
            "Target": properties.id("Target"),
            "TargetParameters": known_row(
                {
                    "EcsTaskParameters": _ecs_parameters(templates, tasks, "AwsvpcConfiguration"),
                    "BatchJobParameters": None if jobs is None else {"JobDefinition": jobs.id("JobDefinition")},
                }
            ),
        }
    )


def _machine(made: Made) -> dict[str, Value]:
    """Return a state machine; a definition in a file of S3 is not known.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
    """
    properties = made.properties
    text = properties.text("DefinitionString")
    return known_row(
        {
            "stateMachineArn": made.id,
            "name": made.id.rpartition(":")[2],
            "status": "ACTIVE",
            "definition": UNKNOWN if text is None else _filled(text, properties),
        }
    )


def _filled(text: Value, properties: Properties) -> Value:
    """Return a definition with its substitutions; `UNKNOWN` if a part is not known."""
    if text is UNKNOWN:
        return UNKNOWN
    substitutions = properties.block("DefinitionSubstitutions")
    for name, value in () if substitutions is None else substitutions.each():
        if f"${{{name}}}" in text and not isinstance(value, str):
            return UNKNOWN
        text = text.replace(f"${{{name}}}", json.dumps(value)[1:-1])
    return text


# ------------------------------------------------------------------------------------------------------------- Batch

_BATCH: Final = {
    "AWS::Batch::ComputeEnvironment": ("computeEnvironments", "computeEnvironment"),
    "AWS::Batch::JobDefinition": ("jobDefinitions", "jobDefinition"),
    "AWS::Batch::JobQueue": ("jobQueues", "jobQueue"),
}


def write_batch(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of AWS Batch.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Batch.html
    """
    for kind, (key, name) in _BATCH.items():
        rows = [row for made in templates.of(kind) if (row := _batch_row(made, name)) is not None]
        if rows:
            yield key, write_open_list(key, rows)


def _batch_row(made: Made, name: str) -> dict[str, Value] | None:
    from skerry.sources.cloudformation.mapping.batch_blocks import block_of_batch  # noqa: PLC0415

    row = block_of_batch(made.properties)
    if row is None:
        return None
    own = made.id.rpartition("/")[2].partition(":")[0]
    row |= {f"{name}Arn": made.id, f"{name}Name": own}
    if name == "jobDefinition":
        row |= {"revision": 1, "status": "ACTIVE"}
    else:
        row |= {"state": row.get("state", "ENABLED"), "status": "VALID"}
    return {name_of(key): value for key, value in row.items()}
