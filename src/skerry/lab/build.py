"""Construction of a lab in the namespaces of this process, and its removal."""

import contextlib
import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

from skerry.lab import dns_client
from skerry.lab.config_files import LISTENER, build_scripts, hosts_of
from skerry.lab.dns_client import DNS_PORT
from skerry.lab.dns_filter import INNER_PORT, LOOPBACK, DnsFilter
from skerry.lab.netns import run, run_in_namespace, switch
from skerry.lab.paths import FOLDER, build_environment
from skerry.lab.processes import confine_command
from skerry.lab.protocol import Drop
from skerry.lab.requirements import program_path_of
from skerry.lab.topology_records import FAR, NATS, TASKS, LabPlan, Router, TrafficOrigin
from skerry.net.hostname import Hostname

_BACKLOG = 4_096
_READY, _AGAIN, _PAUSE = 3.0, 0.05, 0.002
_FORWARD = {"ipv4/ip_forward": "1", "ipv4/conf/all/rp_filter": "0", "ipv4/conf/default/rp_filter": "0"}
# The flags of a DNS answer, with the code REFUSED.
_REFUSED = b"\x81\x05"
# The Linux constant IP_PKTINFO, which Python does not define.
_PACKET_INFO = 8
# Lets a DNS server without any capability listen on port 53.
_LOW_PORTS = {"ipv4/ip_unprivileged_port_start": "0"}
_NOBODY = Hostname("ready.invalid")
_SETS = (("vpc", "dropped"), ("vpc", "lost"))

Taker: TypeAlias = Callable[[socket.socket], None]


class Lab:
    """A lab in the kernel: its namespaces, DNS servers and listener."""

    def __init__(self, plan: LabPlan) -> None:
        self.plan = plan
        self._daemons: list[subprocess.Popen[bytes]] = []
        self._listener: socket.socket | None = None
        self._server: socket.socket | None = None
        self._filters: list[DnsFilter] = []
        # The handler of connections that arrived; a launch replaces it to answer them.
        self.take: Taker = socket.socket.close
        self._spaces = [TASKS, NATS, FAR, *(router.space for router in plan.routers)]

    def build(self) -> None:
        """Create everything; afterwards packets flow."""
        setup = build_scripts(self.plan)
        run(["ip", "-batch", "-"], setup.links)
        for space in self._spaces:
            run_in_namespace(space, partial(self._furnish, space, setup.inside[space], setup.filters.get(space)))
        self._listener = run_in_namespace(FAR, _listen)
        self._server = run_in_namespace(FAR, _serve_names)
        threading.Thread(target=self._drain, args=(self._listener,), daemon=True).start()
        threading.Thread(target=_refuse_names, args=(self._server,), daemon=True).start()
        FOLDER.mkdir(exist_ok=True)
        for router in self.plan.routers:
            if router.resolver:
                hosts = hosts_of(router, self.plan.public)
                address, port = (LOOPBACK, INNER_PORT) if router.dns_rules else (router.resolver, DNS_PORT)
                ready = partial(dns_client.ask, address, _NOBODY, None, _AGAIN, port)
                self._resolve(router.space, ready, setup.resolvers[router.space], hosts)
                if router.dns_rules:
                    self._filters.append(run_in_namespace(router.space, partial(_filter_names, router)))
        for dns_filter in self._filters:
            threading.Thread(target=dns_filter.serve, daemon=True).start()

    def _furnish(self, space: str, routes: str, filters: str | None) -> None:
        switch(_FORWARD)
        run(["ip", "-batch", "-"], routes)
        for path in Path("/proc/sys/net/ipv4/conf").glob("*/rp_filter"):
            path.write_text("0", encoding="ascii")
        if filters:
            run(["nft", "-f", "-"], filters)
        if space == TASKS:
            switch({"ipv4/ip_nonlocal_bind": "1"})

    def _resolve(self, space: str, ready: Callable[[], object | None], configuration: str, hosts: str) -> None:
        """Start a DNS server and wait until it answers."""
        paths = FOLDER / f"{space}.conf", FOLDER / f"{space}.hosts"
        for path, text in zip(paths, (configuration, hosts), strict=True):
            path.write_text(text, encoding="ascii")
        options = ["--no-daemon", f"--conf-file={paths[0]}", f"--addn-hosts={paths[1]}", "--pid-file="]
        command = confine_command([program_path_of("dnsmasq"), *options])

        def start() -> None:
            switch(_LOW_PORTS)
            with (FOLDER / f"{space}.log").open("wb") as log:
                daemon = subprocess.Popen(  # noqa: S603 -- a fixed program
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=build_environment(), cwd=FOLDER
                )
            self._daemons.append(daemon)
            limit = time.monotonic() + _READY
            while time.monotonic() < limit:
                if ready() is not None:
                    return
                time.sleep(_PAUSE)
            message = (FOLDER / f"{space}.log").read_text(encoding="utf-8", errors="replace")
            raise TimeoutError(f"the DNS server of {space} does not answer: {message}")

        run_in_namespace(space, start)

    def _drain(self, listener: socket.socket) -> None:
        while True:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            with contextlib.suppress(OSError):
                self.take(connection)

    def close(self) -> None:
        """Remove everything."""
        for daemon in self._daemons:
            daemon.kill()
            daemon.wait()
        for dns_filter in self._filters:
            # A thread that waits for a question wakes up from this, not from `close`.
            with contextlib.suppress(OSError):
                dns_filter.listener.shutdown(socket.SHUT_RDWR)
        filters = [end for dns_filter in self._filters for end in (dns_filter.listener, dns_filter.inner)]
        for server_socket in (self._listener, self._server, *filters):
            if server_socket is not None:
                server_socket.close()
        run(["ip", "-batch", "-"], "".join(f"netns del {space}\n" for space in self._spaces))

    def drops(self) -> list[Drop]:
        """Return every packet dropped so far, with the cause."""
        dropped: list[Drop] = []
        for router in self.plan.routers:
            for table, name in _SETS:
                origins = self.plan.realms if name == "lost" else self.plan.marks
                dropped += run_in_namespace(router.space, partial(_recorded, table, name, origins))
        return dropped + run_in_namespace(NATS, partial(_recorded, "nats", "dropped", self.plan.marks))


