"""Redaction of answers with any value in any place: what can be read stays so, and what cannot stays that."""

import json
from typing import Any

from hypothesis import assume, example, given
from hypothesis import strategies as st

from skerry import app
from skerry.errors import InputError, NothingFoundError
from skerry.masking import Node
from skerry.model.world import World
from skerry.render import json as as_json
from skerry.sources import documents
from skerry.sources.redaction import redact
from tests import canaries, canary_accounts

ACCOUNTS = {name: rows for name, rows in canary_accounts.accounts().items() if name != "article"}
GONE: Any = object()
JUNK = st.sampled_from(
    [GONE, None, True, 7, 0, -1, 1.5, 2**70, "", "x", "10.0.0.0/16", [], {}, [None], ["x"], {"a": 1}]
)
PLACES = {name: [path for path, _ in canaries.nodes(rows)] for name, rows in ACCOUNTS.items()}
JSON_IN_TEXT = "{}"


@st.composite
def damaged(draw: st.DrawFn) -> Node:
    """An account with a few values replaced."""
    name = draw(st.sampled_from(sorted(ACCOUNTS)))
    node = ACCOUNTS[name]
    for path in draw(st.lists(st.sampled_from(PLACES[name]), min_size=1, max_size=3)):
        value = draw(JUNK)
        try:
            node = without(node, path) if value is GONE else canaries.with_value(node, path, value)
        except (KeyError, IndexError, TypeError, AttributeError, ValueError):
            # A value replaced before had this place in it.
            continue
    return node


def without(node: Node, path: canaries.Place) -> Node:
    """A copy of a document without what is in a place."""
    parent: Node = node
    for part in path[:-1]:
        parent = json.loads(parent) if part == JSON_IN_TEXT else parent[part]
    last = path[-1]
    if last == JSON_IN_TEXT:
        return canaries.with_value(node, path[:-1], "{")
    kept = [one for number, one in enumerate(parent) if number != last] if isinstance(parent, list) else None
    rest = {key: value for key, value in parent.items() if key != last} if isinstance(parent, dict) else kept
    return canaries.with_value(node, path[:-1], rest)


def results(content: dict[str, bytes]) -> tuple[Any, ...]:
    """What is known of an account, and its diagnosis."""
    facts = documents.load(content, source="a test")
    known = (facts.completeness, facts.account, facts.region)
    counts = tuple(
        len(rows)
        for name in facts.__struct_fields__
        if isinstance(rows := getattr(facts, name), tuple) and name != "notes"
    )
    world = World(facts)
    try:
        shown = as_json.encode_diagnosis(world, app.diagnose(world))
    except NothingFoundError as error:
        shown = error.what
    return (known, counts, shown)


@given(damaged())
@example({"taskDefinition": {"family": "web"}, "services": [7]})
def test_redaction_preserves_the_diagnosis_of_damaged_answers(node: Node) -> None:
    content = {"network.json": json.dumps(node).encode()}
    try:
        wanted = results(content)
    except InputError:
        assume(False)  # noqa: FBT003 -- hypothesis's own signature
        return
    kept = redact(content)
    assert results(kept) == wanted
    assert redact(kept) == kept
