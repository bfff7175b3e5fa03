"""Checks: problems that do not block a start but should be fixed. One check a file; `CHECKS` names them all."""

import msgspec

from skerry.checks.block_public_access import block_public_access
from skerry.checks.check import Check, CheckContext
from skerry.checks.custom_dns_servers import custom_dns_servers
from skerry.checks.endpoint_default_group import endpoint_default_group
from skerry.checks.endpoint_in_one_zone import endpoint_in_one_zone
from skerry.checks.endpoint_not_in_zone import endpoint_not_in_zone
from skerry.checks.endpoint_open_ports import endpoint_open_ports
from skerry.checks.endpoint_wide_policy import endpoint_wide_policy
from skerry.checks.execution_role_lacks import execution_role_lacks
from skerry.checks.execution_role_too_wide import execution_role_too_wide
from skerry.checks.global_names import global_names
from skerry.checks.guardduty_agent import guardduty_agent
from skerry.checks.names_diverted import names_diverted
from skerry.checks.plaintext_secrets import plaintext_secrets
from skerry.checks.public_address_without_route import public_address_without_route
from skerry.checks.pull_through_cache import pull_through_cache
from skerry.checks.service_default_group import service_default_group
from skerry.checks.tag_not_held import tag_not_held
from skerry.checks.too_few_addresses import too_few_addresses
from skerry.checks.zone_to_choose import zone_to_choose
from skerry.diagnose.diagnosis import Diagnosis, Finding
from skerry.model.world import World

CHECKS: tuple[Check, ...] = (
    block_public_access,
    custom_dns_servers,
    endpoint_default_group,
    endpoint_in_one_zone,
    endpoint_not_in_zone,
    endpoint_open_ports,
    endpoint_wide_policy,
    execution_role_lacks,
    execution_role_too_wide,
    global_names,
    guardduty_agent,
    names_diverted,
    plaintext_secrets,
    public_address_without_route,
    pull_through_cache,
    service_default_group,
    tag_not_held,
    too_few_addresses,
    zone_to_choose,
)


def run(world: World, diagnosis: Diagnosis) -> tuple[Finding, ...]:
    """Run every check; findings that differ only in their service are one."""
    subject = CheckContext(world, diagnosis)
    merged: dict[tuple[str, str, str], Finding] = {}
    for check in CHECKS:
        for finding in check(subject):
            key = (finding.id, finding.resource, finding.message)
            earlier = merged.get(key)
            services = (earlier.services if earlier else ()) + finding.services
            merged[key] = msgspec.structs.replace(finding, services=tuple(dict.fromkeys(services)))
    return tuple(merged.values())
