"""Predicted errors of ECS: the text of the first failure, in today's wording."""

from collections.abc import Sequence

import msgspec

from skerry.access.endpoint_policies import DENIES
from skerry.catalogue.error_messages import RefusalWording, Wording, find_refusal_wording, find_wording, load_wordings
from skerry.diagnose.diagnosis import NeedDiagnosis, Prediction
from skerry.launch.needs import INFERRED_PLACES, Call, Fault, Interface, Mount, Need
from skerry.reach.trace import NOWHERE, Piece, Trace
from skerry.services.ecr import OF_FIRST_PULLS
from skerry.services.image_references import parse
from skerry.verdicts import BLOCKED, INTERMITTENT, UNKNOWN

_FAILS = {BLOCKED, INTERMITTENT}
_MAY_FAIL = {UNKNOWN, INTERMITTENT}
_SOME_PUBLIC_ADDRESS = "x.x.x.x"
_NO_FAMILY = "no-family"
_BEYOND = {"role", "resource"}
_NO_ADDRESS = "SUBNET_HAS_NO_FREE_ADDRESS"
_NO_SUCH_NAME = {"DNS_FIREWALL_BLOCKS", "DNS_NAME_NOT_FOUND", "DNS_NO_MOUNT_TARGET"}


def predict(needs: Sequence[NeedDiagnosis]) -> tuple[Prediction, ...]:
    """Predict the error of the first blocked Need in launch order; if none is blocked, of the first intermittent one.

    A step of inferred place may come anywhere before the start. If it fails, its error is a second candidate after the
    first certain one. An earlier Need with an unknown or intermittent verdict makes a prediction ``at_or_before``.
    """
    rows = [need_diagnosis for need_diagnosis in needs if need_diagnosis.need.blocks == "start"]
    decisive_verdict = BLOCKED if any(need_diagnosis.verdict is BLOCKED for need_diagnosis in rows) else INTERMITTENT
    certain: list[Prediction] = []
    candidates: list[Prediction] = []
    doubt = False
    for need_diagnosis in rows:
        if need_diagnosis.verdict is decisive_verdict:
            predictions = candidates if need_diagnosis.need.step in INFERRED_PLACES else certain
            error = need_diagnosis.error or _of(need_diagnosis)
            predictions.append(msgspec.structs.replace(error, at_or_before=doubt))
        elif need_diagnosis.verdict in _MAY_FAIL:
            doubt = True
    return tuple(certain[:1] + candidates)


def error_of(row: NeedDiagnosis) -> Prediction | None:
    """Return the error that ECS prints if this Need fails first, or None if it does not fail."""
    return _of(row) if row.verdict in _FAILS else None


def _of(row: NeedDiagnosis) -> Prediction:
    need, trace = row.need, _failing(row)
    service = need.service.key if isinstance(need, Call) and need.service else None
    refused = _refused(trace)
    words = _words(need, trace)
    if _is_first_pull(need, refused):
        # ECR answers that the image, or its repository, is not there:
        # https://docs.aws.amazon.com/AmazonECR/latest/userguide/error-pullthroughcache.html
        wording = find_refusal_wording(need.step, service, "IMAGE_NOT_FOUND")
        text = wording.text.format_map(words | {"words": words["subject"]}) if wording else None
        return Prediction(need.step, text, "inferred")
    # No wording is known for refusals by Fargate itself, nor for S3 Files.
    template: Wording | RefusalWording | None = (
        None if isinstance(need, Fault | Mount) or _lacks_wording(need, trace) else find_wording(need.step, service)
    )
    if refused is not None:
        template = find_refusal_wording(need.step, service, refused.code)
        words |= {"words": refused.words, "resource": refused.resource}
    if template is None or _meets_another_service(trace):
        return Prediction(need.step, None, "inferred")
    # Linux reports this error to an IPv6-only client of an IPv4 address; no ECS message with it has been observed.
    grade = "inferred" if words["way"] == _NO_FAMILY else template.grade
    return Prediction(need.step, template.text.format_map(words), grade)


def _lacks_wording(need: Need, trace: Trace | None) -> bool:
    """Tell whether an interface fails for another reason than a full subnet: no message of ECS for it is known."""
    codes = {item.piece.code for item in trace.judged} if trace is not None else set()
    return isinstance(need, Interface) and _NO_ADDRESS not in codes


def _is_first_pull(need: Need, refused: Piece | None) -> bool:
    """Return whether the first pull through a cache fails: it has no way to the internet, or no permission."""
    if not isinstance(need, Call) or need.step != "manifest":
        return False
    if need.service is None:
        image = parse(next(iter(need.subjects), ""))
        if image is not None and image.region is not None:
            return True
    return refused is not None and refused.asked is not None and refused.asked[0] in OF_FIRST_PULLS


def _refused(trace: Trace | None) -> Piece | None:
    """Return AWS's error for a call that arrives and is refused."""
    lost = [item for item in trace.judged if item.lost] if trace else []
    all_refused = all(item.hop.kind in _BEYOND or item.piece.code == DENIES for item in lost)
    return lost[0].piece if lost and all_refused else None


def _failing(row: NeedDiagnosis) -> Trace | None:
    traces = (trace for outcome in row.outcomes for trace in outcome.traces)
    return next((trace for trace in traces if trace.verdict in _FAILS and not trace.intended), None)


def _meets_another_service(trace: Trace | None) -> bool:
    """Tell whether a call comes to an endpoint of another service; no error of ECS about that is known."""
    first = trace.first if trace else ()
    return any(piece.code == "DNS_LEADS_TO_ANOTHER_SERVICE" for hop in first for piece in hop.lost)


def _words(need: Need, trace: Trace | None) -> dict[str, str]:
    subject = need.subjects[0] if isinstance(need, Call) and need.subjects else ""
    image = parse(subject)
    words = {
        "host": (need.host if isinstance(need, Call) else None) or "",
        "port": str(need.port) if isinstance(need, Call) else "",
        "subject": subject,
        "image": subject,
        "repository": image.repository if image else "",
        "tag": image.tag if image else "",
        "subnet": trace.subnet if trace else "",
        "address": _address(trace),
    }
    way = _way(trace)
    words["way"] = way
    words["dial"] = load_wordings().dial[way].format_map(words)
    if need.step == "volumes":
        words["mount"] = load_wordings().mount[way].format_map(words)
    return words


def _address(trace: Trace | None) -> str:
    """Return the address dialled by the client: its destination interface's, or a placeholder for a public one."""
    destination = trace.destination if trace else None
    if destination is None or destination.interface is None:
        return _SOME_PUBLIC_ADDRESS
    return destination.label.rpartition(" at ")[2]


def _way(trace: Trace | None) -> str:
    """Return the client's kind of failure: timeout, unknown name, silent DNS server, or no address of its family."""
    if trace is not None and trace.purpose == "dns":
        return "no-server"
    if trace is None or trace.destination is not NOWHERE:
        return "timeout"
    codes = {piece.code for hop in trace.first for piece in hop.lost}
    if "NO_COMMON_ADDRESS_FAMILY" in codes:
        return _NO_FAMILY
    return "no-name" if codes & _NO_SUCH_NAME else "no-server"
