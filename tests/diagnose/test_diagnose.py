"""Needs at placements become verdicts, blockers, missing facts and reasons."""

from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from skerry.diagnose.diagnose import diagnose, list_unexamined
from skerry.diagnose.diagnosis import Diagnosis, NeedDiagnosis, ServiceDiagnosis
from skerry.diagnose.need_verdicts import blockers_of, unknowns_of
from skerry.launch.launches import Launch, launch_of_service
from skerry.launch.running_tasks import launch_of_task
from skerry.launch.scheduled_tasks import launch_of_schedule
from skerry.model.facts import Missing
from skerry.model.schedules import Schedule
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, OK, UNKNOWN, Verdict
from tests.networks import ACCOUNT, HTTPS, REGION, VPC, Network, allow, awslogs, both_ways, container, entry

PLACEMENT, INTERFACE, TOKEN, MANIFEST, LAYERS = range(5)


@pytest.fixture
def network() -> Network:
    """A service in two subnets whose image is in ECR, with everything that it needs."""
    network = Network()
    network.serve_s3()
    network.endpoint("vpce-1", "ecr.api", ["subnet-a", "subnet-b"])
    network.endpoint("vpce-2", "ecr.dkr", ["subnet-a", "subnet-b"])
    network.definition(container())
    network.service(subnets=["subnet-a", "subnet-b"])
    return network


def all_of(network: Network) -> Diagnosis:
    walker = network.walker()
    facts = walker.world.facts
    return diagnose(walker, [launch_of_service(walker.world, service) for service in facts.services], facts.tasks)


def only(network: Network) -> ServiceDiagnosis:
    (service,) = all_of(network).services
    return service


def verdicts(service: ServiceDiagnosis) -> dict[str, Verdict]:
    return {row.need.step: row.verdict for row in service.needs}


def codes(row: NeedDiagnosis) -> list[str]:
    return [blocker.code for blocker in row.blockers]


