"""Redaction rules for values that may be secret within kept records: options of logs, tags, records, policies."""

import json
import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urlsplit

import msgspec

from skerry.masking import Node
from skerry.model import ecs, endpoints, environment, iam, resolver_records, state_machines
from skerry.model.task_states import reduce_definition
from skerry.services import READS, organizations
from skerry.services.ecr_images import ImageManifest, RepositoryImage
from skerry.sources.redaction.pseudonyms import Pseudonyms

OMITTED: Final = object()
"""The result of a rule for a value to leave out with its key."""

RedactionRule: TypeAlias = Callable[[Node, dict[str, Node], Pseudonyms], Node]
"""A function that redacts a field's value, given its row."""

REDACTED = "REDACTED"

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
"""Options of log drivers and of FireLens, in lower case; their values are destinations and no secrets."""

URL_OPTIONS = frozenset({"awslogs-endpoint", "splunk-url", "endpoint", "host"})
"""Options with URLs, kept as scheme, host and port; a user, a path and a query may be secret."""

KEPT_RECORD_TYPES = frozenset({"A", "AAAA", "CNAME", "HTTPS", "MX", "NS", "PTR", "SOA", "SRV", "SVCB"})
"""Types of records that hold names and addresses; others, above all TXT, hold anything."""

_NO_URL = "https://"
_HOST = re.compile(r"[A-Za-z0-9.-]*")
_STRING = r'"(?:[^"\\]|\\.)*+"'
_STRINGS = re.compile(_STRING, re.DOTALL)
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_OF_PEOPLE = re.compile(
    rf'("(aws:username|sts:rolesessionname)"\s*+:\s*+)({_STRING}|\[[^\]\[]*+\])', re.DOTALL | re.IGNORECASE
)
_LITERAL = re.compile(r"[^*?]+")


decode_json = msgspec.json.Decoder(float_hook=lambda text: msgspec.Raw(text.encode())).decode
"""Decode JSON without changing the digits of fractions."""


def blank(node: Node) -> Node:
    """Replace every text and number by a fixed one of its type; empty values, booleans and null stay."""
    match node:
        case dict():
            return {key: blank(value) for key, value in node.items()}
        case list():
            return [blank(item) for item in node]
        case str():
            return REDACTED if node else node
        case bool() | None:
            return node
        case _:
            return 0


def make_unreadable(node: Node) -> Node:
    """Return a blank value of the same wrong type, so that an unreadable value stays unreadable."""
    match node:
        case dict():
            return {}
        case list():
            return []
        case _:
            return blank(node)


def _options(value: Node, _row: dict[str, Node], people: Pseudonyms) -> Node:
    if not isinstance(value, dict):
        return make_unreadable(value)
    return {people.replace_all(key): _option(key.lower(), text, people) for key, text in value.items()}


def _option(key: str, value: Node, people: Pseudonyms) -> Node:
    if not isinstance(value, str):
        return make_unreadable(value)
    if key in URL_OPTIONS:
        return people.replace_all(_address(value))
    return people.replace_all(value) if key in KEPT_OPTIONS else blank(value)


def _address(text: str) -> str:
    """Return scheme, host and port of a URL or of a host; a URL without a host if none can be read."""
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


def keep_tag(value: Node, row: dict[str, Node], people: Pseudonyms) -> Node:
    """Keep the value of a ``Name`` tag or of a tag set by AWS; replace any other."""
    if not isinstance(value, str):
        return make_unreadable(value)
    key = row.get("Key")
    plain = isinstance(key, str) and (key == "Name" or key.startswith("aws:"))
    return people.replace_all(value) if plain else blank(value)


def _resource_properties(value: Node, _row: dict[str, Node], _people: Pseudonyms) -> Node:
    """Keep the priority of a rule group in a Route 53 Profile."""
    if not isinstance(value, str):
        return make_unreadable(value)
    priority = resolver_records.ResourceProperties(value).priority
    return blank(value) if priority is None else json.dumps({"priority": priority})


def _records(value: Node, row: dict[str, Node], people: Pseudonyms) -> Node:
    """Redact the values of a record set, by its type."""
    if not isinstance(value, list):
        return make_unreadable(value)
    kind = row.get("Type")
    plain = isinstance(kind, str) and kind in KEPT_RECORD_TYPES
    return [_record(item, people, plain=plain) for item in value]


def _record(item: Node, people: Pseudonyms, *, plain: bool) -> Node:
    if not isinstance(item, dict):
        return make_unreadable(item)
    values = {key: value for key, value in item.items() if key == "Value"}
    return {
        key: people.replace_all(node) if plain and isinstance(node, str) else blank(node)
        for key, node in values.items()
    }


