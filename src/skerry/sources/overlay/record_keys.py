"""The identity of each record in Facts, by kind."""

from collections.abc import Callable, Hashable, Mapping
from operator import attrgetter
from typing import Any, Final

from skerry.model.record_kinds import KINDS

Key = Hashable
KEYS: Final[Mapping[str, Callable[[Any], Key]]] = {
    **{kind.field: attrgetter(kind.id) for kind in KINDS},
    "firewall_domain_lists": attrgetter("id"),
    "resource_answers": attrgetter("action", "about"),
    "rule_targets": attrgetter("event_bus", "rule", "target.id"),
    "usable_groups": attrgetter("vpc_id"),
    "vpc_attributes": attrgetter("vpc_id"),
    "zones": attrgetter("zone_id"),
}
