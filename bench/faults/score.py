"""How right the answers of a tool are, by family."""

from collections.abc import Iterable, Mapping

import msgspec

from bench.faults.answers import Answer
from bench.faults.labels import Label

FAULTY = {"blocked", "intermittent"}


class Mark(msgspec.Struct, frozen=True):
    """One answer beside its label; what does not apply is None.

    ``verdict``: it is the right one. ``told``: broken is called broken, and sound sound, whether always or at times.
    ``only_blockers``: it names something, and nothing that is not in the way. ``all_blockers``: it names all
    that is. ``calls``: the calls that it says fail are those that do. ``false_alarm``: it calls something sound broken.
    ``unknown``: it does not say.
    """

    verdict: bool
    told: bool
    unknown: bool
    only_blockers: bool | None = None
    all_blockers: bool | None = None
    calls: bool | None = None
    false_alarm: bool | None = None


def mark(label: Label, answer: Answer) -> Mark:
    """Compare an answer with a label."""
    broken, alarmed = label.verdict in FAULTY, answer.verdict in FAULTY
    right = answer.verdict == label.verdict
    known = {name for names in label.blockers for name in names} | set(label.also)
    return Mark(
        verdict=right,
        told=alarmed == broken and (answer.verdict == "unknown") == (label.verdict == "unknown"),
        unknown=answer.verdict == "unknown",
        only_blockers=bool(answer.named) and answer.named <= known if broken else None,
        all_blockers=all(answer.named & set(names) for names in label.blockers) if broken else None,
        calls=_calls(label, answer) if broken else None,
        false_alarm=alarmed if label.verdict == "ok" else None,
    )


def _calls(label: Label, answer: Answer) -> bool | None:
    if label.failing is None or answer.failing is None:
        return None
    return answer.failing == frozenset(label.failing)


class Row(msgspec.Struct, frozen=True):
    """The marks of one family: of so many cases, so many right; pairs are (right, of how many)."""

    family: str
    asked: int
    left_out: int
    verdict: int
    told: int
    unknown: int
    only_blockers: tuple[int, int]
    all_blockers: tuple[int, int]
    calls: tuple[int, int]
    false_alarms: tuple[int, int]


def row(family: str, labels: Iterable[Label], answers: Mapping[str, Answer]) -> Row:
    """The row of a family, of the labels that belong to it."""
    of_family = list(labels)
    pairs = [(label, answers[label.id]) for label in of_family if answers[label.id].verdict is not None]
    marks = [mark(*pair) for pair in pairs]
    return Row(
        family,
        len(marks),
        len(of_family) - len(marks),
        sum(item.verdict for item in marks),
        sum(item.told for item in marks),
        sum(item.unknown for item in marks),
        _pair(item.only_blockers for item in marks),
        _pair(item.all_blockers for item in marks),
        _pair(item.calls for item in marks),
        _pair(item.false_alarm for item in marks),
    )


def _pair(values: Iterable[bool | None]) -> tuple[int, int]:
    known = [value for value in values if value is not None]
    return sum(known), len(known)


def rows(labels: Mapping[str, Label], answers: Mapping[str, Answer]) -> list[Row]:
    """A row for each family in the order of the labels, and one for all."""
    families = dict.fromkeys(label.family for label in labels.values())
    found = [
        row(family, [label for label in labels.values() if label.family == family], answers) for family in families
    ]
    return [*found, row("all", labels.values(), answers)]
