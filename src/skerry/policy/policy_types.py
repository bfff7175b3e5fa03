"""What the policies of one kind say of a request: what they deny, and what they allow to whom."""

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
# Kinds whose statements say whom they are about.
_ADDRESSED = frozenset({"VPC endpoint policy", "resource-based policy", "resource control policy"})


class AssumedToAllow(msgspec.Struct, frozen=True, gc=False):
    """Policies that are not looked at and are taken to allow, and why: because they are AWS's own, say."""

    why: str


class DecidingStatement(msgspec.Struct, frozen=True, gc=False):
    """A statement that decides: its Sid, or its number, in a policy of a kind."""

    kind: PolicyType
    policy: str
    statement: str
    effect: Effect


class PolicyTypeResult(msgspec.Struct, frozen=True, gc=False):
    """What the policies of one kind say.

    ``denied``: whether one denies the request explicitly. ``allowed``: whether one allows it, by the way in which it
    names who asks; a kind that names nobody allows ``itself``.
    """

    denied: Truth
    allowed: dict[NamedAs, Truth]
    deciding: tuple[DecidingStatement, ...] = ()

    @property
    def allows(self) -> Truth:
        """Whether the kind allows the request, whatever the way."""
        return any_of(self.allowed.values())


def result_for(answer: Truth) -> PolicyTypeResult:
    """What a kind says that denies nothing, and allows by one and the same answer in every way."""
    return PolicyTypeResult(denied=False, allowed=dict.fromkeys(NAMED_AS, answer))


def unread_result_for(missing: Missing) -> PolicyTypeResult:
    """What policies say that were not read."""
    return PolicyTypeResult(Unknown((missing,)), dict.fromkeys(NAMED_AS, Unknown((missing,))))


class EvaluationContext(msgspec.Struct, frozen=True, gc=False):
    """What bears on who is named: whether the policy is a gateway endpoint's, and whether the caller has a boundary."""

    gateway: bool = False
    bounded: Truth = False


def evaluate_statements(
    policies: Iterable[Policy], kind: PolicyType, request: Request, circumstances: EvaluationContext
) -> PolicyTypeResult:
    """Ask all statements of the policies of one kind."""
    denied: list[Truth] = []
    allowed: dict[NamedAs, list[Truth]] = {way: [] for way in NAMED_AS}
    deciding: list[DecidingStatement] = []
    for policy in policies:
        if policy.problem:
            missing = Unknown((policy.problem,))
            denied.append(missing)
            allowed["itself"].append(missing)
        for statement in policy.statements:
            ways = _ways(statement, kind, request, circumstances)
            if statement.effect != "Allow":
                denied.append(any_of(ways.values()))
            if statement.effect != "Deny":
                for way, answer in ways.items():
                    allowed[way].append(answer)
            if statement.effect and any_of(ways.values()) is True:
                deciding.append(DecidingStatement(kind, policy.name, statement.label, statement.effect))
    return PolicyTypeResult(any_of(denied), {way: any_of(answers) for way, answers in allowed.items()}, tuple(deciding))


_NOBODY: dict[NamedAs, Truth] = dict.fromkeys(NAMED_AS, False)


def _ways(
    statement: Statement, kind: PolicyType, request: Request, circumstances: EvaluationContext
) -> dict[NamedAs, Truth]:
    """In which ways the statement applies to the request."""
    fits = all_of(match_statement(statement, request, attached=kind == "resource-based policy"))
    if fits is False:
        return _NOBODY
    return {way: all_of((fits, who)) for way, who in _who(statement, kind, request, circumstances).items()}


def _who(
    statement: Statement, kind: PolicyType, request: Request, circumstances: EvaluationContext
) -> dict[NamedAs, Truth]:
    if statement.principals is None or kind not in _ADDRESSED:
        # Identity-based policies, their bounds and service control policies name nobody; the others always do.
        plain = (statement.principals is None) is (kind not in _ADDRESSED)
        return _NOBODY | {"itself": plain or unknown_for(f"whom {statement.label} of a {kind} is about")}
    ways = match_principal(
        statement.principals,
        request.principal,
        other=statement.not_principal,
        denying=statement.effect != "Allow",
        gateway=circumstances.gateway and kind == "VPC endpoint policy",
    )
    if statement.not_principal and statement.effect == "Deny":
        ways["itself"] = _bounded(ways["itself"], circumstances.bounded)
    return ways


def _bounded(answer: Truth, bounded: Truth) -> Truth:
    """``Deny`` with ``NotPrincipal`` always applies to users and roles with a permissions boundary.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    return any_of((answer, bounded))
