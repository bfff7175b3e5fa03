"""Route tables after a change: a VPC has one main table, and a subnet one table."""

from collections import Counter
from collections.abc import Sequence

from msgspec import UNSET
from msgspec.structs import replace

from skerry.model.network import RouteTable


def with_one_main_table(tables: Sequence[RouteTable], former: Sequence[RouteTable]) -> tuple[RouteTable, ...]:
    """Return route tables; a new main table replaces that of before.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceRouteTableAssociation.html
    """
    mains = Counter(table.vpc_id for table in tables if _is_main(table))
    before = {table.route_table_id for table in former if _is_main(table)}
    return tuple(
        _without_main(table) if mains[table.vpc_id] > 1 and table.route_table_id in before else table
        for table in tables
    )


def _is_main(table: RouteTable) -> bool:
    return table.associations is not UNSET and any(row.main for row in table.associations)


def _without_main(table: RouteTable) -> RouteTable:
    rows = () if table.associations is UNSET else table.associations
    return replace(table, associations=tuple(row for row in rows if not row.main))


def subnets_of_two_tables(tables: Sequence[RouteTable]) -> frozenset[str]:
    """Return the subnets with a second route table, which AWS refuses.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, Resource.AlreadyAssociated
    """
    count = Counter(name for table in tables for name in _subnets_of(table))
    return frozenset(name for name, tables_of_it in count.items() if tables_of_it > 1)


def without_associations(tables: Sequence[RouteTable], subnets: frozenset[str]) -> tuple[RouteTable, ...]:
    """Return route tables; the associations of those of these subnets are not known."""
    return tuple(replace(table, associations=UNSET) if subnets & _subnets_of(table) else table for table in tables)


def _subnets_of(table: RouteTable) -> frozenset[str]:
    rows = () if table.associations is UNSET else table.associations
    return frozenset(row.subnet_id for row in rows if row.subnet_id is not None)
