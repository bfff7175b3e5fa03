"""Whom a change disturbs, and who alone can make it: private DNS, DNS attributes, shared VPCs."""

from typing import Any

from skerry.plan.changes import (
    Advise,
    AuthorizeRule,
    CreateInterfaceEndpoint,
    ModifyEndpoint,
    Rule,
    SetVpcAttribute,
)
from skerry.verdicts import OK, UNKNOWN
from tests.networks import ALL, EVERYWHERE, REGION, VPC, Network, allow
from tests.planning import (
    changes,
    isolated,
    of_kind,
    planned,
    rules,
    services,
    told,
)

GROUP = "sg-new-endpoints-vpc-1"
FROM_B = Rule("tcp", 443, "10.0.2.0/24")


class TestPrivateDns:
    """An instance in a public subnet that called the service over the internet, when an endpoint takes the name."""

    def shared(self, **more: Any) -> Network:
        network = isolated(subnets=["subnet-a"])
        network.internet_gateway()
        network.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-b"])
        network.group("sg-box", outbound=[ALL])
        public = {"Association": {"PublicIp": "198.51.100.9"}}
        network.interface("eni-box", "10.0.2.50", "subnet-b", ["sg-box"], **(public | more))
        network.serve_s3()
        return network

    def test_private_dns_client_is_admitted_and_named_in_the_note(self) -> None:
        found = planned(self.shared())
        assert (GROUP, "tcp", 443, "10.0.2.0/24") in rules(found)
        created = [row for row in found.changes if isinstance(row.change, CreateInterfaceEndpoint)]
        assert {row.disposition for row in created} == {"disruptive"}
        assert created[0].note == "private DNS leads all of vpc-1 to the endpoint: also eni-box, which it admits"
        assert (found.proven, found.breaks) == (True, ())
        admitted = [row for row in found.changes if row.change == AuthorizeRule(GROUP, "in", FROM_B)]
        assert [row.why[0].services for row in admitted] == [("eni-box",)]

    def test_private_dns_client_is_admitted_on_port_443_only(self) -> None:
        found = planned(self.shared(), ingress="article")
        ports = {(protocol, port) for _, protocol, port, peer in rules(found) if peer == "10.0.2.0/24"}
        assert ports == {("tcp", 443)}

    def test_client_without_internet_access_is_not_admitted(self) -> None:
        found = planned(self.shared(Association={}))
        assert rules(found) == {(GROUP, "tcp", 443, "10.0.1.0/24")}
        assert {row.disposition for row in found.changes} == {"safe"}

    def test_load_balancer_interface_is_not_a_private_dns_client(self) -> None:
        assert "10.0.2.0/24" not in str(planned(self.shared(InterfaceType="network_load_balancer")).changes)

    def test_client_that_private_dns_breaks_is_reported(self) -> None:
        """Replies from the endpoint's subnet are for a route that leads them elsewhere."""
        network = self.shared()
        stray = {"DestinationCidrBlock": "10.0.1.0/24", "NetworkInterfaceId": "eni-9", "State": "blackhole"}
        network.row("RouteTables", "rtb-public")["Routes"].append(stray)
        found = planned(network)
        assert (found.after, found.proven) == (OK, False)
        assert {row.client for row in found.breaks} == {"eni-box"}
        assert "worked from subnet-b and no longer works" in found.breaks[0].message
        note = next(row.note for row in found.changes if isinstance(row.change, CreateInterfaceEndpoint))
        assert note == "private DNS leads all of vpc-1 to the endpoint: also eni-box, whose calls then fail"

    def test_client_with_unknown_route_is_reported_as_possibly_broken(self) -> None:
        network = self.shared()
        route = {"DestinationCidrBlock": "10.0.1.0/24", "NetworkInterfaceId": "eni-99", "State": "active"}
        network.row("RouteTables", "rtb-public")["Routes"].append(route)
        found = planned(network)
        assert not found.proven
        assert "may not work any more" in found.breaks[0].message

    def test_private_dns_switched_on_adds_a_group_that_admits_the_client(self) -> None:
        network = self.shared()
        network.group("sg-mixed", inbound=[allow("tcp", 443, group="sg-task")], outbound=[ALL])
        network.interface("eni-db", "10.0.1.77", groups=["sg-mixed"])
        for name, service in (("vpce-a", "ecr.api"), ("vpce-d", "ecr.dkr"), ("vpce-10", "logs")):
            network.endpoint(name, service, group="sg-mixed", PrivateDnsEnabled=service != "logs")
        found = planned(network)
        assert ModifyEndpoint("vpce-10", groups=(GROUP,), private_dns=True) in changes(found)
        assert (GROUP, "tcp", 443, "10.0.2.0/24") in rules(found)
        assert found.proven

    def test_private_dns_is_not_enabled_over_a_same_name_hosted_zone(self) -> None:
        """AWS refuses private DNS beside a private hosted zone of the same name."""
        network = isolated()
        network.zone(f"logs.{REGION}.amazonaws.com")
        network.endpoint("vpce-10", "logs", PrivateDnsEnabled=False)
        found = planned(network)
        assert all(not change.private_dns for change in of_kind(found, ModifyEndpoint))
        assert "AWS refuses to switch that on for vpce-10" in str(of_kind(found, Advise))

    def test_hosted_zone_of_service_name_prevents_a_new_endpoint(self) -> None:
        network = isolated()
        host = f"logs.{REGION}.amazonaws.com"
        rows = [{"Name": f"{host}.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "23.45.67.89"}]}]
        network.zone(host, *rows)
        found = planned(network)
        assert services(found) == ["ecr.api", "ecr.dkr", "s3"]
        assert f"AWS refuses to switch that on for an endpoint of com.amazonaws.{REGION}.logs" in str(changes(found))
        assert not found.proven


class TestDnsAttributes:
    def test_dns_hostnames_change_is_disruptive_if_private_names_apply(self) -> None:
        network = isolated()
        network.attribute("EnableDnsHostnames", value=False)
        network.endpoint("vpce-5e", "secretsmanager")
        network.endpoint("vpce-59", "sqs", PrivateDnsEnabled=False)
        row = told(planned(network), SetVpcAttribute)
        assert row.change == SetVpcAttribute(VPC, "enable_dns_hostnames")
        assert (row.disposition, row.note) == ("disruptive", "private names apply in all of vpc-1 then: vpce-5e")

    def test_dns_attribute_change_reports_clients_diverted_by_a_zone(self) -> None:
        """The zone's record leads to nobody; an instance called the service over the internet until then."""
        network = isolated(subnets=["subnet-a"])
        network.attribute("EnableDnsHostnames", value=False)
        network.internet_gateway()
        network.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-b"])
        public = {"PublicIp": "198.51.100.9"}
        network.interface("eni-box", "10.0.2.50", "subnet-b", ["sg-task"], Association=public)
        host = f"sqs.{REGION}.amazonaws.com"
        network.zone(host, {"Name": f"{host}.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.1.99"}]})
        network.zone("example.internal")
        found = planned(network)
        assert of_kind(found, SetVpcAttribute)
        assert ("eni-box", host) in {(row.client, row.host) for row in found.breaks}
        assert not found.proven

    def test_dns_support_change_is_safe_without_private_names(self) -> None:
        network = isolated()
        network.attribute("EnableDnsSupport", value=False)
        found = planned(network)
        row = told(found, SetVpcAttribute)
        assert row.change == SetVpcAttribute(VPC, "enable_dns_support")
        assert row.disposition == "safe"
        assert found.proven


