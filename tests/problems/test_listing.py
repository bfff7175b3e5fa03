"""Each cause is listed once over all services, each finding, and each missing fact."""

import pytest

from skerry.checks import run
from skerry.diagnose.breakage import BrokenService, BrokenStep
from skerry.diagnose.check_result import CheckedNetwork
from skerry.diagnose.diagnosis import Diagnosis
from skerry.model.origins import Origin
from skerry.model.planned_actions import PlannedAction
from skerry.problems.listing import list_problems
from skerry.problems.records import BROKEN, MISSING_FACT, CodePlace, Problem
from skerry.verdicts import BLOCKED, OK
from tests.diagnose.test_diagnose import all_of
from tests.networks import Network, container, entry


@pytest.fixture
def network() -> Network:
    """An isolated subnet with the services ``web`` and ``api``."""
    network = Network()
    network.definition(container())
    network.service()
    network.service("api")
    return network


def problems_of(network: Network) -> tuple[Problem, ...]:
    return list_problems(CheckedNetwork(network.world(), all_of(network)), lambda _: None)


def of_kind(network: Network, kind: str) -> list[Problem]:
    return [problem for problem in problems_of(network) if problem.kind == kind]


def test_cause_is_one_problem_of_all_services_and_steps(network: Network) -> None:
    [problem] = of_kind(network, "cause")
    assert (problem.rule, problem.severity, problem.name) == ("NO_ROUTE_TO_DESTINATION", "error", "rtb-main")
    assert problem.services == ("web", "api")
    assert problem.launches == (("shop", "web"), ("shop", "api"))
    assert problem.account == "111122223333"
    assert problem.steps == ("registry-auth", "manifest", "layers")
    assert problem.endpoints == (
        "Interface com.amazonaws.eu-west-1.ecr.api",
        "Interface com.amazonaws.eu-west-1.ecr.dkr",
        "Gateway com.amazonaws.eu-west-1.s3",
    )


def test_text_names_the_missing_endpoints_and_the_stopped_services(network: Network) -> None:
    [problem] = of_kind(network, "cause")
    assert problem.text.endswith(
        "Missing endpoints: Interface com.amazonaws.eu-west-1.ecr.api, Interface com.amazonaws.eu-west-1.ecr.dkr,"
        " Gateway com.amazonaws.eu-west-1.s3. Stops registry-auth, manifest, layers of web, api."
    )


def test_messages_of_one_resource_are_joined(network: Network) -> None:
    network.endpoint("vpce-1", "ecr.api", ["subnet-b"])
    network.endpoint("vpce-2", "ecr.dkr", ["subnet-b"])
    network.serve_s3()
    network.acl("acl-1", [entry(100, egress=True)], ["subnet-a"])
    [problem] = [one for one in of_kind(network, "cause") if one.name == "acl-1"]
    assert len(problem.messages) > 1
    assert problem.message.startswith("; ".join(problem.messages[:3]))


def test_more_than_three_messages_are_counted() -> None:
    problem = Problem("cause", "CODE", "error", ("a", "b", "c", "d", "e"), "x", "x")
    assert problem.text == "a; b; c; and 2 more."


def test_more_than_five_services_are_counted() -> None:
    problem = Problem("finding", "id", "note", ("a",), "x", "x", services=tuple("abcdefg"))
    assert problem.text == "a. Concerns a, b, c, d, e and 2 more."


def test_hops_of_a_cause_lead_to_the_lost_packets(network: Network) -> None:
    [problem] = of_kind(network, "cause")
    assert [(hop.kind, hop.name) for hop in problem.hops if hop.disposition == "lost"] == [("route", "rtb-main")]
    assert ("security-group", "sg-task") in [(hop.kind, hop.name) for hop in problem.hops]


def test_missing_fact_is_a_warning_named_by_its_words(network: Network) -> None:
    network.forget("RouteTables")
    facts = of_kind(network, "missing-fact")
    assert {(problem.rule, problem.severity) for problem in facts} == {(MISSING_FACT, "warning")}
    assert "(ec2:DescribeRouteTables)" in facts[0].text
    assert facts[0].services == ("web", "api")


