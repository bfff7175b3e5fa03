"""An answer is believed only where it is AWS's own, whole, and that of its operation."""

import json
from functools import cache
from typing import Any

import pytest
from botocore.session import Session

from skerry.aws import api_table
from skerry.aws.api_table import CALLS, CLIENTS, PLANNING
from skerry.aws.response_checks import DAMAGED, check
from skerry.model.api_call import ApiCall
from skerry.services import s3

ALL = (*CALLS, *PLANNING, *CLIENTS)
XML = {"ec2", "query", "rest-xml"}
NAMESPACES = {"ec2": "http://ec2.amazonaws.com/doc/2016-11-15", "iam": "https://iam.amazonaws.com/doc/2010-05-08/"}
NAMESPACES["sts"] = "https://sts.amazonaws.com/doc/2011-06-15/"


@cache
def model_of(call: ApiCall) -> Any:
    return Session().get_service_model(call.service).operation_model(call.operation)


def is_xml(call: ApiCall) -> bool:
    return model_of(call).service_model.resolved_protocol in XML


VALUES = {"list": [], "structure": {}, "string": "text", "boolean": False, "integer": 0, "timestamp": 0}


def body_of(call: ApiCall) -> bytes:
    """The smallest answer of AWS to a call."""
    shape = model_of(call).output_shape
    if "payload" in shape.serialization:
        return b'{"Version": "2012-10-17"}'
    if not is_xml(call):
        members = {name: VALUES[shape.members[name].type_name] for name in call.printed}
        return json.dumps(
            {shape.members[name].serialization.get("name", name): v for name, v in members.items()}
        ).encode()
    inner = "".join(f"<{key}/>" for key in keys_of(call))
    if wrapper := shape.serialization.get("resultWrapper"):
        inner = f"<{wrapper}>{inner}</{wrapper}><ResponseMetadata/>"
    root = "ListBucketResult" if call.service == "s3" else f"{call.operation}Response"
    place = NAMESPACES.get(call.service, "https://x.amazonaws.com/")
    return f'<{root} xmlns="{place}">{inner}<requestId/></{root}>'.encode()


def keys_of(call: ApiCall) -> list[str]:
    shape = model_of(call).output_shape
    return [shape.members[name].serialization.get("name", name) for name in call.printed]


def body_without(call: ApiCall, key: str) -> bytes:
    body = body_of(call)
    if is_xml(call):
        return body.replace(f"<{key}/>".encode(), b"")
    return json.dumps({name: value for name, value in json.loads(body).items() if name != key}).encode()


def error_of(call: ApiCall) -> bytes:
    return b"<ErrorResponse><Error><Code>X</Code></Error></ErrorResponse>" if is_xml(call) else b'{"__type": "X"}'


def reason(call: ApiCall, body: bytes, status: int = 200, **headers: str) -> str:
    """Why an answer is not believed; nothing where it is."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = {"status_code": status, "headers": named, "body": body, "context": {}}
    put: dict[str, Any] = {}
    check(model_of(call), answer, put)
    if not put:
        return "" if answer["body"] == body else f"status {answer['status_code']}"
    assert (answer["body"], put["Error"]["Code"]) == (b"", DAMAGED)
    return str(put["Error"]["Message"])


BY_NAME = {f"{call.action} {call.rows}": call for call in ALL}
PAGES = (
    b"",
    b" \n",
    b"<html><body>Log in</body></html>",
    b"<!DOCTYPE html><html><br></html>",
    b"null",
    b"[]",
    b"7",
    b"\xff\xfe\x00",
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b'{"n": ' + b"9" * 10_000 + b"}",
    b"<a>" * 200 + b"</a>" * 200,
    b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><a>&b;</a>',
)


class TestCallTable:
    def test_call_table_names_output_members_of_each_call(self) -> None:
        wrong = [n for n, c in BY_NAME.items() if not set(c.printed) <= set(model_of(c).output_shape.members)]
        assert (wrong, [name for name, call in BY_NAME.items() if not call.printed]) == ([], [])

    def test_call_table_lists_required_output_members(self) -> None:
        """Route 53's page sizes apart, which nothing is read of."""
        for call in ALL:
            required = set(model_of(call).output_shape.required_members) - {"MaxItems"}
            assert required <= set(call.printed), call.action

    def test_call_table_uses_exactly_the_checked_protocols(self) -> None:
        found = {model_of(call).service_model.resolved_protocol for call in ALL}
        assert found == {"ec2", "query", "rest-xml", "json", "rest-json"}


