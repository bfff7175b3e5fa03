"""What programs that are not part of this repository said, kept as JSON with a digest of what each answer is about."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from bench.faults.answers import Answer
from bench.faults.cases import Case
from bench.faults.labels import digest

FOLDER = Path(__file__).parent / "said"


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer: of which case, and of which network."""

    id: str
    network: str
    answer: Answer


def write(name: str, said: Iterable[Said]) -> None:
    """Keep the answers of a tool."""
    FOLDER.mkdir(exist_ok=True)
    lines = ",\n".join(f" {json.dumps(_plain(item), ensure_ascii=False)}" for item in said)
    (FOLDER / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def _plain(item: Said) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(item, order="sorted")
    return plain


def read(name: str, cases: Iterable[Case]) -> Mapping[str, Answer]:
    """The answers of a tool; a network that has changed since is one that it was not asked about."""
    path = FOLDER / f"{name}.json"
    kept = msgspec.json.decode(path.read_bytes(), type=list[Said]) if path.exists() else []
    by_id = {item.id: item for item in kept}
    found = {}
    for case in cases:
        item = by_id.get(case.id)
        fresh = item is not None and item.network == digest(case)
        found[case.id] = (
            item.answer
            if item is not None and fresh
            else Answer(None, because="its answers were recorded before the network was added")
        )
    return found
