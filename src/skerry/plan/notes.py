"""Notes on a plan: endpoints without use, facts that were not read, alternatives."""

from collections.abc import Iterable, Iterator

from msgspec import UNSET

from skerry.catalogue.services import private_names_of, service_of_endpoint
from skerry.diagnose.diagnosis import Finding
from skerry.model.world import World
from skerry.plan.changes import AuthorizeRule, Change, CreateGatewayEndpoint, CreateInterfaceEndpoint, resource_of
from skerry.plan.reachability import is_copied_block
from skerry.plan.records import Options


def findings_for(world: World, options: Options, changes: tuple[Change, ...]) -> Iterator[Finding]:
    """Return the notes on the changes as a whole."""
    opened = [change for change in changes if isinstance(change, AuthorizeRule) and change.rule.port in {80, 53}]
    if opened and options.ingress == "article":
        message = (
            "TCP 80 and UDP 53 are opened as in the article, but nothing needs them: every call to AWS is "
            "HTTPS, and security groups do not filter the Amazon DNS server"
        )
        yield Finding("article-ports", "note", message, opened[0].group_id)
    created = [change for change in changes if isinstance(change, CreateInterfaceEndpoint)]
    names = dict.fromkeys(change.service_name for change in created)
    unread = [name for name in names if world.zones_of_endpoint_service(name) is None]
    if unread:
        message = (
            f"the zones of {', '.join(unread)} were not read: save aws ec2 describe-vpc-endpoint-services; AWS "
            "refuses a subnet in a zone without it"
        )
        yield Finding("endpoint-zones-unread", "note", message, unread[0])
    copied = [change for change in changes if is_copied_block(change)]
    if copied:
        message = (
            f"{len(copied)} new entries copy blocks of AWS's prefix list, to which AWS adds: compare them with aws ec2 "
            "get-managed-prefix-list-entries from time to time"
        )
        yield Finding("copied-blocks", "warning", message, resource_of(copied[0]))
    yield from _unverified(world, created)
    yield from _central(world, created)
    if options.least_privilege:
        yield from _of_policies(changes)


def _unverified(world: World, created: Iterable[CreateInterfaceEndpoint]) -> Iterator[Finding]:
    """Return the services outside the catalogue, named by AWS's rule, that no answer of AWS lists."""
    for change in created:
        name = change.service_name
        if service_of_endpoint(name) is None and world.private_names_of_endpoint_service(name) is None:
            message = (
                f"the host of {name} is not verified: AWS's rule for names makes it. Save "
                "aws ec2 describe-vpc-endpoint-services, which lists the service with its private names"
            )
            yield Finding("service-not-verified", "note", message, name)


def _central(world: World, created: Iterable[CreateInterfaceEndpoint]) -> Iterator[Finding]:
    """Return endpoints of another VPC with a private zone for them: perhaps only its association is missing."""
    for change in created:
        ref = service_of_endpoint(change.service_name)
        names = {name.removeprefix("*.") for name in private_names_of(ref)} if ref else set()
        zones = [record for record in world.facts.zones if record.name in names and record.vpc_ids is not UNSET]
        rows = (record for record in world.facts.vpc_endpoints if record.service_name == change.service_name)
        central = sorted(record.vpc_endpoint_id for record in rows if record.vpc_id != change.vpc_id)
        if zones and central:
            message = (
                f"{central[0]} serves another VPC, and zone {zones[0].name} leads to it: where packets of "
                f"{change.vpc_id} reach it, associating the zone with {change.vpc_id} does without a new endpoint"
            )
            yield Finding("central-endpoint", "note", message, central[0])


def _of_policies(changes: tuple[Change, ...]) -> Iterator[Finding]:
    made = [endpoint for endpoint in changes if isinstance(endpoint, CreateInterfaceEndpoint | CreateGatewayEndpoint)]
    limited = [endpoint.endpoint_id for endpoint in made if endpoint.policy is not None]
    if limited:
        message = (
            f"the policies of {', '.join(limited)} allow what tasks ask for while they start: what they call when they "
            "run must be added"
        )
        yield Finding("runtime-calls-not-allowed", "warning", message, limited[0])
    for endpoint in made:
        if endpoint.policy is None:
            message = f"{endpoint.endpoint_id} gets AWS's policy, which allows all: what tasks ask of it is not known"
            yield Finding("endpoint-policy-allows-all", "warning", message, endpoint.endpoint_id)
