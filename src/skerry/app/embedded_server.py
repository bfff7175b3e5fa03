"""The use case of `skerry embedded`: the embedded AWS as a server of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from skerry.aws.session import make_clients
from skerry.embedded.http_server import serve_over_http
from skerry.embedded.settings import Settings
from skerry.errors import InputError
from skerry.writing.results import write_result

StartNetwork = Literal["empty", "broken", "working"]
"""``broken``: the network and service of the demo. ``working``: the same with the demo's repair."""


class EmbeddedServer(msgspec.Struct, frozen=True):
    """A running server: its URL, its Region, and ``lines`` about the resources that it started with."""

    url: str
    region: str
    lines: tuple[str, ...]


@contextmanager
def serve_embedded_aws(
    region: str = "eu-west-1",
    port: int = 0,
    *,
    network: StartNetwork = "empty",
    state: Path | None = None,
    settings: Settings | None = None,
) -> Iterator[EmbeddedServer]:
    """Serve an AWS on this machine during the block.

    ``state`` is a file: it is loaded if it exists, in place of ``network``, and written at the end of the block.

    Raises `SkerryError` if the port is taken, the file is no state, or the package for the embedded AWS is missing.
    """
    content = _read(state)
    with serve_over_http(region, port=port, settings=settings) as url:
        # Both need moto, whose absence the server reports.
        from skerry.embedded import demo_deployment
        from skerry.embedded.state_files import dump_state, load_state

        lines: tuple[str, ...] = ()
        if content is not None:
            load_state(content)
            lines = (f"loaded the state of {state}",)
        elif network != "empty":
            client = make_clients(region)
            deployment = demo_deployment.build(client)
            lines = deployment.lines
            if network == "working":
                lines += demo_deployment.repair(client, deployment).lines
        try:
            yield EmbeddedServer(url, region, lines)
        finally:
            if state is not None:
                write_result(state, dump_state(), private=True)


def _read(state: Path | None) -> bytes | None:
    if state is None or not state.exists():
        return None
    try:
        return state.read_bytes()
    except OSError as error:
        raise InputError(f"{state} cannot be read: {error.strerror}", "Give another file.") from error
