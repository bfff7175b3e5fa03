"""The documents of a whole configuration, with the address of each id."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from skerry.sources.planned.lists import Listed, encode, write_lists
from skerry.sources.planned.values import UNKNOWN
from skerry.sources.terraform.adopted import adopted_id_of, with_adopted_ids
from skerry.sources.terraform.attributes import ATTRIBUTES, HARMLESS
from skerry.sources.terraform.batch_jobs import write_batch
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.endpoints import firewall_attachments, gateway_routes_of, list_endpoints
from skerry.sources.terraform.file_systems import write_mount_targets
from skerry.sources.terraform.gateways import list_nat_gateways, write_gateways
from skerry.sources.terraform.interfaces import write_interfaces
from skerry.sources.terraform.named_resources import roles_left_out, write_named, write_roles
from skerry.sources.terraform.network_acls import list_network_acls
from skerry.sources.terraform.peering import write_peering
from skerry.sources.terraform.prefix_lists import write_prefix_lists
from skerry.sources.terraform.private_zones import write_private_zones
from skerry.sources.terraform.public_access import write_public_access
from skerry.sources.terraform.resolver import write_resolver
from skerry.sources.terraform.route_tables import list_route_tables
from skerry.sources.terraform.scheduled_tasks import write_scheduled_tasks
from skerry.sources.terraform.security_groups import list_security_groups
from skerry.sources.terraform.tasks import services_of_candidates, write_tasks
from skerry.sources.terraform.transit_gateways import write_transit_gateways
from skerry.sources.terraform.vpcs import list_subnets, write_vpcs, zones_to_choose

_FURTHER: Final = (
    *(write_batch, write_interfaces, write_mount_targets, write_peering, write_private_zones, write_public_access),
    *(write_resolver, write_scheduled_tasks, write_transit_gateways),
)


class Written(NamedTuple):
    """The documents of a configuration, the address of each resource by its id or ARN, and what was not read.

    ``unplaced`` are the keys of lists with a record in a VPC that is not known. ``subnets_to_choose`` are the ARNs of
    services that name some of their subnets; ``zones_to_choose`` are new subnets without the id of a zone.
    """

    documents: Mapping[str, bytes]
    addresses: Mapping[str, str]
    notes: tuple[str, ...]
    unplaced: frozenset[str] = frozenset()
    subnets_to_choose: frozenset[str] = frozenset()
    zones_to_choose: frozenset[str] = frozenset()


def write(configuration: Configuration) -> Written:
    """Return the documents in AWS's form, as the loader of documents reads them."""
    configuration = with_adopted_ids(configuration)
    lists = _lists(configuration)
    documents = encode(_documents(configuration, lists))
    addresses = dict(_addresses(configuration))
    unplaced = frozenset(listed.key for listed in lists if any(vpc is UNKNOWN for vpc, _ in listed.rows))
    subnets_to_choose = services_of_candidates(configuration)
    zones = zones_to_choose(configuration)
    return Written(documents, addresses, tuple(_notes(configuration)), unplaced, subnets_to_choose, zones)


_MADE_BY_AWS: Final = {
    "aws_ec2_transit_gateway": ("association_default_route_table_id", "propagation_default_route_table_id"),
    "aws_efs_mount_target": ("network_interface_id",),
    "aws_instance": ("primary_network_interface_id",),
    "aws_vpc": (
        *("default_network_acl_id", "default_route_table_id", "default_security_group_id", "main_route_table_id"),
    ),
}
"""The attributes that name resources without a block of their own."""


def _addresses(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """Yield each id or ARN with an address; a later one goes before: that of an adopted resource."""
    for instance in configuration.instances:
        for key in _MADE_BY_AWS.get(instance.type, ()):
            if isinstance(name := instance.get(key), str):
                yield name, f"{instance.address}.{key}"
    for firewall in configuration.of("aws_networkfirewall_firewall"):
        for attachment in firewall_attachments(firewall):
            if isinstance(name := attachment.get("endpoint_id"), str):
                yield name, firewall.address
    # A resource keeps its address where a data source looks it up.
    for instance in sorted(configuration.instances, key=lambda one: one.mode == "managed"):
        for name in (instance.id, instance.get("arn"), adopted_id_of(configuration, instance)):
            # An existing resource that is not of the configuration has no address.
            if isinstance(name, str) and instance.id != instance.address:
                yield name, instance.address


def _notes(configuration: Configuration) -> Iterator[str]:
    """Yield the types that are not read, and a note if VPCs may hold other resources."""
    for kind in sorted(configuration.types - ATTRIBUTES.keys()):
        if kind.startswith(("aws_", "awscc_")) and not kind.startswith(HARMLESS):
            yield f"not examined: {kind}"
    for role in roles_left_out(configuration):
        yield f"permissions are not examined: {role} is not in the configuration"
    yield from _new_repositories(configuration)
    if not (configuration.closed or configuration.is_change or configuration.is_whole):
        yield "other resources may be in these VPCs: absence proves nothing"


def _new_repositories(configuration: Configuration) -> Iterator[str]:
    """Yield a note for each new repository of images that tasks use: it is empty at first."""
    rows = (one.get("container_definitions") for one in configuration.of("aws_ecs_task_definition"))
    texts = [text for text in rows if isinstance(text, str)]
    for repository in configuration.of("aws_ecr_repository"):
        name = repository.get("repository_url")
        if repository.is_new and isinstance(name, str) and any(name in text for text in texts):
            yield f"images are not examined: {repository.address} is new, and has none until the first push"


def _lists(configuration: Configuration) -> tuple[Listed, ...]:
    return (
        list_subnets(configuration),
        list_route_tables(configuration, gateway_routes_of(configuration)),
        list_security_groups(configuration),
        list_network_acls(configuration),
        list_nat_gateways(configuration),
        list_endpoints(configuration),
    )


def _documents(configuration: Configuration, lists: Iterable[Listed]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "account", {"Account": configuration.account}
    yield from write_vpcs(configuration)
    yield from write_gateways(configuration)
    yield from write_prefix_lists(configuration)
    yield from write_tasks(configuration)
    if configuration.of("aws_iam_role") and not roles_left_out(configuration):
        yield from write_roles(configuration)
    yield from write_named(configuration)
    for write_documents in _FURTHER:
        yield from write_documents(configuration)
    for listed in lists:
        yield from write_lists(listed, configuration.new_vpcs)
