"""Private hosted zones with their VPCs and records.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route53_zone
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from skerry.sources.planned.values import UNKNOWN, Value, is_known, known_row
from skerry.sources.terraform.configuration import Configuration, group_by
from skerry.sources.terraform.values import Instance, first_block, texts_of

_LATER: Final = "known-after-apply"
_CLOUD_MAP: Final = "aws_service_discovery_private_dns_namespace"
"""A namespace makes a zone: https://docs.aws.amazon.com/cloud-map/latest/dg/working-with-namespaces.html."""
_PROFILES: Final = "aws_route53profiles_association"
_ADDRESSES: Final = {"A", "AAAA", "CNAME"}


def write_private_zones(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the zones of each new VPC, all VPCs of each zone, and the records of each zone."""
    zones = {_id_of(zone): zone for zone in configuration.of("aws_route53_zone")}
    vpcs, is_loose = _vpcs_by_zone(configuration, zones)
    is_open = is_loose or bool(configuration.types & {_PROFILES})
    namespaces = [(f"Z{row.id}", row) for row in configuration.of(_CLOUD_MAP)]
    named = [*zones.items(), *namespaces]
    vpcs |= {name: {row.get("vpc")} - {None, UNKNOWN} for name, row in namespaces}
    for vpc in sorted(configuration.new_vpcs):
        rows = [
            {"HostedZoneId": name, "Name": _absolute(zone), "Owner": _owner(configuration)}
            for name, zone in named
            if vpc in vpcs.get(name, ()) or zone.get("vpc") == vpc
        ]
        call = {"VPCId": vpc, "VPCRegion": configuration.region}
        more = {"NextToken": _LATER} if is_open else {}
        yield f"zones of {vpc}", _wrap("ListHostedZonesByVPC", call, {"HostedZoneSummaries": rows, **more})
    for name, zone in named:
        if vpcs[name]:
            yield f"zone {name}", _described(name, zone, sorted(vpcs[name]), configuration.region)
    records, has_loose = group_by(configuration.of("aws_route53_record"), "zone_id")
    for name, zone in zones.items():
        if vpcs[name]:
            yield from _records(name, zone, records.get(name, []), is_whole=zone.is_new and not has_loose)
    for name, row in namespaces:
        # Services register their instances later: the names in it are not known.
        yield from _records(name, row, [], is_whole=False)


def _id_of(zone: Instance) -> str:
    return str(zone.get("zone_id", zone.id)) if zone.get("zone_id") is not UNKNOWN else zone.id


def _described(name: str, zone: Instance, vpcs: list[str], region: str) -> dict[str, Any]:
    """Return a zone as GetHostedZone prints it."""
    return {
        "HostedZone": {"Id": name, "Name": _absolute(zone), "Config": {"PrivateZone": True}},
        "VPCs": [{"VPCId": vpc, "VPCRegion": region} for vpc in vpcs],
    }


def _absolute(zone: Instance) -> str:
    return f"{str(zone.get('name')).rstrip('.')}."


def _owner(configuration: Configuration) -> dict[str, str]:
    return {"OwningAccount": configuration.account}


def _wrap(operation: str, parameters: Mapping[str, Value], response: Mapping[str, Value]) -> dict[str, Any]:
    return {"Call": {"operation": f"route53:{operation}", "parameters": parameters}, "Response": response}


def _vpcs_by_zone(configuration: Configuration, zones: Mapping[str, Instance]) -> tuple[dict[str, set[str]], bool]:
    """Return the VPCs of each zone, by its blocks and by single associations, and whether some are not known."""
    added, is_loose = group_by(configuration.of("aws_route53_zone_association"), "zone_id")
    vpcs: dict[str, set[str]] = {}
    for name, zone in zones.items():
        blocks = zone.get("vpc", [])
        inline = [UNKNOWN] if blocks is UNKNOWN else [_vpc_of(block) for block in blocks]
        names = [*inline, *(row.get("vpc_id", UNKNOWN) for row in added.get(name, ()))]
        is_loose = is_loose or UNKNOWN in names or zone.get("name") is UNKNOWN
        vpcs[name] = {str(vpc) for vpc in names if vpc is not UNKNOWN}
    is_loose = is_loose or any(row.get("vpc", UNKNOWN) is UNKNOWN for row in configuration.of(_CLOUD_MAP))
    return vpcs, is_loose or bool(added.keys() - zones.keys())


def _vpc_of(block: Value) -> Value:
    return UNKNOWN if block is UNKNOWN else block.get("vpc_id", UNKNOWN)


def _records(
    name: str, zone: Instance, records: list[Instance], *, is_whole: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    domain = str(zone.get("name", "")).rstrip(".")
    rows = [_record_set(domain, record) for record in records]
    more = {} if is_whole and is_known(rows) else {"IsTruncated": True}
    listed = {"ResourceRecordSets": [row for row in rows if row is not UNKNOWN], **more}
    yield f"records of {name}", _wrap("ListResourceRecordSets", {"HostedZoneId": name}, listed)


def _record_set(domain: str, record: Instance) -> Value:
    """Return a record set; `UNKNOWN` if a part is, because a part alone would answer otherwise."""
    name, kind = record.get("name", domain), record.get("type", UNKNOWN)
    alias, values = first_block(record.get("alias")), texts_of(record.get("records"))
    weighted = first_block(record.get("weighted_routing_policy"))
    if UNKNOWN in (name, kind, values, weighted) or not is_known(alias):
        return UNKNOWN
    absolute = str(name).rstrip(".")
    # A name outside of the zone is below it: the provider adds the zone's name.
    absolute = absolute if f".{absolute}".endswith(f".{domain}") else f"{absolute}.{domain}"
    row: dict[str, Value] = {"Name": f"{absolute}.", "Type": kind}
    if alias is not None:
        row["AliasTarget"] = known_row(
            {
                "DNSName": str(alias.get("name")),
                "HostedZoneId": alias.get("zone_id"),
                "EvaluateTargetHealth": bool(alias.get("evaluate_target_health")),
            }
        )
    else:
        # Values of other types decide nothing: the name alone does, which then hides a wildcard.
        shown = values if isinstance(values, list) and kind in _ADDRESSES else []
        row["ResourceRecords"] = [{"Value": value} for value in shown]
    row |= {
        "SetIdentifier": record.get("set_identifier"),
        "Weight": weighted.get("weight") if weighted else None,
        "MultiValueAnswer": record.get("multivalue_answer_routing_policy"),
        "HealthCheckId": record.get("health_check_id"),
    }
    return known_row(row) if is_known(row) else UNKNOWN
