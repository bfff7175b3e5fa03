"""Texts as people paste them."""

import json

import pytest

from skerry.errortext.normalize import MAX_LENGTH, split_errors, squeeze, strip_formatting, tail_of

ERROR = 'CannotPullContainerError: failed to resolve ref "a/b": not found'


class TestStripFormatting:
    @pytest.mark.parametrize(
        ("pasted", "meant"),
        [
            ("\x1b[31mred\x1b[0m", "red"),
            ("\x9b31mred", "red"),
            ("\x1b]8;;https://example.com\x07link\x1b]8;;\x07", "link"),
            ("a\x00b\x07c", "abc"),
            ("a\u202eb\u200bc\ufeff", "abc"),
            ("the task can\u2019t", "the task can't"),
            ("\u201cquoted\u201d\u2026", '"quoted"...'),
            ("a\r\nb\rc\td", "a\nb\nc d"),
            (r"say \"hi\" \u0026 \n on", 'say "hi" & \n on'),
            ("&quot;a&quot; &amp; b", '"a" & b'),
            ("│ Error: a │\n╷ b", "Error: a\nb"),
            ("> quoted\n> more", "quoted\nmore"),
            ("C:\\data", "C:\\data"),
            (r"\u001b[31mred", "[31mred"),
        ],
    )
    def test_strip_formatting_returns_plain_text(self, pasted: str, meant: str) -> None:
        assert strip_formatting(pasted) == meant

    def test_strip_formatting_decodes_nested_json(self) -> None:
        assert ERROR in strip_formatting(json.dumps(json.dumps({"stoppedReason": ERROR})))


def test_squeeze_ignores_line_breaks_quotes_and_case() -> None:
    assert squeeze('Failed to\n  re\nsolve "ref"') == squeeze("failed to resolve ref")


class TestSplitErrors:
    def test_split_errors_separates_log_records(self) -> None:
        log = f"2026-01-02T03:04:05Z INFO starting\n2026-01-02T03:04:06Z {ERROR}\n2026-01-02T03:04:07Z done"
        parts = [part.strip() for part in split_errors(log)]
        assert parts == [
            "2026-01-02T03:04:05Z INFO starting",
            "2026-01-02T03:04:06Z",
            ERROR,
            "2026-01-02T03:04:07Z done",
        ]

    def test_split_errors_separates_errors_of_a_line_by_name(self) -> None:
        one, two = split_errors(f"{ERROR} OutOfMemoryError: killed")
        assert (one.strip(), two) == (ERROR, "OutOfMemoryError: killed")

    @pytest.mark.parametrize(
        "wrapped",
        [
            f"service web was unable to place a task. Reason: {ERROR}",
            f"CannotStartContainerError: {ERROR}",
            f"STOPPED ({ERROR})",
            f'"stoppedReason": "{ERROR}"',
        ],
    )
    def test_split_errors_keeps_nested_error_with_its_wrapper(self, wrapped: str) -> None:
        assert list(split_errors(wrapped))[-1].endswith(wrapped[-20:])
        assert sum(ERROR in part for part in split_errors(wrapped)) == 1

    def test_split_errors_separates_json_values(self) -> None:
        text = json.dumps([{"reason": ERROR}, {"reason": ERROR}])
        assert sum(ERROR in part for part in split_errors(strip_formatting(text))) == 2

    def test_split_errors_limits_number_and_length(self) -> None:
        parts = list(split_errors("OutOfMemoryError x\n\n" * 3000 + "y" * 50_000))
        assert len(parts) <= 1001
        assert max(map(len, parts)) <= 16_000


def test_tail_of_long_text_is_kept() -> None:
    assert tail_of("a" * MAX_LENGTH + ERROR).endswith(ERROR)
    assert len(tail_of("a" * MAX_LENGTH + ERROR)) == MAX_LENGTH
