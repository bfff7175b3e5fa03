"""Endpoint security groups that open more than 443."""

from collections.abc import Iterator

from msgspec import UNSET

from skerry.checks.check import CheckContext, check, find_endpoints_in_use
from skerry.model.security_groups_and_acls import IpPermission

_HTTPS = 443
_TCP = {"tcp", "6"}


@check("endpoint-open-ports", "An endpoint's security group opens more than TCP 443", "note")
def endpoint_open_ports(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find security groups of interface endpoints with inbound rules for anything but TCP 443.

    What it means:
        The group admits ports or protocols unused by endpoints of these services.

    Why it stops a task:
        It does not. Every call of a launch is HTTPS; port 80 is not used, and port 53 is not needed either,
        because security groups do not filter the Amazon DNS server.

    Example:
        Inbound TCP 80, TCP 443 and UDP 53 from every private subnet.

    Instead:
        Keep TCP 443 from the tasks' security group or subnets, and drop the rest.

    References:
        https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
        https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
    """
    for endpoint, service in find_endpoints_in_use(subject):
        for name in () if endpoint.groups is UNSET else endpoint.groups:
            group = subject.world.security_groups.get(name.group_id)
            if group is None or group.ip_permissions is UNSET or group.group_name == "default":
                continue
            extra = [_spell(rule) for rule in group.ip_permissions if not _only_https(rule)]
            if extra:
                message = f"{group.group_id} of {endpoint.vpc_endpoint_id} also admits {', '.join(extra)}"
                yield group.group_id, message, (service.launch.name,)


def _only_https(rule: IpPermission) -> bool:
    return rule.ip_protocol in _TCP and rule.from_port == rule.to_port == _HTTPS


def _spell(rule: IpPermission) -> str:
    if rule.ip_protocol == "-1":
        return "all traffic"
    if rule.from_port is None:
        return f"protocol {rule.ip_protocol}"
    ports = f"{rule.from_port}" if rule.from_port == rule.to_port else f"{rule.from_port}-{rule.to_port}"
    return f"{rule.ip_protocol} {ports}"
