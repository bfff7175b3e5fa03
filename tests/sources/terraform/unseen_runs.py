"""Runs of `skerry check` on kept plans and states, with the verdicts that AWS's pages tell."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from skerry import app
from skerry.diagnose.check_result import CheckResult
from skerry.errors import SkerryError
from skerry.model.origin_lookup import OriginLookup
from skerry.model.world import World
from skerry.sources import documents, files

UNSEEN = Path(__file__).parent / "unseen"
REGION = "eu-west-1"
CODE = "."
ANY = "*"
Json = dict[str, Any]
_LABELS: Final = frozenset(
    (
        *("inputs", "variables", "with", "assume", "whole", "region", "why"),
        *("verdict", "blockers", "breaks", "because", "networks", "secret", "at_least", "notes"),
    )
)
"""The words of a run: its command, and the expected answers."""


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
        region=row.get("region", None if row.get("networks") else REGION),
        allow_network=True,
        existing=None if "with" not in row else _snapshot(place / row["with"]),
        assumptions=tuple(_assumptions(row, place)),
    )
    return app.check(request)


def _assumptions(row: Json, place: Path) -> Iterator[str]:
    if row.get("whole"):
        yield "whole"
    given = row.get("assume", [])
    if isinstance(given, list):
        ids = _ids_of(place) if given else {}
        yield from (re.sub(r"\$(\w+)", lambda match: ids[match[1]], text) for text in given)
    else:
        yield from (f"{subnet}={given}" for subnet in _subnets(place))


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


def _ids_of(place: Path) -> dict[str, str]:
    """The ids of the subnets of a state, by their names in the code."""
    [state] = place.glob("*.tfstate")
    rows = json.loads(state.read_text(encoding="utf-8"))["resources"]
    return {row["name"]: row["instances"][0]["attributes"]["id"] for row in rows if row["type"] == "aws_subnet"}


def differences(run: Run, place: Path, code: Path | None = None) -> Iterator[str]:
    """Yield what a run says otherwise than expected."""
    row, label = run.expected, f"{run.folder} {json.dumps(run.expected)}"
    if not row.keys() <= _LABELS:
        yield f"{label}: other words {sorted(row.keys() - _LABELS)}"
    try:
        result = check(run, place, code)
    except SkerryError as error:
        if "error" not in row["verdict"].split("|"):
            yield f"{label}: {error.what}"
        return
    verdict = str(result.verdict) if any(one.diagnosis.services for one in result.networks) else "none"
    if verdict not in row["verdict"].split("|") and row["verdict"] != ANY:
        yield f"{label}: {verdict}, unknown {sorted(set(_unknowns(result)))[:6]}, blockers {sorted(_blockers(result))}"
    texts = (*_other_blockers(result, row), *_other_breaks(result, row), *_other_networks(result, row))
    yield from (f"{label}: {text}" for text in _missing_notes(result, row))
    yield from (f"{label}: {text}" for text in (*texts, *_shown_secrets(result, row)))


def _other_blockers(result: CheckResult, row: Json) -> Iterator[str]:
    if "blockers" in row:
        wanted = {(code, address) for code, address in row["blockers"]}
        own = {(code, "*") if (code, "*") in wanted else (code, address) for code, address in _blockers(result)}
        if own != wanted:
            yield f"blockers {sorted(own)}"


def _other_breaks(result: CheckResult, row: Json) -> Iterator[str]:
    if "breaks" in row:
        steps = {
            one.service: sorted({step.step for step in one.steps if step.blocks == "start"}) for one in result.breaks
        }
        if not _are_steps(steps, row):
            yield f"breaks {steps}"
        causes = {cause.address for one in result.breaks for cause in one.causes}
        if not set(row.get("because", ())) <= causes:
            yield f"because {sorted(causes)}"


def _are_steps(steps: dict[str, list[str]], row: Json) -> bool:
    """Whether the broken steps are those expected: of each service by its name, or of all services together."""
    wanted = row["breaks"]
    if isinstance(wanted, list):
        return sorted({step for one in steps.values() for step in one}) == sorted(wanted)
    if row.get("at_least"):
        return steps.keys() == wanted.keys() and all(set(wanted[name]) <= set(steps[name]) for name in wanted)
    return steps == {name: sorted(one) for name, one in wanted.items()}


def _missing_notes(result: CheckResult, row: Json) -> Iterator[str]:
    notes = " ".join(note for network in result.networks for note in network.world.facts.notes)
    yield from (f"no note of {text}: {notes}" for text in row.get("notes", ()) if text not in notes)


def _other_networks(result: CheckResult, row: Json) -> Iterator[str]:
    verdicts = {
        f"{one.world.facts.region} {one.world.facts.account}": str(one.diagnosis.verdict) for one in result.networks
    }
    if not row.get("networks", {}).items() <= verdicts.items():
        yield f"networks {verdicts}"


def _shown_secrets(result: CheckResult, row: Json) -> Iterator[str]:
    """Yield where a secret of the input is kept: neither the result nor its facts may hold it."""
    if "secret" in row:
        kept = {"result": result, **{f"facts {n}": one.world.facts for n, one in enumerate(result.networks)}}
        yield from (f"the secret is in {name}" for name, record in kept.items() if row["secret"] in repr(record))


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
