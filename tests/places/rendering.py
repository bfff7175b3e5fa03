"""Markdown as GitHub shows it: markdown-it's tables, GitHub's style sheet, and Mermaid, in Chromium.

https://github.com/sindresorhus/github-markdown-css
"""

import re
from html import escape
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from playwright.sync_api import Browser

from tests.places.npm import unpack

MERMAID = ("mermaid", "11.9.0")
STYLE = ("github-markdown-css", "5.9.0")
_MAP = re.compile(r'<pre><code class="language-mermaid">(.*?)</code></pre>', re.DOTALL)


class Rendered(NamedTuple):
    """What a reader of a comment sees: its text, the number of maps, and the faults of the page."""

    text: str
    maps: int
    faults: list[str]


def page_of(markdown: str) -> str:
    """Return a page with the comment. Of HTML GitHub keeps what its sanitiser allows; skerry writes nothing else."""
    body = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)
    # GitHub draws maps in a frame of their own, without the style of code.
    body = _MAP.sub(r"<div class=mermaid>\1</div>", body)
    style = (unpack(*STYLE) / "github-markdown-light.css").read_text(encoding="utf-8")
    return (
        f"<!doctype html><meta charset=utf-8><title>comment</title><style>{escape(style, quote=False)}"
        ".markdown-body{max-width:880px;margin:24px auto;padding:16px;border:1px solid #d1d9e0;border-radius:6px}"
        f"</style><article class=markdown-body>{body}</article>"
    )


def render(browser: Browser, markdown: str, folder: Path, picture: Path | None = None) -> Rendered:
    """Open a comment, draw its maps, and take a picture of all of it."""
    path = folder / "comment.html"
    path.write_text(page_of(markdown), encoding="utf-8")
    page = browser.new_page(viewport={"width": 960, "height": 900})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: faults.append(f"dialog {dialog.message}"))
    try:
        page.goto(path.as_uri())
        page.add_script_tag(path=str(unpack(*MERMAID) / "dist" / "mermaid.min.js"))
        # GitHub draws maps in this mode too: nothing in them is HTML or a link.
        page.evaluate("mermaid.initialize({startOnLoad: false, securityLevel: 'strict'})")
        page.evaluate("mermaid.run({querySelector: '.mermaid'})")
        faults += [str(text) for text in page.locator(".error-text").all_inner_texts()]
        if picture is not None:
            page.screenshot(path=str(picture), full_page=True)
        return Rendered(page.inner_text("article"), page.locator(".mermaid svg").count(), faults)
    finally:
        page.close()
