"""Kill applies and undos: ``python -m tests.crash N=200 SEED=0``.

Each trial kills an apply around a line of its journal or around a call, resumes it or takes it back, kills the undo
too, and compares every document of the account with the planned and with the former one. Every tenth trial is one of
processes that get SIGKILL at a random instant. Faults of AWS are on.
"""

import sys
import time

from tests.crash.campaign import choose_trials, open_campaign, open_served_campaign

PER_PROCESS = 10


def main(arguments: list[str]) -> int:
    """Run the trials, and print what came of them; the first failure ends them."""
    given = dict(argument.split("=", 1) for argument in arguments)
    count, seed = int(given.get("N", "200")), int(given.get("SEED", "0"))
    started = time.monotonic()
    of_processes = count // PER_PROCESS
    try:
        with open_campaign() as campaign:
            points = campaign.points
            lines, calls = points.apply_lines + points.undo_lines, points.apply_calls + points.undo_calls
            print(f"an apply and its undo: {lines} lines of the journal, {calls} calls")  # noqa: T201
            for trial in choose_trials(points, count - of_processes, seed):
                campaign.try_one(trial)
        print(f"{count - of_processes} trials at lines and calls: all as planned, then as before")  # noqa: T201
        with open_served_campaign() as campaign:
            killed = sum(campaign.try_process(seed * 1000 + number) for number in range(of_processes))
        print(f"{of_processes} trials with processes: {killed} were killed by SIGKILL at work")  # noqa: T201
    except AssertionError as error:
        print(f"failed: {str(error)[:4000]}")  # noqa: T201
        return 1
    print(f"{count} trials in {time.monotonic() - started:.0f} s: 0 failed")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