class TestResponses:
    """Each test is of the answers to all calls."""

    def test_complete_response_is_accepted(self) -> None:
        for name, call in BY_NAME.items():
            body = body_of(call)
            assert (name, reason(call, body)) == (name, "")
            assert (name, reason(call, body, content_length=str(len(body)))) == (name, "")

    def test_error_response_is_accepted(self) -> None:
        for name, call in BY_NAME.items():
            assert (name, reason(call, error_of(call), 400), reason(call, error_of(call), 503)) == (name, "", "")

    @pytest.mark.parametrize("number", range(len(PAGES)))
    def test_response_from_another_program_is_damaged(self, number: int) -> None:
        for name, call in BY_NAME.items():
            for status in (200, 302, 403):
                assert reason(call, PAGES[number], status), (name, status)

    def test_response_without_an_expected_member_is_damaged(self) -> None:
        for call in ALL:
            if call is not s3.BUCKET_POLICY.call:
                for key in keys_of(call):
                    assert reason(call, body_without(call, key)) == f"it lacks {key}", call.action

    def test_response_of_another_operation_is_damaged(self) -> None:
        """But where both have the same members: the policies of a key and a file system, say."""
        for call in ALL:
            for other in ALL:
                is_like = call.service == "s3" or set(call.printed) <= set(other.printed)
                if other.operation != call.operation and not is_like:
                    assert reason(call, body_of(other)), (call.action, other.action)

    def test_truncated_response_is_damaged(self) -> None:
        for name, call in BY_NAME.items():
            body = body_of(call)
            assert reason(call, body[:-1]), name
            assert reason(call, body, content_length=str(len(body) + 1)), name
            assert reason(call, body, content_length="-1"), name

    def test_response_with_unexpected_success_status_is_damaged(self) -> None:
        for call in ALL:
            for status in (201, 202, 204, 206):
                assert reason(call, body_of(call), status) == f"its status is {status}"

    def test_response_with_html_content_type_is_damaged(self) -> None:
        for call in ALL:
            if call is not s3.BUCKET_POLICY.call:
                assert reason(call, body_of(call), content_type="text/html") == "its type is text/html"
                kind = "text/xml;charset=UTF-8" if is_xml(call) else "application/x-amz-json-1.1"
                assert reason(call, body_of(call), content_type=kind) == ""

    def test_error_body_with_status_200_is_damaged(self) -> None:
        for call in ALL:
            assert reason(call, error_of(call)), call.action

    def test_non_aws_body_with_status_503_keeps_its_status(self) -> None:
        assert reason(api_table.VPCS, b"<html>", 503) == "status 503"


class TestXmlResponses:
    def test_xml_response_with_another_namespace_is_damaged(self) -> None:
        body = body_of(api_table.VPCS).replace(b"2016-11-15", b"1999-01-01")
        assert "namespace" in reason(api_table.VPCS, body)

    def test_xml_response_with_another_root_is_damaged(self) -> None:
        body = body_of(api_table.VPCS).replace(b"DescribeVpcsResponse", b"DescribeSubnetsResponse")
        assert reason(api_table.VPCS, body) == "its root is DescribeSubnetsResponse, not DescribeVpcsResponse"

    def test_xml_response_with_too_deep_nesting_is_damaged(self) -> None:
        body = body_of(api_table.VPCS)
        for depth, damage in ((90, ""), (101, "it is nested too deep")):
            assert (
                reason(api_table.VPCS, body.replace(b"<vpcSet/>", b"<vpcSet>" * depth + b"</vpcSet>" * depth)) == damage
            )

    def test_xml_response_with_document_type_is_damaged(self) -> None:
        assert reason(api_table.VPCS, b"<!DOCTYPE a>" + body_of(api_table.VPCS)) == "it declares a document type"

    def test_xml_response_without_request_id_is_damaged(self) -> None:
        assert reason(api_table.VPCS, body_of(api_table.VPCS).replace(b"<requestId/>", b"")) == "it lacks requestId"


class TestJsonResponses:
    @pytest.mark.parametrize("value", ["null", '"text"', "{}", "5"])
    def test_json_response_without_its_row_list_is_damaged(self, value: str) -> None:
        assert reason(api_table.CLUSTERS, b'{"clusters": %s}' % value.encode()) == "it lacks clusters"

    def test_json_response_with_rows_of_wrong_type_is_damaged(self) -> None:
        assert "row of clusters" in reason(api_table.CLUSTERS, b'{"clusters": ["arn"]}')
        assert "row of clusterArns" in reason(api_table.CLUSTER_NAMES, b'{"clusterArns": [{}]}')
        assert "lacks taskDefinition" in reason(api_table.TASK_DEFINITION, b'{"taskDefinition": []}')

    def test_json_error_named_in_a_header_is_accepted(self) -> None:
        assert reason(api_table.CLUSTERS, b"", 400, x_amzn_errortype="AccessDeniedException") == ""
        assert reason(api_table.CLUSTERS, b"", 400)


def test_response_check_ignores_operations_outside_the_table() -> None:
    model = Session().get_service_model("ec2").operation_model("CreateVpc")
    put: dict[str, Any] = {}
    check(model, {"status_code": 200, "headers": {}, "body": b""}, put)
    assert put == {}
