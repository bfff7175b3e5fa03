"""An SVG as PNG, by a converter of this machine: rsvg-convert, Chromium or the package cairosvg."""

import os
import re
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from skerry.errors import OutputError

_SCALE = 2
_SECONDS = 60
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def convert_to_png(svg: str) -> bytes:
    """Return the picture in twice its size. Raises `OutputError` if no converter is installed or it fails."""
    if (program := shutil.which("rsvg-convert")) is not None:
        return _run([program, "--zoom", str(_SCALE), "--format", "png"], svg.encode())
    if find_spec("cairosvg") is not None:
        import cairosvg  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415 -- optional

        return bytes(cairosvg.svg2png(bytestring=svg.encode(), scale=_SCALE))
    browser = next((path for name in _BROWSERS if (path := shutil.which(name)) is not None), None)
    if browser is not None:
        return _by_browser(browser, svg)
    raise OutputError(
        "no program converts the picture to PNG",
        "Install librsvg2-bin, chromium or the Python package cairosvg, or write SVG.",
    )


def _by_browser(browser: str, svg: str) -> bytes:
    """Return a screenshot of the picture; the page is a file of its own, without a network."""
    width, height = _size_of(svg)
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder, "map.svg"), Path(folder, "map.png")
        page.write_text(svg, encoding="utf-8")
        options = [
            "--headless",
            "--disable-gpu",
            f"--force-device-scale-factor={_SCALE}",
            f"--window-size={width},{height}",
            f"--user-data-dir={folder}/profile",
            f"--screenshot={shot}",
        ]
        if os.geteuid() == 0:
            # Chromium refuses to start as root with its sandbox on.
            options.append("--no-sandbox")
        _run([browser, *options, page.as_uri()], b"")
        return shot.read_bytes()


def _size_of(svg: str) -> tuple[int, int]:
    size = re.search(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', svg)
    assert size is not None  # noqa: S101 -- every picture of skerry has one
    return round(float(size[1])), round(float(size[2]))


def _run(command: list[str], given: bytes) -> bytes:
    name = Path(command[0]).name
    try:
        done = subprocess.run(command, input=given, capture_output=True, check=True, timeout=_SECONDS)  # noqa: S603
    except (subprocess.SubprocessError, OSError) as error:
        raise OutputError(f"{name} does not convert the picture: {error}", "Write SVG instead.") from error
    return done.stdout
