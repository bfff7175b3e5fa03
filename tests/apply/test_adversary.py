"""Applies and undos against somebody who edits journals, deletes resources by hand, or tags them."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from skerry.apply import journal as journals
from skerry.apply.journal_entries import CallAnswered, Entry, Finished
from skerry.apply.results import StepEnd
from skerry.apply.states import read_state
from skerry.apply.step_records import ids_of
from skerry.apply.steps import StepCalls
from skerry.apply.undo import conflicts_of, standing_steps
from skerry.apply.unrecorded import refuse_shortened, unrecorded_resources
from skerry.aws.session import ClientFactory, make_clients
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.errors import InputError
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    ModifyEndpoint,
    RouteToInternetGateway,
    Rule,
)
from tests.apply.accounts import apply_plan, plan_of, tools_for, undo_plan
from tests.apply.every_change import REGION, SERVICE, SmallNetwork, build_network

RULE = Rule("tcp", 443, "10.7.0.0/16")
LATER = ("ACL", "group", "endpoint")


class Place:
    """An embedded account with a small network."""

    def __init__(self) -> None:
        self.clients: ClientFactory = make_clients(REGION)
        self.ec2: Any = self.clients("ec2")
        self.network: SmallNetwork = build_network(self.clients)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with run_embedded_aws(REGION):
        yield Place()


def rewrite(path: Path, edit: Any) -> None:
    """Edit entries of a journal, with digests as skerry would have written them."""
    digest, lines = "", []
    for line in path.read_bytes().splitlines():
        entry: Entry = edit(msgspec.json.decode(_body(line), type=Entry))
        body = msgspec.json.encode(entry)
        digest = hashlib.sha256(digest.encode() + body).hexdigest()
        lines.append(b'{"digest":"%s","body":%s}\n' % (digest.encode(), body))
    path.write_bytes(b"".join(lines))


def _body(line: bytes) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(line)["body"])


def forge(path: Path, former: str, other: str) -> None:
    """Put somebody else's resource in the place of the journal's, with the state in which it is now."""

    def with_other_id(entry: Entry) -> Entry:
        is_former = isinstance(entry, CallAnswered) and entry.made == former
        return msgspec.structs.replace(entry, made=other) if is_former else entry

    rewrite(path, with_other_id)
    with journals.reopen_journal(path) as journal:
        tools = tools_for(journal)
        [(number, change, _)] = standing_steps(tools)
        present = read_state(StepCalls(tools, number, ids_of(journal.entries), undo=True).place, change)
    assert other in str(present)

    def with_state(entry: Entry) -> Entry:
        return msgspec.structs.replace(entry, left=present) if isinstance(entry, Finished) else entry

    rewrite(path, with_state)


def ends(folder: Path) -> list[StepEnd]:
    result = undo_plan(folder)
    assert result.stopped is None, result.stopped
    return [step.end for step in result.steps]


def endpoints(place: Place, service: str) -> list[str]:
    filters = [{"Name": "service-name", "Values": [f"{SERVICE}.{service}"]}]
    return [row["VpcEndpointId"] for row in place.ec2.describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]]


def test_edited_journal_never_deletes_an_endpoint_of_somebody_else(place: Place, tmp_path: Path) -> None:
    network = place.network
    change = CreateInterfaceEndpoint(
        "vpce-new-sqs", network.vpc, f"{SERVICE}.sqs", (network.subnets[0],), (), private_dns=False
    )
    assert apply_plan(plan_of(change), tmp_path).stopped is None
    [made] = endpoints(place, "sqs")
    forge(tmp_path / "plan.journal", made, network.interface_endpoint)
    result = undo_plan(tmp_path)
    assert result.stopped is not None
    assert "somebody changed it" in result.stopped.reason
    assert endpoints(place, "logs") == [network.interface_endpoint]
    place.ec2.delete_vpc_endpoints(VpcEndpointIds=[made])


@pytest.mark.long
def test_edited_journal_never_deletes_a_group_or_nat_gateway_of_somebody_else(place: Place, tmp_path: Path) -> None:
    network = place.network
    group = CreateSecurityGroup("sg-new-x", network.vpc, "x", "x")
    assert apply_plan(plan_of(group), tmp_path).stopped is None
    [row] = place.ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["x"]}])["SecurityGroups"]
    forge(tmp_path / "plan.journal", row["GroupId"], network.group)
    assert undo_plan(tmp_path).stopped is not None
    assert place.ec2.describe_security_groups(GroupIds=[network.group])["SecurityGroups"]
    place.ec2.delete_security_group(GroupId=row["GroupId"])


@pytest.mark.long
def test_journal_without_its_last_lines_is_refused(place: Place, tmp_path: Path) -> None:
    network = place.network
    first, second = (CreateSecurityGroup(f"sg-new-{name}", network.vpc, name, name) for name in ("first", "second"))
    apply_plan(plan_of(first, second), tmp_path)
    path = tmp_path / "plan.journal"
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    begun = next(number for number, line in enumerate(lines) if b'"entry":"started","step":1' in line)
    path.write_bytes(b"".join(lines[:begun]))
    with journals.reopen_journal(path) as journal:
        [group] = unrecorded_resources(tools_for(journal))
        with pytest.raises(InputError, match="lacks its last lines") as caught:
            refuse_shortened(tools_for(journal))
    assert group in str(caught.value)
    path.write_bytes(whole)
    with journals.reopen_journal(path) as journal:
        refuse_shortened(tools_for(journal))
    assert [step.end for step in undo_plan(tmp_path).steps] == ["taken-back", "taken-back"]


def test_tags_that_somebody_took_away_make_a_conflict(place: Place, tmp_path: Path) -> None:
    change = CreateNatGateway("nat-new-a", place.network.vpc, place.network.subnets[1], "eipalloc-new-a")
    assert apply_plan(plan_of(change), tmp_path).stopped is None
    with journals.reopen_journal(tmp_path / "plan.journal") as journal:
        assert conflicts_of(tools_for(journal)) == ()
        ids = [entry.made for entry in journal.entries if isinstance(entry, CallAnswered) and entry.made]
        place.ec2.delete_tags(Resources=ids, Tags=[{"Key": "skerry:journal"}])
        assert len(conflicts_of(tools_for(journal))) == 1


def doomed(place: Place, name: str) -> tuple[Change, Callable[[], object]]:
    """A change of a resource that somebody deletes afterwards, and the deletion."""
    ec2, network = place.ec2, place.network
    match name:
        case "table":
            table = ec2.create_route_table(VpcId=network.vpc)["RouteTable"]["RouteTableId"]
            change: Change = RouteToInternetGateway(table, network.gateway)
            return change, lambda: ec2.delete_route_table(RouteTableId=table)
        case "ACL":
            acl = ec2.create_network_acl(VpcId=network.vpc)["NetworkAcl"]["NetworkAclId"]
            change = AddAclEntry(acl, 50, "in", "10.0.0.0/8", (443, 443))
            return change, lambda: ec2.delete_network_acl(NetworkAclId=acl)
        case "group":
            group = ec2.create_security_group(GroupName="gone", Description="gone", VpcId=network.vpc)["GroupId"]
            return AuthorizeRule(group, "in", RULE), lambda: ec2.delete_security_group(GroupId=group)
        case _:
            asked = {"VpcId": network.vpc, "VpcEndpointType": "Interface", "PrivateDnsEnabled": False}
            answer = ec2.create_vpc_endpoint(ServiceName=f"{SERVICE}.sns", SubnetIds=[network.subnets[0]], **asked)
            endpoint = answer["VpcEndpoint"]["VpcEndpointId"]
            change = ModifyEndpoint(endpoint, groups=(network.group,))
            return change, lambda: ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])


@pytest.mark.parametrize("name", ["table", *(pytest.param(name, marks=pytest.mark.long) for name in LATER)])
def test_resource_deleted_by_hand_leaves_nothing_to_take_back(name: str, place: Place, tmp_path: Path) -> None:
    change, delete = doomed(place, name)
    other = AuthorizeRule(place.network.group, "out", RULE)
    assert apply_plan(plan_of(other, change), tmp_path).stopped is None
    delete()
    # The other step is taken back all the same.
    assert ends(tmp_path) == ["gone", "taken-back"]


@pytest.mark.long
def test_rule_that_somebody_made_before_the_call_is_left(place: Place, tmp_path: Path) -> None:
    """The apply ended before its call; the same rule is somebody else's then."""
    group = place.network.group
    assert apply_plan(plan_of(AuthorizeRule(group, "out", RULE)), tmp_path).stopped is None
    path = tmp_path / "plan.journal"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": RULE.peer}]}
    place.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[permission])
    place.ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[permission])
    assert ends(tmp_path) == ["gone"]
    [row] = place.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert RULE.peer in str(row["IpPermissionsEgress"])
    place.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[permission])


@pytest.mark.parametrize("name", ["zero", "folder", "pipe"])
def test_journal_that_is_no_file_is_refused(name: str, tmp_path: Path) -> None:
    path = {"zero": Path("/dev/zero"), "folder": tmp_path, "pipe": tmp_path / "pipe"}[name]
    if name == "pipe":
        os.mkfifo(path)
    with pytest.raises(InputError), journals.reopen_journal(path):
        pass
