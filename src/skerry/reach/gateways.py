"""Gateways as route targets: gateway endpoints, internet gateways, VPN gateways, NAT gateways."""

from msgspec import UNSET

from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.network import GatewayAttachment, NatGateway, Subnet
from skerry.model.world import World
from skerry.net.addresses import PUBLIC, PUBLIC_IPV6, is_ipv6, spell
from skerry.net.intervals import Intervals, subtract
from skerry.reach.public_access import block_reason_of
from skerry.reach.trace import WHOLE, Cut, Hop, Kind, Leg, Piece

_USABLE = "available"
# A resource that is being made or changed may work, now or soon.
_COMING = {"pending", "partial", "initiating", "initiatingrequest", "modifying", "rollingback"}


def make_undecided_hop(
    kind: Kind,
    resource: str,
    missing: Missing,
    rule: str = "",
    leg: Leg = "there",
    source: Intervals | None = None,
) -> Hop:
    """Return a hop that cannot be judged for the want of a fact."""
    piece = Piece("UNKNOWN_RESOURCE", resource, rule, str(missing), Cut(source=source), missing)
    return Hop(kind, resource, leg=leg, rule=rule, undecided=(piece,))


def make_lost_hop(kind: Kind, resource: str, code: str, message: str, rule: str = "", cut: Cut = WHOLE) -> Hop:
    """Return a hop that loses all packets, or only those cut."""
    return Hop(kind, resource, rule=rule, lost=(Piece(code, resource, rule, message, cut),))


