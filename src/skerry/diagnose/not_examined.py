"""Facts that verdicts depend on and nobody asked for: in words, and as a closed list of kinds.

Refused requests are not among them: they make verdicts unknown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from skerry.access.evaluation import NOTHING_READ
from skerry.access.roles import ROLES_UNREAD
from skerry.diagnose.diagnosis import NOT_EXAMINED, NotExamined
from skerry.launch.launches import Launch
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.reach.public_access import mode_of
from skerry.reach.walk import Walker
from skerry.services import READS
from skerry.services.kms import GRANTS
from skerry.services.organizations import ORGANIZATION


class Gap(msgspec.Struct, frozen=True, gc=False):
    """Facts that nobody asked for: their kind, and their noun."""

    kind: NotExamined
    noun: str


_FOLLOWED = {
    "resolver_rule_associations": "resolver rules",
    "firewall_associations": "DNS Firewall",
    "profile_associations": "Route 53 Profiles",
}
_READ = {
    "network_interfaces": Gap("network-interfaces", "network interfaces"),
    "pull_through_rules": Gap("images", "pull-through cache rules"),
}
_POLICIES_NOT_READ, _IMAGES_NOT_READ, _RESOURCES_NOT_READ = NOTHING_READ
_CLUSTERS = Gap("cluster-configuration", "configurations of clusters")
_KINDS: Mapping[str, NotExamined] = {
    **{read.kind: "resource-policies" for read in READS if read.policy},
    _POLICIES_NOT_READ: "permissions",
    ROLES_UNREAD: "permissions",
    GRANTS.kind: "resource-policies",
    ORGANIZATION.kind: "organization-policies",
    _IMAGES_NOT_READ: "images",
    _RESOURCES_NOT_READ: "resources",
    "digests of deployments": "images",
    "images of other Regions": "images",
    "processors of images": "images",
}
"""The closed kind of each kind of fact of `skerry.access`; all others are resources."""


def kinds_of_launch(walker: Walker, launch: Launch, unread: tuple[str, ...]) -> tuple[NotExamined, ...]:
    """Return the kinds of facts for one launch; ``unread`` are those of `skerry.access`, by their nouns."""
    clusters = clusters_unexamined([launch])
    # Launches in the same subnets share the answer.
    key = ("not examined", launch.subnets, unread, clusters)
    return walker.memo.once(key, lambda: _kinds_in(walker.world, launch.subnets, unread, clusters))


def _kinds_in(
    world: World, subnet_ids: Iterable[str], unread: Iterable[str], clusters: Sequence[str]
) -> tuple[NotExamined, ...]:
    """Return the kinds of facts about the VPCs of subnets, of `skerry.access` and of clusters."""
    subnets = (world.find_subnet(name) for name in subnet_ids)
    vpcs = sorted({subnet.vpc_id for subnet in subnets if not isinstance(subnet, Missing)})
    of_access: tuple[NotExamined, ...] = tuple(_KINDS.get(noun, "resources") for noun in unread)
    of_clusters = (_CLUSTERS.kind,) if clusters else ()
    return combine_kinds([of_access, [gap.kind for gap in _gaps(world, vpcs)], of_clusters])


def combine_kinds(lists: Iterable[Iterable[NotExamined]]) -> tuple[NotExamined, ...]:
    """Return the kinds of several lists, each once, in the order of all kinds."""
    kinds = {kind for listed in lists for kind in listed}
    return tuple(kind for kind in NOT_EXAMINED if kind in kinds)


def list_unexamined(world: World, vpcs: Sequence[str]) -> tuple[str, ...]:
    """List the facts about these VPCs that nobody asked for."""
    return tuple(gap.noun for gap in _gaps(world, vpcs))


def clusters_unexamined(launches: Iterable[Launch]) -> tuple[str, ...]:
    """Return the configurations of clusters if that of a launch's cluster is not known."""
    unread = any(launch.cluster and launch.cluster_configuration is None for launch in launches)
    return (_CLUSTERS.noun,) if unread else ()


def _gaps(world: World, vpcs: Sequence[str]) -> Iterator[Gap]:
    yield from _policies(world, vpcs)
    yield from _public_access(world, vpcs)
    yield from _zones(world, vpcs)
    yield from (Gap("dns-rules", noun) for kind, noun in _FOLLOWED.items() if not world.resolver.was_asked(kind))
    yield from (gap for kind, gap in _READ.items() if not world.knows(kind))


def _policies(world: World, vpcs: Sequence[str]) -> Iterator[Gap]:
    """Yield the endpoint policies that the input lacks."""
    endpoints = [endpoint for vpc_id in vpcs for endpoint in world.endpoints_in(vpc_id)]
    without = sorted(endpoint.vpc_endpoint_id for endpoint in endpoints if endpoint.policy_document is None)
    if world.knows("vpc_endpoints") and not without:
        return
    some = "" if len(without) in {0, len(endpoints)} else f" of {', '.join(without)}"
    yield Gap("endpoint-policies", f"endpoint policies{some}")


def _public_access(world: World, vpcs: Sequence[str]) -> Iterator[Gap]:
    """Yield Block Public Access if neither the Region's mode nor that of each subnet was read."""
    modes = [mode_of(world, subnet) for vpc_id in vpcs for subnet in world.subnets_in(vpc_id)]
    if not modes or None in modes:
        yield Gap("public-access", "Block Public Access")


def _zones(world: World, vpcs: Sequence[str]) -> Iterator[Gap]:
    """Yield the VPCs whose private zones were not listed. An account's own list lacks zones shared by others."""
    lists = world.facts.completeness
    unlisted = [vpc_id for vpc_id in vpcs if not lists.lists("zones", vpc_id)]
    if not unlisted or lists.lacks("zones"):
        return
    if lists.scopes("zones"):
        yield Gap("private-zones", f"private hosted zones of {', '.join(unlisted)}")
    else:
        others = " of other accounts" if world.knows("zones") else ""
        yield Gap("private-zones", f"private hosted zones{others}")
