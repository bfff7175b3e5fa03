"""Documents without the answers beyond the network: roles, policies, images, secrets, keys, log groups and files."""

from collections.abc import Callable, Mapping

import msgspec
from msgspec import Raw

from skerry.aws.resource_calls import RESOURCE_CALLS
from skerry.services import READS_BY_ACTION
from skerry.sources.call_envelopes import CallEnvelope
from skerry.sources.decoding import UNREADABLE, read_top_level

BEYOND = frozenset({call.action for call in RESOURCE_CALLS} | set(READS_BY_ACTION))
"""The IAM actions of calls about resources beyond the network."""

_KEYS = frozenset(call.rows for call in RESOURCE_CALLS if call.rows and not call.single)


def keep_network_only(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return documents without answers beyond the network, in any form of file.

    Raises `InputError` if a document is no JSON object.
    """
    network_documents = {}
    for name, content in documents.items():
        top = read_top_level(name, content)
        remaining = _without(top)
        if remaining is not top:
            content = msgspec.json.encode(remaining)  # noqa: PLW2901 - the document in its place
        if remaining:
            network_documents[name] = content
    return network_documents


_OF_A_PAGE = frozenset({"IsTruncated", "Marker", "NextToken", "failures", "UserDetailList", "GroupDetailList"})


def _without(top: dict[str, Raw]) -> dict[str, Raw]:
    """Return an answer, wrapped or not, without its part beyond the network; empty if nothing remains."""
    if "Call" in top:
        return {} if _is_beyond(top["Call"]) else _in(top, "Response", _response)
    remaining = {key: value for key, value in top.items() if key not in _KEYS}
    if len(remaining) < len(top):
        top = remaining if remaining.keys() - _OF_A_PAGE else {}
    return _in(top, "Calls", _calls)


def _in(top: dict[str, Raw], key: str, narrowed: Callable[[Raw], Raw | None]) -> dict[str, Raw]:
    """Return an object with one of its values narrowed; empty if nothing of the value remains."""
    if key not in top:
        return top
    try:
        value = narrowed(top[key])
    except UNREADABLE:
        return top  # the loader reports the error
    return {} if value is None else top | {key: value}


def _response(value: Raw) -> Raw | None:
    remaining = _without(msgspec.json.decode(value, type=dict[str, Raw]))
    return Raw(msgspec.json.encode(remaining)) if remaining else None


def _calls(value: Raw) -> Raw:
    rows = map(_without, msgspec.json.decode(value, type=list[dict[str, Raw]]))
    return Raw(msgspec.json.encode([row for row in rows if row]))


def _is_beyond(call: Raw) -> bool:
    try:
        return msgspec.json.decode(call, type=CallEnvelope).operation in BEYOND
    except UNREADABLE:
        return False
