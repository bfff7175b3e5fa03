"""Names of central endpoints: zones and records that lead a call to an endpoint in another VPC.

Shapes: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-to-vpc-interface-endpoint.html
and https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-associate-vpcs-different-accounts.html
"""

import json
from collections.abc import Iterator
from shlex import quote

from skerry.catalogue.services import ServiceRef, matches, private_names_of
from skerry.launch.needs import Call
from skerry.model.endpoint_names import is_endpoint_name
from skerry.model.endpoints import DnsEntry, VpcEndpoint
from skerry.plan.changes import AddZoneRecord, AssociateZone, Change, make_new_id
from skerry.plan.context import Case
from skerry.reach.trace import Piece, Trace

NOT_ASSOCIATED = "DNS_ZONE_NOT_ASSOCIATED"
HIDDEN = "DNS_NAME_NOT_FOUND"
CODES = {NOT_ASSOCIATED, HIDDEN, "DNS_ZONE_MISNAMED", "DNS_ZONE_MISSING"}
"""The codes of central endpoints to which no name leads."""


def leads_to_central(case: Case, trace: Trace) -> bool:
    """Tell whether a path leads to an endpoint in another VPC that no name leads to."""
    endpoint = case.world.vpc_endpoints.get(trace.destination.endpoint or "")
    return trace.intended and endpoint is not None and endpoint.vpc_id != case.vpc_id


def names_for(case: Case, trace: Trace, piece: Piece) -> Iterator[Change]:
    """Yield the change that leads the called name to a central endpoint."""
    need = case.failing.need
    if piece.code == NOT_ASSOCIATED:
        yield AssociateZone(piece.resource, case.vpc_id, _association(case, piece.resource))
        return
    endpoint = case.world.vpc_endpoints[trace.destination.endpoint or ""]
    named = ((entry, entry.dns_name) for entry in endpoint.dns_entries)
    target = next((entry for entry, name in named if name is not None and is_endpoint_name(name)), None)
    if target is None or not isinstance(need, Call) or need.host is None:
        return
    # Changes hold plain texts, which encoders know.
    led_to = str(target.dns_name)
    zone = _zone_name(case, piece) if piece.code == HIDDEN else None
    name = _record_name(need.service, need.host, zone)
    batch = quote(json.dumps({"Changes": [_change(name, endpoint, target)]}))
    record = "aws route53 change-resource-record-sets --hosted-zone-id"
    if zone:
        message = f"{record} {quote(piece.resource)} --change-batch {batch}"
        yield AddZoneRecord(piece.resource, zone, case.vpc_id, name, led_to, message)
        return
    apex = name.removeprefix("*.")
    create = f"aws route53 create-hosted-zone --name {quote(apex)} --vpc {_vpc(case)} --caller-reference {quote(apex)}"
    message = f"{create}; {record} ID --change-batch {batch}"
    yield AddZoneRecord(make_new_id("Z", apex), apex, case.vpc_id, name, led_to, message)


def _association(case: Case, zone_id: str) -> str:
    command = f"aws route53 associate-vpc-with-hosted-zone --hosted-zone-id {quote(zone_id)} --vpc {_vpc(case)}"
    return (
        f"{command} (for a zone of another account its owner runs create-vpc-association-authorization first; or share "
        "the zone by a Route 53 Profile of the VPC)"
    )


def _vpc(case: Case) -> str:
    return f"VPCRegion={quote(case.world.region or 'REGION')},VPCId={quote(case.vpc_id)}"


def _zone_name(case: Case, piece: Piece) -> str | None:
    return next((zone.name for zone in case.world.facts.zones if zone.zone_id == piece.resource), None)


def _record_name(ref: ServiceRef | None, host: str, zone: str | None) -> str:
    """Return the name of the record: the documented private name that covers the host, if the zone can hold it."""
    patterns = private_names_of(ref) if ref else ()
    pattern = next((name for name in patterns if matches(name, host)), host)
    apex = pattern.removeprefix("*.")
    return pattern if zone is None or apex == zone or apex.endswith(f".{zone}") else host


def _change(name: str, endpoint: VpcEndpoint, target: DnsEntry) -> dict[str, object]:
    alias = {
        "HostedZoneId": target.hosted_zone_id or f"HOSTED_ZONE_ID_OF_{endpoint.vpc_endpoint_id}",
        "DNSName": target.dns_name,
        "EvaluateTargetHealth": False,
    }
    return {"Action": "CREATE", "ResourceRecordSet": {"Name": name, "Type": "A", "AliasTarget": alias}}
