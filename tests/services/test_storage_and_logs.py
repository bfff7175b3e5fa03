"""Objects of S3, file systems of EFS and log groups."""

import msgspec
import pytest

from skerry.model.arns import NameOrArn
from skerry.model.ecs import LogConfiguration
from skerry.model.resource_answers import Absent, Refused
from skerry.policy.request import Request, principal_of_role
from skerry.policy.resources import Resource
from skerry.services.attached_policy import NO_POLICY
from skerry.services.efs import ACCESS_POINTS, EFS, AccessPoint, AccessPoints, mount_problems_of
from skerry.services.logs import LOG_GROUP, LOGS, LogGroup, group_problems_of
from skerry.services.s3 import BUCKET_POLICY, OBJECT, S3, BucketPolicy, Object, object_problems_of
from skerry.services.service import ReadContext
from tests.services.answers import (
    ACCOUNT,
    REGION,
    Answers,
    labels_of,
    parameters_by_operation,
    references,
    resources,
    scope,
)

REQUEST = Request(principal_of_role(NameOrArn(f"arn:aws:iam::{ACCOUNT}:role/a")), "x:y", Resource("*"))
FILE = "arn:aws:s3:::settings/web/a.env"
STREAM = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/ecs/web:log-stream:"


def awslogs(group: str, prefix: str | None = None) -> LogConfiguration:
    options = {"awslogs-group": group} | ({"awslogs-stream-prefix": prefix} if prefix else {})
    return LogConfiguration("awslogs", options)


# -------------------------------------------------------------------------------------------------------------- S3


def test_request_about_a_bucket_alone_asks_for_no_object() -> None:
    (request,) = S3.requests_for(references(S3, "files"), ReadContext())
    assert request.parameters == {"Bucket": "files"}


def test_object_requests_ask_for_each_bucket_once() -> None:
    requests = list(S3.requests_for(references(S3, "files/a", "files/b/c"), ReadContext()))
    assert parameters_by_operation(requests) == [
        ("GetBucketPolicy", {"Bucket": "files"}),
        ("ListObjectsV2", {"Bucket": "files", "Prefix": "a"}),
        ("ListObjectsV2", {"Bucket": "files", "Prefix": "b/c"}),
    ]


@pytest.mark.parametrize(
    ("action", "subject", "resource"),
    [
        ("s3:GetObject", FILE, Resource(FILE)),
        ("s3:GetBucketLocation", FILE, Resource("arn:aws:s3:::settings")),
        ("s3:PutObject", "logs", Resource("arn:aws:s3:::logs/", beginning=True)),
        ("s3:GetBucketLocation", "logs", Resource("arn:aws:s3:::logs")),
    ],
)
def test_object_resource_is_an_object_its_bucket_or_all_objects(action: str, subject: str, resource: Resource) -> None:
    assert list(S3.resources_of(scope(), action, subject)) == [resource]


@pytest.mark.parametrize(
    ("answer", "account"),
    [
        (None, None),
        (Refused("Throttling"), None),
        (Absent("NoSuchBucketPolicy"), ACCOUNT),
        (BucketPolicy(policy="{}"), ACCOUNT),
    ],
)
def test_bucket_policy_in_an_answer_means_an_own_bucket(answer: msgspec.Struct | None, account: str | None) -> None:
    held = resources({(BUCKET_POLICY, "settings"): answer} if answer else {})
    assert [S3.policy_of(held, REQUEST, subject).account for subject in (FILE, "settings")] == [account, account]


@pytest.mark.parametrize(
    ("bucket", "file", "labels"),
    [
        (Absent("NoSuchBucket"), None, ["BUCKET_NOT_FOUND"]),
        (None, Absent("NotFound"), ["ENVIRONMENT_FILE_NOT_FOUND"]),
        (None, Refused("Throttling"), ["s3:ListBucket"]),
        (None, None, ["environment files"]),
        (None, Object(key="web/a.env"), []),
    ],
)
def test_object_problems_follow_from_the_answers(
    bucket: msgspec.Struct | None, file: msgspec.Struct | None, labels: list[str]
) -> None:
    answers: Answers = {(BUCKET_POLICY, "settings"): bucket} if bucket else {}
    held = resources(answers | ({(OBJECT, "settings/web/a.env"): file} if file else {}))
    assert labels_of(object_problems_of(held, FILE)) == labels


