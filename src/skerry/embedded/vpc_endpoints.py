"""Patches of moto for VPC endpoints, by AWS's documented rules.

moto stores an endpoint as requested. AWS refuses invalid requests, and creates the endpoint's interfaces, routes and
names: https://docs.aws.amazon.com/vpc/latest/privatelink/. The codes of its errors: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html.
"""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidSecurityGroupNotFoundError, InvalidServiceName
from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES, VPCBackend, VPCEndPoint
from moto.ec2.responses.vpcs import VPCs

from skerry.embedded.patching import Correction

_GATEWAY, _INTERFACE = "Gateway", "Interface"

# https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-networking.html
_WITH_GATEWAY = {"dynamodb", "s3", "s3express"}
_ONLY_GATEWAY = {"s3express"}

# Services with private names other than the service's host.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
_PRIVATE_NAMES = {
    "ecr.dkr": ("dkr.ecr", "*.dkr.ecr"),
    "s3": ("s3", "*.s3", "*.s3-accesspoint", "*.s3-control"),
}

# The account of AWS that makes the interfaces of endpoints.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
_REQUESTER = "727180483921"


def _create(original: Any, response: Any) -> Any:
    """Refuse invalid requests, and fill in the defaults of AWS.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
    """
    response.error_on_dryrun()
    backend, get_parameter = response.ec2_backend, response._get_param
    if earlier := _known_token(backend, get_parameter("ClientToken")):
        return ActionResult({"VpcEndpoint": earlier})
    kind = get_parameter("VpcEndpointType") or _GATEWAY
    groups = get_parameter("SecurityGroupIds", [])
    _refuse_request(backend, response, kind, groups)
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
    return answer


def _known_token(backend: Any, token: str | None) -> Any:
    """Return the endpoint that an earlier request with this token created: it is not created twice.

    https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
    """
    endpoints = backend.vpc_end_points.values()
    return next((endpoint for endpoint in endpoints if token and endpoint.client_token == token), None)


def _modify(original: Any, response: Any) -> Any:
    """Change any field of an endpoint, and refuse invalid requests. moto: only lists and policy change.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html
    """
    response.error_on_dryrun()
    backend, get_parameter = response.ec2_backend, response._get_param
    endpoint = backend.get_vpc_end_point(get_parameter("VpcEndpointId"))
    removed = get_parameter("RemoveSubnetIds", [])
    _refuse_policy(get_parameter("PolicyDocument"))
    _refuse_groups(backend, get_parameter("AddSecurityGroupIds", []))
    _refuse_zones(backend, [s for s in endpoint.subnet_ids if s not in removed] + get_parameter("AddSubnetIds", []))
    _refuse_routes(backend, endpoint.service_name, get_parameter("AddRouteTableIds", []))
    names = response._get_bool_param("PrivateDnsEnabled")
    if names and not endpoint.private_dns_enabled:
        _refuse_names(backend, backend.get_vpc(endpoint.vpc_id), endpoint.service_name)
    answer = original(response)
    if names is not None:
        endpoint.private_dns_enabled = names
    if response._get_bool_param("ResetPolicy"):
        endpoint.policy_document = json.dumps(VPCEndPoint.DEFAULT_POLICY)
    _settle(backend, endpoint)
    return answer


def _delete(original: Any, backend: Any, vpce_ids: Iterable[str] = ()) -> None:
    """Forget deleted endpoints. moto lists them for ever.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
    """
    original(backend, vpce_ids)
    for endpoint in vpce_ids:
        backend.vpc_end_points.pop(endpoint, None)


def _refuse_request(backend: Any, response: Any, kind: str, groups: Sequence[str]) -> None:
    get_parameter = response._get_param
    vpc, service = backend.get_vpc(get_parameter("VpcId")), get_parameter("ServiceName")
    _refuse_service(backend, service, kind)
    _refuse_policy(get_parameter("PolicyDocument"))
    _refuse_groups(backend, groups)
    if kind == _GATEWAY:
        _refuse_routes(backend, service, get_parameter("RouteTableIds", []))
    if kind == _INTERFACE:
        _refuse_zones(backend, get_parameter("SubnetIds", []))
        if response._get_bool_param("PrivateDnsEnabled", if_none=True):
            _refuse_names(backend, vpc, service)


