"""Needs at placements become verdicts, blockers, missing facts and reasons."""

from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import Diagnosis, NeedDiagnosis, ServiceDiagnosis
from skerry.diagnose.need_verdicts import blockers_of, unknowns_of
from skerry.diagnose.not_examined import list_unexamined
from skerry.launch.launches import Launch, launch_of_service
from skerry.launch.running_tasks import launch_of_task
from skerry.launch.scheduled_tasks import launch_of_schedule
from skerry.model.facts import Missing
from skerry.model.schedules import Schedule
from skerry.model.world import World
from skerry.reach.walk import Walker
from skerry.sources.text_types import parse_value
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


class TestSubnetsToChoose:
    """A service that names some of its subnets: a verdict that all of them give, else none."""

    @staticmethod
    def service_of(network: Network) -> ServiceDiagnosis:
        walker = network.walker()
        facts = walker.world.facts
        arn = str(facts.services[0].service_arn)
        world = World(msgspec.structs.replace(facts, subnets_to_choose=frozenset({arn})))
        [service] = diagnose(Walker(world), [launch_of_service(world, facts.services[0])], ()).services
        return service

    def test_subnets_that_agree_need_no_choice(self, network: Network) -> None:
        assert self.service_of(network).verdict is OK

    def test_subnets_that_differ_leave_the_verdict_open(self) -> None:
        network = Network()
        network.serve_s3()
        network.endpoint("vpce-1", "ecr.api", ["subnet-a"])
        network.endpoint("vpce-2", "ecr.dkr", ["subnet-a"])
        network.definition(container())
        network.service(subnets=["subnet-a", "subnet-b"])
        network.acl("acl-closed", [], ["subnet-b"])
        network.row("NetworkAcls", "acl-all")["Associations"] = [{"SubnetId": "subnet-a"}]
        assert only(network).verdict is INTERMITTENT
        service = self.service_of(network)
        assert service.verdict is UNKNOWN
        row = service.needs[TOKEN]
        assert row.verdict is UNKNOWN
        assert row.unknowns[0] == Missing("which of its subnets web names")
        assert service.needs[PLACEMENT].verdict is OK

    def test_only_subnet_is_no_choice(self, network: Network) -> None:
        network.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-a"]
        assert self.service_of(network).verdict is OK


class TestServiceVerdicts:
    def test_service_with_every_need_met_is_ok(self, network: Network) -> None:
        found = only(network)
        assert (found.verdict, found.because, found.predictions) == (OK, (), ())
        assert set(verdicts(found).values()) == {OK}
        assert all(not row.blockers and not row.unknowns for row in found.needs)
        assert found.groups == ("sg-task",)

    def test_service_is_blocked_by_missing_manifest_endpoint(self, network: Network) -> None:
        network.rows["VpcEndpoints"].remove(network.row("VpcEndpoints", "vpce-2"))
        found = only(network)
        assert found.verdict is BLOCKED
        assert [step for step, verdict in verdicts(found).items() if verdict is not OK] == ["manifest"]
        assert codes(found.needs[MANIFEST]) == ["NO_ROUTE_TO_DESTINATION"]

    def test_need_lists_all_blockers_of_both_directions(self, network: Network) -> None:
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

    def test_service_is_intermittent_if_only_a_subnet_is_blocked(self, network: Network) -> None:
        network.acl("acl-shut", both_ways(), ["subnet-b"])
        found = only(network)
        assert found.verdict is INTERMITTENT
        assert [(one.subnet, one.verdict) for one in found.placements] == [
            ("subnet-a", INTERMITTENT),
            ("subnet-b", BLOCKED),
        ]
        assert found.because == ("placement", "address")

    def test_service_is_blocked_if_each_subnet_fails_another_need(self, network: Network) -> None:
        """Each Need works somewhere, and yet no task starts: the service is judged by its placements."""
        network.table("rtb-b", subnets=["subnet-b"])
        network.row("VpcEndpoints", "vpce-1")["Groups"] = [{"GroupId": "sg-end"}]
        network.group("sg-end", inbound=[allow("tcp", 443, cidr="10.0.2.0/24")])
        found = only(network)
        assert verdicts(found)["registry-auth"] is INTERMITTENT
        assert verdicts(found)["layers"] is INTERMITTENT
        assert found.verdict is BLOCKED
        assert found.because == ()

    def test_service_is_unknown_if_network_acls_are_unread(self, network: Network) -> None:
        network.forget("NetworkAcls")
        found = only(network)
        assert found.verdict is UNKNOWN
        assert found.needs[TOKEN].unknowns[0].action == "ec2:DescribeNetworkAcls"
        assert found.needs[TOKEN].blockers == ()

    def test_service_verdict_ignores_runtime_needs(self, network: Network) -> None:
        network.rows["services"][0]["enableExecuteCommand"] = True
        found = only(network)
        assert verdicts(found)["exec"] is BLOCKED
        assert (found.verdict, found.predictions) == (OK, ())

    def test_service_without_network_configuration_is_unknown(self, network: Network) -> None:
        del network.rows["services"][0]["networkConfiguration"]
        found = only(network)
        assert (found.verdict, found.placements, found.groups) == (UNKNOWN, (), ())
        assert {row.unknowns for row in found.needs} == {
            (Missing("the subnets that tasks may land in", "ecs:DescribeServices"),)
        }

    def test_service_with_unread_subnet_is_unknown_at_that_placement(self, network: Network) -> None:
        network.rows["Subnets"].remove(network.row("Subnets", "subnet-b"))
        found = only(network)
        assert found.verdict is UNKNOWN
        assert [(one.subnet, one.kind, one.verdict) for one in found.placements] == [
            ("subnet-a", "isolated", UNKNOWN),
            ("subnet-b", "unknown", UNKNOWN),
        ]
        assert Missing("subnet subnet-b", "ec2:DescribeSubnets") in found.needs[TOKEN].unknowns

    def test_service_of_launch_type_ec2_is_not_applicable(self, network: Network) -> None:
        network.rows["services"][0]["launchType"] = "EC2"
        found = only(network)
        assert (found.verdict, found.needs, found.placements) == (NOT_APPLICABLE, (), ())

    def test_service_without_security_groups_uses_default_group(self, network: Network) -> None:
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = []
        assert only(network).groups == ("sg-default",)
        network.row("SecurityGroups", "sg-default")["IpPermissionsEgress"] = []
        assert only(network).verdict is BLOCKED

    def test_service_with_unread_default_group_is_unknown(self, network: Network) -> None:
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = []
        network.rows["SecurityGroups"].remove(network.row("SecurityGroups", "sg-default"))
        found = only(network)
        assert (found.verdict, found.groups) == (UNKNOWN, ())
        assert found.needs[TOKEN].unknowns[0].fact == "the default security group of vpc-1"


