"""Resources with answers of AWS, for tests of single services."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, assert_never

import msgspec

from skerry.model.arns import Arn
from skerry.model.facts import Facts
from skerry.model.resource_answers import ResourceAnswer
from skerry.model.resource_lookup import Resources
from skerry.services.call_request import CallRequest
from skerry.services.problems import Problem, ResourceFault, UnknownResource, UnreadKind
from skerry.services.resource_read import ResourceRead
from skerry.services.service import RequestScope, ResourceReference, ResourceService

ACCOUNT, OTHER_ACCOUNT, REGION = "111122223333", "999988887777", "eu-west-1"
Answers: TypeAlias = dict[tuple[ResourceRead[Any], str], msgspec.Struct]
"""Answers by their read and the name of the resource."""

HOME = Arn("aws", "ecs", REGION, ACCOUNT, "task-definition/web:1")


def resources(answers: Answers | None = None) -> Resources:
    """Return resources of the account with these answers, each by its read and the name of its resource."""
    rows = tuple(ResourceAnswer(read.action, name, answer) for (read, name), answer in (answers or {}).items())
    return Resources(Facts(resource_answers=rows, account=ACCOUNT))


def scope(held: Resources | None = None, **more: Any) -> RequestScope:
    """Return the scope of a request of the account in the Region."""
    return RequestScope(held or resources(), ACCOUNT, "aws", REGION, **more)


def references(service: ResourceService, *names: str) -> list[ResourceReference]:
    """Return references to resources in a task definition of the account."""
    return [ResourceReference(service.prefix, name, ACCOUNT) for name in names]


def parameters_by_operation(requests: list[CallRequest]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the operation and the parameters of each request."""
    return [(request.call.operation, request.parameters) for request in requests]


def labels_of(problems: Iterable[Problem]) -> list[str]:
    """Return the code of each fault, the call of each unknown resource, and each kind that nobody read."""
    labels = []
    for problem in problems:
        match problem:
            case ResourceFault(code=code):
                labels.append(code)
            case UnknownResource(missing=missing):
                labels.append(missing.action)
            case UnreadKind(kind=kind):
                labels.append(kind)
            case _:
                assert_never(problem)
    return labels
