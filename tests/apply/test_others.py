"""Changes of others before, during and after an apply, lost connections and refusals: nothing of others is touched."""

import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from skerry.apply import journal as journals
from skerry.apply.journal import Journal
from skerry.apply.journal_entries import VERSION, Entry, Finished, Opened, RecordedChange
from skerry.apply.lookups import Marks
from skerry.apply.plan_values import new_resources_of
from skerry.apply.results import RunResult
from skerry.apply.run import make_changes
from skerry.apply.steps import Tools
from skerry.apply.undo import conflicts_of, losses_of, take_back
from skerry.aws.account_session import AccountSession, open_session
from skerry.aws.session import Account, make_clients
from skerry.embedded.fault_injection import Faults
from skerry.embedded.fault_rules import InjectedFault
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.embedded.settings import Settings
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    ModifyEndpoint,
    ReplaceRoute,
    RouteToInternetGateway,
    Rule,
)
from tests.amount import some
from tests.apply.accounts import FAST, documents_of
from tests.apply.every_change import REGION, SERVICE, SmallNetwork, build_network, changes_of
from tests.crash import trials
from tests.crash.trials import KilledError, session_without_retries

HTTPS = Rule("tcp", 443, "10.0.0.0/16")
PERMISSION = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}]
OTHER_POLICY = '{"Statement":[]}'


class Runner(NamedTuple):
    """An account, and journals of plans for it."""

    ec2: Any
    network: SmallNetwork
    faults: Faults
    settings: Settings
    session: AccountSession
    path: Path

    def run(
        self, *changes: Change, session: AccountSession | None = None, prefix_lists: dict[str, str] | None = None
    ) -> RunResult:
        """Apply changes with a new journal."""
        rows = tuple(RecordedChange(change, "safe", "name", "for a test") for change in changes)
        account = self.session.account
        opened = Opened(
            VERSION, "0", journals.new_name(), account, REGION, "me", "", ("web",), rows, prefix_lists or {}
        )
        with journals.create_journal(self.path, opened) as journal:
            return make_changes(Tools(session or self.session, journal, FAST, lambda _: None), lambda _: None)

    def reopened(self, action: Callable[[Tools], Any]) -> Any:
        """Go on with the journal."""
        with journals.reopen_journal(self.path) as journal:
            return action(Tools(self.session, journal, FAST, lambda _: None))

    def resume(self) -> RunResult:
        """Go on with the apply."""
        result: RunResult = self.reopened(lambda tools: make_changes(tools, lambda _: None))
        return result

    def undo(self) -> RunResult:
        """Take everything back."""
        result: RunResult = self.reopened(lambda tools: take_back(tools, lambda _: None))
        return result

    def conflicts(self) -> list[Change]:
        """The steps that somebody else changed since."""
        return [conflict.change for conflict in self.reopened(conflicts_of)]


class Served(NamedTuple):
    """The account of all tests here."""

    ec2: Any
    network: SmallNetwork
    faults: Faults
    settings: Settings
    session: AccountSession
    documents: Callable[[], dict[str, list[str]]]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    faults, settings = Faults(), Settings()
    with run_embedded_aws(REGION, faults, settings):
        clients = make_clients(REGION)
        network = build_network(clients)
        session = open_session(Account(region=REGION))
        yield Served(clients("ec2"), network, faults, settings, session, lambda: documents_of(clients))


@pytest.fixture
def runner(served: Served, tmp_path: Path) -> Iterator[Runner]:
    """A runner; afterwards everything of its journal is taken back, and nothing else differs."""
    yield Runner(*served[:5], tmp_path / "a.journal")
    served.faults.clear()
    served.settings.replace("{}")


def endpoint(network: SmallNetwork, name: str = "vpce-new-a", *groups: str) -> CreateInterfaceEndpoint:
    service = f"{SERVICE}.secretsmanager"
    groups = groups or (network.group,)
    return CreateInterfaceEndpoint(name, network.vpc, service, network.subnets, groups, private_dns=False)


def ends(result: RunResult) -> list[str]:
    assert result.stopped is None, result.stopped
    return [step.end for step in result.steps]


