"""The command line: commands, options, exit codes, and what is said when something is wrong."""

import gc
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import skerry
from skerry import app
from tests.commands import BLOCKED, FAULT, INTERRUPTED, UNKNOWN, USAGE, Run, Skerry, complaint, without_account
from tests.networks import DEFINITION, Network, as_bytes, awslogs, both_ways, container

EVERY_COMMAND = ("diagnose", "trace", "snapshot", "iam-policy", "explain", "demo", "completion")

OK = "ok on the network; permissions, images and DNS rules not examined: "


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Skerry]:
    """Runs skerry in this process, where there is no account."""
    without_account(monkeypatch, tmp_path / "none")
    yield Skerry(monkeypatch, capsys)
    gc.enable()


@pytest.fixture
def network() -> Network:
    """A service in an isolated subnet whose image is in ECR, with all that it needs."""
    network = Network()
    network.serve_s3()
    network.endpoint("vpce-1", "ecr.api")
    network.endpoint("vpce-2", "ecr.dkr")
    network.definition(container())
    network.service()
    return network


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Network], Path]:
    """Saves a network as a folder of answers."""

    def save(network: Network) -> Path:
        folder = tmp_path / "answers"
        folder.mkdir(exist_ok=True)
        (folder / "network.json").write_bytes(network.document())
        return folder

    return save


Saved = Callable[[Network], Path]


