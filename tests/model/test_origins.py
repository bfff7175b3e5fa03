"""The place where a resource is written: looked up by id or ARN, and never guessed."""

from typing import ClassVar

import pytest
from msgspec.structs import replace

from skerry.model.facts import Facts
from skerry.model.origins import Origin
from skerry.model.world import World
from tests.networks import ACCOUNT, DEFINITION, REGION, VPC, Network

NETWORK = "network.json"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"


def world_of(network: Network) -> World:
    """A World whose Region and account are known."""
    network.service()
    return network.world()


class TestPlace:
    def test_place_is_the_document_without_a_file(self) -> None:
        assert Origin(NETWORK, f"{EC2}:subnet/subnet-a").place == NETWORK

    def test_place_is_the_file_and_line_with_the_address(self) -> None:
        origin = Origin("plan.json", None, "aws_subnet.a", "network.tf", 12)
        assert origin.place == "aws_subnet.a in network.tf:12"
        assert replace(origin, column=3).place == "aws_subnet.a in network.tf:12:3"
        assert replace(origin, line=None).place == "aws_subnet.a in network.tf"

    def test_place_is_the_address_if_nothing_else_is_known(self) -> None:
        assert Origin(None, None, "aws_subnet.a").place == "aws_subnet.a"

    def test_arn_alone_is_no_place(self) -> None:
        assert Origin(None, f"{EC2}:subnet/subnet-a").place is None


class TestArn:
    @pytest.mark.parametrize(
        ("resource", "arn"),
        [
            ("subnet-a", "subnet/subnet-a"),
            ("sg-task", "security-group/sg-task"),
            ("vgw-1", "vpn-gateway/vgw-1"),
            ("eigw-1", "egress-only-internet-gateway/eigw-1"),
        ],
    )
    def test_arn_of_ec2_resource_names_region_and_account(self, resource: str, arn: str) -> None:
        origin = world_of(Network()).origin_of(resource)
        assert origin is not None
        assert origin.arn == f"{EC2}:{arn}"

    @pytest.mark.parametrize("key", ["TransitGateways", "VpcPeeringConnections"])
    def test_arn_of_what_two_accounts_may_share_is_unknown(self, key: str) -> None:
        network = Network()
        name = {"TransitGateways": "tgw-1", "VpcPeeringConnections": "pcx-1"}[key]
        network.add(key, **{f"{key[:-1]}Id": name})
        assert world_of(network).origin_of(name) == Origin(NETWORK, None)

    def test_arn_uses_the_partition_of_the_services(self) -> None:
        network = Network()
        network.service(serviceArn=f"arn:aws-cn:ecs:cn-north-1:{ACCOUNT}:service/shop/web", serviceName="cn")
        arn = f"arn:aws-cn:ec2:cn-north-1:{ACCOUNT}:security-group/sg-task"
        assert network.world("cn-north-1").origin_of("sg-task") == Origin(NETWORK, arn)

    @pytest.mark.parametrize("key", ["VpcEndpoints", "Subnets", "Vpcs"])
    def test_arn_of_a_shared_resource_names_its_owner(self, key: str) -> None:
        network = Network()
        network.endpoint("vpce-1", "ecr.api")
        row = network.rows[key][-1]
        row["OwnerId"] = "444455556666"
        name = {"VpcEndpoints": "vpce-1", "Subnets": row.get("SubnetId"), "Vpcs": VPC}[key]
        origin = world_of(network).origin_of(str(name))
        assert origin is not None
        assert (origin.arn or "").split(":")[4] == "444455556666"

    def test_arn_is_unknown_without_region_or_account(self) -> None:
        facts = replace(Network().world().facts, region=REGION, account=ACCOUNT)
        assert World(facts).origin_of("rtb-main") == Origin(NETWORK, f"{EC2}:route-table/rtb-main")
        assert World(replace(facts, account=None)).origin_of("rtb-main") == Origin(NETWORK, None)
        assert World(replace(facts, region=None)).origin_of("rtb-main") == Origin(NETWORK, None)

    def test_arn_of_an_unread_resource_has_no_document(self) -> None:
        assert world_of(Network()).origin_of("sg-9") == Origin(None, f"{EC2}:security-group/sg-9")


class TestDocument:
    def test_origin_of_an_arn_is_its_record(self) -> None:
        network = Network()
        network.definition()
        assert world_of(network).origin_of(DEFINITION) == Origin(NETWORK, DEFINITION)

    def test_origin_of_a_private_zone_has_no_arn(self) -> None:
        network = Network()
        network.zone("example.com", zone_id="Z1")
        assert world_of(network).origin_of("Z1") == Origin(NETWORK, None)

    def test_name_of_a_record_without_an_id_is_no_origin(self) -> None:
        # A service may have the name of a capacity provider.
        network = Network()
        network.add("capacityProviders", name="web")
        assert world_of(network).origin_of("web") is None

    @pytest.mark.parametrize("resource", ["", "1.4.0", "web:1", "https://example.com"])
    def test_text_that_is_no_resource_has_no_origin(self, resource: str) -> None:
        network = Network()
        network.definition()
        assert world_of(network).origin_of(resource) is None

    def test_origin_is_unknown_without_an_index(self) -> None:
        assert World(Facts()).origin_of("subnet-a") is None

    def test_origin_is_the_same_object_for_every_question(self) -> None:
        world = world_of(Network())
        assert world.origin_of("subnet-a") is world.origin_of("subnet-a")


class TestSecret:
    ASKED: ClassVar = {"SecretId": SECRET}

    def test_origin_of_a_secret_is_its_description(self) -> None:
        network = Network()
        network.call("secretsmanager:DescribeSecret", self.ASKED, {"ARN": SECRET})
        assert world_of(network).origin_of(SECRET) == Origin(NETWORK, SECRET)

    def test_policy_of_a_secret_is_not_its_origin(self) -> None:
        network = Network()
        network.call("secretsmanager:GetResourcePolicy", self.ASKED, {"ARN": SECRET})
        assert world_of(network).origin_of(SECRET) == Origin(None, SECRET)

    def test_missing_secret_has_no_document(self) -> None:
        network = Network()
        call = {"operation": "secretsmanager:DescribeSecret", "parameters": self.ASKED}
        network.add("Calls", Call=call, Error={"Code": "ResourceNotFoundException"})
        assert world_of(network).origin_of(SECRET) == Origin(None, SECRET)
