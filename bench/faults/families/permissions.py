"""Permissions: the execution role, policies of secrets, and keys."""

from typing import Any

from bench.faults.account_shapes import EXECUTION, KEY, READ_SECRET, TASK
from bench.faults.cases import Case, Page, combined
from bench.faults.families.images import granted, role, tell
from bench.faults.launch import AUTHORIZATION, LOGS, MANIFEST, SECRETS
from bench.faults.shapes import SECRET, Change, Sound
from tests.holdings import DELEGATION, MANAGED, MANAGED_ACTIONS, policy, secret, statement, text, version, when
from tests.networks import ACCOUNT, REGION, VPC, awslogs

_FAMILY = "permissions"
_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
_EXECUTION = Page(_FAMILY, f"{_GUIDE}/task_execution_IAM_role.html")
_TRUST = Page(_FAMILY, f"{_GUIDE}/task-iam-roles.html")
_ECR_ACTIONS = Page(
    _FAMILY,
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html",
)
_LOGS = Page(_FAMILY, f"{_GUIDE}/specify-log-config.html")
_SECRETS = Page(_FAMILY, f"{_GUIDE}/secrets-envvar-secrets-manager.html")
_BOUNDARY = Page(_FAMILY, "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html")
_RESOURCE = Page(
    _FAMILY, "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html"
)
_KEYS = Page(_FAMILY, "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html")
_STATE = Page(_FAMILY, "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html")
_DELETED = Page(_FAMILY, "https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_restore-secret.html")
_LAYERS = Page(
    _FAMILY, "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms"
)
_DECRYPT = statement("kms:Decrypt", KEY)
_BOUNDARY_ARN = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
_TO_ROLE: dict[str, Any] = {"Principal": {"AWS": EXECUTION}}


def lacks(*actions: str, more: tuple[dict[str, Any], ...] = (READ_SECRET,)) -> Change:
    """Take actions of the managed policy from the execution role."""
    return role(*more, statement([action for action in MANAGED_ACTIONS if action not in actions]))


def key(*statements: dict[str, Any], state: str = "Enabled") -> Change:
    """Encrypt the secret by a customer managed key with this policy and no grants."""

    def change(network: Sound) -> None:
        described = {"Arn": KEY, "KeyState": state, "KeyManager": "CUSTOMER"}
        answers = granted(network)
        answers.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret(KmsKeyId=KEY))
        answers.tell("kms:DescribeKey", {"KeyId": KEY}, {"KeyMetadata": described})
        answers.tell("kms:GetKeyPolicy", {"KeyId": KEY, "PolicyName": "default"}, {"Policy": text(*statements)})
        answers.tell("kms:ListGrants", {"KeyId": KEY}, {"Grants": []})

    return change


def create_group(network: Sound) -> None:
    """Let the log driver create the group, which is not there."""
    network.containers()["logConfiguration"] = awslogs(awslogs_create_group="true")
    no_group(network)


def no_group(network: Sound) -> None:
    """Remove the log group."""
    granted(network).tell("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"}, {"logGroups": []})


def _boundary(*actions: str) -> Change:
    def change(network: Sound) -> None:
        network.add("Policies", Arn=_BOUNDARY_ARN, PolicyVersionList=[version(statement(list(actions)))])
        kind = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": _BOUNDARY_ARN}
        granted(network).role(EXECUTION, READ_SECRET, managed=[MANAGED], PermissionsBoundary=kind)

    return change


def _trusts(name: str, service: str) -> Change:
    trust = policy({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})

    def change(network: Sound) -> None:
        network.row("RoleDetailList", name)["AssumeRolePolicyDocument"] = trust

    return change


def _managed(*statements: dict[str, Any]) -> Change:
    def change(network: Sound) -> None:
        granted(network).role(EXECUTION, *statements, managed=[MANAGED])

    return change


def _no_role(network: Sound) -> None:
    network.rows["RoleDetailList"] = [row for row in network.rows["RoleDetailList"] if row["Arn"] != EXECUTION]


def _secret_policy(*statements: dict[str, Any]) -> Change:
    answer = {"ARN": SECRET, "Name": "db", "ResourcePolicy": text(*statements)}
    return tell("secretsmanager:GetResourcePolicy", {"SecretId": SECRET}, answer)


def _pulls_only_by(endpoint: str) -> Change:
    pull = statement(MANAGED_ACTIONS[1:4]) | when("StringEquals", "aws:SourceVpce", endpoint)
    return role(READ_SECRET, pull, statement(["ecr:GetAuthorizationToken", "logs:*"]))


_DELETED_ANSWER = secret(DeletedDate="2026-11-20T10:00:00+00:00")
_NO_S3 = statement("s3:*", effect="Deny")
_VIA = when("StringEquals", "kms:ViaService", f"secretsmanager.{REGION}.amazonaws.com")

