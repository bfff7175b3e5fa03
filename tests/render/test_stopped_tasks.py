"""What ECS printed of a service, with what it means."""

from typing import Any

import click

from skerry.render import console
from skerry.render import json as rendered
from skerry.render.view import View
from tests.networks import Network, container
from tests.render.networks import diagnosed

AUTH = (
    "ResourceInitializationError: unable to retrieve ecr registry auth: RequestError: send request failed caused by: "
    "Post https://api.ecr.eu-west-1.amazonaws.com/: dial tcp 52.46.145.{}:443: i/o timeout"
)


def stopped(*reasons: str, **more: Any) -> Network:
    network = Network()
    network.definition(container())
    network.service()
    for number, reason in enumerate(reasons):
        at = f"2026-11-28T12:{10 * number:02}:00+00:00"
        task = {"group": "service:web", "lastStatus": "STOPPED", "stoppedReason": reason, "stoppedAt": at}
        network.task(f"{number}f", **(task | more))
    return network


def text_of(network: Network) -> str:
    return click.unstyle(console.format_diagnosis(diagnosed(network.world()), view=View(width=1000)))


def test_stopped_reason_is_explained() -> None:
    text = text_of(stopped(AUTH.format(1)))
    assert "    means network at registry-auth: api.ecr.eu-west-1.amazonaws.com resolves to 52.46.145.1" in text


def test_stopped_reason_has_its_time_before_the_state_of_the_verdict() -> None:
    assert "    stopped 2026-11-28T12:00:00Z, before the state that the verdict is about\n" in text_of(stopped("one"))
    twice = text_of(stopped("one", "one"))
    assert (
        "  2 tasks: one\n    last stopped 2026-11-28T12:10:00Z, before the state that the verdict is about\n" in twice
    )
    unknown = text_of(stopped("one", stoppedAt=None))
    assert "    stopped at a time that is not known, before the state that the verdict is about\n" in unknown


def test_repeated_stopped_reason_is_explained_once_as_a_crash_loop() -> None:
    text = text_of(stopped(*map(AUTH.format, (1, 2, 3, 4))))
    assert text.count("means network at registry-auth") == 1
    assert "blocked: a crash loop: 4 tasks stopped for one cause, network at registry-auth, 6.0 an hour" in text


def test_crash_loop_rate_is_rounded_or_reported_as_missing() -> None:
    text = text_of(stopped(*[AUTH.format(number) for number in (1, 2, 3)], stoppedAt=None))
    assert "the times of some are missing" in text
    network = stopped(*[AUTH.format(number) for number in (1, 2, 3)])
    for number, task in enumerate(network.rows["tasks"]):
        task["stoppedAt"] = f"2026-11-28T12:00:{20 * number:02}+00:00"
    assert "registry-auth, 180 an hour" in text_of(network)


def test_container_reason_is_printed_and_explained() -> None:
    reason = "CannotPullContainerError: manifest unknown"
    text = text_of(stopped("Task failed to start", containers=[{"name": "app", "reason": reason}]))
    assert f"    container: {reason}\n    means image at manifest: " in text


def test_service_event_is_explained() -> None:
    network = stopped()
    message = "(service web) was unable to place a task. Reason: Capacity is unavailable at this time."
    network.rows["services"][0]["events"] = [{"message": message}]
    assert f"  {message}\n    means capacity at placement: " in text_of(network)


def test_secrets_in_reasons_and_events_are_masked() -> None:
    network = stopped("failed: https://a.example/?X-Amz-Security-Token=Zm9vYmFyYmF6")
    network.rows["services"][0]["events"] = [{"message": "failed with password=Zm9vYmFyYmF6"}]
    world = network.world()
    assert "Zm9vYmFy" not in text_of(network)
    assert "Zm9vYmFy" not in rendered.encode_diagnosis(world, diagnosed(world))
