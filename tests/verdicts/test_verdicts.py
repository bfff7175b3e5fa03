"""How verdicts combine: tables of all cases, and the laws that hold for every combination."""

from collections.abc import Callable, Iterable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry.verdicts import (
    BLOCKED,
    INTERMITTENT,
    NOT_APPLICABLE,
    OK,
    UNKNOWN,
    Verdict,
    alternating_verdict_of,
    common_verdict_of,
    worst_of,
)

Combination = Callable[[Iterable[Verdict]], Verdict]

ORDER = (OK, UNKNOWN, INTERMITTENT, BLOCKED)
COMBINATIONS: tuple[Combination, ...] = (alternating_verdict_of, worst_of, common_verdict_of)

verdicts = st.sampled_from(ORDER)
some_verdicts = st.lists(verdicts, min_size=1, max_size=4)
of_each = pytest.mark.parametrize("combine", COMBINATIONS, ids=["either", "every", "unsure"])


@of_each
class TestCombinations:
    @given(some_verdicts, some_verdicts)
    def test_verdict_combination_is_associative(
        self, combine: Combination, left: list[Verdict], right: list[Verdict]
    ) -> None:
        assert combine([combine(left), combine(right)]) == combine(left + right)

    def test_verdict_combination_is_commutative(self, combine: Combination) -> None:
        for left, right in product(ORDER, repeat=2):
            assert combine([left, right]) == combine([right, left])

    @given(some_verdicts, st.data())
    def test_verdict_combination_is_monotone(
        self, combine: Combination, before: list[Verdict], data: st.DataObject
    ) -> None:
        """A part that gets worse does not make the whole better."""
        place = data.draw(st.integers(0, len(before) - 1))
        worse = data.draw(st.sampled_from(ORDER[ORDER.index(before[place]) :]))
        after = [*before[:place], worse, *before[place + 1 :]]
        assert ORDER.index(combine(before)) <= ORDER.index(combine(after))

    @given(some_verdicts)
    def test_verdict_combination_ignores_not_applicable(self, combine: Combination, drawn: list[Verdict]) -> None:
        assert combine([NOT_APPLICABLE, *drawn, NOT_APPLICABLE]) == combine(drawn)

    def test_verdict_combination_of_nothing_is_unknown(self, combine: Combination) -> None:
        assert combine([]) is UNKNOWN
        assert combine([NOT_APPLICABLE]) is UNKNOWN

    @pytest.mark.parametrize("verdict", ORDER)
    def test_verdict_combination_of_equal_verdicts_returns_it(self, combine: Combination, verdict: Verdict) -> None:
        assert combine([verdict]) is verdict
        assert combine(iter([verdict, verdict])) is verdict


# What two different verdicts make: either (the world picks), unsure (one of them, and not known which).
PAIRS = [
    (OK, UNKNOWN, UNKNOWN, UNKNOWN),
    (OK, INTERMITTENT, INTERMITTENT, UNKNOWN),
    (OK, BLOCKED, INTERMITTENT, UNKNOWN),
    (UNKNOWN, INTERMITTENT, INTERMITTENT, UNKNOWN),
    (UNKNOWN, BLOCKED, INTERMITTENT, UNKNOWN),
    (INTERMITTENT, BLOCKED, INTERMITTENT, INTERMITTENT),
]


@pytest.mark.parametrize(("left", "right", "picked", "uncertain"), PAIRS)
def test_verdict_pairs_combine_by_either_unsure_and_every(
    left: Verdict, right: Verdict, picked: Verdict, uncertain: Verdict
) -> None:
    assert alternating_verdict_of([left, right]) is picked
    assert common_verdict_of([left, right]) is uncertain
    assert worst_of([left, right]) is right  # the worse of the two


def test_verdict_strings_match_the_design() -> None:
    assert [str(verdict) for verdict in Verdict] == ["ok", "unknown", "intermittent", "blocked", "not-applicable"]
