"""Error texts with what each proves, and how right the rules are on them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from skerry.errortext.explain import Explanation, explain

FOLDER = Path(__file__).parent / "errortext" / "labelled"
NONE = "none"


class Labelled(NamedTuple):
    """A text with its label; class ``none`` is that of a text which is no error of a launch.

    ``also``: other classes that a fair judge accepts. An empty step is not scored.
    """

    id: str
    text: str
    kind: str
    step: str
    exact: bool
    source: str
    also: tuple[str, ...] = ()


class Answer(NamedTuple):
    """What the rules say of a text."""

    row: Labelled
    found: tuple[Explanation, ...]

    @property
    def kind(self) -> str:
        return self.found[0].kind if self.found else NONE

    @property
    def step(self) -> str:
        return self.found[0].step if self.found else ""

    @property
    def right(self) -> tuple[bool, bool]:
        return self.kind in {self.row.kind, *self.row.also}, self.step == self.row.step or not self.row.step

    @property
    def misleads(self) -> bool:
        """Whether a class is told for sure that is not the text's."""
        sure = bool(self.found) and self.found[0].confidence == "high"
        return sure and self.kind not in {"ambiguous", self.row.kind, *self.row.also}


def labelled(name: str) -> list[Labelled]:
    """The texts of a file."""
    with (FOLDER / f"{name}.yaml").open(encoding="utf-8") as file:
        rows = yaml.load(file, Loader=yaml.CSafeLoader)
    return [
        Labelled(
            row["id"],
            row["text"],
            row["class"],
            row["step"],
            row.get("fidelity") == "exact",
            row["source"],
            tuple(row.get("also", ())),
        )
        for row in rows
    ]


def answers(rows: Sequence[Labelled]) -> Iterator[Answer]:
    """What the rules say of each."""
    return (Answer(row, explain(row.text)) for row in rows)
