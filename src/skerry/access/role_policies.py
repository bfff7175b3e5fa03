"""Role policies and resource-based policies: evaluation of each request of a launch, without endpoint policies.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from skerry.access.denials import action_and_resource_of, aws_message_of, blocking_hop_for, change_of_deny_for
from skerry.access.efs import launch_arn_of, mount_requests_of
from skerry.access.kms import DECRYPT, GRANTS_UNREAD, apply_grants, decrypt_request_for
from skerry.access.requests import AccessRequest, Caller, is_needed, principal_of, requests_of
from skerry.access.resource_policies import ResourcePolicies
from skerry.access.roles import ROLES_UNREAD, TaskRole, TaskRoles
from skerry.access.storage_keys import requests_for_storage
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Interface, Need, Placement
from skerry.model.arns import NameOrArn
from skerry.model.facts import Missing
from skerry.model.resource_lookup import Resources
from skerry.policy.evaluate import Decision, Denial, Policies, evaluate
from skerry.policy.policy_types import PolicyType
from skerry.policy.request import ABSENT, Context, HiddenValue, Principal, Request, Values, principal_of_service
from skerry.policy.resources import Resource
from skerry.reach.gateways import make_lost_hop, make_undecided_hop
from skerry.reach.trace import Hop, Kind, Piece
from skerry.services.attached_policy import NO_POLICY, ResourceBasedPolicy

_NOBODY = TaskRole(policies=())
_ECS = principal_of_service("ecs-tasks.amazonaws.com")
_CODES: dict[PolicyType, str] = {
    "resource-based policy": "RESOURCE_POLICY_DENIES",
    "permissions boundary": "PERMISSIONS_BOUNDARY_DENIES",
    "identity-based policy": "ROLE_POLICY_DENIES",
    "service control policy": "SERVICE_CONTROL_POLICY_DENIES",
    "resource control policy": "RESOURCE_CONTROL_POLICY_DENIES",
}


class CallPath(msgspec.Struct, frozen=True, gc=False):
    """The path of a call: its endpoint, or the internet, with the context keys of such requests."""

    place: str
    context: Context


class RolePolicies:
    """The policies of the roles and resources of one World, each parsed once.

    ``unread`` are the kinds of policy that a verdict depends on and nobody read.
    """

    def __init__(self, resources: Resources, roles: TaskRoles) -> None:
        self.unread: dict[str, None] = {}
        self._resources = resources
        self._roles = roles
        self._resource_policies = ResourcePolicies(resources)

    def check(self, launch: Launch, need: Need, paths: Sequence[CallPath]) -> Iterator[Hop]:
        """Yield a hop for each denied or unknown request of a need; ``paths`` is empty if no path is known."""
        if isinstance(need, Placement):
            yield from self._trust(launch)
        elif isinstance(need, Interface):
            yield from self._storage_key(launch)
        elif isinstance(need, Call) and need.identity != "AWS":
            yield from self._call(launch, need, paths)

    def _trust(self, launch: Launch) -> Iterator[Hop]:
        """Yield hops for roles that ECS may not assume; it assumes them before it places the task.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
        """
        for role_arn in _role_arns_of(launch):
            role = self._roles.find(role_arn)
            if role is None:
                self.unread[ROLES_UNREAD] = None
            elif role.absent:
                message = f"there is no role {role_arn}, and the task definition names it"
                yield make_lost_hop("role", role_arn, "ROLE_NOT_FOUND", message)
            else:
                resource = Resource(role_arn, None if role_arn.arn is None else role_arn.arn.account)
                request = Request(_ECS, "sts:AssumeRole", resource, _context_of_ecs(launch))
                trust = ResourceBasedPolicy(role.trust)
                decision = evaluate(request, _policies(self._roles, request, _NOBODY, trust))
                yield from _hops_of(role_arn, request, decision, "TRUST_POLICY_DENIES")

    def _storage_key(self, launch: Launch) -> Iterator[Hop]:
        """Yield hops if the policy of the key for ephemeral storage does not let Fargate use it."""
        for access in requests_for_storage(self._resources, launch):
            resource_policy = self._resource_policies.find(access)
            if resource_policy.unread:
                self.unread[resource_policy.unread] = None
            else:
                decision = self._decide(access, _NOBODY, resource_policy, ())
                resource = access.request.resource.arn
                yield from _hops_of(resource, access.request, decision, "STORAGE_KEY_DENIES_FARGATE")

    def _call(self, launch: Launch, need: Call, paths: Sequence[CallPath]) -> Iterator[Hop]:
        for mount in mount_requests_of(launch, need):
            if isinstance(mount, Missing):
                yield make_undecided_hop("role", launch.definition_name, mount)
            else:
                yield from self._mount(mount, paths)
        if need.service is None or not need.actions or need.identity == "nobody":
            return
        principal = principal_of(launch, need)
        if isinstance(principal, Missing):
            if self._roles.are_read:
                yield make_undecided_hop("role", launch.definition_name, principal)
            return
        caller = Caller(launch, self._roles.complete(principal), self._resources)
        for access in requests_of(caller, need, need.service, {}):
            yield from self._check_request(caller, access, paths)
            decrypt_request = decrypt_request_for(self._resources, access)
            if decrypt_request is not None:
                yield from self._check_request(caller, decrypt_request, paths)

    def _check_request(self, caller: Caller, access: AccessRequest, paths: Sequence[CallPath]) -> Iterator[Hop]:
        """Yield hops for one request of a role."""
        role_arn = access.request.principal.arn
        role = self._roles.find(role_arn)
        resource_policy = self._resource_policies.find(access)
        if role is None:
            self.unread[ROLES_UNREAD] = None
        self.unread |= dict.fromkeys(resource_policy.unread_kinds)
        if (role is None and resource_policy.is_unread) or (role is not None and role.absent):
            return
        decision = self._decide(access, role or TaskRole(), resource_policy, paths)
        hops = list(_hops_of(role_arn, access.request, decision, owner=_owner_of(access.request)))
        needed = is_needed(caller, access)
        if isinstance(needed, Missing):
            yield from [make_undecided_hop("role", role_arn, needed)] if decision.denials else []
        elif needed:
            yield from (hop for hop in hops if paths or hop.lost)

    def _mount(self, access: AccessRequest, paths: Sequence[CallPath]) -> Iterator[Hop]:
        """Yield hops if the task may not mount a file system; without a policy, every client may.

        https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
        """
        resource_policy = self._resource_policies.find(access)
        if resource_policy.unread:
            self.unread[resource_policy.unread] = None
        if resource_policy.unread or resource_policy.policy is None:
            return
        principal = self._roles.complete(access.request.principal)
        role = self._roles.find(principal.arn) if principal.kind == "role" else _NOBODY
        if role is None:
            self.unread[ROLES_UNREAD] = None
        request = Request(principal, access.request.action, access.request.resource, access.request.context)
        decision = self._decide(AccessRequest(access.subject, request), role or TaskRole(), resource_policy, paths)
        yield from _hops_of(principal.arn or "nobody", request, decision, owner=request.resource.arn)

    def _decide(
        self, access: AccessRequest, role: TaskRole, resource_policy: ResourceBasedPolicy, paths: Sequence[CallPath]
    ) -> Decision:
        """Return the decision if it is the same on every path of the request, else unknown."""
        contexts = [path.context for path in paths] or [{}]
        request = access.request
        if request.resource.account is None and resource_policy.account is not None:
            resource_policy_resource = msgspec.structs.replace(request.resource, account=resource_policy.account)
            request = msgspec.structs.replace(request, resource=resource_policy_resource)
        policies = _policies(self._roles, request, role, resource_policy)
        decisions = [evaluate(_add_context(request, context), policies) for context in contexts]
        if access.request.action == DECRYPT:
            decisions = [apply_grants(self._resources, access, decision) for decision in decisions]
            self.unread |= dict.fromkeys(
                kind for decision in decisions for kind in decision.assumed if kind == GRANTS_UNREAD
            )
        if len({decision.verdict for decision in decisions}) == 1:
            return decisions[0]
        places = ", ".join(sorted(path.place for path in paths))
        missing = tuple(dict.fromkeys(fact for decision in decisions for fact in decision.missing))
        return Decision("unknown", missing=missing or (Missing(f"by which of {places} the request goes"),))


def evaluate_role_policies(roles: TaskRoles, request: Request) -> Decision | None:
    """Return the decision by the policies of a role alone; None if the role does not exist or nobody read it."""
    role = roles.find(request.principal.arn)
    if role is None or role.absent:
        return None
    return evaluate(request, _policies(roles, request, role, NO_POLICY))


def _role_arns_of(launch: Launch) -> tuple[NameOrArn, ...]:
    definition = launch.definition
    if isinstance(definition, Missing):
        return ()
    names = (definition.execution_role_arn, definition.task_role_arn)
    return tuple(dict.fromkeys(name for name in names if name is not None and name.arn is not None))


def _add_context(request: Request, context: Context) -> Request:
    return Request(request.principal, request.action, request.resource, {**context, **request.context})


def _context_of_ecs(launch: Launch) -> Mapping[str, Values]:
    """Return the context keys when ECS assumes a role: AWS documents only the account and Region of the source.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    """
    context: dict[str, Values] = {"aws:sourcevpce": ABSENT, "aws:sourcevpc": ABSENT}
    parsed = launch_arn_of(launch)
    if parsed is None:
        return context
    begins = f"arn:{parsed.partition}:ecs:{parsed.region}:{parsed.account}:"
    source = HiddenValue("the ECS resource in aws:SourceArn when ECS assumes the role", begins=begins)
    return context | {"aws:sourceaccount": (parsed.account,), "aws:sourcearn": source}


def _policies(roles: TaskRoles, request: Request, role: TaskRole, attached: ResourceBasedPolicy) -> Policies:
    return Policies(
        identity=role.policies,
        boundary=role.boundary,
        session=None,
        scps=roles.control_policies(request.principal.account, "SERVICE_CONTROL_POLICY"),
        rcps=roles.control_policies(request.resource.account, "RESOURCE_CONTROL_POLICY"),
        resource=attached.policy,
        endpoint=None,
        registry=attached.registry.policy if attached.registry else None,
    )


def _owner_of(request: Request) -> str:
    """Return the resource with the policies; requests without a resource are to the registry of the caller."""
    resource = request.resource
    return f"registry {request.principal.account}" if resource.arn == "*" else resource.arn


def _hops_of(role_arn: str, request: Request, decision: Decision, code: str = "", owner: str = "") -> Iterator[Hop]:
    """Yield hops for a decision that denies or is unknown, at the role or at the resource of the request."""
    what = f"{request.action} on {request.resource.arn}{'…' if request.resource.beginning else ''}"
    if decision.verdict == "unknown":
        for missing in decision.missing:
            yield make_undecided_hop("role", role_arn, missing, rule=what)
    for denial in decision.denials:
        at_resource = bool(owner) and denial.kind == "resource-based policy"
        rule, why = _rule_and_message_of(denial, request)
        kind: Kind = "resource" if at_resource else "role"
        piece = Piece(code or _CODES[denial.kind], owner if at_resource else role_arn, rule, why)
        yield blocking_hop_for(
            kind,
            msgspec.structs.replace(
                piece,
                words=aws_message_of(request, denial),
                asked=action_and_resource_of(request),
                denied=change_of_deny_for(request, denial),
            ),
        )


def _rule_and_message_of(denial: Denial, request: Request) -> tuple[str, str]:
    """Return the deciding statement of a denial, and a message about it."""
    what = f"{request.action} on {request.resource.arn}{'…' if request.resource.beginning else ''}"
    statement = denial.statement
    if statement is not None:
        rule = f"{statement.statement} of {statement.policy}"
        return rule, f"{rule} denies {what}"
    if request.action == "sts:AssumeRole":
        return "no statement of its trust policy", f"its trust policy does not let {request.principal.arn} assume it"
    rule = f"no statement of {_NAMES[denial.kind]} allows {what}"
    return rule, f"{rule}, for {_describe_principal(request.principal)}"


_NAMES: dict[PolicyType, str] = {
    "resource-based policy": "its policy",
    "permissions boundary": "its permissions boundary",
    "identity-based policy": "its policies",
    "service control policy": "the organization's service control policies",
    "resource control policy": "the organization's resource control policies",
}


def _describe_principal(principal: Principal) -> str:
    match principal.kind:
        case "role":
            return f"role {principal.arn}"
        case "service":
            return principal.arn
        case _:
            return "clients without a role"
