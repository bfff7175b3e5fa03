"""The query over flow log records: SQL of constant words; names of files and of the user's resources are parameters."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import cpu_count
from pathlib import Path
from typing import Any, TypeAlias

from skerry.sources.address_classes import OWN_BITS, SIZES, AddressClasses, BlockTable
from skerry.sources.flow_log_files import LogFiles, is_usable

Connection: TypeAlias = Any
"""A connection of DuckDB, which has no types of its own here: the package is an extra."""

_MOST_THREADS = 2
_MOST_ADDRESSES = 5
# DuckDB keeps what it read until it reaches this limit, and then goes on without it.
_MEMORY = "128MB"
_LONGEST_LINE, _BUFFER = 1 << 18, 1 << 22
_USED = (
    *("interface-id", "resource-id", "srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr", "bytes", "start", "end"),
    *("action", "log-status", "subnet-id", "ecs-service-name"),
)
_NUMBERS = {"bytes", "start", "end"}
_ADDRESS = " + ".join(
    f"(try_cast(split_part({{0}}, '.', {place}) AS UTINYINT))::BIGINT * {1 << bits}"
    for place, bits in ((1, 24), (2, 16), (3, 8), (4, 0))
)

# NAT64 translates these addresses of IPv6, whose last two groups are those of IPv4:
# https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html
_IS_NAT64 = "starts_with({0}, '64:ff9b:')"
_BEHIND_NAT64 = (
    "try_cast('0x' || lpad(split_part({0}, ':', -2), 4, '0') AS BIGINT) * 65536"
    " + try_cast('0x' || split_part({0}, ':', -1) AS BIGINT)"
)
_NUMBER = f"CASE WHEN {_IS_NAT64} THEN {_BEHIND_NAT64} ELSE {_ADDRESS} END"

# The interfaces in a line with more or fewer fields than it should have; its last word may be cut off.
_OWNERS = "CASE WHEN len(fields) <> {} THEN list_distinct(regexp_extract_all(line, '(?:^| )(eni-[0-9a-z]+) ', 1)) END"

_QUERY = """
WITH records AS ({split} FROM {source}{lines}),
columns AS (SELECT {whole} AS whole, {owners} AS owners, {columns} FROM records),
named AS (
  SELECT *, coalesce(interface_id_, resource_id_) AS interface,
    coalesce(interface_id_, resource_id_) IN (SELECT unnest(?::VARCHAR[])) AS is_gateway
  FROM columns),
ends AS (
  SELECT *,
    CASE WHEN is_gateway THEN coalesce(srcaddr_, pkt_srcaddr_) ELSE coalesce(pkt_srcaddr_, srcaddr_) END AS source,
    CASE WHEN is_gateway THEN coalesce(dstaddr_, pkt_dstaddr_) ELSE coalesce(pkt_dstaddr_, dstaddr_) END AS target
  FROM named),
numbers AS (
  SELECT *, {source_number} AS source_number, {target_number} AS target_number FROM ends),
states AS (
  SELECT *, CASE
    WHEN NOT whole OR interface IS NULL THEN 'malformed'
    WHEN log_status_ = 'NODATA' THEN 'nothing'
    WHEN log_status_ = 'SKIPDATA' THEN 'skipped'
    WHEN bytes_ IS NULL OR bytes_ < 0 OR source IS NULL OR target IS NULL THEN 'malformed'
    WHEN contains(source, ':') AND contains(target, ':') THEN CASE
      WHEN action_ = 'REJECT' THEN 'rejected'
      WHEN is_gateway OR NOT ({source_translated} OR {target_translated}) THEN 'ipv6'
      WHEN source_number IS NULL AND target_number IS NULL THEN 'malformed'
      ELSE 'counted' END
    WHEN source_number IS NULL OR target_number IS NULL THEN 'malformed'
    WHEN action_ = 'REJECT' THEN 'rejected'
    ELSE 'counted' END AS state
  FROM numbers),
