"""DNS servers of the tasks of a VPC: Amazon's, and others from DHCP options.

https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html
"""

import msgspec

from skerry.model.facts import Missing
from skerry.model.network import Vpc
from skerry.model.world import World
from skerry.net.dns_names import DnsName
from skerry.net.host_texts import HostText
from skerry.net.ip_addresses import IpAddress

_NO_OPTIONS = "default"
_AMAZON = {"AmazonProvidedDNS", "169.254.169.253", "fd00:ec2::253"}


class Servers(msgspec.Struct, frozen=True, gc=False):
    """The DNS servers of a VPC: whether Amazon's is one of them, and the others."""

    amazon: bool
    others: tuple[IpAddress, ...]

    def unknown_answer(self, host: DnsName | None) -> Missing:
        """Return the answer of servers other than Amazon's."""
        named = " or ".join(self.others)
        return Missing(
            f"what the DNS server {named} answers for {'a host that is not known' if host is None else host.plain}"
        )


def servers_of(world: World, vpc: Vpc) -> Servers | Missing:
    """Return the DNS servers of a VPC; AWS does not document them for DHCP options without servers.

    ``default`` stands for no DHCP options: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateDhcpOptions.html
    """
    if vpc.dhcp_options_id == _NO_OPTIONS:
        return Missing(f"which DNS servers tasks ask in {vpc.vpc_id}, which has no DHCP options")
    options = world.dhcp_options_of(vpc)
    if isinstance(options, Missing):
        return options
    named = [
        item.value
        for configuration in options.dhcp_configurations
        if configuration.key == "domain-name-servers"
        for item in configuration.values
    ]
    if not named:
        return Missing(f"which DNS servers tasks ask in {vpc.vpc_id}, as {options.dhcp_options_id} names none")
    others: list[IpAddress] = []
    for server in named:
        if _is_amazon(vpc, server):
            continue
        if server.address is None:
            return Missing(f"the DNS server {server[:80]!r} of {options.dhcp_options_id}, which is no address")
        others.append(server.address)
    return Servers(len(others) < len(named), tuple(others))


def _is_amazon(vpc: Vpc, server: HostText) -> bool:
    """Tell whether a DNS server is Amazon's: by its name, its link-local address, or the VPC's base plus two."""
    if server in _AMAZON:
        return True
    return server.address is not None and server.address.number == vpc.cidr_block.addresses[0][0] + 2
