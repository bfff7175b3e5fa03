"""The private hosted zones after a change."""

from typing import assert_never

from msgspec import UNSET
from msgspec.structs import replace

from skerry.model.endpoints import AliasTarget, RecordSet, Zone
from skerry.model.facts import Facts
from skerry.net.dns_names import DnsName
from skerry.plan.changes import AddZoneRecord, AssociateZone


def with_zone_change(facts: Facts, change: AssociateZone | AddZoneRecord) -> Facts:
    """Return the facts with a zone associated, or with a new record in a zone."""
    match change:
        case AssociateZone():
            return replace(facts, zones=tuple(_associated(zone, change) for zone in facts.zones))
        case AddZoneRecord():
            return replace(facts, zones=_with_record(facts.zones, change))
        case _:
            assert_never(change)


def _associated(zone: Zone, change: AssociateZone) -> Zone:
    if zone.zone_id != change.zone_id:
        return zone
    earlier = () if zone.vpc_ids is UNSET else zone.vpc_ids
    return replace(zone, vpc_ids=(*earlier, change.vpc_id))


def _with_record(zones: tuple[Zone, ...], change: AddZoneRecord) -> tuple[Zone, ...]:
    alias = RecordSet(name=DnsName(change.name), type="A", alias_target=AliasTarget(dns_name=DnsName(change.target)))
    if all(zone.zone_id != change.zone_id for zone in zones):
        return (*zones, Zone(change.zone_id, change.zone_name, (change.vpc_id,), (alias,)))
    return tuple(
        replace(zone, records=(*(() if zone.records is UNSET else zone.records), alias))
        if zone.zone_id == change.zone_id
        else zone
        for zone in zones
    )
