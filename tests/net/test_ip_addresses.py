"""IP addresses as AWS writes them: the text is kept, and its number is parsed with it."""

import copy
import pickle

import pytest

from skerry.net.addresses import IPV6
from skerry.net.host_texts import HostText
from skerry.net.ip_addresses import Address4, Address6, IpAddress, parse_ip_address

FIRST = 0x0A000107


@pytest.mark.parametrize("kind", [IpAddress, Address4])
def test_ipv4_address_keeps_its_text_and_number(kind: type[IpAddress]) -> None:
    address = kind("10.0.1.7")
    assert (address, address.number, address.addresses) == ("10.0.1.7", FIRST, ((FIRST, FIRST),))


@pytest.mark.parametrize("kind", [IpAddress, Address6])
def test_ipv6_address_keeps_its_text_and_number(kind: type[IpAddress]) -> None:
    address = kind("::7")
    assert (address, address.number, address.addresses) == ("::7", IPV6 + 7, ((IPV6 + 7, IPV6 + 7),))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (IpAddress, "10.0.0.0/32"),
        (IpAddress, ""),
        (Address4, "::1"),
        (Address4, "10.0.0.1\n"),
        (Address4, "10.0.0.1/32"),
        (Address6, "10.0.0.1"),
        (Address6, "::1/128"),
    ],
)
def test_invalid_address_is_refused(kind: type[IpAddress], text: str) -> None:
    with pytest.raises(ValueError, match=f"is no {kind.form}"):
        kind(text)


def test_address_survives_copy_and_pickle() -> None:
    address = Address4("10.0.1.7")
    for other in (copy.deepcopy(address), pickle.loads(pickle.dumps(address))):  # noqa: S301 -- our own bytes
        assert (other, other.number) == (address, address.number)


def test_address_is_made_of_its_number() -> None:
    assert Address4.of_number(FIRST) == "10.0.1.7"


def test_parsed_address_has_the_type_of_its_family() -> None:
    kinds = [type(parse_ip_address(text)) for text in ("10.0.0.1", "::1", "web.example", "a:b")]
    assert kinds == [Address4, Address6, type(None), type(None)]


def test_value_of_a_record_has_an_address_if_it_is_one() -> None:
    values = [HostText(text) for text in ("10.0.0.1", "::1", "web.example.", "v=spf1 -all")]
    assert values == ["10.0.0.1", "::1", "web.example.", "v=spf1 -all"]
    assert [value.address for value in values] == ["10.0.0.1", "::1", None, None]
