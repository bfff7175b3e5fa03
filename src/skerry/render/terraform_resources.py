"""New resources in Terraform: security groups, rules, network ACL entries and endpoints."""

from collections.abc import Iterator

from skerry.catalogue.services import service_of_endpoint
from skerry.model.world import World
from skerry.plan.change_calls import description_of
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
)
from skerry.plan.records import Planned
from skerry.render import iac_common
from skerry.render.hcl import Value, build_for_each
from skerry.render.iac_names import Names
from skerry.render.terraform_blocks import ResourceBlock
from skerry.render.terraform_import import comment_of, encode_policy

_PEERS = {"cidr": "cidr_ipv4", "group": "referenced_security_group_id", "prefix-list": "prefix_list_id"}
_SIDES = {"in": "ingress", "out": "egress"}


def groups(rows: list[Planned], names: Names) -> Iterator[ResourceBlock]:
    """Yield new security groups. An endpoint's group needs no outbound rule: an endpoint opens no connection.

    Terraform removes the rule that AWS gives every new group:
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group
    """
    for planned in rows:
        change = planned.change
        if isinstance(change, CreateSecurityGroup):
            settings: dict[str, Value] = {
                "name": names.group_name(change),
                "description": change.description,
                "vpc_id": names.given("vpc_id", change.vpc_id),
                **({} if names.tags is None else {"tags": names.tags}),
            }
            address = f"aws_security_group.{names.group(change.group_id)}"
            reasons = iac_common.reasons_of_change(planned)
            yield ResourceBlock("groups", address, (planned,), (settings,), reasons)


def rules(world: World, rows: list[Planned], names: Names) -> Iterator[ResourceBlock]:
    """Yield rules, those of one group, direction and kind of peer as one resource."""
    by_resource: dict[tuple[str, str, str], list[Planned]] = {}
    for planned in rows:
        if isinstance(planned.change, AuthorizeRule):
            key = (planned.change.group_id, planned.change.direction, planned.change.rule.kind)
            by_resource.setdefault(key, []).append(planned)
    for (group, direction, kind), same in by_resource.items():
        settings = _rule_settings(same, kind, names)
        address = f"aws_vpc_security_group_{_SIDES[direction]}_rule.{names.group(group)}_{kind.replace('-', '_')}"
        each = build_for_each(settings, _PEERS[kind])
        yield ResourceBlock("filters", address, tuple(same), each, comment_of(world, same))


def _rule_settings(rows: list[Planned], kind: str, names: Names) -> dict[str, dict[str, Value]]:
    """Return the arguments of rules, by their peers; by protocol and port too, where these differ."""
    changes = [(planned, planned.change) for planned in rows if isinstance(planned.change, AuthorizeRule)]
    ports = {(change.rule.protocol, change.rule.port) for _, change in changes}
    arguments: dict[str, dict[str, Value]] = {}
    for planned, change in changes:
        rule = change.rule
        key = names.peer_key(rule.peer)
        arguments[key if len(ports) == 1 else f"{rule.protocol} {rule.port} {key}"] = {
            "security_group_id": names.reference(change.group_id),
            "description": description_of(planned),
            "ip_protocol": rule.protocol,
            "from_port": rule.port,
            "to_port": rule.port,
            _PEERS[kind]: names.peer(rule.peer),
            "tags": names.tags,
        }
    return arguments


def interface_endpoints(rows: list[Planned], names: Names) -> Iterator[ResourceBlock]:
    """Yield the new interface endpoints as one resource."""
    made: list[Planned] = []
    settings: dict[str, dict[str, Value]] = {}
    for planned in rows:
        change = planned.change
        if isinstance(change, CreateInterfaceEndpoint):
            made.append(planned)
            settings[names.endpoint_key(change)] = {
                "vpc_id": names.given("vpc_id", change.vpc_id),
                "service_name": names.service(change.service_name),
                "vpc_endpoint_type": "Interface",
                "subnet_ids": names.given("subnet_ids", list(change.subnets)),
                "security_group_ids": [names.reference(group_id) for group_id in change.groups],
                "private_dns_enabled": change.private_dns,
                "ip_address_type": names.address_type(change.ip_address_type),
                "policy": encode_policy(change.policy),
                "tags": names.tags_of_each,
            }
    if made:
        each = build_for_each(settings, "service_name")
        yield ResourceBlock("endpoints", "aws_vpc_endpoint.interface", tuple(made), each, _reasons_of_endpoints(made))


def gateway_endpoints(rows: list[Planned], names: Names) -> Iterator[ResourceBlock]:
    """Yield the new gateway endpoints as one resource."""
    made: list[Planned] = []
    settings: dict[str, dict[str, Value]] = {}
    for planned in rows:
        change = planned.change
        if isinstance(change, CreateGatewayEndpoint):
            made.append(planned)
            settings[names.endpoint_key(change)] = {
                "vpc_id": names.given("vpc_id", change.vpc_id),
                "service_name": names.service(change.service_name),
                "vpc_endpoint_type": "Gateway",
                "route_table_ids": names.given("route_table_ids", list(change.route_tables)),
                "policy": encode_policy(change.policy),
                "tags": names.tags_of_each,
            }
    if made:
        each = build_for_each(settings, "service_name")
        yield ResourceBlock("endpoints", "aws_vpc_endpoint.gateway", tuple(made), each, _reasons_of_endpoints(made))


def _reasons_of_endpoints(made: list[Planned]) -> str:
    """Return the reasons of endpoints, each below its service."""
    lines = []
    for planned in made:
        change = planned.change
        assert isinstance(change, CreateInterfaceEndpoint | CreateGatewayEndpoint)  # noqa: S101 -- chosen above
        ref = service_of_endpoint(change.service_name)
        lines += [
            f"{ref.key if ref else change.service_name}: {line}"
            for line in iac_common.reasons_of_change(planned).splitlines()
        ]
    return "\n".join(lines)


def acl_entries(world: World, rows: list[Planned], names: Names) -> Iterator[ResourceBlock]:
    """Yield entries of network ACLs, those of one ACL and direction as one resource."""
    by_acl: dict[tuple[str, str], list[tuple[Planned, AddAclEntry]]] = {}
    for planned in rows:
        if isinstance(planned.change, AddAclEntry):
            key = (planned.change.acl_id, planned.change.direction)
            by_acl.setdefault(key, []).append((planned, planned.change))
    for (acl, direction), same in by_acl.items():
        settings: dict[str, dict[str, Value]] = {
            str(change.number): {
                "network_acl_id": names.existing(acl),
                "egress": direction == "out",
                "rule_number": change.number,
                "rule_action": "allow",
                "protocol": "tcp",
                "cidr_block": change.cidr,
                "from_port": change.ports[0],
                "to_port": change.ports[1],
            }
            for _, change in same
        }
        address = f"aws_network_acl_rule.{names.label(acl)}_{_SIDES[direction]}"
        each = build_for_each(settings, "rule_number")
        entries = tuple(planned for planned, _ in same)
        yield ResourceBlock("filters", address, entries, each, comment_of(world, entries))
