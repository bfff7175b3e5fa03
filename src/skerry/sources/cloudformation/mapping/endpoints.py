"""VPC endpoints, the routes that gateway endpoints make, and prefix lists.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcendpoint.html
"""

from collections.abc import Iterator
from typing import Any, Final

from skerry.catalogue.prefix_lists import prefix_list_names
from skerry.sources.cloudformation.mapping.attributes import firewall_endpoint, made_with_vpc
from skerry.sources.cloudformation.mapping.policies import document_of
from skerry.sources.cloudformation.mapping.properties import Properties
from skerry.sources.cloudformation.mapping.templates import Made, Templates
from skerry.sources.planned.lists import Listed, write_open_list
from skerry.sources.planned.made_by_aws import digest_of, gateway_route, prefix_list
from skerry.sources.planned.values import UNKNOWN, Value, known_row

FIREWALL: Final = "AWS::NetworkFirewall::Firewall"
ENDPOINT: Final = "AWS::EC2::VPCEndpoint"
_GATEWAY, _INTERFACE = "Gateway", "Interface"
_UNREADABLE: Final = "known at the deployment"
"""In place of a policy that is not known, which must not pass for AWS's default."""
_FULL_ACCESS: Final = (
    '{"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}'
)
"""AWS's default policy:
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#default-endpoint-policy."""


class GatewayRoutes:
    """The routes of gateway endpoints, by route table. ``services`` are the services of the endpoints."""

    def __init__(self, templates: Templates) -> None:
        self._routes: dict[str, list[dict[str, Value]]] = {}
        self.services: dict[str, str] = {}
        self._open = {name for made in templates.perhaps(ENDPOINT) for name in _tables_of(made)} | templates.touched
        self._is_open = templates.is_open(ENDPOINT)
        for endpoint in templates.of(ENDPOINT):
            kind, service = _kind_of(endpoint), endpoint.properties.text("ServiceName")
            tables = endpoint.properties.ids("RouteTableIds")
            unsure = kind is UNKNOWN or service is UNKNOWN or tables is UNKNOWN
            if unsure and kind != _INTERFACE:
                self._is_open = True
            elif kind == _GATEWAY:
                self.services[endpoint.id] = str(service)
                for table in tables:
                    self._routes.setdefault(table, []).append(gateway_route(str(service), endpoint.id))

    def of(self, table: str) -> Value:
        """Return the routes of gateway endpoints in a table; `UNKNOWN` if it may have more."""
        return UNKNOWN if self._is_open or table in self._open else self._routes.get(table, [])


def _tables_of(endpoint: Made) -> list[str]:
    tables = endpoint.properties.ids("RouteTableIds")
    return [] if tables is UNKNOWN else tables


def _kind_of(endpoint: Made) -> Value:
    return endpoint.properties.text("VpcEndpointType", _GATEWAY)


def list_endpoints(templates: Templates) -> Listed:
    """Return the endpoints."""
    rows: list[tuple[Value, dict[str, Value]]] = []
    for endpoint in templates.of(ENDPOINT):
        vpc = endpoint.properties.id("VpcId")
        rows.append((UNKNOWN, {}) if vpc is None else (vpc, _row(templates, endpoint, vpc)))
    rows += [(endpoint.properties.id("VpcId") and UNKNOWN, {}) for endpoint in templates.perhaps(ENDPOINT)]
    rows += _of_firewalls(templates)
    return Listed("DescribeVpcEndpoints", "VpcEndpoints", tuple(rows))


def _of_firewalls(templates: Templates) -> Iterator[tuple[Value, dict[str, Value]]]:
    """Yield the endpoint of each firewall of AWS Network Firewall in one subnet: its rules are not read.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-components.html
    """
    for firewall in templates.of(FIREWALL):
        vpc, subnets = firewall.properties.id("VpcId"), firewall.properties.blocks("SubnetMappings") or []
        if vpc is not None and len(subnets) == 1:
            row = {
                "VpcEndpointId": firewall_endpoint(firewall.resource.stack, firewall.resource.logical_id),
                "VpcId": vpc,
                "OwnerId": templates.place.account,
                "ServiceName": f"com.amazonaws.vpce.{templates.place.region}.vpce-svc-{digest_of(firewall.name)}",
                "VpcEndpointType": "GatewayLoadBalancer",
                "State": "available",
                "PrivateDnsEnabled": False,
                "SubnetIds": [subnets[0].id("SubnetId")],
                "Groups": [],
            }
            yield vpc, known_row(row)


