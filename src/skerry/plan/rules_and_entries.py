"""The rules and entries that let a call through security groups and network ACLs, and nothing else."""

from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from skerry.launch.needs import Call, Mount
from skerry.model.security_groups_and_acls import AclEntry
from skerry.model.world import World
from skerry.net.addresses import Block, cidr_blocks_of, is_ipv6, parse_block
from skerry.net.intervals import intersect, subtract
from skerry.plan.changes import AddAclEntry, Advise, AuthorizeRule, Change, Rule
from skerry.plan.context import Case
from skerry.plan.scope import Failing
from skerry.plan.security_groups import choose_task_group
from skerry.reach.compiled_rules import LAST_RULE
from skerry.reach.destinations import cidrs_of
from skerry.reach.trace import JudgedPiece, Trace

HTTPS = 443
_NFS = 2049
EPHEMERAL = (32_768, 65_535)
"""The ports of replies that AWS's own example of a network ACL lets back in.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html#nacl-ephemeral-ports
"""
ANYWHERE = "0.0.0.0/0"
_STEP = 10


def port_of(failing: Failing) -> int:
    """Return the port of a call."""
    return failing.need.port if isinstance(failing.need, Call | Mount) else HTTPS


def may_open(failing: Failing, trace: Trace) -> bool:
    """Tell whether a plan may open a path: to an endpoint, to AWS's list of addresses, or to a file system.

    Rules of the user's own hosts and DNS servers are a decision of their owner.
    """
    there = trace.destination
    is_meant = there.endpoint or there.prefix_list or port_of(failing) == _NFS
    return trace.purpose == "call" and bool(is_meant)


def let_out(case: Case, trace: Trace, peer: str | None) -> Change | None:
    """Return a rule from the task's group to the endpoint's group (``peer``), else to AWS's list or its subnet.

    A broader strategy names the VPC's block, or every address.
    """
    world, failing = case.world, case.failing
    group = choose_task_group(world, failing.kind.launch, failing.subnet)
    peer = broad_block_for(case, trace) or peer or _peer(world, trace)
    if group is None or peer is None or not may_open(failing, trace):
        return None
    return AuthorizeRule(group, "out", Rule("tcp", port_of(failing), peer))


def broad_block_for(case: Case, trace: Trace) -> str | None:
    """Return the block of a broader strategy that holds a destination; None for the exact one, and for IPv6.

    Only HTTPS is opened to every address.
    """
    if is_ipv6(trace.destination.addresses):
        return None
    if case.strategy.breadth == "any" and port_of(case.failing) == HTTPS:
        return ANYWHERE
    there = trace.destination.subnet
    return None if case.strategy.breadth == "exact" or there is None else vpc_block_of(case.world, there)


def vpc_block_of(world: World, subnet_id: str) -> str | None:
    """Return the VPC's block that holds a subnet; None where either is not known."""
    subnet = world.subnets.get(subnet_id)
    vpc = None if subnet is None else world.vpcs.get(subnet.vpc_id)
    if subnet is None or vpc is None or subnet.cidr_block is None:
        return None
    inside = subnet.cidr_block.addresses
    return next((str(cidr) for cidr in cidrs_of(vpc) if not subtract(inside, cidr.addresses)), None)


def _peer(world: World, trace: Trace) -> str | None:
    """Return the peer of a task's rule if no group belongs to endpoints alone: AWS's list or the subnet's block."""
    there = trace.destination
    if there.prefix_list is not None:
        return there.prefix_list if there.prefix_list.startswith("pl-") else None
    subnet = world.subnets.get(there.subnet or "")
    return None if subnet is None or subnet.cidr_block is None else str(subnet.cidr_block)


def let_in(case: Case, group: str, *, seen: bool) -> Iterator[Change]:
    """Yield the rules of a group at the end of a path that let a task in, as the user prefers them.

    ``seen``: whether the path ends in the task's own VPC, so that the group may name the task's.
    """
    world, failing, ingress = case.world, case.failing, case.options.ingress
    here, port = world.subnets[failing.subnet], port_of(failing)
    sender = choose_task_group(world, failing.kind.launch, failing.subnet)
    if ingress == "from-tasks" and sender is not None and seen:
        yield AuthorizeRule(group, "in", Rule("tcp", port, sender))
    elif here.cidr_block is None:
        yield Advise(group, f"{here.subnet_id} has no IPv4 addresses: admit its IPv6 block")
    else:
        cidr = str(here.cidr_block)
        yield AuthorizeRule(group, "in", Rule("tcp", port, cidr))
        if ingress == "article" and port == HTTPS:
            yield from _article(group, cidr)


