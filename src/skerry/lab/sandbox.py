"""Namespaces of one's own, without root where the machine allows it; all that is in them ends with them."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from skerry.errors import SkerryError
from skerry.lab.client_jobs import Work
from skerry.lab.messages import decode, encode
from skerry.lab.pipes import Lines, write
from skerry.lab.processes import import_paths, limited, module
from skerry.lab.protocol import (
    Answer,
    Build,
    Connect,
    Connected,
    Done,
    Drop,
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
from skerry.lab.requirements import PATHS, missing_programs, program, remedy
from skerry.lab.tcp_probes import Probe, Question
from skerry.lab.topology_records import Plan

_Answered = TypeVar("_Answered")
_FLAGS = ("--net", "--mount", "--pid", "--ipc", "--uts", "--fork", "--mount-proc", "--kill-child")
_ENVIRONMENT = {"PATH": PATHS, "LANG": "C.UTF-8"}
_LONGEST = 300.0


class Enclosure:
    """A set of namespaces with a process in it that builds labs; a context manager.

    ``keep``: files of the user that the lab reads. Raises `SkerryError` where programs are missing or the machine
    allows no namespaces.
    """

    def __init__(self, keep: Iterable[Path] = ()) -> None:
        lacking = missing_programs()
        if lacking:
            raise SkerryError(f"the lab needs programs that are not installed: {', '.join(lacking)}", remedy(lacking))
        visible = [*import_paths(), sys.prefix, sys.base_prefix, *map(str, keep)]
        command = [*_unshare(), *limited(module("skerry.lab.init", *dict.fromkeys(visible)))]
        # The kernel ends it when the one who started it ends, however that comes.
        command = [program("setpriv"), "--pdeathsig", "KILL", "--", *command]
        self._process = subprocess.Popen(  # noqa: S603 -- this very program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env=_ENVIRONMENT,
            cwd="/",
        )
        assert self._process.stdout is not None  # noqa: S101 -- a pipe
        self._lines = Lines(self._process.stdout)

    @property
    def pid(self) -> int:
        """The process that all of the enclosure ends with."""
        return self._process.pid

    def __enter__(self) -> Self:
        """Enter."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everything inside."""
        self.close()

    def close(self) -> None:
        """End everything inside."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def build(self, plan: Plan) -> float:
        """Build a lab in the place of the one that stands; how many seconds it took."""
        return self._ask(Build(plan), Done).seconds

    def connect(self, probes: tuple[Probe, ...], timeout: float) -> tuple[bool, ...]:
        """Try connects, all at once: whether each was answered within the time."""
        return self._ask(Connect(probes, timeout), Connected).answered

    def resolve(self, questions: tuple[Question, ...], timeout: float) -> tuple[tuple[str, ...] | None, ...]:
        """Ask DNS servers; None where one does not answer."""
        return self._ask(Resolve(questions, timeout), Resolved).addresses

    def drops(self) -> tuple[Drop, ...]:
        """Every packet that was dropped since the lab was built."""
        return self._ask(Drops(), Dropped).drops

    def send(self, work: Work) -> None:
        """Send real clients into the lab that stands; `results` tells what comes of it."""
        self._ask(Send(work), Done)

    def results(self) -> Resulted:
        """What came of the clients so far."""
        return self._ask(Results(), Resulted)

    def _ask(self, request: Request, expected: type[_Answered]) -> _Answered:
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 -- a pipe
        line = b""
        try:
            write(stdin, encode(request), _LONGEST)
            line = self._lines.next(_LONGEST)
        except BrokenPipeError:
            pass
        except TimeoutError as error:
            self._process.kill()
            message = f"the lab gave no answer in {_LONGEST:.0f} s"
            raise SkerryError(message, "Try again on a machine with less to do, or report it.") from error
        if not line:
            message = "the lab's namespaces could not be made, or ended by themselves"
            raise SkerryError(message, "Allow unprivileged user namespaces (sysctl), or run this as root.")
        answer: Any = decode(line, Answer)
        if isinstance(answer, Failed):
            raise SkerryError(
                f"the lab failed: {answer.message}", "Save the input with `skerry snapshot` and report it."
            )
        assert isinstance(answer, expected)  # noqa: S101 -- each request has one kind of answer
        return answer


def _unshare() -> list[str]:
    """The command that makes the namespaces: as an ordinary user where that is allowed, else as root."""
    unshare = program("unshare")
    for command in ([unshare, "--user", "--map-root-user", *_FLAGS], [unshare, *_FLAGS]):
        tried = [*command, program("true")]
        done = subprocess.run(tried, capture_output=True, check=False, env=_ENVIRONMENT, cwd="/")  # noqa: S603 -- as above
        if done.returncode == 0:
            return command
    message = "this machine allows no user namespaces to ordinary users"
    switches = "kernel.unprivileged_userns_clone=1 (Debian), kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu)"
    raise SkerryError(message, f"Run it as root, or allow them with sysctl -w: {switches}.")
