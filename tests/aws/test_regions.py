"""The Regions of AWS, as botocore lists them."""

from skerry.aws.regions import list_regions
from skerry.catalogue.partitions import load_partitions, partition_of


def test_regions_belong_to_every_partition() -> None:
    names = {partition.name for region in list_regions() if (partition := partition_of(region))}
    assert names == {partition.name for partition in load_partitions()}


def test_regions_have_no_pseudo_regions() -> None:
    assert [name for name in list_regions() if "global" in name] == []
    assert {"eu-west-1", "us-east-1", "cn-north-1"} <= set(list_regions())
