"""What ``skerry iam-policy`` prints is what the commands call: no action is lacking, and none is too much.

Every call that boto3 makes in this process is recorded while the commands read rich accounts of the embedded AWS over
HTTP. The IAM actions are told by what the requests are signed for, and not by the table of calls.
"""

import gc
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
from botocore.client import BaseClient

from skerry.apply.api_actions import CHANGING_ACTIONS
from skerry.aws.api_table import CALLS
from skerry.aws.session import ClientFactory, make_clients
from skerry.cli.command_group import cli
from skerry.cli.reading import WIDEST
from skerry.embedded import demo_deployment
from skerry.embedded.fault_injection import Faults
from skerry.embedded.http_server import serve_over_http
from tests.commands import USAGE, Skerry
from tests.networks import container
from tests.sources.terraform.plans import change, plan_of

REGION = "eu-west-1"
SERVICE = ("--cluster", "article", "--service", "web")

# The embedded AWS has no Route 53 Profiles, and lists none: this one leads to the question what is in it.
FIREWALL = {"Id": "rslvr-frgassoc-1", "FirewallRuleGroupId": "rslvr-frg-1", "VpcId": "vpc-1", "Priority": 101}
FIREWALL_RULE = {
    "FirewallRuleGroupId": "rslvr-frg-1",
    "FirewallDomainListId": "rslvr-fdl-1",
    "Priority": 1,
    "Action": "ALERT",
}
PROFILE = {"Id": "rpassoc-1", "ProfileId": "rp-1", "ResourceId": "vpc-1", "Status": "COMPLETE"}
# It has no pull-through caches either; of an image below a rule it is asked whether it is there.
RULE = {"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io"}
CACHED = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/hub/app:1"
# Every VPC of the embedded AWS is the account's own; of a shared one it is asked which groups are for it.
SHARED_VPC = {"VpcId": "vpc-0123456789abcdef0", "CidrBlock": "10.9.0.0/16", "OwnerId": "444455556666"}
ANSWERS: dict[str, dict[str, Any]] = {
    "ListProfileAssociations": {"ProfileAssociations": [PROFILE]},
    "ListFirewallRuleGroupAssociations": {"FirewallRuleGroupAssociations": [FIREWALL]},
    "ListFirewallRules": {"FirewallRules": [FIREWALL_RULE]},
    "DescribePullThroughCacheRules": {"pullThroughCacheRules": [RULE]},
}

# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
NAMED_OTHERWISE = {"s3:ListObjectsV2": "s3:ListBucket", "monitoring:GetMetricData": "cloudwatch:GetMetricData"}

Recorded = set[str]


class Served(NamedTuple):
    """An account that has one of each thing that leads to a further call, and what the server saw."""

    faults: Faults
    subnet: str
    interface: str
    task: str


class Policies:
    """Prints policies, as the command does."""

    def __init__(self, skerry: Skerry) -> None:
        self._skerry = skerry

    def __call__(self, command: str) -> dict[str, Any]:
        found = self._skerry("iam-policy", *command.split())
        assert (found.code, found.err) == (0, "")
        policy: dict[str, Any] = json.loads(found.out)
        return policy

    def actions(self, command: str) -> set[str]:
        return {action for statement in self(command)["Statement"] for action in statement["Action"]}


def build(client: ClientFactory) -> demo_deployment.DemoDeployment:
    deployment = demo_deployment.build(client)
    demo_deployment.repair(client, deployment)
    connect(client, deployment.network)
    schedule(client, deployment, [deployment.task_definition, furnish(client)])
    submit(client, deployment)
    return deployment


def furnish(client: ClientFactory) -> str:
    """A task definition with a file, a volume, and a secret and a parameter that are locked with a key."""
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    secret = client("secretsmanager").create_secret(Name="locked", SecretString="x", KmsKeyId=key)["ARN"]
    client("ssm").put_parameter(Name="/web/locked", Value="x", Type="SecureString", KeyId=key)
    system = client("efs").create_file_system(CreationToken="2")["FileSystemId"]
    secrets = [{"name": "A", "valueFrom": secret}, {"name": "B", "valueFrom": "/web/locked"}]
    files = [{"type": "s3", "value": "arn:aws:s3:::settings/web.env"}]
    made = client("ecs").register_task_definition(
        family="furnished",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "app", "image": CACHED, "secrets": secrets, "environmentFiles": files}],
        volumes=[{"name": "data", "efsVolumeConfiguration": {"fileSystemId": system}}],
    )
    arn: str = made["taskDefinition"]["taskDefinitionArn"]
    return arn


