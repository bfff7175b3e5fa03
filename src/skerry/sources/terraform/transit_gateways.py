"""Transit gateways with their attachments and route tables, the default table that AWS makes included.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ec2_transit_gateway
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from skerry.sources.planned.lists import write_open_list
from skerry.sources.planned.values import UNKNOWN, Value, is_known, known_row
from skerry.sources.terraform.configuration import Configuration, group_by
from skerry.sources.terraform.values import Instance, texts_of
from skerry.sources.terraform.vpcs import blocks_of

_GATEWAY: Final = "aws_ec2_transit_gateway"
_TABLE: Final = "aws_ec2_transit_gateway_route_table"
_VPC_ATTACHMENT: Final = "aws_ec2_transit_gateway_vpc_attachment"
_DYNAMIC: Final = (
    *("aws_dx_gateway_association", "aws_ec2_transit_gateway_connect", "aws_ec2_transit_gateway_peering_attachment"),
    *("aws_vpn_connection", "aws_ec2_transit_gateway_prefix_list_reference"),
)
"""The types that bring routes of other networks, which the configuration does not tell."""
_OPTIONS: Final = {
    "ApplianceModeSupport": "appliance_mode_support",
    "Ipv6Support": "ipv6_support",
    "SecurityGroupReferencingSupport": "security_group_referencing_support",
}


class _TransitTables:
    """The route tables of a configuration: their associations, propagations and static routes."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        key = "transit_gateway_route_table_id"
        self._associations, self._has_loose = group_by(configuration.of(f"{_TABLE}_association"), _ATTACHMENT_KEY)
        self._propagations, self._is_propagated = group_by(configuration.of(f"{_TABLE}_propagation"), key)
        self._static, self._is_open = group_by(configuration.of("aws_ec2_transit_gateway_route"), key)
        self._gateways = {gateway.id: gateway for gateway in configuration.of(_GATEWAY)}
        self.attachments = {attachment.id: attachment for attachment in configuration.of(_VPC_ATTACHMENT)}

    def default_table(self, gateway: Value, argument: str) -> Value:
        """Return the default table of a gateway for associations or propagations; None if it has none."""
        owner = self._gateways.get(gateway)
        if owner is None:
            return UNKNOWN
        enabled = owner.get(f"default_route_table_{argument}", "enable")
        if enabled is UNKNOWN:
            return UNKNOWN
        return owner.get(f"{argument}_default_route_table_id", UNKNOWN) if enabled == "enable" else None

    def association_of(self, attachment: Instance) -> Value:
        """Return the route table of an attachment; None if it has none."""
        own = self._associations.get(attachment.id)
        if own:
            return own[0].get("transit_gateway_route_table_id", UNKNOWN)
        if self._has_loose:
            return UNKNOWN
        wanted = attachment.get("transit_gateway_default_route_table_association", True)
        if wanted is UNKNOWN:
            return UNKNOWN
        return self.default_table(attachment.get("transit_gateway_id", UNKNOWN), "association") if wanted else None

    def routes_of(self, table: str) -> list[dict[str, Value]] | None:
        """Return the routes of a table; None if they are not all known."""
        if self._is_open or self._is_propagated or self._configuration.types & set(_DYNAMIC):
            return None
        names = {row.get(_ATTACHMENT_KEY, UNKNOWN) for row in self._propagations.get(table, ())}
        for name, attachment in self.attachments.items():
            propagates = self._propagates(attachment, table)
            if propagates is UNKNOWN:
                return None
            names |= {name} if propagates else set()
        if names - self.attachments.keys():
            return None
        routes = [route for name in sorted(names) for route in self._propagated(self.attachments[name])]
        routes += [_static_route(row) for row in self._static.get(table, ())]
        return routes if is_known(routes) else None

    def _propagates(self, attachment: Instance, table: str) -> Value:
        wanted = attachment.get("transit_gateway_default_route_table_propagation", True)
        default = self.default_table(attachment.get("transit_gateway_id", UNKNOWN), "propagation") if wanted else None
        return UNKNOWN if UNKNOWN in (wanted, default) else default == table

    def _propagated(self, attachment: Instance) -> Iterator[Value]:
        """Yield a route for each block of the attached VPC."""
        vpc = self._configuration.vpcs.get(attachment.get("vpc_id"))
        for block in [UNKNOWN] if vpc is None else blocks_of(self._configuration, vpc):
            yield {"DestinationCidrBlock": block, "Type": "propagated", "State": "active", **_target(attachment.id)}


_ATTACHMENT_KEY: Final = "transit_gateway_attachment_id"


