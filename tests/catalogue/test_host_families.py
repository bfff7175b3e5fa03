"""Address families of AWS's host names."""

import pytest

from skerry.catalogue.host_families import BOTH, IPV4, Families, families_of_host, find_host_families
from skerry.catalogue.services import ServiceRef, dual_stack_host_of, service_of_host


@pytest.mark.parametrize(
    ("name", "families"),
    [
        ("api.ecr.eu-west-1.amazonaws.com", IPV4),
        ("ecr.eu-west-1.api.aws", BOTH),
        ("111122223333.dkr.ecr.eu-west-1.amazonaws.com", IPV4),
        ("111122223333.dkr-ecr.eu-west-1.on.aws", BOTH),
        ("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", IPV4),
        ("111122223333.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", BOTH),
        ("bucket.s3.eu-west-1.amazonaws.com", IPV4),
        ("s3.dualstack.us-gov-west-1.amazonaws.com", BOTH),
        ("logs.eu-west-1.api.aws", BOTH),
        ("logs.cn-north-1.api.amazonwebservices.com.cn", BOTH),
        ("secretsmanager.eu-west-1.amazonaws.com", BOTH),
        ("kms.eu-west-1.api.aws", BOTH),
        ("ec2.eu-west-1.amazonaws.com", IPV4),
        ("logs.eu-west-1.amazonaws.com", None),
        ("ssm.eu-west-1.amazonaws.com", None),
        ("logs.eu-nowhere-west-1.example", None),
        ("api.ecr.xx-west-1.amazonaws.com", None),
        ("registry-1.docker.io", None),
    ],
)
def test_families_follow_the_name(name: str, families: Families | None) -> None:
    assert families_of_host(name) == families


def test_families_of_host_have_a_source() -> None:
    row = find_host_families("ecr.eu-west-1.api.aws")
    assert row is not None
    assert (row.grade, row.source) == (
        "documented",
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html",
    )


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("ecr.api", "ecr.eu-west-1.api.aws"),
        ("s3", "s3.dualstack.eu-west-1.amazonaws.com"),
        ("logs", "logs.eu-west-1.api.aws"),
        ("ecr.dkr", None),
        ("ssm", None),
        ("kms", None),
    ],
)
def test_dual_stack_host_of_a_service(key: str, name: str | None) -> None:
    ref = ServiceRef(key, "eu-west-1")
    assert dual_stack_host_of(ref) == name
    assert name is None or (service_of_host(name), families_of_host(name)) == (ref, BOTH)


def test_service_of_unknown_partition_has_no_dual_stack_host() -> None:
    assert dual_stack_host_of(ServiceRef("logs", "xx-west-1")) is None