@pytest.mark.parametrize(
    ("kind", "session"),
    [
        pytest.param("drop-after", session_without_retries, id="drop-after-without-retries"),
        pytest.param("drop-before", session_without_retries, id="drop-before-without-retries", marks=pytest.mark.long),
        pytest.param("drop-after", None, id="drop-after-with-retries", marks=pytest.mark.long),
        pytest.param("drop-before", None, id="drop-before-with-retries", marks=pytest.mark.long),
    ],
)
def test_lost_connection_leads_to_no_second_resource(
    kind: Any, session: Callable[[], AccountSession] | None, runner: Runner, served: Served
) -> None:
    before = served.documents()
    network = runner.network
    changes = (
        CreateSecurityGroup("sg-new-a", network.vpc, "lost", "lost"),
        AuthorizeRule("sg-new-a", "in", HTTPS),
        endpoint(network, "vpce-new-a", "sg-new-a"),
        CreateNatGateway("nat-new-a", network.vpc, network.subnets[1], "eipalloc-new-a"),
    )
    actions = ("CreateSecurityGroup", "AuthorizeSecurityGroupIngress", "CreateVpcEndpoint", "AllocateAddress")
    runner.faults.rules = [InjectedFault(kind, f"ec2:{name}", times=1) for name in (*actions, "CreateNatGateway")]
    assert ends(runner.run(*changes, session=session and session())) == ["made"] * 4
    after = served.documents()
    counts = {key: len(after[key]) - len(before[key]) for key in ("SecurityGroups", "VpcEndpoints", "Addresses")}
    assert counts == {"SecurityGroups": 1, "VpcEndpoints": 1, "Addresses": 1}
    assert ends(runner.undo()) == ["taken-back"] * 4
    assert served.documents() == before


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param("CreateSecurityGroup", marks=pytest.mark.long),
        "AllocateAddress",
        pytest.param("DeleteSecurityGroup", marks=pytest.mark.long),
    ],
)
def test_throttled_call_without_token_is_sent_again_until_it_is_answered(
    operation: str, runner: Runner, served: Served
) -> None:
    before = served.documents()
    network = runner.network
    changes: tuple[Change, ...] = (
        CreateSecurityGroup("sg-new-a", network.vpc, "throttled", "throttled"),
        CreateNatGateway("nat-new-a", network.vpc, network.subnets[1], "eipalloc-new-a"),
    )
    runner.faults.rules = [InjectedFault("throttle", f"ec2:{operation}", times=2)]
    session = session_without_retries()
    assert ends(runner.run(*changes, session=session)) == ["made", "made"]
    after = served.documents()
    counts = {key: len(after[key]) - len(before[key]) for key in ("SecurityGroups", "Addresses", "NatGateways")}
    assert counts == {"SecurityGroups": 1, "Addresses": 1, "NatGateways": 1}
    named = {"Key": "Name", "Value": f"nat-{network.subnets[1]}"}
    for key in ("Addresses", "NatGateways"):
        [made] = [json.loads(row) for row in after[key] if row not in before[key]]
        assert named in made["Tags"]
    assert ends(runner._replace(session=session).undo()) == ["taken-back", "taken-back"]
    assert served.documents() == before


@pytest.mark.long
def test_call_that_stays_throttled_stops_in_bounded_time_and_is_resumed(runner: Runner, served: Served) -> None:
    before = served.documents()
    runner.faults.rules = [InjectedFault("throttle", "ec2:CreateSecurityGroup")]
    group = CreateSecurityGroup("sg-new-a", runner.network.vpc, "throttled", "throttled")
    result = runner.run(group, session=session_without_retries())
    assert result.stopped is not None
    assert "RequestLimitExceeded" in result.stopped.reason
    assert len(runner.faults.seen) > 3
    runner.faults.rules = []
    assert ends(runner.resume()) == ["made"]
    assert ends(runner.undo()) == ["taken-back"]
    assert served.documents() == before


@pytest.mark.long
@pytest.mark.parametrize(
    ("fault", "bounds"),
    [
        (InjectedFault("throttle", "ec2:DeleteSecurityGroup"), (FAST.settle, 4 * FAST.settle)),
        (None, (5 * FAST.settle, 9 * FAST.settle)),
    ],
    ids=["throttled", "in use"],
)
def test_undo_waits_for_a_throttled_call_as_apply_does_and_longer_for_a_resource_in_use(
    fault: InjectedFault | None, bounds: tuple[float, float], runner: Runner, served: Served
) -> None:
    before = served.documents()
    network = runner.network
    assert ends(runner.run(CreateSecurityGroup("sg-new-a", network.vpc, "slow", "slow"))) == ["made"]
    [group] = served.ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["slow"]}])[
        "SecurityGroups"
    ]
    interface = None
    if fault is None:
        given = {"SubnetId": network.subnets[0], "Groups": [group["GroupId"]]}
        interface = served.ec2.create_network_interface(**given)["NetworkInterface"]["NetworkInterfaceId"]
    else:
        runner.faults.rules = [fault]
    begun = time.monotonic()
    result = runner._replace(session=session_without_retries()).undo()
    seconds = time.monotonic() - begun
    assert result.stopped is not None
    assert bounds[0] <= seconds < bounds[1]
    runner.faults.rules = []
    if interface is not None:
        served.ec2.delete_network_interface(NetworkInterfaceId=interface)
    assert ends(runner.undo()) == ["taken-back"]
    assert served.documents() == before


