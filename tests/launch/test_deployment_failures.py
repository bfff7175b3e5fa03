"""What ECS itself says of a service's failures."""

from skerry.launch.launches import failure_reasons_of
from skerry.model.arns import ResourceArn
from skerry.model.ecs import Deployment, Service, ServiceEvent


def service(*events: str, deployments: tuple[Deployment, ...] = ()) -> Service:
    return Service(
        ResourceArn("arn:aws:ecs:eu-west-1:111122223333:service/main/web"),
        "web",
        events=tuple(map(ServiceEvent, events)),
        deployments=deployments,
    )


def test_deployment_failure_reason_is_listed_before_events() -> None:
    failed = Deployment(rollout_state="FAILED", rollout_state_reason="tasks failed to start")
    fine = Deployment(rollout_state="COMPLETED", rollout_state_reason="all well")
    event = "(service web) is unable to consistently start tasks successfully."
    assert failure_reasons_of(service(event, deployments=(fine, failed))) == ("tasks failed to start", event)


def test_deployment_failures_ignore_success_events() -> None:
    assert (
        failure_reasons_of(service("(service web) has reached a steady state.", "(service web) has started 1 tasks."))
        == ()
    )


def test_deployment_failures_list_latest_three_distinct_events() -> None:
    events = [f"(service web) was unable to place a task {number}" for number in (4, 4, 3, 2, 1)]
    assert failure_reasons_of(service(*events)) == (events[0], events[2], events[3])


def test_failed_deployment_without_reason_is_not_listed() -> None:
    assert failure_reasons_of(service(deployments=(Deployment(rollout_state="FAILED"),))) == ()
