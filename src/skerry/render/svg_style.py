"""The colours and classes of the map as SVG, for a page and for a file of its own.

The contrast of each colour on its ground is at least 4.5 for text and 3 for lines that tell something.
"""

import re
from typing import Final

_FONT: Final = '"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif'

LIGHT: Final = {
    "bg": "#fff",
    "panel": "#f5f7f9",
    "ink": "#17202a",
    "muted": "#55606d",
    "line": "#cdd4db",
    "accent": "#0b57d0",
    "accent-t": "#e8f0fe",
    "bad": "#b3161b",
    "bad-t": "#fdeceb",
    "good": "#0f6b3c",
    "good-t": "#e6f5ec",
    "some": "#8a5000",
    "some-t": "#fdf2df",
    "dunno": "#5b3fb5",
    "dunno-t": "#f0ecfb",
    "na": "#55606d",
    "on": "#fff",
    "vpc": "#7a4fd0",
    "zone": "#7e93a6",
    "chip": "#fff",
    "iso": "#f1f3f5",
    "priv": "#eaf1f7",
    "pub": "#eef6ea",
    "ghost": "#77828d",
    "edge": "#828d98",
}
DARK: Final = {
    "bg": "#10151b",
    "panel": "#181f27",
    "ink": "#e7ebef",
    "muted": "#a3aeba",
    "line": "#3b4652",
    "accent": "#8ab4f8",
    "accent-t": "#1b2b47",
    "bad": "#ff8f88",
    "bad-t": "#3a1a1b",
    "good": "#67d391",
    "good-t": "#12301f",
    "some": "#f3b760",
    "some-t": "#38290f",
    "dunno": "#bda9ff",
    "dunno-t": "#2a2347",
    "na": "#a3aeba",
    "on": "#10151b",
    "vpc": "#a98bf0",
    "zone": "#6f8296",
    "chip": "#1f2832",
    "iso": "#191f27",
    "priv": "#17232f",
    "pub": "#18261c",
    "ghost": "#8793a0",
    "edge": "#6f7c89",
}

VERDICT_CLASSES: Final = {
    "ok": "good",
    "blocked": "bad",
    "intermittent": "some",
    "unknown": "dunno",
    "not-applicable": "na",
    "live": "live",
}
"""The class of a verdict; ``live`` is the part of a failing path that packets get through."""

STYLE: Final = (
    f".map text{{font-family:{_FONT};font-size:12px;fill:var(--ink)}}"
    ".map .e{font-size:11.5px}.map .s{font-size:11px}.map .xs{font-size:10.5px}.map .b{font-weight:600}"
    ".map .muted{fill:var(--muted)}.map text.new{fill:var(--accent);font-weight:600}"
    ".map .vpc{fill:none;stroke:var(--vpc);stroke-width:1.6}"
    ".map .zone{fill:none;stroke:var(--zone);stroke-dasharray:5 4}"
    ".map .subnet{fill:var(--iso);stroke:var(--line)}.map .public{fill:var(--pub)}.map .private{fill:var(--priv)}"
    ".map .lands{stroke:var(--muted);stroke-width:1.4}"
    ".map .fold{fill:none;stroke:var(--line);stroke-dasharray:2 3}"
    ".map .chip{fill:var(--chip);stroke:var(--edge);stroke-width:1.2}"
    ".map .task{stroke:var(--ink);stroke-width:1.6}.map .table{stroke:var(--muted)}"
    ".map .gateway,.map .link{stroke:var(--vpc);stroke-width:1.4}"
    ".map .more{stroke:none}.map .closed{fill:var(--bg);stroke:var(--line);stroke-dasharray:4 3}"
    ".map rect.new{stroke:var(--accent);stroke-width:1.8;stroke-dasharray:5 3}"
    ".map .hair{fill:none;stroke:var(--line);stroke-width:1.2}"
    ".map .there{fill:none;stroke-width:2.6;stroke-linejoin:round}"
    ".map .back{fill:none;stroke-width:1.8;stroke-dasharray:6 3}"
    ".map .ghost{fill:none;stroke:var(--ghost);stroke-width:2;stroke-dasharray:2 5}"
    ".map .ring{fill:none;stroke-width:2.4}.map .tie{fill:none;stroke-width:1.6}"
    ".map .good{stroke:var(--good)}.map .bad{stroke:var(--bad)}.map .some{stroke:var(--some)}"
    ".map .dunno{stroke:var(--dunno)}.map .na{stroke:var(--na)}.map .live{stroke:var(--ink)}"
    ".map .f-good{fill:var(--good)}.map .f-bad{fill:var(--bad)}.map .f-some{fill:var(--some)}"
    ".map .f-dunno{fill:var(--dunno)}.map .f-na{fill:var(--na)}.map .f-live{fill:var(--ink)}"
    ".map .dot{fill:var(--bg);stroke:var(--ink);stroke-width:1.5}"
    ".map .num{font-size:10px;font-weight:700;text-anchor:middle}"
    ".map text.call{fill:var(--on);font-size:11.5px;font-weight:600}"
    ".map .m{text-anchor:middle}.map .r{text-anchor:end}"
    ".gf-good{fill:var(--good)}.gf-bad{fill:var(--bad)}.gf-some{fill:var(--some)}.gf-dunno{fill:var(--dunno)}"
    ".gf-na{fill:var(--na)}.gs{fill:none;stroke:var(--on);stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round}"
    "@media(forced-colors:active){.map .there,.map .back,.map .ghost,.map .dot,.map .chip,.map .subnet,.map .vpc"
    "{stroke:CanvasText}.gs{stroke:Canvas}}"
)
"""The classes of the map and of the glyphs; the page defines the colours that they name."""

