"""Notes on a plan: endpoints without use, facts that were not read, alternatives."""

from collections.abc import Iterable, Iterator

from msgspec import UNSET

from skerry.catalogue.services import private_names, service_of_endpoint
from skerry.diagnose.diagnosis import Finding
from skerry.model.world import World
from skerry.plan.changes import AuthorizeRule, Change, CreateGatewayEndpoint, CreateInterfaceEndpoint
from skerry.plan.records import Options


def findings(world: World, options: Options, changes: tuple[Change, ...]) -> Iterator[Finding]:
    """Return the notes on the changes as a whole."""
    opened = [row for row in changes if isinstance(row, AuthorizeRule) and row.rule.port in {80, 53}]
    if opened and options.ingress == "article":
        message = (
            "TCP 80 and UDP 53 are opened as in the article, but nothing needs them: every call to AWS is "
            "HTTPS, and security groups do not filter the Amazon DNS server"
        )
        yield Finding("article-ports", "note", message, opened[0].group_id)
    created = [row for row in changes if isinstance(row, CreateInterfaceEndpoint)]
    unread = [row.service_name for row in created if world.zones_of_endpoint_service(row.service_name) is None]
    if unread:
        message = (
            f"the zones of {', '.join(unread)} were not read: save aws ec2 describe-vpc-endpoint-services; AWS "
            "refuses a subnet in a zone without it"
        )
        yield Finding("endpoint-zones-unread", "note", message, unread[0])
    yield from _central(world, created)
    if options.least_privilege:
        yield from _of_policies(changes)


def _central(world: World, created: Iterable[CreateInterfaceEndpoint]) -> Iterator[Finding]:
    """Return endpoints of another VPC with a private zone for them: perhaps only its association is missing."""
    for change in created:
        ref = service_of_endpoint(change.service_name)
        names = {name.removeprefix("*.") for name in private_names(ref)} if ref else set()
        zones = [row for row in world.facts.zones if row.name in names and row.vpc_ids is not UNSET]
        rows = (row for row in world.facts.vpc_endpoints if row.service_name == change.service_name)
        central = sorted(row.vpc_endpoint_id for row in rows if row.vpc_id != change.vpc_id)
        if zones and central:
            message = (
                f"{central[0]} serves another VPC, and zone {zones[0].name} leads to it: where packets of "
                f"{change.vpc_id} reach it, associating the zone with {change.vpc_id} does without a new endpoint"
            )
            yield Finding("central-endpoint", "note", message, central[0])


def _of_policies(changes: tuple[Change, ...]) -> Iterator[Finding]:
    made = [row for row in changes if isinstance(row, CreateInterfaceEndpoint | CreateGatewayEndpoint)]
    limited = [row.endpoint_id for row in made if row.policy is not None]
    if limited:
        message = (
            f"the policies of {', '.join(limited)} allow what tasks ask for while they start: what they call when they "
            "run must be added"
        )
        yield Finding("runtime-calls-not-allowed", "warning", message, limited[0])
    for row in made:
        if row.policy is None:
            message = f"{row.endpoint_id} gets AWS's policy, which allows all: what tasks ask of it is not known"
            yield Finding("endpoint-policy-allows-all", "warning", message, row.endpoint_id)
