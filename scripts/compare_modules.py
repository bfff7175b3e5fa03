"""Print the table of docs/modules.md: plans of three Terraform modules for one need, with the stand-in provider.

``scripts/compare_modules.py OTHER ARTICLE``: OTHER is the folder modules/vpc-endpoints of terraform-aws-modules/vpc,
ARTICLE is tinfoilcipher/terraform-aws-ecr-private-subnet-endpoints. docs/modules.md says how to get them.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.terraform.existing import VPC, Subnet, answers
from tests.terraform.planning import MODULE, RULE, clashes
from tests.terraforming import Root, TerraformError, changes, plan, planned, standing

Json = dict[str, Any]

SUBNETS = {
    "subnet-a": Subnet("10.0.1.0/24", "eu-west-1a"),
    "subnet-b": Subnet("10.0.2.0/24", "eu-west-1b"),
    "subnet-c": Subnet("10.0.3.0/24", "eu-west-1b"),
}
SERVICES = ("ecr.api", "ecr.dkr", "logs", "secretsmanager")
_SOURCES = ("cidr_ipv4", "cidr_ipv6", "referenced_security_group_id")


class Contestant(NamedTuple):
    """A module with the arguments for the need, by the ids of the subnets."""

    name: str
    folder: Path
    arguments: Callable[[list[str]], Json]


def contestants(other: Path, article: Path) -> list[Contestant]:
    """Return the modules in the order of the table's columns."""
    return [
        Contestant("names only", other, _names_only),
        Contestant("all set", other, _all_set),
        Contestant("the article's module", article, _article),
        Contestant("this module", MODULE, _own),
    ]


def _names_only(subnets: list[str]) -> Json:
    endpoints = {name: {"service": name} for name in (*SERVICES, "s3")}
    return {"vpc_id": VPC, "subnet_ids": subnets, "endpoints": endpoints}


def _all_set(subnets: list[str]) -> Json:
    gateway = {"service": "s3", "service_type": "Gateway", "route_table_ids": ["rtb-private"]}
    endpoints = {name: {"service": name, "private_dns_enabled": True} for name in SERVICES}
    group = {
        "create_security_group": True,
        "security_group_name_prefix": "endpoints-",
        "security_group_rules": {"vpc": {"cidr_blocks": ["10.0.0.0/16"]}},
    }
    return {"vpc_id": VPC, "subnet_ids": subnets, "endpoints": endpoints | {"s3": gateway}} | group


def _article(subnets: list[str]) -> Json:
    return {
        "vpc_id": VPC,
        "private_subnet_ids": subnets,
        "private_route_table_ids": ["rtb-private"],
        "configure_additional_endpoints": True,
    }


def _own(subnets: list[str]) -> Json:
    return {
        "vpc_id": VPC,
        "subnet_ids": subnets,
        "route_table_ids": ["rtb-private"],
        "services": ["logs", "secretsmanager"],
    }


def _answers(contestant: Contestant, **here: Any) -> Json:
    """Return what AWS holds; the article's module takes its own arguments only where tags select nothing."""
    rows = answers(SUBNETS, **here)
    for row in rows["aws_vpc_endpoint_service"]:
        row["then"]["service_name"] = row["when"]["service_name"]
    short = [
        {"when": {"service": row["when"]["service_name"].removeprefix("com.amazonaws.eu-west-1.")}, "then": row["then"]}
        for row in rows["aws_vpc_endpoint_service"]
    ]
    gateway = "com.amazonaws.eu-west-1.s3"
    short.append({"when": {"service": "s3"}, "then": {"id": gateway, "service_name": gateway}})
    rows["aws_vpc_endpoint_service"] += short
    if contestant.arguments is _article:
        rows |= {kind: [{"then": {"id": "none", "ids": []}}] for kind in ("aws_subnets", "aws_route_tables")}
    return rows


@contextmanager
def _applied(contestant: Contestant, subnets: list[str]) -> Iterator[Root]:
    with standing(contestant.folder, _answers(contestant), **contestant.arguments(subnets)) as root:
        yield root


def _planned(contestant: Contestant, **here: Any) -> Mapping[str, Json]:
    return planned(plan(contestant.folder, _answers(contestant, **here), **contestant.arguments(list(SUBNETS))))


def _interfaces(rows: Mapping[str, Json]) -> list[Json]:
    return [row for row in rows.values() if row.get("vpc_endpoint_type") == "Interface"]


def _is_s3(row: Json) -> bool:
    return str(row.get("service_name", "")).endswith(".s3")


def resources(contestant: Contestant) -> str:
    """Return the number of planned resources."""
    return str(len(_planned(contestant)))


