"""Network interfaces: those of the configuration, of its instances, and of its mount targets.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/network_interface
"""

from collections.abc import Iterator
from typing import Any, Final

from skerry.sources.planned.lists import write_open_list
from skerry.sources.planned.made_by_aws import first_address_of
from skerry.sources.planned.values import UNKNOWN, Value, known_row
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.endpoints import list_endpoint_interfaces
from skerry.sources.terraform.file_systems import mount_target_interfaces
from skerry.sources.terraform.gateways import MADE_UP_ADDRESS
from skerry.sources.terraform.values import Instance, texts_of

_GROUPS: Final = {"aws_instance": "vpc_security_group_ids", "aws_network_interface": "security_groups"}


def write_interfaces(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the document of network interfaces: services make more of them than a configuration names."""
    rows = [
        *_interfaces(configuration),
        *list_endpoint_interfaces(configuration),
        *mount_target_interfaces(configuration),
    ]
    yield "NetworkInterfaces", write_open_list("NetworkInterfaces", rows)


def _interfaces(configuration: Configuration) -> Iterator[dict[str, Value]]:
    addressed = _with_elastic_address(configuration)
    attached = _instances_of_interfaces(configuration)
    for interface in configuration.of("aws_network_interface"):
        owner = attached.get(interface.id)
        yield from _row(configuration, interface, interface.id, owner, is_public=addressed(interface.id, owner))
    for instance in configuration.of("aws_instance"):
        name = instance.get("primary_network_interface_id", UNKNOWN)
        if name is not UNKNOWN and not instance.get("network_interface"):
            public = addressed(name, instance.id) or _has_public_address(configuration, instance)
            yield from _row(configuration, instance, name, instance.id, is_public=public)


def _with_elastic_address(configuration: Configuration) -> Any:  # noqa: ANN401 -- a function of two names
    """Return a function for telling whether an interface or its instance has an Elastic IP address."""
    rows = [row for kind in ("aws_eip", "aws_eip_association") for row in configuration.of(kind)]
    interfaces = {row.get("network_interface_id", row.get("network_interface")) for row in rows}
    instances = {row.get("instance_id", row.get("instance")) for row in rows}

    def has_address(interface: str, instance: str | None) -> Value:
        if interface in interfaces or (instance is not None and instance in instances):
            return True
        return UNKNOWN if UNKNOWN in interfaces | instances else False

    return has_address


def _instances_of_interfaces(configuration: Configuration) -> dict[str, str]:
    owners: dict[str, str] = {}
    for instance in configuration.of("aws_instance"):
        for key in ("network_interface", "primary_network_interface"):
            blocks = instance.get(key, [])
            for block in blocks if isinstance(blocks, list) else ():
                name = block.get("network_interface_id") if isinstance(block, dict) else None
                owners |= {name: instance.id} if isinstance(name, str) else {}
    for row in configuration.of("aws_network_interface_attachment"):
        name, owner = row.get("network_interface_id"), row.get("instance_id")
        owners |= {name: owner} if isinstance(name, str) and isinstance(owner, str) else {}
    return owners


def _has_public_address(configuration: Configuration, instance: Instance) -> Value:
    """Return whether an instance gets a public address; without the argument its subnet decides.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html#subnet-public-ip
    """
    if instance.get("associate_public_ip_address", False) is True:
        return True
    subnets = {subnet.id: subnet for subnet in configuration.of("aws_subnet")}
    subnet = subnets.get(instance.get("subnet_id"))
    # An absent argument and a false one look alike.
    return False if subnet is not None and not subnet.get("map_public_ip_on_launch", False) else UNKNOWN


def _row(
    configuration: Configuration, resource: Instance, name: str, owner: str | None, *, is_public: Value
) -> Iterator[dict[str, Value]]:
    """Yield the row of an interface; none if it may have a public address, or its subnet is not known."""
    subnet = resource.get("subnet_id", UNKNOWN)
    vpc = configuration.vpc_of_subnet.get(subnet, UNKNOWN)
    if is_public is UNKNOWN or vpc is UNKNOWN:
        return
    blocks = {row.id: row.get("cidr_block", UNKNOWN) for row in configuration.of("aws_subnet")}
    listed = texts_of(resource.get("private_ips", resource.get("private_ip")))
    private = listed[0] if isinstance(listed, list) and listed else first_address_of(blocks.get(subnet))
    groups = texts_of(resource.get(_GROUPS[resource.type]))
    if groups == []:
        default = configuration.vpcs[vpc].get("default_security_group_id", UNKNOWN) if vpc in configuration.vpcs else ""
        groups = [default] if isinstance(default, str) and default else UNKNOWN
    yield known_row(
        {
            "NetworkInterfaceId": name,
            "InterfaceType": "interface",
            "SubnetId": subnet,
            "VpcId": vpc,
            "PrivateIpAddress": private,
            "Groups": UNKNOWN if groups is UNKNOWN else [{"GroupId": group} for group in groups],
            "SourceDestCheck": resource.get("source_dest_check", True),
            "Association": {"PublicIp": MADE_UP_ADDRESS} if is_public else None,
            "Attachment": None if owner is None else {"InstanceId": owner},
        }
    )
