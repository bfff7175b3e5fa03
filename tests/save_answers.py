"""A stand-in for the AWS CLI: the program `aws` of a test sends its arguments here, and boto3 answers them."""

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import jmespath
from botocore import xform_name
from botocore.exceptions import ClientError

_PROGRAM = """#!{python} -IS
import json, socket, sys
link = socket.socket(socket.AF_UNIX)
link.connect({path!r})
link.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n")
answer = json.loads(b"".join(iter(lambda: link.recv(65536), b"")))
sys.stdout.write(answer["out"])
sys.stderr.write(answer["err"])
sys.exit(answer["code"])
"""


class Cli:
    """Answers commands of the AWS CLI; ``errors`` are error codes by operation, an empty one means no answer at all."""

    def __init__(self, client: Callable[[str], Any], errors: Mapping[str, str]) -> None:
        self._client = client
        self._errors = errors
        self.commands: list[tuple[str, str]] = []

    def answer(self, arguments: list[str]) -> dict[str, Any]:
        """Run one command."""
        service, command, *options = arguments
        self.commands.append((service, command))
        client = self._client(service)
        model = client.meta.service_model
        [operation] = [name for name in model.operation_names if xform_name(name, "-") == command]
        if (code := self._errors.get(operation)) is not None:
            said = f"An error occurred ({code}) when calling the {operation} operation: no"
            return {"code": 254, "out": "", "err": f"\n{said if code else 'Could not connect to the endpoint'}\n"}
        given = dict(_options(options))
        query, form = given.pop("query", None), given.pop("output")
        members = model.operation_model(operation).input_shape.members
        names = {xform_name(name, "-"): name for name in members}
        values = {names[name]: _value(members[names[name]], words) for name, words in given.items()}
        try:
            found = self._call(client, operation, values)
        except ClientError as error:
            return {"code": 254, "out": "", "err": f"\n{error}\n"}
        found = jmespath.search(query[0], found) if query else found
        text = json.dumps(found, default=str) if form == ["json"] else _as_text(found)
        return {"code": 0, "out": f"{text}\n", "err": ""}

    def _call(self, client: Any, operation: str, values: dict[str, Any]) -> Any:
        method = xform_name(operation)
        if client.can_paginate(method):
            return client.get_paginator(method).paginate(**values).build_full_result()
        return {key: value for key, value in getattr(client, method)(**values).items() if key != "ResponseMetadata"}


def _options(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    while words:
        name, *words = words
        values = words[: next((at for at, word in enumerate(words) if word.startswith("--")), len(words))]
        words = words[len(values) :]
        yield name.removeprefix("--"), values


def _value(shape: Any, words: list[str]) -> Any:
    if shape.type_name != "list":
        return words[0]
    if shape.member.type_name != "structure":
        return words
    # --filters Name=state,Values=active,blackhole; Batch writes its keys in small letters.
    (name, values) = sorted(shape.member.members, key=str.lower)
    parts = [word.partition(f",{values}=") for word in words]
    return [{name: first.removeprefix(f"{name}="), values: others.split(",")} for first, _, others in parts]


def _as_text(found: Any) -> str:
    if isinstance(found, list):
        return "\t".join(map(_as_text, found))
    return str(found)


@contextmanager
def cli_of(client: Callable[[str], Any], folder: Path, errors: Mapping[str, str]) -> Iterator[Cli]:
    """Give the block a stand-in, and put its program first on the PATH."""
    path = folder / "cli"
    program = folder / "bin" / "aws"
    program.parent.mkdir()
    program.write_text(_PROGRAM.format(python=sys.executable, path=str(path)), encoding="utf-8")
    program.chmod(0o755)
    cli = Cli(client, errors)
    before = os.environ["PATH"]
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        thread = Thread(target=_serve, args=(server, cli), daemon=True)
        thread.start()
        os.environ["PATH"] = f"{program.parent}{os.pathsep}{before}"
        try:
            yield cli
        finally:
            os.environ["PATH"] = before
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(server: socket.socket, cli: Cli) -> None:
    while True:
        try:
            link, _ = server.accept()
        except OSError:
            return
        with link, link.makefile("rb") as lines:
            link.sendall(json.dumps(cli.answer(json.loads(lines.readline()))).encode())
