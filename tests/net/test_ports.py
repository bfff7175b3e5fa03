"""Ranges of ports that cannot be wrong."""

import msgspec
import pytest

from skerry.net.ports import PortRange, is_port

WRONG = [(-1, 5), (5, 4), (0, 65_536), (443, 10**12)]


@pytest.mark.parametrize(("first", "last"), WRONG)
def test_numbers_that_are_no_range_of_ports_make_none(first: int, last: int) -> None:
    assert PortRange.parse(first, last) is None
    with pytest.raises(ValueError, match="not a range of ports"):
        PortRange(first, last)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(f'{{"first": {first}, "last": {last}}}', type=PortRange)


def test_all_ports_are_a_range() -> None:
    assert PortRange.parse(0, 65_535) == PortRange(0, 65_535)


def test_something_can_listen_at_all_ports_but_zero() -> None:
    assert [is_port(number) for number in (-1, 0, 1, 65_535, 65_536)] == [False, False, True, True, False]
