"""What ECS prints when a step fails."""

from string import Formatter
from typing import get_args

from skerry.catalogue.error_messages import Wording, find_wording, load_wordings
from skerry.catalogue.services import load_services
from skerry.launch.needs import Step
from tests.tables import each

# What `predict` fills in.
WORDS = {"host", "port", "subject", "image", "registry", "repository", "tag", "subnet", "address", "dial", "mount"}
WAYS = {"timeout", "no-name", "no-server", "no-family"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@each("row", load_wordings().errors, ids=lambda row: f"{row.step}-{row.service}")
def test_error_wording_has_valid_step_service_and_placeholders(row: Wording) -> None:
    assert row.step in get_args(Step)
    assert row.service in {None, *load_services()}
    assert placeholders(row.text) <= WORDS


def test_error_wordings_cover_dial_and_mount_failures() -> None:
    assert set(load_wordings().dial) == set(load_wordings().mount) == WAYS
    assert all(placeholders(text) <= WORDS - {"dial", "mount"} for text in load_wordings().dial.values())
    assert all(placeholders(text) <= WORDS - {"dial", "mount"} for text in load_wordings().mount.values())


def test_error_wording_is_selected_by_step_and_service() -> None:
    for_ssm, for_any = find_wording("secrets", "ssm"), find_wording("manifest", "ecr.dkr")
    assert for_ssm is not None
    assert for_ssm.service == "ssm"
    assert for_any == find_wording("manifest", None)
    assert find_wording("secrets", None) is None
    assert find_wording("exec", "ssmmessages") is None
