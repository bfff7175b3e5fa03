"""The maps of a report: of each group that is shown step by step, now and with the plan."""

from collections.abc import Mapping, Sequence

import msgspec
from markupsafe import Markup

from skerry.render.report.groups import GroupView


class MapView(msgspec.Struct, frozen=True):
    """The maps of one service; empty where there is nothing to draw."""

    now: Markup = Markup("")
    planned: Markup = Markup("")
    is_wide: bool = False


def map_views_of(groups: Sequence[GroupView]) -> Mapping[str, MapView]:
    """Return the maps of groups by their names for links."""
    return {group.slug: MapView() for group in groups}
