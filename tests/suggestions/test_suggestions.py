"""Suggestions for mistyped names."""

import pytest

from skerry.suggestions import similar_names, suggest

COMMANDS = ["demo", "diagnose", "explain", "iam-policy", "plan", "rehearse", "snapshot", "trace"]


@pytest.mark.parametrize(
    ("name", "similar"),
    [
        ("diagnos", ["diagnose"]),
        ("DIAG", ["diagnose"]),
        ("snapshto", ["snapshot"]),
        ("policy", ["iam-policy"]),
        ("nonsense", []),
        ("ex", []),
        ("", []),
    ],
)
def test_similar_names_begin_or_are_spelled_like_the_name(name: str, similar: list[str]) -> None:
    assert similar_names(name, COMMANDS) == similar


def test_similar_names_are_at_most_three_and_the_shortest_first() -> None:
    assert similar_names("web", ["web-four", "web-1", "web", "web-no3", "api"]) == ["web", "web-1", "web-no3"]


def test_suggestion_names_each_similar_name() -> None:
    assert suggest("sub", ["subnet-b", "subnet-a"]) == "Did you mean subnet-b or subnet-a?"
    assert suggest("sub", ["vpc-1"]) == ""
