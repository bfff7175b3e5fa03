"""The report of many inputs, and the files that reproduce what was found."""

import os
import shlex
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.fuzz import calling
from tests.fuzz.inputs import Input, drawn

MOST_KEPT = 3


class Report:
    """Counts of what came of the inputs."""

    def __init__(self, seed: int, folder: Path, draw: Callable[[int, int], Input] = drawn) -> None:
        self.seed = seed
        self.draw = draw
        self.folder = folder
        self.inputs = 0
        self.slowest = (0.0, 0)
        self.commands: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.faults: dict[tuple[str, str], list[int]] = {}

    def add(self, told: dict[str, Any]) -> None:
        """Count what came of an input, and keep it where something is wrong."""
        self.inputs += 1
        self.slowest = max(self.slowest, (told["seconds"], told["end"]))
        self.commands[told["command"] or "ended"] += 1
        self.kinds[told["kind"].partition(" ")[0] or "ended"] += 1
        self.codes[str(told["code"])] += 1
        for kind, mark, detail in told["findings"]:
            numbers = self.faults.setdefault((kind, mark), [])
            numbers.append(told["end"])
            if len(numbers) <= MOST_KEPT:
                self._keep(told["end"], f"{kind}: {mark}\n{detail}\n")

    def _keep(self, number: int, words: str) -> None:
        folder = self.folder / f"{self.seed}-{number}"
        given = self.draw(self.seed, number)
        if not folder.exists():
            folder.mkdir(parents=True)
            calling.lay(given, folder)
            if given.before is not None:
                (folder / "before.json").write_bytes(given.before)
            (folder / "stdin").write_bytes(given.stdin)
            command = b"skerry " + os.fsencode(shlex.join(given.arguments)) + b" < stdin\n"
            (folder / "command.sh").write_bytes(b"# " + given.kind.encode() + b"\n" + command)
        with (folder / "findings.txt").open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(words)

    def clear(self) -> None:
        """Remove what an earlier run with the seed kept."""
        for folder in self.folder.glob(f"{self.seed}-*"):
            shutil.rmtree(folder)

    def lines(self, seconds: float) -> Iterator[str]:
        """Yield the report."""
        rate = self.inputs / max(seconds, 0.01)
        yield f"{self.inputs} inputs of seed {self.seed} in {seconds:.0f} s: {rate:.0f} inputs/s"
        for title, counts in (("commands", self.commands), ("inputs", self.kinds), ("exit codes", self.codes)):
            yield f"{title}: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
        yield f"slowest: {self.slowest[0]:.1f} s of the processor's time, input {self.slowest[1]}"
        total = sum(len(numbers) for numbers in self.faults.values())
        yield f"findings: {total}, of {len(self.faults)} faults" + (f", in {self.folder}" if total else "")
        for (kind, mark), numbers in sorted(self.faults.items(), key=lambda item: -len(item[1])):
            yield f"  {len(numbers):>6}  {kind}: {mark}  ({', '.join(map(str, numbers[:MOST_KEPT]))})"
