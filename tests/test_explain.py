"""``skerry explain``: error texts on the command line, alone and beside a network."""

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from skerry.cli.explain import _MOST_BYTES
from tests.commands import BLOCKED, USAGE, Skerry, complaint, without_account
from tests.networks import REGION, Network, container

AUTH = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable "
    "to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused "
    f"by: Post https://api.ecr.{REGION}.amazonaws.com/: dial tcp 52.46.145.142:443: i/o timeout"
)
FIELDS = {
    "step", "class", "cause", "fix", "evidence", "not_proven", "next", "confidence", "grade", "source", "rule", "text",
    "count", "elsewhere", "beside",
}  # fmt: skip


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Skerry:
    without_account(monkeypatch, tmp_path / "none")
    return Skerry(monkeypatch, capsys)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Network], Path]:
    def save(network: Network) -> Path:
        path = tmp_path / "network.json"
        path.write_bytes(network.document())
        return path

    return save


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Gives bytes on stdin."""

    def give(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return give


def isolated() -> Network:
    network = Network()
    network.definition(container())
    network.service()
    return network


class TestAText:
    def test_is_answered_in_the_first_line(self, run: Skerry) -> None:
        found = run("explain", AUTH)
        assert (found.code, found.err) == (0, "")
        assert found.out.splitlines()[0].startswith("network at registry-auth  (high confidence, observed)")
        for part in ("Not proven: ", "Look at: ", "Fix: ", "Read in it: ", "Source: https://"):
            assert part in found.out

    def test_may_be_given_without_quotes(self, run: Skerry) -> None:
        assert run("explain", *AUTH.split()).out == run("explain", AUTH).out

    def test_is_a_line_where_quiet_is_asked_for(self, run: Skerry) -> None:
        assert run("explain", "-q", AUTH).out.count("\n") == 1

    def test_as_json_has_the_documented_fields(self, run: Skerry) -> None:
        read = json.loads(run("explain", AUTH, "--format", "json").out)
        (match,) = read["matches"]
        assert (read["version"], match.keys()) == (1, FIELDS)
        assert (match["step"], match["class"], match["beside"]) == ("registry-auth", "network", None)
        assert match["evidence"]["address_kind"] == "public"

    def test_is_written_to_a_file(self, run: Skerry, tmp_path: Path) -> None:
        assert run("explain", AUTH, "--output", tmp_path / "out.txt").out == ""
        assert (tmp_path / "out.txt").read_text(encoding="utf-8").startswith("network at registry-auth")

    def test_of_several_errors_numbers_them(self, run: Skerry) -> None:
        found = run("explain", f"{AUTH}\n\nOutOfMemoryError: Container killed due to memory usage")
        assert "1. network at registry-auth" in found.out
        assert "2. app at runtime" in found.out

    def test_that_is_one_word_is_no_code(self, run: Skerry) -> None:
        assert run("explain", "CannotPullContainerError").out.startswith("ambiguous at manifest")

    def test_that_is_no_error_says_what_it_would_need(self, run: Skerry) -> None:
        found = run("explain", "all is well " * 50)
        assert complaint(found, BLOCKED).endswith("is not a known error text, code or check")
        assert "Give what ECS printed" in found.err

    def test_is_never_passed_through_to_the_terminal(self, run: Skerry) -> None:
        found = run("explain", f"\x1b[2J{AUTH} \x9b31m \u202e \x07", "--format", "json")
        assert not {letter for letter in found.out if not letter.isprintable()} - {"\n"}
        blinking = AUTH.replace("ecr", "e\x1b[5mcr")
        found = run("explain", f"{AUTH}\n\nOutOfMemoryError \x1b]0;title\x07\n\n{blinking}")
        assert not {letter for letter in found.out if not letter.isprintable()} - {"\n"}

    def test_with_a_token_is_shown_without(self, run: Skerry) -> None:
        text = AUTH.replace("amazonaws.com/", "amazonaws.com/?X-Amz-Security-Token=Zm9vYmFyYmF6")
        assert "Zm9vYmFy" not in run("explain", text, "--format", "json").out


class TestStdin:
    def test_is_read(self, run: Skerry, stdin: Callable[[bytes], None]) -> None:
        stdin(AUTH.encode())
        assert run("explain", "-").out == run("explain", AUTH).out

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
    def test_is_read_in_any_encoding(self, run: Skerry, stdin: Callable[[bytes], None], encoding: str) -> None:
        stdin(AUTH.encode(encoding))
        assert run("explain", "-", "-q").out.startswith("network at registry-auth")

    @pytest.mark.parametrize("content", [b"", b" \n\t\n"])
    def test_that_is_empty_is_wrong_usage(self, run: Skerry, stdin: Callable[[bytes], None], content: bytes) -> None:
        stdin(content)
        found = run("explain", "-")
        assert found.code == USAGE
        assert "there is no text" in found.err

    def test_that_is_binary_has_no_match(self, run: Skerry, stdin: Callable[[bytes], None]) -> None:
        stdin(bytes(range(256)) * 100)
        found = run("explain", "-")
        assert (found.code, found.out) == (BLOCKED, "")

    def test_of_megabytes_is_read_at_its_end(self, run: Skerry, stdin: Callable[[bytes], None]) -> None:
        stdin(b"all is well\n" * (_MOST_BYTES // 10) + AUTH.encode())
        found = run("explain", "-")
        assert found.out.startswith("network at registry-auth")
        assert f"the last {_MOST_BYTES} are read" in found.err


class TestWithoutArguments:
    def test_nothing_is_read_where_nobody_types(self, run: Skerry, stdin: Callable[[bytes], None]) -> None:
        stdin(AUTH.encode())
        found = run("explain")
        assert found.code == USAGE
        assert "Usage: " in found.err

    def test_the_text_is_asked_for_on_a_terminal(self) -> None:
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "skerry", "explain"]
        process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        os.write(ours, f"{AUTH[:150]}\n{AUTH[150:]}\n\n".encode())
        out, err = process.communicate(timeout=30)
        os.close(ours)
        os.close(theirs)
        assert "Paste the error text" in err
        assert out.startswith("network at registry-auth")


class TestBesideANetwork:
    def test_that_explains_it(self, run: Skerry, saved: Callable[[Network], Path]) -> None:
        found = run("explain", "--from", saved(isolated()), AUTH)
        assert found.code == 0
        assert "blocked: today registry-auth of web is blocked by the same kind of cause" in found.out
        assert "NO_ROUTE_TO_DESTINATION rtb-main: " in found.out

    def test_that_does_not_today(self, run: Skerry, saved: Callable[[Network], Path]) -> None:
        network = isolated()
        network.endpoint("vpce-1", "ecr.api", group="sg-open")
        found = run("explain", "--from", saved(network), AUTH)
        assert "ok: today registry-auth of web is ok: something has changed since" in found.out

    def test_of_another_region_says_so(self, run: Skerry, saved: Callable[[Network], Path]) -> None:
        found = run("explain", "--from", saved(isolated()), AUTH.replace(REGION, "us-east-1"))
        assert "The text names Region us-east-1; the network is in eu-west-1." in found.out

    def test_as_json(self, run: Skerry, saved: Callable[[Network], Path]) -> None:
        found = run("explain", "--from", saved(isolated()), AUTH, "--format", "json")
        (match,) = json.loads(found.out)["matches"]
        (laid,) = match["beside"]
        assert (laid["service"], laid["relation"]) == ("web", "explains")
        assert laid["blockers"][0]["code"] == "NO_ROUTE_TO_DESTINATION"

    def test_of_one_service(self, run: Skerry, saved: Callable[[Network], Path]) -> None:
        network = isolated()
        network.service("api")
        found = run("explain", "--from", saved(network), "--service", "api", AUTH, "--format", "json")
        assert [laid["service"] for laid in json.loads(found.out)["matches"][0]["beside"]] == ["api"]

    def test_that_is_not_there(self, run: Skerry, saved: Callable[[Network], Path]) -> None:
        assert run("explain", "--from", saved(isolated()), "--service", "none", AUTH).code == USAGE

    def test_where_nothing_is_fargates(self, run: Skerry, saved: Callable[[Network], Path]) -> None:
        network = Network()
        network.service(launchType="EC2")
        assert "there is nothing that Fargate starts" in run("explain", "--from", saved(network), AUTH).out

    def test_of_no_error_reads_it_and_finds_no_match(self, run: Skerry, saved: Callable[[Network], Path]) -> None:
        assert run("explain", "--from", saved(isolated()), "all is well").code == BLOCKED

    def test_cannot_be_narrowed_where_there_is_none(self, run: Skerry) -> None:
        found = run("explain", "--service", "web", AUTH)
        assert found.code == USAGE
        assert "need --from, or a live account: --live" in found.err

    @pytest.mark.parametrize("option", [("--live",), ("--profile", "mine"), ("--region", REGION)])
    def test_that_is_live_needs_an_account(self, run: Skerry, option: tuple[str, ...]) -> None:
        found = run("explain", *option, AUTH)
        assert (found.code, found.out) == (USAGE, "")
        assert "Traceback" not in found.err


class TestTheCatalogue:
    def test_lists_meanings_and_codes(self, run: Skerry) -> None:
        found = run("explain", "--list")
        assert found.code == 0
        assert "public-timeout" in found.out
        assert "NO_ROUTE_TO_DESTINATION" in found.out

    def test_as_json(self, run: Skerry) -> None:
        read = json.loads(run("explain", "--list", "--format", "json").out)
        assert read["version"] == 1
        assert {"id", "class", "step", "confidence", "cause", "grade", "source"} == read["rules"][0].keys()
        assert {"code", "class", "title"} == read["codes"][0].keys()


def test_a_pure_text_loads_nothing_that_is_slow() -> None:
    slow = "{'boto3', 'botocore', 'moto', 'rich', 'skerry.app', 'skerry.model.world', 'skerry.reach', 'yaml'}"
    code = f"import sys, skerry.cli\ntry: skerry.cli.main()\nfinally: print(sorted({slow} & set(sys.modules)))"
    command = [sys.executable, "-c", code, "explain", AUTH]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.endswith("\n[]\n")
