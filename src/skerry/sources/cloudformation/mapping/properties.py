"""Properties of resources, each read as the type that the resource's specification gives it.

CloudFormation converts scalars between text, numbers and booleans as a property needs them.
"""

from collections.abc import Iterable, Iterator, Mapping

from skerry.sources.cloudformation.values import AttributeReference, Symbolic, Unresolved, Value, join_texts
from skerry.sources.planned.made_by_aws import digest_of
from skerry.sources.planned.values import UNKNOWN
from skerry.sources.planned.values import Value as RowValue

_TRUE, _FALSE = "true", "false"


class StandIns:
    """Texts in place of the values that no template tells: the same text for the same value.

    So two references to one parameter still meet. ``expressions`` are the values behind the texts, and ``reasons`` say
    why they are not known.
    """

    def __init__(self, settled: Mapping[Unresolved, str]) -> None:
        self._settled = settled
        self.expressions: dict[str, str] = {}
        self.reasons: dict[str, None] = {}

    def settle(self, value: Value) -> Value:
        """Return a value with the stand-in of the account in place of its symbol."""
        if isinstance(value, str | list | dict):
            return value
        if isinstance(value, Unresolved):
            return self._settled.get(value, value)
        if isinstance(value, AttributeReference):
            return value
        return join_texts(
            self._settled.get(piece, piece) if isinstance(piece, Unresolved) else piece for piece in value.pieces
        )

    def text_of(self, value: Value) -> str:
        """Return a text for a value, made up in each part that is not known."""
        settled = self.settle(value)
        if isinstance(settled, str):
            return settled
        if isinstance(settled, Unresolved | AttributeReference):
            return self._made_up(settled)
        if isinstance(settled, list | dict):
            return self._remember(repr(settled))
        if not str(settled.pieces[0]).startswith("arn:"):
            return self._made_up(settled)
        # The parts of an ARN name its service and its place.
        return "".join(piece if isinstance(piece, str) else self._made_up(piece) for piece in settled.pieces)

    def is_made_up(self, text: str) -> bool:
        """Return whether a text stands for a value that is not known."""
        return text in self.expressions

    def _made_up(self, symbol: Symbolic) -> str:
        self.reasons[symbol.reason] = None
        return self._remember(symbol.expression)

    def _remember(self, expression: str) -> str:
        text = f"open-{digest_of(expression)}"
        self.expressions[text] = expression
        return text


class Properties:
    """The properties of a resource, or of a block in them."""

    __slots__ = ("_values", "stand_ins")

    def __init__(self, values: Mapping[str, Value], stand_ins: StandIns) -> None:
        self._values = values
        self.stand_ins = stand_ins

    def __contains__(self, name: str) -> bool:
        """Return whether a property is given."""
        return name in self._values

    def value(self, name: str) -> Value | None:
        """Return the value as it is; None if the property is absent."""
        value = self._values.get(name)
        return None if value is None else self.stand_ins.settle(value)

    def text(self, name: str, default: str | None = None) -> RowValue:
        """Return a text; `UNKNOWN` if a part of it is not known."""
        value = self.value(name)
        if value is None:
            return default
        return value if isinstance(value, str) else UNKNOWN

    def id(self, name: str) -> str | None:
        """Return the id or name of another resource; a made-up one if it is not known."""
        value = self._values.get(name)
        return None if value is None else self.stand_ins.text_of(value)

    def ids(self, name: str) -> RowValue:
        """Return the ids or names in a list; `UNKNOWN` if its length is not known."""
        value = self.value(name)
        if value is None:
            return []
        if isinstance(value, str):
            return [value]
        return [self.stand_ins.text_of(item) for item in value] if isinstance(value, list) else UNKNOWN

    def number(self, name: str, default: int | None = None) -> RowValue:
        """Return a whole number; `UNKNOWN` for what is none."""
        value = self.text(name)
        if value is None:
            return default
        try:
            return int(value) if isinstance(value, str) else UNKNOWN
        except ValueError:
            return UNKNOWN

    def flag(self, name: str, *, default: bool | None = None) -> RowValue:
        """Return a boolean; `UNKNOWN` for what is none."""
        value = self.text(name)
        if value is None:
            return default
        words = value.lower() if isinstance(value, str) else ""
        return True if words == _TRUE else False if words == _FALSE else UNKNOWN

    def block(self, name: str) -> "Properties | None":
        """Return a block; None if it is absent or not known."""
        value = self.value(name)
        return Properties(value, self.stand_ins) if isinstance(value, dict) else None

    def is_open(self, name: str) -> bool:
        """Return whether a block or list is given and not known as a whole."""
        value = self.value(name)
        if isinstance(value, list):
            return not all(isinstance(self.stand_ins.settle(item), dict | str) for item in value)
        return value is not None and not isinstance(value, dict)

    def blocks(self, name: str) -> "list[Properties] | None":
        """Return the blocks of a list; None if one of them is not known."""
        value = self.value(name)
        if value is None:
            return []
        if isinstance(value, dict):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            return None
        return [Properties(item, self.stand_ins) for item in value if isinstance(item, dict)]

    def each(self) -> Iterator[tuple[str, Value]]:
        """Yield each property with its value."""
        return ((name, self.stand_ins.settle(value)) for name, value in self._values.items())


def texts_or_unknown(values: Iterable[Value]) -> RowValue:
    """Return texts as a list; `UNKNOWN` if one is not known."""
    texts = list(values)
    return texts if all(isinstance(text, str) for text in texts) else UNKNOWN
