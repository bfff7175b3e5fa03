"""Asking AWS one call, page by page."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from skerry.aws.api_call import ApiCall
from skerry.aws.errors import CallContext, map_errors
from skerry.aws.image_config import fetch_configuration

MOST_PAGES = 2_000
MOST_ROWS = 1_000_000
MOST_EMPTY = 200
"""Empty pages in a row: AWS may give some that lead to others.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html#api-pagination
"""

TOKENS = (
    *("NextToken", "nextToken", "Marker", "NextMarker", "IsTruncated"),
    *("NextRecordName", "NextRecordType", "NextRecordIdentifier"),
)
"""The members of an answer that lead to its next page."""

# Those that repeat what was asked, or are there on the last page as well.
_LEADING = frozenset(TOKENS) - {"Marker"}


class PartialError(Exception):
    """The pages of a call end before its rows do, for a reason."""


def command_name_of(call: ApiCall) -> str:
    """The call as AWS's command line names it: ``describe-vpcs``."""
    # botocore is slow to import; those that read files do without it.
    from botocore import xform_name  # noqa: PLC0415

    name: str = xform_name(call.operation, "-")
    return name


def iterate_pages(client: Any, call: ApiCall, parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the pages of the answer as boto3 gives them, each asked for when it is wanted.

    In the place of a link stands the content that it leads to. Raises `PartialError` after the last page where more
    rows cannot be had, `RefusedError` where this call has no answer and others may have, else a `SkerryError`.
    """
    with map_errors(CallContext(call, bool(parameters), client.meta.region_name)):
        method = command_name_of(call).replace("-", "_")
        if client.can_paginate(method):
            size = {"PageSize": call.page} if call.page else {}
            found = client.get_paginator(method).paginate(**parameters, PaginationConfig=size)
        else:
            found = _by_token(client, method, call, dict(parameters))
        if call.first:
            yield from islice(found, 1)
        elif call.link:
            for page in found:
                yield fetch_configuration(client, call.operation, str(page.get(call.link, "")))
        else:
            yield from _bounded(found, call)


def _bounded(found: Any, call: ApiCall) -> Iterator[dict[str, Any]]:
    """Yield pages until they repeat themselves, or are more than any account has."""
    seen: set[str] = set()
    rows = empty = 0
    page: dict[str, Any] = {}
    for count, page in enumerate(found, 1):
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
    """Yield the pages of a call that botocore has no paginator for."""
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
