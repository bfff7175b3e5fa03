"""A sorted result gives the services of all its networks."""

from skerry.diagnose.check_result import CheckedNetwork, CheckResult
from skerry.diagnose.diagnosis import Diagnosis
from skerry.problems.records import Problem, Triage, TriagedResult
from skerry.verdicts import OK
from tests.diagnose.test_diagnose import all_of
from tests.networks import Network, container


def test_result_has_the_services_of_all_networks() -> None:
    network = Network()
    network.definition(container())
    network.service()
    checked = CheckedNetwork(network.world(), Diagnosis(OK, all_of(network).services))
    result = TriagedResult(CheckResult((), (checked, checked)), Triage(OK, ()), {})
    assert [service.launch.name for service in result.services] == ["web", "web"]


def test_result_without_networks_has_no_services() -> None:
    result = TriagedResult(CheckResult((), ()), Triage(OK, ()), {})
    assert result.services == ()


def test_problem_of_a_service_is_none_of_its_namesake_in_another_cluster() -> None:
    cause = Problem("cause", "X", "error", (), "rtb-1", "rtb-1", services=("web",), launches=(("shop", "web"),))
    assert [cause.concerns(cluster, "web") for cluster in ("shop", "other")] == [True, False]
    finding = Problem("finding", "x", "note", (), "rtb-1", "rtb-1", services=("web",))
    assert [finding.concerns("shop", name) for name in ("web", "api")] == [True, False]
