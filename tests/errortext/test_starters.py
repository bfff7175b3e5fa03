"""Errors of what starts tasks: AWS Batch, Step Functions, EventBridge, CodeDeploy; and of GuardDuty's agent."""

import json

import pytest

from skerry.errortext.explain import explain

REFUSED = (
    "User: arn:aws:sts::111122223333:assumed-role/machine/run is not authorized to perform: ecs:RunTask on resource: "
    "arn:aws:ecs:eu-west-1:111122223333:task-definition/app:1 because no identity-based policy allows the ecs:RunTask "
    "action (Service: AmazonECS; Status Code: 400; Error Code: AccessDeniedException)"
)
UNREACHED = (
    "CannotPullContainerError: failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/{image}: failed to "
    'do request: Head "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/{image}/manifests/1": '
    "dial tcp 10.0.1.5:443: i/o timeout"
)
GUARDDUTY = (
    "CannotPullContainerError: failed to resolve ref "
    "323658145986.dkr.ecr.eu-central-1.amazonaws.com/aws-guardduty-agent-fargate:v1"
)
CODEDEPLOY = (
    "The IAM role arn:aws:iam::111122223333:role/deploy does not give you permission to perform operations in the "
    "following AWS service: AmazonECS. Contact your AWS administrator if you need help."
)


def only(text: str) -> tuple[str, str, str]:
    """Return class, step and rule of the one explanation."""
    [answer] = explain(text)
    return answer.kind, answer.step, answer.rule


def failed_state(error: str, cause: object) -> str:
    return json.dumps({"error": error, "cause": cause if isinstance(cause, str) else json.dumps(cause)})


def stopped_task(code: str, reason: str) -> dict[str, object]:
    """Return a task as Step Functions writes it into the cause of a failed state."""
    containers = [{"ExitCode": None, "LastStatus": "STOPPED", "Name": "app"}]
    return {"Attachments": [], "Containers": containers, "StopCode": code, "StoppedReason": reason}


def dead_letter(code: str, target: str = "arn:aws:ecs:eu-west-1:111122223333:cluster/c") -> str:
    """Return a message of a dead-letter queue with EventBridge's attributes."""
    attributes = {
        "RULE_ARN": "arn:aws:events:eu-west-1:111122223333:rule/nightly",
        "TARGET_ARN": target,
        "ERROR_CODE": code,
    }
    return json.dumps({name: {"StringValue": value, "DataType": "String"} for name, value in attributes.items()})


def test_failed_state_is_explained_by_stopped_reason_of_its_task() -> None:
    ended = stopped_task("EssentialContainerExited", "Essential container in task exited")
    assert only(failed_state("States.TaskFailed", ended)) == ("app", "runtime", "exited")
    not_started = stopped_task("TaskFailedToStart", UNREACHED.format(image="app"))
    assert only(failed_state("States.TaskFailed", not_started)) == ("network", "manifest", "private-timeout")


def test_failed_state_is_explained_by_answer_of_ecs() -> None:
    assert only(failed_state("ECS.AccessDeniedException", REFUSED)) == ("permission", "placement", "role-policy")
    nowhere = "No Container Instances were found in your cluster. (Service: AmazonECS; Status Code: 400)"
    assert only(failed_state("ECS.AmazonECSException", nowhere)) == ("capacity", "placement", "no-instance")


@pytest.mark.parametrize(
    ("text", "kind", "rule"),
    [
        ("States.TaskFailed", "ambiguous", "states-task-failed"),
        ("ECS.AmazonECSException", "ambiguous", "states-ecs-error"),
        ("States.Timeout", "ambiguous", "states-timeout"),
        ("States.Permissions", "permission", "states-permissions"),
        ("States.Runtime: Invalid path '$.tasks'", "configuration", "states-runtime"),
        ("MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS", "permission", "batch-service-role"),
        ("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", "configuration", "batch-job"),
        ("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", "capacity", "batch-no-capacity"),
        ("UNDETERMINED - Batch job is blocked, root cause is undetermined.", "ambiguous", "batch-undetermined"),
        (CODEDEPLOY, "permission", "codedeploy-role"),
        (
            "The deployment timed out while waiting for the replacement task set to become healthy.",
            "ambiguous",
            "codedeploy-unhealthy",
        ),
    ],
)
def test_error_of_a_starter_is_explained(text: str, kind: str, rule: str) -> None:
    assert only(text) == (kind, "placement", rule)


@pytest.mark.parametrize(
    ("code", "kind", "rule"),
    [
        ("NO_PERMISSIONS", "permission", "target-denied"),
        ("FAILED_TO_ASSUME_ROLE", "permission", "target-denied"),
        ("NO_RESOURCE", "configuration", "target-invalid"),
        ("INVALID_PARAMETER", "configuration", "target-invalid"),
        ("THROTTLING", "capacity", "target-throttled"),
        ("RESOURCE_LIMIT_EXCEEDED", "capacity", "target-throttled"),
        ("ERROR_FROM_TARGET", "ambiguous", "target-failed"),
    ],
)
def test_dead_letter_of_a_task_is_explained_by_its_code(code: str, kind: str, rule: str) -> None:
    assert only(dead_letter(code)) == (kind, "placement", rule)


def test_dead_letter_of_another_target_tells_nothing_of_tasks() -> None:
    assert explain(dead_letter("NO_PERMISSIONS", "arn:aws:lambda:eu-west-1:111122223333:function:f")) == ()


def test_refused_image_of_guardduty_is_a_permission_error() -> None:
    [answer] = explain(
        f"{GUARDDUTY}: unexpected status from HEAD request to https://323658145986.dkr.ecr: 403 Forbidden"
    )
    assert (answer.kind, answer.step, answer.rule) == ("permission", "manifest", "guardduty-image-denied")
    assert "the task starts without the agent" in answer.cause


def test_cut_text_about_image_of_guardduty_proves_no_cause() -> None:
    assert only(f"{GUARDDUTY}: unexpected status from HEAD") == ("ambiguous", "manifest", "guardduty-image-cut")


def test_unreached_image_of_guardduty_is_a_network_error() -> None:
    assert only(UNREACHED.format(image="aws-guardduty-agent-fargate")) == ("network", "manifest", "private-timeout")


def test_missing_hosted_zone_is_no_dns_failure() -> None:
    text = "An error occurred (NoSuchHostedZone) when calling the GetHostedZone operation: No hosted zone found: Z1"
    assert only(text) == ("configuration", "placement", "hosted-zone-missing")
