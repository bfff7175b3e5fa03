"""The roles of tasks: what their policies are, and what is known of the account that they are in."""

import msgspec
from msgspec import UNSET, UnsetType

from skerry.model.facts import Missing
from skerry.model.iam import Document, Role
from skerry.model.resource_answers import Absent, Organization
from skerry.model.resource_lookup import ControlKind, Resources
from skerry.policy.document import Policy, parse
from skerry.policy.evaluate import Levels
from skerry.policy.policy_types import AssumedToAllow
from skerry.policy.request import Principal

ROLES = "iam:GetAccountAuthorizationDetails"
_ORGANIZATION = AssumedToAllow("the policies of the organization are not looked at")
_NOT_READ = AssumedToAllow("the policies of the role were not read")


class TaskRole(msgspec.Struct, frozen=True, gc=False):
    """The policies of one role; ``absent``: there is no such role. ``trust``: who may take it on."""

    policies: tuple[Policy, ...] | Missing | AssumedToAllow = _NOT_READ
    boundary: Policy | Missing | None = None
    trust: Policy | Missing = Missing("who may take on the role", ROLES)
    absent: bool = False


class TaskRoles:
    """The roles of one World, each read once."""

    def __init__(self, holdings: Resources) -> None:
        self._holdings = holdings
        self._known: dict[str, TaskRole | None] = {}
        self._controls: dict[tuple[str | None, ControlKind], Levels | Missing | AssumedToAllow] = {}

    def find(self, role_arn: str) -> TaskRole | None:
        """The policies of a role; None where nobody asked for them."""
        if role_arn not in self._known:
            self._known[role_arn] = self._read(role_arn)
        return self._known[role_arn]

    @property
    def are_read(self) -> bool:
        """Whether anybody asked for the roles of the account."""
        return self._holdings.asked_for_roles

    def complete(self, principal: Principal) -> Principal:
        """Who asks, with the tags of the role and the organization of its account, where they are known."""
        if principal.kind != "role":
            return principal
        found = self._holdings.find_role(principal.arn)
        if isinstance(found, Role):
            principal = msgspec.structs.replace(principal, tags={tag.key: tag.value for tag in found.tags})
        match self._holdings.find_organization():
            case Organization(organization=detail):
                return msgspec.structs.replace(principal, organization=detail.id)
            case Absent():
                return msgspec.structs.replace(principal, organization=None)
            case _:
                return principal

    def control_policies(self, account: str | None, kind: ControlKind) -> Levels | Missing | AssumedToAllow:
        """The policies of the organization that bound what an account may do, or what may be done to its resources.

        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
        """
        key = (account, kind)
        if key not in self._controls:
            self._controls[key] = self._control(account, kind)
        return self._controls[key]

    def _control(self, account: str | None, kind: ControlKind) -> Levels | Missing | AssumedToAllow:
        match self._holdings.find_organization():
            case Absent():
                return ()
            case Organization(organization=detail) if detail.master_account_id == account:
                return ()
            case _:
                found = None if account is None else self._holdings.control_policies_of(account, kind)
        if found is None:
            return _ORGANIZATION
        if isinstance(found, Missing):
            return found
        return tuple(tuple(parse(text, f"policy {name} of the organization") for name, text in one) for one in found)

    @property
    def knows_organization(self) -> bool:
        """Whether the policies of the organization on the account were told, or there are none."""
        account = self._holdings.account
        kinds: tuple[ControlKind, ...] = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
        return not any(isinstance(self.control_policies(account, kind), AssumedToAllow) for kind in kinds)

    def _read(self, role_arn: str) -> TaskRole | None:
        match self._holdings.find_role(role_arn):
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
        own = [_policy(one.policy_document, f"policy {one.policy_name} of role {role.role_name}") for one in inline]
        return tuple(own + [self._managed(one.policy_arn) for one in attached])

    def _managed(self, policy_arn: str) -> Policy:
        found = self._holdings.find_managed_policy(policy_arn)
        return Policy(policy_arn, problem=found) if isinstance(found, Missing) else parse(found, policy_arn)

    def _boundary(self, role: Role) -> Policy | None:
        policy_arn = role.permissions_boundary.permissions_boundary_arn
        return None if policy_arn is None else self._managed(policy_arn)


def _trust(role: Role) -> Policy:
    return _policy(role.assume_role_policy_document, f"the trust policy of role {role.role_name}")


def _policy(document: Document | UnsetType, name: str) -> Policy:
    return Policy(name, problem=Missing(name, ROLES)) if document is UNSET else parse(document, name)
