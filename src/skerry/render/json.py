"""JSON, version 1: the shapes that programs rely on. Their schemas are tested by snapshot."""

from typing import TYPE_CHECKING

import msgspec

from skerry.diagnose.diagnosis import (
    Diagnosis,
    Finding,
    NeedDiagnosis,
    ServiceDiagnosis,
    ServiceGroup,
    TraceDiagnosis,
)
from skerry.diagnose.stopped_tasks import CrashLoop, StopReason
from skerry.launch.needs import Call, Unread
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.render.explanations import Match, match_of
from skerry.render.json_causes import (
    BlockerOut,
    CauseOut,
    SharedCauseOut,
    encode_blockers,
    encode_cause,
    encode_shared_cause,
)
from skerry.render.json_document import OriginOut, encode_origin, format_time, write
from skerry.render.json_triage import TriageOut
from skerry.render.paths_json import ServiceRefOut, TraceOut, encode_path, encode_service_ref

if TYPE_CHECKING:
    from skerry.errortext.explain import Explanation


class UnknownOut(msgspec.Struct, frozen=True):
    """A missing fact, and the call that supplies it."""

    fact: str
    action: str


class NeedOut(msgspec.Struct, frozen=True):
    """One Need: a row of the table."""

    step: str
    host: str | None
    port: int | None
    blocks: str
    verdict: str
    because: list[str]
    grade: str
    subjects: list[str]
    actions: list[str]
    blockers: list[BlockerOut]
    unknowns: list[UnknownOut]
    inferred: list[str]
    error: str | None
    traces: list[TraceOut]
    service: ServiceRefOut | None


class PlacementOut(msgspec.Struct, frozen=True):
    """One subnet that tasks may land in."""

    subnet: str
    name: str | None
    zone: str | None
    kind: str
    verdict: str


class PredictionOut(msgspec.Struct, frozen=True):
    """The error that ECS will print."""

    step: str
    text: str | None
    grade: str
    at_or_before: bool


class StopOut(msgspec.Struct, frozen=True):
    """An error that ECS printed, with its meaning."""

    reason: str
    count: int
    containers: list[str]
    meaning: Match | None
    last_stopped: str | None


class LoopOut(msgspec.Struct, frozen=True):
    """A crash loop: tasks that stopped for one cause; ``per_hour`` is None where times are missing."""

    step: str
    cause: str
    count: int
    per_hour: float | None


class ReasonOut(msgspec.Struct, frozen=True):
    """A message of ECS about the service, with its meaning."""

    text: str
    meaning: Match | None


class ServiceOut(msgspec.Struct, frozen=True):
    """One service or task."""

    service: str
    cluster: str
    task_definition: str
    verdict: str
    because: list[str]
    not_applicable: str | None
    predicted_error: str | None
    predictions: list[PredictionOut]
    stopped: list[StopOut]
    loops: list[LoopOut]
    reasons: list[str]
    events: list[ReasonOut]
    notes: list[str]
    placements: list[PlacementOut]
    needs: list[NeedOut]
    not_examined: list[str]
    causes: list[CauseOut]


class FindingOut(msgspec.Struct, frozen=True):
    """A finding of a check."""

    id: str
    severity: str
    message: str
    resource: str
    services: list[str]
    origin: OriginOut | None


class RefusalOut(msgspec.Struct, frozen=True):
    """A call without an answer, by its IAM action, with AWS's error code: its facts are missing."""

    action: str
    code: str


class DiagnosisOut(msgspec.Struct, frozen=True):
    """The document of ``diagnose``, and each network of ``check``."""

    version: int
    verdict: str
    source: str
    account: str | None
    region: str | None
    unexamined: list[str]
    services: list[ServiceOut]
    findings: list[FindingOut]
    refused: list[RefusalOut]
    not_examined: list[str]
    missing_reads: list[str]
    old_data: list[str]
    causes: list[SharedCauseOut]
    skerry_version: str
    read_at: str | None
    triage: TriageOut | None


class TraceDocument(msgspec.Struct, frozen=True):
    """The document of ``trace``."""

    version: int
    verdict: str
    because: list[str]
    blockers: list[BlockerOut]
    unknowns: list[UnknownOut]
    traces: list[TraceOut]
    refused: list[RefusalOut]


def encode_diagnosis(world: World, diagnosis: Diagnosis, triage: TriageOut | None = None) -> str:
    """Write a Diagnosis."""
    document = msgspec.structs.replace(diagnosis_out(world, diagnosis, []), triage=triage)
    return write(document, services=map(_service, diagnosis.services))


