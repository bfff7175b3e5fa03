"""Cases in the embedded AWS, where tools that read an account find them."""

import json
import sys
from pathlib import Path

import msgspec
import pytest

from bench.faults import labels
from bench.faults.answers import Answer
from bench.faults.cases import Case
from bench.faults.collection import CASES
from bench.faults.tools.ecs_doctor import EcsDoctor
from bench.faults.tools.embedding import CannotHoldError, Embedded, theirs
from skerry import app
from skerry.aws.session import Account, make_clients
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.model.world import World
from tests.networks import ACCOUNT, REGION

HELD = (
    "sound/as-it-is@two-zones",
    "sound/as-it-is@nat",
    "network ACLs/endpoints-no-443-in@endpoints-apart",
    "endpoints/failed-ecr.api@two-zones",
    "internet/no-public-address@public",
    "peering/pending-acceptance@peered",
)
NOT_HELD = {
    "routes/default-black-hole@nat": "it keeps no black holes",
    "placement/group-of-another-vpc@nat": "sg-task is of a VPC that is not shown",
    "unknown/groups-not-read@two-zones": "what was not read cannot be left out of an account",
    "endpoints/of-another-region@one-zone": "InvalidServiceName",
}


def case(name: str) -> Case:
    return next(item for item in CASES if item.id == name)


def of_the_network(world: World) -> World:
    """What a case is about: it holds no roles, images, secrets or log groups, so that the account has none."""
    lists = world.facts.completeness
    asked = lists.asked - {"roles", "managed_policies"}
    complete = frozenset(one for one in lists.complete if one[0] in asked)
    network = msgspec.structs.replace(lists, complete=complete, asked=asked)
    return World(msgspec.structs.replace(world.facts, completeness=network, resource_answers=()))


@pytest.mark.parametrize("name", HELD)
def test_embedded_case_has_verdict_of_its_label(name: str) -> None:
    with run_embedded_aws(REGION):
        Embedded(make_clients(REGION), json.loads(case(name).document())).build()
        (service,) = app.diagnose(of_the_network(app.read_account(Account(region=REGION)).world)).services
    assert str(service.verdict) == labels.read()[name].verdict


@pytest.mark.parametrize("name", NOT_HELD)
def test_embedded_case_without_support_raises(name: str) -> None:
    network = json.loads(case(name).document())
    with run_embedded_aws(REGION), pytest.raises(CannotHoldError, match=NOT_HELD[name]):
        Embedded(make_clients(REGION), network).build()


def test_embedded_ids_are_replaced_by_ids_of_the_case() -> None:
    assert theirs({"sg-1": "sg-0a1b"}, "arn:123456789012:sg-0a1b") == f"arn:{ACCOUNT}:sg-1"


# A program in the place of ecs-doctor: it reads the service's network by boto3, and finds what it is told to find.
PROGRAM = """#!{python}
import json, os, sys
import boto3
assert sys.argv[1:] == ["diagnose", "--cluster", "shop", "--service", "web", "--region", "{region}", "--json"]
(service,) = boto3.client("ecs").describe_services(cluster="shop", services=["web"])["services"]
network = service["networkConfiguration"]["awsvpcConfiguration"]
about = {about}
print(json.dumps({{"all_findings": [
    {{"severity": "low", "raw_data": {{"security_group_id": "sg-low"}}}}, *about
]}}))
"""


def asked(folder: Path, about: str, name: str = "sound/as-it-is@two-zones") -> Answer:
    program = folder / "program"
    program.write_text(PROGRAM.format(python=sys.executable, region=REGION, about=about), encoding="utf-8")
    program.chmod(0o700)
    return EcsDoctor(program).judge(case(name).document())


class TestEcsDoctor:
    def test_ecs_doctor_answers_ok_without_serious_findings(self, tmp_path: Path) -> None:
        assert asked(tmp_path, "[]") == Answer("ok")

    @pytest.mark.parametrize(
        ("about", "named"),
        [
            ('{"security_group_id": network["securityGroups"][0]}', "sg-task"),
            ('{"subnet_id": network["subnets"][0], "routes": []}', "rtb-task"),
            ('{"subnet_id": network["subnets"][0], "nacl_entry": {}}', "acl-all"),
            ('{"assign_public_ip": "DISABLED", "subnet_id": network["subnets"][0]}', "web"),
            ("None", "web"),
        ],
        ids=["group", "route of a subnet", "network ACL of a subnet", "public address", "the service"],
    )
    def test_ecs_doctor_answer_names_resources_of_findings(self, about: str, named: str, tmp_path: Path) -> None:
        found = asked(tmp_path, f'[{{"severity": "high", "raw_data": {about}}}]')
        assert found == Answer("blocked", frozenset({named}))

    def test_ecs_doctor_is_not_asked_about_unsupported_case(self, tmp_path: Path) -> None:
        found = asked(tmp_path, "[]", "routes/default-black-hole@nat")
        assert found == Answer(None, because="it keeps no black holes")

    def test_ecs_doctor_is_not_asked_about_other_region(self, tmp_path: Path) -> None:
        assert asked(tmp_path, "[]", "placement/local-zone@one-zone").verdict is None

    def test_ecs_doctor_failure_raises(self, tmp_path: Path) -> None:
        with pytest.raises(RuntimeError, match="ecs-doctor failed"):
            asked(tmp_path, "1 / 0")
