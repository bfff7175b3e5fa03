"""Image references are read as container engines read them."""

import pytest

from skerry.catalogue.partitions import Partition, load_partitions
from skerry.catalogue.services import ServiceRef, service_of_host
from skerry.services.image_references import Image, parse

ECR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"

REGIONS = {
    "aws": "eu-west-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-eusc": "eusc-de-east-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
}


def read(reference: str) -> Image:
    found = parse(reference)
    assert found is not None
    assert found.reference == reference
    return found


@pytest.mark.parametrize(
    ("reference", "registry", "repository", "tag"),
    [
        ("nginx", "docker.io", "library/nginx", "latest"),
        ("nginx:1.27", "docker.io", "library/nginx", "1.27"),
        ("grafana/grafana", "docker.io", "grafana/grafana", "latest"),
        ("docker.io/nginx:1", "docker.io", "library/nginx", "1"),
        ("index.docker.io/library/nginx", "docker.io", "library/nginx", "latest"),
        ("registry-1.docker.io/a/b:c", "docker.io", "a/b", "c"),
        ("registry.hub.docker.com/library/nginx", "docker.io", "library/nginx", "latest"),
        ("quay.io/org/app:v1", "quay.io", "org/app", "v1"),
        ("registry.example:5000/app", "registry.example:5000", "app", "latest"),
        ("registry.example:5000/deep/er/app:2", "registry.example:5000", "deep/er/app", "2"),
        ("localhost/app:1", "localhost", "app", "1"),
        ("org/app", "docker.io", "org/app", "latest"),
        ("app@sha256:0123", "docker.io", "library/app", "sha256:0123"),
        ("quay.io/org/app:v1@sha256:0123", "quay.io", "org/app", "sha256:0123"),
        ("public.ecr.aws/nginx/nginx:stable", "public.ecr.aws", "nginx/nginx", "stable"),
    ],
)
def test_image_reference_splits_into_registry_repository_and_tag(
    reference: str, registry: str, repository: str, tag: str
) -> None:
    found = read(reference)
    assert (found.registry, found.repository, found.tag) == (registry, repository, tag)
    assert (found.region, found.account) == (None, None)


@pytest.mark.parametrize(
    ("host", "region"),
    [
        (ECR, "eu-west-1"),
        ("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("111122223333.dkr.ecr.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
        ("111122223333.dkr-ecr.eu-west-1.on.aws", "eu-west-1"),
    ],
)
def test_ecr_image_reference_names_region_and_account(host: str, region: str) -> None:
    found = read(f"{host}/team/web:1.0")
    assert (found.registry, found.repository, found.tag) == (host, "team/web", "1.0")
    assert (found.region, found.account) == (region, "111122223333")


@pytest.mark.parametrize(
    "host",
    [
        "11112222333.dkr.ecr.eu-west-1.amazonaws.com",
        f"x.{ECR}",
        "111122223333.dkr.s3.eu-west-1.amazonaws.com",
    ],
)
def test_image_reference_of_ecr_lookalike_host_has_no_region(host: str) -> None:
    assert read(f"{host}/web").region is None


@pytest.mark.parametrize("reference", ["", " ", "two words", "web:1\n", "quay.io/", ":1", "@sha256:0123"])
def test_malformed_image_reference_returns_none(reference: str) -> None:
    assert parse(reference) is None


@pytest.mark.parametrize("partition", load_partitions(), ids=lambda partition: partition.name)
@pytest.mark.parametrize(
    "host",
    [
        "{account}.dkr.ecr.{region}.{suffix}",
        "{account}.dkr.ecr-fips.{region}.{suffix}",
        "{account}.dkr-ecr.{region}.{registry}",
        "{account}.dkr-ecr-fips.{region}.{registry}",
    ],
)
def test_registry_of_ecr_is_known_in_every_partition(partition: Partition, host: str) -> None:
    region = REGIONS[partition.name]
    registry = host.format(account="111122223333", region=region, suffix=partition.suffix, registry=partition.registry)
    image = parse(f"{registry}/web:1")
    assert image is not None
    assert (image.account, image.region, image.repository) == ("111122223333", region, "web")
    assert service_of_host(registry) == ServiceRef("ecr.dkr", region)
