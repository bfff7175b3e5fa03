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
    "count", "elsewhere",
            "address_owner", "beside",
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


class TestErrorText:
    def test_error_text_is_explained_in_the_headline(self, run: Skerry) -> None:
        found = run("explain", AUTH)
        assert (found.code, found.err) == (0, "")
        assert found.out.splitlines()[0].startswith("network at registry-auth  (high confidence, observed)")
        for part in ("Not proven: ", "Look at: ", "Fix: ", "Read in it: ", "Source: https://"):
            assert part in found.out

    def test_error_text_is_accepted_without_quotes(self, run: Skerry) -> None:
        assert run("explain", *AUTH.split()).out == run("explain", AUTH).out

    def test_error_text_with_quiet_prints_a_single_line(self, run: Skerry) -> None:
        assert run("explain", "-q", AUTH).out.count("\n") == 1

    def test_error_text_as_json_has_the_documented_fields(self, run: Skerry) -> None:
        read = json.loads(run("explain", AUTH, "--format", "json").out)
        (match,) = read["matches"]
        assert (read["version"], match.keys()) == (1, FIELDS)
        assert (match["step"], match["class"], match["beside"]) == ("registry-auth", "network", None)
        assert match["evidence"]["address_kind"] == "public"

    def test_error_text_explanation_is_written_to_output_file(self, run: Skerry, tmp_path: Path) -> None:
        assert run("explain", AUTH, "--output", tmp_path / "out.txt").out == ""
        assert (tmp_path / "out.txt").read_text(encoding="utf-8").startswith("network at registry-auth")

    def test_error_text_with_several_errors_is_numbered(self, run: Skerry) -> None:
        found = run("explain", f"{AUTH}\n\nOutOfMemoryError: Container killed due to memory usage")
        assert "1. network at registry-auth" in found.out
        assert "2. app at runtime" in found.out

    def test_error_text_of_a_single_word_is_not_read_as_code(self, run: Skerry) -> None:
        assert run("explain", "CannotPullContainerError").out.startswith("ambiguous at manifest")

    def test_text_without_error_reports_no_match_with_hint(self, run: Skerry) -> None:
        found = run("explain", "all is well " * 50)
        assert complaint(found, BLOCKED).endswith("is not a known error text or id")
        assert "Give what ECS printed" in found.err

    def test_error_text_control_characters_are_not_printed(self, run: Skerry) -> None:
        found = run("explain", f"\x1b[2J{AUTH} \x9b31m \u202e \x07", "--format", "json")
        assert not {letter for letter in found.out if not letter.isprintable()} - {"\n"}
        blinking = AUTH.replace("ecr", "e\x1b[5mcr")
        found = run("explain", f"{AUTH}\n\nOutOfMemoryError \x1b]0;title\x07\n\n{blinking}")
        assert not {letter for letter in found.out if not letter.isprintable()} - {"\n"}

    def test_error_text_security_token_is_masked(self, run: Skerry) -> None:
        text = AUTH.replace("amazonaws.com/", "amazonaws.com/?X-Amz-Security-Token=Zm9vYmFyYmF6")
        assert "Zm9vYmFy" not in run("explain", text, "--format", "json").out


