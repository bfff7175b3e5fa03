"""Waits for states that AWS reaches some time after a call, bounded in time."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple, assert_never

from skerry.apply.lookups import read_one
from skerry.aws.account_session import AccountSession
from skerry.plan.api_calls import WaitGoal


class Timing(NamedTuple):
    """The pauses and bounds of waits, in seconds.

    ``longest`` bounds a wait for a state: endpoints and NAT gateways take minutes. ``settle`` bounds the time
    until AWS shows a new resource, or a deletion (eventual consistency).
    https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
    """

    pause: float = 5
    longest: float = 900
    settle: float = 60


class StepError(Exception):
    """A step that cannot go on, with its reason."""


_AVAILABLE = "available"
_STARTING = frozenset({"pending", "partial"})


def until(timing: Timing, bound: float, attempt: Callable[[], bool]) -> bool:
    """Try until an attempt succeeds; False if it does not in the bound of time."""
    end = time.monotonic() + bound
    pause = min(1.0, timing.pause)
    while not attempt():
        if time.monotonic() >= end:
            return False
        time.sleep(pause)
        pause = min(timing.pause, pause * 2)
    return True


def wait_for(session: AccountSession, goal: WaitGoal, resource: str, timing: Timing) -> None:
    """Wait until a resource reaches a state. Raises `StepError` if it fails, or takes too long."""
    bound = timing.settle if goal == "group-exists" else timing.longest
    if not until(timing, bound, lambda: _has_reached(session, goal, resource)):
        raise StepError(f"{resource} is not {goal.rpartition('-')[2]} after {bound:.0f} seconds")


def _has_reached(session: AccountSession, goal: WaitGoal, resource: str) -> bool:
    match goal:
        case "group-exists":
            return _record(session, "DescribeSecurityGroups", "GroupIds", resource, "SecurityGroups") is not None
        case "endpoint-available":
            return _is_available(resource, _endpoint(session, resource))
        case "endpoint-deleted":
            return _is_gone(_endpoint(session, resource))
        case "nat-gateway-available":
            return _is_available(resource, _nat_gateway(session, resource))
        case "nat-gateway-deleted":
            return _is_gone(_nat_gateway(session, resource))
        case _:
            assert_never(goal)


def _is_available(resource: str, row: dict[str, Any] | None) -> bool:
    if row is None:
        return False
    state = str(row.get("State", "")).lower()
    if state == _AVAILABLE:
        return True
    if state in _STARTING:
        return False
    message = row.get("FailureMessage") or (row.get("LastError") or {}).get("Message") or ""
    raise StepError(f"{resource} is {state}{': ' if message else ''}{message}")


def _is_gone(row: dict[str, Any] | None) -> bool:
    return row is None or str(row.get("State", "")).lower() == "deleted"


def _endpoint(session: AccountSession, resource: str) -> dict[str, Any] | None:
    return _record(session, "DescribeVpcEndpoints", "VpcEndpointIds", resource, "VpcEndpoints")


def _nat_gateway(session: AccountSession, resource: str) -> dict[str, Any] | None:
    return _record(session, "DescribeNatGateways", "NatGatewayIds", resource, "NatGateways")


def _record(session: AccountSession, operation: str, parameter: str, resource: str, rows: str) -> dict[str, Any] | None:
    return read_one(session, operation, parameter, resource, rows)
