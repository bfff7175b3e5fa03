"""The inputs: files, and the command that reads them. A seed and a number always give the same input."""

import copy
import json
import os
import random
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tests.fuzz import constructs, hostile, octets, removing, rows, templates, texts
from tests.fuzz.rows import Rows
from tests.holdings import Resources
from tests.hubs import HubAndSpoke
from tests.networks import awslogs, container, one_of_everything

SCENARIOS = Path(__file__).parent.parent / "scenarios"
LARGE = 25_000
FOLDER = "aws"
REMOVED = "removed"


class Input(NamedTuple):
    """Files by their path below the working folder, what stdin holds, and skerry's arguments.

    ``before``: the file that facts were removed from, where that is all that was done.
    """

    arguments: tuple[str, ...]
    files: dict[bytes, bytes]
    stdin: bytes = b""
    kind: str = ""
    before: bytes | None = None

    @property
    def command(self) -> str:
        """The command that reads it, as the report counts it."""
        form = [
            one for one in self.arguments if one in {"json", "terraform", "cloudformation", "aws-cli", "-v", "--from"}
        ]
        name = self.arguments[0]
        shown = [one for one in form if one != "--from" or name == "explain"]
        return " ".join([name, *shown])


@cache
def networks() -> tuple[Rows, ...]:
    """Return the networks that inputs are made of."""
    paths = sorted(SCENARIOS.glob("*/network.json"))
    small = [path for path in paths if path.stat().st_size < LARGE]
    spoke = HubAndSpoke()
    spoke.central_endpoint()
    spoke.central_nat()
    spoke.definition(container(logConfiguration=awslogs()))
    spoke.service(subnets=["subnet-a", "subnet-b"])
    made = [one_of_everything().rows, Resources().rows, spoke.rows]
    return (*(json.loads(path.read_text(encoding="utf-8")) for path in small), *made * 8)


def drawn(seed: int, number: int) -> Input:
    """Draw an input."""
    # A text, not a tuple: its hash is the same in every process.
    draw = random.Random(f"{seed}/{number}")
    how = draw.random()
    if how < 0.13:
        return _text(draw)
    if how < 0.24:
        return _removed(draw)
    if how < 0.32:
        network, name = constructs.construct(draw)
        return _network(draw, network.rows, f"construct {name}")
    found = copy.deepcopy(draw.choice(networks()))
    if how < 0.37:
        return _hypothetical(draw, found)
    if how < 0.43:
        return _templates(draw)
    if how < 0.82:
        return _network(draw, found, "rows " + rows.change(found, draw))
    changed, name = octets.change(_written(found), draw)
    return Input(_command(draw, found), {b"aws/all.json": changed}, kind=f"octets {name}")


def rehearsal(seed: int, number: int) -> Input:
    """Draw a network that is rehearsed."""
    given = drawn(seed, number)
    files = given.files or {b"aws/all.json": _written(networks()[number % len(networks())])}
    arguments = ("rehearse", "--from", FOLDER, "--probe", "--service", "web")
    return given._replace(arguments=arguments, files=files, stdin=b"", before=None)


def _text(draw: random.Random) -> Input:
    given = texts.text(draw)
    form = draw.choice([(), (), ("--format", "json")])
    beside: dict[bytes, bytes] = {}
    if draw.random() < 0.2:
        found = copy.deepcopy(draw.choice(networks()))
        if draw.random() < 0.5:
            rows.change(found, draw)
        beside, form = {b"aws/all.json": _written(found)}, (*form, "--from", FOLDER)
    if draw.random() < 0.4:
        data = draw.choice([given.encode(errors="replace"), octets.text(draw), draw.randbytes(draw.choice([9, 5_000]))])
        return Input(("explain", *form, "-"), beside, data, "text stdin")
    # The system allows no longer argument.
    return Input(("explain", *form, "--", _argument(given)[:100_000]), beside, kind="text argument")


def _argument(text: str) -> str:
    """Return a text as a process is given it: without NUL, and bytes that are no UTF-8 as Python shows them."""
    return os.fsdecode(text.replace("\0", "").encode(errors="surrogatepass"))


def _hypothetical(draw: random.Random, found: Rows) -> Input:
    """A task that does not exist yet: the file of its definition is what is wrong."""
    known = found.get("taskDefinitions") or networks()[-1]["taskDefinitions"]
    definition = {"taskDefinition": draw.choice(known)}
    rows.change(definition, draw)
    if draw.random() < 0.4 and isinstance(definition.get("taskDefinition"), dict):
        definition = definition["taskDefinition"]
    content = _written(definition)
    if draw.random() < 0.15:
        content = octets.change(content, draw)[0]
    places = [*_names(found, "Subnets", "SubnetId"), "subnet-a"]
    groups = [*_names(found, "SecurityGroups", "GroupId"), "sg-task"]
    task = ("--task-definition", "task.json", "--subnet", draw.choice(places), "--security-group", draw.choice(groups))
    forms = [("diagnose",), ("diagnose", "--format", "json"), ("diagnose", "-v"), ("plan",), ("rehearse", "--probe")]
    files = {b"aws/all.json": _written(found), b"task.json": content}
    return Input((*draw.choice(forms), "--from", FOLDER, *task), files, kind="definition")


def _templates(draw: random.Random) -> Input:
    files, name = templates.templates(draw)
    form = draw.choice([(), (), ("--format", "json"), ("-v",)])
    inputs = [f"./{os.fsdecode(path)}" for path in files]
    return Input(("check", *form, "--region", "eu-west-1", *inputs), files, kind=f"template {name}")


