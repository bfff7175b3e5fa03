"""Processes that apply or undo a journal, and SIGKILL at a random instant of their work."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LONGEST_WORK = 1.5
"""Seconds within which the signal comes, after the process has begun its work."""


def kill_at_random(path: Path, direction: str, chance: random.Random) -> int:
    """Start a process that goes on with a journal, and kill it; 0 if it ended before."""
    command = [sys.executable, "-m", "tests.crash.worker", direction, str(path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.random() * LONGEST_WORK)
        process.send_signal(signal.SIGKILL)
        return int(process.wait() == -signal.SIGKILL)
