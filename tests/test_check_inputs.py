"""`skerry check` of several inputs: each is read, and what it creates is its own."""

import json
from pathlib import Path

import pytest

from tests.commands import Skerry
from tests.sources.terraform.plans import OPEN, change, plan_of


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Skerry:
    return Skerry(monkeypatch, capsys)


def test_files_of_one_name_have_their_folders_before_it(run: Skerry, tmp_path: Path) -> None:
    """Each is read: none is taken for the other."""
    network = {"subnets": ["subnet-1"], "security_groups": []}
    service = {"launch_type": "FARGATE", "network_configuration": [network]}
    for name in ("a", "b"):
        path = tmp_path / name / "plan.json"
        path.parent.mkdir()
        path.write_bytes(plan_of(change("aws_ecs_service.web", {**service, "name": name})))
    found = run(
        "check",
        tmp_path / "a" / "plan.json",
        tmp_path / "b" / "plan.json",
        "--region",
        "eu-west-1",
        "--format",
        "json",
    )
    document = json.loads(found.out)
    assert [one["name"] for one in document["inputs"]] == ["a/plan.json", "b/plan.json"]
    assert sorted(one["service"] for one in document["networks"][0]["services"]) == ["a", "b"]


def test_resources_of_one_address_in_two_inputs_are_two(run: Skerry, tmp_path: Path) -> None:
    """Each root has an ``aws_vpc.main``: only one of them has a way out."""
    paths = [tmp_path / "first.json", tmp_path / "second.json"]
    for path in paths:
        path.write_bytes(first_service(path.stem, is_public=path is paths[0]))
    found = run("check", *paths, "--region", "eu-west-1", "--format", "json")
    [network] = json.loads(found.out)["networks"]
    assert {one["service"]: one["verdict"] for one in network["services"]} == {"first": "ok", "second": "blocked"}


def first_service(name: str, *, is_public: bool) -> bytes:
    """Return a plan that creates a service and its VPC, with a way to the internet or without one."""
    cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/main"
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"
    definition = {"family": name, "network_mode": "awsvpc", "requires_compatibilities": ["FARGATE"]}
    definition |= {"container_definitions": json.dumps([{"name": "web", "image": image}])}
    definition |= {"cpu": "256", "memory": "512", "execution_role_arn": "arn:aws:iam::123456789012:role/execution"}
    network = {"assign_public_ip": True, "subnets": [None], "security_groups": [None]}
    service = {"name": name, "cluster": cluster, "launch_type": "FARGATE", "network_configuration": [network]}
    ids = {"subnets": [True], "security_groups": [True]}
    refers = {
        "aws_subnet.a": {"vpc_id": {"references": ["aws_vpc.main.id"]}},
        "aws_internet_gateway.main": {"vpc_id": {"references": ["aws_vpc.main.id"]}},
        "aws_route_table.main": {"vpc_id": {"references": ["aws_vpc.main.id"]}},
        "aws_route_table_association.a": {
            "subnet_id": {"references": ["aws_subnet.a.id"]},
            "route_table_id": {"references": ["aws_route_table.main.id"]},
        },
        "aws_route.out": {
            "route_table_id": {"references": ["aws_route_table.main.id"]},
            "gateway_id": {"references": ["aws_internet_gateway.main.id"]},
        },
        "aws_security_group.tasks": {"vpc_id": {"references": ["aws_vpc.main.id"]}},
        "aws_ecs_service.web": {
            "task_definition": {"references": ["aws_ecs_task_definition.web.arn"]},
            "network_configuration": [
                {
                    "subnets": {"references": ["aws_subnet.a.id"]},
                    "security_groups": {"references": ["aws_security_group.tasks.id"]},
                }
            ],
        },
    }
    unknown = {"id": True, "vpc_id": True}
    rows = [
        change("aws_vpc.main", {"cidr_block": "10.0.0.0/16", "enable_dns_support": True, "enable_dns_hostnames": True}),
        change("aws_subnet.a", {"cidr_block": "10.0.0.0/24", "availability_zone": "eu-west-1a"}, unknown=unknown),
        change("aws_internet_gateway.main", {}, unknown=unknown),
        change("aws_route_table.main", {}, unknown=unknown),
        change("aws_route_table_association.a", {}, unknown={"subnet_id": True, "route_table_id": True}),
        change("aws_security_group.tasks", {"name": "tasks", "ingress": [], "egress": [OPEN]}, unknown=unknown),
        change("aws_ecs_task_definition.web", definition, unknown={"arn": True, "revision": True}),
        change("aws_ecs_service.web", service, unknown={"task_definition": True, "network_configuration": [ids]}),
    ]
    if is_public:
        route = {"destination_cidr_block": "0.0.0.0/0"}
        rows.append(change("aws_route.out", route, unknown={"route_table_id": True, "gateway_id": True}))
    written = [{"address": address, "expressions": expressions} for address, expressions in refers.items()]
    return plan_of(*rows, configuration={"root_module": {"resources": written}})


def test_assumption_of_the_user_goes_before_that_of_the_repository(
    run: Skerry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A subnet has one place: the user's."""
    network = {"subnets": ["subnet-1"], "security_groups": [], "assign_public_ip": False}
    service = {"name": "web", "launch_type": "FARGATE", "network_configuration": [network]}
    (tmp_path / "plan.json").write_bytes(plan_of(change("aws_ecs_service.web", service)))
    (tmp_path / "skerry.toml").write_text('assume = ["subnet-1=isolated"]\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = run("check", "plan.json", "--region", "eu-west-1", "--assume", "subnet-1=public")
    assert "assumed: subnet-1 is public" in found.err
    refused = run(
        "check", "plan.json", "--region", "eu-west-1", "--assume", "subnet-1=public", "--assume", "subnet-1=isolated"
    )
    assert "subnet-1 is assumed twice, and differently" in refused.err
