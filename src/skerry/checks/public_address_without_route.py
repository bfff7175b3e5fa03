"""Public addresses that lead nowhere."""

from collections.abc import Iterator

from skerry.checks.check import CheckContext, check


@check("public-address-without-route", "Tasks get a public address in a subnet that has no way out", "warning")
def public_address_without_route(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find services with ``assignPublicIp`` on in subnets whose default route is no internet gateway's.

    What it means:
        The tasks get unused public addresses: only an internet gateway translates them.

    Why it stops a task:
        It does not by itself, but whoever set it expected the subnet to be public. Without an internet
        gateway's route the calls of the launch go another way, or none. A public address costs by the hour.

    Example:
        ``assignPublicIp: ENABLED`` in a subnet whose route table holds only ``local``.

    Instead:
        Turn ``assignPublicIp`` off and give the subnet its endpoints, or run the tasks in a public subnet.

    References:
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
        https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
    """
    for service in subject.diagnosis.services:
        if service.launch.public_address is not True:
            continue
        for placement in service.placements:
            if placement.kind not in {"public", "unknown"}:
                message = f"tasks get a public address in {placement.subnet}, which is {placement.kind}"
                yield placement.subnet, message, (service.launch.name,)
