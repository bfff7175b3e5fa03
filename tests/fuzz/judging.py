"""What is wrong with a run."""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

from skerry.verdicts import Verdict
from tests.forgetting import turned
from tests.fuzz.calling import Run
from tests.fuzz.inputs import Input

CODES = {0, 1, 2, 4}
# What moves the cursor, turns the direction of text, or cannot be printed.
HARMFUL = {"Cc", "Cf", "Cs", "Zl", "Zp"}


class Finding(NamedTuple):
    """What is wrong: findings of one kind and one mark are one fault."""

    kind: str
    mark: str
    detail: str = ""


def findings(given: Input, run: Run, before: dict[tuple[str, ...], Verdict] | None = None) -> Iterator[Finding]:
    """Yield all that is wrong with a run; ``before`` are the verdicts before facts were removed."""
    err = run.err.decode(errors="replace")
    command = given.command
    if run.fault:
        yield Finding("fault", run.fault, err[-600:])
    elif run.code not in CODES:
        yield Finding("exit code", f"{run.code} of {command}", err[-600:])
    if b"Traceback" in run.err:
        yield Finding("traceback", command, err[-600:])
    if run.code == 2 and not has_remedy(err):
        yield Finding("no remedy", re.sub(r"\W.*", "", command) + ": " + _shape(err), err[-600:])
    yield from _printed(given, run, err)
    for text in run.scripts:
        bad = next((letter for letter in text if letter not in "\n\t" and not " " <= letter <= "~"), None)
        if bad is not None:
            yield Finding("script", f"{bad!a} in a lab's script", _around(text, bad))
    if before is not None:
        yield from _surer(run, before)


def has_remedy(err: str) -> bool:
    """Whether a complaint says what to do: in a second line, or as click does."""
    lines = err.splitlines()
    ours = any(line.startswith("skerry: ") for line in lines) and any(re.match(r"  \S", line) for line in lines)
    return ours or ("Usage: " in err and "Error: " in err and "Try '" in err)


def _shape(err: str) -> str:
    """A complaint without names and numbers."""
    return re.sub(r"[^a-z ]+.*", "", err.strip().rpartition("skerry: ")[2])[:60]


def _printed(given: Input, run: Run, err: str) -> Iterator[Finding]:
    try:
        out = run.out.decode()
    except UnicodeDecodeError as error:
        yield Finding("not UTF-8", given.command, str(error))
        return
    if is_json(given) and out:
        try:
            json.loads(out, parse_constant=_no_number)
        except ValueError as error:
            yield Finding("not JSON", given.command, f"{error}: {out[:200]}")
        out = ""
    for stream, text in (("stdout", out), ("stderr", err)):
        bad = harmful(text)
        if bad is not None:
            yield Finding(
                "control character", f"{unicodedata.category(bad)} {stream} of {given.command}", _around(text, bad)
            )


def is_json(given: Input) -> bool:
    """Whether a command prints JSON."""
    return "json" in given.arguments and given.arguments[0] != "snapshot"


def _no_number(text: str) -> Any:
    message = f"{text} is no JSON"
    raise ValueError(message)


def harmful(text: str) -> str | None:
    """Return the first character that a terminal may obey."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return None
    return next((one for one in text if one != "\n" and unicodedata.category(one) in HARMFUL), None)


def _around(text: str, bad: str) -> str:
    place = text.index(bad)
    return ascii(text[max(0, place - 60) : place + 60])


def verdicts(out: bytes) -> dict[tuple[str, ...], Verdict]:
    """Return every verdict of a diagnosis as JSON, by what it is of."""
    told: dict[tuple[str, ...], Verdict] = {}
    for number, service in enumerate(json.loads(out)["services"]):
        name = f"{number} {service['service']}"
        told[name,] = Verdict(service["verdict"])
        for place in service["placements"]:
            told[name, place["subnet"]] = Verdict(place["verdict"])
        for position, need in enumerate(service["needs"]):
            told[name, need["step"], str(position)] = Verdict(need["verdict"])
    return told


def _surer(run: Run, before: dict[tuple[str, ...], Verdict]) -> Iterator[Finding]:
    if not run.out:
        return
    after = verdicts(run.out)
    if before.keys() != after.keys():
        yield Finding("other verdicts", "without facts", f"{sorted(before.keys() ^ after.keys())}"[:400])
        return
    for line in turned(before, after)[:1]:
        yield Finding("surer without a fact", re.sub(r".*: ", "", line), line)
