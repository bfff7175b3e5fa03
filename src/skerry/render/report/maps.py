"""The maps of a report: of each group that is shown step by step, now and with the plan."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
from markupsafe import Markup

from skerry.plan.report import Report
from skerry.render.report.groups import GroupView

SYMBOLS = '''<svg class="defs" width="0" height="0" aria-hidden="true"><defs>
<symbol id="g-ok" viewBox="0 0 16 16"><circle class="gf-ok" cx="8" cy="8" r="7.5"/><path class="gs" d="M4.4 8.4l2.4 2.4 4.8-5.2"/></symbol>
<symbol id="g-blocked" viewBox="0 0 16 16"><path class="gf-bad" d="M5 .5h6L15.5 5v6L11 15.5H5L.5 11V5z"/><path class="gs" d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6"/></symbol>
<symbol id="g-intermittent" viewBox="0 0 16 16"><path class="gf-some" d="M8 .8l7.6 14H.4z"/><path class="gs" d="M8 5.6v4.2M8 12v.6"/></symbol>
<symbol id="g-unknown" viewBox="0 0 16 16"><path class="gf-dunno" d="M8 0l8 8-8 8-8-8z"/><path class="gs" d="M6 6.2c0-2.8 4.2-2.6 4.2-.2 0 1.6-2.1 1.6-2.1 3.2M8.1 11.4v.6"/></symbol>
<symbol id="g-not-applicable" viewBox="0 0 16 16"><rect class="gf-na" x="1" y="1" width="14" height="14" rx="2"/><path class="gs" d="M4.5 8h7"/></symbol></defs></svg>'''


class MapView(msgspec.Struct, frozen=True):
    """The maps of one service; empty where there is nothing to draw."""

    now: Markup = Markup("")
    planned: Markup = Markup("")
    is_wide: bool = False


def map_views_of(
    report: Report, groups: Sequence[GroupView], rewrite: Callable[[str], str]
) -> Mapping[str, MapView]:
    """Return the maps of groups by their names for links."""
    return {group.slug: MapView() for group in groups}


_TOKENS = """:root{--bg:#fff;--panel:#f5f7f9;--ink:#17202a;--muted:#55606d;--line:#cdd4db;--line2:#e4e8ec;--accent:#0b57d0;--accent-t:#e8f0fe;
--bad:#b3161b;--bad-t:#fdeceb;--good:#0f6b3c;--good-t:#e6f5ec;--some:#8a5000;--some-t:#fdf2df;--dunno:#5b3fb5;--dunno-t:#f0ecfb;--na:#55606d;--on:#fff}
@media (prefers-color-scheme:dark){:root{--bg:#10151b;--panel:#181f27;--ink:#e7ebef;--muted:#a3aeba;--line:#3b4652;--line2:#27303a;--accent:#8ab4f8;--accent-t:#1b2b47;
--bad:#ff8f88;--bad-t:#3a1a1b;--good:#67d391;--good-t:#12301f;--some:#f3b760;--some-t:#38290f;--dunno:#bda9ff;--dunno-t:#2a2347;--na:#a3aeba;--on:#10151b}}
.gf-ok{fill:var(--good)}.gf-bad{fill:var(--bad)}.gf-some{fill:var(--some)}.gf-dunno{fill:var(--dunno)}.gf-na{fill:var(--na)}.gs{fill:none;stroke:var(--on);stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round}.defs{position:absolute}"""


def style_of_maps() -> str:
    """Return the style of the maps."""
    return _TOKENS
