"""Rules and entries that let a call through, and nothing else: whom they name, and where they are put."""

import msgspec
import pytest

from skerry.plan.changes import AddAclEntry, Advise, AuthorizeRule, Change, CreateSecurityGroup, ModifyEndpoint, Rule
from skerry.plan.rules_and_entries import vpc_block_of
from skerry.verdicts import BLOCKED
from tests.networks import ALL, EVERYWHERE, HTTPS, Network, allow, both_ways, entry
from tests.planning import changes, isolated, kinds, of_kind, only, planned, rules, told

SERVICES = (("vpce-a", "ecr.api"), ("vpce-d", "ecr.dkr"), ("vpce-10", "logs"))
TO_S3 = allow("tcp", 443, prefix_list="pl-53")


def served(group: str = "sg-open", subnets: tuple[str, ...] = ("subnet-a",)) -> Network:
    """A network whose service has all that it needs."""
    network = isolated()
    network.serve_s3()
    for name, service in SERVICES:
        network.endpoint(name, service, subnets, group)
    return network


class TestTaskSecurityGroup:
    def closed(self, *kept: dict[str, object], group: str = "sg-open") -> Network:
        network = served(group)
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = list(kept)
        return network

    def test_one_rule_opens_a_task_group_to_endpoints_and_s3(self) -> None:
        found = planned(self.closed())
        assert changes(found) == [AuthorizeRule("sg-task", "out", Rule("tcp", 443, EVERYWHERE))]
        assert found.proven
        (second,) = found.runners_up
        assert (second.strategy, second.changes) == ("exact-rules", 2)

    def test_rule_names_the_group_of_endpoints_if_that_is_all_that_is_closed(self) -> None:
        found = planned(self.closed(TO_S3))
        assert changes(found) == [AuthorizeRule("sg-task", "out", Rule("tcp", 443, "sg-open"))]

    def test_rule_names_the_prefix_list_of_s3_if_that_is_all_that_is_closed(self) -> None:
        found = planned(self.closed(allow("tcp", 443, group="sg-open")))
        assert changes(found) == [AuthorizeRule("sg-task", "out", Rule("tcp", 443, "pl-53"))]

    def test_task_group_is_opened_to_the_subnet_of_endpoints_with_a_shared_group(self) -> None:
        network = self.closed(TO_S3)
        network.interface("eni-db", "10.0.1.77", groups=["sg-open"])
        found = planned(network)
        assert changes(found) == [AuthorizeRule("sg-task", "out", Rule("tcp", 443, "10.0.0.0/16"))]
        assert found.proven

    def test_closed_endpoint_with_shared_group_gets_the_group_of_other_endpoints(self) -> None:
        network = served()
        network.group("sg-mixed", inbound=[], outbound=[ALL])
        network.interface("eni-db", "10.0.1.77", groups=["sg-mixed"])
        network.endpoint("vpce-a2", "ecr.api", ["subnet-b"], "sg-mixed")
        network.rows["VpcEndpoints"].remove(network.row("VpcEndpoints", "vpce-a"))
        found = planned(network)
        assert ModifyEndpoint("vpce-a2", groups=("sg-open",)) in changes(found)
        assert of_kind(found, CreateSecurityGroup) == []
        assert found.proven

    def test_default_group_is_opened_only_if_it_is_the_only_task_group(self) -> None:
        network = self.closed()
        network.row("SecurityGroups", "sg-default")["IpPermissionsEgress"] = []
        configuration = network.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]
        configuration["securityGroups"] = []
        assert {group for group, *_ in rules(planned(network), "out")} == {"sg-default"}
        configuration["securityGroups"] = ["sg-default", "sg-task"]
        assert {group for group, *_ in rules(planned(network), "out")} == {"sg-task"}

    def test_task_group_is_opened_to_the_new_s3_prefix_list(self) -> None:
        network = isolated()
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [allow("tcp", 443, cidr="10.0.0.0/16")]
        found = planned(network)
        assert ("sg-task", "tcp", 443, "pl-new-s3") in rules(found, "out")


