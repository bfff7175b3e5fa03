"""Where a secret's value comes from."""

import pytest

from skerry.catalogue.platform_versions import find_platform
from skerry.catalogue.services import ServiceRef
from skerry.launch.secrets import source_of, unread_secrets_of
from skerry.model.arns import NameOrArn

SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf"  # noqa: S105 -- a name, not a secret
PARAMETER = "arn:aws:ssm:us-east-1:111122223333:parameter/db/password"


@pytest.mark.parametrize(
    ("value", "source"),
    [
        (SECRET, ServiceRef("secretsmanager", "eu-central-1")),
        (f"{SECRET}:password:AWSCURRENT:", ServiceRef("secretsmanager", "eu-central-1")),
        (PARAMETER, ServiceRef("ssm", "us-east-1")),
        ("password", ServiceRef("ssm", "eu-west-1")),
        ("/db/password", ServiceRef("ssm", "eu-west-1")),
        ("arn:aws:s3:::bucket/key", None),
        ("arn:aws:secretsmanager", None),
        ("arn:", None),
    ],
)
def test_secret_reference_names_its_service_and_region(value: str, source: ServiceRef | None) -> None:
    assert source_of(NameOrArn(value), "eu-west-1") == source


PART = f"{SECRET}:password::"


@pytest.mark.parametrize(
    ("family", "version", "unread"),
    [
        ("linux", "LATEST", []),
        ("linux", "1.4.0", []),
        ("windows", "1.0.0", []),
        ("linux", "1.3.0", [PART, f"{SECRET}::AWSPREVIOUS:"]),
        ("linux", "1.2.0", [SECRET, PART, f"{SECRET}::AWSPREVIOUS:", PARAMETER]),
    ],
)
def test_platform_version_reads_parts_of_secrets_or_whole_ones(family: str, version: str, unread: list[str]) -> None:
    given = [SECRET, PART, PART, f"{SECRET}::AWSPREVIOUS:", PARAMETER]
    platform = find_platform(family, version)
    assert platform is not None
    faults = list(unread_secrets_of(given, platform))
    assert [fault.message.rpartition(" in ")[2] for fault in faults] == unread
    assert {(fault.step, fault.code) for fault in faults} <= {("secrets", "SECRET_NOT_ON_PLATFORM")}
