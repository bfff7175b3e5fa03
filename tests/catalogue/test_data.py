"""Facts are data: every row tells its source, and its grade where the file grades its rows."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any, get_args

import skerry
from skerry.catalogue.data_files import Grade
from tests.tables import each

DATA = Path(skerry.__file__).parent / "data"
# Lists of one source, without rows of their own.
LISTS = {"aws_ranges", "endpoint_services"}
# Prices name several sources each, which a list beside them describes: tests/cost/test_prices.py.
PRICES = {"prices"}
FILES = sorted(path for path in DATA.glob("*.json") if path.stem not in LISTS | PRICES)
TABLES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}
GRADES = set(get_args(Grade))

of_each_table = each("name", TABLES)


def rows_of(name: str) -> list[dict[str, Any]]:
    """The one list of rows in a table."""
    (rows,) = (value for value in TABLES[name].values() if isinstance(value, list))
    return rows


def test_data_folder_has_the_expected_tables() -> None:
    assert set(TABLES) == {
        "codes",
        "cross_region",
        "error_rules",
        "error_spots",
        "errors",
        "fargate_offers",
        "global_names",
        "guardduty",
        "host_families",
        "managed_policies",
        "output_terms",
        "partitions",
        "platforms",
        "prefix_lists",
        "refusals",
        "regions",
        "registries",
        "s3_ranges",
        "services",
        "zones",
    }


@of_each_table
class TestEveryTable:
    def test_data_table_has_description_and_date(self, name: str) -> None:
        assert TABLES[name]["about"].endswith(".")
        assert date.fromisoformat(TABLES[name]["date"]).year >= 2026

    def test_data_table_has_source_for_every_row(self, name: str) -> None:
        of_all = TABLES[name].get("source", "")
        assert all(row.get("source", of_all) for row in rows_of(name))

    def test_data_table_row_sources_are_https_urls(self, name: str) -> None:
        given = [row["source"] for row in rows_of(name) if "source" in row]
        assert [source for source in given if not re.fullmatch(r"https://[^\s/]+/\S*", source)] == []

    def test_data_table_grades_all_rows_or_none(self, name: str) -> None:
        grades = {row.get("grade", TABLES[name].get("grade")) for row in rows_of(name)}
        assert grades <= GRADES or grades == {None}

    def test_data_table_has_unique_rows(self, name: str) -> None:
        known = [
            tuple(
                str(row[key])
                for key in (
                    "id",
                    "block",
                    "step",
                    "service",
                    "codes",
                    "family",
                    "version",
                    "code",
                    "key",
                    "name",
                    "names",
                    "region",
                    "architecture",
                    "offer",
                )
                if key in row
            )
            for row in rows_of(name)
        ]
        assert len(known) == len(set(known)) > 0


def test_data_tables_are_all_graded() -> None:
    ungraded = [name for name in TABLES if not all("grade" in row or "grade" in TABLES[name] for row in rows_of(name))]
    assert ungraded == []
