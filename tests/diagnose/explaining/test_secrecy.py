"""Secrets in error texts."""

import pytest

from skerry.diagnose.explaining.secrecy import redact

SECRET = "Zm9vYmFyYmF6cXV4MTIzNDU2"


@pytest.mark.parametrize(
    "text",
    [
        f"Get https://a.s3.amazonaws.com/k?X-Amz-Security-Token={SECRET}&X-Amz-Signature={SECRET}: 403",
        f"Get https://user:{SECRET}@registry.example.com/v2/: 401",
        f"Authorization: Bearer {SECRET}",
        f'"authorization": "Basic {SECRET}"',
        f"bearer {SECRET}",
        f"AWS_SECRET_ACCESS_KEY={SECRET}",
        f"db_password={SECRET}",
        f'{{"password": "{SECRET}"}}',
        f"password: {SECRET}",
        f"X-Amz-Security-Token: {SECRET}",
        f"token='{SECRET}'",
        f"eyJ{SECRET}.{SECRET}",
    ],
)
def test_are_removed(text: str) -> None:
    assert SECRET not in redact(text)
    assert "<removed>" in redact(text)


@pytest.mark.parametrize("key", ["AKIAIOSFODNN7EXAMPLE", "ASIAURFG4DI6CP53NANT"])
def test_keys_are_removed(key: str) -> None:
    assert key not in redact(f"credential {key} is not valid")


@pytest.mark.parametrize(
    "text",
    [
        "unable to retrieve secret from asm: failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:my-AbCdEf",
        "failed to fetch anonymous token: Get https://auth.docker.io/token: dial tcp 1.2.3.4:443",
        "valueFrom=secret=arn:aws:secretsmanager:eu-west-1:111122223333:secret:my-AbCdEf",
        "not authorized to perform: ecr:GetAuthorizationToken on resource: *",
    ],
)  # fmt: skip
def test_what_is_none_stays(text: str) -> None:
    assert redact(text) == text
