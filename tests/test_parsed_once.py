"""Addresses, names, CIDR blocks and ARNs are parsed where documents are loaded, and not again where they are used."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "skerry"
PACKAGES = ("reach", "access", "launch", "diagnose", "plan", "lab", "checks")
PARSERS = frozenset(
    {
        "parse_arn",
        "parse_block",
        "parse_dns_name",
        "parse_host",
        "parse_ip_address",
        "read_block",
        "read_ipv4_block",
        "read_ipv6_block",
        "Address.parse",
        "Cidr.parse",
        "Hostname.parse",
    }
)
# A text that is no field of a record is parsed at its own edge: the parsers of a module, and whose text it is.
ELSEWHERE = {
    "checks/global_names.py": ({"parse_host"}, "names of the catalogue"),
    "diagnose/compare.py": ({"parse_ip_address"}, "the address in an error text"),
    "diagnose/need_verdicts.py": ({"parse_host"}, "hosts of calls, from images, log options and the catalogue"),
    "lab/clients_for_needs.py": ({"parse_arn", "Hostname.parse"}, "names in calls, and hosts of registries"),
    "lab/dns_filter.py": ({"Hostname.parse"}, "names in questions of clients"),
    "lab/dns_filter_rules.py": ({"Hostname.parse"}, "domains of lists, for a filter of DNS questions"),
    "lab/dns_records.py": ({"Hostname.parse"}, "names of zones and of the catalogue, for files of a DNS server"),
    "lab/input_checks.py": (
        {"Address.parse", "Cidr.parse"},
        "DNS servers and rules, for a DNS server and nft",
    ),
    "lab/rehearsal.py": ({"Hostname.parse"}, "hosts of calls"),
    "lab/run.py": ({"Address.parse"}, "hosts of rehearsed calls"),
    "lab/tls_proxy.py": ({"Hostname.parse"}, "names in TLS handshakes and requests of clients"),
    "launch/run_task.py": ({"parse_arn"}, "clusters in definitions of state machines"),
    "plan/disruption.py": ({"parse_block"}, "the block of a planned entry"),
    "plan/manual_steps.py": ({"parse_arn"}, "the resource of a blocker, by its id or ARN"),
    "plan/reachability.py": ({"parse_block"}, "the blocks of planned rules and routes"),
    "plan/rules_and_entries.py": ({"parse_block"}, "the block of a planned rule"),
    "reach/trace_request.py": ({"parse_host", "parse_ip_address"}, "options of a user"),
}


def parsers_in(code: str) -> Iterator[str]:
    """The parsers that a module calls or hands on, by name."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Name(id=name) if name in PARSERS:
                yield name
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if f"{owner}.{name}" in PARSERS or name in PARSERS:
                yield f"{owner}.{name}" if f"{owner}.{name}" in PARSERS else name


def test_values_of_records_are_not_parsed_again() -> None:
    modules = [path for package in PACKAGES for path in (SOURCE / package).rglob("*.py")]
    parsed = {
        path.relative_to(SOURCE).as_posix(): set(parsers_in(path.read_text(encoding="utf-8"))) for path in modules
    }
    assert {name: parsers for name, parsers in parsed.items() if parsers} == {
        name: parsers for name, (parsers, _reason) in ELSEWHERE.items()
    }


def test_calls_of_parsers_are_seen() -> None:
    code = "from skerry.model import arns\nfirst = parse_arn(name)\nmap(Hostname.parse, names)\narns.parse_arn(name)\n"
    assert list(parsers_in(code)).count("parse_arn") == 2
    assert set(parsers_in(code)) == {"parse_arn", "Hostname.parse"}
    assert set(parsers_in("name.arn.account\nmodule.parse(name)\n")) == set()