class TestPlacements:
    def test_placement_names_kind_name_and_zone_of_its_subnet(self, network: Network) -> None:
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


class TestPlatformVersions:
    def test_retired_platform_version_blocks_the_service(self, network: Network) -> None:
        network.rows["services"][0]["platformVersion"] = "1.3.0"
        found = only(network)
        assert found.verdict is BLOCKED
        assert codes(found.needs[PLACEMENT]) == ["PLATFORM_VERSION_RETIRED"]
        assert found.needs[PLACEMENT].blockers[0].message == (
            "linux platform version 1.3.0 is retired: no new task starts on it since 2026-06-15"
        )
        assert verdicts(found)["registry-auth"] is NOT_APPLICABLE
        assert verdicts(found)["layers"] is OK

    def test_unknown_platform_version_is_unknown(self, network: Network) -> None:
        network.rows["services"][0]["platformVersion"] = "9.9.9"
        found = only(network)
        assert (found.verdict, verdicts(found)["placement"]) == (UNKNOWN, UNKNOWN)

    @pytest.mark.parametrize(("version", "family"), [("LATEST", None), ("1.0.0", "WINDOWS_SERVER_2022_CORE")])
    def test_current_platform_version_is_ok(self, network: Network, version: str, family: str | None) -> None:
        network.rows["services"][0] |= {"platformVersion": version, "platformFamily": family}
        assert verdicts(only(network))["placement"] is OK

    def test_platform_family_decides_client_ports(self, network: Network) -> None:
        network.acl("acl-linux", both_ways(entry(100, ports=(443, 60_999), protocol="6")), ["subnet-a", "subnet-b"])
        assert only(network).verdict is OK
        network.rows["services"][0]["platformFamily"] = "WINDOWS_SERVER_2022_CORE"
        network.rows["services"][0]["platformVersion"] = "1.0.0"
        found = only(network)
        assert found.verdict is INTERMITTENT
        assert "ports" in found.because


