"""Accepted problems and those of the baseline do not count; the verdict is that of the others."""

import datetime as dt

import pytest

from skerry.diagnose.check_result import CheckedNetwork
from skerry.diagnose.diagnosis import Diagnosis, NeedDiagnosis, ServiceDiagnosis
from skerry.problems.listing import list_problems
from skerry.problems.records import BROKEN, EXPIRED, MISSING_FACT, Acceptance, CodePlace, ListedNetwork, Problem, Triage
from skerry.problems.triage import TriageRules, accepts, triage
from skerry.verdicts import BLOCKED, NOT_APPLICABLE, OK, UNKNOWN, Verdict
from tests.diagnose.test_diagnose import all_of
from tests.networks import Network, container

TODAY = dt.date(2026, 11, 29)
HERE = CodePlace("skerry.toml", 3)
ROUTE = "NO_ROUTE_TO_DESTINATION"
CLOSED = "SG_HAS_NO_RULES"


@pytest.fixture
def network() -> Network:
    """An isolated subnet with the service ``web``."""
    network = Network()
    network.definition(container())
    network.service()
    return network


def accept(
    rule: str = ROUTE, resource: str | None = None, service: str | None = None, until: str | None = None
) -> Acceptance:
    day = None if until is None else dt.date.fromisoformat(until)
    return Acceptance(rule, "we know", HERE, resource, service, day)


def listed(network: Network) -> ListedNetwork:
    diagnosis = all_of(network)
    return ListedNetwork(diagnosis, list_problems(CheckedNetwork(network.world(), diagnosis), lambda _: None))


def sorted_out(network: Network, *acceptances: Acceptance, **rules: object) -> Triage:
    return triage([listed(network)], TriageRules(TODAY, acceptances, **rules))  # type: ignore[arg-type]


def rules_of(result: Triage) -> list[str]:
    return [problem.rule for problem in result.problems]


class TestAcceptances:
    def test_verdict_of_accepted_causes_is_ok(self, network: Network) -> None:
        result = sorted_out(network, accept())
        assert (result.verdict, rules_of(result)) == (OK, [])
        assert [row.problem.rule for row in result.accepted] == [ROUTE]
        assert result.unused == ()

    def test_verdict_stays_while_another_cause_counts(self, network: Network) -> None:
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = []
        result = sorted_out(network, accept())
        assert (result.verdict, rules_of(result)) == (BLOCKED, [CLOSED])

    def test_acceptance_holds_through_its_last_day(self, network: Network) -> None:
        assert sorted_out(network, accept(until="2026-11-29")).verdict is OK

    def test_acceptance_past_its_last_day_is_a_problem_of_its_own(self, network: Network) -> None:
        result = sorted_out(network, accept(until="2026-11-28"))
        assert (result.verdict, rules_of(result)) == (BLOCKED, [ROUTE, EXPIRED])
        assert result.problems[1].place == HERE
        assert result.problems[1].text == f"{ROUTE} was accepted until 2026-11-28, and counts again."

    def test_acceptance_of_no_problem_is_unused(self, network: Network) -> None:
        unused = accept(CLOSED)
        assert sorted_out(network, unused).unused == (unused,)

    def test_accepted_missing_facts_leave_no_unknown_verdict(self, network: Network) -> None:
        network.forget("RouteTables")
        assert sorted_out(network).verdict is UNKNOWN
        assert sorted_out(network, accept(MISSING_FACT)).verdict is OK

    def test_missing_fact_counts_after_the_cause_is_accepted(self, network: Network) -> None:
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = []
        network.forget("RouteTables")
        assert sorted_out(network).verdict is BLOCKED
        assert sorted_out(network, accept(CLOSED)).verdict is UNKNOWN

    def test_runtime_causes_do_not_change_the_verdict(self, network: Network) -> None:
        network.endpoint("vpce-1", "ecr.api")
        network.endpoint("vpce-2", "ecr.dkr")
        network.serve_s3()
        network.rows["services"][0]["enableExecuteCommand"] = True
        assert sorted_out(network, accept(CLOSED)).verdict is OK
        assert sorted_out(network, accept(ROUTE)).verdict is OK


