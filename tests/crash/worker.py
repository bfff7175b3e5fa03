"""A process that goes on with a journal: ``python -m tests.crash.worker apply|undo JOURNAL``. Its parent kills it."""

import sys
from contextlib import suppress
from pathlib import Path

from skerry.aws.account_session import LostCallError
from skerry.aws.errors import RefusedError
from tests.crash.trials import Direction, go_on, session_without_retries


def main() -> None:
    """Go on with the journal, after a line that tells the parent that the work begins."""
    direction: Direction = "apply" if sys.argv[1] == "apply" else "undo"
    session = session_without_retries()
    with suppress(LostCallError, RefusedError):
        session.call("ec2", "DescribeVpcs", {})  # the slow imports are done before the line
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    with suppress(LostCallError, RefusedError):
        go_on(Path(sys.argv[2]), direction, session)


if __name__ == "__main__":
    main()
