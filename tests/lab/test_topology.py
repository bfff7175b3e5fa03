"""What of a World is built: the interfaces and gateways that the tasks' paths touch, and no more."""

import pytest

from skerry.errors import SkerryError
from skerry.lab.config_files import match_of
from skerry.lab.topology import End, RequestedPaths, plan
from skerry.lab.topology_records import Chain, LabPlan, Port, Router, TrafficOrigin
from skerry.net.cidr import Address
from skerry.net.hostname import Hostname
from tests.hubs import HubAndSpoke
from tests.networks import HTTPS, Network, allow, record

TASK = End("subnet-a", Address("10.0.1.50"), ("sg-task",))


def built(network: Network, *ends: End, addresses: tuple[str, ...] = ()) -> LabPlan:
    return plan(network.world(), RequestedPaths(ends or (TASK,), tuple(map(Address, addresses))))


def only(network: Network, *ends: End, addresses: tuple[str, ...] = ()) -> Router:
    (router,) = built(network, *ends, addresses=addresses).routers
    return router


def labels(router: Router) -> set[str]:
    return {port.label for port in router.ports}


def port(router: Router, label: str) -> Port:
    return next(port for port in router.ports if port.label == label)


class TestInterfaces:
    def test_lab_builds_interfaces_of_task_and_endpoints(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", ["subnet-a", "subnet-b"])
        network.interface("eni-other", "10.0.2.99", "subnet-b")
        assert labels(only(network)) == {"task at 10.0.1.50", "eni-10", "eni-11"}

    def test_lab_omits_interfaces_of_failed_endpoints(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", State="failed")
        assert labels(only(network)) == {"task at 10.0.1.50"}

    def test_endpoint_of_unknown_type_raises_error(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        del network.row("VpcEndpoints", "vpce-1")["VpcEndpointType"]
        with pytest.raises(SkerryError, match="without the type of vpce-1"):
            built(network)

    def test_lab_builds_the_interface_at_a_called_address(self) -> None:
        network = Network()
        network.interface("eni-other", "10.0.2.99", "subnet-b", ["sg-open"])
        found = port(only(network, addresses=("10.0.2.99",)), "eni-other")
        assert (found.side, found.subnet, found.groups) == ("far", "subnet-b", ("sg-open",))

    def test_lab_builds_the_interface_a_called_name_resolves_to(self) -> None:
        network = Network()
        network.interface("eni-other", "10.0.2.99", "subnet-b", ["sg-open"])
        network.zone("example", record("db.example.", "A", "10.0.2.99"))
        for host, expected in (
            ("db.example", {"task at 10.0.1.50", "eni-other"}),
            ("x.example", {"task at 10.0.1.50"}),
        ):
            asked = RequestedPaths((TASK,), public=((Hostname(host), Address("203.0.113.9")),))
            (router,) = plan(network.world(), asked).routers
            assert labels(router) == expected

    def test_endpoint_interface_has_the_endpoint_security_groups(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", group="sg-open")
        network.row("NetworkInterfaces", "eni-10")["Groups"] = [{"GroupId": "sg-default"}]
        assert port(only(network), "eni-10").groups == ("sg-open",)


def test_lab_of_large_network_builds_only_what_the_task_uses() -> None:
    network = Network()
    network.endpoint("vpce-1", "logs", ["subnet-b"])
    for number in range(500):
        network.subnet(f"subnet-{number}x", f"10.0.{number // 16 + 16}.{number % 16 * 16}/28", "eu-west-1a")
        network.table(f"rtb-{number}", subnets=[f"subnet-{number}x"])
    router = only(network)
    assert set(router.subnets) == {"subnet-a", "subnet-b"}
    assert len(router.tables) == 1


class TestGateways:
    def test_nat_gateway_route_builds_nat_port_and_internet_gateway(self) -> None:
        network = Network()
        network.serve_internet_by_nat()
        router = only(network)
        nat = port(router, "nat-1")
        assert (nat.side, nat.subnet, nat.public, nat.forwards, nat.groups) == (
            "nats",
            "subnet-b",
            "198.51.100.7",
            True,
            None,
        )
        assert [(one.label, one.kind) for one in router.gateways] == [("igw-1", "internet")]

    @pytest.mark.parametrize("state", ["failed", "deleted", "pending"])
    def test_route_to_nonworking_nat_gateway_leads_to_void(self, state: str) -> None:
        network = Network()
        network.serve_internet_by_nat()
        network.row("NatGateways", "nat-1")["State"] = state
        found = built(network)
        (router,) = found.routers
        table = router.tables[router.subnets["subnet-a"].table]
        (line,) = [line for line in table if line.cidr == "0.0.0.0/0"]
        assert line.device == "void"
        assert found.realms[line.realm] == TrafficOrigin("gateway", "nat-1", "0.0.0.0/0 → nat-1")

    def test_gateway_endpoint_route_builds_its_gateway(self) -> None:
        network = Network()
        network.serve_s3()
        router = only(network)
        assert [(one.label, one.kind) for one in router.gateways] == [("vpce-93", "endpoint")]

    def test_peering_builds_the_router_of_the_other_vpc(self) -> None:
        network = HubAndSpoke()
        network.peer()
        network.interface("eni-far", "10.1.1.9", "hub-a", ["sg-hub"], VpcId="vpc-2")
        here, there = built(network, addresses=("10.1.1.9",)).routers
        assert [(one.label, one.to) for one in here.gateways] == [("pcx-1", "vpc-2")]
        assert labels(there) == {"eni-far"}

    def test_peered_vpc_has_the_interface_a_called_name_resolves_to(self) -> None:
        network = HubAndSpoke()
        network.peer()
        network.interface("eni-far", "10.1.1.9", "hub-a", ["sg-hub"], VpcId="vpc-2")
        network.zone("example", record("db.example.", "A", "10.1.1.9"))
        asked = RequestedPaths((TASK,), public=((Hostname("db.example"), Address("203.0.113.9")),))
        _, there = plan(network.world(), asked).routers
        assert labels(there) == {"eni-far"}

    def test_peering_between_regions_raises_error(self) -> None:
        network = HubAndSpoke()
        network.peer()
        network.rows["VpcPeeringConnections"][0]["AccepterVpcInfo"]["Region"] = "eu-west-2"
        with pytest.raises(SkerryError, match="no peering between Regions: pcx-1"):
            built(network)

    def test_inactive_peering_builds_no_other_vpc(self) -> None:
        network = HubAndSpoke()
        network.peer("pending-acceptance")
        assert [router.vpc for router in built(network).routers] == ["vpc-1"]

    def test_route_to_an_interface_builds_a_forwarding_port(self) -> None:
        network = Network()
        network.interface("eni-box", "10.0.2.9", "subnet-b", ["sg-open"], SourceDestCheck=False)
        network.route(NetworkInterfaceId="eni-box")
        found = port(only(network), "eni-box")
        assert (found.side, found.forwards, found.groups) == ("nats", True, ("sg-open",))


class TestFilters:
    def test_filters_cover_each_group_set_and_network_acl(self) -> None:
        router = only(Network())
        assert {one.chain for one in router.filters} == {
            Chain("acl", 1, "in"),
            Chain("acl", 1, "out"),
            *router.guards[router.ports[0].number],
        }

    def test_filter_of_referenced_group_names_only_built_members(self) -> None:
        network = Network()
        network.group("sg-end", inbound=[allow("tcp", 443, group="sg-task")])
        network.endpoint("vpce-1", "logs", group="sg-end")
        router = only(network)
        name = router.guards[port(router, "eni-10").number][1]
        found = next(one for one in router.filters if one.chain == name)
        assert [match_of(rule) for rule in found.rules] == ["ip saddr 10.0.1.50/32 tcp dport 443-443"]

    def test_filter_marks_name_security_group_and_network_acl(self) -> None:
        network = Network()
        network.group("sg-end", inbound=[HTTPS])
        network.endpoint("vpce-1", "logs", group="sg-end")
        found = built(network)
        assert TrafficOrigin("security-group", "sg-end", "in") in found.marks.values()
        assert TrafficOrigin("network-acl", "acl-all", "rule * out") in found.marks.values()


@pytest.mark.parametrize(
    "kind", ["Subnets", "RouteTables", "NetworkAcls", "SecurityGroups", "Vpcs", "VpcAttributes", "DhcpOptions"]
)
def test_missing_network_records_raise_error_with_remedy(kind: str) -> None:
    network = Network()
    network.forget(kind)
    with pytest.raises(SkerryError) as caught:
        built(network)
    assert caught.value.what.startswith("the lab cannot be built without ")
    assert "ec2:Describe" in caught.value.remedy
