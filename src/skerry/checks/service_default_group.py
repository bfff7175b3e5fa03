"""Services that name no security group."""

from collections.abc import Iterator

from skerry.checks.check import CheckContext, check
from skerry.verdicts import NOT_APPLICABLE


@check("service-default-group", "A service names no security group", "warning")
def service_default_group(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find services whose network configuration names no security group.

    What it means:
        The tasks share the VPC's default security group with all its other users.

    Why it stops a task:
        It does if the default group's outbound rules were removed, as hardening guides advise. It does in a VPC
        shared by another account too: a participant may not use its default group.

    Example:
        ``awsvpcConfiguration`` with ``subnets`` and no ``securityGroups``.

    Instead:
        Give the service a security group of its own, with TCP 443 outbound to the endpoints' group and to the
        prefix list of S3.

    References:
        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
        https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html
    """
    for service in subject.diagnosis.services:
        launch = service.launch
        if service.verdict is not NOT_APPLICABLE and launch.groups == () and launch.subnets:
            message = f"service {launch.name} names no security group: its tasks use the VPC's default one"
            yield launch.arn or launch.name, message, (launch.name,)
