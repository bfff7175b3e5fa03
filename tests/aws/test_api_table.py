"""The table of calls says what AWS's own API models say."""

from functools import cache
from typing import Any

from botocore.session import Session

from skerry.aws.api_table import CALLS, CLIENTS, NETWORK, PLANNING
from skerry.aws.pagination import command_name_of
from skerry.model.api_call import ApiCall
from skerry.model.record_kinds import ACTIONS
from tests.tables import each

# The prefix that IAM has for a service, where it is not the name that boto3 has for it:
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
IAM_PREFIXES = {"efs": "elasticfilesystem", "stepfunctions": "states"}
# Operations that another action allows: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
IAM_ACTIONS = {"ListObjectsV2": "ListBucket"}

# What AWS's documentation says of calls whose model has no most, or another: the pages of the operations.
MOST_ROWS = {
    "DescribeVpcEndpoints": 1000,
    "DescribeVpcEndpointServices": 1000,
    "ListClusters": 100,
    "ListServices": 100,
    "ListTasks": 100,
    "ListHostedZonesByVPC": 100,
    "ListResourceRecordSets": 300,
    "DescribeFileSystems": 100,
    "DescribeMountTargets": 100,
    "DescribeCapacityProviders": 10,
    "DescribeAccessPoints": 100,
    "ListGrants": 100,
    "DescribeComputeEnvironments": 100,
    "DescribeJobDefinitions": 100,
    "DescribeJobQueues": 100,
    "ListFunctions": 50,
}
MOST_IDS = {
    "DescribeClusters": 100,
    "DescribeServices": 10,
    "DescribeTasks": 100,
    "DescribeServiceRevisions": 20,
    "BatchGetImage": 100,
    "BatchGetProjects": 100,
}
# No page size may be sent with ids: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
BY_IDS = {"DescribeImages"}
# Its pages have a size of AWS's own: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ListProjects.html
OWN_PAGES = {"ListProjects"}


@cache
def client_of(service: str) -> Any:
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    return Session().create_client(service, region_name="eu-west-1", **keys)


def model_of(call: ApiCall) -> Any:
    return client_of(call.service).meta.service_model.operation_model(call.operation)


def limit_of(call: ApiCall) -> Any:
    """The parameter by which a call is told how many rows to give."""
    return model_of(call).input_shape.members[call.limit]


@each("call", [*CALLS, *PLANNING, *CLIENTS], ids=lambda call: f"{call.action}-{call.rows}")
class TestCalls:
    def test_call_is_an_operation_of_its_service(self, call: ApiCall) -> None:
        assert model_of(call).name == call.operation
        assert hasattr(client_of(call.service), command_name_of(call).replace("-", "_"))

    def test_call_is_read_only_by_its_operation_name(self, call: ApiCall) -> None:
        assert call.operation.startswith(("Describe", "List", "Get", "Search", "BatchGet"))

    def test_call_action_is_the_iam_action_of_its_operation(self, call: ApiCall) -> None:
        operation = IAM_ACTIONS.get(call.operation, call.operation)
        assert call.action == f"{IAM_PREFIXES.get(call.service, call.service)}:{operation}"

    def test_call_rows_name_a_list_of_the_output(self, call: ApiCall) -> None:
        lists = {name for name, shape in model_of(call).output_shape.members.items() if shape.type_name == "list"}
        assert (call.rows in lists) if call.rows else not (lists - {"tags"} - set(call.without))

    def test_call_identity_consists_of_fields_of_its_rows(self, call: ApiCall) -> None:
        if call.rows is not None:
            row = model_of(call).output_shape.members[call.rows].member
            assert set(call.identity) <= set(getattr(row, "members", {}))
            assert bool(call.identity) == (row.type_name == "structure")

    def test_call_omits_only_fields_of_the_output(self, call: ApiCall) -> None:
        shape = model_of(call).output_shape
        for path in call.without:
            place = shape.members[call.rows].member if call.rows else shape
            for name in path.split("."):
                place = place.members[name]

    def test_call_shortens_only_a_list_of_its_rows(self, call: ApiCall) -> None:
        if call.long:
            row = model_of(call).output_shape.members[call.rows].member
            assert row.members[call.long].type_name == "list"

    def test_call_page_size_is_the_maximum_of_aws(self, call: ApiCall) -> None:
        if call.page is None and call.operation not in BY_IDS | OWN_PAGES:
            members = getattr(model_of(call).input_shape, "members", {})
            assert not {"NextToken", "nextToken", "Marker", "StartRecordName"} & set(members)
        elif call.operation == "ListJobs":
            # With a filter, as it is called: https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
            assert call.page == 100
        elif call.first:
            assert call.page == 1
        elif call.operation not in BY_IDS | OWN_PAGES:
            assert call.page == MOST_ROWS.get(call.operation, limit_of(call).metadata.get("max"))

    def test_call_paging_matches_the_botocore_paginator(self, call: ApiCall) -> None:
        method = command_name_of(call).replace("-", "_")
        if client_of(call.service).can_paginate(method):
            paginator = client_of(call.service).get_paginator(method)
            assert call.rows in [key.expression for key in paginator.result_keys]
            assert call.operation in OWN_PAGES or paginator._limit_key == call.limit  # noqa: SLF001 - there is no other way to see it
        else:
            members = set(model_of(call).output_shape.members)
            assert bool({"NextToken", "nextToken"} & members) == (call.page is not None)

    def test_call_batch_size_is_the_maximum_of_aws(self, call: ApiCall) -> None:
        assert call.batch == MOST_IDS.get(call.operation, 0)
        assert not call.batch or call.ids_parameter in model_of(call).input_shape.members

    def test_network_call_requires_no_parameters(self, call: ApiCall) -> None:
        needed = model_of(call).input_shape.required_members if model_of(call).input_shape else []
        assert not (call in NETWORK and needed)

    def test_call_names_the_truncation_flag_of_its_output(self, call: ApiCall) -> None:
        told = "AdditionalRoutesAvailable" in model_of(call).output_shape.members
        assert call.cut == ("AdditionalRoutesAvailable" if told else "")


def test_api_table_has_no_duplicate_calls() -> None:
    assert len({(call.action, call.rows) for call in CALLS}) == len(CALLS)


def test_api_table_has_a_call_for_every_record_kind() -> None:
    assert set(ACTIONS.values()) <= {call.action for call in (*CALLS, *PLANNING, *CLIENTS)}


def test_call_is_wrapped_if_its_answer_omits_its_subject() -> None:
    named = {"DescribeVpcAttribute", "DescribeTaskDefinition", "GetSchedule", "DescribePipe", "DescribeStateMachine"}
    for call in CALLS:
        needed = model_of(call).input_shape.required_members if model_of(call).input_shape else []
        if needed and call.operation not in named and not call.batch:
            assert call.wrapped, call.action
