"""Answers of data sources: of resources of the same configuration, and marks for all others."""

import json
from typing import Any

import pytest

from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.data_answers import DataAnswers, unknown_answers
from skerry.sources.terraform.resource_ids import made_up_values
from skerry.sources.terraform.values import Instance
from skerry.sources.terraform.writing import write

PLACE = ("eu-west-1", "123456789012")
VPC = Instance("aws_vpc.main", "aws_vpc", "managed", {"id": "random1", "arn": "arn:a", "cidr_block": "10.0.0.0/16"})
SUBNET = Instance("aws_subnet.a", "aws_subnet", "managed", {"id": "random2", "arn": "arn:a", "vpc_id": "random1"})


def answer(kind: str, *others: Instance, **arguments: Any) -> Any:
    return DataAnswers([VPC, SUBNET, *others], *PLACE).of(Instance(f"data.{kind}.a", kind, "data", arguments))


def test_subnet_of_the_configuration_is_answered_with_its_vpc() -> None:
    found = answer("aws_subnet", id="random2")
    assert found["id"] == made_up_values(SUBNET, *PLACE)["id"]
    assert found["vpc_id"] == made_up_values(VPC, *PLACE)["id"]


@pytest.mark.parametrize("arguments", [{"id": "subnet-0a1"}, {}])
def test_subnet_outside_of_the_configuration_has_no_answer(arguments: Any) -> None:
    assert answer("aws_subnet", **arguments) == {}
    marks = unknown_answers(["aws_subnet"], *PLACE, marks_lists=True)["aws_subnet"]["defaults"]
    assert marks["vpc_id"] == marks["id"]


def test_name_that_two_resources_have_leads_to_none() -> None:
    roles = [Instance(f"aws_iam_role.{name}", "aws_iam_role", "managed", {"name": "web"}) for name in "ab"]
    assert answer("aws_iam_role", *roles, name="web") == {}
    assert answer("aws_iam_role", roles[0], name="web")["name"] == "web"


def test_arn_that_all_instances_of_a_type_had_is_kept() -> None:
    cluster = Instance("aws_ecs_cluster.a", "aws_ecs_cluster", "managed", {"id": "arn:a", "name": "main"})
    assert answer("aws_ecs_cluster", cluster, cluster_name="main")["name"] == "main"


def test_resource_keeps_its_address_where_a_data_source_looks_it_up() -> None:
    data = Instance("data.aws_vpc.main", "aws_vpc", "data", {"id": "random1"})
    assert write(Configuration((VPC, data), *PLACE)).addresses["random1"] == VPC.address


def test_secret_that_code_takes_apart_has_the_keys_of_a_database() -> None:
    marks = unknown_answers([], *PLACE, marks_lists=True)["aws_secretsmanager_secret_version"]["defaults"]
    assert {"host", "password", "port", "username"} <= json.loads(marks["secret_string"]).keys()
