"""The kinds of record of Lambda and CodeBuild, whose functions and builds may be clients of a network."""

from typing import Any

from skerry.model import network_clients
from skerry.model.api_call import ApiCall
from skerry.model.record_kind import RecordKind

MOST_FUNCTIONS = 50
"""The maximum of functions a page: https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html."""


def _of_function(row: dict[str, Any]) -> dict[str, Any]:
    """Return a function with its name and its place in the network."""
    return _trimmed(row, ("FunctionArn", "FunctionName"), "VpcConfig", ("SubnetIds", "SecurityGroupIds"))


def _of_project(row: dict[str, Any]) -> dict[str, Any]:
    """Return a project with its name and its place in the network."""
    return _trimmed(row, ("arn", "name"), "vpcConfig", ("subnets", "securityGroupIds"))


def _trimmed(row: dict[str, Any], keys: tuple[str, ...], vpc: str, of_vpc: tuple[str, ...]) -> dict[str, Any]:
    place = row.get(vpc, {})
    kept = {key: row[key] for key in keys if key in row}
    return kept | {vpc: {key: place[key] for key in of_vpc if key in place}}


CLIENT_KINDS = (
    RecordKind(
        "functions",
        network_clients.Function,
        "function_arn",
        "Lambda function",
        # https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
        ApiCall(
            "lambda", "ListFunctions", "Functions", ("FunctionArn",), 50, "MaxItems", optional=True, trim=_of_function
        ),
    ),
    RecordKind(
        "build_projects",
        network_clients.BuildProject,
        "arn",
        "CodeBuild project",
        # https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetProjects.html
        ApiCall(
            "codebuild",
            "BatchGetProjects",
            "projects",
            ("arn",),
            batch=100,
            ids="names",
            optional=True,
            trim=_of_project,
        ),
    ),
)
