"""Ids that stand for addresses in code are replaced as whole words only."""

import msgspec

from skerry.model.address_writer import write_addresses
from skerry.model.origins import Origin
from skerry.model.world import World
from tests.networks import Network


def world_with(addresses: dict[str, str]) -> World:
    facts = Network().world().facts
    origins = {resource: Origin("plan.json", None, address) for resource, address in addresses.items()}
    return World(msgspec.structs.replace(facts, origins={"subnets": origins}))


def test_ids_become_addresses_as_whole_words() -> None:
    spell = write_addresses(world_with({"subnet-a": "aws_subnet.a", "subnet-a-b": "aws_subnet.b"}))
    assert spell("subnet-a, subnet-a-b and subnet-a-c, xsubnet-a") == (
        "aws_subnet.a, aws_subnet.b and subnet-a-c, xsubnet-a"
    )


def test_address_is_made_fit_for_the_text() -> None:
    spell = write_addresses(world_with({"subnet-a": "aws_subnet.a"}), str.upper)
    assert spell("in subnet-a") == "in AWS_SUBNET.A"


def test_text_without_addresses_stays_as_it_is() -> None:
    assert write_addresses(Network().world())("in subnet-a") == "in subnet-a"


def test_ids_that_begin_alike_or_with_other_characters_are_replaced_whole() -> None:
    arn = "arn:aws:ecs:eu-west-1:1:cluster/main"
    addresses = {arn: "aws_ecs_cluster.main", f"{arn}/web": "aws_ecs_service.web", "/ecs/web": "aws_log.web", "/": "x"}
    spell = write_addresses(world_with(addresses))
    assert spell(f"{arn}, {arn}/web and {arn}-2: /ecs/web/") == (
        f"aws_ecs_cluster.main, aws_ecs_service.web and {arn}-2: aws_log.web/"
    )
    assert spell("arn:aws:ecs") == "arn:aws:ecs"
