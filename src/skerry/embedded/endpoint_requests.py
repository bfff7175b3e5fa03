"""Requests for VPC endpoints that AWS refuses.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

import json
from collections.abc import Iterable, Sequence
from typing import Any

from moto.ec2.exceptions import EC2ClientError, InvalidSecurityGroupNotFoundError, InvalidServiceName
from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES

from skerry.embedded.endpoint_names import private_names_of, short_name_of
from skerry.embedded.quotas import require_quota
from skerry.embedded.transitions import DELETING
from skerry.embedded.vpc import require_free_address

_GATEWAY, _INTERFACE = "Gateway", "Interface"

# https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-networking.html
_WITH_GATEWAY = {"dynamodb", "s3", "s3express"}
_ONLY_GATEWAY = {"s3express"}


def require_creatable(backend: Any, response: Any, kind: str, groups: Sequence[str]) -> None:
    """Refuse a request for a new endpoint that AWS refuses.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
    """
    get_parameter = response._get_param
    vpc, service = backend.get_vpc(get_parameter("VpcId")), get_parameter("ServiceName")
    subnets, tables = get_parameter("SubnetIds", []), get_parameter("RouteTableIds", [])
    _require_service(backend, service, kind)
    _require_policy(get_parameter("PolicyDocument"))
    _require_fields_of_type(kind, subnets=subnets, groups=groups, tables=tables)
    _require_groups(backend, vpc, groups, len(groups))
    _require_endpoint_quota(backend, vpc, kind)
    _require_routes(backend, vpc, service, tables)
    _require_subnets(backend, vpc, subnets, subnets)
    if kind == _INTERFACE and response._get_bool_param("PrivateDnsEnabled", if_none=True):
        _require_names(backend, vpc, service)


def require_changeable(backend: Any, response: Any, endpoint: Any) -> None:
    """Refuse a change of an endpoint that AWS refuses.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html
    """
    get_parameter = response._get_param
    vpc = backend.get_vpc(endpoint.vpc_id)
    if endpoint.state == DELETING:
        raise EC2ClientError("IncorrectState", f"The VPC endpoint {endpoint.id} is in the state {DELETING}")
    _require_policy(get_parameter("PolicyDocument"))
    changed = {name: [*get_parameter(f"Add{name}", []), *get_parameter(f"Remove{name}", [])] for name in _CHANGES}
    _require_fields_of_type(
        endpoint.vpc_endpoint_type,
        subnets=changed["SubnetIds"],
        groups=changed["SecurityGroupIds"],
        tables=changed["RouteTableIds"],
    )
    added, removed = get_parameter("AddSecurityGroupIds", []), get_parameter("RemoveSecurityGroupIds", [])
    groups = {*endpoint.security_group_ids, *added} - set(removed)
    _require_groups(backend, vpc, added, len(groups))
    added, removed = get_parameter("AddSubnetIds", []), get_parameter("RemoveSubnetIds", [])
    subnets = [subnet for subnet in endpoint.subnet_ids or () if subnet not in removed]
    new = [subnet for subnet in added if subnet not in subnets]
    _require_subnets(backend, vpc, [*subnets, *new], new)
    own = endpoint.route_table_ids or ()
    tables = [table for table in get_parameter("AddRouteTableIds", []) if table not in own]
    _require_routes(backend, vpc, endpoint.service_name, tables)
    if response._get_bool_param("PrivateDnsEnabled") and not endpoint.private_dns_enabled:
        _require_names(backend, vpc, endpoint.service_name)


_CHANGES = ("SubnetIds", "SecurityGroupIds", "RouteTableIds")


def _require_service(backend: Any, service: str, kind: str) -> None:
    name = short_name_of(backend, service)
    if name in backend.configurations:
        return
    if name == service or name not in AWS_ENDPOINT_SERVICES:
        raise InvalidServiceName(service)
    gateway = [_GATEWAY] if name in _WITH_GATEWAY else []
    kinds = gateway + ([] if name in _ONLY_GATEWAY else [_INTERFACE])
    if kind not in kinds:
        available = ", ".join(kinds)
        raise _invalid(f"Endpoint type ({kind}) does not match available service types ([{available}]).")


def _require_fields_of_type(kind: str, *, subnets: Sequence[str], groups: Sequence[str], tables: Sequence[str]) -> None:
    """Refuse fields of the other type of endpoint.

    https://github.com/ansible-collections/amazon.aws/issues/576 has the message.
    """
    if kind == _INTERFACE and tables:
        raise _invalid("Route table IDs are only supported for Gateway type VPC Endpoint.")
    if kind == _GATEWAY and (subnets or groups):
        raise _invalid("Subnet and security group IDs are only supported for Interface type VPC Endpoint.")


def _require_policy(policy: str | None) -> None:
    if not policy:
        return
    try:
        document = json.loads(policy)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        message = "The specified policy document is not a valid JSON policy document."
        raise EC2ClientError("InvalidPolicyDocument", message)


def _require_groups(backend: Any, vpc: Any, groups: Iterable[str], count: int) -> None:
    """Require groups of the endpoint's VPC, and not too many for one interface."""
    for name in groups:
        group = backend.get_security_group_from_id(name)
        if group is None or group.vpc_id != vpc.id:
            raise InvalidSecurityGroupNotFoundError(name)
    require_quota("L-2AFB9258", count, "security groups of an interface")


