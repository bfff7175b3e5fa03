"""Answers about single resources, by the action of their call and the parameters that name the resource.

Such an answer does not name its resource, or names it only if it exists; so each is read wrapped with
its call. AWS's NotFound is an answer as well.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw

from skerry.errors import InputError
from skerry.model.arns import parse_arn
from skerry.model.origins import DESCRIBED
from skerry.model.resource_answers import Absent, Answer, Refused, ResourceAnswer
from skerry.services import READS_BY_ACTION
from skerry.services.resource_read import Parameters, ResourceRead
from skerry.sources.call_parameters import WRAP_HINT
from skerry.sources.decoding import UNREADABLE
from skerry.sources.merging import Rows
from skerry.sources.text_types import parse_value

_GONE = ("NotFound", "NotFoundException", "NotInUseException")


def add_answer(rows: Rows, name: str, action: str, parameters: Parameters, answer: dict[str, Raw] | str) -> None:
    """Add an answer, or the code of the error in its place.

    Raises `InputError` if the parameters do not name a resource, or another document contradicts.
    """
    read = READS_BY_ACTION[action]
    names = read.about(parameters)
    if not names:
        message = f"{name}: an answer to {action}, but not about what"
        raise InputError(message, WRAP_HINT)
    for about, record in _answers(rows, name, read, names, answer):
        complete = record
        if read.complete is not None and isinstance(record, read.record):
            complete = read.complete(record, parameters)
        _keep(rows, name, read, ResourceAnswer(action, about, complete))


def _answers(
    rows: Rows, name: str, read: ResourceRead[Any], names: list[str], answer: dict[str, Raw] | str
) -> Iterator[tuple[str, Answer | Absent | Refused]]:
    if isinstance(answer, str):
        yield from ((about, Absent(answer) if is_gone(answer) else Refused(answer)) for about in names)
        return
    try:
        records = _records(read, answer)
    except UNREADABLE as error:
        rows.note(f"{name}: the answer cannot be read: {error}")
        yield from ((about, Refused("unreadable")) for about in names)
        return
    if not read.rows:
        yield from ((about, records[0]) for about in names)
        return
    by_name = {getattr(record, read.row_name): record for record in records}
    for about in names:
        key = read.row_name_of(about)
        # A partial page does not prove absence, except for calls that list an exact match first.
        if key in by_name or (records and read.call.first) or not has_more(answer):
            yield about, by_name.get(key, Absent("NotFound"))
        else:
            yield about, Refused("partial")


def is_gone(code: str) -> bool:
    """Return whether this error code means that the resource does not exist."""
    return code.endswith(_GONE) or code.startswith("NoSuch")


def _records(read: ResourceRead[Any], answer: dict[str, Raw]) -> list[Any]:
    if not read.rows:
        return [msgspec.json.decode(msgspec.json.encode(answer), type=read.record, dec_hook=parse_value)]
    rows = answer.get(read.rows, Raw(b"[]"))
    return msgspec.json.decode(rows, type=list[read.record], dec_hook=parse_value)  # type: ignore[name-defined]


def has_more(answer: dict[str, Raw]) -> bool:
    """Return whether an answer is a page with a next token."""
    return any(bytes(answer.get(key, Raw(b"null"))) not in {b"null", b'""'} for key in ("nextToken", "NextToken"))


def _keep(rows: Rows, name: str, read: ResourceRead[Any], row: ResourceAnswer) -> None:
    """Add an answer about one resource; join the answers of several calls if its read does.

    A call without an answer does not contradict an answer to another call.
    """
    # Another resource may have the same name, but not the same ARN.
    if read.describes and isinstance(row.answer, read.record) and parse_arn(row.about) is not None:
        rows.add_origin(DESCRIBED, row.about, name)
    key = f"{row.action} {row.about}"
    earlier = rows.get("resource_answers", key)
    both = earlier is not None and isinstance(earlier.answer, read.record) and isinstance(row.answer, read.record)
    if both and read.join is not None:
        joined = read.join(earlier.answer, row.answer)
        rows.replace_merged("resource_answers", key, msgspec.structs.replace(row, answer=joined), name)
    elif earlier is not None and isinstance(row.answer, Refused):
        return
    elif earlier is not None and isinstance(earlier.answer, Refused):
        rows.replace("resource_answers", key, row, name)
    else:
        rows.add("resource_answers", key, row, name)
