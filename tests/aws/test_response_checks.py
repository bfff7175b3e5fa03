"""An answer is believed only where it is AWS's own, whole, and that of its operation."""

import json
from functools import cache
from typing import Any

import pytest
from botocore.session import Session

from skerry.aws import api_table, resource_calls
from skerry.aws.api_call import ApiCall
from skerry.aws.api_table import CALLS, PLANNING
from skerry.aws.response_checks import DAMAGED, check

ALL = (*CALLS, *PLANNING)
XML = {"ec2", "query", "rest-xml"}
NAMESPACES = {"ec2": "http://ec2.amazonaws.com/doc/2016-11-15", "iam": "https://iam.amazonaws.com/doc/2010-05-08/"}
NAMESPACES["sts"] = "https://sts.amazonaws.com/doc/2011-06-15/"


@cache
def model_of(call: ApiCall) -> Any:
    return Session().get_service_model(call.service).operation_model(call.operation)


def is_xml(call: ApiCall) -> bool:
    return model_of(call).service_model.resolved_protocol in XML


VALUES = {"list": [], "structure": {}, "string": "text", "boolean": False, "integer": 0}


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


class TestTheTable:
    def test_names_members_of_each_answer(self) -> None:
        wrong = [n for n, c in BY_NAME.items() if not set(c.printed) <= set(model_of(c).output_shape.members)]
        assert (wrong, [name for name, call in BY_NAME.items() if not call.printed]) == ([], [])

    def test_has_all_that_the_models_require(self) -> None:
        """Route 53's page sizes apart, which nothing is read of."""
        for call in ALL:
            required = set(model_of(call).output_shape.required_members) - {"MaxItems"}
            assert required <= set(call.printed), call.action

    def test_is_of_protocols_that_are_checked(self) -> None:
        found = {model_of(call).service_model.resolved_protocol for call in ALL}
        assert found == {"ec2", "query", "rest-xml", "json", "rest-json"}


class TestAnAnswer:
    """Each test is of the answers to all calls."""

    def test_of_aws_is_believed(self) -> None:
        for name, call in BY_NAME.items():
            body = body_of(call)
            assert (name, reason(call, body)) == (name, "")
            assert (name, reason(call, body, content_length=str(len(body)))) == (name, "")

    def test_that_aws_refuses_with_is_believed(self) -> None:
        for name, call in BY_NAME.items():
            assert (name, reason(call, error_of(call), 400), reason(call, error_of(call), 503)) == (name, "", "")

    @pytest.mark.parametrize("number", range(len(PAGES)))
    def test_of_another_program_is_damaged(self, number: int) -> None:
        for name, call in BY_NAME.items():
            for status in (200, 302, 403):
                assert reason(call, PAGES[number], status), (name, status)

    def test_without_what_aws_always_prints_is_damaged(self) -> None:
        for call in ALL:
            if call is not resource_calls.BUCKET_POLICY:
                for key in keys_of(call):
                    assert reason(call, body_without(call, key)) == f"it lacks {key}", call.action

    def test_of_another_operation_is_damaged(self) -> None:
        """But where both have the same members: the policies of a key and a file system, say."""
        for call in ALL:
            for other in ALL:
                is_like = call.service == "s3" or set(call.printed) <= set(other.printed)
                if other.operation != call.operation and not is_like:
                    assert reason(call, body_of(other)), (call.action, other.action)

    def test_that_is_cut_is_damaged(self) -> None:
        for name, call in BY_NAME.items():
            body = body_of(call)
            assert reason(call, body[:-1]), name
            assert reason(call, body, content_length=str(len(body) + 1)), name
            assert reason(call, body, content_length="-1"), name

    def test_of_a_strange_status_is_damaged(self) -> None:
        for call in ALL:
            for status in (201, 202, 204, 206):
                assert reason(call, body_of(call), status) == f"its status is {status}"

    def test_of_the_type_of_a_page_is_damaged(self) -> None:
        for call in ALL:
            if call is not resource_calls.BUCKET_POLICY:
                assert reason(call, body_of(call), content_type="text/html") == "its type is text/html"
                kind = "text/xml;charset=UTF-8" if is_xml(call) else "application/x-amz-json-1.1"
                assert reason(call, body_of(call), content_type=kind) == ""

    def test_that_is_an_error_with_the_status_of_a_good_one_is_damaged(self) -> None:
        for call in ALL:
            assert reason(call, error_of(call)), call.action

    def test_of_a_failing_server_that_is_no_error_of_aws_keeps_its_status(self) -> None:
        assert reason(api_table.VPCS, b"<html>", 503) == "status 503"


class TestXml:
    def test_of_another_namespace_is_damaged(self) -> None:
        body = body_of(api_table.VPCS).replace(b"2016-11-15", b"1999-01-01")
        assert "namespace" in reason(api_table.VPCS, body)

    def test_of_another_root_is_damaged(self) -> None:
        body = body_of(api_table.VPCS).replace(b"DescribeVpcsResponse", b"DescribeSubnetsResponse")
        assert reason(api_table.VPCS, body) == "its root is DescribeSubnetsResponse, not DescribeVpcsResponse"

    def test_that_is_nested_too_deep_is_damaged(self) -> None:
        body = body_of(api_table.VPCS)
        for depth, damage in ((90, ""), (101, "it is nested too deep")):
            assert (
                reason(api_table.VPCS, body.replace(b"<vpcSet/>", b"<vpcSet>" * depth + b"</vpcSet>" * depth)) == damage
            )

    def test_with_a_document_type_is_damaged(self) -> None:
        assert reason(api_table.VPCS, b"<!DOCTYPE a>" + body_of(api_table.VPCS)) == "it declares a document type"

    def test_without_the_id_of_the_request_is_damaged(self) -> None:
        assert reason(api_table.VPCS, body_of(api_table.VPCS).replace(b"<requestId/>", b"")) == "it lacks requestId"


class TestJson:
    @pytest.mark.parametrize("value", ["null", '"text"', "{}", "5"])
    def test_with_no_list_where_rows_are_is_damaged(self, value: str) -> None:
        assert reason(api_table.CLUSTERS, b'{"clusters": %s}' % value.encode()) == "it lacks clusters"

    def test_with_rows_of_another_kind_is_damaged(self) -> None:
        assert "row of clusters" in reason(api_table.CLUSTERS, b'{"clusters": ["arn"]}')
        assert "row of clusterArns" in reason(api_table.CLUSTER_NAMES, b'{"clusterArns": [{}]}')
        assert "lacks taskDefinition" in reason(api_table.TASK_DEFINITION, b'{"taskDefinition": []}')

    def test_may_name_its_error_in_a_header(self) -> None:
        assert reason(api_table.CLUSTERS, b"", 400, x_amzn_errortype="AccessDeniedException") == ""
        assert reason(api_table.CLUSTERS, b"", 400)


def test_what_a_reading_does_not_call_is_left_alone() -> None:
    model = Session().get_service_model("ec2").operation_model("CreateVpc")
    put: dict[str, Any] = {}
    check(model, {"status_code": 200, "headers": {}, "body": b""}, put)
    assert put == {}
