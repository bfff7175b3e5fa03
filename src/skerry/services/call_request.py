"""Requests of API calls, with the values to pick from their answers."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import msgspec

from skerry.model.api_call import ApiCall

AnswerRow: TypeAlias = Any
"""A row of an answer from boto3: an object, or the name of one."""


def pick_nothing(_row: AnswerRow) -> Iterable[Any]:
    """Pick nothing of a row."""
    return ()


class CallRequest(msgspec.Struct, frozen=True, gc=False):
    """One call. ``name`` distinguishes its document from others of the call; calls of one name share a document.

    ``pick`` extracts values of each row for the next round; ``about`` explains a refusal. ``within`` names the
    resource of an earlier answer as the subject of the call, and ``listed`` is the kind of its ids: deleted resources
    among them are omitted.
    """

    call: ApiCall
    parameters: Mapping[str, Any] = {}
    name: str = ""
    pick: Callable[[AnswerRow], Iterable[Any]] = pick_nothing
    about: str = ""
    within: str = ""
    listed: str = ""
