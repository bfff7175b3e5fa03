"""The deployment of the article: a Fargate service in isolated subnets that cannot start, and the cure.

Both are made through ordinary calls of boto3, as they would be made on AWS.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from skerry.embedded.ecs import fail_a_task

VPC_CIDR = "10.0.0.0/16"
SUBNET_CIDRS = ("10.0.1.0/24", "10.0.2.0/24")
INTERFACE_ENDPOINTS = ("ecr.api", "ecr.dkr", "secretsmanager", "logs")
CLUSTER, SERVICE, LOG_GROUP, TAG = "article", "web", "/ecs/web", "1.0"

# The error text of ECS for a task that cannot reach Secrets Manager, the first service called, from public reports.
_REASON = (
    "ResourceInitializationError: unable to pull secrets or registry auth: "
    "unable to retrieve secret from asm: "
    "There is a connection issue between the task and AWS Secrets Manager. "
    "Check your task network configuration. "
    "failed to fetch secret {secret} from secrets manager: operation error Secrets Manager: GetSecretValue, "
    "https response error StatusCode: 0, RequestID: , canceled, context deadline exceeded"
)

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


class DemoNetwork(msgspec.Struct, frozen=True):
    """The article's network: a VPC, isolated subnets with their route table, the tasks' security group."""

    vpc: str
    subnets: tuple[str, ...]
    route_table: str
    task_group: str


class DemoDeployment(msgspec.Struct, frozen=True):
    """The resources that ``build`` created: their ids, and ``lines`` for a reader."""

    network: DemoNetwork
    cluster: str
    service: str
    task_definition: str
    secret: str
    stopped_task: str
    lines: tuple[str, ...]


class Repair(msgspec.Struct, frozen=True):
    """The resources that ``repair`` created: their ids, and ``lines`` for a reader."""

    endpoint_group: str
    interface_endpoints: tuple[str, ...]
    gateway_endpoint: str
    lines: tuple[str, ...]


def build(client: Callable[[str], Any]) -> DemoDeployment:
    """Create the article's network and service, and one task of the service that could not start."""
    network = _network(client("ec2"))
    image = _image(client("ecr"))
    client("logs").create_log_group(logGroupName=LOG_GROUP)
    secret = _secret(client("secretsmanager"))
    role = _role(client("iam"), secret)
    ecs = client("ecs")
    definition = _task_definition(ecs, image, secret, role)
    _service(ecs, network, definition)
    task = fail_a_task(ecs, CLUSTER, SERVICE, _REASON.format(secret=secret))
    lines = (
        f"created VPC {network.vpc} ({VPC_CIDR}) with DNS support and DNS hostnames",
        *(f"created subnet {s} ({cidr})" for s, cidr in zip(network.subnets, SUBNET_CIDRS, strict=True)),
        f"created route table {network.route_table} for both subnets, with no route out of the VPC",
        f"created security group {network.task_group} for the tasks (out: all, in: none)",
        f"pushed image {image}",
        f"created secret {secret}",
        f"created service {SERVICE} in cluster {CLUSTER} (Fargate, 2 tasks, no public addresses)",
    )
    return DemoDeployment(network, CLUSTER, SERVICE, definition, secret, task, lines)


def repair(client: Callable[[str], Any], deployment: DemoDeployment) -> Repair:
    """Give the article's subnets a private path to each service that its tasks call while they start."""
    ec2 = client("ec2")
    network = deployment.network
    group = _endpoint_group(ec2, network)
    endpoints = [_interface_endpoint(ec2, network, group, name) for name in INTERFACE_ENDPOINTS]
    gateway = _gateway_endpoint(ec2, network)
    lines = (
        f"created security group {group} (443 from {', '.join(SUBNET_CIDRS)})",
        *(f"created {e} ({name})" for e, name in zip(endpoints, INTERFACE_ENDPOINTS, strict=True)),
        f"created {gateway} (s3, gateway) on {network.route_table}",
    )
    return Repair(group, tuple(endpoints), gateway, lines)


def _network(ec2: Any) -> DemoNetwork:
    vpc: str = ec2.create_vpc(CidrBlock=VPC_CIDR, TagSpecifications=_named("vpc", "article"))["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": True})
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    zones = sorted(zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"])
    subnets = tuple(_subnet(ec2, vpc, cidr, zone) for cidr, zone in zip(SUBNET_CIDRS, zones, strict=False))
    tags = _named("route-table", "article-private")
    table: str = ec2.create_route_table(VpcId=vpc, TagSpecifications=tags)["RouteTable"]["RouteTableId"]
    for subnet in subnets:
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    # A new security group lets everything out and nothing in.
    group = _group(ec2, vpc, "web-tasks", "The tasks of the service web")
    return DemoNetwork(vpc, subnets, table, group)


def _subnet(ec2: Any, vpc: str, cidr: str, zone: str) -> str:
    tags = _named("subnet", f"article-private-{zone}")
    made = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone, TagSpecifications=tags)
    subnet: str = made["Subnet"]["SubnetId"]
    return subnet


