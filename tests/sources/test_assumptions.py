"""Assumed subnets: services in subnets that no input describes."""

import pytest

from skerry import app
from skerry.errors import InputError
from skerry.model.facts import Facts
from skerry.model.world import World
from skerry.sources.assumptions import SubnetAssumption, assume, parse_assumption, parse_assumptions
from skerry.verdicts import BLOCKED, OK, UNKNOWN, Verdict
from tests.networks import Network, container
from tests.sources.terraform.plans import OPEN, Json, change, vpc, world_of

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"
GROUP = {"name": "tasks", "vpc_id": "vpc-0", "ingress": [], "egress": [OPEN]}
DEFINITION = {
    "family": "web",
    "network_mode": "awsvpc",
    "requires_compatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "container_definitions": f'[{{"name": "web", "image": "{IMAGE}"}}]',
    "arn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1",
    "execution_role_arn": "arn:aws:iam::123456789012:role/execution",
}


def facts_of(*more: Json, public: bool = False) -> Facts:
    """A service in a subnet that only its id tells, with a group of the configuration."""
    group = change("aws_security_group.tasks", {"id": "sg-1", **GROUP}, actions=("no-op",))
    network = [{"subnets": ["subnet-1"], "security_groups": ["sg-1"], "assign_public_ip": public}]
    service = {"name": "web", "launch_type": "FARGATE", "network_configuration": network}
    service |= {"task_definition": DEFINITION["arn"]}
    rows = (group, change("aws_ecs_task_definition.web", DEFINITION, actions=("no-op",)))
    return world_of(*rows, change("aws_ecs_service.web", service), *more).facts


def verdict_of(facts: Facts) -> Verdict:
    return app.diagnose(World(facts)).verdict


@pytest.mark.parametrize(
    ("place", "public", "verdict"),
    [("private-nat", False, OK), ("isolated", False, BLOCKED), ("public", True, OK), ("public", False, BLOCKED)],
)
def test_place_decides_the_verdict(place: str, *, public: bool, verdict: Verdict) -> None:
    facts = facts_of(public=public)
    assert verdict_of(facts) is UNKNOWN
    assumed = assume(facts, [parse_assumption(f"subnet-1={place}")])
    assert verdict_of(assumed) is verdict
    assert assumed.notes[-1].startswith("assumed: subnet-1 is ")


def test_endpoints_of_the_inputs_are_in_the_assumed_vpc() -> None:
    rules = [{"protocol": "tcp", "from_port": 443, "to_port": 443, "security_groups": ["sg-1"]}]
    group = {"id": "sg-2", "name": "endpoints", "vpc_id": "vpc-0", "ingress": rules, "egress": []}
    endpoints = [
        change(
            f"aws_vpc_endpoint.{name.replace('.', '_')}",
            {
                "vpc_id": "vpc-0",
                "service_name": f"com.amazonaws.eu-west-1.{name}",
                "vpc_endpoint_type": "Interface",
                "private_dns_enabled": True,
                "subnet_ids": ["subnet-1"],
                "security_group_ids": ["sg-2"],
                "dns_options": [{"private_dns_only_for_inbound_resolver_endpoint": False}],
            },
        )
        for name in ("ecr.api", "ecr.dkr", "s3")
    ]
    facts = facts_of(change("aws_security_group.e", group, actions=("no-op",)), *endpoints)
    world = World(assume(facts, [SubnetAssumption("subnet-1", "isolated")]))
    assert world.subnets["subnet-1"].vpc_id == "vpc-0"
    assert verdict_of(world.facts) is OK


