"""A part of moto is replaced for a while, and then it is what it was."""

from typing import Any

import pytest

from skerry.embedded.patching import Correction, applied


class Shop:
    def price(self, article: str) -> str:
        return f"1 for {article}"


def dearer(original: Any, shop: Shop, article: str) -> str:
    return f"{original(shop, article)} and more"


def test_a_method_is_replaced_inside_the_block_only() -> None:
    with applied([Correction(Shop, "price", dearer)]):
        assert Shop().price("tea") == "1 for tea and more"
    assert Shop().price("tea") == "1 for tea"


def test_a_method_is_put_back_where_the_block_fails() -> None:
    before = Shop.price
    with pytest.raises(ZeroDivisionError), applied([Correction(Shop, "price", dearer)]):
        raise ZeroDivisionError
    assert Shop.price is before


def test_a_correction_that_has_lost_its_method_is_not_passed_over() -> None:
    before = Shop.price
    lost = Correction(Shop, "discount", dearer)
    with pytest.raises(KeyError, match="discount"), applied([Correction(Shop, "price", dearer), lost]):
        pass
    assert Shop.price is before
