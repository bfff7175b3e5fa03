"""Whether a request is allowed by all of the policies that AWS asks, and if not, by which it is denied.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from skerry.model.facts import Missing
from skerry.policy.document import Policy
from skerry.policy.policy_types import (
    AssumedToAllow,
    DecidingStatement,
    EvaluationContext,
    PolicyType,
    PolicyTypeResult,
    evaluate_statements,
    result_for,
    unread_result_for,
)
from skerry.policy.request import Request
from skerry.policy.ternary import Truth, Unknown, all_of, any_of, negate, unknown_for

Levels = tuple[tuple[Policy, ...], ...]
EvaluationResult = Literal["allowed", "denied", "unknown"]


class Policies(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The policies that AWS asks, by kind: read, not read (``Missing``), or taken to allow (``Assumed``).

    ``identity``: those of the role or user, in line and managed. ``boundary``, ``session``, ``resource``: None where
    there is none. ``endpoint``: None where the call goes through no endpoint, or through one with the default policy,
    which allows everything, or one of a service that knows no such policies. ``gateway``: it is a gateway endpoint's.

    ``scps`` and ``rcps``: those attached to the root, to each unit on the way, and to the account, each with its own;
    ``()`` where the account is in no organization, and for ``scps`` where it is the management account, or the role
    is linked to a service. ``scps`` are those of the principal's account, ``rcps`` those of the resource's.
    """

    identity: tuple[Policy, ...] | Missing | AssumedToAllow
    boundary: Policy | Missing | AssumedToAllow | None
    session: Policy | Missing | AssumedToAllow | None
    scps: Levels | Missing | AssumedToAllow
    rcps: Levels | Missing | AssumedToAllow
    resource: Policy | Missing | AssumedToAllow | None
    endpoint: Policy | Missing | AssumedToAllow | None
    gateway: bool = False


class Denial(msgspec.Struct, frozen=True, gc=False):
    """One kind of policy that denies a request: by a statement, or because none allows it."""

    kind: PolicyType
    words: str
    statement: DecidingStatement | None = None


class Decision(msgspec.Struct, frozen=True, gc=False):
    """The verdict on a request, and why.

    ``denials``: all that deny it, for each would have to change. AWS's own message names one of them; which is not
    documented, so their order here is that of AWS's flow chart. ``allowed_by``: the statements that allow it.
    ``missing``: the facts that would tell, where the verdict is unknown. ``assumed``: what was taken for granted.
    """

    verdict: EvaluationResult
    denials: tuple[Denial, ...] = ()
    allowed_by: tuple[DecidingStatement, ...] = ()
    missing: tuple[Missing, ...] = ()
    assumed: tuple[str, ...] = ()


# What a policy of a resource is taken to say that is not looked at: it leaves access to the policies of the account.
_LEFT_TO_THE_ACCOUNT = PolicyTypeResult(denied=False, allowed={"itself": False, "role": False, "account": True})
_TRUST = "sts:assumerole"


def evaluate(request: Request, policies: Policies) -> Decision:
    """Decide a request as AWS does: no policy may deny it, and all that must allow it do.

    A fact that is not known never makes it allowed or denied: it is so only if it is whatever the fact.
    """
    asked = _ask(request, policies)
    required = _required(request, asked)
    denials = (*_explicit(request, asked), *_implicit(request, required))
    assumed = tuple(dict.fromkeys(kind.why for kind in _kinds(policies) if isinstance(kind, AssumedToAllow)))
    if denials:
        return Decision("denied", denials, assumed=assumed)
    denied = any_of(judged.denied for judged in asked.values())
    allowed = all_of((*required.values(), negate(denied)))
    if isinstance(allowed, Unknown):
        return Decision("unknown", missing=allowed.missing, assumed=assumed)
    by = tuple(one for judged in asked.values() for one in judged.deciding)
    return Decision("allowed", allowed_by=by, assumed=assumed)


def _kinds(policies: Policies) -> Iterator[object]:
    return (getattr(policies, name) for name in policies.__struct_fields__)


def _ask(request: Request, policies: Policies) -> dict[PolicyType, PolicyTypeResult]:
    """What each kind of policy says, in the order of AWS's flow chart."""
    circumstances = EvaluationContext(policies.gateway, _bounded(policies.boundary))

    def one(policy: Policy | Missing | AssumedToAllow | None, kind: PolicyType) -> PolicyTypeResult:
        if policy is None:
            return result_for(answer=kind != "resource-based policy")
        return several((policy,) if isinstance(policy, Policy) else policy, kind)

    def several(given: tuple[Policy, ...] | Missing | AssumedToAllow, kind: PolicyType) -> PolicyTypeResult:
        match given:
            case Missing():
                return unread_result_for(given)
            case AssumedToAllow():
                return _LEFT_TO_THE_ACCOUNT if kind == "resource-based policy" else result_for(answer=True)
            case _:
                return evaluate_statements(given, kind, request, circumstances)

    def levels(given: Levels | Missing | AssumedToAllow, kind: PolicyType) -> PolicyTypeResult:
        if isinstance(given, Missing | AssumedToAllow):
            return several(given, kind)
        return _all_levels([several(level, kind) for level in given])

    # Service control policies bind the principals of an organization's accounts, and nobody else:
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    bound = request.principal.kind in {"role", "user"}
    return {
        "resource control policy": levels(policies.rcps, "resource control policy"),
        "service control policy": levels(policies.scps if bound else (), "service control policy"),
        "VPC endpoint policy": one(policies.endpoint, "VPC endpoint policy"),
        "resource-based policy": one(policies.resource, "resource-based policy"),
        "identity-based policy": several(policies.identity, "identity-based policy"),
        "permissions boundary": one(policies.boundary, "permissions boundary"),
        "session policy": one(policies.session, "session policy"),
    }


