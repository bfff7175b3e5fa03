"""The mount of an EFS file system as its policy sees it: as the task role, or as nobody.

https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-efs-config.html
"""

from collections.abc import Iterator

from skerry.access.requests import AccessRequest, principal_of
from skerry.launch.launches import Launch
from skerry.launch.needs import Call
from skerry.model.arns import Arn, parse_arn
from skerry.model.ecs import EfsVolume
from skerry.model.facts import Missing
from skerry.policy.request import ABSENT, Principal, Request, Values
from skerry.policy.resources import Resource

_MOUNT = "elasticfilesystem:ClientMount"
_ON = "ENABLED"


def mounted_volumes_of(launch: Launch, need: Call) -> tuple[EfsVolume, ...]:
    """The EFS volumes that a Need mounts: several may be of one file system."""
    known = launch.definition
    if need.step != "volumes" or isinstance(known, Missing):
        return ()
    found = (volume.efs_volume_configuration for volume in known.volumes)
    return tuple(one for one in found if one is not None and file_system_id_of(one) in need.subjects)


def file_system_id_of(volume: EfsVolume) -> str:
    """The id of a volume's file system, which may be given by its ARN."""
    return volume.file_system_id.rpartition("/")[2]


def mount_requests_of(launch: Launch, need: Call) -> Iterator[AccessRequest | Missing]:
    """The requests that the mounts of a Need are; none where nobody knows in which account."""
    place = launch_arn_of(launch)
    if place is not None:
        yield from (_mount(launch, need, volume, place) for volume in mounted_volumes_of(launch, need))


def _mount(launch: Launch, need: Call, volume: EfsVolume, place: Arn) -> AccessRequest | Missing:
    known = volume.authorization_config
    asking: Principal | Missing = Principal("anonymous")
    if known is not None and known.iam == _ON:
        asking = principal_of(launch, need)
    if isinstance(asking, Missing):
        return asking
    system = file_system_id_of(volume)
    parsed = parse_arn(volume.file_system_id) or place
    start = f"arn:{parsed.partition}:elasticfilesystem:{parsed.region}:{parsed.account}"
    point = known.access_point_id if known else None
    context: dict[str, Values] = {
        "aws:securetransport": ("true" if volume.transit_encryption == _ON else "false",),
        "elasticfilesystem:accessedviamounttarget": ("true",),
        "elasticfilesystem:accesspointarn": (f"{start}:access-point/{point}",) if point else ABSENT,
    }
    resource = Resource(f"{start}:file-system/{system}", parsed.account)
    return AccessRequest(system, Request(asking, _MOUNT, resource, context))


def launch_arn_of(launch: Launch) -> Arn | None:
    """The ARN of what is launched, or of its task definition: they are of one account and Region."""
    known = launch.definition
    definition = None if isinstance(known, Missing) else known.task_definition_arn
    return parse_arn(launch.arn or definition or "")
