"""Answers about single resources, by the action of their call and the parameters that name the resource.

Such an answer does not name its resource, or names it only if it exists; so each is read wrapped with
its call. AWS's NotFound is an answer as well.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import msgspec
from msgspec import Raw

from skerry.errors import InputError
from skerry.model import resource_answers
from skerry.model.resource_answers import (
    Absent,
    Answer,
    ImageFailure,
    ImageId,
    Refused,
    RepositoryImages,
    ResourceAnswer,
)
from skerry.sources.call_parameters import WRAP_HINT
from skerry.sources.decoding import UNREADABLE
from skerry.sources.merging import Rows

Parameters: TypeAlias = Mapping[str, Any]

_GONE = ("NotFound", "NotFoundException", "NotInUseException")


class AnswerShape(NamedTuple):
    """The shape of a call's answer: the names of its resources, and the record of the answer.

    ``rows``: the key of the rows in the answer; each row is about one name, in the field ``named``.
    """

    about: Callable[[Parameters], list[str]]
    record: type[Answer]
    rows: str = ""
    named: str = ""


def _one(*parameters: str) -> Callable[[Parameters], list[str]]:
    """Return a function for the resource name in these parameters together; the last one is required."""

    def about(given: Parameters) -> list[str]:
        values = [given.get(parameter, "") for parameter in parameters]
        return ["/".join(map(str, values))] if values[-1] else []

    return about


def _layer(given: Parameters) -> list[str]:
    return [f"{name}@{given.get('layerDigest')}" for name in _one("registryId", "repositoryName")(given)]


def _filtered(given: Parameters) -> list[str]:
    """Return the names of parameters in ``ParameterFilters``."""
    given_filters = given.get("ParameterFilters")
    filters = (
        [condition for condition in given_filters if isinstance(condition, dict)]
        if isinstance(given_filters, list)
        else []
    )
    by_name = [
        condition
        for condition in filters
        if condition.get("Key") == "Name" and condition.get("Option", "Equals") == "Equals"
    ]
    values = [condition.get("Values") for condition in by_name]
    return [str(name) for names in values if isinstance(names, list) for name in names]


def _account(_given: Parameters) -> list[str]:
    return [""]


ANSWER_SHAPES = {
    "ecr:GetRepositoryPolicy": AnswerShape(_one("registryId", "repositoryName"), resource_answers.RepositoryPolicy),
    "ecr:BatchGetImage": AnswerShape(_one("registryId", "repositoryName"), resource_answers.RepositoryImages),
    # The linked content replaces the link in ECR's answer.
    "ecr:GetDownloadUrlForLayer": AnswerShape(_layer, resource_answers.ImageConfiguration),
    "secretsmanager:DescribeSecret": AnswerShape(_one("SecretId"), resource_answers.SecretDescription),
    "secretsmanager:GetResourcePolicy": AnswerShape(_one("SecretId"), resource_answers.ResourcePolicy),
    "ssm:DescribeParameters": AnswerShape(_filtered, resource_answers.Parameter, "Parameters", "name"),
    "kms:DescribeKey": AnswerShape(_one("KeyId"), resource_answers.Key),
    "kms:GetKeyPolicy": AnswerShape(_one("KeyId"), resource_answers.KeyPolicy),
    "kms:ListGrants": AnswerShape(_one("KeyId"), resource_answers.KeyGrants),
    # Both list names with a prefix, the exact name first.
    "logs:DescribeLogGroups": AnswerShape(
        _one("logGroupNamePrefix"), resource_answers.LogGroup, "logGroups", "log_group_name"
    ),
    "s3:ListBucket": AnswerShape(_one("Bucket", "Prefix"), resource_answers.Object, "Contents", "key"),
    "s3:GetBucketPolicy": AnswerShape(_one("Bucket"), resource_answers.BucketPolicy),
    "elasticfilesystem:DescribeFileSystemPolicy": AnswerShape(_one("FileSystemId"), resource_answers.FileSystemPolicy),
    "elasticfilesystem:DescribeAccessPoints": AnswerShape(_one("FileSystemId"), resource_answers.AccessPoints),
    "organizations:DescribeOrganization": AnswerShape(_account, resource_answers.Organization),
    # Only the management account and delegated administrators may make these calls.
    "organizations:ListParents": AnswerShape(_one("ChildId"), resource_answers.Parents),
    "organizations:ListPoliciesForTarget": AnswerShape(_one("TargetId", "Filter"), resource_answers.AttachedPolicies),
    "organizations:DescribePolicy": AnswerShape(_one("PolicyId"), resource_answers.ControlPolicy),
}
"""The shapes of answers about single resources, by the IAM action of their call."""


def add_answer(rows: Rows, name: str, action: str, parameters: Parameters, answer: dict[str, Raw] | str) -> None:
    """Add an answer, or the code of the error in its place.

    Raises `InputError` if the parameters do not name a resource, or another document contradicts.
    """
    question = ANSWER_SHAPES[action]
    names = question.about(parameters)
    if not names:
        message = f"{name}: an answer to {action}, but not about what"
        raise InputError(message, WRAP_HINT)
    for about, record in _answers(rows, name, question, names, answer):
        complete = _with_unanswered(record, parameters) if isinstance(record, RepositoryImages) else record
        _keep(rows, name, ResourceAnswer(action, about, complete))


def _with_unanswered(images: RepositoryImages, parameters: Parameters) -> RepositoryImages | Refused:
    """Add a failure for each requested image without an answer; an empty answer proves nothing.

    ECR answers each image with a manifest or a failure:
    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
    """
    answered = [*(entry.image_id for entry in images.images), *(entry.image_id for entry in images.failures)]
    if not answered:
        return Refused("empty")
    try:
        requested = msgspec.convert(parameters.get("imageIds", []), tuple[ImageId, ...])
    except msgspec.ValidationError:
        return images
    names = {name for image in answered for name in (image.image_tag, image.image_digest)}
    unanswered = [image for image in requested if names.isdisjoint({image.image_tag, image.image_digest} - {None})]
    failures = tuple(ImageFailure(image, "Unanswered") for image in unanswered)
    return msgspec.structs.replace(images, failures=(*images.failures, *failures))


def _answers(
    rows: Rows, name: str, question: AnswerShape, names: list[str], answer: dict[str, Raw] | str
) -> Iterator[tuple[str, Answer | Absent | Refused]]:
    if isinstance(answer, str):
        yield from ((about, Absent(answer) if is_gone(answer) else Refused(answer)) for about in names)
        return
    try:
        records = _records(question, answer)
    except UNREADABLE as error:
        rows.note(f"{name}: the answer cannot be read: {error}")
        yield from ((about, Refused("unreadable")) for about in names)
        return
    if not question.rows:
        yield from ((about, records[0]) for about in names)
        return
    by_name = {getattr(record, question.named): record for record in records}
    for about in names:
        key = about.partition("/")[2] if question.record is resource_answers.Object else about
        # A partial page does not prove absence, except for calls that list an exact match first.
        if key in by_name or (records and question.record is not resource_answers.Parameter) or not has_more(answer):
            yield about, by_name.get(key, Absent("NotFound"))
        else:
            yield about, Refused("partial")


def is_gone(code: str) -> bool:
    """Return whether this error code means that the resource does not exist."""
    return code.endswith(_GONE) or code.startswith("NoSuch")


def _records(question: AnswerShape, answer: dict[str, Raw]) -> list[Any]:
    if not question.rows:
        return [msgspec.json.decode(msgspec.json.encode(answer), type=question.record)]
    rows = answer.get(question.rows, Raw(b"[]"))
    return msgspec.json.decode(rows, type=list[question.record])  # type: ignore[name-defined]


def has_more(answer: dict[str, Raw]) -> bool:
    """Return whether an answer is a page with a next token."""
    return any(bytes(answer.get(key, Raw(b"null"))) not in {b"null", b'""'} for key in ("nextToken", "NextToken"))


def _keep(rows: Rows, name: str, row: ResourceAnswer) -> None:
    """Add an answer about one resource; merge the answers of several calls about a repository's images.

    A call without an answer does not contradict an answer to another call.
    """
    key = f"{row.action} {row.about}"
    earlier = rows.get("resource_answers", key)
    if (
        earlier is not None
        and isinstance(earlier.answer, RepositoryImages)
        and isinstance(row.answer, RepositoryImages)
    ):
        images = dict.fromkeys((*earlier.answer.images, *row.answer.images))
        failures = dict.fromkeys((*earlier.answer.failures, *row.answer.failures))
        merged = RepositoryImages(tuple(images), tuple(failures))
        rows.replace("resource_answers", key, msgspec.structs.replace(row, answer=merged), name)
    elif earlier is not None and isinstance(row.answer, Refused):
        return
    elif earlier is not None and isinstance(earlier.answer, Refused):
        rows.replace("resource_answers", key, row, name)
    else:
        rows.add("resource_answers", key, row, name)