class TestExitCodes:
    def test_exit_code_is_0_for_services_that_can_start(self, run: Skerry, saved: Saved, network: Network) -> None:
        found = run("diagnose", "--from", saved(network))
        assert (found.code, found.err) == (0, "")
        assert found.out.startswith(f"{OK}web can start\n")

    def test_exit_code_is_1_for_blocked_service(self, run: Skerry, saved: Saved, network: Network) -> None:
        network.rows["VpcEndpoints"].clear()
        assert run("diagnose", "--from", saved(network)).code == BLOCKED

    def test_exit_code_is_1_for_intermittent_service(self, run: Skerry, saved: Saved, network: Network) -> None:
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["subnets"].append("subnet-b")
        network.acl("acl-shut", both_ways(), ["subnet-b"])
        found = run("diagnose", "--from", saved(network))
        assert (found.code, found.out.splitlines()[0]) == (
            BLOCKED,
            "intermittent: web starts only at times, a share of its tasks cannot, 1 cause",
        )

    def test_exit_code_for_unknown_is_0_with_allow_unknown(self, run: Skerry, saved: Saved, network: Network) -> None:
        network.forget("NetworkAcls")
        folder = saved(network)
        assert run("diagnose", "--from", folder).code == UNKNOWN
        assert run("diagnose", "--from", folder, "--allow-unknown").code == 0

    def test_allow_unknown_keeps_exit_code_of_blocked_service(
        self, run: Skerry, saved: Saved, network: Network
    ) -> None:
        network.rows["VpcEndpoints"].clear()
        assert run("diagnose", "--from", saved(network), "--allow-unknown").code == BLOCKED

    def test_exit_code_is_0_for_ec2_launch_type(self, run: Skerry, saved: Saved, network: Network) -> None:
        network.rows["services"][0]["launchType"] = "EC2"
        assert run("diagnose", "--from", saved(network)).code == 0

    def test_exit_code_is_0_for_complete_input_without_services(
        self, run: Skerry, saved: Saved, network: Network
    ) -> None:
        network.rows["services"].clear()
        starters = ("Schedules", "jobDefinitions", "jobQueues", "computeEnvironments", "stateMachines", "Pipes")
        network.rows |= {key: [] for key in starters}
        folder = saved(network)
        said = f"not-applicable: nothing in {folder} starts a Fargate task\n"
        assert run("diagnose", "--from", folder) == Run(0, said, "")
        said = "not-applicable: nothing starts a Fargate task, nothing to change\n"
        assert run("plan", "--from", folder) == Run(0, said, "")
        read = json.loads(run("diagnose", "--from", folder, "--format", "json").out)
        assert (read["verdict"], read["services"], read["unexamined"]) == ("not-applicable", [], [])

    def test_internal_error_is_reported_in_a_single_escaped_line(
        self, run: Skerry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def fail(*_: object, **_more: object) -> None:
            raise ZeroDivisionError("by \x1b[31mzero")

        monkeypatch.setattr(app, "read_files", fail)
        monkeypatch.delenv("SKERRY_DEBUG", raising=False)
        told = complaint(run("diagnose", "--from", tmp_path), FAULT)
        assert told == "a fault of skerry itself: ZeroDivisionError: by \\x1b[31mzero"

    def test_internal_error_prints_traceback_with_skerry_debug(
        self, run: Skerry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def fail(*_: object, **_more: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(app, "read_files", fail)
        monkeypatch.setenv("SKERRY_DEBUG", "1")
        found = run("diagnose", "--from", tmp_path)
        assert found.code == FAULT
        assert "Traceback" in found.err

    def test_keyboard_interrupt_exits_with_interrupted(
        self, run: Skerry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def interrupt(*_: object, **_more: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(app, "read_files", interrupt)
        assert run("diagnose", "--from", tmp_path).code == INTERRUPTED


class TestUsage:
    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["nonsense"],
            ["diagnose", "--from", ".", "--profile", "mine"],
            ["trace", "--from", ".", "--profile", "mine", "--to", "logs"],
            ["snapshot", "--from", ".", "--profile", "mine", "--output", "out"],
            ["snapshot", "--from", "."],
            ["snapshot", "--output", "out", "--format", "json"],
            ["diagnose", "--from", ".", "--format", "xml"],
            ["diagnose", "--from", ".", "--output", "."],
            ["trace", "--from", "."],
            ["trace", "--from", ".", "--to", "logs", "--port", "0"],
            ["trace", "--from", ".", "--to", "logs", "--port", "65536"],
            ["trace", "--from", ".", "--to", "logs", "--protocol", "icmp"],
            ["trace", "--from", ".", "--to", "logs", "--source", "moon"],
            ["explain"],
            ["completion", "csh"],
        ],
        ids=" ".join,
    )
    def test_invalid_usage_exits_with_2(self, run: Skerry, arguments: list[str]) -> None:
        found = run(*arguments)
        assert found.code == USAGE
        assert "Usage: " in found.err
        assert "Traceback" not in found.err

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("diagnos", "No such command 'diagnos'. Did you mean diagnose?"),
            ("Plan", "No such command 'Plan'. Did you mean plan?"),
            ("nonsense", "No such command 'nonsense'."),
        ],
    )
    def test_unknown_command_gets_suggestions(self, run: Skerry, name: str, said: str) -> None:
        found = run(name)
        assert found.code == USAGE
        assert found.err.splitlines()[-1] == f"Error: {said}"

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--subnet", "subnet-a"], "need --task-definition"),
            (["--platform-version", "1.4.0"], "need --task-definition"),
            (["--assign-public-ip"], "need --task-definition"),
            (
                ["--task-definition", "web.json", "--subnet", "subnet-a", "--service", "web"],
                "leave out options that select existing launches",
            ),
            (["--task", "1f", "--service", "web"], "leave out --service"),
        ],
        ids=str,
    )
    def test_conflicting_options_are_refused(
        self, run: Skerry, saved: Saved, network: Network, arguments: list[str], said: str
    ) -> None:
        found = run("diagnose", "--from", saved(network), *arguments)
        assert found.code == USAGE
        assert said in found.err

    def test_task_definition_option_requires_a_subnet(self, run: Skerry, saved: Saved, network: Network) -> None:
        found = run("diagnose", "--from", saved(network), "--task-definition", "web.json")
        assert found.code == USAGE
        assert "--task-definition needs at least one --subnet" in found.err

    @pytest.mark.parametrize(
        "arguments", [["--help"], ["-h"], *([name, "--help"] for name in EVERY_COMMAND)], ids=" ".join
    )
    def test_help_option_prints_usage(self, run: Skerry, arguments: list[str]) -> None:
        found = run(*arguments)
        assert (found.code, found.err) == (0, "")
        assert found.out.startswith("Usage: ")

    def test_help_names_every_command_and_exit_code(self, run: Skerry) -> None:
        text = run("--help").out
        assert all(f"\n  {name} " in text for name in EVERY_COMMAND)
        assert "Exit codes: 0 all ok or not applicable, 1 blocked or intermittent, 2 usage" in text

    def test_version_option_prints_version(self, run: Skerry) -> None:
        assert run("--version") == Run(0, f"skerry, version {skerry.__version__}\n", "")


