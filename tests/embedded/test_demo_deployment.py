"""The article's service is isolated and cannot start; the repair opens the paths that it needs."""

import json
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from skerry.aws.session import ClientFactory
from skerry.embedded.demo_deployment import DemoDeployment, Repair, build, repair


@pytest.fixture(scope="module")
def deployment(aws: ClientFactory) -> DemoDeployment:
    return build(aws)


@pytest.fixture(scope="module")
def repaired(aws: ClientFactory, deployment: DemoDeployment) -> Repair:
    return repair(aws, deployment)


@pytest.fixture(scope="module")
def ec2(aws: ClientFactory) -> Any:
    return aws("ec2")


def container_of(aws: ClientFactory, deployment: DemoDeployment) -> dict[str, Any]:
    found = aws("ecs").describe_task_definition(taskDefinition=deployment.task_definition)["taskDefinition"]
    (container,) = found["containerDefinitions"]
    return dict(container)


class TestDemoNetwork:
    def test_demo_vpc_has_dns_support_and_hostnames_enabled(self, ec2: Any, deployment: DemoDeployment) -> None:
        for attribute in ("enableDnsSupport", "enableDnsHostnames"):
            found = ec2.describe_vpc_attribute(VpcId=deployment.network.vpc, Attribute=attribute)
            assert found[attribute[0].upper() + attribute[1:]] == {"Value": True}

    def test_demo_vpc_has_two_subnets_in_two_zones(self, ec2: Any, deployment: DemoDeployment) -> None:
        subnets = ec2.describe_subnets(SubnetIds=deployment.network.subnets)["Subnets"]
        assert [subnet["CidrBlock"] for subnet in subnets] == ["10.0.1.0/24", "10.0.2.0/24"]
        assert len({subnet["AvailabilityZone"] for subnet in subnets}) == 2

    def test_demo_route_table_has_only_the_local_route(self, ec2: Any, deployment: DemoDeployment) -> None:
        only = [{"Name": "association.subnet-id", "Values": list(deployment.network.subnets)}]
        (table,) = ec2.describe_route_tables(Filters=only)["RouteTables"]
        assert table["RouteTableId"] == deployment.network.route_table
        (route,) = (route for route in table["Routes"] if "DestinationCidrBlock" in route)
        assert (route["DestinationCidrBlock"], route["GatewayId"]) == ("10.0.0.0/16", "local")

    def test_task_security_group_allows_all_outbound_and_no_inbound(self, ec2: Any, deployment: DemoDeployment) -> None:
        (group,) = ec2.describe_security_groups(GroupIds=[deployment.network.task_group])["SecurityGroups"]
        assert group["IpPermissions"] == []
        (rule,) = group["IpPermissionsEgress"]
        assert (rule["IpProtocol"], rule["IpRanges"]) == ("-1", [{"CidrIp": "0.0.0.0/0"}])


