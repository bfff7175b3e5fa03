"""The labels of the cases: what is true of each network, and where that is taken from. Kept as JSON, a row a line."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock, local

import msgspec

from bench.faults.cases import PACKETS, Case, Fault
from bench.faults.packets import BLOCKED, INTERMITTENT, OK, Seen, observe
from bench.faults.shape_table import SHAPES
from bench.faults.shapes import Change
from skerry.lab.sandbox import Sandbox

FOLDER = Path(__file__).parent / "labels"
_WORKERS = 2


class Label(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is true of one network.

    ``failing``: the hosts that not every task can call, None where some of them are not known. ``blockers``: each
    thing that is to be named, by any of its names. ``also``: what may be named too. ``source``: `packets`, or the
    address of a page. ``network``: a digest of the answers that tools are given.
    """

    id: str
    family: str
    sentence: str
    verdict: str
    source: str
    network: str
    failing: tuple[str, ...] | None = ()
    blockers: tuple[tuple[str, ...], ...] = ()
    also: tuple[str, ...] = ()


class WrongLabelError(Exception):
    """What a case says of itself is not what packets say."""


def digest(case: Case) -> str:
    """A digest of a case's answers; kinds that it has none of do not count."""
    rows = {key: found for key, found in json.loads(case.document()).items() if found}
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:12]


def labelled(case: Case, enclosure: Sandbox | None) -> Label:
    """Label a case; without an enclosure only what is labelled by documentation.

    Raises `WrongLabelError` where packets do not bear out what the case says: that its shape is sound, that each of
    its faults keeps tasks from starting by itself, and that nothing else drops anything.
    """
    verdict, failing = case.verdict, case.failing
    if case.source == PACKETS:
        assert enclosure is not None  # noqa: S101 -- the caller's own part
        seen = _proven(case, enclosure)
        verdict = seen.verdict
        failing = tuple(host for host, told in seen.hosts.items() if told in {BLOCKED, INTERMITTENT})
    assert verdict is not None  # noqa: S101 -- a test asks for it
    blockers = tuple(names for fault in case.faults for names in fault.blockers)
    also = tuple(dict.fromkeys(name for fault in case.faults for name in fault.also))
    return Label(
        case.id,
        case.family,
        case.sentence,
        verdict,
        case.source,
        digest(case),
        failing if case.all_hosts else None,
        blockers,
        also,
    )


def kept_label(case: Case) -> Label | None:
    """Return the label of a case that packets labelled and that has not changed since."""
    label = read().get(case.id)
    unchanged = label is not None and label.source == case.source and label.network == digest(case)
    return label if unchanged and case.source == PACKETS else None


def kept_labels(cases: Iterable[Case]) -> dict[str, Label]:
    """Return the labels that packets need not make again, by the id of the case."""
    return {case.id: label for case in cases if (label := kept_label(case)) is not None}


def _proven(case: Case, enclosure: Sandbox) -> Seen:
    """What packets do in a case's network, after they bore out each of its faults."""
    if not _is_sound(enclosure, case.shape, case.prepared):
        raise WrongLabelError(f"{case.id}: it is not sound without its faults")
    if len(case.faults) > 1:
        for fault in case.faults:
            if observe(enclosure, case.with_faults((fault,))).verdict == OK:
                raise WrongLabelError(f"{case.id}: nothing comes of this alone: {fault.says}")
    seen = observe(enclosure, case.network())
    if seen.verdict not in ({BLOCKED, INTERMITTENT} if case.faults else {OK}):
        raise WrongLabelError(f"{case.id}: packets say {seen.verdict}")
    strangers = seen.droppers - _names(case.faults)
    if case.faults and strangers:
        raise WrongLabelError(f"{case.id}: {', '.join(sorted(strangers))} drops packets, and no fault names it")
    return seen


def _names(faults: Iterable[Fault]) -> set[str]:
    return {name for fault in faults for names in (*fault.blockers, fault.also) for name in names}


_SOUND: dict[tuple[str, tuple[Change, ...]], bool] = {}
_MOST_TRIES = 3


def _is_sound(enclosure: Sandbox, shape: str, prepared: tuple[Change, ...]) -> bool:
    """Whether a shape, with what is prepared in it, lets every call through."""
    key = shape, prepared
    if key not in _SOUND:
        network = SHAPES[shape]()
        for change in prepared:
            change(network)
        # On a busy machine an answer may come too late. Nothing comes through a network that is not sound.
        _SOUND[key] = any(observe(enclosure, network).verdict == OK for _ in range(_MOST_TRIES))
    return _SOUND[key]


def label_all(cases: Iterable[Case]) -> Iterator[Label | WrongLabelError]:
    """Label cases, several side by side, in their order."""
    own = local()
    opened: list[Sandbox] = []
    lock = Lock()

    def work(case: Case) -> Label | WrongLabelError:
        if case.source != PACKETS:
            return labelled(case, None)
        if not hasattr(own, "enclosure"):
            own.enclosure = Sandbox()
            with lock:
                opened.append(own.enclosure)
        try:
            return labelled(case, own.enclosure)
        except WrongLabelError as error:
            return error

    with ThreadPoolExecutor(_WORKERS) as pool:
        try:
            yield from pool.map(work, cases)
        finally:
            for enclosure in opened:
                enclosure.close()


def write(labels: Iterable[Label]) -> None:
    """Write the labels, a file for each family."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.json"):
        path.unlink()
    by_family: dict[str, list[Label]] = {}
    for label in labels:
        by_family.setdefault(label.family, []).append(label)
    for family, rows in by_family.items():
        lines = ",\n".join(f" {json.dumps(msgspec.to_builtins(row), ensure_ascii=False)}" for row in rows)
        (FOLDER / f"{family.lower().replace(' ', '-')}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


@cache
def read() -> dict[str, Label]:
    """Every label by the id of its case."""
    rows = [msgspec.json.decode(path.read_bytes(), type=list[Label]) for path in sorted(FOLDER.glob("*.json"))]
    return {label.id: label for part in rows for label in part}
