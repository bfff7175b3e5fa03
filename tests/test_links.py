"""The links of all Markdown pages, and the index of the documentation."""

import re

from tests import pages

PAGES = {page.path.resolve(): page for page in pages.find_pages()}


def broken_links(page: pages.Page) -> list[str]:
    """Return the relative links of a page that lead to no file, or to no heading of it."""
    broken = []
    for link in page.links:
        path, _, anchor = link.partition("#")
        target = (page.path.parent / path).resolve() if path else page.path.resolve()
        if not target.exists() or (anchor and anchor not in PAGES[target].anchors):
            broken.append(f"{page.name}: {link}")
    return broken


def test_relative_links_lead_to_files_and_headings() -> None:
    assert [link for page in PAGES.values() for link in broken_links(page)] == []
    assert sum(len(page.links) for page in PAGES.values()) > 100


def test_index_links_every_page_of_docs() -> None:
    linked = set()
    for name in ("docs/index.md", "docs/checks/README.md"):
        page = pages.Page(pages.ROOT / name)
        linked |= {(page.path.parent / link.partition("#")[0]).resolve() for link in page.links} | {page.path}
    unlinked = [page.name for path, page in PAGES.items() if page.name.startswith("docs/") and path not in linked]
    assert unlinked == []


def paths_in_code(page: pages.Page) -> set[str]:
    """Return the paths of files in the page's code, as far as they look like those of this repository."""
    words = {word for code in re.findall(r"`([^`\n]+)`", page.text) for word in code.split()}
    folders = "bench|cloudformation|docs|requirements|scripts|src|terraform|tests"
    return {
        word
        for word in words
        if re.fullmatch(rf"(?:{folders})/[\w./-]+|[a-z_]+(?:/[a-z_]+)+\.py|[a-z_]+(?:/[a-z_]+)+/", word)
    }


def test_paths_in_code_exist() -> None:
    named = {(page, path) for page in PAGES.values() if page.name != "CHANGELOG.md" for path in paths_in_code(page)}
    assert len(named) > 20
    bases = {page: (pages.ROOT, pages.ROOT / "src" / "skerry", page.path.parent) for page, _ in named}
    missing = [
        f"{page.name}: {path}" for page, path in named if not any((base / path).exists() for base in bases[page])
    ]
    assert sorted(missing) == []


def test_readme_has_at_most_150_lines() -> None:
    assert len(pages.Page(pages.ROOT / "README.md").text.splitlines()) <= 150


def test_anchors_are_those_of_github() -> None:
    security = PAGES[pages.ROOT / "docs" / "security.md"]
    assert {"files", "written---output-of-every-command-and-demo---save"} <= security.anchors
    assert all(re.fullmatch(r"[\w-]+", anchor) for page in PAGES.values() for anchor in page.anchors)
