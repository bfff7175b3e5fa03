"""A way out that only filters close is opened, in place of new endpoints; and what must stay closed stays so."""

from skerry.plan.changes import AddAclEntry, Advise, AuthorizeRule, CreateInterfaceEndpoint, Rule
from tests.networks import EVERYWHERE, Network, allow, both_ways, entry
from tests.planning import changes, isolated, kinds, of_kind, planned

OPEN = AuthorizeRule("sg-task", "out", Rule("tcp", 443, EVERYWHERE))


def behind_nat() -> Network:
    """A service in a subnet with a route to a NAT gateway."""
    network = isolated()
    network.serve_internet_by_nat()
    return network


def close_group(network: Network) -> None:
    network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [allow("tcp", 5432, cidr="10.0.0.0/16")]


def test_one_rule_opens_the_way_to_a_nat_gateway() -> None:
    network = behind_nat()
    close_group(network)
    found = planned(network)
    assert changes(found) == [OPEN]
    assert (found.proven, found.strategy) == (True, "existing-way")
    assert found.runners_up[0].because == "has fewer changes"


def test_sound_way_needs_no_change() -> None:
    assert planned(behind_nat()).changes == ()


def test_isolated_subnet_gets_endpoints_also_if_its_group_is_closed() -> None:
    network = isolated()
    close_group(network)
    found = planned(network)
    assert CreateInterfaceEndpoint.__name__ in kinds(found)
    assert found.proven


def test_acl_without_replies_gets_one_entry() -> None:
    network = behind_nat()
    inward, outward = [entry(100, cidr="10.0.0.0/16")], [entry(100, egress=True)]
    network.acl("acl-own", [*inward, *outward], ["subnet-a"])
    found = planned(network)
    assert changes(found) == [AddAclEntry("acl-own", 110, "in", EVERYWHERE, (32_768, 65_535))]
    assert found.proven


def test_subnet_that_only_its_acl_keeps_from_the_internet_stays_without() -> None:
    network = behind_nat()
    rows = [
        entry(90, "deny", "198.51.100.0/24"),
        entry(100, cidr="10.0.0.0/16"),
        entry(110, ports=(80, 80), protocol="6"),
    ]
    network.acl("acl-own", both_ways(*rows), ["subnet-a"])
    network.s3_list("52.218.0.0/17")
    found = planned(network)
    assert found.proven
    assert all(row.cidr != EVERYWHERE for row in of_kind(found, AddAclEntry) if row.direction == "out")
    assert CreateInterfaceEndpoint.__name__ in kinds(found)
    assert "gives no subnet access to the internet" in {second.because for second in found.runners_up}


def test_group_of_an_appliance_is_opened_too() -> None:
    network = isolated()
    network.internet_gateway()
    network.subnet("subnet-n", "10.0.9.0/24", "eu-west-1a")
    network.group("sg-nat", inbound=[allow(cidr="10.0.0.0/16")], outbound=[allow("tcp", 80, cidr=EVERYWHERE)])
    public = {"PublicIp": "198.51.100.7", "PublicDnsName": ""}
    network.interface("eni-nat", "10.0.9.9", "subnet-n", ["sg-nat"], SourceDestCheck=False, Association=public)
    network.table(
        "rtb-n", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1", "State": "active"}, subnets=["subnet-n"]
    )
    network.route(NetworkInterfaceId="eni-nat")
    found = planned(network)
    assert changes(found) == [AuthorizeRule("sg-nat", "out", Rule("tcp", 443, EVERYWHERE))]
    assert found.proven


def logging_to_splunk(network: Network) -> Network:
    options = {"splunk-url": "https://splunk.example:8088", "splunk-token": "x"}
    log = {"logDriver": "splunk", "options": options}
    network.rows["taskDefinitions"][0]["containerDefinitions"][0]["logConfiguration"] = log
    return network


def test_way_to_another_port_that_only_filters_close_gets_advice_on_them() -> None:
    network = logging_to_splunk(behind_nat())
    network.acl("acl-own", both_ways(entry(90, "deny", protocol="6", ports=(8088, 8088)), entry(100)), ["subnet-a"])
    advice = of_kind(planned(network), Advise)
    assert [row.resource for row in advice] == ["acl-own"]
    assert advice[0].message.startswith("acl-own drops outbound calls to ")
    assert advice[0].message.endswith("tcp 8088: rule 90: deny ports 8088-8088 0.0.0.0/0. Let these packets pass")


def test_way_to_another_port_that_has_no_route_either_gets_advice_on_the_host() -> None:
    network = logging_to_splunk(isolated())
    network.acl("acl-own", both_ways(entry(90, "deny", protocol="6", ports=(8088, 8088)), entry(100)), ["subnet-a"])
    advice = of_kind(planned(network), Advise)
    assert [row.resource for row in advice] == ["splunk.example"]
