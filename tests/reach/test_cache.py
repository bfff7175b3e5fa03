"""The one place where a walk keeps anything."""

from itertools import count

from skerry.reach.cache import Memo


def test_a_thing_is_made_once_for_each_key() -> None:
    memo, numbers = Memo(), count()
    assert [memo.once(key, lambda: next(numbers)) for key in ("a", "b", "a")] == [0, 1, 0]


def test_nothing_is_a_thing_too() -> None:
    memo, numbers = Memo(), count()
    for _ in range(2):
        memo.once("key", lambda: [next(numbers), None][1])
    assert next(numbers) == 1


def test_a_memo_that_does_not_remember_makes_it_each_time() -> None:
    memo, numbers = Memo(remember=False), count()
    assert [memo.once("key", lambda: next(numbers)) for _ in range(2)] == [0, 1]
