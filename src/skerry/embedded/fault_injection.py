"""Fault injection for the embedded AWS: throttling, denied actions, small pages and latency."""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

import json
import re
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import Any
from xml.etree import ElementTree as ET

from skerry.embedded.patching import Correction

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the common errors of the others.
_DENIED = {"ec2": "UnauthorizedOperation"} | dict.fromkeys(("iam", "route53", "s3", "sts"), "AccessDenied")
_THROTTLED = {"ec2": "RequestLimitExceeded", "s3": "SlowDown"} | dict.fromkeys(("iam", "route53", "sts"), "Throttling")
_OF_BATCH = {
    name.lower(): name
    for name in ("DescribeComputeEnvironments", "DescribeJobDefinitions", "DescribeJobQueues", "ListJobs")
}
_NAMESPACE = re.compile(r"^\{(?P<uri>[^}]*)\}")


class Faults:
    """Faults of the embedded AWS, which may be set at any time.

    ``throttle``: every so many calls is throttled, 0 none. ``denied``: IAM actions that are denied, such as
    ``ec2:DescribeVpcs``. ``page``: the most rows of a page of EC2's and ECS's lists, which moto gives whole; 0 is
    all. ``latency``: seconds that each call takes longer. ``errors``: a code that an action is answered with.
    ``seen`` are the actions of all calls, in order, those that were throttled too.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Switch all faults off, and forget the calls that were seen."""
        self.throttle = 0
        self.denied: set[str] = set()
        self.errors: dict[str, str] = {}
        self.page = 0
        self.latency = 0.0
        self.seen: list[str] = []
        self._calls = count(1)

    def wait(self) -> None:
        """Wait for the latency of a call."""
        if self.latency:
            time.sleep(self.latency)

    def corrections(self) -> Sequence[Correction]:
        """Return the patches that inject the faults into moto."""
        from moto.core.responses import BaseResponse  # noqa: PLC0415
        from moto.s3.responses import S3Response  # noqa: PLC0415

        # moto answers S3 calls by other methods than all other calls.
        return (
            Correction(BaseResponse, "call_action", self._call_action),
            Correction(S3Response, "get_bucket_policy", partial(self._of_s3, "s3:GetBucketPolicy")),
            Correction(S3Response, "list_objects_v2", partial(self._of_s3, "s3:ListBucket")),
        )

    def _of_s3(self, action: str, original: Any, response: Any) -> Any:
        from moto.s3.exceptions import S3ClientError  # noqa: PLC0415

        self.seen.append(action)
        if code := self._code("s3", action):
            raise S3ClientError(code, f"{action} is answered with a fault")
        return original(response)

    def _call_action(self, original: Any, response: Any) -> Any:
        service, operation = _signed_for(response), _operation_of(response)
        action = f"{service}:{operation}"
        self.seen.append(action)
        if code := self._code(service, action):
            return _error(response, code, f"{action} is answered with a fault")
        if self.page and service in {"ec2", "ecs"} and re.match("Describe|List|Get.*Entries", operation):
            return _paged(original, response, self.page)
        return original(response)

    def _code(self, service: str, action: str) -> str | None:
        if self.throttle and next(self._calls) % self.throttle == 0:
            return _THROTTLED.get(service, "ThrottlingException")
        if action in self.denied:
            return _DENIED.get(service, "AccessDeniedException")
        return self.errors.get(action)


def _signed_for(response: Any) -> str:
    """Return the IAM prefix of a service, which is also its name in signatures."""
    names = {"efs": "elasticfilesystem", "stepfunctions": "states"}
    name: str = response.boto3_service_name
    return names.get(name, name)


def _operation_of(response: Any) -> str:
    """Return the operation of a request. moto names those of AWS Batch by their paths, in small letters."""
    name: str = response._get_action()
    return _OF_BATCH.get(name, name) if response.boto3_service_name == "batch" else name


class _FaultError(Exception):
    """An error as moto writes it for each protocol; one of moto's own would have to be of its service."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def _error(response: Any, code: str, message: str) -> Any:
    from moto.core.responses import ActionResult  # noqa: PLC0415

    operation = _operation_of(response)
    response._get_action = lambda: operation
    with warnings.catch_warnings():
        # moto warns because no service model contains the common error codes.
        warnings.simplefilter("ignore")
        return response.serialized(ActionResult(_FaultError(code, message)))


def _paged(original: Callable[[Any], Any], response: Any, size: int) -> Any:
    """Return a page of moto's answer, with the token for the next.

    EC2 and ECS return pages only if the request has a limit, or ECS has a maximum of its own:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html
    """
    start = int(_taken(response, "NextToken") or _taken(response, "nextToken") or 0)
    limit = _taken(response, "MaxResults") or _taken(response, "maxResults")
    status, headers, body = original(response)
    if limit is None or int(status) != 200:  # noqa: PLR2004 - HTTP's OK
        return status, headers, body
    cut = _cut_json if response.boto3_service_name == "ecs" else _cut_xml
    content = body if isinstance(body, str) else body.decode()
    return status, headers, cut(content, start, min(size, int(limit)))


def _taken(response: Any, name: str) -> str | None:
    """Remove a parameter from the request and return it, so that moto does not page itself."""
    value = response._get_param(name)
    response.querystring.pop(name, None)
    if isinstance(response.params, dict):
        response.params.pop(name, None)
    return None if value is None else str(value)


def _cut_json(body: str, start: int, size: int) -> str:
    answer = json.loads(body)
    for key, rows in list(answer.items()):
        if isinstance(rows, list):
            answer[key] = rows[start : start + size]
            if start + size < len(rows):
                answer["nextToken"] = str(start + size)
    return json.dumps(answer)


def _cut_xml(body: str, start: int, size: int) -> str:
    root = ET.fromstring(body)  # noqa: S314 - moto's own answer
    namespace = _NAMESPACE.match(root.tag)
    place = f"{{{namespace['uri']}}}" if namespace else ""
    for rows in list(root):
        items = rows.findall(f"{place}item")
        for item in (*items[:start], *items[start + size :]):
            rows.remove(item)
        if start + size < len(items):
            for old in root.findall(f"{place}nextToken"):
                root.remove(old)
            ET.SubElement(root, f"{place}nextToken").text = str(start + size)
    return ET.tostring(root, encoding="unicode")
