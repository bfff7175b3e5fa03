"""DNS of new VPCs: private hosted zones with their records, Resolver rules, DNS Firewall and Route 53 Profiles.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-hostedzone.html
"""

from collections.abc import Iterator
from typing import Any, Final

from skerry.sources.cloudformation.mapping.properties import Properties
from skerry.sources.cloudformation.mapping.templates import Made, Templates
from skerry.sources.planned.lists import filter_of, write_open_list
from skerry.sources.planned.values import UNKNOWN, Value, is_known, known_row

_ZONE, _RECORD, _RECORDS = "AWS::Route53::HostedZone", "AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup"
_NAMESPACE: Final = "AWS::ServiceDiscovery::PrivateDnsNamespace"
_RULE_ASSOCIATION: Final = "AWS::Route53Resolver::ResolverRuleAssociation"
_FIREWALL_ASSOCIATION: Final = "AWS::Route53Resolver::FirewallRuleGroupAssociation"
_PROFILE_ASSOCIATION: Final = "AWS::Route53Profiles::ProfileAssociation"
_OWNER: Final = "servicediscovery.amazonaws.com"


def write_names(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of private zones, of Resolver rules, of DNS Firewall and of Profiles."""
    yield from _zones(templates)
    yield from _of_resolver(templates)
    yield from _of_firewall(templates)
    yield from _of_profiles(templates)


# --------------------------------------------------------------------------------------------------------------- zones


class _Zone:
    """A private hosted zone: its id, its name, and its VPCs; `UNKNOWN` if one is not known."""

    def __init__(self, name: str, domain: Value, vpcs: Value, service: str | None = None) -> None:
        self.id, self.domain, self.vpcs, self.service = name, domain, vpcs, service

    @property
    def summary(self) -> dict[str, Any]:
        """The row of the zone in the list of a VPC's zones."""
        owner = {} if self.service is None else {"Owner": {"OwningService": self.service}}
        return {"HostedZoneId": self.id, "Name": self.domain, **owner}


def _private_zones(templates: Templates) -> Iterator[_Zone]:
    for made in templates.of(_ZONE):
        blocks = made.properties.blocks("VPCs")
        if blocks == []:
            # A zone without VPCs is public, and decides nothing inside.
            continue
        vpcs = UNKNOWN if blocks is None else [block.id("VPCId") for block in blocks]
        yield _Zone(made.id, _domain(made.properties.text("Name", "")), vpcs)
    for made in templates.of(_NAMESPACE):
        name = made.attribute("HostedZoneId")
        yield _Zone(name, _domain(made.properties.text("Name", "")), [made.properties.id("Vpc")], _OWNER)


def _domain(name: Value) -> Value:
    return UNKNOWN if name is UNKNOWN else f"{str(name).lower().rstrip('.')}."


def _zones(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the list of zones of each new VPC, and the records of each zone."""
    zones = list(_private_zones(templates))
    unsure = any(zone.domain is UNKNOWN or zone.vpcs is UNKNOWN for zone in zones)
    is_open = unsure or templates.is_open(_ZONE, _NAMESPACE) or bool(templates.perhaps(_ZONE, _NAMESPACE))
    others = {vpc for zone in zones if zone.vpcs is not UNKNOWN for vpc in zone.vpcs} - templates.closed_vpcs
    for vpc in sorted({*templates.closed_vpcs, *others}):
        rows = [zone.summary for zone in zones if zone.domain is not UNKNOWN and zone.vpcs is not UNKNOWN
                and vpc in zone.vpcs]  # fmt: skip
        parameters = {"VPCId": vpc, "VPCRegion": templates.place.region}
        following = {"NextToken": "known at the deployment"} if is_open or vpc in others else {}
        call = {"operation": "route53:ListHostedZonesByVPC", "parameters": parameters}
        yield f"zones of {vpc}", {"Call": call, "Response": {"HostedZoneSummaries": rows, **following}}
    records = _Records(templates)
    for zone in zones:
        rows, is_whole = records.of(zone)
        more: dict[str, Any] = {} if is_whole else {"IsTruncated": True}
        call = {"operation": "route53:ListResourceRecordSets", "parameters": {"HostedZoneId": zone.id}}
        if zone.service is None and zone.domain is not UNKNOWN:
            yield f"records of {zone.id}", {"Call": call, "Response": {"ResourceRecordSets": rows, **more}}


class _Records:
    """The record sets of the templates."""

    def __init__(self, templates: Templates) -> None:
        self._rows: list[tuple[str | None, Value, Value]] = []
        self._is_open = templates.may_hold(_RECORD, _RECORDS)
        for made in templates.of(_RECORD):
            self._add(made.properties, made.properties)
        for made in templates.of(_RECORDS):
            blocks = made.properties.blocks("RecordSets")
            self._is_open |= blocks is None
            for block in blocks or ():
                self._add(block, made.properties)
        for made in templates.perhaps(_RECORD, _RECORDS):
            self._rows.append((made.properties.id("HostedZoneId"), made.properties.text("HostedZoneName"), UNKNOWN))

    def _add(self, record: Properties, owner: Properties) -> None:
        source = record if "HostedZoneId" in record or "HostedZoneName" in record else owner
        name = source.text("HostedZoneName")
        self._rows.append((source.id("HostedZoneId"), name if name is None else _domain(name), _record(record)))

    def of(self, zone: _Zone) -> tuple[list[dict[str, Any]], bool]:
        """Return the records of a zone, and whether these are all."""
        rows = [row for name, domain, row in self._rows if name == zone.id or (name is None and domain == zone.domain)]
        unnamed = any(name is None and domain is UNKNOWN for name, domain, _ in self._rows)
        whole = [row for row in rows if row is not UNKNOWN]
        return whole, len(whole) == len(rows) and not unnamed and not self._is_open


def _record(record: Properties) -> Value:
    """Return a record set; `UNKNOWN` if its answer is not known.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-recordset.html
    """
    name, kind, values = record.text("Name", ""), record.text("Type"), record.ids("ResourceRecords")
    alias = record.block("AliasTarget")
    target = None if alias is None else alias.text("DNSName")
    weight, several = record.number("Weight"), record.flag("MultiValueAnswer", default=False)
    unsure = values is UNKNOWN or any(map(record.stand_ins.is_made_up, values)) or record.is_open("AliasTarget")
    row = {
        "Name": _domain(name),
        "Type": kind,
        "ResourceRecords": None if not values else [{"Value": value} for value in values],
        "AliasTarget": None if alias is None else {"DNSName": target, "HostedZoneId": alias.id("HostedZoneId") or ""},
        "SetIdentifier": record.text("SetIdentifier"),
        "Weight": weight,
        "MultiValueAnswer": several,
        "HealthCheckId": record.id("HealthCheckId"),
    }
    given = {key: value for key, value in row.items() if value is not None}
    return UNKNOWN if unsure or not is_known(given) else given


# ------------------------------------------------------------------------------------------------------------ Resolver


def _of_vpcs(
    templates: Templates, operation: str, key: str, rows: list[tuple[str | None, dict[str, Value]]], *, is_open: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the list of each new VPC, and an open list of the others.

    Nobody has associated anything else with a new VPC.
    """
    for vpc in sorted(templates.closed_vpcs):
        call = {"operation": f"route53resolver:{operation}", "parameters": filter_of(vpc)}
        more = {"NextToken": "known at the deployment"} if is_open else {}
        own = [row for owner, row in rows if owner == vpc]
        yield f"{key} of {vpc}", {"Call": call, "Response": {key: own, **more}}
    others = [row for owner, row in rows if owner not in templates.closed_vpcs]
    if others:
        yield key, write_open_list(key, others)


def _is_open(templates: Templates, kind: str) -> bool:
    return templates.is_open(kind) or bool(templates.perhaps(kind))


def _of_resolver(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield Resolver rules, their associations, and endpoints.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53resolver-resolverrule.html
    """
    associations = [
        (
            made.properties.id("VPCId"),
            {
                "Id": made.id or made.name,
                "ResolverRuleId": made.properties.id("ResolverRuleId"),
                "VPCId": made.properties.id("VPCId"),
                "Status": "COMPLETE",
            },
        )
        for made in templates.of(_RULE_ASSOCIATION)
    ]
    is_open = _is_open(templates, _RULE_ASSOCIATION)
    listed = "ListResolverRuleAssociations", "ResolverRuleAssociations"
    yield from _of_vpcs(templates, *listed, associations, is_open=is_open)
    rules = [_rule(made) for made in templates.of("AWS::Route53Resolver::ResolverRule")]
    if rules:
        yield "ResolverRules", write_open_list("ResolverRules", rules)
    yield from _resolver_endpoints(templates)


def _rule(made: Made) -> dict[str, Value]:
    blocks = made.properties.blocks("TargetIps")
    targets = UNKNOWN if blocks is None else [_target(block) for block in blocks]
    return known_row(
        {
            "Id": made.id,
            "DomainName": _domain(made.properties.text("DomainName", "")),
            "RuleType": made.properties.text("RuleType"),
            "TargetIps": targets,
            "ResolverEndpointId": made.properties.id("ResolverEndpointId"),
            "Status": "COMPLETE",
        }
    )


def _target(block: Properties) -> Value:
    row = {"Ip": block.text("Ip"), "Ipv6": block.text("Ipv6"), "Port": block.number("Port", 53)}
    return {key: value for key, value in row.items() if value is not None}


def _resolver_endpoints(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    rows = []
    for made in templates.of("AWS::Route53Resolver::ResolverEndpoint"):
        blocks = made.properties.blocks("IpAddresses") or []
        subnets = [block.id("SubnetId") or "" for block in blocks]
        vpc = templates.vpc_of_subnet(subnets[0]) if subnets else UNKNOWN
        rows.append(
            known_row(
                {
                    "Id": made.id,
                    "Direction": made.properties.text("Direction"),
                    "HostVPCId": vpc,
                    "SecurityGroupIds": made.properties.ids("SecurityGroupIds"),
                    "Status": "OPERATIONAL",
                }
            )
        )
        addresses = [block.text("Ip") for block in blocks]
        if addresses and all(isinstance(address, str) for address in addresses):
            call = {"operation": "ListResolverEndpointIpAddresses", "parameters": {"ResolverEndpointId": made.id}}
            listed = [{"Ip": address} for address in addresses]
            yield f"addresses of {made.id}", {"Call": call, "Response": {"IpAddresses": listed}}
    if rows:
        yield "ResolverEndpoints", write_open_list("ResolverEndpoints", rows)


# -------------------------------------------------------------------------------------------- DNS Firewall and Profiles


def _of_firewall(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield DNS Firewall: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Route53Resolver.html."""
    rows = [
        (
            made.properties.id("VpcId"),
            known_row(
                {
                    "Id": made.id or made.name,
                    "FirewallRuleGroupId": made.properties.id("FirewallRuleGroupId"),
                    "VpcId": made.properties.id("VpcId"),
                    "Priority": made.properties.number("Priority"),
                    "Status": "COMPLETE",
                }
            ),
        )
        for made in templates.of(_FIREWALL_ASSOCIATION)
    ]
    is_open = _is_open(templates, _FIREWALL_ASSOCIATION)
    listed = "ListFirewallRuleGroupAssociations", "FirewallRuleGroupAssociations"
    yield from _of_vpcs(templates, *listed, rows, is_open=is_open)
    for made in templates.of("AWS::Route53Resolver::FirewallRuleGroup"):
        yield from _firewall_rules(made)
    for made in templates.of("AWS::Route53Resolver::FirewallDomainList"):
        domains = made.properties.ids("Domains")
        if domains is not UNKNOWN and "DomainFileUrl" not in made.properties:
            call = {"operation": "ListFirewallDomains", "parameters": {"FirewallDomainListId": made.id}}
            yield f"domains of {made.id}", {"Call": call, "Response": {"Domains": domains}}


def _firewall_rules(made: Made) -> Iterator[tuple[str, dict[str, Any]]]:
    blocks = made.properties.blocks("FirewallRules")
    keys = ("Action", "FirewallDomainListId", "BlockResponse", "BlockOverrideDomain", "Qtype")
    rows = [
        {
            "FirewallRuleGroupId": made.id,
            "Priority": block.number("Priority"),
            **{key: block.text(key) for key in (*keys, "FirewallDomainRedirectionAction") if key in block},
        }
        for block in blocks or ()
    ]
    if blocks is not None and is_known(rows):
        call = {"operation": "ListFirewallRules", "parameters": {"FirewallRuleGroupId": made.id}}
        yield f"rules of {made.id}", {"Call": call, "Response": {"FirewallRules": rows}}


def _of_profiles(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield Route 53 Profiles: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Route53Profiles.html."""
    rows = [
        {
            "Id": made.id or made.name,
            "ProfileId": made.properties.id("ProfileId"),
            "ResourceId": made.properties.id("ResourceId"),
            "Status": "COMPLETE",
        }
        for made in templates.of(_PROFILE_ASSOCIATION)
    ]
    if rows:
        yield "ProfileAssociations", write_open_list("ProfileAssociations", rows)
    resources = templates.group_by("AWS::Route53Profiles::ProfileResourceAssociation", "ProfileId")
    for profile in resources:
        listed = [
            known_row(
                {
                    "Id": made.id or made.name,
                    "ProfileId": profile,
                    "ResourceArn": made.properties.id("ResourceArn"),
                    "ResourceProperties": made.properties.text("ResourceProperties"),
                    "Status": "COMPLETE",
                }
            )
            for made in resources.of(profile)
        ]
        call = {"operation": "ListProfileResourceAssociations", "parameters": {"ProfileId": profile}}
        more = {"NextToken": "known at the deployment"} if resources.may_have_more(profile) else {}
        yield f"resources of {profile}", {"Call": call, "Response": {"ProfileResourceAssociations": listed, **more}}
