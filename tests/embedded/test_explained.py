"""Every error of the embedded AWS has an explanation of the right class: as the AWS CLI prints it, from real calls."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from skerry.aws.session import ClientFactory
from skerry.errortext.explain import explain
from tests.embedded.conftest import REGION
from tests.embedded.raising_lines import OF_RULES, record_raising_lines, unprovoked

ECR_API = f"com.amazonaws.{REGION}.ecr.api"
S3 = f"com.amazonaws.{REGION}.s3"
RULE = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}]
ENTRY = {"Protocol": "-1", "RuleAction": "allow", "Egress": False, "CidrBlock": "0.0.0.0/0"}
LAYER = f"sha256:{0:064}"
GENERIC = "aws-error"
_CLASSES = {"no-addresses": "capacity", "layer-missing": "image", "ecr-repository-missing": "image"}


class Provoked(NamedTuple):
    """A call that fails, with the code of the error and the rule that explains it."""

    service: str
    method: str
    parameters: dict[str, Any]
    code: str
    rule: str = GENERIC


class Site(NamedTuple):
    """A VPC with two subnets in one zone, and an endpoint for each kind."""

    vpc: str
    without_names: str
    subnet: str
    second: str
    full: str
    group: str
    table: str
    acl: str


def build(ec2: Any, ecr: Any) -> Site:
    """Make the resources that the calls conflict with."""
    vpc, without_names = (ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _ in range(2))
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet, second, full = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=f"{REGION}a")["Subnet"]["SubnetId"]
        for block in ("10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/28")
    )
    group = ec2.create_security_group(GroupName="own", Description="own", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=RULE)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    acls = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=ECR_API, VpcEndpointType="Interface", SubnetIds=[subnet])
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=S3, RouteTableIds=[table])
    while ec2.describe_subnets(SubnetIds=[full])["Subnets"][0]["AvailableIpAddressCount"]:
        ec2.create_network_interface(SubnetId=full)
    ecr.create_repository(repositoryName="app")
    return Site(vpc, without_names, subnet, second, full, group, table, acls[0]["NetworkAclId"])


def calls_about_endpoints(site: Site) -> Iterator[Provoked]:
    """Yield calls of plans that AWS refuses, and reads of endpoints that do not exist."""
    interface = {"VpcEndpointType": "Interface", "VpcId": site.vpc, "ServiceName": f"com.amazonaws.{REGION}.logs"}

    def made(code: str, rule: str, **changed: Any) -> Provoked:
        return Provoked("ec2", "create_vpc_endpoint", interface | changed, code, rule)

    yield made("InvalidServiceName", "endpoint-service-unknown", ServiceName=f"com.amazonaws.{REGION}.nothing")
    yield made("InvalidParameter", "endpoint-wrong-type", VpcEndpointType="Gateway")
    yield made("InvalidPolicyDocument", "endpoint-policy-document", PolicyDocument="{")
    yield made("InvalidGroup.NotFound", "ec2-id-unknown", SecurityGroupIds=["sg-0123"])
    yield made("InvalidSubnetID.NotFound", "ec2-id-unknown", SubnetIds=["subnet-0123"])
    yield made("InvalidVpcID.NotFound", "ec2-id-unknown", VpcId="vpc-0123")
    yield made("DuplicateSubnetsInSameZone", "endpoint-subnets-in-one-zone", SubnetIds=[site.subnet, site.second])
    yield made("InvalidParameter", "endpoint-dns-attributes", VpcId=site.without_names)
    yield made("InvalidParameter", "endpoint-private-dns-conflict", ServiceName=ECR_API)
    gateway = {"VpcEndpointType": "Gateway", "ServiceName": S3, "RouteTableIds": [site.table]}
    yield made("RouteAlreadyExists", "endpoint-route-exists", **gateway)
    missing = {"VpcEndpointId": "vpce-0123", "PrivateDnsEnabled": True}
    yield Provoked("ec2", "modify_vpc_endpoint", missing, "InvalidVpcEndpointId.NotFound", "ec2-id-unknown")


def calls_about_networks(site: Site) -> Iterator[Provoked]:
    """Yield calls of plans about groups, ACLs, routes and subnets that EC2 refuses, and reads of unknown ids."""

    def called(method: str, code: str, rule: str = GENERIC, **parameters: Any) -> Provoked:
        return Provoked("ec2", method, parameters, code, rule)

    group, acl, table = {"GroupId": site.group}, {"NetworkAclId": site.acl}, {"RouteTableId": site.table}
    route = {"DestinationCidrBlock": "192.0.2.0/24"}
    yield called(
        "authorize_security_group_ingress", "InvalidPermission.Duplicate", "ec2-exists", IpPermissions=RULE, **group
    )
    yield called(
        "revoke_security_group_egress", "InvalidPermission.NotFound", "ec2-rule-missing", IpPermissions=RULE, **group
    )
    yield called(
        "create_security_group",
        "InvalidGroup.Duplicate",
        "ec2-exists",
        GroupName="own",
        Description="x",
        VpcId=site.vpc,
    )
    yield called("delete_security_group", "InvalidGroup.NotFound", "ec2-id-unknown", GroupId="sg-0123")
    yield called(
        "create_network_acl_entry", "NetworkAclEntryAlreadyExists", "ec2-exists", RuleNumber=100, **acl, **ENTRY
    )
    yield called(
        "create_network_acl_entry",
        "InvalidNetworkAclID.NotFound",
        "ec2-id-unknown",
        RuleNumber=1,
        NetworkAclId="acl-1",
        **ENTRY,
    )
    yield called("delete_route", "InvalidRoute.NotFound", "ec2-rule-missing", **table, **route)
    yield called("replace_route", "InvalidParameterValue", "ec2-rule-missing", GatewayId="local", **table, **route)
    yield called(
        "create_route",
        "InvalidRouteTableID.NotFound",
        "ec2-id-unknown",
        RouteTableId="rtb-1",
        GatewayId="igw-1",
        **route,
    )
    yield called(
        "create_subnet", "InvalidSubnet.Conflict", "ec2-cidr-conflict", VpcId=site.vpc, CidrBlock="10.0.1.0/24"
    )
    yield called("create_subnet", "InvalidSubnet.Range", "ec2-cidr-conflict", VpcId=site.vpc, CidrBlock="10.9.1.0/24")
    yield called("create_vpc", "InvalidVpc.Range", "ec2-cidr-conflict", CidrBlock="10.0.0.0/8")
    yield called("create_network_interface", "InsufficientFreeAddressesInSubnet", "no-addresses", SubnetId=site.full)
    yield called(
        "describe_dhcp_options", "InvalidDhcpOptionID.NotFound", "ec2-id-unknown", DhcpOptionsIds=["dopt-0123"]
    )
    yield called("describe_instances", "InvalidInstanceID.NotFound", "ec2-id-unknown", InstanceIds=["i-0123"])
    yield called(
        "describe_network_interfaces",
        "InvalidNetworkInterfaceID.NotFound",
        "ec2-id-unknown",
        NetworkInterfaceIds=["eni-1"],
    )
    yield called(
        "describe_vpc_attribute", "InvalidVpcID.NotFound", "ec2-id-unknown", VpcId="vpc-1", Attribute="enableDnsSupport"
    )


def calls_about_tasks() -> Iterator[Provoked]:
    """Yield calls about clusters, task definitions, their resources and prices that do not exist."""
    cluster, gone = {"cluster": "none"}, "ResourceNotFoundException"
    for method, more in (
        ("list_tasks", {}),
        ("run_task", {"taskDefinition": "x"}),
        ("update_service", {"service": "x"}),
    ):
        yield Provoked("ecs", method, cluster | more, "ClusterNotFoundException", "no-such-thing")
    yield Provoked("ecs", "describe_task_definition", {"taskDefinition": "none"}, "ClientException")
    yield Provoked(
        "ecr", "describe_images", {"repositoryName": "none"}, "RepositoryNotFoundException", "ecr-repository-missing"
    )
    images = {"repositoryName": "app", "registryId": "999999999999", "imageIds": [{"imageTag": "1"}]}
    yield Provoked("ecr", "batch_get_image", images, "RepositoryNotFoundException", "ecr-repository-missing")
    layer = {"repositoryName": "app", "layerDigest": LAYER}
    yield Provoked("ecr", "get_download_url_for_layer", layer, "LayersNotFoundException", "layer-missing")
    yield Provoked("secretsmanager", "get_resource_policy", {"SecretId": "none"}, gone)
    yield Provoked("secretsmanager", "get_secret_value", {"SecretId": "none"}, gone, "secret-missing")
    yield Provoked("ssm", "get_parameter", {"Name": "none"}, "ParameterNotFound")
    yield Provoked(
        "logs", "create_log_stream", {"logGroupName": "none", "logStreamName": "x"}, gone, "log-group-missing"
    )
    yield Provoked("iam", "get_role", {"RoleName": "none"}, "NoSuchEntity")
    yield Provoked("s3", "get_bucket_policy", {"Bucket": "none"}, "NoSuchBucket")
    yield Provoked("kms", "list_grants", {"KeyId": "none"}, "NotFoundException")
    file_system = {"FileSystemId": "fs-0123"}
    yield Provoked("efs", "describe_file_system_policy", file_system, "FileSystemNotFound")
    yield Provoked("efs", "describe_access_points", file_system, "FileSystemNotFound")
    yield Provoked("efs", "describe_mount_targets", file_system, "FileSystemNotFound", "efs-bad-volume")
    yield Provoked(
        "route53", "list_resource_record_sets", {"HostedZoneId": "Z1"}, "NoSuchHostedZone", "hosted-zone-missing"
    )
    yield Provoked("events", "list_targets_by_rule", {"Rule": "none"}, gone)
    yield Provoked("scheduler", "get_schedule", {"Name": "none"}, gone)
    yield Provoked("organizations", "describe_organization", {}, "AWSOrganizationsNotInUseException")
    yield Provoked("pricing", "get_products", {"ServiceCode": "None"}, "InvalidParameterException")
    page = {"ServiceCode": "AmazonEC2", "NextToken": "none"}
    yield Provoked("pricing", "get_products", page, "InvalidNextTokenException")


def fail(aws: ClientFactory, call: Provoked) -> ClientError:
    """Return the error of a call that must fail."""
    with pytest.raises(ClientError) as caught:
        getattr(aws(call.service), call.method)(**call.parameters)
    return caught.value


@pytest.fixture
def raising() -> Iterator[set[tuple[str, int]]]:
    with record_raising_lines() as lines:
        yield lines


def test_every_error_of_the_embedded_aws_is_explained(aws: ClientFactory, raising: set[tuple[str, int]]) -> None:
    site = build(aws("ec2"), aws("ecr"))
    wrong = []
    for call in (*calls_about_endpoints(site), *calls_about_networks(site), *calls_about_tasks()):
        error = fail(aws, call)
        # As the AWS CLI prints it.
        [answer] = explain(f"\n{error}\n") or [None]
        code = error.response["Error"]["Code"]
        expected = (call.code, call.rule, _CLASSES.get(call.rule, "configuration"))
        if (code, answer and answer.rule, answer and answer.kind) != expected:
            wrong.append((str(error), answer, expected))
    assert wrong == []
    assert unprovoked(raising, lambda file: file not in OF_RULES) == set()
