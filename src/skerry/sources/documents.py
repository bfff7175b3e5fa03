"""The loader of documents: answers of AWS's API as JSON become Facts.

Live accounts, saved files and snapshots are all loaded here. The top-level keys of a document determine its kind.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Raw

from skerry.errors import InputError
from skerry.model.batch import Job
from skerry.model.completeness import EVERYWHERE
from skerry.model.ecs import Cluster, TaskDefinition
from skerry.model.endpoints import FileSystem, HostedZone, HostedZoneKey, HostedZoneSummary, RecordSet, ZoneVpc
from skerry.model.facts import Facts, Refusal
from skerry.model.network import PrefixList, VpcAttribute
from skerry.model.record_kinds import KINDS
from skerry.model.security_groups_and_acls import UsableGroup
from skerry.services import READS_BY_ACTION
from skerry.sources import call_envelopes, call_parameters, resource_answers
from skerry.sources.call_envelopes import AnswerEnvelope, CallEnvelope, ErrorEnvelope
from skerry.sources.decoding import QUERY_HINT, UNREADABLE, decode, read_top_level
from skerry.sources.hosted_zones import RecordPage, ZoneParts
from skerry.sources.json_repair import has_repeated_keys
from skerry.sources.list_scopes import scope_of_row, scopes_of
from skerry.sources.merging import Rows
from skerry.sources.regions import account_of, region_of
from skerry.sources.snapshots import VERSION, Snapshot
from skerry.sources.text_types import forget_texts
from skerry.sources.usable_groups import GroupPage, UsableGroupLists
from skerry.sources.validation import read_record, read_rows

if TYPE_CHECKING:
    from datetime import datetime

_Row = TypeVar("_Row", bound=msgspec.Struct)

_BY_KEY = {kind.key: kind for kind in KINDS}
_FIELDS = {key: kind.field for key, kind in _BY_KEY.items()} | {"HostedZones": "zones", "HostedZoneSummaries": "zones"}
_SINGLE = {
    "taskDefinition": "taskDefinitions",
    "VpcBlockPublicAccessOptions": "VpcBlockPublicAccessOptions",
}
_DESCRIBED_BY = {"DesiredState": "Pipes", "ScheduleExpression": "Schedules", "definition": "stateMachines"}
"""A key that marks an answer as the description of one record, with the key of lists of such records."""

PAGE_KEYS = ("NextToken", "nextToken", "NextMarker", "IsTruncated", "NextRecordName", "AdditionalRoutesAvailable")
_NO_TOKEN = {b"null", b'""', b"false"}
_NONE = Raw(b"null")
_EMPTY = {b"null", b"[]"}


def load(documents: dict[str, bytes], source: str = "", region: str | None = None) -> Facts:
    """Load the documents as one set of facts.

    An unreadable row does not lose its file: its kind becomes incomplete, with a note. Raises `InputError` if a
    document is no JSON object or contradicts another, or if no document has a known key.
    """
    loader = _Loader()
    for name, content in documents.items():
        loader.document(name, content)
    forget_texts()
    if not loader.understood:
        names = ", ".join(sorted(documents)[:5])
        message = f"nothing in {names} is an answer of AWS that skerry reads"
        raise InputError(message, f"It reads the keys {', '.join(_BY_KEY)}, and VPC attributes. {QUERY_HINT}")
    return loader.facts(source, region)


def known_keys_of(answer: dict[str, Raw]) -> list[str]:
    """Return the keys of an answer that `load` reads."""
    return _Loader().known(answer)


def read_task_definition(documents: dict[str, bytes]) -> TaskDefinition | None:
    """Read one task definition, in the form of DescribeTaskDefinition or RegisterTaskDefinition, else None."""
    for name, content in documents.items():
        top = read_top_level(name, content)
        if "taskDefinition" in top:
            return decode(name, "taskDefinition", top["taskDefinition"], TaskDefinition)
        if "containerDefinitions" in top:
            return decode(name, "the task definition", msgspec.json.encode(top), TaskDefinition)
    return None


class _Answer(msgspec.Struct, frozen=True, gc=False):
    """One key of an answer, with its document and its call."""

    name: str
    key: str
    value: Raw
    call: CallEnvelope
    top: dict[str, Raw]
    partial: bool


class _Loader:
    def __init__(self) -> None:
        self.rows = Rows()
        self.zones = ZoneParts(self.rows)
        self.usable_groups = UsableGroupLists(self.rows)
        self.understood = False
        self.account: str | None = None
        self.regions: set[str | None] = set()
        self.times: set[datetime] = set()
        self._handlers: dict[str, Callable[[_Answer], None]] = dict.fromkeys(_BY_KEY, self._kind)
        self._handlers |= {
            "FileSystems": self._file_systems,
            "PrefixLists": self._prefix_lists,
            "VpcBlockPublicAccessOptions": self._single,
            "jobs": self._jobs,
            "EnableDnsSupport": self._attribute,
            "EnableDnsHostnames": self._attribute,
            "VpcAttributes": self._attributes,
            "taskDefinition": self._single,
            "Calls": self._calls,
            "Account": self._account,
            "Snapshot": self._snapshot,
            "HostedZones": self._hosted_zones,
            "HostedZone": self._hosted_zone,
            "HostedZoneSummaries": self._summaries,
            "ResourceRecordSets": self._record_sets,
            "SecurityGroupForVpcs": self._usable_groups,
        } | dict.fromkeys(call_parameters.HANDLERS, self._linked)
        self._handlers |= dict.fromkeys(_DESCRIBED_BY.values(), self._brief)
        self._handlers |= dict.fromkeys(_DESCRIBED_BY, self._described)

    def document(self, name: str, content: bytes) -> None:
        top = read_top_level(name, content)
        if "Call" in top and ("Response" in top or "Error" in top):
            self._wrapped(name, msgspec.json.encode(top))
            return
        if not self.known(top):
            call_envelopes.refuse_misspelt_keys(name, top)
        self._answer(name, top, CallEnvelope())

    def _wrapped(self, name: str, content: bytes) -> None:
        call_envelopes.check_keys(name, content)
        wrapped = decode(name, "Call", content, AnswerEnvelope)
        if wrapped.error is None and wrapped.response is None:
            message = f"{name}: a call without its answer"
            raise InputError(message, call_parameters.WRAP_HINT)
        if wrapped.call.operation in READS_BY_ACTION:
            self._resource_answer(name, self._without_repeated_keys(name, content, wrapped))
            return
        if wrapped.error is not None:
            self.understood = True
            refusal = Refusal(wrapped.call.operation, wrapped.error.code, wrapped.error.message)
            call_parameters.add_refusal(self.rows, refusal, wrapped.call.parameters)
        if wrapped.response is not None:
            self._answer(name, wrapped.response, wrapped.call)

    def _without_repeated_keys(self, name: str, content: bytes, wrapped: AnswerEnvelope) -> AnswerEnvelope:
        """Return an answer; if a key is repeated in it, return an error instead, with a note."""
        try:
            repeated = has_repeated_keys(content)
        except UNREADABLE:
            return wrapped
        if not repeated:
            return wrapped
        self.rows.note(f"{name}: a key stands twice in the answer to {wrapped.call.operation}")
        return AnswerEnvelope(wrapped.call, error=ErrorEnvelope("RepeatedKeys"))

    def _resource_answer(self, name: str, wrapped: AnswerEnvelope) -> None:
        """Add an answer about one resource; AWS's error means a missing resource, or no answer."""
        self.understood = True
        call, error = wrapped.call, wrapped.error
        answer = error.code if error is not None else (wrapped.response or {})
        resource_answers.add_answer(self.rows, name, call.operation, call.parameters, answer)
        if error is not None and not resource_answers.is_gone(error.code):
            self.rows.refused.append(Refusal(call.operation, error.code, error.message))

    def _answer(self, name: str, top: dict[str, Raw], call: CallEnvelope) -> None:
        partial = any(bytes(top[key]) not in _NO_TOKEN for key in PAGE_KEYS if key in top)
        keys = self.known(top)
        for key in keys:
            answer = _Answer(name, key, top[key], call, top, partial)
            self._handlers[key](answer)
            if field := _FIELDS.get(key):
                self._listed(field, answer)
        self.understood |= bool(keys)
        if not keys:
            self.rows.note(f"ignored {name}: no known keys")

    def _listed(self, field: str, answer: _Answer) -> None:
        """Note the scopes of the records in an answer."""
        if answer.key == "HostedZoneSummaries":
            # Its VPC may be known only from the other documents.
            return
        # An answer that names services AWS does not have is about these names, not a list of all services.
        is_list = field != "services" or bytes(answer.top.get("failures", _NONE)) in _EMPTY
        scopes = scopes_of(field, answer.call.parameters) if is_list else ()
        if not scopes:
            self.rows.add_partial_list(field)
        for scope in scopes:
            self.rows.add_page(field, scope, partial=answer.partial)

    def known(self, top: dict[str, Raw]) -> list[str]:
        return [key for key in top if key in self._handlers and not _is_other(key, top[key])]

    def _kind(self, answer: _Answer) -> None:
        kind = _BY_KEY[answer.key]
        for record in self._each(answer, kind.record, kind.field):
            if isinstance(record, Cluster):
                record = call_parameters.complete_cluster(record, answer.call.parameters)  # noqa: PLW2901
            take = self.rows.merge if kind.field in call_parameters.MERGED else self.rows.add
            take(kind.field, getattr(record, kind.id), record, answer.name)

    def _each(self, answer: _Answer, record: type[_Row], field: str) -> Iterator[_Row]:
        """Yield the rows of a list; note each row that is unreadable or holds an invalid value."""
        listed = self._raw_rows(answer, field)
        for position, (raw, (record_read, fault)) in enumerate(zip(listed, read_rows(listed, record), strict=True)):
            if record_read is not None:
                yield record_read
            else:
                scope = scope_of_row(field, raw, answer.call.parameters)
                place = f"{answer.name}: row {position} of {answer.key}"
                self.rows.add_unreadable_row(field, f"{place} cannot be read: {fault}", scope)

    def _one(self, field: str, answer: _Answer, what: str, value: bytes | Raw, record: type[_Row]) -> _Row | None:
        """Return an answer that is one record; None, with a note, if it cannot be read."""
        parsed, fault = read_record(Raw(value), record)
        if parsed is None:
            self.rows.add_unreadable_row(field, f"{answer.name}: {what} cannot be read: {fault}")
        return parsed

    def _raw_rows(self, answer: _Answer, field: str) -> list[Raw]:
        try:
            return msgspec.json.decode(answer.value, type=list[Raw])
        except UNREADABLE:
            scopes = scopes_of(field, answer.call.parameters) or (EVERYWHERE,)
            for scope in scopes:
                self.rows.add_unreadable_row(field, f"{answer.name}: {answer.key} is no list that can be read", scope)
            return []

    def _calls(self, answer: _Answer) -> None:
        for raw in decode(answer.name, answer.key, answer.value, list[Raw]):
            self._wrapped(answer.name, bytes(raw))

    def _snapshot(self, answer: _Answer) -> None:
        snapshot = decode(answer.name, answer.key, answer.value, Snapshot)
        if snapshot.version > VERSION:
            message = f"{answer.name}: a snapshot of form {snapshot.version}, which a newer skerry wrote"
            raise InputError(message, f"This one reads form {VERSION}: update skerry.")
        self.regions.add(snapshot.region)
        if snapshot.read_at is not None:
            self.times.add(snapshot.read_at)

    def _account(self, answer: _Answer) -> None:
        """Set the account of the caller, from GetCallerIdentity."""
        self.account = decode(answer.name, answer.key, answer.value, str)

    def _attribute(self, answer: _Answer) -> None:
        attribute = self._one("vpc_attributes", answer, answer.key, msgspec.json.encode(answer.top), VpcAttribute)
        if attribute is not None:
            self.rows.add_partial_list("vpc_attributes")
            self.rows.merge_attribute(attribute, answer.name)

    def _attributes(self, answer: _Answer) -> None:
        for attribute in self._each(answer, VpcAttribute, "vpc_attributes"):
            self.rows.merge_attribute(attribute, answer.name)

    def _single(self, answer: _Answer) -> None:
        """Read an answer that is one record as a list of one."""
        listed = bytes(answer.value)
        if not listed.startswith(b"["):
            listed = b"[" + listed + b"]"
        self._kind(msgspec.structs.replace(answer, key=_SINGLE[answer.key], value=Raw(listed)))

    def _linked(self, answer: _Answer) -> None:
        related = call_parameters.RelatedAnswer(
            answer.name, answer.key, answer.value, answer.call.parameters, answer.partial
        )
        call_parameters.HANDLERS[answer.key](self.rows, related)

    def _usable_groups(self, answer: _Answer) -> None:
        noted = len(self.rows.notes)
        ids = tuple(group.group_id for group in self._each(answer, UsableGroup, "usable_groups"))
        parameters = answer.call.parameters
        is_damaged = len(self.rows.notes) > noted
        page = GroupPage(answer.name, parameters, ids, last=not answer.partial, damaged=is_damaged)
        self.usable_groups.add(page)

    def _file_systems(self, answer: _Answer) -> None:
        """Note file systems without mount targets: they need no call of their own."""
        for file_system in self._each(answer, FileSystem, "mount_targets"):
            if file_system.number_of_mount_targets == 0:
                self.rows.add_page("mount_targets", file_system.file_system_id)

    def _brief(self, answer: _Answer) -> None:
        """Add the rows of a list; a description of a row tells more, whatever the order of the documents."""
        kind = _BY_KEY[answer.key]
        for row in self._each(answer, kind.record, kind.field):
            if self.rows.get(kind.field, getattr(row, kind.id)) is None:
                self.rows.replace(kind.field, getattr(row, kind.id), row, answer.name)

    def _described(self, answer: _Answer) -> None:
        """Add an answer that is one record as a whole."""
        kind = _BY_KEY[_DESCRIBED_BY[answer.key]]
        row = self._one(kind.field, answer, f"the {kind.noun}", msgspec.json.encode(answer.top), kind.record)
        if row is not None:
            self.rows.replace(kind.field, getattr(row, kind.id), row, answer.name)

    def _jobs(self, answer: _Answer) -> None:
        """Add jobs of Batch; a list of a queue's jobs, in another document, tells less of them."""
        for job in self._each(answer, Job, "batch_jobs"):
            self.rows.replace("batch_jobs", job.job_id, job, answer.name)

    def _prefix_lists(self, answer: _Answer) -> None:
        for prefix_list in self._each(answer, PrefixList, "prefix_lists"):
            self.rows.merge_prefix_list(prefix_list, answer.name)

    def _hosted_zones(self, answer: _Answer) -> None:
        for zone in self._each(answer, HostedZone, "zones"):
            if zone.config.private_zone:
                self.zones.add_zone(zone.id, zone.name, answer.name)
            else:
                self.zones.add_public_zone(zone.name)

    def _hosted_zone(self, answer: _Answer) -> None:
        # A single zone does not make the list of zones complete.
        zone = self._one("zones", answer, answer.key, answer.value, HostedZone)
        if zone is not None and zone.config.private_zone:
            self.zones.add_zone(zone.id, zone.name, answer.name)
            if "VPCs" in answer.top:
                vpcs = msgspec.structs.replace(answer, key="VPCs", value=answer.top["VPCs"])
                for vpc in self._each(vpcs, ZoneVpc, "zones"):
                    self.zones.associate(zone.id, vpc.vpc_id)

    def _summaries(self, answer: _Answer) -> None:
        vpc_id = answer.call.parameters.get("VPCId")
        asked_for = vpc_id if isinstance(vpc_id, str) else None
        self.zones.add_list(asked_for, partial=answer.partial)
        for raw in self._raw_rows(answer, "zones"):
            zone = self._summary(answer, raw, asked_for)
            if zone is not None:
                self.zones.add_zone(zone.hosted_zone_id, zone.name, answer.name, zone.owner.owning_service)
                self.zones.associate(zone.hosted_zone_id, asked_for)

    def _summary(self, answer: _Answer, raw: Raw, vpc_id: str | None) -> HostedZoneSummary | None:
        """Return a row of a list of zones, or its id and name alone: only names in an unreadable zone are unknown."""
        zone, fault = read_record(raw, HostedZoneSummary)
        if zone is not None:
            return zone
        place = f"{answer.name}: a row of {answer.key} cannot be read"
        key, _ = read_record(raw, HostedZoneKey)
        if key is None:
            self.rows.add_unreadable_row("zones", f"{place}: {fault}", vpc_id or EVERYWHERE)
            return None
        self.rows.note(f"{place} but for its id and name: {fault}")
        return HostedZoneSummary(key.hosted_zone_id, key.name)

    def _record_sets(self, answer: _Answer) -> None:
        zone_id = answer.call.parameters.get("HostedZoneId")
        noted = len(self.rows.notes)
        records = tuple(self._each(answer, RecordSet, "records"))
        page = RecordPage(last=not answer.partial, damaged=len(self.rows.notes) > noted)
        self.zones.add_records(records, zone_id if isinstance(zone_id, str) else None, answer.name, page)

    def facts(self, source: str, region: str | None) -> Facts:
        rows: dict[str, Any] = self.rows.build_tables()
        vpc_ids = [vpc.vpc_id for vpc in rows.get("vpcs", ())]
        self.zones.settle(vpc_ids)
        usable_groups = self.usable_groups.build(vpc_ids)
        zones = self.zones.build_zones()
        notes, refused = tuple(self.rows.notes), tuple(self.rows.refused)
        lists, origins = self.rows.build_completeness(), self.rows.build_origins()
        facts = Facts(
            **rows,
            zones=zones,
            usable_groups=usable_groups,
            completeness=lists,
            refused=refused,
            notes=notes,
            source=source,
            origins=origins,
            read_at=min(self.times, default=None),
        )
        only_region = next(iter(self.regions)) if len(self.regions) == 1 else None
        account = self.account or account_of(facts)
        return msgspec.structs.replace(facts, region=region or only_region or region_of(facts), account=account)


def _is_other(key: str, value: Raw) -> bool:
    """Return whether an object stands for a list: the file is another program's, such as a compose file."""
    single = key in _SINGLE.values()
    return key in _BY_KEY and not single and bytes(memoryview(value)[:1]) == b"{"
