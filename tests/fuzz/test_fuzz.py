"""Wrong inputs have right ends; and what finds faults finds those that are there."""

import copy
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from skerry.verdicts import BLOCKED, OK, UNKNOWN, Verdict
from tests.fuzz import fleet, inputs, judging, removing
from tests.fuzz.calling import Run
from tests.fuzz.fleet import Task, results
from tests.fuzz.inputs import Input, drawn
from tests.fuzz.judging import Finding
from tests.fuzz.report import Report
from tests.fuzz.shrinking import shrunk

SEED, INPUTS = 4, 300
TEXT = Input(("diagnose", "--from", "aws"), {})
JSON = Input(("diagnose", "--from", "aws", "--format", "json"), {})
WELL = b"skerry: x cannot be read\n  Save it again.\n"


def test_fuzzed_inputs_end_without_findings() -> None:
    told = list(results([Task(SEED, 0, INPUTS)], 1))
    assert [one["end"] for one in told] == list(range(INPUTS))
    assert [one for one in told if one["findings"]] == []
    assert {one["code"] for one in told} == judging.CODES
    assert {one["command"].partition(" ")[0] for one in told} == {
        *("check", "diagnose", "trace", "plan", "explain", "snapshot", "rehearse")
    }


def test_fuzz_seed_draws_the_same_inputs() -> None:
    assert [drawn(7, number) for number in range(60)] == [drawn(7, number) for number in range(60)]
    assert drawn(7, 1) != drawn(8, 1)


def test_fuzz_inputs_cover_all_kinds() -> None:
    kinds = {drawn(SEED, number).kind.partition(" ")[0] for number in range(100)}
    assert kinds == {"rows", "octets", "construct", "template", "text", "definition", inputs.REMOVED}


def test_fuzz_removal_deletes_only_facts() -> None:
    draw = random.Random(7)
    for before in inputs.networks()[::8]:
        after = copy.deepcopy(before)
        how = removing.remove(after, draw)
        assert after != before or how == "nothing"
        assert {key: after.get(key) for key in removing.KEPT} == {key: before.get(key) for key in removing.KEPT}
        assert after.keys() <= before.keys()
        assert all(len(after[key]) == len(before[key]) for key in after)


WRONG = [
    (TEXT, Run(3, b"", WELL, "KeyError reach/walk.py:walk:7"), "fault"),
    (TEXT, Run(3, b"", WELL), "exit code"),
    (TEXT, Run(1, b"", b"Traceback (most recent call last):\n"), "traceback"),
    (TEXT, Run(2, b"", b"skerry: x cannot be read\n"), "no remedy"),
    (TEXT, Run(1, b"\xff", b""), "not UTF-8"),
    (JSON, Run(1, b'{"version":', b""), "not JSON"),
    (JSON, Run(1, b'{"version": NaN}', b""), "not JSON"),
    (TEXT, Run(1, b"web\x1b[31m\n", b""), "control character"),
    (TEXT, Run(1, b"", "a\u202eb\n".encode()), "control character"),
    (TEXT, Run(0, b"", b"", scripts=("add a\x00b",)), "script"),
]


def test_fuzz_judging_reports_each_kind_of_finding() -> None:
    for given, run, kind in WRONG:
        assert [one.kind for one in judging.findings(given, run)] == [kind]


def test_fuzz_judging_accepts_messages_and_verdicts() -> None:
    for run in (Run(2, b"", WELL), Run(1, "blocked: wéb\n".encode(), b""), Run(0, b"", b"", scripts=("add a\n",))):
        assert list(judging.findings(TEXT, run)) == []
    assert list(judging.findings(JSON, Run(1, b'{"name": "\\u202e"}', b""))) == []


def diagnosis(verdict: str) -> bytes:
    service = f'{{"service": "web", "verdict": "{verdict}", "placements": [], "needs": []}}'
    return f'{{"services": [{service}]}}'.encode()


def test_fuzz_judging_reports_surer_verdict_without_a_fact() -> None:
    before: dict[tuple[str, ...], Verdict] = {("0 web",): BLOCKED}
    assert list(judging.findings(JSON, Run(4, diagnosis(UNKNOWN), b""), before)) == []
    (found,) = judging.findings(JSON, Run(0, diagnosis(OK), b""), before)
    assert found == Finding("surer without a fact", "blocked became ok", "0 web: blocked became ok")


WORKER = """
import sys
from skerry import cli
from tests.fuzz import worker
def main():
    {body}
cli.main = main
worker.SECONDS = {seconds}
worker.main(sys.argv[1:])
"""


def worked(body: str, count: int = 2, seconds: float = 0.3) -> list[dict[str, Any]]:
    command = (sys.executable, "-c", WORKER.format(body=body, seconds=seconds))
    return list(results([Task(SEED, 0, count)], 1, command))


def kinds_of(told: list[dict[str, Any]]) -> list[list[str]]:
    return [[finding[0] for finding in one["findings"]] for one in told]


@pytest.mark.parametrize(
    ("body", "kind"),
    [("import os; os.abort()", "death"), ("while True: pass", "time"), ("bytearray(2 << 30)", "fault")],
    ids=["death", "time", "memory"],
)
def test_fuzz_worker_failure_is_reported_and_worker_is_replaced(body: str, kind: str) -> None:
    assert kinds_of(worked(body)) == [[kind]] * 2


def test_fuzz_worker_that_hangs_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "SILENT_SECONDS", 3.0)
    assert kinds_of(worked("import time; time.sleep(1000)", 1)) == [["hang"]]


def test_fuzz_worker_over_memory_limit_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "RESIDENT", 100 << 20)
    assert kinds_of(worked("held = b'x' * (150 << 20); import time; time.sleep(1000)", 1, 60)) == [["memory"]]


def test_fuzz_worker_own_error_raises() -> None:
    command = (sys.executable, "-c", "raise ValueError('of the worker')")
    with pytest.raises(RuntimeError, match="of the worker"):
        list(results([Task(SEED, 0, 1)], 1, command))


def test_fuzz_report_keeps_finding_with_its_command(tmp_path: Path) -> None:
    number = next(number for number in range(100) if b"aws/all.json" in drawn(SEED, number).files)
    given = drawn(SEED, number)
    report = Report(SEED, tmp_path)
    told = {"end": number, "command": given.command, "kind": given.kind, "code": 3, "seconds": 0.1}
    report.add(told | {"findings": [("fault", "KeyError walk.py:7", "words")]})
    folder = tmp_path / f"{SEED}-{number}"
    assert (folder / "aws/all.json").read_bytes() == given.files[b"aws/all.json"]
    assert os.fsencode(given.arguments[0]) in (folder / "command.sh").read_bytes()
    assert "KeyError walk.py:7" in (folder / "findings.txt").read_text(encoding="utf-8")
    assert "       1  fault: KeyError walk.py:7" in "\n".join(report.lines(1.0))
    report.clear()
    assert not folder.exists()


def test_fuzz_input_is_shrunk_while_the_finding_persists() -> None:
    given = Input(("diagnose",), {b"aws/all.json": b'{"Vpcs": [{"VpcId": "x", "Tags": []}, 7], "Subnets": [{}]}'})
    smallest = shrunk(given, lambda one: b'"x"' in one.files[b"aws/all.json"])
    assert smallest.files[b"aws/all.json"].split() == b'{ "Vpcs": [ { "VpcId": "x" } ] }'.split()
