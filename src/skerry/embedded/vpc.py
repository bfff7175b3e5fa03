"""Patches of moto for VPCs, interfaces and private zones, by AWS's documented rules."""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any

import moto.ec2.models.vpcs as endpoint_models
import moto.ecs.models as task_models
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_network_interfaces import NetworkInterfaceBackend
from moto.ec2.models.network_acls import NetworkAclBackend
from moto.ec2.responses.vpcs import VPCs
from moto.route53.exceptions import Route53ClientError
from moto.route53.models import Route53Backend
from moto.route53.responses import Route53

from skerry.embedded.patching import Correction

_ALL_PROTOCOLS = "-1"
_EVERYWHERE = "0.0.0.0/0"
_LAST_RULE = 32767


def _create_vpc(original: Any, backend: Any, *arguments: Any, **named: Any) -> Any:
    """Give a new VPC the region's default DHCP options and a default group that admits its own members.

    moto: the id ``default`` of no existing set, and a default group without rules for members.
    https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html
    https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
    """
    vpc = original(backend, *arguments, **named)
    vpc.dhcp_options = _default_dhcp_options(backend)
    group = backend.get_default_security_group(vpc.id)
    itself = [{"GroupId": group.id}]
    backend.authorize_security_group_ingress(
        group.id, _ALL_PROTOCOLS, None, None, [], source_groups=itself, vpc_id=vpc.id
    )
    return vpc


def _default_dhcp_options(backend: Any) -> Any:
    """Find or create the region's default set: Amazon's DNS server, and the domain of private DNS names."""
    for options in backend.dhcp_options_sets.values():
        if getattr(options, "is_default", False):
            return options
    region = backend.region_name
    domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    options = backend.create_dhcp_options(domain_name_servers=["AmazonProvidedDNS"], domain_name=[domain])
    options.is_default = True
    return options


def _delete_vpc(original: Any, backend: Any, vpc_id: str) -> Any:
    """Leave the DHCP options alone: they are a resource of their own, which other VPCs may use.

    moto deletes them with the VPC. https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html
    """
    standing = dict(backend.dhcp_options_sets)
    vpc = original(backend, vpc_id)
    backend.dhcp_options_sets.update(standing)
    return vpc


def _create_network_acl(original: Any, backend: Any, *arguments: Any, **named: Any) -> Any:
    """Close a new network ACL with the rules that deny the rest, one for each direction.

    moto: for the default ACL only.
    https://docs.aws.amazon.com/vpc/latest/userguide/nacl-basics.html
    """
    acl = original(backend, *arguments, **named)
    for egress in () if acl.default else (True, False):
        backend.create_network_acl_entry(
            network_acl_id=acl.id,
            rule_number=_LAST_RULE,
            protocol=_ALL_PROTOCOLS,
            rule_action="deny",
            egress=egress,
            cidr_block=_EVERYWHERE,
            icmp_code=None,
            icmp_type=None,
            port_range_from=None,
            port_range_to=None,
            ipv6_cidr_block=None,
        )
    return acl


def _no_choice(_original: Any, *_arguments: Any) -> None:
    """Leave it to ``_create_interface`` to choose the address of an interface that AWS makes.

    moto: any address of 10.0.0.0/8, whatever the subnet.
    """


def _create_interface(
    original: Any, backend: Any, subnet: Any, private_ip_address: Any = None, *arguments: Any, **named: Any
) -> Any:
    """Give an interface a free address of its subnet, and no DNS name in a VPC without DNS hostnames.

    moto: any address of the subnet, reserved or taken ones too; and in a VPC without DNS hostnames it cannot
    start a task. https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    """
    place = backend.get_subnet(subnet) if isinstance(subnet, str) else subnet
    given = private_ip_address or (arguments[0] if arguments else named.get("private_ip_addresses"))
    if not given and isinstance(place.cidr, IPv4Network):
        private_ip_address = require_free_address(backend, place)
    interface = original(backend, place, private_ip_address, *arguments, **named)
    if not hasattr(interface, "private_dns_name"):
        interface.private_dns_name = None
    return interface


