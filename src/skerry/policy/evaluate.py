"""Policy evaluation: the decision of AWS on a request, and the policies that deny it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from skerry.model.facts import Missing
from skerry.policy.document import Policy
from skerry.policy.policy_types import (
    AssumedNotToDeny,
    AssumedToAllow,
    DecidingStatement,
    EvaluationContext,
    PolicyType,
    PolicyTypeResult,
    evaluate_statements,
    join_results,
    result_for,
    unread_grant_for,
    unread_result_for,
)
from skerry.policy.request import Request
from skerry.policy.ternary import Truth, Unknown, all_of, any_of, negate, unknown_for

Levels = tuple[tuple[Policy, ...], ...]
EvaluationResult = Literal["allowed", "denied", "unknown"]


class Policies(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The policies in an evaluation, by type: read, not read (``Missing``), or ``AssumedToAllow``.

    ``identity``: inline and managed policies of the role or user. ``boundary``, ``session``, ``resource``: None if
    there is none. ``endpoint``: None for a call without an endpoint, through an endpoint with the default policy, or to
    a service without endpoint policies. ``gateway``: the policy belongs to a gateway endpoint. ``registry``: the policy
    of the registry of ECR that a repository is in, a second one of type ``resource``.

    ``scps`` and ``rcps``: the policies of the organization's root, of each organizational unit, and of the account, one
    tuple a level. They are ``()`` for an account outside an organization. ``scps`` are also ``()`` for the management
    account and for service-linked roles. ``scps`` are of the principal's account, ``rcps`` of the resource's.
    """

    identity: tuple[Policy, ...] | Missing | AssumedToAllow
    boundary: Policy | Missing | AssumedToAllow | None
    session: Policy | Missing | AssumedToAllow | None
    scps: Levels | Missing | AssumedToAllow
    rcps: Levels | Missing | AssumedToAllow
    resource: Policy | Missing | AssumedToAllow | AssumedNotToDeny | None
    endpoint: Policy | Missing | AssumedToAllow | None
    gateway: bool = False
    registry: Policy | Missing | AssumedToAllow | AssumedNotToDeny | None = None


class Denial(msgspec.Struct, frozen=True, gc=False):
    """One policy type that denies a request: by an explicit deny, or an implicit one without a statement."""

    kind: PolicyType
    words: str
    statement: DecidingStatement | None = None


class Decision(msgspec.Struct, frozen=True, gc=False):
    """The decision on a request, with its reasons.

    ``denials``: all policy types that deny it, as each must change. The message of AWS names one of them. AWS does not
    document its choice, so they are in the order of its flow chart. ``allowed_by``: the statements that allow it.
    ``missing``: the missing facts of an unknown decision. ``assumed``: the reasons of ``AssumedToAllow`` policies.
    """

    verdict: EvaluationResult
    denials: tuple[Denial, ...] = ()
    allowed_by: tuple[DecidingStatement, ...] = ()
    missing: tuple[Missing, ...] = ()
    assumed: tuple[str, ...] = ()


# A resource-based policy that is assumed to allow delegates access to the identity-based policies of its account.
_DELEGATES_TO_ACCOUNT = PolicyTypeResult(denied=False, allowed={"itself": False, "role": False, "account": True})
_TRUST = "sts:assumerole"


def evaluate(request: Request, policies: Policies) -> Decision:
    """Return the decision of AWS: no policy may deny the request, and every required policy type must allow it.

    With a missing fact, a request is allowed or denied only if every value of the fact gives the same decision.
    """
    results = _results_of(request, policies)
    required = _required_of(request, results)
    denials = (*_explicit_denials_of(request, results), *_implicit_denials_of(request, required))
    assumed = tuple(dict.fromkeys(value.why for value in _values_of(policies) if isinstance(value, AssumedToAllow)))
    if denials:
        return Decision("denied", denials, assumed=assumed)
    denied = any_of(result.denied for result in results.values())
    allowed = all_of((*required.values(), negate(denied)))
    if isinstance(allowed, Unknown):
        return Decision("unknown", missing=allowed.missing, assumed=assumed)
    allowed_by = tuple(statement for result in results.values() for statement in result.deciding)
    return Decision("allowed", allowed_by=allowed_by, assumed=assumed)


def _values_of(policies: Policies) -> Iterator[object]:
    return (getattr(policies, name) for name in policies.__struct_fields__)


