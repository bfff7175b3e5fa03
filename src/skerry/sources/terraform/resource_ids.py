"""Ids and ARNs in place of those that AWS gives at the apply: digests of addresses, always the same."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from skerry.sources.planned.made_by_aws import digest_of, endpoint_dns_name, prefix_list_id_of
from skerry.sources.planned.values import UNKNOWN, Value
from skerry.sources.terraform.values import Instance

_PREFIXES: Final = {
    "aws_default_network_acl": "acl",
    "aws_default_route_table": "rtb",
    "aws_default_security_group": "sg",
    "aws_ec2_managed_prefix_list": "pl",
    "aws_ec2_transit_gateway": "tgw",
    "aws_ec2_transit_gateway_route_table": "tgw-rtb",
    "aws_ec2_transit_gateway_vpc_attachment": "tgw-attach",
    "aws_efs_access_point": "fsap",
    "aws_efs_file_system": "fs",
    "aws_efs_mount_target": "fsmt",
    "aws_egress_only_internet_gateway": "eigw",
    "aws_eip": "eipalloc",
    "aws_instance": "i",
    "aws_internet_gateway": "igw",
    "aws_nat_gateway": "nat",
    "aws_network_acl": "acl",
    "aws_network_interface": "eni",
    "aws_route53_resolver_endpoint": "rslvr-in",
    "aws_route53_resolver_firewall_domain_list": "rslvr-fdl",
    "aws_route53_resolver_firewall_rule_group": "rslvr-frg",
    "aws_route53_resolver_firewall_rule_group_association": "rslvr-frgassoc",
    "aws_route53_resolver_rule": "rslvr-rr",
    "aws_route53_resolver_rule_association": "rslvr-rrassoc",
    "aws_route_table": "rtb",
    "aws_security_group": "sg",
    "aws_service_discovery_private_dns_namespace": "ns",
    "aws_subnet": "subnet",
    "aws_vpc": "vpc",
    "aws_vpc_block_public_access_exclusion": "vpcbpa-exclude",
    "aws_vpc_dhcp_options": "dopt",
    "aws_vpc_endpoint": "vpce",
    "aws_vpc_ipv4_cidr_block_association": "vpc-cidr-assoc",
    "aws_vpc_peering_connection": "pcx",
    "aws_vpn_gateway": "vgw",
}
_PARTS_OF_VPC: Final = {
    "default_network_acl_id": "acl",
    "default_route_table_id": "rtb",
    "default_security_group_id": "sg",
    "main_route_table_id": "rtb",
}
_ARNS: Final = {
    "aws_batch_compute_environment": "batch:{region}:{account}:compute-environment/{name}",
    "aws_batch_job_definition": "batch:{region}:{account}:job-definition/{name}:1",
    "aws_batch_job_queue": "batch:{region}:{account}:job-queue/{name}",
    "aws_cloudwatch_event_rule": "events:{region}:{account}:rule/{name}",
    "aws_cloudwatch_log_group": "logs:{region}:{account}:log-group:{name}",
    "aws_ecr_repository": "ecr:{region}:{account}:repository/{name}",
    "aws_ecs_cluster": "ecs:{region}:{account}:cluster/{name}",
    "aws_ecs_task_definition": "ecs:{region}:{account}:task-definition/{name}:1",
    "aws_efs_access_point": "elasticfilesystem:{region}:{account}:access-point/fsap-{digest}",
    "aws_efs_file_system": "elasticfilesystem:{region}:{account}:file-system/fs-{digest}",
    "aws_iam_policy": "iam::{account}:policy/{name}",
    "aws_iam_role": "iam::{account}:role/{name}",
    "aws_kms_key": "kms:{region}:{account}:key/{digest}",
    "aws_s3_bucket": "s3:::{name}",
    "aws_scheduler_schedule": "scheduler:{region}:{account}:schedule/default/{name}",
    "aws_secretsmanager_secret": "secretsmanager:{region}:{account}:secret:{name}-AAAAAA",
    "aws_ssm_parameter": "ssm:{region}:{account}:parameter/{name}",
}
"""https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"""
_ARN_IS_ID: Final = {"aws_batch_job_queue", "aws_ecs_cluster", "aws_iam_policy", "aws_secretsmanager_secret"}
_ARN_IS_ID_OF: Final = (
    *("aws_acm_certificate", "aws_acmpca_", "aws_alb", "aws_globalaccelerator_", "aws_kinesis_", "aws_lb"),
    *("aws_sfn_", "aws_sns_topic"),
)
"""The beginnings of further types with an ARN as their id."""
_NAME_IS_ID: Final = {
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_log_group",
    "aws_ecr_repository",
    "aws_iam_role",
    "aws_ssm_parameter",
}
_NAMES: Final = ("name", "family", "bucket", "compute_environment_name")


def arn_of_type(kind: str, region: str, account: str, name: str = "made-up") -> str:
    """Return a well-formed ARN of a type of resource."""
    form = _ARNS.get(kind, f"mock:{{region}}:{{account}}:{kind}/{{name}}")
    return f"arn:aws:{form.format(region=region, account=account, name=name, digest=digest_of(kind))}"


def has_arn_as_id(kind: str) -> bool:
    """Return whether the id of a type is its ARN."""
    return kind in _ARN_IS_ID or kind.startswith(_ARN_IS_ID_OF)


def made_up_values(instance: Instance, region: str, account: str, partition: str = "aws") -> Mapping[str, Value]:
    """Return the id, the ARN and the names that AWS will give an instance, as far as others refer to them."""
    digest = digest_of(instance.address)
    name = next((text for key in _NAMES if isinstance(text := instance.get(key), str)), f"made-{digest}")
    values: dict[str, Value] = {"arn": f"arn:{partition}:made-up:{region}:{account}:{instance.type}/{digest}"}
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
    return values | _further_values(instance, digest, values["id"])


def _further_values(instance: Instance, digest: str, identifier: str) -> dict[str, Value]:
    """Return further ids of an instance, and its computed lists: code takes elements of them."""
    service = instance.get("service_name")
    match instance.type:
        case "aws_kms_key":
            return {"key_id": identifier}
        case "aws_route53_zone":
            return {"zone_id": identifier}
        case "aws_instance":
            return {"primary_network_interface_id": f"eni-{digest}"}
        case "aws_efs_mount_target":
            return {"network_interface_id": f"eni-{digest}"}
        case "aws_ec2_transit_gateway":
            names = ("association_default_route_table_id", "propagation_default_route_table_id")
            return dict.fromkeys(names, f"tgw-rtb-{digest}")
        case "aws_networkfirewall_firewall":
            return {"firewall_status": [{"sync_states": list(_firewall_endpoints(instance))}]}
        case "aws_vpc" if instance.get("assign_generated_ipv6_cidr_block") is True:
            return {"ipv6_cidr_block": f"2001:db8:{digest[:4]}:{digest[4:6]}00::/56"}
        case "aws_vpc_endpoint" if isinstance(service, str):
            return {"dns_entry": [{"dns_name": endpoint_dns_name(identifier, service), "hosted_zone_id": "ZMADEUP"}]}
        case _:
            return {}


def _firewall_endpoints(firewall: Instance) -> Iterator[dict[str, Value]]:
    """Yield the state of a firewall in each of its subnets, with the endpoint that AWS makes there."""
    mappings = firewall.get("subnet_mapping", [])
    for mapping in mappings if isinstance(mappings, list) else ():
        subnet = mapping.get("subnet_id") if isinstance(mapping, dict) else None
        name = f"vpce-{digest_of(f'{firewall.address} {subnet}')}"
        yield {"availability_zone": "", "attachment": [{"endpoint_id": name, "subnet_id": str(subnet)}]}


def with_made_up(instance: Instance, region: str, account: str) -> Instance:
    """Return an instance with made-up values in place of those that are not known."""
    made_up = made_up_values(instance, region, account).items()
    missing = {key: value for key, value in made_up if instance.values.get(key) in (None, UNKNOWN, "")}
    return msgspec.structs.replace(instance, values={**instance.values, **missing})


def _logs(tail: str, name: str) -> str:
    """Return the end of a log group's ARN, with the slash that names begin with."""
    return f"{tail.rpartition(':')[0]}:{name}"


def _id_of(instance: Instance, digest: str, name: str, values: Mapping[str, Value]) -> Value:
    if has_arn_as_id(instance.type):
        return values["arn"]
    if instance.type in _NAME_IS_ID:
        return name
    if instance.type == "aws_route53_zone":
        return f"Z{digest.upper()}"
    return f"{_PREFIXES.get(instance.type, instance.type.removeprefix('aws_').replace('_', '-'))}-{digest}"
