"""Security groups for a VPC in saved answers: with their call, or bare where one VPC is at hand."""

from typing import Any

import pytest

from skerry.model.facts import Facts
from skerry.sources.documents import load
from skerry.sources.redaction import redact
from tests.networks import as_bytes

ACTION = "ec2:GetSecurityGroupsForVpc"


def named(*documents: dict[str, Any]) -> dict[str, bytes]:
    return {f"{number}.json": as_bytes(document) for number, document in enumerate(documents)}


def facts(*documents: dict[str, Any]) -> Facts:
    return load(named({"Vpcs": []}, *documents))


def vpcs(*names: str) -> dict[str, Any]:
    return {"Vpcs": [{"VpcId": name, "CidrBlock": "10.0.0.0/16"} for name in names]}


def groups(*names: str, **more: Any) -> dict[str, Any]:
    return {"SecurityGroupForVpcs": [{"GroupId": name, "OwnerId": "444455556666"} for name in names]} | more


def called(response: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return {"Call": {"operation": ACTION, "parameters": {"VpcId": "vpc-1"} | parameters}, "Response": response}


def rows(found: Facts) -> list[tuple[str, tuple[str, ...], bool]]:
    return [(row.vpc_id, row.group_ids, row.whole) for row in found.usable_groups]


def test_groups_for_a_vpc_are_read_with_their_call() -> None:
    assert rows(facts(called(groups("sg-1", "sg-2")))) == [("vpc-1", ("sg-1", "sg-2"), True)]


def test_pages_of_groups_are_merged_and_whole_with_the_last_page() -> None:
    first = called(groups("sg-1", NextToken="more"))
    assert rows(facts(first)) == [("vpc-1", ("sg-1",), False)]
    assert rows(facts(first, called(groups("sg-2")))) == [("vpc-1", ("sg-1", "sg-2"), True)]


def test_damaged_page_of_groups_is_not_whole() -> None:
    damaged = called({"SecurityGroupForVpcs": [{"GroupId": 7}]})
    assert rows(facts(damaged, called(groups("sg-2")))) == [("vpc-1", ("sg-2",), False)]


def test_filtered_groups_are_not_whole() -> None:
    filters = [{"Name": "group-id", "Values": ["sg-1"]}]
    assert rows(facts(called(groups("sg-1"), Filters=filters))) == [("vpc-1", ("sg-1",), False)]


def test_bare_groups_are_of_the_only_vpc() -> None:
    assert rows(facts(vpcs("vpc-7"), groups("sg-1"))) == [("vpc-7", ("sg-1",), True)]


@pytest.mark.parametrize("names", [(), ("vpc-1", "vpc-2")])
def test_bare_groups_of_several_vpcs_are_noted_and_left_alone(names: tuple[str, ...]) -> None:
    found = facts(vpcs(*names), groups("sg-1"))
    assert found.usable_groups == ()
    (note,) = found.notes
    assert note.startswith("2.json: security groups for a VPC, but not for which one. Wrap the answer")


def test_refused_groups_are_a_gap() -> None:
    call = called({})["Call"]
    found = facts({"Call": call, "Error": {"Code": "UnauthorizedOperation", "Message": "no"}})
    assert [refusal.action for refusal in found.refused] == [ACTION]
    assert found.completeness.lacks("usable_groups")


def test_snapshot_keeps_the_groups_of_each_vpc() -> None:
    documents = named(vpcs("vpc-1", "vpc-2"), called(groups("sg-1", GroupName="people")))
    assert rows(load(redact(documents))) == rows(load(documents)) == [("vpc-1", ("sg-1",), True)]