def test_group_of_the_same_name_stops_the_apply(runner: Runner, served: Served) -> None:
    before = served.documents()
    result = runner.run(CreateSecurityGroup("sg-new-a", runner.network.vpc, "tasks", "other"))
    assert result.stopped is not None
    assert "another security group with the name tasks" in result.stopped.reason
    assert served.documents() == before


def test_rule_that_is_there_already_stays_after_undo(runner: Runner, served: Served) -> None:
    group = runner.network.group
    runner.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=PERMISSION)
    before = served.documents()
    assert ends(runner.run(AuthorizeRule(group, "in", HTTPS))) == ["there"]
    assert ends(runner.undo()) == []
    assert served.documents() == before
    runner.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=PERMISSION)


def test_rule_that_somebody_removed_is_gone(runner: Runner, served: Served) -> None:
    before = served.documents()
    group = runner.network.group
    assert ends(runner.run(AuthorizeRule(group, "in", HTTPS))) == ["made"]
    runner.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=PERMISSION)
    assert runner.conflicts() == []
    assert ends(runner.undo()) == ["gone"]
    assert served.documents() == before


def test_changed_endpoint_is_not_deleted(runner: Runner, served: Served) -> None:
    change = endpoint(runner.network)
    runner.run(change)
    made = [row for row in runner.ec2.describe_vpc_endpoints()["VpcEndpoints"] if "secretsm" in row["ServiceName"]]
    name = made[0]["VpcEndpointId"]
    runner.ec2.modify_vpc_endpoint(VpcEndpointId=name, PolicyDocument=OTHER_POLICY)
    changed = served.documents()
    assert runner.conflicts() == [change]
    result = runner.undo()
    assert result.stopped is not None
    assert "somebody changed it since" in result.stopped.reason
    assert served.documents() == changed
    runner.ec2.delete_vpc_endpoints(VpcEndpointIds=[name])
    assert ends(runner.undo()) == ["gone"]


def test_group_with_a_rule_of_somebody_else_is_not_deleted(runner: Runner, served: Served) -> None:
    before = served.documents()
    changes = (
        CreateSecurityGroup("sg-new-a", runner.network.vpc, "ours", "ours"),
        AuthorizeRule("sg-new-a", "in", Rule("tcp", 80, "10.0.0.0/16")),
    )
    runner.run(*changes)
    groups = runner.ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["ours"]}])
    group = groups["SecurityGroups"][0]["GroupId"]
    assert runner.conflicts() == []
    runner.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=PERMISSION)
    assert runner.conflicts() == [changes[0]]
    runner.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=PERMISSION)
    assert ends(runner.undo()) == ["taken-back", "taken-back"]
    assert served.documents() == before


def test_route_that_somebody_replaced_is_left(runner: Runner) -> None:
    network = runner.network
    change = RouteToInternetGateway(network.tables[0], network.gateway)
    runner.run(change)
    route = {"RouteTableId": network.tables[0], "DestinationCidrBlock": "0.0.0.0/0"}
    runner.ec2.replace_route(**route, NatGatewayId=network.nat)
    assert runner.conflicts() == [change]
    runner.ec2.delete_route(**route)
    assert ends(runner.undo()) == ["gone"]


def test_route_to_replace_that_is_gone_stops_the_apply(runner: Runner, served: Served) -> None:
    before = served.documents()
    change = ReplaceRoute(runner.network.tables[1], "0.0.0.0/0", "nat-gateway", runner.network.nat)
    result = runner.run(change)
    assert result.stopped is not None
    assert "has no route" in result.stopped.reason
    assert served.documents() == before


