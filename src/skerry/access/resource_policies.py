"""Resource-based policies of repositories, secrets, keys, buckets and file systems."""

import msgspec

from skerry.access.requests import AccessRequest
from skerry.launch.image_references import parse as parse_image
from skerry.model import resource_answers
from skerry.model.arns import parse_arn
from skerry.model.facts import Missing
from skerry.model.resource_answers import Answer
from skerry.model.resource_lookup import Found, Resources
from skerry.policy.document import Policy, parse
from skerry.policy.policy_types import AssumedToAllow

_NOT_READ = AssumedToAllow("the policy of the resource was not read")
_GRANTS = "kms:ListGrants"


class ResourceBasedPolicy(msgspec.Struct, frozen=True, gc=False):
    """The policy attached to a resource.

    ``policy`` is None if the resource has none. ``unread``: the kind of policy, if nobody read it.
    ``account``: the owner of the resource, if known by the answer of AWS and not by the ARN.
    """

    policy: Policy | Missing | AssumedToAllow | None = None
    unread: str = ""
    account: str | None = None


_NONE = ResourceBasedPolicy()


class ResourcePolicies:
    """The resource-based policies of one World, each parsed once."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._policies: dict[tuple[str, str], ResourceBasedPolicy] = {}

    def find(self, access: AccessRequest) -> ResourceBasedPolicy:
        """Return the policy of the resource of a request."""
        service = access.request.action.partition(":")[0]
        key = (service, access.subject)
        if key not in self._policies:
            self._policies[key] = self._read(service, access)
        return self._policies[key]

    def _read(self, service: str, access: AccessRequest) -> ResourceBasedPolicy:
        resources, subject = self._resources, access.subject
        image = parse_image(subject) if service == "ecr" and subject else None
        match service:
            case "ecr" if image is not None and image.account is not None:
                answer = resources.repository_policy_of(image.account, image.repository)
                return _policy_of(answer, f"the policy of repository {image.repository}", "policies of repositories")
            case "secretsmanager":
                return _policy_of(
                    resources.secret_policy_of(subject), f"the policy of secret {subject}", "policies of secrets"
                )
            case "kms":
                return _policy_of(resources.key_policy_of(subject), f"the policy of key {subject}", "policies of keys")
            case "s3":
                return self._of_bucket(_bucket(subject))
            case "ssm" if access.request.resource.account != access.request.principal.account:
                # Shared by AWS RAM: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-shared-parameters.html
                return ResourceBasedPolicy(_NOT_READ, "policies of parameters")
            case "elasticfilesystem":
                name = f"the policy of file system {subject}"
                return _policy_of(resources.file_system_policy_of(subject), name, "policies of file systems")
            case _:
                return _NONE

    def _of_bucket(self, bucket: str) -> ResourceBasedPolicy:
        """Return the bucket policy. S3 shows it only to the bucket's own account.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
        """
        answer = self._resources.bucket_policy_of(bucket)
        policy = _policy_of(answer, f"the policy of bucket {bucket}", "policies of buckets")
        of_own_account = answer is not None and not isinstance(answer, Missing)
        return msgspec.structs.replace(policy, account=self._resources.account if of_own_account else None)


def _policy_of(answer: Found[Answer], name: str, kind: str) -> ResourceBasedPolicy:
    match answer:
        case None:
            return ResourceBasedPolicy(_NOT_READ, kind)
        case Missing():
            return ResourceBasedPolicy(answer)
        case (
            resource_answers.RepositoryPolicy(policy_text=text)
            | resource_answers.KeyPolicy(policy=text)
            | resource_answers.BucketPolicy(policy=text)
        ):
            return ResourceBasedPolicy(parse(text, name))
        case (
            resource_answers.FileSystemPolicy(policy=text)
            | resource_answers.ResourcePolicy(resource_policy=str() as text)
        ):
            return ResourceBasedPolicy(parse(text, name))
        case _:
            return _NONE


def _bucket(subject: str) -> str:
    """Return the bucket of an object's ARN, or the bucket of this name."""
    parsed = parse_arn(subject)
    return parsed.resource.partition("/")[0] if parsed else subject
