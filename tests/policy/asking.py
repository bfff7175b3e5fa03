"""Requests and policies shared by the policy tests."""

from typing import Any

import msgspec

from skerry.model.arns import NameOrArn
from skerry.model.facts import Missing
from skerry.policy.document import Policy, parse
from skerry.policy.evaluate import Decision, Policies, evaluate
from skerry.policy.request import Context, Principal, Request, principal_of_role
from skerry.policy.resources import Resource

HOME, OTHER = "111122223333", "444455556666"
ROLE_ARN = f"arn:aws:iam::{HOME}:role/apps/exec"
SESSION = "0123456789abcdef"
SESSION_ARN = f"arn:aws:sts::{HOME}:assumed-role/exec/{SESSION}"
ROLE = msgspec.structs.replace(
    principal_of_role(NameOrArn(ROLE_ARN), SESSION), organization="o-home", tags={"Team": "blue"}
)
USER = Principal("user", NameOrArn(f"arn:aws:iam::{HOME}:user/ada"), HOME, organization=None, tags={})
SECRET = f"arn:aws:secretsmanager:eu-west-1:{HOME}:secret:app/db-AbCdEf"
GET = "secretsmanager:GetSecretValue"

Json = dict[str, Any]


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> Json:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def policy(*statements: Json, name: str = "policy", version: str = "2012-10-17") -> Policy:
    return parse({"Version": version, "Statement": list(statements)}, name)


EVERYTHING = policy(allow(), name="everything")
NOTHING = policy(allow("none:None"), name="nothing")


def policies(**kinds: Any) -> Policies:
    """No policies but an identity's that allows everything, and those that are given."""
    none: Json = {
        "identity": (EVERYTHING,),
        "boundary": None,
        "session": None,
        "scps": (),
        "rcps": (),
        "resource": None,
        "endpoint": None,
    }
    return Policies(**(none | kinds))


def request(
    action: str = GET,
    resource: str = SECRET,
    *,
    account: str | None = HOME,
    principal: Principal = ROLE,
    beginning: bool = False,
    more_characters: int | None = None,
    context: Context | None = None,
) -> Request:
    return Request(principal, action, Resource(resource, account, beginning, more_characters), context or {})


def decide(asked: Request | None = None, **kinds: Any) -> Decision:
    return evaluate(asked or request(), policies(**kinds))


def verdict(asked: Request | None = None, **kinds: Any) -> str:
    return decide(asked, **kinds).verdict


UNREAD = Missing("the policies", "iam:GetRolePolicy")
