"""Other texts in a map: secrets are masked, and reports for others have other names."""

from collections.abc import Callable
from typing import TypeVar, cast

import msgspec

from skerry.draw.network_map import MapPath, MapStep, NetworkMap

# Words of skerry's own, with a meaning for the drawing.
_FIXED = frozenset({"kind", "verdict", "word"})
_Part = TypeVar("_Part")


def rewrite_map(network: NetworkMap, rewrite: Callable[[str], str]) -> NetworkMap:
    """Return a map with other texts: equal ones stay equal, as paths name their stops by ids.

    Texts are rewritten before a picture cuts them: a part of a secret or of a name has no known form.
    """
    return msgspec.structs.replace(
        network,
        service=rewrite(network.service),
        vpcs=_rewritten(network.vpcs, rewrite),
        links=_rewritten(network.links, rewrite),
        services=_rewritten(network.services, rewrite),
        steps=tuple(_step(step, rewrite) for step in network.steps),
    )


def _step(step: MapStep, rewrite: Callable[[str], str]) -> MapStep:
    return msgspec.structs.replace(
        step,
        called=rewrite(step.called),
        service=None if step.service is None else rewrite(step.service),
        path=None if step.path is None else _path(step.path, rewrite),
    )


def _path(path: MapPath, rewrite: Callable[[str], str]) -> MapPath:
    stops = (msgspec.structs.replace(item, stop=_rewritten(item.stop, rewrite)) for item in path.stops)
    return msgspec.structs.replace(path, service=rewrite(path.service), stops=tuple(stops))


def _rewritten(part: _Part, rewrite: Callable[[str], str]) -> _Part:
    """Return a part of a map with its texts rewritten, but for words that the drawing itself gives a meaning."""
    if isinstance(part, str) and type(part) is str:
        return cast("_Part", rewrite(str(part)))
    if isinstance(part, tuple):
        return cast("_Part", tuple(_rewritten(item, rewrite) for item in part))
    if isinstance(part, msgspec.Struct):
        fields = {
            name: other
            for name in part.__struct_fields__
            if name not in _FIXED and (other := _rewritten(value := getattr(part, name), rewrite)) is not value
        }
        return msgspec.structs.replace(part, **fields) if fields else part
    return part
