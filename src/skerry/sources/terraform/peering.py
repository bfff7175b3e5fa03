"""Peering connections between VPCs.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_peering_connection
"""

from collections.abc import Iterator
from typing import Any

from skerry.sources.planned.lists import write_open_list
from skerry.sources.planned.values import UNKNOWN, Value, known_row
from skerry.sources.terraform.configuration import Configuration, group_by
from skerry.sources.terraform.values import Instance
from skerry.sources.terraform.vpcs import blocks_of

_PEERING = "aws_vpc_peering_connection"


def write_peering(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the document of peering connections."""
    rows = [_connection(configuration, connection) for connection in configuration.of(_PEERING)]
    yield "VpcPeeringConnections", write_open_list("VpcPeeringConnections", rows)


def unaccepted_connections(configuration: Configuration) -> frozenset[str]:
    """Return the new connections that the configuration does not accept: a route to one is a black hole.

    https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html
    """
    connections = (connection for connection in configuration.of(_PEERING) if connection.is_new)
    return frozenset(
        connection.id for connection in connections if _state(configuration, connection) == "pending-acceptance"
    )


def _state(configuration: Configuration, connection: Instance) -> Value:
    """Return the state: active once one side accepts; None if nobody tells."""
    accepters, is_open = group_by(configuration.of(f"{_PEERING}_accepter"), "vpc_peering_connection_id")
    sides = (connection, *accepters.get(connection.id, ()))
    accepted = [side.get("auto_accept", False) for side in sides]
    if True in accepted:
        return "active"
    return "pending-acceptance" if connection.is_new and not is_open and UNKNOWN not in accepted else None


def _connection(configuration: Configuration, connection: Instance) -> dict[str, Value]:
    state = _state(configuration, connection)
    region, account = configuration.region, configuration.account
    requester, accepter = connection.get("vpc_id"), connection.get("peer_vpc_id")
    return {
        "VpcPeeringConnectionId": connection.id,
        "Status": {} if state is None else {"Code": state},
        "RequesterVpcInfo": _side(configuration, requester, region, account),
        "AccepterVpcInfo": _side(
            configuration,
            accepter,
            connection.get("peer_region", region),
            connection.get("peer_owner_id", account),
        ),
    }


def _side(configuration: Configuration, vpc: Value, region: Value, account: Value) -> dict[str, Value]:
    own = None if vpc is UNKNOWN else configuration.vpcs.get(vpc)
    blocks = [] if own is None else blocks_of(configuration, own)
    return known_row(
        {
            "VpcId": vpc,
            "Region": region,
            "OwnerId": account,
            "CidrBlock": blocks[0] if blocks else None,
            "CidrBlockSet": [{"CidrBlock": block} for block in blocks] or None,
        }
    )