class TestUserManagedHosts:
    def test_user_proxy_group_yields_only_advice(self) -> None:
        """A proxy of the user's, at the address that a private zone tells."""
        network = served()
        network.rows["VpcEndpoints"].remove(network.row("VpcEndpoints", "vpce-10"))
        network.group("sg-proxy", inbound=[], outbound=[ALL])
        network.interface("eni-proxy", "10.0.2.99", "subnet-b", ["sg-proxy"])
        host = "logs.eu-west-1.amazonaws.com"
        network.zone(host, {"Name": f"{host}.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.2.99"}]})
        found = planned(network)
        assert kinds(found) == ["Advise"]
        assert only(found, Advise).resource == "sg-proxy"
        network.row("SecurityGroups", "sg-proxy")["IpPermissions"] = [HTTPS]
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [allow("tcp", 443, cidr="10.0.1.0/24"), TO_S3]
        assert kinds(planned(network)) == ["Advise"]

    def test_blocked_dns_server_yields_advice(self) -> None:
        network = served()
        network.group("sg-dns", inbound=[], outbound=[ALL])
        network.interface("eni-dns", "10.0.2.53", "subnet-b", ["sg-dns"])
        network.dhcp("10.0.2.53")
        found = planned(network)
        assert {row.message.partition(": let ")[2] for row in of_kind(found, Advise)} == {
            "UDP and TCP 53 through to the DNS server"
        }
        assert found.after is BLOCKED

    def test_dns_server_without_interface_yields_advice_on_its_address(self) -> None:
        network = served()
        network.dhcp("10.0.2.53")
        assert {row.message.partition(". ")[2] for row in of_kind(planned(network), Advise)} == {
            "Correct the record or the DHCP options, or give the address to the interface that was meant."
        }


