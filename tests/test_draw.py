"""The command `skerry draw`: formats, the drawn step, the plan, and errors."""

import json
import os
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from skerry.render import png
from tests.commands import BLOCKED, UNKNOWN, USAGE, Skerry, complaint
from tests.render.test_json_schemas import validator
from tests.tables import each

SCENARIOS = Path(__file__).parent / "scenarios"
BROKEN = SCENARIOS / "article-broken" / "network.json"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Skerry:
    return Skerry(monkeypatch, capsys)


def test_text_answers_first_and_exits_like_diagnose(run: Skerry) -> None:
    drawn = run("draw", "--from", BROKEN)
    assert drawn.code == BLOCKED
    assert drawn.out.startswith("blocked: web cannot start\n")
    assert run("draw", "--from", SCENARIOS / "nat-works" / "network.json").code == 0
    unknown = run("draw", "--from", SCENARIOS / "subnet-not-shown" / "network.json")
    assert unknown.code == UNKNOWN


def test_svg_shows_the_worst_step_or_the_one_that_is_asked_for(run: Skerry, tmp_path: Path) -> None:
    for options, group in (((), "p-3"), (("--step", "layers"), "p-7"), (("--step", "5"), "p-5")):
        drawn = run("draw", "--from", BROKEN, "--format", "svg", *options)
        ET.fromstring(drawn.out)  # noqa: S314 -- written by skerry
        assert f'class="p {group}"' in drawn.out
        assert drawn.out.count('class="p ') == 2
    target = tmp_path / "map.svg"
    assert run("draw", "--from", BROKEN, "--format", "svg", "--output", target).err == f"skerry: wrote {target}\n"
    assert target.read_text().startswith("<svg ")


@pytest.mark.long
def test_planned_network_has_the_new_endpoints(run: Skerry) -> None:
    drawn = run("draw", "--from", BROKEN, "--planned", "--format", "svg")
    assert drawn.code == 0
    assert 'class="chip endpoint new"' in drawn.out
    assert "web can start" in drawn.out
    assert run("draw", "--from", BROKEN, "--planned").out.startswith("ok: with the plan, web can start\n")


def test_network_without_a_plan_is_drawn_as_it_is(run: Skerry) -> None:
    drawn = run("draw", "--from", SCENARIOS / "nat-works" / "network.json", "--planned")
    assert drawn.code == 0
    assert drawn.out.startswith("ok: web can start\n")
    assert "no plan changes the network of web, so it is drawn as it is" in drawn.err


def test_tall_picture_fits_a_phone(run: Skerry) -> None:
    drawn = run("draw", "--from", BROKEN, "--format", "svg", "--shape", "tall")
    assert float(ET.fromstring(drawn.out).attrib["width"]) <= 375  # noqa: S314


def test_json_keeps_its_schema(run: Skerry) -> None:
    for name in ("hub-inspection", "docker-hub-by-nat"):
        drawn = run("draw", "--from", SCENARIOS / name / "network.json", "--format", "json")
        validator("draw").validate(json.loads(drawn.out))
    document = json.loads(run("draw", "--from", BROKEN, "--format", "json").out)
    assert document["answer"] == "web cannot start"
    steps = {step["step"]: step for step in document["steps"]}
    assert [stop["id"] for stop in steps["secrets"]["stops"]] == ["task", "rtb-iso", "secretsmanager eu-west-1"]
    assert [stop["reached"] for stop in steps["secrets"]["stops"]] == [True, True, False]
    assert steps["secrets"]["fault"] == "The route table has no route to the destination"
    assert steps["placement"]["stops"] == []


def test_mermaid_is_a_flowchart(run: Skerry) -> None:
    assert run("draw", "--from", BROKEN, "--format", "mermaid").out.startswith("flowchart LR\n")


def test_one_of_several_services_must_be_named(run: Skerry) -> None:
    network = SCENARIOS / "two-services" / "network.json"
    refused = run("draw", "--from", network)
    assert complaint(refused) == "a map shows one of 2 services"
    assert "--service: web, worker" in refused.err
    assert run("draw", "--from", network, "--service", "worker").out


