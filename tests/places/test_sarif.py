"""SARIF under Microsoft's own validator, with GitHub's rules: https://github.com/microsoft/sarif-sdk."""

import subprocess
from pathlib import Path

import pytest

from skerry.problems.records import Acceptance, CodePlace, Problem
from skerry.render.sarif import write_sarif
from tests.networks import Network, container
from tests.places.npm import unpack
from tests.render.triaged import triaged, with_problems

RULE = "NO_ROUTE_TO_DESTINATION"


def complaints_about(path: Path) -> str:
    """Return what the validator prints about a file: it exits with 0 whatever it finds."""
    program = unpack("@microsoft/sarif-multitool-linux", "5.7.0") / "Sarif.Multitool"
    program.chmod(0o755)
    command = [str(program), "validate", str(path), "--rule-kind", "Sarif;Ghas"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (done.stdout + done.stderr).splitlines()
    assert "Analysis completed successfully." in lines
    return "\n".join(line for line in lines if any(word in line for word in ("error", "warning", "note ")))


@pytest.mark.long
def test_validator_finds_nothing_in_results_of_all_kinds(tmp_path: Path) -> None:
    network = Network()
    network.definition(container(environment=[{"name": "DB_PASSWORD", "value": "hunter2hunter2"}]))
    network.service()
    network.service("api", groups=["sg-missing"])
    accepted = triaged(network, Acceptance(RULE, "ours", CodePlace("skerry.toml", 3)))
    for name, result in {"open": triaged(network), "accepted": accepted}.items():
        path = tmp_path / f"{name}.sarif"
        path.write_text(write_sarif(result).text, encoding="utf-8")
        assert complaints_about(path) == ""


@pytest.mark.long
def test_validator_finds_nothing_in_hostile_names_and_something_in_a_wrong_file(tmp_path: Path) -> None:
    hostile = "\u202e\x1b[31m </script> % & \u2028 {}"
    problem = Problem("cause", RULE, "error", (hostile,), hostile, hostile, place=CodePlace("a b/ü#?.tf", 2))
    path = tmp_path / "hostile.sarif"
    path.write_text(write_sarif(with_problems([problem])).text, encoding="utf-8")
    assert complaints_about(path) == ""
    path.write_text(path.read_text(encoding="utf-8").replace('"startLine": 2', '"startLine": 0'), encoding="utf-8")
    assert "JSON1008" in complaints_about(path)
