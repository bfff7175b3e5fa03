"""The agent of GuardDuty Runtime Monitoring in Fargate tasks: the repository of its image."""

from functools import cache

import msgspec

from skerry.catalogue.data_files import Grade, read
from skerry.catalogue.partitions import partition_of

_REPOSITORY = "aws-guardduty-agent-fargate"


class Agent(msgspec.Struct, frozen=True):
    """The account of AWS's whose registry in a Region holds the agent's image."""

    region: str
    account: str
    grade: Grade
    source: str


class _Agents(msgspec.Struct):
    agents: tuple[Agent, ...]


@cache
def load_agents() -> dict[str, Agent]:
    """Return every Region's agent."""
    return {agent.region: agent for agent in read("guardduty", _Agents).agents}


def agent_repository_of(region: str) -> str | None:
    """Return the repository of the agent's image, with its registry's host; None where the Region's is not known.

    https://docs.aws.amazon.com/guardduty/latest/ug/ecs-runtime-agent-ecr-image-uri.html
    """
    agent, partition = load_agents().get(region), partition_of(region)
    if agent is None or partition is None:
        return None
    return f"{agent.account}.dkr.ecr.{region}.{partition.suffix}/{_REPOSITORY}"