class TestAService:
    def test_that_has_everything_can_start(self, network: Network) -> None:
        found = only(network)
        assert (found.verdict, found.because, found.predictions) == (OK, (), ())
        assert set(verdicts(found).values()) == {OK}
        assert all(not row.blockers and not row.unknowns for row in found.needs)
        assert found.groups == ("sg-task",)

    def test_is_blocked_by_one_need(self, network: Network) -> None:
        network.rows["VpcEndpoints"].remove(network.row("VpcEndpoints", "vpce-2"))
        found = only(network)
        assert found.verdict is BLOCKED
        assert [step for step, verdict in verdicts(found).items() if verdict is not OK] == ["manifest"]
        assert codes(found.needs[MANIFEST]) == ["NO_ROUTE_TO_DESTINATION"]

    def test_names_all_blockers_at_once(self, network: Network) -> None:
        network.rows["VpcEndpoints"].clear()
        network.rows["SecurityGroups"].remove(network.row("SecurityGroups", "sg-task"))
        network.group("sg-task")
        network.acl("acl-shut", both_ways(), ["subnet-a", "subnet-b"])
        found = only(network)
        assert codes(found.needs[TOKEN]) == [
            "SG_HAS_NO_RULES",
            "SUBNET_ACL_RESTRICTION",
            "NO_ROUTE_TO_DESTINATION",
            "SUBNET_ACL_RESTRICTION",
        ]
        assert [one.direction for one in found.needs[TOKEN].blockers] == ["out", "out", "out", "in"]

    def test_that_can_start_in_one_subnet_only_starts_now_and_then(self, network: Network) -> None:
        network.acl("acl-shut", both_ways(), ["subnet-b"])
        found = only(network)
        assert found.verdict is INTERMITTENT
        assert [(one.subnet, one.verdict) for one in found.placements] == [
            ("subnet-a", INTERMITTENT),
            ("subnet-b", BLOCKED),
        ]
        assert found.because == ("placement", "address")

    def test_that_fails_in_each_subnet_by_another_need_cannot_start(self, network: Network) -> None:
        """Each Need works somewhere, and yet no task starts: the service is judged by its placements."""
        network.table("rtb-b", subnets=["subnet-b"])
        network.row("VpcEndpoints", "vpce-1")["Groups"] = [{"GroupId": "sg-end"}]
        network.group("sg-end", inbound=[allow("tcp", 443, cidr="10.0.2.0/24")])
        found = only(network)
        assert verdicts(found)["registry-auth"] is INTERMITTENT
        assert verdicts(found)["layers"] is INTERMITTENT
        assert found.verdict is BLOCKED
        assert found.because == ()

    def test_of_which_a_fact_is_missing_is_unknown(self, network: Network) -> None:
        network.forget("NetworkAcls")
        found = only(network)
        assert found.verdict is UNKNOWN
        assert found.needs[TOKEN].unknowns[0].action == "ec2:DescribeNetworkAcls"
        assert found.needs[TOKEN].blockers == ()

    def test_is_not_judged_by_what_it_needs_after_the_start(self, network: Network) -> None:
        network.rows["services"][0]["enableExecuteCommand"] = True
        found = only(network)
        assert verdicts(found)["exec"] is BLOCKED
        assert (found.verdict, found.predictions) == (OK, ())

    def test_whose_placements_are_not_known_is_unknown(self, network: Network) -> None:
        del network.rows["services"][0]["networkConfiguration"]
        found = only(network)
        assert (found.verdict, found.placements, found.groups) == (UNKNOWN, (), ())
        assert {row.unknowns for row in found.needs} == {
            (Missing("the subnets that tasks may land in", "ecs:DescribeServices"),)
        }

    def test_that_names_a_subnet_which_was_not_read_is_unknown_there(self, network: Network) -> None:
        network.rows["Subnets"].remove(network.row("Subnets", "subnet-b"))
        found = only(network)
        assert found.verdict is UNKNOWN
        assert [(one.subnet, one.kind, one.verdict) for one in found.placements] == [
            ("subnet-a", "isolated", UNKNOWN),
            ("subnet-b", "unknown", UNKNOWN),
        ]
        assert Missing("subnet subnet-b", "ec2:DescribeSubnets") in found.needs[TOKEN].unknowns

    def test_that_is_not_fargates_is_not_applicable(self, network: Network) -> None:
        network.rows["services"][0]["launchType"] = "EC2"
        found = only(network)
        assert (found.verdict, found.needs, found.placements) == (NOT_APPLICABLE, (), ())

    def test_without_groups_has_the_default_one(self, network: Network) -> None:
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = []
        assert only(network).groups == ("sg-default",)
        network.row("SecurityGroups", "sg-default")["IpPermissionsEgress"] = []
        assert only(network).verdict is BLOCKED

    def test_whose_default_group_is_not_known_is_unknown(self, network: Network) -> None:
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = []
        network.rows["SecurityGroups"].remove(network.row("SecurityGroups", "sg-default"))
        found = only(network)
        assert (found.verdict, found.groups) == (UNKNOWN, ())
        assert found.needs[TOKEN].unknowns[0].fact == "the default security group of vpc-1"


class TestPlacements:
    def test_are_called_by_what_they_are(self, network: Network) -> None:
        network.row("Subnets", "subnet-a")["Tags"] = [{"Key": "Name", "Value": "private one"}]
        del network.row("Subnets", "subnet-b")["AvailabilityZone"]
        first, second = only(network).placements
        assert (first.subnet, first.kind, first.name, first.zone) == (
            "subnet-a",
            "isolated",
            "private one",
            "eu-west-1a",
        )
        assert (second.name, second.zone) == (None, None)