def require_free_address(backend: Any, subnet: Any) -> str:
    """Find the lowest free address: AWS keeps the first four and the last of each subnet for itself.

    Raises EC2ClientError if there is none.
    """
    taken = set(_addresses(backend, subnet))
    for number in range(4, subnet.cidr.num_addresses - 1):
        address = str(subnet.cidr[number])
        if address not in taken:
            return address
    raise EC2ClientError(
        "InsufficientFreeAddressesInSubnet",
        "The specified subnet does not have enough free addresses to satisfy the request.",
    )


def _addresses(backend: Any, subnet: Any) -> Iterator[str]:
    for interface in backend.enis.values():
        if interface.subnet.id == subnet.id:
            for address in interface.private_ip_addresses:
                yield address["PrivateIpAddress"]


def _modify_attribute(original: Any, response: Any) -> Any:
    """Refuse two DNS attributes at once, and DNS hostnames without DNS support.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html
    https://github.com/aws/aws-sdk-go/issues/415 has the code and message of the first.
    """
    vpc = response.ec2_backend.get_vpc(response._get_param("VpcId"))
    hostnames = response._get_param("EnableDnsHostnames.Value")
    support = response._get_param("EnableDnsSupport.Value")
    if hostnames is not None and support is not None:
        raise EC2ClientError(
            "InvalidParameterCombination",
            "Fields for multiple attribute types specified: enableDnsHostnames, enableDnsSupport",
        )
    if hostnames and not vpc.enable_dns_support:
        raise EC2ClientError(
            "InvalidParameterCombination", f"DNS hostnames of {vpc.id} can only be enabled with DNS support"
        )
    return original(response)


def _create_hosted_zone(original: Any, response: Any) -> Any:
    """Make a zone private if it is created for a VPC.

    moto: only if the flag says so too, else the zone is public and the VPC forgotten.
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html
    """
    if response.params.get("VPC"):
        response.params.setdefault("HostedZoneConfig", {})["PrivateZone"] = True
    return original(response)


def _associate_zone(original: Any, backend: Any, zone_id: str, vpc: str, region: str) -> Any:
    """Refuse an unknown VPC, and one with a zone of the same name already.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_AssociateVPCWithHostedZone.html
    """
    zone = backend.get_hosted_zone(zone_id)
    if vpc not in ec2_backends[backend.account_id][region].vpcs:
        raise Route53ClientError("InvalidVPCId", f"The VPC: {vpc} does not exist in {region}")
    for other in backend.zones.values():
        if other.name == zone.name and any(row.get("vpc_id") == vpc for row in other.vpcs):
            raise Route53ClientError(
                "ConflictingDomainExists",
                f"The VPC: {vpc} has already been associated with the hosted zone: {other.id} with the same domain "
                "name.",
            )
    return original(backend, zone_id, vpc, region)


def _disassociate_zone(original: Any, backend: Any, zone_id: str, vpc: str) -> Any:
    """Refuse a VPC without the zone: moto fails on it.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_DisassociateVPCFromHostedZone.html
    """
    zone = backend.get_hosted_zone(zone_id)
    if not any(row.get("vpc_id") == vpc for row in zone.vpcs):
        message = f"The specified VPC {vpc} and hosted zone {zone_id} are not currently associated."
        raise Route53ClientError("VPCAssociationNotFound", message)
    return original(backend, zone_id, vpc)


CORRECTIONS = (
    Correction(endpoint_models.VPCBackend, "create_vpc", _create_vpc),
    Correction(endpoint_models.VPCBackend, "delete_vpc", _delete_vpc),
    Correction(NetworkAclBackend, "create_network_acl", _create_network_acl),
    Correction(endpoint_models, "random_private_ip", _no_choice),
    Correction(task_models, "random_private_ip", _no_choice),
    Correction(NetworkInterfaceBackend, "create_network_interface", _create_interface),
    Correction(VPCs, "modify_vpc_attribute", _modify_attribute),
    Correction(Route53, "create_hosted_zone", _create_hosted_zone),
    Correction(Route53Backend, "associate_vpc_with_hosted_zone", _associate_zone),
    Correction(Route53Backend, "disassociate_vpc_from_hosted_zone", _disassociate_zone),
)
"""The patches of this module."""
