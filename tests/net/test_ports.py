"""Ranges of ports that cannot be wrong."""

import msgspec
import pytest

from skerry.net.ports import PortRange, is_port

WRONG = [(-1, 5), (5, 4), (0, 65_536), (443, 10**12)]


@pytest.mark.parametrize(("first", "last"), WRONG)
def test_invalid_port_range_is_refused(first: int, last: int) -> None:
    assert PortRange.parse(first, last) is None
    with pytest.raises(ValueError, match="not a range of ports"):
        PortRange(first, last)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(f'{{"first": {first}, "last": {last}}}', type=PortRange)


def test_all_ports_are_a_valid_range() -> None:
    assert PortRange.parse(0, 65_535) == PortRange(0, 65_535)


def test_listening_port_is_between_1_and_65535() -> None:
    assert [is_port(number) for number in (-1, 0, 1, 65_535, 65_536)] == [False, False, True, True, False]