places AS (
  SELECT state, whole, owners, interface, bytes_, start_, end_, subnet_id_, ecs_service_name_,
    own_source.name AS source_subnet, own_target.name AS target_subnet,
    CASE WHEN own_source.key IS NOT NULL AND own_target.key IS NOT NULL THEN NULL
      WHEN own_target.key IS NOT NULL OR target_number IS NULL THEN source_number ELSE target_number END AS remote,
    own_target.key IS NOT NULL AS to_own
  FROM states
    LEFT JOIN own AS own_source ON own_source.key = (source_number >> {own_bits})
    LEFT JOIN own AS own_target ON own_target.key = (target_number >> {own_bits})),
classes AS (
  SELECT *, CASE WHEN remote IS NULL THEN 'vpc' ELSE coalesce({names}, 'internet') END AS traffic
  FROM places{joins}),
rows AS (
  SELECT state, CASE WHEN state <> 'malformed' THEN interface
      WHEN whole AND (starts_with(interface, 'eni-') OR starts_with(interface, 'nat-')) THEN interface
      WHEN NOT whole AND len(owners) = 1 THEN owners[1] ELSE '' END AS interface,
    CASE WHEN state <> 'counted' OR traffic = 'vpc' THEN ''
      ELSE coalesce(subnet_id_, CASE WHEN to_own THEN target_subnet ELSE source_subnet END, '') END AS subnet,
    CASE WHEN state = 'counted' THEN traffic ELSE '' END AS traffic,
    CASE WHEN state = 'counted' THEN coalesce(ecs_service_name_, '') ELSE '' END AS service,
    bytes_, start_, end_,
    CASE WHEN state = 'counted' AND traffic = 'internet' THEN remote END AS other
  FROM classes)
SELECT state, interface, subnet, traffic, service, count(*), sum(bytes_)::HUGEINT,
  min(start_) FILTER (state <> 'malformed'), max(end_) FILTER (state <> 'malformed'),
  approx_top_k(other, {most}) FILTER (other IS NOT NULL)
FROM rows GROUP BY ALL"""
"""Fields, then numbers of addresses, then classes, and their sums; each name in braces is one of constant words."""


@contextmanager
def connect(path: Path, classes: AddressClasses) -> Iterator[Connection]:
    """Open a database in memory with the tables of address classes; of files it may read those of a path only."""
    import duckdb  # noqa: PLC0415 -- it is an extra, and slow to import

    threads = min(cpu_count() or 1, _MOST_THREADS)
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": threads,
        "memory_limit": _MEMORY,
        "preserve_insertion_order": False,
        "temp_directory": "",
    }
    settings |= {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    settings |= {"enable_external_file_cache": False}
    with duckdb.connect(config=settings) as connection:
        _create(connection, "own", classes.own)
        for bits, table in zip(SIZES, classes.tables, strict=True):
            _create(connection, f"blocks{bits}", table)
        # Its estimate of a text file's records is far too low: it would hold them, not the tables, in memory.
        connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        # DuckDB writes a bar to stdout, in the midst of a result, where it takes the program for an interactive one.
        connection.execute("SET enable_progress_bar = false")
        allowed = "allowed_directories" if path.is_dir() else "allowed_paths"
        connection.execute(f"SET {allowed} = ?", [[str(path.absolute()), _literal(path)]])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection


def _create(connection: Connection, name: str, table: BlockTable) -> None:
    connection.execute(
        f"CREATE TABLE {name} AS SELECT unnest(?::BIGINT[]) AS key, unnest(?::VARCHAR[]) AS name",
        [table.keys, table.names],
    )


def field_names_of(connection: Connection, group: LogFiles) -> Iterator[LogFiles | str]:
    """Yield the files in groups with known fields: those of Parquet are in each file. A note for an unusable one."""
    if group.kind != "parquet":
        yield group
        return
    by_fields: dict[tuple[str, ...], list[Path]] = {}
    for path in group.paths:
        try:
            rows = connection.execute("SELECT name FROM parquet_schema(?)", [_literal(path)]).fetchall()
        except _errors() as error:
            yield f"{path.name} cannot be read, and is left out: {_first_line(error)}"
            continue
        fields = tuple(name for (name,) in rows)
        if is_usable(name.replace("_", "-") for name in fields):
            by_fields.setdefault(fields, []).append(path)
        else:
            yield f"{path.name} holds no flow logs with addresses and bytes, and is left out"
    for fields, paths in by_fields.items():
        yield LogFiles("parquet", fields, header=True, paths=tuple(paths))


def run(connection: Connection, files: LogFiles, gateways: frozenset[str]) -> list[tuple[Any, ...]] | str:
    """Return the totals of files of one kind by state, interface, subnet, class and service; a text if it fails."""
    source, parameters = _source(files)
    try:
        answer = connection.execute(_sql(source, files), [*parameters, sorted(gateways)])
        rows: list[tuple[Any, ...]] = answer.fetchall()
    except _errors() as error:
        return _first_line(error)
    return rows


def _errors() -> type[Exception]:
    import duckdb  # noqa: PLC0415 -- it is an extra, and slow to import

    error: type[Exception] = duckdb.Error
    return error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _literal(path: Path) -> str:
    """Return the absolute path as a pattern of DuckDB's that only it matches."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path.absolute()))


