"""Write docs/images again: reports on the demo's two networks, as Chromium shows them."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from skerry import app
from skerry.render.report.page import write_page
from skerry.render.view import View

IMAGES = Path(__file__).parent.parent / "docs" / "images"


class Picture(NamedTuple):
    """A picture of a network of the demo: its name, the window, and what is clicked before it is taken."""

    name: str
    network: int
    width: int = 1280
    height: int = 900
    dark: bool = False
    click: str = ""


PICTURES = (
    Picture("report-broken", 1),
    Picture("report-planned", 1, click=".view label:last-child"),
    Picture("report-fixed", 2),
    Picture("report-dark", 1, dark=True),
    Picture("report-phone", 1, width=390, height=1500),
)


def main() -> None:
    """Run the demo, write its reports, and take the pictures."""
    program = shutil.which("chromium")
    if program is None:
        sys.exit("Debian's Chromium is needed: sh scripts/browser_packages.sh")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        networks = app.keep_chapters(app.demo(), Path(folder, "demo"))
        pages = dict(enumerate(map(write_report, networks), 1))
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        IMAGES.mkdir(exist_ok=True)
        for picture in PICTURES:
            take(browser, pages[picture.network], picture)
        browser.close()


def write_report(network: Path) -> Path:
    """Write the report on a saved network beside it."""
    commands = {"report": f"skerry report --from demo/{network.name} --output report.html"}
    page = network.with_suffix(".html")
    page.write_text(write_page(app.report(app.load(network)), View(commands=commands)), encoding="utf-8")
    return page


def take(browser: Browser, page: Path, picture: Picture) -> None:
    """Take a picture of a page."""
    size = {"width": picture.width, "height": picture.height}
    scheme = "dark" if picture.dark else "light"
    context = browser.new_context(viewport=size, color_scheme=scheme, java_script_enabled=False)  # type: ignore[arg-type]
    opened = context.new_page()
    opened.goto(page.as_uri())
    if picture.click:
        opened.locator(picture.click).first.click()
    opened.screenshot(path=IMAGES / f"{picture.name}.png")
    context.close()


if __name__ == "__main__":
    main()
