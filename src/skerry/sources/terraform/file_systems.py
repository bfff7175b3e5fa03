"""EFS: mount targets with their interfaces.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/efs_mount_target
"""

from collections.abc import Iterator
from typing import Any

from skerry.sources.planned.made_by_aws import digest_of
from skerry.sources.planned.values import UNKNOWN, Value, known_row
from skerry.sources.terraform.configuration import Configuration, group_by
from skerry.sources.terraform.values import Instance, texts_of


def write_mount_targets(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the mount targets of each new file system: without one it has none."""
    targets, is_open = group_by(configuration.of("aws_efs_mount_target"), "file_system_id")
    systems = {system.id: system.is_new for system in configuration.of("aws_efs_file_system")}
    for system in sorted({*systems, *targets}):
        rows = [row for target in targets.get(system, ()) if (row := _target(system, target)) is not None]
        is_whole = systems.get(system, False) and not is_open and len(rows) == len(targets.get(system, ()))
        call = {"operation": "elasticfilesystem:DescribeMountTargets", "parameters": {"FileSystemId": system}}
        more = {} if is_whole else {"NextMarker": "known-after-apply"}
        yield f"mount targets of {system}", {"Call": call, "Response": {"MountTargets": rows, **more}}


def mount_target_interfaces(configuration: Configuration) -> Iterator[dict[str, Value]]:
    """Yield the interface of each mount target; its address is AWS's choice unless the configuration has one.

    Without groups it has the default group: https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html.
    """
    for target in configuration.of("aws_efs_mount_target"):
        subnet = target.get("subnet_id", UNKNOWN)
        vpc = configuration.vpc_of_subnet.get(subnet, UNKNOWN)
        groups = texts_of(target.get("security_groups"))
        if groups == []:
            owner = configuration.vpcs.get(vpc)
            default = UNKNOWN if owner is None else owner.get("default_security_group_id", UNKNOWN)
            groups = UNKNOWN if default is UNKNOWN else [default]
        yield known_row(
            {
                "NetworkInterfaceId": _interface_of(target),
                "InterfaceType": "efs",
                "RequesterManaged": True,
                "SubnetId": subnet,
                "VpcId": vpc,
                "PrivateIpAddress": target.get("ip_address"),
                "Groups": UNKNOWN if groups is UNKNOWN else [{"GroupId": name} for name in groups],
            }
        )


def _target(system: str, target: Instance) -> dict[str, Value] | None:
    subnet = target.get("subnet_id", UNKNOWN)
    if subnet is UNKNOWN:
        return None
    return known_row(
        {
            "MountTargetId": target.id,
            "FileSystemId": system,
            "SubnetId": subnet,
            "LifeCycleState": "available",
            "IpAddress": target.get("ip_address"),
            "NetworkInterfaceId": _interface_of(target),
        }
    )


def _interface_of(target: Instance) -> str:
    name = target.get("network_interface_id", UNKNOWN)
    return f"eni-{digest_of(target.address)}" if name is UNKNOWN else str(name)
