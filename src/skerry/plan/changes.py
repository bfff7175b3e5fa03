"""The changes that a plan is made of, a closed union.

Each is data: `after` tells what a World is with it, renderers write it down. A new resource has an id of skerry's own
(`is_new`), because AWS has not given one yet; later changes refer to it.
"""

from typing import Literal, assert_never

import msgspec

Disposition = Literal["safe", "disruptive", "manual"]
"""``safe``: it only adds. ``disruptive``: it changes what others use. ``manual``: skerry proposes it, no more."""
Direction = Literal["in", "out"]
Attribute = Literal["enable_dns_support", "enable_dns_hostnames"]
GatewayKind = Literal["internet-gateway", "nat-gateway"]

_NEW = "-new-"


def make_new_id(prefix: str, name: str) -> str:
    """Return the id of something that is to be created: ``vpce-new-ecr.api-vpc-1``."""
    return f"{prefix}{_NEW}{name}"


def is_new(resource: str) -> bool:
    """Tell whether an id belongs to a resource of the plan."""
    return _NEW in resource


class Rule(msgspec.Struct, frozen=True, gc=False):
    """The content of a security group rule: a port and a peer.

    ``peer`` is a CIDR block, a security group or a prefix list.
    """

    protocol: Literal["tcp", "udp"]
    port: int
    peer: str

    @property
    def kind(self) -> Literal["cidr", "group", "prefix-list"]:
        """Return the kind of the peer."""
        if self.peer.startswith("sg-"):
            return "group"
        return "prefix-list" if self.peer.startswith("pl-") else "cidr"


class CreateSecurityGroup(msgspec.Struct, frozen=True, gc=False, tag="create-security-group"):
    """A new security group, without rules that let anything in."""

    group_id: str
    vpc_id: str
    name: str
    description: str


class AuthorizeRule(msgspec.Struct, frozen=True, gc=False, tag="authorize-rule"):
    """A new rule of a security group."""

    group_id: str
    direction: Direction
    rule: Rule


class RevokeRule(msgspec.Struct, frozen=True, gc=False, tag="revoke-rule"):
    """A rule of a security group that goes away."""

    group_id: str
    direction: Direction
    rule: Rule


class CreateInterfaceEndpoint(msgspec.Struct, frozen=True, gc=False, tag="create-interface-endpoint"):
    """A new interface endpoint; ``policy`` is a document as JSON, None for AWS's default, which allows all."""

    endpoint_id: str
    vpc_id: str
    service_name: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    private_dns: bool = True
    ip_address_type: str = "ipv4"
    policy: str | None = None


class CreateGatewayEndpoint(msgspec.Struct, frozen=True, gc=False, tag="create-gateway-endpoint"):
    """A new gateway endpoint; ``prefix_list`` is AWS's list of the service's addresses."""

    endpoint_id: str
    vpc_id: str
    service_name: str
    route_tables: tuple[str, ...]
    prefix_list: str
    policy: str | None = None


class ModifyEndpoint(msgspec.Struct, frozen=True, gc=False, tag="modify-endpoint"):
    """An endpoint that gets more subnets, groups or route tables, private DNS, or another policy."""

    endpoint_id: str
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    route_tables: tuple[str, ...] = ()
    private_dns: bool | None = None
    policy: str | None = None
    prefix_list: str | None = None


class SetVpcAttribute(msgspec.Struct, frozen=True, gc=False, tag="set-vpc-attribute"):
    """An attribute of a VPC that is switched on."""

    vpc_id: str
    attribute: Attribute


class AddAclEntry(msgspec.Struct, frozen=True, gc=False, tag="add-acl-entry"):
    """A new entry of a network ACL that allows TCP to or from a block."""

    acl_id: str
    number: int
    direction: Direction
    cidr: str
    ports: tuple[int, int]


class DeleteEndpoint(msgspec.Struct, frozen=True, gc=False, tag="delete-endpoint"):
    """An endpoint that never worked and blocks the creation of another one."""

    endpoint_id: str
    message: str


class DeleteRoute(msgspec.Struct, frozen=True, gc=False, tag="delete-route"):
    """A black hole: a route to a deleted resource, in the place of a route that is to be created.

    ``destination`` is a CIDR block or a prefix list.
    """

    route_table_id: str
    destination: str


class ReplaceRoute(msgspec.Struct, frozen=True, gc=False, tag="replace-route"):
    """A route that leads to another gateway afterwards; ``destination`` is a CIDR block."""

    route_table_id: str
    destination: str
    target_kind: GatewayKind
    target: str


