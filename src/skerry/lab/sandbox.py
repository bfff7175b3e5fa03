"""Sandbox of Linux namespaces, without root if the machine allows it; its processes and files end with it."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from skerry.errors import SkerryError
from skerry.lab.client_jobs import LaunchJobs
from skerry.lab.messages import decode, encode
from skerry.lab.pipes import Lines, write
from skerry.lab.processes import limit_command, list_import_paths, module_command_of
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
from skerry.lab.requirements import PATHS, find_missing_programs, install_command_for, program_path_of
from skerry.lab.tcp_probes import DnsQuestion, Probe
from skerry.lab.topology_records import LabPlan

_Answered = TypeVar("_Answered")
_FLAGS = ("--net", "--mount", "--pid", "--ipc", "--uts", "--fork", "--mount-proc", "--kill-child")
_ENVIRONMENT = {"PATH": PATHS, "LANG": "C.UTF-8"}
_LONGEST = 300.0


class Sandbox:
    """A set of namespaces with an init process that builds labs; a context manager.

    ``keep``: files of the user that the lab reads. Raises `SkerryError` if programs are missing or the machine
    does not allow namespaces.
    """

    def __init__(self, keep: Iterable[Path] = ()) -> None:
        missing = find_missing_programs()
        if missing:
            raise SkerryError(
                f"the lab needs programs that are not installed: {', '.join(missing)}", install_command_for(missing)
            )
        visible = [*list_import_paths(), sys.prefix, sys.base_prefix, *map(str, keep)]
        command = [*_unshare(), *limit_command(module_command_of("skerry.lab.init", *dict.fromkeys(visible)))]
        # The kernel ends it together with its parent process, even if that is killed.
        command = [program_path_of("setpriv"), "--pdeathsig", "KILL", "--", *command]
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
        """The id of the process with which the whole sandbox ends."""
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

    def build(self, plan: LabPlan) -> float:
        """Build a lab in place of the current one; return the seconds that it took."""
        return self._ask(Build(plan), Done).seconds

    def connect(self, probes: tuple[Probe, ...], timeout: float) -> tuple[bool, ...]:
        """Make TCP connections, all at once; return whether each was answered within the timeout."""
        return self._ask(Connect(probes, timeout), Connected).answered

    def resolve(self, questions: tuple[DnsQuestion, ...], timeout: float) -> tuple[tuple[str, ...] | None, ...]:
        """Send DNS questions; return the addresses, None for a server that does not answer."""
        return self._ask(Resolve(questions, timeout), Resolved).addresses

    def drops(self) -> tuple[Drop, ...]:
        """Return every packet that was dropped since the lab was built."""
        return self._ask(Drops(), Dropped).drops

    def send(self, work: LaunchJobs) -> None:
        """Start real clients in the current lab; `results` returns their results."""
        self._ask(Send(work), Done)

    def results(self) -> Resulted:
        """Return the results of the clients so far."""
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
            message = f"the lab did not answer within {_LONGEST:.0f} s"
            raise SkerryError(message, "Try again on a machine with less load, or report it.") from error
        if not line:
            message = "the lab's namespaces could not be created, or ended unexpectedly"
            raise SkerryError(message, "Allow unprivileged user namespaces (sysctl), or run this as root.")
        answer: Any = decode(line, Answer)
        if isinstance(answer, Failed):
            raise SkerryError(
                f"the lab failed: {answer.message}", "Save the input with `skerry snapshot` and report it."
            )
        assert isinstance(answer, expected)  # noqa: S101 -- each request has one kind of answer
        return answer


def _unshare() -> list[str]:
    """Return the command that creates the namespaces, as an ordinary user if the machine allows it, else as root."""
    unshare = program_path_of("unshare")
    for command in ([unshare, "--user", "--map-root-user", *_FLAGS], [unshare, *_FLAGS]):
        tried = [*command, program_path_of("true")]
        done = subprocess.run(tried, capture_output=True, check=False, env=_ENVIRONMENT, cwd="/")  # noqa: S603 -- as above
        if done.returncode == 0:
            return command
    message = "this machine does not allow user namespaces to ordinary users"
    switches = "kernel.unprivileged_userns_clone=1 (Debian), kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu)"
    raise SkerryError(message, f"Run it as root, or allow them with sysctl -w: {switches}.")
