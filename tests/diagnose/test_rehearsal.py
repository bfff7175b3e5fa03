"""What a rehearsal says of prediction and packets together."""

import msgspec
import pytest

from skerry.diagnose.rehearsal import LabResult, RehearsalStep, combine_steps, port_of
from skerry.launch.needs import Blocks, Call, Fault, Interface, Mount
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, OK, UNKNOWN, Verdict


def step(
    predicted: Verdict, *, worked: bool | None, subnet: str = "subnet-a", blocks: Blocks = "start"
) -> RehearsalStep:
    need = Call("logs", "logs.eu-west-1.amazonaws.com", blocks=blocks)
    return RehearsalStep(subnet, need, "logs.eu-west-1.amazonaws.com", predicted, LabResult(worked))


class TestRehearsalSteps:
    @pytest.mark.parametrize(
        ("predicted", "worked", "disagrees"),
        [
            (OK, True, False),
            (OK, False, True),
            (BLOCKED, False, False),
            (BLOCKED, True, True),
            (OK, None, False),
            (BLOCKED, None, False),
            (UNKNOWN, True, False),
            (UNKNOWN, False, False),
            (INTERMITTENT, True, False),
            (INTERMITTENT, False, False),
        ],
    )
    def test_rehearsal_step_disagrees_if_packets_contradict_certain_verdict(
        self, *, predicted: Verdict, worked: bool | None, disagrees: bool
    ) -> None:
        assert step(predicted, worked=worked).disagrees is disagrees

    @pytest.mark.parametrize(
        ("predicted", "worked", "verdict"),
        [
            (OK, True, OK),
            (OK, False, BLOCKED),
            (BLOCKED, True, OK),
            (BLOCKED, False, BLOCKED),
            (OK, None, OK),
            (BLOCKED, None, BLOCKED),
            # What was made up for a missing fact proves nothing.
            (UNKNOWN, True, UNKNOWN),
            (UNKNOWN, False, UNKNOWN),
            (INTERMITTENT, True, INTERMITTENT),
            (NOT_APPLICABLE, None, NOT_APPLICABLE),
        ],
    )
    def test_rehearsal_step_verdict_follows_packets_if_prediction_is_certain(
        self, *, predicted: Verdict, worked: bool | None, verdict: Verdict
    ) -> None:
        assert step(predicted, worked=worked).verdict is verdict


class TestRehearsals:
    def test_rehearsal_is_ok_if_every_step_works(self) -> None:
        assert combine_steps("web", [step(OK, worked=True), step(OK, worked=None)]).verdict is OK

    def test_rehearsal_is_blocked_if_a_step_fails(self) -> None:
        assert combine_steps("web", [step(OK, worked=True), step(BLOCKED, worked=False)]).verdict is BLOCKED

    def test_rehearsal_is_intermittent_if_a_subnet_of_two_fails(self) -> None:
        steps = [step(OK, worked=True), step(BLOCKED, worked=False, subnet="subnet-b")]
        assert combine_steps("web", steps).verdict is INTERMITTENT

    def test_rehearsal_verdict_ignores_runtime_steps(self) -> None:
        steps = [step(OK, worked=True), step(BLOCKED, worked=False, blocks="runtime")]
        assert combine_steps("web", steps).verdict is OK

    def test_rehearsal_without_steps_is_unknown(self) -> None:
        assert combine_steps("web", []).verdict is UNKNOWN

    def test_rehearsal_lists_disagreements(self) -> None:
        wrong = step(OK, worked=False)
        assert combine_steps("web", [step(OK, worked=True), wrong]).disagreements == (wrong,)

    def test_rehearsal_keeps_name_and_notes(self) -> None:
        found = combine_steps("web", [], ("a note",))
        assert (found.name, found.notes) == ("web", ("a note",))


def test_port_of_need_is_set_only_for_calls_and_mounts() -> None:
    assert port_of(Call("logs", "a.example", 8443)) == 8443
    assert port_of(Mount("fs-1")) == 2049
    assert port_of(Interface()) is None
    assert port_of(Fault("logs", "CODE", "a fault")) is None


def test_subnets_with_equal_results_are_one_group() -> None:
    steps = [step(OK, worked=True, subnet=subnet) for subnet in ("subnet-a", "subnet-b")]
    later = msgspec.structs.replace(steps[1], observed=LabResult(worked=True, seconds=5.0))
    other = step(BLOCKED, worked=False, subnet="subnet-c")
    groups = combine_steps("web", [steps[0], later, other]).subnet_groups
    assert [group.subnets for group in groups] == [("subnet-a", "subnet-b"), ("subnet-c",)]
    assert groups[0].steps == (steps[0],)


@pytest.mark.parametrize(
    ("predicted", "worked", "next_step"),
    [(OK, True, None), (BLOCKED, False, "plan"), (UNKNOWN, None, "supply-facts"), (OK, False, None)],
    ids=["works", "blocked", "unknown", "disagrees"],
)
def test_next_step_of_a_rehearsal_follows_from_its_verdict(
    *, predicted: Verdict, worked: bool | None, next_step: str | None
) -> None:
    assert combine_steps("web", [step(predicted, worked=worked)]).next_step == next_step
