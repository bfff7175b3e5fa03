"""What the launch calls is not what the network was made for: Regions, registries, secrets, logs, files, volumes."""

from bench.faults.cases import Case, Fault, on
from bench.faults.launch import LOGS, SECRETS, Call
from bench.faults.shapes import Change, Sound
from tests.networks import ACCOUNT, REGION, allow, awslogs

_FAMILY = "launches"
_ALSO = ("rtb-task", "sg-task")
_FAR = "us-east-1"
SPLUNK = Call("splunk.example.com", 8_088)
_FILE_SYSTEM = f"fs-0a.efs.{REGION}.amazonaws.com"


def calling(network: Sound, *calls: Call, instead: Call | None = None) -> None:
    """Add calls to the launch, or put them in the place of one."""
    network.calls = (*(call for call in network.calls if call != instead), *calls)


def logs_far(network: Sound) -> None:
    """Log to another Region."""
    network.containers()["logConfiguration"] = awslogs(awslogs_region=_FAR)
    calling(network, Call(f"logs.{_FAR}.amazonaws.com"), instead=LOGS)


def secret_far(network: Sound) -> None:
    """Use a secret of another Region."""
    arn = f"arn:aws:secretsmanager:{_FAR}:{ACCOUNT}:secret:db-AbCdEf"
    network.containers()["secrets"] = [{"name": "DB", "valueFrom": arn}]
    calling(network, Call(f"secretsmanager.{_FAR}.amazonaws.com"), instead=SECRETS)


def parameter(network: Sound) -> None:
    """Use a parameter of Parameter Store beside the secret."""
    network.containers()["secrets"].append({"name": "KEY", "valueFrom": "web-key"})
    calling(network, Call(f"ssm.{REGION}.amazonaws.com"))


def image_far(network: Sound) -> None:
    """Use an image of another Region: its registry and its layers are there."""
    network.containers()["image"] = f"{ACCOUNT}.dkr.ecr.{_FAR}.amazonaws.com/web:1.0"
    kept = (SECRETS, LOGS)
    registry = f"api.ecr.{_FAR}.amazonaws.com", f"{ACCOUNT}.dkr.ecr.{_FAR}.amazonaws.com"
    layers = f"prod-{_FAR}-starport-layer-bucket.s3.{_FAR}.amazonaws.com"
    network.calls = (*kept, *map(Call, (*registry, layers)))


def sidecar(image: str, *hosts: str) -> Change:
    """Add a container whose image is in a registry on the internet."""

    def change(network: Sound) -> None:
        row = {"name": "side", "image": image, "essential": True, "logConfiguration": awslogs()}
        network.rows["taskDefinitions"][0]["containerDefinitions"].append(row)
        calling(network, *map(Call, hosts))

    return change


def splunk(network: Sound) -> None:
    """Log to Splunk instead, at a port of its own."""
    options = {"splunk-url": "https://splunk.example.com:8088", "splunk-token": "0"}
    network.containers()["logConfiguration"] = {"logDriver": "splunk", "options": options}
    calling(network, SPLUNK, instead=LOGS)


def file_system(network: Sound) -> None:
    """Mount an EFS file system with a mount target in each zone."""
    network.group("sg-efs", inbound=[allow("tcp", 2_049, group="sg-task")])
    rules = network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"]
    rules.append(allow("tcp", 2_049, group="sg-efs"))
    for number, subnet in enumerate(("subnet-a", "subnet-b")):
        address = f"10.0.{number + 1}.60"
        network.interface(f"eni-efs{number}", address, subnet, ["sg-efs"], InterfaceType="efs")
        network.add(
            "MountTargets",
            MountTargetId=f"fsmt-{number}",
            FileSystemId="fs-0a",
            SubnetId=subnet,
            IpAddress=address,
            NetworkInterfaceId=f"eni-efs{number}",
            LifeCycleState="available",
            VpcId="vpc-1",
            AvailabilityZoneName=f"{REGION}{'ab'[number]}",
        )
    volume = {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0a"}}
    network.rows["taskDefinitions"][0]["volumes"] = [volume]
    calling(network, Call(_FILE_SYSTEM, 2_049, (("subnet-a", "10.0.1.60"), ("subnet-b", "10.0.2.60"))))


def environment_file(network: Sound) -> None:
    """Read an environment file from a bucket of the task's Region."""
    files = [{"value": "arn:aws:s3:::settings/web.env", "type": "s3"}]
    network.containers()["environmentFiles"] = files


def _far(says: str, change: Change, *services: str) -> Fault:
    names = tuple((f"com.amazonaws.{_FAR}.{service}", "rtb-task") for service in services)
    return Fault(says, change, names, _ALSO)


def _nowhere(says: str, change: Change, *names: str) -> Fault:
    return Fault(says, change, (("rtb-task", *names),), _ALSO)


def _efs_closed(network: Sound) -> None:
    file_system(network)
    network.ingress(allow("tcp", 443, group="sg-task"), group="sg-efs")


def _efs_not_let_out(network: Sound) -> None:
    file_system(network)
    network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"].pop()


def _splunk_port(network: Sound) -> None:
    splunk(network)
    network.egress(allow("tcp", 443, cidr="0.0.0.0/0"))


IN_NO_ENDPOINT = _nowhere(
    "a secret is in Parameter Store, which has no endpoint", parameter, f"com.amazonaws.{REGION}.ssm"
)
HUB_IMAGE = sidecar("nginx:1", "registry-1.docker.io", "auth.docker.io", "production.cloudflare.docker.com")

CASES: list[Case] = [
    *on(
        "two zones, one zone, endpoints apart",
        _far("the log group is in another Region", logs_far, "logs"),
        _FAMILY,
        "logs-far",
    ),
    *on("two zones", _far("the secret is in another Region", secret_far, "secretsmanager"), _FAMILY, "secret-far"),
    *on(
        "two zones, one zone",
        _far("the image is in another Region", image_far, "ecr.api", "ecr.dkr", "s3"),
        _FAMILY,
        "image-far",
    ),
    *on("two zones, endpoints apart", IN_NO_ENDPOINT, _FAMILY, "parameter"),
    *on("two zones, one zone", _nowhere("a sidecar is from Docker Hub", HUB_IMAGE), _FAMILY, "docker-hub"),
    *on(
        "two zones",
        _nowhere("a sidecar is from ECR's public gallery", sidecar("public.ecr.aws/x/side:1", "public.ecr.aws")),
        _FAMILY,
        "ecr-public",
        all_hosts=False,
    ),
    *on(
        "two zones",
        _nowhere("a sidecar is from quay.io", sidecar("quay.io/org/side:1", "quay.io", "cdn.quay.io")),
        _FAMILY,
        "quay",
    ),
    *on("two zones", _nowhere("the logs go to Splunk", splunk), _FAMILY, "splunk"),
    *on(
        "NAT",
        Fault("the logs go to Splunk's own port, which the tasks' group lets not out", _splunk_port, (("sg-task",),)),
        _FAMILY,
        "splunk-port",
    ),
    *on(
        "two zones, NAT",
        Fault("the mount targets' group lets no 2049 in", _efs_closed, (("sg-efs",),), ("fs-0a",)),
        _FAMILY,
        "efs-closed",
    ),
    *on(
        "two zones, NAT",
        Fault("the tasks' group lets no 2049 out", _efs_not_let_out, (("sg-task",),), ("fs-0a",)),
        _FAMILY,
        "efs-not-let-out",
    ),
]
