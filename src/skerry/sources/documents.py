"""Documents, which are answers of AWS's API as JSON, become Facts.

The one loader of live accounts, saved files and snapshots alike. What a document is, its top-level keys tell.
"""

import codecs
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Raw

from skerry.errors import InputError
from skerry.model.ecs import TaskDefinition
from skerry.model.endpoints import HostedZone, HostedZoneSummary, RecordSet, ZoneVpc
from skerry.model.facts import KINDS, Facts, Kind
from skerry.model.network import PrefixList, PrefixListEntry, VpcAttribute
from skerry.sources.regions import account_of, region_of
from skerry.sources.rows import Rows
from skerry.sources.zones import ZoneParts

_BY_KEY = {kind.key: kind for kind in KINDS}
_ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_PAGE_KEYS = ("NextToken", "nextToken", "NextMarker")
_NO_TOKEN = {b"null", b'""'}
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
            found: TaskDefinition = _decode(name, "taskDefinition", top["taskDefinition"], TaskDefinition)
            return found
        if "containerDefinitions" in top:
            found = _decode(name, "the task definition", msgspec.json.encode(top), TaskDefinition)
            return found
    return None


class _Loader:
    def __init__(self) -> None:
        self.rows = Rows()
        self.zones = ZoneParts(self.rows)
        self.understood = False

    def document(self, name: str, content: bytes) -> None:
        top = _object(name, content)
        if "Call" in top and "Response" in top:
            self._wrapped(name, top)
        else:
            self._answer(name, top, Call())

    def _wrapped(self, name: str, top: dict[str, Raw]) -> None:
        wrapped = _decode(name, "Call", msgspec.json.encode(top), Wrapped)
        self._answer(name, wrapped.response, wrapped.call)

    def _answer(self, name: str, top: dict[str, Raw], call: Call) -> None:
        partial = any(bytes(top[key]) not in _NO_TOKEN for key in _PAGE_KEYS if key in top)
        known = False
        for key, value in top.items():
            handler = self._handler(key, top)
            if handler is not None:
                handler(name, key, value, call)
                known = True
            if (kind := _BY_KEY.get(key)) is not None:
                self.rows.page(kind.field, partial=partial)
        self.understood |= known
        if not known:
            self.rows.note(f"{name}: left alone, none of its keys is one that skerry reads")

    def _handler(self, key: str, top: dict[str, Raw]) -> Callable[[str, str, Raw, Call], None] | None:
        match key:
            case "PrefixLists":
                return self._prefix_lists
            case "Entries":
                return self._entries
            case "VpcId" if "EnableDnsSupport" in top or "EnableDnsHostnames" in top:
                return lambda name, _key, _value, _call: self._attributes(name, [msgspec.json.encode(top)])
            case "VpcAttributes":
                return lambda name, key, value, _call: self._attributes(name, _list(name, key, value))
            case "taskDefinition":
                return self._task_definition
            case "Calls":
                return self._calls
            case "HostedZones":
                return self._hosted_zones
            case "HostedZone":
                return lambda name, _key, value, _call: self._hosted_zone(name, value, top)
            case "HostedZoneSummaries":
                return self._summaries
            case "ResourceRecordSets":
                return self._record_sets
        kind = _BY_KEY.get(key)
        if kind is None:
            return None
        return lambda name, key, value, _call: self._kind(name, key, value, kind)

    def _kind(self, name: str, key: str, value: Raw, kind: Kind) -> None:
        self.rows.read(kind.field)
        for row in self._each(name, key, value, kind.record, kind.field):
            self.rows.add(kind.field, getattr(row, kind.id), row, name)

    def _each(self, name: str, key: str, value: Raw, record: Any, field: str) -> Iterator[Any]:
        """Decode the rows of a list; where one fails, decode them one by one and note those that do."""
        try:
            yield from msgspec.json.decode(value, type=list[record])
        except (msgspec.MsgspecError, RecursionError):
            for position, raw in enumerate(_list(name, key, value)):
                try:
                    row = msgspec.json.decode(raw, type=record)
                except (msgspec.MsgspecError, RecursionError) as error:
                    self.rows.damage(field, f"{name}: row {position} of {key} cannot be read: {error}")
                else:
                    yield row

    def _calls(self, name: str, key: str, value: Raw, _call: Call) -> None:
        for raw in _list(name, key, value):
            self._wrapped(name, _object(name, raw))

    def _attributes(self, name: str, values: list[Any]) -> None:
        for value in values:
            row = _decode(name, "VpcId", value, VpcAttribute)
            self.rows.read("vpc_attributes")
            self.rows.attribute(row, name)

    def _task_definition(self, name: str, key: str, value: Raw, _call: Call) -> None:
        self._kind(name, key, Raw(b"[" + bytes(value) + b"]"), _BY_KEY["taskDefinitions"])

    def _prefix_lists(self, name: str, key: str, value: Raw, _call: Call) -> None:
        self.rows.read("prefix_lists")
        for row in self._each(name, key, value, PrefixList, "prefix_lists"):
            self.rows.prefix_list(row, name)

    def _entries(self, name: str, key: str, value: Raw, call: Call) -> None:
        wanted = call.parameters.get("PrefixListId")
        if not isinstance(wanted, str):
            message = f"{name}: entries of a prefix list, but not of which one"
            raise InputError(message, _WRAP_HINT)
        entries = _decode(name, key, value, list[PrefixListEntry])
        cidrs = tuple(entry.cidr for entry in entries)
        self.rows.prefix_list(PrefixList(prefix_list_id=wanted, cidrs=cidrs), name)

    def _hosted_zones(self, name: str, key: str, value: Raw, _call: Call) -> None:
        self.zones.read()
        for row in self._each(name, key, value, HostedZone, "zones"):
            if row.config.private_zone:
                self.zones.zone(row.id, row.name)

    def _hosted_zone(self, name: str, value: Raw, top: dict[str, Raw]) -> None:
        row = _decode(name, "HostedZone", value, HostedZone)
        vpcs = _decode(name, "VPCs", top["VPCs"], list[ZoneVpc]) if "VPCs" in top else []
        self.zones.read()
        if row.config.private_zone:
            self.zones.zone(row.id, row.name)
            for vpc in vpcs:
                self.zones.associate(row.id, vpc.vpc_id)

    def _summaries(self, name: str, key: str, value: Raw, call: Call) -> None:
        vpc_id = call.parameters.get("VPCId")
        self.zones.read()
        for row in self._each(name, key, value, HostedZoneSummary, "zones"):
            self.zones.zone(row.hosted_zone_id, row.name)
            if isinstance(vpc_id, str):
                self.zones.associate(row.hosted_zone_id, vpc_id)

    def _record_sets(self, name: str, key: str, value: Raw, call: Call) -> None:
        zone_id = call.parameters.get("HostedZoneId")
        records = tuple(self._each(name, key, value, RecordSet, "zones"))
        self.zones.records(records, zone_id if isinstance(zone_id, str) else None, name)

    def facts(self, source: str, region: str | None) -> Facts:
        rows = self.rows.tables() | {"zones": self.zones.tables()}
        facts = Facts(**rows, read=self.rows.whole(), notes=tuple(self.rows.notes), source=source)
        return msgspec.structs.replace(facts, region=region or region_of(facts), account=account_of(facts))


