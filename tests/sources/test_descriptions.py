"""Inputs of a check as one system: joined by account and Region."""

import json
from typing import Any

import pytest

from skerry.errors import InputError
from skerry.model.origins import Origin
from skerry.sources.descriptions import STAND_IN_ACCOUNT, Description, join

Json = dict[str, Any]


def described(
    name: str, *, region: str | None = "eu-west-1", account: str | None = None, **lists: list[Json]
) -> Description:
    documents = {key: json.dumps({key: rows}).encode() for key, rows in lists.items()}
    return Description(name, "plan", documents, region, account, {"vpc-1": Origin(name, None, f"{name}.vpc")})


def vpc(name: str, block: str = "10.0.0.0/16") -> Json:
    return {"VpcId": name, "CidrBlock": block}


def regions_of(*descriptions: Description) -> list[tuple[str | None, str | None, int]]:
    facts = (network.facts for network in join(descriptions))
    return [(one.region, one.account, len(one.vpcs)) for one in facts]


class TestGroups:
    def test_inputs_of_one_account_and_region_are_one_network(self) -> None:
        one, two = (
            described("a", account="1" * 12, Vpcs=[vpc("vpc-1")]),
            described("b", account="1" * 12, Vpcs=[vpc("vpc-2")]),
        )
        assert regions_of(one, two) == [("eu-west-1", "1" * 12, 2)]

    def test_accounts_and_regions_stay_apart(self) -> None:
        inputs = (
            described("a", account="1" * 12, Vpcs=[vpc("vpc-1")]),
            described("b", account="2" * 12, Vpcs=[vpc("vpc-2")]),
            described("c", account="1" * 12, region="us-east-1", Vpcs=[vpc("vpc-3")]),
        )
        assert len(regions_of(*inputs)) == len(inputs)

    def test_input_without_an_account_joins_the_only_one(self) -> None:
        inputs = (
            described("a", account=STAND_IN_ACCOUNT, Vpcs=[vpc("vpc-1")]),
            described("b", account="1" * 12, Vpcs=[vpc("vpc-2")]),
            described("c", region=None, Vpcs=[vpc("vpc-3")]),
        )
        assert regions_of(*inputs) == [("eu-west-1", "1" * 12, 3)]

    def test_input_without_an_account_joins_neither_of_two(self) -> None:
        inputs = (
            described("a", Vpcs=[vpc("vpc-1")]),
            described("b", account="1" * 12, Vpcs=[vpc("vpc-2")]),
            described("c", account="2" * 12, Vpcs=[vpc("vpc-3")]),
        )
        assert len(regions_of(*inputs)) == len(inputs)


class TestRecords:
    def test_contradiction_names_the_inputs(self) -> None:
        one, two = described("a", Vpcs=[vpc("vpc-1")]), described("b", Vpcs=[vpc("vpc-1", "10.1.0.0/16")])
        with pytest.raises(InputError, match="described twice") as raised:
            join([one, two])
        assert "a, b are read as one system" in raised.value.remedy

    def test_origin_is_the_place_that_a_description_gives(self) -> None:
        [network] = join([described("a", Vpcs=[vpc("vpc-1"), vpc("vpc-2")])])
        assert network.facts.origins["vpcs"]["vpc-1"].address == "a.vpc"
        assert network.facts.origins["vpcs"]["vpc-2"].document == "a"
