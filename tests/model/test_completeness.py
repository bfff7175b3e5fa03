"""Which lists prove that there is no further record: by kind, and by scope."""

from skerry.model.completeness import EVERYWHERE, Completeness

ACCOUNT = ("vpc_endpoints", EVERYWHERE)
ONE = ("vpc_endpoints", "vpc-1")


def of(*complete: tuple[str, str], gaps: tuple[tuple[str, str], ...] = ()) -> Completeness:
    return Completeness(frozenset(complete), frozenset(gaps), frozenset({"vpc_endpoints"}))


def test_list_of_the_account_is_one_of_each_vpc() -> None:
    assert of(ACCOUNT).knows("vpc_endpoints")
    assert of(ACCOUNT).knows("vpc_endpoints", "vpc-1")
    assert not of(ACCOUNT).knows("subnets")


def test_list_of_a_vpc_is_one_of_no_other() -> None:
    assert of(ONE).knows("vpc_endpoints", "vpc-1")
    assert not of(ONE).knows("vpc_endpoints", "vpc-2")
    assert not of(ONE).knows("vpc_endpoints")


def test_gap_in_a_vpc_leaves_the_others_complete() -> None:
    lists = of(ACCOUNT, gaps=(ONE,))
    assert not lists.knows("vpc_endpoints", "vpc-1")
    assert lists.knows("vpc_endpoints", "vpc-2")
    assert not lists.knows("vpc_endpoints")


def test_gap_anywhere_leaves_no_vpc_complete_but_one_with_a_list_of_its_own() -> None:
    lists = of(ACCOUNT, ONE, gaps=(ACCOUNT,))
    assert lists.knows("vpc_endpoints", "vpc-1")
    assert not lists.knows("vpc_endpoints", "vpc-2")


def test_gap_in_a_list_of_its_own_counts() -> None:
    assert not of(ACCOUNT, ONE, gaps=(ONE,)).knows("vpc_endpoints", "vpc-1")
    assert not of(ONE, gaps=(ONE,)).lists("vpc_endpoints", "vpc-1")


def test_scopes_are_those_with_a_complete_list_of_their_own() -> None:
    assert of(ACCOUNT, ONE, ("vpc_endpoints", "vpc-2"), gaps=(ONE,)).scopes("vpc_endpoints") == {"vpc-2"}


def test_what_nobody_asked_for_lacks_nothing() -> None:
    assert not of().lacks("vpc_endpoints")
    assert not of(ACCOUNT).lacks("vpc_endpoints", "vpc-1")
    assert of(gaps=(ACCOUNT,)).lacks("vpc_endpoints", "vpc-1")
    assert of(gaps=(ONE,)).lacks("vpc_endpoints")
    assert not of(gaps=(ONE,)).lacks("vpc_endpoints", "vpc-2")
