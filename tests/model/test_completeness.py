"""Which lists prove that there is no further record: by kind, and by scope."""

from skerry.model.completeness import EVERYWHERE, Completeness

ACCOUNT = ("vpc_endpoints", EVERYWHERE)
ONE = ("vpc_endpoints", "vpc-1")


def of(*complete: tuple[str, str], gaps: tuple[tuple[str, str], ...] = ()) -> Completeness:
    return Completeness(frozenset(complete), frozenset(gaps), frozenset({"vpc_endpoints"}))


def test_account_list_covers_every_vpc() -> None:
    assert of(ACCOUNT).knows("vpc_endpoints")
    assert of(ACCOUNT).knows("vpc_endpoints", "vpc-1")
    assert not of(ACCOUNT).knows("subnets")


def test_vpc_list_covers_only_that_vpc() -> None:
    assert of(ONE).knows("vpc_endpoints", "vpc-1")
    assert not of(ONE).knows("vpc_endpoints", "vpc-2")
    assert not of(ONE).knows("vpc_endpoints")


def test_gap_in_a_vpc_leaves_other_vpcs_complete() -> None:
    lists = of(ACCOUNT, gaps=(ONE,))
    assert not lists.knows("vpc_endpoints", "vpc-1")
    assert lists.knows("vpc_endpoints", "vpc-2")
    assert not lists.knows("vpc_endpoints")


def test_account_gap_leaves_only_vpcs_with_their_own_list_complete() -> None:
    lists = of(ACCOUNT, ONE, gaps=(ACCOUNT,))
    assert lists.knows("vpc_endpoints", "vpc-1")
    assert not lists.knows("vpc_endpoints", "vpc-2")


def test_gap_in_a_vpc_list_makes_the_vpc_incomplete() -> None:
    assert not of(ACCOUNT, ONE, gaps=(ONE,)).knows("vpc_endpoints", "vpc-1")
    assert not of(ONE, gaps=(ONE,)).lists("vpc_endpoints", "vpc-1")


def test_completeness_scopes_returns_only_completely_listed_vpcs() -> None:
    assert of(ACCOUNT, ONE, ("vpc_endpoints", "vpc-2"), gaps=(ONE,)).scopes("vpc_endpoints") == {"vpc-2"}


def test_completeness_lacks_is_true_only_for_scopes_with_a_gap() -> None:
    assert not of().lacks("vpc_endpoints")
    assert not of(ACCOUNT).lacks("vpc_endpoints", "vpc-1")
    assert of(gaps=(ACCOUNT,)).lacks("vpc_endpoints", "vpc-1")
    assert of(gaps=(ONE,)).lacks("vpc_endpoints")
    assert not of(gaps=(ONE,)).lacks("vpc_endpoints", "vpc-2")
