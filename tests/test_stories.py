"""Pages whose commands follow one another, without an account: every command runs, and prints its recorded output."""

from pathlib import Path

import pytest

from tests import pages


@pytest.mark.parametrize("name", pages.STORIES)
def test_commands_of_page_run_in_order(name: str, tmp_path: Path) -> None:
    page = pages.Page(pages.ROOT / name)
    results = pages.run_in_folder(tmp_path, page.commands("skerry"), {})
    assert len(results) > 1
    assert pages.complaints_about(results) == []
    assert pages.stale_outputs(page, results) == [], "run python -m tests.pages"


def test_recorded_outputs_of_other_pages_are_those_of_today(tmp_path: Path) -> None:
    others = [page for page in pages.find_pages() if page.recorded and page.name not in pages.STORIES]
    assert "README.md" in [page.name for page in others]
    for count, page in enumerate(others):
        folder = tmp_path / str(count)
        folder.mkdir()
        results = pages.run_in_folder(folder, [output.command for output in page.recorded], {})
        assert pages.stale_outputs(page, results) == [], "run python -m tests.pages"