@pytest.mark.parametrize("subject", ["web.env", "arn:aws:s3:::settings"])
def test_object_without_a_key_has_no_problems_of_its_own(subject: str) -> None:
    assert labels_of(object_problems_of(resources(), subject)) == []


# ------------------------------------------------------------------------------------------------------------- EFS


@pytest.mark.parametrize(("many", "last"), [(frozenset(), "DescribeAccessPoints"), ({"fs-1"}, "DescribeMountTargets")])
def test_mount_targets_are_requested_only_of_unread_file_systems(many: frozenset[str], last: str) -> None:
    requests = list(EFS.requests_for(references(EFS, "fs-1"), ReadContext(None, many)))
    assert requests[0].call.operation == "DescribeFileSystemPolicy"
    assert requests[-1].call.operation == last


def test_file_system_resource_is_its_arn() -> None:
    (resource,) = EFS.resources_of(scope(), "elasticfilesystem:ClientMount", "fs-1")
    assert resource == Resource(f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:file-system/fs-1", ACCOUNT)
    assert EFS.policy_of(resources(), REQUEST, "fs-1").unread == "policies of file systems"


@pytest.mark.parametrize(
    ("answer", "access_point", "labels"),
    [
        (Absent("FileSystemNotFound"), None, ["FILE_SYSTEM_NOT_FOUND"]),
        (None, None, []),
        (None, "fsap-1", ["access points of file systems"]),
        (Refused("Throttling"), "fsap-1", ["elasticfilesystem:DescribeAccessPoints"]),
        (AccessPoints(), "fsap-1", ["ACCESS_POINT_NOT_FOUND"]),
        (AccessPoints(access_points=(AccessPoint(access_point_id="fsap-1"),)), "fsap-1", []),
        (AccessPoints(access_points=(AccessPoint("fsap-1", "deleting"),)), "fsap-1", ["BAD_STATE"]),
    ],
)
def test_mount_problems_follow_from_the_access_points(
    answer: msgspec.Struct | None, access_point: str | None, labels: list[str]
) -> None:
    held = resources({(ACCESS_POINTS, "fs-1"): answer} if answer else {})
    assert labels_of(mount_problems_of(held, "fs-1", access_point)) == labels


# ------------------------------------------------------------------------------------------------------------ logs


def test_log_group_request_names_the_group() -> None:
    (request,) = LOGS.requests_for(references(LOGS, "/ecs/web"), ReadContext())
    assert (request.parameters, request.name) == ({"logGroupNamePrefix": "/ecs/web"}, "/ecs/web")


def test_listing_of_log_groups_is_about_all_of_them() -> None:
    assert list(LOGS.resources_of(scope(), "logs:DescribeLogGroups", "/ecs/web")) == [Resource("*")]


@pytest.mark.parametrize(
    ("logging", "action", "beginnings"),
    [
        ((("app", awslogs("/ecs/web", "p")),), "logs:CreateLogStream", [f"{STREAM}p/app/"]),
        ((("app", awslogs("/ecs/web", "p")),), "logs:CreateLogGroup", [STREAM]),
        ((("app", awslogs("/ecs/web")),), "logs:CreateLogStream", [STREAM]),
        ((("app", awslogs("/ecs/web", "p")), ("", awslogs("/ecs/web", "q"))), "logs:PutLogEvents", [STREAM]),
        ((("app", awslogs("/other", "p")),), "logs:PutLogEvents", [STREAM]),
    ],
    ids=["stream", "group", "no prefix", "proxy too", "other group"],
)
def test_log_streams_are_named_by_prefix_and_container(
    logging: tuple[tuple[str, LogConfiguration], ...], action: str, beginnings: list[str]
) -> None:
    streams = list(LOGS.resources_of(scope(logging=logging), action, "/ecs/web"))
    assert streams == [Resource(beginning, ACCOUNT, beginning=True) for beginning in beginnings]


@pytest.mark.parametrize(
    ("answer", "labels"),
    [(None, ["log groups"]), (Absent("NotFound"), ["LOG_GROUP_NOT_FOUND"]), (LogGroup(log_group_name="g"), [])],
)
def test_log_group_problems_follow_from_the_answer(answer: msgspec.Struct | None, labels: list[str]) -> None:
    held = resources({(LOG_GROUP, "g"): answer} if answer else {})
    assert labels_of(group_problems_of(held, "g")) == labels
    assert LOGS.policy_of(held, REQUEST, "g") == NO_POLICY
