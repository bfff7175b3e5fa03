"""Assumptions of the user about subnets that no input describes: how they reach the internet.

An assumed subnet is in the VPC of the security groups of its services. The assumption supplies a route table, and says
that nothing else is in the VPC: no endpoint, no zone and no rule of DNS but those of the inputs.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias, get_args

import msgspec
from msgspec import UNSET

from skerry.errors import InputError
from skerry.launch.launches import launches_of
from skerry.launch.other_launches import other_launches_of
from skerry.model.facts import Facts
from skerry.model.network import (
    DhcpConfiguration,
    DhcpOptions,
    DhcpValue,
    GatewayAttachment,
    InternetGateway,
    NatAddress,
    NatGateway,
    Route,
    RouteTable,
    RouteTableAssociation,
    Subnet,
    Switch,
    Vpc,
    VpcAttribute,
)
from skerry.model.rule_blocks import Ipv4RuleBlock
from skerry.model.security_groups_and_acls import AclAssociation, AclEntry, NetworkAcl
from skerry.model.world import World
from skerry.net.blocks import Ipv4Block
from skerry.net.host_texts import HostText
from skerry.net.ip_addresses import Address4
from skerry.sources.planned.made_by_aws import digest_of

AssumedPlace: TypeAlias = Literal["isolated", "private-nat", "public"]
_FORM = re.compile(r"(subnet-[\w-]+)=([a-z-]+)(?:,([\d./]+))?")
_HINT: Final = (
    "Write subnet-0123=isolated, private-nat or public; a block may follow: subnet-0123=isolated,10.0.1.0/24."
)
_ANYWHERE: Final = "0.0.0.0/0"
_BLOCK: Final = "10.255.0.0/16"
_NAT_PREFIX: Final = 28
_LARGEST: Final = 16
_SMALLEST: Final = 28
_FIRST: Final = 4
_PUBLIC: Final = "203.0.113.1"
"""In place of an address that decides nothing inside the VPC: https://www.rfc-editor.org/rfc/rfc5737."""
_FREE: Final = 251
_KINDS: Final = (
    *("vpc_endpoints", "zones", "route_tables", "network_acls", "subnets", "resolver_rule_associations"),
    *("firewall_associations", "nat_gateways", "security_groups"),
)
_WORDS: Final[dict[AssumedPlace, str]] = {
    "isolated": "isolated",
    "private-nat": "private with a NAT gateway",
    "public": "public",
}


class SubnetAssumption(msgspec.Struct, frozen=True, gc=False):
    """The place of a subnet, with its block if the user names it."""

    subnet: str
    place: AssumedPlace
    block: str | None = None


def parse_assumption(text: str) -> SubnetAssumption:
    """Return an assumption in the words of the command line. Raises `InputError` for other words."""
    match = _FORM.fullmatch(text)
    if match is None or match[2] not in get_args(AssumedPlace):
        message = f"{text} is no assumption about a subnet"
        raise InputError(message, _HINT)
    place = next(word for word in get_args(AssumedPlace) if word == match[2])
    return SubnetAssumption(match[1], place, None if match[3] is None else _block_of(match[3]))


def _block_of(text: str) -> str:
    """Return the block of a subnet, which has 16 to 28 bits. Raises `InputError` for other texts.

    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    """
    try:
        block = ipaddress.IPv4Network(text)
    except ValueError as error:
        message = f"{text} is no block of IPv4 addresses: {error}"
        raise InputError(message, _HINT) from error
    if not _LARGEST <= block.prefixlen <= _SMALLEST:
        message = f"{text} is no block of a subnet: it has /{_LARGEST} to /{_SMALLEST}"
        raise InputError(message, _HINT)
    return str(block)


def parse_assumptions(texts: Iterable[str]) -> tuple[SubnetAssumption, ...]:
    """Return the assumptions about subnets, one each. Raises `InputError` for two places of one subnet."""
    assumptions: dict[str, SubnetAssumption] = {}
    for assumption in map(parse_assumption, texts):
        earlier = assumptions.setdefault(assumption.subnet, assumption)
        if earlier != assumption:
            message = f"{assumption.subnet} is assumed twice, and differently"
            raise InputError(message, "Leave one of the two out.")
    return tuple(assumptions.values())


def assume(facts: Facts, assumptions: Iterable[SubnetAssumption]) -> Facts:
    """Return facts with assumed subnets. Raises `InputError` for what an input describes already."""
    for assumption in assumptions:
        facts = _with_subnet(facts, assumption)
    return facts