def _started_by(value: Node, _row: dict[str, Node], people: Pseudonyms) -> Node:
    """Redact the starter of a task: ids of AWS's services have a slash, any other may be a person's name."""
    if not isinstance(value, str):
        return make_unreadable(value)
    return people.replace_all(value) if "/" in value or not value else people.pseudonym_of_user(value)


def _policy(value: Node, _row: dict[str, Node], people: Pseudonyms) -> Node:
    """Redact the texts of a policy; invalid JSON stays invalid."""
    match value:
        case str():
            return _policy_text(value, people) if value else value
        case dict():
            text = msgspec.json.encode(value).decode()
            return decode_json(_policy_text(text, people).encode())
        case _:
            return make_unreadable(value)


def _policy_text(text: str, people: Pseudonyms) -> str:
    """Replace the texts within JSON in place: all else stays, even the faults of an invalid policy."""
    text = unquote(text) if text.lstrip()[:1] == "%" else text
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return REDACTED
    text = _OF_PEOPLE.sub(lambda match: match[1] + _people(match[2].lower(), match[3], people), text)
    return _STRINGS.sub(lambda match: _literal(match[0], people.replace_all), text)


def _people(key: str, values: str, people: Pseudonyms) -> str:
    replace = people.pseudonym_of_user if key == "aws:username" else people.pseudonym_of_session

    def name(text: str) -> str:
        # Wildcards and policy variables name nobody.
        return text if "${" in text else _LITERAL.sub(lambda match: replace(match[0]), text)

    return _STRINGS.sub(lambda match: _literal(match[0], name), values)


def _literal(literal: str, change: Callable[[str], str]) -> str:
    text: str = json.loads(literal, strict=False)
    changed = change(text)
    return literal if changed == text else json.dumps(changed)


def _manifest(value: Node, _row: dict[str, Node], people: Pseudonyms) -> Node:
    """Redact an image manifest to its fields in records; an unreadable one stays unreadable."""
    if not isinstance(value, str):
        return make_unreadable(value)
    try:
        manifest = msgspec.to_builtins(msgspec.json.decode(value, type=ImageManifest))
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return blank(value)
    fields = {key: value for key, value in manifest.items() if value}
    return msgspec.json.encode(_texts(fields, people)).decode()


def _texts(node: Node, people: Pseudonyms) -> Node:
    match node:
        case dict():
            return {key: _texts(value, people) for key, value in node.items()}
        case list() | tuple():
            return [_texts(item, people) for item in node]
        case str():
            return people.replace_all(node)
        case _:
            return node


def replace_texts(node: Node, people: Pseudonyms) -> Node:
    """Replace the texts and keys of a JSON value."""
    if isinstance(node, dict):
        return {people.replace_all(key): replace_texts(value, people) for key, value in node.items()}
    return [replace_texts(item, people) for item in node] if isinstance(node, list) else _texts(node, people)


def _definition(value: Node, _row: dict[str, Node], people: Pseudonyms) -> Node:
    """Redact the definition of a state machine to the parameters that are read."""
    if not isinstance(value, str):
        return make_unreadable(value)
    return msgspec.json.encode(replace_texts(json.loads(reduce_definition(value)), people)).decode()


def _environment_value(value: Node, row: dict[str, Node], _people: Pseudonyms) -> Node:
    """Keep the public values of environment variables; all others are left out."""
    name = row.get("name")
    public = environment.PublicValue(value if isinstance(value, str) else "")
    return str(environment.EnvironmentVariable(name if isinstance(name, str) else "", public).value) or OMITTED


RULES: dict[tuple[Any, str], RedactionRule] = {
    (environment.EnvironmentVariable, "value"): _environment_value,
    (ecs.LogConfiguration, "options"): _options,
    (ecs.FirelensConfiguration, "options"): _options,
    (ecs.Task, "started_by"): _started_by,
    # A task names a deployment or task set as its starter.
    (ecs.Deployment, "id"): _started_by,
    (ecs.TaskSet, "id"): _started_by,
    (endpoints.RecordSet, "resource_records"): _records,
    (endpoints.VpcEndpoint, "policy_document"): _policy,
    (resolver_records.ProfileResourceAssociation, "resource_properties"): _resource_properties,
    (state_machines.StateMachine, "definition"): _definition,
    (iam.Role, "assume_role_policy_document"): _policy,
    (iam.InlinePolicy, "policy_document"): _policy,
    (iam.PolicyVersion, "document"): _policy,
    (organizations.PolicyContent, "content"): _policy,
    (RepositoryImage, "image_manifest"): _manifest,
} | {(read.record, read.policy): _policy for read in READS if read.policy}
"""The fields of records with a rule of their own."""
