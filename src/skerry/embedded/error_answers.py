"""Errors as each protocol of AWS writes them."""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

import warnings
from typing import Any

_OF_BATCH = {
    name.lower(): name
    for name in ("DescribeComputeEnvironments", "DescribeJobDefinitions", "DescribeJobQueues", "ListJobs")
}


class _AnsweredError(Exception):
    """An error as moto writes it for each protocol; one of moto's own would have to be of its service."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def answer_with_error(response: Any, code: str, message: str) -> Any:
    """Return an error as the answer of a call, in the format of its service."""
    from moto.core.responses import ActionResult  # noqa: PLC0415

    # AWS Batch's operations have the names of their paths in moto, in small letters.
    operation = operation_of(response)
    response._get_action = lambda: operation
    with warnings.catch_warnings():
        # moto warns because no service model contains the common error codes.
        warnings.simplefilter("ignore")
        return response.serialized(ActionResult(_AnsweredError(code, message)))


def signing_name_of(response: Any) -> str:
    """Return the IAM prefix of a service, which is also its name in signatures."""
    names = {"efs": "elasticfilesystem", "stepfunctions": "states"}
    name: str = response.boto3_service_name
    return names.get(name, name)


def operation_of(response: Any) -> str:
    """Return the operation of a request. moto names those of AWS Batch by their paths, in small letters."""
    name: str = response._get_action()
    return _OF_BATCH.get(name, name) if response.boto3_service_name == "batch" else name