def _recorded(table: str, name: str, origins: dict[int, TrafficOrigin]) -> list[Drop]:
    answer = json.loads(run(["nft", "-n", "-j", "list", "set", "ip", table, name]))
    rows = [entry["set"].get("elem", []) for entry in answer["nftables"] if "set" in entry]
    unknown = TrafficOrigin("route", "", "no interface has the address")
    drops = []
    for element in (element for elements in rows for element in elements):
        number, source, source_port, destination, destination_port = element["concat"]
        origin = origins.get(int(number), unknown)
        drops.append(Drop(origin, source, int(source_port), destination, int(destination_port)))
    return drops


def _filter_names(router: Router) -> DnsFilter:
    """Return the filter before the DNS server of a VPC, at the server's address."""
    listener, inner = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    listener.bind((router.resolver, DNS_PORT))
    inner.settimeout(_READY)
    inner.connect((LOOPBACK, INNER_PORT))
    return DnsFilter(listener, inner, router.dns_rules, router.names)


def _serve_names() -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.IPPROTO_IP, _PACKET_INFO, 1)
    server.bind(("0.0.0.0", LISTENER))  # noqa: S104 -- in a namespace that nothing else is in
    return server


def _refuse_names(server: socket.socket) -> None:
    """Answer every DNS question with REFUSED: the answers of the user's own DNS servers are not known."""
    while True:
        try:
            question, where, _, asker = server.recvmsg(4_096, socket.CMSG_SPACE(12))
            # An answer must have the address that was asked as its source, and may leave by any interface.
            ancillary = [(level, kind, bytes(4) + data[4:8] + bytes(4)) for level, kind, data in where]
            server.sendmsg([question[:2] + _REFUSED + question[4:]], ancillary, 0, asker)
        except OSError:
            return


def _listen() -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("0.0.0.0", LISTENER))  # noqa: S104 -- in a namespace that nothing else is in
    listener.listen(_BACKLOG)
    return listener
