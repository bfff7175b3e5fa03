"""The caller's permissions for the calls of a plan, before any of them is made.

AWS itself answers for calls whose ids exist all (``DryRun``); the caller's own policies are evaluated for the others. A
permission that neither shows is unknown, and never counts as allowed.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from skerry.access.roles import TaskRoles
from skerry.apply.lookups import TAG
from skerry.apply.preflight.call_permissions import (
    CREATED,
    WITHOUT_DRY_RUN,
    AskedPermission,
    AskedResource,
    permissions_of,
)
from skerry.apply.preflight.caller_policies import CallerPolicies, read_caller_policies
from skerry.apply.preflight.results import ApplyRefusal, ApplyRemark, CheckResult
from skerry.aws.account_session import AccountSession, LostCallError
from skerry.aws.errors import RefusedError
from skerry.catalogue.partitions import partition_of
from skerry.errors import SkerryError
from skerry.model.facts import is_denial
from skerry.model.missing import Missing
from skerry.model.world import World
from skerry.plan.api_calls import Parameter, PlannedCall, new_ids_in
from skerry.policy.context_keys import OF_ENDPOINTS, OF_OTHER_SESSIONS
from skerry.policy.evaluate import Decision, Policies, evaluate
from skerry.policy.policy_types import AssumedToAllow
from skerry.policy.request import Context, Request, Values, context_of_internet_call
from skerry.policy.resources import Resource

_DRY_RUN = "DryRunOperation"
_ENDPOINT = AssumedToAllow("a policy of a VPC endpoint on the way of the call")
_SHOWN = 5


class PermissionAnswer(NamedTuple):
    """The answer about a permission on a resource, by AWS or by the caller's policies, with its reasons."""

    action: str
    resource: str
    by: Literal["dry run", "policies"]
    verdict: Literal["allowed", "denied", "unknown"]
    why: tuple[str, ...] = ()


def check_permissions(session: AccountSession, world: World, calls: Iterable[PlannedCall]) -> tuple[CheckResult, ...]:
    """Return the refusals and remarks about the permissions of calls.

    Raises `SkerryError` if AWS carries out a call although only a dry run was asked for.
    """
    evaluator: _PolicyEvaluator | None = None
    answers: list[PermissionAnswer] = []
    for call in {repr(call): call for call in calls}.values():
        tried = _try(session, call)
        if tried is not None:
            answers.append(tried)
            continue
        evaluator = evaluator or _PolicyEvaluator(session, world)
        answers += evaluator.answers(call)
    return tuple(_results(session.caller, dict.fromkeys(answers)))


def _try(session: AccountSession, call: PlannedCall) -> PermissionAnswer | None:
    """Return AWS's answer to a dry run; None if there can be none, or if it says nothing about permissions."""
    if call.service != "ec2" or call.operation in WITHOUT_DRY_RUN or any(new_ids_in(dict(call.parameters))):
        return None
    action = f"ec2:{call.operation}"
    try:
        session.call("ec2", call.operation, {**_tagged(call), "DryRun": True})
    except RefusedError as error:
        if error.code == _DRY_RUN:
            return PermissionAnswer(action, _named(call), "dry run", "allowed")
        if is_denial(error.code):
            return PermissionAnswer(action, _named(call), "dry run", "denied", (error.message,))
        return None
    except LostCallError:
        return None
    what = f"{action} was carried out, although only a dry run was asked for: this endpoint is not AWS"
    raise SkerryError(what, "Look for what it made. Apply only where DryRun is respected.")


def _tagged(call: PlannedCall) -> dict[str, Parameter]:
    """Return the parameters of a call with tags where the call itself will have some: they need a permission."""
    parameters = dict(call.parameters)
    if call.resource_type and "TagSpecifications" not in parameters:
        tags: list[Parameter] = [{"Key": TAG, "Value": "dry run"}]
        parameters["TagSpecifications"] = [{"ResourceType": call.resource_type, "Tags": tags}]
    return parameters


def _named(call: PlannedCall) -> str:
    """Return the existing resources of a call in words."""
    own = permissions_of(call)[0]
    names = dict.fromkeys(resource.name for resource in own.resources)
    return ", ".join(names) or "all resources"


