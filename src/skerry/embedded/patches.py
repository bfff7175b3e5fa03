"""All patches of moto, in the order of their application."""

from skerry.embedded import (
    acl_entries,
    callers,
    dependencies,
    ec2_requests,
    ecr_images,
    ecs,
    efs_and_kms,
    empty_answers,
    group_rule_records,
    group_rules,
    nat_gateways,
    network_interfaces,
    quotas,
    routes,
    service_revisions,
    transit_gateways,
    vpc,
    vpc_endpoints,
)
from skerry.embedded.ecs import freeze_tasks

__all__ = ["PATCHES", "freeze_tasks"]

_GATEWAYS = (nat_gateways, transit_gateways)
_NETWORK = (vpc, network_interfaces, vpc_endpoints, dependencies, group_rule_records, group_rules, routes, acl_entries)
_SERVICES = (callers, ecs, service_revisions, ecr_images, efs_and_kms, empty_answers, quotas)

# The checks of every request come last, so that they are made before all others.
PATCHES = tuple(patch for module in (*_NETWORK, *_GATEWAYS, *_SERVICES, ec2_requests) for patch in module.CORRECTIONS)
"""The patches."""
