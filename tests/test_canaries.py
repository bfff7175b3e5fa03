"""No secret in any output, and no other value but those of the fields that docs/security.md lists."""

import pytest

from tests import canaries, canary_accounts
from tests.amount import WHOLE, some
from tests.patience import patience

MINUTES = 60.0
QUICK = {"article", "sound"}
"""The accounts of the short tests."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in QUICK else (pytest.mark.long,))
        for name in sorted(canary_accounts.accounts())
    ],
)
def test_outputs_show_only_listed_fields_and_no_secrets(name: str) -> None:
    """A part of the fields; the long tests try all of them."""
    account = canary_accounts.accounts()[name]
    tally = canaries.sing(account, canaries.one_of_each(account)[7::160])
    assert tally.leaks == []
    listed = canaries.listed()
    others = {field: names - listed.get(field, set()) for field, names in tally.shown().items()}
    assert {field: names for field, names in others.items() if names} == {}


def test_canaries_detect_outputs_without_masking(monkeypatch: pytest.MonkeyPatch) -> None:
    account = canary_accounts.accounts()["article"]
    leaf = next(leaf for leaf in canaries.leaves(account) if leaf.field == "services[].serviceName")
    assert canaries.sing(account, [leaf]).leaks == []
    monkeypatch.setattr("skerry.render.text.mask", str)
    monkeypatch.setattr("skerry.render.hcl.mask", str)
    monkeypatch.setattr("skerry.render.shell_words.mask", str)
    monkeypatch.setattr("skerry.render.json_document.mask_json", lambda node, *_: node)
    monkeypatch.setattr("skerry.render.cloudformation.mask_json", lambda node: node)
    monkeypatch.setattr("skerry.sources.redaction.pseudonyms.mask", lambda text, _put: text)
    found = {leak.partition(" ")[0] for leak in canaries.sing(account, [leaf]).leaks}
    assert found == {"diagnose", "plan", "report", "terraform", "cloudformation", "errors", "explain", "snapshot"}


@pytest.mark.long
def test_outputs_of_all_accounts_show_exactly_the_listed_fields() -> None:
    """One text of each kind of field; only the whole of them shows that each listed field is shown."""
    tally = canaries.Tally({}, {}, [])
    with patience(30 * MINUTES):
        for account in canary_accounts.accounts().values():
            canaries.sing(account, some(canaries.one_of_each(account), 80), into=tally)
    assert tally.leaks == []
    listed = canaries.listed()
    assert [(field, names) for field, names in tally.shown().items() if names - listed.get(field, set())] == []
    if WHOLE:
        assert tally.shown() == listed
