"""skerry itself, asked as its users ask it."""

from bench.faults.answers import Answer
from skerry import app
from skerry.diagnose.diagnosis import NeedDiagnosis
from skerry.launch.needs import Call
from skerry.model.world import World
from skerry.sources import documents
from skerry.verdicts import BLOCKED, INTERMITTENT


class Skerry:
    """This tool; what it names are the resources of the blockers of every Need that the start waits for."""

    name = "skerry"
    about = "this repository"

    def judge(self, document: bytes) -> Answer:
        """Diagnose the service."""
        (service,) = app.diagnose(World(documents.load({"network.json": document}))).services
        rows = [row for row in service.needs if row.need.blocks == "start"]
        stopped = [row for row in rows if row.verdict in {BLOCKED, INTERMITTENT}]
        # What is Fargate's own (a platform version, a log driver) has no id: it is the service's.
        named = {item.resource or service.launch.name for row in stopped for item in row.blockers}
        failing = {_host(row) for row in stopped if isinstance(row.need, Call)}
        return Answer(str(service.verdict), frozenset(named), frozenset(failing))


def _host(row: NeedDiagnosis) -> str:
    assert isinstance(row.need, Call)  # noqa: S101 -- the caller's own part
    return row.need.host or ""
