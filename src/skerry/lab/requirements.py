"""What a lab runs: programs with the Debian packages that they are in, and Python packages."""

import importlib.util
import shutil
from collections.abc import Iterable

from skerry.errors import SkerryError

# Where only root writes. The user's own PATH is not asked: it may lead into folders that others write.
PATHS = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"

PROGRAMS = {
    "ip": "iproute2",
    "nft": "nftables",
    "dnsmasq": "dnsmasq-base",
    "unshare": "util-linux",
    "setpriv": "util-linux",
    "mount": "mount",
}
"""What every lab needs."""

CLIENTS = {
    "docker-registry": "docker-registry",
    "skopeo": "skopeo",
    "ctr": "containerd",
    "containerd": "containerd",
    "docker-credential-ecr-login": "amazon-ecr-credential-helper",
}
"""What real clients, and the registry that they pull from, need beside that."""

MODULES = ("dns", "trustme", "moto")
"""What of Python's the extra ``lab`` brings."""


def program(name: str) -> str:
    """Where a program is; its bare name where it is not installed."""
    return shutil.which(name, path=PATHS) or name


def missing_programs(names: Iterable[str] = tuple(PROGRAMS)) -> tuple[str, ...]:
    """The programs that are not installed."""
    return tuple(name for name in names if shutil.which(name, path=PATHS) is None)


def remedy(lacking: tuple[str, ...]) -> str:
    """The one command that installs what is missing."""
    packages = sorted({(PROGRAMS | CLIENTS)[name] for name in lacking})
    return f"sudo apt-get install -y --no-install-recommends {' '.join(packages)}"


def require(*, clients: bool) -> None:
    """Raise `SkerryError`, with the command that mends it, where the machine lacks what a lab needs.

    ``clients``: one with real clients.
    """
    absent = [name for name in MODULES if importlib.util.find_spec(name) is None]
    if absent:
        message = f"the lab needs Python packages that are not installed: {', '.join(absent)}"
        raise SkerryError(message, "Install them: pip install 'skerry[lab]'")
    lacking = missing_programs(tuple(PROGRAMS | CLIENTS) if clients else tuple(PROGRAMS))
    if lacking:
        also = "" if not clients or set(lacking) & set(PROGRAMS) else " (--probe does without them)"
        message = f"the lab needs programs that are not installed: {', '.join(lacking)}{also}"
        raise SkerryError(message, remedy(lacking))
