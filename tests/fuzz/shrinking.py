"""Smaller inputs with the same finding: ``python -m tests.fuzz.shrinking SEED NUMBER FOLDER`` writes the smallest.

It runs in one process, so it serves for findings that do not end theirs.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.fuzz import calling, judging
from tests.fuzz.inputs import Input, drawn
from tests.fuzz.rows import Place, at, places

MOST_RUNS = 3_000
NAME = b"aws/all.json"


def main(arguments: list[str]) -> None:
    """Write the smallest input that is found to a folder."""
    seed, number, folder = int(arguments[0]), int(arguments[1]), Path(arguments[2])
    calling.prepare()
    given = drawn(seed, number)
    wanted = _marks(given)
    if not wanted:
        print(f"nothing is wrong with input {number} of seed {seed}")
        return
    smallest = shrunk(_as_one(given, wanted), lambda one: wanted <= _marks(one))
    calling.lay(smallest, folder)
    print(sorted(wanted), "skerry", *smallest.arguments)


def shrunk(given: Input, is_same: Callable[[Input], bool]) -> Input:
    """Remove parts of the one document of an input as long as ``is_same`` is true of what remains."""
    try:
        rows = json.loads(given.files[NAME])
    except (KeyError, ValueError):
        return given
    runs = 0
    while runs < MOST_RUNS:
        for place in _by_size(rows):
            runs += 1
            smaller = _without(rows, place)
            if is_same(_of(given, smaller)):
                rows = smaller
                break
            if runs >= MOST_RUNS:
                break
        else:
            break
    return _of(given, rows)


def _as_one(given: Input, wanted: set[tuple[str, str]]) -> Input:
    """The same input as one document, where that has the same finding."""
    rows: dict[str, Any] = {}
    for content in given.files.values():
        try:
            rows |= json.loads(content)
        except (ValueError, TypeError):
            return given
    one = _of(given, rows)
    return one if wanted <= _marks(one) else given


def _of(given: Input, rows: Any) -> Input:
    return given._replace(files={NAME: json.dumps(rows, indent=1).encode()})


def _by_size(rows: Any) -> Iterator[Place]:
    """The places of a document, those of large parts first."""
    known = list(places(rows))
    return iter(sorted(known, key=lambda place: (len(place), -len(json.dumps(at(rows, place))))))


def _without(rows: Any, place: Place) -> Any:
    copied = json.loads(json.dumps(rows))
    del at(copied, place[:-1])[place[-1]]
    return copied


def _marks(given: Input) -> set[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as name:
        found = judging.findings(given, calling.run(given, Path(name, "run")))
        return {(one.kind, one.mark) for one in found}


if __name__ == "__main__":
    main(sys.argv[1:])
