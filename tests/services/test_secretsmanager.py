"""References to secrets of Secrets Manager."""

import pytest

from skerry.services.secretsmanager import SecretVersion, bare_reference_of, version_of

SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf"  # noqa: S105 -- a name, not a secret
PARAMETER = "arn:aws:ssm:us-east-1:111122223333:parameter/db/password"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (SECRET, SECRET),
        (f"{SECRET}:password::", SECRET),
        (f"{SECRET}:password:AWSPREVIOUS:0123", SECRET),
        (f"{SECRET}:::", SECRET),
        (PARAMETER, PARAMETER),
        ("/db/password", "/db/password"),
        ("arn:aws-cn:secretsmanager:cn-north-1:1:secret:a:b:c:d", "arn:aws-cn:secretsmanager:cn-north-1:1:secret:a"),
    ],
)
def test_secret_name_omits_json_key_and_version(value: str, name: str) -> None:
    assert bare_reference_of(value) == name


@pytest.mark.parametrize(
    ("value", "version"),
    [
        (SECRET, SecretVersion()),
        (f"{SECRET}:password::", SecretVersion("password")),
        (f"{SECRET}:password:AWSPREVIOUS:0123", SecretVersion("password", "AWSPREVIOUS", "0123")),
        (f"{SECRET}:::", SecretVersion()),
        (f"{SECRET}:a", SecretVersion("a")),
        ("dockerhub", SecretVersion()),
    ],
)
def test_secret_reference_names_json_key_and_version(value: str, version: SecretVersion) -> None:
    assert version_of(value) == version
    assert SecretVersion().stage == "AWSCURRENT"
