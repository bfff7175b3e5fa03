"""The public API: `import skerry`, its page, and the example of the page."""

import re
import runpy
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

import skerry
from scripts import python_docs
from skerry import app
from skerry.aws.session import Account
from tests.networks import Network, container
from tests.pages import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
_EXAMPLE = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SCENARIO = ROOT / "tests" / "scenarios" / "article-broken"


def run_python(code: str) -> str:
    """What a new interpreter prints."""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def world() -> skerry.World:
    network = Network()
    network.definition(container())
    network.service()
    return network.world()


def test_public_names_are_those_of_the_table_of_modules() -> None:
    assert sorted(skerry._MODULES) == skerry.__all__  # noqa: SLF001 -- the table of lazy imports
    for name in skerry.__all__:
        assert getattr(skerry, name).__module__ == f"skerry.{skerry._MODULES[name]}"  # noqa: SLF001
    assert {*skerry.__all__, "__version__"} == set(dir(skerry))


def test_unknown_name_raises_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'skerry' has no attribute 'diagnos'"):
        getattr(skerry, "diagnos")  # noqa: B009 -- mypy knows the names


def test_public_functions_are_those_of_app() -> None:
    functions = {name for name in skerry.__all__ if name.islower()}
    assert functions < set(app.__all__)
    assert all(getattr(skerry, name) is getattr(app, name) for name in functions)


def test_import_of_the_package_loads_no_other_module() -> None:
    code = "import sys, types; before = set(sys.modules); import skerry; print(*sorted(set(sys.modules) - before))"
    assert run_python(code) == "skerry"


@pytest.mark.parametrize("first", ["skerry.diagnose.diagnosis", "skerry.plan.planner", "skerry.app.planning"])
def test_functions_go_before_packages_of_their_names(first: str) -> None:
    # Python sets the attribute of a package when its subpackage is first imported, in whatever order.
    code = f"import skerry, {first}; print(callable(skerry.diagnose), callable(skerry.plan), skerry.checks.__name__)"
    assert run_python(f"from skerry import checks; {code}") == "True True skerry.checks"
    assert run_python(f"import skerry; skerry.plan; {code.replace('skerry.checks.__name__', '0')}") == "True True 0"


def test_load_takes_a_path_or_a_text() -> None:
    assert skerry.load(str(_SCENARIO)).region == skerry.load(_SCENARIO).region == "eu-west-1"


def test_to_json_writes_each_result_as_the_command_line_does() -> None:
    given = world()
    traced = skerry.trace(given, skerry.TraceRequest("s3", 443, subnet="subnet-a"))
    rehearsal = skerry.Rehearsal("web", skerry.Verdict.OK, (), ())
    loop = skerry.crash_loop_cost("us-east-1", skerry.RestartLoop(Decimal(1), Decimal(90), Decimal(3600)))
    results = (skerry.diagnose(given), skerry.plan(given), traced, rehearsal)
    prices = (skerry.cost(given), loop, skerry.nat_exit(given))
    assert [skerry.to_json(given, result)[:14] for result in (*results, *prices)] == ['{\n  "version":'] * 7


def test_explain_text_and_code_return_their_meanings() -> None:
    [explanation] = skerry.explain_text("CannotPullContainerError: dial tcp 10.0.1.5:443: i/o timeout")
    assert (explanation.step, skerry.explain_text("all is well")) == ("manifest", [])
    assert skerry.explain_code("no-such-code") is None
    assert skerry.explain_code("no_route_to_destination") is not None


def test_account_has_profile_and_region() -> None:
    assert skerry.Account("audit", "eu-west-1") == Account(profile="audit", region="eu-west-1")


def test_examples_of_the_page_print_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = _EXAMPLE.findall(PAGE)
    assert len(examples) == PAGE.partition("## Reference")[0].count("```python") > 3
    (tmp_path / "answers").symlink_to(_SCENARIO)
    (tmp_path / "example.py").write_text("\n".join(code for code, _ in examples), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    runpy.run_path("example.py")
    assert capsys.readouterr().out == "".join(output for _, output in examples)


def test_reference_of_the_page_is_up_to_date(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["python_docs.py", "--check"])
    assert (python_docs.main(), capsys.readouterr().out) == (0, "")


def test_page_describes_every_public_name() -> None:
    headings = re.findall(r"^#### (\w+)$", PAGE, re.MULTILINE)
    assert sorted(headings) == skerry.__all__
