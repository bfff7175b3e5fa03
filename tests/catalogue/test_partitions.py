"""The partitions of AWS, held to botocore's own table of them."""

import json
from pathlib import Path

import botocore
import pytest

from skerry.catalogue.partitions import Partition, is_registry_of, list_registry_suffixes, load_partitions, partition_of
from skerry.model.arns import region_of_endpoint_service, region_of_zone
from tests.tables import each

TABLE = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text(encoding="utf-8"))
KNOWN = {row["id"]: row for row in TABLE["partitions"]}
REGIONS = [(name, region) for name, row in KNOWN.items() for region in row["regions"] if not region.endswith("-global")]


def test_partitions_match_botocore() -> None:
    assert {row.name for row in load_partitions()} == set(KNOWN)


@each("row", load_partitions(), ids=lambda row: row.name)
def test_partition_suffixes_match_botocore(row: Partition) -> None:
    outputs = KNOWN[row.name]["outputs"]
    assert (row.suffix, row.dual_stack) == (outputs["dnsSuffix"], outputs["dualStackDnsSuffix"])


@each(("name", "region"), REGIONS)
class TestEveryRegion:
    def test_region_is_in_its_partition(self, name: str, region: str) -> None:
        found = partition_of(region)
        assert found is not None
        assert found.name == name

    def test_region_is_read_from_zone_and_endpoint_service_names(self, name: str, region: str) -> None:
        assert region_of_zone(f"{region}a") == region
        assert region_of_endpoint_service(f"com.amazonaws.{region}.ecr.api") == region
        assert name


@pytest.mark.parametrize("region", ["us-isox-east-1", "eu-west", "", "x-y-1", "us-gov-west", "eu-west-1a"])
def test_unknown_region_has_no_partition(region: str) -> None:
    assert partition_of(region) is None


def test_layer_bucket_is_documented_only_in_standard_partition() -> None:
    assert {row.name for row in load_partitions() if row.layer_bucket == "documented"} == {"aws"}


def test_suffixes_include_standard_and_dual_stack_names() -> None:
    assert {"amazonaws.com", "on.aws", "amazonaws.eu", "on.amazonwebservices.com.cn"} <= set(list_registry_suffixes())


def test_registries_of_a_region_end_as_those_of_its_partition() -> None:
    assert is_registry_of("eu-west-1", "111122223333.dkr.ecr.eu-west-1.amazonaws.com")
    assert is_registry_of("cn-north-1", "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn")
    assert not is_registry_of("cn-north-1", "111122223333.dkr.ecr.cn-north-1.amazonaws.com")
    assert is_registry_of("nowhere", "111122223333.dkr.ecr.nowhere.example.com")
