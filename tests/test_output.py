"""``--output`` of every command, and how a run ends that cannot write, is ended, or has a fault of its own."""

import errno
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from skerry import app
from skerry.diagnose.diagnosis import Diagnosis
from skerry.errors import InputError
from skerry.plan.records import Plan
from skerry.verdicts import OK
from skerry.writing import streams
from tests.commands import FAULT, USAGE, Run, Skerry, complaint, without_account
from tests.networks import Network, container

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root makes device files")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Skerry:
    """Runs skerry in this process, where there is no account."""
    without_account(monkeypatch, tmp_path / "none")
    return Skerry(monkeypatch, capsys)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """Answers of a network in which a service can start."""
    network = Network()
    network.serve_s3()
    network.endpoint("vpce-1", "ecr.api")
    network.endpoint("vpce-2", "ecr.dkr")
    network.definition(container())
    network.service()
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "network.json").write_bytes(network.document())
    return tmp_path / "answers"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty folder."""
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# Each command that takes --output, with what its result begins with.
COMMANDS: dict[str, tuple[tuple[str, ...], str]] = {
    "diagnose": (("diagnose",), "ok on the network; permissions, images and DNS rules not examined: web can start"),
    "trace": (("trace", "--subnet", "subnet-a", "--to", "ecr.api", "--security-group", "sg-task"), "ok: packets reach"),
    "plan": (("plan",), "ok: web can start, nothing to change"),
    "cost": (("cost",), "vpc-1 costs 16.06 USD a month"),
    "nat-exit": (("nat-exit",), "no-nat: vpc-1 has no NAT"),
    "explain": (("explain", "CannotPullContainerError: dial tcp 1.2.3.4:443: i/o timeout"), "network at"),
    "explain --list": (("explain", "--list"), ""),
    "snapshot": (("snapshot",), '{"Snapshot": '),
}
every_command = pytest.mark.parametrize("name", COMMANDS)


def arguments(name: str, answers: Path) -> tuple[tuple[str, ...], str]:
    words, begins = COMMANDS[name]
    return (words[0], "--from", str(answers), *words[1:]), begins


@every_command
def test_named_pipe_receives_the_result(run: Skerry, answers: Path, place: Path, name: str) -> None:
    words, begins = arguments(name, answers)
    os.mkfifo(place / "pipe")
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append((place / "pipe").read_text(encoding="utf-8")))
    reader.start()
    found = run(*words, "--output", place / "pipe")
    reader.join()
    assert (found.code, found.out) == (0, "")
    assert got[0].startswith(begins)
    assert "\x1b" not in got[0]
    assert names(place) == ["pipe"]


@needs_root
@every_command
def test_device_file_is_kept(run: Skerry, answers: Path, place: Path, name: str) -> None:
    os.mknod(place / "null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    words, _ = arguments(name, answers)
    found = run(*words, "--output", place / "null")
    assert (found.code, found.out) == (0, "")
    assert (place / "null").stat().st_rdev == os.makedev(1, 3)
    assert names(place) == ["null"]


@every_command
def test_output_dash_writes_to_stdout(
    run: Skerry, answers: Path, place: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, begins = arguments(name, answers)
    if name == "snapshot":
        # The streams of pytest are no descriptors.
        done = subprocess.run(
            [sys.executable, "-m", "skerry", *words, "--output", "-"], check=False, capture_output=True, text=True
        )
        found = Run(done.returncode, done.stdout, done.stderr)
    else:
        monkeypatch.chdir(place)
        found = run(*words, "--output", "-")
        assert found.err == ""
    assert found.code == 0
    assert found.out.startswith(begins)
    assert names(place) == []


def test_output_path_of_file_named_dash_writes_the_file(
    run: Skerry, answers: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    assert run("diagnose", "--from", answers, "--output", "./-").out == ""
    assert names(place) == ["-"]


@every_command
def test_socket_is_refused_before_reading(
    run: Skerry, answers: Path, place: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(app, "read_files", fail)
    words, _ = arguments(name, answers)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place / "socket"))
        found = run(*words, "--output", place / "socket")
    assert complaint(found) == f"{place / 'socket'} is a socket"
    assert names(place) == ["socket"]


@every_command
def test_symbolic_link_is_followed(run: Skerry, answers: Path, place: Path, name: str) -> None:
    words, begins = arguments(name, answers)
    (place / "link.json").symlink_to("real.json")
    found = run(*words, "--output", place / "link.json")
    assert found.code == 0
    assert (place / "real.json").read_text(encoding="utf-8").startswith(begins)
    assert names(place) == ["link.json", "real.json"]


def test_stderr_names_the_written_file_unless_quiet(run: Skerry, answers: Path, place: Path) -> None:
    command = ("diagnose", "--from", answers, "--output", place / "out")
    assert run(*command) == Run(0, "", f"skerry: wrote {place / 'out'}\n")
    assert run(*command, "-q") == Run(0, "", "")


def test_named_pipe_without_reader_is_reported(
    run: Skerry, answers: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "SECONDS_FOR_A_READER", 0.1)
    os.mkfifo(place / "pipe")
    found = run("diagnose", "--from", answers, "--output", place / "pipe")
    assert found.code == USAGE
    assert found.err.splitlines()[:2] == [
        f"skerry: waiting for a reader of {place / 'pipe'}, for 0.1 s",
        f"skerry: {place / 'pipe'} is a named pipe that nothing reads",
    ]


def test_dev_stdout_appends_to_redirected_log(answers: Path, place: Path) -> None:
    """``skerry … --output /dev/stdout >> log`` neither empties nor replaces the log."""
    (place / "log").write_text("before\n", encoding="utf-8")
    command = [sys.executable, "-m", "skerry", "diagnose", "--from", str(answers), "-q", "--output", "/dev/stdout"]
    with (place / "log").open("a", encoding="utf-8") as log:
        subprocess.run(command, check=True, stdout=log)
    assert (place / "log").read_text(encoding="utf-8") == f"before\n{COMMANDS['diagnose'][1]}\n"


@pytest.mark.parametrize(
    "command", [["--help"], ["--version"], ["completion", "bash"], ["diagnose", "--help"]], ids=str
)
def test_help_exits_with_0_without_reader_and_2_on_full_device(command: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run([sys.executable, "-m", "skerry", *command], check=False, stdout=writing)
    finally:
        os.close(writing)
    assert done.returncode == 0
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        told = subprocess.run(
            [sys.executable, "-m", "skerry", *command], check=False, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert told.returncode == USAGE
    assert told.stderr.startswith("skerry: the result cannot be written: No space left on device\n")


def test_closed_stdout_is_reported() -> None:
    command = f"exec {sys.executable} -m skerry explain NO_ROUTE_TO_DESTINATION >&-"
    done = subprocess.run(["sh", "-c", command], check=False, capture_output=True, text=True)  # noqa: S607 -- the shell
    assert done.returncode == USAGE
    assert done.stderr.startswith("skerry: the result cannot be written: standard output is closed\n")


# --------------------------------------------------------------------------------------------- exit codes of the end


@pytest.mark.parametrize(
    "fault",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        BrokenPipeError(errno.EPIPE, "Broken pipe"),
        EOFError(),
        MemoryError(),
        RecursionError(),
        ValueError("embedded null byte"),
        click.ClickException("not ours"),
    ],
    ids=repr,
)
def test_unexpected_exceptions_exit_with_3(
    run: Skerry, answers: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(app, "read_files", fail)
    monkeypatch.delenv("SKERRY_DEBUG", raising=False)
    assert complaint(run("diagnose", "--from", answers), FAULT).startswith("a fault of skerry itself: ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("command", ["diagnose", "snapshot"])
def test_terminated_run_leaves_no_temporary_file(
    run: Skerry,
    answers: Path,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    command: str,
) -> None:
    drafts: list[str] = []

    def end(_: int) -> None:
        drafts.extend(names(place))
        os.kill(os.getpid(), number)

    monkeypatch.setattr(os, "fsync", end)
    found = run(command, "--from", answers, "--output", place / "out")
    assert found.code == 128 + number
    assert "Traceback" not in found.err
    assert drafts[0].startswith(".skerry-")
    assert names(place) == []
    assert signal.getsignal(number) is signal.SIG_DFL


def test_interrupted_run_leaves_no_temporary_file(
    run: Skerry, answers: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    assert run("diagnose", "--from", answers, "--output", place / "out").code == 130
    assert names(place) == []


@pytest.mark.parametrize(
    "option", [("--from",), ("--output",), ("--task-definition",)], ids=lambda option: str(option[0])
)
def test_path_with_nul_is_refused(run: Skerry, answers: Path, option: tuple[str]) -> None:
    found = run("diagnose", "--from", answers, *option, "a\0b")
    assert found.code == USAGE
    assert "it holds a NUL" in found.err


# ---------------------------------------------------------------------------------------------------- snapshots


@pytest.mark.parametrize("form", ["folder", "file.json"])
def test_snapshot_replaces_the_target_of_a_symbolic_link(run: Skerry, answers: Path, place: Path, form: str) -> None:
    assert run("snapshot", "--from", answers, "--output", place / form).code == 0
    link = place / f"link-{form}"
    link.symlink_to(form)
    assert run("snapshot", "--from", answers, "--output", link).code == USAGE
    assert run("snapshot", "--from", answers, "--output", link, "--force").code == 0
    assert link.is_symlink()
    assert names(place) == [form, f"link-{form}"]


@needs_root
@pytest.mark.parametrize("form", ["folder", "file.json"])
def test_snapshot_keeps_owner_of_the_replaced_snapshot(run: Skerry, answers: Path, place: Path, form: str) -> None:
    out = place / form
    run("snapshot", "--from", answers, "--output", out)
    for path in (out, *out.rglob("*")) if out.is_dir() else (out,):
        os.chown(path, 65534, 12)
    assert run("snapshot", "--from", answers, "--output", out, "--force").code == 0
    written = [out, *out.rglob("*")] if out.is_dir() else [out]
    assert {(path.stat().st_uid, path.stat().st_gid) for path in written} == {(65534, 12)}
    assert {stat.S_IMODE(path.stat().st_mode) for path in written if path.is_file()} == {0o600}


def test_snapshot_on_stdout_is_readable_from_stdin(answers: Path) -> None:
    """What one skerry writes to stdout another one reads from stdin."""
    skerry = f"{sys.executable} -m skerry"
    command = f"{skerry} snapshot --from {answers} --output - -q | {skerry} diagnose --from /dev/stdin --format json"
    done = subprocess.run(["sh", "-c", command], check=True, capture_output=True, text=True)  # noqa: S607 -- the shell
    assert json.loads(done.stdout)["verdict"] == "ok"
    assert done.stderr == ""


def test_image_archive_that_is_a_pipe_is_refused(run: Skerry, answers: Path, place: Path) -> None:
    os.mkfifo(place / "pipe")
    found = run("rehearse", "--from", answers, "--image-archive", place / "pipe")
    assert found.code == USAGE
    assert "neither a file nor a folder" in found.err


READ_AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def test_demo_save_never_mixes_two_runs(place: Path) -> None:
    """A run whose second network cannot be written leaves both networks of the run before."""

    def chapters(run: int, name: str) -> list[app.Chapter]:
        documents = [{f"{run}.json": b'{"Vpcs": []}'}, {name: b'{"Subnets": []}'}]
        diagnosis, plan = Diagnosis(OK, ()), Plan((), OK, OK, proven=True)
        return [app.Chapter("a title", (), content, diagnosis, plan, READ_AT) for content in documents]

    assert app.keep_chapters(chapters(1, "1.json"), place / "demo") == [place / "demo" / "1", place / "demo" / "2"]
    assert app.load(place / "demo" / "1").facts.read_at == READ_AT
    before = names(place / "demo" / "1"), names(place / "demo" / "2")
    with pytest.raises(InputError):
        app.keep_chapters(chapters(2, "../2.json"), place / "demo")
    assert (names(place / "demo" / "1"), names(place / "demo" / "2")) == before == (["1.json", "snapshot.json"],) * 2
    app.keep_chapters(chapters(3, "3.json"), place / "demo")
    assert names(place / "demo" / "1") == names(place / "demo" / "2") == ["3.json", "snapshot.json"]
    (place / "demo" / "1" / "mine.txt").touch()
    with pytest.raises(InputError, match=r"holds files that are no snapshot's: 1/mine\.txt"):
        app.keep_chapters(chapters(4, "4.json"), place / "demo")


def test_folder_of_two_snapshots_that_contradict_names_both(run: Skerry, place: Path) -> None:
    (place / "demo").mkdir()
    for number, cidr in ((1, "10.0.0.0/16"), (2, "10.1.0.0/16")):
        document = json.dumps({"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": cidr}]})
        (place / f"{number}.json").write_text(document, encoding="utf-8")
        assert run("snapshot", "--from", place / f"{number}.json", "--output", place / "demo" / f"{number}").code == 0
    found = run("diagnose", "--from", place / "demo")
    assert complaint(found).startswith("vpc-1 is described twice, and differently, in ")
    assert found.err.splitlines()[1] == f"  {place / 'demo'} holds 2 snapshots: read one of 1, 2."


@pytest.mark.long
def test_demo_save_replaces_its_snapshots_but_no_other_files(run: Skerry, place: Path) -> None:
    for _ in range(2):
        assert run("demo", "--save", place / "demo").code == 0
        assert names(place / "demo") == ["1", "2", "3"]
        assert run("diagnose", "--from", place / "demo" / "1", "-q").out.startswith("blocked: web")
    (place / "demo" / "1" / "mine.txt").touch()
    assert run("demo", "--save", place / "demo").code == USAGE
    assert (place / "demo" / "1" / "mine.txt").exists()


def test_demo_save_to_a_pipe_is_refused(run: Skerry, place: Path) -> None:
    os.mkfifo(place / "pipe")
    found = run("demo", "--save", place / "pipe")
    assert found.code == USAGE
    assert "is no folder" in found.err
