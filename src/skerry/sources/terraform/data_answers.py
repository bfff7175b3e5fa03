"""Answers of data sources while Terraform resolves a configuration: marks for all that only AWS knows.

A lookup of a resource of the same configuration is answered with it.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from skerry.sources.planned.made_by_aws import prefix_list_id_of
from skerry.sources.planned.values import UNKNOWN
from skerry.sources.terraform.policy_documents import marked_policy
from skerry.sources.terraform.resource_ids import arn_of_type, made_up_values
from skerry.sources.terraform.values import Instance

ABSENT: Final = "skerry-absent"
"""A text that comes back only where an argument is absent: a configured value goes before an override."""
LATER: Final = "skerry-known-after-apply"
"""A text of a data source's answer, which only AWS knows."""
LATER_BLOCK: Final = "192.0.2."
"""The beginning of such an answer that is a block: no network has it. https://www.rfc-editor.org/rfc/rfc5737"""
_SECRET: Final = json.dumps(
    dict.fromkeys(("dbname", "engine", "host", "password", "username"), LATER) | {"port": 65535}
)
"""In place of a secret that code takes apart, by the keys of AWS's own secrets of databases.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
"""
_POLICY: Final = json.dumps({"Version": "2012-10-17", "Statement": [], "Id": ABSENT})
_KEYS: Final = {
    "aws_cloudwatch_log_group": {"name": "name"},
    "aws_ecr_repository": {"name": "name"},
    "aws_ecs_cluster": {"cluster_name": "name"},
    "aws_ecs_task_definition": {"task_definition": "family"},
    "aws_iam_role": {"name": "name"},
    "aws_route_table": {"route_table_id": "id"},
    "aws_secretsmanager_secret": {"arn": "arn", "name": "name"},
    "aws_security_group": {"id": "id", "name": "name"},
    "aws_subnet": {"id": "id"},
    "aws_vpc": {"id": "id"},
}
"""The arguments by which a data source names one resource, with the attribute of the resource."""


class DataAnswers:
    """The answers from the instances of an earlier run, with AWS's values at random."""

    def __init__(self, instances: Iterable[Instance], region: str, account: str) -> None:
        self._region, self._account = region, account
        self._managed = [instance for instance in instances if instance.mode == "managed"]
        self._names = _by_earlier_value(self._managed, region, account)

    def of(self, source: Instance) -> Mapping[str, Any]:
        """Return the values of a data source that follow from its arguments; none if they do not."""
        if source.type == "aws_iam_policy_document":
            return {"json": marked_policy(source.address)}
        name = source.get("name")
        if source.type in {"aws_ec2_managed_prefix_list", "aws_prefix_list"} and isinstance(name, str):
            return {"id": prefix_list_id_of(name)}
        service = source.get("service")
        if source.type == "aws_vpc_endpoint_service" and isinstance(service, str):
            name = f"com.amazonaws.{self._region}.{service}"
            zones = _zones_of(self._region)
            return {"service_name": name, "availability_zones": zones, "supported_ip_address_types": ["ipv4"]}
        return self._of_own_resource(source)

    def _of_own_resource(self, source: Instance) -> Mapping[str, Any]:
        for argument, attribute in _KEYS.get(source.type, {}).items():
            value = source.get(argument)
            rows = [row for row in self._managed if row.type == source.type and row.get(attribute) == value]
            if isinstance(value, str) and len(rows) == 1:
                values = {key: self._later(value) for key, value in rows[0].values.items() if value is not UNKNOWN}
                return {**values, **made_up_values(rows[0], self._region, self._account)}
        return {}

    def _later(self, value: Any) -> Any:  # noqa: ANN401 -- JSON
        """Return a value with the ids of the next run in place of the earlier ones."""
        if isinstance(value, str):
            return self._names.get(value, value)
        if isinstance(value, dict):
            return {key: self._later(inner) for key, inner in value.items()}
        return [self._later(inner) for inner in value] if isinstance(value, list) else value


def _by_earlier_value(managed: Iterable[Instance], region: str, account: str) -> dict[str, str]:
    """Return the ids of the next run by those of the earlier one; an ARN that several instances had is left out."""
    names: dict[str, str] = {}
    twice: set[str] = set()
    for instance in managed:
        for key, value in made_up_values(instance, region, account).items():
            earlier = instance.values.get(key)
            if isinstance(earlier, str) and isinstance(value, str):
                twice |= {earlier} if names.get(earlier, value) != value else set()
                names[earlier] = value
    return {earlier: value for earlier, value in names.items() if earlier not in twice}


def unknown_answers(types: Iterable[str], region: str, account: str, *, marks_lists: bool) -> dict[str, Any]:
    """Return answers that come back as unknown values, by type: a mock's texts are random, and its lists empty."""
    unknown = {
        kind: {
            "defaults": {
                "arn": arn_of_type(kind, region, account, LATER),
                "cidr_block": f"{LATER_BLOCK}0/24",
                "id": LATER,
                "ids": [LATER] if marks_lists else [],
                "vpc_id": LATER,
            }
        }
        for kind in sorted(types)
    }
    zones = _zones_of(region)
    return unknown | {
        "aws_availability_zones": {"defaults": {"names": zones, "zone_ids": [f"{zone}-id" for zone in zones]}},
        "aws_caller_identity": {"defaults": {"account_id": account, "id": account}},
        "aws_iam_policy_document": {"defaults": {"json": _POLICY}},
        "aws_partition": {"defaults": {"partition": "aws", "dns_suffix": "amazonaws.com", "id": "aws"}},
        "aws_region": {"defaults": {"name": region, "id": region, "region": region}},
        "aws_secretsmanager_secret_version": {"defaults": {"arn": LATER, "secret_id": LATER, "secret_string": _SECRET}},
        # The attributes are for the conditions of modules alone: no record is made of what a data source reads.
        "aws_vpc": {
            "defaults": {
                "cidr_block": f"{LATER_BLOCK}0/24",
                "enable_dns_hostnames": True,
                "enable_dns_support": True,
                "id": LATER,
            }
        },
        "aws_vpc_endpoint_service": {
            "defaults": {"availability_zones": zones, "service_name": ABSENT, "supported_ip_address_types": ["ipv4"]}
        },
    }


def _zones_of(region: str) -> list[str]:
    """Return names of zones: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html."""
    return [f"{region}{letter}" for letter in "abc"]