class TestSharedVpc:
    def test_shared_vpc_endpoints_are_manual_changes_for_the_owner(self) -> None:
        network = isolated()
        network.row("Vpcs", VPC)["OwnerId"] = "999988887777"
        network.endpoint("vpce-5e", "sqs", OwnerId="999988887777")
        found = planned(network)
        by = {type(row.change).__name__: (row.by, row.disposition) for row in found.changes}
        assert by["CreateInterfaceEndpoint"] == ("999988887777", "manual")
        assert by["CreateGatewayEndpoint"] == ("999988887777", "manual")

    def test_shared_vpc_endpoint_group_rules_are_assigned_to_the_owner(self) -> None:
        network = isolated()
        network.row("Vpcs", VPC)["OwnerId"] = "999988887777"
        network.group("sg-end", inbound=[], outbound=[ALL])
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = []
        network.endpoint("vpce-a", "ecr.api", group="sg-end")
        found = planned(network)
        by = {(row.change.group_id, row.by) for row in found.changes if isinstance(row.change, AuthorizeRule)}
        assert by == {("sg-end", "999988887777"), ("sg-task", None)}

    def test_shared_vpc_plan_is_unknown_without_the_owners_view(self) -> None:
        network = isolated()
        network.row("Vpcs", VPC)["OwnerId"] = "999988887777"
        found = planned(network)
        assert (found.after, found.proven, found.changes) == (UNKNOWN, False, ())
        assert "as its owner sees them" in found.facts[0].fact
