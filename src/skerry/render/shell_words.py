"""Words of a POSIX shell: quoted texts, variables, and JSON with variables in it.

The AWS CLI reads ``file://`` and other addresses at the start of an argument, and JSON or an option where an argument
begins like one: such a text is refused.
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html
"""

import json
import re
from shlex import quote
from typing import NamedTuple, TypeAlias

from skerry.errors import Argument, InputError
from skerry.masking import mask

_PLAIN = re.compile(r"[A-Za-z0-9_/](?:(?!://)[^\x00-\x1f\x7f])*")


class Variable(NamedTuple):
    """A shell variable with an id that AWS gives."""

    name: str


Json: TypeAlias = "str | int | bool | Variable | list[Json] | dict[str, Json]"
Word: TypeAlias = str | Variable


class JsonWord(NamedTuple):
    """An argument that the AWS CLI reads as JSON."""

    value: Json


def format_word(word: Word | JsonWord) -> str:
    """Return an argument as the shell reads it. Raises `InputError` where the AWS CLI would not take it as a text."""
    match word:
        case Variable():
            return f'"${word.name}"'
        case JsonWord():
            return _quote_parts(_parts(word.value))
        case _:
            text = mask(word)
            if _PLAIN.fullmatch(text) is None or not text.isprintable():
                message = f"the AWS CLI would not take this as a text: {text!r}"
                raise InputError(message, "Take ", Argument.FORMAT, " json.")
            return quote(text)


def _parts(value: Json) -> list[Word]:
    """Return JSON as texts and variables; strings have no letters beyond ASCII, so that no locale changes them."""
    match value:
        case Variable():
            return ['"', value, '"']
        case dict():
            rows = [[f"{json.dumps(mask(key))}:", *_parts(item)] for key, item in value.items()]
            return ["{", *_joined(rows), "}"]
        case list():
            return ["[", *_joined([_parts(item) for item in value]), "]"]
        case str():
            return [json.dumps(mask(value))]
        case _:
            return [json.dumps(value)]


def _joined(rows: list[list[Word]]) -> list[Word]:
    return [part for number, row in enumerate(rows) for part in ([",", *row] if number else row)]


def _quote_parts(parts: list[Word]) -> str:
    """Quote texts for the shell, with each variable between two of them."""
    texts = [""]
    for part in parts:
        if isinstance(part, Variable):
            texts += [f'"${part.name}"', ""]
        else:
            texts[-1] += part
    # Every second text is a variable.
    return "".join(quote(text) if number % 2 == 0 else text for number, text in enumerate(texts))
