"""Documents without what may be secret in them: what a snapshot keeps. docs/snapshot.md says the same in words.

A secret's place stays and its text is replaced, so that nothing that is there ever looks as if it were not. Answers
that skerry does not read are left out whole: what they hold is not known.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import msgspec
from msgspec import Raw

from skerry.errors import InputError
from skerry.sources import told
from skerry.sources.decoding import UNREADABLE, decode, top_level
from skerry.sources.documents import PAGE_KEYS, Call, Problem, keys_read

Node: TypeAlias = Any
"""A value of JSON: an object, a list, a text, a number, true, false or null."""

REDACTED = "REDACTED"

SECRET_KEYS = frozenset(
    {
        "command",
        "entryPoint",
        "dockerLabels",
        "labels",
        "driverOpts",
        "overrides",
        "testTrafficRules",
        "UserData",
        "userData",
    }
)
"""Keys below which every text and number is replaced, wherever they stand."""

TAG_KEYS = frozenset({"Tags", "tags", "TagSet"})
"""Keys of lists of tags, of which the values are replaced but for those of ``Name`` and of AWS's own tags."""

KEPT_OPTIONS = frozenset(
    {
        "awslogs-group",
        "awslogs-region",
        "awslogs-stream-prefix",
        "awslogs-create-group",
        "mode",
        "max-buffer-size",
        "splunk-verify-connection",
        "config-file-type",
        "config-file-value",
        "enable-ecs-log-metadata",
        "@type",
        "name",
        "port",
        "region",
        "tls",
        "auto_create_group",
        "bucket",
        "delivery_stream",
        "log_group_name",
        "log_stream_name",
        "log_stream_prefix",
        "stream",
    }
)
"""Options of log drivers and of FireLens, in lower case, whose values say where logs go and are no secrets."""

URL_OPTIONS = frozenset({"awslogs-endpoint", "splunk-url", "endpoint", "host"})
"""Options whose values are kept as scheme, host and port; a user, a path and a query may be secret."""

KEPT_OF_TARGETS = frozenset({"Id", "Arn", "RoleArn", "EcsParameters", "DeadLetterConfig", "RetryPolicy"})
"""What is kept of the target of a rule or schedule; the rest is input, headers and parameters of any program."""

KEPT_RECORD_TYPES = frozenset({"A", "AAAA", "CNAME", "HTTPS", "MX", "NS", "PTR", "SOA", "SRV", "SVCB"})
"""Types of records that say names and addresses; others, TXT above all, hold anything."""

_NO_URL = "https://"
_HOST = re.compile(r"[A-Za-z0-9.-]*")
_ENCODED = "Encoded authorization failure message:"
_BESIDE = {
    "EnableDnsSupport": ("VpcId",),
    "EnableDnsHostnames": ("VpcId",),
    "HostedZone": ("VPCs",),
    "taskDefinition": ("tags",),
    "ScheduleExpression": ("Arn", "Name", "GroupName", "State", "Target", "ScheduleExpressionTimezone"),
}
_ALWAYS = (*PAGE_KEYS, "failures")


