"""Folders and environment of a lab's programs: an in-memory folder that ends with the lab, and few variables."""

import os
from pathlib import Path
from typing import Final

from skerry.lab import filesystem
from skerry.lab.requirements import PATHS
from skerry.net.cidr import Address

FOLDER: Final = Path("/run/lab")
"""The lab's folder, on a file system of its own."""

AUTHORITY: Final = FOLDER / "authority.pem"
"""The certificate of the lab's certificate authority."""

_ETC: Final = FOLDER / "etc"


def build_environment(home: Path = FOLDER) -> dict[str, str]:
    """Return the environment of a client, without the user's own, so that no proxy, profile or certificate applies."""
    return {
        "PATH": PATHS,
        "HOME": str(home),
        "TMPDIR": str(FOLDER),
        "LANG": "C.UTF-8",
        # Certificates that Go programs trust: https://pkg.go.dev/crypto/x509#SystemCertPool
        "SSL_CERT_FILE": str(AUTHORITY),
        # skopeo then keeps its cache below the home folder, not below /var/lib:
        # https://github.com/containers/image/blob/main/internal/rootless/rootless.go
        "_CONTAINERS_ROOTLESS_UID": "1000",
        "AWS_ACCESS_KEY_ID": "lab",
        "AWS_SECRET_ACCESS_KEY": "lab",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def furnish_etc(servers: tuple[Address, ...]) -> None:
    """Mount an ``/etc`` of the lab's own: names come from the VPC's DNS server alone, all else is the machine's."""
    _ETC.mkdir(parents=True, exist_ok=True)
    filesystem.bind(Path("/etc"), _ETC)
    filesystem.mount_memory(Path("/etc"))
    own = {
        "hosts": "127.0.0.1 localhost\n",
        "resolv.conf": "".join(f"nameserver {server}\n" for server in servers),
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    }
    for name in os.listdir(_ETC):  # noqa: PTH208 -- names, not paths
        if name not in own:
            Path("/etc", name).symlink_to(_ETC / name)
    for name, text in own.items():
        Path("/etc", name).write_text(text, encoding="ascii")
    filesystem.seal(Path("/etc"))