class TestInvalidInput:
    def write(self, folder: Path, content: bytes) -> Path:
        path = folder / "Vpcs.json"
        path.write_bytes(content)
        return path

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(b"", id="empty"),
            pytest.param(b"\x89PNG\r\n\x1a\n\0", id="binary"),
            pytest.param(b'{"Vpcs": [', id="truncated"),
            pytest.param('{"Vpcs": ['.encode("utf-16"), id="truncated UTF-16"),
            pytest.param(b'[{"VpcId": "vpc-1"}]', id="a list"),
            pytest.param(b'{"Reservations": []}', id="an unknown key"),
            pytest.param(b'{"a":' * 100_000, id="deep"),
            pytest.param(b'{"Vpcs":' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="deep rows"),
            pytest.param(b'{"Entries": []}', id="not wrapped"),
        ],
    )
    def test_invalid_document_is_reported_in_a_single_line(self, run: Skerry, tmp_path: Path, content: bytes) -> None:
        complaint(run("diagnose", "--from", self.write(tmp_path, content)))
        complaint(run("trace", "--from", tmp_path, "--subnet", "subnet-a", "--to", "logs"))

    def test_missing_input_path_is_reported(self, run: Skerry, tmp_path: Path) -> None:
        found = complaint(run("diagnose", "--from", tmp_path / "none"))
        assert found == f"{tmp_path / 'none'} cannot be read: No such file or directory"

    def test_empty_input_folder_is_reported(self, run: Skerry, tmp_path: Path) -> None:
        assert complaint(run("diagnose", "--from", tmp_path)) == f"there is no JSON file in {tmp_path}"

    def test_invalid_row_is_reported_and_leaves_verdict_unknown(
        self, run: Skerry, saved: Saved, network: Network
    ) -> None:
        network.rows["RouteTables"].append({"RouteTableId": 7})
        folder = saved(network)
        found = run("diagnose", "--from", folder)
        assert found.code == UNKNOWN
        assert found.err.startswith("skerry: network.json: row 1 of RouteTables cannot be read: Expected `str`")
        assert run("diagnose", "--from", folder, "-q").err == ""

    def test_missing_folder_with_non_utf8_name_is_reported(self, run: Skerry, tmp_path: Path) -> None:
        folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/answers-\xff"))
        found = complaint(run("diagnose", "--from", folder))
        assert "answers-\\udcff cannot be read" in found

    @pytest.mark.parametrize("form", ["text", "json"])
    def test_folder_with_non_utf8_name_is_read(self, run: Skerry, tmp_path: Path, network: Network, form: str) -> None:
        folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/answers-\xff"))
        folder.mkdir()
        (folder / "network.json").write_bytes(network.document())
        assert run("diagnose", "--from", folder, "--format", form).code == 0

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--service", "api"], "there is no service api"),
            (["--cluster", "other"], "there is no service in cluster other"),
            (["--service", "api", "--cluster", "shop"], "there is no service api in cluster shop"),
            (["--task", "1f"], "there is no task 1f"),
        ],
        ids=str,
    )
    def test_missing_selection_is_reported_with_what_exists(
        self, run: Skerry, saved: Saved, network: Network, arguments: list[str], said: str
    ) -> None:
        found = run("diagnose", "--from", saved(network), *arguments)
        assert complaint(found) == said
        assert found.err.splitlines()[1] in {
            "  There are: web in shop.",
            "  The input holds none at all.",
        }

    def test_input_without_answer_about_services_names_describe_services_command(
        self, run: Skerry, saved: Saved, network: Network
    ) -> None:
        network.forget("services")
        found = run("diagnose", "--from", saved(network))
        assert complaint(found).endswith(" lists ECS services")
        assert "aws ecs describe-services" in found.err


