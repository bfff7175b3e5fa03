"""InjectedFault injection for the embedded AWS: failing calls, lost connections, small pages and latency."""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import count
from threading import local
from typing import Any
from xml.etree import ElementTree as ET

from skerry.embedded.dropped_connections import ConnectionDroppedError
from skerry.embedded.error_answers import answer_with_error, operation_of, signing_name_of
from skerry.embedded.fault_rules import InjectedFault, denied_code, error_of, throttled_code
from skerry.embedded.patching import Correction

_NAMESPACE = re.compile(r"^\{(?P<uri>[^}]*)\}")


class Faults:
    """Faults of the embedded AWS, which may be set at any time.

    ``throttle``: every so many calls is throttled, 0 none. ``denied``: IAM actions that are denied, such as
    ``ec2:DescribeVpcs``. ``page``: the most rows of a page of EC2's and ECS's lists, which moto gives whole; 0 is
    all. ``latency``: seconds that each call takes longer. ``errors``: a code that an action is answered with.
    ``rules`` are faults as data, among them lost connections; the first of them that strikes a call decides.
    ``seen`` are the actions of all calls, in order, those that were throttled too.
    """

    def __init__(self, rules: Iterable[InjectedFault] = ()) -> None:
        self._thread = local()
        self.clear()
        self.rules = tuple(rules)

    @property
    def rules(self) -> tuple[InjectedFault, ...]:
        """The faults as data. Setting them starts their counts again."""
        return self._rules

    @rules.setter
    def rules(self, rules: Iterable[InjectedFault]) -> None:
        self._rules = tuple(rules)
        self._counts = [0] * len(self._rules)

    def clear(self) -> None:
        """Switch all faults off, and forget the calls that were seen."""
        self.rules = ()
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
        from moto.core.botocore_stubber import BotocoreStubber  # noqa: PLC0415
        from moto.core.responses import BaseResponse  # noqa: PLC0415
        from moto.s3.responses import S3Response  # noqa: PLC0415

        # moto answers S3 calls by other methods than all other calls.
        return (
            Correction(BotocoreStubber, "process_request", self._process_request),
            Correction(BaseResponse, "call_action", self._call_action),
            Correction(S3Response, "get_bucket_policy", partial(self._of_s3, "s3:GetBucketPolicy")),
            Correction(S3Response, "list_objects_v2", partial(self._of_s3, "s3:ListBucket")),
        )

    def _process_request(self, original: Any, stubber: Any, request: Any) -> Any:
        """Delay and drop calls after they took effect, while other threads go on."""
        self._thread.delay, self._thread.is_dropped = 0.0, False
        answer = original(stubber, request)
        if self._thread.delay:
            time.sleep(self._thread.delay)
        if self._thread.is_dropped:
            raise ConnectionDroppedError
        return answer

    def _of_s3(self, action: str, original: Any, response: Any) -> Any:
        from moto.s3.exceptions import S3ClientError  # noqa: PLC0415

        if error := self._error("s3", action):
            raise S3ClientError(*error)
        return original(response)

    def _call_action(self, original: Any, response: Any) -> Any:
        service, operation = signing_name_of(response), operation_of(response)
        if error := self._error(service, f"{service}:{operation}"):
            return answer_with_error(response, *error)
        if self.page and service in {"ec2", "ecs"} and re.match("Describe|List|Get.*Entries", operation):
            return _paged(original, response, self.page)
        return original(response)

    def _error(self, service: str, action: str) -> tuple[str, str] | None:
        """Return the code and message that a call is answered with; None if it takes effect.

        Raises ConnectionDroppedError for a connection that is lost before.
        """
        self.seen.append(action)
        if self.throttle and next(self._calls) % self.throttle == 0:
            return throttled_code(service), f"{action} is answered with a fault"
        if action in self.denied:
            return denied_code(service), f"{action} is answered with a fault"
        if code := self.errors.get(action):
            return code, f"{action} is answered with a fault"
        return self._strike(action)

    def _strike(self, action: str) -> tuple[str, str] | None:
        struck = None
        for index, fault in enumerate(self._rules):
            if fault.fits(action):
                self._counts[index] += 1
                if struck is None and fault.hits(self._counts[index]):
                    struck = fault
        if struck is None:
            return None
        match struck.kind:
            case "drop-before":
                raise ConnectionDroppedError
            case "drop-after":
                self._thread.is_dropped = True
                return None
            case "delay":
                self._thread.delay = struck.seconds
                return None
            case _:
                return error_of(struck, action)


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
