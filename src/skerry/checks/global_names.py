"""Global names of AWS services, which no endpoint answers for."""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from skerry.catalogue.global_names import legacy_name_of, service_of_global_name
from skerry.catalogue.services import regional_host_of
from skerry.checks.check import CheckContext, check
from skerry.diagnose.need_verdicts import source_of
from skerry.launch.launches import Launch
from skerry.model.environment import LEGACY, EnvironmentVariable
from skerry.model.facts import Missing
from skerry.net.dns_names import parse_host
from skerry.reach.walk import Source, Target, Walker
from skerry.verdicts import BLOCKED, NOT_APPLICABLE

_HTTPS = 443


class _Call(msgspec.Struct, frozen=True, gc=False):
    """A call that a variable of a container leads to, with the Regional name in its place."""

    container: str
    variable: str
    host: str
    regional: str


@check("global-names", "A container calls a global name, which no endpoint answers for", "warning", "task definition")
def global_names(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find variables with a global name of a service, in tasks whose subnets have no way to it.

    What it means:
        The SDK in the container calls ``sts.amazonaws.com`` or ``queue.amazonaws.com``. Private DNS of an endpoint
        answers for Regional names only, so the call goes to public addresses.

    Why it stops a task:
        The task starts. In a subnet without a way to the internet the application's calls time out, although the VPC
        has the endpoint. Of values of variables nothing but these names and the setting is read.

    Example:
        ``{"name": "AWS_STS_REGIONAL_ENDPOINTS", "value": "legacy"}`` in ``environment``, in eu-west-1.

    Instead:
        Set AWS_STS_REGIONAL_ENDPOINTS to ``regional``, or name the Regional host, such as
        ``sts.eu-west-1.amazonaws.com`` or ``sqs.eu-west-1.amazonaws.com``.

    References:
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sts_vpc_endpoint_create.html
        https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html
        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-internetwork-traffic-privacy.html
    """
    for service in subject.diagnosis.services:
        calls = () if service.verdict is NOT_APPLICABLE else tuple(_calls_of(service.launch))
        # Only few launches have such a variable, so that others pay for no walker.
        walker = Walker(subject.world) if calls else None
        for call in calls:
            if walker is not None and (subnets := _out_of_reach(walker, service.launch, call.host)):
                message = (
                    f"container {call.container} calls {call.host} by {call.variable}, out of reach from "
                    f"{', '.join(subnets)}; {call.regional} is the Regional name"
                )
                yield service.launch.definition_name, message, (service.launch.name,)


def _calls_of(launch: Launch) -> Iterator[_Call]:
    definition = launch.definition
    containers = UNSET if isinstance(definition, Missing) else definition.container_definitions
    if containers is UNSET or launch.region is None:
        return
    for container in containers:
        for variable in container.environment:
            host = _host_of(variable, launch.region)
            ref = service_of_global_name(host, launch.region) if host else None
            regional = regional_host_of(ref) if ref is not None else None
            if host is not None and regional is not None:
                yield _Call(container.name, variable.name, host, regional)


def _host_of(variable: EnvironmentVariable, region: str) -> str | None:
    """Return the global host that a variable leads to."""
    return legacy_name_of("sts", region) if variable.value == LEGACY else variable.value or None


def _out_of_reach(walker: Walker, launch: Launch, host: str) -> list[str]:
    """Return the subnets of a launch without a way to a host."""
    target = Target(parse_host(host), _HTTPS, "aws")
    sources = {subnet: source_of(walker, launch, subnet) for subnet in launch.subnets}
    return [
        subnet
        for subnet, source in sources.items()
        if isinstance(source, Source) and walker.reach(source, target).verdict is BLOCKED
    ]
