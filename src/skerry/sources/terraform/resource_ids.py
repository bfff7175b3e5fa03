"""Ids and ARNs in place of those that AWS gives at the apply: digests of addresses, always the same."""

from collections.abc import Mapping
from typing import Final

import msgspec

from skerry.sources.planned.made_by_aws import digest_of, prefix_list_id_of
from skerry.sources.planned.values import UNKNOWN, Value
from skerry.sources.terraform.values import Instance

_PREFIXES: Final = {
    "aws_default_network_acl": "acl",
    "aws_default_route_table": "rtb",
    "aws_default_security_group": "sg",
    "aws_egress_only_internet_gateway": "eigw",
    "aws_eip": "eipalloc",
    "aws_internet_gateway": "igw",
    "aws_nat_gateway": "nat",
    "aws_network_acl": "acl",
    "aws_network_interface": "eni",
    "aws_route_table": "rtb",
    "aws_security_group": "sg",
    "aws_subnet": "subnet",
    "aws_vpc": "vpc",
    "aws_vpc_dhcp_options": "dopt",
    "aws_vpc_endpoint": "vpce",
    "aws_vpc_peering_connection": "pcx",
}
_PARTS_OF_VPC: Final = {
    "default_network_acl_id": "acl",
    "default_route_table_id": "rtb",
    "default_security_group_id": "sg",
    "main_route_table_id": "rtb",
}
_ARNS: Final = {
    "aws_cloudwatch_log_group": "logs:{region}:{account}:log-group:{name}",
    "aws_ecr_repository": "ecr:{region}:{account}:repository/{name}",
    "aws_ecs_cluster": "ecs:{region}:{account}:cluster/{name}",
    "aws_ecs_task_definition": "ecs:{region}:{account}:task-definition/{name}:1",
    "aws_iam_policy": "iam::{account}:policy/{name}",
    "aws_iam_role": "iam::{account}:role/{name}",
    "aws_kms_key": "kms:{region}:{account}:key/{digest}",
    "aws_s3_bucket": "s3:::{name}",
    "aws_secretsmanager_secret": "secretsmanager:{region}:{account}:secret:{name}-AAAAAA",
    "aws_ssm_parameter": "ssm:{region}:{account}:parameter/{name}",
}
"""https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"""
_ARN_IS_ID: Final = {"aws_ecs_cluster", "aws_iam_policy", "aws_secretsmanager_secret"}
_NAME_IS_ID: Final = {"aws_cloudwatch_log_group", "aws_ecr_repository", "aws_iam_role", "aws_ssm_parameter"}
_NAMES: Final = ("name", "family", "bucket")


def arn_of_type(kind: str, region: str, account: str, name: str = "made-up") -> str:
    """Return a well-formed ARN of a type of resource."""
    form = _ARNS.get(kind, f"mock:{{region}}:{{account}}:{kind}/{{name}}")
    return f"arn:aws:{form.format(region=region, account=account, name=name, digest=digest_of(kind))}"


def made_up_values(instance: Instance, region: str, account: str, partition: str = "aws") -> Mapping[str, Value]:
    """Return the id, the ARN and the names that AWS will give an instance."""
    digest = digest_of(instance.address)
    name = next((text for key in _NAMES if isinstance(text := instance.get(key), str)), f"made-{digest}")
    values: dict[str, Value] = {}
    if instance.type in _ARNS:
        tail = _ARNS[instance.type].format(region=region, account=account, name=name.lstrip("/"), digest=digest)
        values["arn"] = f"arn:{partition}:{tail if instance.type != 'aws_cloudwatch_log_group' else _logs(tail, name)}"
    if instance.type == "aws_ecr_repository":
        values["repository_url"] = f"{account}.dkr.ecr.{region}.amazonaws.com/{name}"
    if instance.type == "aws_vpc":
        values |= {key: f"{prefix}-{digest}" for key, prefix in _PARTS_OF_VPC.items()}
    service = instance.get("service_name")
    if instance.type == "aws_vpc_endpoint" and isinstance(service, str):
        values["prefix_list_id"] = prefix_list_id_of(service)
    values["id"] = _id_of(instance, digest, name, values)
    if instance.type == "aws_kms_key":
        values["key_id"] = values["id"]
    return values


def with_made_up(instance: Instance, region: str, account: str) -> Instance:
    """Return an instance with made-up values in place of those that are not known."""
    made_up = made_up_values(instance, region, account).items()
    missing = {key: value for key, value in made_up if instance.values.get(key) in (None, UNKNOWN, "")}
    return msgspec.structs.replace(instance, values={**instance.values, **missing})


def _logs(tail: str, name: str) -> str:
    """Return the end of a log group's ARN, with the slash that names begin with."""
    return f"{tail.rpartition(':')[0]}:{name}"


def _id_of(instance: Instance, digest: str, name: str, values: Mapping[str, Value]) -> Value:
    if instance.type in _ARN_IS_ID:
        return values["arn"]
    if instance.type in _NAME_IS_ID:
        return name
    return f"{_PREFIXES.get(instance.type, instance.type.removeprefix('aws_').replace('_', '-'))}-{digest}"
