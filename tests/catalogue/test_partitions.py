"""The partitions of AWS, held to botocore's own table of them."""

import json
from pathlib import Path

import botocore
import pytest

from skerry.catalogue.partitions import Partition, list_registry_suffixes, load_partitions, partition_of
from skerry.model.arns import region_of_endpoint_service, region_of_zone
from tests.tables import each

TABLE = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text(encoding="utf-8"))
KNOWN = {row["id"]: row for row in TABLE["partitions"]}
REGIONS = [(name, region) for name, row in KNOWN.items() for region in row["regions"] if not region.endswith("-global")]


def test_are_those_that_botocore_knows() -> None:
    assert {row.name for row in load_partitions()} == set(KNOWN)


@each("row", load_partitions(), ids=lambda row: row.name)
def test_have_the_suffixes_that_botocore_knows(row: Partition) -> None:
    outputs = KNOWN[row.name]["outputs"]
    assert (row.suffix, row.dual_stack) == (outputs["dnsSuffix"], outputs["dualStackDnsSuffix"])


@each(("name", "region"), REGIONS)
class TestEveryRegion:
    def test_is_in_its_partition(self, name: str, region: str) -> None:
        found = partition_of(region)
        assert found is not None
        assert found.name == name

    def test_is_read_from_the_names_of_its_zones_and_endpoints(self, name: str, region: str) -> None:
        assert region_of_zone(f"{region}a") == region
        assert region_of_endpoint_service(f"com.amazonaws.{region}.ecr.api") == region
        assert name


@pytest.mark.parametrize("region", ["us-isox-east-1", "eu-west", "", "x-y-1", "us-gov-west", "eu-west-1a"])
def test_another_region_is_in_none(region: str) -> None:
    assert partition_of(region) is None


def test_the_bucket_of_layers_is_sure_in_the_standard_partition_only() -> None:
    assert {row.name for row in load_partitions() if row.layer_bucket == "documented"} == {"aws"}


def test_registries_end_with_a_suffix_of_any_partition() -> None:
    assert {"amazonaws.com", "on.aws", "amazonaws.eu", "on.amazonwebservices.com.cn"} <= set(list_registry_suffixes())
