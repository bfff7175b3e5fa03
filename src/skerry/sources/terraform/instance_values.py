"""The listed attributes of an instance, out of JSON: the rest of a plan holds secrets, and is not decoded."""

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
from msgspec import UNSET, Raw

from skerry.sources.terraform.attributes import ATTRIBUTES
from skerry.sources.terraform.shapes import ShapeError, decoded_type_of, is_block, misshapen
from skerry.sources.terraform.values import Instance, join_unknown

if TYPE_CHECKING:
    from skerry.sources.planned.values import Value

_OF_EVERY_TYPE: Final = ("id", "region")
_OF_UNLISTED_TYPES: Final = ("arn",)


class _Attributes(NamedTuple):
    """The names of listed attributes, and decoders of records with them alone.

    ``checker`` refuses values of other types than the provider gives, except for the ``blocks``.
    """

    names: tuple[str, ...]
    blocks: tuple[str, ...]
    decoder: msgspec.json.Decoder[Any]
    checker: msgspec.json.Decoder[Any]


def read_instance(
    address: str, kind: str, mode: str, after: Raw, unknown: Raw, *, is_new: bool = False
) -> Instance | None:
    """Return an instance with its listed attributes: of types without a list, the id and the ARN alone.

    Raises `ShapeError` for a value of another type than the provider gives it.
    """
    if kind not in ATTRIBUTES and (mode == "data" or not kind.startswith("aws_")):
        return None
    listed = _attributes((*_OF_EVERY_TYPE, *ATTRIBUTES.get(kind, _OF_UNLISTED_TYPES)), kind)
    values, unchecked = _decoded(after, listed.checker), listed.blocks
    if values is None:
        values, unchecked = _decoded(after, listed.decoder), listed.names
    # Most resources that exist have no unknown value, and marks of false alone.
    marks = _decoded(unknown, listed.decoder) if b"true" in bytes(unknown) else None
    joined: dict[str, Value] = {}
    for name in listed.names:
        value, mark = getattr(values, name, UNSET), getattr(marks, name, UNSET)
        if mark is not UNSET and mark:
            joined[name] = join_unknown(None if value is UNSET else value, mark)
        elif value is not UNSET:
            joined[name] = value
    wrong = misshapen({name: joined[name] for name in unchecked if name in joined}, kind)
    if wrong is not None:
        raise ShapeError(f"{wrong} of {address}")
    return Instance(address, kind, mode, joined, is_new)


def read_values(document: Raw, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the named attributes of a record, as far as it has them; none of anything else."""
    listed = _attributes(names)
    values = _decoded(document, listed.decoder)
    return {name: value for name in listed.names if (value := getattr(values, name, UNSET)) is not UNSET}


@cache
def _attributes(names: tuple[str, ...], kind: str = "") -> _Attributes:
    unique = tuple(dict.fromkeys(names))
    blocks = tuple(name for name in unique if is_block(name, kind))
    types = {name: Any if name in blocks else decoded_type_of(name) for name in unique}
    return _Attributes(unique, blocks, _decoder_of(dict.fromkeys(unique, Any)), _decoder_of(types))


def _decoder_of(types: dict[str, Any]) -> msgspec.json.Decoder[Any]:
    fields = [(name, kind, UNSET) for name, kind in types.items()]
    return msgspec.json.Decoder(msgspec.defstruct("Record", fields, frozen=True, gc=False))


def _decoded(document: Raw, decoder: msgspec.json.Decoder[Any]) -> Any:  # noqa: ANN401 -- a record
    """Return a record; None for JSON that is no object of its types."""
    try:
        return decoder.decode(document)
    except msgspec.ValidationError:
        return None
