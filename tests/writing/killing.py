"""Kills `skerry snapshot` with SIGKILL at random moments, and says what each kill left.

A program: its arguments are JSON, see `Order`. It loads skerry once and forks for each run, so that a run takes little
longer than its own work. It prints `Seen` as JSON, and stops with an assertion where a place holds anything but
nothing, the whole old or the whole new snapshot.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from skerry import cli
from skerry.writing import folders, temporary


class Order(NamedTuple):
    """What to do: in a folder of its own, with two networks, as a user, with or without an exchange of names."""

    folder: str
    old: str
    new: str
    kills: int
    seed: int
    user: int
    exchange: bool
    name: str


class Seen(NamedTuple):
    """How many kills came before the end of a run, and what they left."""

    killed: int
    nothing: int
    old: int
    new: int
    drafts: int


def start(*arguments: str) -> int:
    """Run skerry in a child."""
    child = os.fork()
    if child:
        return child
    for descriptor in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    sys.argv = ["skerry", *arguments]
    code = 3
    try:
        cli.main()
        code = 0
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    finally:
        os._exit(code)


def snapshot(source: str, place: Path) -> None:
    """Take a whole snapshot."""
    child = start("snapshot", "--from", source, "--output", str(place), "--force")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def content(place: Path) -> object:
    """All that a place holds."""
    if place.is_dir():
        return {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}
    return place.read_bytes() if place.exists() else None


def warm(order: Order) -> None:
    """Load all that a run needs, which only the first user may be able to read."""
    place = Path(order.folder).with_name(f"warm-{order.name}")
    sys.argv = ["skerry", "snapshot", "--from", order.old, "--output", str(place), "-q"]
    with suppress(SystemExit):
        cli.main()
    assert content(place) is not None, "the first run failed"


def run(order: Order) -> Seen:
    """Kill as often as is asked for, at moments from the start of a run to a little after its end."""
    draw = random.Random(order.seed)  # noqa: S311 -- moments, no secrets
    place = Path(order.folder) / order.name
    whole, took = {}, 0.0
    for source in (order.new, order.old):
        began = time.monotonic()
        snapshot(source, place)
        took = time.monotonic() - began
        whole[source] = content(place)
    assert whole[order.old] != whole[order.new]
    counts = dict.fromkeys(("killed", *("nothing", "old", "new"), "drafts"), 0)
    for number in range(order.kills):
        first = number % 2 == 0
        if first:
            remove(place)
        before = content(place)
        child = start("snapshot", "--from", order.new, "--output", str(place), *([] if first else ["--force"]))
        time.sleep(draw.uniform(0, 1.2 * took))
        os.kill(child, signal.SIGKILL)
        counts["killed"] += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        counts["drafts"] += len(list(place.parent.iterdir())) > place.exists()
        if not order.exchange:
            # The next run begins with this; a place without an exchange of names may be empty until then.
            temporary.remove_abandoned(place.parent)
        left = content(place)
        assert left in (before, whole[order.new]), f"kill {number} left neither the old nor the new snapshot"
        counts["nothing" if left is None else "new" if left == whole[order.new] else "old"] += 1
        snapshot(order.old, place)
        assert content(place) == whole[order.old]
        assert [path.name for path in place.parent.iterdir()] == [order.name], f"kill {number} left a draft"
    return Seen(**counts)


def remove(place: Path) -> None:
    """Take a snapshot away."""
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()


def main() -> None:
    """Do what the arguments say."""
    order = Order(**json.loads(sys.argv[1]))
    warm(order)
    if os.geteuid() == 0 and order.user:
        os.setgroups([])
        os.setresgid(order.user, order.user, order.user)
        os.setresuid(order.user, order.user, order.user)
    if not order.exchange:
        folders.exchange = lambda *_: False
    print(json.dumps(run(order)._asdict()))  # noqa: T201 -- what the program is for


if __name__ == "__main__":
    main()
