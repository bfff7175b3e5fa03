"""Values of a configuration: JSON with a mark for what is known only after apply."""

from collections.abc import Iterable, Mapping

import msgspec

from skerry.sources.planned.values import UNKNOWN, Value, is_known


class Instance(msgspec.Struct, frozen=True, gc=False):
    """One instance of a resource or data source: its address, its values, and whether the apply creates it.

    ``address``: ``module.network.aws_subnet.private[0]``. ``values`` holds the attributes that are read, no others.
    """

    address: str
    type: str
    mode: str
    values: Mapping[str, Value]
    is_new: bool = False

    def get(self, name: str, default: Value = None) -> Value:
        """Return an attribute; the default if it is absent, null, or an empty text as Terraform's providers take it."""
        value = self.values.get(name)
        return default if value is None or (isinstance(value, str) and not value) else value

    @property
    def id(self) -> str:
        """The id; the address if there is none."""
        value = self.values.get("id")
        return value if isinstance(value, str) and value else self.address


def join_unknown(after: Value, unknown: Value) -> Value:
    """Return a planned value with `UNKNOWN` in each place that Terraform marks as unknown."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, dict) and (after is None or isinstance(after, dict)):
        values = after or {}
        return {key: join_unknown(values.get(key), unknown.get(key)) for key in {**values, **unknown}}
    if isinstance(unknown, list) and (after is None or isinstance(after, list)):
        items = [*(after or []), *[None] * (len(unknown) - len(after or []))]
        marks = [*unknown, *[False] * (len(items) - len(unknown))]
        return [join_unknown(item, mark) for item, mark in zip(items, marks, strict=True)]
    return after


def texts_of(value: Value) -> Value:
    """Return a list of texts; no list is an empty one, one unknown element makes the whole unknown.

    A text alone is the only element: a reference of a plan's configuration stands for its list.
    """
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not is_known(value):
        return UNKNOWN
    return [str(item) for item in value if item not in (None, "")]


def first_block(value: Value) -> Value:
    """Return the only block of a list of at most one; None if there is none."""
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(value, list):
        return value[0] if value else None
    return value


def by_type(instances: Iterable[Instance]) -> dict[str, list[Instance]]:
    """Return instances by their type, in their order."""
    table: dict[str, list[Instance]] = {}
    for instance in instances:
        table.setdefault(instance.type, []).append(instance)
    return table
