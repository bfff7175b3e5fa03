"""The walk as a whole: DNS, the way, the filters at both ends, and what several paths make of each other."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from skerry import app
from skerry.catalogue.services import ServiceRef, regional_host_of
from skerry.diagnose.diagnose import diagnose
from skerry.launch.launches import launch_of_service
from skerry.launch.running_tasks import launch_of_task
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.net.dns_names import parse_host
from skerry.net.ip_addresses import IpAddress
from skerry.reach.cache import Memo
from skerry.reach.outcome import Outcome
from skerry.reach.walk import Source, Target, Walker
from skerry.render import json
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict
from tests import covering
from tests.networks import ALL, EVERYWHERE, REGION, Network, Row, allow, entry, record, source

FREE = Memo(remember=False)


def to(service: str, region: str = REGION) -> Target:
    ref = ServiceRef(service, region)
    return Target(parse_host(regional_host_of(ref)), 443, "aws", ref)


def lost(outcome: Outcome, *, intended: bool = False) -> list[tuple[str, str]]:
    return [
        (item.piece.code, item.piece.resource)
        for trace in outcome.traces
        if trace.intended == intended
        for item in trace.judged
        if item.lost
    ]


def missing(outcome: Outcome) -> set[str]:
    return {
        item.piece.missing.fact
        for trace in outcome.traces
        for item in trace.judged
        if not item.lost and item.piece.missing is not None
    }


def told(outcome: Outcome) -> Any:
    """Everything that an outcome tells, without regard to what is the same object."""
    paths = [
        (
            path.destination.label,
            path.verdict,
            path.because,
            path.intended,
            [(hop.kind, hop.resource, hop.direction, hop.leg, hop.rule, does) for hop, does in path.hops()],
            [(item.piece.code, item.piece.message, item.lost, item.packets) for item in path.judged],
        )
        for path in outcome.traces
    ]
    return outcome.verdict, outcome.because, paths


# ------------------------------------------------------------------------------------------------- remembering


def diagnosed(world: World, memo: Memo, *, backwards: bool = False) -> str:
    launches = [launch_of_service(world, service) for service in world.facts.services]
    launches += [launch_of_task(world, task) for task in world.facts.tasks]
    if backwards:
        found = diagnose(Walker(world, memo), launches[::-1], world.facts.tasks)
        reordered = replace(found, services=found.services[::-1])
        return json.encode_diagnosis(world, reordered)
    return json.encode_diagnosis(world, diagnose(Walker(world, memo), launches, world.facts.tasks))


@pytest.mark.parametrize("path", covering.parameters())
def test_diagnosis_is_the_same_with_and_without_memo_in_any_order(path: Path) -> None:
    world = app.load(path)
    afresh = diagnosed(world, FREE)
    assert diagnosed(world, Memo()) == afresh
    assert diagnosed(world, Memo(), backwards=True) == afresh


def test_covering_scenarios_are_a_nonempty_proper_subset() -> None:
    assert covering.few()
    assert set(covering.NETWORKS) > covering.few()


blocks = st.sampled_from([EVERYWHERE, "10.0.1.0/24", "10.0.2.0/25", "10.0.2.10/32", "10.0.1.8/29", "52.218.0.0/17"])
rules = st.one_of(
    blocks.map(lambda cidr: allow("tcp", 443, cidr=cidr)),
    st.sampled_from(["sg-end", "sg-task", "sg-two"]).map(lambda name: allow("tcp", 443, group=name)),
    st.just(allow("tcp", 443, prefix_list="pl-53")),
    st.just(allow(cidr=EVERYWHERE)),
)
acl_entries = st.builds(
    lambda action, cidr, egress, ports: entry(100, action, cidr, egress=egress, protocol="6", ports=ports),
    st.sampled_from(["allow", "deny"]),
    blocks,
    st.booleans(),
    st.sampled_from([None, (443, 443), (1024, 65_535), (40_000, 65_535)]),
)
acls = st.lists(acl_entries, max_size=4)
some_rules = st.lists(rules, max_size=2)
asked = st.lists(
    st.tuples(
        st.sampled_from(["subnet-a", "subnet-b"]),
        st.sampled_from(["sg-task", "sg-two"]),
        st.sampled_from(["ecr.api", "logs", "s3"]),
    ),
    min_size=2,
    max_size=5,
)


@given(acls, acls, some_rules, some_rules, some_rules, asked)
def test_walk_result_does_not_depend_on_earlier_walks(
    near: list[Row],
    far: list[Row],
    outbound: list[Row],
    other: list[Row],
    inbound: list[Row],
    walks: list[tuple[str, str, str]],
) -> None:
    network = Network()
    network.serve_s3()
    for name, subnet, entries in (("acl-a", "subnet-a", near), ("acl-b", "subnet-b", far)):
        last = [entry(900, egress=False), entry(900, egress=True)]
        network.acl(name, [row | {"RuleNumber": 100 + n} for n, row in enumerate(entries)] + last, [subnet])
    network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = outbound
    network.group("sg-two", outbound=other)
    network.group("sg-end", inbound=inbound)
    network.endpoint("vpce-1", "ecr.api", ["subnet-b", "subnet-a"], group="sg-end")
    network.endpoint("vpce-2", "logs", ["subnet-b"], group="sg-end")
    world = network.world()
    together = Walker(world)
    for subnet, group, service in walks:
        alone = Walker(world, Memo(remember=False))
        found = together.reach(source(together, subnet, (group,)), to(service))
        assert told(found) == told(alone.reach(source(alone, subnet, (group,)), to(service)))


def test_catch_all_group_rule_does_not_hide_earlier_prefix_list_rule() -> None:
    network = Network()
    network.serve_s3()
    network.endpoint("vpce-1", "logs")
    rules_ = [allow("tcp", 443, prefix_list="pl-53"), allow("tcp", 443, cidr=EVERYWHERE)]
    network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = rules_
    walker = network.walker()
    walker.reach(source(walker), to("logs"))
    (trace,) = walker.reach(source(walker), to("s3")).traces
    assert trace.first[-1].rule == "tcp 443 to pl-53"


def test_address_outside_its_subnet_is_unrouted_despite_earlier_walk() -> None:
    network = Network()
    network.interface("eni-1", "10.0.2.9", "subnet-b", ["sg-open"])
    network.interface("eni-2", "10.99.0.9", "subnet-b", ["sg-open"])
    together, alone = network.walker(), network.walker()
    together.walk(source(together), [together.destinations.at("vpc-1", IpAddress("10.0.2.9"))], "tcp", 443)
    found = [
        walker.walk(source(walker), [walker.destinations.at("vpc-1", IpAddress("10.99.0.9"))], "tcp", 443)
        for walker in (together, alone)
    ]
    assert told(found[0]) == told(found[1])
    assert (found[0].verdict, lost(found[0])) == (BLOCKED, [("NO_ROUTE_TO_DESTINATION", "rtb-main")])


def test_walk_start_is_cached_unless_memo_is_off() -> None:
    walker = Network().walker()
    assert source(walker).start is source(walker).start
    assert source(walker).start is not source(walker, public=True).start
    free = Network().walker(remember=False)
    assert source(free).start is not source(free).start


# -------------------------------------------------------------------------------------------------- the ends


class TestEndpointConnections:
    def network(self, **more: Any) -> Network:
        network = Network()
        network.endpoint("vpce-1", "logs", **more)
        return network

    def reach(self, network: Network, **of: Any) -> Outcome:
        walker = network.walker()
        return walker.reach(source(walker, **of), to("logs"))

    def test_endpoint_is_open_if_both_security_groups_allow(self) -> None:
        outcome = self.reach(self.network())
        assert outcome.verdict is OK
        (trace,) = outcome.traces
        assert [hop.kind for hop, _ in trace.hops()] == ["dns", "security-group", "subnet", "security-group"]
        assert trace.segments()[0].packets.destination == trace.destination.addresses

    def test_endpoint_is_blocked_by_task_security_groups(self) -> None:
        outcome = self.reach(self.network(), groups=("sg-nothing",))
        assert outcome.verdict is UNKNOWN
        network = self.network()
        network.group("sg-nothing")
        assert lost(self.reach(network, groups=("sg-nothing",))) == [("SG_HAS_NO_RULES", "sg-nothing")]

    def test_endpoint_is_blocked_by_endpoint_security_groups(self) -> None:
        network = self.network(group="sg-default")
        outcome = self.reach(network)
        assert outcome.verdict is BLOCKED
        assert lost(outcome) == [("ENI_SG_RULES_MISMATCH", "sg-default")]

    def test_endpoint_is_open_only_to_members_of_referenced_group(self) -> None:
        network = self.network(group="sg-end")
        network.group("sg-end", inbound=[allow("tcp", 443, group="sg-task")])
        network.group("sg-other", outbound=[ALL])
        assert self.reach(network).verdict is OK
        assert self.reach(network, groups=("sg-other",)).verdict is BLOCKED
        assert self.reach(network, groups=("sg-other", "sg-task")).verdict is OK

    def test_endpoint_with_group_reference_is_unknown_without_source_groups(self) -> None:
        network = self.network(group="sg-end")
        network.group("sg-end", inbound=[allow("tcp", 443, group="sg-task")])
        walker = network.walker()
        unknown = Source(source(walker).start, UNSET)
        outcome = walker.reach(unknown, to("logs"))
        assert outcome.verdict is UNKNOWN
        assert missing(outcome) == {"the security groups of the source"}

    def test_endpoint_is_unknown_if_its_security_groups_are_unknown(self) -> None:
        network = self.network()
        del network.row("VpcEndpoints", "vpce-1")["Groups"]
        for row in network.rows["NetworkInterfaces"]:
            del row["Groups"]
        outcome = self.reach(network)
        assert outcome.verdict is UNKNOWN
        assert missing(outcome) == {"the security groups of eni-10"}

    def test_endpoint_without_groups_uses_groups_of_its_interfaces(self) -> None:
        network = self.network(group="sg-default")
        del network.row("VpcEndpoints", "vpce-1")["Groups"]
        assert lost(self.reach(network)) == [("ENI_SG_RULES_MISMATCH", "sg-default")]

    def test_endpoint_with_unknown_interface_address_is_unknown(self) -> None:
        network = self.network()
        del network.row("NetworkInterfaces", "eni-10")["PrivateIpAddress"]
        outcome = self.reach(network)
        assert outcome.verdict is UNKNOWN
        assert missing(outcome) == {"the IPv4 addresses of vpce-1"}

    def test_endpoint_without_read_interfaces_is_judged_for_whole_subnet(self) -> None:
        network = self.network()
        network.rows["NetworkInterfaces"].clear()
        assert self.reach(network).verdict is OK
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [allow("tcp", 443, cidr="10.0.1.0/25")]
        assert self.reach(network).verdict is UNKNOWN


class TestMultipleDnsAnswers:
    """DNS may answer any interface of the endpoint: now this one and now that."""

    def network(self) -> Network:
        network = Network()
        network.endpoint("vpce-1", "logs", ["subnet-a", "subnet-b"])
        return network

    def reach(self, network: Network) -> Outcome:
        walker = network.walker()
        return walker.reach(source(walker), to("logs"))

    def test_dns_answers_that_all_work_are_ok(self) -> None:
        outcome = self.reach(self.network())
        assert (outcome.verdict, len(outcome.traces)) == (OK, 2)

    def test_dns_answers_with_a_failing_address_are_intermittent_by_address(self) -> None:
        network = self.network()
        network.acl("acl-b", [entry(100, "deny")], ["subnet-b"])
        outcome = self.reach(network)
        assert (outcome.verdict, outcome.because) == (INTERMITTENT, ("address",))

    def test_dns_answers_that_all_fail_are_blocked(self) -> None:
        network = self.network()
        network.row("SecurityGroups", "sg-open")["IpPermissions"] = []
        assert self.reach(network).verdict is BLOCKED

    def test_dns_answers_that_all_fail_by_port_are_intermittent_by_ports(self) -> None:
        network = Network()
        network.subnet("subnet-c", "10.0.3.0/24", "eu-west-1c")
        network.endpoint("vpce-1", "logs", ["subnet-b", "subnet-c"])
        some = [entry(100, ports=(40_000, 65_535), protocol="6"), entry(100, egress=True)]
        network.acl("acl-a", some, ["subnet-a"])
        outcome = self.reach(network)
        assert len(outcome.traces) == 2
        assert (outcome.verdict, outcome.because) == (INTERMITTENT, ("ports",))

    def test_dns_answers_that_differ_are_unknown_if_dns_hostnames_is_unknown(self) -> None:
        network = self.network()
        network.attribute("EnableDnsHostnames", value=None)
        outcome = self.reach(network)
        assert outcome.verdict is UNKNOWN
        assert len(outcome.traces) == 3


class TestNameResolution:
    def test_name_of_pending_endpoint_is_unknown_without_dns_hostnames(self) -> None:
        """That the public answer is out of reach says nothing of the private one."""
        network = Network()
        network.endpoint("vpce-1", "logs", State="pending")
        network.attribute("EnableDnsHostnames", value=None)
        walker = network.walker()
        assert walker.reach(source(walker), to("logs")).verdict is UNKNOWN

    def test_unresolved_name_is_blocked_with_destination_nowhere(self) -> None:
        network = Network()
        network.attribute("EnableDnsSupport", value=False)
        walker = network.walker()
        outcome = walker.reach(source(walker), to("logs"))
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("DNS_SUPPORT_DISABLED", "vpc-1")])
        assert [trace.destination.label for trace in outcome.traces] == ["nowhere"]

    def test_unresolved_name_does_not_report_group_reference_rules(self) -> None:
        network = Network()
        network.attribute("EnableDnsSupport", value=False)
        network.group("sg-some", outbound=[allow("tcp", 443, group="sg-open")])
        walker = network.walker()
        outcome = walker.reach(source(walker, groups=("sg-some",)), to("logs"))
        assert lost(outcome) == [("DNS_SUPPORT_DISABLED", "vpc-1")]

    def test_unresolved_name_also_reports_source_filters_that_drop_everything(self) -> None:
        network = Network()
        network.attribute("EnableDnsSupport", value=False)
        network.group("sg-shut")
        network.group("sg-some", outbound=[allow("tcp", 443, cidr="10.0.0.0/8")])
        shut = [entry(100, egress=True), entry(32_767, "deny")]
        network.acl("acl-shut", shut, ["subnet-a"])
        walker = network.walker()
        assert lost(walker.reach(source(walker, groups=("sg-shut",)), to("logs"))) == [
            ("DNS_SUPPORT_DISABLED", "vpc-1"),
            ("SG_HAS_NO_RULES", "sg-shut"),
            ("SUBNET_ACL_RESTRICTION", "acl-shut"),
        ]
        assert ("ENI_SG_RULES_MISMATCH", "sg-some") not in lost(
            walker.reach(source(walker, groups=("sg-some",)), to("logs"))
        )

    def test_efs_name_resolves_in_availability_zone_of_task(self) -> None:
        network = Network()
        network.interface("eni-f", "10.0.2.77", "subnet-b", ["sg-open"])
        target = {"SubnetId": "subnet-b", "NetworkInterfaceId": "eni-f", "IpAddress": "10.0.2.77"}
        network.add("MountTargets", MountTargetId="fsmt-1", FileSystemId="fs-0a", **target)
        walker = network.walker()
        asked_for = Target(parse_host(f"fs-0a.efs.{REGION}.amazonaws.com"), 443)
        assert walker.reach(source(walker, "subnet-b"), asked_for).verdict is OK
        assert lost(walker.reach(source(walker, "subnet-a"), asked_for)) == [("DNS_NO_MOUNT_TARGET", "fs-0a")]

    def test_name_is_blocked_if_all_custom_dns_servers_are_unreachable(self) -> None:
        network = Network()
        network.dhcp("10.9.0.2", "10.9.0.3")
        walker = network.walker()
        outcome = walker.reach(source(walker), to("logs"))
        assert outcome.verdict is BLOCKED
        assert {(trace.purpose, trace.destination.label) for trace in outcome.traces} == {
            ("dns", "10.9.0.2"),
            ("dns", "10.9.0.3"),
        }
        assert set(lost(outcome)) == {("NO_ROUTE_TO_DESTINATION", "rtb-main")}

    def test_name_is_unknown_if_a_custom_dns_server_is_reachable(self) -> None:
        network = Network()
        network.interface("eni-d", "10.0.2.53", "subnet-b", ["sg-dns"])
        network.group("sg-dns", inbound=[allow("udp", 53, cidr=EVERYWHERE)])
        network.dhcp("10.9.0.2", "10.0.2.53")
        walker = network.walker()
        outcome = walker.reach(source(walker), to("logs"))
        assert outcome.verdict is UNKNOWN
        assert f"what the DNS server 10.9.0.2 or 10.0.2.53 answers for logs.{REGION}.amazonaws.com" in missing(outcome)

    @pytest.mark.parametrize(
        ("protocols", "verdict", "losses"), [((), BLOCKED, 2), (("tcp",), BLOCKED, 1), (("udp",), UNKNOWN, 1)]
    )
    def test_custom_dns_server_is_queried_at_port_53_by_udp_and_tcp(
        self, protocols: tuple[str, ...], verdict: Verdict, losses: int
    ) -> None:
        network = Network()
        network.interface("eni-d", "10.0.2.53", "subnet-b", ["sg-dns"])
        network.group("sg-dns", inbound=[allow(protocol, 53, cidr=EVERYWHERE) for protocol in protocols])
        network.dhcp("10.0.2.53")
        walker = network.walker()
        outcome = walker.reach(source(walker), to("logs"))
        assert (outcome.verdict, len(lost(outcome))) == (verdict, losses)

    def test_name_is_unknown_if_only_amazon_dns_of_several_is_reachable(self) -> None:
        network = Network()
        network.dhcp("10.9.0.2", "AmazonProvidedDNS")
        walker = network.walker()
        assert walker.reach(source(walker), to("logs")).verdict is UNKNOWN


class TestIntendedEndpoints:
    """An endpoint that the name does not lead to gives blockers, and no verdict."""

    def test_intended_endpoint_blockers_are_reported_separately(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", PrivateDnsEnabled=False, group="sg-default")
        walker = network.walker()
        outcome = walker.reach(source(walker), to("logs"))
        assert outcome.verdict is BLOCKED
        assert lost(outcome) == [("NO_ROUTE_TO_DESTINATION", "rtb-main")]
        assert lost(outcome, intended=True) == [
            ("DNS_PRIVATE_NAMES_DISABLED", "vpce-1"),
            ("ENI_SG_RULES_MISMATCH", "sg-default"),
        ]

    def test_intended_endpoint_is_skipped_if_public_path_is_ok(self) -> None:
        network = Network()
        network.serve_internet_by_nat()
        network.endpoint("vpce-1", "logs", PrivateDnsEnabled=False, group="sg-default")
        walker = network.walker()
        outcome = walker.reach(source(walker), to("logs"))
        assert outcome.verdict is OK
        assert not any(trace.intended for trace in outcome.traces)

    def test_intended_endpoint_hidden_by_private_zone_is_reported(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        network.zone(f"logs.{REGION}.amazonaws.com")
        walker = network.walker()
        outcome = walker.reach(source(walker), to("logs"))
        assert outcome.verdict is BLOCKED
        assert [(trace.intended, trace.verdict) for trace in outcome.traces] == [(False, BLOCKED), (True, BLOCKED)]
        assert [code for code, _ in lost(outcome, intended=True)] == ["DNS_NAME_NOT_FOUND"]

    def test_intended_endpoint_is_absent_for_non_aws_host(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", PrivateDnsEnabled=False)
        walker = network.walker()
        outcome = walker.reach(source(walker), Target(parse_host("registry.example"), 443, "internet"))
        assert not any(trace.intended for trace in outcome.traces)


class TestAddressTargets:
    def test_address_target_is_judged_by_groups_of_its_interface(self) -> None:
        network = Network()
        network.interface("eni-1", "10.0.2.9", "subnet-b", ["sg-open"])
        walker = network.walker()
        destination = walker.destinations.at("vpc-1", IpAddress("10.0.2.9"))
        assert walker.walk(source(walker), [destination], "tcp", 443).verdict is OK
        assert walker.walk(source(walker), [destination], "tcp", 80).verdict is BLOCKED
        assert walker.walk(source(walker), [destination], "udp", 443).verdict is BLOCKED

    def test_address_targets_with_mixed_results_are_intermittent(self) -> None:
        network = Network()
        network.interface("eni-1", "10.0.2.9", "subnet-b", ["sg-open"])
        network.interface("eni-2", "10.0.2.10", "subnet-b", ["sg-default"])
        walker = network.walker()
        both = [walker.destinations.at("vpc-1", IpAddress(text)) for text in ("10.0.2.9", "10.0.2.10")]
        assert walker.walk(source(walker), both, "tcp", 443).verdict is INTERMITTENT

    def test_address_target_without_interface_is_unknown_if_interfaces_are_unread(self) -> None:
        network = Network()
        network.forget("NetworkInterfaces")
        walker = network.walker()
        outcome = walker.walk(source(walker), [walker.destinations.at("vpc-1", IpAddress("10.0.2.9"))], "tcp", 443)
        assert outcome.verdict is UNKNOWN
        assert missing(outcome) == {"which interface has the address 10.0.2.9"}

    def test_walk_from_source_with_unknown_groups_is_unknown(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        walker = network.walker()
        outcome = walker.reach(Source(source(walker).start, UNSET), to("logs"))
        assert outcome.verdict is UNKNOWN
        assert missing(outcome) == {"the security groups of the source"}

    def test_interface_target_without_address_is_a_missing_fact(self) -> None:
        network = Network()
        del network.interface("eni-1", "10.0.2.9")["PrivateIpAddress"]
        walker = network.walker()
        found = walker.destinations.of_interface(walker.world.network_interfaces["eni-1"])
        assert found == Missing("the address of eni-1", "ec2:DescribeNetworkInterfaces")


def test_private_zone_record_leads_to_interface() -> None:
    network = Network()
    network.interface("eni-1", "10.0.2.9", "subnet-b", ["sg-open"])
    network.zone("corp.example", record("registry.corp.example.", "A", "10.0.2.9"))
    walker = network.walker()
    outcome = walker.reach(source(walker), Target(parse_host("registry.corp.example"), 443, "internet"))
    assert outcome.verdict is OK
