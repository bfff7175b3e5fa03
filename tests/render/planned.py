"""Plans of scenarios whose ids have the form of AWS's, as tools that check files want them."""

import hashlib
import re
from pathlib import Path
from typing import Any

from skerry import app
from skerry.model.world import World
from skerry.plan.changes import Change
from skerry.plan.records import Plan, Planned
from skerry.sources import documents
from skerry.verdicts import BLOCKED, OK

SCENARIOS = Path(__file__).parents[1] / "scenarios"
_ID = re.compile(r'"(vpc|subnet|sg|rtb|acl|vpce|eni|igw|nat|pl)-([a-z0-9-]+)"')

NAMES = (
    "article-broken",
    "private-dns-off",
    "dns-hostnames-off",
    "nacl-no-ephemeral-return",
    "task-egress-only-vpc",
    "s3-gateway-on-another-table",
    "s3-policy-without-layer-bucket",
    "dead-end-still-shows-filters",
    "two-services",
)


def world(name: str) -> World:
    """A scenario with ids as AWS makes them."""
    text = (SCENARIOS / name / "network.json").read_text(encoding="utf-8")
    return World(documents.load({"network.json": _ID.sub(_hexed, text).encode()}, source=name))


def _hexed(found: re.Match[str]) -> str:
    digest = hashlib.sha256(found[2].encode()).hexdigest()[:17]
    return f'"{found[1]}-{digest}"'


def planned(name: str, **options: Any) -> tuple[World, Plan]:
    """A scenario, and its plan."""
    known = world(name)
    return known, app.plan(known, None, app.plan_options(known, **options))


def of(*changes: Change, **more: Any) -> Plan:
    """A proven plan of these changes for one service; ``more`` says what is otherwise."""
    rows = tuple(Planned(change, "safe") for change in changes)
    known: dict[str, Any] = {"services": ("web",), "before": BLOCKED, "after": OK, "proven": True, "changes": rows}
    return Plan(**(known | more))