def _article(group: str, cidr: str) -> Iterator[Change]:
    """Yield the rules of the article's table in addition to HTTPS: HTTP and DNS, without a use."""
    yield AuthorizeRule(group, "in", Rule("tcp", 80, cidr))
    yield AuthorizeRule(group, "in", Rule("udp", 53, cidr))


def acl_entries_for(case: Case, trace: Trace, judged: JudgedPiece) -> Iterator[Change]:
    """Return the entries for packets dropped by an ACL, on a path that a plan may open."""
    acl_id, hop = judged.piece.resource, judged.hop
    to_destination = (hop.leg == "there") == (hop.direction == "out")
    ports = (port_of(case.failing),) * 2 if hop.leg == "there" else EPHEMERAL
    cidrs = _blocks(case, trace, to_destination=to_destination)
    if not cidrs:
        message = (
            f"{judged.piece.message}. A network ACL names no prefix list, and which blocks {trace.destination.label} "
            "are is unknown: save aws ec2 get-managed-prefix-list-entries"
        )
        yield Advise(acl_id, message)
    for cidr in cidrs:
        yield AddAclEntry(acl_id, 0, hop.direction, cidr, ports)


def _blocks(case: Case, trace: Trace, *, to_destination: bool) -> list[str]:
    """Return the blocks at the other end: a subnet's, or those of AWS's list, which a network ACL cannot name.

    A broader strategy has one block for all of them.
    """
    broad = broad_block_for(case, trace) if to_destination else _broad_block_of_task(case)
    if broad is not None:
        return [broad]
    end = trace.destination.subnet if to_destination else case.failing.subnet
    subnet = case.world.subnets.get(end or "")
    if subnet is not None:
        return [str(subnet.cidr_block)] if subnet.cidr_block else []
    if trace.destination.choice and not is_ipv6(trace.destination.addresses):
        return cidr_blocks_of(trace.destination.addresses)
    return []


def _broad_block_of_task(case: Case) -> str | None:
    return None if case.strategy.breadth == "exact" else vpc_block_of(case.world, case.failing.subnet)


def number_entry(world: World, change: AddAclEntry) -> AddAclEntry | Advise:
    """Return an entry with a free number before the first one that denies its packets; AWS asks them in order."""
    acl = world.network_acls[change.acl_id]
    entries = () if acl.entries is UNSET else acl.entries
    rows = [entry for entry in entries if entry.egress == (change.direction == "out")]
    denying = min((entry.rule_number for entry in rows if _denies(entry, change)), default=LAST_RULE)
    numbered = _with_free_number(change, {entry.rule_number for entry in rows}, denying)
    if numbered is None:
        message = (
            f"{change.acl_id} has no number left before entry {denying}, which denies: renumber its entries, with "
            f"an {'outbound' if change.direction == 'out' else 'inbound'} one before it that allows TCP "
            f"{change.ports[0]}-{change.ports[1]} of {change.cidr}"
        )
        return Advise(change.acl_id, message)
    return numbered


def number_entry_last(world: World, change: AddAclEntry) -> AddAclEntry | None:
    """Return an entry with a free number after all of the user's; None where there is none left."""
    acl = world.network_acls[change.acl_id]
    entries = () if acl.entries is UNSET else acl.entries
    taken = {entry.rule_number for entry in entries if entry.egress == (change.direction == "out")}
    return _with_free_number(change, taken, LAST_RULE)


def _with_free_number(change: AddAclEntry, taken: set[int], limit: int) -> AddAclEntry | None:
    """Return an entry with a number below the limit, ten above the highest one there if that is free."""
    before = max((number for number in taken if number < limit), default=0)
    steps = (before + _STEP,) if before + _STEP < limit else range(limit - 1, 0, -1)
    number = next((number for number in steps if number not in taken), None)
    return None if number is None else replace(change, number=number)


def _denies(entry: AclEntry, change: AddAclEntry) -> bool:
    """Tell whether an entry denies packets that the new one allows."""
    if entry.rule_action != "deny" or entry.protocol not in {"-1", "6", "tcp"}:
        return False
    ports, block = entry.port_range, None if entry.cidr_block is None else entry.cidr_block.block
    if ports is not None and (ports.to_port < change.ports[0] or change.ports[1] < ports.from_port):
        return False
    own = parse_block(change.cidr)
    return own is None or not isinstance(block, Block) or bool(intersect(block.addresses, own.addresses))