CASES: list[Case] = [
    _EXECUTION.broken(
        "granted",
        "no-token",
        "the execution role lacks ecr:GetAuthorizationToken",
        lacks("ecr:GetAuthorizationToken"),
        EXECUTION,
        failing=(AUTHORIZATION.host,),
    ),
    _EXECUTION.broken(
        "granted NAT",
        "no-pull",
        "the execution role lacks the actions of a pull",
        lacks("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
        EXECUTION,
        failing=(MANIFEST.host,),
    ),
    _ECR_ACTIONS.broken(
        "granted",
        "token-of-repository",
        "ecr:GetAuthorizationToken is allowed for a repository",
        role(
            READ_SECRET,
            statement(MANAGED_ACTIONS[:1], f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/*"),
            statement(MANAGED_ACTIONS[1:]),
        ),
        EXECUTION,
        failing=(AUTHORIZATION.host,),
    ),
    _EXECUTION.broken(
        "granted",
        "no-log-stream",
        "the execution role lacks logs:CreateLogStream",
        lacks("logs:CreateLogStream"),
        EXECUTION,
        failing=(LOGS.host,),
    ),
    _SECRETS.broken(
        "granted NAT",
        "no-secret",
        "the execution role lacks the secret",
        _managed(),
        EXECUTION,
        failing=(SECRETS.host,),
    ),
    _SECRETS.broken(
        "granted",
        "other-secret",
        "the execution role may read another secret",
        _managed(statement("secretsmanager:GetSecretValue", SECRET.replace("db-", "api-"))),
        EXECUTION,
        failing=(SECRETS.host,),
    ),
    _LOGS.broken("granted", "no-log-group", "there is no log group", no_group, ("/ecs/web", EXECUTION, LOGS.host)),
    _LOGS.broken("granted NAT", "no-create-group", "the role may not create the log group", create_group, EXECUTION),
    _LOGS.sound(
        "granted",
        "creates-group",
        "the role may create the log group",
        create_group,
        _managed(READ_SECRET, statement("logs:CreateLogGroup")),
    ),
    _BOUNDARY.broken(
        "granted",
        "boundary",
        "the permissions boundary leaves the secret out",
        _boundary("ecr:*", "logs:*"),
        (EXECUTION, _BOUNDARY_ARN),
        failing=(SECRETS.host,),
    ),
    _BOUNDARY.sound(
        "granted", "wide-boundary", "the boundary allows all services", _boundary("ecr:*", "logs:*", "secretsmanager:*")
    ),
    _TRUST.broken(
        "granted", "trust", "the execution role trusts EC2", _trusts(EXECUTION, "ec2.amazonaws.com"), EXECUTION
    ),
    _TRUST.broken("granted NAT", "trust-of-task", "the task role trusts ecs", _trusts(TASK, "ecs.amazonaws.com"), TASK),
    _EXECUTION.broken("granted", "no-role", "the execution role is deleted", _no_role, EXECUTION),
    _EXECUTION.sound("granted", "only-by-endpoint", "the role pulls by the endpoint alone", _pulls_only_by("vpce-d0")),
    _EXECUTION.broken(
        "granted",
        "only-by-other-endpoint",
        "the role pulls by another endpoint alone",
        _pulls_only_by("vpce-77"),
        EXECUTION,
        failing=(MANIFEST.host,),
    ),
    _EXECUTION.sound(
        "granted",
        "only-in-vpc",
        "the role reads the secret in this VPC alone",
        _managed(READ_SECRET | when("StringEquals", "aws:SourceVpc", VPC)),
    ),
    _EXECUTION.broken(
        "granted NAT",
        "only-in-vpc-by-nat",
        "the role reads the secret in this VPC alone, and the call leaves by NAT",
        _managed(READ_SECRET | when("StringEquals", "aws:SourceVpc", VPC)),
        EXECUTION,
        failing=(SECRETS.host,),
    ),
    _RESOURCE.broken(
        "granted",
        "secret-denies",
        "the secret's policy denies the role",
        _secret_policy(statement("secretsmanager:*", effect="Deny", **_TO_ROLE)),
        SECRET,
        failing=(SECRETS.host,),
    ),
    _RESOURCE.sound(
        "granted NAT",
        "secret-allows",
        "the secret's policy allows the role, which has nothing of its own",
        _managed(),
        _secret_policy(statement("secretsmanager:GetSecretValue", **_TO_ROLE)),
    ),
    _KEYS.broken(
        "granted",
        "no-decrypt",
        "the secret's key is the customer's, and the role may not decrypt",
        key(DELEGATION),
        (EXECUTION, KEY),
        failing=(SECRETS.host,),
    ),
    _KEYS.sound(
        "granted",
        "decrypts",
        "the secret's key is the customer's, and the role may decrypt",
        key(DELEGATION),
        _managed(READ_SECRET, _DECRYPT),
    ),
    _KEYS.sound(
        "granted NAT",
        "decrypts-by-key-policy",
        "the key's policy lets the role decrypt by Secrets Manager",
        key(statement("kms:Decrypt", **_TO_ROLE, **_VIA)),
    ),
    _STATE.broken(
        "granted",
        "disabled-key",
        "the secret's key is disabled",
        combined(key(DELEGATION, state="Disabled"), _managed(READ_SECRET, _DECRYPT)),
        (KEY, SECRET),
        failing=(SECRETS.host,),
    ),
    _DELETED.broken(
        "granted NAT",
        "deleted-secret",
        "the secret is scheduled for deletion",
        tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, _DELETED_ANSWER),
        SECRET,
    ),
    _LAYERS.sound(
        "granted",
        "role-without-s3",
        "the role denies S3, whose layers come by signed addresses",
        _managed(READ_SECRET, _NO_S3),
    ),
]
