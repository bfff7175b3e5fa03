"""VPC endpoint policies: a request that such a policy denies arrives at the endpoint and fails.

The policy limits all requests through the endpoint, from any principal. The default policy allows everything.
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from skerry.access.denials import action_and_resource_of, aws_message_of, blocking_hop_for, change_of_deny_for
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
from skerry.reach.gateways import make_undecided_hop
from skerry.reach.outcome import Outcome
from skerry.reach.trace import Hop, PacketPath, Piece, Trace, judge
from skerry.services.ecr import OF_FIRST_PULLS
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict, worst_of

DENIES = "ENDPOINT_POLICY_DENIES"
_OTHERS = AssumedToAllow("only the policies of endpoints are looked at")


class RestrictedEndpoint(msgspec.Struct, frozen=True, gc=False):
    """An endpoint with a policy other than the default, full access."""

    endpoint: VpcEndpoint
    policy: Policy
    service: ServiceRef

    def to_policies(self) -> Policies:
        """Return the endpoint's policy, with all other policies assumed to allow."""
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
    """The policies of all VPC endpoints of a World, each parsed once."""

    def __init__(self, world: World, roles: TaskRoles) -> None:
        """Parse the policies of all endpoints for services in the catalogue."""
        self._resources = world.resources
        self._roles = roles
        endpoints = (_restricted_endpoint_of(endpoint) for endpoint in world.vpc_endpoints.values())
        self._restricted = {
            restricted.endpoint.vpc_endpoint_id: restricted for restricted in endpoints if restricted is not None
        }
        self._services = {restricted.service for restricted in self._restricted.values()}
        self._endpoint_of_interface = {
            interface: endpoint_id
            for endpoint_id, endpoint in world.vpc_endpoints.items()
            for interface in endpoint.network_interface_ids
        }

    def check(self, launch: Launch, need: Need, outcome: Outcome) -> Outcome:
        """Return the outcome of a call after the policies of the endpoints on its paths."""
        if not isinstance(need, Call) or need.service not in self._services:
            return outcome
        hops: dict[str, tuple[Hop, ...]] = {}
        pairs: list[tuple[Trace, tuple[Hop, ...]]] = []
        for trace in outcome.traces:
            endpoint_ids = self._restricted_endpoints_of(trace)
            for endpoint_id in endpoint_ids:
                if endpoint_id not in hops:
                    restricted = self._restricted[endpoint_id]
                    hops[endpoint_id] = tuple(self._hops_of(restricted, launch, need, need.service))
            pairs.append((trace, tuple(hop for endpoint_id in endpoint_ids for hop in hops[endpoint_id])))
        return _combine(outcome, pairs) if any(hops.values()) else outcome

    def _hops_of(self, restricted: RestrictedEndpoint, launch: Launch, need: Call, ref: ServiceRef) -> Iterator[Hop]:
        """Yield a hop for each request of a call that the endpoint's policy denies or leaves unknown."""
        endpoint = restricted.endpoint.vpc_endpoint_id
        principal = principal_of(launch, need)
        if isinstance(principal, Missing):
            yield make_undecided_hop("endpoint", endpoint, principal)
            return
        context = context_of_endpoint_call(
            endpoint, restricted.endpoint.vpc_id, ref.region, owner=restricted.endpoint.owner_id
        )
        caller = Caller(launch, self._roles.complete(principal), self._resources)
        for access in requests_of(caller, need, ref, context):
            yield from _hops_of_request(restricted, caller, access)

    def _restricted_endpoints_of(self, trace: Trace) -> tuple[str, ...]:
        """Return the endpoints on a path with a policy other than the default."""
        return tuple(endpoint_id for endpoint_id in self.endpoints_of(trace) if endpoint_id in self._restricted)

    def endpoints_of(self, trace: Trace) -> tuple[str, ...]:
        """Return the endpoints on a path: gateway endpoints it crosses and the interface endpoint it ends at."""
        if trace.passage is None or trace.purpose != "call":
            return ()
        hops = (hop for way in trace.passage.ways for hop in way.there if hop.kind == "endpoint")
        endpoint_ids = dict.fromkeys(hop.resource for hop in hops)
        destination = trace.destination
        of_interface = self._endpoint_of_interface.get(destination.interface or "", "")
        endpoint_ids |= dict.fromkeys((destination.endpoint or "", of_interface))
        return tuple(endpoint_id for endpoint_id in endpoint_ids if endpoint_id)


def _restricted_endpoint_of(endpoint: VpcEndpoint) -> RestrictedEndpoint | None:
    if endpoint.policy_document is None or endpoint.service_name is UNSET:
        return None
    service = service_of_endpoint(endpoint.service_name)
    if service is None:
        return None
    policy = parse(endpoint.policy_document, f"the policy of {endpoint.vpc_endpoint_id}")
    return None if allows_everything(policy) else RestrictedEndpoint(endpoint, policy, service)