def _with_subnet(facts: Facts, assumption: SubnetAssumption) -> Facts:
    existing = next((row for row in facts.subnets if row.subnet_id == assumption.subnet), None)
    table = _table_of(facts, assumption.subnet) if existing is None else _known_table_of(facts, existing)
    if table is not None and existing is not None:
        message = f"{assumption.subnet} needs no assumption: its route table {table.route_table_id} is known"
        raise InputError(message, "Leave the assumption out.")
    vpc = _vpc_of(facts, assumption.subnet) if existing is None else existing.vpc_id
    vpc = vpc if table is None else table.vpc_id
    if existing is None and assumption.block is None:
        _refuse_blocks(facts, assumption.subnet)
    subnet = _subnet(facts, assumption, vpc) if existing is None else existing
    _refuse_outside(facts, assumption, vpc)
    others = tuple(row for row in facts.subnets if row.subnet_id != assumption.subnet)
    with_vpc = _with_vpc(msgspec.structs.replace(facts, subnets=(*others, subnet)), vpc, subnet)
    with_acl = _with_acl(with_vpc, vpc, subnet)
    if table is None:
        return _with_route_table(with_acl, vpc, assumption)
    words = f"assumed: {assumption.subnet} is in {vpc}; its routes are those of its table {table.route_table_id}"
    return msgspec.structs.replace(with_acl, notes=(*with_acl.notes, words))


def _known_table_of(facts: Facts, subnet: Subnet) -> RouteTable | None:
    """Return the route table of a subnet: without an association the main one of its VPC.

    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html
    """
    table = World(facts).route_table_of(subnet)
    return table if isinstance(table, RouteTable) else None


def _table_of(facts: Facts, subnet: str) -> RouteTable | None:
    """Return the route table of a subnet by its association."""
    for table in facts.route_tables:
        rows = table.associations if table.associations is not UNSET else ()
        if any(row.subnet_id == subnet for row in rows):
            return table
    return None


def _vpc_of(facts: Facts, subnet: str) -> str:
    """Return the VPC of the groups of a subnet's tasks: AWS takes no group of another VPC.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
    """
    vpcs = {group.group_id: group.vpc_id for group in facts.security_groups if group.vpc_id is not UNSET}
    world = World(facts)
    services = (launch for service in facts.services for launch in launches_of(world, service))
    named = {
        vpcs[group] for launch in (*services, *other_launches_of(world)) if subnet in launch.subnets
        for group in (() if launch.groups is UNSET else launch.groups) if group in vpcs
    }  # fmt: skip
    return named.pop() if len(named) == 1 else f"vpc-{digest_of(subnet)}"


def _refuse_blocks(facts: Facts, subnet: str) -> None:
    """Raise `InputError` if a rule depends on the block of a subnet that the user does not name."""
    for group in facts.security_groups:
        for permission in group.ip_permissions if group.ip_permissions is not UNSET else ():
            if any(str(item.cidr_ip) != _ANYWHERE for item in permission.ip_ranges):
                message = f"rules of {group.group_id} depend on the block of {subnet}"
                raise InputError(message, f"Add it to the assumption: {subnet}=isolated,10.0.1.0/24.")


def _refuse_outside(facts: Facts, assumption: SubnetAssumption, vpc: str) -> None:
    """Raise `InputError` for a block outside those of its VPC."""
    if assumption.block is None:
        return
    for row in facts.vpcs:
        blocks = [row.cidr_block, *(one.cidr_block for one in row.cidr_block_association_set)]
        own = ipaddress.IPv4Network(assumption.block)
        if row.vpc_id == vpc and not any(own.subnet_of(ipaddress.IPv4Network(str(block))) for block in blocks):
            message = f"{assumption.block} of {assumption.subnet} is outside {vpc}, {row.cidr_block}"
            raise InputError(message, "Name a block of that VPC.")


def _subnet(facts: Facts, assumption: SubnetAssumption, vpc: str) -> Subnet:
    zone = f"{facts.region}a" if facts.region is not None else UNSET
    whole = next((str(row.cidr_block) for row in facts.vpcs if row.vpc_id == vpc), _BLOCK)
    return Subnet(
        subnet_id=assumption.subnet,
        vpc_id=vpc,
        # Of a block that nobody names only the VPC's is known.
        cidr_block=Ipv4Block(assumption.block or whole),
        availability_zone=zone,
        available_ip_address_count=_FREE,
    )


def _with_vpc(facts: Facts, vpc: str, subnet: Subnet) -> Facts:
    """Return facts with the VPC of an assumed subnet: AWS answers names in it, as in each new VPC."""
    if all(row.vpc_id != vpc for row in facts.vpcs):
        options = DhcpOptions(
            dhcp_options_id=f"dopt-{digest_of(vpc)}",
            dhcp_configurations=(
                DhcpConfiguration(key="domain-name-servers", values=(DhcpValue(value=HostText("AmazonProvidedDNS")),)),
            ),
        )
        row = Vpc(
            vpc_id=vpc, cidr_block=subnet.cidr_block or Ipv4Block(_BLOCK), dhcp_options_id=options.dhcp_options_id
        )
        on = Switch(value=True)
        attributes = VpcAttribute(vpc_id=vpc, enable_dns_support=on, enable_dns_hostnames=on)
        facts = msgspec.structs.replace(
            facts,
            vpcs=(*facts.vpcs, row),
            dhcp_options=(*facts.dhcp_options, options),
            vpc_attributes=(*(one for one in facts.vpc_attributes if one.vpc_id != vpc), attributes),
        )
    lists = facts.completeness
    complete = lists.complete | {(kind, vpc) for kind in _KINDS}
    gaps = frozenset(gap for gap in lists.gaps if gap not in {(kind, vpc) for kind in _KINDS})
    return msgspec.structs.replace(facts, completeness=msgspec.structs.replace(lists, complete=complete, gaps=gaps))


