"""Host names that cannot be wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry.net.hostname import Hostname
from tests.tables import each

HOSTILE = (
    *("", ".", "..", "a..b", ".a", "a b", "a\n", "a\nb", "a\0", "a/b", "a#b", "a;b", 'a"b', "a'b", "a`b", "a$(b)"),
    *("{b}", "\\052.a", "a\\012b", "a*", "a.*", "*", "*.", "*.*.a", "a:53", "a%00", "a=b", "a,b", "x\r\ny"),
    *("\u00e4.example", "\u029fogs.example", "\u212a.example", "a" * 64, ".".join(["a" * 63] * 4), "a" * 10_000),
)  # fmt: skip


@each("text", HOSTILE)
def test_invalid_hostname_is_refused(text: str) -> None:
    assert Hostname.parse(text) is None
    with pytest.raises(ValueError, match="not a valid Hostname"):
        Hostname(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("logs.eu-west-1.amazonaws.com", "logs.eu-west-1.amazonaws.com"),
        ("Logs.Example.", "logs.example"),
        ("*.example", "*.example"),
        ("_sip._tcp.example", "_sip._tcp.example"),
        (".".join(["a" * 63] * 3 + ["a" * 61]), ".".join(["a" * 63] * 3 + ["a" * 61])),
    ],
)
def test_hostname_is_lower_cased_without_trailing_dot(text: str, name: str) -> None:
    assert Hostname.parse(text) == name


@given(st.text())
def test_parsed_hostname_has_only_allowed_characters(text: str) -> None:
    name = Hostname.parse(text)
    assert name is None or set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.*")


def test_hostname_is_within_its_parent_zones() -> None:
    name = Hostname("*.a.example")
    assert [name.is_within(zone) for zone in ("a.example", "example", "b.example", "ample")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("record", "host", "stands"),
    [
        ("a.example", "a.example", True),
        ("a.example", "b.a.example", False),
        ("*.example", "a.example", True),
        ("*.example", "b.a.example", True),
        ("*.example", "example", False),
        ("*.example", "aexample", False),
    ],
)
def test_dns_record_matches_its_name_and_wildcard_matches_subdomains(record: str, host: str, *, stands: bool) -> None:
    assert Hostname(record).stands_for(host) is stands
