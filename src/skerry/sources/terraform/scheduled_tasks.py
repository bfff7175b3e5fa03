"""Scheduled tasks: targets of EventBridge rules and of EventBridge Scheduler.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/scheduler_schedule
"""

from collections.abc import Iterator
from typing import Any, Final

from skerry.sources.planned.values import UNKNOWN, Value, known_row
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.tasks import definition_named, strategy_of
from skerry.sources.terraform.values import Instance, first_block, texts_of

_DEFAULT: Final = "default"
_ENABLED: Final = "ENABLED"


def write_scheduled_tasks(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the document of each schedule, and of each rule with targets that run tasks or jobs."""
    for schedule in configuration.of("aws_scheduler_schedule"):
        yield f"schedule {schedule.id}", _schedule(configuration, schedule)
    disabled = {rule.get("name") for rule in configuration.of("aws_cloudwatch_event_rule") if _is_disabled(rule)}
    targets: dict[tuple[str, str], list[dict[str, Value]]] = {}
    for target in configuration.of("aws_cloudwatch_event_target"):
        rule, bus = target.get("rule", UNKNOWN), target.get("event_bus_name", _DEFAULT)
        if rule not in disabled and rule is not UNKNOWN and bus is not UNKNOWN:
            targets.setdefault((rule, bus), []).append(_target(configuration, target))
    rules = [row for rule in configuration.of("aws_cloudwatch_event_rule") if (row := _rule(rule))]
    if rules:
        yield "rules", {"Call": {"operation": "events:ListRules", "parameters": {}}, "Response": {"Rules": rules}}
    for (rule, bus), rows in targets.items():
        call = {"operation": "events:ListTargetsByRule", "parameters": {"Rule": rule, "EventBusName": bus}}
        yield f"targets of {bus} {rule}", {"Call": call, "Response": {"Targets": rows}}


def _rule(rule: Instance) -> dict[str, Any]:
    """Return a rule with a schedule, as AWS lists it; of others nothing."""
    expression, name = rule.get("schedule_expression"), rule.get("name", UNKNOWN)
    if not isinstance(expression, str) or not isinstance(name, str):
        return {}
    return known_row({"Name": name, "EventBusName": _DEFAULT, "ScheduleExpression": expression})


def _is_disabled(rule: Instance) -> bool:
    return rule.get("is_enabled", True) is False or rule.get("state") == "DISABLED"


def _schedule(configuration: Configuration, schedule: Instance) -> dict[str, Any]:
    target = first_block(schedule.get("target"))
    name, expression = schedule.get("name", UNKNOWN), schedule.get("schedule_expression", UNKNOWN)
    row = known_row(
        {
            "Name": schedule.address if name is UNKNOWN else name,
            "GroupName": schedule.get("group_name", _DEFAULT),
            "State": schedule.get("state", _ENABLED),
            # The time decides nothing; the key marks a schedule for the loader.
            "ScheduleExpression": "" if expression is UNKNOWN else expression,
        }
    )
    if isinstance(target, dict):
        parameters = first_block(target.get("ecs_parameters"))
        row["Target"] = known_row({"Arn": target.get("arn") or UNKNOWN})
        if isinstance(parameters, dict):
            row["Target"]["EcsParameters"] = _parameters(configuration, parameters)
    arn = schedule.get("arn")
    return {"Arn": arn if isinstance(arn, str) else schedule.id, **row}


def _target(configuration: Configuration, target: Instance) -> dict[str, Value]:
    parameters, job = first_block(target.get("ecs_target")), first_block(target.get("batch_target"))
    identifier = target.get("target_id", UNKNOWN)
    row: dict[str, Value] = {
        "Id": target.address if identifier is UNKNOWN else identifier,
        "Arn": target.get("arn", UNKNOWN),
    }
    if isinstance(parameters, dict):
        row["EcsParameters"] = _parameters(configuration, parameters)
    if isinstance(job, dict):
        row["BatchParameters"] = {"JobDefinition": job.get("job_definition")}
    return known_row(row)


def _parameters(configuration: Configuration, parameters: dict[str, Value]) -> dict[str, Value]:
    """Return the parameters of RunTask, by the keys that both services use."""
    network = first_block(parameters.get("network_configuration"))
    return known_row(
        {
            "TaskDefinitionArn": definition_named(configuration, parameters.get("task_definition_arn")),
            "LaunchType": parameters.get("launch_type") or None,
            "PlatformVersion": parameters.get("platform_version") or None,
            "EnableExecuteCommand": bool(parameters.get("enable_execute_command")),
            "TaskCount": parameters.get("task_count") or None,
            "CapacityProviderStrategy": strategy_of(parameters.get("capacity_provider_strategy")),
            "NetworkConfiguration": _network(network) if isinstance(network, dict) else network,
        }
    )


def _network(block: dict[str, Value]) -> Value:
    subnets, groups = texts_of(block.get("subnets")), texts_of(block.get("security_groups"))
    public = block.get("assign_public_ip")
    if UNKNOWN in (subnets, groups, public):
        return UNKNOWN
    return {
        "awsvpcConfiguration": {
            "Subnets": subnets,
            "SecurityGroups": groups,
            "AssignPublicIp": "ENABLED" if public else "DISABLED",
        }
    }