def _object(name: str, content: bytes | Raw) -> dict[str, Raw]:
    text = _utf8(name, bytes(content))
    if not text.strip():
        message = f"{name} is empty"
        raise InputError(message, "Save the answer again; the call that printed it may have failed.")
    if text.lstrip()[:1] == b"[":
        message = f"{name} is a list, so its top-level key is lost"
        raise InputError(message, _QUERY_HINT)
    return _decode(name, "the document", text, dict[str, Raw])


def _utf8(name: str, content: bytes) -> bytes:
    for mark, encoding in _ENCODINGS:
        if content.startswith(mark):
            break
    else:
        if b"\0" not in content[:4]:
            return content
        encoding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    try:
        return content.decode(encoding).encode()
    except UnicodeError as error:
        message = f"{name} is neither UTF-8 nor UTF-16 text"
        raise InputError(message, "Save it as JSON text.") from error


def _list(name: str, key: str, value: Raw) -> list[Raw]:
    return _decode(name, key, value, list[Raw])


def _decode(name: str, key: str, value: Any, record: Any) -> Any:
    try:
        return msgspec.json.decode(value, type=record)
    except RecursionError as error:
        message = f"{name}: {key} is nested too deeply to be an answer of AWS"
        raise InputError(message, "Save the answer again.") from error
    except (msgspec.MsgspecError, UnicodeError) as error:
        message = f"{name}: {key} cannot be read: {error}"
        raise InputError(message, "Save the answer again, as JSON and complete.") from error
