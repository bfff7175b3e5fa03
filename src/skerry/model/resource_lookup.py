"""Look-ups of roles and managed policies, and of the answers about single resources of tasks.

Each look-up returns one of four results. A record: AWS described the resource. `Absent`: AWS answered NotFound.
`Missing`: the call failed. None: no call was made, or the caller lacks its permission.
"""

from functools import cached_property
from typing import TypeAlias, TypeVar

from msgspec import UNSET

from skerry.model.arns import NameOrArn
from skerry.model.ecs import ServiceRevision
from skerry.model.facts import Facts, Missing, is_denial
from skerry.model.iam import Document, Role
from skerry.model.resource_answers import Absent, Answer, Refused

_Record = TypeVar("_Record", bound=Answer)
Found: TypeAlias = _Record | Absent | Missing | None

_ROLES = "iam:GetAccountAuthorizationDetails"


class Resources:
    """The resources and policies of one source, by name."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._answers = {(record.action, record.about): record.answer for record in facts.resource_answers}
        self._roles: dict[str, Role] = {record.arn: record for record in facts.roles}
        self._denied = {record.action for record in facts.refused if is_denial(record.code)}
        self._denied |= {
            record.action
            for record in facts.resource_answers
            if isinstance(record.answer, Refused) and is_denial(record.answer.code)
        }

    @property
    def account(self) -> str | None:
        """The account of the caller."""
        return self._facts.account

    @property
    def region(self) -> str | None:
        """The Region of the answers."""
        return self._facts.region

    @property
    def is_empty(self) -> bool:
        """Whether no call about resources was made."""
        return not self._answers and not self.asked_for_roles and not self._denied

    def is_denied(self, action: str) -> bool:
        """Return whether AWS denied the caller a call, by its IAM action."""
        return action in self._denied

    # ------------------------------------------------------------------------------------------------- identities

    def find_role(self, role_arn: NameOrArn) -> Role | Absent | Missing | None:
        """Return a role of the account; roles of other accounts cannot be listed.

        A description may hold some roles and no list of them: nobody asked for any other.
        """
        role = self._roles.get(role_arn)
        if role is not None:
            return role
        arn = role_arn.arn
        # Every account has roles, such as service-linked ones: a list without any is another account's.
        if self._facts.completeness.knows("roles") and arn is not None and arn.account in self._accounts:
            return Absent("NoSuchEntity")
        lists = self._facts.completeness
        is_listed = lists.knows("roles") or lists.lacks("roles")
        return Missing(f"role {role_arn}", _ROLES) if self.asked_for_roles and is_listed else None

    @property
    def asked_for_roles(self) -> bool:
        """Whether the roles of the account were requested, and not denied."""
        return "roles" in self._facts.completeness.asked and (bool(self._roles) or not self.is_denied(_ROLES))

    def find_managed_policy(self, policy_arn: str) -> Document | Missing:
        """Return the default version of a managed policy."""
        return self._managed_policies.get(policy_arn) or Missing(f"the document of policy {policy_arn}", _ROLES)

    # ------------------------------------------------------------------------------------------------ other resources

    @property
    def cache_rules_known(self) -> bool:
        """Whether every pull-through cache rule of the registry was read."""
        return self._facts.completeness.knows("pull_through_rules")

    def find_service_revision(self, arn: str) -> ServiceRevision | None:
        """Return the service revision with this ARN, if it was read."""
        return self._service_revisions.get(arn)

    @property
    def revisions_failed(self) -> bool:
        """Whether service revisions were requested, and the call failed."""
        requested = "service_revisions" in self._facts.completeness.asked
        return requested and not self.is_denied("ecs:DescribeServiceRevisions")

    def find_answer(self, action: str, about: str, record: type[_Record], what: str) -> Found[_Record]:
        """Return the answer of a call about a resource; ``what`` describes it if it is missing."""
        answer = self._answers.get((action, about))
        match answer:
            case None | Absent():
                return answer
            case Refused(code=code):
                return None if is_denial(code) else Missing(what, action)
            case _:
                return answer if isinstance(answer, record) else None

    @cached_property
    def _service_revisions(self) -> dict[str, ServiceRevision]:
        return {revision.service_revision_arn: revision for revision in self._facts.service_revisions}

    @cached_property
    def _accounts(self) -> set[str]:
        """The accounts with listed roles."""
        return {role.arn.arn.account for role in self._facts.roles}

    @cached_property
    def _managed_policies(self) -> dict[str, Document]:
        return {
            policy.arn: version.document
            for policy in self._facts.managed_policies
            if policy.policy_version_list is not UNSET
            for version in policy.policy_version_list
            if version.is_default_version and version.document is not UNSET
        }
