"""The assumption of the user that the inputs are whole: all else in their VPCs is as AWS made it.

A state of Terraform names neither the network ACL nor the DHCP options that AWS gives a new VPC, and says nothing of
other states. A snapshot tells both; without one the user may say that there is nothing else.
"""

import ipaddress
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import UNSET

from skerry.model.facts import Facts
from skerry.model.network import (
    DhcpConfiguration,
    DhcpOptions,
    DhcpValue,
    Route,
    RouteTable,
    RouteTableAssociation,
    Subnet,
    Vpc,
)
from skerry.model.rule_blocks import Ipv4RuleBlock
from skerry.model.security_groups_and_acls import AclAssociation, AclEntry, NetworkAcl
from skerry.net.host_texts import HostText
from skerry.sources.planned.made_by_aws import digest_of, free_addresses_of

WHOLE: Final = "whole"
"""The word of the command line."""
_KINDS: Final = (
    *("firewall_associations", "nat_gateways", "network_acls", "resolver_rule_associations", "route_tables"),
    *("security_groups", "subnets", "vpc_endpoints", "zones"),
)
_ANYWHERE: Final = "0.0.0.0/0"


def assume_whole(facts: Facts) -> Facts:
    """Return facts with all that AWS makes with each VPC, and nothing else in it."""
    for vpc in facts.vpcs:
        facts = _assume_vpc(facts, vpc)
    words = "assumed: the inputs hold all of their VPCs and roles but what AWS itself makes with a VPC"
    return msgspec.structs.replace(facts, notes=(*facts.notes, words))


def _assume_vpc(facts: Facts, vpc: Vpc) -> Facts:
    lists = facts.completeness
    scopes = {(kind, vpc.vpc_id) for kind in _KINDS}
    completeness = msgspec.structs.replace(lists, complete=lists.complete | scopes, gaps=lists.gaps - scopes)
    subnets = tuple(_with_addresses(one) if one.vpc_id == vpc.vpc_id else one for one in facts.subnets)
    return msgspec.structs.replace(
        facts,
        completeness=completeness,
        subnets=subnets,
        dhcp_options=(*facts.dhcp_options, *_dhcp_options(facts, vpc)),
        network_acls=(*facts.network_acls, *_default_acl(facts, vpc)),
        route_tables=(*facts.route_tables, *_main_table(facts, vpc)),
    )


def _with_addresses(subnet: Subnet) -> Subnet:
    free = None if subnet.cidr_block is None else free_addresses_of(str(subnet.cidr_block))
    if subnet.available_ip_address_count is not UNSET or free is None:
        return subnet
    return msgspec.structs.replace(subnet, available_ip_address_count=free)


def _dhcp_options(facts: Facts, vpc: Vpc) -> Iterator[DhcpOptions]:
    """Yield AWS's own options if those of the VPC are in no input.

    https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html
    """
    name = vpc.dhcp_options_id
    if name is not UNSET and all(row.dhcp_options_id != name for row in facts.dhcp_options):
        servers = DhcpConfiguration(key="domain-name-servers", values=(DhcpValue(value=HostText("AmazonProvidedDNS")),))
        yield DhcpOptions(dhcp_options_id=name, dhcp_configurations=(servers,))


def _default_acl(facts: Facts, vpc: Vpc) -> Iterator[NetworkAcl]:
    """Yield the default network ACL with the subnets of no other one: it allows all.

    https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html
    """
    lists = [acl.associations for acl in facts.network_acls if acl.vpc_id == vpc.vpc_id]
    if UNSET in lists:
        return
    others = {row.subnet_id for rows in lists if rows is not UNSET for row in rows}
    subnets = [one.subnet_id for one in facts.subnets if one.vpc_id == vpc.vpc_id and one.subnet_id not in others]
    if subnets:
        entries = tuple(
            AclEntry(
                rule_number=100, protocol="-1", rule_action="allow", egress=way, cidr_block=Ipv4RuleBlock(_ANYWHERE)
            )
            for way in (False, True)
        )
        rows = tuple(AclAssociation(subnet_id=name) for name in subnets)
        name = f"acl-{digest_of(vpc.vpc_id)}"
        yield NetworkAcl(network_acl_id=name, vpc_id=vpc.vpc_id, associations=rows, entries=entries)


def _main_table(facts: Facts, vpc: Vpc) -> Iterator[RouteTable]:
    """Yield the main route table with the routes of the VPC and of gateway endpoints, if no input has one.

    https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html#RouteTables
    """
    tables = [one for one in facts.route_tables if one.vpc_id == vpc.vpc_id]
    if any(one.associations is UNSET or any(row.main for row in one.associations) for one in tables):
        return
    blocks = [str(row.cidr_block) for row in vpc.cidr_block_association_set] or [str(vpc.cidr_block)]
    local = [Route(destination_cidr_block=Ipv4RuleBlock(str(ipaddress.ip_network(one))), gateway_id="local")
             for one in blocks]  # fmt: skip
    known_tables = {one.route_table_id for one in tables}
    lists = {row.prefix_list_name: row.prefix_list_id for row in facts.prefix_lists}
    # A table of no input is the main one: AWS makes no other.
    gateways = [
        Route(destination_prefix_list_id=lists[one.service_name], gateway_id=one.vpc_endpoint_id)
        for one in facts.vpc_endpoints
        if one.vpc_id == vpc.vpc_id and set(one.route_table_ids) - known_tables and one.service_name in lists
    ]
    name = f"rtb-{digest_of(vpc.vpc_id)}"
    main = (RouteTableAssociation(main=True),)
    yield RouteTable(route_table_id=name, vpc_id=vpc.vpc_id, routes=(*local, *gateways), associations=main)