class TestThePlatform:
    def test_that_is_retired_starts_no_task(self, network: Network) -> None:
        network.rows["services"][0]["platformVersion"] = "1.3.0"
        found = only(network)
        assert found.verdict is BLOCKED
        assert codes(found.needs[PLACEMENT]) == ["PLATFORM_VERSION_RETIRED"]
        assert found.needs[PLACEMENT].blockers[0].message == (
            "linux platform version 1.3.0 is retired: no new task starts on it since 2026-06-15"
        )
        assert verdicts(found)["registry-auth"] is NOT_APPLICABLE
        assert verdicts(found)["layers"] is OK

    def test_that_is_not_known_may_start_tasks_or_not(self, network: Network) -> None:
        network.rows["services"][0]["platformVersion"] = "9.9.9"
        found = only(network)
        assert (found.verdict, verdicts(found)["placement"]) == (UNKNOWN, UNKNOWN)

    @pytest.mark.parametrize(("version", "family"), [("LATEST", None), ("1.0.0", "WINDOWS_SERVER_2022_CORE")])
    def test_of_today_starts_tasks(self, network: Network, version: str, family: str | None) -> None:
        network.rows["services"][0] |= {"platformVersion": version, "platformFamily": family}
        assert verdicts(only(network))["placement"] is OK

    def test_decides_the_ports_of_the_client(self, network: Network) -> None:
        network.acl("acl-linux", both_ways(entry(100, ports=(443, 60_999), protocol="6")), ["subnet-a", "subnet-b"])
        assert only(network).verdict is OK
        network.rows["services"][0]["platformFamily"] = "WINDOWS_SERVER_2022_CORE"
        network.rows["services"][0]["platformVersion"] = "1.0.0"
        found = only(network)
        assert found.verdict is INTERMITTENT
        assert "ports" in found.because


class TestTheAddress:
    def test_that_no_subnet_has_free_starts_no_task(self, network: Network) -> None:
        for row in network.rows["Subnets"]:
            row["AvailableIpAddressCount"] = 0
        found = only(network)
        assert found.verdict is BLOCKED
        assert [one.resource for one in found.needs[INTERFACE].blockers] == ["subnet-a", "subnet-b"]

    def test_that_one_subnet_has_free_starts_some(self, network: Network) -> None:
        network.row("Subnets", "subnet-b")["AvailableIpAddressCount"] = 0
        found = only(network)
        assert (found.verdict, found.because) == (INTERMITTENT, ("placement",))
        assert (found.needs[INTERFACE].verdict, found.needs[INTERFACE].because) == (INTERMITTENT, ("placement",))
        assert codes(found.needs[INTERFACE]) == ["SUBNET_HAS_NO_FREE_ADDRESS"]

    def test_is_the_reason_and_not_what_no_start_waits_for(self, network: Network) -> None:
        network.row("Subnets", "subnet-b")["AvailableIpAddressCount"] = 0
        network.rows["services"][0]["enableExecuteCommand"] = True
        found = only(network)
        assert "exec" in {row.need.step for row in found.needs}
        assert (found.verdict, found.because) == (INTERMITTENT, ("placement",))

    def test_of_which_nothing_is_told_is_unknown(self, network: Network) -> None:
        for row in network.rows["Subnets"]:
            del row["AvailableIpAddressCount"]
        found = only(network)
        assert (found.verdict, verdicts(found)["network-interface"]) == (UNKNOWN, UNKNOWN)

    def test_of_an_ipv6_subnet_is_not_counted(self, network: Network) -> None:
        for row in network.rows["Subnets"]:
            del row["CidrBlock"]
            row["AvailableIpAddressCount"] = 0
        found = only(network)
        assert verdicts(found)["network-interface"] is OK
        assert verdicts(found)["registry-auth"] is UNKNOWN


class TestCalls:
    def test_of_a_partition_that_is_not_known_are_unknown(self, network: Network) -> None:
        network.definition(container(), arn=f"arn:aws:ecs:xx-none-1:{ACCOUNT}:task-definition/iso:1")
        definition = network.rows["taskDefinitions"][-1]
        definition["containerDefinitions"][0]["logConfiguration"] = awslogs(awslogs_region="xx-none-1")
        network.rows["services"][0]["taskDefinition"] = definition["taskDefinitionArn"]
        found = only(network)
        assert verdicts(found)["logs"] is UNKNOWN
        logs = next(row for row in found.needs if row.need.step == "logs")
        assert [fact.fact for fact in logs.unknowns] == ["the host names of the partition that the Region is in"]

    def test_of_what_is_not_known_are_unknown(self, network: Network) -> None:
        image = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/"
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["image"] = image
        found = only(network)
        assert (found.verdict, verdicts(found)["manifest"]) == (UNKNOWN, UNKNOWN)

    def test_from_a_task_of_unknown_groups_are_unknown(self, network: Network) -> None:
        details = [{"name": "subnetId", "value": "subnet-a"}]
        network.task("1f", attachments=[{"type": "ElasticNetworkInterface", "details": details}])
        walker = network.walker()
        launch = launch_of_task(walker.world, walker.world.facts.tasks[0])
        assert launch.groups is UNSET
        (found,) = diagnose(walker, [launch]).services
        assert (found.verdict, found.groups) == (UNKNOWN, ())