def way_to_s3(contestant: Contestant) -> str:
    """Return the type of the endpoint of S3."""
    kinds = {row["vpc_endpoint_type"] for row in _planned(contestant).values() if _is_s3(row)}
    return ", ".join(sorted(kind.lower() for kind in kinds))


def secrets(contestant: Contestant) -> str:
    """Return whether the secret can be read."""
    names = [row["service_name"] for row in _interfaces(_planned(contestant))]
    return "interface" if any(name.endswith(".secretsmanager") for name in names) else "none"


def private_dns(contestant: Contestant) -> str:
    """Return whether the interface endpoints of the task's calls have private DNS."""
    values = {row.get("private_dns_enabled") for row in _interfaces(_planned(contestant)) if not _is_s3(row)}
    return "on" if values == {True} else "off"


def admitted(contestant: Contestant) -> str:
    """Return the sources and ports of the endpoints' security group."""
    rules = []
    for address, row in _planned(contestant).items():
        if RULE in address:
            source = next(row[name] for name in _SOURCES if row[name])
            rules.append((f"{row['ip_protocol']} {row['from_port']}".upper(), source))
        elif "aws_security_group_rule" in address and row["type"] == "ingress":
            rules.append((f"{row['protocol']} {row['from_port']}".upper(), *row["cidr_blocks"]))
    if not rules:
        return "the VPC's default group"
    ports = sorted({rule[0] for rule in rules})
    return f"{', '.join(ports)} from {', '.join(sorted({rule[1] for rule in rules}))}"


def let_out(contestant: Contestant) -> str:
    """Return whether the endpoints' security group has outbound rules."""
    rows = _planned(contestant)
    if not any(address.startswith("aws_security_group.") for address in rows):
        return "the VPC's default group"
    return "everything" if any("egress_rule" in address for address in rows) else "nothing"


def endpoint_subnets(contestant: Contestant) -> str:
    """Return the number of subnets of each endpoint, and whether AWS takes them."""
    numbers = {len(row["subnet_ids"]) for row in _interfaces(_planned(contestant))}
    two = max(numbers) > len({subnet.zone for subnet in SUBNETS.values()})
    return f"{max(numbers)}{', two in one zone: refused by AWS' if two else ', one in a zone'}"


def narrow_offer(contestant: Contestant) -> str:
    """Return the number of subnets of an endpoint whose service one zone lacks."""
    rows = _interfaces(_planned(contestant, offered={"logs": ["eu-west-1b"]}))
    return str(max(len(row["subnet_ids"]) for row in rows if row["service_name"].endswith(".logs")))


def without_host_names(contestant: Contestant) -> str:
    """Return whether a VPC without DNS host names is refused when Terraform plans."""
    try:
        _planned(contestant, dns=(True, False))
    except TerraformError:
        return "refused"
    return "planned"


def _edit(contestant: Contestant, subnets: list[str]) -> str:
    with _applied(contestant, list(SUBNETS)) as root:
        root.edit(**contestant.arguments(subnets))
        document = root.plan()
    rules = [address for address in changes(document) if "_rule" in address]
    clashing = clashes(document)
    if not rules:
        return "no rule changes"
    changing = "1 rule changes" if len(rules) == 1 else f"{len(rules)} rules change"
    return f"{changing}, {len(clashing)} into one that exists" if clashing else changing


def reordered(contestant: Contestant) -> str:
    """Return the rules that another order of the subnets changes."""
    return _edit(contestant, list(SUBNETS)[::-1])


def removed(contestant: Contestant) -> str:
    """Return the rules that change when the first subnet is removed."""
    return _edit(contestant, list(SUBNETS)[1:])


ROWS = {
    "resources": resources,
    "endpoint of S3": way_to_s3,
    "endpoint of Secrets Manager": secrets,
    "private DNS": private_dns,
    "endpoints' group admits": admitted,
    "endpoints' group lets out": let_out,
    "subnets of each endpoint": endpoint_subnets,
    "`logs` offered in one of the two zones": narrow_offer,
    "`enableDnsHostnames` off": without_host_names,
    "subnets in another order": reordered,
    "the first subnet removed": removed,
}


def _module_folder(name: str) -> Path:
    """Return the folder of a module, or end with a message if it is none."""
    folder = Path(name).resolve()
    if not (folder / "variables.tf").exists():
        raise SystemExit(f"{folder} has no variables.tf: name the folder of a module")
    return folder


def main() -> int:
    """Print the table."""
    if len(sys.argv) != 3:  # noqa: PLR2004 -- two folders
        print(__doc__)
        return 2
    modules = contestants(*(_module_folder(name) for name in sys.argv[1:]))
    print(f"| | {' | '.join(each.name for each in modules)} |")
    print(f"| --- |{' --- |' * len(modules)}")
    for name, cell in ROWS.items():
        print(f"| {name} | {' | '.join(cell(each) for each in modules)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
