"""Debian's Chromium for tests of pages, driven by Playwright, and axe-core for their accessibility.

Where it cannot be installed its tests are skipped; in CI they fail instead. scripts/browser_packages.sh installs both.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.pages import ROOT

AXE = ROOT / "build" / "axe-core" / "4.14.1.js"
ARGUMENTS = (
    "--no-sandbox",  # as root, which CI is
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def demand(present: object, what: str) -> None:
    """Skip the test that needs something, or fail in CI."""
    if present:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{what} is needed in CI: sh scripts/browser_packages.sh")
    pytest.skip(f"{what} is not installed: sh scripts/browser_packages.sh")


@contextmanager
def start_browser() -> Iterator[Browser]:
    """Start Chromium; skips or fails the test without one."""
    program = shutil.which("chromium")
    demand(program, "Debian's Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Opened(NamedTuple):
    """A page in the browser, with the requests and messages that it made."""

    page: Page
    requests: list[str]
    messages: list[str]

    @property
    def visible_panels(self) -> list[str]:
        """The ids of the panels of steps that can be seen."""
        return [str(panel.get_attribute("id")) for panel in self.page.locator("section.path:visible").all()]

    @property
    def overflow(self) -> int:
        """The width that the page has more than the window."""
        width = self.page.viewport_size
        assert width is not None
        return int(self.page.evaluate("document.documentElement.scrollWidth")) - width["width"]

    @property
    def spoken(self) -> list[tuple[str, str]]:
        """Roles and names of all that screen readers are given, in their order."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Accessibility.enable")
        nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
        by_id = {node["nodeId"]: node for node in nodes}

        def speak(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
            role = node["role"]["value"]
            if not node["ignored"]:
                yield role, node.get("name", {}).get("value", "")
            for name in node["childIds"]:
                yield from speak(by_id[name])

        return list(speak(nodes[0]))

    def violations(self) -> list[str]:
        """The rules of axe-core that the page breaks, with the places."""
        demand(AXE.exists(), "axe-core")
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate("axe.run()")
        return [
            f"{item['id']}: {node['target']} {node['html'][:200]}"
            for item in found["violations"]
            for node in item["nodes"]
        ]


@contextmanager
def open_page(
    browser: Browser,
    path: Path,
    *,
    fragment: str = "",
    width: int = 1280,
    dark: bool = False,
    scripts: bool = True,
) -> Iterator[Opened]:
    """Open a file in a window of its own; ``scripts``: those of the test, as the page has none."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
    )
    try:
        page = context.new_page()
        requests: list[str] = []
        messages: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.goto(f"{path.as_uri()}{fragment}")
        yield Opened(page, requests, messages)
    finally:
        context.close()
