"""What the policies of endpoints do to calls that have a way: a request that a policy refuses gets there and fails.

An endpoint's policy bounds what may be asked through the endpoint, whoever asks. The default allows everything.
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from skerry.access.denials import action_and_resource_of, aws_message_of, blocking_hop_for
from skerry.access.requests import AccessRequest, Caller, is_needed, principal_of, requests_of
from skerry.access.roles import TaskRoles
from skerry.catalogue.services import ServiceRef, service_of_endpoint
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Need
from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.policy.document import Policy, parse
from skerry.policy.evaluate import Denial, Policies, evaluate
from skerry.policy.policy_types import AssumedToAllow
from skerry.policy.request import Request, context_of_endpoint_call
from skerry.reach.gateways import open_question
from skerry.reach.outcome import Outcome
from skerry.reach.trace import Hop, Passage, Piece, Trace, judge
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict, every

DENIES = "ENDPOINT_POLICY_DENIES"
_OTHERS = AssumedToAllow("only the policies of endpoints are looked at")


class RestrictedEndpoint(msgspec.Struct, frozen=True, gc=False):
    """An endpoint whose policy does not simply allow everything."""

    endpoint: VpcEndpoint
    policy: Policy
    service: ServiceRef

    def policies(self) -> Policies:
        """The endpoint's policy alone, beside others that are taken to allow."""
        return Policies(
            identity=_OTHERS,
            boundary=_OTHERS,
            session=None,
            scps=_OTHERS,
            rcps=_OTHERS,
            resource=_OTHERS,
            endpoint=self.policy,
            gateway=self.endpoint.vpc_endpoint_type == "Gateway",
        )


class EndpointPolicies:
    """The policies of a World's endpoints, each read once."""

    def __init__(self, world: World, identities: TaskRoles) -> None:
        """Read the policies of all endpoints of services that skerry knows."""
        self._holdings = world.resources
        self._identities = identities
        found = (_guarded(endpoint) for endpoint in world.vpc_endpoints.values())
        self._guarded = {one.endpoint.vpc_endpoint_id: one for one in found if one is not None}
        self._services = {one.service for one in self._guarded.values()}
        self._interfaces = {
            interface: name for name, one in world.vpc_endpoints.items() for interface in one.network_interface_ids
        }

    def check(self, launch: Launch, need: Need, found: Outcome) -> Outcome:
        """What comes of a Need whose way is known, when the policies on its way are asked too."""
        if not isinstance(need, Call) or need.service not in self._services:
            return found
        hops: dict[str, tuple[Hop, ...]] = {}
        pairs: list[tuple[Trace, tuple[Hop, ...]]] = []
        for trace in found.traces:
            names = self._endpoints_on(trace)
            for name in names:
                if name not in hops:
                    hops[name] = tuple(self._refusals(self._guarded[name], launch, need, need.service))
            pairs.append((trace, tuple(hop for name in names for hop in hops[name])))
        return _together(found, pairs) if any(hops.values()) else found

    def _refusals(self, guarded: RestrictedEndpoint, launch: Launch, need: Call, ref: ServiceRef) -> Iterator[Hop]:
        """What an endpoint's policy does not let through of a call, and what is not known of that."""
        endpoint = guarded.endpoint.vpc_endpoint_id
        asking = principal_of(launch, need)
        if isinstance(asking, Missing):
            yield open_question("endpoint", endpoint, asking)
            return
        context = context_of_endpoint_call(
            endpoint, guarded.endpoint.vpc_id, ref.region, owner=guarded.endpoint.owner_id
        )
        by = Caller(launch, self._identities.complete(asking), self._holdings)
        for asked in requests_of(by, need, ref, context):
            yield from _refusal(guarded, by, asked)

    def _endpoints_on(self, trace: Trace) -> tuple[str, ...]:
        """The endpoints on a path that have a policy."""
        return tuple(name for name in self.endpoints_of(trace) if name in self._guarded)

    def endpoints_of(self, trace: Trace) -> tuple[str, ...]:
        """The endpoints of services that a path leads through, or to an interface of which."""
        if trace.passage is None or trace.purpose != "call":
            return ()
        hops = (hop for way in trace.passage.ways for hop in way.there if hop.kind == "endpoint")
        names = dict.fromkeys(hop.resource for hop in hops)
        destination = trace.destination
        names |= dict.fromkeys((destination.endpoint or "", self._interfaces.get(destination.interface or "", "")))
        return tuple(name for name in names if name)


