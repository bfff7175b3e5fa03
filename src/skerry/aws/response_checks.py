"""Checks of an answer over HTTP, before boto3 parses it.

botocore's parsers are lenient: an HTML page or an empty body becomes an answer without rows, like that of an empty
account. An answer counts as damaged if its status, length, type, root or a member of every answer is wrong.
"""

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple
from xml.parsers import expat

from skerry.aws.api_table import CALLS, CLIENTS, PLANNING

DAMAGED = "DamagedAnswer"
"""The error code of an answer that is incomplete or not from AWS."""

_OK, _REDIRECTED, _FAILED = 200, 300, 500
_DEEPEST = 100
_XML = frozenset({"ec2", "query", "rest-xml"})
_XML_ERRORS = frozenset({"Error", "ErrorResponse", "Response"})
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html#API_ListObjectsV2_ResponseSyntax
_ROOTS = {"ListObjectsV2": "ListBucketResult"}
_TYPES: dict[str, type[Any]] = {"list": list, "structure": dict, "string": str, "boolean": bool}
_PRINTED: dict[tuple[str, str], tuple[str, ...]] = {
    (call.service, call.operation): call.printed for call in (*CALLS, *PLANNING, *CLIENTS)
}


class DamageError(Exception):
    """An answer is damaged, with the reason."""


class _Outline(NamedTuple):
    """The root of an XML document with its namespace, and the names of its children and grandchildren."""

    root: str
    namespace: str
    children: frozenset[str]
    grandchildren: frozenset[str]


def check(operation_model: Any, response_dict: dict[str, Any], customized_response_dict: dict[str, Any]) -> None:
    """Replace a damaged answer by an error, as botocore's event ``before-parse`` allows."""
    model = operation_model
    printed = _PRINTED.get((model.service_model.service_name, model.name))
    if printed is None:
        return
    try:
        _checked(model, response_dict, printed)
    except DamageError as damage:
        failed = response_dict["status_code"] >= _FAILED
        # botocore turns an empty body with such a status into an error.
        response_dict |= {"body": b"", "status_code": response_dict["status_code"] if failed else _FAILED}
        if not failed:
            customized_response_dict["Error"] = {"Code": DAMAGED, "Message": str(damage)}


def _checked(model: Any, answer: Mapping[str, Any], printed: tuple[str, ...]) -> None:
    status, body, headers = answer["status_code"], answer["body"], answer["headers"]
    _check_length(headers, body)
    is_xml = model.service_model.resolved_protocol in _XML
    if status >= _REDIRECTED:
        _check_error(status, headers, body, is_xml=is_xml)
        return
    if status != model.http.get("responseCode", _OK):
        raise DamageError(f"its status is {status}")
    payload = model.output_shape.serialization.get("payload")
    if payload is not None:
        # The body is a single member, the text of a policy.
        _object(body)
        return
    _check_type(headers, "xml" if is_xml else "json")
    if is_xml:
        _check_xml(model, body, printed)
    else:
        _check_json(model, body, printed)


def _check_length(headers: Mapping[str, Any], body: bytes) -> None:
    length = headers.get("content-length")
    if length is not None and "transfer-encoding" not in headers and str(length) != str(len(body)):
        raise DamageError(f"its length is {len(body)}, not the announced {str(length)[:20]}")


def _check_type(headers: Mapping[str, Any], wanted: str) -> None:
    kind = headers.get("content-type")
    if kind is not None and wanted not in str(kind).lower():
        raise DamageError(f"its type is {str(kind)[:40]}")


def _check_error(status: int, headers: Mapping[str, Any], body: bytes, *, is_xml: bool) -> None:
    """Raise `DamageError` if an error is not in AWS's form: a proxy answers with pages of its own."""
    try:
        if is_xml:
            _require(_XML_ERRORS & {_outline(body).root} or {"an error of AWS"}, _XML_ERRORS)
        elif body or "x-amzn-errortype" not in headers:
            _object(body)
    except DamageError as damage:
        raise DamageError(f"its status is {status}, and {damage}") from None


def _check_xml(model: Any, body: bytes, printed: tuple[str, ...]) -> None:
    outline = _outline(body)
    root = _ROOTS.get(model.name, f"{model.name}Response")
    if outline.root != root:
        raise DamageError(f"its root is {outline.root[:40]}, not {root}")
    protocol = model.service_model.resolved_protocol
    namespace = model.service_model.metadata.get("xmlNamespace")
    if protocol != "rest-xml" and namespace is not None and outline.namespace != namespace:
        raise DamageError(f"its namespace is not {namespace}")
    shape = model.output_shape
    wrapper = shape.serialization.get("resultWrapper")
    wanted = {"ec2": {"requestId"}, "query": {wrapper or "", "ResponseMetadata"} - {""}}.get(protocol, set())
    _require(wanted, outline.children)
    members = {shape.members[name].serialization.get("name", name) for name in printed}
    _require(members, outline.grandchildren if wrapper else outline.children)


def _require(wanted: AbstractSet[str], names: AbstractSet[str]) -> None:
    if missing := sorted(wanted - names):
        raise DamageError(f"it lacks {missing[0]}")


def _outline(body: bytes) -> _Outline:
    """Read the root of an XML document and two levels below it; raises `DamageError` if it is not well-formed.

    A document type is refused, and with it every expanding entity: AWS writes none.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    open_tags: list[str] = []
    levels: list[set[str]] = [set(), set(), set()]

    def start(name: str, _attributes: Any) -> None:
        if len(open_tags) < len(levels):
            levels[len(open_tags)].add(name)
        open_tags.append(name)
        if len(open_tags) > _DEEPEST:
            raise DamageError("it is nested too deep")

    def end(_name: str) -> None:
        open_tags.pop()

    def refuse(*_: Any) -> None:
        raise DamageError("it declares a document type")

    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = start, end, refuse
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat takes no names
    except (expat.ExpatError, ValueError, LookupError):
        raise DamageError("it is not whole XML" if body.strip() else "it is empty") from None
    namespace, _, root = levels[0].pop().rpartition(" ")
    return _Outline(
        root, namespace, *(frozenset(member.rpartition(" ")[2] for member in names) for names in levels[1:])
    )


def _check_json(model: Any, body: bytes, printed: tuple[str, ...]) -> None:
    answer = _object(body)
    members = model.output_shape.members
    for name in printed:
        shape = members[name]
        key = shape.serialization.get("name", name)
        value = answer.get(key)
        if not isinstance(value, _TYPES.get(shape.type_name, object)) or value is None:
            raise DamageError(f"it lacks {key}")
        if isinstance(value, list):
            wanted = _TYPES.get(shape.member.type_name, object)
            if not all(isinstance(row, wanted) for row in value):
                raise DamageError(f"a row of {key} is no {shape.member.type_name}")


def _object(body: bytes) -> dict[str, Any]:
    """Decode a JSON object; botocore would treat an unreadable body as an empty one."""
    if not body.strip():
        raise DamageError("it is empty")
    try:
        answer = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise DamageError("it is not whole JSON") from None
    if not isinstance(answer, dict):
        raise DamageError("it is no JSON object")
    return answer
