"""Sound networks with the account around them: roles, images, secrets, keys; and launches other than a service."""

import json
from typing import Any

from bench.faults.shapes import SECRET, Shape, Sound, public, two_zones
from tests import batch
from tests.holdings import CONFIGURATION, MANAGED, MANAGED_ACTIONS, Answering, image, images, secret, statement, version
from tests.networks import ACCOUNT, DEFINITION, HTTPS, REGION, allow

EXECUTION, TASK = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("execution", "web"))
REPOSITORY: dict[str, Any] = {"registryId": ACCOUNT, "repositoryName": "web"}
REPOSITORY_ARN = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/web"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0f0f0f0f-1111-2222-3333-444444444444"
READ_SECRET = statement("secretsmanager:GetSecretValue", SECRET)


class Granted(Answering, Sound):
    """A service of which AWS tells the roles, the image, the secret and the log group."""

    def furnish(self) -> None:
        """Add the answers about each resource."""
        super().furnish()
        self.rows["taskDefinitions"][0]["taskRoleArn"] = TASK
        self.add("Policies", Arn=MANAGED, PolicyVersionList=[version(statement(MANAGED_ACTIONS))])
        self.role(EXECUTION, READ_SECRET, managed=[MANAGED])
        self.role(TASK)
        self.rows["pullThroughCacheRules"] = []
        self.refuse("ecr:GetRepositoryPolicy", REPOSITORY, "RepositoryPolicyNotFoundException")
        self.refuse("ecr:GetRegistryPolicy", {}, "RegistryPolicyNotFoundException")
        self.tell("ecr:BatchGetImage", REPOSITORY, images([image("1.0", "sha256:d1")]))
        layer = REPOSITORY | {"layerDigest": CONFIGURATION}
        self.tell("ecr:GetDownloadUrlForLayer", layer, {"architecture": "amd64", "os": "linux"})
        self.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret())
        self.tell("secretsmanager:GetResourcePolicy", {"SecretId": SECRET}, {"ARN": SECRET, "Name": "db"})
        groups = {"logGroups": [{"logGroupName": "/ecs/web"}]}
        self.tell("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"}, groups)
        self.refuse("organizations:DescribeOrganization", {}, "AWSOrganizationsNotInUseException")


def granted() -> Sound:
    """Two isolated subnets with endpoints, and all that AWS tells of what the service uses."""
    network = Granted()
    network.endpoints(["subnet-a", "subnet-b"])
    network.s3_gateway()
    return network


def granted_nat() -> Sound:
    """Two private subnets with a NAT gateway, and all that AWS tells of what the service uses."""
    network = Granted()
    network.egress(HTTPS)
    network.nat_gateway()
    return network


def _without_service(network: Sound) -> Sound:
    network.rows["services"] = []
    network.calls = tuple(call for call in network.calls if not call.host.startswith("secretsmanager"))
    return network


def job() -> Sound:
    """A job of AWS Batch in two isolated subnets with endpoints."""
    network = _without_service(two_zones())
    network.rows["taskDefinitions"] = []
    properties: dict[str, Any] = {"environment": [], "command": ["run"]}
    network.rows["jobDefinitions"] = [batch.job_definition("nightly", properties=properties)]
    network.rows["computeEnvironments"] = [batch.environment(subnets=("subnet-a", "subnet-b"))]
    network.rows["jobQueues"] = [batch.queue()]
    network.rows["jobs"] = []
    return network


def job_in_public() -> Sound:
    """A job of AWS Batch in two public subnets, with a public address."""
    network = job()
    network.rows["VpcEndpoints"] = []
    network.rows["NetworkInterfaces"] = []
    network.egress(HTTPS)
    network.internet_gateway()
    routes = network.row("RouteTables", "rtb-task")["Routes"]
    routes[:] = [row for row in routes if "DestinationPrefixListId" not in row]
    network.route(table="rtb-task", GatewayId="igw-1")
    row = network.rows["jobDefinitions"][0]["containerProperties"]
    row["networkConfiguration"] = {"assignPublicIp": "ENABLED"}
    return network


def run_task(network: Sound, **parameters: Any) -> None:
    """Set the state machine that runs the task; None removes a parameter."""
    places: dict[str, Any] = {"Subnets": list(network.places), "SecurityGroups": ["sg-task"]}
    call: dict[str, Any] = {
        "LaunchType": "FARGATE",
        "Cluster": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop",
        "TaskDefinition": DEFINITION,
        "NetworkConfiguration": {"AwsvpcConfiguration": places},
    }
    given = {key: value for key, value in (call | parameters).items() if value is not None}
    state = {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "Parameters": given, "End": True}
    definition = {"StartAt": "Run", "States": {"Run": state}}
    arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:night"
    row = {"stateMachineArn": arn, "name": "night", "status": "ACTIVE", "type": "STANDARD"}
    network.rows["stateMachines"] = [row | {"definition": json.dumps(definition)}]


def machine() -> Sound:
    """A state machine that runs a task in two isolated subnets with endpoints."""
    network = _without_service(two_zones())
    network.containers().pop("secrets")
    run_task(network)
    return network


def machine_in_public() -> Sound:
    """A state machine that runs a task in two public subnets, with a public address."""
    network = _without_service(public())
    network.containers().pop("secrets")
    places = {"Subnets": list(network.places), "SecurityGroups": ["sg-task"], "AssignPublicIp": "ENABLED"}
    run_task(network, NetworkConfiguration={"AwsvpcConfiguration": places})
    return network


def shared() -> Sound:
    """Two private subnets of another account with a NAT gateway, as who shares them sees them."""
    network = Sound()
    network.nat_gateway()
    network.egress(allow("tcp", 443, cidr="0.0.0.0/0"))
    share(network)
    return network


def share(network: Sound) -> None:
    """Let another account own the VPC and its subnets; the tasks' group stays the participant's."""
    for row in (*network.rows["Subnets"], *network.rows["Vpcs"]):
        row["OwnerId"] = OWNER
    for row in network.rows["SecurityGroups"]:
        row["OwnerId"] = ACCOUNT if row["GroupId"] == "sg-task" else OWNER


OWNER = "444455556666"

SHAPES: dict[str, Shape] = {
    "granted": granted,
    "granted NAT": granted_nat,
    "job": job,
    "public job": job_in_public,
    "state machine": machine,
    "public state machine": machine_in_public,
    "shared NAT": shared,
}
"""The shapes by name."""
