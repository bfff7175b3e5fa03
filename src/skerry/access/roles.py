"""Task roles and task execution roles: their policies, and the policies of the organization of their account."""

import msgspec
from msgspec import UNSET, UnsetType

from skerry.model.arns import NameOrArn
from skerry.model.facts import Missing
from skerry.model.iam import Document, Role
from skerry.model.resource_answers import Absent
from skerry.model.resource_lookup import Resources
from skerry.policy.document import Policy, parse
from skerry.policy.evaluate import Levels
from skerry.policy.policy_types import AssumedToAllow
from skerry.policy.request import Principal
from skerry.services.organizations import ControlKind, Organization, control_policies_of, find_organization

ROLES = "iam:GetAccountAuthorizationDetails"
ROLES_UNREAD = "policies of roles"
_ORGANIZATION = AssumedToAllow("the policies of the organization are not evaluated")
_NOT_READ = AssumedToAllow("the policies of the role were not read")


class TaskRole(msgspec.Struct, frozen=True, gc=False):
    """The policies of one role. ``absent``: the role does not exist. ``trust``: its trust policy."""

    policies: tuple[Policy, ...] | Missing | AssumedToAllow = _NOT_READ
    boundary: Policy | Missing | None = None
    trust: Policy | Missing = Missing("who may assume the role", ROLES)
    absent: bool = False


class TaskRoles:
    """The roles of one World, each parsed once."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._roles: dict[str, TaskRole | None] = {}
        self._controls: dict[tuple[str | None, ControlKind], Levels | Missing | AssumedToAllow] = {}

    def find(self, role_arn: NameOrArn) -> TaskRole | None:
        """Return the policies of a role; None if nobody read them."""
        if role_arn not in self._roles:
            self._roles[role_arn] = self._read(role_arn)
        return self._roles[role_arn]

    @property
    def are_read(self) -> bool:
        """Return whether the roles of the account were read."""
        return self._resources.asked_for_roles

    def complete(self, principal: Principal) -> Principal:
        """Return the principal with the tags of its role and the organization of its account, if known."""
        if principal.kind != "role":
            return principal
        role = self._resources.find_role(principal.arn)
        if isinstance(role, Role):
            principal = msgspec.structs.replace(principal, tags={tag.key: tag.value for tag in role.tags})
        match find_organization(self._resources):
            case Organization(organization=detail):
                return msgspec.structs.replace(principal, organization=detail.id)
            case Absent():
                return msgspec.structs.replace(principal, organization=None)
            case _:
                return principal

    def control_policies(self, account: str | None, kind: ControlKind) -> Levels | Missing | AssumedToAllow:
        """Return the service or resource control policies for the principals or the resources of an account.

        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
        """
        key = (account, kind)
        if key not in self._controls:
            self._controls[key] = self._control(account, kind)
        return self._controls[key]

    def _control(self, account: str | None, kind: ControlKind) -> Levels | Missing | AssumedToAllow:
        match find_organization(self._resources):
            case Absent():
                return ()
            case Organization(organization=detail) if detail.master_account_id == account:
                return ()
            case _:
                levels = None if account is None else control_policies_of(self._resources, account, kind)
        if levels is None:
            return _ORGANIZATION
        if isinstance(levels, Missing):
            return levels
        return tuple(
            tuple(parse(text, f"policy {name} of the organization") for name, text in level) for level in levels
        )

    @property
    def knows_organization(self) -> bool:
        """Return whether the policies of the organization on the account were read, or there are none."""
        account = self._resources.account
        kinds: tuple[ControlKind, ...] = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
        return not any(isinstance(self.control_policies(account, kind), AssumedToAllow) for kind in kinds)

    def _read(self, role_arn: NameOrArn) -> TaskRole | None:
        match self._resources.find_role(role_arn):
            case None:
                return None
            case Absent():
                return TaskRole(absent=True)
            case Missing() as missing:
                return TaskRole(missing, missing, missing)
            case role:
                return TaskRole(self._policies(role), self._boundary(role), _trust(role))

    def _policies(self, role: Role) -> tuple[Policy, ...] | Missing:
        inline, attached = role.role_policy_list, role.attached_managed_policies
        if inline is UNSET or attached is UNSET:
            return Missing(f"the policies of role {role.role_name}", ROLES)
        own = [
            _policy(policy.policy_document, f"policy {policy.policy_name} of role {role.role_name}")
            for policy in inline
        ]
        return tuple(own + [self._managed(policy.policy_arn) for policy in attached])

    def _managed(self, policy_arn: str) -> Policy:
        document = self._resources.find_managed_policy(policy_arn)
        return Policy(policy_arn, problem=document) if isinstance(document, Missing) else parse(document, policy_arn)

    def _boundary(self, role: Role) -> Policy | None:
        policy_arn = role.permissions_boundary.permissions_boundary_arn
        return None if policy_arn is None else self._managed(policy_arn)


def _trust(role: Role) -> Policy:
    return _policy(role.assume_role_policy_document, f"the trust policy of role {role.role_name}")


def _policy(document: Document | UnsetType, name: str) -> Policy:
    return Policy(name, problem=Missing(name, ROLES)) if document is UNSET else parse(document, name)
