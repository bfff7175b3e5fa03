"""Scripts of a lab: input of ``ip -batch`` and ``nft -f``, and configuration of dnsmasq.

Every value in a script is a number, a name of the lab's own, or of a type that holds only valid values
(`skerry.net.cidr`, `skerry.net.hostname`, `Device`, `Chain`).
"""

from collections.abc import Iterator
from typing import NamedTuple

from skerry.lab.dns_client import DNS_PORT
from skerry.lab.dns_filter import INNER_PORT, LOOPBACK
from skerry.lab.topology_records import (
    FAR,
    LOCAL,
    NATS,
    TASKS,
    VOID,
    Filter,
    Gateway,
    LabPlan,
    NftRule,
    Protocol,
    Router,
)
from skerry.net.cidr import Address
from skerry.net.hostname import Hostname

LISTENER = 9_999
_LOCAL_TABLE = 1
_PRIVATE = "10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16"
_DROPPED = "{ meta mark . ip saddr . th sport . ip daddr . th dport }"
_LOST = "{ rt classid . ip saddr . th sport . ip daddr . th dport }"
_SET = "ipv4_addr . inet_service . ipv4_addr . inet_service; flags dynamic; size 65535;"


class Scripts(NamedTuple):
    """All scripts of a lab: the links, then for each namespace its addresses and routes, its filters, and its DNS."""

    links: str
    inside: dict[str, str]
    filters: dict[str, str]
    resolvers: dict[str, str]


def build_scripts(plan: LabPlan) -> Scripts:
    """Return the scripts that build a lab."""
    spaces = [TASKS, NATS, FAR, *(router.space for router in plan.routers)]
    links = [f"netns add {space}" for space in spaces]
    inside: dict[str, list[str]] = {space: ["link set lo up"] for space in spaces}
    for router in plan.routers:
        for name, far, space in _cables(plan, router):
            mac = _mac(router.number, name)
            end = f"peer name {far} netns {space} address {mac}"
            links.append(f"link add {name} netns {router.space} address {mac} type veth {end}")
            inside[router.space].append(f"link set {name} arp off up")
            inside[space].append(f"link set {far} arp off up")
        inside[router.space].extend(_router_routes(router))
        for space, lines in _ends(router):
            inside[space].extend(lines)
    inside[FAR].append("route add local default dev lo table 9")
    # An answer needs a route before its connection's mark can choose another.
    inside[FAR].append("route add default dev lo")
    return Scripts(
        "\n".join(links) + "\n",
        {space: "\n".join(lines) + "\n" for space, lines in inside.items()},
        {router.space: _router_filters(router) for router in plan.routers}
        | {FAR: _far_filters(plan), NATS: _nat_filters(plan)},
        {router.space: _resolver(router) for router in plan.routers if router.resolver},
    )


def _mac(router: int, name: str) -> str:
    """Return one MAC address for both ends of a veth pair, so that frames are accepted without ARP."""
    kind, number = name[0], int(name[1:]) if name[1:].isdecimal() else 0
    return f"02:{router:02x}:{ord(kind):02x}:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"


def _cables(plan: LabPlan, router: Router) -> Iterator[tuple[str, str, str]]:
    """Yield each device of a router with the device and namespace of its peer; a peering once, from the first VPC."""
    yield LOCAL, "fab1", router.space
    yield VOID, "void1", router.space
    for port in router.ports:
        yield port.device, f"v{port.device}", port.side
    numbers = {other.vpc: other for other in plan.routers}
    for gateway in router.gateways:
        if gateway.kind != "peering":
            yield gateway.device, f"v{gateway.device}", FAR
            continue
        other = numbers[gateway.to]
        back = next((candidate for candidate in other.gateways if candidate.label == gateway.label), None)
        if back is None:
            # The other VPC has no route back: packets arrive there, but replies do not.
            yield gateway.device, f"v{gateway.device}", other.space
        elif router.number < other.number:
            yield gateway.device, back.device, other.space


def _router_routes(router: Router) -> Iterator[str]:
    for port in router.ports:
        yield from (f"route add {address}/32 dev {port.device} table {_LOCAL_TABLE}" for address in port.addresses)
    yield f"route add default dev {VOID} table {_LOCAL_TABLE}"
    for number, lines in router.tables.items():
        for line in lines:
            yield f"route add {line.cidr} dev {line.device} table {number} realm {line.realm}"
    yield f"rule add pref 40 iif lo lookup {_LOCAL_TABLE}"
    for port in router.ports:
        subnet = router.subnets[port.subnet]
        yield f"rule add pref 50 iif {port.device} to {subnet.cidr} lookup {_LOCAL_TABLE}"
        yield f"rule add pref 60 iif {port.device} lookup {subnet.table}"
    # Packets from the fabric or a gateway are for an interface of the VPC.
    yield f"rule add pref 70 lookup {_LOCAL_TABLE}"
    if router.resolver:
        yield f"addr add {router.resolver}/32 dev lo"


