"""One process that runs inputs: ``python -m tests.fuzz.worker SEED FIRST COUNT PERFORM``.

It prints a line of JSON before each input and one after it. Time and memory of an input are limited by the system, so
that what exceeds them ends the process, with the place where it was on stderr.
"""

import faulthandler
import gc
import json
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from skerry.verdicts import Verdict
from tests.fuzz import calling, judging
from tests.fuzz.inputs import Input, drawn, rehearsal

SECONDS = 10.0
MEMORY = 1 << 30
_COLLECT = 20


def main(arguments: list[str]) -> None:
    """Run inputs until there are no more."""
    seed, first, count, perform = map(int, arguments)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The place first, then the end: a handler in Python would wait for what holds the interpreter.
    faulthandler.register(signal.SIGPROF, chain=True)
    faulthandler.enable()
    calling.prepare(perform=bool(perform))
    draw = rehearsal if perform else drawn
    with tempfile.TemporaryDirectory(prefix="skerry-fuzz-") as name:
        # What skerry itself leaves for its user goes there too.
        tempfile.tempdir = name
        for number in range(first, first + count):
            _tell({"begin": number})
            print(f"input {number}", file=sys.stderr, flush=True)
            _tell(_one(draw(seed, number), Path(name, str(number))) | {"end": number})
            if number % _COLLECT == 0:
                gc.collect()


def _tell(told: dict[str, Any]) -> None:
    print(json.dumps(told), flush=True)


def _one(given: Input, folder: Path) -> dict[str, Any]:
    before = _before(given.before, given.arguments, folder) if given.before is not None else None
    started = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        run = calling.run(given, folder)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    seconds = time.process_time() - started
    found = [tuple(one) for one in judging.findings(given, run, before)]
    return {"command": given.command, "kind": given.kind, "code": run.code, "seconds": seconds, "findings": found}


def _before(content: bytes, arguments: tuple[str, ...], folder: Path) -> dict[tuple[str, ...], Verdict] | None:
    """Return the verdicts before facts were removed; None where there is nothing to judge."""
    run = calling.run(Input(arguments, {b"aws/all.json": content}), folder)
    return judging.verdicts(run.out) if run.out else None


if __name__ == "__main__":
    main(sys.argv[1:])
