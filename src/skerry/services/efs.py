"""EFS: file systems, their policies, access points and mount targets.

https://docs.aws.amazon.com/efs/latest/ug/API_AccessPointDescription.html
"""

from collections.abc import Iterator, Sequence

from skerry.model.api_call import ApiCall
from skerry.model.arns import Arn
from skerry.model.record import Pascal
from skerry.model.record_kinds import CALL_OF
from skerry.model.resource_answers import Absent
from skerry.model.resource_lookup import Resources
from skerry.policy.request import Request
from skerry.policy.resources import Resource
from skerry.services.attached_policy import ResourceBasedPolicy, read_policy
from skerry.services.call_request import CallRequest
from skerry.services.problems import Problem, ResourceFault, problems_by_answer
from skerry.services.resource_read import ResourceRead, about_one
from skerry.services.service import ReadContext, RequestScope, ResourceReference, ResourceService

PREFIX = "elasticfilesystem"
_CLIENT = "efs"
_AVAILABLE = "available"


class FileSystemPolicy(Pascal, frozen=True):
    """The policy of an EFS file system."""

    policy: str


class AccessPoint(Pascal, frozen=True):
    """An access point of an EFS file system."""

    access_point_id: str
    life_cycle_state: str | None = None


class AccessPoints(Pascal, frozen=True):
    """The access points of a file system."""

    access_points: tuple[AccessPoint, ...] = ()


FILE_SYSTEMS = ApiCall(
    _CLIENT,
    "DescribeFileSystems",
    "FileSystems",
    ("FileSystemId",),
    100,
    "MaxItems",
    prefix=PREFIX,
    optional=True,
)
MOUNT_TARGETS = CALL_OF["mount_targets"]
FILE_SYSTEM_POLICY = ResourceRead(
    call=about_one(ApiCall(_CLIENT, "DescribeFileSystemPolicy", prefix=PREFIX, always=("Policy",))),
    record=FileSystemPolicy,
    fact="the policy of file system {}",
    kind="policies of file systems",
    named_by=("FileSystemId",),
    policy="policy",
)
ACCESS_POINTS = ResourceRead(
    call=about_one(
        ApiCall(
            _CLIENT,
            "DescribeAccessPoints",
            "AccessPoints",
            ("AccessPointId",),
            page=100,
            prefix=PREFIX,
            without=("Tags",),
        )
    ),
    record=AccessPoints,
    fact="the access points of file system {}",
    kind="access points of file systems",
    named_by=("FileSystemId",),
)


def _requests_for(references: Sequence[ResourceReference], context: ReadContext) -> Iterator[CallRequest]:
    for reference in references:
        name, parameters = reference.name, {"FileSystemId": reference.name}
        yield CallRequest(FILE_SYSTEM_POLICY.call, parameters, name)
        yield CallRequest(ACCESS_POINTS.call, parameters, name)
        if name in context.file_systems:
            yield CallRequest(MOUNT_TARGETS, parameters, name, within=f"file system {name}")


def _resources_of(scope: RequestScope, _action: str, subject: str) -> Iterator[Resource]:
    yield file_system_of(Arn(scope.partition, PREFIX, scope.region, scope.account or "", ""), subject)


def file_system_of(place: Arn, file_system: str) -> Resource:
    """Return a file system as a resource of requests, in the Region and account of an ARN."""
    arn = f"arn:{place.partition}:{PREFIX}:{place.region}:{place.account}:file-system/{file_system}"
    return Resource(arn, place.account)


def _policy_of(resources: Resources, _request: Request, subject: str) -> ResourceBasedPolicy:
    return read_policy(FILE_SYSTEM_POLICY, resources, subject)


def mount_problems_of(resources: Resources, file_system: str, access_point: str | None) -> Iterator[Problem]:
    """Yield a problem if a file system, or the access point of a mount, is missing or cannot be used."""
    points = ACCESS_POINTS.find(resources, file_system)
    if isinstance(points, Absent):
        yield ResourceFault(file_system, "FILE_SYSTEM_NOT_FOUND", f"there is no file system {file_system}")
    elif access_point is not None and isinstance(points, AccessPoints):
        yield from _access_point_problems_of(file_system, access_point, points)
    elif access_point is not None:
        yield from problems_by_answer(points, file_system, "", "", ACCESS_POINTS.kind)


def _access_point_problems_of(file_system: str, name: str, points: AccessPoints) -> Iterator[Problem]:
    access_point = next((point for point in points.access_points if point.access_point_id == name), None)
    if access_point is None:
        yield ResourceFault(name, "ACCESS_POINT_NOT_FOUND", f"file system {file_system} has no access point {name}")
    elif access_point.life_cycle_state not in {None, _AVAILABLE}:
        yield ResourceFault(name, "BAD_STATE", f"access point {name} is {access_point.life_cycle_state}")


EFS = ResourceService(
    prefix=PREFIX,
    reads=(FILE_SYSTEM_POLICY, ACCESS_POINTS),
    requests_for=_requests_for,
    resources_of=_resources_of,
    policy_of=_policy_of,
    own_requests={},
    other_resources={},
)
