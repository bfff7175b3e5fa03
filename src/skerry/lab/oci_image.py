"""Generated image to pull if the user gives none: a minimal one in the OCI layout.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

_TYPE = "application/vnd.oci.image"


def write_layout(folder: Path, name: str) -> None:
    """Write an image as an OCI layout: one layer with one file, which holds ``name``."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def put(content: bytes, kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": f"{_TYPE}.{kind}", "digest": f"sha256:{digest}", "size": len(content)}

    plain = _layer(f"{name}\n".encode())
    layer = put(gzip.compress(plain, mtime=0), "layer.v1.tar+gzip")
    root = {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(plain).hexdigest()}"]}
    config = put(_text({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": root}), "config.v1+json")
    manifest = put(_text({"schemaVersion": 2, "config": config, "layers": [layer]}), "manifest.v1+json")
    (folder / "index.json").write_bytes(_text({"schemaVersion": 2, "manifests": [manifest]}))
    (folder / "oci-layout").write_bytes(_text({"imageLayoutVersion": "1.0.0"}))


def source_of(archive: Path) -> str:
    """Return skopeo's name for an image archive of Docker (``docker save``) or of OCI, packed or as a folder.

    Raises `ValueError` if it is neither.
    """
    if archive.is_dir() and (archive / "index.json").is_file():
        return f"oci:{archive}"
    try:
        with tarfile.open(archive) as packed:
            names = {name.removeprefix("./") for name in packed.getnames()}
    except (OSError, tarfile.TarError) as error:
        raise ValueError(f"{archive} is not an image archive ({error})") from error
    if "manifest.json" in names:
        return f"docker-archive:{archive}"
    if "index.json" in names:
        return f"oci-archive:{archive}"
    raise ValueError(f"{archive} is not an image archive (no manifest.json or index.json in it)")


def _layer(content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as layer:
        entry = tarfile.TarInfo("image")
        entry.size = len(content)
        layer.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _text(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode()
