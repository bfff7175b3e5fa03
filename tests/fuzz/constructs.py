"""Networks that are hostile by their construction: what refers to itself, what is many, what is slow to match."""

import json
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from tests.fuzz import hostile, texts
from tests.holdings import EXECUTION, SECRET, Resources, policy, statement
from tests.hubs import HubAndSpoke, tgw_route
from tests.networks import EVERYWHERE, REGION, Network, allow, container, one_of_everything, record


def _lists_in_lists(draw: random.Random) -> Network:
    network = one_of_everything()
    network.route("pl-1", GatewayId=draw.choice(["pl-1", "local", "igw-1", "vpce-93", "rtb-main"]))
    for row in network.rows["PrefixLists"]:
        row["Cidrs"] = draw.choice(
            [["pl-1"], [row["PrefixListId"]], [EVERYWHERE] * 2_000, ["10.0.0.0/8", "x"], [7], []]
        )
    return network


def _names_in_a_circle(draw: random.Random) -> Network:
    network = one_of_everything()
    zone = f"{REGION}.amazonaws.com"
    host = f"api.ecr.{zone}."
    others = [f"{number}.{zone}." for number in range(draw.choice([1, 2, 30, 300]))]
    chain = [host, *others, draw.choice([host, f"end.{zone}.", f"*.{zone}."])]
    kind, alias = draw.choice(["CNAME", "A"]), draw.random() < 0.5
    rows = [record(name, "A", alias=after) if alias else record(name, kind, after) for name, after in pairwise(chain)]
    rows.append(record(f"\\052.{zone}.", "CNAME", draw.choice([f"x.{zone}.", f"*.{zone}.", host])))
    network.zone(zone, *rows)
    if draw.random() < 0.5:
        network.zone(zone, *rows, zone_id="Z99")
    return network


def _groups_in_a_circle(draw: random.Random) -> Network:
    network = one_of_everything()
    count = draw.choice([2, 20, 150])
    names = [f"sg-{number}" for number in range(count)]
    for number, name in enumerate(names):
        others = [names[number - 1], name, names[draw.randrange(count)]]
        network.group(name, inbound=[allow(group=others)], outbound=[allow(group=others)])
    network.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = names
    return network


def _transit_in_a_circle(draw: random.Random) -> Network:
    network = HubAndSpoke()
    network.central_endpoint()
    network.central_nat()
    network.definition(container())
    network.service()
    to = draw.choice(["10.1.0.0/16", EVERYWHERE])
    network.routes["tgw-rtb-spoke"].append(tgw_route(to, "tgw-attach-1", "static"))
    network.routes["tgw-rtb-hub"].append(tgw_route(EVERYWHERE, draw.choice(["tgw-attach-1", "tgw-attach-2"]), "static"))
    network.row("RouteTables", "rtb-hub")["Routes"].append(
        {"DestinationCidrBlock": to, "TransitGatewayId": "tgw-1", "State": "active"}
    )
    if draw.random() < 0.5:
        network.attach("tgw-attach-3", draw.choice(["vpc-1", "vpc-2"]), ["subnet-a"], "tgw-rtb-spoke")
    return network


def _peers_in_a_circle(draw: random.Random) -> Network:
    network = HubAndSpoke()
    network.peer()
    network.definition(container())
    network.service()
    row = network.rows["VpcPeeringConnections"][0]
    if draw.random() < 0.5:
        row["AccepterVpcInfo"]["VpcId"] = "vpc-1"
    if draw.random() < 0.5:
        row["AccepterVpcInfo"]["CidrBlock"] = "10.0.0.0/16"
    network.route(EVERYWHERE, VpcPeeringConnectionId="pcx-1")
    return network


def _ways_in_a_circle(draw: random.Random) -> Network:
    """NAT gateways and interfaces whose subnets lead to themselves."""
    network = one_of_everything()
    network.row("RouteTables", "rtb-public")["Routes"][1:] = [
        {"DestinationCidrBlock": EVERYWHERE, "NatGatewayId": "nat-1", "State": "active"}
    ]
    network.route("10.9.0.0/16", NetworkInterfaceId=draw.choice(["eni-1f", "eni-9", "eni-vpce-1"]))
    if draw.random() < 0.5:
        network.rows["NatGateways"][0]["SubnetId"] = "subnet-a"
    return network


