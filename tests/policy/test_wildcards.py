"""Wildcards, variables and ARNs.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skerry.policy.resources import Resource, could_begin, covers
from skerry.policy.ternary import Unknown, unknown_for
from skerry.policy.wildcards import (
    PolicyVariable,
    UnresolvedVariable,
    Wildcard,
    collapse,
    glob_of,
    literal_of,
    pattern_of,
    resolve,
    tokens_of,
)
from tests.patience import patience
from tests.policy.asking import SECRET, Json, allow, policy, request, verdict

texts = st.text("ab:/$", max_size=12)
patterns = st.text("ab:/$*?", max_size=10)


def reference(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(one) or re.escape(one) for one in pattern), re.DOTALL)


class TestWildcards:
    @given(patterns, texts)
    @example("a*ab", "aab")
    @example("*a?b*b", "aabbb")
    @example("a*a", "a")
    @example("*a?b*", "bbbbb")
    def test_wildcards_match_like_regular_expressions(self, pattern: str, text: str) -> None:
        assert glob_of(pattern_of(pattern)).matches(text) is (reference(pattern).fullmatch(text) is not None)

    def test_wildcards_match_line_ends_and_no_other_special_characters(self) -> None:
        assert glob_of(pattern_of("a?[b]*")).matches("a\n[b]\n")
        assert not glob_of(pattern_of("a.c")).matches("abc")

    def test_wildcards_match_in_linear_time(self) -> None:
        with patience():
            assert not glob_of(pattern_of("*a" * 2_000 + "b")).matches("a" * 20_000)
            assert not glob_of(pattern_of("*a?" * 500 + "b")).matches("a" * 5_000)

    @given(patterns, texts, st.lists(texts, max_size=5))
    def test_could_begin_is_true_for_each_fitting_text(self, pattern: str, beginning: str, ends: list[str]) -> None:
        if any(reference(pattern).fullmatch(beginning + end) for end in ends):
            assert could_begin(pattern_of(pattern), beginning)

    @given(patterns, texts)
    def test_could_begin_is_true_only_for_fitting_texts(self, pattern: str, beginning: str) -> None:
        # The rest of a text that fits is at most as long as the pattern.
        letters = sorted(set(pattern) - {"*", "?"}) or ["a"]
        ends = [""]
        for _ in range(len(pattern) if len(pattern) <= 4 else 0):
            ends += [end + letter for end in ends for letter in letters if len(end) < len(pattern)]
            ends = list(dict.fromkeys(ends))
        fits = any(reference(pattern).fullmatch(beginning + end) for end in ends)
        if len(pattern) <= 4:
            assert could_begin(pattern_of(pattern), beginning) is fits

    @pytest.mark.parametrize("pattern", ["*" * 6_000, "*" * 6_000 + "x", "*a" * 3_000, "*?" * 3_000, "?" * 6_000])
    @pytest.mark.parametrize("more", [None, 6])
    def test_resource_beginning_is_matched_in_linear_time(self, pattern: str, more: int | None) -> None:
        with patience():
            allowed(pattern, SECRET[:-6] + "…", more=more)
            allowed(["*a" * 100 + str(row) for row in range(30)], "a" * 100 + "…", more=more)

    @settings(max_examples=150)
    @given(st.text("ab*?", max_size=6), st.text("ab", max_size=4), st.integers(0, 3))
    @example("a**?", "a", 1)
    @example("*a?", "aa", 1)
    def test_beginning_of_fixed_length_fits_as_all_its_texts(self, pattern: str, beginning: str, more: int) -> None:
        ends = ["".join(end) for end in product("abc", repeat=more)]
        fits = {reference(pattern).fullmatch(beginning + end) is not None for end in ends}
        tokens = pattern_of(pattern)
        told = covers(
            tokens, glob_of(tokens), Resource(beginning, beginning=True, more_characters=more), inner_wildcard=False
        )
        assert ({told} if isinstance(told, bool) else {True, False}) == fits


class TestPatternTokens:
    def test_policy_text_is_split_into_wildcards_and_variables(self) -> None:
        tokens = tokens_of("a/${aws:x}${ aws:y , 'd e'}*b?", variables=True)
        assert tokens == (
            "a/",
            PolicyVariable("aws:x"),
            PolicyVariable("aws:y", "d e"),
            Wildcard.ANY,
            "b",
            Wildcard.ONE,
        )

    def test_escapes_become_literal_tokens(self) -> None:
        assert tokens_of("a${*}${?}${$}b", variables=True) == ("a*?$b",)

    def test_older_policy_version_has_no_variable_tokens(self) -> None:
        assert tokens_of("${aws:x}", variables=False) == ("${aws:x}",)
        assert tokens_of("${*}", variables=False) == ("${", Wildcard.ANY, "}")

    def test_variable_default_is_the_quoted_text(self) -> None:
        assert tokens_of("${a,'b, c'}", variables=True) == (PolicyVariable("a", "b, c"),)
        assert tokens_of("${a,''}", variables=True) == (PolicyVariable("a", ""),)
        for inside in ("a,b", "a,'b", "a,'b'c'", "a,x'b'", "a'b,'c'", "a,'b'c", "a", "a,", "'"):
            assert tokens_of(f"${{{inside}}}", variables=True) == (PolicyVariable(inside),)

    def test_variable_with_long_white_space_is_parsed_in_time(self) -> None:
        with patience():
            assert tokens_of("${" + " " * 60_000 + "}", variables=True) == (PolicyVariable(""),)

    def test_adjacent_asterisks_collapse_into_a_single_wildcard(self) -> None:
        assert collapse(tokens_of("a**?***${x}**", variables=True)) == (
            *("a", Wildcard.ANY, Wildcard.ONE, Wildcard.ANY),
            *(PolicyVariable("x"), Wildcard.ANY),
        )

    def test_empty_variable_joins_its_neighbours(self) -> None:
        assert resolve(tokens_of("*${x}*", variables=True), lambda _: "") == (Wildcard.ANY, Wildcard.ANY)

    def test_resolved_variable_values_are_literal(self) -> None:
        resolved = resolve(tokens_of("${x}/*", variables=True), lambda _: "a*")
        assert resolved == ("a*/", Wildcard.ANY)

    def test_unresolved_variable_carries_its_key(self) -> None:
        assert resolve((PolicyVariable("aws:x"),), lambda _: None) == UnresolvedVariable("aws:x")

    def test_unknown_variable_value_leaves_text_unknown(self) -> None:
        assert isinstance(resolve(("a", PolicyVariable("aws:x")), lambda _: unknown_for("x")), Unknown)

    def test_literal_of_returns_the_pattern_text(self) -> None:
        assert literal_of(pattern_of("a*b?c")) == "a*b?c"


def allowed(
    resource: str | list[str],
    asked: str = SECRET,
    *,
    version: str = "2012-10-17",
    other: bool = False,
    more: int | None = None,
) -> str:
    statement: Json = allow("*", resource)
    if other:
        statement["NotResource"] = statement.pop("Resource")
    beginning = asked.endswith("…")
    return verdict(
        request(resource=asked.removesuffix("…"), beginning=beginning, more_characters=more),
        identity=(policy(statement, version=version),),
    )


class TestResourcePatterns:
    @pytest.mark.parametrize(
        ("pattern", "expected"),
        [
            ("*", "allowed"),
            (SECRET, "allowed"),
            (SECRET.upper(), "denied"),
            ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/*", "allowed"),
            ("arn:aws:secretsmanager:*:111122223333:secret:app/db-??????", "allowed"),
            ("arn:aws:secretsmanager:*:111122223333:secret:app/db-?????", "denied"),
            ("arn:aws:secretsmanager:eu-*-1:1111*:secret:*", "allowed"),
            ("arn:aws:secretsmanager:eu?west-1:111122223333:secret:*", "allowed"),
        ],
    )
    def test_resource_pattern_covers_fitting_arns(self, pattern: str, expected: str) -> None:
        assert allowed(pattern) == expected

    def test_wildcard_at_end_of_part_matches_beyond_colon(self) -> None:
        assert allowed("arn:aws:secretsmanager:*") == "allowed"
        assert allowed("arn:aws:secretsmanager:*:secret:app/*") == "allowed"
        assert allowed("arn:aws:secretsmanager:**:secret:app/*") == "allowed"

    def test_wildcard_inside_part_is_unknown_beyond_colon(self) -> None:
        assert allowed("arn:aws:secretsmanager:eu*33:secret:app/*") == "unknown"
        assert allowed("arn:aws:secretsmanager:eu-west-1?111122223333:secret:app/*") == "unknown"
        assert allowed("arn:aws:s?cretsmanager:*") == "unknown"

    def test_wildcard_after_fifth_colon_matches_colons(self) -> None:
        assert allowed("arn:aws:secretsmanager:eu-west-1:111122223333:s*b-AbCd?f") == "allowed"

    def test_resource_list_fits_if_any_pattern_fits(self) -> None:
        assert allowed(["arn:aws:s3:::b", "*"]) == "allowed"

    def test_not_resource_covers_all_others(self) -> None:
        assert allowed("arn:aws:s3:::*", other=True) == "allowed"
        assert allowed(SECRET, other=True) == "denied"

    def test_action_without_resources_needs_asterisk(self) -> None:
        assert allowed("*", "*") == "allowed"
        assert allowed("arn:aws:ecr:*", "*") == "denied"


LAYERS = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/…"


class TestResourceBeginnings:
    """Of a resource whose name is known only so far, a pattern is judged by all names that it may have."""

    @pytest.mark.parametrize(
        ("pattern", "expected"),
        [
            ("arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*", "allowed"),
            ("arn:aws:s3:::prod-*", "allowed"),
            ("arn:aws:s3:::prod-eu-west-1-starport-layer-bucket", "denied"),
            ("arn:aws:s3:::my-bucket/*", "denied"),
            ("arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/a*", "unknown"),
            ("arn:aws:s3:::*/abc", "unknown"),
            ("arn:aws:s3:::prod-*?", "unknown"),
            ("arn:aws*prod-*", "unknown"),
            ("", "denied"),
        ],
    )
    def test_resource_beginning_decides_if_the_end_does_not_matter(self, pattern: str, expected: str) -> None:
        assert allowed(pattern, LAYERS) == expected


class TestSecretSuffixes:
    """Of a secret without the six characters that AWS adds to its name, it is known how many they are."""

    PLACE = SECRET.removesuffix("app/db-AbCdEf")

    @pytest.mark.parametrize(
        ("pattern", "expected"),
        [
            ("db-??????", "allowed"),
            ("db-*", "allowed"),
            ("db-*?", "allowed"),
            ("db-***", "allowed"),
            ("db*", "allowed"),
            ("d?-??????", "allowed"),
            ("*??????", "allowed"),
            ("db-?????", "denied"),
            ("db-???????", "denied"),
            ("db-*???????", "denied"),
            ("db", "denied"),
            ("db-", "denied"),
            ("db-AbCdEfG", "denied"),
            ("other-*", "denied"),
            ("db-AbCdEf", "unknown"),
            ("db-AbCdE?", "unknown"),
            ("*f", "unknown"),
        ],
    )
    def test_secret_suffix_matches_any_six_characters(self, pattern: str, expected: str) -> None:
        assert allowed(f"{self.PLACE}{pattern}", f"{self.PLACE}db-…", more=6) == expected

    def test_secret_suffix_of_unknown_length_is_unknown(self) -> None:
        assert allowed(f"{self.PLACE}db-??????", f"{self.PLACE}db-…") == "unknown"

    def test_secret_suffix_is_unknown_for_inner_wildcard(self) -> None:
        assert allowed("arn:aws:s*db-??????", f"{self.PLACE}db-…", more=6) == "unknown"
