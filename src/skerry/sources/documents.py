"""Documents, which are answers of AWS's API as JSON, become Facts.

The one loader of live accounts, saved files and snapshots alike. What a document is, its top-level keys tell.
"""

import codecs
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Raw

from skerry.errors import InputError
from skerry.model.ecs import TaskDefinition
from skerry.model.endpoints import HostedZone, HostedZoneSummary, RecordSet, ZoneVpc
from skerry.model.facts import KINDS, Facts
from skerry.model.network import PrefixList, PrefixListEntry, VpcAttribute
from skerry.sources.regions import account_of, region_of
from skerry.sources.rows import Rows
from skerry.sources.zones import Page, ZoneParts

_Row = TypeVar("_Row")

_UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeError)

_BY_KEY = {kind.key: kind for kind in KINDS}
_ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FIELDS = {key: kind.field for key, kind in _BY_KEY.items()} | {"HostedZones": "zones", "HostedZoneSummaries": "zones"}
_PAGE_KEYS = ("NextToken", "nextToken", "NextMarker", "IsTruncated", "NextRecordName")
_NO_TOKEN = {b"null", b'""', b"false"}
_WRAP_HINT = (
    'Wrap the answer so that it names its call: {"Call": {"operation": "…", "parameters": {…}}, "Response": {…}}'
)
_QUERY_HINT = "Save the whole answer, without --query."


class Call(msgspec.Struct, frozen=True):
    """The call that a wrapped answer belongs to."""

    operation: str = ""
    parameters: dict[str, Any] = {}


class Wrapped(msgspec.Struct, frozen=True, rename="pascal"):
    """An answer that carries no id of its own, with its call."""

    call: Call
    response: dict[str, Raw]


def load(documents: dict[str, bytes], source: str = "", region: str | None = None) -> Facts:
    """Put the documents together.

    A row that cannot be read does not lose its file: its kind then counts as not wholly read, and a note says
    so. Raises `InputError` where a document is no JSON object, names nothing that is known while it is the only
    one, or contradicts another.
    """
    loader = _Loader()
    for name, content in documents.items():
        loader.document(name, content)
    if not loader.understood:
        names = ", ".join(sorted(documents)[:5])
        message = f"nothing in {names} is an answer of AWS that skerry reads"
        raise InputError(message, f"It reads the keys {', '.join(_BY_KEY)}, and VPC attributes. {_QUERY_HINT}")
    return loader.facts(source, region)


def task_definition(documents: dict[str, bytes]) -> TaskDefinition | None:
    """Read one task definition, as it is described or as it is registered; None where there is none."""
    for name, content in documents.items():
        top = _object(name, content)
        if "taskDefinition" in top:
            return _decode(name, "taskDefinition", top["taskDefinition"], TaskDefinition)
        if "containerDefinitions" in top:
            return _decode(name, "the task definition", msgspec.json.encode(top), TaskDefinition)
    return None


class _Answer(NamedTuple):
    """One key of an answer, with the document it is in and the call it belongs to."""

    name: str
    key: str
    value: Raw
    call: Call
    top: dict[str, Raw]
    partial: bool


