"""Services that a change breaks: the diagnoses before and after it, compared."""

from collections.abc import Callable

from skerry.diagnose.breakage import BrokenService, find_breaks
from skerry.diagnose.check_result import CheckedInput, CheckedNetwork, CheckResult
from skerry.errors import InputError
from skerry.model.planned_actions import PlannedAction
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, OK
from tests.diagnose.test_diagnose import all_of
from tests.networks import ACCOUNT, EVERYWHERE, REGION, Network, awslogs, container

NAT = PlannedAction("aws_nat_gateway.main", "deleted", frozenset({"nat-1"}))
OTHER = PlannedAction("aws_vpc.other", "created", frozenset({"vpc-9"}))
EFS = {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0a"}}


def build(change: Callable[[Network], object] = lambda _: None) -> Network:
    network = Network()
    network.serve_internet_by_nat()
    network.definition(container())
    network.service()
    change(network)
    return network


def without_route(network: Network) -> None:
    table = network.row("RouteTables", "rtb-main")
    table["Routes"] = [row for row in table["Routes"] if row.get("DestinationCidrBlock") != EVERYWHERE]


def breaks(before: Network, after: Network, *actions: PlannedAction) -> tuple[BrokenService, ...]:
    return find_breaks(all_of(before), all_of(after), actions)


def test_lost_route_breaks_each_step_that_used_it() -> None:
    [one] = breaks(build(), build(without_route), NAT, OTHER)
    assert (one.service, one.after) == ("web", BLOCKED)
    assert [step.step for step in one.steps] == ["registry-auth", "manifest", "layers"]
    assert {step.before for step in one.steps} == {OK}
    assert one.steps[0].blockers[0].code == "NO_ROUTE_TO_DESTINATION"
    assert one.causes == (NAT,)


def test_without_an_action_on_the_paths_all_are_named() -> None:
    assert breaks(build(), build(without_route), OTHER)[0].causes == (OTHER,)


def test_same_network_breaks_nothing() -> None:
    assert breaks(build(), build(), NAT) == ()
    assert breaks(build(without_route), build(without_route), NAT) == ()


def test_repaired_network_breaks_nothing() -> None:
    assert breaks(build(without_route), build(), NAT) == ()


def test_new_service_is_not_broken() -> None:
    def rename(network: Network) -> None:
        without_route(network)
        network.rows["services"] = []
        network.service("new")

    assert breaks(build(), build(rename), NAT) == ()


def test_new_step_of_a_working_service_that_fails_is_a_break() -> None:
    def add_volume(network: Network) -> None:
        network.rows["taskDefinitions"] = []
        network.definition(container(), volumes=[EFS])
        network.call("DescribeMountTargets", {"FileSystemId": "fs-0a"}, {"MountTargets": []})

    [one] = breaks(build(), build(add_volume), NAT)
    assert [(step.step, step.called, step.before) for step in one.steps] == [
        ("volumes", "fs-0a.efs.eu-west-1.amazonaws.com 2049", None)
    ]


def test_new_file_system_without_a_mount_target_is_a_break() -> None:
    def add_volume(network: Network) -> None:
        network.rows["taskDefinitions"] = []
        arn = f"arn:aws:s3files:{REGION}:{ACCOUNT}:file-system/fs-0f"
        network.definition(
            container(), volumes=[{"name": "data", "s3filesVolumeConfiguration": {"fileSystemArn": arn}}]
        )
        network.add("Vpcs", VpcId="vpc-2", CidrBlock="10.1.0.0/16", OwnerId=ACCOUNT)
        network.subnet("subnet-2", "10.1.1.0/24", "eu-west-1a", vpc="vpc-2")
        target = {"mountTargetId": "fsmt-0", "fileSystemId": "fs-0f", "subnetId": "subnet-2", "vpcId": "vpc-2"}
        network.add("mountTargets", **target, ipv4Address="10.1.1.9", status="available")

    [one] = breaks(build(), build(add_volume), NAT)
    assert "fs-0f" in {step.called for step in one.steps}


def test_new_step_of_a_blocked_service_is_no_break() -> None:
    def add_logs(network: Network) -> None:
        without_route(network)
        network.rows["taskDefinitions"] = []
        network.definition(container(logConfiguration=awslogs()))

    assert breaks(build(without_route), build(add_logs), NAT) == ()


def test_loss_of_one_subnet_is_a_break_at_times() -> None:
    def spread(network: Network) -> None:
        network.rows["services"] = []
        network.service(subnets=["subnet-a", "subnet-c"])
        network.subnet("subnet-c", "10.0.3.0/24", "eu-west-1c")

    def isolate(network: Network) -> None:
        spread(network)
        network.table("rtb-c", subnets=["subnet-c"])

    [one] = breaks(build(spread), build(isolate), NAT)
    assert (one.before, one.after) == (OK, INTERMITTENT)


class TestResults:
    def test_worst_verdict_and_all_breaks(self) -> None:
        good, bad = build(), build(without_route)
        networks = (
            CheckedNetwork(good.world(), all_of(good)),
            CheckedNetwork(bad.world(), all_of(bad), breaks(good, bad, NAT)),
        )
        result = CheckResult((CheckedInput("a"), CheckedInput("b", error=InputError("b", "c"))), networks)
        assert result.verdict is BLOCKED
        assert [one.service for one in result.breaks] == ["web"]
        assert [one.name for one in result.unreadable] == ["b"]

    def test_without_a_service_on_fargate_nothing_applies(self) -> None:
        network = build(lambda network: network.row("services", "web").update(launchType="EC2"))
        result = CheckResult((), (CheckedNetwork(network.world(), all_of(network)),))
        assert result.verdict is NOT_APPLICABLE