class TestFreeAddresses:
    def test_full_subnets_block_the_service(self, network: Network) -> None:
        for row in network.rows["Subnets"]:
            row["AvailableIpAddressCount"] = 0
        found = only(network)
        assert found.verdict is BLOCKED
        assert [one.resource for one in found.needs[INTERFACE].blockers] == ["subnet-a", "subnet-b"]

    def test_full_subnet_of_two_makes_the_service_intermittent(self, network: Network) -> None:
        network.row("Subnets", "subnet-b")["AvailableIpAddressCount"] = 0
        found = only(network)
        assert (found.verdict, found.because) == (INTERMITTENT, ("placement",))
        assert (found.needs[INTERFACE].verdict, found.needs[INTERFACE].because) == (INTERMITTENT, ("placement",))
        assert codes(found.needs[INTERFACE]) == ["SUBNET_HAS_NO_FREE_ADDRESS"]

    def test_full_subnet_is_the_reason_despite_blocked_exec(self, network: Network) -> None:
        network.row("Subnets", "subnet-b")["AvailableIpAddressCount"] = 0
        network.rows["services"][0]["enableExecuteCommand"] = True
        found = only(network)
        assert "exec" in {row.need.step for row in found.needs}
        assert (found.verdict, found.because) == (INTERMITTENT, ("placement",))

    def test_missing_free_address_count_is_unknown(self, network: Network) -> None:
        for row in network.rows["Subnets"]:
            del row["AvailableIpAddressCount"]
        found = only(network)
        assert (found.verdict, verdicts(found)["network-interface"]) == (UNKNOWN, UNKNOWN)

    def test_free_address_count_is_ignored_in_ipv6_subnet(self, network: Network) -> None:
        for row in network.rows["Subnets"]:
            del row["CidrBlock"]
            row["AvailableIpAddressCount"] = 0
        found = only(network)
        assert verdicts(found)["network-interface"] is OK
        assert verdicts(found)["registry-auth"] is UNKNOWN


class TestCalls:
    def test_call_in_unknown_partition_is_unknown(self, network: Network) -> None:
        network.definition(container(), arn=f"arn:aws:ecs:xx-none-1:{ACCOUNT}:task-definition/iso:1")
        definition = network.rows["taskDefinitions"][-1]
        definition["containerDefinitions"][0]["logConfiguration"] = awslogs(awslogs_region="xx-none-1")
        network.rows["services"][0]["taskDefinition"] = definition["taskDefinitionArn"]
        found = only(network)
        assert verdicts(found)["logs"] is UNKNOWN
        logs = next(row for row in found.needs if row.need.step == "logs")
        assert [fact.fact for fact in logs.unknowns] == ["the host names of the partition that the Region is in"]

    def test_call_for_malformed_image_reference_is_unknown(self, network: Network) -> None:
        image = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/"
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["image"] = image
        found = only(network)
        assert (found.verdict, verdicts(found)["manifest"]) == (UNKNOWN, UNKNOWN)

    def test_call_of_task_with_unread_security_groups_is_unknown(self, network: Network) -> None:
        details = [{"name": "subnetId", "value": "subnet-a"}]
        network.task("1f", attachments=[{"type": "ElasticNetworkInterface", "details": details}])
        walker = network.walker()
        launch = launch_of_task(walker.world, walker.world.facts.tasks[0])
        assert launch.groups is UNSET
        (found,) = diagnose(walker, [launch]).services
        assert (found.verdict, found.groups) == (UNKNOWN, ())


class TestNeedRows:
    def test_need_lists_each_blocker_once(self, network: Network) -> None:
        network.rows["VpcEndpoints"].clear()
        found = only(network)
        assert [one.resource for one in found.needs[TOKEN].blockers] == ["rtb-main"]

    def test_need_lists_each_missing_fact_once(self, network: Network) -> None:
        network.forget("DhcpOptions")
        found = only(network)
        assert found.needs[TOKEN].unknowns == (Missing("DHCP option set dopt-1", "ec2:DescribeDhcpOptions"),)

    def test_need_omits_blockers_of_working_placement(self, network: Network) -> None:
        network.acl("acl-shut", both_ways(), ["subnet-b"])
        network.row("SecurityGroups", "sg-open")["IpPermissions"] = [HTTPS]
        found = only(network)
        assert codes(found.needs[LAYERS]) == ["SUBNET_ACL_RESTRICTION"] * 2
        assert {one.resource for one in found.needs[LAYERS].blockers} == {"acl-shut"}

    def test_need_keeps_traces_of_all_placements(self, network: Network) -> None:
        found = only(network)
        assert {trace.subnet for trace in found.needs[TOKEN].traces} == {"subnet-a", "subnet-b"}

    def test_need_is_unknown_if_route_covers_part_of_public_addresses(self) -> None:
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

    def test_inferred_facts_name_region_of_environment_file_bucket(self, network: Network) -> None:
        files = [{"value": "arn:aws:s3:::settings/web.env", "type": "s3"}]
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["environmentFiles"] = files
        assert self.notes(network, "env-files") == (f"bucket settings taken to be in {REGION}",)

    def test_inferred_facts_name_gateway_endpoint_behind_nat(self, network: Network) -> None:
        network.serve_internet_by_nat()
        network.rows["RouteTables"][0]["Routes"] = [
            row for row in network.rows["RouteTables"][0]["Routes"] if "DestinationPrefixListId" not in row
        ]
        network.route("pl-53", "rtb-public", GatewayId="vpce-93")
        assert self.notes(network, "layers") == ("vpce-93 is taken to serve what comes through a NAT gateway",)

    def test_inferred_facts_name_client_ports_and_address_retries(self, network: Network) -> None:
        network.acl("acl-some", both_ways(entry(100, ports=(443, 50_000), protocol="6")), ["subnet-b"])
        found = self.notes(network, "registry-auth")
        assert any("ports" in note for note in found)
        assert any("next address" in note for note in found)

    def test_inferred_facts_are_empty_if_all_is_documented(self, network: Network) -> None:
        assert self.notes(network, "registry-auth") == ()


