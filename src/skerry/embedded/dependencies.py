"""Patches of moto for deletions: AWS refuses to delete a resource that others depend on.

moto deletes most of them. The codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html.
"""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

from collections.abc import Iterator
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.subnets import SubnetBackend
from moto.ec2.models.vpcs import VPCBackend
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces
from moto.ec2.responses.internet_gateways import InternetGateways
from moto.ec2.responses.network_acls import NetworkACLs
from moto.ec2.responses.route_tables import RouteTables
from moto.ec2.responses.security_groups import SecurityGroups
from moto.ec2.responses.subnets import Subnets
from moto.ec2.responses.vpcs import VPCs

from skerry.embedded import transitions
from skerry.embedded.patching import Correction


def _violation(message: str) -> EC2ClientError:
    return EC2ClientError("DependencyViolation", message)


def _delete_group(original: Any, response: Any) -> Any:
    """Refuse a group of an interface, a group in a rule of another group, and the default group.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html
    """
    backend = response.ec2_backend
    transitions.settle(backend)
    name = response._get_param("GroupId") or response._get_param("GroupName")
    group = backend.get_security_group_by_name_or_id(name)
    if group is None:
        return original(response)
    if group.is_default:
        raise EC2ClientError(
            "CannotDelete", f'the specified group: "{group.id}" name: "{group.name}" cannot be deleted by a user'
        )
    if any(group in interface.group_set for interface in backend.enis.values()) or _is_referenced(backend, group):
        raise _violation(f"resource {group.id} has a dependent object")
    return original(response)


def _is_referenced(backend: Any, group: Any) -> bool:
    return any(
        rule.source_group.get("GroupId") == group.id
        for groups in backend.groups.values()
        for other in groups.values()
        if other is not group
        for rule in (*other.ingress_rules, *other.egress_rules)
    )


def _delete_subnet(original: Any, response: Any) -> Any:
    """Refuse a subnet with interfaces.

    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-deleting.html
    """
    backend, subnet = response.ec2_backend, response._get_param("SubnetId")
    transitions.settle(backend)
    backend.get_subnet(subnet)
    if any(interface.subnet.id == subnet for interface in backend.enis.values()):
        raise _violation(f"The subnet '{subnet}' has dependencies and cannot be deleted.")
    return original(response)


def _forget_subnet(original: Any, backend: Any, subnet: str) -> Any:
    """End the subnet's associations with its route table and network ACL. moto keeps them."""
    deleted = original(backend, subnet)
    for table in backend.route_tables.values():
        for association, associated in list(table._associations.items()):
            if associated == subnet:
                del table._associations[association]
    for acl in backend.network_acls.values():
        for name, association in list(acl._associations.items()):
            if association.subnet_id == subnet:
                del acl._associations[name]
    return deleted


def _delete_vpc(original: Any, response: Any) -> Any:
    """Refuse a VPC with anything but its main route table, default network ACL and default security group.

    https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
    """
    backend, vpc = response.ec2_backend, response._get_param("VpcId")
    transitions.settle(backend)
    backend.get_vpc(vpc)
    if any(_parts_of(backend, vpc)):
        raise _violation(f"The vpc '{vpc}' has dependencies and cannot be deleted.")
    return original(response)


def _parts_of(backend: Any, vpc: str) -> Iterator[bool]:
    yield any(endpoint.vpc_id == vpc for endpoint in backend.vpc_end_points.values())
    yield any(gateway.vpc and gateway.vpc.id == vpc for gateway in backend.internet_gateways.values())
    yield any(gateway.vpc_id == vpc for gateway in backend.egress_only_internet_gateways.values())
    yield any(not group.is_default for group in backend.groups.get(vpc, {}).values())
    yield any(_is_referenced(backend, group) for group in backend.groups.get(vpc, {}).values())
    yield any(acl.vpc_id == vpc and not acl.default for acl in backend.network_acls.values())
    yield any(
        vpc in (peering.vpc.id, peering.peer_vpc.id) and peering._status.code in {"active", "pending-acceptance"}
        for peering in backend.vpc_pcxs.values()
    )
    yield any(
        attachment.resource_id == vpc and attachment.state not in {"deleted", "deleting"}
        for attachment in backend.transit_gateway_attachments.values()
        if attachment.resource_type == "vpc"
    )


def _forget_vpc(original: Any, backend: Any, vpc: str) -> Any:
    """Delete the default network ACL with its VPC. moto keeps it."""
    deleted = original(backend, vpc)
    for name in [acl.id for acl in backend.network_acls.values() if acl.vpc_id == vpc]:
        del backend.network_acls[name]
    return deleted


def _delete_route_table(original: Any, response: Any) -> Any:
    """Refuse the main route table: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteRouteTable.html."""
    table = response.ec2_backend.get_route_table(response._get_param("RouteTableId"))
    if table.main_association_id is not None:
        raise _violation(f"The routeTable '{table.id}' has dependencies and cannot be deleted.")
    return original(response)


def _delete_network_acl(original: Any, response: Any) -> Any:
    """Refuse the default network ACL: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNetworkAcl.html."""
    acl = response.ec2_backend.get_network_acl(response._get_param("NetworkAclId"))
    if acl.default:
        raise EC2ClientError("InvalidParameterValue", f"cannot delete default network ACL {acl.id}")
    return original(response)


def _detach_internet_gateway(original: Any, response: Any) -> Any:
    """Refuse to detach the gateway of a VPC with public addresses.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachInternetGateway.html
    """
    backend, vpc = response.ec2_backend, response._get_param("VpcId")
    transitions.settle(backend)
    if any(interface.public_ip and interface.vpc_id == vpc for interface in backend.enis.values()):
        raise _violation(
            f"Network {vpc} has some mapped public address(es). Please unmap those public address(es) before "
            "detaching the gateway."
        )
    return original(response)


def _delete_interface(original: Any, response: Any) -> Any:
    """Refuse an interface in use.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNetworkInterface.html
    """
    backend, name = response.ec2_backend, response._get_param("NetworkInterfaceId")
    transitions.settle(backend)
    interface = backend.enis.get(name)
    if interface is not None and (interface.requester_managed or interface.attachment_id):
        raise EC2ClientError("InvalidNetworkInterface.InUse", f"The interface '{name}' is currently in use.")
    return original(response)


CORRECTIONS = (
    Correction(SecurityGroups, "delete_security_group", _delete_group),
    Correction(Subnets, "delete_subnet", _delete_subnet),
    Correction(SubnetBackend, "delete_subnet", _forget_subnet),
    Correction(VPCs, "delete_vpc", _delete_vpc),
    Correction(VPCBackend, "delete_vpc", _forget_vpc),
    Correction(RouteTables, "delete_route_table", _delete_route_table),
    Correction(NetworkACLs, "delete_network_acl", _delete_network_acl),
    Correction(InternetGateways, "detach_internet_gateway", _detach_internet_gateway),
    Correction(ElasticNetworkInterfaces, "delete_network_interface", _delete_interface),
)
"""The patches of this module."""
