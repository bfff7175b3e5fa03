"""A plan in the embedded AWS: carried out, read back, and taken back."""

from pathlib import Path

import pytest

from skerry import app
from skerry.apply import journal as journals
from skerry.apply.run import make_changes
from skerry.verdicts import OK
from tests.apply.accounts import apply_plan, broken_account, documents_of, tools_for, undo_plan
from tests.faulty_accounts import FAULTS, Fault, nothing, read


def test_apply_lets_the_service_start_and_undo_restores_every_document(tmp_path: Path) -> None:
    check_apply_and_undo(nothing, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS[1:], ids=lambda fault: fault.__name__)
def test_apply_and_undo_of_each_fault(fault: Fault, tmp_path: Path) -> None:
    check_apply_and_undo(fault, tmp_path)


def check_apply_and_undo(fault: Fault, folder: Path) -> None:
    with broken_account(fault) as account:
        before = documents_of(account.clients)
        run = apply_plan(account.plan, folder)
        assert (run.stopped, len(run.steps)) == (None, len(account.plan.changes))
        assert {step.end for step in run.steps} == {"made"}
        assert app.diagnose(read().world).verdict is OK
        after = documents_of(account.clients)
        with journals.reopen_journal(folder / "plan.journal") as journal:
            count = len(journal.entries)
            assert make_changes(tools_for(journal), lambda _: None).stopped is None
            assert len(journal.entries) == count
        assert documents_of(account.clients) == after
        back = undo_plan(folder)
        assert (back.stopped, len(back.steps)) == (None, len(account.plan.changes))
        assert documents_of(account.clients) == before
