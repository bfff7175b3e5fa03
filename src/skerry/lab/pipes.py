"""Lines between processes, with a timeout for every wait."""

import os
import select
import time
from typing import IO

_CHUNK = 65_536
_MOST = 256 * 1_024 * 1_024


class Lines:
    """The output of another process, read line by line."""

    def __init__(self, output: IO[bytes]) -> None:
        self._file = output.fileno()
        self._read = bytearray()

    def next(self, seconds: float) -> bytes:
        """Return the next line; empty if the other process has ended.

        Raises `TimeoutError` if no complete line comes in time, or the line is too long.
        """
        limit = time.monotonic() + seconds
        searched = 0
        while (end := self._read.find(b"\n", searched)) < 0:
            searched = len(self._read)
            if searched > _MOST:
                raise TimeoutError("a line has no end")
            _wait(self._file, select.POLLIN, limit)
            chunk = os.read(self._file, _CHUNK)
            if not chunk:
                return b""
            self._read += chunk
        line = bytes(self._read[: end + 1])
        del self._read[: end + 1]
        return line


def write(stream: IO[bytes], line: bytes, seconds: float) -> None:
    """Write a line; raises `TimeoutError` if the other process does not read it in time."""
    file, limit = stream.fileno(), time.monotonic() + seconds
    os.set_blocking(file, False)
    left = memoryview(line)
    while left:
        _wait(file, select.POLLOUT, limit)
        left = left[os.write(file, left[:_CHUNK]) :]


def _wait(file: int, event: int, limit: float) -> None:
    waiting = select.poll()
    waiting.register(file, event)
    if not waiting.poll(max(limit - time.monotonic(), 0) * 1_000):
        raise TimeoutError("no answer in time")