class TestDiagnose:
    def test_diagnose_prints_json(self, run: Skerry, saved: Saved, network: Network) -> None:
        folder = saved(network)
        read = json.loads(run("diagnose", "--from", folder, "--format", "json").out)
        assert (read["version"], read["verdict"], read["source"]) == (1, "ok", str(folder))
        assert [service["service"] for service in read["services"]] == ["web"]

    def test_diagnose_quiet_prints_only_the_headline(self, run: Skerry, saved: Saved, network: Network) -> None:
        assert run("diagnose", "--from", saved(network), "-q").out == f"{OK}web can start\n"

    def test_diagnose_verbose_prints_every_hop(self, run: Skerry, saved: Saved, network: Network) -> None:
        folder = saved(network)
        brief, full = run("diagnose", "--from", folder).out, run("diagnose", "--from", folder, "-v").out
        assert "vpce-1 at 10.0.1.10" in full
        assert "vpce-1 at 10.0.1.10" not in brief

    def test_diagnose_selects_by_service_and_cluster(self, run: Skerry, saved: Saved, network: Network) -> None:
        network.service("api", clusterArn="arn:aws:ecs:eu-west-1:111122223333:cluster/other")
        folder = saved(network)
        for arguments in (["--service", "api"], ["--cluster", "other"], ["--cluster", "cluster/other"]):
            assert run("diagnose", "--from", folder, "-q", *arguments).out == f"{OK}api can start\n"

    def test_diagnose_selects_a_task_by_id_or_arn(self, run: Skerry, saved: Saved, network: Network) -> None:
        task = network.task("1f", group="service:web")
        folder = saved(network)
        for name in ("1f", task["taskArn"]):
            assert run("diagnose", "--from", folder, "-q", "--task", name).out == f"{OK}1f can start\n"

    def test_diagnose_uses_the_region_option(self, run: Skerry, saved: Saved, network: Network) -> None:
        found = run("diagnose", "--from", saved(network), "--region", "us-east-1", "--format", "json")
        assert json.loads(found.out)["region"] == "us-east-1"