class TestStdin:
    def test_stdin_is_read_for_dash_argument(self, run: Skerry, stdin: Callable[[bytes], None]) -> None:
        stdin(AUTH.encode())
        assert run("explain", "-").out == run("explain", AUTH).out

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
    def test_stdin_is_decoded_from_several_encodings(
        self, run: Skerry, stdin: Callable[[bytes], None], encoding: str
    ) -> None:
        stdin(AUTH.encode(encoding))
        assert run("explain", "-", "-q").out.startswith("network at registry-auth")

    @pytest.mark.parametrize("content", [b"", b" \n\t\n"])
    def test_stdin_without_text_is_a_usage_error(
        self, run: Skerry, stdin: Callable[[bytes], None], content: bytes
    ) -> None:
        stdin(content)
        found = run("explain", "-")
        assert found.code == USAGE
        assert "there is no text" in found.err

    def test_stdin_with_binary_content_has_no_match(self, run: Skerry, stdin: Callable[[bytes], None]) -> None:
        stdin(bytes(range(256)) * 100)
        found = run("explain", "-")
        assert (found.code, found.out) == (BLOCKED, "")

    def test_stdin_over_the_limit_is_read_at_its_end(self, run: Skerry, stdin: Callable[[bytes], None]) -> None:
        stdin(b"all is well\n" * (_MOST_BYTES // 10) + AUTH.encode())
        found = run("explain", "-")
        assert found.out.startswith("network at registry-auth")
        assert f"the last {_MOST_BYTES} are read" in found.err


class TestWithoutArguments:
    def test_explain_without_arguments_or_terminal_is_a_usage_error(
        self, run: Skerry, stdin: Callable[[bytes], None]
    ) -> None:
        stdin(AUTH.encode())
        found = run("explain")
        assert found.code == USAGE
        assert "Usage: " in found.err

    def test_explain_without_arguments_prompts_on_a_terminal(self) -> None:
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "skerry", "explain"]
        process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        os.write(ours, f"{AUTH[:150]}\n{AUTH[150:]}\n\n".encode())
        out, err = process.communicate(timeout=30)
        os.close(ours)
        os.close(theirs)
        assert "Paste the error text" in err
        assert out.startswith("network at registry-auth")


class TestErrorTextWithNetwork:
    def test_error_text_is_confirmed_by_blocked_network(self, run: Skerry, saved: Callable[[Network], Path]) -> None:
        found = run("explain", "--from", saved(isolated()), AUTH)
        assert found.code == 0
        assert "blocked: today registry-auth of web is blocked by the same kind of cause" in found.out
        assert "NO_ROUTE_TO_DESTINATION rtb-main: " in found.out

    def test_error_text_with_repaired_network_reports_a_change_since(
        self, run: Skerry, saved: Callable[[Network], Path]
    ) -> None:
        network = isolated()
        network.endpoint("vpce-1", "ecr.api", group="sg-open")
        found = run("explain", "--from", saved(network), AUTH)
        assert "ok: today registry-auth of web is ok: something has changed since" in found.out

    def test_error_text_of_other_region_is_reported(self, run: Skerry, saved: Callable[[Network], Path]) -> None:
        found = run("explain", "--from", saved(isolated()), AUTH.replace(REGION, "us-east-1"))
        assert "The text names Region us-east-1; the network is in eu-west-1." in found.out

    def test_network_comparison_is_printed_as_json(self, run: Skerry, saved: Callable[[Network], Path]) -> None:
        found = run("explain", "--from", saved(isolated()), AUTH, "--format", "json")
        (match,) = json.loads(found.out)["matches"]
        (laid,) = match["beside"]
        assert (laid["service"], laid["relation"]) == ("web", "explains")
        assert laid["blockers"][0]["code"] == "NO_ROUTE_TO_DESTINATION"

    def test_network_comparison_can_be_limited_to_a_service(
        self, run: Skerry, saved: Callable[[Network], Path]
    ) -> None:
        network = isolated()
        network.service("api")
        found = run("explain", "--from", saved(network), "--service", "api", AUTH, "--format", "json")
        assert [laid["service"] for laid in json.loads(found.out)["matches"][0]["beside"]] == ["api"]

    def test_network_comparison_with_missing_service_is_a_usage_error(
        self, run: Skerry, saved: Callable[[Network], Path]
    ) -> None:
        assert run("explain", "--from", saved(isolated()), "--service", "none", AUTH).code == USAGE

    def test_network_comparison_without_fargate_launches_is_reported(
        self, run: Skerry, saved: Callable[[Network], Path]
    ) -> None:
        network = Network()
        network.service(launchType="EC2")
        assert "there is nothing that Fargate starts" in run("explain", "--from", saved(network), AUTH).out

    def test_text_without_error_has_no_match_with_network(self, run: Skerry, saved: Callable[[Network], Path]) -> None:
        assert run("explain", "--from", saved(isolated()), "all is well").code == BLOCKED

    def test_service_option_without_network_is_a_usage_error(self, run: Skerry) -> None:
        found = run("explain", "--service", "web", AUTH)
        assert found.code == USAGE
        assert "need --from, or a live account: --live" in found.err

    @pytest.mark.parametrize("option", [("--live",), ("--profile", "mine"), ("--region", REGION)])
    def test_live_options_without_account_are_usage_errors(self, run: Skerry, option: tuple[str, ...]) -> None:
        found = run("explain", *option, AUTH)
        assert (found.code, found.out) == (USAGE, "")
        assert "Traceback" not in found.err


class TestCatalogue:
    def test_catalogue_lists_rules_and_codes(self, run: Skerry) -> None:
        found = run("explain", "--list")
        assert found.code == 0
        assert "public-timeout" in found.out
        assert "NO_ROUTE_TO_DESTINATION" in found.out

    def test_catalogue_as_json_has_rule_and_code_fields(self, run: Skerry) -> None:
        read = json.loads(run("explain", "--list", "--format", "json").out)
        assert read["version"] == 1
        assert {"id", "class", "step", "confidence", "cause", "grade", "source"} == read["rules"][0].keys()
        assert {"code", "class", "title"} == read["codes"][0].keys()


def test_explain_of_text_does_not_load_slow_modules() -> None:
    slow = "{'boto3', 'botocore', 'moto', 'rich', 'skerry.app', 'skerry.model.world', 'skerry.reach', 'yaml'}"
    code = f"import sys, skerry.cli\ntry: skerry.cli.main()\nfinally: print(sorted({slow} & set(sys.modules)))"
    command = [sys.executable, "-c", code, "explain", AUTH]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.endswith("\n[]\n")
