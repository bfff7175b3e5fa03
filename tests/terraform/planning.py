"""What the Terraform module plans, for the tests that look at it."""

import json
from typing import Any

import pytest

from tests.terraform.existing import SUBNETS, VPC, answers
from tests.terraforming import ROOT, TerraformError, planned, settled

Json = dict[str, Any]
MODULE = ROOT / "terraform"
INTERFACE, GATEWAY = "aws_vpc_endpoint.interface", "aws_vpc_endpoint.gateway"
RULE = "aws_vpc_security_group_ingress_rule"
EGRESS = "aws_vpc_security_group_egress_rule"
TASKS = "sg-tasks"
RULE_CONTENT = (
    *("security_group_id", "ip_protocol", "from_port", "to_port"),
    *("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"),
)


def module(answering: Any = None, **variables: Any) -> dict[str, Json]:
    """Return the module's first plan, for the article's two subnets by default; a second one changes nothing."""
    return planned(whole(answering, **variables))


def whole(answering: Any = None, **variables: Any) -> Json:
    return settled(MODULE, answering or answers(), **given(**variables))


def given(**variables: Any) -> Json:
    """Return the module's arguments: those of the article's two subnets where the caller names no others."""
    subnets = {} if {"subnets", "subnet_ids", "subnet_tags"} & set(variables) else {"subnet_ids": list(SUBNETS)}
    tables = {"route_table_ids", "route_table_tags", "look_up_route_tables"} & set(variables)
    looked_up = {} if tables or variables.get("gateways") == [] else {"look_up_route_tables": True}
    return {"vpc_id": VPC, **subnets, **looked_up, **variables}


def refusal(answering: Any = None, **variables: Any) -> str:
    with pytest.raises(TerraformError) as caught:
        module(answering, **variables)
    return " ".join(str(caught.value).replace("│", "").split())


def only(rows: dict[str, Json], start: str) -> dict[str, Json]:
    return {address: row for address, row in rows.items() if address.startswith(start)}


def opened(rows: dict[str, Json]) -> set[tuple[Any, ...]]:
    """Who is admitted by the endpoints' security group, on which ports."""
    return {
        (row["cidr_ipv4"] or row["referenced_security_group_id"], row["ip_protocol"], row["from_port"], row["to_port"])
        for row in only(rows, RULE).values()
    }


def endpoint(rows: dict[str, Json], service: str) -> Json:
    kind = GATEWAY if service in {"s3", "dynamodb"} else INTERFACE
    return rows[f'{kind}["{service}"]']


def policy(rows: dict[str, Json], service: str) -> list[Json]:
    statements: list[Json] = json.loads(endpoint(rows, service)["policy"])["Statement"]
    return statements


def failed_checks(document: Json) -> dict[str, str]:
    return {
        row["address"]["to_display"]: instance["problems"][0]["message"]
        for row in document["checks"]
        for instance in row.get("instances", [])
        if instance["status"] == "fail"
    }


def rule_content(values: Json) -> tuple[Any, ...]:
    return tuple(values.get(name) for name in RULE_CONTENT)


def clashes(document: Json) -> list[str]:
    """Return the rules that a plan creates, or turns into, while another one has the same content.

    AWS refuses them (InvalidPermission.Duplicate), in whichever order Terraform works:
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    """
    rules = [row for row in document["resource_changes"] if row["type"] in (RULE, EGRESS)]
    before = {
        (row["type"], rule_content(row["change"]["before"])): row["address"] for row in rules if row["change"]["before"]
    }
    return [
        row["address"]
        for row in rules
        if row["change"]["after"]
        and rule_content(row["change"]["after"]) != rule_content(row["change"]["before"] or {})
        and (row["type"], rule_content(row["change"]["after"])) in before
    ]
