"""What it takes to mount volumes."""

from typing import Any

import msgspec
import pytest

from skerry.launch.needs import Call, Fault, Mount, Need, Unread
from skerry.launch.volumes import needs_of_volume
from skerry.model.ecs import Volume
from skerry.sources.text_types import parse_value
from tests.networks import ACCOUNT, REGION


def needs(configuration: dict[str, Any], *, windows: bool = False) -> list[Need]:
    return list(
        needs_of_volume(
            msgspec.convert({"name": "data"} | configuration, Volume, dec_hook=parse_value), REGION, windows=windows
        )
    )


def efs(file_system: str, **more: Any) -> dict[str, Any]:
    return {"efsVolumeConfiguration": {"fileSystemId": file_system} | more}


def s3_files(arn: str) -> dict[str, Any]:
    return {"s3filesVolumeConfiguration": {"fileSystemArn": arn}}


class TestEfsVolumes:
    def test_efs_volume_calls_file_system_host_with_task_role(self) -> None:
        (need,) = needs(efs("fs-0a"))
        assert isinstance(need, Call)
        assert (need.host, need.port) == (f"fs-0a.efs.{REGION}.amazonaws.com", 2049)
        assert (need.subjects, need.identity) == (("fs-0a",), "task role")

    def test_efs_volume_with_access_point_and_tls_needs_the_same_call(self) -> None:
        authorization = {"accessPointId": "fsap-1", "iam": "ENABLED"}
        assert needs(efs("fs-0a", transitEncryption="ENABLED", authorizationConfig=authorization)) == needs(
            efs("fs-0a")
        )

    @pytest.mark.parametrize(
        ("authorization", "uses"),
        [
            ({"accessPointId": "fsap-1"}, ["an access point"]),
            ({"iam": "ENABLED"}, ["IAM"]),
            ({"accessPointId": "fsap-1", "iam": "ENABLED"}, ["an access point", "IAM"]),
            ({"iam": "DISABLED"}, []),
        ],
    )
    def test_efs_volume_without_encryption_takes_no_access_point_and_no_iam(
        self, authorization: dict[str, str], uses: list[str]
    ) -> None:
        *faults, call = needs(efs("fs-0a", transitEncryption="DISABLED", authorizationConfig=authorization))
        assert isinstance(call, Call)
        messages = [fault.message for fault in faults if isinstance(fault, Fault)]
        reason = "Fargate does not mount volume data: transitEncryption is off, and {} of EFS needs it"
        assert messages == [reason.format(use) for use in uses]

    def test_efs_volume_named_by_arn_uses_region_of_arn(self) -> None:
        (need,) = needs(efs(f"arn:aws:elasticfilesystem:us-east-1:{ACCOUNT}:file-system/fs-0a"))
        assert isinstance(need, Call)
        assert need.host == "fs-0a.efs.us-east-1.amazonaws.com"

    def test_efs_volume_on_windows_is_a_fault(self) -> None:
        (need,) = needs(efs("fs-0a"), windows=True)
        assert isinstance(need, Fault)
        assert need.code == "VOLUME_NOT_ON_FARGATE"
        assert "data" in need.message


class TestS3FilesVolumes:
    def test_s3_files_volume_is_mounted_at_port_2049(self) -> None:
        found = needs(s3_files(f"arn:aws:s3files:{REGION}:{ACCOUNT}:file-system/fs-0b"))
        assert found == [Mount("fs-0b", 2049)]

    @pytest.mark.parametrize("arn", ["fs-0b", f"arn:aws:s3:{REGION}:{ACCOUNT}:file-system/fs-0b"])
    def test_s3_files_volume_with_malformed_arn_is_unread(self, arn: str) -> None:
        (need,) = needs(s3_files(arn))
        assert isinstance(need, Unread)
        assert (need.step, need.fact) == ("volumes", f"which S3 Files file system {arn} is")


@pytest.mark.parametrize(
    ("configuration", "reason"),
    [
        ({"dockerVolumeConfiguration": {"driver": "local"}}, "Docker"),
        ({"fsxWindowsFileServerVolumeConfiguration": {"fileSystemId": "fs-0c"}}, "FSx"),
    ],
)
def test_docker_and_fsx_volumes_are_faults_on_fargate(configuration: dict[str, Any], reason: str) -> None:
    (need,) = needs(configuration)
    assert isinstance(need, Fault)
    assert (need.step, need.code, need.blocks) == ("volumes", "VOLUME_NOT_ON_FARGATE", "start")
    assert reason in need.message


def test_bind_mount_has_no_needs() -> None:
    assert needs({"host": {}}) == []


def test_docker_volume_without_name_is_a_fault() -> None:
    (need,) = needs_of_volume(
        msgspec.convert({"dockerVolumeConfiguration": {}}, Volume, dec_hook=parse_value), REGION, windows=False
    )
    assert isinstance(need, Fault)
    assert "without a name" in need.message
