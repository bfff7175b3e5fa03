"""Canaries: marked values in every text of every document, and the outputs in which they are looked for.

``python -m tests.canaries`` prints how many were put into each kind of field, and in how many outputs they were found.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple, TypeAlias

from skerry import app
from skerry.draw.build import network_maps_of
from skerry.draw.layout import layout
from skerry.draw.sentences import answer_of, describe_step
from skerry.errors import SkerryError
from skerry.masking import Node
from skerry.model.world import World
from skerry.plan.records import Plan
from skerry.reach.trace_request import TraceRequest
from skerry.render import console, explanations, formats, paths
from skerry.render import json as as_json
from skerry.render.explanations import ComparedExplanation
from skerry.render.map_json import encode_map
from skerry.render.map_text import format_map
from skerry.render.mermaid import write_mermaid
from skerry.render.svg import write_svg_file
from skerry.render.text import clean
from skerry.render.view import View
from skerry.sources import documents
from skerry.sources.redaction import redact
from tests.canary_accounts import ROOT, accounts
from tests.networks import REGION, Row, as_bytes

LIST = ROOT / "docs" / "security.md"
MARK = "kanarie"
LETTERS = "QAZWSXEDCRFVTGBY"
SECRETS = (
    f"AKIA{LETTERS}",
    f"https://bucket.s3.amazonaws.com/key?X-Amz-Signature={MARK}a",
    f"eyJhbGciOiJIUzI1{MARK}b.{MARK}c",
    f"postgres://web:{MARK}d@db.example/x",
    f"password={MARK}e",
    f'"api_key": "{MARK}f"',
    f"Bearer {MARK}gggg",
)
"""Values in the shapes of secrets, of which nothing may be shown."""

Place: TypeAlias = tuple[str | int, ...]
# The value of an identifier stands in several places: to stay of use it must change in all of them.
_IDENTIFIER = re.compile(r"arn:\S+|[a-z]+-[\w-]+|sha256:\w+|Z\w+|\d{12}")
_JSON = "{}"
"""In a path: the text is JSON, and what follows is a path in it."""


class Leaf(NamedTuple):
    """A text of a document, by its place and the field that it is of."""

    path: Place
    field: str
    value: str


def leaves(node: Node) -> list[Leaf]:
    """Every text of a document, those of JSON within texts too."""
    return [Leaf(path, field_of(node, path), value) for path, value in _leaves(node, ())]


def _leaves(node: Node, path: Place) -> Iterator[tuple[Place, str]]:
    for place, value in nodes(node, path):
        if isinstance(value, str) and _inner(value) is None:
            yield place, value


def nodes(node: Node, path: Place = ()) -> Iterator[tuple[Place, Node]]:
    """Every value of a document with its place, those of JSON within texts too."""
    if path:
        yield path, node
    match node:
        case dict():
            for key, value in node.items():
                yield from nodes(value, (*path, key))
        case list():
            for number, value in enumerate(node):
                yield from nodes(value, (*path, number))
        case str() if (inner := _inner(node)) is not None:
            for key, value in inner.items():
                yield from nodes(value, (*path, _JSON, key))


def _inner(value: str) -> Node | None:
    """The object that a text is as JSON; None where it is none."""
    if not value.startswith("{"):
        return None
    try:
        return json.loads(value)
    except ValueError:
        return None


def field_of(root: Node, path: Place) -> str:
    """The kind of field, as the list names it: a number of a row is none, the key of a tag and the call's name are."""
    node, parts = root, [""]
    for part in path:
        if isinstance(node, dict) and isinstance(node.get("Call"), dict) and parts[-1] == "Calls[]":
            parts = [str(node["Call"]["operation"])]
        if part == _JSON:
            node, parts[-1] = json.loads(node), parts[-1] + _JSON
            continue
        node = node[part]
        if isinstance(part, int):
            parts[-1] += f"[{node['Key']}]" if isinstance(node, dict) and {*node} == {"Key", "Value"} else "[]"
        elif part not in {"Response", "Call", "parameters"} or len(parts) > 2:
            parts.append(part)
    return re.sub(r"\.?\{\}\..*", "{}", ".".join(part for part in parts if part))


def with_value(node: Node, path: Place, value: Node) -> Node:
    """A copy of a document with another value in a place."""
    if not path:
        return value
    part, rest = path[0], path[1:]
    if part == _JSON:
        return json.dumps(with_value(json.loads(node), rest, value))
    if isinstance(node, dict):
        return {key: with_value(one, rest, value) if key == part else one for key, one in node.items()}
    return [with_value(one, rest, value) if number == part else one for number, one in enumerate(node)]


