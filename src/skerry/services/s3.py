"""S3: files of environment variables, and the policies of their buckets."""

from collections.abc import Iterator, Sequence

import msgspec

from skerry.model.api_call import ApiCall
from skerry.model.arns import parse_arn
from skerry.model.facts import Missing
from skerry.model.record import Pascal
from skerry.model.resource_answers import Absent
from skerry.model.resource_lookup import Resources
from skerry.policy.request import Request
from skerry.policy.resources import Resource
from skerry.services.attached_policy import ResourceBasedPolicy, read_policy
from skerry.services.call_request import CallRequest
from skerry.services.problems import Problem, ResourceFault, problems_by_answer
from skerry.services.resource_read import ResourceRead, about_one
from skerry.services.service import ReadContext, RequestScope, ResourceReference, ResourceService

PREFIX = "s3"
_OF_BUCKETS = {"s3:GetBucketLocation", "s3:GetEncryptionConfiguration"}


class BucketPolicy(Pascal, frozen=True):
    """The policy of a bucket."""

    policy: str


class Object(Pascal, frozen=True):
    """An object of a bucket."""

    key: str


BUCKET_POLICY = ResourceRead(
    call=about_one(ApiCall(PREFIX, "GetBucketPolicy", always=("Policy",))),
    record=BucketPolicy,
    fact="the policy of bucket {}",
    kind="policies of buckets",
    named_by=("Bucket",),
    policy="policy",
)
OBJECT = ResourceRead(
    # S3 lists the keys with a prefix, the exact key first: one row tells whether it exists.
    call=about_one(
        ApiCall(
            PREFIX,
            "ListObjectsV2",
            "Contents",
            ("Key",),
            page=1,
            limit="MaxKeys",
            first=True,
            # ListObjectsV2 has no action: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
            permission="ListBucket",
            without=("Owner",),
            # S3 leaves out an empty list: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
            always=("Name", "KeyCount"),
        )
    ),
    record=Object,
    fact="whether {} exists",
    kind="environment files",
    named_by=("Bucket", "Prefix"),
    row_name="key",
)


def _requests_for(references: Sequence[ResourceReference], _context: ReadContext) -> Iterator[CallRequest]:
    files = [reference.name.partition("/") for reference in references]
    for bucket in sorted({bucket for bucket, _, _ in files}):
        yield CallRequest(BUCKET_POLICY.call, {"Bucket": bucket}, bucket)
    for bucket, _, key in files:
        if key:
            yield CallRequest(OBJECT.call, {"Bucket": bucket, "Prefix": key}, f"{bucket}/{key}")


def _resources_of(scope: RequestScope, action: str, subject: str) -> Iterator[Resource]:
    """Yield an object by its ARN, all objects of a bucket by its name, or the bucket itself."""
    if parse_arn(subject) is not None:
        yield Resource(subject.partition("/")[0] if action in _OF_BUCKETS else subject)
    elif action in _OF_BUCKETS:
        yield Resource(f"arn:{scope.partition}:s3:::{subject}")
    else:
        yield Resource(f"arn:{scope.partition}:s3:::{subject}/", beginning=True)


def _policy_of(resources: Resources, _request: Request, subject: str) -> ResourceBasedPolicy:
    """Return the bucket policy. S3 shows it only to the bucket's own account.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
    """
    parsed = parse_arn(subject)
    bucket = parsed.resource.partition("/")[0] if parsed else subject
    answer = BUCKET_POLICY.find(resources, bucket)
    of_own_account = answer is not None and not isinstance(answer, Missing)
    policy = read_policy(BUCKET_POLICY, resources, bucket)
    return msgspec.structs.replace(policy, account=resources.account if of_own_account else None)


def object_problems_of(resources: Resources, object_arn: str) -> Iterator[Problem]:
    """Yield a problem if a file of environment variables or its bucket is missing or unknown."""
    parsed = parse_arn(object_arn)
    bucket, slash, key = parsed.resource.partition("/") if parsed else ("", "", "")
    if not slash:
        return
    if BUCKET_POLICY.find(resources, bucket) == Absent("NoSuchBucket"):
        yield ResourceFault(f"arn:aws:s3:::{bucket}", "BUCKET_NOT_FOUND", f"there is no bucket {bucket}")
        return
    answer = OBJECT.find(resources, f"{bucket}/{key}", f"whether {key} is in bucket {bucket}")
    what = f"object {key} in bucket {bucket}"
    yield from problems_by_answer(answer, object_arn, what, "ENVIRONMENT_FILE_NOT_FOUND", OBJECT.kind)


S3 = ResourceService(
    prefix=PREFIX,
    reads=(OBJECT, BUCKET_POLICY),
    requests_for=_requests_for,
    resources_of=_resources_of,
    policy_of=_policy_of,
    own_requests={},
    other_resources={
        "s3:GetObject": "arn:{partition}:s3:::{other}/key",
        "s3:DeleteObject": "arn:{partition}:s3:::{other}/key",
    },
)