class TestHypotheticalTask:
    @pytest.fixture
    def definition(self, tmp_path: Path) -> Path:
        path = tmp_path / "web.json"
        path.write_bytes(as_bytes({"family": "web", "containerDefinitions": [container()]}))
        return path

    def test_hypothetical_task_is_diagnosed_in_its_subnet(
        self, run: Skerry, saved: Saved, network: Network, definition: Path
    ) -> None:
        network.rows["services"].clear()
        task = ["--task-definition", definition, "--subnet", "subnet-a", "--security-group", "sg-task"]
        found = run("diagnose", "--from", saved(network), "-q", *task)
        assert found == Run(0, f"{OK}web can start\n", "")

    def test_hypothetical_task_uses_platform_version_and_public_ip(
        self, run: Skerry, saved: Saved, network: Network, definition: Path
    ) -> None:
        task = ["--task-definition", definition, "--subnet", "subnet-a", "--security-group", "sg-task"]
        folder = saved(network)
        assert run("diagnose", "--from", folder, *task, "--platform-version", "1.3.0").code == BLOCKED
        found = run("diagnose", "--from", folder, *task, "--assign-public-ip")
        assert "tasks get a public address in subnet-a, which is isolated" in found.out

    def test_hypothetical_task_in_missing_subnet_is_reported(
        self, run: Skerry, saved: Saved, network: Network, definition: Path
    ) -> None:
        task = ["--task-definition", definition, "--subnet", "subnet-a", "--subnet", "subnet-9"]
        found = run("diagnose", "--from", saved(network), *task)
        assert complaint(found) == "there is no subnet subnet-9"
        assert found.err.splitlines()[1] == "  Did you mean subnet-b or subnet-a? There are: subnet-a, subnet-b."

    def test_hypothetical_task_without_family_is_named_after_its_file(
        self, run: Skerry, saved: Saved, network: Network, tmp_path: Path
    ) -> None:
        path = tmp_path / "nameless.json"
        path.write_bytes(as_bytes({"containerDefinitions": [container(logConfiguration=awslogs())]}))
        found = run("diagnose", "--from", saved(network), "-q", "--task-definition", path, "--subnet", "subnet-a")
        assert found.out == "blocked: nameless cannot start, 1 cause\n"

    @pytest.mark.parametrize("content", [b'{"Vpcs": []}', b"nonsense"], ids=repr)
    def test_hypothetical_task_with_invalid_definition_is_reported(
        self, run: Skerry, saved: Saved, network: Network, tmp_path: Path, content: bytes
    ) -> None:
        path = tmp_path / "web.json"
        path.write_bytes(content)
        complaint(run("diagnose", "--from", saved(network), "--task-definition", path, "--subnet", "subnet-a"))


class TestTrace:
    SOURCE = ("--subnet", "subnet-a", "--security-group", "sg-task")

    def test_trace_reports_reachable_endpoint(self, run: Skerry, saved: Saved, network: Network) -> None:
        found = run("trace", "--from", saved(network), *self.SOURCE, "--to", "ecr.api")
        assert (found.code, found.err) == (0, "")
        assert found.out.startswith("ok: packets reach vpce-1 at 10.0.1.10, and replies come back\n")

    def test_trace_exit_code_follows_the_verdict(self, run: Skerry, saved: Saved, network: Network) -> None:
        folder = saved(network)
        assert run("trace", "--from", folder, *self.SOURCE, "--to", "8.8.8.8").code == BLOCKED
        unknown = ("trace", "--from", folder, *self.SOURCE, "--to", "10.0.2.9")
        assert run(*unknown).code == UNKNOWN
        assert run(*unknown, "--allow-unknown").code == 0

    def test_trace_uses_port_and_protocol(self, run: Skerry, saved: Saved, network: Network) -> None:
        folder = saved(network)
        for more in (["--port", "80"], ["--protocol", "udp"]):
            assert run("trace", "--from", folder, *self.SOURCE, "--to", "ecr.api", *more).code == BLOCKED

    @pytest.mark.parametrize(
        "source",
        [
            ["--eni", "eni-1"],
            ["--instance", "i-1"],
            ["--subnet", "subnet-a", "--source-address", "10.0.1.9", "--public-address", "198.51.100.1"],
        ],
        ids=str,
    )
    def test_trace_accepts_interface_instance_or_address_as_source(
        self, run: Skerry, saved: Saved, network: Network, source: list[str]
    ) -> None:
        network.interface("eni-1", "10.0.1.9", Attachment={"InstanceId": "i-1"})
        assert run("trace", "--from", saved(network), *source, "--to", "ecr.api").code == 0

    def test_trace_from_internet_is_blocked_without_internet_gateway(
        self, run: Skerry, saved: Saved, network: Network
    ) -> None:
        network.interface("eni-1", "10.0.1.9")
        found = run("trace", "--from", saved(network), "--source", "internet", "--to", "eni-1")
        assert found.code == BLOCKED
        assert "NO_PATH vpc-1: vpc-1 has no internet gateway" in found.out

    def test_trace_prints_json(self, run: Skerry, saved: Saved, network: Network) -> None:
        found = run("trace", "--from", saved(network), *self.SOURCE, "--to", "ecr.api", "--format", "json")
        assert json.loads(found.out)["verdict"] == "ok"

    def test_trace_quiet_prints_only_the_headline(self, run: Skerry, saved: Saved, network: Network) -> None:
        assert run("trace", "--from", saved(network), *self.SOURCE, "--to", "ecr.api", "-q").out.count("\n") == 1

    def test_trace_without_source_is_refused(self, run: Skerry, saved: Saved, network: Network) -> None:
        found = run("trace", "--from", saved(network), "--to", "ecr.api")
        assert complaint(found) == "a trace needs exactly one source"


