"""Give skerry inputs that are wrong: ``python -m tests.fuzz N=100000 SEED=1 ONLY=7 REHEARSE=500``.

The same seed gives the same inputs. What is found is kept in ``build/fuzz``, a folder for each input, with the command
that reads it. ``ONLY`` runs one input; ``REHEARSE`` so many rehearsals whose labs are built.
"""

import secrets
import sys
import time
from pathlib import Path

from tests.fuzz.fleet import Task, results
from tests.fuzz.report import Report

FOLDER = Path("build/fuzz")
PROCESSES = 2


def main(arguments: list[str]) -> int:
    """Run the inputs, and print what came of them."""
    asked = dict(argument.split("=", 1) for argument in arguments)
    count = int(asked.get("N") or 10_000)
    seed = int(asked.get("SEED") or secrets.randbelow(10**6))
    first = int(asked["ONLY"]) if asked.get("ONLY") else 0
    print(f"SEED={seed}", flush=True)  # noqa: T201 -- this is a command
    report = Report(seed, FOLDER)
    report.clear()
    started = time.monotonic()
    task = Task(seed, first, first + (1 if asked.get("ONLY") else count))
    for told in results([task], PROCESSES):
        report.add(told)
    print("\n".join(report.lines(time.monotonic() - started)))  # noqa: T201
    return int(bool(report.faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
