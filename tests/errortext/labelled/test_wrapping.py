"""However a text was wrapped, cut or changed, its class does not flip."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skerry.catalogue.blocker_codes import ErrorClass
from skerry.errortext.explain import Explanation, explain
from tests.explaining import labelled
from tests.patience import patience

TEXTS = [row.text for name in ("corpus", "held_out", "second", "third", "fourth") for row in labelled(name)]
# Of one error each: a cut or break within a screenful may leave another of its errors first.
SINGLE = [text for text in TEXTS if len(explain(text)) == 1 and "\n" not in text.strip()]
NOISE = ("INFO starting up", "GET /health 200 3ms", "npm warn deprecated", "└── done", "{}", "Traceback follows")

of_texts = st.sampled_from(TEXTS)
of_single = st.sampled_from(SINGLE)


def first(text: str) -> tuple[str, str] | None:
    found = explain(text)
    return (found[0].kind, found[0].step) if found else None


def sure(found: tuple[Explanation, ...]) -> set[ErrorClass]:
    return {one.kind for one in found if one.confidence == "high" and one.kind != "ambiguous"}


@given(text=of_texts, at=st.floats(0, 1), ellipsis=st.sampled_from(["", "...", "…"]))
def test_explain_adds_no_confident_class_to_truncated_text(text: str, at: float, ellipsis: str) -> None:
    whole = {one.kind for one in explain(text)}
    assert sure(explain(text[: int(len(text) * at)] + ellipsis)) <= whole


@given(text=of_single, width=st.integers(20, 160), indent=st.sampled_from(["", "  ", "│ ", "> "]))
def test_explain_ignores_line_breaks(text: str, width: int, indent: str) -> None:
    lines = [text[start : start + width] for start in range(0, len(text), width)]
    assert first("\n".join(indent + line for line in lines)) == first(text)


@given(text=of_single, depth=st.integers(1, 3), key=st.sampled_from(["stoppedReason", "reason", "message", "other"]))
def test_explain_ignores_json_wrapping(text: str, depth: int, key: str) -> None:
    wrapped = text
    for _ in range(depth):
        wrapped = json.dumps({key: wrapped})
    assert first(wrapped) == first(text)


@given(text=of_single, codes=st.lists(st.sampled_from(["\x1b[31m", "\x1b[0m", "\x1b[1;4m", "\x9b2K"]), min_size=1))
def test_explain_ignores_colour_codes(text: str, codes: list[str]) -> None:
    words = text.split(" ")
    coloured = "".join(f"{codes[number % len(codes)]}{word} " for number, word in enumerate(words))
    assert first(coloured) == first(text)


@given(text=of_single, before=st.lists(st.sampled_from(NOISE)), after=st.lists(st.sampled_from(NOISE)))
def test_explain_ignores_surrounding_log_lines(text: str, before: list[str], after: list[str]) -> None:
    stamped = [f"2026-01-02T03:04:05Z {line}" for line in [*before, text, *after]]
    assert first("\n".join(stamped)) == first(text)


@given(text=of_texts, number=st.integers(0, 999_999_999_999), region=st.sampled_from(["eu-south-2", "ca-west-1"]))
def test_explain_is_independent_of_account_and_region(text: str, number: int, region: str) -> None:
    changed = text.replace("111122223333", f"{number:012}").replace("us-east-1", region).replace("us-west-2", region)
    assert first(changed) == first(text)


@given(text=st.text(max_size=2000))
def test_explain_accepts_any_text(text: str) -> None:
    explain(text)


@settings(deadline=None)
@given(parts=st.lists(st.one_of(of_texts, st.text(max_size=30), st.binary(max_size=30).map(repr)), max_size=8))
def test_explain_fills_in_fixes_of_mixed_texts(parts: list[str]) -> None:
    for one in explain("".join(parts)):
        assert one.cause
        assert "{" not in one.fix


@pytest.mark.parametrize(
    "hostile",
    [
        "a." * 400_000,
        "https://" * 100_000,
        "arn:aws:" * 100_000,
        "status code: from " * 50_000,
        "dial tcp " + "1" * 900_000,
        "\x1b[" * 400_000,
        "\\\\" * 400_000,
        "password" * 100_000,
        " |" * 400_000,
        "service " + "x" * 900_000,
        "&amp;" * 150_000,
        "CannotPullContainerError: " * 40_000,
        "\n" * 900_000,
    ],
    ids=lambda text: text[:12].encode("unicode_escape").decode(),
)
def test_explain_reads_hostile_megabyte_in_bounded_time(hostile: str) -> None:
    with patience():
        explain(hostile)