class TestExplain:
    @pytest.mark.parametrize("name", ["NO_ROUTE_TO_DESTINATION", "no_route_to_destination"])
    def test_explain_describes_a_code_in_either_case(self, run: Skerry, name: str) -> None:
        found = run("explain", name)
        assert (found.code, found.err) == (0, "")
        assert found.out.startswith("NO_ROUTE_TO_DESTINATION: ")

    @pytest.mark.parametrize("name", ["endpoint-default-group", "ENDPOINT-DEFAULT-GROUP"])
    def test_explain_describes_a_check_in_either_case(self, run: Skerry, name: str) -> None:
        assert run("explain", name).out.startswith("endpoint-default-group: ")

    def test_explain_prints_a_code_as_json(self, run: Skerry) -> None:
        (match,) = json.loads(run("explain", "SG_HAS_NO_RULES", "--format", "json").out)["matches"]
        assert match["evidence"]["code"] == "SG_HAS_NO_RULES"

    def test_explain_reports_no_match_with_escaped_name(self, run: Skerry) -> None:
        found = run("explain", "\x1b[31mNONSENSE")
        assert complaint(found, BLOCKED).startswith("\\x1b[31mNONSENSE is not a known error text or id")

    def test_explain_prints_empty_matches_as_json(self, run: Skerry) -> None:
        found = run("explain", "NONSENSE", "--format", "json")
        assert found.code == BLOCKED
        assert json.loads(found.out) == {"version": 1, "matches": []}


