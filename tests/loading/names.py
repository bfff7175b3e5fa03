"""Private hosted zones of a scenario."""

from typing import Any

from tests.loading.documents import Documents, NotLoadableError


def create_zones(route53: Any, documents: Documents) -> None:
    """Create the private zones with their records, each for its VPCs."""
    vpcs: dict[str, list[str]] = {}
    for asked, answer in documents.calls("ListHostedZonesByVPC"):
        for summary in answer["HostedZoneSummaries"]:
            if "OwningService" in summary.get("Owner", {}):
                raise NotLoadableError("zones of AWS's services")
            vpcs.setdefault(summary["HostedZoneId"], []).append(documents.id_of(asked["VPCId"]))
    for row in documents["HostedZones"]:
        name = row["Id"].rpartition("/")[2]
        documents.ids[name] = _create_zone(route53, row["Name"], vpcs.pop(name, []), documents)
    if vpcs:
        raise NotLoadableError("zones that were not read")
    for asked, answer in documents.calls("ListResourceRecordSets"):
        _create_records(route53, documents, asked["HostedZoneId"].rpartition("/")[2], answer["ResourceRecordSets"])


def _create_zone(route53: Any, name: str, vpcs: list[str], documents: Documents) -> str:
    if not vpcs:
        raise NotLoadableError("zones without a VPC of the account")
    first, *others = [{"VPCRegion": documents.region, "VPCId": vpc} for vpc in vpcs]
    zone: str = route53.create_hosted_zone(Name=name, CallerReference=f"{name}{len(documents.ids)}", VPC=first)[
        "HostedZone"
    ]["Id"]
    for vpc in others:
        route53.associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=vpc)
    return zone.rpartition("/")[2]


def _create_records(route53: Any, documents: Documents, zone: str, records: list[Any]) -> None:
    changes = [
        {"Action": "CREATE", "ResourceRecordSet": documents.renamed(row)}
        for row in records
        if row["Type"] not in {"NS", "SOA"}
    ]
    if any(documents.names_endpoint(row) for row in records):
        raise NotLoadableError("records that name an endpoint")
    if changes:
        route53.change_resource_record_sets(HostedZoneId=documents.id_of(zone), ChangeBatch={"Changes": changes})
