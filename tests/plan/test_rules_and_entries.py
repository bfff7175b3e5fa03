"""Rules and entries that let a call through, and nothing else: whom they name, and where they are put."""

import pytest

from skerry.plan.changes import AddAclEntry, Advise, AuthorizeRule, CreateSecurityGroup, ModifyEndpoint
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


class TestTheTasksOwnGroup:
    def closed(self, *kept: dict[str, object], group: str = "sg-open") -> Network:
        network = served(group)
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = list(kept)
        return network

    def test_is_opened_to_the_endpoints_group_and_the_list_of_s3(self) -> None:
        found = planned(self.closed())
        assert rules(found, "out") == {("sg-task", "tcp", 443, "sg-open"), ("sg-task", "tcp", 443, "pl-53")}
        assert found.proven

    def test_is_not_opened_to_a_group_that_guards_something_else_too(self) -> None:
        network = self.closed(TO_S3)
        network.interface("eni-db", "10.0.1.77", groups=["sg-open"])
        found = planned(network)
        assert rules(found, "out") == {("sg-task", "tcp", 443, "sg-new-endpoints-vpc-1")}
        assert {row.endpoint_id for row in of_kind(found, ModifyEndpoint)} == {name for name, _ in SERVICES}
        assert found.proven

    def test_is_opened_to_the_group_that_other_endpoints_have(self) -> None:
        network = self.closed(TO_S3)
        network.group("sg-mixed", inbound=[HTTPS], outbound=[ALL])
        network.interface("eni-db", "10.0.1.77", groups=["sg-mixed"])
        network.endpoint("vpce-a2", "ecr.api", ["subnet-b"], "sg-mixed")
        network.rows["VpcEndpoints"].remove(network.row("VpcEndpoints", "vpce-a"))
        found = planned(network)
        assert ModifyEndpoint("vpce-a2", groups=("sg-open",)) in changes(found)
        assert of_kind(found, CreateSecurityGroup) == []
        assert found.proven

    def test_that_is_the_default_one_is_opened_where_there_is_no_other(self) -> None:
        network = self.closed()
        network.row("SecurityGroups", "sg-default")["IpPermissionsEgress"] = []
        configuration = network.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]
        configuration["securityGroups"] = []
        assert {group for group, *_ in rules(planned(network), "out")} == {"sg-default"}
        configuration["securityGroups"] = ["sg-default", "sg-task"]
        assert {group for group, *_ in rules(planned(network), "out")} == {"sg-task"}

    def test_to_a_list_that_is_not_known_by_its_id_is_told(self) -> None:
        network = isolated()
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [allow("tcp", 443, cidr="10.0.0.0/16")]
        found = planned(network)
        assert ("sg-task", "tcp", 443, "pl-new-s3") in rules(found, "out")


