"""The embedded AWS still lacks what the table of borrowed records says: otherwise the account can hold it."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.ec2.models import ec2_backends
from moto.ram.models import ram_backends

from skerry.aws.session import ClientFactory, make_clients
from skerry.embedded.lifecycle import run_embedded_aws
from tests.apply.test_scenarios_applied import BORROWED
from tests.faulty_accounts import REGION
from tests.loading import reasons

OWNER = "999988887777"

pytestmark = pytest.mark.long  # an account is built


class Lacking(NamedTuple):
    """An account with a VPC, a subnet, a cluster and a task definition."""

    clients: ClientFactory
    vpc: str
    subnet: str
    definition: str


@pytest.fixture(scope="module")
def account() -> Iterator[Lacking]:
    with run_embedded_aws(REGION):
        clients = make_clients(REGION)
        ec2, ecs = clients("ec2"), clients("ecs")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        ecs.create_cluster(clusterName="demo")
        container = {"name": "web", "image": "web:1", "memory": 128}
        definition = ecs.register_task_definition(family="web", networkMode="awsvpc", containerDefinitions=[container])[
            "taskDefinition"
        ]["taskDefinitionArn"]
        yield Lacking(clients, vpc, subnet, definition)


def has_no(call: Callable[..., Any], **parameters: Any) -> bool:
    """Tell whether the embedded AWS lacks a call."""
    try:
        call(**parameters)
    except NotImplementedError:
        return True
    return False


def no_public_access_calls(account: Lacking) -> bool:
    ec2 = account.clients("ec2")
    return has_no(
        ec2.modify_vpc_block_public_access_options, InternetGatewayBlockMode="block-bidirectional"
    ) and has_no(
        ec2.create_vpc_block_public_access_exclusion, VpcId=account.vpc, InternetGatewayExclusionMode="allow-egress"
    )


def no_firewall_groups(account: Lacking) -> bool:
    return has_no(
        account.clients("route53resolver").create_firewall_rule_group, Name="closed", CreatorRequestId="closed"
    )


def no_profiles(account: Lacking) -> bool:
    return has_no(account.clients("route53profiles").create_profile, Name="shared", ClientToken="shared")


def no_external_services(account: Lacking) -> bool:
    ecs = account.clients("ecs")
    with pytest.raises(ClientError) as caught:
        ecs.create_service(cluster="demo", serviceName="own", launchType="EXTERNAL", taskDefinition=account.definition)
    return "launch type should be one of [EC2,FARGATE]" in str(caught.value)


def no_s3_files(account: Lacking) -> bool:
    call = account.clients("s3files").create_file_system
    return has_no(call, bucket="data", roleArn="arn:aws:iam::123456789012:role/files")


def no_propagated_routes(account: Lacking) -> bool:
    return has_no(account.clients("ec2").enable_vgw_route_propagation, GatewayId="vgw-1", RouteTableId="rtb-1")


def no_regional_gateways(account: Lacking) -> bool:
    with pytest.raises(ClientError) as caught:
        account.clients("ec2").create_nat_gateway(AvailabilityMode="regional", VpcId=account.vpc)
    return bool(caught.value.response["Error"]["Code"] == "InvalidSubnetID.NotFound")


def no_digests(account: Lacking) -> bool:
    ecs = account.clients("ecs")
    network = {"awsvpcConfiguration": {"subnets": [account.subnet]}}
    service = ecs.create_service(
        cluster="demo",
        serviceName="web",
        launchType="FARGATE",
        taskDefinition=account.definition,
        networkConfiguration=network,
        desiredCount=1,
    )["service"]
    [row] = service["currentServiceRevisions"]
    [revision] = ecs.describe_service_revisions(serviceRevisionArns=[row["arn"]])["serviceRevisions"]
    return all("imageDigest" not in image for image in revision["containerImages"])


def no_stopped_tasks(account: Lacking) -> bool:
    """The service of a subnet without any way out has no task that failed."""
    ecs = account.clients("ecs")
    return no_digests(account) and ecs.list_tasks(cluster="demo", desiredStatus="STOPPED")["taskArns"] == []


def no_shared_subnets(account: Lacking) -> bool:
    # No credentials of another account exist here.
    backend = ec2_backends[OWNER][REGION]
    vpc = backend.create_vpc("10.1.0.0/16")
    subnet = backend.create_subnet(vpc.id, "10.1.0.0/24", availability_zone=f"{REGION}a")
    arn = f"arn:aws:ec2:{REGION}:{OWNER}:subnet/{subnet.id}"
    ram_backends[OWNER][REGION].create_resource_share(
        name="network", resourceArns=[arn], principals=["123456789012"], allowExternalPrincipals=True
    )
    seen = account.clients("ec2").describe_subnets()["Subnets"]
    return subnet.id not in {row["SubnetId"] for row in seen}


def no_states_of_blocks(account: Lacking) -> bool:
    block = {"Ipv6Native": True, "Ipv6CidrBlock": "2a05:d018:1:2::/64"}
    subnet = account.clients("ec2").create_subnet(VpcId=account.vpc, **block)["Subnet"]
    [row] = subnet["Ipv6CidrBlockAssociationSet"]
    return bool(row["Ipv6CidrBlockState"]["State"] != "associated")


def no_other_zones(_account: Lacking) -> bool:
    """Neither a Local Zone, nor the zone of us-west-1 without Fargate."""
    rows = [
        row
        for region in ("us-west-1", "us-west-2")
        for row in boto3.client("ec2", region_name=region).describe_availability_zones()["AvailabilityZones"]
    ]
    return not {row["ZoneId"] for row in rows} & {"usw2-lax1-az1", "usw1-az2"}


PROBES: dict[str, Callable[[Lacking], bool]] = {
    reasons.PUBLIC_ACCESS: no_public_access_calls,
    reasons.DNS_FIREWALL: no_firewall_groups,
    reasons.PROFILES: no_profiles,
    reasons.EXTERNAL_INSTANCES: no_external_services,
    reasons.S3_FILES: no_s3_files,
    reasons.PROPAGATED_ROUTES: no_propagated_routes,
    reasons.REGIONAL_NAT: no_regional_gateways,
    reasons.REVISIONS: no_digests,
    reasons.STOPPED_TASKS: no_stopped_tasks,
    reasons.SHARED_SUBNET: no_shared_subnets,
    reasons.IPV6_SUBNET: no_states_of_blocks,
    reasons.ABSENT_ZONES: no_other_zones,
}


def test_embedded_aws_still_lacks_the_calls_of_borrowed_records(account: Lacking) -> None:
    assert {*PROBES} == {reason for reason, row in BORROWED.items() if "missing" in row}
    assert [reason for reason, lacks in PROBES.items() if not lacks(account)] == []
