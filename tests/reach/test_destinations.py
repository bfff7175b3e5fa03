"""Where the public answer for a host leads: which addresses, and whether all of them occur or one that is not known."""

from skerry.catalogue.services import ServiceRef
from skerry.model.facts import Missing
from skerry.net.addresses import ANY, PUBLIC, parse_block
from skerry.net.intervals import Intervals, covers, intersect, subtract, union
from skerry.net.ip_addresses import IpAddress
from skerry.reach.destinations import Destinations
from tests.networks import REGION, S3_CIDRS, VPC, Network

S3 = ServiceRef("s3", REGION)
LOGS = ServiceRef("logs", REGION)
S3_ADDRESSES: Intervals = union(*(found.addresses for cidr in S3_CIDRS if (found := parse_block(cidr))))


def destinations(network: Network) -> Destinations:
    return Destinations(network.world())


class TestServicePrefixLists:
    def test_prefix_list_entries_are_the_service_addresses(self) -> None:
        network = Network()
        network.s3_list(*S3_CIDRS)
        found = destinations(network).public("aws", S3)
        assert (found.addresses, found.choice, found.prefix_list) == (S3_ADDRESSES, True, "pl-53")

    def test_prefix_list_is_taken_from_gateway_endpoint_route(self) -> None:
        network = Network()
        network.gateway_endpoint()
        network.route("pl-7", GatewayId="vpce-93")
        assert destinations(network).public("aws", S3).prefix_list == "pl-7"

    def test_prefix_list_without_entries_leaves_any_public_address(self) -> None:
        network = Network()
        network.s3_list()
        found = destinations(network).public("aws", S3)
        assert (found.addresses, found.choice, found.prefix_list) == (PUBLIC, False, "pl-53")

    def test_prefix_list_that_is_unread_differs_per_region(self) -> None:
        found = destinations(Network()).public("aws", S3)
        assert found.addresses == PUBLIC
        assert found.prefix_list is not None
        other = destinations(Network()).public("aws", ServiceRef("s3", "eu-west-2"))
        assert other.prefix_list != found.prefix_list

    def test_prefix_list_of_another_region_is_ignored(self) -> None:
        network = Network()
        network.s3_list(*S3_CIDRS)
        assert destinations(network).public("aws", ServiceRef("s3", "eu-west-2")).prefix_list != "pl-53"


class TestPublicHosts:
    def test_aws_host_has_public_address_outside_prefix_lists(self) -> None:
        network = Network()
        network.s3_list(*S3_CIDRS)
        found = destinations(network).public("aws", LOGS)
        assert found.addresses == subtract(PUBLIC, S3_ADDRESSES)
        assert (found.choice, found.elsewhere, found.service) == (False, True, LOGS)

    def test_internet_host_has_public_address_outside_prefix_lists(self) -> None:
        network = Network()
        network.s3_list(*S3_CIDRS)
        found = destinations(network).public("internet", None)
        assert found.addresses == subtract(PUBLIC, S3_ADDRESSES)
        assert (found.choice, found.elsewhere, found.service) == (False, True, None)

    def test_aws_host_may_have_address_in_customer_prefix_list(self) -> None:
        network = Network()
        network.prefix_list("pl-1", "8.8.8.0/24")
        found = destinations(network).public("aws", LOGS)
        assert covers(found.addresses, ((0x08080800, 0x080808FF),))

    def test_host_behind_private_zone_may_have_any_address(self) -> None:
        found = destinations(Network()).public("anywhere", None)
        assert (found.addresses, found.choice, found.elsewhere) == (ANY, False, False)

    def test_public_destination_is_cached_per_service(self) -> None:
        known = destinations(Network())
        assert known.public("aws", LOGS) is known.public("aws", LOGS)
        assert known.public("aws", LOGS) is not known.public("aws", S3)


class TestAddressOwners:
    """An address, as a task of vpc-1 (10.0.0.0/16) reaches for it."""

    def network(self) -> Network:
        network = Network()
        network.add("Vpcs", VpcId="vpc-2", CidrBlock="10.2.0.0/16")
        network.interface("eni-2", "10.2.1.5", "subnet-hub", ["sg-hub"], VpcId="vpc-2")
        return network

    def at(self, network: Network, text: str = "10.2.1.5") -> tuple[str | None, str | None]:
        found = destinations(network).at(VPC, IpAddress(text))
        assert (found.absent or isinstance(found.groups, Missing)) == (found.interface is None)
        return found.interface, found.subnet

    def test_address_in_another_vpc_resolves_to_its_interface(self) -> None:
        assert self.at(self.network()) == ("eni-2", "subnet-hub")

    def test_address_in_secondary_vpc_cidr_resolves_to_its_interface(self) -> None:
        network = self.network()
        network.row("Vpcs", "vpc-2").update(
            CidrBlock="10.3.0.0/16", CidrBlockAssociationSet=[{"CidrBlock": "10.2.0.0/16"}]
        )
        assert self.at(network) == ("eni-2", "subnet-hub")

    def test_address_in_disassociated_vpc_cidr_has_no_interface(self) -> None:
        network = self.network()
        gone = {"CidrBlock": "10.2.0.0/16", "CidrBlockState": {"State": "disassociated"}}
        network.row("Vpcs", "vpc-2").update(CidrBlock="10.3.0.0/16", CidrBlockAssociationSet=[gone])
        assert self.at(network) == (None, None)

    def test_address_in_several_other_vpcs_has_no_interface(self) -> None:
        network = self.network()
        network.add("Vpcs", VpcId="vpc-3", CidrBlock="10.2.0.0/17")
        assert self.at(network) == (None, None)

    def test_address_in_own_vpc_ignores_interfaces_of_other_vpcs(self) -> None:
        network = self.network()
        network.interface("eni-3", "10.0.1.5", "subnet-hub", ["sg-hub"], VpcId="vpc-2")
        network.row("Vpcs", "vpc-2")["CidrBlock"] = "10.0.0.0/8"
        assert self.at(network, "10.0.1.5") == (None, None)
        network.interface("eni-1", "10.0.1.5")
        assert self.at(network, "10.0.1.5") == ("eni-1", "subnet-a")

    def test_address_of_unread_interface_has_no_interface(self) -> None:
        assert self.at(self.network(), "10.2.1.6") == (None, None)


def test_endpoint_with_unread_interface_falls_back_to_its_subnets() -> None:
    network = Network()
    network.endpoint("vpce-1", "logs", ["subnet-a", "subnet-b"])
    network.rows["NetworkInterfaces"].pop()
    world = network.world()
    found = Destinations(world).of_endpoint(world.vpc_endpoints["vpce-1"])
    assert isinstance(found, tuple)
    assert [one.label for one in found] == ["vpce-1 in subnet-a", "vpce-1 in subnet-b"]
    assert all(intersect(one.addresses, ANY) and not one.choice for one in found)


def test_endpoint_address_is_unknown_without_subnet_cidr() -> None:
    network = Network()
    network.endpoint("vpce-1", "logs")
    network.rows["NetworkInterfaces"].clear()
    del network.row("Subnets", "subnet-a")["CidrBlock"]
    world = network.world()
    found = Destinations(world).of_endpoint(world.vpc_endpoints["vpce-1"])
    assert found == Missing("the addresses of subnet subnet-a", "ec2:DescribeSubnets")
