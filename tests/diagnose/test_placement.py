"""Where a task may land: zones without Fargate, and the mount targets of S3 Files."""

from typing import Any

import msgspec
import pytest

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import NeedDiagnosis
from skerry.diagnose.placement import check_zone
from skerry.diagnose.security_groups import check_groups
from skerry.launch.launches import Launch, launch_of_service
from skerry.launch.needs import Interface, Placement
from skerry.model.ecs import RuntimePlatform, TaskDefinition
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict
from tests.networks import ACCOUNT, REGION, Network, allow, container

FILES = f"arn:aws:s3files:{REGION}:{ACCOUNT}:file-system/fs-0f"


def placement(
    network: Network, region: str = REGION, family: str | None = None, processor: str = "X86_64"
) -> NeedDiagnosis:
    """The placement of a task in subnet-a."""
    runtime = RuntimePlatform(processor)
    launch = Launch(
        "web",
        "",
        "",
        TaskDefinition(container_definitions=(), runtime_platform=runtime),
        subnets=("subnet-a",),
        groups=("sg-task",),
        region=region,
        platform_family=family,
    )
    (service,) = diagnose(network.walker(), [launch]).services
    return service.needs[0]


def in_zone(name: str, zone_id: str | None = None, **more: Any) -> Network:
    network = Network()
    row = network.row("Subnets", "subnet-a")
    row |= {"AvailabilityZone": name} | more
    if zone_id is not None:
        row["AvailabilityZoneId"] = zone_id
    return network


