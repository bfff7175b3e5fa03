"""Changes to the bytes of a document."""

import random
from typing import Any

from tests.fuzz import hostile

ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32", "utf-7", "latin-1", "cp037")
MARKS = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0", b"\0\0\0{", b"\n", b"[", b"{", b"\x1b[31m", b"#!", b"<?xml"]


def cut(content: bytes, draw: random.Random) -> bytes:
    """Cut a document short."""
    return content[: draw.randrange(len(content) + 1)]


def flip(content: bytes, draw: random.Random) -> bytes:
    """Change some bytes."""
    changed = bytearray(content)
    for _ in range(draw.choice([1, 2, 8, 64])):
        if changed:
            changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def encode(content: bytes, draw: random.Random) -> bytes:
    """Write a document in another encoding, perhaps cut short."""
    text = content.decode(errors="replace")
    if draw.random() < 0.5:
        text = text.replace("a", draw.choice(["é", "\u202e", "\U0001f4a5", "a"]), 3)
    found = text.encode(draw.choice(ENCODINGS), errors="replace")
    return found[: len(found) - draw.choice([0, 0, 1, 2, 3])]


def mark(content: bytes, draw: random.Random) -> bytes:
    """Put some bytes at the beginning or the end."""
    more = draw.choice(MARKS)
    return more + content if draw.random() < 0.7 else content + more


def splice(content: bytes, draw: random.Random) -> bytes:
    """Repeat a part of a document in the middle of it."""
    start, place = draw.randrange(len(content) + 1), draw.randrange(len(content) + 1)
    return content[:place] + content[start : start + draw.choice([1, 10, 200])] + content[place:]


def deep(_content: bytes, draw: random.Random) -> bytes:
    """A document that is nested deeply."""
    depth = draw.choice([10, 500, 1_500, 100_000])
    key = draw.choice([b'{"Vpcs":', b'{"services":', b'{"Calls":', b'{"x":'])
    open_, close = draw.choice([(b"[", b"]"), (b'{"a":', b"}"), (b"[[", b"]]")])
    return key + open_ * depth + b"1" + (close * depth + b"}" if draw.random() < 0.8 else b"")


def noise(_content: bytes, draw: random.Random) -> bytes:
    """Random bytes, with or without a beginning of JSON."""
    return draw.choice([b"", b"{", b'{"', b'{"Vpcs":[']) + draw.randbytes(draw.choice([0, 1, 7, 60, 4_000]))


def soup(_content: bytes, draw: random.Random) -> bytes:
    """Tokens of JSON in any order."""
    tokens: list[Any] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"Vpcs"',
        '"Calls"',
        '"services"',
        "1e999",
        "-",
        "nul",
        "true",
        '"\\u',
    ]
    return "".join(draw.choice(tokens) for _ in range(draw.randrange(60))).encode()


CHANGES = (cut, flip, flip, encode, encode, mark, splice, deep, noise, soup)


def change(content: bytes, draw: random.Random) -> tuple[bytes, str]:
    """Make one change; return what comes of it, and its name."""
    chosen = draw.choice(CHANGES)
    return chosen(content, draw), chosen.__name__


def text(draw: random.Random) -> bytes:
    """A text in any encoding, or none."""
    found = "".join(hostile.text(draw)[:200] for _ in range(draw.randrange(6)))
    return found.encode(draw.choice(["utf-8", "utf-16", "latin-1"]), errors=draw.choice(["replace", "ignore"]))
