"""Benchmark of plans: for one service, for many different ones, and for many with equal needs."""

import time
from typing import Any

import msgspec

from skerry.launch.launches import launches_of
from skerry.model.world import World
from skerry.plan.planner import plan
from skerry.plan.records import Plan
from skerry.plan.scope import Scope
from skerry.sources import documents

_REGION, _ACCOUNT = "eu-west-1", "111122223333"
_OF_ECS = f"arn:aws:ecs:{_REGION}:{_ACCOUNT}"
ONE_WANTED, MANY_WANTED = 0.1, 5.0
SERVICES, SUBNETS = 200, 40

Row = dict[str, Any]


def run() -> bool:
    """(g) Plans for an isolated VPC: a security group, four interface endpoints and a gateway for each of them."""
    _timed(1, 2)
    one, alone = _timed(1, 2)
    many, different = _timed(SERVICES, SUBNETS)
    alike, same = _timed(SERVICES, 2, alike=True)
    hardest_one, _ = _timed(1, 2, entries=())
    hardest, _ = _timed(SERVICES, SUBNETS, entries=())
    fits = (
        different.proven
        and alone.proven
        and [row.change for row in same.changes] == [row.change for row in alone.changes]
    )
    print(f"(g) a plan for one service: {one * 1000:.0f} ms, at most 100 ms wanted;", end=" ")
    print(
        f"for {SERVICES} that differ, in {SUBNETS} subnets: {many:.2f} s, {many / one:.0f} times as long, at most",
        end=" ",
    )
    print(
        f"5 s wanted, {len(different.changes)} changes; for {SERVICES} of equal needs: {alike * 1000:.0f} ms,", end=" "
    )
    print(f"{alike / one:.1f} times as long, {len(same.changes)} changes as for one ({len(alone.changes)});", end=" ")
    print(
        f"with a network ACL that lets nothing through, so that every strategy is tried: {hardest_one * 1000:.0f} ms",
        end=" ",
    )
    print(f"for one, {hardest:.2f} s for {SERVICES}")
    return fits and one <= ONE_WANTED and many <= MANY_WANTED


def _timed(
    services: int, subnets: int, *, alike: bool = False, entries: tuple[Row, ...] | None = None
) -> tuple[float, Plan]:
    """Return the time of a plan and the plan; ``entries`` replace those of the network ACL."""
    world = _world(services, subnets, alike=alike, entries=entries)
    launches = [launch for service in world.facts.services for launch in launches_of(world, service)]
    begun = time.process_time()
    found = plan(world, Scope(launches))
    return time.process_time() - begun, found


def _world(services: int, subnets: int, *, alike: bool, entries: tuple[Row, ...] | None) -> World:
    names = [f"subnet-{number}" for number in range(subnets)]
    rows: dict[str, list[Row]] = {key: [] for key in ("VpcEndpoints", "NetworkInterfaces", "InternetGateways")}
    rows |= _network(names)
    if entries is not None:
        rows["NetworkAcls"][0]["Entries"] = list(entries)
    rows["services"] = [_service(number, names, alike=alike) for number in range(services)]
    rows["taskDefinitions"] = [_definition(number) for number in range(1 if alike else services)]
    return World(documents.load({"generated.json": msgspec.json.encode(rows)}))


def _network(names: list[str]) -> dict[str, list[Row]]:
    """An isolated VPC: one route table with nothing but ``local``, one network ACL that allows all."""
    on, vpc = {"Value": True}, {"VpcId": "vpc-1"}
    options = {"Key": "domain-name-servers", "Values": [{"Value": "AmazonProvidedDNS"}]}
    local = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    entries = [
        {"RuleNumber": 100, "Egress": egress, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}
        for egress in (False, True)
    ]
    within = [{"SubnetId": name} for name in names]
    return {
        "Vpcs": [vpc | {"CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1"}],
        "VpcAttributes": [vpc | {"EnableDnsSupport": on, "EnableDnsHostnames": on}],
        "DhcpOptions": [{"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [options]}],
        "RouteTables": [vpc | {"RouteTableId": "rtb-1", "Routes": [local], "Associations": [{"Main": True}]}],
        "NetworkAcls": [vpc | {"NetworkAclId": "acl-1", "Entries": entries, "Associations": within}],
        "SecurityGroups": [vpc | {"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": [everything]}],
        "Subnets": [
            vpc
            | {
                "SubnetId": name,
                "CidrBlock": f"10.0.{number}.0/24",
                "AvailableIpAddressCount": 200,
                "AvailabilityZone": f"{_REGION}{'abc'[number % 3]}",
            }
            for number, name in enumerate(names)
        ],
    }


def _service(number: int, names: list[str], *, alike: bool) -> Row:
    first = 0 if alike else 2 * number % len(names)
    places = {"subnets": names[first : first + 2], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}
    return {
        "serviceArn": f"{_OF_ECS}:service/shop/web-{number}",
        "serviceName": f"web-{number}",
        "clusterArn": f"{_OF_ECS}:cluster/shop",
        "status": "ACTIVE",
        "launchType": "FARGATE",
        "taskDefinition": f"{_OF_ECS}:task-definition/web-{0 if alike else number}:1",
        "networkConfiguration": {"awsvpcConfiguration": places},
    }


def _definition(number: int) -> Row:
    secret = f"arn:aws:secretsmanager:{_REGION}:{_ACCOUNT}:secret:db-{number}-AbCdEf"
    log = {"awslogs-group": f"/ecs/web-{number}", "awslogs-region": _REGION, "awslogs-stream-prefix": "web"}
    container = {
        "name": "app",
        "image": f"{_ACCOUNT}.dkr.ecr.{_REGION}.amazonaws.com/web-{number}:1",
        "secrets": [{"name": "PASSWORD", "valueFrom": secret}],
        "logConfiguration": {"logDriver": "awslogs", "options": log},
    }
    return {
        "taskDefinitionArn": f"{_OF_ECS}:task-definition/web-{number}:1",
        "family": f"web-{number}",
        "revision": 1,
        "executionRoleArn": f"arn:aws:iam::{_ACCOUNT}:role/launcher",
        "containerDefinitions": [container],
    }
