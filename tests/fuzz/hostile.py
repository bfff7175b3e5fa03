"""Values that no answer of AWS holds, by the kind of the value they replace."""

import random
from typing import Any

LONG = 100_000

CIDRS = [
    *("10.0.1.0/x", "10.0.1.0/33", "10.0.1.0/-1", "10.0.0.1/24", "10.0.1.0", "0.0.0.0/0", "0.0.0.0/00", "/", "//24"),
    *("::ffff:10.0.1.0/120", "::/0", "fe80::1%eth0/64", "2001:db8::/129", "256.0.0.0/8", "010.0.0.0/8", "1/8"),
    *("١٠.٠.١.٠/٢٤", "10.0.1.0/２４", " 10.0.1.0/24", "10.0.1.0/24\n", "10.0.1.0/24\x00", "10.0.1.0/255.255.255.0"),
]
ADDRESSES = [
    *("10.0.1.7", "0.0.0.0", "255.255.255.255", "169.254.169.253", "127.0.0.1", "224.0.0.1", "::1", "::ffff:10.0.1.7"),
    *("fe80::1%0", "10.0.1", "10.0.1.7.8", "10.0.1.-7", "0x0a000107", "167772423", "10.0.1.7/32", "10.0.1.٧", ""),
]
NUMBERS: list[Any] = [
    *(-1, 0, 1, 65_535, 65_536, -65_536, 2**31, 2**32, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**400, 1e308, 0.5),
    *(float("nan"), float("inf"), float("-inf"), -0.0, "443", "-1", "1e3", "٤٤٣", "", True),
]
STRINGS = [
    *("", " ", "\t", "x", "-", "--help", "-1", ".", "..", "../../etc/passwd", "/", "\\", "\\052", "\\999", "%s", "{0}"),
    *("\x00", "a\x00b", "a\nb", "a\r\nb", "\x1b[31m", "\x1b]0;x\x07", "\x7f", "\x9b31m", "\u2028", "\u2029", "\ufeff"),
    *("\ud800", "\udfff", "a\udc80", "\u202e", "a\u202eb", "\u200b", "\u2066", "\U000e0041", "\ue000", "\uffff"),
    *("\U0001f4a5", "é", "e\u0301", "ＡＷＳ", "١٢٣", "ß", "ı", "${x}", "$(x)", "`x`", "';--", '"', "<b>", "{{ x }}"),
    *(
        "*",
        "?",
        "arn:",
        "arn:::::",
        "arn:aws:::::::",
        "arn:aws:iam::x:role/",
        "null",
        "true",
        "NaN",
        "=cmd|x",
        "#",
        "!x",
    ),
]
NAMES = [
    *(
        ".",
        "..",
        "a..b",
        ".a",
        "a.",
        "-a.b",
        "a_b",
        "*",
        "*.*",
        "a.*.b",
        "xn--",
        "xn--a",
        "a b",
        "a\nb",
        "a/b",
        "a:443",
    ),
    *(
        "[::1]",
        "10.0.1.7",
        "\\052.a.",
        "ａ.com",
        "a" * 64 + ".com",
        "a" * 63 + ".com",
        ".".join(["a"] * 300),
        "a" * 300,
    ),
    *(
        "dkr.ecr.eu-west-1.amazonaws.com",
        "111122223333.dkr.ecr.eu-west-1.amazonaws.com/x@sha256:",
        "x@y@z",
        "a:b:c",
        ":",
    ),
]
IDS = [
    *("subnet-", "subnet-a", "subnet-9", "vpc-1", "vpc-9", "rtb-main", "rtb-9", "sg-task", "sg-9", "vpce-1", "pl-1"),
    *(
        "pl-53",
        "igw-1",
        "nat-1",
        "eni-1f",
        "tgw-1",
        "tgw-attach-1",
        "pcx-1",
        "local",
        "eigw-1",
        "lgw-1",
        "cagw-1",
        "vgw-1",
    ),
]
STATES = [
    "available",
    "Available",
    "pending",
    "deleted",
    "failed",
    "rejected",
    "active",
    "ACTIVE",
    "STOPPED",
    "blackhole",
]
PATTERNS = [
    "*" * 5_000,
    "*a" * 500,
    "?" * 3_000 + "*",
    "a*" * 300 + "b",
    "[",
    "[!",
    "(a+)+$",
    "arn:" + "*:" * 200,
    "${aws:x",
]


def text(draw: random.Random) -> str:
    """Draw a text of any kind."""
    kind = draw.choices([STRINGS, NAMES, CIDRS, ADDRESSES, IDS, STATES, PATTERNS], [6, 3, 2, 2, 2, 1, 1])[0]
    found = draw.choice(kind)
    if draw.random() < 0.02:
        return (found or "x") * (LONG // max(1, len(found)))
    return found


def scalar(draw: random.Random) -> Any:
    """Draw any value without parts."""
    return draw.choice([text(draw), draw.choice(NUMBERS), None, True, False])


def value(draw: random.Random, depth: int = 2) -> Any:
    """Draw any value."""
    kind = draw.random()
    if depth == 0 or kind < 0.7:
        return scalar(draw)
    if kind < 0.85:
        return [value(draw, depth - 1) for _ in range(draw.randrange(4))]
    return {draw.choice(STRINGS) if draw.random() < 0.3 else "Value": value(draw, depth - 1) for _ in range(2)}


def like(draw: random.Random, before: Any) -> Any:
    """Draw a value of the kind that stood there, or of another type."""
    if draw.random() < 0.25:
        return value(draw)
    if isinstance(before, bool):
        return not before
    if isinstance(before, int | float):
        return draw.choice(NUMBERS)
    if not isinstance(before, str):
        return draw.choice([[], {}, [before], None, "", 7, [None], [[]], {"Value": before}])
    return _like_text(draw, before)


def _like_text(draw: random.Random, before: str) -> Any:
    if "/" in before and before[:1].isdigit():
        return draw.choice(CIDRS)
    if before[:1].isdigit() and before.count(".") == 3:
        return draw.choice(ADDRESSES)
    how = draw.randrange(6)
    if how == 0:
        return draw.choice(STATES if before.isalpha() else IDS)
    if how == 1:
        return draw.choice(NAMES)
    place = draw.randrange(len(before) + 1)
    if how == 2:
        return before[:place]
    if how == 3:
        return before[:place] + text(draw) + before[place:]
    return draw.choice([before.upper(), before * 2, before + "\n", " " + before]) if how == 4 else text(draw)
