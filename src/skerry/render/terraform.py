"""A plan as Terraform: a root module that makes its changes, as a person would have written it.

Association resources extend an existing resource and leave it alone; an ``import`` block takes over an existing
resource that must change, with only the changed arguments. Manual steps stand at the top, for people; a change that
Terraform cannot make, such as removing a rule outside its state, is refused. Arguments:
https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from collections.abc import Iterator

from skerry.catalogue.services import service_of_endpoint
from skerry.model.world import World
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    ModifyEndpoint,
    RevokeRule,
    RouteToNat,
    is_new,
)
from skerry.plan.records import Plan, Planned
from skerry.render import iac_common, terraform_import
from skerry.render.hcl import HclReference, Value, build_for_each, format_block, format_comment, join_blocks
from skerry.render.iac_names import Names

_REQUIRED = ">= 1.5"  # the first with import blocks
_PROVIDER = ">= 5.0"
_TAGS = HclReference("var.tags")
_NAMED = HclReference("merge(var.tags, { Name = each.key })")


def render(world: World, plan: Plan) -> str:
    """Write a plan as a root module. Raises `InputError` where Terraform can make nothing of it."""
    iac_common.refuse_unless_something(plan, "Terraform")
    rows = iac_common.expressible_changes_of(plan)
    revoked = [planned.change for planned in rows if isinstance(planned.change, RevokeRule)]
    iac_common.refuse(revoked, "Terraform cannot take away what it has not made", "Do this by hand, and plan again.")
    names = Names(rows)
    parts = [format_comment(iac_common.heading_of(plan)), *_settings(world, names), *_looked_up(world, rows, names)]
    parts += _groups(rows, names)
    parts += _rules(rows, names)
    parts += _interface_endpoints(rows, names)
    parts += _gateway_endpoints(rows, names)
    parts += _modified(world, rows, names)
    parts += _entries(rows)
    parts += _outputs(rows, names)
    return join_blocks(parts)


_INPUTS = {
    "vpc_id": ("string", "The VPC in which the endpoints are made."),
    "subnet_ids": ("list(string)", "The subnets of the interface endpoints, one of each zone of the tasks."),
    "route_table_ids": ("list(string)", "The route tables of the gateway endpoints: those of the tasks' subnets."),
}


def _settings(world: World, names: Names) -> Iterator[str]:
    yield format_block(
        "terraform",
        {"required_version": _REQUIRED},
        format_block("required_providers", {"aws": {"source": "hashicorp/aws", "version": _PROVIDER}}),
    )
    region_default = {"default": world.region} if world.region else {}
    yield format_block(
        'variable "region"', {"description": "The Region of the VPC.", "type": HclReference("string"), **region_default}
    )
    for name, default in names.inputs.items():
        kind, what = _INPUTS[name]
        yield format_block(f'variable "{name}"', {"description": what, "type": HclReference(kind), "default": default})
    yield format_block(
        'variable "tags"',
        {"description": "Tags of all that is created.", "type": HclReference("map(string)"), "default": {}},
    )
    yield format_block('provider "aws"', {"region": HclReference("var.region")})


def _looked_up(world: World, rows: list[Planned], names: Names) -> Iterator[str]:
    """Return AWS's prefix lists of unknown id in rules, by their names."""
    services: dict[str, str] = {}
    for planned in rows:
        change = planned.change
        if isinstance(change, CreateGatewayEndpoint):
            services[change.prefix_list] = change.service_name
        elif isinstance(change, ModifyEndpoint) and change.prefix_list is not None:
            services[change.prefix_list] = str(world.vpc_endpoints[change.endpoint_id].service_name)
    rules = (planned.change.rule for planned in rows if isinstance(planned.change, AuthorizeRule))
    for peer in dict.fromkeys(rule.peer for rule in rules if rule.kind == "prefix-list" and is_new(rule.peer)):
        yield format_block(f'data "aws_prefix_list" "{names.prefix_list(peer)}"', {"name": services[peer]})


def _groups(rows: list[Planned], names: Names) -> Iterator[str]:
    for planned in rows:
        change = planned.change
        if isinstance(change, CreateSecurityGroup):
            body: dict[str, Value] = {
                "name": change.name,
                "description": change.description,
                "vpc_id": names.given("vpc_id", change.vpc_id),
                "tags": _TAGS,
            }
            yield format_comment(iac_common.reasons_of_change(planned)) + format_block(
                f'resource "aws_security_group" "{names.group(change.group_id)}"', body
            )
            everywhere: dict[str, Value] = {
                "security_group_id": HclReference(f"aws_security_group.{names.group(change.group_id)}.id"),
                "ip_protocol": "-1",
                "cidr_ipv4": "0.0.0.0/0",
            }
            # Terraform takes away the rule that AWS gives to every new group; the plan was proven with it.
            yield format_block(
                f'resource "aws_vpc_security_group_egress_rule" "{names.group(change.group_id)}"', everywhere
            )


_PEERS = {"cidr": "cidr_ipv4", "group": "referenced_security_group_id", "prefix-list": "prefix_list_id"}
_SIDES = {"in": "ingress", "out": "egress"}


def _rules(rows: list[Planned], names: Names) -> Iterator[str]:
    """Yield rules, those of one group, direction and kind of peer as one resource."""
    by_resource: dict[tuple[str, str, str], list[Planned]] = {}
    for planned in rows:
        if isinstance(planned.change, AuthorizeRule):
            key = (planned.change.group_id, planned.change.direction, planned.change.rule.kind)
            by_resource.setdefault(key, []).append(planned)
    for (group, direction, kind), same in by_resource.items():
        settings = _of_rules(
            [planned.change for planned in same if isinstance(planned.change, AuthorizeRule)], kind, names
        )
        label = f"{names.group(group)}_{kind.replace('-', '_')}"
        header = f'resource "aws_vpc_security_group_{_SIDES[direction]}_rule" "{label}"'
        yield format_comment(iac_common.reasons_of(same)) + format_block(
            header, *build_for_each(settings, _PEERS[kind])
        )


