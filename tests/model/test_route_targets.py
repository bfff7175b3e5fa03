"""The targets of routes: each kind of resource is a class of its own, and a route without one is `Missing`."""

from typing import Any, get_args

import pytest

from skerry.model.missing import Missing
from skerry.model.network import Route
from skerry.model.route_targets import (
    LOCAL,
    NO_TARGET,
    AttachmentTarget,
    CarrierGatewayTarget,
    CoreNetworkTarget,
    EgressOnlyGatewayTarget,
    EndpointTarget,
    InstanceTarget,
    InterfaceTarget,
    InternetGatewayTarget,
    LocalGatewayTarget,
    NatGatewayTarget,
    OdbNetworkTarget,
    PeeringTarget,
    RouteTarget,
    SharedAttachmentsTarget,
    TransitGatewayTarget,
    UnknownGatewayTarget,
    VpnGatewayTarget,
    spell_target,
)
from skerry.model.rule_blocks import Ipv4RuleBlock
from skerry.model.transit_records import TransitGatewayRoute, TransitGatewayRouteAttachment
from skerry.net.blocks import CidrBlock

ROUTES: list[tuple[dict[str, Any], RouteTarget]] = [
    ({"gateway_id": "local"}, LOCAL),
    ({"gateway_id": "igw-1"}, InternetGatewayTarget("igw-1")),
    ({"gateway_id": "vpce-1"}, EndpointTarget("vpce-1")),
    ({"gateway_id": "vgw-1"}, VpnGatewayTarget("vgw-1")),
    ({"gateway_id": "new-1"}, UnknownGatewayTarget("new-1")),
    ({"gateway_id": "igw"}, UnknownGatewayTarget("igw")),
    ({"nat_gateway_id": "nat-1"}, NatGatewayTarget("nat-1")),
    ({"transit_gateway_id": "tgw-1"}, TransitGatewayTarget("tgw-1")),
    ({"vpc_peering_connection_id": "pcx-1"}, PeeringTarget("pcx-1")),
    ({"network_interface_id": "eni-1"}, InterfaceTarget("eni-1")),
    ({"network_interface_id": "eni-1", "instance_id": "i-1"}, InterfaceTarget("eni-1")),
    ({"instance_id": "i-1"}, InstanceTarget("i-1")),
    ({"egress_only_internet_gateway_id": "eigw-1"}, EgressOnlyGatewayTarget("eigw-1")),
    ({"carrier_gateway_id": "cagw-1"}, CarrierGatewayTarget("cagw-1")),
    ({"local_gateway_id": "lgw-1"}, LocalGatewayTarget("lgw-1")),
    ({"core_network_arn": "core-1"}, CoreNetworkTarget("core-1")),
    ({"odb_network_arn": "odb-1"}, OdbNetworkTarget("odb-1")),
    ({}, NO_TARGET),
    ({"gateway_id": ""}, NO_TARGET),
]


@pytest.mark.parametrize(("fields", "target"), ROUTES, ids=str)
def test_route_target_is_made_from_the_field_of_its_kind(fields: dict[str, Any], target: RouteTarget) -> None:
    assert Route(destination_cidr_block=Ipv4RuleBlock("0.0.0.0/0"), **fields).target == target


def test_route_target_table_covers_every_member_of_the_union() -> None:
    assert {type(target) for _, target in ROUTES} == set(get_args(RouteTarget))


def test_transit_gateway_route_target_depends_on_the_number_of_attachments() -> None:
    def target_of(*attachments: str) -> object:
        rows = tuple(TransitGatewayRouteAttachment(transit_gateway_attachment_id=name) for name in attachments)
        return TransitGatewayRoute(
            destination_cidr_block=CidrBlock("0.0.0.0/0"), transit_gateway_attachments=rows
        ).target

    assert target_of("tgw-attach-1") == AttachmentTarget("tgw-attach-1")
    assert target_of("tgw-attach-1", "tgw-attach-2") == SharedAttachmentsTarget(("tgw-attach-1", "tgw-attach-2"))
    assert target_of() == NO_TARGET


def test_target_spelling_is_an_id_or_the_missing_fact() -> None:
    assert spell_target(LOCAL) == "local"
    assert spell_target(NatGatewayTarget("nat-1")) == "nat-1"
    assert spell_target(SharedAttachmentsTarget(("a", "b"))) == "a or b"
    assert spell_target(NO_TARGET) == "a target that the route does not name"
    assert spell_target(Missing("the fact", "ec2:Call")) == "the fact"