def redact(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """The documents without what may be secret; doing it again changes nothing.

    Documents that hold no answer of AWS that skerry reads are left out. Raises `InputError` where a document
    cannot be read.
    """
    found: dict[str, bytes] = {}
    for name, content in documents.items():
        try:
            kept = _document(name, top_level(name, content))
        except RecursionError as error:
            message = f"{name} is nested too deeply to be an answer of AWS"
            raise InputError(message, "Save the answer again.") from error
        if kept is not None:
            found[name] = msgspec.json.encode(kept)
    return found


def _document(name: str, top: dict[str, Raw]) -> Node | None:
    if "Call" in top and ("Response" in top or "Error" in top):
        return _wrapped(name, top)
    return _answer(name, top)


def _wrapped(name: str, top: dict[str, Raw]) -> Node | None:
    call = decode(name, "Call", top["Call"], Call)
    kept: dict[str, Node] = {"Call": {"operation": call.operation, "parameters": _clear(call.parameters)}}
    error = decode(name, "Error", top["Error"], Problem | None) if "Error" in top else None  # type: ignore[arg-type]
    if error is not None:
        # The encoded part tells whoever may decode it the circumstances of the user who was refused.
        kept["Error"] = {"Code": error.code, "Message": error.message.partition(_ENCODED)[0].rstrip()}
    response = decode(name, "Response", top["Response"], dict[str, Raw] | None) if "Response" in top else None  # type: ignore[arg-type]
    answer: Node = None
    if response is not None:
        known = call.operation in told.QUESTIONS
        answer = told.kept(call.operation, response) if known else _answer(name, response)
    if answer is not None:
        kept["Response"] = answer
    return kept if len(kept) > 1 else None


def _answer(name: str, top: dict[str, Raw]) -> Node | None:
    read = [key for key in keys_read(top) if key != "Snapshot"]
    wanted = {*read, *_ALWAYS, *(other for key in read for other in _BESIDE.get(key, ()))}
    kept = {key: _key(name, key, value) for key, value in top.items() if key in wanted} if read else None
    return None if kept == {"Calls": []} else kept


def _key(name: str, key: str, value: Raw) -> Node:
    """One key of an answer; a row that cannot be read stays one, as its loss must not look like its absence."""
    if key == "Calls":
        calls = (_document(name, row) for row in decode(name, key, value, list[dict[str, Raw]]))
        return [call for call in calls if call is not None]
    try:
        return _value(key, msgspec.json.decode(value), {})
    except UNREADABLE:
        return [_row(raw) for raw in decode(name, key, value, list[Raw])]


def _row(raw: Raw) -> Node:
    try:
        return _clear(msgspec.json.decode(raw))
    except UNREADABLE:
        return None


def _clear(node: Node) -> Node:
    """A value of JSON without what may be secret in it."""
    match node:
        case dict():
            return {key: _value(key, value, node) for key, value in node.items()}
        case list():
            return [_clear(item) for item in node]
        case _:
            return node


def _value(key: str, value: Node, parent: dict[str, Node]) -> Node:
    """The value of a key, by what the key says of it."""
    if key in SECRET_KEYS:
        return _blank(value)
    if key in TAG_KEYS:
        # Policies are about the tags of roles, so without them nothing could be told of what these allow.
        return _clear(value) if "AssumeRolePolicyDocument" in parent else _each(value, _tag)
    match key:
        case "environment":
            return _each(value, _variable)
        case "options":
            return _options(value)
        case "Target" | "Targets":
            return _each(value, _target)
        case "ResourceRecords" if parent.get("Type") not in KEPT_RECORD_TYPES:
            return _blank(value)
        case _:
            return _clear(value)


def _each(value: Node, change: Callable[[dict[str, Node]], Node]) -> Node:
    """Change an object, or each object of a list; what is neither says nothing that is known to be harmless."""
    match value:
        case dict():
            return change(value)
        case list():
            return [_each(item, change) for item in value]
        case _:
            return _blank(value)


def _variable(row: dict[str, Node]) -> Node:
    return {key: value if key == "name" else _blank(value) for key, value in row.items()}


def _tag(row: dict[str, Node]) -> Node:
    """A tag, as ``{Key: …, Value: …}`` or, as EventBridge Scheduler prints it, as ``{key: value}``."""
    name = row.get("Key", row.get("key"))
    if isinstance(name, str):
        return {key: value if key in {"Key", "key"} or _is_plain(name) else _blank(value) for key, value in row.items()}
    return {key: value if _is_plain(key) else _blank(value) for key, value in row.items()}


def _is_plain(tag: str) -> bool:
    """Whether the tag is a resource's name, or one of those that only AWS sets."""
    return tag == "Name" or tag.startswith("aws:")


def _options(value: Node) -> Node:
    if not isinstance(value, dict):
        return _blank(value)
    return {key: _option(key.lower(), text) for key, text in value.items()}


def _option(key: str, value: Node) -> Node:
    if key in URL_OPTIONS and isinstance(value, str):
        return _address(value)
    return value if key in KEPT_OPTIONS and not isinstance(value, dict | list) else _blank(value)


def _address(text: str) -> str:
    """Scheme, host and port of a URL, or of a host alone; a URL without a host where there is none to be read."""
    if _HOST.fullmatch(text):
        return text
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return _NO_URL
    if not host:
        return _NO_URL
    scheme = ("http://" if parts.scheme == "http" else "https://") if "://" in text else ""
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}{shown}" if port is None else f"{scheme}{shown}:{port}"


def _target(row: dict[str, Node]) -> Node:
    return {key: _value(key, value, row) if key in KEPT_OF_TARGETS else _blank(value) for key, value in row.items()}


def _blank(node: Node) -> Node:
    """Every text and number replaced by one of its kind; what is empty, true, false or null stays."""
    match node:
        case dict():
            return {key: _blank(value) for key, value in node.items()}
        case list():
            return [_blank(item) for item in node]
        case str():
            return REDACTED if node else node
        case bool() | None:
            return node
        case _:
            return 0
