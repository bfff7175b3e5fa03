"""The language of src/: plain sentences, and names with one meaning (docs/glossary.md)."""

from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests import language, pages

SOURCE = Path(__file__).parent.parent / "src"
MODULES = {path.relative_to(SOURCE).as_posix(): path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")}
GLOSSARY = Path(__file__).parent.parent / "docs" / "glossary.md"
FEWEST_SENTENCES = 2_300


@cache
def definitions() -> dict[tuple[str, str], list[str]]:
    """The modules that define each public name, by its kind and the name."""
    modules = defaultdict(list)
    for path, code in MODULES.items():
        for kind, name in language.public_names(code):
            modules[kind, name].append(path)
    return dict(modules)


def names(kind: str) -> set[str]:
    """The public names of a kind."""
    return {name for each, name in definitions() if each == kind}


def test_sentences_in_source_are_plain() -> None:
    assert [f"{path}:{it}" for path, code in sorted(MODULES.items()) for it in language.complaints(code)] == []


def test_documentation_keeps_its_number_of_sentences() -> None:
    assert sum(len(language.sentences(code)) for code in MODULES.values()) > FEWEST_SENTENCES


# Pages written for readers of the code, lists of facts, and pages generated from data.
OTHER_PAGES = (
    *("CHANGELOG", "SECURITY", "cloudformation/", "scripts/", "terraform/", "tests/"),
    *("docs/accuracy.", "docs/codes.", "docs/design.", "docs/explain.", "docs/json."),
    *("docs/permissions.", "docs/python.", "docs/security."),
)


def test_sentences_in_guides_are_plain() -> None:
    guides = [page for page in pages.find_pages() if not page.name.startswith(OTHER_PAGES)]
    assert len(guides) > 30
    sentences = ((page.name, sentence) for page in guides for sentence in language.page_sentences(page.prose))
    assert [f"{name}:{it}" for name, sentence in sentences for it in language.complaints_about(sentence)] == []


def test_module_names_are_not_banned() -> None:
    assert [path for path in MODULES if Path(path).stem in language.BANNED_MODULES] == []


def test_class_names_are_unique_across_modules() -> None:
    modules = {name: paths for (kind, name), paths in definitions().items() if kind == "class"}
    assert {name: paths for name, paths in modules.items() if len(paths) > 1} == {}


def test_class_names_are_not_banned() -> None:
    assert sorted(language.BANNED_TYPES & names("class")) == []


def test_function_names_are_not_banned() -> None:
    assert sorted(language.BANNED_FUNCTIONS & names("function")) == []


def test_variables_are_named_after_their_content() -> None:
    variables = ((path, *found) for path, code in sorted(MODULES.items()) for found in language.local_names(code))
    assert [f"{path}:{line}: {name}" for path, line, name in variables if name in language.BANNED_LOCALS] == []


def test_glossary_defines_project_terms() -> None:
    text = GLOSSARY.read_text(encoding="utf-8")
    words = ("World", "Launch", "Need", "Trace", "Hop", "Blocker", "Verdict", "Plan", "Change", "Placement", "Finding")
    assert [word for word in words if f"**{word}**" not in text] == []


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ('"""The route that leads to what it names."""', "two relative words"),
        ("# The rule whose port is closed, which drops the packet.", "two relative words"),
        ('"""A rule to mend the route."""', "banned words 'mend'"),
        ('"""What a route leads to."""', "begins with a relative clause"),
        ('"""The `that which` of a quote."""', None),
        ('"""The route that a subnet uses. A rule that applies to it."""', None),
    ],
)
def test_language_complaints_match_the_sentence(code: str, complaint: str | None) -> None:
    complaints = list(language.complaints(code))
    assert [complaint in it for it in complaints] == [True] if complaint else complaints == []
