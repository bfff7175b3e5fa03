"""Documents of AWS's managed policies, for input that names them by ARN alone."""

from functools import cache
from typing import Any

import msgspec

from skerry.catalogue.data_files import Grade, read


class ManagedPolicyDocument(msgspec.Struct, frozen=True):
    """The document of a managed policy; ``name`` is the path and name at the end of its ARN."""

    name: str
    document: dict[str, Any]
    grade: Grade
    source: str


class _Table(msgspec.Struct):
    policies: tuple[ManagedPolicyDocument, ...]


@cache
def document_of_managed_policy(arn: str) -> ManagedPolicyDocument | None:
    """Return the document of one of AWS's policies; None for one that is not listed.

    Their ARNs have ``aws`` in place of an account, in each partition:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html.
    """
    _, owned, name = arn.partition(":iam::aws:policy/")
    rows = read("managed_policies", _Table).policies
    return next((row for row in rows if owned and row.name == name), None)