class TestSeveralServices:
    def test_diagnosis_verdict_is_the_worst_of_services(self, network: Network) -> None:
        network.service("api", groups=["sg-shut"])
        network.group("sg-shut")
        found = all_of(network)
        assert [one.verdict for one in found.services] == [OK, BLOCKED]
        assert found.verdict is BLOCKED

    def test_diagnosis_verdict_ignores_not_applicable_services(self, network: Network) -> None:
        network.service("api", launchType="EC2")
        assert all_of(network).verdict is OK
        network.rows["services"][0]["launchType"] = "EC2"
        assert all_of(network).verdict is NOT_APPLICABLE

    def test_diagnosis_without_launches_is_not_applicable(self, network: Network) -> None:
        diagnosis = diagnose(network.walker(), [])
        assert diagnosis.verdict is NOT_APPLICABLE
        assert diagnosis.unexamined == (
            "EventBridge rules and schedules",
            "AWS Batch",
            "state machines",
            "EventBridge Pipes",
        )

    def test_diagnosis_without_launches_after_complete_reading_leaves_nothing_unexamined(
        self, network: Network
    ) -> None:
        network.rows |= {key: [] for key in ("Schedules", "jobDefinitions", "stateMachines", "Pipes")}
        assert diagnose(network.walker(), []).unexamined == ()

    def test_service_verdicts_are_independent_of_other_services(self, network: Network) -> None:
        alone = only(network)
        network.service("api", groups=["sg-shut"])
        network.group("sg-shut")
        assert [row.verdict for row in all_of(network).services[0].needs] == [row.verdict for row in alone.needs]


class TestStoppedTasks:
    def stop(self, network: Network, name: str, reason: str | None, **more: Any) -> None:
        more = {"group": "service:web", "lastStatus": "STOPPED", "stoppedReason": reason} | more
        network.task(name, **more)

    def test_stop_reasons_are_sorted_by_frequency(self, network: Network) -> None:
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
    def test_stop_reasons_ignore_other_and_intended_stops(self, network: Network, of: dict[str, Any]) -> None:
        self.stop(network, "1f", "a reason", **of)
        assert only(network).stops == ()

    def test_stop_reasons_are_listed_for_not_applicable_service(self, network: Network) -> None:
        network.rows["services"][0]["launchType"] = "EC2"
        self.stop(network, "1f", "a reason")
        assert [stop.reason for stop in only(network).stops] == ["a reason"]

    def test_stop_reasons_of_task_launch_are_its_own(self, network: Network) -> None:
        self.stop(network, "1f", "a reason", group=None)
        self.stop(network, "2f", "another", group="family:web")
        walker = network.walker()
        tasks = walker.world.facts.tasks
        found = diagnose(walker, [launch_of_task(walker.world, task) for task in tasks], tasks)
        assert [[stop.reason for stop in one.stops] for one in found.services] == [["a reason"], ["another"]]

    def test_stop_reasons_of_schedule_are_from_tasks_it_started(self, network: Network) -> None:
        row = {"Arn": "arn:aws:scheduler:::schedule/s", "Name": "gold-coast-data-lake-refresh", "State": "ENABLED"}
        target = {"Arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop", "EcsParameters": {"LaunchType": "FARGATE"}}
        schedule = msgspec.convert(row | {"Target": target}, Schedule, dec_hook=parse_value)
        self.stop(network, "1f", "a reason", group="family:web", startedBy="chronos-schedule/gold-coast-data-lak")
        self.stop(network, "2f", "another", group="family:web", startedBy="chronos-schedule/other")
        walker = network.walker()
        launch = launch_of_schedule(walker.world, schedule)
        assert launch is not None
        (found,) = diagnose(walker, [launch], walker.world.facts.tasks).services
        assert [stop.reason for stop in found.stops] == ["a reason"]

    def test_stop_reasons_of_service_ignore_tasks_merely_started_by_its_name(self, network: Network) -> None:
        self.stop(network, "1f", "a reason", group="family:job", startedBy="web")
        assert only(network).stops == ()

    def test_stop_reasons_match_service_and_task_without_cluster(self, network: Network) -> None:
        del network.rows["services"][0]["clusterArn"]
        self.stop(network, "1f", "a reason")
        del network.rows["tasks"][0]["clusterArn"]
        assert [stop.reason for stop in only(network).stops] == ["a reason"]


