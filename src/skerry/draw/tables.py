"""The route tables of a VPC that the map shows."""

from skerry.draw.network_map import MapTable, MapVpc

_MOST = 6


def shown_tables(vpc: MapVpc, most: int = _MOST) -> tuple[MapTable, ...]:
    """Return all tables of a VPC; if there are more than ``most``, those on paths and of subnets with tasks."""
    if len(vpc.tables) <= most:
        return vpc.tables
    home = {subnet.table for subnet in vpc.subnets if subnet.verdict is not None}
    return tuple(table for table in vpc.tables if table.on_path or table.id in home)