class RouteToInternetGateway(msgspec.Struct, frozen=True, gc=False, tag="route-to-internet-gateway"):
    """A new default route to an internet gateway."""

    route_table_id: str
    internet_gateway_id: str


class CreateNatGateway(msgspec.Struct, frozen=True, gc=False, tag="create-nat-gateway"):
    """A new public NAT gateway with a new Elastic IP address (``allocation_id``)."""

    nat_gateway_id: str
    vpc_id: str
    subnet_id: str
    allocation_id: str


class ConfigureService(msgspec.Struct, frozen=True, gc=False, tag="configure-service"):
    """Settings of a service, or of whatever else starts the task.

    None and empty settings stay as they are. Without any setting ``message`` describes a manual step.
    """

    service: str
    message: str
    cluster: str = ""
    assign_public_ip: bool | None = None
    platform_version: str | None = None
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def has_settings(self) -> bool:
        """Tell whether the change is more than a manual step."""
        return bool(
            self.assign_public_ip is not None or self.platform_version or self.subnets != () or self.groups != ()
        )


class ProposeStatement(msgspec.Struct, frozen=True, gc=False, tag="propose-statement"):
    """A statement that the policy of a role or of a resource lacks; ``statement`` is JSON."""

    resource: str
    statement: str
    message: str


class MirrorImage(msgspec.Struct, frozen=True, gc=False, tag="mirror-image"):
    """An image without an endpoint for its registry: it must be copied into ECR."""

    image: str
    repository: str
    message: str


class RouteToNat(msgspec.Struct, frozen=True, gc=False, tag="route-to-nat"):
    """A new default route to a NAT gateway."""

    route_table_id: str
    nat_gateway_id: str
    message: str


class AssociateZone(msgspec.Struct, frozen=True, gc=False, tag="associate-zone"):
    """A private hosted zone that gets associated with a VPC; ``message`` has the command."""

    zone_id: str
    vpc_id: str
    message: str


class AddZoneRecord(msgspec.Struct, frozen=True, gc=False, tag="add-zone-record"):
    """An alias record to an endpoint in a private hosted zone, which may be new; ``message`` has the command.

    ``target`` is the endpoint's own name; a new zone is associated with the VPC.
    """

    zone_id: str
    zone_name: str
    vpc_id: str
    name: str
    target: str
    message: str


class Advise(msgspec.Struct, frozen=True, gc=False, tag="advise"):
    """A manual step for somebody who knows the reason of the current state."""

    resource: str
    message: str


EndpointChange = CreateInterfaceEndpoint | CreateGatewayEndpoint | ModifyEndpoint | DeleteEndpoint
"""Changes of an endpoint."""

RouteChange = DeleteRoute | ReplaceRoute | RouteToInternetGateway | RouteToNat
"""Changes of a route table."""

Manual = ConfigureService | ProposeStatement | MirrorImage | AssociateZone | AddZoneRecord | Advise
"""Changes outside the VPC's own resources; of a service, only a `ConfigureService` without settings is manual."""

Change = (
    CreateSecurityGroup
    | AuthorizeRule
    | RevokeRule
    | EndpointChange
    | SetVpcAttribute
    | AddAclEntry
    | CreateNatGateway
    | RouteChange
    | Manual
)


def resource_of(change: Change) -> str:
    """Return the id of what a change creates or changes."""
    if isinstance(change, Manual):
        return _subject_of(change)
    match change:
        case CreateSecurityGroup() | AuthorizeRule() | RevokeRule():
            return change.group_id
        case CreateInterfaceEndpoint() | CreateGatewayEndpoint() | ModifyEndpoint() | DeleteEndpoint():
            return change.endpoint_id
        case SetVpcAttribute():
            return change.vpc_id
        case AddAclEntry():
            return change.acl_id
        case DeleteRoute() | ReplaceRoute() | RouteToInternetGateway() | RouteToNat():
            return change.route_table_id
        case CreateNatGateway():
            return change.nat_gateway_id
        case _:
            assert_never(change)


def _subject_of(change: Manual) -> str:
    match change:
        case ConfigureService():
            return change.service
        case ProposeStatement() | Advise():
            return change.resource
        case MirrorImage():
            return change.image
        case AssociateZone() | AddZoneRecord():
            return change.zone_id
        case _:
            assert_never(change)
