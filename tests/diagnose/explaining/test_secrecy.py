"""Secrets in error texts."""

import pytest

from skerry.diagnose.explaining.secrecy import redact

VALUE = "Zm9vYmFyYmF6cXV4MTIzNDU2"


@pytest.mark.parametrize(
    "text",
    [
        f"Get https://a.s3.amazonaws.com/k?X-Amz-Security-Token={VALUE}&X-Amz-Signature={VALUE}: 403",
        f"Get https://user:{VALUE}@registry.example.com/v2/: 401",
        f"Authorization: Bearer {VALUE}",
        f'"authorization": "Basic {VALUE}"',
        f"bearer {VALUE}",
        f"AWS_SECRET_ACCESS_KEY={VALUE}",
        f"db_password={VALUE}",
        f'{{"password": "{VALUE}"}}',
        f"password: {VALUE}",
        f"X-Amz-Security-Token: {VALUE}",
        f"token='{VALUE}'",
        f"eyJ{VALUE}.{VALUE}",
    ],
)
def test_are_removed(text: str) -> None:
    assert VALUE not in redact(text)
    assert "<removed>" in redact(text)


@pytest.mark.parametrize("key", ["AKIAIOSFODNN7EXAMPLE", "ASIAURFG4DI6CP53NANT"])
def test_keys_are_removed(key: str) -> None:
    assert key not in redact(f"credential {key} is not valid")


@pytest.mark.parametrize(
    "text",
    [
        "unable to retrieve secret from asm: failed to fetch secret arn:aws:secretsmanager:eu-west-1:1:secret:my-AbC",
        "failed to fetch anonymous token: Get https://auth.docker.io/token: dial tcp 1.2.3.4:443",
        "valueFrom=secret=arn:aws:secretsmanager:eu-west-1:111122223333:secret:my-AbCdEf",
        "not authorized to perform: ecr:GetAuthorizationToken on resource: *",
    ],
)  # fmt: skip
def test_what_is_none_stays(text: str) -> None:
    assert redact(text) == text
