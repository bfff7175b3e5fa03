"""Real clients in the namespaces of the tasks: boto3, the ECR credential helper and containerd, all at once."""

import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread, Timer

import msgspec

from skerry.lab import client_errors
from skerry.lab.client_jobs import Api, Dial, JobResult, Login, Pull, TaskHost
from skerry.lab.messages import decode, encode
from skerry.lab.netns import run_in_namespace
from skerry.lab.paths import AUTHORITY, FOLDER, build_environment
from skerry.lab.processes import confine_command, module_command_of
from skerry.lab.requirements import program_path_of
from skerry.net.hostname import Hostname

Report = Callable[[JobResult], None]

MIRROR_PORT = 5_001
SOCKET = FOLDER / "containerd.sock"
_LONGEST = 180.0
_PASSWORD = "AWS:lab"  # noqa: S105 -- the lab's registry takes any
_READY = 10.0
_STORE = f"""\
version = 2
root = "{FOLDER}/containerd"
state = "{FOLDER}/containerd-state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.aufs", \
"io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", \
"io.containerd.snapshotter.v1.overlayfs", "io.containerd.internal.v1.opt", "io.containerd.internal.v1.restart"]
[grpc]
address = "{SOCKET}"
[plugins."io.containerd.metadata.v1.bolt"]
content_sharing_policy = "isolated"
"""


def start_store() -> None:
    """Start containerd with isolated content: each client pulls an image again even if another already has it."""
    settings = FOLDER / "containerd.toml"
    settings.write_text(_STORE, encoding="ascii")
    command = confine_command([program_path_of("containerd"), "--config", str(settings)])
    with (FOLDER / "containerd.log").open("wb") as log:
        daemon = subprocess.Popen(  # noqa: S603 -- a fixed program
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=build_environment(), cwd=FOLDER
        )
    limit = time.monotonic() + _READY
    while time.monotonic() < limit and daemon.poll() is None:
        if _run(["ctr", "--address", str(SOCKET), "version"], FOLDER).returncode == 0:
            return
        time.sleep(0.05)
    log_end = (FOLDER / "containerd.log").read_text(encoding="utf-8", errors="replace")[-500:]
    raise TimeoutError(f"containerd does not answer: {log_end}")


def send(station: TaskHost, report: Report) -> list[Thread]:
    """Start the clients of a task; each attempt is reported once, from a thread."""
    plain = tuple(errand for errand in station.errands if isinstance(errand, Api | Dial))
    work: list[Callable[[], None]] = [partial(_call, plain, report)] if plain else []
    for position, errand in enumerate(station.errands):
        home = FOLDER / f"{station.space}-{position}"
        match errand:
            case Login():
                work.append(partial(_login, errand, home, report))
            case Pull():
                work.append(partial(_pull, errand, home, MIRROR_PORT + position, report))
            case _:
                continue
        home.mkdir()
    threads = [Thread(target=run_in_namespace, args=(station.space, job), daemon=True) for job in work]
    for thread in threads:
        thread.start()
    return threads


def mirror_ports_of(station: TaskHost) -> dict[int, Hostname]:
    """Return the local ports at which a task's namespace needs a registry mirror, with the registry's name."""
    return {
        MIRROR_PORT + position: errand.host
        for position, errand in enumerate(station.errands)
        if isinstance(errand, Pull)
    }