class TestFargateZones:
    @pytest.mark.parametrize(
        ("zone", "zone_id", "region", "verdict"),
        [
            ("us-west-1a", "usw1-az1", "us-west-1", OK),
            ("us-west-1b", "usw1-az2", "us-west-1", BLOCKED),
            ("us-west-1b", None, "us-west-1", UNKNOWN),
            ("ap-northeast-1a", "apne1-az3", "ap-northeast-1", BLOCKED),
            ("cn-north-1d", "cnn1-az4", "cn-north-1", UNKNOWN),
            ("cn-north-1a", "cnn1-az1", "cn-north-1", OK),
            ("eu-west-1a", None, "eu-west-1", OK),
        ],
    )
    def test_placement_follows_fargate_zones_of_region(
        self, zone: str, zone_id: str | None, region: str, verdict: Verdict
    ) -> None:
        assert placement(in_zone(zone, zone_id), region).verdict is verdict

    @pytest.mark.parametrize(("zone_id", "verdict"), [("euw1-az1", OK), ("usw2-lax1-az1", BLOCKED), (None, UNKNOWN)])
    def test_placement_follows_the_id_of_a_zone_without_a_name(self, zone_id: str | None, verdict: Verdict) -> None:
        network = in_zone("eu-west-1a", zone_id)
        del network.row("Subnets", "subnet-a")["AvailabilityZone"]
        assert placement(network).verdict is verdict

    @pytest.mark.parametrize("name", ["us-west-1b", None])
    def test_placement_in_a_zone_to_choose_stands_by_inference(self, name: str | None) -> None:
        network = in_zone(name or "us-west-1b")
        if name is None:
            del network.row("Subnets", "subnet-a")["AvailabilityZone"]
        facts = msgspec.structs.replace(network.world().facts, zones_to_choose=frozenset({"subnet-a"}))
        hop = check_zone(World(facts), Placement("linux", "LATEST", "X86_64", "us-west-1"), "subnet-a")
        assert (hop.clean, hop.grade) == (True, "inferred")

    def test_placement_in_a_chosen_zone_is_judged_by_its_id(self) -> None:
        network = in_zone("us-west-1b", "usw1-az2")
        facts = msgspec.structs.replace(network.world().facts, zones_to_choose=frozenset({"subnet-a"}))
        hop = check_zone(World(facts), Placement("linux", "LATEST", "X86_64", "us-west-1"), "subnet-a")
        assert not hop.clean

    def test_placement_blocker_names_zone_without_fargate(self) -> None:
        (blocker,) = placement(in_zone("us-west-1b", "usw1-az2"), "us-west-1").blockers
        assert (blocker.code, blocker.resource) == ("FARGATE_NOT_IN_ZONE", "subnet-a")
        assert blocker.message == (
            "subnet-a is in usw1-az2; in us-west-1 Fargate starts tasks in usw1-az1, usw1-az3 only"
        )

    def test_placement_without_zone_id_reports_it_missing(self) -> None:
        (fact,) = placement(in_zone("us-west-1b"), "us-west-1").unknowns
        assert (fact.fact, fact.action) == ("the zone id of subnet-a", "ec2:DescribeSubnets")

    def test_placement_in_a_region_that_does_not_exist_is_blocked(self) -> None:
        (blocker,) = placement(in_zone("eu-wset-1a"), "eu-wset-1").blockers
        assert (blocker.code, blocker.resource) == ("REGION_NOT_FOUND", "eu-wset-1")
        assert blocker.message.startswith("the task is in eu-wset-1, and AWS has no Region of that name")

    @pytest.mark.parametrize("region", ["eu-north-9", "ap-east-2"])
    def test_placement_in_a_region_that_aws_did_not_list_for_fargate_is_unknown(self, region: str) -> None:
        (fact,) = placement(in_zone(f"{region}a", "eun9-az1"), region).unknowns
        assert fact.fact.startswith(f"whether Fargate starts Linux tasks in {region}, which AWS did not list by 20")

    @pytest.mark.parametrize(
        ("task", "verdict"),
        [
            ({}, OK),
            ({"platformFamily": "Windows Server 2022 Core"}, UNKNOWN),
            ({"lastStatus": "STOPPED"}, UNKNOWN),
            ({"launchType": "EC2"}, UNKNOWN),
        ],
    )
    def test_placement_is_ok_where_a_task_of_the_family_runs_on_fargate(
        self, task: dict[str, str], verdict: Verdict
    ) -> None:
        network = in_zone("ap-east-2a", "ape2-az1")
        arn = f"arn:aws:ecs:ap-east-2:{ACCOUNT}:task/main/1"
        running = {"taskArn": arn, "launchType": "FARGATE", "lastStatus": "RUNNING", "platformFamily": "Linux"}
        network.add("tasks", **(running | task))
        assert placement(network, "ap-east-2").verdict is verdict

    def test_placement_of_windows_task_is_unknown_in_regions_that_aws_did_not_list(self) -> None:
        windows = "WINDOWS_SERVER_2022_CORE"
        assert placement(in_zone("eu-west-1a"), "eu-west-1", windows).verdict is OK
        (fact,) = placement(in_zone("cn-northwest-1a"), "cn-northwest-1", windows).unknowns
        assert fact.fact.startswith("whether Fargate starts Windows tasks in cn-northwest-1")

    def test_placement_of_windows_task_in_restricted_zone_is_unknown(self) -> None:
        found = placement(in_zone("us-west-1b", "usw1-az2"), "us-west-1", "WINDOWS_SERVER_2022_CORE")
        assert [fact.fact for fact in found.unknowns] == ["whether Fargate starts windows X86_64 tasks in usw1-az2"]

    @pytest.mark.parametrize(("processor", "verdict"), [("ARM64", UNKNOWN), ("X86_64", OK)])
    def test_placement_of_arm64_task_is_unknown_in_zone_without_arm64(self, processor: str, verdict: Verdict) -> None:
        assert placement(in_zone("us-east-1e", "use1-az3"), "us-east-1", None, processor).verdict is verdict

    @pytest.mark.parametrize(
        ("zone", "kind"),
        [("eu-west-1-x-1a", "Local Zone"), ("us-east-1-wl1-bos-wlz-1", "Wavelength Zone")],
    )
    def test_placement_is_blocked_in_local_and_wavelength_zones(self, zone: str, kind: str) -> None:
        (blocker,) = placement(in_zone(zone)).blockers
        assert blocker.code == "FARGATE_NOT_IN_ZONE"
        assert f"is in {kind} {zone}" in blocker.message

    def test_placement_is_blocked_on_outpost(self) -> None:
        (blocker,) = placement(in_zone("eu-west-1a", OutpostArn="arn:outpost")).blockers
        assert blocker.code == "FARGATE_NOT_IN_ZONE"
        assert "Outpost" in blocker.message

    def test_placement_without_zone_reports_it_missing(self) -> None:
        network = Network()
        del network.row("Subnets", "subnet-a")["AvailabilityZone"]
        assert [fact.fact for fact in placement(network).unknowns] == ["the zone of subnet-a"]

    def test_placement_in_unread_subnet_reports_it_missing(self) -> None:
        network = Network()
        network.rows["Subnets"] = []
        assert [fact.fact for fact in placement(network).unknowns] == ["subnet subnet-a"]


