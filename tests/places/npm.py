"""Packages of npm, by name and version, unpacked into build/ without running anything of them."""

import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "build" / "npm"


def unpack(name: str, version: str) -> Path:
    """Return the folder of a package, fetched once."""
    folder = FOLDER / f"{name.replace('/', '+').removeprefix('@')}-{version}"
    if not (folder / "package").exists():
        fresh = folder.with_suffix(".fresh")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        command = [
            shutil.which("npm") or "npm",
            "pack",
            f"{name}@{version}",
            "--silent",
            "--ignore-scripts",
            "--pack-destination",
            str(fresh),
        ]
        subprocess.run(command, check=True, capture_output=True)
        [archive] = fresh.glob("*.tgz")
        subprocess.run([shutil.which("tar") or "tar", "-xzf", str(archive), "-C", str(fresh)], check=True)
        archive.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    return folder / "package"
