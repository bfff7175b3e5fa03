"""Prove the engine against packets: ``python -m tests.prove N=1000 SEED=0 CLIENTS=8``.

Each of N random networks is built and tried by packets, and the engine must say of each packet what it did, and name
what dropped it. In the first CLIENTS of them real clients launch a task. Then engines that are wrong on purpose are
tried on the first networks: each must be noticed. Networks in which something parts are saved for ``--from``.
"""

import sys
import time
from pathlib import Path

from tests.prove.clients import rehearsed
from tests.prove.clients import told as told_by
from tests.prove.mutants import MUTANTS, noticed
from tests.prove.proving import Case, Disagreement, decided, disagreements
from tests.prove.running import observed

FOR_MUTANTS = 200
FOLDER = Path("prove-disagreements")


def main(arguments: list[str]) -> int:
    """Run the proof, and print what came of it."""
    told = dict(argument.split("=", 1) for argument in arguments)
    count, first = int(told.get("N", "10000")), int(told.get("SEED", "0"))
    print(f"{count} random networks, seeds {first} to {first + count - 1}")  # noqa: T201 -- this is a command
    started = time.monotonic()
    found: list[Disagreement] = []
    kept: list[Case] = []
    sure = unsure = answered = 0
    for case in observed(range(first, first + count)):
        parted = disagreements(case)
        for one in parted:
            print(f"  disagreement: {one}")  # noqa: T201
        if parted:
            save(case)
        found += parted
        decidedly, not_decidedly = decided(case)
        sure, unsure, answered = sure + decidedly, unsure + not_decidedly, answered + sum(case.answered)
        if len(kept) < FOR_MUTANTS:
            kept.append(case)
    seconds = time.monotonic() - started
    print(f"{sure + unsure} packets in {seconds:.0f} s: {answered} were answered, {len(found)} disagreements")  # noqa: T201
    print(f"the engine was sure of {sure}, and left {unsure} open")  # noqa: T201
    found_by_clients = by_clients(range(first, first + int(told.get("CLIENTS", "8"))))
    return found_by_clients or report_mutants(sorted(kept, key=lambda case: case.network.seed)) or int(bool(found))


def by_clients(seeds: range) -> int:
    """Launch a task with real clients in some networks; 1 where they part from what was predicted."""
    started = time.monotonic()
    worked = failed = parted = 0
    for seed, found in rehearsed(seeds):
        well, ill = told_by(found)
        worked, failed, parted = worked + well, failed + ill, parted + len(found.disagreements)
        for step in found.disagreements:
            print(f"  disagreement: seed {seed}: {step}")  # noqa: T201
    seconds = time.monotonic() - started
    steps = f"{worked} steps worked, {failed} did not, {parted} disagreements"
    print(f"real clients in {len(seeds)} networks, {seconds:.0f} s: {steps}")  # noqa: T201
    return int(parted > 0)


def report_mutants(cases: list[Case]) -> int:
    """Print in how many networks each wrong engine is noticed; 1 where one is not."""
    print(f"wrong engines, and the number of networks that it took to notice each (of {len(cases)}):")  # noqa: T201
    missed = 0
    for name in MUTANTS:
        needed = noticed(name, cases)
        missed += needed is None
        print(f"  {needed if needed is not None else 'never':>5}  {name}")  # noqa: T201
    return int(missed > 0)


def save(case: Case) -> None:
    """Keep a network in which the engine and the packets part."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{case.network.seed}.json").write_bytes(case.network.document())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
