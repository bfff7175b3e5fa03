"""Changes to the rows of a network: each takes the rows and a source of chance, and changes the rows in place."""

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from tests.fuzz import hostile

Rows: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[str | int, ...]


class Twice(dict[str, Any]):
    """An object that is written with one of its keys twice, the second time with another value."""

    def __init__(self, before: dict[str, Any], key: str, other: Any) -> None:
        super().__init__(before)
        self._more = (key, other)

    def items(self) -> Any:
        return [*super().items(), self._more]


def places(node: Any, here: Place = ()) -> Iterator[Place]:
    """Yield the place of every value below a node."""
    if here:
        yield here
    # Not node.items(): an object that is written with a key twice holds it once.
    inside = dict.items(node) if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in inside:
        yield from places(inner, (*here, key))


def at(node: Any, place: Place) -> Any:
    """Return the value at a place."""
    for key in place:
        node = node[key]
    return node


def drawn(rows: Rows, draw: random.Random, wanted: type | tuple[type, ...] = object) -> tuple[Any, Any] | None:
    """Draw a place whose value is of a type: what holds it, and its key there."""
    known = [place for place in places(rows) if isinstance(at(rows, place), wanted)]
    if not known:
        return None
    place = draw.choice(known)
    return at(rows, place[:-1]), place[-1]


def _delete(rows: Rows, draw: random.Random) -> None:
    if (found := drawn(rows, draw)) is not None:
        del found[0][found[1]]


def _replace(rows: Rows, draw: random.Random) -> None:
    found = drawn(rows, draw, (str, int, float, bool) if draw.random() < 0.8 else object)
    if found is not None:
        node, key = found
        node[key] = hostile.like(draw, node[key])


def _retype(rows: Rows, draw: random.Random) -> None:
    if (found := drawn(rows, draw)) is not None:
        node, key = found
        before = node[key]
        node[key] = draw.choice([str(before), [before], {"Value": before}, None, 7, True, [], {}, "", 0.5])


def _duplicate(rows: Rows, draw: random.Random) -> None:
    if (found := drawn(rows, draw, list)) is not None and found[0][found[1]]:
        items = found[0][found[1]]
        items.insert(draw.randrange(len(items) + 1), copy.deepcopy(draw.choice(items)))


def _contradict(rows: Rows, draw: random.Random) -> None:
    """Give a row a second time, with another value somewhere in it."""
    if (found := drawn(rows, draw, list)) is not None and found[0][found[1]]:
        items = found[0][found[1]]
        other = copy.deepcopy(draw.choice(items))
        if isinstance(other, dict) and other:
            key = draw.choice(list(other))
            other[key] = hostile.like(draw, other[key])
        items.append(other)


def _rename(rows: Rows, draw: random.Random) -> None:
    if (found := drawn(rows, draw)) is not None and isinstance(found[0], dict):
        node, key = found
        name = draw.choice([key.lower(), key.upper(), key + "s", key[:-1], hostile.text(draw)])
        node[name] = node.pop(key)


def _swap(rows: Rows, draw: random.Random) -> None:
    one, other = drawn(rows, draw, str), drawn(rows, draw, str)
    if one is not None and other is not None:
        one[0][one[1]], other[0][other[1]] = other[0][other[1]], one[0][one[1]]


def _copy_here(rows: Rows, draw: random.Random) -> None:
    one, other = drawn(rows, draw), drawn(rows, draw)
    if one is not None and other is not None:
        one[0][one[1]] = copy.deepcopy(other[0][other[1]])


def _twice(rows: Rows, draw: random.Random) -> None:
    if (found := drawn(rows, draw, dict)) is not None and type(found[0][found[1]]) is dict and found[0][found[1]]:
        node, key = found
        name = draw.choice(list(node[key]))
        node[key] = Twice(node[key], name, hostile.like(draw, node[key][name]))


def _nest(rows: Rows, draw: random.Random) -> None:
    if (found := drawn(rows, draw)) is not None:
        node, key = found
        inner = node[key]
        for _ in range(draw.choice([2, 50, 300])):
            inner = [inner] if draw.random() < 0.5 else {"Value": inner}
        node[key] = inner


def _many(rows: Rows, draw: random.Random) -> None:
    """Repeat a row many times, under other names or under the same."""
    if (found := drawn(rows, draw, list)) is None or not found[0][found[1]]:
        return
    items = found[0][found[1]]
    row, other_names = draw.choice(items), draw.random() < 0.6
    for number in range(draw.choice([20, 100, 400])):
        more = copy.deepcopy(row)
        if other_names and isinstance(more, dict):
            for key, name in more.items():
                if isinstance(name, str) and key.endswith(("Id", "Arn", "Name")):
                    more[key] = f"{name}{number}"
                    break
        items.append(more)


def _reverse(rows: Rows, draw: random.Random) -> None:
    if (found := drawn(rows, draw, list)) is not None:
        found[0][found[1]].reverse()


CHANGES: tuple[tuple[Callable[[Rows, random.Random], None], int], ...] = (
    *((_delete, 4), (_replace, 12), (_retype, 4), (_duplicate, 2), (_contradict, 2), (_rename, 2), (_swap, 3)),
    *((_copy_here, 2), (_twice, 1), (_nest, 1), (_many, 1), (_reverse, 1)),
)


def change(rows: Rows, draw: random.Random) -> str:
    """Make some changes; return their names."""
    count = draw.choice([1, 1, 1, 2, 3, 6])
    chosen = draw.choices([one for one, _ in CHANGES], [weight for _, weight in CHANGES], k=count)
    for one in chosen:
        one(rows, draw)
    return "+".join(one.__name__.strip("_") for one in chosen)
