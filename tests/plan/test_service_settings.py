"""Settings of services that prevent a start: platform version, subnets and groups, both ways."""

from msgspec.structs import replace

from skerry.plan.changes import ConfigureService
from skerry.plan.planner import plan
from skerry.plan.records import Options
from skerry.plan.scope import Scope
from skerry.verdicts import OK
from tests.networks import Network, container
from tests.planning import changes, diagnosed, kinds, launches, made, of_kind, only, planned, told


def served(**service: object) -> Network:
    """A service with all endpoints that it needs."""
    network = Network()
    network.definition(container())
    network.service(**service)  # type: ignore[arg-type]
    network.serve_s3()
    network.endpoint("vpce-1", "ecr.api")
    network.endpoint("vpce-2", "ecr.dkr")
    return network


def test_sound_settings_are_left_alone() -> None:
    assert planned(served()).changes == ()


def test_retired_platform_version_is_replaced() -> None:
    network = served(platformVersion="1.3.0")
    found = planned(network)
    assert kinds(found) == ["ConfigureService"]
    assert only(found, ConfigureService).platform_version == "LATEST"
    assert found.proven
    assert diagnosed(made(network.world(), found)).verdict is OK


def test_subnet_of_a_local_zone_is_taken_out() -> None:
    network = served(subnets=["subnet-a", "subnet-l"])
    network.subnet("subnet-l", "10.0.3.0/24", "eu-west-1-lax-1a")
    found = planned(network)
    assert only(found, ConfigureService).subnets == ("subnet-a",)
    assert told(found, ConfigureService).disposition == "disruptive"
    assert found.proven
    assert diagnosed(made(network.world(), found)).verdict is OK


def test_only_subnet_is_a_choice_of_its_owner() -> None:
    network = served(subnets=["subnet-l"])
    network.subnet("subnet-l", "10.0.3.0/24", "eu-west-1-lax-1a")
    found = planned(network)
    assert [change.has_settings for change in of_kind(found, ConfigureService)] == [False]
    assert told(found, ConfigureService).disposition == "manual"
    assert not found.proven


def test_group_of_another_vpc_is_taken_out() -> None:
    network = served(groups=["sg-task", "sg-far"])
    network.group("sg-far", VpcId="vpc-2")
    network.rows["SecurityGroupVpcAssociations"] = []
    found = planned(network)
    assert only(found, ConfigureService).groups == ("sg-task",)
    assert found.proven


def test_only_group_is_a_choice_of_its_owner() -> None:
    network = served(groups=["sg-far"])
    network.group("sg-far", VpcId="vpc-2")
    network.rows["SecurityGroupVpcAssociations"] = []
    found = planned(network)
    assert of_kind(found, ConfigureService) == []
    assert not found.proven


def test_bystander_keeps_its_settings() -> None:
    network = served(platformVersion="1.3.0")
    network.service("other", platformVersion="1.3.0")
    found = planned(network, ("web",))
    assert [change.service for change in changes(found) if isinstance(change, ConfigureService)] == ["web"]


def test_task_that_no_service_starts_stays_with_its_owner() -> None:
    world = served(platformVersion="1.3.0").world()
    (launch,) = launches(world)
    found = plan(world, Scope([replace(launch, service=None)]), Options())
    assert [change.has_settings for change in of_kind(found, ConfigureService)] == [False]
    assert not found.proven