def _require_endpoint_quota(backend: Any, vpc: Any, kind: str) -> None:
    same = [endpoint for endpoint in backend.vpc_end_points.values() if endpoint.vpc_endpoint_type == kind]
    if kind == _GATEWAY:
        require_quota("L-1B52E74A", len(same) + 1, "gateway endpoints of the Region")
    if kind == _INTERFACE:
        own = [endpoint for endpoint in same if endpoint.vpc_id == vpc.id]
        require_quota("L-29B6F2EB", len(own) + 1, f"interface endpoints of {vpc.id}")


def _require_subnets(backend: Any, vpc: Any, subnets: Iterable[str], new: Iterable[str]) -> None:
    """Require one subnet of the VPC in each zone, and a free address in each new one.

    https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html
    """
    zones: set[str] = set()
    for name in subnets:
        subnet = backend.get_subnet(name)
        if subnet.vpc_id != vpc.id:
            raise _invalid(f"Subnet {name} does not belong to VPC {vpc.id}")
        if subnet.availability_zone in zones:
            raise EC2ClientError(
                "DuplicateSubnetsInSameZone",
                f"Found another VPC endpoint subnet in the availability zone of {name}. VPC endpoint "
                "subnets should be in different availability zones supported by the VPC endpoint service.",
            )
        zones.add(subnet.availability_zone)
    for name in new:
        require_free_address(backend, backend.get_subnet(name))


def _require_names(backend: Any, vpc: Any, service: str) -> None:
    """Require both DNS attributes of the VPC for private names, and one endpoint for each name.

    An endpoint keeps its names until it is gone.
    https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
    """
    if not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
        raise _invalid(
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set "
            f"to true for {vpc.id}"
        )
    for other in backend.vpc_end_points.values():
        if (other.vpc_id, other.service_name) == (vpc.id, service) and other.private_dns_enabled:
            domain = next(private_names_of(backend, service), service)
            raise _invalid(
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                f"{domain} in the VPC {vpc.id}"
            )


def _require_routes(backend: Any, vpc: Any, service: str, tables: Iterable[str]) -> None:
    """Require route tables of the VPC, with one gateway for a service in each.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    for name in tables:
        table = backend.get_route_table(name)
        if table.vpc_id != vpc.id:
            raise _invalid(f"Route table {name} does not belong to VPC {vpc.id}")
        for route in table.routes:
            prefixes = route.destination_prefix_list
            if prefixes and prefixes.prefix_list_name == service:
                raise EC2ClientError(
                    "RouteAlreadyExists",
                    f"route table {name} already has a route with destination-prefix-list-id {prefixes.id}",
                )


def _invalid(message: str) -> EC2ClientError:
    return EC2ClientError("InvalidParameter", message)
