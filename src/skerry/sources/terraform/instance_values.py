"""The listed attributes of an instance, out of JSON: the rest of a plan holds secrets, and is not decoded."""

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
from msgspec import UNSET, Raw

from skerry.sources.terraform.attributes import ATTRIBUTES
from skerry.sources.terraform.shapes import ShapeError, misshapen
from skerry.sources.terraform.values import Instance, join_unknown

if TYPE_CHECKING:
    from skerry.sources.planned.values import Value

_OF_EVERY_TYPE: Final = ("id", "region")
_OF_UNLISTED_TYPES: Final = ("arn",)


class _Attributes(NamedTuple):
    """The names of listed attributes, and the decoder of a record with them alone."""

    names: tuple[str, ...]
    decoder: msgspec.json.Decoder[Any]


def read_instance(
    address: str, kind: str, mode: str, after: Raw, unknown: Raw, *, is_new: bool = False
) -> Instance | None:
    """Return an instance with its listed attributes: of types without a list, the id and the ARN alone.

    Raises `ShapeError` for a value of another type than the provider gives it.
    """
    if kind not in ATTRIBUTES and (mode == "data" or not kind.startswith("aws_")):
        return None
    listed = _attributes((*_OF_EVERY_TYPE, *ATTRIBUTES.get(kind, _OF_UNLISTED_TYPES)))
    values, marks = _decoded(after, listed), _decoded(unknown, listed)
    joined: dict[str, Value] = {}
    for name in listed.names:
        value, mark = getattr(values, name, UNSET), getattr(marks, name, UNSET)
        if mark is not UNSET and mark is not False:
            joined[name] = join_unknown(None if value is UNSET else value, mark)
        elif value is not UNSET:
            joined[name] = value
    wrong = misshapen(joined, kind)
    if wrong is not None:
        raise ShapeError(f"{wrong} of {address}")
    return Instance(address, kind, mode, joined, is_new)


def read_values(document: Raw, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the named attributes of a record, as far as it has them; none of anything else."""
    listed = _attributes(names)
    values = _decoded(document, listed)
    return {name: value for name in listed.names if (value := getattr(values, name, UNSET)) is not UNSET}


@cache
def _attributes(names: tuple[str, ...]) -> _Attributes:
    unique = tuple(dict.fromkeys(names))
    record = msgspec.defstruct("Record", [(name, Any, UNSET) for name in unique], frozen=True, gc=False)
    return _Attributes(unique, msgspec.json.Decoder(record))


def _decoded(document: Raw, listed: _Attributes) -> Any:  # noqa: ANN401 -- a record of these attributes
    """Return a record; None for JSON that is no object."""
    try:
        return listed.decoder.decode(document)
    except msgspec.ValidationError:
        return None
