"""What ECS prints when a step fails."""

from string import Formatter
from typing import get_args

from skerry.catalogue.error_messages import Wording, wording, wordings
from skerry.catalogue.services import services
from skerry.launch.needs import Step
from tests.tables import each

# What `predict` fills in.
WORDS = {"host", "port", "subject", "image", "registry", "repository", "tag", "subnet", "address", "dial", "mount"}
WAYS = {"timeout", "no-name", "no-server", "no-family"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@each("row", wordings().errors, ids=lambda row: f"{row.step}-{row.service}")
def test_a_wording_is_of_a_step_and_asks_only_for_words_that_there_are(row: Wording) -> None:
    assert row.step in get_args(Step)
    assert row.service in {None, *services()}
    assert placeholders(row.text) <= WORDS


def test_every_way_to_fail_has_its_words() -> None:
    assert set(wordings().dial) == set(wordings().mount) == WAYS
    assert all(placeholders(text) <= WORDS - {"dial", "mount"} for text in wordings().dial.values())
    assert all(placeholders(text) <= WORDS - {"dial", "mount"} for text in wordings().mount.values())


def test_a_wording_goes_by_step_and_service() -> None:
    for_ssm, for_any = wording("secrets", "ssm"), wording("manifest", "ecr.dkr")
    assert for_ssm is not None
    assert for_ssm.service == "ssm"
    assert for_any == wording("manifest", None)
    assert wording("secrets", None) is None
    assert wording("exec", "ssmmessages") is None