def judge_gateway_endpoint(world: World, endpoint_id: str) -> Hop:
    """Return the hop of a gateway endpoint that a route leads to. It has no security group.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    endpoint = world.vpc_endpoints.get(endpoint_id)
    if endpoint is None or endpoint.service_name is UNSET:
        return make_undecided_hop("endpoint", endpoint_id, world.missing_for("vpc_endpoints", endpoint_id))
    if endpoint.vpc_endpoint_type != "Gateway":
        kind = "an unknown type" if endpoint.vpc_endpoint_type is UNSET else endpoint.vpc_endpoint_type
        return make_undecided_hop("endpoint", endpoint_id, Missing(f"the network beyond {endpoint_id} ({kind})"))
    return judge_endpoint_state(endpoint)


def judge_endpoint_state(endpoint: VpcEndpoint) -> Hop:
    """Return whether an endpoint works, by its state."""
    name, reason = endpoint.vpc_endpoint_id, endpoint.last_error.message
    return judge_state("endpoint", name, endpoint.state, "ec2:DescribeVpcEndpoints", reason)


def judge_state(kind: Kind, resource: str, state: object, action: str, reason: str | None = None) -> Hop:
    """Return whether a resource works, by the state that AWS prints for it; compared without regard to case."""
    if not isinstance(state, str):
        return make_undecided_hop(kind, resource, Missing(f"the state of {resource}", action))
    if state.lower() == _USABLE:
        return Hop(kind, resource, rule=state.lower())
    if state.lower() in _COMING:
        return make_undecided_hop(kind, resource, Missing(f"what becomes of {resource}, which is {state}", action))
    return make_lost_hop(kind, resource, "BAD_STATE", f"{resource} is {state}" + (f": {reason}" if reason else ""))


def judge_internet_gateway(
    world: World,
    gateway_id: str,
    subnet: Subnet,
    addresses: Intervals,
    *,
    public: bool | Missing,
    only_out: bool = False,
) -> Hop:
    """Return the hop of an internet gateway: it must be attached, and the sender needs a public address.

    An IPv6 address is public by itself. ``only_out``: the sender is a NAT gateway, which nothing comes in to.
    https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
    """
    gateway = world.internet_gateways.get(gateway_id)
    if gateway is None or gateway.attachments is UNSET:
        return make_undecided_hop("gateway", gateway_id, world.missing_for("internet_gateways", gateway_id))
    if not _attached(gateway.attachments, subnet.vpc_id):
        return make_lost_hop(
            "gateway", gateway_id, "BAD_STATE_ATTACHMENT", f"{gateway_id} is not attached to {subnet.vpc_id}"
        )
    if is_ipv6(addresses):
        public = True
    if isinstance(public, Missing):
        return make_undecided_hop("gateway", gateway_id, public)
    if not public:
        message = f"{gateway_id} drops what comes from an interface without a public address"
        return make_lost_hop("gateway", gateway_id, "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", message)
    return _to_public(world, gateway_id, subnet, addresses, only_out=only_out)


def _to_public(world: World, gateway_id: str, subnet: Subnet, addresses: Intervals, *, only_out: bool) -> Hop:
    """Return the hop of an internet gateway or an egress-only one: the addresses must be public."""
    stopped = block_reason_of(world, subnet, outward=True, replies_only=only_out)
    if isinstance(stopped, Missing):
        return make_undecided_hop("gateway", gateway_id, stopped)
    if stopped is not None:
        return make_lost_hop("gateway", gateway_id, "VPC_BLOCK_PUBLIC_ACCESS_ENABLED", stopped)
    private = subtract(addresses, PUBLIC_IPV6 if is_ipv6(addresses) else PUBLIC)
    if private:
        message = f"{gateway_id} does not send to {spell(private)}, which is no public address"
        piece = Piece(
            "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", gateway_id, "", message, Cut(destination=private)
        )
        return Hop("gateway", gateway_id, lost=(piece,))
    return Hop("gateway", gateway_id, rule="attached, public address")


def _attached(attachments: tuple[GatewayAttachment, ...], vpc_id: str) -> bool:
    return any(item.vpc_id == vpc_id and item.state in {"available", "attached"} for item in attachments)


def judge_egress_only_gateway(world: World, gateway_id: str, subnet: Subnet, addresses: Intervals) -> Hop:
    """Return the hop of an egress-only internet gateway: IPv6, outbound only.

    https://docs.aws.amazon.com/vpc/latest/userguide/egress-only-internet-gateway.html
    """
    gateway = next(
        (
            candidate
            for candidate in world.facts.egress_only_gateways
            if candidate.egress_only_internet_gateway_id == gateway_id
        ),
        None,
    )
    if gateway is None or gateway.attachments is UNSET:
        return make_undecided_hop("gateway", gateway_id, world.missing_for("egress_only_gateways", gateway_id))
    if not _attached(gateway.attachments, subnet.vpc_id):
        return make_lost_hop(
            "gateway", gateway_id, "BAD_STATE_ATTACHMENT", f"{gateway_id} is not attached to {subnet.vpc_id}"
        )
    return _to_public(world, gateway_id, subnet, addresses, only_out=True)


def judge_vpn_gateway(world: World, gateway_id: str, vpc_id: str) -> Hop:
    """Return the hop of a VPN gateway: its attachment is known, the network at the other end is not.

    https://docs.aws.amazon.com/vpn/latest/s2svpn/how_it_works.html
    """
    gateway = next(
        (candidate for candidate in world.facts.vpn_gateways if candidate.vpn_gateway_id == gateway_id), None
    )
    behind = Missing(f"the network beyond {gateway_id}")
    if gateway is None or gateway.vpc_attachments is UNSET or _attached(gateway.vpc_attachments, vpc_id):
        return make_undecided_hop("gateway", gateway_id, behind)
    return make_lost_hop("gateway", gateway_id, "BAD_STATE_ATTACHMENT", f"{gateway_id} is not attached to {vpc_id}")


def judge_nat_gateway(world: World, nat_id: str, nat: NatGateway | None) -> Hop:
    """Return the hop of a NAT gateway's own state."""
    if nat is None:
        return make_undecided_hop("gateway", nat_id, world.missing_for("nat_gateways", nat_id))
    return judge_state("gateway", nat_id, nat.state, "ec2:DescribeNatGateways", nat.failure_message)