def _target(attachment: Value) -> dict[str, Value]:
    return {"TransitGatewayAttachments": [{"TransitGatewayAttachmentId": attachment, "ResourceType": "vpc"}]}


def _static_route(row: Instance) -> Value:
    black_hole = row.get("blackhole", False)
    if black_hole is UNKNOWN:
        return UNKNOWN
    state = {"State": "blackhole"} if black_hole else {"State": "active", **_target(row.get(_ATTACHMENT_KEY, UNKNOWN))}
    return {"DestinationCidrBlock": row.get("destination_cidr_block", UNKNOWN), "Type": "static", **state}


def write_transit_gateways(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of transit gateways, their attachments, tables and routes."""
    tables = _TransitTables(configuration)
    gateways = configuration.of(_GATEWAY)
    yield "TransitGateways", write_open_list("TransitGateways", map(_gateway, gateways))
    attachments = tables.attachments.values()
    if not attachments and not gateways:
        return
    yield "TransitGatewayVpcAttachments", write_open_list("TransitGatewayVpcAttachments", map(_attachment, attachments))
    rows = [row for attachment in attachments if (row := _association(tables, attachment)) is not None]
    yield "TransitGatewayAttachments", write_open_list("TransitGatewayAttachments", rows)
    names = dict(_table_names(configuration, tables))
    listed = [{"TransitGatewayRouteTableId": name, "TransitGatewayId": owner, "State": "available"}
              for name, owner in names.items() if owner is not UNKNOWN]  # fmt: skip
    yield "TransitGatewayRouteTables", write_open_list("TransitGatewayRouteTables", listed)
    for name in names:
        routes = tables.routes_of(name)
        if routes is not None:
            call = {
                "operation": "ec2:SearchTransitGatewayRoutes",
                "parameters": {"TransitGatewayRouteTableId": name},
            }
            yield f"routes of {name}", {"Call": call, "Response": {"Routes": routes}}


def _table_names(configuration: Configuration, tables: _TransitTables) -> Iterable[tuple[str, Value]]:
    """Yield each table that is new with the configuration, with its gateway: the routes of others are not known."""
    for table in configuration.of(_TABLE):
        if table.is_new:
            yield table.id, table.get("transit_gateway_id", UNKNOWN)
    for gateway in configuration.of(_GATEWAY):
        for argument in ("association", "propagation"):
            name = tables.default_table(gateway.id, argument)
            if gateway.is_new and isinstance(name, str):
                yield name, gateway.id


def _gateway(gateway: Instance) -> dict[str, Value]:
    # Off unless asked for: https://docs.aws.amazon.com/vpc/latest/tgw/tgw-transit-gateways.html
    support = gateway.get("security_group_referencing_support", "disable")
    return known_row(
        {
            "TransitGatewayId": gateway.id,
            "State": "available" if gateway.is_new else None,
            "Options": {} if support is UNKNOWN else {"SecurityGroupReferencingSupport": support},
        }
    )


def _attachment(attachment: Instance) -> dict[str, Value]:
    # Defaults: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTransitGatewayVpcAttachmentRequestOptions.html
    options = {key: attachment.get(name, _DEFAULTS.get(key)) for key, name in _OPTIONS.items()}
    return known_row(
        {
            "TransitGatewayAttachmentId": attachment.id,
            "TransitGatewayId": attachment.get("transit_gateway_id", UNKNOWN),
            "VpcId": attachment.get("vpc_id", UNKNOWN),
            "State": "available" if attachment.is_new else None,
            "SubnetIds": texts_of(attachment.get("subnet_ids", UNKNOWN)),
            "Options": known_row(options),
        }
    )


_DEFAULTS: Final = {
    "ApplianceModeSupport": "disable",
    "Ipv6Support": "disable",
    "SecurityGroupReferencingSupport": "enable",
}


def _association(tables: _TransitTables, attachment: Instance) -> dict[str, Value] | None:
    """Return an attachment with its association; None if its table is not known: without one it would be nowhere."""
    table = tables.association_of(attachment)
    if table is UNKNOWN:
        return None
    association = {} if table is None else {"TransitGatewayRouteTableId": table, "State": "associated"}
    row = {
        "TransitGatewayAttachmentId": attachment.id,
        "TransitGatewayId": attachment.get("transit_gateway_id", UNKNOWN),
        "ResourceType": "vpc",
        "ResourceId": attachment.get("vpc_id", UNKNOWN),
        "State": "available" if attachment.is_new else None,
        "Association": association or None,
    }
    return known_row(row)