def connect(client: ClientFactory, network: Any) -> None:
    """A private zone, a transit gateway with a table, a resolver endpoint, a file system with a mount target."""
    place = {"VPCRegion": REGION, "VPCId": network.vpc}
    client("route53").create_hosted_zone(Name="internal.example", CallerReference="1", VPC=place)
    gateway = client("ec2").create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    client("ec2").create_transit_gateway_route_table(TransitGatewayId=gateway)
    client("route53resolver").create_resolver_endpoint(
        CreatorRequestId="1",
        Name="hub",
        Direction="INBOUND",
        SecurityGroupIds=[network.task_group],
        IpAddresses=[{"SubnetId": subnet} for subnet in network.subnets],
    )
    system = client("efs").create_file_system(CreationToken="1")["FileSystemId"]
    client("efs").create_mount_target(FileSystemId=system, SubnetId=network.subnets[0])


def schedule(client: ClientFactory, deployment: demo_deployment.DemoDeployment, definitions: list[str]) -> None:
    """A rule and a schedule that run tasks."""
    cluster = client("ecs").describe_clusters(clusters=[deployment.cluster])["clusters"][0]["clusterArn"]
    client("events").put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    targets = [
        {"Id": str(number), "Arn": cluster, "EcsParameters": {"TaskDefinitionArn": name}}
        for number, name in enumerate(definitions)
    ]
    client("events").put_targets(Rule="nightly", Targets=targets)
    role = "arn:aws:iam::123456789012:role/scheduler"
    client("scheduler").create_schedule(
        Name="hourly",
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": cluster, "RoleArn": role, "EcsParameters": targets[0]["EcsParameters"]},
    )


