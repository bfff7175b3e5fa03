"""Checks beyond the network: policies, and whether referenced resources exist.

A call with a working network path may still be denied by an endpoint policy, a role policy or a resource-based policy,
or its resource may not exist. Each of these blocks a launch by itself, so each is reported, with or without a path.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from skerry.access.endpoint_policies import EndpointPolicies
from skerry.access.roles import ROLES, ROLES_UNREAD, TaskRoles
from skerry.catalogue.services import ServiceRef
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Need
from skerry.model.world import World
from skerry.policy.request import context_of_endpoint_call, context_of_internet_call
from skerry.reach.outcome import Outcome
from skerry.reach.trace import Destination, Hop, PacketPath, Trace, join_segments, judge
from skerry.services import READS
from skerry.services.organizations import ORGANIZATION
from skerry.verdicts import BLOCKED, NOT_APPLICABLE, OK, worst_of

if TYPE_CHECKING:
    from skerry.access.existence import Existence
    from skerry.access.role_policies import CallPath, RolePolicies

_RESOURCE = Destination("what the call is about", ())
INTERNET, ELSEWHERE = "the internet", "an unknown path"
NOTHING_READ = ("identity and resource policies", "images", "secrets and log groups themselves")
_READ_BY = {read.kind: read.action for read in READS} | {
    "digests of deployments": "ecs:DescribeServiceRevisions",
    ROLES_UNREAD: ROLES,
    ORGANIZATION.kind: ORGANIZATION.action,
}
"""IAM actions that read each kind of fact, by the name of the kind."""


class AccessCheck:
    """Access checks on one World, each policy and resource read once."""

    def __init__(self, world: World) -> None:
        roles = TaskRoles(world.resources)
        self._world = world
        self._roles = roles
        self._nothing_read = world.resources.is_empty
        self._endpoint_policies = EndpointPolicies(world, roles)
        self._unread: dict[str, None] = {}

    @cached_property
    def _role_policies(self) -> "RolePolicies":
        from skerry.access.role_policies import RolePolicies  # noqa: PLC0415 -- for an input with policies only

        return RolePolicies(self._world.resources, self._roles)

    @cached_property
    def _existence(self) -> "Existence":
        from skerry.access.existence import Existence  # noqa: PLC0415 -- for an input with resources only

        return Existence(self._world.resources, self._world.region)

    def check(self, launch: Launch, need: Need, outcomes: Mapping[str, Outcome]) -> list[Outcome]:
        """Return the outcome of a need in each subnet, with policies and missing resources included."""
        of_network = {
            subnet: self._endpoint_policies.check(launch, need, outcome) for subnet, outcome in outcomes.items()
        }
        if self._nothing_read:
            return list(of_network.values())
        existence_hops = tuple(self._existence.check(launch, need))
        hops_of_paths: dict[tuple[str, ...], tuple[Hop, ...]] = {}
        checked = []
        for subnet, outcome in of_network.items():
            paths = tuple(self._call_paths(need, outcome))
            names = tuple(path.place for path in paths)
            if names not in hops_of_paths:
                hops_of_paths[names] = existence_hops + tuple(self._role_policies.check(launch, need, paths))
            checked.append(_add_trace(outcome, subnet, hops_of_paths[names]))
        return checked

    def unexamined(self) -> tuple[str, ...]:
        """Return the kinds of fact that the verdicts so far depend on and nobody read."""
        self.take_unread()
        return NOTHING_READ if self._nothing_read else tuple(self._describe(kind) for kind in self._unread)

    def take_unread(self) -> tuple[str, ...]:
        """Return the kinds of fact that the verdicts since the last call depend on and nobody read."""
        if self._nothing_read:
            return NOTHING_READ
        unread = dict.fromkeys((*self._role_policies.unread, *self._existence.unread))
        if not self._roles.knows_organization:
            unread[ORGANIZATION.kind] = None
        self._role_policies.unread.clear()
        self._existence.unread.clear()
        self._unread |= unread
        return tuple(unread)

    def _describe(self, kind: str) -> str:
        """Return a kind of fact, with the action if AWS denied the read."""
        action = _READ_BY.get(kind, "")
        return f"{kind} (denied: {action})" if self._world.resources.is_denied(action) else kind

    def _call_paths(self, need: Need, outcome: Outcome) -> Iterator["CallPath"]:
        """Yield the paths of a call, each once; a path without an endpoint only if packets arrive."""
        if not isinstance(need, Call) or need.service is None:
            return
        places: dict[str, None] = {}
        for trace in outcome.traces:
            if trace.purpose == "call" and not trace.intended and trace.passage is not None:
                without_endpoint = () if trace.verdict is BLOCKED else (_egress_of(trace.passage),)
                places |= dict.fromkeys(self._endpoint_policies.endpoints_of(trace) or without_endpoint)
        for place in places:
            yield self._call_path_of(place, need.service)

    def _call_path_of(self, place: str, ref: ServiceRef) -> "CallPath":
        from skerry.access.role_policies import CallPath  # noqa: PLC0415 -- for an input with policies only

        endpoint = self._world.vpc_endpoints.get(place)
        if endpoint is not None:
            return CallPath(
                place, context_of_endpoint_call(place, endpoint.vpc_id, ref.region, owner=endpoint.owner_id)
            )
        return CallPath(place, context_of_internet_call(ref.region) if place == INTERNET else {})


def _egress_of(passage: PacketPath) -> str:
    """Return where packets leave a VPC without an endpoint: to the internet, or to an unknown network."""
    through_gateway = any(hop.kind == "gateway" for way in passage.ways for hop in way.there)
    return INTERNET if through_gateway else ELSEWHERE


def _add_trace(outcome: Outcome, subnet: str, hops: tuple[Hop, ...]) -> Outcome:
    """Return the outcome with one more path: the checks after packets have arrived."""
    if not hops or outcome.verdict is NOT_APPLICABLE:
        return outcome
    judged = judge(join_segments(hops, None, None, _RESOURCE))
    trace = Trace(subnet, _RESOURCE, hops, None, None, *judged)
    because = outcome.because if judged.verdict is OK else ()
    return Outcome(worst_of((outcome.verdict, judged.verdict)), (*outcome.traces, trace), because)
