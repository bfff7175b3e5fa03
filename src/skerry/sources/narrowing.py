"""Documents without the answers beyond the network: roles, policies, images, secrets, keys, log groups and files."""

from collections.abc import Mapping

import msgspec
from msgspec import Raw

from skerry.aws.things import THINGS
from skerry.sources.decoding import UNREADABLE, top_level
from skerry.sources.documents import Call
from skerry.sources.told import QUESTIONS

BEYOND = frozenset({call.action for call in THINGS} | set(QUESTIONS))
"""The IAM actions of calls beyond the network."""

_KEYS = frozenset(call.rows for call in THINGS if call.rows and not call.single)


def network_only(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return documents without those answers, whatever files they are in.

    Raises `InputError` where a document is no JSON object.
    """
    kept = {}
    for name, content in documents.items():
        top = top_level(name, content)
        if rest := _without(top):
            kept[name] = content if rest.keys() == top.keys() and "Calls" not in top else msgspec.json.encode(rest)
    return kept


def _without(top: dict[str, Raw]) -> dict[str, Raw]:
    if "Call" in top:
        return {} if _is_beyond(top["Call"]) else top
    rest = {key: value for key, value in top.items() if key not in _KEYS}
    if "Calls" in top:
        rest["Calls"] = _calls(top["Calls"])
    return rest if len(rest) == len(top) or rest.keys() - _OF_A_PAGE else {}


_OF_A_PAGE = frozenset({"IsTruncated", "Marker", "NextToken", "failures", "UserDetailList", "GroupDetailList"})


def _calls(value: Raw) -> Raw:
    """Return the wrapped answers of a file without those that are beyond the network."""
    try:
        rows = msgspec.json.decode(value, type=list[dict[str, Raw]])
    except UNREADABLE:
        return value  # the loader says what is wrong with it
    return Raw(msgspec.json.encode([row for row in rows if "Call" not in row or not _is_beyond(row["Call"])]))


def _is_beyond(call: Raw) -> bool:
    try:
        return msgspec.json.decode(call, type=Call).operation in BEYOND
    except UNREADABLE:
        return False
