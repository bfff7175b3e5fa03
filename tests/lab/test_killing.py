"""A rehearsal that is killed at any moment leaves no process, mount, namespace or folder behind."""

import ctypes
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.amount import amount
from tests.processes import family, wait_for
from tests.test_rehearse import article

pytestmark = pytest.mark.usefixtures("needs_lab")

NOBODY = 65_534
_SUBREAPER = 36
PATHS = [path for path in sys.path if path]
_START = "import sys; sys.path += {paths!r}; from skerry.cli import main; main()"
# The longest of both: a probe takes about a second, and clients wait in the isolated network for half a minute.
MOMENTS = {"probe": 1.5, "clients": 8.0}


@pytest.fixture
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network in which clients wait, where anybody may read it."""
    folder = tmp_path_factory.mktemp("aws")
    (folder / "all.json").write_bytes(article(mended=False).document())
    folder.chmod(0o755)
    for path in folder.parents:
        path.chmod(0o755)
        if path.name.startswith("pytest-of-"):
            break
    return folder


@pytest.fixture
def adopting() -> Iterator[None]:
    """What loses its parent becomes a child of this process, where it is seen."""
    libc = ctypes.CDLL(None)
    assert libc.prctl(_SUBREAPER, 1) == 0
    yield
    libc.prctl(_SUBREAPER, 0)


def interpreter(user: int) -> list[str]:
    """The command of a Python with skerry, as another user."""
    if user == os.geteuid():
        return [sys.executable, "-P"]
    become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{name}"):
        # The first program still has root's capabilities while it is started; what it starts has none.
        code = f"import sys; sys.path += {PATHS!r}; import skerry.cli"
        tried = [*become, "sh", "-c", 'exec "$0" -P -c "$1"', python, code]
        if subprocess.run(tried, cwd="/", capture_output=True, check=False).returncode == 0:
            return [*become, python, "-P"]
    pytest.skip("no interpreter and no skerry that another user may run")


def users() -> list[int]:
    return [os.geteuid(), NOBODY] if os.geteuid() == 0 else [os.geteuid()]


def mounts() -> list[str]:
    """What is mounted where a lab mounts anything; others on this machine may mount elsewhere."""
    places = [line.split()[1] for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    return [place for place in places if place in {"/run", "/tmp", "/etc"} or place.startswith(("/dev", "/proc/sys"))]  # noqa: S108


def kill(command: list[str], scratch: Path, seconds: float) -> None:
    """Start a rehearsal, kill it after some time, and see that nothing is left."""
    mounted, before = mounts(), set(family(os.getpid()))
    environment = os.environ | {"TMPDIR": str(scratch)}
    process = subprocess.Popen(
        command, env=environment, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_for(lambda: set(family(os.getpid())) <= before)
    assert list(scratch.iterdir()) == []
    assert mounts() == mounted
    assert not Path("/run/lab").exists()
    assert not Path("/run/netns/tasks").exists()


@pytest.fixture
def killing(saved: Path, tmp_path: Path, adopting: None) -> Callable[[int, str, int], None]:
    """Kills rehearsals of a user at random moments, so many times."""
    assert adopting is None
    scratch = tmp_path / "scratch"
    scratch.mkdir(mode=0o777)
    scratch.chmod(0o777)

    def run(user: int, mode: str, times: int) -> None:
        draw = random.Random(user)  # noqa: S311 -- no secret is made of it
        code = _START.format(paths=PATHS)
        command = [*interpreter(user), "-c", code, "rehearse", "--from", str(saved)]
        whole = subprocess.run([*command, "--probe"], cwd="/", capture_output=True, text=True, check=False)
        assert whole.stdout.startswith("blocked: web cannot start"), whole.stderr
        for _ in range(times):
            more = ["--probe"] if mode == "probe" else []
            kill([*command, *more], scratch, draw.uniform(0.0, MOMENTS[mode]))

    return run


@pytest.mark.parametrize("user", users())
def test_killed_probe_rehearsal_leaves_nothing_behind(killing: Callable[[int, str, int], None], user: int) -> None:
    killing(user, "probe", 1)


@pytest.mark.long
def test_killed_client_rehearsal_leaves_nothing_behind(killing: Callable[[int, str, int], None]) -> None:
    killing(os.geteuid(), "clients", 1)


@pytest.mark.long
@pytest.mark.parametrize("user", users())
@pytest.mark.parametrize("mode", MOMENTS)
def test_rehearsals_killed_many_times_leave_nothing_behind(
    killing: Callable[[int, str, int], None], user: int, mode: str
) -> None:
    killing(user, mode, amount(50, 2))
