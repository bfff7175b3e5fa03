"""What roles and the owners of resources allow: each request of a launch, asked of every policy but an endpoint's.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from skerry.access.denials import action_and_resource_of, aws_message_of, blocking_hop_for
from skerry.access.efs import launch_arn_of, mount_requests_of
from skerry.access.kms import DECRYPT, GRANTS_UNREAD, apply_grants, decrypt_request_for
from skerry.access.requests import AccessRequest, Caller, is_needed, principal_of, requests_of
from skerry.access.resource_policies import ResourceBasedPolicy, ResourcePolicies
from skerry.access.roles import TaskRole, TaskRoles
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Need, Placement
from skerry.model.arns import parse_arn
from skerry.model.facts import Missing
from skerry.model.resource_lookup import Resources
from skerry.policy.document import Policy
from skerry.policy.evaluate import Decision, Denial, Policies, evaluate
from skerry.policy.policy_types import AssumedToAllow
from skerry.policy.policy_types import PolicyType as PolicyKind
from skerry.policy.request import ABSENT, Context, HiddenValue, Principal, Request, Values, principal_of_service
from skerry.policy.resources import Resource
from skerry.reach.gateways import lost, open_question
from skerry.reach.trace import Hop, Kind, Piece

ROLES_UNREAD = "policies of roles"
_NOBODY = TaskRole(policies=())
_ECS = principal_of_service("ecs-tasks.amazonaws.com")
_CODES: dict[PolicyKind, str] = {
    "resource-based policy": "RESOURCE_POLICY_DENIES",
    "permissions boundary": "PERMISSIONS_BOUNDARY_DENIES",
    "identity-based policy": "ROLE_POLICY_DENIES",
    "service control policy": "SERVICE_CONTROL_POLICY_DENIES",
    "resource control policy": "RESOURCE_CONTROL_POLICY_DENIES",
}


class CallPath(NamedTuple):
    """A way that a call goes: the endpoint that it is through, or where else, and what policies see of that."""

    place: str
    context: Context


class RolePolicies:
    """The policies of one World's roles and resources, each read once.

    ``unread`` are the kinds of policy that a verdict would have looked at, and that nobody asked for.
    """

    def __init__(self, holdings: Resources, identities: TaskRoles) -> None:
        self.unread: dict[str, None] = {}
        self._holdings = holdings
        self._identities = identities
        self._owners = ResourcePolicies(holdings)

    def check(self, launch: Launch, need: Need, ways: Sequence[CallPath]) -> Iterator[Hop]:
        """What is not allowed of a Need, and what is not known of that; ``ways`` is empty where none is known."""
        if isinstance(need, Placement):
            yield from self._trust(launch)
        elif isinstance(need, Call) and need.identity != "AWS":
            yield from self._call(launch, need, ways)

    def _trust(self, launch: Launch) -> Iterator[Hop]:
        """Whether ECS may take on the roles of the task, which it does before it places it.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
        """
        for role_arn in _roles(launch):
            identity = self._identities.find(role_arn)
            if identity is None:
                self.unread[ROLES_UNREAD] = None
            elif identity.absent:
                message = f"there is no role {role_arn}, which the task is to have"
                yield lost("role", role_arn, "ROLE_NOT_FOUND", message)
            else:
                parsed = parse_arn(role_arn)
                resource = Resource(role_arn, parsed.account if parsed else None)
                request = Request(_ECS, "sts:AssumeRole", resource, _of_ecs(launch))
                found = evaluate(request, _policies(self._identities, request, _NOBODY, identity.trust))
                yield from _hops(role_arn, request, found, "TRUST_POLICY_DENIES")

    def _call(self, launch: Launch, need: Call, ways: Sequence[CallPath]) -> Iterator[Hop]:
        for mount in mount_requests_of(launch, need):
            if isinstance(mount, Missing):
                yield open_question("role", launch.definition_name, mount)
            else:
                yield from self._mount(mount, ways)
        if need.service is None or not need.actions or need.identity == "nobody":
            return
        asking = principal_of(launch, need)
        if isinstance(asking, Missing):
            if self._identities.are_read:
                yield open_question("role", launch.definition_name, asking)
            return
        by = Caller(launch, self._identities.complete(asking), self._holdings)
        for asked in requests_of(by, need, need.service, {}):
            yield from self._asked(by, asked, ways)
            more = decrypt_request_for(self._holdings, asked)
            if more is not None:
                yield from self._asked(by, more, ways)

    def _asked(self, by: Caller, asked: AccessRequest, ways: Sequence[CallPath]) -> Iterator[Hop]:
        """What comes of one request of a role."""
        role_arn = asked.request.principal.arn
        identity = self._identities.find(role_arn)
        owned = self._owners.find(asked)
        if identity is None:
            self.unread[ROLES_UNREAD] = None
        if owned.unread:
            self.unread[owned.unread] = None
        if (identity is None and owned.unread) or (identity is not None and identity.absent):
            return
        found = self._decide(asked, identity or TaskRole(), owned, ways)
        hops = list(_hops(role_arn, asked.request, found, owner=asked.request.resource.arn))
        needed = is_needed(by, asked)
        if isinstance(needed, Missing):
            yield from [open_question("role", role_arn, needed)] if found.denials else []
        elif needed:
            yield from (hop for hop in hops if ways or hop.lost)

    def _mount(self, asked: AccessRequest, ways: Sequence[CallPath]) -> Iterator[Hop]:
        """Whether a file system may be mounted; without a policy, everybody who can reach it may.

        https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
        """
        owned = self._owners.find(asked)
        if owned.unread:
            self.unread[owned.unread] = None
        if owned.unread or owned.policy is None:
            return
        asking = self._identities.complete(asked.request.principal)
        identity = self._identities.find(asking.arn) if asking.kind == "role" else _NOBODY
        if identity is None:
            self.unread[ROLES_UNREAD] = None
        request = Request(asking, asked.request.action, asked.request.resource, asked.request.context)
        found = self._decide(AccessRequest(asked.subject, request), identity or TaskRole(), owned, ways)
        yield from _hops(asking.arn or "nobody", request, found, owner=request.resource.arn)

    def _decide(
        self, asked: AccessRequest, identity: TaskRole, owned: ResourceBasedPolicy, ways: Sequence[CallPath]
    ) -> Decision:
        """The decision, whichever of the ways the request goes."""
        contexts = [way.context for way in ways] or [{}]
        request = asked.request
        if request.resource.account is None and owned.account is not None:
            whose = msgspec.structs.replace(request.resource, account=owned.account)
            request = msgspec.structs.replace(request, resource=whose)
        policies = _policies(self._identities, request, identity, owned.policy)
        found = [evaluate(_in(request, context), policies) for context in contexts]
        if asked.request.action == DECRYPT:
            found = [apply_grants(self._holdings, asked, one) for one in found]
            self.unread |= dict.fromkeys(kind for one in found for kind in one.assumed if kind == GRANTS_UNREAD)
        if len({one.verdict for one in found}) == 1:
            return found[0]
        places = ", ".join(sorted(way.place for way in ways))
        missing = tuple(dict.fromkeys(fact for one in found for fact in one.missing))
        return Decision("unknown", missing=missing or (Missing(f"by which of {places} the request goes"),))


def evaluate_role_policies(identities: TaskRoles, request: Request) -> Decision | None:
    """What the policies of a role alone make of its request; None where there is no such role, or nobody asked."""
    identity = identities.find(request.principal.arn)
    if identity is None or identity.absent:
        return None
    return evaluate(request, _policies(identities, request, identity, None))


def _roles(launch: Launch) -> tuple[str, ...]:
    known = launch.definition
    if isinstance(known, Missing):
        return ()
    names = (known.execution_role_arn, known.task_role_arn)
    return tuple(dict.fromkeys(name for name in names if name is not None and parse_arn(name)))


def _in(request: Request, context: Context) -> Request:
    return Request(request.principal, request.action, request.resource, {**context, **request.context})


def _of_ecs(launch: Launch) -> Mapping[str, Values]:
    """What ECS says of itself when it takes on a role: something of the account's in ECS, AWS does not say of what.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    """
    context: dict[str, Values] = {"aws:sourcevpce": ABSENT, "aws:sourcevpc": ABSENT}
    parsed = launch_arn_of(launch)
    if parsed is None:
        return context
    begins = f"arn:{parsed.partition}:ecs:{parsed.region}:{parsed.account}:"
    source = HiddenValue("for what of ECS the role is taken on", begins=begins)
    return context | {"aws:sourceaccount": (parsed.account,), "aws:sourcearn": source}


