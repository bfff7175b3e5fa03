"""Where the image of GuardDuty's agent is."""

import re

from skerry.catalogue.guardduty import agent_repository_of, load_agents
from skerry.catalogue.partitions import partition_of
from tests.tables import each


@each("region", load_agents())
def test_guardduty_account_has_twelve_digits_and_valid_region(region: str) -> None:
    assert re.fullmatch(r"\d{12}", load_agents()[region].account)
    assert partition_of(region) is not None


def test_guardduty_agent_repository_is_in_its_region() -> None:
    found = agent_repository_of("eu-west-1")
    assert found == "694911143906.dkr.ecr.eu-west-1.amazonaws.com/aws-guardduty-agent-fargate"


def test_guardduty_agent_repository_of_unknown_region_is_none() -> None:
    assert agent_repository_of("eu-west-9") is None