def _ends(router: Router) -> Iterator[tuple[str, list[str]]]:
    """Yield the peer of each device: its addresses, and the route back through the device on which a packet arrived."""
    for port in router.ports:
        device, table = f"v{port.device}", _table(port.number)
        lines = [f"route add default dev {device} table {table}"]
        if port.side == TASKS:
            lines += [f"addr add {address}/32 dev {device}" for address in port.addresses]
            lines += [f"rule add pref 20 from {address} lookup {table}" for address in port.addresses]
        elif port.side == NATS:
            lines.append(f"rule add pref 20 iif {device} lookup {table}")
        else:
            lines += _far_end(device, port.number)
        yield port.side, lines
    for gateway in router.gateways:
        if gateway.kind != "peering":
            device = f"v{gateway.device}"
            way = f"route add default dev {device} table {_table(gateway.number)}"
            yield FAR, [way, *_far_end(device, gateway.number)]


def _table(number: int) -> int:
    return 1_000 + number


def _far_end(device: str, number: int) -> list[str]:
    """Return the lines of a device on the far side: all packets are local, and the connection's mark routes answers."""
    return [
        f"addr add 169.254.{number >> 8 & 255}.{number & 255}/32 dev {device}",
        f"rule add pref 10 iif {device} lookup 9",
        f"rule add pref 20 fwmark {_table(number)} lookup {_table(number)}",
    ]