def submit(client: ClientFactory, deployment: demo_deployment.DemoDeployment) -> None:
    """A job queue with a Fargate compute environment, a state machine and a pipe."""
    network = deployment.network
    resources = {
        "type": "FARGATE",
        "maxvCpus": 4,
        "subnets": list(network.subnets),
        "securityGroupIds": [network.task_group],
    }
    batch = client("batch")
    role = client("iam").create_role(RoleName="starter", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    compute = {"computeEnvironmentName": "compute", "type": "MANAGED", "state": "ENABLED", "serviceRole": role}
    batch.create_compute_environment(**compute, computeResources=resources)
    order = [{"order": 1, "computeEnvironment": "compute"}]
    batch.create_job_queue(jobQueueName="queue", state="ENABLED", priority=1, computeEnvironmentOrder=order)
    client("stepfunctions").create_state_machine(name="run", definition='{"States": {}}', roleArn=role)
    cluster = client("ecs").describe_clusters(clusters=[deployment.cluster])["clusters"][0]["clusterArn"]
    client("codebuild").create_project(
        name="ci",
        source={"type": "S3", "location": "bucket/source"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=role,
    )
    source = "arn:aws:sqs:eu-west-1:123456789012:q"
    client("pipes").create_pipe(Name="feed", Source=source, Target=cluster, RoleArn=role)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    faults = Faults()
    with serve_over_http(REGION, faults):
        client = make_clients(REGION)
        deployment = build(client)
        tasks = client("ecs").list_tasks(cluster=deployment.cluster)["taskArns"]
        stopped = client("ecs").list_tasks(cluster=deployment.cluster, desiredStatus="STOPPED")["taskArns"]
        [interface, *_] = client("ec2").describe_network_interfaces()["NetworkInterfaces"]
        subnet = deployment.network.subnets[0]
        yield Served(faults, subnet, interface["NetworkInterfaceId"], [*tasks, *stopped][0])


@pytest.fixture
def skerry(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Skerry]:
    yield Skerry(monkeypatch, capsys)
    gc.enable()


@pytest.fixture
def policies(skerry: Skerry) -> Policies:
    return Policies(skerry)


@pytest.fixture
def recorded(served: Served, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """The actions of all calls from now on, of whatever client of boto3: also of one that is made past ``aws``."""
    found: Recorded = set()
    call: Callable[..., Any] = BaseClient._make_api_call  # noqa: SLF001 - the one place that all calls pass

    def record(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        name = f"{client.meta.service_model.signing_name}:{operation}"
        found.add(NAMED_OTHERWISE.get(name, name))
        answer = call(client, operation, parameters)
        if operation == "DescribeVpcs":
            answer["Vpcs"].append(SHARED_VPC)
        return ANSWERS.get(operation, answer)

    monkeypatch.setattr(BaseClient, "_make_api_call", record)
    served.faults.clear()
    return found


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    """A task that does not exist."""
    path = tmp_path / "job.json"
    path.write_text(json.dumps({"family": "job", "containerDefinitions": [container()]}), encoding="utf-8")
    return path


@pytest.fixture
def uses(served: Served, definition: Path, tmp_path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The ways in which each command reads an account."""
    hypothetical = ("--task-definition", definition, "--subnet", served.subnet)
    chosen: list[tuple[object, ...]] = [
        (),
        ("--cluster", "article"),
        SERVICE,
        ("--service", "web"),
        ("--task", served.task),
        ("--task", served.task.rpartition("/")[2]),
        hypothetical,
    ]
    no_change = tmp_path / "no-change.json"
    no_change.write_bytes(plan_of(change("aws_sns_topic.other", {"name": "other"}, actions=("no-op",))))
    # What `plan` and `rehearse` choose is read as `diagnose` reads it.
    fewer: list[tuple[object, ...]] = [(), SERVICE, hypothetical]
    return {
        "check": [(no_change, "--with", "live")],
        "cost": [("--metrics",), ("--service", "web")],
        "nat-exit": [("--metrics",), ("--calls-known",)],
        "diagnose": chosen,
        "draw": [(), hypothetical, ("--planned", *SERVICE)],
        "explain": [("--live", "OutOfMemoryError: killed")],
        "plan": fewer,
        "report": [("--output", tmp_path / "report.html", *options) for options in fewer],
        "prices": [("refresh", tmp_path / "prices.json")],
        "rehearse": [("--probe", *options) for options in fewer],
        "snapshot": [("--output", tmp_path / "snapshot")],
        "trace": [("--subnet", served.subnet, "--to", "logs"), ("--source", "internet", "--to", served.interface)],
    }


# Two commands here, and the long tests all: each reads a rich account several times.
QUICK = ("diagnose", "trace")
CHANGING = {"apply", "undo"}
"""Their policies are held against whole applies and undos: tests/apply/test_printed_policies.py."""


def quick_or_long(commands: Iterable[str]) -> list[Any]:
    return [pytest.param(name, marks=() if name in QUICK else (pytest.mark.long,)) for name in commands]


@pytest.mark.parametrize("command", quick_or_long(sorted(set(WIDEST) - CHANGING)))
def test_iam_policy_has_exactly_the_actions_that_are_called(
    command: str,
    skerry: Skerry,
    policies: Policies,
    served: Served,
    uses: Any,
    recorded: Recorded,
    request: pytest.FixtureRequest,
) -> None:
    if command == "rehearse":
        request.getfixturevalue("needs_lab")
    allowed = policies.actions(command)
    for options in uses[command]:
        found = skerry(command, *options)
        # There is no one launch to rehearse or draw of a whole account; it has been read by then.
        is_of_one = "a rehearsal needs one launch" in found.err or "a map shows one of" in found.err
        assert found.code in {0, 1, 4} or is_of_one, found
    assert sorted(recorded - allowed) == []
    assert sorted(allowed - recorded) == []
    # The server saw the calls of other processes too.
    assert {NAMED_OTHERWISE.get(name, name) for name in served.faults.seen} == recorded


@pytest.mark.parametrize("command", quick_or_long(["cost", "diagnose", "explain", "nat-exit", "plan", "snapshot"]))
def test_network_only_calls_exactly_the_actions_of_its_policy(
    command: str, skerry: Skerry, policies: Policies, served: Served, uses: Any, recorded: Recorded
) -> None:
    allowed = policies.actions(f"{command} --network-only")
    found = skerry(command, "--network-only", *uses[command][0])
    assert found.code in {0, 1, 4}, found
    assert recorded == allowed
    assert allowed < policies.actions(command)
    assert {NAMED_OTHERWISE.get(name, name) for name in served.faults.seen} == recorded


def test_service_option_calls_fewer_actions_than_the_policy_allows(
    skerry: Skerry, policies: Policies, recorded: Recorded
) -> None:
    assert skerry("diagnose", *SERVICE).code == 0
    assert recorded < policies.actions("diagnose")


@pytest.mark.parametrize("command", quick_or_long(["diagnose", "rehearse"]))
def test_hypothetical_task_calls_the_actions_of_the_trace_policy(
    command: str, skerry: Skerry, policies: Policies, uses: Any, recorded: Recorded, request: pytest.FixtureRequest
) -> None:
    if command == "rehearse":
        request.getfixturevalue("needs_lab")
    assert "--task-definition" in uses[command][-1]
    assert skerry(command, *uses[command][-1]).code in {0, 1}
    assert recorded == policies.actions("trace")


@pytest.mark.parametrize("command", quick_or_long(["diagnose", "snapshot", "trace"]))
def test_iam_policy_is_enough_if_all_other_actions_are_denied(
    command: str, skerry: Skerry, policies: Policies, served: Served, uses: Any, recorded: Recorded
) -> None:
    served.faults.denied = {call.action for call in CALLS} - policies.actions(command)
    found = skerry(command, *uses[command][0])
    assert found.code in {0, 1, 4}
    assert "Not allowed to call" not in found.out
    assert recorded


def test_every_command_with_a_profile_option_has_a_policy() -> None:
    context = click.Context(cli, **cli.context_settings)
    commands = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    reading = {name for name, one in commands.items() if one and "profile" in {param.name for param in one.params}}
    assert reading == set(WIDEST)


@pytest.mark.parametrize("command", sorted(WIDEST))
class TestPolicyDocument:
    def test_policy_document_has_a_sorted_statement_per_service(self, policies: Policies, command: str) -> None:
        policy = policies(command)
        assert list(policy) == ["Version", "Statement"]
        assert policy["Version"] == "2012-10-17"
        services = []
        reads = [row for row in policy["Statement"] if row["Sid"].startswith("SkerryReads")]
        changes = [row["Sid"] for row in policy["Statement"][len(reads) :]]
        assert changes == (["SkerryChangesEc2", "SkerryTagsEc2"] if command in CHANGING_ACTIONS else [])
        for statement in reads:
            assert list(statement) == ["Sid", "Effect", "Action", "Resource"]
            assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")
            assert statement["Action"] == sorted(set(statement["Action"]))
            [service] = {action.partition(":")[0] for action in statement["Action"]}
            assert statement["Sid"] == f"SkerryReads{service.capitalize()}"
            services.append(service)
        assert services == sorted(set(services))

    def test_policy_document_respects_iam_sid_and_size_limits(self, policies: Policies, command: str) -> None:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html and
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: white space is not counted.
        policy = policies(command)
        assert all(statement["Sid"].isalnum() and statement["Sid"].isascii() for statement in policy["Statement"])
        assert len(json.dumps(policy, separators=(",", ":"))) <= 6144

    def test_policy_document_is_accepted_by_create_policy(
        self, policies: Policies, served: Served, command: str
    ) -> None:
        assert served
        made = make_clients(REGION)("iam").create_policy(
            PolicyName=command, PolicyDocument=json.dumps(policies(command))
        )
        assert made["Policy"]["PolicyName"] == command


@pytest.mark.parametrize("command", ["demo", "everything", ""])
def test_iam_policy_of_command_without_account_is_a_usage_error(skerry: Skerry, command: str) -> None:
    found = skerry("iam-policy", command)
    assert (found.code, found.out) == (USAGE, "")
    known = ", ".join(f"'{name}'" for name in WIDEST)
    assert found.err.splitlines()[-1].endswith(f"is not one of {known}.")


def test_iam_policy_command_does_not_load_slow_modules() -> None:
    slow = "{'boto3', 'botocore', 'moto', 'rich', 'skerry.app'}"
    code = f"import sys, skerry.cli\ntry: skerry.cli.main()\nfinally: print(sorted({slow} & set(sys.modules)))"
    command = [sys.executable, "-c", code, "iam-policy", "diagnose"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.endswith("}\n[]\n")