@pytest.mark.parametrize(
    ("acceptance", "is_accepted"),
    [
        (accept(), True),
        (accept(CLOSED), False),
        (accept(resource="rtb-1"), True),
        (accept(resource='aws_route_table.private["a"]'), True),
        (accept(resource='aws_route_table.private["*"]'), True),
        (accept(resource="aws_route_table.private[ab]"), False),
        (accept(resource="rtb-?"), False),
        (accept(resource="rtb-2"), False),
        (accept(service="w*"), True),
        (accept(service="web"), False),
    ],
    ids=str,
)
def test_acceptance_is_about_a_rule_a_resource_and_all_services(acceptance: Acceptance, *, is_accepted: bool) -> None:
    name = 'aws_route_table.private["a"]'
    problem = Problem("cause", ROUTE, "error", ("no route",), "rtb-1", name, services=("web", "worker"))
    assert accepts(acceptance, problem) is is_accepted


def test_acceptance_for_a_service_is_not_about_problems_of_none() -> None:
    assert not accepts(accept(service="*"), Problem("cause", ROUTE, "error", (), "rtb-1", "rtb-1"))


@pytest.mark.parametrize(("acceptances", "verdict"), [((), BLOCKED), ((accept(BROKEN),), OK)])
def test_broken_service_is_a_failure_unless_it_is_accepted(
    acceptances: tuple[Acceptance, ...], verdict: Verdict
) -> None:
    broken = Problem("break", BROKEN, "error", ("the change breaks web",), "shop/web", "shop/web")
    network = ListedNetwork(Diagnosis(OK, ()), (broken,))
    assert triage([network], TriageRules(TODAY, acceptances)).verdict is verdict


class TestBaseline:
    def test_problems_of_the_baseline_do_not_count(self, network: Network) -> None:
        known = frozenset(problem.fingerprint for problem in listed(network).problems)
        result = sorted_out(network, baseline=known)
        assert (result.verdict, rules_of(result), result.fixed) == (OK, [], 0)
        assert [problem.rule for problem in result.in_baseline] == [ROUTE]

    def test_problems_that_are_gone_are_counted(self, network: Network) -> None:
        assert sorted_out(network, baseline=frozenset(["0123456789abcdef"])).fixed == 1

    def test_accepted_problem_of_the_baseline_is_not_gone(self, network: Network) -> None:
        known = frozenset(problem.fingerprint for problem in listed(network).problems)
        result = sorted_out(network, accept(), baseline=known)
        assert (len(result.accepted), result.fixed) == (1, 0)


def test_problems_below_the_least_severity_are_counted_and_verdict_stays(network: Network) -> None:
    network.forget("RouteTables")
    result = sorted_out(network, least_severity="error")
    assert (result.verdict, rules_of(result)) == (UNKNOWN, [])
    assert result.below_severity == len(listed(network).problems)


class TestVerdicts:
    """An accepted problem takes nothing away from what was never listed."""

    def triaged(self, service: ServiceDiagnosis) -> Triage:
        problem = Problem("cause", ROUTE, "error", (), "rtb-1", "rtb-1")
        diagnosis = Diagnosis(service.verdict, (service,))
        return triage([ListedNetwork(diagnosis, (problem,))], TriageRules(TODAY, (accept(),)))

    def service(self, network: Network) -> ServiceDiagnosis:
        [service] = all_of(network).services
        return service

    def test_unknown_service_without_needs_stays_unknown(self, network: Network) -> None:
        launch = self.service(network).launch
        assert self.triaged(ServiceDiagnosis(launch, UNKNOWN)).verdict is UNKNOWN

    def test_service_that_does_not_apply_stays_so(self, network: Network) -> None:
        launch = self.service(network).launch
        assert self.triaged(ServiceDiagnosis(launch, NOT_APPLICABLE)).verdict is NOT_APPLICABLE

    @pytest.mark.parametrize("verdict", [BLOCKED, UNKNOWN])
    def test_step_without_a_named_reason_keeps_its_verdict(self, verdict: str, network: Network) -> None:
        service = self.service(network)
        row = NeedDiagnosis(service.needs[-1].need, verdict)  # type: ignore[arg-type]
        assert self.triaged(ServiceDiagnosis(service.launch, verdict, needs=(row,))).verdict is verdict  # type: ignore[arg-type]
