"""Where a secret's value comes from."""

import pytest

from skerry.catalogue.services import ServiceRef
from skerry.launch.secrets import source_of

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
    assert source_of(value, "eu-west-1") == source
