"""A stand-in for the program ``aws``: real shells run scripts with it, and boto3 answers in the test's own process.

Commands, options and their forms are derived from botocore's models, as those of the AWS CLI are: an option without a
member of that name fails. Structures are JSON. https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters.html
"""

import json
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jmespath
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import Shape

Client = Callable[[str], Any]

_PROGRAM = """#!{python} -SE
import json, socket, sys
with socket.create_connection(("127.0.0.1", {port})) as there:
    there.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n")
    out, err, code = json.loads(there.makefile().read())
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
"""
_GLOBAL = {"region", "query", "output"}
_USAGE = 252


class AwsProgram:
    """The stand-in: ``commands`` are the calls so far, as service and operation."""

    def __init__(self, client: Client, region: str) -> None:
        self._client = client
        self._region = region
        self.commands: list[tuple[str, ...]] = []

    def run(self, words: list[str]) -> tuple[str, str, int]:
        """The output, the errors and the exit code of a command."""
        try:
            return self._run(words), "", 0
        except (ClientError, BotoCoreError) as error:
            return "", f"{error}\n", 254
        except (LookupError, ValueError, AssertionError) as error:
            return "", f"usage: {error!r} in {words}\n", _USAGE

    def _run(self, words: list[str]) -> str:
        service, operation, *more = words
        self.commands.append((service, operation, *more[:1]) if operation == "wait" else (service, operation))
        client = self._client(service)
        if operation == "wait":
            waiter = client.get_waiter(more[0].replace("-", "_"))
            names = {xform_name(call): call for call in client.meta.service_model.operation_names}
            asked = names[xform_name(waiter.config.operation)]
            waiter.wait(**self._parameters(client.meta.service_model.operation_model(asked).input_shape, more[1:])[0])
            return ""
        by_name = {xform_name(call, "-"): call for call in client.meta.service_model.operation_names}
        model = client.meta.service_model.operation_model(by_name[operation])
        parameters, settings = self._parameters(model.input_shape, more)
        answer = getattr(client, xform_name(by_name[operation]))(**parameters)
        answer.pop("ResponseMetadata")
        value = jmespath.search(settings["query"], answer) if "query" in settings else answer
        if settings.get("output") == "text":
            return f"{value}\n"
        return json.dumps(value, default=str) + "\n"

    def _parameters(self, shape: Shape, words: list[str]) -> tuple[dict[str, Any], dict[str, str]]:
        members = {xform_name(name, "-"): name for name in shape.members}
        parameters: dict[str, Any] = {}
        settings: dict[str, str] = {}
        for option, values in _options(words):
            if option in _GLOBAL:
                [settings[option]] = values
            elif option in members:
                parameters[members[option]] = _value(shape.members[members[option]], values)
            elif option.removeprefix("no-") in members:
                assert not values
                parameters[members[option.removeprefix("no-")]] = False
            else:
                # The one option of the AWS CLI that no member has: the other side of `--egress`.
                assert (option, values) == ("ingress", [])
                parameters[members["egress"]] = False
        assert settings.pop("region") == self._region
        return parameters, settings


def _options(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    while words:
        option, *words = words
        assert option.startswith("--")
        count = next((place for place, word in enumerate(words) if word.startswith("--")), len(words))
        yield option.removeprefix("--"), words[:count]
        words = words[count:]


def _value(shape: Shape, values: list[str]) -> Any:
    if shape.type_name == "boolean":
        assert values == []
        return True
    if shape.type_name == "list" and shape.member.type_name == "string":
        return values
    [value] = values
    if shape.type_name in {"structure", "list", "map"}:
        return json.loads(value)
    # The real program reads files and addresses here.
    assert "://" not in value
    return int(value) if shape.type_name in {"integer", "long"} else value


@contextmanager
def installed(client: Client, folder: Path, region: str) -> Iterator[AwsProgram]:
    """The program ``aws`` in a folder, which answers as these clients do."""
    program = AwsProgram(client, region)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(json.dumps(program.run(json.loads(self.rfile.readline()))).encode())

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        path = folder / "aws"
        path.write_text(_PROGRAM.format(python=sys.executable, port=server.server_address[1]), encoding="utf-8")
        path.chmod(0o755)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield program
        finally:
            server.shutdown()
            thread.join()


def run_script(text: str, folder: Path, more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """A shell script with the programs of this folder before all others; ``more`` are variables of its environment."""
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder), **(more or {})}
    return subprocess.run(
        ["/bin/sh", "-c", text],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