def _router_filters(router: Router) -> str:
    """Return the filters of a VPC. A packet on a local route passes them twice: out to the fabric, and in from it."""
    ports = router.ports
    subnets = router.subnets
    within = [
        f"{one.device} . {other.device}"
        for one in ports
        for other in ports
        if one is not other and one.subnet == other.subnet
    ]
    leave = [f"{port.device} : jump {subnets[port.subnet].outbound.name}" for port in ports]
    enter = [f"{port.device} : jump {subnets[port.subnet].inbound.name}" for port in ports]
    guarded = [port for port in ports if port.number in router.guards]
    out = [f"{port.device} : jump {router.guards[port.number][0].name}" for port in guarded]
    into = [f"{port.device} : jump {router.guards[port.number][1].name}" for port in guarded]
    lines = [
        "table ip vpc {",
        f"set dropped {{ type mark . {_SET} }}",
        f"set lost {{ type realm . {_SET} }}",
        *(line for one in router.filters for line in _chain(one)),
        "chain acl {",
        "type filter hook forward priority -300; policy accept;",
        *([f"iifname . oifname {{ {', '.join(within)} }} accept"] if within else []),
        *_vmap("iifname", leave),
        *_vmap("oifname", enter),
        f'oifname "{VOID}" add @lost {_LOST} drop',
        *(line for gateway in router.gateways if gateway.kind == "internet" for line in _to_internet(router, gateway)),
        "}",
        "chain guard {",
        "type filter hook forward priority 0; policy accept;",
        "ct state established,related accept",
        *_vmap("iifname", out),
        *_vmap("oifname", into),
        "}",
        *_translation(router),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _vmap(key: str, entries: list[str]) -> list[str]:
    return [f"{key} vmap {{ {', '.join(entries)} }}"] if entries else []


def _drop(mark: int) -> str:
    return f"meta mark set {mark} add @dropped {_DROPPED} drop"


def _chain(packet_filter: Filter) -> Iterator[str]:
    yield f"chain {packet_filter.chain.name} {{"
    for rule in packet_filter.rules:
        yield f"{match_of(rule)} {'return' if rule.verdict == 'accept' else _drop(rule.mark)}"
    yield _drop(packet_filter.mark)
    yield "}"


def match_of(rule: NftRule) -> str:
    """Return the nftables expression that matches a rule's packets."""
    peer = f"ip {rule.side} {rule.peer}"
    if rule.protocol is Protocol.ALL:
        return peer
    if rule.ports is None:
        return f"{peer} meta l4proto {rule.protocol.value}"
    return f"{peer} {rule.protocol.value} dport {rule.ports.first:d}-{rule.ports.last:d}"


def _public(router: Router) -> dict[Address, Address]:
    return {address: port.public for port in router.ports if port.public for address in port.addresses}


def _to_internet(router: Router, gateway: Gateway) -> Iterator[str]:
    """Yield the rules of an internet gateway: it accepts packets from a public address to a public address."""
    public_addresses = ", ".join(_public(router))
    unknown = f"ip saddr != {{ {public_addresses} }} " if public_addresses else ""
    yield f"oifname {gateway.device} {unknown}{_drop(gateway.mark)}"
    yield f"oifname {gateway.device} ip daddr {{ {_PRIVATE} }} {_drop(gateway.mark)}"


def _translation(router: Router) -> list[str]:
    """Return the chain that translates each private address to its public address."""
    devices = [gateway.device for gateway in router.gateways if gateway.kind == "internet"]
    pairs = ", ".join(f"{private} : {public}" for private, public in _public(router).items())
    if not devices or not pairs:
        return []
    return [
        "chain translate {",
        "type nat hook postrouting priority 100; policy accept;",
        *(f"oifname {device} snat to ip saddr map {{ {pairs} }}" for device in devices),
        "}",
    ]


def _nat_filters(plan: LabPlan) -> str:
    """Return the filters of NAT gateways and instances: they forward packets with their own address as the source."""
    ports = [port for router in plan.routers for port in router.ports if port.side == NATS]
    forward = []
    for port in ports:
        refused = f"ip daddr {port.addresses[0]} " if port.forwards else ""
        forward.append(f"iifname v{port.device} {refused}{_drop(port.mark)}")
    lines = [
        "table ip nats {",
        f"set dropped {{ type mark . {_SET} }}",
        "chain forward {",
        "type filter hook forward priority 0; policy accept;",
        "ct state established,related accept",
        *forward,
        "}",
        "chain translate {",
        "type nat hook postrouting priority 100; policy accept;",
        *(
            f"oifname v{port.device} meta l4proto {{ tcp, udp }} snat to {port.addresses[0]}:1024-65535 fully-random"
            for port in ports
        ),
        "}",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _far_filters(plan: LabPlan) -> str:
    """Return the filters of the far side: it has every address, and redirects all TCP ports and DNS to the listener."""
    numbers = [port.number for router in plan.routers for port in router.ports if port.side == FAR]
    numbers += [
        gateway_port.number
        for router in plan.routers
        for gateway_port in router.gateways
        if gateway_port.kind != "peering"
    ]
    prefix = {port.number: port.device for router in plan.routers for port in router.ports}
    prefix |= {gateway.number: gateway.device for router in plan.routers for gateway in router.gateways}
    marks = ", ".join(f"v{prefix[number]} : {_table(number)}" for number in numbers)
    lines = [
        "table ip far {",
        "chain arrive {",
        "type filter hook prerouting priority -150; policy accept;",
        *([f"ct mark set iifname map {{ {marks} }}"] if marks else []),
        "}",
        "chain answer {",
        "type route hook output priority -150; policy accept;",
        "meta mark set ct mark",
        "}",
        "chain listen {",
        "type nat hook prerouting priority -100; policy accept;",
        f"udp dport 53 redirect to :{LISTENER}",
        f"meta l4proto tcp redirect to :{LISTENER}",
        "}",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _resolver(router: Router) -> str:
    """Return the configuration of a VPC's Amazon DNS server.

    A name without a record does not exist, and a zone has no records but its own. Behind a filter it answers on the
    loopback interface.
    """
    address, port = (LOOPBACK, INNER_PORT) if router.dns_rules else (router.resolver, DNS_PORT)
    lines = [
        "no-resolv",
        "no-poll",
        "no-hosts",
        "bind-interfaces",
        "except-interface=lo-none",
        f"listen-address={address}",
        f"port={port:d}",
        "address=/#/",
        *(f"local=/{zone}/" for zone in router.names.zones),
        *(f"address=/{name}/{address}" for name, address in router.names.records if name.is_wildcard),
    ]
    return "\n".join(lines) + "\n"


def hosts_of(router: Router, public: tuple[tuple[Hostname, Address], ...]) -> str:
    """Return the hosts file of a VPC's DNS server: private names, and public names outside of its zones."""
    zones = router.names.zones
    outside = [(name, address) for name, address in public if not any(name.is_within(zone) for zone in zones)]
    exact = [pair for pair in router.names.records if not pair[0].is_wildcard]
    return "".join(f"{address} {name}\n" for name, address in (*exact, *outside))
