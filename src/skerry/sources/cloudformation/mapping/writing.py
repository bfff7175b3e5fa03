"""The documents of all templates of one account and Region, with the place of each resource."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from skerry.sources.cloudformation.mapping.attributes import firewall_endpoint, made_with_vpc
from skerry.sources.cloudformation.mapping.connections import write_peering_connections, write_transit_gateways
from skerry.sources.cloudformation.mapping.endpoints import FIREWALL, list_endpoints, write_prefix_lists
from skerry.sources.cloudformation.mapping.gateways import (
    list_nat_gateways,
    regional_nat_gateways,
    write_gateways,
    write_interfaces,
)
from skerry.sources.cloudformation.mapping.names import write_names
from skerry.sources.cloudformation.mapping.network_acls import list_network_acls
from skerry.sources.cloudformation.mapping.public_access import write_public_access
from skerry.sources.cloudformation.mapping.roles import write_roles
from skerry.sources.cloudformation.mapping.route_tables import list_route_tables
from skerry.sources.cloudformation.mapping.schedules import write_batch, write_schedules
from skerry.sources.cloudformation.mapping.security_groups import (
    list_security_groups,
    write_group_associations,
    write_unsure_list,
)
from skerry.sources.cloudformation.mapping.services import write_clusters, write_services
from skerry.sources.cloudformation.mapping.task_definitions import write_task_definitions
from skerry.sources.cloudformation.mapping.task_resources import write_task_resources
from skerry.sources.cloudformation.mapping.templates import PARTS_OF_VPC, Made, Templates
from skerry.sources.cloudformation.mapping.vpcs import list_subnets, write_vpcs
from skerry.sources.cloudformation.values import SourcePosition
from skerry.sources.planned.lists import encode, write_lists

UNLISTED: Final = frozenset({"managed_policies", "pull_through_rules", "roles"})
"""The kinds of an account of which templates hold records and never all: an absent one is not examined."""


class ResourcePlace(NamedTuple):
    """The place of a resource: its name in the template, and its position in the file."""

    name: str
    position: SourcePosition


class WrittenTemplates(NamedTuple):
    """Documents with the place of each resource by its id or ARN.

    ``zones_to_choose`` are the subnets whose zone the account or AWS chooses at the deployment. ``unresolved`` are the
    made-up names in place of values that are not known, with the expression of each; ``reasons`` say why.
    """

    documents: Mapping[str, bytes]
    places: Mapping[str, ResourcePlace]
    zones_to_choose: frozenset[str]
    unresolved: Mapping[str, str]
    reasons: tuple[str, ...]


def write(templates: Templates) -> WrittenTemplates:
    """Return the documents in AWS's form, as the loader of documents reads them."""
    documents = encode(dict(_documents(templates)))
    places, stand_ins = dict(_places(templates)), templates.stand_ins
    return WrittenTemplates(
        documents, places, _zones_to_choose(templates), stand_ins.expressions, tuple(stand_ins.reasons)
    )


def _documents(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "account", {"Account": templates.place.account}
    for write_family in (
        *(
            write_vpcs,
            write_gateways,
            write_interfaces,
            write_prefix_lists,
            write_group_associations,
            write_public_access,
            write_unsure_list,
        ),
        *(write_peering_connections, write_transit_gateways, write_names),
        *(write_clusters, write_services, write_task_definitions, write_schedules, write_batch),
        *(write_roles, write_task_resources),
    ):
        yield from write_family(templates)
    for listed in (
        list_subnets(templates),
        list_route_tables(templates),
        list_security_groups(templates),
        list_network_acls(templates),
        list_nat_gateways(templates),
        list_endpoints(templates),
    ):
        yield from write_lists(listed, templates.closed_vpcs)


def _zones_to_choose(templates: Templates) -> frozenset[str]:
    """Return the subnets without the id of a zone: which zone a name means differs between accounts.

    https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
    """
    return frozenset(
        name for name, made in templates.subnets.items() if made.properties.text("AvailabilityZoneId") is None
    )


_ATTRIBUTES: Final = ("Ref", "Arn", "Id")


def _places(templates: Templates) -> Iterator[tuple[str, ResourcePlace]]:
    """Yield the place of each resource by its id and its ARN."""
    for made in templates.all():
        place = ResourcePlace(name_of(made), made.resource.position)
        for attribute in _ATTRIBUTES:
            name = made.attribute(attribute)
            if name:
                yield name, place
    for made in templates.of(FIREWALL):
        endpoint = firewall_endpoint(made.resource.stack, made.resource.logical_id)
        yield endpoint, ResourcePlace(name_of(made), made.resource.position)
    for made, _ in regional_nat_gateways(templates):
        yield made.attribute("RouteTableId"), ResourcePlace(f"{name_of(made)}.RouteTable", made.resource.position)
    for vpc, made in templates.vpcs.items():
        for part, prefix in PARTS_OF_VPC.items():
            yield made_with_vpc(prefix, vpc, part), ResourcePlace(f"{name_of(made)}.{part}", made.resource.position)


def name_of(made: Made) -> str:
    """Return the name of a resource: its path in the code of the AWS CDK, else its logical id.

    In a nested stack the logical id comes after the path of that stack.
    """
    path = made.resource.construct_path
    if path:
        return path.removesuffix("/Resource").removesuffix("/Default")
    _, slash, inner = made.resource.stack.partition("/")
    return f"{inner}/{made.resource.logical_id}" if slash else made.resource.logical_id