def test_cause_of_a_step_after_the_start_is_a_warning(network: Network) -> None:
    for row in network.rows["services"]:
        row["enableExecuteCommand"] = True
    [problem] = of_kind(network, "cause")
    # The worse severity counts: the same route table stops the start.
    assert problem.severity == "error"
    assert "exec" in problem.steps


def test_runtime_cause_alone_is_a_warning(network: Network) -> None:
    network.endpoint("vpce-1", "ecr.api")
    network.endpoint("vpce-2", "ecr.dkr")
    network.serve_s3()
    for row in network.rows["services"]:
        row["enableExecuteCommand"] = True
    [problem] = [one for one in of_kind(network, "cause") if one.rule == "NO_ROUTE_TO_DESTINATION"]
    assert (problem.severity, problem.steps) == ("warning", ("exec",))


def test_blocker_that_follows_from_another_is_no_problem(network: Network) -> None:
    network.endpoint("vpce-1", "ecr.api", PrivateDnsEnabled=False)
    rules = [(problem.rule, problem.steps) for problem in of_kind(network, "cause")]
    assert ("DNS_PRIVATE_NAMES_DISABLED", ("registry-auth",)) in rules
    assert ("NO_ROUTE_TO_DESTINATION", ("manifest", "layers")) in rules


def test_findings_come_with_their_severity_after_worse_problems() -> None:
    network = Network()
    network.service()
    network.definition(container(environment=[{"name": "DB_PASSWORD", "value": "hunter2hunter2"}]))
    world = network.world()
    diagnosis = all_of(network)
    found = Diagnosis(diagnosis.verdict, diagnosis.services, findings=run(world, diagnosis))
    problems = list_problems(CheckedNetwork(world, found), lambda _: None)
    assert found.findings
    assert [one.rule for one in problems if one.kind == "finding"] == [finding.id for finding in found.findings]
    severities = [problem.severity for problem in problems]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)


@pytest.mark.parametrize(
    ("actions", "text"),
    [
        ((), "the change breaks web. Stops layers of web."),
        (
            (PlannedAction("aws_nat_gateway.a", "deleted"),),
            "the change breaks web because of aws_nat_gateway.a (deleted). Stops layers of web.",
        ),
    ],
)
def test_broken_service_is_the_first_error_with_the_actions_that_break_it(
    actions: tuple[PlannedAction, ...], text: str, network: Network
) -> None:
    broken = BrokenService(
        "web", "shop", OK, BLOCKED, (BrokenStep("layers", "Amazon S3", "start", OK, BLOCKED),), actions
    )
    problem, *_ = list_problems(CheckedNetwork(network.world(), all_of(network), (broken,)), lambda _: None)
    assert (problem.rule, problem.severity, problem.text) == (BROKEN, "error", text)


def test_place_of_a_problem_is_that_of_its_origin(network: Network) -> None:
    def locate(origin: Origin | None) -> CodePlace | None:
        return None if origin is None else CodePlace("main.tf", 7)

    problems = list_problems(CheckedNetwork(network.world(), all_of(network)), locate)
    assert {problem.place for problem in problems if problem.kind == "cause"} == {CodePlace("main.tf", 7)}
    assert CodePlace("main.tf", 7).path in str(CodePlace("main.tf", 7))


def test_fingerprint_differs_by_rule_region_and_resource_only() -> None:
    one = Problem("cause", "CODE", "error", ("at 10.0.0.1",), "sg-1", "aws_security_group.a", "eu-west-1")
    same = Problem("cause", "CODE", "warning", ("at 10.0.0.2",), "sg-9", "aws_security_group.a", "eu-west-1", ("web",))
    other_region = Problem("cause", "CODE", "error", (), "sg-1", "aws_security_group.a", "us-east-1")
    other_rule = Problem("cause", "OTHER", "error", (), "sg-1", "aws_security_group.a", "eu-west-1")
    assert one.fingerprint == same.fingerprint
    assert len({one.fingerprint, other_region.fingerprint, other_rule.fingerprint}) == 3