class TestRows:
    def test_say_each_blocker_once(self, network: Network) -> None:
        network.rows["VpcEndpoints"].clear()
        found = only(network)
        assert [one.resource for one in found.needs[TOKEN].blockers] == ["rtb-main"]

    def test_say_each_missing_fact_once(self, network: Network) -> None:
        network.forget("DhcpOptions")
        found = only(network)
        assert found.needs[TOKEN].unknowns == (Missing("DHCP option set dopt-1", "ec2:DescribeDhcpOptions"),)

    def test_name_no_blocker_of_a_placement_that_works(self, network: Network) -> None:
        network.acl("acl-shut", both_ways(), ["subnet-b"])
        network.row("SecurityGroups", "sg-open")["IpPermissions"] = [HTTPS]
        found = only(network)
        assert codes(found.needs[LAYERS]) == ["SUBNET_ACL_RESTRICTION"] * 2
        assert {one.resource for one in found.needs[LAYERS].blockers} == {"acl-shut"}

    def test_keep_the_paths_of_all_placements(self, network: Network) -> None:
        found = only(network)
        assert {trace.subnet for trace in found.needs[TOKEN].traces} == {"subnet-a", "subnet-b"}

    def test_name_a_piece_of_an_ignorance_by_its_message(self) -> None:
        """A route for some public addresses: whether it is for this one is not known."""
        network = Network()
        network.internet_gateway()
        network.route("52.0.0.0/8", GatewayId="igw-1")
        network.definition(container())
        row = network.service()
        row["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] = "ENABLED"
        found = only(network)
        assert found.verdict is UNKNOWN
        assert found.needs[TOKEN].unknowns
        assert found.needs[TOKEN].blockers == ()


class TestInferredFacts:
    def notes(self, network: Network, step: str) -> tuple[str, ...]:
        return (next(row for row in only(network).needs if row.need.step == step)).inferred

    def test_of_a_bucket_whose_region_is_not_told(self, network: Network) -> None:
        files = [{"value": "arn:aws:s3:::settings/web.env", "type": "s3"}]
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["environmentFiles"] = files
        assert self.notes(network, "env-files") == (f"bucket settings taken to be in {REGION}",)

    def test_of_a_hop_on_the_way(self, network: Network) -> None:
        network.serve_internet_by_nat()
        network.rows["RouteTables"][0]["Routes"] = [
            row for row in network.rows["RouteTables"][0]["Routes"] if "DestinationPrefixListId" not in row
        ]
        network.route("pl-53", "rtb-public", GatewayId="vpce-93")
        assert self.notes(network, "layers") == ("vpce-93 is taken to serve what comes through a NAT gateway",)

    def test_of_the_clients_ports_and_of_its_tries(self, network: Network) -> None:
        network.acl("acl-some", both_ways(entry(100, ports=(443, 50_000), protocol="6")), ["subnet-b"])
        found = self.notes(network, "registry-auth")
        assert any("ports" in note for note in found)
        assert any("next address" in note for note in found)

    def test_are_none_where_all_is_documented(self, network: Network) -> None:
        assert self.notes(network, "registry-auth") == ()


class TestSeveral:
    def test_are_as_good_as_the_worst(self, network: Network) -> None:
        network.service("api", groups=["sg-shut"])
        network.group("sg-shut")
        found = all_of(network)
        assert [one.verdict for one in found.services] == [OK, BLOCKED]
        assert found.verdict is BLOCKED

    def test_leave_out_what_is_not_applicable(self, network: Network) -> None:
        network.service("api", launchType="EC2")
        assert all_of(network).verdict is OK
        network.rows["services"][0]["launchType"] = "EC2"
        assert all_of(network).verdict is NOT_APPLICABLE

    def test_of_nothing_are_unknown(self, network: Network) -> None:
        assert diagnose(network.walker(), []).verdict is UNKNOWN

    def test_do_not_disturb_each_other(self, network: Network) -> None:
        alone = only(network)
        network.service("api", groups=["sg-shut"])
        network.group("sg-shut")
        assert [row.verdict for row in all_of(network).services[0].needs] == [row.verdict for row in alone.needs]


class TestStops:
    def stop(self, network: Network, name: str, reason: str | None, **more: Any) -> None:
        more = {"group": "service:web", "lastStatus": "STOPPED", "stoppedReason": reason} | more
        network.task(name, **more)

    def test_are_the_reasons_of_stopped_tasks_the_most_frequent_first(self, network: Network) -> None:
        for number, reason in enumerate(["one", "two", "two"]):
            self.stop(network, f"{number}f", reason)
        assert [(stop.reason, stop.count) for stop in only(network).stops] == [("two", 2), ("one", 1)]

    @pytest.mark.parametrize(
        "of",
        [
            {"lastStatus": "RUNNING"},
            {"stoppedReason": None},
            {"group": "service:api"},
            {"clusterArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/other"},
            {"stopCode": "UserInitiated"},
            {"stopCode": "ServiceSchedulerInitiated"},
        ],
        ids=str,
    )
    def test_are_not_those_of_other_tasks(self, network: Network, of: dict[str, Any]) -> None:
        self.stop(network, "1f", "a reason", **of)
        assert only(network).stops == ()

    def test_are_told_of_what_is_not_applicable_too(self, network: Network) -> None:
        network.rows["services"][0]["launchType"] = "EC2"
        self.stop(network, "1f", "a reason")
        assert [stop.reason for stop in only(network).stops] == ["a reason"]

    def test_of_a_task_are_its_own(self, network: Network) -> None:
        self.stop(network, "1f", "a reason", group=None)
        self.stop(network, "2f", "another", group="family:web")
        walker = network.walker()
        tasks = walker.world.facts.tasks
        found = diagnose(walker, [launch_of_task(walker.world, task) for task in tasks], tasks)
        assert [[stop.reason for stop in one.stops] for one in found.services] == [["a reason"], ["another"]]

    def test_of_a_schedule_are_those_of_the_tasks_that_it_started(self, network: Network) -> None:
        row = {"Arn": "arn:s", "Name": "gold-coast-data-lake-refresh", "State": "ENABLED"}
        target = {"Arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop", "EcsParameters": {"LaunchType": "FARGATE"}}
        schedule = msgspec.convert(row | {"Target": target}, Schedule)
        self.stop(network, "1f", "a reason", group="family:web", startedBy="chronos-schedule/gold-coast-data-lak")
        self.stop(network, "2f", "another", group="family:web", startedBy="chronos-schedule/other")
        walker = network.walker()
        launch = launch_of_schedule(walker.world, schedule)
        assert launch is not None
        (found,) = diagnose(walker, [launch], walker.world.facts.tasks).services
        assert [stop.reason for stop in found.stops] == ["a reason"]

    def test_of_a_service_are_none_of_a_task_that_is_only_marked_with_its_name(self, network: Network) -> None:
        self.stop(network, "1f", "a reason", group="family:job", startedBy="web")
        assert only(network).stops == ()

    def test_of_a_cluster_that_is_not_told_are_those_of_none(self, network: Network) -> None:
        del network.rows["services"][0]["clusterArn"]
        self.stop(network, "1f", "a reason")
        del network.rows["tasks"][0]["clusterArn"]
        assert [stop.reason for stop in only(network).stops] == ["a reason"]


class TestUnexamined:
    def test_are_the_kinds_that_no_verdict_looks_at(self, network: Network) -> None:
        found = all_of(network).unexamined
        assert "endpoint policies" in found
        assert "private hosted zones" in found
        assert "network interfaces" not in found

    def test_are_kinds_that_are_followed_only_where_they_were_not_read(self, network: Network) -> None:
        network.zone("example.com")
        assert "private hosted zones" not in list_unexamined(network.world(), [VPC])
        network.forget("NetworkInterfaces")
        assert "network interfaces" in list_unexamined(network.world(), [VPC])

    def test_is_block_public_access_unless_its_mode_is_told_for_the_region_or_each_subnet(
        self, network: Network
    ) -> None:
        assert "Block Public Access" in list_unexamined(network.world(), [VPC])
        rows = network.rows["Subnets"]
        for row in rows:
            row["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": "off"}
        assert "Block Public Access" not in list_unexamined(network.world(), [VPC])
        del rows[0]["BlockPublicAccessStates"]
        assert "Block Public Access" in list_unexamined(network.world(), [VPC])
        network.rows["VpcBlockPublicAccessOptions"] = [{"AwsRegion": REGION, "InternetGatewayBlockMode": "off"}]
        assert "Block Public Access" not in list_unexamined(network.world(), [VPC])

    def test_are_the_zones_of_the_vpcs_that_were_not_listed(self, network: Network) -> None:
        network.zone("example.com", vpc="vpc-2")
        assert "private hosted zones of vpc-1" in all_of(network).unexamined
        assert "private hosted zones of vpc-1, vpc-3" in list_unexamined(network.world(), ["vpc-1", "vpc-2", "vpc-3"])

    def test_are_policies_of_endpoints_that_came_without(self, network: Network) -> None:
        assert "endpoint policies" in list_unexamined(network.world(), [VPC])
        network.row("VpcEndpoints", "vpce-1")["PolicyDocument"] = "{}"
        assert "endpoint policies of vpce-2, vpce-93" in list_unexamined(network.world(), [VPC])
        for name in ("vpce-2", "vpce-93"):
            network.row("VpcEndpoints", name)["PolicyDocument"] = "{}"
        assert not any("endpoint policies" in item for item in list_unexamined(network.world(), [VPC]))
        network.forget("VpcEndpoints")
        assert "endpoint policies" in list_unexamined(network.world(), [VPC])

    def test_are_the_zones_of_other_accounts_where_an_account_listed_its_own(self, network: Network) -> None:
        network.rows["HostedZones"] = []
        assert "private hosted zones of other accounts" in all_of(network).unexamined

    def test_are_no_zones_that_aws_did_not_tell(self, network: Network) -> None:
        """They make verdicts unknown instead."""
        error = {"Code": "AccessDenied"}
        network.add("Calls", Call={"operation": "route53:ListHostedZonesByVPC"}, Error=error)
        assert not any("zones" in kind for kind in all_of(network).unexamined)

    @pytest.mark.parametrize(
        ("key", "action", "noun"),
        [
            ("ResolverRuleAssociations", "route53resolver:ListResolverRuleAssociations", "resolver rules"),
            ("FirewallRuleGroupAssociations", "route53resolver:ListFirewallRuleGroupAssociations", "DNS Firewall"),
            ("ProfileAssociations", "route53profiles:ListProfileAssociations", "Route 53 Profiles"),
        ],
    )
    def test_are_kinds_that_were_not_asked_for(self, network: Network, key: str, action: str, noun: str) -> None:
        assert noun in all_of(network).unexamined
        network.add("Calls", Call={"operation": action}, Error={"Code": "AccessDenied"})
        assert noun not in all_of(network).unexamined
        network.rows["Calls"].clear()
        network.rows[key] = []
        assert noun not in all_of(network).unexamined


def test_nothing_is_said_of_no_paths() -> None:
    assert blockers_of([]) == ()
    assert unknowns_of([]) == ()


def test_a_launch_that_lands_nowhere_has_no_groups(network: Network) -> None:
    launch = Launch("task", "", "", Missing("the definition"), region=REGION)
    (found,) = diagnose(network.walker(), [launch]).services
    assert (found.verdict, found.groups) == (UNKNOWN, ())
