"""Comments accept the problems of the resource on their line, or on the line below them."""

import datetime as dt
from pathlib import Path

import pytest

from skerry.problems.records import Acceptance, CodePlace, Problem
from skerry.settings.comments import Comments, read_comments
from skerry.settings.repository import RepositoryFiles

RULE = "NO_ROUTE_TO_DESTINATION"
RULES = frozenset({RULE, "endpoint-wide-policy"})
NAME = 'aws_route_table.private["a"]'


def comments_in(folder: Path, code: str, line: int, file: str = "main.tf") -> Comments:
    (folder / file).write_text(code, encoding="utf-8")
    problem = Problem("cause", RULE, "error", (), "rtb-1", NAME, place=CodePlace(file, line))
    nowhere = Problem("cause", RULE, "error", (), "rtb-2", "rtb-2")
    return read_comments([problem, nowhere, problem], RepositoryFiles(folder), RULES)


@pytest.mark.parametrize(
    ("code", "line", "written"),
    [
        (f"\n# skerry: accept {RULE}: not ours\nresource {{", 3, 2),
        (f"resource {{ # skerry: accept {RULE}: not ours", 1, 1),
        (f"  // skerry:accept  {RULE} :  not ours  \n# other words\nresource {{", 3, 1),
        (f"/* skerry: accept {RULE}: not ours */\nresource {{", 2, 1),
        (f'resource "a#b" "c//d" {{ /* skerry: accept {RULE}: not ours */', 1, 1),
    ],
)
def test_comment_accepts_the_problem_of_its_resource(code: str, line: int, written: int, tmp_path: Path) -> None:
    acceptance = Acceptance(RULE, "not ours", CodePlace("main.tf", written), NAME)
    assert comments_in(tmp_path, code, line) == Comments((acceptance,), ())


def test_comment_may_have_a_last_day(tmp_path: Path) -> None:
    found = comments_in(tmp_path, f"# skerry: accept {RULE} until 2027-01-31: not ours\nresource {{", 2)
    assert [one.until for one in found.acceptances] == [dt.date(2027, 1, 31)]


def test_comment_above_other_code_is_not_about_the_resource(tmp_path: Path) -> None:
    assert comments_in(tmp_path, f"# skerry: accept {RULE}: not ours\nlocals {{}}\nresource {{", 3) == Comments((), ())


def test_only_the_twenty_lines_above_are_read(tmp_path: Path) -> None:
    code = f"# skerry: accept {RULE}: not ours\n" + "# words\n" * 20 + "resource {"
    assert comments_in(tmp_path, code, 22) == Comments((), ())


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (f"accept {RULE}", "the form is # skerry: accept RULE [until YYYY-MM-DD]: reason"),
        ("ignore all", "the form is # skerry: accept RULE [until YYYY-MM-DD]: reason"),
        ("accept NO_ROUTE: x", f"there is no rule 'NO_ROUTE'. Did you mean {RULE}?"),
        ("accept zzz: x", "there is no rule 'zzz'"),
        (f"accept {RULE} until soon: x", "'soon' is no date: the form is YYYY-MM-DD"),
    ],
)
def test_comment_of_another_form_is_a_complaint(words: str, complaint: str, tmp_path: Path) -> None:
    found = comments_in(tmp_path, f"# skerry: {words}\nresource {{", 2)
    assert found == Comments((), (f"main.tf:1: {complaint}",))


@pytest.mark.parametrize("file", ["network.yaml", "network.YML", "network.template"])
def test_comment_of_yaml_begins_with_a_number_sign_after_a_space(file: str, tmp_path: Path) -> None:
    words = f"# skerry: accept {RULE}: not ours"
    assert len(comments_in(tmp_path, f"  {words}\n  Table:", 2, file).acceptances) == 1
    assert len(comments_in(tmp_path, f"  Table: don't {words}", 1, file).acceptances) == 1
    assert comments_in(tmp_path, f"  Table:{words}", 1, file) == Comments((), ())
    assert comments_in(tmp_path, f"// skerry: accept {RULE}: not ours\nTable:", 2, file) == Comments((), ())


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("network.yaml", "Table: 'x # skerry: accept {rule}: x'"),
        ("network.yaml", 'Table: "x \\" # skerry: accept {rule}: x"'),
        ("main.tf", 'x = "# skerry: accept {rule}: x"'),
        ("main.tf", 'x = "/* skerry: accept {rule}: x */"'),
        ("network.template", '{{"Description": "# skerry: accept {rule}: x"}}'),
        ("network.json", '{{"Tags": [{{"Value": "# skerry: accept {rule}: x"}}]}}'),
        ("network.json", "# skerry: accept {rule}: x"),
        ("main.tf.json", "// skerry: accept {rule}: x"),
        ("notes.txt", "# skerry: accept {rule}: x"),
    ],
)
def test_text_within_quotes_and_in_json_accepts_nothing(file: str, code: str, tmp_path: Path) -> None:
    assert comments_in(tmp_path, code.format(rule=RULE), 1, file) == Comments((), ())


def test_code_after_a_block_comment_ends_the_comments_above_a_resource(tmp_path: Path) -> None:
    code = f"/* skerry: accept {RULE}: not ours */ locals {{}}\nresource {{"
    assert comments_in(tmp_path, code, 2) == Comments((), ())