class TestUnexaminedKinds:
    def test_unexamined_kinds_include_unread_policies_and_zones(self, network: Network) -> None:
        found = all_of(network).unexamined
        assert "endpoint policies" in found
        assert "private hosted zones" in found
        assert "network interfaces" not in found

    def test_unexamined_kinds_omit_read_zones_and_list_unread_interfaces(self, network: Network) -> None:
        network.zone("example.com")
        assert "private hosted zones" not in list_unexamined(network.world(), [VPC])
        network.forget("NetworkInterfaces")
        assert "network interfaces" in list_unexamined(network.world(), [VPC])

    def test_block_public_access_is_unexamined_without_region_or_subnet_mode(self, network: Network) -> None:
        assert "Block Public Access" in list_unexamined(network.world(), [VPC])
        rows = network.rows["Subnets"]
        for row in rows:
            row["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": "off"}
        assert "Block Public Access" not in list_unexamined(network.world(), [VPC])
        del rows[0]["BlockPublicAccessStates"]
        assert "Block Public Access" in list_unexamined(network.world(), [VPC])
        network.rows["VpcBlockPublicAccessOptions"] = [{"AwsRegion": REGION, "InternetGatewayBlockMode": "off"}]
        assert "Block Public Access" not in list_unexamined(network.world(), [VPC])

    def test_unexamined_kinds_name_vpcs_with_unlisted_hosted_zones(self, network: Network) -> None:
        network.zone("example.com", vpc="vpc-2")
        assert "private hosted zones of vpc-1" in all_of(network).unexamined
        assert "private hosted zones of vpc-1, vpc-3" in list_unexamined(network.world(), ["vpc-1", "vpc-2", "vpc-3"])

    def test_unexamined_kinds_name_endpoints_without_policy_document(self, network: Network) -> None:
        assert "endpoint policies" in list_unexamined(network.world(), [VPC])
        network.row("VpcEndpoints", "vpce-1")["PolicyDocument"] = "{}"
        assert "endpoint policies of vpce-2, vpce-93" in list_unexamined(network.world(), [VPC])
        for name in ("vpce-2", "vpce-93"):
            network.row("VpcEndpoints", name)["PolicyDocument"] = "{}"
        assert not any("endpoint policies" in item for item in list_unexamined(network.world(), [VPC]))
        network.forget("VpcEndpoints")
        assert "endpoint policies" in list_unexamined(network.world(), [VPC])

    def test_unexamined_kinds_name_hosted_zones_of_other_accounts(self, network: Network) -> None:
        network.rows["HostedZones"] = []
        assert "private hosted zones of other accounts" in all_of(network).unexamined

    def test_unexamined_kinds_omit_denied_hosted_zone_list(self, network: Network) -> None:
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
    def test_unexamined_kinds_list_unrequested_resolver_and_profile_lists(
        self, network: Network, key: str, action: str, noun: str
    ) -> None:
        assert noun in all_of(network).unexamined
        network.add("Calls", Call={"operation": action}, Error={"Code": "AccessDenied"})
        assert noun not in all_of(network).unexamined
        network.rows["Calls"].clear()
        network.rows[key] = []
        assert noun not in all_of(network).unexamined


def test_blockers_and_unknowns_of_no_traces_are_empty() -> None:
    assert blockers_of(Network().world(), []) == ()
    assert unknowns_of([]) == ()


def test_launch_without_subnets_is_unknown_without_groups(network: Network) -> None:
    launch = Launch("task", "", "", Missing("the definition"), region=REGION)
    (found,) = diagnose(network.walker(), [launch]).services
    assert (found.verdict, found.groups) == (UNKNOWN, ())
