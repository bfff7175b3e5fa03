"""Requirements of a lab: programs with their Debian packages, and Python packages."""

import importlib.util
import shutil
from collections.abc import Iterable

from skerry.errors import Argument, SkerryError

# Only root writes these folders. The user's own PATH may contain folders that others can write.
PATHS = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"

PROGRAMS = {
    "ip": "iproute2",
    "nft": "nftables",
    "dnsmasq": "dnsmasq-base",
    "unshare": "util-linux",
    "setpriv": "util-linux",
    "mount": "mount",
}
"""Programs that every lab needs."""

CLIENTS = {
    "docker-registry": "docker-registry",
    "skopeo": "skopeo",
    "ctr": "containerd",
    "containerd": "containerd",
    "docker-credential-ecr-login": "amazon-ecr-credential-helper",
}
"""Programs that real clients and their registry need in addition."""

MODULES = ("dns", "trustme", "moto")
"""Python packages of the extra ``lab``."""


def program_path_of(name: str) -> str:
    """Return the path of a program; its bare name if it is not installed."""
    return shutil.which(name, path=PATHS) or name


def find_missing_programs(names: Iterable[str] = tuple(PROGRAMS)) -> tuple[str, ...]:
    """Return the programs that are not installed."""
    return tuple(name for name in names if shutil.which(name, path=PATHS) is None)


def install_command_for(missing: tuple[str, ...]) -> str:
    """Return the command that installs the missing programs."""
    packages = sorted({(PROGRAMS | CLIENTS)[name] for name in missing})
    return f"sudo apt-get install -y --no-install-recommends {' '.join(packages)}"


def require(*, clients: bool) -> None:
    """Raise `SkerryError`, with the command to install the missing packages, if the machine cannot run a lab.

    ``clients``: a lab with real clients.
    """
    absent = [name for name in MODULES if importlib.util.find_spec(name) is None]
    if absent:
        message = f"the lab needs Python packages that are not installed: {', '.join(absent)}"
        raise SkerryError(message, "Install skerry with the extra lab: pipx install --force '.[lab]' in its checkout")
    missing = find_missing_programs(tuple(PROGRAMS | CLIENTS) if clients else tuple(PROGRAMS))
    if missing:
        # A comment, so that the line can be copied into a shell.
        also = () if not clients or set(missing) & set(PROGRAMS) else ("  # ", Argument.PROBE, " does without them")
        message = f"the lab needs programs that are not installed: {', '.join(missing)}"
        raise SkerryError(message, install_command_for(missing), *also)