# ------------------------------------------------------------------------------------------------------- outputs

OUTPUTS = (
    "diagnose",
    "trace",
    "plan",
    "report",
    "draw",
    "cost",
    "nat-exit",
    "terraform",
    "cloudformation",
    "explain",
    "errors",
    "snapshot",
)
UNBROKEN = View(width=1_000_000)
"""A view in which a secret is never broken over two lines."""
_ERROR = "CannotPullContainerError: ref pull has been retried 5 time(s): dial tcp 1.2.3.4:443: i/o timeout"


def outputs(content: Mapping[str, bytes]) -> dict[str, str]:
    """Everything that skerry writes of these documents: text, with -v, and JSON."""
    found = dict.fromkeys(OUTPUTS, "")

    def run(name: str, work: Callable[[], str]) -> None:
        try:
            found[name] += work()
        except SkerryError as error:
            found["errors"] += clean(f"{error.what} {error.remedy}") + "\n"

    worlds: list[World] = []
    run("errors", lambda: _loaded(content, worlds))
    run("snapshot", lambda: b"".join(redact(content).values()).decode())
    for world in worlds:
        found["errors"] += "".join(f"{clean(note)}\n" for note in world.facts.notes)
        run("diagnose", lambda world=world: _diagnosed(world))  # type: ignore[misc]
        for to in ("s3", "secretsmanager", "10.0.2.9", f"api.ecr.{REGION}.amazonaws.com"):
            run("trace", lambda world=world, to=to: _traced(world, to))  # type: ignore[misc]
        run("errors", lambda world=world: _traced(world, "logs", subnet="no-such"))  # type: ignore[misc]
        run("errors", lambda world=world: _traced(world, "logs", group="no-such"))  # type: ignore[misc]
        run("errors", lambda world=world: str(app.launches(world, app.Selection(service="no-such"))))  # type: ignore[misc]
        run("explain", lambda world=world: _explained(world))  # type: ignore[misc]
        run("cost", lambda world=world: _priced(world))  # type: ignore[misc]
        run("nat-exit", lambda world=world: _without_nat(world))  # type: ignore[misc]
        plans: list[Plan] = []
        run("plan", lambda world=world, plans=plans: _planned(world, plans))  # type: ignore[misc]
        run("report", lambda world=world: _reported(world))  # type: ignore[misc]
        run("draw", lambda world=world: _drawn(world))  # type: ignore[misc]
        for plan in plans:
            run("plan", lambda world=world, plan=plan: formats.PLAN["aws-cli"](plan, world, UNBROKEN))  # type: ignore[misc]
            for form in ("terraform", "cloudformation"):
                run(form, lambda world=world, plan=plan, form=form: formats.PLAN[form](plan, world, UNBROKEN))  # type: ignore[misc]
    return found


_VERBOSE = View(verbose=True, width=UNBROKEN.width)


def _priced(world: World) -> str:
    found = app.cost(world)
    return "".join(formats.COST[form](found, world, _VERBOSE) for form in ("text", "json"))


def _without_nat(world: World) -> str:
    found = app.nat_exit(world)
    return "".join(formats.NAT_EXIT[form](found, world, _VERBOSE) for form in ("text", "json"))


def _planned(world: World, plans: list[Plan]) -> str:
    plans.append(app.plan(world))
    return "".join(formats.PLAN[form](plans[0], world, UNBROKEN) for form in ("text", "json"))


def _reported(world: World) -> str:
    found = app.report(world)
    return "".join(formats.REPORT[form](found, world, UNBROKEN) for form in ("html", "markdown"))


def _drawn(world: World) -> str:
    """The maps of all services in every format that needs no converter, with the way of each step in words."""
    texts = []
    for network in network_maps_of(world, app.diagnose(world).services):
        texts += [format_map(network, UNBROKEN.width), write_mermaid(network), encode_map(network)]
        pictures = [] if network.is_empty else [layout(network, "wide"), layout(network, "tall")]
        words = " ".join(describe_step(network, step) for step in network.steps)
        texts += [write_svg_file(picture, title=answer_of(network), description=words) for picture in pictures]
    return "".join(texts)


