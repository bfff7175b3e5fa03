"""What is made of the answers of a lab, which stands in here as an object that has them ready."""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from skerry.errors import SkerryError
from skerry.lab import run
from skerry.lab.client_jobs import JobResult
from skerry.lab.protocol import Drop, Resulted
from skerry.lab.rehearsal import Script, plan_rehearsal
from skerry.lab.run import AttemptResult, perform
from skerry.lab.tcp_probes import DnsQuestion
from skerry.lab.topology_records import NOT_BUILT, TrafficOrigin
from skerry.launch.launches import launches_of
from skerry.launch.needs import Step
from tests.networks import Network, awslogs, container

GROUP = TrafficOrigin("security-group", "sg-end", "in")
ACL = TrafficOrigin("network-acl", "acl-1", "rule * in")
CALLED = "203.0.113.9"


class Ready:
    """An sandbox with answers that are ready: every name leads to one address, and nothing works."""

    def __init__(self) -> None:
        self.drop: tuple[Drop, ...] = ()
        self.answer: tuple[str, ...] | None = (CALLED,)
        self.asked: list[tuple[DnsQuestion, ...]] = []
        self.resulted: list[Resulted] = []

    def __call__(self, keep: Iterable[Path] = ()) -> Self:
        assert list(keep) == []
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def build(self, plan: Any) -> float:
        assert plan.routers
        return 0.0

    def send(self, work: Any) -> None:
        assert work.stations

    def results(self) -> Resulted:
        return self.resulted.pop(0)

    def resolve(self, questions: tuple[DnsQuestion, ...], timeout: float) -> tuple[tuple[str, ...] | None, ...]:
        assert timeout > 0
        self.asked.append(questions)
        return (self.answer,) * len(questions)

    def connect(self, probes: tuple[Any, ...], timeout: float) -> tuple[bool, ...]:
        assert timeout > 0
        return (False,) * len(probes)

    def drops(self) -> tuple[Drop, ...]:
        return self.drop


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> Ready:
    found = Ready()
    monkeypatch.setattr(run, "Sandbox", found)
    return found


@pytest.fixture
def made() -> Script:
    network = Network()
    network.definition(container(logConfiguration=awslogs()))
    network.service(subnets=["subnet-a", "subnet-b"])
    world = network.world()
    return plan_rehearsal(world, launches_of(world, world.facts.services[0])[0])


def of(seen: tuple[AttemptResult, ...], step: Step, subnet: str = "subnet-a") -> AttemptResult:
    (found,) = [item for item in seen if (item.row.need.step, item.row.subnet) == (step, subnet)]
    return found


class TestDrops:
    def test_outbound_drop_is_assigned_to_its_row(self, ready: Ready, made: Script) -> None:
        ready.drop = (Drop(GROUP, made.ends["subnet-a"].address, 40_000, CALLED, 443),)
        assert of(perform(made, probe=True).seen, "logs").drops == (GROUP,)

    def test_return_drop_is_assigned_to_its_row(self, ready: Ready, made: Script) -> None:
        ready.drop = (Drop(ACL, CALLED, 443, made.ends["subnet-a"].address, 40_000),)
        assert of(perform(made, probe=True).seen, "logs").drops == (ACL,)

    def test_drop_after_nat_is_assigned_to_its_row(self, ready: Ready, made: Script) -> None:
        ready.drop = (Drop(ACL, "10.0.2.200", 1_024, CALLED, 443),)
        assert of(perform(made, probe=True).seen, "logs").drops == (ACL,)

    @pytest.mark.parametrize("back", [False, True], ids=["there", "back"])
    def test_drop_of_another_task_is_assigned_to_that_task(self, *, ready: Ready, made: Script, back: bool) -> None:
        other = made.ends["subnet-b"].address
        ends = (CALLED, 443, other, 40_000) if back else (other, 40_000, CALLED, 443)
        ready.drop = (Drop(GROUP, *ends),)
        seen = perform(made, probe=True).seen
        assert of(seen, "logs").drops == ()
        assert of(seen, "logs", "subnet-b").drops == (GROUP,)

    def test_drop_of_another_port_is_not_assigned(self, ready: Ready, made: Script) -> None:
        ready.drop = (Drop(GROUP, made.ends["subnet-a"].address, 40_000, CALLED, 53),)
        assert of(perform(made, probe=True).seen, "logs").drops == ()

    def test_drop_at_an_unbuilt_gateway_leaves_the_row_undecided(self, ready: Ready, made: Script) -> None:
        behind = TrafficOrigin(NOT_BUILT, "tgw-1", "0.0.0.0/0 → tgw-1")
        ready.drop = (Drop(behind, made.ends["subnet-a"].address, 40_000, CALLED, 443),)
        found = of(perform(made, probe=True).seen, "logs")
        assert (found.worked, found.why_not) == (None, "the lab does not build tgw-1")


class TestDnsLookups:
    def test_silent_dns_server_is_queried_once_per_task(self, ready: Ready, made: Script) -> None:
        ready.answer = None
        seen = perform(made, probe=True).seen
        assert sum(map(len, ready.asked)) == 2
        assert of(seen, "logs").words == "lookup logs.eu-west-1.amazonaws.com: no DNS server answers"

    def test_nonexistent_name_fails_with_no_such_host(self, ready: Ready, made: Script) -> None:
        ready.answer = ()
        found = of(perform(made, probe=True).seen, "logs")
        assert (found.worked, found.words) == (False, "lookup logs.eu-west-1.amazonaws.com: no such host")


class TestClients:
    def number(self, made: Script) -> int:
        return next(row.number for row in made.rows if row.need.step == "logs")

    def test_client_results_are_awaited_and_passed_to_watch(self, ready: Ready, made: Script) -> None:
        result = JobResult(self.number(made), worked=True, words="", tool="boto3", seconds=0.34)
        ready.resulted = [Resulted((), done=False), Resulted((result,), done=False), Resulted((result,), done=True)]
        shown: list[bool | None] = []
        found = perform(made, probe=False, watch=lambda seen: shown.append(of(seen, "logs").worked))
        assert shown == [None, True]
        last = of(found.seen, "logs")
        assert (last.worked, last.tool, last.seconds) == (True, "boto3", 0.3)

    def test_inconclusive_client_result_leaves_the_row_undecided(self, ready: Ready, made: Script) -> None:
        result = JobResult(self.number(made), None, "not found", "ctr", 0.1)
        ready.resulted = [Resulted((result,), done=True)]
        last = of(perform(made, probe=False).seen, "logs")
        assert (last.worked, last.why_not) == (None, "ctr came to no answer: not found")

    def test_failed_lab_raises_error_with_its_reason(self, ready: Ready, made: Script) -> None:
        ready.resulted = [Resulted((), done=True, failed="containerd does not answer")]
        with pytest.raises(SkerryError, match="the lab failed: containerd does not answer"):
            perform(made, probe=False)

    def test_refused_fixtures_are_reported_as_notes(self, ready: Ready, made: Script) -> None:
        ready.resulted = [Resulted((), done=True, refused=("parameter /aws/x: no",))]
        assert perform(made, probe=False).notes == ("parameter /aws/x: no",)


def test_script_without_a_plan_leaves_all_rows_undecided(made: Script) -> None:
    rows = tuple(row for row in made.rows if not row.host)
    assert [item.worked for item in perform(Script(rows, None, {}, None), probe=True).seen] == [None] * len(rows)
