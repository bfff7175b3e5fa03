"""Task definitions that ECS or Fargate refuses, and ones that look refused."""

from typing import Any

from bench.faults.cases import Case, Page, combined
from bench.faults.families.launches import calling
from bench.faults.launch import LOGS, SECRETS
from bench.faults.shapes import Change, Sound
from tests.networks import ACCOUNT, REGION, Row, allow, awslogs

_FAMILY = "refused by ECS"
_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
_DIFFERENCES = Page(_FAMILY, f"{_GUIDE}/fargate-tasks-services.html")
_SIZES = Page(_FAMILY, f"{_GUIDE}/task-cpu-memory-error.html")
_ROLE = Page(_FAMILY, f"{_GUIDE}/task_execution_IAM_role.html")
_LOGS = Page(_FAMILY, f"{_GUIDE}/specify-log-config.html")
_PRIVATE = Page(_FAMILY, f"{_GUIDE}/private-auth.html")
_PARAMETERS = Page(_FAMILY, f"{_GUIDE}/task_definition_parameters.html")
_STORAGE = Page(_FAMILY, f"{_GUIDE}/fargate-task-storage.html")
_EFS = Page(_FAMILY, "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSAuthorizationConfig.html")
_BLOCKER = ("web", f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/web:1")
_HUB_IMAGE = "docker.io/library/nginx:1"


def task(**keys: Any) -> Change:
    """Set keys of the task definition; None removes a key."""

    def change(network: Sound) -> None:
        _put(network.rows["taskDefinitions"][0], keys)

    return change


def container(**keys: Any) -> Change:
    """Set keys of the container; None removes a key."""

    def change(network: Sound) -> None:
        _put(network.containers(), keys)

    return change


def _put(row: Row, keys: Row) -> None:
    for key, value in keys.items():
        if value is None:
            row.pop(key, None)
        else:
            row[key] = value


def without_option(option: str) -> Change:
    """Remove an option of the log driver."""

    def change(network: Sound) -> None:
        del network.containers()["logConfiguration"]["options"][option]

    return change


def _public_image(network: Sound) -> None:
    network.containers()["image"] = _HUB_IMAGE


def _only_public_image(network: Sound) -> None:
    combined(container(image=_HUB_IMAGE, secrets=None, logConfiguration=None), task(executionRoleArn=None))(network)
    calling(network, instead=SECRETS)
    calling(network, instead=LOGS)


def _efs_with_iam(network: Sound) -> None:
    efs = {"fileSystemId": "fs-0b", "transitEncryption": "ENABLED", "authorizationConfig": {"iam": "ENABLED"}}
    network.rows["taskDefinitions"][0]["volumes"] = [{"name": "data", "efsVolumeConfiguration": efs}]
    for number, subnet in enumerate(("subnet-a", "subnet-b")):
        address = f"10.0.{number + 1}.61"
        network.interface(f"eni-efs{number}", address, subnet, ["sg-open"], InterfaceType="efs")
        target = {"MountTargetId": f"fsmt-{number}", "FileSystemId": "fs-0b", "SubnetId": subnet, "IpAddress": address}
        more = {"NetworkInterfaceId": f"eni-efs{number}", "LifeCycleState": "available", "VpcId": "vpc-1"}
        network.add("MountTargets", **target, **more, AvailabilityZoneName=f"{REGION}{'ab'[number]}")
    network.row("SecurityGroups", "sg-open")["IpPermissions"] = [allow("tcp", 2_049, cidr="10.0.0.0/16")]
    rules = network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"]
    network.egress(*rules, allow("tcp", 2_049, cidr="10.0.0.0/16"))


def _refused(page: Page, shape: str, name: str, says: str, *changes: Change) -> Case:
    return page.broken(shape, name, says, combined(*changes), _BLOCKER)


def _linux(**parameters: Any) -> Change:
    return container(linuxParameters=parameters)


_FOREIGN_SECRET = f"arn:aws:secretsmanager:{REGION}:444455556666:secret:hub-AbCdEf"
_OWN_SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:hub-AbCdEf"
_DOCKER_VOLUME = {"name": "data", "dockerVolumeConfiguration": {"scope": "task", "driver": "local"}}

CASES: list[Case] = [
    _refused(_ROLE, "two zones", "no-execution-role", "there is no execution role", task(executionRoleArn=None)),
    _refused(
        _ROLE,
        "NAT",
        "no-execution-role-for-logs",
        "a public image logs by awslogs without execution role",
        container(image=_HUB_IMAGE, secrets=None),
        task(executionRoleArn=None),
    ),
    _ROLE.sound("NAT", "no-role-needed", "a public image needs no execution role", _only_public_image),
    _refused(_DIFFERENCES, "two zones", "bridge", "the network mode is bridge", task(networkMode="bridge")),
    _refused(_DIFFERENCES, "NAT", "host", "the network mode is host", task(networkMode="host")),
    _refused(_DIFFERENCES, "one zone", "ec2-only", "the definition is for EC2", task(requiresCompatibilities=["EC2"])),
    _DIFFERENCES.sound(
        "one zone", "both-types", "the definition is for both", task(requiresCompatibilities=["EC2", "FARGATE"])
    ),
    _refused(_SIZES, "two zones", "256-4096", "256 units do not go with 4 GiB", task(cpu="256", memory="4096")),
    _refused(_SIZES, "NAT", "8192-18432", "8 vCPU do not go with 18 GiB", task(cpu="8192", memory="18432")),
    _refused(_SIZES, "public", "768", "768 units are no size", task(cpu="768", memory="2048")),
    _SIZES.sound("two zones", "8192-61440", "8 vCPU go with 60 GiB", task(cpu="8192", memory="61440")),
    _SIZES.sound("NAT", "4096-30720", "4 vCPU go with 30 GiB", task(cpu="4096", memory="30720")),
    _SIZES.sound("one zone", "vcpu-and-gb", "sizes are given as vCPU and GB", task(cpu=".5 vCPU", memory="3 GB")),
    _refused(_LOGS, "two zones", "no-log-group", "awslogs has no group", without_option("awslogs-group")),
    _refused(_LOGS, "one zone", "no-stream-prefix", "awslogs has no prefix", without_option("awslogs-stream-prefix")),
    _refused(_LOGS, "NAT", "no-log-region", "awslogs has no Region", without_option("awslogs-region")),
    _LOGS.sound(
        "two zones",
        "non-blocking",
        "awslogs is non-blocking",
        container(logConfiguration=awslogs(mode="non-blocking", max_buffer_size="25m")),
    ),
    _refused(_DIFFERENCES, "two zones", "privileged", "the container is privileged", container(privileged=True)),
    _refused(_DIFFERENCES, "NAT", "dns-servers", "the container has DNS servers", container(dnsServers=["10.0.0.2"])),
    _refused(_DIFFERENCES, "one zone", "links", "the container has links", container(links=["db:db"])),
    _refused(
        _DIFFERENCES,
        "public",
        "extra-hosts",
        "the container has extra hosts",
        container(extraHosts=[{"hostname": "db", "ipAddress": "10.0.1.9"}]),
    ),
    _refused(_DIFFERENCES, "two zones", "ipc-mode", "the task has an IPC mode", task(ipcMode="task")),
    _refused(
        _DIFFERENCES,
        "NAT",
        "placement-constraints",
        "the task has placement constraints",
        task(placementConstraints=[{"type": "memberOf", "expression": "attribute:ecs.os-type == linux"}]),
    ),
    _refused(
        _DIFFERENCES,
        "one zone",
        "gpu",
        "the container asks for a GPU",
        container(resourceRequirements=[{"type": "GPU", "value": "1"}]),
    ),
    _refused(
        _DIFFERENCES,
        "two zones",
        "capability",
        "the container adds NET_ADMIN",
        _linux(capabilities={"add": ["NET_ADMIN"]}),
    ),
    _DIFFERENCES.sound(
        "two zones", "ptrace", "the container adds SYS_PTRACE", _linux(capabilities={"add": ["SYS_PTRACE"]})
    ),
    _refused(_DIFFERENCES, "NAT", "shared-memory", "the container sets shared memory", _linux(sharedMemorySize=64)),
    _DIFFERENCES.sound("NAT", "init", "the container has an init process", _linux(initProcessEnabled=True)),
    _refused(_DIFFERENCES, "two zones", "docker-volume", "a volume is Docker's", task(volumes=[_DOCKER_VOLUME])),
    _DIFFERENCES.sound("two zones", "bind-mount", "a volume is a bind mount", task(volumes=[{"name": "data"}])),
    _refused(_PARAMETERS, "NAT", "pid-mode-host", "the PID mode is host", task(pidMode="host")),
    _PARAMETERS.sound("NAT", "pid-mode-task", "the PID mode is task", task(pidMode="task")),
    _refused(_PARAMETERS, "one zone", "container-memory", "the container has more memory", container(memory=1024)),
    _refused(_STORAGE, "two zones", "storage-250", "the storage is 250 GiB", task(ephemeralStorage={"sizeInGiB": 250})),
    _STORAGE.sound("two zones", "storage-200", "the storage is 200 GiB", task(ephemeralStorage={"sizeInGiB": 200})),
    _refused(
        _PRIVATE,
        "NAT",
        "registry-secret-of-others",
        "the registry's secret is of another account",
        container(image=_HUB_IMAGE, repositoryCredentials={"credentialsParameter": _FOREIGN_SECRET}),
    ),
    _PRIVATE.sound(
        "NAT",
        "registry-secret",
        "the registry's secret is of this account",
        container(image=_HUB_IMAGE, repositoryCredentials={"credentialsParameter": _OWN_SECRET}),
    ),
    _refused(_EFS, "two zones", "efs-iam", "EFS authorizes by IAM, and there is no task role", _efs_with_iam),
    _EFS.sound(
        "two zones",
        "efs-iam-with-role",
        "EFS authorizes by IAM with a task role",
        _efs_with_iam,
        task(taskRoleArn=f"arn:aws:iam::{ACCOUNT}:role/web"),
    ),
]
