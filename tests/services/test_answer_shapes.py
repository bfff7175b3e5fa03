"""The records of answers have the fields of AWS's API models."""

from typing import Any

import msgspec
import pytest

from skerry.services import READS_BY_ACTION
from skerry.services.ecr_images import LAYER
from skerry.services.resource_read import ResourceRead
from tests.model.test_shapes import complaints, model_of

# A structure read as a mapping: a grant with a constraint of any kind, also of a new one, is a constrained grant.
KEPT_WHOLE = "kms:ListGrants.Grants.Constraints is a structure"


@pytest.mark.parametrize(
    "read", [read for read in READS_BY_ACTION.values() if read is not LAYER], ids=lambda read: read.action
)
def test_record_of_a_read_fits_the_api_model(read: ResourceRead[Any]) -> None:
    shape: Any = model_of(read.call.service).operation_model(read.call.operation).output_shape
    if read.rows:
        shape = shape.members[read.rows].member
    lines = complaints(msgspec.inspect.type_info(read.record), shape, read.action)
    assert [line for line in lines if not line.startswith(KEPT_WHOLE)] == []


@pytest.mark.parametrize("read", READS_BY_ACTION.values(), ids=lambda read: read.action)
def test_read_is_named_by_parameters_of_its_call(read: ResourceRead[Any]) -> None:
    operation = model_of(read.call.service).operation_model(read.call.operation)
    assert set(read.named_by) <= set(operation.input_shape.members if operation.input_shape else {})
