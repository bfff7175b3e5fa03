"""Totals of VPC flow logs: formats, classes of addresses, bad lines, and a slow reading for comparison."""

import gzip
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from skerry.catalogue.aws_ranges import is_of_aws
from skerry.cost.measured import FlowLogTotals
from skerry.errors import InputError, NothingFoundError, SkerryError
from skerry.net.addresses import PUBLIC
from skerry.net.intervals import covers
from skerry.net.ip_addresses import IpAddress
from skerry.sources.flow_log_files import DEFAULT_FIELDS
from skerry.sources.flow_logs import read_flow_logs
from tests.networks import REGION, S3_CIDRS, Network

ROOT = Path(__file__).parents[2]
duckdb: Any = pytest.importorskip("duckdb", reason="the extra flowlogs")

HEADER = " ".join(DEFAULT_FIELDS)
NAT = "eni-1f"


@pytest.fixture(scope="module")
def world() -> Any:
    network = Network()
    network.serve_s3()
    network.serve_internet_by_nat()
    network.prefix_list("pl-dd", "52.94.5.0/24", called=f"com.amazonaws.{REGION}.dynamodb", owner="AWS")
    return network.world()


def record(source: str = "10.0.1.5", target: str = "8.8.8.8", count: object = 100, **more: object) -> str:
    """A line of the default format."""
    values = {"interface": "eni-2", "start": 1000, "end": 1060, "action": "ACCEPT", "status": "OK"} | more
    first = f"2 111122223333 {values['interface']} {source} {target} 443 50000 6 3 {count}"
    return f"{first} {values['start']} {values['end']} {values['action']} {values['status']}"


def saved(tmp_path: Path, *lines: str, name: str = "a.log", header: str = HEADER) -> Path:
    path = tmp_path / name
    path.write_text("\n".join([header, *lines] if header else lines) + "\n", encoding="utf-8")
    return path


def sums(totals: FlowLogTotals) -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in totals.rows:
        found[row.traffic] += row.bytes
    return dict(found)


class TestClasses:
    def test_addresses_have_their_classes_in_both_directions(self, tmp_path: Path, world: Any) -> None:
        lines = [
            record(target="52.218.0.9", count=1),
            record(source="52.218.0.9", target="10.0.1.5", count=2),
            record(target="52.94.5.9", count=4),
            record(target="3.248.0.1", count=8),
            record(target="10.0.2.7", count=16),
            record(target="192.168.0.9", count=32),
            record(target="203.0.112.9", count=64),
        ]
        totals = read_flow_logs(saved(tmp_path, *lines), world)
        expected = {"s3": 3, "dynamodb": 4, "aws": 8, "vpc": 16, "private": 32, "internet": 64}
        assert sums(totals) == expected
        (internet,) = [row for row in totals.rows if row.traffic == "internet"]
        assert (internet.interface, internet.subnet, internet.addresses) == ("eni-2", "subnet-a", ("203.0.112.9",))
        assert (totals.records, totals.malformed, totals.first, totals.last) == (7, 0, 1000, 1060)

    def test_nat_gateway_shows_each_byte_once(self, tmp_path: Path, world: Any) -> None:
        lines = [
            record("10.0.1.5", "10.0.2.200", 70, interface=NAT),
            record("10.0.2.200", "203.0.112.9", 70, interface=NAT),
            record("203.0.112.9", "10.0.2.200", 30, interface=NAT),
            record("10.0.2.200", "10.0.1.5", 30, interface=NAT),
            record("10.99.0.5", "10.0.2.200", 5, interface=NAT),
        ]
        totals = read_flow_logs(saved(tmp_path, *lines), world)
        assert sums(totals) == {"internet": 100}
        assert totals.client_bytes == 105

    def test_packet_addresses_of_a_nat_gateway_do_not_double_it(self, tmp_path: Path, world: Any) -> None:
        header = "interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr bytes"
        lines = [f"{NAT} 10.0.1.5 10.0.2.200 10.0.1.5 203.0.112.9 70", f"{NAT} 10.0.2.200 203.0.112.9 - - 70"]
        lines += ["eni-2 10.0.1.5 10.0.2.200 10.0.1.5 203.0.112.9 7"]
        totals = read_flow_logs(saved(tmp_path, *lines, header=header), world)
        assert {(row.interface, row.traffic): row.bytes for row in totals.rows} == {
            (NAT, "internet"): 70,
            ("eni-2", "internet"): 7,
        }

    def test_same_classes_as_a_slow_reading(self, tmp_path: Path, world: Any) -> None:
        chance = random.Random(7)  # noqa: S311 -- repeatable
        prefixes = (
            "10.0.1",
            "10.0.2",
            "52.218.9",
            "52.94.5",
            "3.5.64",
            "52.94.6",
            "203.0.113",
            "172.16.3",
            "99.77.128",
        )
        addresses = [f"{chance.choice(prefixes)}.{chance.randrange(256)}" for _ in range(2000)]
        addresses += [".".join(str(chance.randrange(256)) for _ in range(4)) for _ in range(2000)]
        lines = [record(target=address, count=number) for number, address in enumerate(addresses)]
        expected: Counter[str] = Counter()
        for number, address in enumerate(addresses):
            expected[class_of(address)] += number
        found = sums(read_flow_logs(saved(tmp_path, *lines), world))
        assert len(expected) == 6
        assert found == dict(expected)

    def test_unread_prefix_lists_are_named(self, tmp_path: Path) -> None:
        network = Network()
        totals = read_flow_logs(saved(tmp_path, record(target="52.218.0.9")), network.world())
        assert sums(totals) == {"aws": 100}
        assert sum("its bytes are among those with AWS" in note for note in totals.notes) == 2

    def test_vpcs_with_the_same_addresses_leave_the_subnet_open(self, tmp_path: Path) -> None:
        network = Network()
        network.add("Vpcs", VpcId="vpc-2", CidrBlock="10.0.0.0/16", OwnerId="111122223333")
        network.subnet("subnet-z", "10.0.1.0/24", "eu-west-1a", vpc="vpc-2")
        totals = read_flow_logs(saved(tmp_path, record()), network.world())
        assert [row.subnet for row in totals.rows] == [None]
        assert any("same addresses" in note for note in totals.notes)