def volumes(network: Network) -> NeedDiagnosis:
    """The mount of an S3 Files file system by a service in both subnets."""
    world = network.world()
    launches = [launch_of_service(world, service) for service in world.facts.services]
    (service,) = diagnose(network.walker(), launches).services
    return next(row for row in service.needs if row.need.step == "volumes")


@pytest.fixture
def files() -> Network:
    """A service in both subnets with an S3 Files volume, whose mount targets admit NFS."""
    network = Network()
    network.definition(container(), volumes=[{"name": "data", "s3filesVolumeConfiguration": {"fileSystemArn": FILES}}])
    network.service(subnets=["subnet-a", "subnet-b"])
    network.group("sg-files", inbound=[allow("tcp", 2049, group="sg-task")])
    network.rows["mountTargets"] = []
    for letter, number in (("a", 1), ("b", 2)):
        network.interface(f"eni-f{letter}", f"10.0.{number}.77", f"subnet-{letter}", ["sg-files"])
        network.add(
            "mountTargets",
            mountTargetId=f"fsmt-{letter}",
            fileSystemId="fs-0f",
            subnetId=f"subnet-{letter}",
            networkInterfaceId=f"eni-f{letter}",
            ipv4Address=f"10.0.{number}.77",
        )
    return network


class TestS3FilesMounts:
    def test_s3_files_mount_uses_mount_target_in_zone_of_task(self, files: Network) -> None:
        found = volumes(files)
        assert found.verdict is OK
        assert [trace.destination.interface for trace in found.traces] == ["eni-fa", "eni-fb"]

    def test_s3_files_mount_is_blocked_by_mount_target_security_group(self, files: Network) -> None:
        files.row("SecurityGroups", "sg-files")["IpPermissions"] = [allow("tcp", 443, group="sg-task")]
        found = volumes(files)
        assert [(item.code, item.resource) for item in found.blockers] == [("ENI_SG_RULES_MISMATCH", "sg-files")]

    def test_s3_files_mount_is_intermittent_if_a_zone_lacks_mount_target(self, files: Network) -> None:
        del files.rows["mountTargets"][1]
        found = volumes(files)
        assert (found.verdict, found.because) == (INTERMITTENT, ("placement",))
        (blocker,) = found.blockers
        assert (blocker.code, blocker.resource) == ("DNS_NO_MOUNT_TARGET", "fs-0f")
        assert blocker.message == "fs-0f has no mount target in eu-west-1b of vpc-1"

    def test_s3_files_mount_reports_unread_mount_targets_missing(self, files: Network) -> None:
        files.forget("mountTargets")
        (fact,) = volumes(files).unknowns
        assert (fact.fact, fact.action) == ("the mount targets of fs-0f", "s3files:ListMountTargets")

    def test_s3_files_mount_without_own_mount_target_is_unknown(self, files: Network) -> None:
        for row in files.rows["mountTargets"]:
            row["fileSystemId"] = "fs-99"
        assert volumes(files).verdict is UNKNOWN

    def test_s3_files_mount_uses_readable_targets_despite_malformed_row(self, files: Network) -> None:
        files.rows["mountTargets"][1] = {"mountTargetId": 7}
        found = volumes(files)
        assert found.verdict is UNKNOWN
        assert [outcome.verdict for outcome in found.outcomes] == [OK, UNKNOWN]

    def test_s3_files_mount_is_blocked_if_mount_targets_are_in_other_vpc(self, files: Network) -> None:
        files.add("Vpcs", VpcId="vpc-2", CidrBlock="10.1.0.0/16", OwnerId=ACCOUNT)
        for letter, number in (("a", 1), ("b", 2)):
            files.subnet(f"subnet-2{letter}", f"10.1.{number}.0/24", f"eu-west-1{letter}", vpc="vpc-2")
            files.rows["mountTargets"][number - 1]["subnetId"] = f"subnet-2{letter}"
        assert [item.code for item in volumes(files).blockers] == ["DNS_NO_MOUNT_TARGET"]

    def test_s3_files_mount_target_in_unread_subnet_is_missing(self, files: Network) -> None:
        files.rows["mountTargets"][0]["subnetId"] = "subnet-9"
        assert "subnet subnet-9" in {fact.fact for fact in volumes(files).unknowns}

    def test_s3_files_mount_without_subnet_zone_is_unknown(self, files: Network) -> None:
        del files.row("Subnets", "subnet-b")["AvailabilityZone"]
        found = volumes(files)
        assert found.verdict is UNKNOWN
        assert [fact.fact for fact in found.unknowns] == ["the zones of subnet-a and of subnet-b"]

    def test_s3_files_mount_target_without_interface_uses_its_address(self, files: Network) -> None:
        files.rows["NetworkInterfaces"] = []
        found = volumes(files)
        assert [trace.destination.label for trace in found.traces] == ["10.0.1.77", "10.0.2.77"]

    def test_s3_files_mount_target_without_address_is_missing(self, files: Network) -> None:
        files.rows["NetworkInterfaces"] = []
        for row in files.rows["mountTargets"]:
            del row["ipv4Address"]
        assert {fact.fact for fact in volumes(files).unknowns} == {"the address of fsmt-a", "the address of fsmt-b"}

    def test_s3_files_mount_is_unknown_if_interfaces_lack_address(self, files: Network) -> None:
        for row in files.rows["NetworkInterfaces"]:
            del row["PrivateIpAddress"]
        assert volumes(files).verdict is UNKNOWN

    def test_s3_files_mount_of_task_in_unread_subnet_is_unknown(self, files: Network) -> None:
        files.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-9"]
        assert [fact.fact for fact in volumes(files).unknowns] == ["subnet subnet-9"]