def test_rule_that_depends_on_the_block_asks_for_it() -> None:
    rules = [{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.1.0.0/16"]}]
    group = {"id": "sg-2", "name": "endpoints", "vpc_id": "vpc-0", "ingress": rules, "egress": []}
    facts = facts_of(change("aws_security_group.e", group, actions=("no-op",)))
    with pytest.raises(InputError, match="rules of sg-2 depend on the block of subnet-1"):
        assume(facts, [parse_assumption("subnet-1=isolated")])
    [subnet] = assume(facts, [parse_assumption("subnet-1=isolated,10.1.2.0/24")]).subnets
    assert str(subnet.cidr_block) == "10.1.2.0/24"


TABLE = (
    change("aws_route_table.t", {"id": "rtb-1", "vpc_id": "vpc-0", "route": []}, actions=("no-op",)),
    change("aws_route_table_association.t", {"route_table_id": "rtb-1", "subnet_id": "subnet-1"}),
)


def test_subnet_with_a_known_route_table_needs_no_assumption() -> None:
    subnet = change(
        "aws_subnet.a", {"id": "subnet-1", "vpc_id": "vpc-0", "cidr_block": "10.0.1.0/24"}, actions=("no-op",)
    )
    facts = facts_of(vpc(id="vpc-0"), subnet, *TABLE)
    with pytest.raises(InputError, match="subnet-1 needs no assumption"):
        assume(facts, [parse_assumption("subnet-1=isolated")])


def test_subnet_of_a_known_route_table_keeps_its_routes() -> None:
    """The configuration associates a subnet that it does not describe."""
    facts = facts_of(vpc(id="vpc-0"), *TABLE)
    assumed = assume(facts, [parse_assumption("subnet-1=private-nat")])
    assert [row.route_table_id for row in assumed.route_tables] == [row.route_table_id for row in facts.route_tables]
    assert [row.vpc_id for row in assumed.subnets] == ["vpc-0"]
    assert assumed.notes[-1].endswith("its routes are those of its table rtb-1")


@pytest.mark.parametrize("block", ["10.0.1.0/99", "10.0.1.0", "10.0.1.7/24", "10.0.0.0/15", "10.0.1.0/29", "1.2.3/24"])
def test_block_that_no_subnet_has_is_refused(block: str) -> None:
    with pytest.raises(InputError, match=rf"^{block} is no block of"):
        parse_assumption(f"subnet-1=isolated,{block}")


def test_block_outside_the_vpc_is_refused() -> None:
    facts = facts_of(change("aws_vpc.main", {"id": "vpc-0", "cidr_block": "10.0.0.0/16"}, actions=("no-op",)))
    assert assume(facts, [parse_assumption("subnet-1=isolated,10.0.1.0/24")]).subnets
    with pytest.raises(InputError, match=r"10\.9\.1\.0/24 of subnet-1 is outside vpc-0, 10\.0\.0\.0/16"):
        assume(facts, [parse_assumption("subnet-1=isolated,10.9.1.0/24")])


@pytest.mark.parametrize("text", ["subnet-1", "subnet-1=nat", "vpc-1=isolated", "subnet-1=isolated,x"])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no assumption about a subnet"):
        parse_assumption(text)


def test_group_of_a_schedule_tells_the_vpc_of_its_subnet() -> None:
    cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/main"
    network = [{"subnets": ["subnet-2"], "security_groups": ["sg-1"], "assign_public_ip": False}]
    task = {"task_definition_arn": DEFINITION["arn"], "launch_type": "FARGATE", "network_configuration": network}
    target = {"arn": cluster, "role_arn": "arn:aws:iam::123456789012:role/x", "ecs_parameters": [task]}
    schedule = change("aws_scheduler_schedule.x", {"name": "x", "state": "ENABLED", "target": [target]})
    world = World(assume(facts_of(schedule), [parse_assumption("subnet-2=isolated")]))
    assert world.subnets["subnet-2"].vpc_id == "vpc-0"


def test_main_route_table_of_a_read_subnet_needs_no_assumption() -> None:
    network = Network()
    network.definition(container())
    network.service()
    with pytest.raises(InputError, match=r"subnet-a needs no assumption: its route table rtb-main is known"):
        assume(network.world().facts, [parse_assumption("subnet-a=private-nat")])


def test_two_places_of_one_subnet_are_refused() -> None:
    assert len(parse_assumptions(["subnet-1=public", "subnet-1=public", "subnet-2=isolated"])) == 2
    with pytest.raises(InputError, match="subnet-1 is assumed twice, and differently"):
        parse_assumptions(["subnet-1=public", "subnet-1=isolated"])
