"""What a lab leaves alone: the user's folder and environment, the machine's files; and what its programs may do."""

import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from skerry.app.rehearsal import RehearsalRequest, rehearse
from skerry.lab import processes
from skerry.lab.messages import encode
from skerry.lab.oci_image import write_layout
from skerry.lab.pipes import Lines, write
from skerry.lab.requirements import PATHS
from skerry.lab.sandbox import Sandbox
from tests.networks import awslogs, container
from tests.processes import commands, family, wait_for
from tests.test_rehearse import article

pytestmark = pytest.mark.usefixtures("needs_lab")

CONFINED = (
    "dnsmasq",
    "containerd",
    "docker-registry",
    "ctr",
    "docker-credential-ecr-login",
    "call_worker",
    "aws_process",
)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "aws"
    folder.mkdir()
    (folder / "all.json").write_bytes(article(mended=False).document())
    return folder


@pytest.mark.parametrize("mode", [["--probe"], pytest.param([], marks=pytest.mark.long)], ids=["probe", "clients"])
def test_modules_and_programs_in_the_working_folder_are_not_run(saved: Path, tmp_path: Path, mode: list[str]) -> None:
    (saved / "all.json").write_bytes(article(mended=True).document())
    hostile = tmp_path / "hostile"
    (hostile / "skerry").mkdir(parents=True)
    for name in ("msgspec.py", "json.py", "socket.py", "runpy.py", "sitecustomize.py", "skerry/__init__.py"):
        (hostile / name).write_text(f"open({str(tmp_path / 'canary')!r}, 'w')\n", encoding="ascii")
    for name in ("ip", "nft", "dnsmasq", "unshare", "setpriv", "true"):
        (hostile / name).write_text(f"#!/bin/sh\ntouch {tmp_path / 'canary'}\n", encoding="ascii")
        (hostile / name).chmod(0o755)
    environment = os.environ | {"PATH": f":.:{hostile}:{os.environ['PATH']}", "PYTHONPATH": ""}
    command = [str(Path(sys.executable).with_name("skerry")), "rehearse", "--from", str(saved), *mode]
    done = subprocess.run(command, cwd=hostile, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("ok: web can start"), done.stderr
    assert not (tmp_path / "canary").exists()


HOSTILE = (
    *("$(touch {})", "a\nb; touch {}", "../../../../../..{}", "-o", "a\0b", "'\"{{}}", "é\u202e", "x" * 10_000),
    *(
        "--output={}",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:\n/../../x-AbCdEf",
        "arn:aws:ssm:../x:1:p/x",
    ),
)


@pytest.mark.long
def test_hostile_names_execute_no_command_in_lab_clients(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    texts = [text.format(canary) for text in HOSTILE]
    network = article(mended=True)
    network.rows["taskDefinitions"], network.rows["services"] = [], []
    secrets = [{"name": f"A{number}", "valueFrom": text} for number, text in enumerate(texts)]
    files = [{"value": f"arn:aws:s3:::{text}/{text}", "type": "s3"} for text in texts]
    logs = awslogs()
    logs["options"]["awslogs-group"] = f"$(touch {canary})\n../x"
    first = container(secrets=secrets, environmentFiles=files, logConfiguration=logs)
    others = [container(f"r{number}.example/{text}:1", name=f"c{number}") for number, text in enumerate(texts)]
    tags = [container(f"quay.io/x:{text}", name=f"d{number}") for number, text in enumerate(texts)]
    network.definition(first, *others, *tags)
    network.service()
    found = rehearse(network.world(), RehearsalRequest())
    worked = {step.need.step for step in found.steps if step.observed.worked}
    assert {"registry-auth", "manifest", "layers", "logs"} <= worked
    assert not canary.exists()


@pytest.mark.parametrize("packed", [pytest.param(False, marks=pytest.mark.long), True], ids=["a folder", "a file"])
def test_user_image_below_tmp_is_pulled_in_the_lab(tmp_path: Path, *, packed: bool) -> None:
    """Even below ``/tmp``, of which the lab has its own."""
    image, archive = tmp_path / "image", tmp_path / "image.tar"
    write_layout(image, "web:1")
    with tarfile.open(archive, "w") as file:
        file.add(image, ".")
    found = rehearse(article(mended=True).world(), RehearsalRequest(archive=archive if packed else image))
    assert [step.observed.worked for step in found.steps if step.need.step in {"manifest", "layers"}] == [True, True]


class TestPrograms:
    def test_program_search_path_has_only_system_folders(self) -> None:
        assert all(path.startswith("/") and not path.startswith(("/tmp", "/home")) for path in PATHS.split(":"))  # noqa: S108

    def test_lab_programs_have_no_capabilities_or_user_environment(self, saved: Path, tmp_path: Path) -> None:
        """Its capabilities, environment and folder, of each one while clients are under way."""
        environment = os.environ | {"A_SECRET": "of the user", "AWS_PROFILE": "of the user"}
        command = [str(Path(sys.executable).with_name("skerry")), "rehearse", "--from", str(saved)]
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        seen: dict[str, dict[str, int]] = {}

        def all_seen() -> bool:
            """Look at what runs now: some programs have ended before the last one starts."""
            for pid in family(process.pid):
                with suppress(OSError):
                    if (name := name_of(pid)) in CONFINED:
                        seen[name] = status(pid)
            return set(seen) == set(CONFINED)

        try:
            wait_for(all_seen)
            inside = list(family(process.pid))
            surroundings = b"".join(Path(f"/proc/{pid}/environ").read_bytes() for pid in inside if alive(pid))
            folders = {str(Path(f"/proc/{pid}/cwd").readlink()) for pid in inside if alive(pid)}
        finally:
            process.kill()
            process.wait()
        nothing = {"CapInh": 0, "CapPrm": 0, "CapEff": 0, "CapBnd": 0, "CapAmb": 0, "NoNewPrivs": 1}
        assert seen == dict.fromkeys(CONFINED, nothing)
        assert b"of the user" not in surroundings
        assert str(tmp_path) not in folders


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}/cwd").exists()


def name_of(pid: int) -> str:
    """The name of a program, or of the module that is run."""
    line = family_line(pid)
    module = next((part for part in line if part.startswith("skerry.lab.")), "")
    return module.removeprefix("skerry.lab.") or Path(line[0]).name


def family_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return [""]


def status(pid: int) -> dict[str, int]:
    rows = (line.split() for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines())
    return {row[0][:-1]: int(row[1], 16) for row in rows if row[0].startswith(("Cap", "NoNewPrivs"))}


@pytest.fixture(scope="module")
def shell() -> Iterator[Callable[[str], str]]:
    """Runs a line of shell in the namespaces of a lab, with or without the capabilities of the one who builds it."""
    with Sandbox() as sandbox:
        sandbox.drops()
        (inside,) = [pid for pid, line in family(sandbox.pid).items() if line.split(b"\0")[0].endswith(b"python")]

        def run(line: str) -> str:
            enter = ["nsenter", f"--target={inside}", "--user", "--mount", "--net", "--preserve-credentials"]
            done = subprocess.run([*enter, "sh", "-c", line], capture_output=True, text=True, check=False)
            return done.stdout.strip()

        yield run


class TestFiles:
    @pytest.mark.parametrize(
        "place",
        [
            *("/", "/etc", "/usr", "/var/lib", "/root", "/home", "/opt", "/dev", "/sys"),
            *("/var/tmp", "/dev/shm"),  # noqa: S108 -- the machine's
        ],
    )
    def test_system_folders_are_read_only_in_the_lab(self, shell: Callable[[str], str], place: str) -> None:
        if Path(place).is_dir():
            canary = Path(place, "skerry-canary")
            said, written = shell(f"touch {canary} 2>/dev/null && echo written"), canary.exists()
            canary.unlink(missing_ok=True)
            assert (said, written) == ("", False)

    def test_source_tree_is_read_only_in_the_lab(self, shell: Callable[[str], str]) -> None:
        assert shell(f"touch {Path(__file__).parent}/canary 2>/dev/null && echo written") == ""

    @pytest.mark.parametrize("switch", ["kernel/core_pattern", "kernel/sysrq", "vm/drop_caches", "fs/file-max"])
    def test_kernel_settings_are_read_only_in_the_lab(self, shell: Callable[[str], str], switch: str) -> None:
        assert shell(f"(exec 3>>/proc/sys/{switch}) 2>/dev/null && echo open") == ""

    def test_block_devices_cannot_be_opened_in_the_lab(self, shell: Callable[[str], str]) -> None:
        assert shell("for one in /dev/*; do [ -b $one ] && (exec 3<$one) 2>/dev/null && echo $one; done") == ""
        assert shell("echo x > /dev/null && head -c 3 /dev/zero | wc -c") == "3"

    @pytest.mark.parametrize("place", ["/run", "/tmp"])  # noqa: S108 -- the lab's own
    def test_run_and_tmp_are_private_to_the_lab(self, shell: Callable[[str], str], place: str) -> None:
        assert shell(f"echo own > {place}/skerry-canary && cat {place}/skerry-canary") == "own"
        assert not Path(place, "skerry-canary").exists()


class TestPipes:
    def test_waiting_for_a_line_times_out(self) -> None:
        with subprocess.Popen(["/bin/sleep", "60"], stdout=subprocess.PIPE) as silent:
            assert silent.stdout is not None
            with pytest.raises(TimeoutError, match="no answer in time"):
                Lines(silent.stdout).next(0.05)
            silent.kill()

    def test_writing_to_an_unread_pipe_times_out(self) -> None:
        with subprocess.Popen(["/bin/sleep", "60"], stdin=subprocess.PIPE) as deaf:
            assert deaf.stdin is not None
            with pytest.raises(TimeoutError, match="no answer in time"):
                write(deaf.stdin, b"x" * 1_000_000, 0.05)
            deaf.kill()

    def test_reading_from_an_ended_process_returns_no_bytes(self) -> None:
        with subprocess.Popen(["/bin/true"], stdout=subprocess.PIPE) as gone:
            assert gone.stdout is not None
            assert Lines(gone.stdout).next(10.0) == b""

    def test_pipe_lines_are_returned_in_order(self) -> None:
        with subprocess.Popen(["/usr/bin/printf", r"a\nb\nc"], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            lines = Lines(process.stdout)
            assert [lines.next(10.0) for _ in range(3)] == [b"a\n", b"b\n", b""]


class TestInterpreter:
    def test_interpreter_imports_skerry_without_environment(self, tmp_path: Path) -> None:
        command = processes.module_command_of("skerry.lab.call_worker")
        done = subprocess.run(command, input=encode(()), cwd=tmp_path, env={}, capture_output=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

    def test_interpreter_imports_skerry_from_the_given_import_path(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        package = tmp_path / "skerry"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "which.py").write_text("import json, sys; print(json.__file__, __file__)", encoding="ascii")
        (tmp_path / "json.py").write_text("raise SystemExit(7)", encoding="ascii")
        monkeypatch.setattr(processes, "list_import_paths", lambda: (str(tmp_path),))
        done = subprocess.run(processes.module_command_of("skerry.which"), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert str(tmp_path / "json.py") not in done.stdout
        assert str(package / "which.py") in done.stdout

    def test_interpreter_import_paths_exclude_the_working_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "dns").mkdir()
        (tmp_path / "dns" / "__init__.py").touch()
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "dns", raising=False)
        assert str(tmp_path) not in processes.list_import_paths.__wrapped__()


def test_closed_enclosure_leaves_no_process() -> None:
    sandbox = Sandbox()
    sandbox.drops()
    started = commands(family(sandbox.pid))
    sandbox.close()
    limit = time.monotonic() + 10
    while time.monotonic() < limit and any(Path(f"/proc/{pid}").exists() for pid in started):
        time.sleep(0.01)
    assert not any(Path(f"/proc/{pid}").exists() for pid in started)
