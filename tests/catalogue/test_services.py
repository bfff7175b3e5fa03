"""The names of AWS's services, in several Regions and partitions."""

import pytest

from skerry.catalogue.services import (
    Partition,
    ServiceRef,
    endpoint_service,
    file_system_of,
    host,
    layer_bucket,
    matches,
    partition_of,
    private_names,
    service_of_endpoint,
    service_of_host,
    services,
)

REGIONS = ("eu-west-1", "us-east-1", "ap-southeast-4", "il-central-1", "cn-north-1", "cn-northwest-1", "us-gov-west-1")


@pytest.mark.parametrize("region", REGIONS)
class TestEveryServiceInEveryRegion:
    def test_is_found_by_its_host(self, region: str) -> None:
        for ref in (ServiceRef(key, region) for key in services()):
            assert service_of_host(host(ref) or "") == ref

    def test_is_found_by_the_name_of_its_endpoint_service(self, region: str) -> None:
        for ref in (ServiceRef(key, region) for key in services()):
            names = [endpoint_service(ref, kind) for kind in services()[ref.key].types]
            assert [service_of_endpoint(name or "") for name in names] == [ref] * len(names)

    def test_has_private_names_that_lead_to_it(self, region: str) -> None:
        for ref in (ServiceRef(key, region) for key in services()):
            assert {service_of_host(pattern.replace("*", "x")) for pattern in private_names(ref)} == {ref}

    def test_has_a_host_that_a_private_name_of_its_covers(self, region: str) -> None:
        for ref in (ServiceRef(key, region) for key in services()):
            assert any(matches(pattern, host(ref) or "") for pattern in private_names(ref)), ref


class TestPartitions:
    @pytest.mark.parametrize(
        ("region", "name", "suffix"),
        [
            ("eu-west-1", "aws", "amazonaws.com"),
            ("mx-central-1", "aws", "amazonaws.com"),
            ("us-gov-east-1", "aws-us-gov", "amazonaws.com"),
            ("cn-northwest-1", "aws-cn", "amazonaws.com.cn"),
        ],
    )
    def test_of_a_region(self, region: str, name: str, suffix: str) -> None:
        found = partition_of(region)
        assert isinstance(found, Partition)
        assert (found.name, found.suffix) == (name, suffix)

    @pytest.mark.parametrize("region", ["us-iso-east-1", "us-isob-east-1", "eusc-de-east-1", "eu-west", "", "x-y-1"])
    def test_of_a_region_whose_naming_is_not_known_are_none(self, region: str) -> None:
        ref = ServiceRef("logs", region)
        assert partition_of(region) is None
        assert host(ref) is None
        assert endpoint_service(ref) is None
        assert private_names(ref) == ()

    @pytest.mark.parametrize(
        ("key", "kind", "name"),
        [
            ("ecr.api", "Interface", "cn.com.amazonaws.cn-north-1.ecr.api"),
            ("s3", "Interface", "cn.com.amazonaws.cn-north-1.s3"),
            ("s3", "Gateway", "com.amazonaws.cn-north-1.s3"),
            ("logs", "Interface", "com.amazonaws.cn-north-1.logs"),
        ],
    )
    def test_of_china_have_endpoint_services_of_their_own(self, key: str, kind: str, name: str) -> None:
        ref = ServiceRef(key, "cn-north-1")
        assert endpoint_service(ref, kind) == name
        assert service_of_endpoint(name) == ref


class TestHosts:
    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("api.ecr.eu-west-1.amazonaws.com", "ecr.api"),
            ("111122223333.dkr.ecr.eu-west-1.amazonaws.com", "ecr.dkr"),
            ("prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com", "s3"),
            ("bucket.with.dots.s3.eu-west-1.amazonaws.com", "s3"),
            ("ssmmessages.eu-west-1.amazonaws.com", "ssmmessages"),
        ],
    )
    def test_lead_to_their_service(self, name: str, key: str) -> None:
        assert service_of_host(name) == ServiceRef(key, "eu-west-1")

    @pytest.mark.parametrize(
        "name",
        [
            "logs.eu-west-1.amazonaws.com.evil.example",
            "logs.eu-west-1.amazonaws.example",
            "nothing.eu-west-1.amazonaws.com",
            "evil-logs.eu-west-1.amazonaws.com",
            "x.logs.eu-west-1.amazonaws.com",
            "example.com",
            "",
        ],
    )
    def test_of_no_service_lead_to_none(self, name: str) -> None:
        assert service_of_host(name) is None

    @pytest.mark.parametrize("name", ["com.amazonaws.vpce.eu-west-1.vpce-svc-0123", "com.amazonaws.eu-west-1.none", ""])
    def test_of_no_endpoint_service_lead_to_none(self, name: str) -> None:
        assert service_of_endpoint(name) is None


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("*.s3.example", "a.s3.example", True),
        ("*.s3.example", "a.b.s3.example", True),
        ("*.s3.example", "s3.example", False),
        ("*.s3.example", ".s3.example", False),
        ("*.s3.example", "as3.example", False),
        ("s3.example", "s3.example", True),
        ("s3.example", "a.s3.example", False),
    ],
)
def test_a_pattern_covers_what_is_below_it(pattern: str, name: str, fits: bool) -> None:  # noqa: FBT001
    assert matches(pattern, name) == fits


@pytest.mark.parametrize(
    ("name", "file_system"),
    [
        ("fs-0a1b.efs.eu-west-1.amazonaws.com", "fs-0a1b"),
        ("fs-0a1b.efs.cn-north-1.amazonaws.com.cn", "fs-0a1b"),
        ("eu-west-1a.fs-0a1b.efs.eu-west-1.amazonaws.com", None),
        ("fs-0a1b.efs.eu-west-1.amazonaws.com.example", None),
        ("elasticfilesystem.eu-west-1.amazonaws.com", None),
    ],
)
def test_the_name_of_a_file_system_tells_its_id(name: str, file_system: str | None) -> None:
    assert file_system_of(name) == file_system


def test_layers_are_in_a_bucket_of_the_region() -> None:
    assert layer_bucket("eu-west-1") == "prod-eu-west-1-starport-layer-bucket"