def _policies(
    identities: TaskRoles, request: Request, identity: TaskRole, resource: Policy | Missing | AssumedToAllow | None
) -> Policies:
    return Policies(
        identity=identity.policies,
        boundary=identity.boundary,
        session=None,
        scps=identities.control_policies(request.principal.account, "SERVICE_CONTROL_POLICY"),
        rcps=identities.control_policies(request.resource.account, "RESOURCE_CONTROL_POLICY"),
        resource=resource,
        endpoint=None,
    )


def _hops(role_arn: str, request: Request, found: Decision, code: str = "", owner: str = "") -> Iterator[Hop]:
    """What a decision loses or leaves open, at the role or at what the request is about."""
    what = f"{request.action} on {request.resource.arn}{'…' if request.resource.beginning else ''}"
    if found.verdict == "unknown":
        for missing in found.missing:
            yield open_question("role", role_arn, missing, rule=what)
    for denial in found.denials:
        of_owner = bool(owner) and denial.kind == "resource-based policy"
        rule, why = _words(denial, request)
        kind: Kind = "resource" if of_owner else "role"
        piece = Piece(code or _CODES[denial.kind], owner if of_owner else role_arn, rule, why)
        yield blocking_hop_for(
            kind,
            msgspec.structs.replace(
                piece, words=aws_message_of(request, denial), asked=action_and_resource_of(request)
            ),
        )


def _words(denial: Denial, request: Request) -> tuple[str, str]:
    """The statement that decides, and what it does."""
    what = f"{request.action} on {request.resource.arn}{'…' if request.resource.beginning else ''}"
    by = denial.statement
    if by is not None:
        rule = f"{by.statement} of {by.policy}"
        return rule, f"{rule} denies {what}"
    if request.action == "sts:AssumeRole":
        return "no statement of its trust policy", f"its trust policy does not let {request.principal.arn} take it on"
    rule = f"no statement of {_NAMES[denial.kind]} allows {what}"
    return rule, f"{rule}, for {_who(request.principal)}"


_NAMES: dict[PolicyKind, str] = {
    "resource-based policy": "its policy",
    "permissions boundary": "its permissions boundary",
    "identity-based policy": "its policies",
    "service control policy": "the organization's service control policies",
    "resource control policy": "the organization's resource control policies",
}


def _who(principal: Principal) -> str:
    return f"role {principal.arn}" if principal.kind == "role" else "whoever comes without a role"