def _bounded(boundary: Policy | Missing | AssumedToAllow | None) -> Truth:
    """Whether the principal has a permissions boundary."""
    return Unknown((boundary,)) if isinstance(boundary, Missing) else isinstance(boundary, Policy)


def _all_levels(levels: list[PolicyTypeResult]) -> PolicyTypeResult:
    """What the policies of an organization say: each level must allow, and none may deny."""
    return PolicyTypeResult(
        any_of(level.denied for level in levels),
        result_for(all_of(level.allows for level in levels)).allowed,
        tuple(one for level in levels for one in level.deciding),
    )


def _required(request: Request, asked: dict[PolicyType, PolicyTypeResult]) -> dict[PolicyType, Truth]:
    """What must allow the request, and whether it does.

    Resource control policies always allow: AWS attaches one that does everywhere, and it cannot be taken off.
    """
    always: dict[PolicyType, Truth] = {
        "service control policy": asked["service control policy"].allows,
        "VPC endpoint policy": asked["VPC endpoint policy"].allows,
    }
    principal, resource = request.principal, request.resource
    if principal.kind in {"service", "anonymous"}:
        return always | {"resource-based policy": asked["resource-based policy"].allows}
    if principal.kind == "aws":
        return always | _across_accounts(asked)
    if resource.account is None and resource.arn != "*":
        same, other = _within_account(request, asked), _across_accounts(asked)
        return always | {kind: _either(same.get(kind, True), answer, resource.arn) for kind, answer in other.items()}
    within = resource.account in {None, principal.account}
    return always | (_within_account(request, asked) if within else _across_accounts(asked))


def _within_account(request: Request, asked: dict[PolicyType, PolicyTypeResult]) -> dict[PolicyType, Truth]:
    """Within an account, the policies of the principal or of the resource must allow.

    Those of a key or of a role's trust must in any case, be it only by leaving it to the policies of the account.
    What the resource grants to a session or user itself, or to everyone, is not limited by the principal's boundary
    and session policy; what it grants to a role is.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    """
    resource = asked["resource-based policy"]
    itself = resource.allowed["itself"]
    required: dict[PolicyType, Truth] = {
        "identity-based policy": any_of((itself, resource.allowed["role"], asked["identity-based policy"].allows)),
        "permissions boundary": any_of((itself, asked["permissions boundary"].allows)),
        "session policy": any_of((itself, asked["session policy"].allows)),
    }
    action = request.action.lower()
    if action.startswith(_TRUST) or (action.startswith("kms:") and request.resource.arn != "*"):
        required["resource-based policy"] = resource.allows
    return required


def _across_accounts(asked: dict[PolicyType, PolicyTypeResult]) -> dict[PolicyType, Truth]:
    """Across accounts, the policies of both must allow."""
    kinds: tuple[PolicyType, ...] = (
        "resource-based policy",
        "identity-based policy",
        "permissions boundary",
        "session policy",
    )
    return {kind: asked[kind].allows for kind in kinds}


def _either(within: Truth, across: Truth, arn: str) -> Truth:
    """What holds whether or not the resource belongs to the principal's account."""
    if within == across:
        return within
    rest = all_of(one for one in (within, across) if isinstance(one, Unknown))
    account = unknown_for(f"the account that {arn} belongs to")
    return all_of((account, rest))


def _explicit(request: Request, asked: dict[PolicyType, PolicyTypeResult]) -> Iterator[Denial]:
    for kind, judged in asked.items():
        for one in judged.deciding:
            if one.effect == "Deny":
                yield Denial(kind, f"with an explicit deny in {_article(kind, request)}", one)


def _implicit(request: Request, required: dict[PolicyType, Truth]) -> Iterator[Denial]:
    for kind, answer in required.items():
        if answer is False:
            yield Denial(kind, f"because no {_named(kind, request)} allows the {request.action} action")


def _named(kind: PolicyType, request: Request) -> str:
    trust = kind == "resource-based policy" and request.action.lower().startswith(_TRUST)
    return "role trust policy" if trust else kind


def _article(kind: PolicyType, request: Request) -> str:
    name = _named(kind, request)
    return f"{'the' if name == 'role trust policy' else 'an' if name.startswith('i') else 'a'} {name}"