def _group(ec2: Any, vpc: str, name: str, description: str) -> str:
    tags = _named("security-group", name)
    parameters = {"GroupName": name, "Description": description, "VpcId": vpc, "TagSpecifications": tags}
    group: str = ec2.create_security_group(**parameters)["GroupId"]
    return group


def _named(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def _image(ecr: Any) -> str:
    uri: str = ecr.create_repository(repositoryName=SERVICE)["repository"]["repositoryUri"]
    # https://github.com/opencontainers/image-spec/blob/main/config.md
    about = {"architecture": "amd64", "os": "linux", "config": {"Env": ["PORT=8080"]}, "rootfs": {"type": "layers"}}
    config, layer = _layer(ecr, json.dumps(about).encode()), _layer(ecr, b"an example")
    manifest = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": [layer]}
    ecr.put_image(
        repositoryName=SERVICE,
        imageTag=TAG,
        imageManifest=json.dumps(manifest),
        imageManifestMediaType=_MANIFEST,
    )
    return f"{uri}:{TAG}"


def _layer(ecr: Any, content: bytes) -> dict[str, Any]:
    """Push a layer: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UploadLayerPart.html."""
    upload = ecr.initiate_layer_upload(repositoryName=SERVICE)["uploadId"]
    ecr.upload_layer_part(
        repositoryName=SERVICE,
        uploadId=upload,
        partFirstByte=0,
        partLastByte=len(content) - 1,
        layerPartBlob=content,
    )
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    ecr.complete_layer_upload(repositoryName=SERVICE, uploadId=upload, layerDigests=[digest])
    return {"size": len(content), "digest": digest}


def _secret(secrets_manager: Any) -> str:
    value = json.dumps({"username": "web", "password": "an example"})
    arn: str = secrets_manager.create_secret(Name="web/database", SecretString=value)["ARN"]
    return arn


def _role(iam: Any, secret: str) -> str:
    """Create the execution role: the actions of AmazonECSTaskExecutionRolePolicy, and the secret.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    """
    tasks = {"Service": "ecs-tasks.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": tasks, "Action": "sts:AssumeRole"}
    start = [
        "ecr:GetAuthorizationToken",
        "ecr:BatchCheckLayerAvailability",
        "ecr:GetDownloadUrlForLayer",
        "ecr:BatchGetImage",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    ]
    allowed: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": start, "Resource": "*"},
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret},
    ]
    name = "web-execution"
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy([trust]))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="start", PolicyDocument=_policy(allowed))
    return arn


def _policy(statements: Sequence[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _task_definition(ecs: Any, image: str, secret: str, role: str) -> str:
    options = {
        "awslogs-group": LOG_GROUP,
        "awslogs-region": ecs.meta.region_name,
        "awslogs-stream-prefix": SERVICE,
    }
    container = {
        "name": SERVICE,
        "image": image,
        "essential": True,
        "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
        "secrets": [{"name": "DATABASE_PASSWORD", "valueFrom": f"{secret}:password::"}],
        "logConfiguration": {"logDriver": "awslogs", "options": options},
    }
    made = ecs.register_task_definition(
        family=SERVICE,
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        executionRoleArn=role,
        containerDefinitions=[container],
    )
    arn: str = made["taskDefinition"]["taskDefinitionArn"]
    return arn


def _service(ecs: Any, network: DemoNetwork, definition: str) -> None:
    ecs.create_cluster(clusterName=CLUSTER)
    awsvpc = {
        "subnets": network.subnets,
        "securityGroups": [network.task_group],
        "assignPublicIp": "DISABLED",
    }
    ecs.create_service(
        cluster=CLUSTER,
        serviceName=SERVICE,
        taskDefinition=definition,
        desiredCount=2,
        launchType="FARGATE",
        platformVersion="LATEST",
        networkConfiguration={"awsvpcConfiguration": awsvpc},
    )


def _endpoint_group(ec2: Any, network: DemoNetwork) -> str:
    group = _group(ec2, network.vpc, "endpoints", "HTTPS from the private subnets to the interface endpoints")
    ranges = [{"CidrIp": cidr} for cidr in SUBNET_CIDRS]
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": ranges}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[https])
    return group


def _interface_endpoint(ec2: Any, network: DemoNetwork, group: str, name: str) -> str:
    made = ec2.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=network.vpc,
        ServiceName=f"com.amazonaws.{ec2.meta.region_name}.{name}",
        SubnetIds=network.subnets,
        SecurityGroupIds=[group],
        PrivateDnsEnabled=True,
        TagSpecifications=_named("vpc-endpoint", name),
    )
    endpoint: str = made["VpcEndpoint"]["VpcEndpointId"]
    return endpoint


def _gateway_endpoint(ec2: Any, network: DemoNetwork) -> str:
    made = ec2.create_vpc_endpoint(
        VpcEndpointType="Gateway",
        VpcId=network.vpc,
        ServiceName=f"com.amazonaws.{ec2.meta.region_name}.s3",
        RouteTableIds=[network.route_table],
        TagSpecifications=_named("vpc-endpoint", "s3"),
    )
    endpoint: str = made["VpcEndpoint"]["VpcEndpointId"]
    return endpoint
