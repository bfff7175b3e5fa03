"""The maps of a report: of each group that is shown step by step, now and with the plan, wide and tall."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar, cast

import msgspec
from markupsafe import Markup

from skerry.diagnose.diagnosis import ServiceDiagnosis
from skerry.draw.build import network_maps_of
from skerry.draw.layout import layout
from skerry.draw.network_map import NetworkMap
from skerry.draw.picture import Picture, Shape
from skerry.model.world import World
from skerry.plan.report import Report
from skerry.render.report.groups import GroupView
from skerry.render.svg import map_svg
from skerry.render.text import pluralize

_WIDEST = 940
"""The width of a map above which the list of hops stands below it."""

_SHAPES: tuple[Shape, ...] = ("wide", "tall")
_SHAPES_OF_SEVERAL: tuple[Shape, ...] = ("wide",)
"""Of many services a phone shows the wide maps, in boxes that scroll: tall ones would double the page."""

# Words of skerry's own, with a meaning for the drawing.
_FIXED = frozenset({"kind", "state", "verdict", "word"})
_Part = TypeVar("_Part")


class MapView(msgspec.Struct, frozen=True):
    """The maps of one service; empty where there is nothing to draw."""

    now: Markup = Markup("")
    planned: Markup = Markup("")
    is_wide: bool = False


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
    shapes = _SHAPES if len(report.diagnosis.services) == 1 else _SHAPES_OF_SEVERAL
    return {
        view.slug: _view_of(view, now, planned.get(view.slug), shapes)
        for view, now in zip(groups, current, strict=True)
    }


def _maps_of(world: World, services: Iterable[ServiceDiagnosis], rewrite: Callable[[str], str]) -> Iterable[NetworkMap]:
    maps = network_maps_of(world, services)
    return maps if rewrite is str else (rewrite_map(network_map, rewrite) for network_map in maps)


def _view_of(view: GroupView, now: NetworkMap, after: NetworkMap | None, shapes: Sequence[Shape]) -> MapView:
    if now.is_empty:
        return MapView()
    if after is None:
        pictures = [layout(now, shape) for shape in shapes]
        return MapView(_drawn(view, now, pictures, "now"), is_wide=pictures[0].width > _WIDEST)
    after = _renumbered(after, now)
    pictures = [layout(now, shape, planned=after) for shape in shapes]
    planned = [layout(after, shape, current=now) for shape in shapes]
    return MapView(
        _drawn(view, now, pictures, "now"),
        _drawn(view, after, planned, "planned"),
        is_wide=pictures[0].width > _WIDEST,
    )


def _renumbered(after: NetworkMap, now: NetworkMap) -> NetworkMap:
    """Return the planned map with the steps' numbers of now: steps that differ only in their verdicts may be one."""
    planned = {(step.step, step.called): step for step in reversed(after.steps)}
    steps = tuple(
        msgspec.structs.replace(planned[step.step, step.called], number=step.number)
        for step in now.steps
        if (step.step, step.called) in planned
    )
    return msgspec.structs.replace(after, steps=steps)


def _drawn(view: GroupView, network: NetworkMap, pictures: Sequence[Picture], when: str) -> Markup:
    title = f"The network of {network.service}" + (" with the plan" if when == "planned" else "")
    description = _description_of(network)
    # Every text in it is escaped by its writer.
    return Markup("").join(
        Markup(  # noqa: S704
            map_svg(picture, prefix=f"{view.slug}-{when}-{picture.shape}", title=title, description=description)
        )
        for picture in pictures
    )


def _description_of(network: NetworkMap) -> str:
    """Return the content of a map in words, without hops."""
    parts = []
    for vpc in network.vpcs:
        kinds = dict.fromkeys(subnet.kind for subnet in vpc.subnets)
        counts = [f"{sum(subnet.kind == kind for subnet in vpc.subnets)} {kind}" for kind in kinds]
        parts.append(f"VPC {vpc.id} with {pluralize(len(vpc.subnets), 'subnet')} ({', '.join(counts)})")
    return "; ".join(parts) + ". The hops of each step are in the list beside the map."


def rewrite_map(network: NetworkMap, rewrite: Callable[[str], str]) -> NetworkMap:
    """Return a map with other names: equal texts stay equal, as paths name their stops by ids."""
    steps = (
        msgspec.structs.replace(
            step,
            called=rewrite(step.called),
            service=None if step.service is None else rewrite(step.service),
            path=None
            if step.path is None
            else msgspec.structs.replace(
                step.path,
                stops=tuple(
                    msgspec.structs.replace(item, stop=_rewritten(item.stop, rewrite)) for item in step.path.stops
                ),
            ),
        )
        for step in network.steps
    )
    return msgspec.structs.replace(
        network,
        service=rewrite(network.service),
        vpcs=_rewritten(network.vpcs, rewrite),
        links=_rewritten(network.links, rewrite),
        services=_rewritten(network.services, rewrite),
        steps=tuple(steps),
    )


def _rewritten(part: _Part, rewrite: Callable[[str], str]) -> _Part:
    """Return a part of a map with its texts rewritten, but for words that the drawing itself gives a meaning."""
    if isinstance(part, str) and type(part) is str:
        return cast("_Part", rewrite(str(part)))
    if isinstance(part, tuple):
        return cast("_Part", tuple(_rewritten(item, rewrite) for item in part))
    if isinstance(part, msgspec.Struct):
        fields = {
            name: _rewritten(getattr(part, name), rewrite) for name in part.__struct_fields__ if name not in _FIXED
        }
        return msgspec.structs.replace(part, **fields)
    return part
