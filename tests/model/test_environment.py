"""Values of environment variables: which of them are read, and that all others are forgotten."""

import pytest

from skerry.model.environment import EnvironmentVariable, PublicValue


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("sts.amazonaws.com", "sts.amazonaws.com"),
        ("https://STS.amazonaws.com/", "sts.amazonaws.com"),
        ("https://eu-west-1.queue.amazonaws.com/111122223333/orders", "eu-west-1.queue.amazonaws.com"),
        ("queue.amazonaws.com:443", "queue.amazonaws.com"),
        ("Legacy", "legacy"),
        ("sts.eu-west-1.amazonaws.com", ""),
        ("https://user:hunter2@sts.amazonaws.com", ""),
        ("sts.amazonaws.com.example.com", ""),
        ("hunter2 sts.amazonaws.com", ""),
        ("regional", ""),
        ("hunter2", ""),
    ],
)
def test_only_public_names_of_values_are_kept(text: str, kept: str) -> None:
    assert PublicValue(text) == kept


def test_setting_is_kept_for_its_own_variable_only() -> None:
    assert EnvironmentVariable("AWS_STS_REGIONAL_ENDPOINTS", PublicValue("legacy")).value == "legacy"
    assert EnvironmentVariable("PASSWORD", PublicValue("legacy")).value == ""
