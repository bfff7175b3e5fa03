"""Failures in ECS's words: the reasons of failed deployments, and the latest events about a failure."""

from skerry.model.ecs import Service

_MOST = 3
_FAILED = "FAILED"
# Parts of the messages at https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
_OF_FAILURES = ("unable to", "failed", "unhealthy", "rolling back", "could not")


def failure_reasons_of(service: Service) -> tuple[str, ...]:
    """Return the reasons of a service's failed deployments, then its latest events about failures, each once."""
    rollout_reasons = [record.rollout_state_reason for record in service.deployments if record.rollout_state == _FAILED]
    deployments = [text for text in rollout_reasons if text]
    events = [
        record.message for record in service.events if any(part in record.message.lower() for part in _OF_FAILURES)
    ]
    return tuple(dict.fromkeys([*deployments, *list(dict.fromkeys(events))[:_MOST]]))
