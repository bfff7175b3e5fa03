"""Tasks in IPv6-only and dual-stack subnets: which steps of their launch get through.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
"""

from typing import Any

import pytest

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import ServiceDiagnosis
from skerry.launch.launches import launch_of_service
from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.networks import ACCOUNT, EVERYWHERE, IMAGE, REGION, VPC, Network, Row, awslogs, both_ways, container, entry

DUAL_STACK_IMAGE = f"{ACCOUNT}.dkr-ecr.{REGION}.on.aws/web:1.0"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/db"
LOGS = f"logs.{REGION}.amazonaws.com"
BLOCKS = {"subnet-a": "2a05:d018:1:a::/64", "subnet-b": "2a05:d018:1:b::/64"}


def to6(cidr: str, **target: str) -> Row:
    return {"DestinationIpv6CidrBlock": cidr, "State": "active"} | target


def network(*, ipv4: bool, way: bool = True, nat64: bool = False) -> Network:
    """Subnet-a with IPv6, and subnet-b, which is public.

    ``ipv4``: subnet-a has IPv4 too; ``way``: an egress-only gateway; ``nat64``: DNS64 and a NAT gateway.
    """
    found = Network()
    associated = {"Ipv6CidrBlockState": {"State": "associated"}}
    found.row("Vpcs", VPC)["Ipv6CidrBlockAssociationSet"] = [associated | {"Ipv6CidrBlock": "2a05:d018:1::/56"}]
    for name, block in BLOCKS.items():
        found.row("Subnets", name)["Ipv6CidrBlockAssociationSet"] = [associated | {"Ipv6CidrBlock": block}]
    if not ipv4:
        del found.row("Subnets", "subnet-a")["CidrBlock"]
        found.row("Subnets", "subnet-a")["AvailableIpAddressCount"] = 0
    local = to6("2a05:d018:1::/56", GatewayId="local")
    routes = found.row("RouteTables", "rtb-main")["Routes"]
    routes.append(local)
    if way:
        routes.append(to6("::/0", EgressOnlyInternetGatewayId="eigw-1"))
        attached = [{"VpcId": VPC, "State": "attached"}]
        found.rows["EgressOnlyInternetGateways"] = [{"EgressOnlyInternetGatewayId": "eigw-1", "Attachments": attached}]
    found.internet_gateway()
    found.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, local, subnets=["subnet-b"])
    if nat64:
        found.row("Subnets", "subnet-a")["EnableDns64"] = True
        found.nat()
        routes.append(to6("64:ff9b::/96", NatGatewayId="nat-1"))
    everything = {"RuleNumber": 101, "Protocol": "-1", "RuleAction": "allow", "Ipv6CidrBlock": "::/0"}
    entries = [everything | {"Egress": egress} for egress in (False, True)]
    found.row("NetworkAcls", "acl-all")["Entries"] = both_ways(entry(100)) + entries
    anything = {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    found.row("SecurityGroups", "sg-task")["IpPermissionsEgress"].append(anything)
    found.row("SecurityGroups", "sg-open")["IpPermissions"].append(anything)
    found.s3_list("52.218.0.0/17")
    return found


def endpoint(found: Network, service: str, address_type: str = "dualstack", **more: Any) -> None:
    """An interface endpoint in subnet-b that prints its one private name."""
    number = len(found.rows["VpcEndpoints"]) + 1
    names = {"ecr.api": "api.ecr", "ecr.dkr": "*.dkr.ecr"}
    private = {"DnsName": f"{names.get(service, service)}.{REGION}.amazonaws.com"}
    row = {"IpAddressType": address_type, "DnsEntries": [private]}
    found.endpoint(f"vpce-{number}", service, ["subnet-b"], **(row | more))
    found.rows["NetworkInterfaces"][-1]["Ipv6Addresses"] = [{"Ipv6Address": f"2a05:d018:1:b::{number}"}]


def diagnosis(found: Network, *containers: Row, **of_service: Any) -> ServiceDiagnosis:
    found.definition(*(containers or (container(DUAL_STACK_IMAGE),)))
    return diagnosis_of(found, **of_service)


def diagnosis_of(found: Network, **of_service: Any) -> ServiceDiagnosis:
    found.service(**of_service)
    walker = found.walker()
    (service,) = diagnose(walker, [launch_of_service(walker.world, walker.world.facts.services[0])]).services
    return service


def not_ok(service: ServiceDiagnosis) -> dict[str, str]:
    return {row.need.step: str(row.verdict) for row in service.needs if row.verdict is not OK}


def secrets(*sources: str) -> Row:
    return {"secrets": [{"name": f"DB{number}", "valueFrom": source} for number, source in enumerate(sources)]}


class TestIpv6OnlyTasks:
    def test_names_of_token_and_layers_are_unknown(self) -> None:
        service = diagnosis(network(ipv4=False))
        assert not_ok(service) == {"registry-auth": "unknown", "layers": "unknown"}
        (token,) = (row for row in service.needs if row.need.step == "registry-auth")
        names = f"api.ecr.{REGION}.amazonaws.com or ecr.{REGION}.api.aws"
        facts = [fact.fact for fact in token.unknowns]
        assert facts == [f"which name Fargate calls from subnet-a, which has only IPv6: {names}"]

    def test_ipv4_image_name_is_blocked(self) -> None:
        assert not_ok(diagnosis(network(ipv4=False), container()))["manifest"] == "blocked"

    def test_everything_is_blocked_without_a_way(self) -> None:
        service = diagnosis(network(ipv4=False, way=False))
        assert not_ok(service) == {"registry-auth": "blocked", "manifest": "blocked", "layers": "blocked"}

    @pytest.mark.parametrize("image", [DUAL_STACK_IMAGE, IMAGE])
    def test_nat64_and_egress_only_gateway_together_are_ok(self, image: str) -> None:
        web = container(image, logConfiguration=awslogs(), **secrets(SECRET, PARAMETER))
        service = diagnosis(network(ipv4=False, nat64=True), web)
        assert (service.verdict, not_ok(service)) == (OK, {})

    def test_nat64_alone_leaves_dual_stack_names_without_a_way(self) -> None:
        assert not_ok(diagnosis(network(ipv4=False, way=False, nat64=True))) == {
            "registry-auth": "unknown",
            "manifest": "blocked",
            "layers": "unknown",
        }

    def test_secret_is_ok_and_parameter_is_unknown(self) -> None:
        found = network(ipv4=False)
        assert "secrets" not in not_ok(diagnosis(found, container(DUAL_STACK_IMAGE, **secrets(SECRET))))
        found = network(ipv4=False)
        assert not_ok(diagnosis(found, container(DUAL_STACK_IMAGE, **secrets(PARAMETER))))["secrets"] == "unknown"

    @pytest.mark.parametrize(("records", "verdict"), [(None, "ok"), ("dualstack", "ok"), ("ipv4", "blocked")])
    def test_endpoint_answers_by_its_records(self, records: str | None, verdict: str) -> None:
        found = network(ipv4=False, way=False)
        options: Row = {"DnsOptions": {"DnsRecordIpType": records}} if records else {}
        names = [{"DnsName": name} for name in (f"logs.{REGION}.amazonaws.com", f"logs.{REGION}.api.aws")]
        endpoint(found, "logs", DnsEntries=names, **options)
        service = diagnosis(found, container(DUAL_STACK_IMAGE, logConfiguration=awslogs()))
        assert not_ok(service).get("logs", "ok") == verdict

    def test_endpoint_for_one_of_two_names_is_unknown(self) -> None:
        found = network(ipv4=False, way=False)
        endpoint(found, "logs")
        service = diagnosis(found, container(DUAL_STACK_IMAGE, logConfiguration=awslogs()))
        assert not_ok(service)["logs"] == "unknown"

    @pytest.mark.parametrize(
        ("address_type", "message"),
        [
            ("ipv4", "subnet-a has only IPv6, DNS64 is off in it, and there is no IPv6 for vpce-1 at 10.0.2.10"),
            ("dualstack", f"vpce-1 answers for {LOGS} without IPv6 addresses, and tasks in subnet-a call over it"),
        ],
    )
    def test_endpoint_of_ipv4_does_not_serve_ipv6_only_tasks(self, address_type: str, message: str) -> None:
        found = network(ipv4=False, way=False)
        endpoint(found, "logs", address_type, DnsOptions={"DnsRecordIpType": "ipv4"})
        service = diagnosis(found, container(DUAL_STACK_IMAGE, logConfiguration=awslogs()))
        (row,) = (row for row in service.needs if row.need.step == "logs")
        assert row.verdict is BLOCKED
        messages = [blocker.message for blocker in row.blockers if blocker.code == "NO_COMMON_ADDRESS_FAMILY"]
        assert messages == [message]

    def test_endpoint_that_may_answer_for_dual_stack_name_is_unknown(self) -> None:
        found = network(ipv4=False, way=False)
        endpoint(found, "logs", DnsEntries=[])
        service = diagnosis(found, container(DUAL_STACK_IMAGE, logConfiguration=awslogs()))
        assert not_ok(service)["logs"] == "unknown"

    def test_log_endpoint_of_the_definition_is_the_only_name(self) -> None:
        found = network(ipv4=False)
        logs = awslogs(awslogs_endpoint=f"https://logs.{REGION}.api.aws")
        assert "logs" not in not_ok(diagnosis(found, container(DUAL_STACK_IMAGE, logConfiguration=logs)))

    @pytest.mark.parametrize(
        ("ipv4", "codes"), [(False, ["IPV6_ONLY_NOT_FOR_EXEC"]), (True, ["NO_ROUTE_TO_DESTINATION"])]
    )
    def test_ecs_exec_is_not_for_ipv6_only_tasks(self, *, ipv4: bool, codes: list[str]) -> None:
        service = diagnosis(network(ipv4=ipv4, way=False), enableExecuteCommand=True)
        (row,) = (row for row in service.needs if row.need.step == "exec")
        assert (row.verdict, [blocker.code for blocker in row.blockers]) == (BLOCKED, codes)

    def test_no_free_ipv4_address_matters_to_tasks_with_ipv4_only(self) -> None:
        assert "network-interface" not in not_ok(diagnosis(network(ipv4=False)))
        found = network(ipv4=True)
        found.row("Subnets", "subnet-a")["AvailableIpAddressCount"] = 0
        assert not_ok(diagnosis(found))["network-interface"] == "blocked"

    def test_region_off_the_list_is_inferred(self) -> None:
        service = diagnosis(network(ipv4=False))
        (placement,) = (row for row in service.needs if row.need.step == "placement")
        rules = [hop.rule for outcome in placement.outcomes for trace in outcome.traces for hop in trace.first]
        assert placement.verdict is OK
        assert f"{REGION} is taken to have IPv6-only tasks: AWS's list of 2026-11-29 does not name it" in rules


class TestDualStackTasks:
    def test_launch_needs_ipv4_for_the_registry_and_secrets(self) -> None:
        service = diagnosis(network(ipv4=True), container(DUAL_STACK_IMAGE, **secrets(SECRET, PARAMETER)))
        assert not_ok(service) == {
            "secrets": "blocked",
            "registry-auth": "blocked",
            "manifest": "blocked",
            "layers": "blocked",
        }

    def test_ipv4_endpoints_serve_dual_stack_tasks(self) -> None:
        found = network(ipv4=True)
        for service in ("ecr.api", "ecr.dkr", "secretsmanager", "logs"):
            endpoint(found, service, "ipv4")
        found.gateway_endpoint()
        found.route("pl-53", GatewayId="vpce-93")
        diagnosed = diagnosis(found, container(logConfiguration=awslogs(), **secrets(SECRET)))
        assert (diagnosed.verdict, not_ok(diagnosed)) == (OK, {})

    def test_log_endpoint_with_only_ipv6_records_is_unknown(self) -> None:
        found = network(ipv4=True)
        endpoint(found, "logs", DnsOptions={"DnsRecordIpType": "ipv6"})
        assert not_ok(diagnosis(found, container(logConfiguration=awslogs())))["logs"] == "unknown"

    def test_logs_are_unknown_where_only_ipv6_has_a_way(self) -> None:
        assert not_ok(diagnosis(network(ipv4=True), container(logConfiguration=awslogs())))["logs"] == "unknown"
        assert (
            not_ok(diagnosis(network(ipv4=True, way=False), container(logConfiguration=awslogs())))["logs"] == "blocked"
        )


class TestEndpointsWithoutSubnets:
    def test_call_is_blocked_without_another_way(self) -> None:
        found = Network()
        found.endpoint("vpce-1", "logs", [])
        service = diagnosis(found, container(logConfiguration=awslogs()))
        (row,) = (row for row in service.needs if row.need.step == "logs")
        assert row.verdict is BLOCKED
        assert "ENDPOINT_HAS_NO_SUBNETS" in [blocker.code for blocker in row.blockers]

    def test_call_is_unknown_where_public_addresses_have_a_way(self) -> None:
        found = Network()
        found.serve_internet_by_nat()
        found.endpoint("vpce-1", "logs", [])
        service = diagnosis(found, container(logConfiguration=awslogs()))
        (row,) = (row for row in service.needs if row.need.step == "logs")
        assert row.verdict is UNKNOWN
        assert [fact.fact for fact in row.unknowns] == [
            f"how logs.{REGION}.amazonaws.com resolves while vpce-1, which has private DNS, is without subnets"
        ]


class TestSharedSubnets:
    FILES = f"arn:aws:s3files:{REGION}:{ACCOUNT}:file-system/fs-0f"

    def shared(self, *groups: str) -> ServiceDiagnosis:
        found = Network()
        found.row("Subnets", "subnet-a")["OwnerId"] = "444455556666"
        volume = {"name": "data", "s3filesVolumeConfiguration": {"fileSystemArn": self.FILES}}
        found.definition(container(), volumes=[volume])
        return diagnosis_of(found, groups=groups, enableExecuteCommand=True)

    def test_task_without_groups_reaches_no_later_step(self) -> None:
        service = self.shared()
        not_reached = {row.need.step for row in service.needs if str(row.verdict) == "not-applicable"}
        assert service.verdict is BLOCKED
        assert not_reached == {"registry-auth", "manifest", "layers", "volumes", "exec"}

    def test_refused_interface_has_no_predicted_text(self) -> None:
        (prediction,) = self.shared().predictions
        assert (prediction.step, prediction.text) == ("network-interface", None)

    def test_task_with_groups_is_walked(self) -> None:
        service = self.shared("sg-task")
        assert "not-applicable" not in not_ok(service).values()