def _refuse_service(backend: Any, service: str, kind: str) -> None:
    name = _short(backend, service)
    if name in backend.configurations:
        return
    if name == service or name not in AWS_ENDPOINT_SERVICES:
        raise InvalidServiceName(service)
    gateway = [_GATEWAY] if name in _WITH_GATEWAY else []
    kinds = gateway + ([] if name in _ONLY_GATEWAY else [_INTERFACE])
    if kind not in kinds:
        available = ", ".join(kinds)
        raise _invalid(f"Endpoint type ({kind}) does not match available service types ([{available}]).")


def _refuse_policy(policy: str | None) -> None:
    if not policy:
        return
    try:
        json.loads(policy)
    except ValueError as error:
        message = "The specified policy document is not a valid JSON policy document."
        raise EC2ClientError("InvalidPolicyDocument", message) from error


def _refuse_groups(backend: Any, groups: Iterable[str]) -> None:
    for group in groups:
        if backend.get_security_group_from_id(group) is None:
            raise InvalidSecurityGroupNotFoundError(group)


def _refuse_zones(backend: Any, subnets: Iterable[str]) -> None:
    """Require one subnet in each zone: https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html."""
    zones: set[str] = set()
    for subnet in subnets:
        zone = backend.get_subnet(subnet).availability_zone
        if zone in zones:
            raise EC2ClientError(
                "DuplicateSubnetsInSameZone",
                f"Found another VPC endpoint subnet in the availability zone of {subnet}. VPC endpoint "
                "subnets should be in different availability zones supported by the VPC endpoint service.",
            )
        zones.add(zone)


def _refuse_names(backend: Any, vpc: Any, service: str) -> None:
    """Require both DNS attributes of the VPC for private names, and one endpoint for each name.

    https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
    """
    if not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
        raise _invalid(
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set "
            f"to true for {vpc.id}"
        )
    for other in backend.vpc_end_points.values():
        if (other.vpc_id, other.service_name) == (vpc.id, service) and other.private_dns_enabled:
            domain = next(_private_names(backend, service), service)
            raise _invalid(
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                f"{domain} in the VPC {vpc.id}"
            )


def _refuse_routes(backend: Any, service: str, tables: Iterable[str]) -> None:
    """Require one gateway for a service in each route table.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    for table in tables:
        for route in backend.get_route_table(table).routes:
            prefixes = route.destination_prefix_list
            if prefixes and prefixes.prefix_list_name == service:
                raise EC2ClientError(
                    "RouteAlreadyExists",
                    f"route table {table} already has a route with destination-prefix-list-id {prefixes.id}",
                )


def _invalid(message: str) -> EC2ClientError:
    return EC2ClientError("InvalidParameter", message)


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
    service = _short(backend, endpoint.service_name)
    everything = "*." if service == "s3" else ""  # a bucket's name stands before the endpoint's
    own = f"{everything}{endpoint.id}-{endpoint.id[-8:]}"
    domain = f"{_host(service)}.{backend.region_name}.vpce.amazonaws.com"
    zone = f"Z{endpoint.id[-13:].upper()}"
    yield {"DnsName": f"{own}.{domain}", "HostedZoneId": zone}
    for subnet in endpoint.subnet_ids:
        place = backend.get_subnet(subnet).availability_zone
        yield {"DnsName": f"{own}-{place}.{domain}", "HostedZoneId": zone}
    if endpoint.private_dns_enabled:
        for name in _private_names(backend, endpoint.service_name):
            yield {"DnsName": name, "HostedZoneId": "ZONEIDPENDING"}


def _private_names(backend: Any, service: str) -> Iterator[str]:
    name = _short(backend, service)
    if name in backend.configurations:  # a customer's service has no private name unless it is given one
        yield from filter(None, [backend.configurations[name].private_dns_name])
        return
    for host in _PRIVATE_NAMES.get(name, (_host(name),)):
        yield f"{host}.{backend.region_name}.amazonaws.com"


def _short(backend: Any, service: str) -> str:
    """Return a service's name without the region's prefix: ``ecr.api``, or ``vpce-svc-…`` for a customer's."""
    name = service.removeprefix("com.amazonaws.").removeprefix("vpce.")
    return name.removeprefix(f"{backend.region_name}.")


def _host(service: str) -> str:
    """Return the host of a service: its name backwards, ``api.ecr`` for ``ecr.api``."""
    return ".".join(reversed(service.split(".")))


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
    Correction(VPCBackend, "delete_vpc_endpoints", _delete),
)
"""The patches of this module."""
