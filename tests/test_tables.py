"""Table tests report every failing row."""

import inspect

import pytest

from tests.tables import each


def test_table_test_reports_each_failing_row() -> None:
    @each(("number", "word"), [(1, "one"), (2, "two"), (3, "three")])
    def check(number: int, word: str, limit: int) -> None:
        assert number < limit, word

    assert list(inspect.signature(check).parameters) == ["limit"]
    check(limit=4)
    with pytest.raises(pytest.fail.Exception, match=r"(?s)2 of 3 rows\n\(2, 'two'\): AssertionError.*\n\(3, 'three'\)"):
        check(limit=2)


def test_table_without_rows_is_an_error() -> None:
    with pytest.raises(AssertionError, match="no rows for name"):
        each("name", [])


def test_table_applies_to_the_methods_of_a_class_that_take_its_columns() -> None:
    @each("number", [1, 2])
    class Checks:
        seen: list[int] = []  # noqa: RUF012 -- shared on purpose

        def test_one(self, number: int) -> None:
            self.seen.append(number)

        def test_other(self) -> None:
            self.seen.append(0)

    Checks().test_one()  # type: ignore[call-arg]
    Checks().test_other()
    assert Checks.seen == [1, 2, 0]