def _row(templates: Templates, endpoint: Made, vpc: str) -> dict[str, Value]:
    """Return the row of an endpoint; without properties it is a gateway, and private DNS is off."""
    properties, kind = endpoint.properties, _kind_of(endpoint)
    policy = properties.value("PolicyDocument")
    row: dict[str, Value] = {
        "VpcEndpointId": endpoint.id,
        "VpcId": vpc,
        "OwnerId": templates.place.account,
        "ServiceName": properties.text("ServiceName", "") or UNKNOWN,
        "ServiceRegion": _or_none(properties.text("ServiceRegion")),
        "VpcEndpointType": kind,
        "State": "available",
        "PolicyDocument": _FULL_ACCESS if policy is None else document_of(policy, templates.stand_ins) or _UNREADABLE,
        "PrivateDnsEnabled": properties.flag("PrivateDnsEnabled", default=False),
    }
    if kind == _GATEWAY:
        row["RouteTableIds"] = properties.ids("RouteTableIds")
    else:
        row |= _of_interface(endpoint, vpc)
    return known_row(row)


def _of_interface(endpoint: Made, vpc: str) -> dict[str, Value]:
    """Return the subnets and groups of an interface endpoint; without groups it has the default group of its VPC."""
    properties = endpoint.properties
    groups = properties.ids("SecurityGroupIds")
    if groups == []:
        groups = [made_with_vpc("sg", vpc, "DefaultSecurityGroup")]
    return {
        "SubnetIds": properties.ids("SubnetIds"),
        "Groups": UNKNOWN if groups is UNKNOWN else [{"GroupId": name} for name in groups],
        "IpAddressType": properties.text("IpAddressType", "ipv4"),
        "DnsOptions": _dns_options(properties.block("DnsOptions")) or _default_dns_options(properties),
    }


def _default_dns_options(properties: Properties) -> Value:
    """Return the options of an endpoint without a word: private names of Amazon S3 serve inbound resolvers alone.

    Without DNS options EC2 asks for the gateway endpoint of the VPC, which takes the calls from the VPC itself:
    https://github.com/hashicorp/terraform-provider-aws/issues/31117 and
    https://aws.amazon.com/blogs/storage/introducing-private-dns-support-for-amazon-s3-with-aws-privatelink/.
    """
    is_private = properties.flag("PrivateDnsEnabled", default=False) is True
    service = properties.text("ServiceName", "")
    if is_private and "DnsOptions" not in properties and isinstance(service, str) and service.endswith(".s3"):
        return {"PrivateDnsOnlyForInboundResolverEndpoint": True}
    return None


def _or_none(value: Value) -> Value:
    return None if value is UNKNOWN else value


def _dns_options(options: Properties | None) -> Value:
    if options is None:
        return None
    return known_row(
        {
            "DnsRecordIpType": options.text("DnsRecordIpType"),
            "PrivateDnsOnlyForInboundResolverEndpoint": options.flag("PrivateDnsOnlyForInboundResolverEndpoint"),
            "PrivateDnsPreference": options.text("PrivateDnsPreference"),
            "PrivateDnsSpecifiedDomains": options.ids("PrivateDnsSpecifiedDomains") or None,
        }
    )


def write_prefix_lists(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the document of prefix lists: AWS's without blocks, and the templates' own."""
    services = {
        service
        for endpoint in templates.of(ENDPOINT)
        if _kind_of(endpoint) == _GATEWAY and isinstance(service := endpoint.properties.text("ServiceName"), str)
    }
    names = prefix_list_names(templates.place.region)
    services |= {names[listed] for listed in _named_lists(templates) if listed in names}
    rows = [*map(prefix_list, sorted(services)), *map(_own_list, templates.of("AWS::EC2::PrefixList"))]
    yield "PrefixLists", write_open_list("PrefixLists", rows)


def _named_lists(templates: Templates) -> Iterator[str]:
    """Yield the ids of prefix lists that rules and routes name."""
    groups = [made.properties for made in templates.of("AWS::EC2::SecurityGroup")]
    ways = ("SecurityGroupIngress", "SecurityGroupEgress")
    blocks = [block for group in groups for way in ways for block in group.blocks(way) or ()]
    apart = [made.properties for made in templates.of(*(f"AWS::EC2::{way}" for way in ways), "AWS::EC2::Route")]
    for block in (*blocks, *apart):
        for key in ("SourcePrefixListId", "DestinationPrefixListId"):
            listed = block.id(key)
            if listed is not None:
                yield listed


def _own_list(made: Made) -> dict[str, Value]:
    blocks = made.properties.blocks("Entries")
    cidrs = UNKNOWN if blocks is None else [block.text("Cidr") for block in blocks]
    return known_row(
        {
            "PrefixListId": made.id,
            "PrefixListName": made.properties.text("PrefixListName"),
            "AddressFamily": made.properties.text("AddressFamily"),
            "Cidrs": cidrs,
        }
    )
