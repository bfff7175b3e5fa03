"""A launch in a lab: the AWS process, a namespace for each task, and the clients in it."""

import contextlib
import socket
import subprocess
from functools import partial
from threading import Lock, Thread

from skerry.lab import clients, registry
from skerry.lab.aws_process import Ready
from skerry.lab.build import Lab
from skerry.lab.client_jobs import JobResult, LaunchJobs, TaskHost
from skerry.lab.messages import decode, encode
from skerry.lab.netns import run, run_in_namespace, switch
from skerry.lab.paths import FOLDER, build_environment, furnish_etc
from skerry.lab.pipes import Lines, write
from skerry.lab.processes import confine_command, module_command_of
from skerry.lab.topology_records import TASKS
from skerry.net.hostname import Hostname

_READY = 600.0
_LOW_PORTS = {"ipv4/ip_unprivileged_port_start": "0"}


class Stage:
    """A launch that is prepared and run in a thread of its own; its results can be read at any time."""

    def __init__(self, lab: Lab, work: LaunchJobs) -> None:
        self.failed = ""
        self.refused: tuple[str, ...] = ()
        self.done = False
        self._lab = lab
        self._work = work
        self._results: list[JobResult] = []
        self._lock = Lock()
        self._cloud: subprocess.Popen[bytes] | None = None
        self._brings: socket.socket | None = None

    def start(self) -> None:
        """Start the launch."""
        Thread(target=self._run, daemon=True).start()

    def results(self) -> tuple[JobResult, ...]:
        """Return the results so far."""
        with self._lock:
            return tuple(self._results)

    def _report(self, result: JobResult) -> None:
        with self._lock:
            self._results.append(result)

    def _run(self) -> None:
        try:
            self._prepare()
            waiting = [thread for station in self._work.stations for thread in clients.send(station, self._report)]
            for thread in waiting:
                thread.join()
        except Exception as error:  # noqa: BLE001 -- the waiting process must get a report of any error
            self.failed = f"{error}" or type(error).__name__
        self.done = True

    def _prepare(self) -> None:
        furnish_etc(self._work.servers)
        run(["ip", "link", "set", "lo", "up"])
        switch(_LOW_PORTS)
        if self._work.stock.images:
            registry.start_registry()
        self._start_cloud()
        if any(clients.mirror_ports_of(station) for station in self._work.stations):
            clients.start_store()
        for station in self._work.stations:
            _move(station)
            for port, host in clients.mirror_ports_of(station).items():
                self._mirror(station, port, host)
        self._await_cloud()
        self._lab.take = self._take

    def _start_cloud(self) -> None:
        ours, theirs = socket.socketpair()
        self._brings = ours
        command = confine_command(module_command_of("skerry.lab.aws_process", str(theirs.fileno())))
        with (FOLDER / "cloud.log").open("wb") as log:
            self._cloud = subprocess.Popen(  # noqa: S603 -- this very program
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                pass_fds=[theirs.fileno()],
                env=build_environment(),
                cwd=FOLDER,
            )
        theirs.close()
        assert self._cloud.stdin is not None  # noqa: S101 -- a pipe
        write(self._cloud.stdin, encode(self._work.stock), _READY)

    def _await_cloud(self) -> None:
        assert self._cloud is not None  # noqa: S101 -- it was started
        assert self._cloud.stdout is not None  # noqa: S101 -- a pipe
        line = Lines(self._cloud.stdout).next(_READY)
        if not line:
            raise TimeoutError(f"the AWS process ended: {(FOLDER / 'cloud.log').read_text(encoding='utf-8')[-1_000:]}")
        ready: Ready = decode(line, Ready)
        self.refused = ready.refused
        if ready.failed:
            raise TimeoutError(ready.failed)

    def _take(self, connection: socket.socket, mirror: str = "-") -> None:
        """Pass a connection to the AWS process as an open file descriptor."""
        assert self._brings is not None  # noqa: S101 -- it was made with the cloud
        with connection, self._lock:
            socket.send_fds(self._brings, [mirror.encode()], [connection.fileno()])

    def _mirror(self, station: TaskHost, port: int, host: Hostname) -> None:
        """Listen for a registry mirror in the task's own namespace."""
        listener = run_in_namespace(station.space, partial(socket.create_server, ("127.0.0.1", port)))

        def accept() -> None:
            while True:
                connection = listener.accept()[0]
                with contextlib.suppress(OSError):
                    self._take(connection, host)

        Thread(target=accept, daemon=True).start()


def _move(station: TaskHost) -> None:
    """Move a task into a namespace of its own, so that its clients use its address without an option for it."""
    port = station.port
    device, address = f"v{port.device}", port.addresses[0]
    run(["ip", "netns", "add", station.space])
    run(["ip", "-n", TASKS, "link", "set", device, "netns", station.space])
    lines = [
        "link set lo up",
        f"link set {device} arp off up",
        f"addr add {address}/32 dev {device}",
        f"route add default dev {device} src {address}",
    ]

    def furnish() -> None:
        switch({"ipv4/conf/all/rp_filter": "0", f"ipv4/conf/{device}/rp_filter": "0"})
        run(["ip", "-batch", "-"], "\n".join(lines) + "\n")

    run_in_namespace(station.space, furnish)
