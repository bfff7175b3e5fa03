"""A plan as Terraform: a root module that makes its changes, as a person would have written it.

New resources stand on their own. An existing resource that must change is taken over by an ``import`` block, with only
the changed arguments. A comment names its type and argument for a configuration that has it already. Manual steps
stand at the top, for people; a change that Terraform cannot make, such as removing a rule outside its state, is
refused. Arguments: https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from collections.abc import Iterator

from skerry.model.world import World
from skerry.plan.change_calls import services_of_prefix_lists
from skerry.plan.changes import (
    AuthorizeRule,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    is_new,
)
from skerry.plan.records import Plan, Planned
from skerry.render import iac_common, terraform_import, terraform_resources, terraform_routes
from skerry.render.hcl import HclReference, Value, format_block, format_comment, join_blocks
from skerry.render.iac_names import Names
from skerry.render.terraform_blocks import ResourceBlock, format_resources

_REQUIRED = ">= 1.5"  # the first with import blocks
_PROVIDER = ">= 5.0"
_TAGGED = (CreateSecurityGroup, AuthorizeRule, CreateInterfaceEndpoint, CreateGatewayEndpoint, CreateNatGateway)


def render(world: World, plan: Plan) -> str:
    """Write a plan as a root module; a comment alone if there is nothing to change.

    Raises `InputError` where Terraform can make nothing of it.
    """
    iac_common.refuse_unless_something(plan, "Terraform")
    iac_common.refuse_unwritable_changes(plan, "Terraform")
    rows = iac_common.expressible_changes_of(plan)
    heading = format_comment(iac_common.heading_of(plan))
    if not rows:
        return heading
    names = Names(rows, world.region)
    parts = [heading, *_settings(world, rows, names), *_looked_up(world, rows, names)]
    parts += format_resources(_resources(world, rows, names), rows)
    parts += _outputs(rows, names)
    return join_blocks(parts)


def _resources(world: World, rows: list[Planned], names: Names) -> Iterator[ResourceBlock]:
    yield from terraform_resources.groups(rows, names)
    yield from terraform_resources.rules(world, rows, names)
    yield from terraform_resources.acl_entries(world, rows, names)
    yield from terraform_import.imported_vpcs(world, rows)
    yield from terraform_resources.interface_endpoints(rows, names)
    yield from terraform_resources.gateway_endpoints(rows, names)
    yield from terraform_import.imported_endpoints(world, rows, names)
    yield from terraform_routes.nat_gateways(world, rows, names)
    yield from terraform_routes.routes(world, rows, names)


_INPUTS = {
    "vpc_id": ("string", "The VPC in which the endpoints are made."),
    "subnet_ids": ("list(string)", "The subnets of the interface endpoints, one of each zone of the tasks."),
    "route_table_ids": ("list(string)", "The route tables of the gateway endpoints: those of the tasks' subnets."),
}


def _settings(world: World, rows: list[Planned], names: Names) -> Iterator[str]:
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
    if any(isinstance(planned.change, _TAGGED) for planned in rows):
        tags: dict[str, Value] = {"description": "Tags of all new resources.", "type": HclReference("map(string)")}
        yield format_block('variable "tags"', tags | {"default": {}})
    yield format_block('provider "aws"', {"region": HclReference("var.region")})


def _looked_up(world: World, rows: list[Planned], names: Names) -> Iterator[str]:
    """Return AWS's prefix lists of unknown id in rules, by their names."""
    services = services_of_prefix_lists(world, rows)
    rules = (planned.change.rule for planned in rows if isinstance(planned.change, AuthorizeRule))
    for peer in dict.fromkeys(rule.peer for rule in rules if rule.kind == "prefix-list" and is_new(rule.peer)):
        yield format_block(
            f'data "aws_prefix_list" "{names.prefix_list(peer)}"', {"name": names.service(services[peer])}
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
