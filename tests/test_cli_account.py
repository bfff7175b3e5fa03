"""The command line with a live account that cannot be reached, or a configuration that boto3 cannot use."""

import gc
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from skerry.cli.reading import ReadOptions as AsTyped
from skerry.sources.live import ReadScope
from tests.commands import Skerry, complaint, without_account

HIDDEN = "hunter2secret"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Skerry]:
    """Runs skerry in this process, with credentials of nobody."""
    without_account(monkeypatch, tmp_path / "none")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", HIDDEN)
    monkeypatch.setattr("skerry.aws.session.ATTEMPTS", 0)
    yield Skerry(monkeypatch, capsys)
    gc.enable()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"AWS_ENDPOINT_URL": "garbage"}, "an endpoint of AWS is no URL: garbage"),
        ({"AWS_ENDPOINT_URL": f"http://user:{HIDDEN}@"}, "an endpoint of AWS is no URL: http://<removed>@"),
        ({"AWS_ENDPOINT_URL": f"http://user:{HIDDEN}@[::1"}, "boto3 cannot use its configuration (ValueError)"),
        ({"AWS_ENDPOINT_URL": f"http://user:{HIDDEN}@127.0.0.1:9"}, "Could not connect to the endpoint URL"),
        ({"AWS_ENDPOINT_URL": f"ftp://user:{HIDDEN}@127.0.0.1"}, "ftp"),
        ({"AWS_DEFAULTS_MODE": "none"}, "invalid defaults mode"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_SESSION_TOKEN": f"a\n{HIDDEN}"}, "127.0.0.1"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "HTTP_PROXY": f"http://u:{HIDDEN}@127.0.0.1:9"}, "proxy URL"),
    ],
    ids=["garbage", "no host", "open bracket", "nobody listens", "ftp", "defaults mode", "line break", "proxy"],
)
def test_invalid_aws_setting_is_reported_without_secrets(
    settings: dict[str, str], said: str, run: Skerry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    found = run("diagnose", "--region", "eu-west-1")
    assert said.replace("127.0.0.1", "") in complaint(found).replace("127.0.0.1", "")
    assert HIDDEN not in found.err


@pytest.mark.parametrize("region", ["../x", "a b", "eu-west-1/../..", "x" * 300, "é"])
def test_invalid_region_name_is_reported(region: str, run: Skerry) -> None:
    assert complaint(run("diagnose", "--region", region)).startswith("there is no Region ")


def test_invalid_region_name_of_the_environment_is_reported(run: Skerry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "a b")
    assert "is no name of a Region" in complaint(run("diagnose"))


def test_profile_with_line_break_is_reported_in_a_single_line(run: Skerry) -> None:
    assert complaint(run("diagnose", "--profile", "a\nb")) == "The config profile (a b) could not be found"


def test_invalid_credentials_file_is_reported_without_secrets(
    run: Skerry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "credentials"
    path.write_text(f"aws_secret_access_key = {HIDDEN}\n[default\n", encoding="utf-8")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    found = run("diagnose", "--region", "eu-west-1")
    assert complaint(found)
    assert HIDDEN not in found.err


class TestNetworkOnly:
    def test_read_options_have_fields_and_defaults_of_read_scope(self) -> None:
        assert AsTyped._fields == ReadScope.__struct_fields__
        assert ReadScope(*AsTyped()) == ReadScope()

    def test_network_only_diagnosis_lists_policies_as_not_examined(self, run: Skerry, tmp_path: Path) -> None:
        role = {"Arn": "arn:aws:iam::1:role/a", "RoleName": "a", "AssumeRolePolicyDocument": {}}
        answers = {"Vpcs": [], "clusters": [], "services": [service()], "RoleDetailList": [role]}
        (tmp_path / "all.json").write_text(json.dumps(answers), encoding="utf-8")
        whole = run("diagnose", "--from", tmp_path, "-v")
        narrow = run("diagnose", "--from", tmp_path, "--network-only", "-v")
        assert "identity and resource policies" not in whole.out
        assert "identity and resource policies" in narrow.out
        assert narrow.code == whole.code

    def test_network_only_snapshot_omits_roles(self, run: Skerry, tmp_path: Path) -> None:
        folder = tmp_path / "answers"
        folder.mkdir()
        (folder / "vpcs.json").write_text('{"Vpcs": []}', encoding="utf-8")
        (folder / "roles.json").write_text('{"RoleDetailList": []}', encoding="utf-8")
        assert run("snapshot", "--from", folder, "--network-only", "--output", tmp_path / "new").code == 0
        assert {path.name for path in (tmp_path / "new").iterdir()} == {"snapshot.json", "vpcs.json"}


def service() -> dict[str, object]:
    arn = "arn:aws:ecs:eu-west-1:123456789012"
    return {
        "serviceArn": f"{arn}:service/one/web",
        "serviceName": "web",
        "clusterArn": f"{arn}:cluster/one",
        "launchType": "FARGATE",
        "taskDefinition": f"{arn}:task-definition/web:1",
        "desiredCount": 1,
    }