class TestWhatIsNobodysToOpen:
    def test_is_a_host_to_which_a_name_leads(self) -> None:
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

    def test_is_a_dns_server(self) -> None:
        network = served()
        network.group("sg-dns", inbound=[], outbound=[ALL])
        network.interface("eni-dns", "10.0.2.53", "subnet-b", ["sg-dns"])
        network.dhcp("10.0.2.53")
        found = planned(network)
        assert {row.message.partition(": let ")[2] for row in of_kind(found, Advise)} == {
            "UDP and TCP 53 through to the DNS server"
        }
        assert found.after is BLOCKED


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

    def test_are_opened_for_nfs(self) -> None:
        found = planned(self.mounting(), ingress="article")
        assert rules(found) == {("sg-efs", "tcp", 2049, "10.0.1.0/24")}
        assert told(found, AuthorizeRule).note == ""
        assert found.proven

    def test_that_share_their_group_say_what_else_is_opened(self) -> None:
        network = self.mounting()
        network.interface("eni-db", "10.0.1.77", groups=["sg-efs"])
        found = planned(network)
        assert told(found, AuthorizeRule).note == "sg-efs guards eni-db too, and is opened for them"

    def test_are_reached_by_the_block_of_their_subnet(self) -> None:
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

    def test_get_an_entry_for_calls_and_one_for_replies(self) -> None:
        found = planned(self.guarded(entry(100, cidr="52.218.0.0/17"), entry(110, cidr="3.5.64.0/21")))
        assert changes(found) == [
            AddAclEntry("acl-own", 120, "out", "10.0.2.0/24", (443, 443)),
            AddAclEntry("acl-own", 120, "in", "10.0.2.0/24", (32_768, 65_535)),
        ]
        assert {row.disposition for row in found.changes} == {"safe"}
        assert "holds for all that is in the subnets of acl-own" in found.changes[0].note
        assert found.proven

    def test_at_the_endpoints_get_the_reverse(self) -> None:
        found = planned(self.guarded(entry(100, cidr="10.9.0.0/16"), subnet="subnet-b"))
        assert changes(found) == [
            AddAclEntry("acl-own", 110, "in", "10.0.1.0/24", (443, 443)),
            AddAclEntry("acl-own", 110, "out", "10.0.1.0/24", (32_768, 65_535)),
        ]
        assert found.proven

    def test_get_an_entry_for_each_block_of_s3(self) -> None:
        found = planned(self.guarded(entry(100, cidr="10.0.0.0/16")))
        blocks = {row.cidr for row in of_kind(found, AddAclEntry)}
        assert blocks == {"52.218.0.0/17", "3.5.64.0/21"}
        assert found.proven

    def test_of_which_nobody_knows_the_blocks_are_told(self) -> None:
        network = self.guarded(entry(100, cidr="10.0.0.0/16"))
        network.row("PrefixLists", "pl-53").pop("Cidrs")
        found = planned(network)
        assert of_kind(found, AddAclEntry) == []
        assert not found.proven

    def test_that_deny_are_overruled_before_the_entry_that_does(self) -> None:
        found = planned(self.guarded(entry(50, "deny", "10.0.2.0/24"), entry(100)))
        assert {row.number for row in of_kind(found, AddAclEntry)} == {10}
        assert {row.disposition for row in found.changes} == {"disruptive"}
        assert found.changes[0].note.startswith("it goes before entry 50, which denies")
        assert found.proven

    def test_that_deny_something_else_are_not_overruled(self) -> None:
        s3 = (entry(100, cidr="52.218.0.0/17"), entry(110, cidr="3.5.64.0/21"))
        found = planned(self.guarded(*s3, entry(120, "deny", "10.9.0.0/16")))
        assert {row.disposition for row in found.changes} == {"safe"}

    def test_without_a_free_number_of_tens_use_what_there_is(self) -> None:
        rows = [entry(97, cidr="10.9.0.0/24"), entry(98, "deny", "10.0.2.0/24"), entry(100)]
        found = planned(self.guarded(*rows))
        assert {row.number for row in of_kind(found, AddAclEntry)} == {96}
        assert found.proven

    def test_that_are_full_before_the_one_that_denies_are_told(self) -> None:
        rows = [entry(1, "deny", "10.0.2.0/24"), entry(100)]
        found = planned(self.guarded(*rows))
        assert of_kind(found, AddAclEntry) == []
        assert "acl-own" in {row.resource for row in of_kind(found, Advise)}
        assert not found.proven

    def test_on_the_way_to_a_host_are_not_opened(self) -> None:
        network = served()
        network.dhcp("10.0.2.53")
        network.interface("eni-dns", "10.0.2.53", "subnet-b", ["sg-open"])
        network.row("SecurityGroups", "sg-open")["IpPermissions"] = [ALL]
        network.acl("acl-own", both_ways(entry(100, ports=(443, 443), protocol="6")), ["subnet-b"])
        assert of_kind(planned(network), AddAclEntry) == []


@pytest.mark.parametrize("ingress", ["subnets", "from-tasks"])
def test_a_subnet_without_ipv4_is_told(ingress: str) -> None:
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
