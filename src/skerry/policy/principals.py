"""Whether an element ``Principal`` names who asks, and as what it does.

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

_ACCOUNT = re.compile(r"[0-9]{12}")
_ROOT = re.compile(r"arn:[a-z-]+:iam::([0-9]{12}):root")
_SESSION = re.compile(r"arn:[a-z-]+:sts::([0-9]{12}):assumed-role/([^/]+)/(.+)")


def names_principal(
    principals: Principals, asking: Principal, way: NamedAs, *, gateway: bool = False, granting: bool = True
) -> Truth:
    """Whether any of the values names the principal in that way.

    ``itself``: as everyone, as this user, session or service. ``role``: by the role of the session, and so no
    further than the role's permissions boundary and session policy go. ``account``: by its account, which leaves it
    to the policies of that account. ``gateway``: the policy is a gateway endpoint's. ``granting``: the values are those
    to whom the statement grants something.
    """
    if gateway:
        return any_of(_names_on_gateway(kind, value, asking, way, granting=granting) for kind, value in principals)
    return any_of(_names(kind, value, asking, way) for kind, value in principals)


def _names(kind: str, value: str, asking: Principal, way: NamedAs) -> Truth:
    if value == "*" and kind == "AWS":
        return way == "itself"
    match kind:
        case "AWS":
            return _names_identity(value, asking, way)
        case "Service":
            return way == "itself" and asking.kind == "service" and value == asking.arn
        case "CanonicalUser":
            return _names_canonical_user(value, asking, way)
        case _:  # Federated: whom an identity provider vouches for; not so any principal here
            return False


def _names_identity(value: str, asking: Principal, way: NamedAs) -> Truth:
    """Whether an account or an ARN names the principal.

    A user or role that was deleted is shown by its id (AIDA…, AROA…), which is no ARN, and so nobody's.
    """
    account = value if _ACCOUNT.fullmatch(value) else None
    root = _ROOT.fullmatch(value)
    if root or account:
        return way == "account" and asking.account == (root[1] if root else account)
    if asking.kind in {"service", "anonymous", "aws"}:
        return False
    if "*" in value or "?" in value:
        named = shorten(value)
        return (
            unknown_for(f"whom {named} names: AWS knows no wildcards within a principal") if way == "itself" else False
        )
    if asking.kind != "role":
        return way == "itself" and value == asking.arn
    if way == "role":
        return value == asking.arn
    return way == "itself" and _names_session(value, asking)


def _names_session(value: str, asking: Principal) -> Truth:
    found = _SESSION.fullmatch(value)
    if not found or found[1] != asking.account or found[2] != asking.arn.rpartition("/")[2]:
        return False
    if asking.session is None:
        return unknown_for(f"whether the session of {asking.arn} is {shorten(value)}")
    return found[3] == asking.session


def _names_canonical_user(value: str, asking: Principal, way: NamedAs) -> Truth:
    if way != "account" or asking.account is None:
        return False
    return unknown_for(f"whether {shorten(value)} is the canonical user of {asking.account}", "s3:ListAllMyBuckets")


def _names_on_gateway(kind: str, value: str, asking: Principal, way: NamedAs, *, granting: bool) -> Truth:
    """On a gateway endpoint, access that is granted to an account is its root user's alone; conditions name others.

    What an ARN does there is not documented, nor what an account does in a statement that denies, or excepts it.
    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#vpc-endpoint-policies-gateway
    """
    if kind != "AWS" or value == "*":
        return _names(kind, value, asking, way)
    ways = _BY_NAME if granting else NAMED_AS
    if way != "itself" or any_of(_names_identity(value, asking, one) for one in ways) is False:
        return False
    return unknown_for(f"whether AWS heeds {shorten(value)} as the principal of a gateway endpoint's policy")


def is_excepted(principals: Principals, asking: Principal, *, denying: bool, gateway: bool) -> Truth:
    """Whether ``NotPrincipal`` leaves the principal out of a statement.

    ``Deny`` spares a role only where its account and the role itself are named, and a user likewise: AWS may look
    at the account first. Where only one of them is, it is not known.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    itself, as_role, as_account = (
        names_principal(principals, asking, way, gateway=gateway, granting=False) for way in NAMED_AS
    )
    named = any_of((itself, as_role, as_account))
    if not denying or named is False or asking.account is None or ("AWS", "*") in principals:
        return named
    if all_of((any_of((itself, as_role)), as_account)) is True:
        return True
    return unknown_for(
        f"whether Deny with NotPrincipal spares {asking.arn}, whose account is not named together with it"
    )


def match_principal(
    principals: Principals, asking: Principal, *, other: bool, denying: bool, gateway: bool
) -> dict[NamedAs, Truth]:
    """In which ways a statement is about the principal, by its ``Principal``, or ``NotPrincipal`` where ``other``."""
    if not other:
        return {
            way: names_principal(principals, asking, way, gateway=gateway, granting=not denying) for way in NAMED_AS
        }
    about = negate(is_excepted(principals, asking, denying=denying, gateway=gateway))
    return {"itself": about, "role": False, "account": False}
