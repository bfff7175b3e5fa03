"""DNS servers of the tasks of a VPC: Amazon's, and others from DHCP options.

https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html
"""

from typing import NamedTuple

from skerry.model.facts import Missing
from skerry.model.network import Vpc
from skerry.model.world import World
from skerry.net.addresses import spell

_NO_OPTIONS = "default"
_AMAZON = {"AmazonProvidedDNS", "169.254.169.253", "fd00:ec2::253"}


class Servers(NamedTuple):
    """The DNS servers of a VPC: whether Amazon's is one of them, and the others."""

    amazon: bool
    others: tuple[str, ...]

    def unknown_answer(self, host: str | None) -> Missing:
        """Return the answer of servers other than Amazon's."""
        named = " or ".join(self.others)
        return Missing(f"what the DNS server {named} answers for {host or 'a host that is not known'}")


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
    others = tuple(name for name in named if not _is_amazon(vpc, name))
    return Servers(len(others) < len(named), others)


def _is_amazon(vpc: Vpc, server: str) -> bool:
    """Tell whether a DNS server is Amazon's: by its name, its link-local address, or the VPC's base plus two."""
    if server in _AMAZON:
        return True
    base = vpc.cidr_block.addresses[0][0]
    return server == spell(((base + 2, base + 2),))
