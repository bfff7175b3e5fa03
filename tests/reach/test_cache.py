"""The one place where a walk keeps anything."""

from itertools import count

from skerry.reach.cache import Memo


def test_memo_makes_value_once_per_key() -> None:
    memo, numbers = Memo(), count()
    assert [memo.once(key, lambda: next(numbers)) for key in ("a", "b", "a")] == [0, 1, 0]


def test_memo_caches_none() -> None:
    memo, numbers = Memo(), count()
    for _ in range(2):
        memo.once("key", lambda: [next(numbers), None][1])
    assert next(numbers) == 1


def test_memo_without_remember_makes_value_at_each_call() -> None:
    memo, numbers = Memo(remember=False), count()
    assert [memo.once("key", lambda: next(numbers)) for _ in range(2)] == [0, 1]
