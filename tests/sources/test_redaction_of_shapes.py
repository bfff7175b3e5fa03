"""Redaction against botocore's own shapes of answers."""

from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from skerry.sources.redaction import redact
from tests.networks import as_bytes

CALLS = [
    ("ecs", "DescribeTaskDefinition"),
    ("ecs", "DescribeServices"),
    ("ecs", "DescribeTasks"),
    ("ecs", "DescribeClusters"),
    ("events", "ListTargetsByRule"),
    ("scheduler", "GetSchedule"),
]


def filled(shape: Shape, within: tuple[str, ...] = ()) -> Any:
    """A value of the shape, with ``hush`` in each text of a map or of what botocore marks as sensitive."""
    if isinstance(shape, StructureShape):
        inner = (*within, shape.name)
        return {key: filled(member, inner) for key, member in shape.members.items() if shape.name not in within}
    if isinstance(shape, ListShape):
        return [filled(shape.member, within)]
    if isinstance(shape, MapShape):
        return {"hush-key": "hush"}
    if isinstance(shape, StringShape):
        return "hush" if shape.metadata.get("sensitive") else "x"
    return True


@pytest.mark.parametrize(("service", "operation"), CALLS, ids=str)
def test_redaction_removes_botocore_maps_and_sensitive_strings(service: str, operation: str) -> None:
    """AWS puts what users write into maps; a new one must be redacted."""
    shape = botocore.session.get_session().get_service_model(service).operation_model(operation).output_shape
    [kept] = redact({"a.json": as_bytes({"ScheduleExpression": "x"} | filled(shape))}).values()
    assert b'"hush"' not in kept