def test_step_that_the_launch_does_not_have_is_reported(run: Skerry) -> None:
    refused = run("draw", "--from", BROKEN, "--step", "volumes")
    assert complaint(refused) == "web has no step volumes"
    assert "3 secrets" in refused.err


def test_input_without_launches_has_nothing_to_draw(run: Skerry, tmp_path: Path) -> None:
    document = json.loads(BROKEN.read_bytes()) | {"services": []}
    (tmp_path / "network.json").write_text(json.dumps(document))
    refused = run("draw", "--from", tmp_path)
    assert refused.code == USAGE


def test_hypothetical_task_is_drawn(run: Skerry, tmp_path: Path) -> None:
    definition = json.loads(BROKEN.read_bytes())["taskDefinitions"][0]
    (tmp_path / "task.json").write_text(json.dumps(definition))
    for more in ((), ("--planned",)):
        task = ("--task-definition", tmp_path / "task.json", "--subnet", "subnet-a")
        drawn = run("draw", "--from", BROKEN, *task, "--security-group", "sg-task", *more)
        assert "VPC vpc-main" in drawn.out


def test_picture_is_not_printed_on_a_terminal(run: Skerry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("skerry.render.png.convert_to_png", lambda svg: svg.encode())
    assert complaint(run("draw", "--from", BROKEN, "--format", "png")) == "a picture cannot be printed on a terminal"


class TestConverters:
    """PNG by a converter of the machine."""

    @pytest.fixture
    def programs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A folder with the only programs that are found."""
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr("skerry.render.png.find_spec", lambda _name: None)
        return tmp_path

    def program(self, folder: Path, name: str, script: str) -> None:
        target = folder / name
        target.write_text(f"#!/bin/sh\n{script}\n")
        target.chmod(0o755)

    def test_rsvg_convert_reads_the_picture_from_stdin(self, programs: Path) -> None:
        self.program(programs, "rsvg-convert", f"printf '%s ' \"$@\"; {shutil.which('cat', path=os.defpath)}")
        assert png.convert_to_png("<svg/>") == b"--zoom 2 --format png <svg/>"

    def test_browser_writes_a_screenshot_of_the_right_size(self, programs: Path) -> None:
        script = (
            'for word in "$@"; do case $word in --screenshot=*) printf "%s" "$*" > "${word#--screenshot=}";; esac; done'
        )
        self.program(programs, "chromium", script)
        words = png.convert_to_png('<svg viewBox="0 0 874.5 302"/>').decode().split()
        assert "--window-size=874,302" in words
        assert words[-1].startswith("file://")

    def test_failing_converter_is_reported(self, programs: Path, run: Skerry, tmp_path: Path) -> None:
        self.program(programs, "rsvg-convert", "exit 1")
        refused = run("draw", "--from", BROKEN, "--format", "png", "--output", tmp_path / "map.png")
        assert complaint(refused).startswith("rsvg-convert does not convert the picture")

    def test_missing_converter_is_named_with_its_package(self, programs: Path, run: Skerry) -> None:
        assert list(programs.iterdir()) == []
        refused = run("draw", "--from", BROKEN, "--format", "png", "--output", "map.png")
        assert complaint(refused) == "no program converts the picture to PNG"
        assert "librsvg2-bin" in refused.err

    @pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="rsvg-convert is not installed")
    def test_real_converter_makes_a_png(self, run: Skerry, tmp_path: Path) -> None:
        target = tmp_path / "map.png"
        assert run("draw", "--from", BROKEN, "--format", "png", "--output", target).code == BLOCKED
        assert target.read_bytes().startswith(PNG)


@each("form", ("text", "svg", "mermaid", "json"))
def test_formats_of_hostile_input_are_written(form: str, run: Skerry, tmp_path: Path) -> None:
    hostile = BROKEN.read_text().replace('"web"', '"<script>web\\u202e</script>"')
    (tmp_path / "network.json").write_text(hostile)
    drawn = run("draw", "--from", tmp_path / "network.json", "--format", form)
    assert drawn.code == BLOCKED
    assert "\u202e" not in drawn.out
    assert form in {"json", "text"} or "<script>" not in drawn.out
