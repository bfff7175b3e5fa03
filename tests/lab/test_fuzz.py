"""Hostile texts in every field of every record: what the lab's programs read keeps to its few words."""

import copy
import json
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from skerry import app
from skerry.errors import SkerryError
from skerry.lab.config_files import build_scripts, hosts_of
from skerry.lab.rehearsal import Script, plan_rehearsal
from skerry.lab.sandbox import Sandbox
from skerry.lab.topology_records import LabPlan
from skerry.model.world import World
from skerry.net.cidr import Address
from skerry.sources import documents
from tests.amount import WHOLE, amount, some
from tests.networks import Network, one_of_everything
from tests.patience import patience

SCENARIOS = Path(__file__).parent.parent / "scenarios"
NAMES = ("article-repaired", "central-endpoints-by-zone", "customer-list-lacks-a-block", "efs-in-both-zones")
CANARY = "@CANARY@"
HOSTILE = (
    f"10.0.1.10\nconf-script=/usr/bin/touch {CANARY}",
    f"log-facility={CANARY}",
    f"10.0.1.10\ndhcp-script=/usr/bin/touch {CANARY}\nuser=root",
    f"10.0.1.9/32 dev lo\nnetns exec tasks /usr/bin/touch {CANARY}\naddr add 10.9.9.9",
    f"x\\012conf-script=/usr/bin/touch {CANARY}\\012y",
    '0.0.0.0/0 return\ninclude "/etc/shadow"\n',
    'x { }\ninclude "/etc/shadow"\nchain y',
    "10.0.0.0/8; drop; }",
    f"$(/usr/bin/touch {CANARY})",
    f"`/usr/bin/touch {CANARY}`",
    "-o",
    f"--output={CANARY}",
    "../../../../tmp/x",
    "a\0b",
    "'\"",
    "{}",
    "é\u202e٣",
    "::ffff:10.0.0.1",
    "010.0.0.1",
    "",
    "x" * 10_000,
)

NUMBER = r"[0-9]+"
ADDRESS = r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}"
BLOCK = rf"{ADDRESS}/[0-9]{{1,2}}"
DEVICE = r"(?:v?[pg][0-9]+|fab[01]|void1?|lo)"
SPACE = r"(?:tasks|nats|far|vpc[0-9]+)"
CHAIN = r"(?:acl|guard)[0-9]+_(?:in|out)"
NAME = r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}"
MAC = r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}"
LINKS = re.compile(
    rf"netns add {SPACE}|link add {DEVICE} netns {SPACE} address {MAC} type veth peer name {DEVICE} netns {SPACE} "
    rf"address {MAC}"
)
INSIDE = re.compile(
    rf"link set {DEVICE}(?: arp off)? up|route add (?:local )?(?:default|{BLOCK}) dev {DEVICE}(?: table {NUMBER})?"
    rf"(?: realm {NUMBER})?|addr add {ADDRESS}/32 dev {DEVICE}|rule add pref {NUMBER}(?: (?:iif|from|to|fwmark) "
    rf"(?:{DEVICE}|{BLOCK}|{ADDRESS}|{NUMBER}))*(?: lookup {NUMBER})"
)
WORDS = (
    *("table", "ip", "vpc", "nats", "far", "set", "dropped", "lost", "type", "mark", "realm", "ipv4_addr", "flags"),
    *("inet_service", "dynamic", "size", "chain", "acl", "guard", "filter", "hook", "forward", "priority", "policy"),
    *("accept", "return", "drop", "jump", "iifname", "oifname", "vmap", "saddr", "daddr", "tcp", "udp", "dport", "th"),
    *("sport", "meta", "l4proto", "add", "@dropped", "@lost", "rt", "classid", "ct", "state", "established", "related"),
    *("translate", "nat", "postrouting", "prerouting", "snat", "to", "map", "fully-random", "arrive", "answer"),
    *("output", "route", "listen", "redirect", '"void"', "!="),
)  # fmt: skip
FILTER = re.compile(
    rf"(?:\s|[{{}},:;.]|(?<![^\s{{}},:;])(?:{'|'.join(map(re.escape, WORDS))}|-?{NUMBER}|{NUMBER}-{NUMBER}|{BLOCK}"
    rf"|{ADDRESS}|{DEVICE}|{CHAIN})(?![^\s{{}},:;]))*"
)
RESOLVER = re.compile(
    rf"no-resolv|no-poll|no-hosts|bind-interfaces|except-interface=lo-none|listen-address={ADDRESS}|port=53|port=5353"
    rf"|address=/#/"
    rf"|local=/{NAME}/|address=/\*\.{NAME}/{ADDRESS}"
)
HOSTS = re.compile(rf"{ADDRESS} {NAME}")


@cache
def rows(name: str) -> dict[str, Any]:
    """The records of a network."""
    if name == "one of everything":
        return one_of_everything().rows
    found: dict[str, Any] = json.loads((SCENARIOS / name / "network.json").read_text(encoding="utf-8"))
    return found


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The place of every text in a document."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from places(item, (*path, number))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))


