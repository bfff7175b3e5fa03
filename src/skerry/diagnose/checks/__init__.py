"""Checks: what no verdict stops at, and yet should not stay. One check a file; `CHECKS` names them all."""

from skerry.diagnose.checks.check import Check, Subject
from skerry.diagnose.checks.endpoint_default_group import endpoint_default_group
from skerry.diagnose.checks.endpoint_not_in_zone import endpoint_not_in_zone
from skerry.diagnose.checks.endpoint_open_ports import endpoint_open_ports
from skerry.diagnose.checks.public_address_without_route import public_address_without_route
from skerry.diagnose.checks.service_default_group import service_default_group
from skerry.diagnose.diagnosis import Diagnosis, Finding
from skerry.model.world import World

CHECKS: tuple[Check, ...] = (
    endpoint_default_group,
    endpoint_not_in_zone,
    endpoint_open_ports,
    public_address_without_route,
    service_default_group,
)


def run(world: World, diagnosis: Diagnosis) -> tuple[Finding, ...]:
    """Run every check; findings that differ only in their service are one."""
    subject = Subject(world, diagnosis)
    merged: dict[tuple[str, str, str], Finding] = {}
    for check in CHECKS:
        for finding in check(subject):
            key = (finding.id, finding.resource, finding.message)
            known = merged.get(key)
            services = (known.services if known else ()) + finding.services
            merged[key] = Finding(
                finding.id, finding.severity, finding.message, finding.resource, tuple(dict.fromkeys(services))
            )
    return tuple(merged.values())