class TestDemoService:
    def test_demo_service_runs_on_fargate_in_both_subnets(self, aws: ClientFactory, deployment: DemoDeployment) -> None:
        asked = {"cluster": deployment.cluster, "services": [deployment.service]}
        (service,) = aws("ecs").describe_services(**asked)["services"]
        assert (service["launchType"], service["platformVersion"]) == ("FARGATE", "LATEST")
        assert (service["desiredCount"], service["taskDefinition"]) == (2, deployment.task_definition)
        assert service["networkConfiguration"]["awsvpcConfiguration"] == {
            "subnets": list(deployment.network.subnets),
            "securityGroups": [deployment.network.task_group],
            "assignPublicIp": "DISABLED",
        }

    def test_demo_task_definition_requires_fargate(self, aws: ClientFactory, deployment: DemoDeployment) -> None:
        found = aws("ecs").describe_task_definition(taskDefinition=deployment.task_definition)
        definition = found["taskDefinition"]
        assert definition["requiresCompatibilities"] == ["FARGATE"]
        assert (definition["networkMode"], definition["cpu"], definition["memory"]) == (
            "awsvpc",
            "256",
            "512",
        )

    def test_demo_image_exists_in_private_ecr_repository(self, aws: ClientFactory, deployment: DemoDeployment) -> None:
        image = container_of(aws, deployment)["image"]
        assert image == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1.0"
        found = aws("ecr").describe_images(repositoryName="web", imageIds=[{"imageTag": "1.0"}])
        assert len(found["imageDetails"]) == 1

    def test_demo_container_reads_a_json_key_of_a_secret(self, aws: ClientFactory, deployment: DemoDeployment) -> None:
        (secret,) = container_of(aws, deployment)["secrets"]
        assert secret["valueFrom"] == f"{deployment.secret}:password::"
        value = aws("secretsmanager").get_secret_value(SecretId=deployment.secret)["SecretString"]
        assert "password" in json.loads(value)

    def test_demo_container_logs_to_an_existing_log_group(self, aws: ClientFactory, deployment: DemoDeployment) -> None:
        logging = container_of(aws, deployment)["logConfiguration"]
        assert (logging["logDriver"], logging["options"]["awslogs-region"]) == ("awslogs", "eu-west-1")
        name = logging["options"]["awslogs-group"]
        (group,) = aws("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        assert group["logGroupName"] == name

    def test_demo_execution_role_allows_reading_the_secret(
        self, aws: ClientFactory, deployment: DemoDeployment
    ) -> None:
        found = aws("ecs").describe_task_definition(taskDefinition=deployment.task_definition)
        role = found["taskDefinition"]["executionRoleArn"].rpartition("/")[2]
        policy = aws("iam").get_role_policy(RoleName=role, PolicyName="start")["PolicyDocument"]
        allowed = {(s["Action"], s["Resource"]) for s in policy["Statement"] if isinstance(s["Action"], str)}
        assert ("secretsmanager:GetSecretValue", deployment.secret) in allowed

    def test_demo_stopped_task_reports_secrets_manager_connection_issue(
        self, aws: ClientFactory, deployment: DemoDeployment
    ) -> None:
        asked = {"cluster": deployment.cluster, "tasks": [deployment.stopped_task]}
        (task,) = aws("ecs").describe_tasks(**asked)["tasks"]
        assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
        assert task["stoppedReason"].startswith(
            "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret "
            "from asm: There is a connection issue between the task and AWS Secrets Manager."
        )
        assert f" failed to fetch secret {deployment.secret} from secrets manager: " in task["stoppedReason"]


class TestRepair:
    def test_repair_allows_https_from_each_private_subnet(self, ec2: Any, repaired: Repair) -> None:
        (group,) = ec2.describe_security_groups(GroupIds=[repaired.endpoint_group])["SecurityGroups"]
        (rule,) = group["IpPermissions"]
        assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)
        assert [each["CidrIp"] for each in rule["IpRanges"]] == ["10.0.1.0/24", "10.0.2.0/24"]

    def test_repair_creates_four_interface_endpoints_in_both_subnets(
        self, ec2: Any, deployment: DemoDeployment, repaired: Repair
    ) -> None:
        found = ec2.describe_vpc_endpoints(VpcEndpointIds=repaired.interface_endpoints)["VpcEndpoints"]
        names = {endpoint["ServiceName"].removeprefix("com.amazonaws.eu-west-1.") for endpoint in found}
        assert names == {"ecr.api", "ecr.dkr", "secretsmanager", "logs"}
        for endpoint in found:
            assert (endpoint["State"], endpoint["PrivateDnsEnabled"]) == ("available", True)
            assert endpoint["SubnetIds"] == list(deployment.network.subnets)
            assert [group["GroupId"] for group in endpoint["Groups"]] == [repaired.endpoint_group]

    def test_repair_gives_each_endpoint_an_address_in_each_subnet(
        self, ec2: Any, deployment: DemoDeployment, repaired: Repair
    ) -> None:
        only = [{"Name": "group-id", "Values": [repaired.endpoint_group]}]
        interfaces = ec2.describe_network_interfaces(Filters=only)["NetworkInterfaces"]
        subnets = ec2.describe_subnets(SubnetIds=deployment.network.subnets)["Subnets"]
        for subnet in subnets:
            network = IPv4Network(subnet["CidrBlock"])
            found = {IPv4Address(each["PrivateIpAddress"]) for each in interfaces}
            assert len([address for address in found if address in network]) == 4

    def test_repair_routes_s3_through_a_gateway_endpoint(
        self, ec2: Any, deployment: DemoDeployment, repaired: Repair
    ) -> None:
        (table,) = ec2.describe_route_tables(RouteTableIds=[deployment.network.route_table])["RouteTables"]
        (route,) = (r for r in table["Routes"] if r.get("GatewayId") == repaired.gateway_endpoint)
        (prefixes,) = ec2.describe_managed_prefix_lists(
            Filters=[{"Name": "prefix-list-id", "Values": [route["DestinationPrefixListId"]]}]
        )["PrefixLists"]
        assert prefixes["PrefixListName"] == "com.amazonaws.eu-west-1.s3"


def test_demo_output_lists_every_created_resource(deployment: DemoDeployment, repaired: Repair) -> None:
    network = deployment.network
    told = "\n".join((*deployment.lines, *repaired.lines))
    for made in (network.vpc, *network.subnets, network.route_table, network.task_group, deployment.secret):
        assert made in told
    for made in (*repaired.interface_endpoints, repaired.gateway_endpoint):
        assert made in told
    first = f"created security group {repaired.endpoint_group} (443 from 10.0.1.0/24, 10.0.2.0/24)"
    assert repaired.lines[0] == first