class TestFileSystems:
    def mounting(self) -> Network:
        network = served()
        volume = {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0a"}}
        network.rows["taskDefinitions"][0]["volumes"] = [volume]
        network.group("sg-efs", inbound=[], outbound=[ALL])
        network.interface("eni-efs", "10.0.1.99", groups=["sg-efs"], InterfaceType="efs")
        network.add(
            "MountTargets",
            MountTargetId="fsmt-1",
            FileSystemId="fs-0a",
            SubnetId="subnet-a",
            IpAddress="10.0.1.99",
            NetworkInterfaceId="eni-efs",
        )
        return network

    def test_file_system_group_is_opened_for_nfs(self) -> None:
        found = planned(self.mounting(), ingress="article")
        assert rules(found) == {("sg-efs", "tcp", 2049, "10.0.1.0/24")}
        assert told(found, AuthorizeRule).note == ""
        assert found.proven

    def test_shared_file_system_group_change_names_the_other_interface(self) -> None:
        network = self.mounting()
        network.interface("eni-db", "10.0.1.77", groups=["sg-efs"])
        found = planned(network)
        assert told(found, AuthorizeRule).note == "sg-efs guards eni-db too, and is opened for them"

    def test_task_egress_to_file_system_uses_its_subnet_cidr(self) -> None:
        network = self.mounting()
        network.row("SecurityGroups", "sg-efs")["IpPermissions"] = [allow("tcp", 2049, cidr="10.0.0.0/16")]
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [HTTPS]
        found = planned(network)
        assert rules(found, "out") == {("sg-task", "tcp", 2049, "10.0.1.0/24")}
        assert found.proven


class TestNetworkAcls:
    """Endpoints in subnet-b, the task in subnet-a, with an ACL of its own."""

    def guarded(self, *entries: dict[str, object], subnet: str = "subnet-a") -> Network:
        network = served(subnets=("subnet-b",))
        network.acl("acl-own", both_ways(*entries), [subnet])
        return network

    def test_network_acl_gets_entries_for_requests_and_replies(self) -> None:
        found = planned(self.guarded(entry(100, cidr="52.218.0.0/17"), entry(110, cidr="3.5.64.0/21")))
        assert changes(found) == [
            AddAclEntry("acl-own", 120, "out", "10.0.2.0/24", (443, 443)),
            AddAclEntry("acl-own", 120, "in", "10.0.2.0/24", (32_768, 65_535)),
        ]
        assert {row.disposition for row in found.changes} == {"safe"}
        assert "holds for all that is in the subnets of acl-own" in found.changes[0].note
        assert found.proven

    def test_network_acl_entries_are_encodable_as_json(self) -> None:
        for subnet in ("subnet-a", "subnet-b"):
            planned_changes = changes(planned(self.guarded(entry(100, cidr="10.9.0.0/16"), subnet=subnet)))
            assert AddAclEntry in {type(change) for change in planned_changes}
            assert msgspec.json.decode(msgspec.json.encode(planned_changes), type=list[Change]) == planned_changes

    def test_endpoint_network_acl_gets_the_reverse_entries(self) -> None:
        found = planned(self.guarded(entry(100, cidr="10.9.0.0/16"), subnet="subnet-b"))
        assert changes(found) == [
            AddAclEntry("acl-own", 110, "in", "10.0.1.0/24", (443, 443)),
            AddAclEntry("acl-own", 110, "out", "10.0.1.0/24", (32_768, 65_535)),
        ]
        assert found.proven

    def test_network_acl_gets_one_entry_a_direction_for_all_s3_blocks(self) -> None:
        found = planned(self.guarded(entry(100, cidr="10.0.0.0/16")))
        assert changes(found) == [
            AddAclEntry("acl-own", 110, "out", EVERYWHERE, (443, 443)),
            AddAclEntry("acl-own", 110, "in", EVERYWHERE, (32_768, 65_535)),
        ]
        assert found.proven
        (second,) = found.runners_up
        assert (second.changes, second.because) == (4, "has fewer changes")

    def test_network_acl_copies_no_block_even_if_s3_has_only_one(self) -> None:
        network = self.guarded(entry(100, cidr="10.0.0.0/16"))
        network.row("PrefixLists", "pl-53")["Cidrs"] = ["52.218.0.0/17"]
        found = planned(network)
        assert {row.cidr for row in of_kind(found, AddAclEntry)} == {EVERYWHERE}
        (second,) = found.runners_up
        assert second.because == "copies no blocks of AWS's prefix list, to which AWS adds"

    def test_network_acl_is_opened_if_s3_blocks_are_unknown(self) -> None:
        network = self.guarded(entry(100, cidr="10.0.0.0/16"))
        network.row("PrefixLists", "pl-53").pop("Cidrs")
        found = planned(network)
        assert {row.cidr for row in of_kind(found, AddAclEntry)} == {EVERYWHERE}
        assert found.proven

    def test_network_acl_copies_blocks_where_one_entry_would_lead_to_the_internet(self) -> None:
        """The subnet has a route to a NAT gateway, and only the network ACL keeps it from the internet."""
        network = self.guarded(entry(100, cidr="10.0.0.0/16"))
        network.serve_internet_by_nat()
        found = planned(network)
        assert found.proven
        assert {row.cidr for row in of_kind(found, AddAclEntry)} == {"52.218.0.0/17", "3.5.64.0/21"}
        assert [finding.message[:34] for finding in found.findings] == ["4 new entries copy blocks of AWS's"]
        assert "gives no subnet access to the internet" in {second.because for second in found.runners_up}

    def test_broad_entry_comes_after_denials_of_other_addresses(self) -> None:
        s3 = entry(100, cidr="10.0.0.0/16")
        found = planned(self.guarded(s3, entry(120, "deny", "198.51.100.0/24")))
        assert {(row.number, row.cidr) for row in of_kind(found, AddAclEntry)} == {(130, EVERYWHERE)}
        assert {row.disposition for row in found.changes} == {"safe"}

    def test_denial_of_other_ports_and_protocols_does_not_move_an_entry(self) -> None:
        denials = [
            entry(120, "deny", ports=(22, 22), protocol="6"),
            entry(130, "deny", ports=(53, 53), protocol="17"),
        ]
        found = planned(self.guarded(entry(100, cidr="10.0.0.0/16"), *denials))
        assert {row.number for row in of_kind(found, AddAclEntry)} == {140}

    def test_broad_entry_comes_before_the_denial_of_its_packets(self) -> None:
        found = planned(self.guarded(entry(100, cidr="10.0.0.0/16"), entry(120, "deny", "52.218.0.0/17"), entry(130)))
        assert {row.number for row in of_kind(found, AddAclEntry)} == {110}
        assert found.proven

    def test_network_acl_allow_entry_precedes_the_deny_entry(self) -> None:
        found = planned(self.guarded(entry(50, "deny", "10.0.2.0/24"), entry(100)))
        assert {row.number for row in of_kind(found, AddAclEntry)} == {10}
        assert {row.disposition for row in found.changes} == {"disruptive"}
        assert found.changes[0].note.startswith("it goes before entry 50, which denies")
        assert found.proven

    def test_network_acl_deny_of_other_addresses_leaves_the_change_safe(self) -> None:
        s3 = (entry(100, cidr="52.218.0.0/17"), entry(110, cidr="3.5.64.0/21"))
        found = planned(self.guarded(*s3, entry(120, "deny", "10.9.0.0/16")))
        assert {row.disposition for row in found.changes} == {"safe"}

    def test_network_acl_entry_uses_any_free_number_before_the_deny(self) -> None:
        rows = [entry(97, cidr="10.9.0.0/24"), entry(98, "deny", "10.0.2.0/24"), entry(100)]
        found = planned(self.guarded(*rows))
        assert {row.number for row in of_kind(found, AddAclEntry)} == {96}
        assert found.proven

    def test_network_acl_without_free_number_yields_advice(self) -> None:
        rows = [entry(1, "deny", "10.0.2.0/24"), entry(100)]
        found = planned(self.guarded(*rows))
        assert of_kind(found, AddAclEntry) == []
        assert "acl-own" in {row.resource for row in of_kind(found, Advise)}
        assert not found.proven

    def test_network_acl_of_a_dns_server_is_not_opened(self) -> None:
        network = served()
        network.dhcp("10.0.2.53")
        network.interface("eni-dns", "10.0.2.53", "subnet-b", ["sg-open"])
        network.row("SecurityGroups", "sg-open")["IpPermissions"] = [ALL]
        network.acl("acl-own", both_ways(entry(100, ports=(443, 443), protocol="6")), ["subnet-b"])
        assert of_kind(planned(network), AddAclEntry) == []


def test_block_of_the_vpc_is_none_for_an_unknown_subnet() -> None:
    assert vpc_block_of(served().world(), "subnet-unknown") is None
    assert vpc_block_of(served().world(), "subnet-a") == "10.0.0.0/16"


@pytest.mark.parametrize("ingress", ["subnets", "from-tasks"])
def test_ipv6_only_subnet_gets_no_cidr_rules(ingress: str) -> None:
    network = served()
    network.row("SecurityGroups", "sg-open")["IpPermissions"] = []
    for row in network.rows["VpcEndpoints"]:
        if row["VpcEndpointType"] == "Interface":
            row["IpAddressType"] = "dualstack"
    subnet = network.row("Subnets", "subnet-a")
    subnet.pop("CidrBlock")
    subnet |= {
        "Ipv6Native": True,
        "Ipv6CidrBlockAssociationSet": [
            {"Ipv6CidrBlock": "2a05:d018::/64", "Ipv6CidrBlockState": {"State": "associated"}}
        ],
    }
    for row in network.rows["NetworkInterfaces"]:
        row["Ipv6Addresses"] = [{"Ipv6Address": "2a05:d018::99"}]
    found = planned(network, ingress=ingress)
    assert not found.proven
    assert all(row.rule.kind == "group" for row in of_kind(found, AuthorizeRule))
    assert EVERYWHERE not in str(changes(found))
