"""Subnets without room for the tasks that a service wants."""

from collections.abc import Iterator

from msgspec import UNSET

from skerry.checks.check import CheckContext, check


@check("too-few-addresses", "The subnets have too few free addresses for the tasks", "warning")
def too_few_addresses(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find services that want more tasks than their subnets have free addresses, those of its tasks not counted.

    What it means:
        Every Fargate task takes an address. A deployment starts new tasks before it stops the old ones, so it needs
        room for both.

    Why it stops a task:
        A task in a subnet without a free address stops before its first call, with an error about the network
        interface. With a few free addresses some tasks start and some do not.

    Example:
        A /28 subnet has 16 addresses. AWS reserves five, endpoints for six services take six more, and a service wants
        eight tasks.

    Instead:
        Give the service larger subnets: secondary blocks of the VPC may hold them. Or lower
        ``maximumPercent`` of the deployment, so that old tasks stop first.

    References:
        https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
    """
    desired: dict[str, int | None] = {
        service.service_arn: service.desired_count for service in subject.world.facts.services
    }
    for service in subject.diagnosis.services:
        task_count = desired.get(service.launch.arn or "")
        subnets = [subject.world.subnets.get(name) for name in service.launch.subnets]
        if any(subnet is not None and subnet.cidr_block is None for subnet in subnets):
            # The count covers IPv4 addresses: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html
            continue
        counts = [UNSET if subnet is None else subnet.available_ip_address_count for subnet in subnets]
        free = [count for count in counts if count is not UNSET]
        if task_count is None or not free or len(free) != len(counts) or sum(free) >= task_count:
            continue
        names = ", ".join(service.launch.subnets)
        message = f"service {service.launch.name} wants {task_count} tasks, and {names} have {sum(free)} addresses free"
        yield service.launch.arn or service.launch.name, message, (service.launch.name,)
