"""The caller's own policies, read from IAM, and their decision on a permission.

A user has inline and attached policies, those of its groups, and perhaps a boundary; a session of a role has those of
the role. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from skerry.aws.account_session import AccountSession, LostCallError
from skerry.aws.errors import RefusedError
from skerry.errors import SkerryError
from skerry.model.arns import NameOrArn, parse_arn
from skerry.model.missing import Missing
from skerry.policy.document import Policy, parse
from skerry.policy.policy_types import AssumedToAllow
from skerry.policy.request import Principal

_SESSION = AssumedToAllow("a policy of the session itself, which AWS does not show")


class CallerPolicies(msgspec.Struct, frozen=True):
    """The caller as a principal, with its policies.

    ``session`` is None for a user: only sessions have policies of their own. ``reads`` are the IAM actions that AWS
    did not allow.
    """

    principal: Principal
    identity: tuple[Policy, ...] | Missing | AssumedToAllow
    boundary: Policy | Missing | None
    session: AssumedToAllow | None


class _Subject(NamedTuple):
    """A user, group or role in IAM: the parts of its operations' names, and its name."""

    kind: str
    name: str

    @property
    def parameter(self) -> dict[str, str]:
        return {f"{self.kind}Name": self.name}


def read_caller_policies(session: AccountSession) -> CallerPolicies:
    """Read the caller's policies; unreadable ones are `Missing`."""
    arn = parse_arn(session.caller)
    kind, _, name = ("", "", "") if arn is None else arn.resource.partition("/")
    if arn is not None and arn.resource == "root":
        # Identity-based policies do not apply to the root user:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
        principal = Principal("user", NameOrArn(session.caller), session.account)
        return CallerPolicies(principal, AssumedToAllow("the root user has every permission"), None, None)
    if kind == "user":
        return _of_user(session, name.rpartition("/")[2])
    if kind == "assumed-role":
        role, _, session_name = name.partition("/")
        return _of_role(session, role, session_name)
    unknown = Missing(f"the policies of {session.caller}")
    principal = Principal("user", NameOrArn(session.caller), session.account)
    return CallerPolicies(principal, unknown, unknown, _SESSION)


def _of_user(session: AccountSession, name: str) -> CallerPolicies:
    subject = _Subject("User", name)
    row = _read(session, "GetUser", subject.parameter, lambda answer: answer["User"])
    tags = row if isinstance(row, Missing) else {tag["Key"]: tag["Value"] for tag in row.get("Tags", ())}
    principal = Principal("user", NameOrArn(session.caller), session.account, tags=tags)
    own = _policies_of(session, subject)
    groups = _read(session, "ListGroupsForUser", subject.parameter, lambda answer: answer["Groups"])
    if isinstance(own, Missing) or isinstance(groups, Missing):
        return CallerPolicies(principal, own if isinstance(own, Missing) else groups, _boundary(session, row), None)
    identity: tuple[Policy, ...] = own
    for group in groups:
        more = _policies_of(session, _Subject("Group", group["GroupName"]))
        if isinstance(more, Missing):
            return CallerPolicies(principal, more, _boundary(session, row), None)
        identity += more
    return CallerPolicies(principal, identity, _boundary(session, row), None)


def _of_role(session: AccountSession, name: str, session_name: str) -> CallerPolicies:
    subject = _Subject("Role", name)
    row = _read(session, "GetRole", subject.parameter, lambda answer: answer["Role"])
    # The ARN of a session leaves out the path of its role.
    arn = NameOrArn(session.caller if isinstance(row, Missing) else row["Arn"])
    principal = Principal("role", arn, session.account, session_name)
    return CallerPolicies(principal, _policies_of(session, subject), _boundary(session, row), _SESSION)


def _policies_of(session: AccountSession, subject: _Subject) -> tuple[Policy, ...] | Missing:
    """Return the inline and the attached policies of a user, group or role."""
    names = _read(session, f"List{subject.kind}Policies", subject.parameter, lambda answer: answer["PolicyNames"])
    attached = _read(
        session, f"ListAttached{subject.kind}Policies", subject.parameter, lambda answer: answer["AttachedPolicies"]
    )
    if isinstance(names, Missing) or isinstance(attached, Missing):
        return names if isinstance(names, Missing) else attached
    inline = tuple(_inline(session, subject, name) for name in names)
    return (*inline, *(_managed(session, row["PolicyArn"]) for row in attached))


def _inline(session: AccountSession, subject: _Subject, name: str) -> Policy:
    parameters = {**subject.parameter, "PolicyName": name}
    document = _read(session, f"Get{subject.kind}Policy", parameters, lambda answer: answer["PolicyDocument"])
    label = f"policy {name} of {subject.kind.lower()} {subject.name}"
    return Policy(label, problem=document) if isinstance(document, Missing) else parse(document, label)


def _managed(session: AccountSession, policy_arn: str) -> Policy:
    row = _read(session, "GetPolicy", {"PolicyArn": policy_arn}, lambda answer: answer["Policy"])
    if isinstance(row, Missing):
        return Policy(policy_arn, problem=row)
    parameters = {"PolicyArn": policy_arn, "VersionId": row["DefaultVersionId"]}
    document = _read(session, "GetPolicyVersion", parameters, lambda answer: answer["PolicyVersion"]["Document"])
    return Policy(policy_arn, problem=document) if isinstance(document, Missing) else parse(document, policy_arn)


def _boundary(session: AccountSession, row: Mapping[str, Any] | Missing) -> Policy | Missing | None:
    """Return the permissions boundary of a user or role; None if it has none."""
    if isinstance(row, Missing):
        return row
    policy_arn = row.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return None if policy_arn is None else _managed(session, policy_arn)


def _read(
    session: AccountSession, operation: str, parameters: Mapping[str, str], pick: Callable[[dict[str, Any]], Any]
) -> Any:  # noqa: ANN401 -- a part of an answer of IAM
    """Return a part of all pages of an answer, or `Missing` if IAM does not give it."""
    try:
        pages = [pick(page) for page in _pages(session, operation, dict(parameters))]
    except (RefusedError, LostCallError, SkerryError, LookupError, TypeError):
        return Missing(f"the answer of IAM about {next(iter(parameters.values()))}", f"iam:{operation}")
    return [row for page in pages for row in page] if isinstance(pages[0], list) else pages[0]


def _pages(session: AccountSession, operation: str, parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the pages of an answer: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html."""
    while True:
        answer = session.call("iam", operation, parameters)
        yield answer
        if not answer.get("IsTruncated") or not answer.get("Marker"):
            return
        parameters = {**parameters, "Marker": answer["Marker"]}
