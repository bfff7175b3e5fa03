"""Private hosted zones, merged from several answers of Route 53.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByVPC.html
"""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from skerry.errors import InputError
from skerry.model.endpoints import RecordSet, Zone
from skerry.net.dns_names import DnsName
from skerry.sources.merging import Rows


class RecordPage(msgspec.Struct, frozen=True, gc=False):
    """A page of record sets: the last of its zone or not, damaged or not."""

    last: bool
    damaged: bool


class ZoneParts:
    """A collector of the names, associations and records of zones."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._names: dict[str, str] = {}
        self._vpcs: dict[str, set[str]] = {}
        self._records: dict[str, tuple[RecordSet, ...]] = {}
        self._damaged: set[str] = set()
        self._ended: set[str] = set()
        self._public: set[str] = set()
        self._services: dict[str, str] = {}
        self._apexes: dict[str, set[str]] = {}
        self._described_in: dict[str, str] = {}
        self._recorded_in: dict[str, str] = {}
        self._lists: list[tuple[str | None, bool]] = []
        self._of_plain_lists: list[str] = []
        self._unclaimed: list[tuple[str, tuple[RecordSet, ...], str, RecordPage]] = []

    def add_zone(self, zone_id: str, name: DnsName, document: str, service: str | None = None) -> None:
        """Add a private zone; ``service``: the AWS service that owns it."""
        self._names[_bare(zone_id)] = name.plain
        self._described_in.setdefault(_bare(zone_id), document)
        if service is not None:
            self._services[_bare(zone_id)] = service

    def add_public_zone(self, name: DnsName) -> None:
        """Add a public zone: its records are no private answers."""
        self._public.add(name.plain)

    def add_list(self, vpc_id: str | None, *, partial: bool) -> None:
        """Add a list of a VPC's zones; without a VPC, the answer does not name its call."""
        self._lists.append((vpc_id, partial))

    def associate(self, zone_id: str, vpc_id: str | None) -> None:
        """Add an association of the zone with a VPC; without a VPC, with that of the answers, if they have one VPC."""
        if vpc_id is None:
            self._of_plain_lists.append(_bare(zone_id))
        else:
            self._vpcs.setdefault(_bare(zone_id), set()).add(vpc_id)

    def settle(self, vpc_ids: Sequence[str]) -> None:
        """Complete the lists of zones: a list that names no VPC is about the only VPC of the answers."""
        only = vpc_ids[0] if len(vpc_ids) == 1 else None
        for vpc_id, partial in self._lists:
            scope = vpc_id or only
            if scope is None:
                self._rows.add_partial_list("zones")
            else:
                self._rows.add_page("zones", scope, partial=partial)
        if only is not None:
            for zone_id in self._of_plain_lists:
                self.associate(zone_id, only)

    def add_records(self, records: tuple[RecordSet, ...], zone_id: str | None, name: str, page: RecordPage) -> None:
        """Add record sets of a zone; without a zone id, their SOA and NS records identify it."""
        apex = _apexes(records)
        if zone_id is not None:
            self._claim(_bare(zone_id), records, name, page)
            self._apexes.setdefault(_bare(zone_id), set()).update(apex)
            return
        if len(apex) != 1:
            message = f"{name}: record sets of a hosted zone, but not of which one"
            raise InputError(message, "Save all record sets, SOA and NS too, or wrap the answer with its call.")
        self._unclaimed.append((apex.pop(), records, name, page))

    def _claim(self, zone_id: str, records: tuple[RecordSet, ...], name: str, page: RecordPage) -> None:
        self._records[zone_id] = self._records.get(zone_id, ()) + records
        self._recorded_in.setdefault(zone_id, name)
        if page.last:
            self._ended.add(zone_id)
        if page.damaged:
            self._damaged.add(zone_id)

    def _name_unlisted(self) -> None:
        """Name the zones with records but without a listed name, as after a refused list.

        Without SOA and NS records a zone may answer for any name.
        """
        for zone_id in self._records.keys() - self._names.keys():
            apexes = self._apexes.get(zone_id, set())
            apex = next(iter(apexes)) if len(apexes) == 1 else ""
            if apex not in self._public:
                self._names[zone_id] = apex

    def build_zones(self) -> tuple[Zone, ...]:
        """Return the zones; raises `InputError` if record sets fit several zones of one name."""
        for apex, records, name, page in self._unclaimed:
            fitting = [zone_id for zone_id, zone_name in self._names.items() if zone_name == apex]
            namesakes = len(fitting) + (apex in self._public)
            if fitting and namesakes > 1:
                message = f"{name}: record sets of {apex}, but {namesakes} zones have that name"
                raise InputError(message, "Wrap the answer with its call, which names the zone.")
            if not fitting and apex in self._public:
                continue
            # Without a list of zones the records may belong to a public zone: the VPCs stay unknown.
            zone_id = fitting[0] if fitting else apex
            self._names.setdefault(zone_id, apex)
            self._claim(zone_id, records, name, page)
        self._name_unlisted()
        for zone_id in self._names:
            self._rows.add_origin("zones", zone_id, self._described_in.get(zone_id) or self._recorded_in[zone_id])
        return tuple(
            Zone(
                zone_id=zone_id,
                name=zone_name,
                vpc_ids=tuple(sorted(self._vpcs[zone_id])) if zone_id in self._vpcs else UNSET,
                records=self._records.get(zone_id, UNSET),
                whole=zone_id in self._ended - self._damaged,
                service=self._services.get(zone_id),
            )
            for zone_id, zone_name in self._names.items()
        )


def _apexes(records: tuple[RecordSet, ...]) -> set[str]:
    """Return the zone names of record sets, from their SOA records, else from their NS records.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html
    """
    named = {
        kind: {record_set.name.plain for record_set in records if record_set.type == kind} for kind in ("SOA", "NS")
    }
    return named["SOA"] or named["NS"]


def _bare(zone_id: str) -> str:
    return zone_id.removeprefix("/hostedzone/")
