"""What a task needs only when it runs, and starts without; and volumes, which it does not start without."""

from bench.faults.cases import Case, Fault, one
from bench.faults.families.launches import SPLUNK, calling, file_system, splunk
from bench.faults.launch import Call
from bench.faults.shapes import Change, Sound
from tests.networks import REGION, awslogs

_FAMILY = "runtime and volumes"
_MOUNT = "https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html"
_ACCESS = Call(f"ssmmessages.{REGION}.amazonaws.com")
_STREAM = Call(f"firehose.{REGION}.amazonaws.com")


def _exec(network: Sound) -> None:
    network.row("services", "web")["enableExecuteCommand"] = True
    network.rows["taskDefinitions"][0]["taskRoleArn"] = "arn:aws:iam::111122223333:role/web"
    calling(network, _ACCESS)
    network.runtime = (*network.runtime, _ACCESS)


def _firelens(network: Sound) -> None:
    options = {"Name": "firehose", "region": REGION, "delivery_stream": "web"}
    network.containers()["logConfiguration"] = {"logDriver": "awsfirelens", "options": options}
    image = f"111122223333.dkr.ecr.{REGION}.amazonaws.com/fluent-bit:1"
    router = {"name": "router", "image": image, "essential": True, "firelensConfiguration": {"type": "fluentbit"}}
    rows = network.rows["taskDefinitions"][0]["containerDefinitions"]
    rows.append(router | {"logConfiguration": awslogs()})
    calling(network, _STREAM)
    network.runtime = (*network.runtime, _STREAM)


def _splunk_later(network: Sound) -> None:
    splunk(network)
    network.containers()["logConfiguration"]["options"]["splunk-verify-connection"] = "false"
    network.runtime = (SPLUNK,)


def _one_mount_target(network: Sound) -> None:
    file_system(network)
    network.rows["MountTargets"].pop()
    network.calls = (*network.calls[:-1], network.calls[-1]._replace(at=network.calls[-1].at[:1]))


def _no_mount_target(network: Sound) -> None:
    file_system(network)
    network.rows["MountTargets"].clear()
    network.call("DescribeMountTargets", {"FileSystemId": "fs-0a"}, {"MountTargets": []})
    network.calls = (*network.calls[:-1], network.calls[-1]._replace(at=()))


def _starts(shape: str, name: str, says: str, *prepared: Change) -> Case:
    known = f"{_FAMILY}/{name}@{shape.replace(' ', '-').lower()}"
    return Case(known, _FAMILY, f"{shape}: {says}.", shape, prepared=prepared)


_HOST = f"fs-0a.efs.{REGION}.amazonaws.com"

CASES: list[Case] = [
    _starts("two zones", "exec-without-endpoint", "ECS Exec is on, and nothing leads to ssmmessages", _exec),
    _starts("one zone", "exec-without-endpoint", "ECS Exec is on, and nothing leads to ssmmessages", _exec),
    _starts("NAT", "exec-by-nat", "ECS Exec is on, and goes by the NAT gateway", _exec),
    _starts("two zones", "firelens-without-endpoint", "FireLens sends to Firehose, which nothing leads to", _firelens),
    _starts("two zones", "splunk-later", "Splunk is not verified at the start, and nothing leads to it", _splunk_later),
    _starts("two zones", "exec-and-firelens", "neither ECS Exec nor FireLens has a way", _exec, _firelens),
    one(
        "two zones",
        _FAMILY,
        "efs-in-one-zone",
        (
            Fault(
                "the file system has a mount target in one of two zones",
                _one_mount_target,
                (("fs-0a", "subnet-b"),),
                ("subnet-b", "fs-0a"),
            ),
        ),
        source=_MOUNT,
        verdict="intermittent",
        failing=(_HOST,),
    ),
    one(
        "NAT",
        _FAMILY,
        "efs-without-mount-target",
        (Fault("the file system has no mount target", _no_mount_target, (("fs-0a",),), ("subnet-a", "subnet-b")),),
        source=_MOUNT,
        verdict="blocked",
        failing=(_HOST,),
    ),
]