class TestOutputFile:
    def test_output_file_holds_the_result_without_colours(
        self, run: Skerry, saved: Saved, network: Network, tmp_path: Path
    ) -> None:
        path = tmp_path / "out.txt"
        found = run("diagnose", "--from", saved(network), "--output", path)
        assert found == Run(0, "", f"skerry: wrote {path}\n")
        assert path.read_text(encoding="utf-8").startswith(f"{OK}web can start\n")
        assert "\x1b" not in path.read_text(encoding="utf-8")

    def test_output_file_has_default_permissions(
        self, run: Skerry, saved: Saved, network: Network, tmp_path: Path
    ) -> None:
        other, path = tmp_path / "other", tmp_path / "out.txt"
        other.touch()
        run("diagnose", "--from", saved(network), "--output", path)
        assert path.stat().st_mode == other.stat().st_mode

    def test_output_file_replaces_existing_content(
        self, run: Skerry, saved: Saved, network: Network, tmp_path: Path
    ) -> None:
        path = tmp_path / "out.json"
        path.write_text("old" * 100_000, encoding="utf-8")
        run("diagnose", "--from", saved(network), "--format", "json", "--output", path)
        assert json.loads(path.read_text(encoding="utf-8"))["verdict"] == "ok"

    def test_output_file_is_unchanged_after_failed_write(
        self, run: Skerry, saved: Saved, network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "out" / "out.txt"
        path.parent.mkdir()
        path.write_text("old", encoding="utf-8")

        def fail(*_: object, **_more: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", fail)
        found = run("diagnose", "--from", saved(network), "--output", path)
        assert complaint(found) == f"{path} cannot be written: No space left on device"
        assert [item.name for item in path.parent.iterdir()] == ["out.txt"]
        assert path.read_text(encoding="utf-8") == "old"

    @pytest.mark.parametrize("unbuffered", ["", "1"])
    def test_stdout_on_full_device_is_reported(self, unbuffered: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
        with Path("/dev/full").open("w", encoding="utf-8") as full:
            found = start("explain", "NO_ROUTE_TO_DESTINATION", stdout=full, stderr=subprocess.PIPE)
        assert found.returncode == USAGE
        assert found.stderr.startswith("skerry: the result cannot be written: No space left on device\n")

    @pytest.mark.parametrize("place", ["none/out.txt", "file/out.txt"])
    def test_output_path_without_folder_is_reported(
        self, run: Skerry, saved: Saved, network: Network, tmp_path: Path, place: str
    ) -> None:
        (tmp_path / "file").touch()
        found = run("diagnose", "--from", saved(network), "--output", tmp_path / place)
        assert complaint(found).startswith(f"{tmp_path / place} cannot be written: ")


class TestControlCharacters:
    """What the files of the user say never reaches the terminal as it is."""

    HARM = ("\x1b]0;owned\x07", "\x1b[2J", "\x9b31m", "\u202egnp.exe", "\u2066", "a\nb", "\r", "\x08")

    def network(self, name: str) -> Network:
        network = Network()
        network.definition(container(f"quay.io/{name}:1", name=name), arn=f"{DEFINITION.removesuffix('web:1')}{name}:1")
        network.service(
            name,
            subnets=["subnet-a", f"subnet-{name}"],
            groups=[f"sg-{name}"],
            taskDefinition=network.rows["taskDefinitions"][0]["taskDefinitionArn"],
            clusterArn=f"cluster/{name}",
        )
        network.group(f"sg-{name}", outbound=[{"IpProtocol": name, "IpRanges": [{"CidrIp": name}]}])
        network.row("Subnets", "subnet-a").update(Tags=[{"Key": "Name", "Value": name}], AvailabilityZone=name)
        network.route(TransitGatewayId=f"tgw-{name}")
        network.row("RouteTables", "rtb-main")["RouteTableId"] = f"rtb-{name}"
        network.task("1f", group=f"service:{name}", lastStatus="STOPPED", stoppedReason=name, clusterArn=f"c/{name}")
        network.rows[name] = [{"SubnetId": name}]
        network.rows["Vpcs"].append({"VpcId": name})
        return network

    @pytest.mark.parametrize("name", HARM, ids=repr)
    @pytest.mark.parametrize("more", [["-v"], ["--format", "json"]], ids=["text", "json"])
    def test_control_characters_in_input_are_escaped(
        self, run: Skerry, saved: Saved, name: str, more: list[str]
    ) -> None:
        folder = saved(self.network(name))
        (folder / f"x{name.replace('/', '')}.json").write_bytes(b'{"Unknown": []}')
        found = run("diagnose", "--from", folder, *more)
        assert found.out
        assert found.err
        self.is_harmless(found)

    @pytest.mark.parametrize("name", HARM, ids=repr)
    def test_control_characters_are_escaped_in_errors(self, run: Skerry, saved: Saved, name: str) -> None:
        folder = saved(self.network(name))
        for arguments in (
            ["diagnose", "--from", folder, "--service", f"no-{name}"],
            ["trace", "--from", folder, "--subnet", "subnet-a", "--to", name],
            ["trace", "--from", folder, "--subnet", f"subnet-{name}", "--to", "logs"],
            ["diagnose", "--from", folder / name],
        ):
            found = run(*arguments)
            assert found.code == USAGE
            self.is_harmless(found)

    def is_harmless(self, found: Run) -> None:
        shown = found.out + found.err
        assert not {letter for letter in shown if not letter.isprintable() and letter != "\n"}


class TestCompletion:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_completion_prints_a_script_for_the_shell(self, run: Skerry, shell: str) -> None:
        found = run("completion", shell)
        assert (found.code, found.err) == (0, "")
        assert "_SKERRY_COMPLETE" in found.out
        assert "skerry" in found.out


# ------------------------------------------------------------------------------------------- in a process of its own


def start(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "skerry", *map(str, arguments)]
    return subprocess.run(command, check=False, text=True, **options)


def test_cli_import_does_not_load_slow_modules() -> None:
    slow = "{'boto3', 'botocore', 'moto', 'rich', 'skerry.app', 'skerry.render'}"
    code = f"import sys, skerry.cli; print(sorted({slow} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_diagnose_from_files_does_not_load_slow_modules(saved: Saved, network: Network) -> None:
    code = (
        "import sys, skerry.cli\n"
        "try: skerry.cli.main()\n"
        "finally: print(sorted({'boto3', 'botocore', 'moto', 'rich'} & set(sys.modules)))"
    )
    arguments = ["diagnose", "--from", str(saved(network)), "-q"]
    done = subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True)
    assert done.stdout == f"{OK}web can start\n[]\n"


def test_skerry_runs_as_a_module(saved: Saved, network: Network) -> None:
    done = start("diagnose", "--from", saved(network), "-q", capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{OK}web can start\n", "")


def test_characters_outside_output_encoding_are_escaped(saved: Saved, network: Network) -> None:
    network.rows["services"][0]["serviceName"] = "東京"
    environment = os.environ | {"PYTHONIOENCODING": "latin-1"}
    done = start("diagnose", "--from", saved(network), "-q", capture_output=True, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{OK}\\u6771\\u4eac can start\n", "")


@pytest.mark.parametrize("module", ["click", "json", "msgspec", "socket"])
def test_module_of_the_current_folder_is_not_imported(tmp_path: Path, module: str) -> None:
    (tmp_path / f"{module}.py").write_text("raise SystemExit(9)\n", encoding="ascii")
    for command in ([sys.executable, "-m", "skerry"], [str(Path(sys.executable).with_name("skerry"))]):
        done = subprocess.run([*command, "explain", "NO_PATH"], cwd=tmp_path, check=False, capture_output=True)
        assert done.returncode == 0, done.stderr


def test_invalid_document_prints_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "Vpcs.json").write_bytes(b'{"Vpcs": [')
    done = start("diagnose", "--from", tmp_path, capture_output=True)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert done.stderr.startswith("skerry: Vpcs.json is no JSON: line 1, column 11")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["diagnose", "snapshot", "explain", "demo"])
def test_closed_pipe_reader_exits_with_0(saved: Saved, network: Network, tmp_path: Path, command: str) -> None:
    """``skerry diagnose … | head -1`` of services that can start leaves with 0."""
    asked: dict[str, tuple[str | Path, ...]] = {
        "diagnose": ("--from", saved(network)),
        "snapshot": ("--from", saved(network), "--output", tmp_path / "new"),
        "explain": ("NO_ROUTE_TO_DESTINATION",),
        "demo": (),
    }
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = start(command, *asked[command], stdout=writing, stderr=subprocess.PIPE)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def on_a_terminal(*arguments: str | Path, **environment: str) -> str:
    """What skerry prints on a terminal."""
    ours, theirs = pty.openpty()
    try:
        start(*arguments, stdout=theirs, stderr=theirs, env=os.environ | environment)
        return os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)


def test_terminal_output_is_coloured_unless_no_color_is_set(saved: Saved, network: Network) -> None:
    asked = ("diagnose", "--from", saved(network), "-q")
    assert "\x1b[32mok\x1b[0m" in on_a_terminal(*asked, TERM="xterm")
    assert on_a_terminal(*asked, TERM="xterm", NO_COLOR="1") == f"{OK}web can start\r\n"
