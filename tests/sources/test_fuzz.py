"""Whatever becomes of a valid document, skerry gives a Diagnosis that keeps its word, or says what is wrong."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skerry import app
from skerry.diagnose.diagnosis import Diagnosis
from skerry.errors import SkerryError
from skerry.model.world import World
from skerry.render import console
from skerry.render import json as as_json
from skerry.render.view import View
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN
from tests.networks import one_of_everything

Place: TypeAlias = tuple[str | int, ...]


VALID = one_of_everything().rows
TEXT = json.dumps(VALID).encode()


def places(node: Any, here: Place = ()) -> Iterator[Place]:
    """The path of every value in a document."""
    yield here
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from places(value, (*here, key))


PLACES = [place for place in places(VALID) if place]
ODD: list[Any] = [None, True, 0, -1, 2**70, 1.5, [], [None], [[]], {}, {"Value": 7}]
ODD += ["", " ", "x", "\x00", "\ud800", "💥", "\u202e", "a" * 300, "\\999", "arn:::::", "*", "..", "-1"]
ODD += ["0.0.0.0/0", "10.0.0.0/99", "169.254.169.253", "subnet-9", "vpce-1", "pl-1", "igw-1", "local", "Available"]

some_place = st.sampled_from(PLACES)
odd_value = st.sampled_from(ODD)
mutations = st.one_of(
    st.tuples(st.just("delete"), some_place),
    st.tuples(st.just("replace"), some_place, odd_value),
    st.tuples(st.just("duplicate"), some_place),
    st.tuples(st.just("swap"), some_place, some_place),
)


def parent_of(document: Any, place: Place) -> Any:
    """What holds the value at a place, None where earlier mutations took it away."""
    for key in place[:-1]:
        try:
            document = document[key]
        except (KeyError, IndexError, TypeError):
            return None
    return document if has(document, place[-1]) else None


def has(node: Any, key: str | int) -> bool:
    if isinstance(node, dict):
        return key in node
    return isinstance(node, list) and isinstance(key, int) and key < len(node)


def mutate(document: Any, mutation: tuple[Any, ...]) -> None:
    name, place, *rest = mutation
    node, key = parent_of(document, place), place[-1]
    if node is None:
        return
    if name == "delete":
        del node[key]
    elif name == "replace":
        node[key] = rest[0]
    elif name == "duplicate" and isinstance(node, list):
        node.append(copy.deepcopy(node[key]))
    elif name == "swap":
        other = parent_of(document, rest[0])
        if other is not None:
            node[key], other[rest[0][-1]] = copy.deepcopy(other[rest[0][-1]]), copy.deepcopy(node[key])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "network.json"


def diagnosed(path: Path, content: bytes) -> tuple[World, Diagnosis] | SkerryError:
    """What becomes of a document; any error but skerry's own is a fault."""
    path.write_bytes(content)
    try:
        world = app.load(path)
        return world, app.diagnose(world)
    except SkerryError as error:
        return error


def check(path: Path, content: bytes, *, render: bool = True) -> None:
    found = diagnosed(path, content)
    if isinstance(found, SkerryError):
        assert found.what
        assert found.exit_code == 2
    else:
        keeps_its_word(found[1])
        if render:
            is_rendered(*found)


def keeps_its_word(found: Diagnosis) -> None:
    """Blocked names a blocker, unknown names a missing fact, ok names neither."""
    for row in (row for service in found.services for row in service.needs):
        if row.verdict is UNKNOWN:
            assert row.unknowns
        elif row.verdict in {BLOCKED, INTERMITTENT}:
            assert row.blockers
        elif row.verdict is OK:
            assert not row.blockers
            assert not row.unknowns


def is_rendered(world: World, found: Diagnosis) -> None:
    assert console.format_diagnosis(found, view=View(verbose=True)).endswith("\n")
    assert json.loads(as_json.encode_diagnosis(world, found))["version"] == 1


fuzzed = settings(suppress_health_check=[HealthCheck.too_slow])


def test_fuzz_base_document_is_diagnosed_without_notes(path: Path) -> None:
    path.write_bytes(TEXT)
    world = app.load(path)
    assert world.facts.notes == ()
    (service,) = app.diagnose(world).services
    assert len(service.needs) >= 10


@fuzzed
@given(st.lists(mutations, min_size=1, max_size=6))
def test_mutated_values_give_valid_diagnosis_or_input_error(path: Path, drawn: list[tuple[Any, ...]]) -> None:
    document = copy.deepcopy(VALID)
    for mutation in drawn:
        mutate(document, mutation)
    check(path, json.dumps(document).encode())


@fuzzed
@given(st.lists(st.tuples(st.integers(0, len(TEXT) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_mutated_bytes_give_valid_diagnosis_or_input_error(path: Path, drawn: list[tuple[int, int]]) -> None:
    content = bytearray(TEXT)
    for position, byte in drawn:
        content[position] = byte
    check(path, bytes(content))


@fuzzed
@given(st.integers(0, len(TEXT)), st.binary(max_size=8))
def test_truncated_document_gives_valid_diagnosis_or_input_error(path: Path, length: int, tail: bytes) -> None:
    check(path, TEXT[:length] + tail)


@given(st.binary(max_size=200))
def test_random_bytes_give_valid_diagnosis_or_input_error(path: Path, content: bytes) -> None:
    check(path, content)


@given(st.recursive(odd_value, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(list(VALID)), inner)))
def test_random_json_gives_valid_diagnosis_or_input_error(path: Path, document: Any) -> None:
    check(path, json.dumps(document).encode())


@given(st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"]), st.integers(0, 2000))
def test_truncated_utf16_or_bom_document_gives_diagnosis_or_input_error(path: Path, encoding: str, less: int) -> None:
    content = json.dumps(VALID).encode(encoding)
    check(path, content[: len(content) - less])


@pytest.mark.parametrize("key", VALID)
def test_document_with_deleted_value_gives_diagnosis_or_input_error(path: Path, key: str) -> None:
    for place in (place for place in PLACES if place[0] == key):
        document = copy.deepcopy(VALID)
        mutate(document, ("delete", place))
        check(path, json.dumps(document).encode(), render=False)
