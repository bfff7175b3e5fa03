"""The rules and entries that let a call through security groups and network ACLs, and nothing else."""

from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from skerry.launch.needs import Call, Mount
from skerry.model.world import World
from skerry.net.addresses import cidr_blocks_of, is_ipv6
from skerry.plan.changes import AddAclEntry, Advise, AuthorizeRule, Change, Rule
from skerry.plan.context import Case
from skerry.plan.scope import Failing
from skerry.plan.security_groups import choose_task_group
from skerry.reach.compiled_rules import LAST_RULE
from skerry.reach.trace import JudgedPiece, Trace

HTTPS = 443
_NFS = 2049
EPHEMERAL = (32_768, 65_535)
"""The ports of replies that AWS's own example of a network ACL lets back in.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html#nacl-ephemeral-ports
"""
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


def let_out(world: World, failing: Failing, trace: Trace, peer: str | None) -> Change | None:
    """Return a rule from the task's group to the endpoint's group (``peer``), else to AWS's list or its subnet."""
    group = choose_task_group(world, failing.kind.launch, failing.subnet)
    peer = peer or _peer(world, trace)
    if group is None or peer is None or not may_open(failing, trace):
        return None
    return AuthorizeRule(group, "out", Rule("tcp", port_of(failing), peer))


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


def acl_entries_for(world: World, failing: Failing, trace: Trace, judged: JudgedPiece) -> Iterator[Change]:
    """Return the entries for packets that an ACL drops."""
    acl = world.network_acls.get(judged.piece.resource)
    if acl is None or acl.entries is UNSET or not may_open(failing, trace):
        yield Advise(judged.piece.resource, judged.piece.message)
        return
    hop = judged.hop
    to_destination = (hop.leg == "there") == (hop.direction == "out")
    ports = (port_of(failing),) * 2 if hop.leg == "there" else EPHEMERAL
    cidrs = _blocks(world, failing, trace, to_destination=to_destination)
    if not cidrs:
        message = (
            f"{judged.piece.message}. A network ACL names no prefix list, and which blocks {trace.destination.label} "
            "are is unknown: save aws ec2 get-managed-prefix-list-entries"
        )
        yield Advise(acl.network_acl_id, message)
    for cidr in cidrs:
        yield AddAclEntry(acl.network_acl_id, 0, hop.direction, cidr, ports)


def _blocks(world: World, failing: Failing, trace: Trace, *, to_destination: bool) -> list[str]:
    """Return the blocks at the other end: a subnet's, or those of AWS's list, which a network ACL cannot name."""
    if not to_destination:
        here = world.subnets[failing.subnet]
        return [str(here.cidr_block)] if here.cidr_block else []
    there = world.subnets.get(trace.destination.subnet or "")
    if there is not None:
        return [str(there.cidr_block)] if there.cidr_block else []
    if trace.destination.choice and not is_ipv6(trace.destination.addresses):
        return cidr_blocks_of(trace.destination.addresses)
    return []


def number_entry(world: World, change: AddAclEntry) -> AddAclEntry | Advise:
    """Return an entry with a free number before the first one that denies; AWS asks the entries in order."""
    acl = world.network_acls[change.acl_id]
    entries = () if acl.entries is UNSET else acl.entries
    rows = [entry for entry in entries if entry.egress == (change.direction == "out")]
    taken = {entry.rule_number for entry in rows}
    denying = min((entry.rule_number for entry in rows if entry.rule_action == "deny"), default=LAST_RULE)
    before = max((number for number in taken if number < denying), default=0)
    steps = (before + _STEP,) if before + _STEP < denying else range(denying - 1, 0, -1)
    free_number = next((number for number in steps if number not in taken), None)
    if free_number is None:
        message = (
            f"{change.acl_id} has no number left before entry {denying}, which denies: renumber its entries, with "
            f"an {'outbound' if change.direction == 'out' else 'inbound'} one before it that allows TCP "
            f"{change.ports[0]}-{change.ports[1]} of {change.cidr}"
        )
        return Advise(change.acl_id, message)
    return replace(change, number=free_number)
