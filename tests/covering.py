"""The scenarios, and few of them that hold all that the others do: each kind of answer, blocker code and verdict."""

import json
from functools import cache
from pathlib import Path

import pytest

SCENARIOS = Path(__file__).parent / "scenarios"
NETWORKS = sorted(SCENARIOS.glob("*/network.json"))


def _features(path: Path) -> frozenset[str]:
    """Return what a scenario can show: its kinds of answers, and the codes and verdicts that must come out."""
    kinds = json.loads(path.read_text(encoding="utf-8"))
    expected = json.loads((path.parent / "expected.json").read_text(encoding="utf-8"))
    found = {f"kind {key}" for key in kinds}
    for service in expected["services"].values():
        found.add(f"service {service['verdict']}")
        found |= {f"need {name.partition(' ')[0]} {verdict}" for name, verdict in service.get("needs", {}).items()}
        for blockers in service.get("blockers", {}).values():
            found |= {f"code {code}" for code, *_ in blockers}
    return frozenset(found)


@cache
def few() -> frozenset[Path]:
    """Return scenarios that hold all features of all of them, each of them one that the earlier ones lack."""
    features = {path: _features(path) for path in NETWORKS}
    wanted = frozenset[str]().union(*features.values())
    chosen: list[Path] = []
    while wanted:
        # The first of the smallest names where several hold as many.
        best = max(NETWORKS, key=lambda path: len(features[path] & wanted))
        chosen.append(best)
        wanted -= features[best]
    return frozenset(chosen)


def parameters() -> list[object]:
    """Return all scenarios as parameters of a test: `make test` runs the few, `make test-long` the rest."""
    return [
        pytest.param(path, id=path.parent.name, marks=() if path in few() else (pytest.mark.long,)) for path in NETWORKS
    ]
