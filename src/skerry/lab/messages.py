"""Messages between the processes of a lab: one JSON value a line, with its types checked on both sides."""

from typing import Any

import msgspec

from skerry.net.checked import Checked


def encode(value: object) -> bytes:
    """Return a value as one line."""
    return msgspec.json.encode(value, enc_hook=_plain) + b"\n"


def decode(line: bytes, kind: Any) -> Any:  # noqa: ANN401 -- unions of types are no type to Python's checkers
    """Return the value of a type in a line; raises `msgspec.DecodeError` if the line holds another."""
    return msgspec.json.decode(line, type=kind, dec_hook=_checked)


def _plain(value: object) -> str:
    if isinstance(value, str):
        # A parsed name or address: its text is sent, and the other side checks it again.
        return str.__str__(value)
    raise NotImplementedError(type(value))


def _checked(kind: type, value: object) -> Checked:
    if issubclass(kind, Checked) and isinstance(value, str):
        return kind(value)
    raise NotImplementedError(kind)