class _PolicyEvaluator:
    """The caller's policies, and their decisions on the permissions of calls."""

    def __init__(self, session: AccountSession, world: World) -> None:
        partition = partition_of(session.region)
        self._session = session
        self._world = world
        self._prefix = f"arn:{partition.name if partition else 'aws'}:ec2:{session.region}:{session.account}:"
        self._policies: CallerPolicies = read_caller_policies(session)
        self._roles = TaskRoles(world.resources)

    def answers(self, call: PlannedCall) -> Iterator[PermissionAnswer]:
        for permission in permissions_of(call):
            for resource in permission.resources or (AskedResource("", None),):
                decision = self._decide(call, permission, resource)
                why = decision.assumed
                if decision.verdict == "denied":
                    why = tuple(denial.words for denial in decision.denials)
                elif decision.verdict == "unknown":
                    why = tuple(map(str, decision.missing))
                yield PermissionAnswer(permission.action, resource.name, "policies", decision.verdict, why)

    def _decide(self, call: PlannedCall, permission: AskedPermission, resource: AskedResource) -> Decision:
        """Return the decision; with an id of the future, a denial must hold for every id."""
        context = self._context(call, permission, resource)
        decisions = [self._evaluate(permission.action, arn, context) for arn in self._arns(resource)]
        return next((decision for decision in decisions if decision.verdict == "allowed"), decisions[-1])

    def _evaluate(self, action: str, resource: Resource, context: Context) -> Decision:
        caller = self._policies
        policies = Policies(
            identity=caller.identity,
            boundary=caller.boundary,
            session=caller.session,
            scps=self._roles.control_policies(self._session.account, "SERVICE_CONTROL_POLICY"),
            # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html: not for EC2.
            rcps=(),
            resource=None,
            endpoint=_ENDPOINT,
        )
        return evaluate(Request(caller.principal, action, resource, context), policies)

    def _arns(self, resource: AskedResource) -> list[Resource]:
        if not resource.kind:
            return [Resource("*")]
        beginning = f"{self._prefix}{resource.kind}/"
        exact = Resource(f"{beginning}{resource.id or CREATED}", self._session.account)
        return [exact] if resource.id else [exact, Resource(beginning, self._session.account, beginning=True)]

    def _context(self, call: PlannedCall, permission: AskedPermission, resource: AskedResource) -> Context:
        region = self._session.region
        unknown = Missing("from where the call comes")
        context: dict[str, Values] = {
            **context_of_internet_call(region),
            **dict.fromkeys(("aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip", "aws:sourceip"), unknown),
            **dict.fromkeys(OF_ENDPOINTS, unknown),
            **dict.fromkeys(OF_OTHER_SESSIONS, Missing("how the session was started")),
            "ec2:region": (region,),
        }
        if permission.by:
            context["ec2:createaction"] = (permission.by,)
        service = call.parameters.get("ServiceName")
        if isinstance(service, str):
            context["ec2:vpceservicename"] = (service,)
        return context | self._tags_of(resource)

    def _tags_of(self, resource: AskedResource) -> dict[str, Values]:
        kinds: Mapping[str, Mapping[str, object]] = {
            "vpc": self._world.vpcs,
            "subnet": self._world.subnets,
            "security-group": self._world.security_groups,
            "route-table": self._world.route_tables,
            "network-acl": self._world.network_acls,
            "vpc-endpoint": self._world.vpc_endpoints,
            "natgateway": self._world.nat_gateways,
        }
        record = kinds.get(resource.kind, {}).get(resource.id or "")
        tags = getattr(record, "tags", ())
        return {f"{key}:resourcetag/{tag.key.lower()}": (tag.value,) for key in ("aws", "ec2") for tag in tags}


def _results(caller: str, answers: Iterable[PermissionAnswer]) -> Iterator[CheckResult]:
    rows = tuple(answers)
    for row in rows:
        if row.verdict == "denied":
            why = f": {'; '.join(row.why)}" if row.why else ""
            message = f"{caller} is not allowed {row.action} on {row.resource}{why}"
            advice = (f"Let a policy of the caller allow {row.action}. skerry iam-policy apply prints a whole policy.",)
            yield ApplyRefusal("PERMISSION_DENIED", row.resource, message, advice)
    by_policies = [row for row in rows if (row.by, row.verdict) == ("policies", "allowed")]
    if by_policies:
        assumed = ", ".join(dict.fromkeys(why for row in by_policies for why in row.why))
        message = f"AWS cannot be asked before the calls, and the policies of {caller} allow {_listed(by_policies)}"
        yield ApplyRemark(
            "PERMISSION_BY_POLICIES", caller, f"{message}{f'; not examined: {assumed}' if assumed else ''}"
        )
    unknown = [row for row in rows if row.verdict == "unknown"]
    if unknown:
        missing = ", ".join(list(dict.fromkeys(why for row in unknown for why in row.why))[:_SHOWN])
        message = f"it is not known whether {caller} is allowed {_listed(unknown)}; unknown: {missing}"
        advice = ("A step that AWS refuses stops the apply, and undo takes back the steps before it.",)
        yield ApplyRemark("PERMISSION_UNKNOWN", caller, message, advice)


def _listed(rows: list[PermissionAnswer]) -> str:
    names = list(dict.fromkeys(f"{row.action} on {row.resource}" for row in rows))
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