def allows_everything(policy: Policy) -> bool:
    """Return whether it is the default: one statement for all principals, actions and resources."""
    if policy.problem is not None or len(policy.statements) != 1:
        return False
    (statement,) = policy.statements
    return msgspec.structs.replace(statement, label=_EVERYTHING.label) == _EVERYTHING


(_EVERYTHING,) = parse(
    {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}, "the default"
).statements


def _hops_of_request(restricted: RestrictedEndpoint, caller: Caller, access: AccessRequest) -> Iterator[Hop]:
    endpoint = restricted.endpoint.vpc_endpoint_id
    request = access.request
    decision = evaluate(request, restricted.to_policies())
    needed = decision.verdict != "allowed" and is_needed(caller, access)
    if not needed:
        return
    what = f"{request.action} on {request.resource.arn}{'…' if request.resource.beginning else ''}"
    if decision.verdict == "unknown":
        for missing in decision.missing:
            yield make_undecided_hop("endpoint", endpoint, missing, rule=f"its policy, for {what}")
    elif request.action in OF_FIRST_PULLS:
        # The client makes no such call, and no page of AWS says whether policies of endpoints limit ECR's import.
        fact = f"whether {restricted.policy.name}, which does not allow {request.action}, stops the import by ECR"
        yield make_undecided_hop("endpoint", endpoint, needed if isinstance(needed, Missing) else Missing(fact))
    elif isinstance(needed, Missing):
        fact = f"{needed.fact}: {restricted.policy.name} lets nobody create it"
        yield make_undecided_hop("endpoint", endpoint, Missing(fact, needed.action))
    else:
        yield _denied(endpoint, request, decision.denials[0], what)


def _denied(endpoint: str, request: Request, denial: Denial, what: str) -> Hop:
    statement = denial.statement
    rule = f"{statement.statement} of its policy" if statement else f"no statement of its policy allows {what}"
    why = f"{rule} denies {what}" if statement else rule
    purpose = "for ECR, which signs the links to layers itself" if request.principal.kind == "aws" else "for the task"
    words = aws_message_of(request, denial)
    piece = Piece(
        DENIES,
        endpoint,
        rule,
        f"{why}, {purpose}",
        words=words,
        asked=action_and_resource_of(request),
        denied=change_of_deny_for(request, denial),
    )
    return blocking_hop_for("endpoint", piece)


def _combine(outcome: Outcome, pairs: list[tuple[Trace, tuple[Hop, ...]]]) -> Outcome:
    """Return the outcome with the hops of policies on its paths.

    If policies allow a call on one path and deny it on another, the path of a request is unknown.
    """
    calls = [(trace, hops) for trace, hops in pairs if trace.purpose == "call" and not trace.intended]
    verdicts = {_verdict_of(hops) for _, hops in calls}
    if len(verdicts) == 1:
        (verdict,) = verdicts
        verdict = worst_of((outcome.verdict, verdict))
        traces = tuple(_append_hops(trace, hops) for trace, hops in pairs)
    else:
        verdict = BLOCKED if outcome.verdict is BLOCKED else worst_of((UNKNOWN, outcome.verdict))
        traces = tuple(_append_hops(trace, hops if trace.intended else _as_unknown(hops)) for trace, hops in pairs)
    return Outcome(verdict, traces, outcome.because if verdict is INTERMITTENT else ())


def _verdict_of(hops: tuple[Hop, ...]) -> Verdict:
    return BLOCKED if any(hop.lost for hop in hops) else UNKNOWN if hops else OK


def _as_unknown(hops: tuple[Hop, ...]) -> tuple[Hop, ...]:
    return tuple(
        make_undecided_hop(
            "endpoint", hop.resource, Missing(f"whether requests go through {hop.resource}: {piece.message}")
        )
        for hop in hops
        for piece in hop.lost + hop.undecided
    )


def _append_hops(trace: Trace, hops: tuple[Hop, ...]) -> Trace:
    """Return the path with the hops of policies, evaluated once its packets have arrived."""
    if trace.passage is None or not hops:
        return trace
    ways = tuple(msgspec.structs.replace(way, back=hops + way.back) for way in trace.passage.ways)
    passage = PacketPath.of(ways, trace.passage.guard, choice=trace.passage.choice)
    extended = msgspec.structs.replace(trace, passage=passage)
    judged = tuple(item for item in judge(extended.segments()).judged if item.hop in hops)
    verdict = worst_of((trace.verdict, _verdict_of(hops)))
    because = trace.because if verdict is INTERMITTENT else ()
    return msgspec.structs.replace(extended, verdict=verdict, because=because, judged=trace.judged + judged)
