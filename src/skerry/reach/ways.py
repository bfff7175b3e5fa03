"""Ways to a destination, with the filters at their ends."""

import msgspec

from skerry.reach.trace import Destination, Hop, PacketPath, are_clean


class WayOption(msgspec.Struct, frozen=True, gc=False):
    """One way to a destination; ``last`` is the filter at its end, None where there is none.

    ``asks``: the filter at the end asks for the groups of the source, so that it is judged for each source.
    """

    passage: PacketPath
    last: Hop | None
    asks: bool


class Ways(msgspec.Struct, frozen=True, gc=False):
    """All ways to one destination, after what led to it: its pieces take turns, each by one of its options.

    ``clean``: the only option there is, where nothing is lost whoever sets out.
    """

    destination: Destination
    first: tuple[Hop, ...]
    pieces: tuple[tuple[WayOption, ...], ...]
    clean: WayOption | None


def clean_option_of(first: tuple[Hop, ...], pieces: tuple[tuple[WayOption, ...], ...]) -> WayOption | None:
    """Return the only option where nothing is lost whoever sets out; None if there are several or it loses packets."""
    if len(pieces) != 1 or len(pieces[0]) != 1 or not are_clean(first):
        return None
    only = pieces[0][0]
    good = only.passage.clean and not only.asks and (only.last is None or only.last.clean)
    return only if good else None