def _with_acl(facts: Facts, vpc: str, subnet: Subnet) -> Facts:
    """Return facts with a network ACL of the subnet that allows all, if none is known."""
    lists = (acl.associations for acl in facts.network_acls if acl.associations is not UNSET)
    if any(row.subnet_id == subnet.subnet_id for rows in lists for row in rows):
        return facts
    return msgspec.structs.replace(facts, network_acls=(*facts.network_acls, _open_acl(vpc, subnet.subnet_id)))


def _open_acl(vpc: str, subnet: str) -> NetworkAcl:
    entries = tuple(
        AclEntry(rule_number=100, protocol="-1", rule_action="allow", egress=way, cidr_block=Ipv4RuleBlock(_ANYWHERE))
        for way in (False, True)
    )
    associations = (AclAssociation(subnet_id=subnet),)
    return NetworkAcl(network_acl_id=f"acl-{digest_of(subnet)}", vpc_id=vpc, associations=associations, entries=entries)


def _with_route_table(facts: Facts, vpc: str, assumption: SubnetAssumption) -> Facts:
    name = digest_of(assumption.subnet)
    targets: dict[AssumedPlace, Route | None] = {
        "isolated": None,
        "private-nat": Route(destination_cidr_block=Ipv4RuleBlock(_ANYWHERE), nat_gateway_id=f"nat-{name}"),
        "public": _route_to_internet(name),
    }
    table = _table(facts, vpc, assumption.subnet, targets[assumption.place])
    words = f"assumed: {assumption.subnet} is {_WORDS[assumption.place]}, and its VPC has nothing else of its own"
    facts = msgspec.structs.replace(facts, route_tables=(*facts.route_tables, table), notes=(*facts.notes, words))
    if assumption.place == "isolated":
        return facts
    gateway = InternetGateway(internet_gateway_id=f"igw-{name}", attachments=(GatewayAttachment(vpc_id=vpc),))
    facts = msgspec.structs.replace(facts, internet_gateways=(*facts.internet_gateways, gateway))
    return _with_nat(facts, vpc, name) if assumption.place == "private-nat" else facts


def _with_nat(facts: Facts, vpc: str, name: str) -> Facts:
    """Return facts with a NAT gateway in a public subnet of its own."""
    whole = ipaddress.ip_network(next(str(row.cidr_block) for row in facts.vpcs if row.vpc_id == vpc))
    last = int(whole.broadcast_address) - (1 << (whole.max_prefixlen - _NAT_PREFIX)) + 1
    block = ipaddress.ip_network((last, _NAT_PREFIX))
    subnet = Subnet(subnet_id=f"subnet-{digest_of(name)}", vpc_id=vpc, cidr_block=Ipv4Block(str(block)))
    address = NatAddress(private_ip=Address4(str(block[_FIRST])), public_ip=Address4(_PUBLIC))
    nat = NatGateway(
        nat_gateway_id=f"nat-{name}",
        vpc_id=vpc,
        subnet_id=subnet.subnet_id,
        state="available",
        nat_gateway_addresses=(address,),
    )
    table = _table(facts, vpc, subnet.subnet_id, _route_to_internet(name))
    return msgspec.structs.replace(
        facts,
        subnets=(*facts.subnets, subnet),
        route_tables=(*facts.route_tables, table),
        network_acls=(*facts.network_acls, _open_acl(vpc, subnet.subnet_id)),
        nat_gateways=(*facts.nat_gateways, nat),
    )


def _route_to_internet(name: str) -> Route:
    return Route(destination_cidr_block=Ipv4RuleBlock(_ANYWHERE), gateway_id=f"igw-{name}")


def _table(facts: Facts, vpc: str, subnet: str, out: Route | None) -> RouteTable:
    """Return the route table of a subnet: local routes, and one to the internet if there is a way."""
    blocks = [str(row.cidr_block) for row in facts.vpcs if row.vpc_id == vpc]
    local = [Route(destination_cidr_block=Ipv4RuleBlock(block), gateway_id="local") for block in blocks]
    associations = (RouteTableAssociation(subnet_id=subnet),)
    routes = (*local, *([] if out is None else [out]))
    return RouteTable(route_table_id=f"rtb-{digest_of(subnet)}", vpc_id=vpc, routes=routes, associations=associations)
