"""Asking AWS one call, page by page."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from skerry.aws.call import ApiCall
from skerry.aws.errors import Subject, mapped
from skerry.aws.links import configuration


def command(call: ApiCall) -> str:
    """The call as AWS's command line names it: ``describe-vpcs``."""
    # botocore is slow to import; those that read files do without it.
    from botocore import xform_name  # noqa: PLC0415

    name: str = xform_name(call.operation, "-")
    return name


def pages(client: Any, call: ApiCall, parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The pages of the answer as boto3 gives them, each asked for when it is wanted.

    In the place of a link stands what it leads to. Raises `RefusedError` where AWS does not answer this call and
    others may go on, else a `SkerryError`.
    """
    with mapped(Subject(call, bool(parameters), client.meta.region_name)):
        method = command(call).replace("-", "_")
        if client.can_paginate(method):
            size = {"PageSize": call.page} if call.page else {}
            found = client.get_paginator(method).paginate(**parameters, PaginationConfig=size)
        else:
            found = _by_token(client, method, call, dict(parameters))
        for page in islice(found, 1) if call.first else found:
            yield configuration(client, call.operation, str(page.get(call.link, ""))) if call.link else page


def _by_token(client: Any, method: str, call: ApiCall, parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The pages of a call that botocore has no paginator for."""
    if call.page:
        shape = client.meta.service_model.operation_model(call.operation).input_shape
        # Route 53 takes its numbers as text.
        text = shape.members[call.limit].type_name == "string"
        parameters[call.limit] = str(call.page) if text else call.page
    token: dict[str, str] = {}
    while True:
        answer = getattr(client, method)(**parameters, **token)
        yield answer
        # EC2 and Route 53 write the name of the token with a capital letter, ECS without.
        token = {name: answer[name] for name in ("NextToken", "nextToken") if answer.get(name)}
        if not token:
            return
