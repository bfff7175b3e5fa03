"""Functions and projects as they are kept: their names and places in the network, and nothing secret."""

from typing import Any

from skerry.model.client_kinds import CLIENT_KINDS

TRIM: dict[str, Any] = {kind.field: kind.call.trim for kind in CLIENT_KINDS}


def test_function_is_kept_without_its_variables() -> None:
    place = {"SubnetIds": ["subnet-a"], "SecurityGroupIds": ["sg-1"]}
    row = {"FunctionArn": "arn:aws:lambda:eu-west-1:1:function:f", "FunctionName": "f"}
    secret = {"Environment": {"Variables": {"PASSWORD": "p"}}, "VpcConfig": place | {"VpcId": "vpc-1"}}
    assert TRIM["functions"](row | secret) == row | {"VpcConfig": place}
    assert TRIM["functions"](row) == row | {"VpcConfig": {}}


def test_project_is_kept_without_its_source() -> None:
    row = {"arn": "arn:aws:codebuild:eu-west-1:1:project/p", "name": "p"}
    place = {"subnets": ["subnet-a"], "securityGroupIds": ["sg-1"]}
    secret = {"source": {"buildspec": "s"}, "environment": {}, "vpcConfig": place | {"vpcId": "vpc-1"}}
    assert TRIM["build_projects"](row | secret) == row | {"vpcConfig": place}
