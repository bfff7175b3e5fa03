"""Internet gateways, virtual private gateways, NAT gateways, and interfaces that forward.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-natgateway.html
"""

from collections.abc import Iterator
from typing import Any, Final

from skerry.sources.cloudformation.mapping.attributes import made_with_vpc
from skerry.sources.cloudformation.mapping.properties import Properties
from skerry.sources.cloudformation.mapping.templates import Made, Templates
from skerry.sources.planned.lists import Listed, write_open_list
from skerry.sources.planned.made_by_aws import first_address_of
from skerry.sources.planned.values import UNKNOWN, Value, known_row

_PUBLIC: Final = "192.0.2.1"
"""A public address in place of the one that AWS will choose: it decides nothing inside the VPC.
https://www.rfc-editor.org/rfc/rfc5737"""
_IGW: Final = "InternetGatewayId"
_ATTACHMENT: Final = "AWS::EC2::VPCGatewayAttachment"
_ONLY_OUT: Final = "AWS::EC2::EgressOnlyInternetGateway"
_NAT: Final = "AWS::EC2::NatGateway"
_INSTANCE, _INTERFACE = "AWS::EC2::Instance", "AWS::EC2::NetworkInterface"


def write_gateways(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of internet gateways, egress-only ones, and virtual private gateways."""
    internet = [
        known_row({"InternetGatewayId": made.id, "Attachments": _attachments(templates, made.id, "InternetGatewayId")})
        for made in templates.of("AWS::EC2::InternetGateway")
    ]
    yield "InternetGateways", write_open_list("InternetGateways", internet)
    only_out = [
        {
            "EgressOnlyInternetGatewayId": made.id,
            "Attachments": [{"VpcId": made.properties.id("VpcId"), "State": "attached"}],
        }
        for made in templates.of(_ONLY_OUT)
    ]
    yield "EgressOnlyInternetGateways", write_open_list("EgressOnlyInternetGateways", only_out)
    private = [
        known_row(
            {
                "VpnGatewayId": made.id,
                "State": "available",
                "VpcAttachments": _attachments(templates, made.id, "VpnGatewayId", "attached"),
            }
        )
        for made in templates.of("AWS::EC2::VPNGateway")
    ]
    yield "VpnGateways", write_open_list("VpnGateways", private)


def _attachments(templates: Templates, gateway: str, name: str, state: str = "available") -> Value:
    """Return the attachments of a gateway; `UNKNOWN` if it may have others.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcgatewayattachment.html
    """
    grouped = templates.group_by(_ATTACHMENT, name)
    if grouped.may_have_more(gateway):
        return UNKNOWN
    return [{"VpcId": row.properties.id("VpcId"), "State": state} for row in grouped.of(gateway)]


def list_nat_gateways(templates: Templates) -> Listed:
    """Return the NAT gateways; the VPC of a zonal one is that of its subnet."""
    rows: list[tuple[Value, dict[str, Value]]] = []
    for gateway in templates.of(_NAT):
        subnet = gateway.properties.id("SubnetId")
        vpc = gateway.properties.id("VpcId") if subnet is None else templates.vpc_of_subnet(subnet)
        if vpc is None or vpc is UNKNOWN:
            rows.append((UNKNOWN, {}))
            continue
        rows.append((vpc, _nat(templates, gateway, subnet, vpc)))
    return Listed("DescribeNatGateways", "NatGateways", tuple(rows))


def _nat(templates: Templates, gateway: Made, subnet: str | None, vpc: str) -> dict[str, Value]:
    kind = gateway.properties.text("ConnectivityType", "public")
    return known_row(
        {
            "NatGatewayId": gateway.id,
            "VpcId": vpc,
            "SubnetId": subnet,
            "State": "available",
            "ConnectivityType": kind,
            "AvailabilityMode": "regional" if subnet is None else "zonal",
            "NatGatewayAddresses": [{"PublicIp": _PUBLIC}]
            if subnet is None
            else _addresses(templates, gateway.properties, subnet),
            "RouteTableId": gateway.attribute("RouteTableId") if subnet is None else None,
        }
    )


def regional_nat_gateways(templates: Templates) -> Iterator[tuple[Made, str]]:
    """Yield each regional NAT gateway with its VPC: it is public, and in no subnet.

    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html
    """
    for gateway in templates.of(_NAT):
        vpc = gateway.properties.id("VpcId")
        if "SubnetId" not in gateway.properties and vpc is not None:
            yield gateway, vpc


def internet_gateway_of(templates: Templates, vpc: str) -> str | None:
    """Return the internet gateway that is surely attached to a VPC; None without one."""
    rows = [row.properties for row in templates.of(_ATTACHMENT)]
    return next((row.id("InternetGatewayId") for row in rows if row.id("VpcId") == vpc and _IGW in row), None)


def _addresses(templates: Templates, gateway: Properties, subnet: str) -> Value:
    """Return the address of a NAT gateway: the given one, else one of its subnet's, which AWS chooses."""
    own = gateway.text("PrivateIpAddress")
    private = own or first_address_of(templates.subnets[subnet].properties.text("CidrBlock", ""))
    kind = gateway.text("ConnectivityType", "public")
    if private is UNKNOWN or kind is UNKNOWN:
        return UNKNOWN
    return [{"PrivateIp": private, **({"PublicIp": _PUBLIC} if kind == "public" else {})}]


# ------------------------------------------------------------------------------- interfaces that routes may lead to


def write_interfaces(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the document of network interfaces of their own and of instances."""
    rows = [*_own_interfaces(templates), *_interfaces_of_instances(templates), *interfaces_of_mount_targets(templates)]
    yield "NetworkInterfaces", write_open_list("NetworkInterfaces", rows)


def _own_interfaces(templates: Templates) -> Iterator[dict[str, Value]]:
    associations = templates.group_by("AWS::EC2::EIPAssociation", "NetworkInterfaceId")
    attachments = templates.group_by("AWS::EC2::NetworkInterfaceAttachment", "NetworkInterfaceId")
    for made in templates.of(_INTERFACE):
        row = _interface(templates, made.id, made.properties, "GroupSet")
        attached = attachments.of(made.id)
        yield (
            row
            | _with_public_address(is_public=bool(associations.of(made.id)))
            | ({"Attachment": {"InstanceId": attached[0].properties.id("InstanceId")}} if attached else {})
        )


def _interfaces_of_instances(templates: Templates) -> Iterator[dict[str, Value]]:
    """Yield the interface that an instance has by its own properties.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html
    """
    addresses = (
        templates.group_by("AWS::EC2::EIP", "InstanceId"),
        templates.group_by("AWS::EC2::EIPAssociation", "InstanceId"),
    )
    for made in templates.of(_INSTANCE):
        blocks = made.properties.blocks("NetworkInterfaces") or []
        if any("NetworkInterfaceId" in block for block in blocks):
            continue
        block = blocks[0] if blocks else made.properties
        if "SubnetId" not in block:
            continue
        groups = "GroupSet" if blocks else "SecurityGroupIds"
        row = _interface(templates, made_with_vpc("eni", made.id, "NetworkInterface"), block, groups)
        is_public = block.flag("AssociatePublicIpAddress")
        if is_public is None:
            subnet = templates.subnets.get(block.id("SubnetId") or "")
            is_public = subnet is not None and subnet.properties.flag("MapPublicIpOnLaunch", default=False)
        has_address = is_public is True or any(grouped.of(made.id) for grouped in addresses)
        check = made.properties.flag("SourceDestCheck", default=True)
        row |= {"Attachment": {"InstanceId": made.id}, **_with_public_address(is_public=has_address)}
        yield known_row({**row, "SourceDestCheck": check})


def _with_public_address(*, is_public: bool) -> dict[str, Value]:
    return {"Association": {"PublicIp": _PUBLIC, "AllocationId": "eipalloc-0"}} if is_public else {}


def _interface(templates: Templates, name: str, properties: Properties, groups_key: str) -> dict[str, Value]:
    subnet = properties.id("SubnetId") or ""
    vpc = templates.vpc_of_subnet(subnet)
    made = templates.subnets.get(subnet)
    block = UNKNOWN if made is None else made.properties.text("CidrBlock", "")
    groups = properties.ids(groups_key)
    if groups == [] and vpc is not UNKNOWN:
        groups = [made_with_vpc("sg", vpc, "DefaultSecurityGroup")]
    return known_row(
        {
            "NetworkInterfaceId": name,
            "SubnetId": subnet,
            "VpcId": vpc,
            "InterfaceType": "interface",
            "PrivateIpAddress": properties.text("PrivateIpAddress") or first_address_of(block),
            "Groups": UNKNOWN if groups is UNKNOWN else [{"GroupId": group} for group in groups],
            "SourceDestCheck": properties.flag("SourceDestCheck", default=True),
        }
    )


def interfaces_of_mount_targets(templates: Templates) -> Iterator[dict[str, Value]]:
    """Yield the interface of each EFS mount target that has an address by its template."""
    for made in templates.of("AWS::EFS::MountTarget"):
        address = made.properties.text("IpAddress")
        subnet = made.properties.id("SubnetId") or ""
        groups = made.properties.ids("SecurityGroups")
        own = templates.subnets.get(subnet)
        block = UNKNOWN if own is None else own.properties.text("CidrBlock", "")
        vpc = templates.vpc_of_subnet(subnet)
        if groups == [] and vpc is not UNKNOWN:
            groups = [made_with_vpc("sg", vpc, "DefaultSecurityGroup")]
        yield known_row(
            {
                "NetworkInterfaceId": made_with_vpc("eni", made.id, "NetworkInterface"),
                "SubnetId": subnet,
                "VpcId": vpc,
                "InterfaceType": "efs",
                "RequesterManaged": True,
                "PrivateIpAddress": address or first_address_of(block),
                "Groups": UNKNOWN if groups is UNKNOWN else [{"GroupId": group} for group in groups],
                "SourceDestCheck": True,
            }
        )
