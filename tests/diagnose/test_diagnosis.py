"""The records of a Diagnosis carry everything that a renderer shows."""

from skerry.diagnose.diagnosis import Blocker, NeedDiagnosis, Prediction, ServiceDiagnosis
from skerry.diagnose.need_verdicts import diagnose_trace
from skerry.launch.needs import Call
from skerry.model.facts import Missing
from skerry.reach.trace_request import TraceRequest, ask
from skerry.reach.walk import Walker
from skerry.verdicts import BLOCKED, INTERMITTENT, OK
from tests.diagnose.test_diagnose import only
from tests.networks import Network
from tests.planning import isolated

RULE = Blocker("SUBNET_ACL_RESTRICTION", "acl-1", "100", "egress", "acl-1 drops the request")


def service(*rows: NeedDiagnosis, predictions: tuple[Prediction, ...] = ()) -> ServiceDiagnosis:
    launch = only(isolated()).launch
    return ServiceDiagnosis(launch, BLOCKED, needs=rows, predictions=predictions)


def call(step: str = "manifest", note: str = "", grade: str = "documented") -> Call:
    return Call(step=step, host="api.ecr.eu-west-1.amazonaws.com", port=443, note=note, grade=grade)  # type: ignore[arg-type]


def test_cause_has_each_step_once() -> None:
    rows = [NeedDiagnosis(call(step), BLOCKED, blockers=(RULE,)) for step in ("manifest", "manifest", "layers")]
    (cause,) = service(*rows).causes
    assert (cause.code, cause.resource, cause.steps) == (RULE.code, RULE.resource, ("manifest", "layers"))
    assert cause.blockers == (RULE, RULE, RULE)
    assert cause.messages == (RULE.message,)


def test_missing_route_is_a_cause_for_each_destination() -> None:
    code = "NO_ROUTE_TO_DESTINATION"
    blockers = [Blocker(code, "rtb-1", "", "egress", f"no route to {name}") for name in ("ECR", "S3")]
    assert len(service(*(NeedDiagnosis(call(), BLOCKED, blockers=(it,)) for it in blockers)).causes) == len(blockers)


def test_missing_fact_has_its_steps() -> None:
    fact = Missing("the route table of subnet-a", "ec2:DescribeRouteTables")
    rows = [NeedDiagnosis(call(step), BLOCKED, unknowns=(fact,)) for step in ("manifest", "layers", "layers")]
    assert service(*rows).missing_facts == {fact: ("manifest", "layers")}


def test_inferred_fact_of_call_has_its_steps() -> None:
    row = NeedDiagnosis(call(note="the bucket of the layers", grade="inferred"), OK)
    assert service(row).inferred_facts == {"the bucket of the layers": ("manifest",)}


def test_intermittent_verdict_has_an_inferred_fact_per_reason() -> None:
    row = NeedDiagnosis(call(), INTERMITTENT, because=("address", "ports"))
    assert len(row.inferred) == len(row.because)


def test_later_errors_omit_predicted_and_unworded_errors() -> None:
    first, second = (Prediction(step, f"error of {step}", "observed") for step in ("secrets", "manifest"))
    unworded = Prediction("layers", None, "inferred")
    rows = [NeedDiagnosis(call(it.step), BLOCKED, error=it) for it in (first, second, unworded)]
    assert service(*rows, NeedDiagnosis(call(), OK), predictions=(first,)).later_errors == (second,)


def test_trace_diagnosis_has_its_blockers() -> None:
    walker = Walker(Network().world())
    found = diagnose_trace(walker.world, ask(walker, TraceRequest("logs", 443, subnet="subnet-a", groups=("sg-task",))))
    assert (found.verdict, found.because) == (BLOCKED, ())
    assert [blocker.code for blocker in found.blockers] == ["NO_ROUTE_TO_DESTINATION"]
    assert found.traces == found.outcome.traces
    assert found.unknowns == ()
