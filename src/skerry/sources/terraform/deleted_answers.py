"""Deleted resources of tasks, with the errors that AWS answers about them."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from skerry.model.arns import parse_arn
from skerry.sources.overlay.overlay import DeletedResource
from skerry.sources.terraform.values import Instance

_CODES: Final = {
    "aws_ecr_repository": ("ecr", "RepositoryNotFoundException"),
    "aws_efs_file_system": ("elasticfilesystem", "FileSystemNotFound"),
    "aws_kms_key": ("kms", "NotFoundException"),
    "aws_s3_bucket": ("s3", "NoSuchBucket"),
    "aws_secretsmanager_secret": ("secretsmanager", "ResourceNotFoundException"),
    "aws_ssm_parameter": ("ssm", "ParameterNotFound"),
}
"""The service of a type, and its error about a resource that does not exist.

Terraform schedules the deletion of keys and secrets, which cannot be used from then on:
https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html,
https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""
_ARN_CHANGES: Final = "aws_secretsmanager_secret"
_SUFFIX: Final = 7
"""The length of the hyphen and the six random characters at the end of a secret's ARN."""


def deleted_of(former: Iterable[Instance], after: Collection[Instance]) -> Iterator[DeletedResource]:
    """Yield the resources of tasks that a plan deletes.

    One that is replaced keeps its name, and a secret gets another ARN.
    """
    ids, addresses = {(one.type, one.id) for one in after}, {one.address for one in after}
    for one in former:
        gone = (one.type, one.id) not in ids if one.type == _ARN_CHANGES else one.address not in addresses
        if one.type in _CODES and gone:
            service, code = _CODES[one.type]
            yield DeletedResource(service, frozenset(_names_of(one)), code)


def _names_of(resource: Instance) -> Iterator[str]:
    """Yield the names by which calls name a resource."""
    yield resource.id
    arn = resource.get("arn")
    parsed = parse_arn(arn) if isinstance(arn, str) else None
    if parsed is None:
        return
    yield str(arn)
    match resource.type:
        case "aws_ecr_repository":
            yield f"{parsed.account}/{resource.id}"
        case "aws_secretsmanager_secret":
            yield str(arn)[:-_SUFFIX]
            yield parsed.resource.removeprefix("secret:")[:-_SUFFIX]
        case _:
            pass
