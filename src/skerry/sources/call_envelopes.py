"""Answers wrapped with their call, and the refusal of wrappers with misspelt keys."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw

from skerry.errors import InputError
from skerry.sources.call_parameters import WRAP_HINT
from skerry.sources.decoding import UNREADABLE
from skerry.suggestions import similar_names, suggest

_CALL_KEYS = ("operation", "parameters")
_WRAPPER_KEYS = ("Call", "Response", "Error")


class CallEnvelope(msgspec.Struct, frozen=True):
    """The call of a wrapped answer."""

    operation: str = ""
    parameters: dict[str, Any] = {}


class ErrorEnvelope(msgspec.Struct, frozen=True, rename="pascal"):
    """AWS's error in place of an answer."""

    code: str
    message: str = ""


class AnswerEnvelope(msgspec.Struct, frozen=True, rename="pascal"):
    """An answer with its call, or the error that came in its place."""

    call: CallEnvelope
    response: dict[str, Raw] | None = None
    error: ErrorEnvelope | None = None


class _Keys(msgspec.Struct, frozen=True, rename="pascal"):
    call: dict[str, Raw]


def check_keys(name: str, content: bytes) -> None:
    """Raise `InputError` if the call of a wrapped answer has another key than its two: its parameters would be lost."""
    try:
        keys = msgspec.json.decode(content, type=_Keys).call
    except UNREADABLE:
        # The decoding of the whole answer says why.
        return
    extra = [key for key in keys if key not in _CALL_KEYS]
    if extra:
        # A key that resembles none of the two may hold anything, so it is not shown.
        misspelt = next((key for key in extra if similar_names(key, _CALL_KEYS)), None)
        shown = f"a key {misspelt!r}, which" if misspelt else "a key that"
        message = f"{name}: Call has {shown} is neither operation nor parameters"
        raise InputError(message, suggest(misspelt, _CALL_KEYS) if misspelt else WRAP_HINT)


def refuse_misspelt_keys(name: str, top: Mapping[str, Raw]) -> None:
    """Raise `InputError` if a document looks like a wrapped answer, but a key of the wrapper is misspelt."""
    meant = {key: similar[0] for key in top if (similar := similar_names(key, _WRAPPER_KEYS))}
    if "Call" not in meant.values() or not set(meant.values()) & {"Response", "Error"}:
        return
    misspelt = next((key for key, name in meant.items() if key != name), None)
    if misspelt is not None:
        message = f"{name}: the key {misspelt!r} wraps no answer"
        raise InputError(message, f"Did you mean {meant[misspelt]}? {WRAP_HINT}")
