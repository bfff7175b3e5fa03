"""The Needs of ECS Exec: its channel, the key of its sessions, and the logs of their output."""

from collections.abc import Iterator
from typing import Final

import msgspec

from skerry.catalogue.services import ServiceRef
from skerry.launch.endpoints import make_service_call
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Fault, Need
from skerry.model.ecs import ExecuteCommandConfiguration
from skerry.model.facts import Missing

_STEP: Final = "exec"
_OVERRIDE = "OVERRIDE"
_CHANNEL = (
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
_LOGS = ("logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:CreateLogStream", "logs:PutLogEvents")
_BUCKET = ("s3:GetBucketLocation", "s3:GetEncryptionConfiguration", "s3:PutObject")


def needs_of_exec(launch: Launch, region: str) -> Iterator[Need]:
    """Yield the Needs of ECS Exec, all made with the task role.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
    """
    yield from _task_role(launch)
    yield _call(ServiceRef("ssmmessages", region), *_CHANNEL)
    configuration = launch.cluster_configuration
    if configuration is not None:
        yield from _of_session(configuration.execute_command_configuration, region)


def _of_session(session: ExecuteCommandConfiguration, region: str) -> Iterator[Need]:
    """Yield the calls about the key and the logs of a cluster.

    The default logging goes by the driver ``awslogs`` of the task definition, whose calls are Needs of the start.
    Without that driver, and with the logging NONE, nothing is logged. AWS asks for permissions of the task role "to
    enable logging", and does not say that a session fails without them:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandConfiguration.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-logging
    """
    key = session.kms_key_id
    if key is not None:
        yield _call(ServiceRef("kms", region if key.arn is None else key.arn.region), "kms:Decrypt", subject=key)
    if session.logging != _OVERRIDE:
        return
    group, bucket = session.log_configuration.cloud_watch_log_group_name, session.log_configuration.s3_bucket_name
    if group is not None:
        yield _call(ServiceRef("logs", region), *_LOGS, subject=group)
    if bucket is not None:
        call = _call(ServiceRef("s3", region), *_BUCKET, subject=bucket, prefix=f"{bucket}.")
        # The name of a bucket does not say its Region.
        yield msgspec.structs.replace(call, grade="inferred", note=f"bucket {bucket} taken to be in {region}")


def _call(ref: ServiceRef, *actions: str, subject: str = "", prefix: str = "") -> Call:
    call = make_service_call(_STEP, ref, *actions, subject=subject, prefix=prefix, identity="task role")
    return msgspec.structs.replace(call, blocks="runtime")


def _task_role(launch: Launch) -> Iterator[Need]:
    """Yield a fault for a whole task definition without a task role, whose permissions ECS Exec uses."""
    definition = launch.definition
    if isinstance(definition, Missing) or definition.task_role_arn:
        return
    if definition.cpu is not None or definition.memory is not None:
        message = "the task definition has no taskRoleArn, with whose permissions ECS Exec opens its channel"
        yield Fault(_STEP, "TASK_ROLE_REQUIRED", message, blocks="runtime")
