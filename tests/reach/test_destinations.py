"""Where the public answer for a host leads: which addresses, and whether all of them occur or one that is not known."""

from skerry.catalogue.services import ServiceRef
from skerry.net.addresses import ANY, PUBLIC, block
from skerry.net.intervals import Intervals, covers, intersect, subtract, union
from skerry.reach.destinations import Destinations
from tests.networks import REGION, S3_CIDRS, Network

S3 = ServiceRef("s3", REGION)
LOGS = ServiceRef("logs", REGION)
S3_ADDRESSES: Intervals = union(*(found.addresses for cidr in S3_CIDRS if (found := block(cidr))))


def destinations(network: Network) -> Destinations:
    return Destinations(network.world())


class TestAServiceWithAPrefixList:
    def test_has_all_of_its_addresses(self) -> None:
        network = Network()
        network.s3_list(*S3_CIDRS)
        found = destinations(network).public("aws", S3)
        assert (found.addresses, found.choice, found.prefix_list) == (S3_ADDRESSES, True, "pl-53")

    def test_has_the_list_that_a_gateway_endpoints_route_names(self) -> None:
        network = Network()
        network.gateway_endpoint()
        network.route("pl-7", GatewayId="vpce-93")
        assert destinations(network).public("aws", S3).prefix_list == "pl-7"

    def test_has_some_public_address_where_the_entries_are_not_known(self) -> None:
        network = Network()
        network.s3_list()
        found = destinations(network).public("aws", S3)
        assert (found.addresses, found.choice, found.prefix_list) == (PUBLIC, False, "pl-53")

    def test_has_a_list_of_its_own_though_none_was_read(self) -> None:
        found = destinations(Network()).public("aws", S3)
        assert found.addresses == PUBLIC
        assert found.prefix_list is not None
        other = destinations(Network()).public("aws", ServiceRef("s3", "eu-west-2"))
        assert other.prefix_list != found.prefix_list

    def test_has_the_list_of_its_own_region(self) -> None:
        network = Network()
        network.s3_list(*S3_CIDRS)
        assert destinations(network).public("aws", ServiceRef("s3", "eu-west-2")).prefix_list != "pl-53"


class TestAnyOtherHost:
    def test_of_aws_has_some_public_address_outside_the_lists(self) -> None:
        network = Network()
        network.s3_list(*S3_CIDRS)
        found = destinations(network).public("aws", LOGS)
        assert found.addresses == subtract(PUBLIC, S3_ADDRESSES)
        assert (found.choice, found.elsewhere, found.service) == (False, True, LOGS)

    def test_of_the_internet_likewise(self) -> None:
        network = Network()
        network.s3_list(*S3_CIDRS)
        found = destinations(network).public("internet", None)
        assert found.addresses == subtract(PUBLIC, S3_ADDRESSES)
        assert (found.choice, found.elsewhere, found.service) == (False, True, None)

    def test_may_have_an_address_of_a_list_of_the_users_own(self) -> None:
        network = Network()
        network.prefix_list("pl-1", "8.8.8.0/24")
        found = destinations(network).public("aws", LOGS)
        assert covers(found.addresses, ((0x08080800, 0x080808FF),))

    def test_that_a_zone_of_the_user_leads_to_may_have_any_address(self) -> None:
        found = destinations(Network()).public("anywhere", None)
        assert (found.addresses, found.choice, found.elsewhere) == (ANY, False, False)

    def test_is_the_same_destination_each_time(self) -> None:
        known = destinations(Network())
        assert known.public("aws", LOGS) is known.public("aws", LOGS)
        assert known.public("aws", LOGS) is not known.public("aws", S3)


def test_the_subnet_of_an_endpoint_stands_for_an_interface_that_was_not_read() -> None:
    network = Network()
    network.endpoint("vpce-1", "logs", ["subnet-a", "subnet-b"])
    network.rows["NetworkInterfaces"].pop()
    world = network.world()
    found = Destinations(world).of_endpoint(world.vpc_endpoints["vpce-1"])
    assert isinstance(found, tuple)
    assert [one.label for one in found] == ["vpce-1 in subnet-a", "vpce-1 in subnet-b"]
    assert all(intersect(one.addresses, ANY) and not one.choice for one in found)


def test_an_endpoint_in_a_subnet_without_ipv4_has_no_address_there() -> None:
    network = Network()
    network.endpoint("vpce-1", "logs")
    network.rows["NetworkInterfaces"].clear()
    del network.row("Subnets", "subnet-a")["CidrBlock"]
    world = network.world()
    found = Destinations(world).of_endpoint(world.vpc_endpoints["vpce-1"])
    assert isinstance(found, tuple)
    assert [one.addresses for one in found] == [()]
