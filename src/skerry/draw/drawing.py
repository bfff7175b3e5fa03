"""A drawing: the map of a service with the step whose path is shown."""

import msgspec

from skerry.draw.network_map import MapStep, NetworkMap


class Drawing(msgspec.Struct, frozen=True):
    """A map to be written; ``current`` is the map before the plan, if ``network`` is the one with it.

    ``step`` is the step with the shown path; None if there is none.
    """

    network: NetworkMap
    step: MapStep | None
    current: NetworkMap | None = None
