"""Look-ups of resources of tasks, and of their policies: roles, images, secrets, keys, log groups, file systems.

Each look-up returns one of four results. A record: AWS described the resource. `Absent`: AWS answered NotFound.
`Missing`: the call failed. None: no call was made, or the caller lacks its permission.
"""

from functools import cached_property
from typing import Literal, TypeAlias, TypeVar

from msgspec import UNSET

from skerry.model import resource_answers
from skerry.model.arns import parse_arn
from skerry.model.facts import Facts, Missing, is_denial
from skerry.model.iam import Document, Role
from skerry.model.resource_answers import Absent, Answer, Refused

_Record = TypeVar("_Record", bound=Answer)
Found: TypeAlias = _Record | Absent | Missing | None

ControlKind = Literal["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]
Level: TypeAlias = tuple[tuple[str, str], ...]
"""The policies that are attached to one target, each by name with its text."""

# A root, and five levels of units below it:
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
_DEEPEST = 7
_ROOT = "r-"
_ROLES = "iam:GetAccountAuthorizationDetails"


class Resources:
    """The resources and policies of one source, by name."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._answers = {(record.action, record.about): record.answer for record in facts.resource_answers}
        self._roles = {record.arn: record for record in facts.roles}
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
    def is_empty(self) -> bool:
        """Whether no call about resources was made."""
        return not self._answers and not self.asked_for_roles and not self._denied

    def is_denied(self, action: str) -> bool:
        """Return whether AWS denied the caller a call, by its IAM action."""
        return action in self._denied

    # ------------------------------------------------------------------------------------------------- identities

    def find_role(self, role_arn: str) -> Role | Absent | Missing | None:
        """Return a role of the account; roles of other accounts cannot be listed."""
        role = self._roles.get(role_arn)
        if role is not None:
            return role
        parsed = parse_arn(role_arn)
        # Every account has roles, such as service-linked ones: a list without any is another account's.
        if self._facts.completeness.knows("roles") and parsed is not None and parsed.account in self._accounts:
            return Absent("NoSuchEntity")
        return Missing(f"role {role_arn}", _ROLES) if self.asked_for_roles else None

    @property
    def asked_for_roles(self) -> bool:
        """Whether the roles of the account were requested, and not denied."""
        return "roles" in self._facts.completeness.asked and (bool(self._roles) or not self.is_denied(_ROLES))

    def find_managed_policy(self, policy_arn: str) -> Document | Missing:
        """Return the default version of a managed policy."""
        return self._managed_policies.get(policy_arn) or Missing(f"the document of policy {policy_arn}", _ROLES)

    def find_organization(self) -> Found[resource_answers.Organization]:
        """Return the organization of the account; `Absent` if it is in none."""
        return self._answer("organizations:DescribeOrganization", "", resource_answers.Organization, "the organization")

    def control_policies_of(self, account: str, kind: ControlKind) -> tuple[Level, ...] | Missing | None:
        """Return the organization's policies on the account, its units and the root, level by level.

        Return None without an answer: only the management account and delegated administrators may read them.
        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
        """
        levels: list[Level] = []
        target = account
        while len(levels) <= _DEEPEST:
            level = self._level(target, kind)
            if not isinstance(level, tuple):
                return level if levels else None
            levels.append(level)
            parents = self._answer(
                "organizations:ListParents", target, resource_answers.Parents, f"what {target} belongs to"
            )
            if not isinstance(parents, resource_answers.Parents):
                reached_root = target.startswith(_ROOT)
                return (
                    tuple(levels) if reached_root else Missing(f"what {target} belongs to", "organizations:ListParents")
                )
            if not parents.parents:
                return tuple(levels)
            target = parents.parents[0].id
        return Missing(f"to which root account {account} belongs", "organizations:ListParents")

    def _level(self, target: str, kind: ControlKind) -> Level | Missing:
        action = "organizations:ListPoliciesForTarget"
        attached = self._answer(
            action, f"{target}/{kind}", resource_answers.AttachedPolicies, f"the policies of {target}"
        )
        if not isinstance(attached, resource_answers.AttachedPolicies):
            return Missing(f"the policies of {target}", action)
        texts = []
        for policy in attached.policies:
            name = policy.name or policy.id
            what = f"policy {name} of the organization"
            answer = self._answer("organizations:DescribePolicy", policy.id, resource_answers.ControlPolicy, what)
            if not isinstance(answer, resource_answers.ControlPolicy):
                return Missing(what, "organizations:DescribePolicy")
            texts.append((name, answer.policy.content))
        return tuple(texts)

    # ----------------------------------------------------------------------------------------------------- images

    def repository_policy_of(self, account: str, repository: str) -> Found[resource_answers.RepositoryPolicy]:
        """Return the policy of a repository; `Absent` if it has none or does not exist."""
        what = f"the policy of repository {repository}"
        return self._of_repository(
            "ecr:GetRepositoryPolicy", account, repository, resource_answers.RepositoryPolicy, what
        )

    def images_of(self, account: str, repository: str) -> Found[resource_answers.RepositoryImages]:
        """Return the requested images of a repository."""
        what = f"the images of repository {repository}"
        return self._of_repository("ecr:BatchGetImage", account, repository, resource_answers.RepositoryImages, what)

    @property
    def cache_rules_known(self) -> bool:
        """Whether every pull-through cache rule of the registry was read."""
        return self._facts.completeness.knows("pull_through_rules")

    @property
    def revisions_failed(self) -> bool:
        """Whether service revisions were requested, and the call failed."""
        requested = "service_revisions" in self._facts.completeness.asked
        return requested and not self.is_denied("ecs:DescribeServiceRevisions")

    def image_configuration_of(
        self, account: str, repository: str, digest: str
    ) -> Found[resource_answers.ImageConfiguration]:
        """Return the platform of an image, by the digest of its configuration."""
        name, what = f"{repository}@{digest}", f"for what {digest} in repository {repository} was built"
        return self._of_repository(
            "ecr:GetDownloadUrlForLayer", account, name, resource_answers.ImageConfiguration, what
        )

    def _of_repository(self, action: str, account: str, name: str, record: type[_Record], what: str) -> Found[_Record]:
        """Return the answer about a repository; a call without an account id was about the caller's own."""
        answer = self._answer(action, f"{account}/{name}", record, f"{what} in account {account}")
        if answer is None and account == self._facts.account:
            return self._answer(action, f"/{name}", record, what)
        return answer

    # ---------------------------------------------------------------------------------------- secrets, keys and logs

    def find_secret(self, name: str) -> Found[resource_answers.SecretDescription]:
        """Return a secret, by its ARN or its name."""
        return self._answer("secretsmanager:DescribeSecret", name, resource_answers.SecretDescription, f"secret {name}")

    def secret_policy_of(self, name: str) -> Found[resource_answers.ResourcePolicy]:
        """Return the policy of a secret; it may be empty."""
        what = f"the policy of secret {name}"
        return self._answer("secretsmanager:GetResourcePolicy", name, resource_answers.ResourcePolicy, what)

    def find_parameter(self, reference: str) -> Found[resource_answers.Parameter]:
        """Return a parameter, by its name or its ARN; an ARN hides a leading slash of the name."""
        name = reference
        parsed = parse_arn(reference)
        if parsed is not None:
            name = parsed.resource.removeprefix("parameter/")
        # The number or label of a version follows a colon; no name has one.
        name = name.partition(":")[0]
        names = [name] if parsed is None else [f"/{name}", name]
        answers = [
            self._answer("ssm:DescribeParameters", answer, resource_answers.Parameter, f"parameter {name}")
            for answer in names
        ]
        there = [answer for answer in answers if isinstance(answer, resource_answers.Parameter)]
        return there[0] if there else next((answer for answer in answers if answer is not None), None)

    def find_key(self, key: str) -> Found[resource_answers.Key]:
        """Return a key of KMS, by id, ARN or alias."""
        return self._answer("kms:DescribeKey", key, resource_answers.Key, f"key {key}")

    def key_policy_of(self, key: str) -> Found[resource_answers.KeyPolicy]:
        """Return the policy of a key."""
        return self._answer("kms:GetKeyPolicy", key, resource_answers.KeyPolicy, f"the policy of key {key}")

    def grants_of(self, key: str) -> Found[resource_answers.KeyGrants]:
        """Return the grants of a key."""
        return self._answer("kms:ListGrants", key, resource_answers.KeyGrants, f"the grants of key {key}")

    def find_log_group(self, name: str) -> Found[resource_answers.LogGroup]:
        """Return a log group of the Region."""
        return self._answer("logs:DescribeLogGroups", name, resource_answers.LogGroup, f"log group {name}")

    # ---------------------------------------------------------------------------------------------------- storage

    def bucket_policy_of(self, bucket: str) -> Found[resource_answers.BucketPolicy]:
        """Return the policy of a bucket; `Absent` if it has none or does not exist."""
        return self._answer(
            "s3:GetBucketPolicy", bucket, resource_answers.BucketPolicy, f"the policy of bucket {bucket}"
        )

    def find_object(self, bucket: str, key: str) -> Found[resource_answers.Object]:
        """Return an object of a bucket."""
        return self._answer(
            "s3:ListBucket", f"{bucket}/{key}", resource_answers.Object, f"whether {key} is in bucket {bucket}"
        )

    def file_system_policy_of(self, system: str) -> Found[resource_answers.FileSystemPolicy]:
        """Return the policy of an EFS file system."""
        what = f"the policy of file system {system}"
        return self._answer(
            "elasticfilesystem:DescribeFileSystemPolicy", system, resource_answers.FileSystemPolicy, what
        )

    def access_points_of(self, system: str) -> Found[resource_answers.AccessPoints]:
        """Return the access points of an EFS file system."""
        what = f"the access points of file system {system}"
        return self._answer("elasticfilesystem:DescribeAccessPoints", system, resource_answers.AccessPoints, what)

    def _answer(self, action: str, about: str, record: type[_Record], what: str) -> Found[_Record]:
        answer = self._answers.get((action, about))
        match answer:
            case None | Absent():
                return answer
            case Refused(code=code):
                return None if is_denial(code) else Missing(what, action)
            case _:
                return answer if isinstance(answer, record) else None

    @cached_property
    def _accounts(self) -> set[str]:
        """The accounts with listed roles."""
        return {parsed.account for role in self._facts.roles if (parsed := parse_arn(role.arn))}

    @cached_property
    def _managed_policies(self) -> dict[str, Document]:
        return {
            policy.arn: version.document
            for policy in self._facts.managed_policies
            if policy.policy_version_list is not UNSET
            for version in policy.policy_version_list
            if version.is_default_version and version.document is not UNSET
        }