def _source(files: LogFiles) -> tuple[str, list[Any]]:
    """Return the source of records in SQL, with its parameters."""
    names = [_literal(path) for path in files.paths]
    if files.kind == "parquet":
        return "read_parquet(?)", [names]
    skip = int(files.header)
    compression = "gzip" if files.kind == "gzip" else "none"
    # No line has this sign, so each is one column; the fields are split below, and bad lines counted. Lines may end in
    # several ways in one file, which is not strict; between the signs of an end DuckDB sees an empty line.
    return (
        f"read_csv(?, columns={{'line': 'VARCHAR'}}, delim='\\x01', quote='', escape='', header=false, "
        f"auto_detect=false, skip={skip}, compression='{compression}', encoding='latin-1', strict_mode=false, "
        f"max_line_size={_LONGEST_LINE}, buffer_size={_BUFFER})"
    ), [names, " ".join(files.fields)]


def _columns(files: LogFiles) -> Iterator[str]:
    """Yield a column for each field in use: from the split line by its place, of Parquet by its name, else NULL."""
    by_name = {field.replace("_", "-"): field for field in reversed(files.fields)}
    for name in _USED:
        column = name.replace("-", "_")
        if name not in by_name:
            value = "NULL"
        elif files.kind == "parquet":
            # One of the names above, with either sign between its words.
            value = f'"{by_name[name]}"::VARCHAR'
        else:
            value = f"nullif(fields[{files.fields.index(name) + 1}], '-')"
        yield f"try_cast({value} AS BIGINT) AS {column}_" if name in _NUMBERS else f"{value}::VARCHAR AS {column}_"


def _sql(source: str, files: LogFiles) -> str:
    """Return the query over a source of records."""
    is_parquet = files.kind == "parquet"
    return _QUERY.format(
        split="SELECT *" if is_parquet else "SELECT line, string_split(rtrim(line, chr(13)), ' ') AS fields",
        source=source,
        # Files that somebody joined have their header in the middle.
        lines="" if is_parquet else " WHERE line IS NOT NULL AND rtrim(line, chr(13)) <> ?",
        whole="true" if is_parquet else f"len(fields) = {len(files.fields)}",
        owners="NULL::VARCHAR[]" if is_parquet else _OWNERS.format(len(files.fields)),
        columns=", ".join(_columns(files)),
        source_number=_NUMBER.format("source"),
        target_number=_NUMBER.format("target"),
        source_translated=_IS_NAT64.format("source"),
        target_translated=_IS_NAT64.format("target"),
        own_bits=OWN_BITS,
        names=", ".join(f"blocks{bits}.name" for bits in SIZES),
        joins="".join(f" LEFT JOIN blocks{bits} ON blocks{bits}.key = (remote >> {bits})" for bits in SIZES),
        most=_MOST_ADDRESSES,
    )
