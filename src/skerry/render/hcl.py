"""HCL, as `terraform fmt` leaves it: quoted strings, values, attributes with their equals signs aligned.

https://developer.hashicorp.com/terraform/language/syntax/configuration
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from skerry.masking import mask

_INDENT = "  "
_WIDTH = 100
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class HclReference(NamedTuple):
    """An expression that stands as it is, such as ``aws_security_group.endpoints.id``."""

    text: str


class HclCall(NamedTuple):
    """A function of one argument, such as ``jsonencode({ Version = "2012-10-17" })``."""

    function: str
    argument: "Value"


Value: TypeAlias = "str | int | bool | HclReference | HclCall | list[Value] | dict[str, Value] | None"


def quote(text: str) -> str:
    """Return a string as HCL writes it, with nothing in it that HCL would evaluate."""
    letters = "".join(
        _ESCAPES.get(character, character if character.isprintable() else _code(character)) for character in mask(text)
    )
    return '"' + letters.replace("${", "$${").replace("%{", "%%{") + '"'


def _code(letter: str) -> str:
    number = ord(letter)
    if 0xD800 <= number < 0xE000:  # noqa: PLR2004 -- a lone surrogate is no character: it cannot be written
        return "\\ufffd"
    return f"\\u{number:04x}" if number < 1 << 16 else f"\\U{number:08x}"


def format_value(value: Value, depth: int = 0) -> str:
    """Return a value: on one line where it is short and holds no other, else on several."""
    match value:
        case HclReference():
            return value.text
        case HclCall():
            return f"{value.function}({format_value(value.argument, depth)})"
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return quote(value)
        case list():
            return _list(value, depth)
        case _:
            return _map(value, depth)


def _list(rows: "list[Value]", depth: int) -> str:
    flat = "[" + ", ".join(format_value(element) for element in rows) + "]"
    if not any(isinstance(element, dict | list) for element in rows) and len(flat) + depth * len(_INDENT) <= _WIDTH:
        return flat
    deeper = _INDENT * (depth + 1)
    items = "".join(f"{deeper}{format_value(element, depth + 1)},\n" for element in rows)
    return f"[\n{items}{_INDENT * depth}]"


def _map(rows: "Mapping[str, Value]", depth: int) -> str:
    if not rows:
        return "{}"
    names = {key: mask(key) for key in rows}
    lines = format_attributes(
        {name if _is_name(name) else quote(name): rows[key] for key, name in names.items()}, depth + 1
    )
    return "{\n" + "\n".join(lines) + f"\n{_INDENT * depth}}}"


def _is_name(key: str) -> bool:
    """Return whether a key needs no quotes; ``for`` would begin an expression."""
    return key != "for" and key.isascii() and key.replace("_", "a").isalnum() and not key[0].isdigit()


def format_attributes(rows: "Mapping[str, Value]", depth: int) -> list[str]:
    """Return attributes, one per line; adjacent ones of a single line have their equals signs aligned."""
    lines: list[str] = []
    run: list[tuple[str, str]] = []
    for name, argument in rows.items():
        text = format_value(argument, depth)
        if "\n" not in text:
            run.append((name, text))
            continue
        # A value of several lines has its equals sign right after its name, and separates the lines around it.
        lines += [*_aligned(run, depth), f"{_INDENT * depth}{name} = {text}"]
        run = []
    return [*lines, *_aligned(run, depth)]


def _aligned(run: list[tuple[str, str]], depth: int) -> list[str]:
    width = max((len(name) for name, _ in run), default=0)
    return [f"{_INDENT * depth}{name.ljust(width)} = {text}" for name, text in run]


def format_block(header: str, *parts: "Mapping[str, Value] | str") -> str:
    """Return a block; its parts are attributes, or blocks that are written already, each after an empty line."""
    bodies = []
    for part in parts:
        if isinstance(part, str):
            bodies.append("\n".join(f"{_INDENT}{line}" if line else line for line in part.splitlines()))
        elif part:
            bodies.append("\n".join(format_attributes(part, 1)))
    inside = "\n\n".join(bodies)
    return f"{header} {{\n{inside}\n}}\n" if inside else f"{header} {{}}\n"


def build_for_each(
    settings: "Mapping[str, Mapping[str, Value]]", varying: str
) -> tuple[dict[str, Value], dict[str, Value]]:
    """Return ``for_each`` and the arguments of a resource that is made for each of these settings.

    Arguments with one value in all blocks stand once, and are left out if null. ``varying`` is an argument with a
    different value in each: if it is the only one left, ``for_each`` iterates over it alone.
    """
    first = next(iter(settings.values()))
    same = [
        name for name in first if name != varying and all(setting[name] == first[name] for setting in settings.values())
    ]
    alone = len(same) == len(first) - 1
    arguments: dict[str, Value] = {
        name: HclReference("each.value" if alone else f"each.value.{name}") for name in first
    }
    arguments |= {name: first[name] for name in same}
    given: dict[str, Value] = {name: setting for name, setting in arguments.items() if setting is not None}
    if not alone:
        varying_names = [name for name in first if name not in same]
        return {
            "for_each": {key: {name: setting[name] for name in varying_names} for key, setting in settings.items()}
        }, given
    rows: dict[str, Value] = {key: setting[varying] for key, setting in settings.items()}
    if all(key == setting for key, setting in rows.items()):
        return {"for_each": HclCall("toset", list(rows.values()))}, given
    return {"for_each": rows}, given


def format_comment(text: str) -> str:
    """Return a comment, a line for each line of the text; what would leave the comment is made harmless."""
    if not text:
        return ""
    lines = (
        "".join(letter if letter.isprintable() else _code(letter) for letter in line) for line in mask(text).split("\n")
    )
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def join_blocks(blocks: Iterable[str]) -> str:
    """Return blocks with an empty line between them."""
    return "\n".join(blocks)
