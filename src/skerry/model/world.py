"""The World: all facts about a network and its services, indexed."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from msgspec import UNSET, UnsetType

from skerry.model.completeness import EVERYWHERE
from skerry.model.ecs import Cluster, TaskDefinition
from skerry.model.endpoint_names import endpoint_id_of
from skerry.model.endpoints import MountTarget, VpcEndpoint, Zone
from skerry.model.facts import Facts, Missing
from skerry.model.interface_addresses import addresses_of_interface
from skerry.model.network import DhcpOptions, NetworkInterface, PrefixList, RouteTable, Subnet, Vpc
from skerry.model.origin_lookup import OriginLookup
from skerry.model.origins import Origin
from skerry.model.record_kinds import ACTIONS, NOUNS
from skerry.model.resolver_lookup import ResolverLookup
from skerry.model.resource_lookup import Resources
from skerry.model.route_targets import EndpointTarget
from skerry.model.security_groups_and_acls import NetworkAcl, SecurityGroup
from skerry.model.transit_lookup import TransitLookup
from skerry.net.blocks import CidrBlock
from skerry.net.dns_names import DnsName
from skerry.net.ip_addresses import IpAddress

if TYPE_CHECKING:
    from skerry.model.batch_lookup import BatchLookup

_Row = TypeVar("_Row")


def _index(rows: Iterable[_Row], key: str) -> dict[str, _Row]:
    return {getattr(record, key): record for record in rows}


class World:
    """The records of one source, by id and by relation.

    Every look-up returns a record, or a `Missing` with the unknown fact and the call that would supply it. A kind
    without a reading never looks like an empty one.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.region = facts.region
        self.account = facts.account
        self.vpcs = _index(facts.vpcs, "vpc_id")
        self.subnets = _index(facts.subnets, "subnet_id")
        self.route_tables = _index(facts.route_tables, "route_table_id")
        self.security_groups = _index(facts.security_groups, "group_id")
        self.network_acls = _index(facts.network_acls, "network_acl_id")
        self.network_interfaces = _index(facts.network_interfaces, "network_interface_id")
        self.internet_gateways = _index(facts.internet_gateways, "internet_gateway_id")
        self.nat_gateways = _index(facts.nat_gateways, "nat_gateway_id")
        self.vpc_endpoints = _index(facts.vpc_endpoints, "vpc_endpoint_id")
        self.prefix_lists = _index(facts.prefix_lists, "prefix_list_id")
        self.usable_groups = _index(facts.usable_groups, "vpc_id")
        self._clusters = _index(facts.clusters, "cluster_arn")

    def knows(self, kind: str, scope: str = EVERYWHERE) -> bool:
        """Return whether every record of a kind in a scope was read, so that an absent row does not exist."""
        return self.facts.completeness.knows(kind, scope)

    def missing_for(self, kind: str, fact: str) -> Missing:
        """Return a `Missing` for an unknown fact of this kind."""
        return Missing(fact, ACTIONS[kind])

    def _find(self, kind: str, rows: Mapping[str, _Row], wanted: str) -> _Row | Missing:
        record = rows.get(wanted)
        return record if record is not None else self.missing_for(kind, f"{NOUNS[kind]} {wanted}")

    def find_vpc(self, vpc_id: str) -> Vpc | Missing:
        """Return the VPC with this id."""
        return self._find("vpcs", self.vpcs, vpc_id)

    def find_subnet(self, subnet_id: str) -> Subnet | Missing:
        """Return the subnet with this id."""
        subnet = self.subnets.get(subnet_id)
        return subnet if subnet is not None else self._find("subnets", self.subnets, subnet_id)

    def find_security_group(self, group_id: str) -> SecurityGroup | Missing:
        """Return the security group with this id."""
        return self._find("security_groups", self.security_groups, group_id)

    def find_task_definition(self, reference: str) -> TaskDefinition | Missing:
        """Return a task definition by its ARN or by ``family:revision``."""
        return self._find("task_definitions", self._task_definitions, reference)

    def route_table_of(self, subnet: Subnet) -> RouteTable | Missing:
        """Return the route table of a subnet: its explicit association, else the VPC's main route table.

        https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html
        """
        explicit = self._route_tables_by_subnet.get(subnet.subnet_id)
        if explicit is not None:
            return explicit
        main = self._main_route_tables.get(subnet.vpc_id)
        if main is None or not self.knows("route_tables", subnet.vpc_id) or subnet.vpc_id in self._partly_associated:
            return self.missing_for("route_tables", f"the route table of subnet {subnet.subnet_id}")
        return main

    def edge_route_table_of(self, gateway_id: str) -> RouteTable | None:
        """Return the route table of an internet gateway for inbound traffic, if it has one.

        https://docs.aws.amazon.com/vpc/latest/userguide/gateway-route-tables.html
        """
        return self._route_tables_by_gateway.get(gateway_id)

    def network_acl_of(self, subnet_id: str) -> NetworkAcl | Missing:
        """Return the network ACL of a subnet; AWS lists every subnet under exactly one."""
        acl = self._acls_by_subnet.get(subnet_id)
        return acl or self.missing_for("network_acls", f"the network ACL of subnet {subnet_id}")

    def default_group_of(self, vpc_id: str) -> SecurityGroup | Missing:
        """Return the VPC's default security group, used for interfaces without a named group."""
        group = self._default_groups.get(vpc_id)
        return group or self.missing_for("security_groups", f"the default security group of {vpc_id}")

    def dns_attribute_of(self, vpc_id: str, attribute: str) -> bool | Missing:
        """Return a VPC's ``enable_dns_support`` or ``enable_dns_hostnames``."""
        value = self._dns_attributes.get((vpc_id, attribute), UNSET)
        if value is UNSET:
            return self.missing_for("vpc_attributes", f"{_ATTRIBUTES[attribute]} of {vpc_id}")
        return value

    def dhcp_options_of(self, vpc: Vpc) -> DhcpOptions | Missing:
        """Return the DHCP option set of a VPC."""
        if vpc.dhcp_options_id is UNSET:
            return self.missing_for("vpcs", f"the DHCP option set of {vpc.vpc_id}")
        return self._find("dhcp_options", self._dhcp_options, vpc.dhcp_options_id)

    def find_interface(self, vpc_id: str, address: IpAddress) -> NetworkInterface | None:
        """Return the network interface with this private address in the VPC, if one was read."""
        return self._interfaces_by_address.get((vpc_id, address.number))

    def endpoints_of(self, vpc_id: str) -> tuple[VpcEndpoint, ...] | Missing:
        """Return all VPC endpoints of a VPC.

        A participant account of a shared VPC does not see the owner's endpoints, so their absence proves
        nothing there: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html
        """
        endpoints = self.endpoints_in(vpc_id)
        if not self.knows("vpc_endpoints", vpc_id):
            return self.missing_for("vpc_endpoints", f"the endpoints of {vpc_id}")
        if not endpoints and self.is_shared(vpc_id):
            return self.missing_for("vpc_endpoints", f"the endpoints of {vpc_id}, as its owner sees them")
        return endpoints

    def lacks_owner_view(self, vpc_id: str) -> bool:
        """Return whether a VPC belongs to another account whose own view of it was not read."""
        return not self.endpoints_in(vpc_id) and self.is_shared(vpc_id)

    def is_shared(self, vpc_id: str) -> bool:
        """Return whether another account owns a VPC or one of its subnets."""
        vpc = self.vpcs.get(vpc_id)
        owners = {
            resource.owner_id
            for resource in (*self.subnets_in(vpc_id), *((vpc,) if vpc else ()))
            if resource.owner_id is not UNSET
        }
        return self.account is not None and bool(owners - {self.account})

    def endpoints_in(self, vpc_id: str) -> tuple[VpcEndpoint, ...]:
        """Return the VPC endpoints read in the VPC."""
        return self._endpoints_by_vpc.get(vpc_id, ())

    def find_endpoint_by_name(self, name: DnsName) -> VpcEndpoint | None:
        """Return the endpoint with a DNS name of its own."""
        endpoint_id = endpoint_id_of(name)
        return None if endpoint_id is None else self.vpc_endpoints.get(endpoint_id)

    def zones_in(self, vpc_id: str) -> tuple[Zone, ...]:
        """Return the private hosted zones of the VPC, including zones with unknown VPCs."""
        return tuple(zone for zone in self.facts.zones if zone.vpc_ids is UNSET or vpc_id in zone.vpc_ids)

    def subnets_in(self, vpc_id: str) -> tuple[Subnet, ...]:
        """Return the subnets read in the VPC."""
        return self._subnets_by_vpc.get(vpc_id, ())

    def mount_targets_of(self, file_system_id: str) -> tuple[MountTarget, ...] | Missing:
        """Return the mount targets of an EFS file system; one DescribeMountTargets call lists one file system."""
        targets = tuple(target for target in self.facts.mount_targets if target.file_system_id == file_system_id)
        listed = self.facts.completeness.lists("mount_targets", file_system_id)
        if not listed and not (targets and self.knows("mount_targets", file_system_id)):
            return self.missing_for("mount_targets", f"the mount targets of {file_system_id}")
        return targets

    def zones_of_endpoint_service(self, service_name: str) -> tuple[str, ...] | None:
        """Return the zones in which a service offers interface endpoints; None if they were not read."""
        rows = (service for service in self.facts.endpoint_services if service.service_name == service_name)
        offers = (service for service in rows if any(kind.service_type == "Interface" for kind in service.service_type))
        zones = next((service.availability_zones for service in offers), UNSET)
        return None if zones is UNSET else zones

    def private_names_of_endpoint_service(self, service_name: str) -> tuple[str, ...] | None:
        """Return the names that private DNS of a service's endpoints answers for; None if the service was not read."""
        rows = [service for service in self.facts.endpoint_services if service.service_name == service_name]
        names = (entry.private_dns_name for service in rows for entry in service.private_dns_names)
        return tuple(name.plain for name in names if name is not None) if rows else None

    def prefix_list_of(self, service_name: str, *, ipv6: bool = False) -> str | None:
        """Return the id of AWS's list of a gateway service and family, by its name or by a gateway endpoint's route."""
        return self._prefix_lists_by_service.get((service_name, ipv6))

    def service_of_prefix_list(self, prefix_list_id: str) -> str | None:
        """Return the gateway service of a prefix list, if it is known."""
        return self._services_by_prefix_list.get(prefix_list_id)

    def prefix_entries_of(self, prefix_list_id: str) -> tuple[CidrBlock, ...] | Missing:
        """Return the CIDR blocks of a prefix list."""
        prefix_list = self.prefix_lists.get(prefix_list_id)
        if prefix_list is None or prefix_list.cidrs is UNSET:
            return Missing(f"the entries of prefix list {prefix_list_id}", "ec2:GetManagedPrefixListEntries")
        return prefix_list.cidrs

    def find_cluster(self, cluster_arn: str | UnsetType) -> Cluster | None:
        """Return the cluster with this ARN, if it was read."""
        return None if cluster_arn is UNSET else self._clusters.get(cluster_arn)

    def origin_of(self, resource: str) -> Origin | None:
        """Return the place where a resource is written, by its id or ARN, if it is known."""
        return self._origins.find(resource)

    @cached_property
    def has_public_access_modes(self) -> bool:
        """Whether subnets print their mode of Block Public Access, so that a subnet without one lost it.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html
        """
        states = (subnet.block_public_access_states for subnet in self.facts.subnets)
        return any(state.internet_gateway_block_mode is not UNSET for state in states)

    @cached_property
    def transit(self) -> TransitLookup:
        """Transit gateways and peering connections."""
        return TransitLookup(self.facts)

    @cached_property
    def batch(self) -> "BatchLookup":
        """Job definitions, job queues and compute environments of AWS Batch."""
        from skerry.model.batch_lookup import BatchLookup  # noqa: PLC0415 -- most accounts run services alone

        return BatchLookup(self.facts)

    @cached_property
    def resolver(self) -> ResolverLookup:
        """Settings that change the answers of the VPCs' DNS servers."""
        return ResolverLookup(self.facts)

    @cached_property
    def resources(self) -> Resources:
        """Resources of tasks outside the network, and their policies."""
        return Resources(self.facts)

    @cached_property
    def _origins(self) -> OriginLookup:
        return OriginLookup(self.facts)

    @cached_property
    def _dhcp_options(self) -> dict[str, DhcpOptions]:
        return _index(self.facts.dhcp_options, "dhcp_options_id")

    @cached_property
    def _task_definitions(self) -> dict[str, TaskDefinition]:
        names: dict[str, TaskDefinition] = {}
        for definition in self.facts.task_definitions:
            if definition.family is not None and definition.revision is not None:
                names[f"{definition.family}:{definition.revision}"] = definition
            if definition.task_definition_arn is not None:
                names[definition.task_definition_arn] = definition
        return names

    @cached_property
    def _route_tables_by_subnet(self) -> dict[str, RouteTable]:
        return {
            association.subnet_id: table
            for table in self.facts.route_tables
            if table.associations is not UNSET
            for association in table.associations
            if association.subnet_id is not None
        }

    @cached_property
    def _route_tables_by_gateway(self) -> dict[str, RouteTable]:
        return {
            association.gateway_id: table
            for table in self.facts.route_tables
            if table.associations is not UNSET
            for association in table.associations
            if association.gateway_id is not None
        }

    @cached_property
    def _main_route_tables(self) -> dict[str, RouteTable]:
        return {
            table.vpc_id: table
            for table in self.facts.route_tables
            if table.associations is not UNSET
            if any(association.main for association in table.associations)
        }

    @cached_property
    def _partly_associated(self) -> set[str]:
        """The VPCs with a route table of unknown associations: it may be the table of any subnet."""
        return {table.vpc_id for table in self.facts.route_tables if table.associations is UNSET}

    @cached_property
    def _acls_by_subnet(self) -> dict[str, NetworkAcl]:
        return {
            association.subnet_id: acl
            for acl in self.facts.network_acls
            if acl.associations is not UNSET
            for association in acl.associations
        }

    @cached_property
    def _default_groups(self) -> dict[str, SecurityGroup]:
        return {
            group.vpc_id: group
            for group in self.facts.security_groups
            if group.group_name == "default" and group.vpc_id is not UNSET
        }

    @cached_property
    def _dns_attributes(self) -> dict[tuple[str, str], bool]:
        values: dict[tuple[str, str], bool] = {}
        for vpc in self.facts.vpc_attributes:
            for attribute in _ATTRIBUTES:
                value: bool | UnsetType = getattr(vpc, attribute).value
                if value is not UNSET:
                    values[vpc.vpc_id, attribute] = value
        return values

    @cached_property
    def _interfaces_by_address(self) -> dict[tuple[str, int], NetworkInterface]:
        table: dict[tuple[str, int], NetworkInterface] = {}
        for interface in self.facts.network_interfaces:
            if interface.vpc_id is not UNSET:
                for address in (
                    *addresses_of_interface(interface),
                    *(item.ipv6_address for item in interface.ipv6_addresses),
                ):
                    table[interface.vpc_id, address.number] = interface
        return table

    @cached_property
    def _endpoints_by_vpc(self) -> dict[str, tuple[VpcEndpoint, ...]]:
        table: defaultdict[str, list[VpcEndpoint]] = defaultdict(list)
        for endpoint in self.facts.vpc_endpoints:
            table[endpoint.vpc_id].append(endpoint)
        return {vpc_id: tuple(endpoints) for vpc_id, endpoints in table.items()}

    @cached_property
    def _subnets_by_vpc(self) -> dict[str, tuple[Subnet, ...]]:
        table: defaultdict[str, list[Subnet]] = defaultdict(list)
        for subnet in self.facts.subnets:
            table[subnet.vpc_id].append(subnet)
        return {vpc_id: tuple(subnets) for vpc_id, subnets in table.items()}

    @cached_property
    def _services_by_prefix_list(self) -> dict[str, str]:
        names = {
            prefix_list.prefix_list_id: prefix_list.prefix_list_name
            for prefix_list in self.facts.prefix_lists
            if prefix_list.prefix_list_name is not None and _is_gateway_list(prefix_list)
        }
        for table in self.facts.route_tables:
            for route in table.routes if table.routes is not UNSET else ():
                listed, target = route.destination_prefix_list_id, route.target
                endpoint = self.vpc_endpoints.get(target.id) if isinstance(target, EndpointTarget) else None
                if listed is None or endpoint is None or endpoint.service_name is UNSET:
                    continue
                prefix_list = self.prefix_lists.get(listed)
                if endpoint.vpc_endpoint_type == "Gateway" and (prefix_list is None or prefix_list.owner_id in _AWS):
                    names.setdefault(listed, endpoint.service_name)
        return names

    @cached_property
    def _prefix_lists_by_service(self) -> dict[tuple[str, bool], str]:
        lists, services = self.prefix_lists, self._services_by_prefix_list
        return {(service, name in lists and lists[name].is_ipv6): name for name, service in services.items()}


_ATTRIBUTES = {"enable_dns_support": "enableDnsSupport", "enable_dns_hostnames": "enableDnsHostnames"}
_AWS = {None, "AWS"}
_GATEWAY_LIST = re.compile(r"^(?:cn\.)?com\.amazonaws\.[a-z0-9-]+\.(?:s3|dynamodb|s3express)$")


def _is_gateway_list(row: PrefixList) -> bool:
    """Return whether a list holds the addresses of a service with gateway endpoints; CloudFront's does not.

    A customer may name a list like one of AWS's. The name decides if the owner is unknown: DescribePrefixLists prints
    no owner, and lists only AWS's own.
    """
    return row.owner_id in _AWS and bool(_GATEWAY_LIST.match(row.prefix_list_name or ""))
