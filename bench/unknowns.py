"""Every fact that stays unknown on the networks of tests and benchmarks, with the page of AWS that leaves it open.

``python -m bench.unknowns`` prints the table, ``page`` writes docs/unknowns.md, ``page --check`` compares it. Further
arguments are files or folders with networks of your own.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.faults.collection import CASES
from bench.open_kinds import KINDS, OpenKind
from skerry import app
from skerry.model.missing import Missing
from skerry.model.world import World
from skerry.sources import documents

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "unknowns.md"
_REFERENCES = {
    "ec2": "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_{}.html",
    "ecr": "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_{}.html",
    "ecs": "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_{}.html",
    "kms": "https://docs.aws.amazon.com/kms/latest/APIReference/API_{}.html",
    "route53resolver": "https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_{}.html",
    "secretsmanager": "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_{}.html",
}

_TEXT = """# Unknown verdicts

Written by `python -m bench.unknowns page`: every fact that stays unknown on the networks of the scenarios, of public
reports and of [the benchmark of accuracy](accuracy.md), by kind. A test refuses a kind without a page of AWS.

## Answers of AWS that are not at hand

The call supplies the fact: it was not saved, or AWS refused it.

{by_call}
## Left open by AWS's pages

No call of AWS tells these facts, and the page does not decide them.

{by_page}
"""


class UnlistedKindError(LookupError):
    """An unknown fact without a kind, and so without a page."""


class OpenFact(NamedTuple):
    """An unknown fact of a network."""

    network: str
    fact: Missing


def kind_of(fact: Missing) -> OpenKind:
    """Return the kind of an unknown fact; raises `UnlistedKindError` for a fact of none or several kinds."""
    kinds = [kind for kind in KINDS if re.fullmatch(kind.pattern, fact.fact, re.DOTALL)]
    if len(kinds) != 1:
        names = [kind.title for kind in kinds]
        raise UnlistedKindError(f"{fact.fact} ({fact.action}) is of the kinds {names}: see bench/open_kinds.py")
    return kinds[0]


def page_of(fact: Missing) -> str:
    """Return the page that leaves a fact open: that of its kind, else of the call that supplies it."""
    page = kind_of(fact).page
    if page is not None:
        return page
    service, _, operation = (fact.action or "").partition(":")
    if service not in _REFERENCES:
        raise UnlistedKindError(f"{fact.fact} has neither a page nor a call with a known reference: {fact.action}")
    return _REFERENCES[service].format(operation)


def networks() -> Iterator[tuple[str, bytes]]:
    """Yield the networks of the repository with their names."""
    for path in sorted((ROOT / "tests" / "scenarios").glob("*/network.json")):
        yield f"scenario {path.parent.name}", path.read_bytes()
    for path in sorted((ROOT / "tests" / "reports").glob("*.json")):
        yield f"report {path.stem}", path.read_bytes()
    for case in CASES:
        yield f"case {case.id}", case.document()


def world_of(content: bytes) -> World:
    """Return the World of one document."""
    return World(documents.load({"network.json": content}))


def open_facts_of(name: str, world: World) -> Iterator[OpenFact]:
    """Yield the unknown facts of the launches of a network, each once."""
    diagnosis = app.diagnose(world)
    needs = (need for service in diagnosis.services for need in service.needs)
    yield from dict.fromkeys(OpenFact(name, fact) for need in needs for fact in need.unknowns)


def tables(facts: Iterable[OpenFact]) -> tuple[str, str]:
    """Return the table of facts with a call, and that of facts without one."""
    by_kind: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for name, fact in facts:
        by_kind[kind_of(fact).title, fact.action or "", page_of(fact)].add(name)
    with_call, without = [], []
    for (title, action, page), names in by_kind.items():
        if action:
            with_call.append(f"| {title} | {len(names)} | `{action}` | <{page}> |")
        else:
            without.append(f"| {title} | {len(names)} | <{page}> |")
    return (
        _table("| unknown | networks | supplied by | page |", "| --- | ---: | --- | --- |", with_call),
        _table("| unknown | networks | page |", "| --- | ---: | --- |", without),
    )


def _table(head: str, line: str, rows: Sequence[str]) -> str:
    return "\n".join([head, line, *sorted(rows)]) + "\n"


def text(others: Sequence[Path] = ()) -> str:
    """Return the page; ``others`` are further networks."""
    worlds = [(name, world_of(content)) for name, content in networks()]
    worlds += [(str(path), app.load(path)) for path in others]
    facts = [fact for name, world in worlds for fact in open_facts_of(name, world)]
    by_call, by_page = tables(facts)
    return _TEXT.format(by_call=by_call, by_page=by_page).rstrip("\n") + "\n"


def main(words: Sequence[str]) -> int:
    """Print, write or compare the page."""
    if not words or words[0] != "page":
        sys.stdout.write(text([Path(word) for word in words]))
        return 0
    if "--check" in words:
        return int(PAGE.read_text(encoding="utf-8") != text())
    PAGE.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
