"""Private hosted zones of a scenario."""

from typing import Any

from tests.loading.documents import Documents, NotLoadableError, Row
from tests.loading.stand_ins import vpc_of


def create_zones(route53: Any, ec2: Any, documents: Documents) -> None:
    """Create the private zones with their records, each for its VPCs."""
    vpcs: dict[str, list[str]] = {}
    for asked, answer in documents.calls("ListHostedZonesByVPC"):
        for summary in answer["HostedZoneSummaries"]:
            # A zone of AWS's own comes with its endpoint.
            if "OwningService" not in summary.get("Owner", {}):
                vpcs.setdefault(summary["HostedZoneId"], []).append(vpc_of(ec2, documents, asked["VPCId"]))
    names = {row["Id"].rpartition("/")[2]: row["Name"] for row in documents["HostedZones"]}
    for _, answer in documents.calls("ListHostedZonesByVPC"):
        names |= {
            row["HostedZoneId"]: row["Name"] for row in answer["HostedZoneSummaries"] if row["HostedZoneId"] in vpcs
        }
    for zone, name in names.items():
        made = documents.ids[zone] = _create_zone(route53, name, vpcs.get(zone, []), documents)
        documents.ids[f"/hostedzone/{zone}"] = f"/hostedzone/{made}"
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
    if changes:
        route53.change_resource_record_sets(HostedZoneId=documents.id_of(zone), ChangeBatch={"Changes": changes})


def create_resolver(resolver: Any, ec2: Any, documents: Documents) -> None:
    """Create the endpoints of the resolver, and the rules with their VPCs."""
    for _, answer in documents.calls("ListResolverEndpoints"):
        for row in answer["ResolverEndpoints"]:
            _create_endpoint(resolver, ec2, documents, row)
    for _, answer in documents.calls("ListResolverRules"):
        for row in answer["ResolverRules"]:
            _create_rule(resolver, documents, row)
    for _, answer in documents.calls("ListResolverRuleAssociations"):
        for row in answer["ResolverRuleAssociations"]:
            # The associations of AWS's own rules are there for every VPC.
            if row["ResolverRuleId"] in documents.ids:
                resolver.associate_resolver_rule(
                    ResolverRuleId=documents.id_of(row["ResolverRuleId"]), VPCId=documents.id_of(row["VPCId"])
                )


def _create_endpoint(resolver: Any, ec2: Any, documents: Documents, row: Row) -> None:
    vpc = documents.id_of(row["HostVPCId"])
    group = ec2.create_security_group(GroupName=row["Id"], Description="-", VpcId=vpc)["GroupId"]
    subnets = [item["SubnetId"] for item in documents["Subnets"] if item["VpcId"] == row["HostVPCId"]]
    addresses: list[Row] = [
        {"SubnetId": documents.id_of(item["SubnetId"]), "Ip": item["Ip"]}
        for asked, answer in documents.calls("ListResolverEndpointIpAddresses")
        if asked["ResolverEndpointId"] == row["Id"]
        for item in answer["IpAddresses"]
    ]
    # AWS demands two addresses, and a scenario shows those that it is about.
    spare = [{"SubnetId": documents.id_of(subnets[0])}] * (2 - len(addresses))
    documents.ids[row["Id"]] = resolver.create_resolver_endpoint(
        CreatorRequestId=row["Id"],
        Name=row["Id"],
        SecurityGroupIds=[group],
        Direction=row["Direction"],
        IpAddresses=[*addresses, *spare],
    )["ResolverEndpoint"]["Id"]


def _create_rule(resolver: Any, documents: Documents, row: Row) -> None:
    if row["Id"].startswith("rslvr-autodefined"):
        return
    given = {"TargetIps": row["TargetIps"]} if "TargetIps" in row else {}
    if "ResolverEndpointId" in row:
        given["ResolverEndpointId"] = documents.id_of(row["ResolverEndpointId"])
    documents.ids[row["Id"]] = resolver.create_resolver_rule(
        CreatorRequestId=row["Id"], Name=row["Id"], RuleType=row["RuleType"], DomainName=row["DomainName"], **given
    )["ResolverRule"]["Id"]
