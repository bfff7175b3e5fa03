"""NAT gateways and public addresses that Block Public Access makes useless."""

from collections.abc import Iterator

from skerry.checks.check import CheckContext, check, group_services_by_vpc
from skerry.reach.public_access import block_reason_of


@check("block-public-access", "Block Public Access makes a NAT gateway useless", "warning")
def block_public_access(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find NAT gateways, in VPCs of services, whose way to the internet Block Public Access stops.

    What it means:
        The mode ``block-bidirectional`` stops traffic through internet gateways in the whole Region, including traffic
        of NAT gateways. Excluded VPCs and subnets are exempt.

    Why it stops a task:
        A route to the NAT gateway looks like a way to ECR, S3 and public registries, and is none: calls time out. A
        fallback by NAT that was kept for emergencies does not exist.

    Example:
        ``InternetGatewayBlockMode`` is ``block-bidirectional``, and the private subnets' default route leads to a NAT
        gateway in a public subnet that no exclusion names.

    Instead:
        Give the VPC the endpoints that the tasks need, and remove the NAT gateway: it is billed all the same. Or
        exclude the NAT gateway's subnet with ``allow-egress``, if that is permitted.

    References:
        https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
    """
    by_vpc = group_services_by_vpc(subject)
    for nat in subject.world.facts.nat_gateways:
        subnet = subject.world.subnets.get(str(nat.subnet_id))
        if subnet is None or nat.vpc_id not in by_vpc or nat.connectivity_type != "public":
            continue
        stopped = block_reason_of(subject.world, subnet, outward=True, replies_only=True)
        if isinstance(stopped, str):
            yield nat.nat_gateway_id, f"{nat.nat_gateway_id} has no way to the internet: {stopped}", by_vpc[nat.vpc_id]
