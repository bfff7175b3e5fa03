"""Effects of an undo: whose calls fail without the changes, and whose only go another way."""

from skerry.apply.preflight.undo_effects import UndoEffects, what_undo_breaks, with_ids
from skerry.plan.changes import (
    AddAclEntry,
    Advise,
    AuthorizeRule,
    Change,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    ModifyEndpoint,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)
from skerry.plan.world_before import MadeChange
from tests.networks import EVERYWHERE, REGION, Network, allow
from tests.plan.test_rules_and_entries import served
from tests.planning import isolated, launches

LOGS = f"com.amazonaws.{REGION}.logs"
HTTPS_IN = Rule("tcp", 443, EVERYWHERE)


def effects(network: Network, *changes: Change) -> UndoEffects:
    world = network.world()
    return what_undo_breaks(world, launches(world), [MadeChange(change) for change in changes])


def endpoint(endpoint_id: str = "vpce-10") -> CreateInterfaceEndpoint:
    return CreateInterfaceEndpoint(endpoint_id, "vpc-1", LOGS, ("subnet-a",), ("sg-open",))


def test_undo_of_an_endpoint_names_the_service_that_needs_it() -> None:
    found = effects(served(), endpoint())
    [undone] = found.changes
    assert (undone.disposition, undone.change) == ("disruptive", endpoint())
    assert undone.note == "calls of web fail without vpce-10"
    assert {broken.clients for broken in found.breaks} == {("web",)}
    assert {broken.host for broken in found.breaks} == {f"logs.{REGION}.amazonaws.com"}
    assert all(broken.message for broken in found.breaks)


def test_call_breaks_once_though_the_start_and_others_make_it() -> None:
    found = effects(served(), endpoint())
    keys = [(broken.clients, broken.subnet, broken.host) for broken in found.breaks]
    assert len(keys) == len(set(keys)) == 1


def test_endpoint_with_another_way_out_is_disruptive_and_breaks_nothing() -> None:
    network = served()
    network.serve_internet_by_nat()
    found = effects(network, endpoint())
    assert found.breaks == ()
    [undone] = found.changes
    assert undone.disposition == "disruptive"
    assert undone.note.startswith("calls of web go another way without vpce-10, and open connections are cut")


def test_interface_of_somebody_else_is_named() -> None:
    network = served()
    network.interface("eni-db", "10.0.1.77", groups=["sg-default"])
    found = effects(network, endpoint())
    assert "eni-db" in {name for broken in found.breaks for name in broken.clients}


def test_private_names_switched_off_again_are_disruptive() -> None:
    found = effects(served(), ModifyEndpoint("vpce-10", private_dns=True))
    assert [undone.disposition for undone in found.changes] == ["disruptive"]
    assert found.breaks != ()


def test_attribute_of_the_vpc_switched_off_again_breaks_all_private_names() -> None:
    found = effects(served(), SetVpcAttribute("vpc-1", "enable_dns_hostnames"))
    assert {broken.host for broken in found.breaks} >= {
        f"logs.{REGION}.amazonaws.com",
        f"api.ecr.{REGION}.amazonaws.com",
    }


def test_rule_that_nothing_needs_is_safe_to_take_back() -> None:
    network = served()
    network.row("SecurityGroups", "sg-task")["IpPermissions"] = [allow("tcp", 22, cidr="10.9.0.0/16")]
    found = effects(network, AuthorizeRule("sg-task", "in", Rule("tcp", 22, "10.9.0.0/16")))
    assert [undone.disposition for undone in found.changes] == ["safe"]
    assert found.breaks == ()


def test_rule_of_endpoints_is_named_by_its_group() -> None:
    found = effects(served(), AuthorizeRule("sg-open", "in", HTTPS_IN))
    assert [undone.note for undone in found.changes] == ["calls of web fail without sg-open"]


def test_calls_that_fail_already_are_not_broken_by_the_undo() -> None:
    found = effects(isolated(), AuthorizeRule("sg-open", "in", HTTPS_IN))
    assert found.breaks == ()
    assert [undone.disposition for undone in found.changes] == ["safe"]


def test_changes_are_taken_back_in_reverse_and_the_first_that_cuts_is_named() -> None:
    rule = AuthorizeRule("sg-open", "in", HTTPS_IN)
    found = effects(served(), rule, endpoint())
    assert [undone.change for undone in found.changes] == [endpoint(), rule]
    # Without the endpoint of logs, the rule still lets calls of ECR in.
    assert [undone.disposition for undone in found.changes] == ["disruptive", "disruptive"]


def test_route_to_a_nat_gateway_names_the_calls_that_leave_by_it() -> None:
    network = isolated()
    network.serve_internet_by_nat()
    found = effects(network, RouteToNat("rtb-main", "nat-1", ""))
    assert [undone.disposition for undone in found.changes] == ["disruptive"]
    assert {broken.clients for broken in found.breaks} == {("web",)}


def test_manual_steps_are_no_part_of_an_undo() -> None:
    assert effects(served(), Advise("web", "…")) == UndoEffects((), ())


def test_nothing_made_has_no_effect() -> None:
    assert effects(served()) == UndoEffects((), ())


def test_ids_of_the_plan_are_replaced_everywhere() -> None:
    ids = {"sg-new-end": "sg-1", "vpce-new-logs": "vpce-1"}
    assert with_ids(CreateSecurityGroup("sg-new-end", "vpc-1", "end", "…"), ids) == CreateSecurityGroup(
        "sg-1", "vpc-1", "end", "…"
    )
    made = CreateInterfaceEndpoint("vpce-new-logs", "vpc-1", LOGS, ("subnet-a",), ("sg-new-end", "sg-2"))
    assert with_ids(made, ids) == CreateInterfaceEndpoint("vpce-1", "vpc-1", LOGS, ("subnet-a",), ("sg-1", "sg-2"))
    rule = AuthorizeRule("sg-task", "out", Rule("tcp", 443, "sg-new-end"))
    assert with_ids(rule, ids) == AuthorizeRule("sg-task", "out", Rule("tcp", 443, "sg-1"))
    entry = AddAclEntry("acl-1", 10, "in", EVERYWHERE, (443, 443))
    assert with_ids(entry, ids) == entry