def _results_of(request: Request, policies: Policies) -> dict[PolicyType, PolicyTypeResult]:
    """Return the result of each policy type, in the order of the flow chart of AWS."""
    context = EvaluationContext(policies.gateway, _has_boundary(policies.boundary))

    def result_of_policy(
        policy: Policy | Missing | AssumedToAllow | AssumedNotToDeny | None, kind: PolicyType
    ) -> PolicyTypeResult:
        if policy is None:
            return result_for(answer=kind != "resource-based policy")
        if isinstance(policy, AssumedNotToDeny):
            return unread_grant_for(policy.missing)
        return result_of_policies((policy,) if isinstance(policy, Policy) else policy, kind)

    def result_of_policies(given: tuple[Policy, ...] | Missing | AssumedToAllow, kind: PolicyType) -> PolicyTypeResult:
        match given:
            case Missing():
                return unread_result_for(given)
            case AssumedToAllow():
                return _DELEGATES_TO_ACCOUNT if kind == "resource-based policy" else result_for(answer=True)
            case _:
                return evaluate_statements(given, kind, request, context)

    def result_of_levels(given: Levels | Missing | AssumedToAllow, kind: PolicyType) -> PolicyTypeResult:
        if isinstance(given, Missing | AssumedToAllow):
            return result_of_policies(given, kind)
        return _result_of_levels([result_of_policies(level, kind) for level in given])

    # Service control policies limit only principals in the accounts of the organization:
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    is_limited = request.principal.kind in {"role", "user"}
    return {
        "resource control policy": result_of_levels(policies.rcps, "resource control policy"),
        "service control policy": result_of_levels(policies.scps if is_limited else (), "service control policy"),
        "VPC endpoint policy": result_of_policy(policies.endpoint, "VPC endpoint policy"),
        "resource-based policy": join_results(
            result_of_policy(policies.resource, "resource-based policy"),
            result_of_policy(policies.registry, "resource-based policy"),
        ),
        "identity-based policy": result_of_policies(policies.identity, "identity-based policy"),
        "permissions boundary": result_of_policy(policies.boundary, "permissions boundary"),
        "session policy": result_of_policy(policies.session, "session policy"),
    }


def _has_boundary(boundary: Policy | Missing | AssumedToAllow | None) -> Truth:
    """Return whether the principal has a permissions boundary."""
    return Unknown((boundary,)) if isinstance(boundary, Missing) else isinstance(boundary, Policy)


def _result_of_levels(levels: list[PolicyTypeResult]) -> PolicyTypeResult:
    """Return the result of the policies of an organization: each level must allow, and none may deny."""
    return PolicyTypeResult(
        any_of(level.denied for level in levels),
        result_for(all_of(level.allows for level in levels)).allowed,
        tuple(statement for level in levels for statement in level.deciding),
    )


def _required_of(request: Request, results: dict[PolicyType, PolicyTypeResult]) -> dict[PolicyType, Truth]:
    """Return the policy types that must allow the request, with their answers.

    Resource control policies always allow: AWS attaches `RCPFullAWSAccess` everywhere, and nobody can detach it.
    """
    always: dict[PolicyType, Truth] = {
        "service control policy": results["service control policy"].allows,
        "VPC endpoint policy": results["VPC endpoint policy"].allows,
    }
    principal, resource = request.principal, request.resource
    if principal.kind in {"service", "anonymous"}:
        return always | {"resource-based policy": results["resource-based policy"].allows}
    if principal.kind == "aws":
        return always | _across_accounts(results)
    if resource.account is None and resource.arn != "*":
        same, other = _within_account(request, results), _across_accounts(results)
        return always | {kind: _either(same.get(kind, True), answer, resource.arn) for kind, answer in other.items()}
    within = resource.account in {None, principal.account}
    return always | (_within_account(request, results) if within else _across_accounts(results))


def _within_account(request: Request, results: dict[PolicyType, PolicyTypeResult]) -> dict[PolicyType, Truth]:
    """Return the required policy types within an account: identity-based or resource-based policies must allow.

    A key policy or role trust policy must always allow, if only by delegating to the policies of the account.
    The permissions boundary and session policy do not limit a grant of the resource to the session or user itself, or
    to everyone. They limit a grant to the role.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    """
    resource = results["resource-based policy"]
    itself = resource.allowed["itself"]
    required: dict[PolicyType, Truth] = {
        "identity-based policy": any_of((itself, resource.allowed["role"], results["identity-based policy"].allows)),
        "permissions boundary": any_of((itself, results["permissions boundary"].allows)),
        "session policy": any_of((itself, results["session policy"].allows)),
    }
    action = request.action.lower()
    if action.startswith(_TRUST) or (action.startswith("kms:") and request.resource.arn != "*"):
        required["resource-based policy"] = resource.allows
    return required


def _across_accounts(results: dict[PolicyType, PolicyTypeResult]) -> dict[PolicyType, Truth]:
    """Return the required policy types across accounts: both accounts must allow."""
    kinds: tuple[PolicyType, ...] = (
        "resource-based policy",
        "identity-based policy",
        "permissions boundary",
        "session policy",
    )
    return {kind: results[kind].allows for kind in kinds}


def _either(within: Truth, across: Truth, arn: str) -> Truth:
    """Return the answer if it is the same within the account and across accounts, else unknown."""
    if within == across:
        return within
    unknowns = all_of(answer for answer in (within, across) if isinstance(answer, Unknown))
    account = unknown_for(f"the account that {arn} belongs to")
    return all_of((account, unknowns))


def _explicit_denials_of(request: Request, results: dict[PolicyType, PolicyTypeResult]) -> Iterator[Denial]:
    for kind, result in results.items():
        for statement in result.deciding:
            if statement.effect == "Deny":
                yield Denial(kind, f"with an explicit deny in {_article_and_name_of(kind, request)}", statement)


def _implicit_denials_of(request: Request, required: dict[PolicyType, Truth]) -> Iterator[Denial]:
    for kind, answer in required.items():
        if answer is False:
            yield Denial(kind, f"because no {_name_of(kind, request)} allows the {request.action} action")


def _name_of(kind: PolicyType, request: Request) -> str:
    trust = kind == "resource-based policy" and request.action.lower().startswith(_TRUST)
    return "role trust policy" if trust else kind


def _article_and_name_of(kind: PolicyType, request: Request) -> str:
    name = _name_of(kind, request)
    return f"{'the' if name == 'role trust policy' else 'an' if name.startswith('i') else 'a'} {name}"