def test_part_of_an_endpoint_that_is_there_stays_after_undo(runner: Runner, served: Served) -> None:
    network = runner.network
    before = served.documents()
    change = ModifyEndpoint(network.interface_endpoint, network.subnets, (network.group,))
    assert ends(runner.run(change)) == ["made"]
    assert ends(runner.undo()) == ["taken-back"]
    assert served.documents() == before


def test_other_entry_with_the_number_stops_the_apply(runner: Runner, served: Served) -> None:
    network = runner.network
    entry = {"NetworkAclId": network.acl, "RuleNumber": 90, "Egress": False}
    content = {"Protocol": "6", "RuleAction": "deny", "PortRange": {"From": 1, "To": 2}, "CidrBlock": "10.0.0.0/8"}
    runner.ec2.create_network_acl_entry(**entry, **content)
    before = served.documents()
    result = runner.run(AddAclEntry(network.acl, 90, "in", "10.0.0.0/16", (1024, 65535)))
    assert result.stopped is not None
    assert "another entry with the number 90" in result.stopped.reason
    assert served.documents() == before
    runner.ec2.delete_network_acl_entry(**entry)


def test_denied_call_stops_and_the_apply_goes_on_when_it_is_allowed(runner: Runner, served: Served) -> None:
    before = served.documents()
    network = runner.network
    changes = (AuthorizeRule(network.group, "in", HTTPS), endpoint(network))
    runner.faults.denied = {"ec2:CreateVpcEndpoint"}
    result = runner.run(*changes)
    assert result.stopped is not None
    assert "UnauthorizedOperation" in result.stopped.reason
    assert [step.end for step in result.steps] == ["made"]
    runner.faults.denied = set()
    assert ends(runner.resume()) == ["made", "made"]
    assert ends(runner.undo()) == ["taken-back", "taken-back"]
    assert served.documents() == before


def test_expired_token_stops_with_advice(runner: Runner, served: Served) -> None:
    before = served.documents()
    runner.faults.rules = [InjectedFault("expire", "ec2:CreateVpcEndpoint")]
    result = runner.run(AuthorizeRule(runner.network.group, "in", HTTPS), endpoint(runner.network))
    assert result.stopped is not None
    assert "expired" in result.stopped.reason
    assert result.stopped.remedy
    runner.faults.rules = []
    assert ends(runner.undo()) == ["gone", "taken-back"]
    assert served.documents() == before


def test_pending_and_deleting_endpoints_are_waited_for(runner: Runner, served: Served) -> None:
    before = served.documents()
    runner.settings.replace('{"pending_calls": 3, "deleting_calls": 3}')
    changes = (
        CreateSecurityGroup("sg-new-a", runner.network.vpc, "waited", "waited"),
        endpoint(runner.network, "vpce-new-a", "sg-new-a"),
    )
    assert ends(runner.run(*changes)) == ["made", "made"]
    assert ends(runner.undo()) == ["taken-back", "taken-back"]
    assert served.documents() == before


def test_resource_that_is_gone_stops_the_apply(runner: Runner) -> None:
    result = runner.run(ModifyEndpoint("vpce-0123456789abcdef0", private_dns=True))
    assert result.stopped is not None
    assert "does not exist any more" in result.stopped.reason


def test_working_endpoint_and_route_are_never_deleted(runner: Runner, served: Served) -> None:
    network = runner.network
    before = served.documents()
    for change in (
        DeleteEndpoint(network.interface_endpoint, "it failed"),
        DeleteRoute(network.tables[2], "0.0.0.0/0"),
    ):
        result = runner.run(change)
        assert result.stopped is not None
        assert "now" in result.stopped.reason
        runner.path.unlink()
    assert served.documents() == before