def _removed(draw: random.Random) -> Input:
    found = copy.deepcopy(draw.choice(networks()))
    before = _written(found)
    name = removing.remove(found, draw)
    asked = ("diagnose", "--from", FOLDER, "--format", "json", "--region", "eu-west-1")
    return Input(asked, {b"aws/all.json": _written(found)}, kind=f"{REMOVED} {name}", before=before)


def _network(draw: random.Random, found: Rows, kind: str) -> Input:
    return Input(_command(draw, found), _files(draw, found), kind=kind)


def _files(draw: random.Random, found: Rows) -> dict[bytes, bytes]:
    """The rows as one document, or as a folder of several, some of them with names that nobody gives."""
    whole = _written(found)
    if draw.random() < 0.75:
        return {b"aws/all.json": whole}
    names = [b"a\nb", b"\x1b[31m", "\u202ea".encode(), b"\xff\xfe", b"-v", b"--help", b"sub/dir", b" ", b"a" * 200]
    files = {}
    for number, (key, value) in enumerate(found.items()):
        plain = os.fsencode("".join(letter for letter in key if letter.isalnum())[:40])
        name = draw.choice(names) if draw.random() < 0.1 else plain
        files[b"aws/%s%d.json" % (name, number)] = _written({key: value})
    if draw.random() < 0.2:
        files[b"aws/more.json"] = octets.change(whole, draw)[0]
    return files


def _written(found: Any) -> bytes:
    """Write a document; half of them, by how many keys they have, with escapes."""
    try:
        return json.dumps(found, ensure_ascii=len(found) % 2 == 0).encode(errors="surrogatepass")
    except (RecursionError, ValueError):
        return json.dumps({"Vpcs": repr(type(found))}).encode()


def _names(found: Rows, key: str, name: str) -> list[str]:
    items = found.get(key)
    known = [row.get(name) for row in items if isinstance(row, dict)] if isinstance(items, list) else []
    return [_argument(one)[:5_000] for one in known if isinstance(one, str)]


def _command(draw: random.Random, found: Rows) -> tuple[str, ...]:
    source = ("--from", draw.choice([FOLDER, FOLDER, FOLDER, "aws/all.json"]), *_region(draw))
    name = draw.choices(
        [
            "diagnose",
            "json",
            "verbose",
            "trace",
            "plan",
            "plan json",
            "terraform",
            "cloudformation",
            "aws-cli",
            "snapshot",
            "rehearse",
        ],
        [18, 12, 14, 12, 8, 5, 7, 7, 5, 9, 8],
    )[0]
    match name:
        case "diagnose":
            return ("diagnose", *source, *_selected(draw, found))
        case "json":
            return ("diagnose", *source, "--format", "json")
        case "verbose":
            return ("diagnose", *source, "-v")
        case "trace":
            return ("trace", *source, *_question(draw, found))
        case "snapshot":
            return ("snapshot", *source, "--output", draw.choice(["out", "out.json", "-v.json", "new/out"]))
        case "rehearse":
            return ("rehearse", *source, "--probe", *_one_service(draw, found), *(draw.choice([(), ("--with-plan",)])))
        case "plan":
            return ("plan", *source, *_wishes(draw))
        case _:
            return ("plan", *source, "--format", name.rpartition(" ")[2], *_wishes(draw))


def _region(draw: random.Random) -> tuple[str, ...]:
    how = draw.random()
    if how < 0.6:
        return ()
    return (
        "--region",
        "eu-west-1" if how < 0.9 else draw.choice(["cn-north-1", "", "x", "..", "eu-west-1\n", "\u202e"]),
    )


def _selected(draw: random.Random, found: Rows) -> tuple[str, ...]:
    how = draw.random()
    if how < 0.7:
        return ()
    if how < 0.85:
        return ("--task", draw.choice([*_names(found, "tasks", "taskArn"), "1f", "", "\u202e"]))
    return _one_service(draw, found)


def _one_service(draw: random.Random, found: Rows) -> tuple[str, ...]:
    return ("--service", draw.choice([*_names(found, "services", "serviceName"), "web"]))


def _wishes(draw: random.Random) -> tuple[str, ...]:
    how = draw.random()
    if how < 0.5:
        return ()
    if how < 0.6:
        return ("--prefer", "nat")
    wanted = ("--ingress", draw.choice(["from-tasks", "subnets", "article"]))
    more = ("--also", draw.choice(["sqs", "s3", "dynamodb", "kms", "no such", ""])) if draw.random() < 0.3 else ()
    return (*wanted, *more, *(("--least-privilege",) if draw.random() < 0.5 else ()))


def _question(draw: random.Random, found: Rows) -> tuple[str, ...]:
    subnets = [*_names(found, "Subnets", "SubnetId"), "subnet-a"]
    interfaces = [*_names(found, "NetworkInterfaces", "NetworkInterfaceId"), "eni-1f"]
    strange = [*hostile.NAMES, *hostile.ADDRESSES, *hostile.STRINGS]
    hosts = ["ecr.api", "s3", "logs", "10.0.2.7", "8.8.8.8", "::1", "api.ecr.eu-west-1.amazonaws.com", "example.com"]
    hosts += [draw.choice(interfaces), _argument(draw.choice(strange))]
    port = ("--port", draw.choice(["443", "1", "65535", "22"])) if draw.random() < 0.3 else ()
    how = draw.random()
    if how < 0.6:
        start: tuple[str, ...] = ("--subnet", draw.choice(subnets))
    elif how < 0.85:
        start = ("--eni", draw.choice(interfaces))
    else:
        start = ("--source", "internet")
    form = draw.choice([(), ("-v",), ("--format", "json")])
    return (*start, "--to", draw.choice(hosts), *port, *form)
