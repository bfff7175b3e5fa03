"""Matching of ``Principal`` and ``NotPrincipal`` elements with the principal of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from typing import Literal

from skerry.policy.document import Principals
from skerry.policy.request import Principal
from skerry.policy.ternary import Truth, all_of, any_of, negate, shorten, unknown_for

NamedAs = Literal["itself", "role", "account"]
NAMED_AS: tuple[NamedAs, ...] = ("itself", "role", "account")
_BY_NAME: tuple[NamedAs, ...] = ("itself", "role")

# Compiled at first use: a start compiles no pattern that few inputs need.
_ACCOUNT = r"[0-9]{12}"
_ROOT = r"arn:[a-z-]+:iam::([0-9]{12}):root"
_SESSION = r"arn:[a-z-]+:sts::([0-9]{12}):assumed-role/([^/]+)/(.+)"


def names_principal(
    principals: Principals, principal: Principal, way: NamedAs, *, gateway: bool = False, granting: bool = True
) -> Truth:
    """Return whether any of the values names the principal in that way.

    ``itself``: as everyone, or as this user, session or service. ``role``: by the role of the session, within the
    limits of its permissions boundary and session policy. ``account``: by its account, with the decision delegated to
    the policies of that account. ``gateway``: the policy belongs to a gateway endpoint. ``granting``: the statement
    grants access to the values.
    """
    if gateway:
        return any_of(_names_on_gateway(kind, value, principal, way, granting=granting) for kind, value in principals)
    return any_of(_names(kind, value, principal, way) for kind, value in principals)


def _names(kind: str, value: str, principal: Principal, way: NamedAs) -> Truth:
    if value == "*" and kind == "AWS":
        return way == "itself"
    match kind:
        case "AWS":
            return _names_identity(value, principal, way)
        case "Service":
            return way == "itself" and principal.kind == "service" and value == principal.arn
        case "CanonicalUser":
            return _names_canonical_user(value, principal, way)
        case _:  # Federated: no principal here comes from an identity provider
            return False


def _names_identity(value: str, principal: Principal, way: NamedAs) -> Truth:
    """Return whether an account or an ARN names the principal.

    AWS shows a deleted user or role by its id (AIDA…, AROA…). The id is no ARN and matches no principal.
    """
    account = value if re.fullmatch(_ACCOUNT, value) else None
    root = re.fullmatch(_ROOT, value)
    if root or account:
        return way == "account" and principal.account == (root[1] if root else account)
    if principal.kind in {"service", "anonymous", "aws"}:
        return False
    if "*" in value or "?" in value:
        named = shorten(value)
        return (
            unknown_for(f"the principals of {named}: AWS supports no wildcards within a principal")
            if way == "itself"
            else False
        )
    if principal.kind != "role":
        return way == "itself" and value == principal.arn
    if way == "role":
        return value == principal.arn
    return way == "itself" and _names_session(value, principal)


def _names_session(value: str, principal: Principal) -> Truth:
    match = re.fullmatch(_SESSION, value)
    if not match or match[1] != principal.account or match[2] != principal.arn.rpartition("/")[2]:
        return False
    if principal.session is None:
        return unknown_for(f"whether the session of {principal.arn} is {shorten(value)}")
    return match[3] == principal.session


def _names_canonical_user(value: str, principal: Principal, way: NamedAs) -> Truth:
    if way != "account" or principal.account is None:
        return False
    return unknown_for(f"whether {shorten(value)} is the canonical user of {principal.account}", "s3:ListAllMyBuckets")


def _names_on_gateway(kind: str, value: str, principal: Principal, way: NamedAs, *, granting: bool) -> Truth:
    """Return the answer on a gateway endpoint: a grant to an account is only for its root user.

    AWS documents condition keys for other principals. It does not document the effect of an ARN, nor of an account in
    a ``Deny`` or ``NotPrincipal``.
    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#vpc-endpoint-policies-gateway
    """
    if kind != "AWS" or value == "*":
        return _names(kind, value, principal, way)
    ways = _BY_NAME if granting else NAMED_AS
    if way != "itself" or any_of(_names_identity(value, principal, candidate) for candidate in ways) is False:
        return False
    return unknown_for(f"whether AWS applies {shorten(value)} as the principal of a gateway endpoint's policy")


def is_excepted(principals: Principals, principal: Principal, *, denying: bool, gateway: bool) -> Truth:
    """Return whether ``NotPrincipal`` exempts the principal from a statement.

    ``Deny`` exempts a role or user only if the element names both it and its account, as AWS may check the account
    first. With only one of them, the answer is unknown.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    itself, as_role, as_account = (
        names_principal(principals, principal, way, gateway=gateway, granting=False) for way in NAMED_AS
    )
    named = any_of((itself, as_role, as_account))
    if not denying or named is False or principal.account is None or ("AWS", "*") in principals:
        return named
    if all_of((any_of((itself, as_role)), as_account)) is True:
        return True
    return unknown_for(
        f"whether Deny with NotPrincipal exempts {principal.arn}, whose account is not named together with it"
    )


def match_principal(
    principals: Principals, principal: Principal, *, not_principal: bool, denying: bool, gateway: bool
) -> dict[NamedAs, Truth]:
    """Return the ways in which ``Principal`` names the principal, or ``NotPrincipal`` if ``not_principal``."""
    if not not_principal:
        return {
            way: names_principal(principals, principal, way, gateway=gateway, granting=not denying) for way in NAMED_AS
        }
    applies = negate(is_excepted(principals, principal, denying=denying, gateway=gateway))
    return {"itself": applies, "role": False, "account": False}
