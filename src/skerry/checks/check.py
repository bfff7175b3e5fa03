"""Checks as pure functions from a World and its Diagnosis to findings, with an id, a title and a severity.

Its docstring has the sections What it means, Why it stops a task, Example, Instead and References; it is the text of
``skerry explain ID`` and of the check's page in docs/.
"""

import inspect
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

import msgspec

from skerry.catalogue.services import ServiceRef, service_of_endpoint
from skerry.diagnose.diagnosis import Diagnosis, Finding, ServiceDiagnosis, Severity
from skerry.launch.needs import Call
from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.origins import Origin
from skerry.model.world import World


class CheckContext(msgspec.Struct, frozen=True, gc=False):
    """Input of a check: the World and its Diagnosis."""

    world: World
    diagnosis: Diagnosis


Subject = Literal["resource", "task definition"]
"""The subject of a check's findings: a resource by id or ARN, or a task definition by family and revision."""

_Found = Callable[[CheckContext], Iterator[tuple[str, str, tuple[str, ...]]]]


class Check(msgspec.Struct, frozen=True, gc=False):
    """A check, ready to be run; calling it yields its findings."""

    id: str
    title: str
    severity: Severity
    find: _Found
    subject: Subject = "resource"

    @property
    def text(self) -> str:
        """The explanation of the check, from its docstring."""
        return inspect.cleandoc(self.find.__doc__ or "")

    def __call__(self, context: CheckContext) -> Iterator[Finding]:
        """Yield the findings."""
        for resource, message, services in self.find(context):
            origin = _origin_of(context.world, self.subject, resource)
            yield Finding(self.id, self.severity, message, resource, services, origin)


def check(
    id: str,  # noqa: A002 -- the design's word
    title: str,
    severity: Severity,
    subject: Subject = "resource",
) -> Callable[[_Found], Check]:
    """Make a check of a function that yields (resource, message, services)."""
    return lambda find: Check(id, title, severity, find, subject)


def _origin_of(world: World, subject: Subject, resource: str) -> Origin | None:
    if subject == "resource":
        return world.origin_of(resource)
    # An image may have the name of a family and revision; only the check can tell which of the two it means.
    definition = world.find_task_definition(resource)
    named = None if isinstance(definition, Missing) else definition.task_definition_arn
    return None if named is None else world.origin_of(named)


class EndpointUse(NamedTuple):
    """Endpoint in a task's VPC for an AWS service that the task calls."""

    endpoint: VpcEndpoint
    service: ServiceDiagnosis


def find_endpoints_in_use(subject: CheckContext) -> Iterator[EndpointUse]:
    """Yield the interface endpoints in the VPCs of each service's tasks for the AWS services they call."""
    for service in subject.diagnosis.services:
        called: set[ServiceRef] = {
            need_diagnosis.need.service
            for need_diagnosis in service.needs
            if isinstance(need_diagnosis.need, Call) and need_diagnosis.need.service is not None
        }
        for vpc_id in sorted(_vpcs_of(subject.world, service)):
            for endpoint in subject.world.endpoints_in(vpc_id):
                name = endpoint.service_name
                kind = endpoint.vpc_endpoint_type
                if kind == "Interface" and isinstance(name, str) and service_of_endpoint(name) in called:
                    yield EndpointUse(endpoint, service)


def group_services_by_vpc(subject: CheckContext) -> dict[str, tuple[str, ...]]:
    """Return the VPCs of tasks, each with the names of its services."""
    names_by_vpc: dict[str, dict[str, None]] = {}
    for service in subject.diagnosis.services:
        for vpc_id in _vpcs_of(subject.world, service):
            names_by_vpc.setdefault(vpc_id, {})[service.launch.name] = None
    return {vpc_id: tuple(names) for vpc_id, names in sorted(names_by_vpc.items())}


def _vpcs_of(world: World, service: ServiceDiagnosis) -> set[str]:
    subnets = [world.find_subnet(name) for name in service.launch.subnets]
    return {subnet.vpc_id for subnet in subnets if not isinstance(subnet, Missing)}
