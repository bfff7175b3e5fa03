"""Stacks in the embedded AWS: the article's service starts, and what AWS would refuse is refused."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from skerry import app
from skerry.app.reading import Gathered
from skerry.aws.session import Account, ClientFactory, make_clients
from skerry.embedded.demo_deployment import SUBNET_CIDRS, DemoDeployment, build, repair
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.render import cloudformation
from skerry.verdicts import BLOCKED, OK
from tests.cloudformation.deploying import deploy
from tests.cloudformation.resolving import REGION, Stack
from tests.cloudformation.stacks import FOLDER, SWITCHES

EVERYTHING = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


@pytest.fixture
def clients() -> Iterator[ClientFactory]:
    with run_embedded_aws(REGION):
        yield make_clients(REGION)


@pytest.fixture
def ec2(clients: ClientFactory) -> Any:
    return clients("ec2")


def read() -> Gathered:
    return app.read_account(Account(region=REGION))


def stack_for(deployment: DemoDeployment, **parameters: str) -> Stack:
    network = deployment.network
    given = {
        "VpcId": network.vpc,
        "SubnetIds": ",".join(network.subnets),
        "RouteTableIds": network.route_table,
        "ClientCidrs": ",".join(SUBNET_CIDRS),
        "SecretsManager": "true",
    }
    return Stack(FOLDER / "endpoints.yaml", given | parameters)


Prepare = Callable[[Any, DemoDeployment], dict[str, str]]


def from_subnets(ec2: Any, deployment: DemoDeployment) -> dict[str, str]:
    """Leave the article's network as it is."""
    del ec2, deployment
    return {}


def from_closed_tasks(ec2: Any, deployment: DemoDeployment) -> dict[str, str]:
    """Close the group of the tasks, and let the stack open it."""
    ec2.revoke_security_group_egress(GroupId=deployment.network.task_group, IpPermissions=EVERYTHING)
    lists = {row["PrefixListName"]: row["PrefixListId"] for row in ec2.describe_prefix_lists()["PrefixLists"]}
    return {
        "Ingress": "from-tasks",
        "TaskSecurityGroupIds": deployment.network.task_group,
        "TaskEgress": "true",
        "GatewayPrefixListIds": lists[f"com.amazonaws.{REGION}.s3"],
        "ClientCidrs": "",
    }


@pytest.mark.long
@pytest.mark.parametrize("prepare", [from_subnets, from_closed_tasks])
def test_stack_of_endpoints_lets_the_articles_service_start(prepare: Prepare, clients: ClientFactory, ec2: Any) -> None:
    deployment = build(clients)
    parameters = prepare(ec2, deployment)
    assert app.diagnose(read().world).verdict is BLOCKED

    deploy(ec2, stack_for(deployment, **parameters))

    assert app.diagnose(read().world).verdict is OK


@pytest.mark.long
def test_vpc_with_endpoints_takes_a_stack_of_the_missing_one_alone(clients: ClientFactory, ec2: Any) -> None:
    deployment = build(clients)
    repaired = repair(clients, deployment)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[repaired.interface_endpoints[0]])
    assert app.diagnose(read().world).verdict is BLOCKED

    deploy(ec2, stack_for(deployment, **dict.fromkeys(SWITCHES, "false") | {"EcrApi": "true"}))

    assert app.diagnose(read().world).verdict is OK


@pytest.mark.parametrize(
    ("switch", "why"),
    [("S3", "RouteAlreadyExists"), pytest.param("EcrDkr", "conflicting DNS domain", marks=pytest.mark.long)],
)
def test_vpc_refuses_a_second_endpoint_of_a_service(switch: str, why: str, clients: ClientFactory, ec2: Any) -> None:
    deployment = build(clients)
    repair(clients, deployment)
    stack = stack_for(deployment, **dict.fromkeys(SWITCHES, "false") | {switch: "true"})

    with pytest.raises(ClientError, match=why):
        deploy(ec2, stack)


@pytest.mark.parametrize("prepare", [pytest.param(from_subnets, marks=pytest.mark.long), from_closed_tasks])
def test_template_of_a_plan_lets_the_articles_service_start(
    prepare: Prepare, clients: ClientFactory, ec2: Any, tmp_path: Path
) -> None:
    prepared = prepare(ec2, build(clients))
    world = read().world
    plan = app.plan(world)
    assert (plan.before, plan.proven) == (BLOCKED, True)
    template = tmp_path / "plan.yaml"
    template.write_text(cloudformation.render(world, plan), encoding="utf-8")
    asks = "S3PrefixList" in template.read_text(encoding="utf-8")

    deploy(ec2, Stack(template, {"S3PrefixList": prepared["GatewayPrefixListIds"]} if asks else {}))

    assert app.diagnose(read().world).verdict is OK
