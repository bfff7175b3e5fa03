"""Runs of `skerry check` on kept plans and states, with the verdicts that AWS's pages tell."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from skerry import app
from skerry.diagnose.check_result import CheckResult
from skerry.errors import SkerryError
from skerry.model.origin_lookup import OriginLookup
from skerry.model.world import World
from skerry.sources import documents, files

UNSEEN = Path(__file__).parent / "unseen"
REGION = "eu-west-1"
CODE = "."
Json = dict[str, Any]


class Run(NamedTuple):
    """One run of a folder: its expected words."""

    folder: str
    expected: Json

    @property
    def has_code(self) -> bool:
        """Whether Terraform is needed."""
        return CODE in self.expected["inputs"]


def runs() -> list[Run]:
    """All runs of all folders."""
    return [
        Run(path.parent.name, row)
        for path in sorted(UNSEEN.glob("*/expected.json"))
        for row in json.loads(path.read_text(encoding="utf-8"))["runs"]
    ]


def unpack(folder: Path, target: Path) -> None:
    """Write the plans, states and snapshots of a folder."""
    for file in folder.glob("*.gz"):
        (target / file.stem).write_bytes(gzip.decompress(file.read_bytes()))


def check(run: Run, place: Path, code: Path | None = None) -> CheckResult:
    """Check the inputs of a run; its files are in a folder, its code is in another one."""
    row = run.expected
    given = [_named(text, place, code) for text in row["inputs"]]
    request = app.CheckRequest(
        inputs=tuple(given),
        variables=tuple(f"-var={one}" for one in row.get("variables", ())),
        region=None if row.get("networks") else REGION,
        allow_network=True,
        existing=None if "with" not in row else _snapshot(place / row["with"]),
        assumptions=tuple(_assumptions(row, place)),
    )
    return app.check(request)


def _assumptions(row: Json, place: Path) -> Iterator[str]:
    if row.get("whole"):
        yield "whole"
    if "assume" in row:
        yield from (f"{subnet}={row['assume']}" for subnet in _subnets(place))


def _named(text: str, place: Path, code: Path | None) -> "app.NamedPath":
    if text == CODE:
        return app.NamedPath(code or place)
    name, equals, file = text.rpartition("=")
    return app.NamedPath(place / file, name if equals else None)


def _snapshot(file: Path) -> World:
    return World(documents.load(files.read(file), region=REGION))


def _subnets(place: Path) -> list[str]:
    plan = json.loads((place / "plan.json").read_text(encoding="utf-8"))
    rows = plan["prior_state"]["values"]["root_module"]["resources"]
    return [name for row in rows if row["type"] == "aws_subnets" for name in row["values"]["ids"]]


def differences(run: Run, place: Path, code: Path | None = None) -> Iterator[str]:
    """Yield what a run says otherwise than expected."""
    row, label = run.expected, f"{run.folder} {json.dumps(run.expected)}"
    try:
        result = check(run, place, code)
    except SkerryError as error:
        yield f"{label}: {error.what}"
        return
    verdict = str(result.verdict) if any(one.diagnosis.services for one in result.networks) else "none"
    if verdict != row["verdict"]:
        yield f"{label}: {verdict}, unknown {sorted(set(_unknowns(result)))[:6]}, blockers {sorted(_blockers(result))}"
    if "blockers" in row:
        wanted = {(code, address) for code, address in row["blockers"]}
        own = {(code, "*") if (code, "*") in wanted else (code, address) for code, address in _blockers(result)}
        if own != wanted:
            yield f"{label}: blockers {sorted(own)}"
    if "breaks" in row:
        broken = [one for network in result.networks for one in network.breaks]
        steps = sorted({step.step for one in broken for step in one.steps if step.blocks == "start"})
        if steps != sorted(row["breaks"]):
            yield f"{label}: breaks {steps}"
        causes = {cause.address for one in broken for cause in one.causes}
        if not set(row.get("because", ())) <= causes:
            yield f"{label}: because {sorted(causes)}"
    for name, wanted_verdict in row.get("networks", {}).items():
        own_verdicts = {f"{one.world.facts.region} {one.world.facts.account}": str(one.diagnosis.verdict)
                        for one in result.networks}  # fmt: skip
        if own_verdicts.get(name) != wanted_verdict:
            yield f"{label}: {own_verdicts}"


def _blockers(result: CheckResult) -> set[tuple[str, str]]:
    return {
        (blocker.code, _address(network.world, blocker.resource))
        for network in result.networks
        for service in network.diagnosis.services
        for need in service.needs
        for blocker in need.blockers
    }


def _address(world: World, resource: str) -> str:
    origin = OriginLookup(world.facts).find(resource)
    return resource if origin is None or origin.address is None else origin.address


def _unknowns(result: CheckResult) -> Iterator[str]:
    for network in result.networks:
        for service in network.diagnosis.services:
            for need in service.needs:
                yield from map(str, need.unknowns)
