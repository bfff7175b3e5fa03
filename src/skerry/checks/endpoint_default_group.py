"""Endpoints guarded by the VPC's default security group."""

from collections.abc import Iterator

from msgspec import UNSET

from skerry.checks.check import CheckContext, check, find_endpoints_in_use


@check("endpoint-default-group", "An endpoint is guarded by the VPC's default security group", "warning")
def endpoint_default_group(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find interface endpoints whose only security group is the default group of the VPC.

    What it means:
        The endpoint was created without a security group, so AWS assigned the VPC's default one. By default, this
        group admits only interfaces in the same group.

    Why it stops a task:
        A task with a security group of its own is not admitted: its calls to the endpoint time out, although
        the endpoint stands and its name leads to it.

    Example:
        ``aws ec2 create-vpc-endpoint`` without ``--security-group-ids``.

    Instead:
        Give the endpoint a security group that admits TCP 443 from the tasks' security group or subnets.

    References:
        https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
        https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
    """
    for endpoint, service in find_endpoints_in_use(subject):
        if endpoint.groups is UNSET or not endpoint.groups:
            continue
        groups = [subject.world.security_groups.get(group.group_id) for group in endpoint.groups]
        if all(group is not None and group.group_name == "default" for group in groups):
            message = f"{endpoint.vpc_endpoint_id} ({endpoint.service_name}) has only the VPC's default security group"
            yield endpoint.vpc_endpoint_id, message, (service.launch.name,)
