"""States of endpoints and NAT gateways over time: ``pending``, ``available``, ``deleting``, and gone.

https://docs.aws.amazon.com/vpc/latest/privatelink/concepts.html (endpoint states)
https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html (NAT gateway states)
"""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

from dataclasses import dataclass
from typing import Any

from skerry.embedded.settings import settings_in_use

PENDING, AVAILABLE, DELETING, DELETED, FAILED = "pending", "available", "deleting", "deleted", "failed"
_REMAINS_VISIBLE = 3600.0
"""Seconds for which a deleted or failed NAT gateway stays in the list: about an hour, by the page above."""


@dataclass
class Transition:
    """The state of a resource once it was described often enough, and long enough has passed."""

    to: str
    calls: int
    at: float


def begin(resource: Any, during: str, to: str) -> None:
    """Set a state, and the next one; without delays in the settings, the next one at once."""
    settings = settings_in_use()
    calls, seconds = (
        (settings.deleting_calls, settings.deleting_seconds)
        if during == DELETING
        else (settings.pending_calls, settings.pending_seconds)
    )
    resource.state = during
    resource.transition = Transition(to, calls, settings.now() + seconds)
    _move(resource)


def count_description(resource: Any) -> None:
    """Count a description of a resource; the state changes before the next one."""
    transition = getattr(resource, "transition", None)
    if transition is not None:
        transition.calls = max(0, transition.calls - 1)


def _move(resource: Any) -> None:
    transition = getattr(resource, "transition", None)
    if transition is not None and transition.calls == 0 and settings_in_use().now() >= transition.at:
        resource.state, resource.transition = transition.to, None


def settle(backend: Any) -> None:
    """Move all resources of a Region to their present states, and remove those that are gone."""
    for endpoint in list(backend.vpc_end_points.values()):
        _move(endpoint)
        if endpoint.state == DELETED:
            for interface in endpoint.network_interface_ids:
                backend.enis.pop(interface, None)
            del backend.vpc_end_points[endpoint.id]
    for gateway in list(backend.nat_gateways.values()):
        before = gateway.state
        _move(gateway)
        if gateway.state in {DELETED, FAILED} and before != gateway.state:
            retire(backend, gateway)
        ended = getattr(gateway, "ended", None)
        if ended is not None and settings_in_use().now() >= ended + _REMAINS_VISIBLE:
            del backend.nat_gateways[gateway.id]


def retire(backend: Any, gateway: Any) -> None:
    """Take the interface and the address from a NAT gateway that ended.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNatGateway.html
    """
    gateway.ended = settings_in_use().now()
    for address in backend.addresses:
        if address.eni is not None and address.eni.id == gateway._eni.id:
            address.eni = address.association_id = None
    backend.enis.pop(gateway._eni.id, None)
