"""Error texts: those that people posted, changed, and some that expressions match slowly."""

import random
from functools import cache

from tests.explaining import labelled
from tests.fuzz import hostile

SLOW = [
    *(
        "a" * 20_000,
        " " * 20_000,
        "(" * 5_000,
        "dial tcp " * 3_000,
        "https://" * 3_000,
        "1.2.3.4:" * 3_000,
        "\n" * 20_000,
    ),
    *('{"' * 3_000, "\\n" * 5_000, "ResourceInitializationError: " * 2_000, ": " * 8_000, "arn:aws:" * 3_000),
    *("api.ecr." * 3_000 + "x", "unable to pull secrets or registry auth: " * 500, "\x1b[" * 5_000, '"' * 9_000),
    *("caused by: " * 2_000, "service call has been retried " + "9" * 5_000 + " time(s)", "0" * 20_000, "::" * 9_000),
]


@cache
def posted() -> tuple[str, ...]:
    """Return the labelled texts."""
    return tuple(row.text for name in ("corpus", "held_out", "second", "third", "fourth") for row in labelled(name))


def _piece(draw: random.Random) -> str:
    one = draw.choice(posted())
    start = draw.randrange(len(one))
    return one[start : start + draw.choice([5, 40, 400])]


def text(draw: random.Random) -> str:
    """Draw an error text."""
    how = draw.random()
    if how < 0.06:
        return draw.choice(SLOW)
    if how < 0.2:
        return "".join(_piece(draw) for _ in range(draw.randrange(8)))
    if how < 0.3:
        return "".join(hostile.text(draw)[:400] for _ in range(draw.randrange(1, 8)))
    one = draw.choice(posted())
    for _ in range(draw.choice([0, 1, 1, 2, 5])):
        place = draw.randrange(len(one) + 1)
        more = draw.choice(
            [hostile.text(draw)[:2_000], _piece(draw), "\n", "", " ", "\\n", '"', str(draw.choice(hostile.NUMBERS))]
        )
        one = one[:place] + more + one[place + draw.choice([0, 0, 1, 12]) :]
    return one
