"""DNS names as AWS writes them: the text is kept, and its plain form is parsed with it."""

import pytest

from skerry.net.dns_names import DnsName, parse_dns_name, parse_host
from skerry.net.host_texts import HostText
from skerry.net.ip_addresses import Address4, Address6


@pytest.mark.parametrize(
    ("text", "plain", "hostname"),
    [
        ("API.Example.com.", "api.example.com", "api.example.com"),
        (r"\052.example.com.", "*.example.com", "*.example.com"),
        ("a_b.example", "a_b.example", "a_b.example"),
        ("a$b.example", "a$b.example", None),
        (".", "", None),
    ],
)
def test_dns_name_keeps_its_text_and_plain_form(text: str, plain: str, hostname: str | None) -> None:
    name = DnsName(text)
    assert (name, name.plain, name.hostname) == (text, plain, hostname)


@pytest.mark.parametrize(
    "text", ["a b.example", "a..example", f"{'a' * 64}.example", "a." * 128 + "example", "é.example"]
)
def test_invalid_dns_name_is_refused(text: str) -> None:
    assert parse_dns_name(text) is None
    with pytest.raises(ValueError, match="is no DNS name"):
        DnsName(text)


def test_host_is_an_address_or_a_name() -> None:
    kinds = [type(parse_host(text)) for text in ("10.0.0.1", "::1", "web.example", "a b", "", None)]
    assert kinds == [Address4, Address6, DnsName, type(None), type(None), type(None)]


def test_value_of_a_record_has_a_name_if_it_is_one() -> None:
    values = [HostText(text) for text in ("web.example.", "10.0.0.1", "v=spf1 -all")]
    assert [value.name for value in values] == ["web.example.", "10.0.0.1", None]