def usable(network: Network, *groups: str, **more: Any) -> None:
    """Add AWS's list of the groups for the VPC."""
    rows = {"SecurityGroupForVpcs": [{"GroupId": name} for name in groups]}
    network.call("ec2:GetSecurityGroupsForVpc", {"VpcId": "vpc-1"}, rows | more)


class TestSecurityGroupsOfOtherVpc:
    """A service in vpc-1 that names a group of vpc-2."""

    @pytest.fixture
    def network(self) -> Network:
        network = Network()
        network.definition(container())
        network.service(groups=["sg-task", "sg-far"])
        network.group("sg-far", VpcId="vpc-2")
        network.rows["SecurityGroupVpcAssociations"] = []
        return network

    def judged(self, network: Network) -> NeedDiagnosis:
        walker = network.walker()
        launches = [launch_of_service(walker.world, service) for service in walker.world.facts.services]
        (service,) = diagnose(walker, launches).services
        return next(row for row in service.needs if row.need.step == "network-interface")

    def test_unassociated_security_group_of_other_vpc_blocks_the_interface(self, network: Network) -> None:
        row = self.judged(network)
        assert row.verdict is BLOCKED
        (blocker,) = row.blockers
        assert (blocker.code, blocker.resource) == ("SECURITY_GROUP_OF_ANOTHER_VPC", "sg-far")
        assert blocker.message == ("sg-far is of vpc-2 and not associated with vpc-1: no interface there gets it")

    @pytest.mark.parametrize(
        ("state", "verdict"),
        [("associated", OK), ("disassociated", BLOCKED), ("association-failed", BLOCKED), ("associating", UNKNOWN)],
    )
    def test_security_group_of_other_vpc_follows_association_state(
        self, network: Network, state: str, verdict: Verdict
    ) -> None:
        row = {"GroupId": "sg-far", "VpcId": "vpc-1", "State": state}
        network.rows["SecurityGroupVpcAssociations"] = [row, row | {"VpcId": "vpc-3", "State": "associated"}]
        assert self.judged(network).verdict is verdict

    def test_security_group_of_other_vpc_is_unknown_if_associations_are_unread(self, network: Network) -> None:
        network.forget("SecurityGroupVpcAssociations")
        row = self.judged(network)
        assert row.verdict is UNKNOWN
        (fact,) = row.unknowns
        assert fact.action == "ec2:GetSecurityGroupsForVpc"

    def test_security_group_of_other_vpc_is_unknown_after_refused_associations(self, network: Network) -> None:
        network.forget("SecurityGroupVpcAssociations")
        error = {"Code": "UnauthorizedOperation", "Message": "no"}
        call = {"operation": "ec2:DescribeSecurityGroupVpcAssociations", "parameters": {}}
        network.rows["Calls"].append({"Call": call, "Error": error})
        (fact,) = self.judged(network).unknowns
        assert fact.action == "ec2:DescribeSecurityGroupVpcAssociations"

    @pytest.mark.parametrize(("groups", "verdict"), [(("sg-task", "sg-far"), OK), (("sg-task",), BLOCKED)])
    def test_security_group_of_other_vpc_follows_the_list_for_the_vpc(
        self, network: Network, groups: tuple[str, ...], verdict: Verdict
    ) -> None:
        network.forget("SecurityGroupVpcAssociations")
        usable(network, *groups)
        assert self.judged(network).verdict is verdict

    def test_security_group_that_is_just_being_associated_is_unknown_off_the_list(self, network: Network) -> None:
        network.rows["SecurityGroupVpcAssociations"] = [{"GroupId": "sg-far", "VpcId": "vpc-1", "State": "associating"}]
        usable(network, "sg-task")
        assert self.judged(network).verdict is UNKNOWN

    @pytest.mark.parametrize("change", ["group", "vpc", "groups"])
    def test_other_vpc_blocker_is_omitted_for_unread_group_vpc_or_subnet(self, network: Network, change: str) -> None:
        match change:
            case "group":
                network.rows["SecurityGroups"].pop()
            case "vpc":
                del network.row("SecurityGroups", "sg-far")["VpcId"]
            case _:
                network.rows["services"].clear()
                network.service(subnets=["subnet-9"], groups=["sg-far"])
        assert "SECURITY_GROUP_OF_ANOTHER_VPC" not in {item.code for item in self.judged(network).blockers}


