"""The maps of a report: of each group that is shown step by step, now and with the plan, wide and tall."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from markupsafe import Markup

from skerry.diagnose.diagnosis import ServiceDiagnosis
from skerry.draw.build import network_maps_of
from skerry.draw.layout import layout, layout_pair
from skerry.draw.network_map import NetworkMap
from skerry.draw.picture import Picture, Shape
from skerry.draw.rewriting import rewrite_map
from skerry.model.world import World
from skerry.plan.report import Report
from skerry.render.report.groups import GroupView
from skerry.render.svg import map_svg
from skerry.render.text import pluralize

_WIDEST = 940
"""The width of a map above which the list of hops stands below it."""

_SHAPES: tuple[Shape, ...] = ("wide", "tall")
_MOST_TALL = 3
"""The groups with maps for phones, the worst first: phones show the maps of others in boxes that scroll.

Each shape makes a page longer by a tenth.
"""
_NOTHING = Markup("")
_NONE = (_NOTHING, _NOTHING)


class MapView(msgspec.Struct, frozen=True):
    """The maps of one service in each shape, now and with the plan; none where there is nothing to draw.

    ``lines`` are the kinds and styles of the lines in them.
    """

    wide: tuple[Markup, Markup] = _NONE
    tall: tuple[Markup, Markup] = _NONE
    is_wide: bool = False
    lines: frozenset[tuple[str, str]] = frozenset()

    @property
    def now(self) -> Markup:
        """The maps of the network as it is."""
        return self.wide[0] + self.tall[0]

    @property
    def planned(self) -> Markup:
        """The maps of the network with the plan."""
        return self.wide[1] + self.tall[1]

    def without_tall(self) -> "MapView":
        """Return the wide maps alone: phones show them in boxes that scroll."""
        return MapView(self.wide, is_wide=self.is_wide, lines=self.lines)


def map_views_of(
    report: Report, groups: Sequence[GroupView], rewrite: Callable[[str], str] = str
) -> Mapping[str, MapView]:
    """Return the maps of groups by their names for links; ``rewrite`` replaces names in them."""
    current = _maps_of(report.world, [view.service for view in groups], rewrite)
    planned: dict[str, NetworkMap] = {}
    if report.planned is not None:
        views = [view for view in groups if view.planned_service is not None]
        services = [view.planned_service for view in views if view.planned_service is not None]
        maps = _maps_of(report.planned.world, services, rewrite)
        planned = {view.slug: after for view, after in zip(views, maps, strict=True)}
    return {
        view.slug: _view_of(view, now, planned.get(view.slug), _SHAPES if number < _MOST_TALL else _SHAPES[:1])
        for number, (view, now) in enumerate(zip(groups, current, strict=True))
    }


def _maps_of(world: World, services: Iterable[ServiceDiagnosis], rewrite: Callable[[str], str]) -> Iterable[NetworkMap]:
    maps = network_maps_of(world, services)
    return maps if rewrite is str else (rewrite_map(network_map, rewrite) for network_map in maps)


def _view_of(view: GroupView, now: NetworkMap, after: NetworkMap | None, shapes: Sequence[Shape]) -> MapView:
    if now.is_empty:
        return MapView()
    after = None if after is None else _renumbered(after, now)
    if after is None:
        alone = {shape: layout(now, shape) for shape in shapes}
        drawn = {shape: (_drawn(view, now, picture, "now"), _NOTHING) for shape, picture in alone.items()}
        is_wide = alone["wide"].width > _WIDEST
        return MapView(drawn["wide"], drawn.get("tall", _NONE), is_wide=is_wide, lines=_lines_of(alone["wide"]))
    pairs = {shape: layout_pair(now, after, shape) for shape in shapes}
    drawn = {
        shape: (_drawn(view, now, pair[0], "now"), _drawn(view, after, pair[1], "planned"))
        for shape, pair in pairs.items()
    }
    is_wide = pairs["wide"][0].width > _WIDEST
    return MapView(drawn["wide"], drawn.get("tall", _NONE), is_wide=is_wide, lines=_lines_of(*pairs["wide"]))


def _lines_of(*pictures: Picture) -> frozenset[tuple[str, str]]:
    lines = (line for picture in pictures for step in picture.steps for line in step.lines)
    return frozenset((line.kind, line.style) for line in lines)


def _renumbered(after: NetworkMap, now: NetworkMap) -> NetworkMap:
    """Return the planned map with the steps' numbers of now: steps that differ only in their verdicts may be one."""
    planned = {(step.step, step.called): step for step in reversed(after.steps)}
    steps = tuple(
        msgspec.structs.replace(planned[step.step, step.called], number=step.number)
        for step in now.steps
        if (step.step, step.called) in planned
    )
    return msgspec.structs.replace(after, steps=steps)


def _drawn(view: GroupView, network: NetworkMap, picture: Picture, when: str) -> Markup:
    title = f"The network of {network.service}" + (" with the plan" if when == "planned" else "")
    prefix = f"{view.slug}-{when}-{picture.shape}"
    # Every text in it is escaped by its writer.
    return Markup(map_svg(picture, prefix=prefix, title=title, description=_description_of(network)))  # noqa: S704


def _description_of(network: NetworkMap) -> str:
    """Return the content of a map in words, without hops."""
    parts = []
    for vpc in network.vpcs:
        kinds = dict.fromkeys(subnet.kind for subnet in vpc.subnets)
        counts = [f"{sum(subnet.kind == kind for subnet in vpc.subnets)} {kind}" for kind in kinds]
        parts.append(f"VPC {vpc.id} with {pluralize(len(vpc.subnets), 'subnet')} ({', '.join(counts)})")
    return "; ".join(parts) + ". The hops of each step are in the list beside the map."
