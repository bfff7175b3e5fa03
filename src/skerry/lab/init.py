"""The init process of a sandbox: it builds labs in the sandbox's namespaces and answers requests.

The kernel ends all processes of a PID namespace together with its init process. This one ends at the end of its
input, so nothing is left when the parent process is gone.
"""

import os
import sys
import time
from pathlib import Path
from typing import assert_never

from skerry.lab import tcp_probes
from skerry.lab.build import Lab
from skerry.lab.filesystem import isolate
from skerry.lab.messages import decode, encode
from skerry.lab.paths import FOLDER
from skerry.lab.protocol import (
    Answer,
    Build,
    Connect,
    Connected,
    Done,
    Dropped,
    Drops,
    Failed,
    Request,
    Resolve,
    Resolved,
    Resulted,
    Results,
    Send,
)
from skerry.lab.staging import Stage


class _Inside:
    """The current lab and its launch."""

    def __init__(self) -> None:
        self.lab: Lab | None = None
        self.stage: Stage | None = None

    def answer(self, request: Request) -> Answer:
        match request:
            case Build():
                return self._build(request)
            case Connect():
                return Connected(tuple(tcp_probes.connect(list(request.probes), request.timeout)))
            case Resolve():
                return Resolved(tuple(tcp_probes.resolve(list(request.questions), request.timeout)))
            case Drops():
                return Dropped(tuple(self.lab.drops()) if self.lab else ())
            case Send():
                return self._send(request)
            case Results():
                return self._results()
            case _:
                assert_never(request)

    def _send(self, request: Send) -> Done | Failed:
        if self.lab is None or self.stage is not None:
            return Failed("there is no lab for the clients, or they were started already")
        self.stage = Stage(self.lab, request.work)
        self.stage.start()
        return Done(0.0)

    def _results(self) -> Resulted | Failed:
        if self.stage is None:
            return Failed("no clients were started")
        # Read in this order, so that the last results are present when it is done.
        done = self.stage.done
        return Resulted(self.stage.results(), done, self.stage.failed, self.stage.refused)

    def _build(self, request: Build) -> Done:
        if self.lab is not None:
            self.lab.close()
        started = time.monotonic()
        self.lab = Lab(request.plan)
        self.lab.build()
        return Done(time.monotonic() - started)


def main() -> None:
    """Answer requests, one a line, until the input ends. The arguments are paths that must stay visible."""
    isolate(map(Path, sys.argv[1:]))
    FOLDER.mkdir(mode=0o700)
    os.chdir(FOLDER)
    inside = _Inside()
    try:
        for line in sys.stdin.buffer:
            sys.stdout.buffer.write(encode(_answer(inside, line)))
            sys.stdout.buffer.flush()
    finally:
        # Threads that still wait end with the process.
        os._exit(0)


def _answer(inside: _Inside, line: bytes) -> Answer:
    try:
        request: Request = decode(line, Request)
        return inside.answer(request)
    except Exception as error:  # noqa: BLE001 -- every request must get an answer, whatever happened
        return Failed(f"{error}" or type(error).__name__)


if __name__ == "__main__":
    main()