def changed(name: str, place: tuple[str | int, ...], text: str) -> World | None:
    """The network with another text in one place; None where it is no network any more."""
    document: Any = copy.deepcopy(rows(name))
    inner = document
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = text
    try:
        return World(documents.load({"network.json": json.dumps(document).encode()}, source="x", region="eu-west-1"))
    except SkerryError:
        return None


def written(world: World) -> list[Script]:
    """The rehearsals of all launches of a network."""
    try:
        launches = app.launches(world, app.Selection())
    except SkerryError:
        return []
    found = []
    for launch in launches:
        try:
            found.append(plan_rehearsal(world, launch))
        except SkerryError:
            continue
    return found


def strangers(plan: LabPlan) -> Iterator[str]:
    """The lines of what programs read that are none of the lab's."""
    made = build_scripts(plan)
    parts = [(LINKS, made.links), *((INSIDE, text) for text in made.inside.values())]
    parts += [(FILTER, text) for text in made.filters.values()]
    parts += [(RESOLVER, text) for text in made.resolvers.values()]
    parts += [(HOSTS, hosts_of(router, plan.public)) for router in plan.routers]
    for grammar, text in parts:
        yield from (line for line in text.splitlines() if not grammar.fullmatch(line))
        # What Python takes for the end of a line is more than what programs do.
        if not text.isascii() or "\r" in text or "\0" in text:
            yield text


def check(name: str, place: tuple[str | int, ...], text: str) -> list[Script]:
    world = changed(name, place, text)
    made = [] if world is None else written(world)
    for one in made:
        if one.plan is not None:
            assert list(strangers(one.plan)) == [], (name, place, text)
        assert all(row.why_not or row.host for row in one.rows)
    return made


@pytest.mark.parametrize("name", ["one of everything", *NAMES])
def test_scripts_of_valid_networks_match_the_grammar(name: str) -> None:
    world = World(documents.load({"x.json": json.dumps(rows(name)).encode()}, source="x", region="eu-west-1"))
    plans = [one.plan for one in written(world) if one.plan is not None]
    assert plans != []
    assert [line for plan in plans for line in strangers(plan)] == []


@pytest.mark.parametrize(
    "line", ['include "/etc/shadow"', "chain evil {", "ip saddr 1.2.3.4/33x return", "flush ruleset"]
)
def test_filter_grammar_refuses_foreign_lines(line: str) -> None:
    assert not FILTER.fullmatch(line)


def test_hostile_text_in_each_field_reaches_no_script() -> None:
    """Each text once, with the next of the hostile ones."""
    found = list(places(rows("one of everything")))
    with patience(120.0):
        for number, place in enumerate(found):
            check("one of everything", place, HOSTILE[number % len(HOSTILE)])


@pytest.mark.long
@pytest.mark.parametrize("name", ["one of everything", *NAMES])
def test_hostile_texts_in_any_field_of_any_network_reach_no_script(name: str) -> None:
    with patience(1_500.0):
        for number, place in enumerate(some(list(places(rows(name))), 12)):
            for text in HOSTILE if WHOLE else (HOSTILE[number % len(HOSTILE)], HOSTILE[0]):
                check(name, place, text)


def build(sandbox: Sandbox, folder: Path, draw: random.Random) -> int:
    """Build the labs of a network with a hostile text in a place; how many there were."""
    name = draw.choice(("one of everything", *NAMES))
    place = draw.choice(list(places(rows(name))))
    text = draw.choice(HOSTILE).replace(CANARY, str(folder / "canary"))
    plans = [one.plan for one in check(name, place, text) if one.plan is not None]
    for plan in plans:
        sandbox.build(plan)
    return len(plans)


def run(folder: Path, times: int) -> None:
    """Build labs, and see that nothing came of the hostile texts and that nothing is left."""
    draw = random.Random(7)  # noqa: S311 -- no secret is made of it
    before = {path.name for path in Path("/run").iterdir()}
    with Sandbox() as sandbox:
        built = sum(build(sandbox, folder, draw) for _ in range(times))
        process = sandbox.pid
    assert built > 0
    assert list(folder.iterdir()) == []
    assert not Path(f"/proc/{process}").exists()
    assert {path.name for path in Path("/run").iterdir()} == before


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A folder in which anybody may make a file."""
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


@pytest.mark.usefixtures("needs_lab")
def test_labs_of_hostile_networks_execute_no_command(canary: Path) -> None:
    run(canary, 12)


@pytest.mark.long
@pytest.mark.usefixtures("needs_lab")
def test_many_labs_of_hostile_networks_execute_no_command(canary: Path) -> None:
    run(canary, amount(500, 40))


def test_public_addresses_of_a_lab_plan_are_address_values() -> None:
    network: Network = one_of_everything()
    plans = [one.plan for one in written(network.world()) if one.plan is not None]
    assert all(type(address) is Address for plan in plans for _, address in plan.public)
