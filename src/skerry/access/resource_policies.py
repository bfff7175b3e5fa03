"""The policies on what tasks use: repositories, secrets, keys, buckets, file systems."""

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
    """What the owner of a resource says of its use.

    ``policy`` is None where it has none. ``unread``: the kind of policy that nobody asked for, if it is so.
    ``account``: whose the resource is, where its name does not tell and the answer does.
    """

    policy: Policy | Missing | AssumedToAllow | None = None
    unread: str = ""
    account: str | None = None


_NONE = ResourceBasedPolicy()


class ResourcePolicies:
    """The policies of one World's resources, each read once."""

    def __init__(self, holdings: Resources) -> None:
        self._holdings = holdings
        self._known: dict[tuple[str, str], ResourceBasedPolicy] = {}

    def find(self, asked: AccessRequest) -> ResourceBasedPolicy:
        """The policy of what a request is about."""
        service = asked.request.action.partition(":")[0]
        key = (service, asked.subject)
        if key not in self._known:
            self._known[key] = self._read(service, asked)
        return self._known[key]

    def _read(self, service: str, asked: AccessRequest) -> ResourceBasedPolicy:
        held, subject = self._holdings, asked.subject
        image = parse_image(subject) if service == "ecr" and subject else None
        match service:
            case "ecr" if image is not None and image.account is not None:
                found = held.repository_policy_of(image.account, image.repository)
                return _owned(found, f"the policy of repository {image.repository}", "policies of repositories")
            case "secretsmanager":
                return _owned(held.secret_policy_of(subject), f"the policy of secret {subject}", "policies of secrets")
            case "kms":
                return _owned(held.key_policy_of(subject), f"the policy of key {subject}", "policies of keys")
            case "s3":
                return self._of_bucket(_bucket(subject))
            case "ssm" if asked.request.resource.account != asked.request.principal.account:
                # Shared by AWS RAM: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-shared-parameters.html
                return ResourceBasedPolicy(_NOT_READ, "policies of parameters")
            case "elasticfilesystem":
                name = f"the policy of file system {subject}"
                return _owned(held.file_system_policy_of(subject), name, "policies of file systems")
            case _:
                return _NONE

    def _of_bucket(self, bucket: str) -> ResourceBasedPolicy:
        """The policy of a bucket, which S3 tells only who is of the account that the bucket belongs to.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
        """
        answer = self._holdings.bucket_policy_of(bucket)
        found = _owned(answer, f"the policy of bucket {bucket}", "policies of buckets")
        told_by_owner = answer is not None and not isinstance(answer, Missing)
        return msgspec.structs.replace(found, account=self._holdings.account if told_by_owner else None)


def _owned(found: Found[Answer], name: str, kind: str) -> ResourceBasedPolicy:
    match found:
        case None:
            return ResourceBasedPolicy(_NOT_READ, kind)
        case Missing():
            return ResourceBasedPolicy(found)
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
    """The bucket of an object's ARN, or of this name."""
    parsed = parse_arn(subject)
    return parsed.resource.partition("/")[0] if parsed else subject
