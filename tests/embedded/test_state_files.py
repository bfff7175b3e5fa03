"""The state of the embedded AWS, saved and loaded."""

import json
from typing import Any

import boto3
import pytest

from skerry.aws.session import make_clients
from skerry.embedded import demo_deployment
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.embedded.settings import Settings
from skerry.embedded.state_files import dump_state, load_state
from skerry.errors import SkerryError
from skerry.sources import live
from tests.embedded.provocations import REGION, Account


@pytest.fixture(scope="module")
def saved() -> tuple[bytes, dict[str, bytes]]:
    """The state of the demo's account, and all that skerry reads of it."""
    with run_embedded_aws(REGION):
        client = make_clients(REGION)
        demo_deployment.repair(client, demo_deployment.build(client))
        return dump_state(), live.read(client).documents


@pytest.mark.long
def test_loaded_state_has_every_answer_of_the_saved_account(saved: tuple[bytes, dict[str, bytes]]) -> None:
    content, documents = saved
    assert len(documents) > 50
    with run_embedded_aws(REGION):
        load_state(content)
        assert live.read(make_clients(REGION)).documents == documents


def test_loaded_state_keeps_aws_rules_tokens_and_transitions() -> None:
    with run_embedded_aws(REGION, settings=Settings(pending_seconds=60, deleting_seconds=60)):
        account = Account(boto3.client("ec2", REGION), Settings())
        endpoint = account.interface(ClientToken="one")
        account.allow({"IpRanges": [{"CidrIp": "10.0.0.0/16"}]})
        account.delete_endpoint(account.gateway())
        content = dump_state()
    later = Settings(advanced=61)
    with run_embedded_aws(REGION, settings=later):
        load_state(content)
        account.ec2 = boto3.client("ec2", REGION)
        assert {name: row["State"] for name, row in account.endpoints().items()} == {endpoint: "available"}
        assert account.interface(ClientToken="one") == endpoint
        with pytest.raises(account.ec2.exceptions.ClientError, match="DependencyViolation"):
            account.ec2.delete_security_group(GroupId=account.group)
        with pytest.raises(account.ec2.exceptions.ClientError, match=r"InvalidPermission\.Duplicate"):
            account.allow({"IpRanges": [{"CidrIp": "10.0.0.0/16"}]})
        account.delete_endpoint(endpoint)
        later.advance(3600)
        account.ec2.delete_security_group(GroupId=account.group)


def test_loading_replaces_the_state_before() -> None:
    with run_embedded_aws(REGION):
        empty = dump_state()
        ecs: Any = boto3.client("ecs", REGION)
        ecs.create_cluster(clusterName="first")
        boto3.client("iam").create_role(RoleName="first", AssumeRolePolicyDocument="{}")
        content = dump_state()
        ecs.create_cluster(clusterName="second")
        load_state(content)
        assert [arn.rpartition("/")[2] for arn in ecs.list_clusters()["clusterArns"]] == ["first"]
        assert json.loads(empty)["skerry_embedded_state"] == 1


def changed(content: bytes, **fields: object) -> bytes:
    return json.dumps(json.loads(content) | fields).encode()


def with_entry(content: bytes, entry: object) -> bytes:
    """The state with another first entry: the fields of the first service."""
    document = json.loads(content)
    document["entries"][document["backends"][0]["fields"]] = entry
    return json.dumps(document).encode()


HOSTILE = [
    {"object": "os:system", "fields": []},
    {"object": "subprocess:Popen", "fields": []},
    {"object": "moto.core.utils:utcnow", "fields": []},
    {"object": "moto.ec2.models.vpcs:json.JSONDecoder", "fields": []},
    {"object": "moto.nothing:None", "fields": []},
    {"class": "builtins:eval"},
    {"method": "system", "of": None},
    {"method": "__init__", "of": {"n": 999999}},
    {"key": ["lambda", "123456789012", REGION]},
    {"key": ["ec2", "../../etc", REGION]},
    {"key": ["ec2", "123456789012", "nowhere"]},
    {"enum": "enum:Enum", "name": "a"},
    {"datetime": "yesterday"},
    {"dict": [["a", {"n": -1.5}]]},
    {"dict": [["a", [1]]]},
    {"nothing": 1},
    {"list": []},
    {},
    {"dict": [[1, 2]]},
]


def test_hostile_state_is_refused_and_changes_nothing() -> None:
    with run_embedded_aws(REGION):
        ec2 = boto3.client("ec2", REGION)
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        content = dump_state()
        texts = [b"", b"[]", b"{}", b"\xff", content[:-100], changed(content, more=1)]
        texts += [changed(content, skerry_embedded_state=2), changed(content, moto="4.0.0")]
        texts += [with_entry(content, entry) for entry in HOSTILE]
        for text in texts:
            with pytest.raises(SkerryError, match="not a state of the embedded AWS"):
                load_state(text)
        assert vpc in {row["VpcId"] for row in ec2.describe_vpcs()["Vpcs"]}


def test_state_with_an_object_of_no_entry_is_not_saved() -> None:
    with run_embedded_aws(REGION):
        from moto.ec2.models import ec2_backends  # noqa: PLC0415 - no call makes such a resource

        backend: Any = ec2_backends["123456789012"][REGION]
        backend.odd = open  # a function of Python
        with pytest.raises(SkerryError, match="cannot save its state"):
            dump_state()
