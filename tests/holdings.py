"""A service whose network is sound, with all that AWS tells of the roles, images, secrets and logs that it uses."""

import json
from typing import Any

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import Blocker, Diagnosis, NeedDiagnosis, ServiceDiagnosis
from skerry.launch.launches import launch_of_service
from skerry.verdicts import OK, Verdict
from tests.networks import ACCOUNT, REGION, Network, Row, awslogs, container

OTHER_ACCOUNT = "999988887777"
EXECUTION, TASK = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("launcher", "web"))
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/web"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/web:1"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/ecs/web"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CONFIGURATION = "sha256:c0"
INDEX = "application/vnd.oci.image.index.v1+json"
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonECSTaskExecutionRolePolicy.html
MANAGED = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
MANAGED_ACTIONS = [
    "ecr:GetAuthorizationToken",
    "ecr:BatchCheckLayerAvailability",
    "ecr:GetDownloadUrlForLayer",
    "ecr:BatchGetImage",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
]


def statement(action: str | list[str], resource: str | list[str] = "*", effect: str = "Allow", **more: Any) -> Row:
    """A statement of a policy."""
    return {"Effect": effect, "Action": action, "Resource": resource} | more


def when(operator: str, key: str, value: str) -> Row:
    """The condition of a statement."""
    return {"Condition": {operator: {key: value}}}


def policy(*statements: Row) -> Row:
    """A policy's document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def text(*statements: Row) -> str:
    """A policy's document as a text."""
    return json.dumps(policy(*statements))


TRUST = policy(
    {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"},
)
DELEGATION = statement("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
DECRYPTS = {"Policy": text(DELEGATION)}
"""The answer of GetKeyPolicy, of a key that leaves its use to the account."""


class Answering(Network):
    """A network with answers about the resources that its launches use."""

    def tell(self, action: str, parameters: Row, response: Row) -> None:
        """Answer a question, in the place of an answer that there was."""
        self.unask(action, parameters)
        self.call(action, parameters, response)

    def refuse(self, action: str, parameters: Row, code: str = "InternalFailure") -> None:
        """Answer a question with an error."""
        self.unask(action, parameters)
        call = {"operation": action, "parameters": parameters}
        self.add("Calls", Call=call, Error={"Code": code, "Message": "no"})

    def unask(self, action: str, parameters: Row | None = None) -> None:
        """Forget that a question, or every one of the action, was asked."""
        asked = self.rows.get("Calls", [])
        kept = [row for row in asked if not _is(row["Call"], action, parameters)]
        self.rows["Calls"] = kept

    def role(
        self, arn: str, *statements: Row, managed: list[str] | None = None, trust: Row = TRUST, **more: Any
    ) -> Row:
        """A role with one policy of its own, in the place of one that there was."""
        self.rows["RoleDetailList"] = [row for row in self.rows.get("RoleDetailList", []) if row["Arn"] != arn]
        own = [{"PolicyName": "own", "PolicyDocument": policy(*statements)}] if statements else []
        return self.add(
            "RoleDetailList",
            Arn=arn,
            RoleName=arn.rpartition("/")[2],
            AssumeRolePolicyDocument=trust,
            RolePolicyList=own,
            AttachedManagedPolicies=[{"PolicyArn": one, "PolicyName": "x"} for one in managed or ()],
            **more,
        )


class Resources(Answering):
    """The network, the service ``web``, and what AWS tells of what the service uses."""

    def __init__(self) -> None:
        super().__init__()
        self.serve_s3()
        for name, service in (("a", "ecr.api"), ("d", "ecr.dkr"), ("5e", "secretsmanager"), ("10", "logs")):
            self.endpoint(f"vpce-{name}", service, ["subnet-a", "subnet-b"])
        secrets = [{"name": "PASSWORD", "valueFrom": SECRET}]
        self.definition(
            container(IMAGE, logConfiguration=awslogs(), secrets=secrets),
            executionRoleArn=EXECUTION,
            taskRoleArn=TASK,
        )
        self.service(subnets=["subnet-a", "subnet-b"])
        self.add("Policies", Arn=MANAGED, PolicyVersionList=[version(statement(MANAGED_ACTIONS))])
        self.role(EXECUTION, statement("secretsmanager:GetSecretValue", SECRET), managed=[MANAGED])
        self.role(TASK)
        self.rows["pullThroughCacheRules"] = []
        repository = {"registryId": ACCOUNT, "repositoryName": "web"}
        self.refuse("ecr:GetRepositoryPolicy", repository, "RepositoryPolicyNotFoundException")
        self.refuse("ecr:GetRegistryPolicy", {}, "RegistryPolicyNotFoundException")
        self.tell("ecr:BatchGetImage", repository, images([image("1", "sha256:d1")]))
        layer = repository | {"layerDigest": CONFIGURATION}
        self.tell("ecr:GetDownloadUrlForLayer", layer, {"architecture": "amd64", "os": "linux"})
        self.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret())
        self.tell("secretsmanager:GetResourcePolicy", {"SecretId": SECRET}, {"ARN": SECRET, "Name": "db"})
        groups = [{"logGroupName": "/ecs/web"}]
        self.tell("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"}, {"logGroups": groups})
        self.refuse("organizations:DescribeOrganization", {}, "AWSOrganizationsNotInUseException")

    # ---------------------------------------------------------------------------------------------- the definition

    @property
    def app(self) -> Row:
        """The container of the task definition."""
        found: Row = self.rows["taskDefinitions"][0]["containerDefinitions"][0]
        return found

    def diagnosis(self) -> Diagnosis:
        """The diagnosis of the one service."""
        walker = self.walker()
        launches = [launch_of_service(walker.world, service) for service in walker.world.facts.services]
        return diagnose(walker, launches)

    def found(self) -> ServiceDiagnosis:
        """What was found of the service."""
        (found,) = self.diagnosis().services
        return found

    def bad(self) -> dict[str, Verdict]:
        """The steps that are not ok, with their verdicts."""
        return {row.need.step: row.verdict for row in self.found().needs if row.verdict is not OK}

    def step(self, name: str) -> NeedDiagnosis:
        """What was found of a step."""
        return next(row for row in self.found().needs if row.need.step == name)

    def blocker(self, name: str) -> Blocker:
        """The one thing that is in the way of a step."""
        (found,) = self.step(name).blockers
        return found


def _is(call: Row, action: str, parameters: Row | None) -> bool:
    return bool(call["operation"] == action and (parameters is None or call["parameters"] == parameters))


def version(*statements: Row) -> Row:
    """The version in force of a managed policy."""
    return {"VersionId": "v1", "IsDefaultVersion": True, "Document": policy(*statements)}


def images(found: list[Row], failures: list[Row] | None = None) -> Row:
    """The answer of BatchGetImage."""
    return {"images": found, "failures": failures or []}


def image(tag: str, digest: str, manifest: Row | None = None) -> Row:
    """An image with its manifest: one of a single image, where no other is given."""
    content = manifest or {"schemaVersion": 2, "config": {"digest": CONFIGURATION}, "layers": []}
    return {"imageId": {"imageTag": tag, "imageDigest": digest}, "imageManifest": json.dumps(content)}


def secret(**more: Any) -> Row:
    """The description of a secret that has a value."""
    return {"ARN": SECRET, "Name": "db", "VersionIdsToStages": {"v-1": ["AWSCURRENT"]}} | more
