"""Patches of moto for VPC endpoints, by AWS's documented rules.

moto stores an endpoint as requested. AWS refuses invalid requests, and creates the endpoint's interfaces, routes and
names: https://docs.aws.amazon.com/vpc/latest/privatelink/. The codes of its errors: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html.
"""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

import json
from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.responses.vpcs import VPCs

from skerry.embedded import transitions
from skerry.embedded.endpoint_names import host_of, private_names_of, short_name_of
from skerry.embedded.endpoint_requests import require_changeable, require_creatable
from skerry.embedded.patching import Correction
from skerry.embedded.transitions import AVAILABLE, DELETED, DELETING, PENDING

_GATEWAY, _INTERFACE = "Gateway", "Interface"

# The account of AWS that makes the interfaces of endpoints.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
_REQUESTER = "727180483921"


def _create(original: Any, response: Any) -> Any:
    """Refuse invalid requests, and fill in the defaults of AWS.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
    """
    backend, get_parameter = response.ec2_backend, response._get_param
    transitions.settle(backend)
    kind = get_parameter("VpcEndpointType") or _GATEWAY
    groups = get_parameter("SecurityGroupIds", [])
    require_creatable(backend, response, kind, groups)
    answer = original(response)
    endpoint = answer.result["VpcEndpoint"]
    endpoint.vpc_endpoint_type = kind
    endpoint.requester_managed = False
    endpoint.service_region = backend.region_name
    if kind == _INTERFACE:
        endpoint.security_group_ids = groups or [backend.get_default_security_group(endpoint.vpc_id).id]
        endpoint.ip_address_type = get_parameter("IpAddressType") or "ipv4"
        endpoint.dns_options = {"DnsRecordIpType": "ipv4"} | (get_parameter("DnsOptions") or {})
    else:
        endpoint.private_dns_enabled = False
    _settle(backend, endpoint)
    transitions.begin(endpoint, PENDING, AVAILABLE)
    return answer


def _modify(original: Any, response: Any) -> Any:
    """Change any field of an endpoint, and refuse invalid requests. moto: only lists and policy change.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html
    """
    backend = response.ec2_backend
    transitions.settle(backend)
    endpoint = backend.get_vpc_end_point(response._get_param("VpcEndpointId"))
    names = response._get_bool_param("PrivateDnsEnabled")
    require_changeable(backend, response, endpoint)
    answer = original(response)
    if names is not None:
        endpoint.private_dns_enabled = names
    if response._get_bool_param("ResetPolicy"):
        endpoint.policy_document = json.dumps(VPCEndPoint.DEFAULT_POLICY)
    _settle(backend, endpoint)
    return answer


def _delete(_original: Any, response: Any) -> Any:
    """Delete endpoints in the background, and list the ids that cannot be deleted.

    moto lists deleted endpoints for ever, and no failure.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
    https://repost.aws/knowledge-center/vpc-delete-requester-managed-endpoint
    """
    backend = response.ec2_backend
    transitions.settle(backend)
    unsuccessful = []
    for name in response._get_param("VpcEndpointIds", []):
        endpoint = backend.vpc_end_points.get(name)
        if endpoint is None:
            message = f"The Vpc Endpoint Id '{name}' does not exist"
            unsuccessful.append(_unsuccessful(name, "InvalidVpcEndpoint.NotFound", message))
        elif endpoint.requester_managed:
            message = (
                f"Operation is not allowed for requester-managed VPC endpoints for the service {endpoint.service_name}"
            )
            unsuccessful.append(_unsuccessful(name, "OperationNotPermitted", message))
        elif endpoint.state != DELETING:
            _end(backend, endpoint)
    transitions.settle(backend)
    return ActionResult({"Unsuccessful": unsuccessful})


def _unsuccessful(name: str, code: str, message: str) -> dict[str, Any]:
    """Return an item of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UnsuccessfulItem.html."""
    return {"ResourceId": name, "Error": {"Code": code, "Message": message}}