def class_of(address: str) -> str:
    """The class of an address, one by one."""
    from ipaddress import IPv4Address, ip_address, ip_network  # noqa: PLC0415

    parsed = ip_address(address)
    assert isinstance(parsed, IPv4Address)
    if parsed in ip_network("10.0.0.0/16"):
        return "vpc"
    if any(parsed in ip_network(cidr) for cidr in S3_CIDRS):
        return "s3"
    if parsed in ip_network("52.94.5.0/24"):
        return "dynamodb"
    if not covers(PUBLIC, IpAddress(address).addresses):
        return "private"
    return "aws" if is_of_aws(parsed) else "internet"


class TestFormats:
    def test_custom_order_compressed_and_headerless_files_are_read_together(self, tmp_path: Path, world: Any) -> None:
        saved(tmp_path, record(count=1))
        saved(tmp_path, record(count=2), name="old.log", header="")
        custom = "bytes dstaddr srcaddr interface-id ecs-service-name subnet-id action"
        saved(tmp_path, "4 8.8.8.8 10.0.1.5 eni-3 web subnet-x ACCEPT", name="b.log", header=custom)
        (tmp_path / "deep").mkdir()
        with gzip.open(tmp_path / "deep" / "c.log.gz", "wt", encoding="utf-8") as file:
            file.write(f"{HEADER}\n{record(count=8)}\r\n")
        totals = read_flow_logs(tmp_path, world)
        assert (totals.files, totals.records, sums(totals)) == (4, 4, {"internet": 15})
        named = next(row for row in totals.rows if row.service)
        assert (named.service, named.subnet, named.interface) == ("web", "subnet-x", "eni-3")

    @pytest.mark.parametrize("sign", ["-", "_"])
    def test_parquet(self, tmp_path: Path, world: Any, sign: str) -> None:
        path = tmp_path / "flow.log.parquet"
        names = {"interface": f"interface{sign}id", "status": f"log{sign}status"}
        columns = (
            f"'eni-2' AS \"{names['interface']}\", '10.0.1.5' AS srcaddr, '8.8.8.8' AS dstaddr, 7::BIGINT AS bytes, "
            f"1000::BIGINT AS start, 1060::BIGINT AS \"end\", 'ACCEPT' AS action, 'OK' AS \"{names['status']}\""
        )
        duckdb.sql(f"COPY (SELECT {columns}) TO '{path}' (FORMAT parquet, COMPRESSION gzip)")
        duckdb.sql(f"COPY (SELECT 1 AS other) TO '{tmp_path / 'x.parquet'}' (FORMAT parquet)")
        (tmp_path / "bad.parquet").write_bytes(b"PAR1 and no more")
        totals = read_flow_logs(tmp_path, world)
        assert (totals.records, sums(totals), totals.first) == (1, {"internet": 7}, 1000)
        assert sum("is left out" in note for note in totals.notes) == 2

    def test_names_of_files_are_no_patterns(self, tmp_path: Path, world: Any) -> None:
        saved(tmp_path, record(count=1), name="a[b]*?'; DROP TABLE own; --.log")
        saved(tmp_path, record(count=2), name="ab.log")
        saved(tmp_path, record(count=4), name="a*.log")
        assert sums(read_flow_logs(tmp_path, world)) == {"internet": 7}
        (tmp_path / "ab.log").unlink()
        (tmp_path / "a*.log").unlink()
        (path,) = tmp_path.iterdir()
        assert sums(read_flow_logs(path, world)) == {"internet": 1}

    def test_regional_nat_gateway_is_known_by_its_own_id(self, tmp_path: Path, world: Any) -> None:
        header = "interface-id resource-id srcaddr dstaddr bytes"
        lines = ["- nat-1 10.0.1.5 10.0.2.200 70", "- nat-1 10.0.2.200 8.8.8.8 70"]
        totals = read_flow_logs(saved(tmp_path, *lines, header=header), world)
        assert {(row.interface, row.bytes) for row in totals.rows} == {("nat-1", 70)}