class TestSharedSubnets:
    """Subnets of another account, in which a participant starts tasks."""

    OWNER = "444455556666"

    def network(self, groups: tuple[str, ...], owner: str | None = None) -> Network:
        network = Network()
        network.definition(container())
        network.service(groups=groups)
        network.row("Subnets", "subnet-a")["OwnerId"] = self.OWNER
        if owner is not None:
            network.row("SecurityGroups", "sg-task")["OwnerId"] = owner
        return network

    def codes(self, network: Network) -> list[str]:
        walker = network.walker()
        (service,) = diagnose(walker, [launch_of_service(walker.world, walker.world.facts.services[0])]).services
        (need,) = (item for item in service.needs if item.need.step == "network-interface")
        return [blocker.code for blocker in need.blockers]

    def test_service_without_groups_is_blocked_in_a_shared_subnet(self) -> None:
        assert self.codes(self.network(())) == ["SECURITY_GROUPS_REQUIRED"]

    def test_group_of_the_owner_is_unknown_in_a_shared_subnet(self) -> None:
        hop = check_groups(
            self.network(("sg-task",), self.OWNER).world(),
            Interface(ACCOUNT, ("sg-task",)),
            Missing("the source"),
            "subnet-a",
        )
        (fact,) = [piece.missing for piece in hop.undecided]
        assert isinstance(fact, Missing)
        assert fact.fact == f"whether account {self.OWNER} shares sg-task with {ACCOUNT}"
        assert fact.action == "ec2:GetSecurityGroupsForVpc"

    def judged(self, network: Network, task_account: str = ACCOUNT) -> tuple[list[str], list[object]]:
        """Return the codes and the missing facts of the owner's group."""
        need, source = Interface(task_account, ("sg-task",)), Missing("the source")
        hop = check_groups(network.world(), need, source, "subnet-a")
        return [piece.code for piece in hop.lost], [piece.missing for piece in hop.undecided]

    def test_group_of_the_owner_is_allowed_if_aws_lists_it_for_the_vpc(self) -> None:
        network = self.network(("sg-task",), self.OWNER)
        usable(network, "sg-task")
        assert self.judged(network) == ([], [])

    def test_group_of_the_owner_is_blocked_if_aws_does_not_list_it_for_the_vpc(self) -> None:
        network = self.network(("sg-task",), self.OWNER)
        usable(network, "sg-mine")
        assert self.judged(network) == (["SECURITY_GROUP_NOT_SHARED"], [])

    def test_group_of_the_owner_is_unknown_by_a_part_of_the_list(self) -> None:
        network = self.network(("sg-task",), self.OWNER)
        usable(network, "sg-mine", NextToken="more")
        codes, missing = self.judged(network)
        assert (codes, len(missing)) == ([], 1)

    def test_list_for_another_account_tells_nothing_of_the_task(self) -> None:
        network = self.network(("sg-task",), self.OWNER)
        usable(network, "sg-task")
        codes, missing = self.judged(network, "777788889999")
        assert (codes, len(missing)) == ([], 1)

    def test_own_group_after_a_shared_one_is_judged_too(self) -> None:
        network = self.network(("sg-open", "sg-task"), self.OWNER)
        network.row("SecurityGroups", "sg-open")["OwnerId"] = self.OWNER
        usable(network, "sg-open")
        need = Interface(ACCOUNT, ("sg-open", "sg-task"))
        hop = check_groups(network.world(), need, Missing("the source"), "subnet-a")
        assert [(piece.code, piece.resource) for piece in hop.lost] == [("SECURITY_GROUP_NOT_SHARED", "sg-task")]

    def test_default_group_of_the_owner_is_blocked_in_a_shared_subnet(self) -> None:
        network = self.network(("sg-default",))
        network.row("SecurityGroups", "sg-default")["OwnerId"] = self.OWNER
        assert self.codes(network) == ["SECURITY_GROUPS_REQUIRED"]

    def test_own_group_is_allowed_in_a_shared_subnet(self) -> None:
        assert self.codes(self.network(("sg-task",), ACCOUNT)) == []
        assert self.codes(self.network(("sg-task",))) == []

    def test_own_subnet_needs_no_groups(self) -> None:
        network = self.network(())
        network.row("Subnets", "subnet-a")["OwnerId"] = ACCOUNT
        assert self.codes(network) == []


