"""`skerry explain ID`: the meaning of every id in any output."""

import ast
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import msgspec
import pytest

import skerry
from skerry import app, checks
from skerry.catalogue.blocker_codes import ErrorClass, load_codes
from skerry.catalogue.data_files import Grade
from skerry.catalogue.error_texts import Confidence, load_error_rules
from skerry.catalogue.output_terms import OutputTerm, load_output_terms
from skerry.diagnose import compare
from skerry.diagnose.diagnosis import Severity
from skerry.launch.needs import STEPS, Blocks
from skerry.plan.changes import Change, Disposition
from skerry.plan.records import StrategyName
from skerry.problems.records import BROKEN, EXPIRED, MISSING_FACT
from skerry.reach import trace
from skerry.reach.subnets import Place
from skerry.render import formats
from skerry.render.view import View
from skerry.verdicts import Verdict
from tests.commands import BLOCKED, Skerry, complaint
from tests.tables import each

SOURCE = Path(skerry.__file__).parent
HOP_RESULTS = ("kept", "lost", "part lost", "undecided")


def changes() -> tuple[type[msgspec.Struct], ...]:
    """Every type of change."""
    return tuple(get_args(Change))


def findings_of_plans() -> Iterator[str]:
    """The ids of the findings that the source of plans makes."""
    for path in sorted((SOURCE / "plan").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
                assert isinstance(node.args[0], ast.Constant)
                yield str(node.args[0].value)


WORDS = {
    "step of a launch": set(STEPS),
    "verdict": set(Verdict),
    "result of a hop": set(HOP_RESULTS),
    "reason of an intermittent verdict": set(get_args(trace.Because)),
    "kind of a subnet": set(get_args(Place)),
    "effect of a failure": set(get_args(Blocks)),
    "class of a cause": set(get_args(ErrorClass)),
    "confidence of an explanation": set(get_args(Confidence)),
    "grade of a fact": set(get_args(Grade)),
    "severity of a finding": set(get_args(Severity)),
    "relation of an error text to a service": set(get_args(compare.Relation)),
    "kind of a hop": set(get_args(trace.Kind)),
    "finding of a plan": set(findings_of_plans()),
    "strategy of a plan": set(get_args(StrategyName)),
    "change of a plan": {str(change.__struct_config__.tag) for change in changes()},
    "effect of a change": set(get_args(Disposition)),
    "rule of a problem": {BROKEN, MISSING_FACT, EXPIRED},
}
CHECK_IDS = [check.id for check in checks.CHECKS]
RULE_IDS = [rule.id for rule in load_error_rules()]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Skerry:
    return Skerry(monkeypatch, capsys)


@each("kind", WORDS)
def test_every_word_of_a_kind_is_explained_and_no_other(kind: str) -> None:
    assert {term.id for term in load_output_terms().values() if kind in term.of} == WORDS[kind]


def test_every_kind_of_word_is_tested() -> None:
    assert {kind for term in load_output_terms().values() for kind in term.of} == set(WORDS)


def test_every_id_has_one_meaning() -> None:
    spellings = Counter(name.lower() for name in app.list_ids())
    assert [name for name, count in spellings.items() if count > 1] == []
    assert set(app.list_ids()) == {*load_codes(), *CHECK_IDS, *RULE_IDS, *load_output_terms()}


def test_every_id_is_explained_as_text_and_json() -> None:
    for name in app.list_ids():
        meaning = app.explain_code(name)
        assert meaning is not None, name
        assert app.explain_code(name.upper()) == meaning
        text = formats.MEANING["text"](meaning, View())
        assert name in text.splitlines()[0]
        assert "{subject}" not in text
        (match,) = json.loads(formats.MEANING["json"](meaning, View()))["matches"]
        assert name in match["evidence"].values()
        assert match["cause"].rstrip()


def test_meaning_of_a_word_is_a_sentence() -> None:
    bad = [term.id for term in load_output_terms().values() if not term.means.endswith(".")]
    assert bad == []


class TestCommand:
    @pytest.mark.parametrize(
        ("words", "first"),
        [
            (["connection-issue"], "connection-issue: network, a rule for error texts"),
            (["exec-format"], "exec-format: image at start, a rule for error texts"),
            (["endpoint-zones-unread"], "endpoint-zones-unread: finding of a plan"),
            (["Layers"], "layers: step of a launch"),
            (["private", "with", "nat"], "private with NAT: kind of a subnet"),
            (["private, by another way"], "private, by another way: kind of a subnet"),
        ],
    )
    def test_explain_describes_rules_and_words(self, run: Skerry, words: list[str], first: str) -> None:
        found = run("explain", *words)
        assert (found.code, found.err, found.out.splitlines()[0]) == (0, "", first)

    def test_explain_prints_a_rule_with_its_parts(self, run: Skerry) -> None:
        text = run("explain", "connection-issue").out
        assert "<subject> cannot be reached from the task." in text
        assert all(part in text for part in ("Not proven: ", "Look at: ", "Fix: ", "Source: https://"))

    @pytest.mark.parametrize(
        ("name", "question"),
        [
            ("NO_ROUTE", "Did you mean NO_ROUTE_TO_DESTINATION?"),
            ("endpoint-zones", "Did you mean endpoint-zones-unread?"),
            ("not-aplicable", "Did you mean not-applicable?"),
            ("layer", "Did you mean layers or layers-s3 or layer-write?"),
        ],
    )
    def test_mistyped_id_gets_suggestions(self, run: Skerry, name: str, question: str) -> None:
        found = run("explain", name)
        assert complaint(found, BLOCKED) == f"{name} is not a known error text or id"
        assert found.err.splitlines()[1] == f"  {question} All ids: skerry explain --list."

    def test_list_has_every_id(self, run: Skerry) -> None:
        text = " ".join(run("explain", "--list").out.split())
        assert [name for name in app.list_ids() if name not in text] == []
        document = json.loads(run("explain", "--list", "--format", "json").out)
        ids = [row["id"] for key in ("rules", "checks", "terms") for row in document[key]]
        assert sorted([*ids, *(row["code"] for row in document["codes"])]) == sorted(app.list_ids())


def test_output_term_may_have_several_kinds() -> None:
    placement = app.explain_code("placement")
    assert isinstance(placement, OutputTerm)
    assert placement.of == ("step of a launch", "reason of an intermittent verdict")
