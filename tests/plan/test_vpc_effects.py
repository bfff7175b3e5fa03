"""Changes of a plan that can matter to a launch: those of its own VPC, and of VPCs joined to it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench import worlds
from skerry import app
from skerry.diagnose.diagnose import diagnose
from skerry.launch.launches import Launch
from skerry.model.world import World
from skerry.plan import search
from skerry.plan.changes import (
    AddAclEntry,
    Advise,
    AssociateZone,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    DeleteRoute,
    ModifyEndpoint,
    Rule,
    SetVpcAttribute,
)
from skerry.plan.records import Options
from skerry.plan.scope import Found, Scope, Walks
from skerry.plan.vpc_effects import ANY, VpcEffects
from skerry.plan.world_after import apply_changes
from skerry.reach.walk import Walker
from skerry.sources import documents
from tests.amount import some
from tests.networks import ACCOUNT, HTTPS, Network, container
from tests.planning import launches

SCENARIOS = Path(__file__).parents[1] / "scenarios"
HTTPS_IN = Rule("tcp", 443, "10.0.1.0/24")
SERVICE = "com.amazonaws.eu-west-1.logs"


@pytest.fixture
def two_vpcs() -> Network:
    """A service in each of two VPCs that nothing joins."""
    network = Network()
    network.add("Vpcs", VpcId="vpc-2", CidrBlock="10.1.0.0/16", DhcpOptionsId="dopt-1", OwnerId=ACCOUNT)
    network.acl("acl-2", [])
    network.row("NetworkAcls", "acl-2")["VpcId"] = "vpc-2"
    network.subnet("subnet-2", "10.1.1.0/24", "eu-west-1a", vpc="vpc-2", acl="acl-2")
    network.table("rtb-2", main=True)["VpcId"] = "vpc-2"
    network.group("sg-2", inbound=[HTTPS], VpcId="vpc-2")
    network.endpoint("vpce-logs", "logs")
    network.definition(container())
    network.service("here", ["subnet-a"])
    network.service("there", ["subnet-2"], ["sg-2"])
    return network


def named(world: World, name: str) -> Launch:
    return next(launch for launch in launches(world) if launch.name == name)


def matter(network: Network, *changes: Change, name: str = "there") -> list[Change]:
    world = network.world()
    effects = VpcEffects(world)
    return list(effects.changes_by_group(changes).of(effects.group_of(named(world, name))))


@pytest.mark.parametrize(
    ("own", "other"),
    [
        (CreateSecurityGroup("sg-new", "vpc-2", "a", "b"), CreateSecurityGroup("sg-new", "vpc-1", "a", "b")),
        (AuthorizeRule("sg-2", "in", HTTPS_IN), AuthorizeRule("sg-open", "in", HTTPS_IN)),
        (CreateInterfaceEndpoint("new", "vpc-2", SERVICE, (), ()), ModifyEndpoint("vpce-logs", private_dns=True)),
        (
            CreateGatewayEndpoint("new", "vpc-2", SERVICE, (), "pl-1"),
            CreateGatewayEndpoint("new", "vpc-1", SERVICE, (), "pl-1"),
        ),
        (SetVpcAttribute("vpc-2", "enable_dns_support"), SetVpcAttribute("vpc-1", "enable_dns_support")),
        (AddAclEntry("acl-2", 1, "in", "0.0.0.0/0", (443, 443)), AddAclEntry("acl-all", 1, "in", "0.0.0.0/0", (1, 2))),
        (DeleteRoute("rtb-2", "0.0.0.0/0"), DeleteRoute("rtb-main", "0.0.0.0/0")),
    ],
    ids=["group", "rule", "endpoint", "gateway", "attribute", "entry", "route"],
)
def test_change_matters_to_launches_of_its_vpc(two_vpcs: Network, own: Change, other: Change) -> None:
    assert matter(two_vpcs, other, own) == [own]
    assert matter(two_vpcs, other, own, name="here") == [other]


def test_change_of_new_resource_is_in_the_vpc_of_its_creation(two_vpcs: Network) -> None:
    created = (
        CreateSecurityGroup("sg-new", "vpc-1", "a", "b"),
        AuthorizeRule("sg-new", "in", HTTPS_IN),
        CreateInterfaceEndpoint("vpce-new", "vpc-1", SERVICE, (), ()),
        ModifyEndpoint("vpce-new", private_dns=True),
    )
    assert matter(two_vpcs, *created) == []
    assert matter(two_vpcs, *created, name="here") == list(created)


def test_change_of_service_zone_or_resource_without_vpc_matters_to_all(two_vpcs: Network) -> None:
    changes = (
        ConfigureService("here", ""),
        AssociateZone("Z1", "vpc-1", ""),
        AuthorizeRule("sg-unread", "in", HTTPS_IN),
        ModifyEndpoint("vpce-unread", private_dns=True),
        AddAclEntry("acl-unread", 1, "in", "0.0.0.0/0", (443, 443)),
        DeleteRoute("rtb-unread", "0.0.0.0/0"),
    )
    assert matter(two_vpcs, *changes) == list(changes)


def test_advice_matters_to_nobody(two_vpcs: Network) -> None:
    assert matter(two_vpcs, Advise("vpc-2", "")) == []


def test_launch_in_unread_subnet_is_in_any_vpc(two_vpcs: Network) -> None:
    two_vpcs.service("elsewhere", ["subnet-unread"])
    world = two_vpcs.world()
    assert VpcEffects(world).group_of(named(world, "elsewhere")) == ANY
    change = SetVpcAttribute("vpc-1", "enable_dns_support")
    assert matter(two_vpcs, change, name="elsewhere") == [change]


def with_peering(network: Network) -> None:
    sides = {"RequesterVpcInfo": {"VpcId": "vpc-1"}, "AccepterVpcInfo": {"VpcId": "vpc-2"}}
    network.add("VpcPeeringConnections", VpcPeeringConnectionId="pcx-1", Status={"Code": "active"}, **sides)


def with_attachment(network: Network) -> None:
    network.add("TransitGatewayVpcAttachments", TransitGatewayAttachmentId="a", TransitGatewayId="tgw-1", VpcId="vpc-1")


def with_shared_zone(network: Network) -> None:
    network.zone("example.com", zone_id="Z1", vpc="vpc-1")
    network.zone("example.com", zone_id="Z1", vpc="vpc-2")


def with_zone_of_unread_vpcs(network: Network) -> None:
    network.zone("example.com", vpc=None)


def with_shared_group(network: Network) -> None:
    network.add("SecurityGroupVpcAssociations", GroupId="sg-task", VpcId="vpc-2", State="associated")


def with_unread_shared_group(network: Network) -> None:
    network.add("SecurityGroupVpcAssociations", GroupId="sg-unread", VpcId="vpc-2", State="associated")


def with_own_dns_servers(network: Network) -> None:
    network.dhcp("10.0.1.53")


@pytest.mark.parametrize(
    "join",
    [
        with_peering,
        with_attachment,
        with_shared_zone,
        with_zone_of_unread_vpcs,
        with_shared_group,
        with_unread_shared_group,
        with_own_dns_servers,
    ],
)
def test_change_matters_in_joined_vpcs(two_vpcs: Network, join: Callable[[Network], None]) -> None:
    change = SetVpcAttribute("vpc-1", "enable_dns_support")
    assert matter(two_vpcs, change) == []
    join(two_vpcs)
    assert matter(two_vpcs, change) == [change]


def test_zone_of_one_vpc_joins_nothing(two_vpcs: Network) -> None:
    two_vpcs.zone("example.com")
    assert matter(two_vpcs, SetVpcAttribute("vpc-1", "enable_dns_support")) == []


def test_looks_have_the_diagnoses_of_launches_that_changes_do_not_matter_to(two_vpcs: Network) -> None:
    world = two_vpcs.world()
    walker, found = Walker(world), launches(world)
    now = diagnose(walker, found).services
    looks = search.Looks(walker, Scope(found), now)
    changes = [DeleteRoute("rtb-main", "10.0.0.0/16")]
    assert looks.diagnoses_after(changes) == []
    looks.after([])
    looks.after(changes)
    here, there = looks.diagnoses_after(changes)
    assert (here.launch.name, there.launch.name) == ("here", "there")
    assert there == now[1]
    assert here != now[0]


def test_plan_of_several_vpcs_is_as_if_each_change_mattered_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    (document,) = worlds.documents(15).values()
    assert list(differences(World(documents.load({"bench.json": document})), monkeypatch)) == []


@pytest.mark.long
def test_plan_of_any_network_is_as_if_each_change_mattered_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = some(sorted(SCENARIOS.glob("*/network.json")), 4)
    tried = [world for path in paths if len((world := app.load(path)).vpcs) > 1]
    tried += [World(documents.load(worlds.documents(25, seed))) for seed in some(range(20), 7)]
    assert [found for world in tried for found in differences(world, monkeypatch)] == []
    assert len(tried) > 5


class _Everywhere(VpcEffects):
    """All changes matter to all launches."""

    def group_of(self, launch: Launch) -> str:  # noqa: ARG002 -- the same for all
        return ANY


def differences(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield the launches that look different with the first changes of a plan and with those that matter alone.

    Also yield the preferences with a plan other than that for which all launches are walked after each change.
    """
    scope, effects = Scope(launches(world)), VpcEffects(world)
    for options in (Options(), Options(nat=True)):
        with monkeypatch.context() as patch:
            patch.setattr(search, "VpcEffects", _Everywhere)
            planned = app.plan(world, options=options).changes
        if app.plan(world, options=options).changes != planned:
            yield f"the plan for {options}"
        changes = tuple(row.change for row in planned)
        for made in (changes[:count] for count in range(1, len(changes) + 1)):
            after, by_group = scope.after(made), effects.changes_by_group(made)
            whole = Walks(after, apply_changes(world, made))
            for kind in after.kinds:
                own = by_group.of(effects.group_of(kind.launch))
                alone = Walks(after, apply_changes(world, own))
                if own != made and everything_in(alone.of(kind)) != everything_in(whole.of(kind)):
                    yield kind.launch.name


def everything_in(result: Found) -> object:
    """Return all that is found of a launch, with every path in words: parts of paths are compared by identity."""
    calls = [(call.need, call.subnet, call.outcome.verdict, repr(call.outcome.traces)) for call in result.failing]
    return result.verdict, calls, result.facts