def test_windows_task_in_an_ipv6_only_subnet_is_blocked() -> None:
    network = Network()
    subnet = network.row("Subnets", "subnet-a")
    del subnet["CidrBlock"]
    subnet["Ipv6CidrBlockAssociationSet"] = [
        {"Ipv6CidrBlock": "2600:1f18::/64", "Ipv6CidrBlockState": {"State": "associated"}}
    ]
    hop = check_zone(network.world(), Placement("windows", "1.0.0", region=REGION), "subnet-a")
    assert [piece.code for piece in hop.lost] == ["IPV6_ONLY_NOT_FOR_WINDOWS"]


def ipv6_only_subnet() -> Network:
    network = Network()
    subnet = network.row("Subnets", "subnet-a")
    subnet.pop("CidrBlock")
    block = {"Ipv6CidrBlock": "2600:1f18::/64", "Ipv6CidrBlockState": {"State": "associated"}}
    subnet["Ipv6CidrBlockAssociationSet"] = [block]
    return network


@pytest.mark.parametrize(("region", "grade"), [("us-east-1", "documented"), ("eu-west-1", "inferred")])
def test_ipv6_only_subnet_is_sure_in_a_region_on_the_list_of_aws(region: str, grade: str) -> None:
    hop = check_zone(ipv6_only_subnet().world(), Placement("linux", "1.4.0", region=region), "subnet-a")
    assert (hop.clean, hop.grade) == (True, grade)


def test_placement_without_a_region_is_judged_by_the_zone_alone() -> None:
    assert check_zone(Network().world(), Placement("linux", "1.4.0", region=None), "subnet-a").clean


def test_causes_of_all_services_are_counted_once() -> None:
    network = Network()
    network.definition(container())
    for name in ("web", "api"):
        network.service(name)
    world = network.world()
    found = diagnose(network.walker(), [launch_of_service(world, service) for service in world.facts.services])
    assert found.cause_count == 1
    (cause,) = found.causes
    assert (cause.code, cause.resources) == ("NO_ROUTE_TO_DESTINATION", ("rtb-main",))
    assert cause.title == "The route table has no route to the destination"
    assert cause.services == ("web", "api")
