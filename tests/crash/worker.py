"""A process that goes on with a journal: ``python -m tests.crash.worker apply|undo JOURNAL``. Its parent kills it."""

import sys
from pathlib import Path

from tests.crash.trials import Direction, go_on, session_without_retries


def main() -> None:
    """Go on with the journal, after a line that tells the parent that the work begins."""
    direction: Direction = "apply" if sys.argv[1] == "apply" else "undo"
    session = session_without_retries()
    session.call("ec2", "DescribeVpcs", {})
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    go_on(Path(sys.argv[2]), direction, session)


if __name__ == "__main__":
    main()
