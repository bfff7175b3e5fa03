"""Codes and messages of AWS API errors, as tools wrap them."""

import pytest

from skerry.errortext.api_errors import read_api_error
from skerry.errortext.explain import explain
from tests.patience import patience

NONE = (None, None)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (
            "An error occurred (ClientException) when calling the RunTask operation: Task is odd.",
            "ClientException",
            "Task is odd",
        ),
        (
            "An error occurred (ThrottlingException) when calling the RunTask operation (reached max retries: 4): Slow",
            "ThrottlingException",
            "Slow",
        ),
        (
            "Role is not valid (Service: AmazonECS; Status Code: 400; Error Code: ClientException; Request ID: 1)",
            "ClientException",
            "Role is not valid",
        ),
        (
            "operation error EC2: X, https response error StatusCode: 400, RequestID: 1-2, api error Odd: No",
            "Odd",
            "No",
        ),
        (
            "operation error ECS: X, https response error StatusCode: 400, RequestID: 1-2, ClientException: No.",
            "ClientException",
            "No",
        ),
        (
            "Error: creating EC2 VPC Endpoint (x): InvalidParameter: Not so. status code: 400, request id: 1",
            "InvalidParameter",
            "Not so",
        ),
        (
            'Resource handler returned message: "Not so" (RequestToken: 1, HandlerErrorCode: InvalidRequest)',
            "InvalidRequest",
            "Not so",
        ),
        ("InvalidParameterException: Not so", "InvalidParameterException", "Not so"),
        ("RequestError: send request failed caused by: Post x", None, None),
        ("An error occurred (RequestTimeout) when calling the X operation: slow", None, None),
        ("java.net.SocketTimeoutException: connect timed out", None, None),
        ("all is well", None, None),
    ],
)
def test_api_error_is_read_with_code_and_message(text: str, code: str | None, message: str | None) -> None:
    assert read_api_error(text) == (code, message)


def test_api_error_message_is_masked() -> None:
    text = "An error occurred (ClientException) when calling the X operation: password=hunter2hunter2 is wrong"
    assert "hunter2" not in str(read_api_error(text))