def diagnosis_out(world: World, diagnosis: Diagnosis, services: list[ServiceOut] | None = None) -> DiagnosisOut:
    """Return a Diagnosis as a part of a document; ``services`` are those to write in it, None for all."""
    return DiagnosisOut(
        version=1,
        verdict=diagnosis.verdict,
        source=world.facts.source,
        account=world.account,
        region=world.region,
        unexamined=list(diagnosis.unexamined),
        services=list(map(_service, diagnosis.services)) if services is None else services,
        findings=[_finding(finding) for finding in diagnosis.findings],
        refused=_refused(world),
        not_examined=list(diagnosis.not_examined),
        missing_reads=list(diagnosis.missing_reads),
        old_data=list(diagnosis.old_data),
        causes=[encode_shared_cause(cause) for cause in diagnosis.causes],
        skerry_version=diagnosis.made_by,
        read_at=None if world.facts.read_at is None else format_time(world.facts.read_at),
        triage=None,
    )


def encode_trace(world: World, outcome: TraceDiagnosis) -> str:
    """Write what a walk found."""
    return write(
        TraceDocument(
            version=1,
            verdict=outcome.verdict,
            because=list(outcome.because),
            blockers=encode_blockers(outcome.blockers),
            unknowns=[_unknown(fact) for fact in outcome.unknowns],
            traces=[encode_path(path) for path in outcome.traces],
            refused=_refused(world),
        )
    )


def _service(service: ServiceDiagnosis) -> ServiceOut:
    launch = service.launch
    return ServiceOut(
        service=launch.name,
        cluster=launch.cluster,
        task_definition=launch.definition_name,
        verdict=service.verdict,
        because=list(service.because),
        not_applicable=launch.not_applicable,
        predicted_error=service.predictions[0].text if service.predictions else None,
        predictions=[PredictionOut(*msgspec.structs.astuple(item)) for item in service.predictions],
        stopped=[_stop(stop) for stop in service.stops],
        loops=[_loop(loop) for loop in service.loops],
        reasons=list(launch.reasons),
        events=[ReasonOut(reason.text, _meaning(reason.meaning)) for reason in service.reasons],
        notes=list(launch.notes),
        placements=[
            PlacementOut(item.subnet, item.name, item.zone, item.kind, item.verdict) for item in service.placements
        ],
        needs=[_need(need_diagnosis) for need_diagnosis in service.needs],
        not_examined=list(service.not_examined),
        causes=[encode_cause(cause) for cause in ServiceGroup((service,)).causes],
    )


def _stop(stop: StopReason) -> StopOut:
    return StopOut(stop.reason, stop.count, list(stop.containers), _meaning(stop.meaning), stop.last_stopped)


def _loop(loop: CrashLoop) -> LoopOut:
    return LoopOut(loop.meaning.step, loop.meaning.cause, loop.count, loop.per_hour)


def _meaning(explanation: "Explanation | None") -> Match | None:
    return None if explanation is None else match_of(explanation)


def _need(row: NeedDiagnosis) -> NeedOut:
    call = row.need if isinstance(row.need, Call) else None
    return NeedOut(
        step=row.need.step,
        host=call.host if call else None,
        port=call.port if call else None,
        blocks=row.need.blocks,
        verdict=row.verdict,
        because=list(row.because),
        grade=call.grade if call else "documented",
        subjects=list(row.need.subjects) if isinstance(row.need, Call | Unread) else [],
        actions=list(call.actions) if call else [],
        blockers=encode_blockers(row.blockers),
        unknowns=[_unknown(item) for item in row.unknowns],
        inferred=list(row.inferred),
        error=row.error.text if row.error else None,
        traces=[encode_path(path) for path in row.traces],
        service=encode_service_ref(call.service if call else None),
    )


def _unknown(missing: Missing) -> UnknownOut:
    return UnknownOut(missing.fact, missing.action)


def _refused(world: World) -> list[RefusalOut]:
    """Return each call with each code once: it may have been refused for many resources."""
    return [RefusalOut(*pair) for pair in dict.fromkeys((item.action, item.code) for item in world.facts.refused)]


def _finding(finding: Finding) -> FindingOut:
    return FindingOut(
        id=finding.id,
        severity=finding.severity,
        message=finding.message,
        resource=finding.resource,
        services=list(finding.services),
        origin=encode_origin(finding.origin),
    )
