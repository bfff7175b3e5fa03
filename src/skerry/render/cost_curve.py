"""The break-even curve of each VPC as SVG: the monthly cost of the baseline and of endpoints over the GB a month."""

from collections.abc import Iterator
from html import escape

from skerry.cost.comparison import CostReport, CurvePoint, VpcCost
from skerry.cost.monthly import Amount
from skerry.render.costs import currency_of, describe_break_even
from skerry.render.text import clean

_WIDTH, _HEIGHT = 640, 360
_LEFT, _TOP, _RIGHT, _BOTTOM = 70, 60, 20, 50
_COLOURS = ("#b5442e", "#2e6fb5")
_STEPS = 4


def write_svg(report: CostReport) -> str:
    """Write one chart below another; a VPC without a curve has the reason in its place."""
    charts = [line for place, vpc in enumerate(report.vpcs) for line in _chart(vpc, place * _HEIGHT)]
    height = max(len(report.vpcs), 1) * _HEIGHT
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif">'
    return "\n".join([head, f'<rect width="{_WIDTH}" height="{height}" fill="white"/>', *charts, "</svg>", ""])


def _chart(vpc: VpcCost, down: int) -> Iterator[str]:
    titles = {row.design.id: row.design.title for row in vpc.designs}
    yield f'<g transform="translate(0 {down})">'
    yield _text(_LEFT, 22, f"{vpc.vpc_id}: {titles[vpc.baseline]}, or {titles['endpoints']}", size=14)
    even = next((row for row in vpc.break_evens if row.alternative == "endpoints"), None)
    if even is not None:
        yield _text(_LEFT, 42, f"{titles['endpoints']}: {describe_break_even(even)}")
    if vpc.curve:
        yield from _axes(vpc)
        for name, colour, row in (
            (titles[vpc.baseline], _COLOURS[0], [point.baseline for point in vpc.curve]),
            (titles["endpoints"], _COLOURS[1], [point.alternative for point in vpc.curve]),
        ):
            yield from _line(vpc, row, name, colour)
    yield "</g>"


def _axes(vpc: VpcCost) -> Iterator[str]:
    """Yield the axes with a grid, and their units."""
    most_gb, most = _most(vpc)
    for step in range(_STEPS + 1):
        x, y = _place(step / _STEPS, 0)[0], _place(0, step / _STEPS)[1]
        yield f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="#ddd"/>'
        yield _text(x, _HEIGHT - _BOTTOM + 16, f"{most_gb * step / _STEPS:.0f}", anchor="middle")
        yield _text(_LEFT - 8, y + 4, f"{most * step / _STEPS:.0f}", anchor="end")
    yield _text(_WIDTH - _RIGHT, _HEIGHT - 12, "GB a month", anchor="end")
    yield _text(8, _TOP - 8, f"{currency_of(vpc)} a month")


def _line(vpc: VpcCost, amounts: list[Amount], name: str, colour: str) -> Iterator[str]:
    """Yield a design's line by its highest cost, with the band down to its lowest."""
    most_gb, most = _most(vpc)
    ends = [
        [_place(_share(point, most_gb), float(end) / most) for point, end in zip(vpc.curve, row, strict=True)]
        for row in ([amount.high for amount in amounts], [amount.low for amount in amounts])
    ]
    if ends[0] != ends[1]:
        band = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*ends[0], *reversed(ends[1])])
        yield f'<polygon points="{band}" fill="{colour}" fill-opacity="0.15"/>'
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in ends[0])
    yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
    x, y = ends[0][-1]
    yield _text(x - 4, y - 6, name, anchor="end", fill=colour)


def _most(vpc: VpcCost) -> tuple[float, float]:
    """Return the ends of the axes: the GB and the money."""
    money = max(max(point.baseline.high, point.alternative.high) for point in vpc.curve)
    return float(vpc.curve[-1].gb) or 1.0, float(money) or 1.0


def _share(point: CurvePoint, most_gb: float) -> float:
    return float(point.gb) / most_gb


def _place(across: float, up: float) -> tuple[float, float]:
    """Return the place of a point, by its shares of both axes."""
    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    return _LEFT + across * width, _HEIGHT - _BOTTOM - up * height


def _text(x: float, y: float, text: str, *, size: int = 12, anchor: str = "start", fill: str = "#333") -> str:
    shown = escape(clean(text))
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{fill}">{shown}</text>'
