"""ECS Exec, Service Connect, and the key of a cluster for ephemeral storage."""

from typing import Any

from bench.faults.account_shapes import KEY
from bench.faults.cases import Case, Page, combined
from bench.faults.families.images import granted
from bench.faults.shapes import Change, Sound
from tests.holdings import DELEGATION, statement, text
from tests.networks import ACCOUNT, REGION

_FAMILY = "runtime needs"
_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
_EXEC = Page(_FAMILY, f"{_GUIDE}/ecs-exec.html")
_CONNECT = Page(_FAMILY, f"{_GUIDE}/vpc-endpoints.html")
_STORAGE = Page(_FAMILY, f"{_GUIDE}/fargate-create-storage-key.html")
_CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"
_NEW_REGION = "ca-west-1"
_ECS = {"vpce-e1": "ecs-agent", "vpce-e2": "ecs-telemetry", "vpce-e3": "ecs"}
_FARGATE: dict[str, Any] = {"Principal": {"Service": "fargate.amazonaws.com"}}
_CONTEXT = "kms:EncryptionContext:aws:ecs:cluster"


def execute(*, task_role: bool = True, **configuration: Any) -> Change:
    """Turn ECS Exec on, with a configuration of the cluster."""

    def change(network: Sound) -> None:
        network.row("services", "web")["enableExecuteCommand"] = True
        if task_role:
            network.rows["taskDefinitions"][0]["taskRoleArn"] = f"arn:aws:iam::{ACCOUNT}:role/web"
        if configuration:
            _cluster(network, executeCommandConfiguration=configuration)

    return change


def _cluster(network: Sound, **configuration: Any) -> None:
    network.rows["clusters"] = [{"clusterArn": _CLUSTER, "clusterName": "shop", "configuration": configuration}]


def connect(network: Sound) -> None:
    """Turn Service Connect on."""
    row = network.row("services", "web")
    deployment = {"id": "ecs-svc/1", "status": "PRIMARY", "taskDefinition": row["taskDefinition"]}
    namespace = f"arn:aws:servicediscovery:{REGION}:{ACCOUNT}:namespace/ns-1"
    service = {"enabled": True, "namespace": namespace}
    row["deployments"] = [
        deployment | {"serviceConnectConfiguration": service, "networkConfiguration": row["networkConfiguration"]}
    ]


def ecs_endpoints(network: Sound) -> None:
    """Add the three endpoints of Amazon ECS."""
    for name, service in _ECS.items():
        network.endpoint(name, service, ["subnet-a", "subnet-b"], "sg-end")


def storage(*statements: dict[str, Any], state: str = "Enabled", key: str = KEY) -> Change:
    """Encrypt ephemeral storage by a key with these statements beside the delegation to the account."""

    def change(network: Sound) -> None:
        _cluster(network, managedStorageConfiguration={"fargateEphemeralStorageKmsKeyId": key})
        answers = granted(network)
        multi = {"MultiRegion": True} if "/mrk-" in key else {}
        answers.tell("kms:DescribeKey", {"KeyId": key}, {"KeyMetadata": {"Arn": key, "KeyState": state} | multi})
        answer = {"Policy": text(DELEGATION, *statements)}
        answers.tell("kms:GetKeyPolicy", {"KeyId": key, "PolicyName": "default"}, answer)

    return change


def fargate(cluster: str = "shop") -> tuple[dict[str, Any], ...]:
    """Return the statements of the page for a cluster."""
    of = {f"{_CONTEXT}Account": [ACCOUNT], f"{_CONTEXT}Name": [cluster]}
    only = {"ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt"]}}
    return (
        statement("kms:GenerateDataKeyWithoutPlaintext", Condition={"StringEquals": of}, **_FARGATE),
        statement("kms:CreateGrant", Condition={"StringEquals": of} | only, **_FARGATE),
        statement("kms:DescribeKey", **_FARGATE),
    )


def _unread_key(network: Sound) -> None:
    _cluster(network, managedStorageConfiguration={"fargateEphemeralStorageKmsKeyId": KEY})


_LOGGED = {"cloudWatchLogGroupName": "/exec", "s3BucketName": "exec-output"}
_MULTI = KEY.replace("/0f0f0f0f-1111-2222-3333-", "/mrk-0f0f0f0f111122223333")
_WAYS = tuple((f"com.amazonaws.{_NEW_REGION}.{service}", "rtb-task") for service in _ECS.values())

CASES: list[Case] = [
    _EXEC.sound("two zones", "exec-with-key", "ECS Exec has a key, and nothing leads to KMS", execute(kmsKeyId=KEY)),
    _EXEC.sound("one zone", "exec-without-task-role", "ECS Exec is on without a task role", execute(task_role=False)),
    _EXEC.sound(
        "two zones",
        "exec-logged",
        "ECS Exec logs to a bucket and a group of its own",
        execute(logging="OVERRIDE", logConfiguration=_LOGGED),
    ),
    _EXEC.sound("granted", "exec-denied", "ECS Exec is on, and the task role lacks ssmmessages", execute()),
    _EXEC.sound("NAT", "exec-with-key-by-nat", "ECS Exec has a key, and NAT serves KMS", execute(kmsKeyId=KEY)),
    _CONNECT.sound("two zones", "connect", "Service Connect is on in a Region of before December 2023", connect),
    _CONNECT.broken(
        "two zones",
        "connect-in-new-region",
        "Service Connect is on in a newer Region, without Amazon ECS's endpoints",
        connect,
        *_WAYS,
        also=("sg-task", "rtb-task"),
        region=_NEW_REGION,
    ),
    _CONNECT.sound(
        "NAT", "connect-in-new-region", "Service Connect is on in a newer Region, by NAT", connect, region=_NEW_REGION
    ),
    _CONNECT.sound(
        "two zones",
        "connect-with-endpoints",
        "Service Connect is on in a newer Region, with Amazon ECS's endpoints",
        connect,
        ecs_endpoints,
        region=_NEW_REGION,
    ),
    _CONNECT.sound("two zones", "no-connect", "a service of a newer Region has no Service Connect", region=_NEW_REGION),
    _STORAGE.sound("granted", "storage-key", "the key lets Fargate in", storage(*fargate())),
    _STORAGE.broken("granted", "storage-key-closed", "the key does not let Fargate in", storage(), KEY),
    _STORAGE.broken(
        "granted NAT", "storage-key-of-other", "the key is for another cluster", storage(*fargate("bank")), KEY
    ),
    _STORAGE.broken("granted", "storage-key-without-grant", "the key allows no grants", storage(*fargate()[::2]), KEY),
    _STORAGE.broken(
        "granted NAT", "storage-key-disabled", "the key is disabled", storage(*fargate(), state="Disabled"), KEY
    ),
    _STORAGE.broken(
        "granted", "storage-key-multi-region", "the key is a multi-Region key", storage(*fargate(), key=_MULTI), _MULTI
    ),
    _STORAGE.sound("two zones", "storage-key-unread", "the cluster has a key, whose policy was not read", _unread_key),
    _CONNECT.sound("NAT", "connect-and-exec", "Service Connect and ECS Exec go by NAT", combined(connect, execute())),
]
