"""The AWS process of a lab: the embedded AWS and a real registry behind one TLS proxy.

It receives connections that arrived in the lab as open file descriptors over a socket, so it needs no namespace there.
Its fixtures are the first line of its input; once all of them exist, it prints one line.
"""

import socket
import subprocess
import sys
from pathlib import Path
from threading import Thread

import msgspec

from skerry.embedded.dispatch import provide_answers
from skerry.lab import registry
from skerry.lab.aws_fixtures import STORAGE_BUCKET, STORAGE_REGION, ImageFixture, LabFixtures
from skerry.lab.messages import decode, encode
from skerry.lab.oci_image import source_of, write_layout
from skerry.lab.paths import AUTHORITY, FOLDER, build_environment
from skerry.lab.requirements import program_path_of
from skerry.lab.tls_proxy import REGISTRY, TlsServer
from skerry.net.hostname import Hostname

_LONGEST = 400.0


class Ready(msgspec.Struct, frozen=True):
    """The report that AWS is ready. ``refused``: fixtures that could not be created; ``failed``: a fatal error."""

    refused: tuple[str, ...] = ()
    failed: str = ""


def main() -> None:
    """Serve until the socket that brings connections is closed."""
    stock: LabFixtures = decode(sys.stdin.buffer.readline(), LabFixtures)
    brings = socket.socket(fileno=int(sys.argv[1]))
    with provide_answers(stock.region) as answer:
        front = TlsServer(stock, answer)
        front.write_authority(AUTHORITY)
        _listen(front)
        try:
            ready = Ready(_fill(stock))
        except Exception as error:  # noqa: BLE001 -- the waiting process must get a report of any error
            ready = Ready(failed=f"{error}" or type(error).__name__)
        sys.stdout.buffer.write(encode(ready))
        sys.stdout.buffer.flush()
        _take(front, brings)


def _take(front: TlsServer, brings: socket.socket) -> None:
    """Receive connections, each with the name of the registry that it mirrors, or a hyphen."""
    while True:
        mirror_name, files, _, _ = socket.recv_fds(brings, 1_024, 1)
        if not mirror_name:
            return
        front.take(socket.socket(fileno=files[0]), Hostname(mirror_name.decode()) if mirror_name != b"-" else None)


def _listen(front: TlsServer) -> None:
    """Accept the calls of the registry to S3: its hosts file resolves the S3 name to this process."""
    listener = socket.create_server(("127.0.0.1", 443))

    def accept() -> None:
        while True:
            front.take(listener.accept()[0])

    Thread(target=accept, daemon=True).start()


def _fill(stock: LabFixtures) -> tuple[str, ...]:
    from skerry.aws import seed  # noqa: PLC0415
    from skerry.aws.session import make_clients  # noqa: PLC0415

    refused: list[str] = []
    for region in sorted({item.region for item in stock.items}):
        items = [(item.service, item.name) for item in stock.items if item.region == region]
        refused += seed.create_resources(make_clients(region), region, items)
    if stock.images:
        seed.create_bucket(make_clients(STORAGE_REGION), STORAGE_BUCKET, STORAGE_REGION)
        registry.await_registry()
        _push(stock)
    return tuple(refused)


def _push(stock: LabFixtures) -> None:
    for position, copy in enumerate(stock.images):
        source = source_of(Path(stock.archive)) if stock.archive else _made(position, copy)
        target = f"docker://{REGISTRY[0]}:{REGISTRY[1]}/{copy.repository}:{copy.tag}"
        # Without this option its temporary files are below /var/tmp.
        command = [program_path_of("skopeo"), "--insecure-policy", "--tmpdir", str(FOLDER), "copy", "--quiet"]
        command += ["--dest-tls-verify=false", source, target]
        done = subprocess.run(  # noqa: S603 -- a fixed program
            command, capture_output=True, text=True, check=False, env=build_environment(), timeout=_LONGEST
        )
        if done.returncode != 0:
            raise RuntimeError(f"skopeo could not push {copy.repository}:{copy.tag}: {done.stderr.strip()[-500:]}")


def _made(position: int, copy: ImageFixture) -> str:
    folder = FOLDER / f"image{position}"
    write_layout(folder, f"{copy.repository}:{copy.tag}")
    return f"oci:{folder}"


if __name__ == "__main__":
    main()
