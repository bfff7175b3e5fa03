"""The picture as SVG: well formed, inert, the same every time, with a title for screen readers."""

import re
from xml.etree import ElementTree as ET

import pytest

from skerry.draw.layout import layout
from skerry.draw.network_map import NetworkMap
from skerry.draw.picture import Picture
from skerry.render.svg import STYLE, SYMBOLS, TOKENS, map_svg, write_svg_file
from skerry.render.svg_style import DARK, LIGHT
from skerry.verdicts import OK
from tests.draw.making import endpoint, network, service, subnet, table, twenty_subnets, vpc
from tests.draw.scenes import map_of

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</svg><svg onload=alert(1)>",
    "web\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe\N{ZERO WIDTH JOINER}",
    "x" * 10_000,
    "&lt;b&gt;\x1b[31m\x00",
)
NAMESPACE = "{http://www.w3.org/2000/svg}"


def svg_of(picture: Picture, title: str = "web cannot start", step: int | None = None) -> str:
    return write_svg_file(picture, title=title, description="the way of step 3", step=step)


def contrast(first: str, other: str) -> float:
    """The contrast of two colours, by WCAG 2."""

    def light(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
        parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(first), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_file_is_well_formed_with_title_and_description() -> None:
    root = ET.fromstring(svg_of(layout(map_of("hub-and-spoke"))))  # noqa: S314 -- written by this test
    assert root.tag == f"{NAMESPACE}svg"
    assert [child.text for child in root if child.tag in {f"{NAMESPACE}title", f"{NAMESPACE}desc"}] == [
        "web cannot start",
        "the way of step 3",
    ]
    assert root.attrib["role"] == "img"
    assert (root.attrib["aria-labelledby"], root.attrib["aria-describedby"]) == ("map-t", "map-d")


def test_file_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    svg = svg_of(layout(map_of("article-broken")))
    assert not re.search(r"<script|\son[a-z]+=|javascript:|@import|url\(|<foreignObject|<image", svg)
    assert set(re.findall(r'href="([^"]*)"', svg)) <= {"#g-ok", "#g-blocked"}
    assert set(re.findall(r"https?://[^\"]*", svg)) == {"http://www.w3.org/2000/svg"}
    assert "var(" not in svg


def test_only_the_chosen_step_is_drawn() -> None:
    svg = svg_of(layout(map_of("hub-and-spoke")), step=3)
    assert 'class="p p-3"' in svg
    assert 'class="p p-4"' not in svg
    page = map_svg(layout(map_of("hub-and-spoke")), prefix="a", title="t", description="d")
    assert 'class="p p-3"' in page
    assert 'class="p p-4"' in page
    assert "<style" not in page


def hostile_map(name: str) -> NetworkMap:
    """A map with the name in the place of every name, id and label."""
    chips = (endpoint(name, name, name),)
    row = subnet(name, name, "isolated", *chips, table=name, verdict=OK)
    return network(vpc(row, tables=(table(name, name, words=(name,)),)), services=(service(name),))


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_text(name: str) -> None:
    for picture in (layout(hostile_map(name)), layout(hostile_map(name), "tall")):
        svg = svg_of(picture, title=name)
        tags = {element.tag.removeprefix(NAMESPACE) for element in ET.fromstring(svg).iter()}  # noqa: S314
        assert tags <= {"svg", "title", "desc", "style", "defs", "symbol", "g", "rect", "path", "circle", "text", "use"}
        assert not re.search("[\N{RIGHT-TO-LEFT OVERRIDE}\N{ZERO WIDTH JOINER}\x00\x1b]", svg)


def test_same_picture_is_written_the_same() -> None:
    assert svg_of(layout(map_of("nat-works"))) == svg_of(layout(map_of("nat-works")))


def test_wide_map_of_twenty_subnets_is_small() -> None:
    assert len(svg_of(layout(twenty_subnets()))) < 16_384
    assert len(STYLE) < 4_096
    assert len(STYLE + TOKENS + SYMBOLS) < 8_192


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_are_seen_on_every_ground(colours: dict[str, str]) -> None:
    grounds = [colours[name] for name in ("bg", "chip", "iso", "priv", "pub")]
    for name in ("ink", "muted", "bad", "good", "some", "dunno"):
        assert min(contrast(colours[name], ground) for ground in grounds) >= 4.5, name
    for name in ("vpc", "edge", "ghost", "zone"):
        assert contrast(colours[name], colours["bg"]) >= 3, name
    for name in ("bad", "good", "some", "dunno", "na"):
        assert contrast(colours["on"], colours[name]) >= 4.5, name


def test_every_class_of_a_picture_has_a_style() -> None:
    pictures = [layout(map_of(name)) for name in ("article-broken", "hub-and-spoke", "nat-instance-forwards")]
    lists = [names.split() for picture in pictures for names in re.findall(r'class="([^"]*)"', svg_of(picture))]
    used = {name for names in lists for name in names if not re.fullmatch(r"p-\d+", name)}
    known = set(re.findall(r"\.([a-z][a-z0-9-]*)", STYLE))
    # Hooks for the style of a page.
    assert used - known <= {"map", "wide", "p", "ground", "isolated", "endpoint", "nat", "interface", "service", "call"}


def test_line_from_a_mark_to_its_words_is_below_the_boxes() -> None:
    svg = svg_of(layout(map_of("several-containers")))
    assert '<path class="tie bad"' in svg
    assert svg.rindex('class="tie') < svg.index('class="chip')


def test_glyphs_have_their_colours_where_styles_are_blocked() -> None:
    shapes = re.findall(r"<(?:path|circle|rect) [^>]*>", SYMBOLS)
    assert shapes
    assert all('fill="#' in shape or 'fill="none" stroke="#fff"' in shape for shape in shapes)
