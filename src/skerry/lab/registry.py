"""The registry of a lab: Debian's docker-registry, with its blobs in the S3 of the embedded AWS."""

import contextlib
import subprocess
import time
import urllib.request

from skerry.lab.aws_fixtures import STORAGE_BUCKET, STORAGE_HOST, STORAGE_REGION
from skerry.lab.paths import FOLDER, build_environment
from skerry.lab.processes import confine_command
from skerry.lab.requirements import program_path_of
from skerry.lab.tls_proxy import REGISTRY

_READY = 20.0
_LOG = FOLDER / "registry.log"
_CONFIGURATION = f"""\
version: 0.1
log: {{level: warn}}
storage:
  s3: {{region: {STORAGE_REGION}, bucket: {STORAGE_BUCKET}, accesskey: lab, secretkey: lab}}
  cache: {{blobdescriptor: inmemory}}
  maintenance: {{uploadpurging: {{enabled: false}}}}
http: {{addr: "{REGISTRY[0]}:{REGISTRY[1]}", secret: lab}}
health: {{storagedriver: {{enabled: false}}}}
"""


def start_registry() -> None:
    """Start the registry with a hosts file that resolves S3 to this machine."""
    settings, hosts = FOLDER / "registry.yml", FOLDER / "registry.hosts"
    settings.write_text(_CONFIGURATION, encoding="ascii")
    hosts.write_text(f"127.0.0.1 localhost {STORAGE_HOST}\n", encoding="ascii")
    serve = confine_command([program_path_of("docker-registry"), "serve", str(settings)])
    # The shell has the capability to mount; the program that replaces it has none.
    script = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'
    command = [program_path_of("unshare"), "--mount", program_path_of("sh"), "-c", script, "sh", str(hosts), *serve]
    with _LOG.open("wb") as log:
        subprocess.Popen(  # noqa: S603 -- a fixed program
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=build_environment(), cwd=FOLDER
        )


def await_registry() -> None:
    """Wait until the registry answers; raises `TimeoutError` with the end of its log if it does not."""
    limit = time.monotonic() + _READY
    while time.monotonic() < limit:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://{REGISTRY[0]}:{REGISTRY[1]}/v2/", timeout=1).close()
            return
        time.sleep(0.02)
    log_end = _LOG.read_text(encoding="utf-8", errors="replace")[-500:]
    raise TimeoutError(f"docker-registry does not answer: {log_end}")
