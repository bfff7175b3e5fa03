"""Pages of the answer to one AWS API call."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from skerry.aws.errors import CallContext, map_errors
from skerry.aws.image_config import fetch_configuration
from skerry.model.api_call import ApiCall

MOST_PAGES = 2_000
MOST_ROWS = 1_000_000
MOST_EMPTY = 200
"""The maximum of consecutive empty pages; AWS may return empty pages with a token for the next.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html#api-pagination
"""

TOKENS = (
    *("NextToken", "nextToken", "Marker", "NextMarker", "IsTruncated"),
    *("NextRecordName", "NextRecordType", "NextRecordIdentifier"),
)
"""The members of an answer that lead to its next page."""

# Marker may repeat the request or stand on the last page as well.
_LEADING = frozenset(TOKENS) - {"Marker"}


class PartialError(Exception):
    """The pages of a call end before its rows do; the message says why."""


def command_name_of(call: ApiCall) -> str:
    """Return the name of the call in the AWS CLI: ``describe-vpcs``."""
    # botocore is slow to import; reading files does not need it.
    from botocore import xform_name  # noqa: PLC0415

    name: str = xform_name(call.operation, "-")
    return name


def iterate_pages(client: Any, call: ApiCall, parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the pages of the answer from boto3, each requested on demand.

    The linked content replaces a link. Raises `PartialError` after the last page if rows are missing, `RefusedError`
    if only this call has no answer, else a `SkerryError`.
    """
    with map_errors(CallContext(call, bool(parameters), client.meta.region_name)):
        method = command_name_of(call).replace("-", "_")
        if client.can_paginate(method):
            size = {"PageSize": call.page} if call.page else {}
            answers = client.get_paginator(method).paginate(**parameters, PaginationConfig=size)
        else:
            answers = _by_token(client, method, call, dict(parameters))
        if call.first:
            yield from islice(answers, 1)
        elif call.link:
            for page in answers:
                yield fetch_configuration(client, call.operation, str(page.get(call.link, "")))
        else:
            yield from _bounded(answers, call)


def _bounded(answers: Any, call: ApiCall) -> Iterator[dict[str, Any]]:
    """Yield pages until they repeat, or exceed the bounds of any account."""
    seen: set[str] = set()
    rows = empty = 0
    page: dict[str, Any] = {}
    for count, page in enumerate(answers, 1):
        yield page
        size = len(page.get(call.rows or "", ()))
        rows, empty = rows + size, 0 if size else empty + 1
        token = str([page[key] for key in TOKENS if page.get(key)])
        if token in seen:
            raise PartialError("AWS gave the same token for the next page twice")
        if _leads_on(page):
            seen.add(token)
            _check(count, rows, empty)
    if _leads_on(page):
        raise PartialError("AWS said that there is more, and not where")


def _check(count: int, rows: int, empty: int) -> None:
    if count >= MOST_PAGES or rows >= MOST_ROWS:
        raise PartialError(f"AWS gave {count} pages with {rows} rows, and there is more")
    if empty >= MOST_EMPTY:
        raise PartialError(f"AWS gave {empty} empty pages one after another")


def _leads_on(page: Mapping[str, Any]) -> bool:
    return any(page.get(key) for key in _LEADING)


def _by_token(client: Any, method: str, call: ApiCall, parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the pages of a call without a botocore paginator."""
    if call.page:
        shape = client.meta.service_model.operation_model(call.operation).input_shape
        # Route 53 takes its numbers as text.
        text = shape.members[call.limit].type_name == "string"
        parameters[call.limit] = str(call.page) if text else call.page
    token: dict[str, str] = {}
    while True:
        answer = getattr(client, method)(**parameters, **token)
        yield answer
        # EC2 and Route 53 capitalize the name of the token, ECS does not.
        token = {name: answer[name] for name in ("NextToken", "nextToken") if answer.get(name)}
        if not token:
            return