def _guarded(endpoint: VpcEndpoint) -> RestrictedEndpoint | None:
    if endpoint.policy_document is None or endpoint.service_name is UNSET:
        return None
    service = service_of_endpoint(endpoint.service_name)
    if service is None:
        return None
    policy = parse(endpoint.policy_document, f"the policy of {endpoint.vpc_endpoint_id}")
    return None if allows_everything(policy) else RestrictedEndpoint(endpoint, policy, service)


def allows_everything(policy: Policy) -> bool:
    """Whether it is the default: one statement, about everybody, every action and every resource."""
    if policy.problem is not None or len(policy.statements) != 1:
        return False
    (only,) = policy.statements
    return msgspec.structs.replace(only, label=_EVERYTHING.label) == _EVERYTHING


(_EVERYTHING,) = parse(
    {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}, "the default"
).statements


def _refusal(guarded: RestrictedEndpoint, by: Caller, asked: AccessRequest) -> Iterator[Hop]:
    endpoint = guarded.endpoint.vpc_endpoint_id
    request = asked.request
    found = evaluate(request, guarded.policies())
    needed = True if found.verdict == "allowed" else is_needed(by, asked)
    if not needed:
        return
    what = f"{request.action} on {request.resource.arn}{'…' if request.resource.beginning else ''}"
    if found.verdict == "unknown":
        for missing in found.missing:
            yield open_question("endpoint", endpoint, missing, rule=f"its policy, for {what}")
    elif isinstance(needed, Missing):
        fact = f"{needed.fact}: {guarded.policy.name} lets nobody create it"
        yield open_question("endpoint", endpoint, Missing(fact, needed.action))
    elif found.verdict == "denied":
        yield _denied(endpoint, request, found.denials[0], what)


def _denied(endpoint: str, request: Request, denial: Denial, what: str) -> Hop:
    decider = denial.statement
    rule = f"{decider.statement} of its policy" if decider else f"no statement of its policy allows {what}"
    why = f"{rule} denies {what}" if decider else rule
    who = "for ECR, which signs the links to layers itself" if request.principal.kind == "aws" else "for the task"
    words = aws_message_of(request, denial)
    return blocking_hop_for(
        "endpoint", Piece(DENIES, endpoint, rule, f"{why}, {who}", words=words, asked=action_and_resource_of(request))
    )


def _together(found: Outcome, pairs: list[tuple[Trace, tuple[Hop, ...]]]) -> Outcome:
    """The outcome with what policies say of its paths.

    Where they let a call through on one of its paths and not on another, it is not known which way a request goes.
    """
    ways = [(trace, hops) for trace, hops in pairs if trace.purpose == "call" and not trace.intended]
    said = {_verdict(hops) for _, hops in ways}
    if len(said) == 1:
        (verdict,) = said
        verdict = every((found.verdict, verdict))
        traces = tuple(_after(trace, hops) for trace, hops in pairs)
    else:
        verdict = BLOCKED if found.verdict is BLOCKED else every((UNKNOWN, found.verdict))
        traces = tuple(_after(trace, hops if trace.intended else _doubted(hops)) for trace, hops in pairs)
    return Outcome(verdict, traces, found.because if verdict is INTERMITTENT else ())


def _verdict(hops: tuple[Hop, ...]) -> Verdict:
    return BLOCKED if any(hop.lost for hop in hops) else UNKNOWN if hops else OK


def _doubted(hops: tuple[Hop, ...]) -> tuple[Hop, ...]:
    return tuple(
        open_question("endpoint", hop.resource, Missing(f"whether requests go through {hop.resource}: {piece.message}"))
        for hop in hops
        for piece in hop.lost + hop.undecided
    )


def _after(trace: Trace, hops: tuple[Hop, ...]) -> Trace:
    """The path with what is asked once its packets have arrived."""
    if trace.passage is None or not hops:
        return trace
    ways = tuple(msgspec.structs.replace(way, back=hops + way.back) for way in trace.passage.ways)
    passage = Passage.of(ways, trace.passage.guard, choice=trace.passage.choice)
    longer = msgspec.structs.replace(trace, passage=passage)
    asked = tuple(item for item in judge(longer.segments()).judged if item.hop in hops)
    verdict = every((trace.verdict, _verdict(hops)))
    because = trace.because if verdict is INTERMITTENT else ()
    return msgspec.structs.replace(longer, verdict=verdict, because=because, judged=trace.judged + asked)
