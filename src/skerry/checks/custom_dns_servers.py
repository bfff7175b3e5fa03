"""VPCs whose tasks ask other DNS servers than Amazon's."""

from collections.abc import Iterator

from skerry.checks.check import CheckContext, check, group_services_by_vpc
from skerry.model.facts import Missing
from skerry.reach.dns_servers import servers_of


@check("custom-dns-servers", "Tasks ask DNS servers of the network's own", "warning")
def custom_dns_servers(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find VPCs of services with DNS servers other than Amazon's in their DHCP options.

    What it means:
        Private DNS names of endpoints and private hosted zones are answered by the Amazon DNS server alone. Another
        server must forward the names of AWS to it.

    Why it stops a task:
        A server that answers with public addresses leads every call past the endpoints, and in an isolated subnet
        into a timeout. Nothing in the account tells what such a server answers, so it stays unknown here.

    Example:
        A DHCP option set with ``domain-name-servers`` 10.20.0.53, the domain controller of the company.

    Instead:
        Let the server forward the zones of the endpoints (amazonaws.com, or each service's name) to the VPC's
        resolver: its base address plus two, or an inbound endpoint of Route 53 Resolver. Or name AmazonProvidedDNS
        in the option set and use resolver rules for the company's names.

    References:
        https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html
        https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
    """
    for vpc_id, services in group_services_by_vpc(subject).items():
        vpc = subject.world.vpcs.get(vpc_id)
        servers = servers_of(subject.world, vpc) if vpc else None
        if servers is None or isinstance(servers, Missing):
            continue
        if servers.others:
            message = f"{vpc_id} uses the DNS servers {', '.join(servers.others)}"
            yield vpc_id, message, services