TOKENS: Final = (
    ":root{" + ";".join(f"--{name}:{colour}" for name, colour in LIGHT.items()) + "}"
    "@media (prefers-color-scheme:dark){:root{" + ";".join(f"--{name}:{colour}" for name, colour in DARK.items()) + "}}"
)
"""The colours for light and dark, as properties of the page."""

# Attributes are for pages whose styles a server blocks.
_STROKE: Final = 'fill="none" stroke="#fff" stroke-width="1.9"'
GLYPHS: Final = (
    '<symbol id="g-ok" viewBox="0 0 16 16">'
    f'<circle class="gf-good" fill="{LIGHT["good"]}" cx="8" cy="8" r="7.5"/>'
    f'<path class="gs" {_STROKE} d="M4.4 8.4l2.4 2.4 4.8-5.2"/></symbol>'
    '<symbol id="g-blocked" viewBox="0 0 16 16">'
    f'<path class="gf-bad" fill="{LIGHT["bad"]}" d="M5 .5h6L15.5 5v6L11 15.5H5L.5 11V5z"/>'
    f'<path class="gs" {_STROKE} d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6"/></symbol>'
    '<symbol id="g-intermittent" viewBox="0 0 16 16">'
    f'<path class="gf-some" fill="{LIGHT["some"]}" d="M8 .8l7.6 14H.4z"/>'
    f'<path class="gs" {_STROKE} d="M8 5.6v4.2M8 12v.6"/></symbol>'
    '<symbol id="g-unknown" viewBox="0 0 16 16">'
    f'<path class="gf-dunno" fill="{LIGHT["dunno"]}" d="M8 .2l7 3.9v7.8l-7 3.9-7-3.9V4.1z"/>'
    f'<path class="gs" {_STROKE} d="M6 6.2c0-2.8 4.2-2.6 4.2-.2 0 1.6-2.1 1.6-2.1 3.2M8.1 11.4v.6"/></symbol>'
    '<symbol id="g-not-applicable" viewBox="0 0 16 16">'
    f'<rect class="gf-na" fill="{LIGHT["na"]}" x="1" y="1" width="14" height="14" rx="2"/>'
    f'<path class="gs" {_STROKE} d="M4.5 8h7"/></symbol>'
)

SYMBOLS: Final = f'<svg width="0" height="0" aria-hidden="true" hidden><defs>{GLYPHS}</defs></svg>'
"""The glyphs of verdicts, once in a page."""


def file_style() -> str:
    """Return the style of an SVG file of its own: with the colours themselves, light and dark."""
    return f"{_with(LIGHT)}@media (prefers-color-scheme:dark){{{_with(DARK)}}}"


def _with(colours: dict[str, str]) -> str:
    ground = ".map .ground{fill:var(--bg)}"
    return re.sub(r"var\(--([a-z-]+)\)", lambda match: colours[match[1]], STYLE.partition("@media")[0] + ground)
