"""EFS file systems of a scenario with their mount targets."""

from typing import Any

from tests.loading.documents import Documents


def create_file_systems(efs: Any, documents: Documents) -> None:
    """Create the file systems that task definitions name, and their mount targets."""
    for definition in documents["taskDefinitions"]:
        for volume in definition.get("volumes", []):
            if "efsVolumeConfiguration" in volume:
                _create_file_system(efs, documents, volume["efsVolumeConfiguration"]["fileSystemId"])
    for row in documents["MountTargets"]:
        _create_file_system(efs, documents, row["FileSystemId"])
        interface = next(
            (
                item
                for item in documents["NetworkInterfaces"]
                if item["NetworkInterfaceId"] == row["NetworkInterfaceId"]
            ),
            {},
        )
        made = efs.create_mount_target(
            FileSystemId=documents.id_of(row["FileSystemId"]),
            SubnetId=documents.id_of(row["SubnetId"]),
            IpAddress=row["IpAddress"],
            SecurityGroups=[documents.id_of(group["GroupId"]) for group in interface.get("Groups", [])],
        )
        documents.ids[row["MountTargetId"]] = made["MountTargetId"]
        documents.ids[row["NetworkInterfaceId"]] = made["NetworkInterfaceId"]


def _create_file_system(efs: Any, documents: Documents, name: str) -> None:
    if name not in documents.ids:
        documents.ids[name] = efs.create_file_system(CreationToken=name)["FileSystemId"]
