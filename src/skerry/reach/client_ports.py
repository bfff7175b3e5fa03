"""The source ports of clients: replies come back to them."""

from skerry.net.intervals import Intervals

# Linux's default range; AWS's page rounds it to 32768-61000 for Amazon Linux. Inferred for Fargate.
# https://docs.kernel.org/networking/ip-sysctl.html (ip_local_port_range)
LINUX: Intervals = ((32_768, 60_999),)
# https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html#nacl-ephemeral-ports
WINDOWS: Intervals = ((49_152, 65_535),)
NAT: Intervals = ((1_024, 65_535),)
INTERNET: Intervals = ((1_024, 65_535),)


def ports_of_family(family: str) -> Intervals:
    """Return the ports of a task's clients, by its platform's family."""
    return WINDOWS if family == "windows" else LINUX
