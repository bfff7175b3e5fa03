"""TCP connections and DNS questions from tasks, many at once."""

import selectors
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import msgspec

from skerry.lab import dns_client
from skerry.lab.netns import run_in_namespace
from skerry.lab.topology_records import TASKS
from skerry.net.cidr import Address
from skerry.net.hostname import Hostname

_AT_ONCE = 32


class Probe(msgspec.Struct, frozen=True):
    """A TCP connection from an address and port of a task to an address and port."""

    source: Address
    source_port: int
    address: Address
    port: int


class DnsQuestion(msgspec.Struct, frozen=True):
    """A question of a task to a DNS server."""

    source: Address
    server: Address
    name: Hostname


def connect(probes: list[Probe], timeout: float) -> list[bool]:
    """Return whether each connection succeeded within the timeout in seconds."""
    return run_in_namespace(TASKS, lambda: _connect(probes, timeout))


def _connect(probes: list[Probe], timeout: float) -> list[bool]:
    answered = [False] * len(probes)
    waiting = selectors.DefaultSelector()
    sockets = []
    for position, probe in enumerate(probes):
        connection = socket.socket()
        connection.setblocking(False)  # noqa: FBT003 -- the standard library's way
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        connection.bind((probe.source, probe.source_port))
        connection.connect_ex((probe.address, probe.port))
        waiting.register(connection, selectors.EVENT_WRITE, position)
        sockets.append(connection)
    limit = time.monotonic() + timeout
    while waiting.get_map() and (left := limit - time.monotonic()) > 0:
        for key, _ in waiting.select(left):
            answered[key.data] = sockets[key.data].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
            waiting.unregister(key.fileobj)
    for connection in sockets:
        connection.close()
    return answered


def resolve(questions: list[DnsQuestion], timeout: float) -> list[tuple[str, ...] | None]:
    """Return the answer to each question, all asked at once; None for a server that does not answer."""

    def ask() -> list[tuple[str, ...] | None]:
        # A thread starts in the namespace of its parent thread.
        with ThreadPoolExecutor(_AT_ONCE) as workers:
            return list(
                workers.map(
                    lambda question: dns_client.ask(question.server, question.name, question.source, timeout), questions
                )
            )

    return run_in_namespace(TASKS, ask)
