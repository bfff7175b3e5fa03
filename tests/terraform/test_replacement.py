"""The stand-in's table of replacing arguments, as AWS's real provider plans a change of each argument."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import real_provider
from tests.real_provider import RealTerraform
from tests.terraform.provider import REPLACED

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(real_provider.why_not() is not None, reason=str(real_provider.why_not())),
]

Json = dict[str, Any]
# What only version 6 has.
NEWER = {"region"}
# What the provider alone fills in; the rest of a state is written as arguments too.
MADE = {"id", "arn", "security_group_rule_id", "tags_all"}
BLOCKS = {"vpc", "weighted_routing_policy"}
VERSIONS = {"aws_security_group": 1, "aws_subnet": 1, "aws_route53_record": 2}
ACCOUNT = "eu-west-1:111122223333"
GROUP = {"id": "sg-1", "description": "a", "vpc_id": "vpc-1", "revoke_rules_on_delete": False}
RULE = {
    "id": "sgr-1",
    "arn": f"arn:aws:ec2:{ACCOUNT}:security-group-rule/sgr-1",
    "security_group_rule_id": "sgr-1",
    "security_group_id": "sg-1",
    "ip_protocol": "tcp",
    "from_port": 443,
    "to_port": 443,
    "cidr_ipv4": "10.0.0.0/24",
    "description": "d",
    "tags_all": {},
}
RULE_CHANGES: list[Json] = [
    {"security_group_id": "sg-2"},
    *({"ip_protocol": "udp"}, {"from_port": 80}, {"to_port": 444}, {"cidr_ipv4": "10.0.1.0/24"}, {"description": "e"}),
]
ENDPOINT = {
    "id": "vpce-1",
    "service_name": "com.amazonaws.eu-west-1.logs",
    "vpc_endpoint_type": "Interface",
    "vpc_id": "vpc-1",
    "service_region": "eu-west-1",
    "private_dns_enabled": True,
    "subnet_ids": ["subnet-1"],
    "security_group_ids": ["sg-1"],
    "ip_address_type": "ipv4",
}
LATTICE = {"service_name": None, "service_region": None}
ASSOCIATION = {"id": "Z1:vpc-1", "zone_id": "Z1", "vpc_id": "vpc-1", "vpc_region": "eu-west-1"}
ASSOCIATION_CHANGES: list[Json] = [{"zone_id": "Z2"}, {"vpc_id": "vpc-2"}, {"vpc_region": "eu-west-2"}]
CASES: list[tuple[str, Json, list[Json]]] = [
    (
        "aws_security_group",
        GROUP | {"name": "n"},
        [{"description": "b"}, {"name": "m"}, {"vpc_id": "vpc-2"}, {"revoke_rules_on_delete": True}],
    ),
    ("aws_security_group", GROUP | {"name_prefix": "n-"}, [{"name_prefix": "m-"}]),
    (
        "aws_subnet",
        {"id": "subnet-1", "availability_zone": "eu-west-1a", "cidr_block": "10.0.0.0/24", "vpc_id": "vpc-1"},
        [
            *({"availability_zone": "eu-west-1b"}, {"cidr_block": "10.0.1.0/24"}, {"vpc_id": "vpc-2"}),
            *({"map_public_ip_on_launch": True}, {"enable_dns64": True}, {"ipv6_native": True}),
            {"outpost_arn": f"arn:aws:outposts:{ACCOUNT}:outpost/op-1234567890abcdef0"},
        ],
    ),
    (
        "aws_subnet",
        {"id": "subnet-1", "availability_zone_id": "euw1-az1", "cidr_block": "10.0.0.0/24", "vpc_id": "vpc-1"},
        [{"availability_zone_id": "euw1-az2"}],
    ),
    ("aws_route_table", {"id": "rtb-1", "vpc_id": "vpc-1"}, [{"vpc_id": "vpc-2"}, {"propagating_vgws": ["vgw-1"]}]),
    (
        "aws_vpc_endpoint",
        ENDPOINT,
        [
            *({"service_name": "com.amazonaws.eu-west-1.sqs"}, {"vpc_endpoint_type": "Gateway"}, {"vpc_id": "vpc-2"}),
            *({"service_region": "eu-west-2"}, {"private_dns_enabled": False}, {"subnet_ids": ["subnet-2"]}),
            *({"security_group_ids": ["sg-2"]}, {"route_table_ids": ["rtb-1"]}, {"ip_address_type": "dualstack"}),
            *({"policy": '{"Statement":[]}'}, {"auto_accept": True}),
        ],
    ),
    (
        "aws_vpc_endpoint",
        ENDPOINT | LATTICE | {"vpc_endpoint_type": "Resource"},
        [{"resource_configuration_arn": f"arn:aws:vpc-lattice:{ACCOUNT}:resourceconfiguration/rcfg-12345678901234567"}],
    ),
    (
        "aws_vpc_endpoint",
        ENDPOINT | LATTICE | {"vpc_endpoint_type": "ServiceNetwork"},
        [{"service_network_arn": f"arn:aws:vpc-lattice:{ACCOUNT}:servicenetwork/sn-12345678901234567"}],
    ),
    (
        "aws_route53_zone",
        {"id": "Z1", "name": "a.example", "comment": "c", "vpc": [{"vpc_id": "vpc-1", "vpc_region": "eu-west-1"}]},
        [
            *({"name": "b.example"}, {"comment": "d"}, {"force_destroy": True}),
            {"vpc": [{"vpc_id": "vpc-2", "vpc_region": "eu-west-1"}]},
        ],
    ),
    ("aws_route53_zone", {"id": "Z1", "name": "a.example", "delegation_set_id": "N1"}, [{"delegation_set_id": "N2"}]),
    (
        "aws_route53_record",
        {"id": "Z1_a_A", "zone_id": "Z1", "name": "a.example", "type": "A", "ttl": 60, "records": ["10.0.0.1"]},
        [
            *({"name": "b.example"}, {"type": "AAAA"}, {"zone_id": "Z2"}, {"ttl": 61}, {"records": ["10.0.0.2"]}),
            {"set_identifier": "x", "weighted_routing_policy": [{"weight": 1}]},
        ],
    ),
    ("aws_route53_zone_association", ASSOCIATION, ASSOCIATION_CHANGES),
    ("aws_route53_vpc_association_authorization", ASSOCIATION, ASSOCIATION_CHANGES),
    ("aws_vpc_security_group_ingress_rule", RULE, RULE_CHANGES),
    ("aws_vpc_security_group_egress_rule", RULE, RULE_CHANGES),
]
ROWS = [
    (f"{kind}.r{place}_{number}", kind, state, change)
    for place, (kind, state, changes) in enumerate(CASES)
    for number, change in enumerate(changes)
]


def resource(address: str, arguments: Json) -> str:
    lines = []
    for name, value in arguments.items():
        if name in BLOCKS:
            for block in value:
                lines += [f"{name} {{", *(f"{key} = {json.dumps(item)}" for key, item in block.items()), "}"]
        elif name not in MADE and value is not None:
            lines.append(f"{name} = {json.dumps(value)}")
    kind, _, name = address.partition(".")
    return "\n".join([f'resource "{kind}" "{name}" {{', *lines, "}\n"])


def state_of(rows: list[tuple[str, str, Json, Json]]) -> Json:
    resources = [
        {
            "mode": "managed",
            "type": kind,
            "name": address.partition(".")[2],
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [{"schema_version": VERSIONS.get(kind, 0), "attributes": state}],
        }
        for address, kind, state, _ in rows
    ]
    return {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "a", "resources": resources}


def test_table_of_replacing_arguments_is_that_of_the_real_provider(tmp_path: Path) -> None:
    provider = 'provider "aws" {\n  region = "eu-west-1"\n}\n'
    text = provider + "".join(resource(address, state | change) for address, _, state, change in ROWS)
    (tmp_path / "terraform.tfstate").write_text(json.dumps(state_of(ROWS)), encoding="utf-8")
    root = RealTerraform(tmp_path, text, "http://127.0.0.1:9")
    planned = {row["address"]: row["change"] for row in root.plan(refresh=False)}
    replacing: dict[str, set[str]] = {}
    for address, kind, _, change in ROWS:
        paths = {path[0] for path in planned[address].get("replace_paths", [])} & change.keys()
        replacing.setdefault(kind, set()).update(paths)
    assert replacing == {kind: set(names) - NEWER for kind, names in REPLACED.items()}
