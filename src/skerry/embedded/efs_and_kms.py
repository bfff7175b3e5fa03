"""Patches of moto for missing EFS file systems and KMS keys: moto fails, or returns an empty list."""

from typing import Any

from moto.efs.exceptions import FileSystemNotFound
from moto.efs.models import EFSBackend
from moto.kms.exceptions import NotFoundException
from moto.kms.models import KmsBackend

from skerry.embedded.patching import Correction


def _policy(original: Any, backend: Any, file_system_id: str) -> Any:
    """Refuse a file system that was never created.

    https://docs.aws.amazon.com/efs/latest/ug/API_DescribeFileSystemPolicy.html
    """
    _require(backend, file_system_id)
    return original(backend, file_system_id)


def _access_points(original: Any, backend: Any, access_point_id: str | None, file_system_id: str | None) -> Any:
    """Refuse a file system that was never created: https://docs.aws.amazon.com/efs/latest/ug/API_DescribeAccessPoints.html."""
    if file_system_id is not None:
        _require(backend, file_system_id)
    return original(backend, access_point_id, file_system_id)


def _require(backend: Any, file_system: str) -> None:
    if file_system not in backend.file_systems_by_id:
        raise FileSystemNotFound(file_system)


def _grants(original: Any, backend: Any, key_id: str, grant_id: str | None) -> Any:
    """Refuse a key that was never created: https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html."""
    if backend.get_key_id(key_id) not in backend.keys:
        raise NotFoundException(f"Key '{key_id}' does not exist")
    return original(backend, key_id, grant_id)


CORRECTIONS = (
    Correction(EFSBackend, "describe_file_system_policy", _policy),
    Correction(EFSBackend, "describe_access_points", _access_points),
    Correction(KmsBackend, "list_grants", _grants),
)
"""The patches of this module."""
