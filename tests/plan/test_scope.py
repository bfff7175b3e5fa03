"""The scope of a plan: the launches, and what a look at a World finds of them."""

from skerry.plan.scope import Scope
from skerry.verdicts import BLOCKED, NOT_APPLICABLE
from tests.planning import isolated, launches


def test_look_at_a_world_finds_each_failing_call_of_all_launches() -> None:
    network = isolated()
    network.service("same")
    world = network.world()
    result = Scope(launches(world)).look(world)
    assert result.verdict is BLOCKED
    assert {(call.kind.names, call.need.step, call.subnet) for call in result.failing} == {
        (("web", "same"), step, "subnet-a") for step in ("registry-auth", "manifest", "layers", "logs")
    }


def test_look_for_no_launch_finds_nothing() -> None:
    assert Scope([]).look(isolated().world()).verdict is NOT_APPLICABLE
