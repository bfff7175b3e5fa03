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
    def test_match_as_the_regular_expression_does(self, pattern: str, text: str) -> None:
        assert glob_of(pattern_of(pattern)).matches(text) is (reference(pattern).fullmatch(text) is not None)

    def test_stand_for_line_ends_too_and_nothing_else_is_special(self) -> None:
        assert glob_of(pattern_of("a?[b]*")).matches("a\n[b]\n")
        assert not glob_of(pattern_of("a.c")).matches("abc")

    def test_take_no_longer_for_patterns_that_are_made_to_take_long(self) -> None:
        with patience():
            assert not glob_of(pattern_of("*a" * 2_000 + "b")).matches("a" * 20_000)
            assert not glob_of(pattern_of("*a?" * 500 + "b")).matches("a" * 5_000)

    @given(patterns, texts, st.lists(texts, max_size=5))
    def test_could_begin_is_never_wrong_about_a_text_that_fits(
        self, pattern: str, beginning: str, ends: list[str]
    ) -> None:
        if any(reference(pattern).fullmatch(beginning + end) for end in ends):
            assert could_begin(pattern_of(pattern), beginning)

    @given(patterns, texts)
    def test_could_begin_is_so_only_where_some_text_fits(self, pattern: str, beginning: str) -> None:
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
    def test_of_a_beginning_take_no_longer_either(self, pattern: str, more: int | None) -> None:
        with patience():
            allowed(pattern, SECRET[:-6] + "…", more=more)
            allowed(["*a" * 100 + str(row) for row in range(30)], "a" * 100 + "…", more=more)

    @settings(max_examples=150)
    @given(st.text("ab*?", max_size=6), st.text("ab", max_size=4), st.integers(0, 3))
    @example("a**?", "a", 1)
    @example("*a?", "aa", 1)
    def test_of_so_many_more_characters_are_judged_by_all_that_they_may_be(
        self, pattern: str, beginning: str, more: int
    ) -> None:
        ends = ["".join(end) for end in product("abc", repeat=more)]
        fits = {reference(pattern).fullmatch(beginning + end) is not None for end in ends}
        tokens = pattern_of(pattern)
        told = covers(
            tokens, glob_of(tokens), Resource(beginning, beginning=True, more_characters=more), inner_wildcard=False
        )
        assert ({told} if isinstance(told, bool) else {True, False}) == fits


class TestTokens:
    def test_of_a_text_with_all_that_there_is(self) -> None:
        tokens = tokens_of("a/${aws:x}${ aws:y , 'd e'}*b?", variables=True)
        assert tokens == (
            "a/",
            PolicyVariable("aws:x"),
            PolicyVariable("aws:y", "d e"),
            Wildcard.ANY,
            "b",
            Wildcard.ONE,
        )

    def test_escapes_are_characters_and_no_wildcards(self) -> None:
        assert tokens_of("a${*}${?}${$}b", variables=True) == ("a*?$b",)

    def test_older_policies_have_no_variables(self) -> None:
        assert tokens_of("${aws:x}", variables=False) == ("${aws:x}",)
        assert tokens_of("${*}", variables=False) == ("${", Wildcard.ANY, "}")

    def test_the_default_of_a_variable_is_what_stands_in_quotation_marks(self) -> None:
        assert tokens_of("${a,'b, c'}", variables=True) == (PolicyVariable("a", "b, c"),)
        assert tokens_of("${a,''}", variables=True) == (PolicyVariable("a", ""),)
        for inside in ("a,b", "a,'b", "a,'b'c'", "a,x'b'", "a'b,'c'", "a,'b'c", "a", "a,", "'"):
            assert tokens_of(f"${{{inside}}}", variables=True) == (PolicyVariable(inside),)

    def test_a_variable_with_much_white_space_takes_no_longer(self) -> None:
        with patience():
            assert tokens_of("${" + " " * 60_000 + "}", variables=True) == (PolicyVariable(""),)

    def test_asterisks_in_a_row_are_one(self) -> None:
        assert collapse(tokens_of("a**?***${x}**", variables=True)) == (
            *("a", Wildcard.ANY, Wildcard.ONE, Wildcard.ANY),
            *(PolicyVariable("x"), Wildcard.ANY),
        )

    def test_a_variable_without_text_leaves_nothing_between_its_neighbours(self) -> None:
        assert resolve(tokens_of("*${x}*", variables=True), lambda _: "") == (Wildcard.ANY, Wildcard.ANY)

    def test_values_of_variables_are_literal(self) -> None:
        resolved = resolve(tokens_of("${x}/*", variables=True), lambda _: "a*")
        assert resolved == ("a*/", Wildcard.ANY)

    def test_a_variable_without_value_is_told_by_its_key(self) -> None:
        assert resolve((PolicyVariable("aws:x"),), lambda _: None) == UnresolvedVariable("aws:x")

    def test_a_value_that_is_not_known_leaves_the_text_unknown(self) -> None:
        assert isinstance(resolve(("a", PolicyVariable("aws:x")), lambda _: unknown_for("x")), Unknown)

    def test_literal_gives_the_text_back(self) -> None:
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


class TestResources:
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
    def test_a_pattern_covers_what_it_fits(self, pattern: str, expected: str) -> None:
        assert allowed(pattern) == expected

    def test_a_wildcard_at_the_end_of_a_part_reaches_beyond_the_colon(self) -> None:
        assert allowed("arn:aws:secretsmanager:*") == "allowed"
        assert allowed("arn:aws:secretsmanager:*:secret:app/*") == "allowed"
        assert allowed("arn:aws:secretsmanager:**:secret:app/*") == "allowed"

    def test_whether_another_one_does_is_not_known(self) -> None:
        assert allowed("arn:aws:secretsmanager:eu*33:secret:app/*") == "unknown"
        assert allowed("arn:aws:secretsmanager:eu-west-1?111122223333:secret:app/*") == "unknown"
        assert allowed("arn:aws:s?cretsmanager:*") == "unknown"

    def test_after_the_fifth_colon_any_wildcard_does(self) -> None:
        assert allowed("arn:aws:secretsmanager:eu-west-1:111122223333:s*b-AbCd?f") == "allowed"

    def test_any_of_a_list_is_enough(self) -> None:
        assert allowed(["arn:aws:s3:::b", "*"]) == "allowed"

    def test_not_resource_covers_all_but_the_named(self) -> None:
        assert allowed("arn:aws:s3:::*", other=True) == "allowed"
        assert allowed(SECRET, other=True) == "denied"

    def test_an_action_that_knows_no_resources_needs_the_asterisk(self) -> None:
        assert allowed("*", "*") == "allowed"
        assert allowed("arn:aws:ecr:*", "*") == "denied"


LAYERS = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/…"


class TestBeginnings:
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
    def test_is_known_where_it_does_not_depend_on_the_rest(self, pattern: str, expected: str) -> None:
        assert allowed(pattern, LAYERS) == expected


class TestSuffixes:
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
    def test_are_any_six_characters(self, pattern: str, expected: str) -> None:
        assert allowed(f"{self.PLACE}{pattern}", f"{self.PLACE}db-…", more=6) == expected

    def test_are_not_counted_where_it_is_not_known_how_many_they_are(self) -> None:
        assert allowed(f"{self.PLACE}db-??????", f"{self.PLACE}db-…") == "unknown"

    def test_let_nothing_be_known_of_a_wildcard_that_may_reach_beyond_a_colon(self) -> None:
        assert allowed("arn:aws:s*db-??????", f"{self.PLACE}db-…", more=6) == "unknown"
