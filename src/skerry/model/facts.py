"""All records that one source gave, and which kinds of them it gave whole."""

from typing import Any, NamedTuple

import msgspec

from skerry.model import ecs, endpoints, filters, network


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What is known: the rows of each kind, and ``read``, the kinds that were read without a loss.

    A kind that is not in ``read`` may still have rows; only the absence of a row then proves nothing.
    ``file_systems`` are those whose mount targets were asked for.
    """

    vpcs: tuple[network.Vpc, ...] = ()
    vpc_attributes: tuple[network.VpcAttribute, ...] = ()
    dhcp_options: tuple[network.DhcpOptions, ...] = ()
    subnets: tuple[network.Subnet, ...] = ()
    route_tables: tuple[network.RouteTable, ...] = ()
    security_groups: tuple[filters.SecurityGroup, ...] = ()
    network_acls: tuple[filters.NetworkAcl, ...] = ()
    network_interfaces: tuple[network.NetworkInterface, ...] = ()
    internet_gateways: tuple[network.InternetGateway, ...] = ()
    nat_gateways: tuple[network.NatGateway, ...] = ()
    vpc_endpoints: tuple[endpoints.VpcEndpoint, ...] = ()
    prefix_lists: tuple[network.PrefixList, ...] = ()
    zones: tuple[endpoints.Zone, ...] = ()
    mount_targets: tuple[endpoints.MountTarget, ...] = ()
    clusters: tuple[ecs.Cluster, ...] = ()
    services: tuple[ecs.Service, ...] = ()
    task_definitions: tuple[ecs.TaskDefinition, ...] = ()
    tasks: tuple[ecs.Task, ...] = ()
    read: frozenset[str] = frozenset()
    file_systems: frozenset[str] = frozenset()
    region: str | None = None
    account: str | None = None
    source: str = ""
    notes: tuple[str, ...] = ()


class Kind(NamedTuple):
    """One kind of record: where it stands in an answer, and the call that gives it."""

    key: str
    field: str
    record: Any
    id: str
    noun: str
    action: str


KINDS = (
    Kind("Vpcs", "vpcs", network.Vpc, "vpc_id", "VPC", "ec2:DescribeVpcs"),
    Kind(
        "DhcpOptions",
        "dhcp_options",
        network.DhcpOptions,
        "dhcp_options_id",
        "DHCP option set",
        "ec2:DescribeDhcpOptions",
    ),
    Kind("Subnets", "subnets", network.Subnet, "subnet_id", "subnet", "ec2:DescribeSubnets"),
    Kind(
        "RouteTables",
        "route_tables",
        network.RouteTable,
        "route_table_id",
        "route table",
        "ec2:DescribeRouteTables",
    ),
    Kind(
        "SecurityGroups",
        "security_groups",
        filters.SecurityGroup,
        "group_id",
        "security group",
        "ec2:DescribeSecurityGroups",
    ),
    Kind(
        "NetworkAcls",
        "network_acls",
        filters.NetworkAcl,
        "network_acl_id",
        "network ACL",
        "ec2:DescribeNetworkAcls",
    ),
    Kind(
        "NetworkInterfaces",
        "network_interfaces",
        network.NetworkInterface,
        "network_interface_id",
        "network interface",
        "ec2:DescribeNetworkInterfaces",
    ),
    Kind(
        "InternetGateways",
        "internet_gateways",
        network.InternetGateway,
        "internet_gateway_id",
        "internet gateway",
        "ec2:DescribeInternetGateways",
    ),
    Kind(
        "NatGateways",
        "nat_gateways",
        network.NatGateway,
        "nat_gateway_id",
        "NAT gateway",
        "ec2:DescribeNatGateways",
    ),
    Kind(
        "VpcEndpoints",
        "vpc_endpoints",
        endpoints.VpcEndpoint,
        "vpc_endpoint_id",
        "VPC endpoint",
        "ec2:DescribeVpcEndpoints",
    ),
    Kind(
        "PrefixLists",
        "prefix_lists",
        network.PrefixList,
        "prefix_list_id",
        "prefix list",
        "ec2:DescribeManagedPrefixLists",
    ),
    Kind(
        "MountTargets",
        "mount_targets",
        endpoints.MountTarget,
        "mount_target_id",
        "EFS mount target",
        "elasticfilesystem:DescribeMountTargets",
    ),
    Kind("clusters", "clusters", ecs.Cluster, "cluster_arn", "cluster", "ecs:DescribeClusters"),
    Kind("services", "services", ecs.Service, "service_arn", "service", "ecs:DescribeServices"),
    Kind(
        "taskDefinitions",
        "task_definitions",
        ecs.TaskDefinition,
        "task_definition_arn",
        "task definition",
        "ecs:DescribeTaskDefinition",
    ),
    Kind("tasks", "tasks", ecs.Task, "task_arn", "task", "ecs:DescribeTasks"),
)

ACTIONS = {kind.field: kind.action for kind in KINDS} | {
    "vpc_attributes": "ec2:DescribeVpcAttribute",
    "zones": "route53:ListHostedZonesByVPC",
}
NOUNS = {kind.field: kind.noun for kind in KINDS} | {"zones": "private hosted zone"}


class Missing(msgspec.Struct, frozen=True, gc=False):
    """A fact that is not known, and the call that would tell it."""

    fact: str
    action: str = ""

    def __str__(self) -> str:
        """Say what is missing and how to supply it."""
        return f"{self.fact} (from {self.action})" if self.action else self.fact
