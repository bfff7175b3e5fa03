"""Blockers and causes as JSON, version 1."""

from collections.abc import Iterable

import msgspec

from skerry.diagnose.causes import Cause, SharedCause
from skerry.diagnose.diagnosis import Blocker
from skerry.render.json_document import OriginOut, encode_origin


class AbsentEndpointOut(msgspec.Struct, frozen=True):
    """An endpoint that would serve packets without a route."""

    service_name: str
    type: str


class CauseKeyOut(msgspec.Struct, frozen=True):
    """Code and resource of another blocker."""

    code: str
    resource: str


class BlockerOut(msgspec.Struct, frozen=True):
    """A blocker."""

    code: str
    resource: str
    rule: str
    direction: str
    disposition: str
    message: str
    origin: OriginOut | None
    intended: bool
    absent_endpoint: AbsentEndpointOut | None
    follows_from: CauseKeyOut | None


class CauseOut(msgspec.Struct, frozen=True):
    """A cause of failing steps: one fault of the network or the account, whatever number of steps it stops."""

    label: str
    code: str
    title: str
    resources: list[str]
    steps: list[str]
    messages: list[str]
    absent_endpoints: list[AbsentEndpointOut]
    dead_ends: list[str]
    intended: bool


class SharedCauseOut(msgspec.Struct, frozen=True):
    """A cause with all services that it stops."""

    code: str
    title: str
    resources: list[str]
    services: list[str]


def encode_cause(cause: Cause) -> CauseOut:
    """Return a cause for a document."""
    return CauseOut(
        label=cause.label,
        code=cause.code,
        title=cause.title,
        resources=[resource for resource in cause.resources if resource],
        steps=list(cause.steps),
        messages=list(cause.messages),
        absent_endpoints=[AbsentEndpointOut(*endpoint) for endpoint in cause.absent_endpoints],
        dead_ends=list(cause.dead_ends),
        intended=cause.intended,
    )


def encode_shared_cause(cause: SharedCause) -> SharedCauseOut:
    """Return a cause with its services for a document."""
    return SharedCauseOut(cause.code, cause.title, list(cause.resources), list(cause.services))


def encode_blockers(blockers: Iterable[Blocker]) -> list[BlockerOut]:
    """Return blockers for a document."""
    return [
        BlockerOut(
            code=item.code,
            resource=item.resource,
            rule=item.rule,
            direction=item.direction,
            disposition=item.disposition,
            message=item.message,
            origin=encode_origin(item.origin),
            intended=item.intended,
            absent_endpoint=None if item.absent_endpoint is None else AbsentEndpointOut(*item.absent_endpoint),
            follows_from=None if item.follows_from is None else CauseKeyOut(*item.follows_from),
        )
        for item in blockers
    ]
