"""Problems of single resources: missing, unusable, unknown, or not read."""

from collections.abc import Iterator

import msgspec

from skerry.model.facts import Missing
from skerry.model.resource_answers import Absent


class ResourceFault(msgspec.Struct, frozen=True, gc=False):
    """A resource that is missing or cannot be used, with the code and the message of the blocker."""

    resource: str
    code: str
    message: str


class UnknownResource(msgspec.Struct, frozen=True, gc=False):
    """A resource with a missing fact: the call about it failed."""

    resource: str
    missing: Missing


class UnreadKind(msgspec.Struct, frozen=True, gc=False):
    """A kind of resource that nobody read, in plural words."""

    kind: str


Problem = ResourceFault | UnknownResource | UnreadKind


def problems_by_answer(answer: object, resource: str, what: str, code: str, kind: str) -> Iterator[Problem]:
    """Yield a problem if a resource is missing or unknown, by the answer of AWS; ``what`` names it in the message."""
    match answer:
        case None:
            yield UnreadKind(kind)
        case Missing():
            yield UnknownResource(resource, answer)
        case Absent():
            yield ResourceFault(resource, code, f"there is no {what}")
        case _:
            pass
