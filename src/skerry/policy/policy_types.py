"""Policy types, and the result of all policies of one type for a request."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from skerry.model.facts import Missing
from skerry.policy.document import Effect, Policy, Statement
from skerry.policy.principals import NAMED_AS, NamedAs, match_principal
from skerry.policy.request import Request
from skerry.policy.statements import match_statement
from skerry.policy.ternary import Truth, Unknown, all_of, any_of, unknown_for

PolicyType = Literal[
    "service control policy",
    "resource control policy",
    "VPC endpoint policy",
    "resource-based policy",
    "identity-based policy",
    "permissions boundary",
    "session policy",
]
# Types with a Principal element in their statements.
_ADDRESSED = frozenset({"VPC endpoint policy", "resource-based policy", "resource control policy"})


class AssumedToAllow(msgspec.Struct, frozen=True, gc=False):
    """Policies without evaluation, assumed to allow; ``why`` is the reason, such as policies of AWS itself."""

    why: str


class AssumedNotToDeny(msgspec.Struct, frozen=True, gc=False):
    """Policies that the caller cannot read, assumed to deny nothing; whether they allow is ``missing``."""

    missing: Missing


class DecidingStatement(msgspec.Struct, frozen=True, gc=False):
    """A statement that decides: its Sid or number, in a policy of one type; ``denying`` is a statement that denies."""

    kind: PolicyType
    policy: str
    statement: str
    effect: Effect
    denying: Statement | None = None


class PolicyTypeResult(msgspec.Struct, frozen=True, gc=False):
    """The result of all policies of one type.

    ``denied``: whether a statement denies the request explicitly. ``allowed``: whether a statement allows it, by the
    way in which it names the principal. A type without a Principal element allows ``itself``.
    """

    denied: Truth
    allowed: dict[NamedAs, Truth]
    deciding: tuple[DecidingStatement, ...] = ()

    @property
    def allows(self) -> Truth:
        """Return whether the policies allow the request in any way."""
        return any_of(self.allowed.values())


def result_for(answer: Truth) -> PolicyTypeResult:
    """Return a result that denies nothing, and allows with the same answer in every way."""
    return PolicyTypeResult(denied=False, allowed=dict.fromkeys(NAMED_AS, answer))


def unread_result_for(missing: Missing) -> PolicyTypeResult:
    """Return the result of policies that nobody read."""
    return PolicyTypeResult(Unknown((missing,)), dict.fromkeys(NAMED_AS, Unknown((missing,))))


def unread_grant_for(missing: Missing) -> PolicyTypeResult:
    """Return the result of policies that deny nothing, and may allow."""
    return PolicyTypeResult(denied=False, allowed=dict.fromkeys(NAMED_AS, Unknown((missing,))))


def join_results(first: PolicyTypeResult, second: PolicyTypeResult) -> PolicyTypeResult:
    """Return the result of the policies of two results together: any may deny, and any may allow."""
    return PolicyTypeResult(
        any_of((first.denied, second.denied)),
        {way: any_of((answer, second.allowed.get(way, False))) for way, answer in first.allowed.items()},
        first.deciding + second.deciding,
    )


class EvaluationContext(msgspec.Struct, frozen=True, gc=False):
    """Facts for the Principal element: a policy of a gateway endpoint, a principal with a permissions boundary."""

    gateway: bool = False
    bounded: Truth = False


def evaluate_statements(
    policies: Iterable[Policy], kind: PolicyType, request: Request, context: EvaluationContext
) -> PolicyTypeResult:
    """Return the result of all statements in the policies of one type."""
    denied: list[Truth] = []
    allowed: dict[NamedAs, list[Truth]] = {way: [] for way in NAMED_AS}
    deciding: list[DecidingStatement] = []
    for policy in policies:
        if policy.problem:
            missing = Unknown((policy.problem,))
            denied.append(missing)
            allowed["itself"].append(missing)
        for statement in policy.statements:
            ways = _ways(statement, kind, request, context)
            if statement.effect != "Allow":
                denied.append(any_of(ways.values()))
            if statement.effect != "Deny":
                for way, answer in ways.items():
                    allowed[way].append(answer)
            if statement.effect and any_of(ways.values()) is True:
                denying = statement if statement.effect == "Deny" else None
                deciding.append(DecidingStatement(kind, policy.name, statement.label, statement.effect, denying))
    return PolicyTypeResult(any_of(denied), {way: any_of(answers) for way, answers in allowed.items()}, tuple(deciding))


_NOBODY: dict[NamedAs, Truth] = dict.fromkeys(NAMED_AS, False)


def _ways(statement: Statement, kind: PolicyType, request: Request, context: EvaluationContext) -> dict[NamedAs, Truth]:
    """Return the ways in which the statement applies to the request."""
    fits = all_of(match_statement(statement, request, attached=kind == "resource-based policy"))
    if fits is False:
        return _NOBODY
    return {
        way: all_of((fits, answer))
        for way, answer in _match_principal_element(statement, kind, request, context).items()
    }


def _match_principal_element(
    statement: Statement, kind: PolicyType, request: Request, context: EvaluationContext
) -> dict[NamedAs, Truth]:
    if statement.principals is None or kind not in _ADDRESSED:
        # Identity-based policies, boundaries and service control policies have no Principal; the other types always do.
        as_expected = (statement.principals is None) is (kind not in _ADDRESSED)
        return _NOBODY | {"itself": as_expected or unknown_for(f"the principals of {statement.label} in a {kind}")}
    ways = match_principal(
        statement.principals,
        request.principal,
        not_principal=statement.not_principal,
        denying=statement.effect != "Allow",
        gateway=context.gateway and kind == "VPC endpoint policy",
    )
    if statement.not_principal and statement.effect == "Deny":
        ways["itself"] = _with_boundary(ways["itself"], context.bounded)
    return ways


def _with_boundary(answer: Truth, bounded: Truth) -> Truth:
    """Return the answer of ``Deny`` with ``NotPrincipal``: always yes for principals with a permissions boundary.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    return any_of((answer, bounded))
