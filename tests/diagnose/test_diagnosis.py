"""The records of a Diagnosis carry everything that a renderer shows."""

from skerry.diagnose.diagnosis import Blocker, NeedDiagnosis, Prediction, ServiceDiagnosis, ServiceGroup
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


def alone(*rows: NeedDiagnosis) -> ServiceGroup:
    return ServiceGroup((service(*rows),))


def test_cause_has_each_step_once() -> None:
    rows = [NeedDiagnosis(call(step), BLOCKED, blockers=(RULE,)) for step in ("manifest", "manifest", "layers")]
    (cause,) = alone(*rows).causes
    assert (cause.code, cause.resources, cause.steps) == (RULE.code, (RULE.resource,), ("manifest", "layers"))
    assert (cause.numbers, cause.messages) == ((1, 2), (RULE.message,))


def test_missing_fact_has_its_steps() -> None:
    fact = Missing("the route table of subnet-a", "ec2:DescribeRouteTables")
    rows = [NeedDiagnosis(call(step), BLOCKED, unknowns=(fact,)) for step in ("manifest", "layers", "layers")]
    assert alone(*rows).missing_facts == {fact: ("manifest", "layers")}
    assert service(*rows).missing_actions == {fact.action}


def test_inferred_fact_of_call_has_its_steps() -> None:
    row = NeedDiagnosis(call(note="the bucket of the layers", grade="inferred"), OK)
    assert alone(row).inferred_facts == {"the bucket of the layers": ("manifest",)}


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


def test_next_step_of_a_trace_follows_from_its_verdict() -> None:
    network = Network()
    network.endpoint("vpce-1", "ecr.api")
    walker = network.walker()
    steps = {
        to: diagnose_trace(
            walker.world, ask(walker, TraceRequest(to, 443, subnet="subnet-a", groups=("sg-task",)))
        ).next_step
        for to in ("ecr.api", "logs", "10.0.2.9")
    }
    assert steps == {"ecr.api": None, "logs": "explain", "10.0.2.9": "supply-facts"}
