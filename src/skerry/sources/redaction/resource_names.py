"""Stand-ins for account numbers and for the names of resources, as they stand in ARNs and alone.

A name has the same stand-in everywhere, by the kind of its resource, as ``service-1``. Ids that AWS gives stay.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from skerry.launch.needs import STEPS
from skerry.model.arns import parse_arn
from skerry.verdicts import Verdict

_ARN = re.compile(r"arn:aws[\w-]*:[\w-]*:[\w-]*:\d{0,12}:[^\s\"',;)\]}]+")
_ACCOUNT = re.compile(r"(?<![\w.])\d{12}(?![\w])")
_REPOSITORY = re.compile(r"\d{12}\.dkr[.-]ecr[.\w-]*/([\w./-]+)")
_SPLIT = re.compile(r"[/:]")
# Ids, revisions, digests and wildcards tell nothing about whose they are.
_ID = re.compile(r"[a-z]{1,20}-[0-9a-f]{8,17}|[0-9a-f]{32,64}|[0-9a-f-]{36}|\d{1,10}|\*|sha256|.", re.DOTALL)
# Parts of ARNs with names of AWS's own.
_OF_AWS = ("aws-service-role/", "starport-layer-bucket", "elasticloadbalancing")
# Names that the kind of a key gives, in documents of AWS.
_KEYS: Mapping[str, str] = {
    "serviceName": "service",
    "clusterName": "cluster",
    "family": "task-definition",
    "GroupName": "group",
    "RoleName": "role",
    "jobDefinitionName": "job-definition",
    "jobQueueName": "job-queue",
    "awslogs-group": "log-group",
    "awslogs-stream-prefix": "log-stream",
}
_KINDS = {"secret": "secret", "parameter": "parameter", "key": "key", "alias": "key", "repository": "repository"}
# Words of texts, which stand for themselves.
_WORDS = {
    *STEPS,
    *map(str, Verdict),
    "default",
    "latest",
    "service",
    "task",
    "cluster",
    "root",
    "role",
    "secret",
    "key",
}
_SHORTEST = 2
_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}$")
"""Secrets Manager adds it to the name: https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html"""


class NameStandIns:
    """Stand-ins for the accounts and names of the documents of one source."""

    def __init__(self, documents: Iterable[bytes], texts: Iterable[str]) -> None:
        """Learn the names of these documents, and the accounts of these texts."""
        self._names: dict[str, str] = {}
        self._accounts: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        pairs = [pair for content in documents for pair in texts_of(msgspec.json.decode(content))]
        # The key of a name tells its kind best.
        for key, text in pairs:
            self._learn_by_key(key, text)
        for text in (*(text for _, text in pairs), *texts):
            self._learn(text)
        names = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?![\w-])") if names else None

    def replace(self, text: str) -> str:
        """Replace accounts and names in a text."""
        if self._pattern is not None:
            text = self._pattern.sub(lambda match: self._names[match[0]], text)
        return _ACCOUNT.sub(lambda match: self._accounts.get(match[0], match[0]), text)

    def _learn_by_key(self, key: str, text: str) -> None:
        if kind := _KEYS.get(key):
            self._learn_parts(kind, text)
        elif key == "Tag.Name":
            self._add("name", text)

    def _learn(self, text: str) -> None:
        for match in _ACCOUNT.finditer(text):
            self._accounts.setdefault(match[0], f"{len(self._accounts) + 1:012}")
        for match in _ARN.finditer(text):
            self._learn_arn(match[0])
        for match in _REPOSITORY.finditer(text):
            self._learn_parts("repository", match[1])

    def _learn_arn(self, text: str) -> None:
        arn = parse_arn(text)
        if arn is None or arn.service in {"ec2", "elasticfilesystem"} or any(word in text for word in _OF_AWS):
            return
        if arn.account == "" and arn.service != "s3":
            return
        head, _, names = arn.resource.partition("/" if "/" in arn.resource.partition(":")[0] else ":")
        if arn.service == "s3":
            head, names = "bucket", arn.resource
        parts = [part for part in _SPLIT.split(names) if part]
        if head in {"service", "task", "task-set", "container-instance"} and len(parts) > 1:
            self._add("cluster", parts.pop(0))
        for part in parts:
            self._add(_KINDS.get(head, head or arn.service), part)

    def _learn_parts(self, kind: str, text: str) -> None:
        for part in _SPLIT.split(text):
            self._add(kind, part)

    def _add(self, kind: str, name: str) -> None:
        """Add a stand-in for a name; for a secret also without the suffix of AWS."""
        if len(name) < _SHORTEST or name in self._names or name in _WORDS or _ID.fullmatch(name):
            return
        self._counts[kind] = number = self._counts.get(kind, 0) + 1
        self._names[name] = f"{kind}-{number}"
        if kind == "secret" and _SUFFIX.search(name):
            self._names.setdefault(_SUFFIX.sub("", name), f"{kind}-{number}")


def texts_of(node: Any, key: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 -- a document
    """Yield the texts of a document with their keys; that of a tag's value is ``Tag.`` with the tag's key."""
    if isinstance(node, str):
        yield key, node
    elif isinstance(node, dict):
        tag = node.get("Key", node.get("key"))
        for name, value in node.items():
            is_value = name in {"Value", "value"} and isinstance(tag, str)
            yield from texts_of(value, f"Tag.{tag}" if is_value else name)
    elif isinstance(node, list):
        for item in node:
            yield from texts_of(item, key)
