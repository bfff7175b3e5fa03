"""Worker process of a task: it makes API calls and TCP connections at once, and prints one result a line."""

import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

from skerry.aws.single_call import make_request, prepare
from skerry.lab.client_jobs import Api, Dial, JobResult
from skerry.lab.messages import decode, encode
from skerry.lab.paths import AUTHORITY

CONNECT_SECONDS = 5.0
_AT_ONCE = 100


def main() -> None:
    """Run the jobs of the first input line."""
    errands: tuple[Api | Dial, ...] = decode(sys.stdin.buffer.readline(), tuple[Api | Dial, ...])
    prepare()
    with ThreadPoolExecutor(min(max(len(errands), 1), _AT_ONCE)) as pool:
        for done in as_completed([pool.submit(_do, errand) for errand in errands]):
            sys.stdout.buffer.write(encode(done.result()))
            sys.stdout.buffer.flush()


def _do(errand: Api | Dial) -> JobResult:
    started = time.monotonic()
    if isinstance(errand, Dial):
        words = _dial(errand)
        return JobResult(errand.row, not words, words, "tcp", time.monotonic() - started)
    try:
        outcome = make_request(errand.call, CONNECT_SECONDS, str(AUTHORITY))
    except Exception as error:  # noqa: BLE001 -- one call that boto3 cannot send must not end the others
        return JobResult(errand.row, None, f"{type(error).__name__}: {error}", "boto3", time.monotonic() - started)
    return JobResult(errand.row, outcome.answered, outcome.words, "boto3", time.monotonic() - started)


def _dial(errand: Dial) -> str:
    try:
        socket.create_connection((errand.host, errand.port), CONNECT_SECONDS).close()
    except OSError as error:
        return f"connect to {errand.host}:{errand.port}: {error}"
    return ""


if __name__ == "__main__":
    main()
