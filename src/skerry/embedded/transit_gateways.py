"""Patches of moto for transit gateways, by AWS's documentation.

moto keeps each attachment in the default route table, propagates no route, and lists attachments of VPNs among those of
VPCs: https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html.
"""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.transit_gateway_attachments import (
    TransitGatewayAttachment,
    TransitGatewayAttachmentBackend,
)
from moto.ec2.models.transit_gateway_route_tables import TransitGatewayRouteTableBackend
from moto.ec2.responses.transit_gateway_route_tables import TransitGatewayRouteTable

from skerry.embedded.patching import Correction

_ENABLED = "enable"


def _create(original: Any, backend: Any, *given: Any, **named: Any) -> Any:
    """Associate a new attachment with the default route table only if the transit gateway says so.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayRequestOptions.html
    """
    attachment = original(backend, *given, **named)
    gateway = backend.transit_gateways[attachment.transit_gateway_id]
    table = gateway.default_route_table
    table.route_table_associations.pop(attachment.id, None)
    if gateway.options["DefaultRouteTableAssociation"] == _ENABLED:
        backend.associate_transit_gateway_route_table(attachment.id, table.id)
    if gateway.options["DefaultRouteTablePropagation"] == _ENABLED:
        backend.enable_transit_gateway_route_table_propagation(attachment.id, table.id)
    return attachment


def _association(_original: Any, attachment: Any) -> dict[str, str] | None:
    """Return the association that was made: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayAttachmentAssociation.html."""
    data = attachment._association_data
    if not data:
        return None
    return {"State": data["state"], "TransitGatewayRouteTableId": data["transitGatewayRouteTableId"]}


def _of_vpcs(original: Any, backend: Any, *given: Any, **named: Any) -> Any:
    """Return the attachments of VPCs only.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTransitGatewayVpcAttachments.html
    """
    return [row for row in original(backend, *given, **named) if row.resource_type == "vpc"]


def _associate(
    original: Any, backend: Any, transit_gateway_attachment_id: str, transit_gateway_route_table_id: str
) -> Any:
    """Associate an attachment with one route table: https://docs.aws.amazon.com/vpc/latest/tgw/associate-tgw-route-table.html."""
    for table in backend.transit_gateways_route_tables.values():
        table.route_table_associations.pop(transit_gateway_attachment_id, None)
    return original(backend, transit_gateway_attachment_id, transit_gateway_route_table_id)


def _search(_original: Any, response: Any) -> Any:
    """Return the routes of a route table, those that attachments propagate too. moto: neither, under another key.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SearchTransitGatewayRoutes.html
    """
    backend = response.ec2_backend
    table = backend.transit_gateways_route_tables[response._get_param("TransitGatewayRouteTableId")]
    filters = response._filters_from_querystring()
    rows = [row for row in _routes(backend, table) if _matches(row, filters)]
    return ActionResult({"Routes": rows, "AdditionalRoutesAvailable": False})


def _matches(row: dict[str, Any], filters: dict[str, list[str]]) -> bool:
    return all(row[key] in filters.get(name, [row[key]]) for name, key in (("state", "State"), ("type", "Type")))


def _routes(backend: Any, table: Any) -> Iterator[dict[str, Any]]:
    """Yield the static routes, and the propagated ones to other blocks, which a static route beats.

    https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
    """
    for block, route in table.routes.items():
        named = route.get("transitGatewayAttachments")
        attachment = backend.transit_gateway_attachments[named["transitGatewayAttachmentId"]] if named else None
        yield _route(block, route["type"], route["state"], attachment)
    for propagation in table.route_table_propagation:
        attachment = backend.transit_gateway_attachments[propagation.transitGatewayAttachmentId]
        for block in _blocks(backend, attachment):
            if block not in table.routes:
                yield _route(block, "propagated", "active", attachment)


def _blocks(backend: Any, attachment: Any) -> list[str]:
    """Return the blocks that an attachment propagates: those of its VPC. Nothing here announces routes of a VPN."""
    if attachment.resource_type != "vpc":
        return []
    rows = backend.get_vpc(attachment.resource_id).get_cidr_block_association_set(ipv6=False)
    return [row["cidr_block"] for row in rows]


def _route(block: str, kind: str, state: str, attachment: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"DestinationCidrBlock": block, "Type": kind, "State": state}
    if attachment is not None:
        row["TransitGatewayAttachments"] = [
            {
                "TransitGatewayAttachmentId": attachment.id,
                "ResourceId": attachment.resource_id,
                "ResourceType": attachment.resource_type,
            }
        ]
    return row


def can_reference_groups(backend: Any, first: str, second: str) -> bool:
    """Return whether a transit gateway joins two VPCs so that their rules may name each other's groups.

    https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html#vpc-attachment-security
    """
    option = "SecurityGroupReferencingSupport"
    joined: dict[str, set[str]] = {}
    for attachment in backend.transit_gateway_attachments.values():
        if attachment.resource_type == "vpc" and attachment.options.get(option) == _ENABLED:
            joined.setdefault(attachment.transit_gateway_id, set()).add(attachment.resource_id)
    return any(
        {first, second} <= vpcs and backend.transit_gateways[name].options.get(option) == _ENABLED
        for name, vpcs in joined.items()
    )


CORRECTIONS = (
    Correction(TransitGatewayAttachmentBackend, "create_transit_gateway_vpc_attachment", _create),
    Correction(TransitGatewayAttachmentBackend, "create_transit_gateway_vpn_attachment", _create),
    Correction(TransitGatewayAttachmentBackend, "describe_transit_gateway_vpc_attachments", _of_vpcs),
    Correction(TransitGatewayAttachment, "association", _association),
    Correction(TransitGatewayRouteTableBackend, "associate_transit_gateway_route_table", _associate),
    Correction(TransitGatewayRouteTable, "search_transit_gateway_routes", _search),
)
"""The patches of this module."""
