"""Calls whose answers may decide about launches with missing facts, in one list.

A missing fact hides others: without a subnet its VPC is not known, and without a VPC neither its endpoints.
"""

from collections.abc import Iterable

from skerry.diagnose.diagnosis import ServiceDiagnosis
from skerry.model.record_kinds import ACTIONS
from skerry.model.world import World

# Every path through a VPC depends on these.
_OF_EVERY_VPC = (
    "vpcs",
    "vpc_attributes",
    "dhcp_options",
    "subnets",
    "route_tables",
    "security_groups",
    "network_acls",
    "vpc_endpoints",
    "network_interfaces",
    "prefix_lists",
    "internet_gateways",
    "nat_gateways",
)


def missing_reads_of(world: World, services: Iterable[ServiceDiagnosis]) -> tuple[str, ...]:
    """Return the calls for missing facts, and the calls about the network without any answer."""
    supplies = {action for service in services for action in service.missing_actions if action}
    if not supplies:
        return ()
    asked = world.facts.completeness.asked
    unread = {ACTIONS[kind] for kind in _OF_EVERY_VPC if kind not in asked and not getattr(world.facts, kind)}
    refused = {refusal.action for refusal in world.facts.refused}
    return tuple(sorted(supplies | (unread - refused)))
