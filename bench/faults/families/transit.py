"""Tasks that leave by a transit gateway to the NAT gateway of a hub. The lab has none: labels are by documentation."""

from bench.faults.cases import Case, Fault, one
from bench.faults.shapes import Hub, Sound
from tests.hubs import tgw_route
from tests.networks import EVERYWHERE

_FAMILY = "transit gateways"
_ATTACHMENTS = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html"
_CENTRAL_NAT = "https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-nat-igw.html"
_ROUTES = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-route-tables.html"


def _routes(network: Sound) -> dict[str, list[dict[str, object]]]:
    assert isinstance(network, Hub)  # noqa: S101 -- the shape of this family
    return network.routes


def _no_default(network: Sound) -> None:
    _routes(network)["tgw-rtb-spoke"][:] = [tgw_route("10.1.0.0/16", "tgw-attach-2")]


def _black_hole(network: Sound) -> None:
    _routes(network)["tgw-rtb-spoke"][:] = [tgw_route(EVERYWHERE, "", "static", "blackhole")]


def _no_return(network: Sound) -> None:
    _routes(network)["tgw-rtb-hub"].clear()


def _hub_without_return(network: Sound) -> None:
    rows = network.row("RouteTables", "rtb-public")["Routes"]
    rows[:] = [row for row in rows if row.get("TransitGatewayId") is None]


def _one_zone(network: Sound) -> None:
    network.row("TransitGatewayVpcAttachments", "tgw-attach-1")["SubnetIds"] = ["subnet-a"]


def _not_associated(network: Sound) -> None:
    network.row("TransitGatewayAttachments", "tgw-attach-1").pop("Association", None)


def _spoke_route_missing(network: Sound) -> None:
    rows = network.row("RouteTables", "rtb-main")["Routes"]
    rows[:] = [row for row in rows if row.get("DestinationCidrBlock") != EVERYWHERE]


def _hub_nat_failed(network: Sound) -> None:
    network.row("NatGateways", "nat-2")["State"] = "failed"


def _case(name: str, verdict: str, source: str, fault: Fault) -> Case:
    failing = tuple(call.host for call in Sound().calls)
    return one("hub", _FAMILY, name, (fault,), source=source, verdict=verdict, failing=failing)


CASES: list[Case] = [
    _case(
        "no-default-route",
        "blocked",
        _CENTRAL_NAT,
        Fault("the transit gateway's table has no default route", _no_default, (("tgw-rtb-spoke",),), ("tgw-1",)),
    ),
    _case(
        "black-hole",
        "blocked",
        _ROUTES,
        Fault("the transit gateway's default route is a black hole", _black_hole, (("tgw-rtb-spoke",),), ("tgw-1",)),
    ),
    _case(
        "no-return-route",
        "blocked",
        _ROUTES,
        Fault("the hub's transit gateway table has no way back", _no_return, (("tgw-rtb-hub",),), ("tgw-1",)),
    ),
    _case(
        "hub-without-way-back",
        "blocked",
        _CENTRAL_NAT,
        Fault(
            "the table of the hub's NAT gateway has no way back", _hub_without_return, (("rtb-public",),), ("tgw-1",)
        ),
    ),
    _case(
        "attached-in-one-zone",
        "intermittent",
        _ATTACHMENTS,
        Fault("the attachment has a subnet in one of two zones", _one_zone, (("tgw-attach-1",),), ("tgw-1",)),
    ),
    _case(
        "not-associated",
        "blocked",
        _ROUTES,
        Fault("the attachment has no table of the transit gateway", _not_associated, (("tgw-attach-1",),), ("tgw-1",)),
    ),
    _case(
        "spoke-route-missing",
        "blocked",
        _CENTRAL_NAT,
        Fault("the spoke's table has no route to the transit gateway", _spoke_route_missing, (("rtb-main",),)),
    ),
    _case(
        "hub-nat-failed",
        "blocked",
        "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html",
        Fault("the hub's NAT gateway is failed", _hub_nat_failed, (("nat-2",),), ("rtb-hub",)),
    ),
]
