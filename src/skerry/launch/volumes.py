"""The Needs of a task's volumes."""

from collections.abc import Iterator

from skerry.catalogue.partitions import partition_of
from skerry.launch.needs import Call, Fault, Mount, Need, Unread
from skerry.model.arns import NameOrArn
from skerry.model.ecs import EfsVolume, Volume

_NFS = 2049
_ON = "ENABLED"


def needs_of_volume(volume: Volume, region: str, *, windows: bool) -> Iterator[Need]:
    """Yield the Needs of a volume: EFS and S3 Files are mounted over the network; Docker's and FSx's are refused.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_data_volumes.html
    """
    name = volume.name or "without a name"
    if volume.efs_volume_configuration is not None:
        if windows:
            yield _refused(name, "EFS is for Linux tasks only")
        else:
            yield from _unencrypted(name, volume.efs_volume_configuration)
            yield _efs(volume.efs_volume_configuration, region)
    if volume.s3files_volume_configuration is not None:
        yield _s3_files(volume.s3files_volume_configuration.file_system_arn)
    if volume.docker_volume_configuration is not None:
        yield _refused(name, "it is a volume of a Docker driver")
    if volume.fsx_windows_file_server_volume_configuration is not None:
        yield _refused(name, "it is of FSx for Windows File Server")


def _refused(name: str, reason: str) -> Fault:
    return Fault("volumes", "VOLUME_NOT_ON_FARGATE", f"Fargate does not mount volume {name}: {reason}")


def _unencrypted(name: str, volume: EfsVolume) -> Iterator[Fault]:
    """Yield a fault for an access point or IAM authorization without encryption in transit, which ECS refuses.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSAuthorizationConfig.html
    """
    wanted = volume.authorization_config
    if wanted is None or volume.transit_encryption == _ON:
        return
    uses = (("an access point", wanted.access_point_id is not None), ("IAM", wanted.iam == _ON))
    for use, is_used in uses:
        if is_used:
            yield _refused(name, f"transitEncryption is off, and {use} of EFS needs it")


def _efs(volume: EfsVolume, region: str) -> Need:
    """Return the mount target of the file system; access points and encryption in transit use the same port.

    https://docs.aws.amazon.com/efs/latest/ug/encryption-in-transit.html
    """
    arn = volume.file_system_id.arn
    place = region if arn is None else arn.region
    name = volume.file_system_id.rpartition("/")[2]
    partition = partition_of(place)
    if partition is None:
        return Unread("volumes", f"the names of the partition that Region {place} is in")
    return Call("volumes", f"{name}.efs.{place}.{partition.suffix}", _NFS, subjects=(name,), identity="task role")


def _s3_files(name: NameOrArn) -> Need:
    arn = name.arn
    if arn is None or arn.service != "s3files":
        return Unread("volumes", f"which S3 Files file system {name} is", subjects=(name,))
    return Mount(arn.resource.rpartition("/")[2], _NFS)