def test_black_hole_is_deleted_and_named_as_lost(runner: Runner) -> None:
    network = runner.network
    table = network.tables[0]
    address = runner.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = runner.ec2.create_nat_gateway(SubnetId=network.subnets[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    runner.ec2.create_route(RouteTableId=table, DestinationCidrBlock="192.0.2.0/24", NatGatewayId=nat)
    runner.ec2.delete_nat_gateway(NatGatewayId=nat)
    assert ends(runner.run(DeleteRoute(table, "192.0.2.0/24"))) == ["made"]
    assert [loss.message for loss in runner.reopened(losses_of)] == [
        f"The black hole for 192.0.2.0/24 in {table} cannot be restored."
    ]
    assert ends(runner.undo()) == ["gone"]
    runner.ec2.release_address(AllocationId=address)


def test_token_finds_the_endpoint_that_no_list_shows_yet(
    runner: Runner, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = served.documents()
    runner.faults.rules = [InjectedFault("drop-after", "ec2:CreateVpcEndpoint", times=1)]
    with monkeypatch.context() as patch:
        patch.setattr(Marks, "find_all", lambda *_: [])
        assert ends(runner.run(endpoint(runner.network), session=session_without_retries())) == ["made"]
    assert len(served.documents()["VpcEndpoints"]) == len(before["VpcEndpoints"]) + 1
    assert ends(runner.undo()) == ["taken-back"]
    assert served.documents() == before


def test_changed_endpoint_is_not_changed_twice_after_a_crash(
    runner: Runner, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = served.documents()
    write = Journal.write

    def crash(journal: Journal, entry: Entry) -> None:
        if isinstance(entry, Finished):
            raise KilledError
        write(journal, entry)

    change = ModifyEndpoint(runner.network.interface_endpoint, runner.network.subnets)
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "write", crash)
        with pytest.raises(KilledError):
            runner.run(change)
    runner.faults.seen.clear()
    assert ends(runner.resume()) == ["made"]
    assert "ec2:ModifyVpcEndpoint" not in runner.faults.seen
    assert ends(runner.undo()) == ["taken-back"]
    assert served.documents() == before


@pytest.mark.parametrize(
    "operation", ["CreateSecurityGroup", "CreateVpcEndpoint", "AllocateAddress", "CreateNatGateway", "CreateRoute"]
)
def test_undo_finds_the_result_of_a_lost_call(
    operation: str, runner: Runner, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = served.documents()
    network = runner.network
    call = AccountSession.call

    def crash(session: AccountSession, service: str, name: str, *given: Any, **more: Any) -> dict[str, Any]:
        answer = call(session, service, name, *given, **more)
        if name == operation:
            raise KilledError
        return answer

    changes: dict[str, Change] = {
        "CreateSecurityGroup": CreateSecurityGroup("sg-new-a", network.vpc, "lost", "lost"),
        "CreateVpcEndpoint": endpoint(network),
        "CreateRoute": RouteToInternetGateway(network.tables[0], network.gateway),
    }
    nat = CreateNatGateway("nat-new-a", network.vpc, network.subnets[1], "eipalloc-new-a")
    with monkeypatch.context() as patch:
        patch.setattr(AccountSession, "call", crash)
        with pytest.raises(KilledError):
            runner.run(changes.get(operation, nat))
    assert served.documents() != before
    assert ends(runner.undo()) == ["taken-back"]
    assert served.documents() == before


@pytest.mark.long
@pytest.mark.parametrize("seed", some(range(40), 8))
def test_apply_and_undo_of_any_part_of_a_plan_is_the_identity(seed: int, runner: Runner, served: Served) -> None:
    chance = random.Random(seed)  # noqa: S311
    whole = changes_of(runner.network)
    part = [change for change in whole if chance.random() < 0.5]
    made = {resource for change in part for resource in new_resources_of(change)}
    unmade = {resource for change in whole for resource in new_resources_of(change)} - made
    part = [change for change in part if not any(resource in repr(change) for resource in unmade)]
    before = trials.normal_documents(served.documents(), trials.ids_in(served.documents()))
    existing = trials.ids_in(served.documents())
    lists = {"pl-new-dynamodb": f"{SERVICE}.dynamodb"}
    # AWS refuses some parts, such as private names without the attribute of the VPC: those too are taken back.
    runner.run(*part, prefix_lists=lists)
    assert set(ends(runner.undo())) <= {"taken-back", "gone"}
    assert trials.normal_documents(served.documents(), existing) == before


def test_new_group_may_be_unseen_at_first_and_in_use_at_last(runner: Runner, served: Served) -> None:
    before = served.documents()
    group = CreateSecurityGroup("sg-new-a", runner.network.vpc, "late", "late")
    changes = (group, AuthorizeRule("sg-new-a", "in", HTTPS))
    unseen = InjectedFault("error", "ec2:AuthorizeSecurityGroupIngress", times=2, code="InvalidGroup.NotFound")
    runner.faults.rules = [unseen]
    assert ends(runner.run(*changes)) == ["made", "made"]
    runner.faults.rules = [InjectedFault("error", "ec2:DeleteSecurityGroup", times=2, code="DependencyViolation")]
    assert ends(runner.undo()) == ["taken-back", "taken-back"]
    assert served.documents() == before
