"""Give skerry inputs that are wrong: ``python -m tests.fuzz N=100000 SEED=1 ONLY=7 REHEARSE=500``.

The same seed gives the same inputs. What is found is kept in ``build/fuzz``, a folder for each input, with the command
that reads it. ``ONLY`` runs one input; ``REHEARSE`` so many rehearsals whose labs are built.
"""

import secrets
import sys
import time
from pathlib import Path

from tests.fuzz.fleet import Task, results
from tests.fuzz.inputs import drawn, rehearsal
from tests.fuzz.report import Report

FOLDER = Path("build/fuzz")
PROCESSES = 2
PROGRESS = 10_000


def main(arguments: list[str]) -> int:
    """Run the inputs, and print what came of them."""
    asked = dict(argument.split("=", 1) for argument in arguments)
    rehearsals = int(asked.get("REHEARSE") or 0)
    count = rehearsals or int(asked.get("N") or 10_000)
    seed = int(asked.get("SEED") or secrets.randbelow(10**6))
    task = Task(seed, 0, count, bool(rehearsals))
    if asked.get("ONLY"):
        task = task._replace(first=int(asked["ONLY"]), end=int(asked["ONLY"]) + 1)
    print(f"SEED={seed}", flush=True)
    report = Report(seed, FOLDER, rehearsal if rehearsals else drawn)
    report.clear()
    started = time.monotonic()
    for told in results([task], PROCESSES):
        report.add(told)
        if report.inputs % PROGRESS == 0:
            print(f"{report.inputs} inputs, {len(report.faults)} faults", flush=True)
    print("\n".join(report.lines(time.monotonic() - started)))
    return int(bool(report.faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