def _run(command: list[str], home: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    surroundings = build_environment(home) | {"AWS_MAX_ATTEMPTS": "1"}
    confined_command = confine_command([program_path_of(command[0]), *command[1:]])
    try:
        return subprocess.run(  # noqa: S603 -- fixed programs
            confined_command,
            input=given,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            env=surroundings,
            cwd=home,
            timeout=_LONGEST,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"{command[0]} had no end after {_LONGEST:.0f} s")


def _call(errands: tuple[Api | Dial, ...], report: Report) -> None:
    """Run calls and connections in one process, because importing boto3 takes longer than a call."""
    left = {errand.row for errand in errands}
    command = confine_command(module_command_of("skerry.lab.call_worker"))
    with (
        tempfile.TemporaryFile(dir=FOLDER) as wrong,
        subprocess.Popen(  # noqa: S603 -- this very program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=wrong, env=build_environment(), cwd=FOLDER
        ) as process,
    ):
        watch = Timer(_LONGEST, process.kill)
        watch.daemon = True
        watch.start()
        assert process.stdin is not None  # noqa: S101 -- a pipe
        assert process.stdout is not None  # noqa: S101 -- a pipe
        process.stdin.write(encode(errands))
        process.stdin.close()
        for line in process.stdout:
            result: JobResult = decode(line, JobResult)
            left.discard(result.row)
            report(result)
        watch.cancel()
        wrong.seek(0)
        log_end = wrong.read().decode(errors="replace").strip()[-500:]
    for number in left:
        report(JobResult(number, None, log_end, "boto3", 0.0))


def _login(errand: Login, home: Path, report: Report) -> None:
    started = time.monotonic()
    done = _run(["docker-credential-ecr-login", "get"], home, errand.registry)
    error_text = ""
    if done.returncode != 0:
        log = home / ".ecr" / "log" / "ecr-login.log"
        error_text = (
            client_errors.helper_error_of(log.read_text(encoding="utf-8", errors="replace")) if log.exists() else ""
        )
        error_text = error_text or (done.stderr or done.stdout).strip()
    report(
        JobResult(errand.row, _worked(done.returncode, error_text), error_text, "ecr-login", time.monotonic() - started)
    )


def _pull(errand: Pull, home: Path, port: int, report: Report) -> None:
    """Pull the image through the network and, at the same time, the layers with a local manifest.

    Each step is reported by the pull that reached it.
    """
    hosts = home / "hosts" / errand.reference.registry
    hosts.mkdir(parents=True)
    # containerd asks the server after all hosts have failed. Nobody listens there, so no timeout is waited for twice.
    # https://github.com/containerd/containerd/blob/main/docs/hosts.md
    text = f'server = "http://127.0.0.1:1"\n[host."http://127.0.0.1:{port}"]\n  capabilities = ["pull", "resolve"]\n'
    (hosts / "hosts.toml").write_text(text, encoding="ascii")
    alone: list[JobResult] = []
    beside = Thread(target=lambda: alone.append(_fetch(errand, home, "layers", ["--hosts-dir", str(home / "hosts")])))
    beside.start()
    full_pull = _fetch(errand, home, "whole", ["--user", _PASSWORD] if errand.login else [])
    unresolved = client_errors.is_about_manifest(full_pull.words)
    # If the registry's host redirected the client to a token host, the token host failed.
    stuck = unresolved and f"//{errand.host}" in full_pull.words
    passed = msgspec.structs.replace(
        full_pull, worked=True, words="", seconds=full_pull.seconds if full_pull.worked else 0.0
    )
    manifest = full_pull if stuck or full_pull.worked is None else passed
    report(msgspec.structs.replace(manifest, row=errand.manifest))
    beside.join()
    if errand.layers is not None:
        report(msgspec.structs.replace(alone[0] if unresolved else full_pull, row=errand.layers))


def _fetch(errand: Pull, home: Path, name: str, options: list[str]) -> JobResult:
    started = time.monotonic()
    space = f"{home.name}-{name}"
    command = ["ctr", "--address", str(SOCKET), "--namespace", space, "content", "fetch", "--all-platforms"]
    command += ["--tlscacert", str(AUTHORITY), *options, "--", errand.reference.text]
    done = _run(command, home)
    error_text = "" if done.returncode == 0 else client_errors.ctr_error_of(done.stderr)
    return JobResult(0, _worked(done.returncode, error_text), error_text, "ctr", time.monotonic() - started)


def _worked(code: int, said: str) -> bool | None:
    """Return whether a client got through; None if it failed for another reason, such as a fault of the lab."""
    return True if code == 0 else False if client_errors.is_of_transport(said) else None
