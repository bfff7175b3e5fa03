"""Every case, in the order of the table."""

from bench.faults.cases import Case
from bench.faults.families import (
    acls,
    egress,
    endpoints,
    groups,
    internet,
    launches,
    names,
    nat,
    peering,
    placement,
    policies,
    routes,
    runtime,
    several,
    sound,
    transit,
    unknown,
)

CASES: tuple[Case, ...] = (
    *names.CASES,
    *endpoints.CASES,
    *groups.CASES,
    *egress.CASES,
    *acls.CASES,
    *routes.CASES,
    *nat.CASES,
    *internet.CASES,
    *peering.CASES,
    *transit.CASES,
    *placement.CASES,
    *launches.CASES,
    *runtime.CASES,
    *policies.CASES,
    *several.CASES,
    *sound.CASES,
    *unknown.CASES,
)