class TestBadInput:
    def test_malformed_lines_are_counted_and_left_out(self, tmp_path: Path, world: Any) -> None:
        lines = [
            record(count=5),
            "",
            "2 111122223333 eni-2",
            record() + " more",
            record(count="many"),
            record(count=-5),
            record(target="300.1.1.1"),
            record(target="elsewhere"),
            record(interface="-"),
            "\xff\xfe" * 40,
        ]
        totals = read_flow_logs(saved(tmp_path, *lines), world)
        assert (sums(totals), totals.records) == ({"internet": 5}, 1)
        # An empty line is none.
        assert totals.malformed == 8
        assert totals.damaged == {"eni-2"}
        # Cut off after its interface, without an interface, and no record at all.
        assert totals.unnamed == 3

    def test_line_that_names_its_interface_hides_no_other(self, tmp_path: Path, world: Any) -> None:
        cases: dict[str, tuple[frozenset[str] | set[str], int]] = {
            record(interface="eni-3") + " more": ({"eni-3"}, 0),
            f"2 111122223333 eni-3 {record()}": (set(), 1),
            "2 111122223333 eni-3 10.0.1.5 8.8": ({"eni-3"}, 0),
            "2 111122223333 eni-": (set(), 1),
            record(interface="eni-3", count="x"): ({"eni-3"}, 0),
        }
        for line, (damaged, unnamed) in cases.items():
            totals = read_flow_logs(saved(tmp_path, record(), line), world)
            assert (totals.damaged, totals.unnamed, totals.malformed) == (damaged, unnamed, 1), line

    def test_joined_files_repeat_their_header(self, tmp_path: Path, world: Any) -> None:
        totals = read_flow_logs(saved(tmp_path, record(count=1), f"{HEADER}\r", record(count=2)), world)
        assert (sums(totals), totals.malformed) == ({"internet": 3}, 0)
        swapped = HEADER.replace("srcaddr dstaddr", "dstaddr srcaddr")
        totals = read_flow_logs(saved(tmp_path, record(count=1), swapped, record(count=2)), world)
        assert (totals.malformed, totals.unnamed) == (1, 1)

    def test_file_of_flow_logs_that_cannot_be_used_is_lost(self, tmp_path: Path, world: Any) -> None:
        saved(tmp_path, record(count=1))
        (tmp_path / "notes.txt").write_text("start reading here\n", encoding="utf-8")
        assert read_flow_logs(tmp_path, world).unread == 0
        saved(tmp_path, "eni-2 10.0.1.5 8.8.8.8", name="b.log", header="interface-id srcaddr dstaddr")
        assert read_flow_logs(tmp_path, world).unread == 1
        # As CloudWatch Logs exports them.
        saved(tmp_path, f"2026-11-28T00:00:00.000Z {record()}", name="c.log", header="")
        (tmp_path / "d.log.gz").write_bytes(b"\x1f\x8bnothing")
        assert read_flow_logs(tmp_path, world).unread == 3

    def test_cut_off_archive_is_lost(self, tmp_path: Path, world: Any) -> None:
        saved(tmp_path, record(count=1))
        whole = gzip.compress("\n".join([HEADER, *(record(count=number) for number in range(3000))]).encode())
        for size in (len(whole) - 1, len(whole) - 8, len(whole) - 9, len(whole) // 2, 200):
            (tmp_path / "b.log.gz").write_bytes(whole[:size])
            assert read_flow_logs(tmp_path, world).unread == 1, size

    def test_records_without_data_count_as_a_sight_of_the_interface(self, tmp_path: Path, world: Any) -> None:
        none = "2 111122223333 {} - - - - - - - 1000 1060 - {}"
        lines = [none.format("eni-5", "NODATA"), none.format("eni-6", "SKIPDATA"), record(count=0)]
        totals = read_flow_logs(saved(tmp_path, *lines, record(interface="eni-7", action="REJECT")), world)
        assert (totals.without_data, totals.malformed, sums(totals)) == (2, 0, {"internet": 0})
        assert totals.interfaces == {"eni-2", "eni-5", "eni-6"}
        assert totals.skipped == {"eni-6"}
        assert any("AWS skipped records" in note for note in totals.notes)
        assert any("rejected packets" in note for note in totals.notes)
        rejected = read_flow_logs(saved(tmp_path, lines[0], record(action="REJECT")), world)
        assert (rejected.records, rejected.interfaces) == (2, frozenset())

    def test_ipv6_is_left_out_and_named(self, tmp_path: Path, world: Any) -> None:
        totals = read_flow_logs(saved(tmp_path, record("2600::1", "2600::2"), record(count=1)), world)
        assert sums(totals) == {"internet": 1}
        assert any("IPv6" in note for note in totals.notes)

    def test_nat64_has_the_class_of_the_address_behind_it(self, tmp_path: Path, world: Any) -> None:
        """https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html."""
        lines = [
            record("2600::1", "64:ff9b::cb00:7009", 1),
            record("64:ff9b::34da:9", "2600::1", 2),
            record("2600::1", "64:ff9b::a9", 4),
            record("2600::1", "64:ff9b::none", 8),
            record("2600::1", "64:ff9b::cb00:7009", 16, interface=NAT),
        ]
        totals = read_flow_logs(saved(tmp_path, *lines), world)
        assert sums(totals) == {"internet": 1, "s3": 2, "private": 4}
        assert totals.malformed == 1
        (internet,) = [row for row in totals.rows if row.traffic == "internet"]
        assert internet.addresses == ("203.0.112.9",)

    def test_broken_and_strange_files_do_not_stop_the_others(self, tmp_path: Path, world: Any) -> None:
        saved(tmp_path, record(count=3))
        whole = gzip.compress(f"{HEADER}\n{(record() + chr(10)) * 5000}".encode())
        (tmp_path / "b.log.gz").write_bytes(whole[: len(whole) // 2])
        (tmp_path / "c.log.gz").write_bytes(gzip.compress(f"{HEADER}\n{record(count=4)}\n".encode()))
        (tmp_path / "d.log.gz").write_bytes(b"\x1f\x8bnothing")
        (tmp_path / "notes.txt").write_text("nothing to see\n", encoding="utf-8")
        totals = read_flow_logs(tmp_path, world)
        assert sums(totals)["internet"] >= 7
        assert totals.unread >= 1
        left_out = [note for note in totals.notes if "left out" in note]
        assert {note.split()[0] for note in left_out} >= {"d.log.gz", "notes.txt"}
        assert any(note.startswith("b.log.gz") for note in left_out) or totals.records > 2

    def test_pipe_is_refused_before_it_is_opened(self, tmp_path: Path, world: Any) -> None:
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(InputError, match="neither a file nor a folder"):
            read_flow_logs(tmp_path / "pipe", world)
        saved(tmp_path, record())
        assert read_flow_logs(tmp_path, world).files == 1

    def test_path_without_flow_logs_is_refused(self, tmp_path: Path, world: Any) -> None:
        with pytest.raises(InputError):
            read_flow_logs(tmp_path / "none", world)
        (tmp_path / "notes.txt").write_text("nothing to see\n", encoding="utf-8")
        with pytest.raises(NothingFoundError):
            read_flow_logs(tmp_path, world)

    def test_missing_extra_is_named(self, tmp_path: Path, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
        with pytest.raises(SkerryError, match="duckdb"):
            read_flow_logs(saved(tmp_path, record()), world)


def test_database_shows_no_progress_to_an_interactive_program() -> None:
    program = """
from pathlib import Path
from skerry.sources.address_classes import classes_of
from skerry.sources.flow_log_query import connect
from tests.networks import Network

import duckdb

question = "SELECT current_setting('enable_progress_bar')"
print(duckdb.connect().execute(question).fetchone())
with connect(Path("."), classes_of(Network().world())) as connection:
    print(connection.execute(question).fetchone())
"""
    # DuckDB takes a program without a file for an interactive one.
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["(True,)", "(False,)"]


def test_database_reads_no_other_file(tmp_path: Path, world: Any) -> None:
    from skerry.sources.address_classes import classes_of  # noqa: PLC0415
    from skerry.sources.flow_log_query import connect  # noqa: PLC0415

    other = saved(tmp_path, record(), name="other.log")
    path = saved(tmp_path, record())
    with connect(path, classes_of(world)) as connection:
        with pytest.raises(duckdb.Error):
            connection.execute("SELECT * FROM read_csv(?)", [str(other)]).fetchall()
        with pytest.raises(duckdb.Error):
            connection.execute("SET memory_limit = '9GB'")
