"""What decides about a launch beside packets: policies, and whether things are there.

A call that has a way may still be refused by the policy of an endpoint, of its role, or of what it is about; or what
it asks for is not there. Each of these is in the way by itself, so each is told, whatever becomes of the packets.
"""

from collections.abc import Iterator, Mapping

from skerry.access.endpoint_policies import EndpointPolicies
from skerry.access.existence import Existence
from skerry.access.role_policies import CallPath, RolePolicies
from skerry.access.roles import TaskRoles
from skerry.catalogue.services import ServiceRef
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Need
from skerry.model.world import World
from skerry.policy.request import context_of_endpoint_call, context_of_internet_call
from skerry.reach.outcome import Outcome
from skerry.reach.trace import Destination, Hop, Passage, Trace, judge, segments
from skerry.verdicts import BLOCKED, NOT_APPLICABLE, OK, every

_ASKED = Destination("what the call is about", ())
INTERNET, ELSEWHERE = "the internet", "a way that is not known"
_NOTHING_READ = ("identity and resource policies", "images", "secrets and log groups themselves")
_ORGANIZATION = "service and resource control policies"
_READ_BY = {
    "access points of file systems": "elasticfilesystem:DescribeAccessPoints",
    "digests of deployments": "ecs:DescribeServiceRevisions",
    "environment files": "s3:ListBucket",
    "grants of keys": "kms:ListGrants",
    "images": "ecr:BatchGetImage",
    "keys": "kms:DescribeKey",
    "log groups": "logs:DescribeLogGroups",
    "parameters": "ssm:DescribeParameters",
    "policies of buckets": "s3:GetBucketPolicy",
    "policies of file systems": "elasticfilesystem:DescribeFileSystemPolicy",
    "policies of keys": "kms:GetKeyPolicy",
    "policies of repositories": "ecr:GetRepositoryPolicy",
    "policies of roles": "iam:GetAccountAuthorizationDetails",
    "policies of secrets": "secretsmanager:GetResourcePolicy",
    "processors of images": "ecr:GetDownloadUrlForLayer",
    "secrets": "secretsmanager:DescribeSecret",
    _ORGANIZATION: "organizations:DescribeOrganization",
}
"""The IAM action of the call that reads a kind of fact, by the words for the kind."""


class AccessCheck:
    """What is known of one World beside its network, each part read once."""

    def __init__(self, world: World) -> None:
        identities = TaskRoles(world.resources)
        self._world = world
        self._identities = identities
        self._blind = world.resources.is_empty
        self._permits = EndpointPolicies(world, identities)
        self._grants = RolePolicies(world.resources, identities)
        self._presence = Existence(world.resources, world.region)

    def check(self, launch: Launch, need: Need, found: Mapping[str, Outcome]) -> list[Outcome]:
        """What comes of a Need in each subnet, when all that decides beside packets is asked too."""
        permitted = {subnet: self._permits.check(launch, need, outcome) for subnet, outcome in found.items()}
        if self._blind:
            return list(permitted.values())
        there = tuple(self._presence.check(launch, need))
        known: dict[tuple[str, ...], tuple[Hop, ...]] = {}
        asked = []
        for subnet, outcome in permitted.items():
            ways = tuple(self._ways(need, outcome))
            names = tuple(way.place for way in ways)
            if names not in known:
                known[names] = there + tuple(self._grants.check(launch, need, ways))
            asked.append(_with(outcome, subnet, known[names]))
        return asked

    def unexamined(self) -> tuple[str, ...]:
        """The kinds of fact that the verdicts so far would have looked at, and that nobody asked for."""
        if self._blind:
            return _NOTHING_READ
        unread = dict.fromkeys((*self._grants.unread, *self._presence.unread))
        if not self._identities.knows_organization:
            unread[_ORGANIZATION] = None
        return tuple(self._named(kind) for kind in unread)

    def _named(self, kind: str) -> str:
        """Return a kind of fact, with the action that AWS denied, if that is why it was not examined."""
        action = _READ_BY.get(kind, "")
        return f"{kind} (denied: {action})" if self._world.resources.is_denied(action) else kind

    def _ways(self, need: Need, found: Outcome) -> Iterator[CallPath]:
        """The ways that a call goes, each once; of packets that no endpoint takes, only where they get through."""
        if not isinstance(need, Call) or need.service is None:
            return
        ways: dict[str, None] = {}
        for trace in found.traces:
            if trace.purpose == "call" and not trace.intended and trace.passage is not None:
                through = () if trace.verdict is BLOCKED else (_place(trace.passage),)
                ways |= dict.fromkeys(self._permits.endpoints_of(trace) or through)
        for place in ways:
            yield self._way(place, need.service)

    def _way(self, place: str, ref: ServiceRef) -> CallPath:
        known = self._world.vpc_endpoints.get(place)
        if known is not None:
            return CallPath(place, context_of_endpoint_call(place, known.vpc_id, ref.region, owner=known.owner_id))
        return CallPath(place, context_of_internet_call(ref.region) if place == INTERNET else {})


def _place(passage: Passage) -> str:
    """Where packets leave that no endpoint takes: to the internet by a gateway, or nobody knows where to."""
    out = any(hop.kind == "gateway" for way in passage.ways for hop in way.there)
    return INTERNET if out else ELSEWHERE


def _with(found: Outcome, subnet: str, hops: tuple[Hop, ...]) -> Outcome:
    """The outcome with one path more: what is asked once packets have arrived."""
    if not hops or found.verdict is NOT_APPLICABLE:
        return found
    judged = judge(segments(hops, None, None, _ASKED))
    trace = Trace(subnet, _ASKED, hops, None, None, *judged)
    because = found.because if judged.verdict is OK else ()
    return Outcome(every((found.verdict, judged.verdict)), (*found.traces, trace), because)