def _of_rules(changes: list[AuthorizeRule], kind: str, names: Names) -> dict[str, dict[str, Value]]:
    """Return the arguments of rules, by their peers; by protocol and port too, where these differ."""
    ports = {(change.rule.protocol, change.rule.port) for change in changes}
    arguments: dict[str, dict[str, Value]] = {}
    for change in changes:
        rule = change.rule
        key = names.peer_key(rule.peer)
        arguments[key if len(ports) == 1 else f"{rule.protocol} {rule.port} {key}"] = {
            "security_group_id": names.reference(change.group_id),
            "ip_protocol": rule.protocol,
            "from_port": rule.port,
            "to_port": rule.port,
            _PEERS[kind]: names.peer(rule.peer),
            "tags": _TAGS,
        }
    return arguments


def _interface_endpoints(rows: list[Planned], names: Names) -> Iterator[str]:
    made = [planned for planned in rows if isinstance(planned.change, CreateInterfaceEndpoint)]
    settings: dict[str, dict[str, Value]] = {}
    for planned in made:
        change = planned.change
        assert isinstance(change, CreateInterfaceEndpoint)  # noqa: S101 -- chosen above
        settings[names.endpoint_key(change)] = {
            "vpc_id": names.given("vpc_id", change.vpc_id),
            "service_name": change.service_name,
            "vpc_endpoint_type": "Interface",
            "subnet_ids": names.given("subnet_ids", list(change.subnets)),
            "security_group_ids": [names.reference(group_id) for group_id in change.groups],
            "private_dns_enabled": change.private_dns,
            "ip_address_type": change.ip_address_type,
            "policy": terraform_import.encode_policy(change.policy),
            "tags": _NAMED,
        }
    if made:
        yield format_comment(_for_each_of(made)) + format_block(
            'resource "aws_vpc_endpoint" "interface"', *build_for_each(settings, "service_name")
        )


def _gateway_endpoints(rows: list[Planned], names: Names) -> Iterator[str]:
    made = [planned for planned in rows if isinstance(planned.change, CreateGatewayEndpoint)]
    settings: dict[str, dict[str, Value]] = {}
    for planned in made:
        change = planned.change
        assert isinstance(change, CreateGatewayEndpoint)  # noqa: S101 -- chosen above
        settings[names.endpoint_key(change)] = {
            "vpc_id": names.given("vpc_id", change.vpc_id),
            "service_name": change.service_name,
            "vpc_endpoint_type": "Gateway",
            "route_table_ids": names.given("route_table_ids", list(change.route_tables)),
            "policy": terraform_import.encode_policy(change.policy),
            "tags": _NAMED,
        }
    if made:
        yield format_comment(_for_each_of(made)) + format_block(
            'resource "aws_vpc_endpoint" "gateway"', *build_for_each(settings, "service_name")
        )


def _for_each_of(made: list[Planned]) -> str:
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


def _modified(world: World, rows: list[Planned], names: Names) -> Iterator[str]:
    yield from terraform_import.import_vpcs(world, rows)
    for planned in rows:
        change = planned.change
        if isinstance(change, ModifyEndpoint):
            yield from terraform_import.import_endpoint(world, planned, change, names)
        elif isinstance(change, RouteToNat):
            yield from terraform_import.import_route(world, planned, change)


def _entries(rows: list[Planned]) -> Iterator[str]:
    """Yield entries of network ACLs, those of one ACL and direction as one resource."""
    by_acl: dict[tuple[str, str], list[Planned]] = {}
    for planned in rows:
        if isinstance(planned.change, AddAclEntry):
            by_acl.setdefault((planned.change.acl_id, planned.change.direction), []).append(planned)
    for (acl, direction), same in by_acl.items():
        settings: dict[str, dict[str, Value]] = {}
        for planned in same:
            change = planned.change
            assert isinstance(change, AddAclEntry)  # noqa: S101 -- chosen above
            settings[str(change.number)] = {
                "network_acl_id": acl,
                "egress": direction == "out",
                "rule_number": change.number,
                "rule_action": "allow",
                "protocol": "tcp",
                "cidr_block": change.cidr,
                "from_port": change.ports[0],
                "to_port": change.ports[1],
            }
        header = f'resource "aws_network_acl_rule" "{Names.plain(f"{acl}_{_SIDES[direction]}")}"'
        yield format_comment(iac_common.reasons_of(same)) + format_block(
            header, *build_for_each(settings, "rule_number")
        )


def _outputs(rows: list[Planned], names: Names) -> Iterator[str]:
    kinds = {type(planned.change) for planned in rows}
    for kind, label in ((CreateInterfaceEndpoint, "interface"), (CreateGatewayEndpoint, "gateway")):
        if kind in kinds:
            expression = HclReference(f"{{ for name, endpoint in aws_vpc_endpoint.{label} : name => endpoint.id }}")
            what = f"The {label} endpoints, by service."
            yield format_block(f'output "{label}_endpoint_ids"', {"description": what, "value": expression})
    for planned in rows:
        if isinstance(planned.change, CreateSecurityGroup):
            label = names.group(planned.change.group_id)
            body: dict[str, Value] = {
                "description": f"The security group {planned.change.name}.",
                "value": HclReference(f"aws_security_group.{label}.id"),
            }
            yield format_block(f'output "security_group_{label}_id"', body)