class _Loader:
    def __init__(self) -> None:
        self.rows = Rows()
        self.zones = ZoneParts(self.rows)
        self.understood = False
        self.file_systems: set[str] = set()
        self._handlers: dict[str, Callable[[_Answer], None]] = dict.fromkeys(_BY_KEY, self._kind)
        self._handlers |= {
            "MountTargets": self._mount_targets,
            "PrefixLists": self._prefix_lists,
            "Entries": self._entries,
            "EnableDnsSupport": self._attribute,
            "EnableDnsHostnames": self._attribute,
            "VpcAttributes": self._attributes,
            "taskDefinition": self._task_definition,
            "Calls": self._calls,
            "HostedZones": self._hosted_zones,
            "HostedZone": self._hosted_zone,
            "HostedZoneSummaries": self._summaries,
            "ResourceRecordSets": self._record_sets,
        }

    def document(self, name: str, content: bytes) -> None:
        top = _object(name, content)
        if "Call" in top and "Response" in top:
            self._wrapped(name, msgspec.json.encode(top))
        else:
            self._answer(name, top, Call())

    def _wrapped(self, name: str, content: bytes) -> None:
        wrapped = _decode(name, "Call", content, Wrapped)
        self._answer(name, wrapped.response, wrapped.call)

    def _answer(self, name: str, top: dict[str, Raw], call: Call) -> None:
        partial = any(bytes(top[key]) not in _NO_TOKEN for key in _PAGE_KEYS if key in top)
        known = [key for key in top if key in self._handlers and not _is_other(key, top[key])]
        for key in known:
            self._handlers[key](_Answer(name, key, top[key], call, top, partial))
            if field := _FIELDS.get(key):
                self.rows.page(field, partial=partial)
        self.understood |= bool(known)
        if not known:
            self.rows.note(f"{name}: left alone, none of its keys is one that skerry reads")

    def _kind(self, answer: _Answer) -> None:
        kind = _BY_KEY[answer.key]
        self.rows.read(kind.field)
        for row in self._each(answer, kind.record, kind.field):
            self.rows.add(kind.field, getattr(row, kind.id), row, answer.name)

    def _mount_targets(self, answer: _Answer) -> None:
        self._kind(answer)
        asked = answer.call.parameters.get("FileSystemId")
        if isinstance(asked, str) and not answer.partial:
            self.file_systems.add(asked)

    def _each(self, answer: _Answer, record: type[_Row], field: str) -> Iterator[_Row]:
        """Decode the rows of a list; where one fails, decode them one by one and note those that do."""
        try:
            yield from msgspec.json.decode(answer.value, type=list[record])  # type: ignore[valid-type]
        except _UNREADABLE:
            for position, raw in enumerate(_decode(answer.name, answer.key, answer.value, list[Raw])):
                try:
                    row = msgspec.json.decode(raw, type=record)
                except _UNREADABLE as error:
                    place = f"{answer.name}: row {position} of {answer.key}"
                    self.rows.damage(field, f"{place} cannot be read: {error}")
                else:
                    yield row

    def _calls(self, answer: _Answer) -> None:
        for raw in _decode(answer.name, answer.key, answer.value, list[Raw]):
            self._wrapped(answer.name, bytes(raw))

    def _attribute(self, answer: _Answer) -> None:
        self._attribute_row(answer.name, msgspec.json.encode(answer.top))

    def _attributes(self, answer: _Answer) -> None:
        for raw in _decode(answer.name, answer.key, answer.value, list[Raw]):
            self._attribute_row(answer.name, bytes(raw))

    def _attribute_row(self, name: str, content: bytes) -> None:
        row = _decode(name, "the VPC attribute", content, VpcAttribute)
        self.rows.read("vpc_attributes")
        self.rows.attribute(row, name)

    def _task_definition(self, answer: _Answer) -> None:
        rows = Raw(b"[" + bytes(answer.value) + b"]")
        self._kind(answer._replace(key="taskDefinitions", value=rows))

    def _prefix_lists(self, answer: _Answer) -> None:
        self.rows.read("prefix_lists")
        for row in self._each(answer, PrefixList, "prefix_lists"):
            self.rows.prefix_list(row, answer.name)

    def _entries(self, answer: _Answer) -> None:
        wanted = answer.call.parameters.get("PrefixListId")
        if not isinstance(wanted, str):
            message = f"{answer.name}: entries of a prefix list, but not of which one"
            raise InputError(message, _WRAP_HINT)
        entries = _decode(answer.name, answer.key, answer.value, list[PrefixListEntry])
        cidrs = tuple(entry.cidr for entry in entries)
        self.rows.entries(wanted, cidrs, answer.name, partial=answer.partial)

    def _hosted_zones(self, answer: _Answer) -> None:
        self.zones.read()
        for row in self._each(answer, HostedZone, "zones"):
            if row.config.private_zone:
                self.zones.zone(row.id, row.name)
            else:
                self.zones.public(row.name)

    def _hosted_zone(self, answer: _Answer) -> None:
        # One zone by itself: that there is no other is not said.
        row = _decode(answer.name, answer.key, answer.value, HostedZone)
        if row.config.private_zone:
            self.zones.zone(row.id, row.name)
            if "VPCs" in answer.top:
                for vpc in _decode(answer.name, "VPCs", answer.top["VPCs"], list[ZoneVpc]):
                    self.zones.associate(row.id, vpc.vpc_id)

    def _summaries(self, answer: _Answer) -> None:
        vpc_id = answer.call.parameters.get("VPCId")
        self.zones.read()
        for row in self._each(answer, HostedZoneSummary, "zones"):
            self.zones.zone(row.hosted_zone_id, row.name)
            if isinstance(vpc_id, str):
                self.zones.associate(row.hosted_zone_id, vpc_id)

    def _record_sets(self, answer: _Answer) -> None:
        zone_id = answer.call.parameters.get("HostedZoneId")
        noted = len(self.rows.notes)
        records = tuple(self._each(answer, RecordSet, "records"))
        page = Page(last=not answer.partial, damaged=len(self.rows.notes) > noted)
        self.zones.records(records, zone_id if isinstance(zone_id, str) else None, answer.name, page)

    def facts(self, source: str, region: str | None) -> Facts:
        rows: dict[str, Any] = self.rows.tables()
        zones = self.zones.tables()
        facts = Facts(**rows, zones=zones, read=self.rows.whole(), notes=tuple(self.rows.notes), source=source)
        facts = msgspec.structs.replace(facts, file_systems=frozenset(self.file_systems))
        return msgspec.structs.replace(facts, region=region or region_of(facts), account=account_of(facts))


def _is_other(key: str, value: Raw) -> bool:
    """An object where AWS prints a list: the file is of another program, as a compose file's ``services`` is."""
    return key in _BY_KEY and bytes(memoryview(value)[:1]) == b"{"


def _object(name: str, content: bytes) -> dict[str, Raw]:
    text = _utf8(name, content)
    if not text.strip():
        message = f"{name} is empty"
        raise InputError(message, "Save the answer again; the call that printed it may have failed.")
    if text.lstrip()[:1] == b"[":
        message = f"{name} is a list, so its top-level key is lost"
        raise InputError(message, _QUERY_HINT)
    return _decode(name, "the document", text, dict[str, Raw])


def _utf8(name: str, content: bytes) -> bytes:
    encoding = _encoding(content)
    if encoding is None:
        return content
    try:
        return content.decode(encoding).encode()
    except UnicodeError as error:
        message = f"{name} is neither UTF-8 nor UTF-16 text"
        raise InputError(message, "Save it as JSON text.") from error


def _encoding(content: bytes) -> str | None:
    """How a document is written, where it is not plain UTF-8: with a mark, or as UTF-16 without one."""
    for mark, encoding in _ENCODINGS:
        if content.startswith(mark):
            return encoding
    if b"\0" not in content[:4]:
        return None
    return "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"


def _decode(name: str, key: str, value: bytes | Raw, record: type[_Row]) -> _Row:
    try:
        return msgspec.json.decode(value, type=record)
    except RecursionError as error:
        message = f"{name}: {key} is nested too deeply to be an answer of AWS"
        raise InputError(message, "Save the answer again.") from error
    except (msgspec.MsgspecError, UnicodeError) as error:
        message = f"{name}: {key} cannot be read: {error}"
        raise InputError(message, "Save the answer again, as JSON and complete.") from error