@pytest.mark.parametrize(
    "part",
    ["(Service: ", "Resource handler returned message: ", "An error occurred (", "RequestID: a, ", "Aa: ", "b "],
)
def test_api_error_is_read_in_time_from_long_repetitive_text(part: str) -> None:
    with patience(2):
        read_api_error(
            part * (16_000 // len(part)) + "Exception Error Code: HandlerErrorCode: status code: 400, request id"
        )


QUOTAS = ("AddressLimitExceeded", "NatGatewayLimitExceeded", "RulesPerSecurityGroupLimitExceeded", "RouteLimitExceeded")
WRAPPINGS = (
    "An error occurred ({code}) when calling the AllocateAddress operation: The maximum number has been reached.",
    "operation error EC2: AllocateAddress, RequestID: 0-1, api error {code}: Too many.",
    "│ Error: Error creating EIP: {code}: The maximum number has been reached.\n│ \tstatus code: 400, request id: 0-1",
    "AWS::EC2::EIP | VpcEIP | Too many. (Service: AmazonEC2; Status Code: 400; Error Code: {code}; Request ID: 0-1)",
)


@pytest.mark.parametrize("wrapping", WRAPPINGS, ids=["AWS CLI", "Terraform, SDK 2", "Terraform, SDK 1", "CDK"])
def test_quotas_of_ec2_are_capacity_in_each_wrapping(wrapping: str) -> None:
    found = [explain(wrapping.format(code=code))[0] for code in QUOTAS]
    assert {(one.rule, one.kind, one.step) for one in found} == {("ec2-quota", "capacity", "placement")}


def test_throttled_request_and_endpoint_quota_are_no_quota_of_addresses() -> None:
    codes = ("RequestLimitExceeded", "VpcEndpointLimitExceeded")
    assert [explain(WRAPPINGS[0].format(code=code))[0].rule for code in codes] == ["throttled", "endpoint-quota"]


@pytest.mark.parametrize(
    ("reason", "rule"),
    [
        (
            "last error: Resource.AlreadyAssociated: Elastic IP address [eipalloc-1] is already associated",
            "nat-gateway-refused",
        ),
        ("last error: Gateway.NotAttached: Network vpc-1 has no Internet gateway attached", "nat-gateway-refused"),
        ("last error: %!s(<nil>)", "nat-gateway-failed"),
    ],
)
def test_failed_nat_gateway_is_explained_by_its_failure_code(reason: str, rule: str) -> None:
    text = f"waiting for EC2 NAT Gateway (nat-1) create: unexpected state 'failed', wanted target 'available'. {reason}"
    assert explain(text)[0].rule == rule


def test_failed_endpoint_leaves_its_cause_open() -> None:
    text = "waiting for EC2 VPC Endpoint (vpce-1) create: unexpected state 'Failed', wanted target 'Available'"
    (found,) = explain(text)
    assert (found.rule, found.kind) == ("endpoint-failed", "ambiguous")


def test_request_for_a_token_of_ecr_public_needs_a_way_to_the_internet() -> None:
    text = 'Post "https://api.ecr-public.us-east-1.amazonaws.com/": dial tcp 44.195.12.7:443: i/o timeout'
    (found,) = explain(text)
    assert (found.step, found.kind, found.service) == ("registry-auth", "network", None)
    assert "NAT gateway" in found.fix


@pytest.mark.parametrize("name", ["web", "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web"])
def test_missing_repository_is_told_before_the_exit_code_of_a_job(name: str) -> None:
    text = f"name unknown: The repository with name '{name}' does not exist in the registry with id '111122223333'"
    found = explain(f"{text}\nError: Process completed with exit code 1.")[0]
    assert (found.rule, found.kind) == ("ecr-repository-missing", "image")


@pytest.mark.parametrize(
    "text",
    [
        "ECS Task Definition container_definitions is invalid: Error decoding JSON",
        "json: cannot unmarshal object into Go value of type []*ecs.ContainerDefinition",
        "json: cannot unmarshal number into Go struct field KeyValuePair.Environment.Value of type string",
        "json: cannot unmarshal string into Go struct field PortMapping.PortMappings.ContainerPort of type int64",
        "cannot unmarshal object into Go struct field ContainerDefinition.Environment of type []*ecs.KeyValuePair",
        "#/ContainerDefinitions/0: extraneous key [Foo] is not permitted",
        "Failed to register task definition in ECS: STRING_VALUE cannot be converted to Integer",
        "Failed to register task definition in ECS: NUMBER_VALUE cannot be converted to String",
        "calling the RegisterTaskDefinition operation: STRING_VALUE can not be converted to an Integer",
        "calling the RegisterTaskDefinition operation: NUMBER_VALUE can not be converted to a String",
        "Error: creating ECS Task Definition: SerializationException",
        "Failed to register task definition in ECS: Unexpected key 'enableFaultInjection' found in params",
        "Unexpected key 'name' found in params.containerDefinitions[0].portMappings[0]",
        "Invalid type for parameter containerDefinitions[0].memory, value: 256",
        "expected params[:container_definitions][0][:environment][9][:value] to be a String",
        "unexpected value at params[:registered_at]",
    ],
)
def test_definition_that_is_refused_as_written_is_told(text: str) -> None:
    assert [(one.rule, one.step) for one in explain(text)] == [("definition-refused", "placement")]


@pytest.mark.parametrize(
    "text",
    [
        "Failed to register task definition in ECS: User is not authorized to perform: ecs:RegisterTaskDefinition",
        "PutParameter: STRING_VALUE cannot be converted to Integer",
        "json: cannot unmarshal number into Go struct field Settings.port of type string",
    ],
)
def test_other_refusals_are_not_told_as_those_of_a_definition(text: str) -> None:
    assert "definition-refused" not in {one.rule for one in explain(text)}
