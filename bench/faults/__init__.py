"""Networks with known faults, and a score of who finds them: ``python -m bench.faults``.

`shapes` are sound networks, `families` break them, `collection` has all of the cases; `packets` labels them by what
packets do, `answers` is what a tool says, `score` compares, `page` writes docs/accuracy.md.
"""
