"""A part of moto is replaced for a while, and then it is what it was."""

from typing import Any

import pytest

from skerry.embedded.patching import Correction, apply_patches


class Shop:
    def price(self, article: str) -> str:
        return f"1 for {article}"

    @property
    def state(self) -> str:
        return "open"


def dearer(original: Any, shop: Shop, article: str) -> str:
    return f"{original(shop, article)} and more"


def test_correction_replaces_method_only_inside_the_block() -> None:
    with apply_patches([Correction(Shop, "price", dearer)]):
        assert Shop().price("tea") == "1 for tea and more"
    assert Shop().price("tea") == "1 for tea"


def later(original: Any, shop: Shop) -> str:
    return f"{original(shop)} late"


def test_correction_replaces_property_only_inside_the_block() -> None:
    with apply_patches([Correction(Shop, "state", later)]):
        assert Shop().state == "open late"
    assert Shop().state == "open"


def test_correction_restores_method_after_exception() -> None:
    before = Shop.price
    with pytest.raises(ZeroDivisionError), apply_patches([Correction(Shop, "price", dearer)]):
        raise ZeroDivisionError
    assert Shop.price is before


def test_correction_of_missing_method_raises_and_restores_the_others() -> None:
    before = Shop.price
    lost = Correction(Shop, "discount", dearer)
    with pytest.raises(KeyError, match="discount"), apply_patches([Correction(Shop, "price", dearer), lost]):
        pass
    assert Shop.price is before
