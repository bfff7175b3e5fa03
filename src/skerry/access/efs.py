"""Mounts of EFS file systems, as requests of the task role or of an anonymous client.

https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-efs-config.html
"""

from collections.abc import Iterator

from skerry.access.requests import AccessRequest, principal_of
from skerry.launch.launches import Launch
from skerry.launch.needs import Call
from skerry.model.arns import Arn
from skerry.model.ecs import EfsVolume
from skerry.model.facts import Missing
from skerry.policy.request import ABSENT, Principal, Request, Values
from skerry.services.efs import PREFIX, file_system_of

_MOUNT = "elasticfilesystem:ClientMount"
_ON = "ENABLED"


def mounted_volumes_of(launch: Launch, need: Call) -> tuple[EfsVolume, ...]:
    """Return the EFS volumes that a call mounts; several may belong to one file system."""
    definition = launch.definition
    if need.step != "volumes" or isinstance(definition, Missing):
        return ()
    volumes = (volume.efs_volume_configuration for volume in definition.volumes)
    return tuple(volume for volume in volumes if volume is not None and file_system_id_of(volume) in need.subjects)


def file_system_id_of(volume: EfsVolume) -> str:
    """Return the id of a volume's file system; the task definition may give its ARN."""
    return volume.file_system_id.rpartition("/")[2]


def mount_requests_of(launch: Launch, need: Call) -> Iterator[AccessRequest | Missing]:
    """Yield a request for each mount of a call; none if the account is unknown."""
    launch_arn = launch_arn_of(launch)
    if launch_arn is not None:
        yield from (_mount_request_of(launch, need, volume, launch_arn) for volume in mounted_volumes_of(launch, need))


def _mount_request_of(launch: Launch, need: Call, volume: EfsVolume, launch_arn: Arn) -> AccessRequest | Missing:
    authorization = volume.authorization_config
    principal: Principal | Missing = Principal("anonymous")
    if authorization is not None and authorization.iam == _ON:
        principal = principal_of(launch, need)
    if isinstance(principal, Missing):
        return principal
    file_system_id = file_system_id_of(volume)
    parsed = volume.file_system_id.arn or launch_arn
    prefix = f"arn:{parsed.partition}:{PREFIX}:{parsed.region}:{parsed.account}"
    access_point_id = authorization.access_point_id if authorization else None
    context: dict[str, Values] = {
        "aws:securetransport": ("true" if volume.transit_encryption == _ON else "false",),
        "elasticfilesystem:accessedviamounttarget": ("true",),
        "elasticfilesystem:accesspointarn": (
            (f"{prefix}:access-point/{access_point_id}",) if access_point_id else ABSENT
        ),
    }
    resource = file_system_of(parsed, file_system_id)
    return AccessRequest(file_system_id, Request(principal, _MOUNT, resource, context))


def launch_arn_of(launch: Launch) -> Arn | None:
    """Return the ARN of the service or task, or of its task definition: all share one account and Region."""
    definition = launch.definition
    definition_arn = None if isinstance(definition, Missing) else definition.task_definition_arn
    name = launch.arn or definition_arn
    return None if name is None else name.arn