def _loaded(content: Mapping[str, bytes], worlds: list[World]) -> str:
    worlds.append(World(documents.load(dict(content), source="a test", region=REGION)))
    return ""


def _diagnosed(world: World) -> str:
    found = app.diagnose(world)
    refused = world.facts.refused
    return as_json.encode_diagnosis(world, found) + "".join(
        console.format_diagnosis(found, refused=refused, view=View(verbose=verbose, width=UNBROKEN.width))
        for verbose in (False, True)
    )


def _traced(world: World, to: str, subnet: str = "subnet-a", group: str = "sg-task") -> str:
    found = app.trace(world, TraceRequest(to, 443, subnet=subnet, groups=(group,)))
    view = View(verbose=True, width=UNBROKEN.width)
    return as_json.encode_trace(world, found) + paths.format_trace(found, refused=world.facts.refused, view=view)


def _explained(world: World) -> str:
    found = [ComparedExplanation(*item) for item in app.explain_with_diagnosis(world, _ERROR)]
    return explanations.format_explanations(found) + explanations.encode_explanations(found)


# --------------------------------------------------------------------------------------------------------- table

Shown: TypeAlias = dict[str, set[str]]


class Tally(NamedTuple):
    """Per kind of field: how many canaries were put there, and how many of them each output showed."""

    put: dict[str, int]
    found: dict[str, dict[str, int]]
    leaks: list[str]

    def shown(self) -> Shown:
        """The outputs that showed each kind of field, of those that any did."""
        found = {field: {name for name in OUTPUTS if counts[name]} for field, counts in self.found.items()}
        return {field: names for field, names in found.items() if names}


def one_of_each(account: Row) -> list[Leaf]:
    """The first text of each kind of field."""
    return list({leaf.field: leaf for leaf in reversed(leaves(account))}.values())


def sing(account: Row, chosen: Iterable[Leaf] | None = None, into: Tally | None = None) -> Tally:
    """Put a canary, and then secrets, into one text of each kind of field, and look for them in all outputs."""
    tally = into or Tally({}, {}, [])
    every = leaves(account)
    for leaf in one_of_each(account) if chosen is None else chosen:
        tally.put[leaf.field] = tally.put.get(leaf.field, 0) + 1
        counts = tally.found.setdefault(leaf.field, dict.fromkeys(OUTPUTS, 0))
        alone = _shown_of(account, [leaf], f"{leaf.value}{MARK}")
        same = [one for one in every if one.value == leaf.value] if _IDENTIFIER.fullmatch(leaf.value) else []
        together = _shown_of(account, same, f"{leaf.value}{MARK}") if len(same) > 1 else set()
        for name in alone | together:
            counts[name] += 1
        secrets = _shown_of(account, [leaf], f"{leaf.value} {' '.join(SECRETS)}")
        tally.leaks.extend(f"{name} shows a secret of {leaf.field}" for name in secrets)
    return tally


def _shown_of(account: Row, places: Iterable[Leaf], value: str) -> set[str]:
    """The outputs that show a canary which stands in these places."""
    for leaf in places:
        account = with_value(account, leaf.path, value)
    found = outputs({"network.json": as_bytes(account)})
    return {name for name, text_ in found.items() if MARK in text_ or LETTERS in text_}


@cache
def all_of_them() -> Tally:
    """The canaries of all accounts, which takes minutes."""
    tally = Tally({}, {}, [])
    for account in accounts().values():
        sing(account, into=tally)
    return tally


def listed() -> Shown:
    """The published list: which outputs show a kind of field."""
    found: Shown = {}
    _, _, text = LIST.read_text(encoding="utf-8").partition("## Fields that outputs show\n")
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            found[cells[0].strip("`")] = {word.strip() for word in cells[1].split(",")}
    return found


def main() -> None:
    """Print the table of canaries, or with ``--list`` the rows of the published list."""
    tally = all_of_them()
    if "--list" in sys.argv:
        for field, names in sorted(tally.shown().items()):
            print(f"| `{field}` | {', '.join(name for name in OUTPUTS if name in names)} |")  # noqa: T201
    else:
        print("field", "put", *OUTPUTS, sep="\t")  # noqa: T201
        for field in sorted(tally.put):
            print(field, tally.put[field], *tally.found[field].values(), sep="\t")  # noqa: T201
    summary = f"{sum(tally.put.values())} canaries, {len(tally.leaks)} secrets shown"
    print(summary, *tally.leaks, sep="\n", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