def _slow_policy(draw: random.Random) -> Network:
    network = Resources()
    bomb = draw.choice(hostile.PATTERNS)
    many = [bomb] * draw.choice([1, 50])
    asked = [statement(many, many), statement("*", bomb, "Deny"), statement("secretsmanager:" + bomb, SECRET + bomb)]
    condition = {draw.choice(["StringLike", "ArnLike", "ForAnyValue:StringLike"]): {"aws:PrincipalArn": many}}
    asked.append(statement("*", "*", draw.choice(["Allow", "Deny"]), Condition=condition))
    network.role(EXECUTION, *(asked * draw.choice([1, 20])))
    document = json.dumps(policy(*asked))
    for row in network.rows["VpcEndpoints"]:
        row["PolicyDocument"] = document
    network.tell("secretsmanager:GetResourcePolicy", {"SecretId": SECRET}, {"ARN": SECRET, "ResourcePolicy": document})
    return network


def _roles_in_a_circle(draw: random.Random) -> Network:
    network = Resources()
    trust = policy(statement("sts:AssumeRole", Principal={"AWS": EXECUTION}))
    boundary = {"PermissionsBoundaryArn": draw.choice([EXECUTION, "", "arn:aws:iam::aws:policy/x", "*"])}
    network.role(EXECUTION, statement("*", EXECUTION), managed=[EXECUTION], trust=trust, PermissionsBoundary=boundary)
    depth = draw.choice([3, 200])
    nested: object = "*"
    for _ in range(depth):
        nested = [nested] if draw.random() < 0.5 else {"AWS": nested}
    network.rows["RoleDetailList"][0]["RolePolicyList"] = [{"PolicyName": "own", "PolicyDocument": nested}]
    return network


def _many_services(draw: random.Random) -> Network:
    network = one_of_everything()
    for number in range(draw.choice([10, 60])):
        network.service(f"web{number}", subnets=["subnet-a", "subnet-b"] * draw.choice([1, 5]))
    return network


def _many_rules(draw: random.Random) -> Network:
    network = one_of_everything()
    blocks = [
        f"10.{number % 256}.{number // 256}.0/{draw.randrange(8, 33)}" for number in range(draw.choice([60, 400]))
    ]
    group = network.row("SecurityGroups", "sg-task")
    group["IpPermissionsEgress"] = [allow("tcp", number, number + 3, cidr=block) for number, block in enumerate(blocks)]
    for block in blocks[:100]:
        network.route(block, NatGatewayId="nat-1")
    return network


def _reasons(draw: random.Random) -> Network:
    """Error texts wherever ECS prints them."""
    network = one_of_everything()
    (service,) = network.rows["services"]
    service["events"] = [{"id": "1", "createdAt": 1.0, "message": texts.text(draw)} for _ in range(draw.choice([1, 9]))]
    for number in range(draw.choice([1, 5, 40])):
        reason = {
            "containers": [{"name": "app", "reason": texts.text(draw), "exitCode": draw.choice([0, 1, -1, None])}]
        }
        stopped = {"lastStatus": "STOPPED", "stoppedReason": texts.text(draw), "group": "service:web"}
        network.task(f"f{number}", **stopped, **reason)
    return network


def _text_everywhere(draw: random.Random) -> Network:
    """One hostile text in the place of a name, wherever that name stands."""
    network = draw.choice([one_of_everything, Resources])()
    names = ["web", "subnet-a", "sg-task", "eni-1f", "rtb-main", "vpc-1", "vpce-1", "app", "shop", "eu-west-1a", "db"]
    chosen = {name: draw.choice(hostile.STRINGS + hostile.NAMES) for name in draw.sample(names, draw.choice([1, 3]))}
    network.rows = _replaced(network.rows, chosen)
    return network


def _replaced(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _replaced(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [_replaced(value, names) for value in node]
    for name, other in names.items():
        node = node.replace(name, other) if isinstance(node, str) else node
    return node


CONSTRUCTS: tuple[Callable[[random.Random], Network], ...] = (
    *(_lists_in_lists, _names_in_a_circle, _groups_in_a_circle, _transit_in_a_circle, _peers_in_a_circle),
    *(_ways_in_a_circle, _slow_policy, _roles_in_a_circle, _many_services, _many_rules, _reasons),
    *(_text_everywhere, _text_everywhere, _text_everywhere),
)


def construct(draw: random.Random) -> tuple[Network, str]:
    """Draw a hostile network; return it and its name."""
    chosen = draw.choice(CONSTRUCTS)
    return chosen(draw), chosen.__name__.strip("_")