def _end(backend: Any, endpoint: Any) -> None:
    """Delete the endpoint's routes at once; its interfaces and private names last until it is gone."""
    if endpoint.vpc_endpoint_type == _GATEWAY:
        endpoint.route_table_ids = []
        _settle_routes(backend, endpoint)
    transitions.begin(endpoint, DELETING, DELETED)


def _describe(original: Any, response: Any) -> Any:
    transitions.settle(response.ec2_backend)
    answer = original(response)
    for endpoint in answer.result["VpcEndpoints"]:
        transitions.count_description(endpoint)
    return answer


def _settle(backend: Any, endpoint: Any) -> None:
    """Update the endpoint's interfaces, names and routes to match the endpoint."""
    if endpoint.vpc_endpoint_type == _INTERFACE:
        _settle_interfaces(backend, endpoint)
        endpoint.dns_entries = list(_dns_entries(backend, endpoint))
    elif endpoint.vpc_endpoint_type == _GATEWAY:
        _settle_routes(backend, endpoint)


def _settle_interfaces(backend: Any, endpoint: Any) -> None:
    """Create one interface in each subnet, with the endpoint's security groups.

    https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
    """
    standing = {backend.enis[eni].subnet.id: backend.enis[eni] for eni in endpoint.network_interface_ids}
    for subnet in standing.keys() - set(endpoint.subnet_ids):
        del backend.enis[standing.pop(subnet).id]
    for subnet in endpoint.subnet_ids:
        if subnet not in standing:
            standing[subnet] = backend.create_network_interface(subnet, None)
    for interface in standing.values():
        interface.description = f"VPC Endpoint Interface {endpoint.id}"
        interface.interface_type = "vpc_endpoint"
        interface.requester_managed = True
        interface.requester_id = _REQUESTER
        interface.status = "in-use"
        interface._group_set = [backend.get_security_group_from_id(g) for g in endpoint.security_group_ids]
    endpoint.network_interface_ids = [standing[subnet].id for subnet in endpoint.subnet_ids]


def _dns_entries(backend: Any, endpoint: Any) -> Iterator[dict[str, str]]:
    """Yield the endpoint's names: of the region, of each zone, and of the service if private DNS is on.

    https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
    """
    service = short_name_of(backend, endpoint.service_name)
    everything = "*." if service == "s3" else ""  # a bucket's name stands before the endpoint's
    own = f"{everything}{endpoint.id}-{endpoint.id[-8:]}"
    domain = f"{host_of(service)}.{backend.region_name}.vpce.amazonaws.com"
    zone = f"Z{endpoint.id[-13:].upper()}"
    yield {"DnsName": f"{own}.{domain}", "HostedZoneId": zone}
    for subnet in endpoint.subnet_ids:
        place = backend.get_subnet(subnet).availability_zone
        yield {"DnsName": f"{own}-{place}.{domain}", "HostedZoneId": zone}
    if endpoint.private_dns_enabled:
        for name in private_names_of(backend, endpoint.service_name):
            yield {"DnsName": name, "HostedZoneId": "ZONEIDPENDING"}


def _settle_routes(backend: Any, endpoint: Any) -> None:
    """Create one route to the service's prefix list in each of the endpoint's route tables.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    prefixes = endpoint.destination_prefix_list_id
    for table in backend.route_tables.values():
        routed = any(route.gateway_id == endpoint.id for route in table.routes)
        if routed and table.id not in endpoint.route_table_ids:
            backend.delete_route(table.id, prefixes)
        if not routed and table.id in endpoint.route_table_ids:
            backend.create_route(table.id, None, destination_prefix_list_id=prefixes, gateway_id=endpoint.id)


CORRECTIONS = (
    Correction(VPCs, "create_vpc_endpoint", _create),
    Correction(VPCs, "modify_vpc_endpoint", _modify),
    Correction(VPCs, "delete_vpc_endpoints", _delete),
    Correction(VPCs, "describe_vpc_endpoints", _describe),
)
"""The patches of this module."""
