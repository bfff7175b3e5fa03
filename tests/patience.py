"""An end to what would go on for minutes: no measure of speed, which depends on the machine."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

SECONDS = 30.0
"""So much of the processor's time is hundreds of times more than what is tested takes, and less than what blows up."""


@contextmanager
def patience(seconds: float = SECONDS) -> Iterator[None]:
    """Fail what takes so many seconds of this process."""

    def end(_number: int, _frame: object) -> NoReturn:
        message = f"not done after {seconds} s of the processor's time"
        raise AssertionError(message)

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
