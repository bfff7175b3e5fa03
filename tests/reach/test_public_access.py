"""Block Public Access: what each mode stops, and what is excluded from it.

https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa-example.html
"""

from itertools import permutations
from typing import Any

import pytest

from skerry.reach.trace_request import TraceRequest, ask
from skerry.verdicts import BLOCKED, OK, UNKNOWN, Verdict
from tests.hubs import lost, missing, reach
from tests.networks import EVERYWHERE, REGION, VPC, Network, Row

BOTH, INGRESS = "block-bidirectional", "block-ingress"
WIDE, EGRESS = "allow-bidirectional", "allow-egress"
ARN = f"arn:aws:ec2:{REGION}:111122223333"


def excluded(name: str, mode: str, state: str = "create-complete") -> Row:
    """An exclusion of a VPC or subnet."""
    kind = "vpc" if name.startswith("vpc-") else "subnet"
    return {
        "ExclusionId": f"vpcbpa-exclude-{name}-{mode}-{state}",
        "InternetGatewayExclusionMode": mode,
        "ResourceArn": f"{ARN}:{kind}/{name}",
        "State": state,
    }


def under(mode: str, *exclusions: Row, nat: bool = True) -> Network:
    """Subnet-b with a NAT gateway for subnet-a, or subnet-b for a public task."""
    network = Network()
    if nat:
        network.serve_internet_by_nat()
    else:
        network.internet_gateway()
        network.route(GatewayId="igw-1")
    network.rows["VpcBlockPublicAccessOptions"] = [{"AwsRegion": REGION, "InternetGatewayBlockMode": mode}]
    network.rows["VpcBlockPublicAccessExclusions"] = list(exclusions)
    return network


@pytest.mark.parametrize(
    ("mode", "exclusions", "by_nat", "public"),
    [
        ("off", [], OK, OK),
        (BOTH, [], BLOCKED, BLOCKED),
        (INGRESS, [], OK, BLOCKED),
        (BOTH, [excluded("subnet-b", WIDE)], OK, OK),
        (BOTH, [excluded(VPC, WIDE)], OK, OK),
        # Whether a public address gets out under an egress-only exclusion, AWS's pages disagree.
        (BOTH, [excluded("subnet-b", EGRESS)], OK, UNKNOWN),
        (BOTH, [excluded(VPC, EGRESS)], OK, UNKNOWN),
        (INGRESS, [excluded("subnet-b", WIDE)], OK, OK),
        # In this mode egress-only exclusions are ignored.
        (INGRESS, [excluded("subnet-b", EGRESS)], OK, BLOCKED),
        # The NAT gateway's subnet is what counts, not the task's.
        (BOTH, [excluded("subnet-a", WIDE)], BLOCKED, BLOCKED),
        (BOTH, [excluded("vpc-9", WIDE)], BLOCKED, BLOCKED),
        (BOTH, [excluded("subnet-b", WIDE, "delete-complete")], BLOCKED, BLOCKED),
        (BOTH, [excluded("subnet-b", WIDE, "create-in-progress")], UNKNOWN, UNKNOWN),
        (BOTH, [excluded("subnet-b", WIDE, "create-in-progress"), excluded(VPC, WIDE)], OK, OK),
    ],
)
def test_block_public_access_mode_and_exclusions_decide_verdict(
    mode: str, exclusions: list[Row], by_nat: Verdict, public: Verdict
) -> None:
    for rows in permutations(exclusions):
        assert reach(under(mode, *rows)).verdict is by_nat
        assert reach(under(mode, *rows, nat=False), subnet="subnet-b", public=True).verdict is public


def test_block_public_access_loss_names_internet_gateway() -> None:
    assert lost(reach(under(BOTH))) == [("VPC_BLOCK_PUBLIC_ACCESS_ENABLED", "igw-1")]


def test_block_public_access_names_undecided_exclusions() -> None:
    row = excluded("subnet-b", WIDE, "delete-in-progress")
    fact = f"what becomes of exclusion {row['ExclusionId']}, which is delete-in-progress"
    assert missing(reach(under(BOTH, row))) == [fact]
    fact = "whether an egress-only exclusion lets out what has a public address in subnet-b"
    network = under(BOTH, excluded("subnet-b", EGRESS), nat=False)
    assert missing(reach(network, subnet="subnet-b", public=True)) == [fact]


def test_block_public_access_is_unknown_without_its_exclusions() -> None:
    network = under(BOTH)
    network.forget("VpcBlockPublicAccessExclusions")
    outcome = reach(network)
    assert (outcome.verdict, missing(outcome)) == (UNKNOWN, ["whether subnet-b is excluded from Block Public Access"])


@pytest.mark.parametrize(
    ("options", "verdict"),
    [
        ([{"AwsRegion": "eu-west-2", "InternetGatewayBlockMode": "off"}], BLOCKED),
        ([{"AwsRegion": REGION, "InternetGatewayBlockMode": "off"}], OK),
        ([{"AwsRegion": REGION}], BLOCKED),
        ([], BLOCKED),
    ],
    ids=str,
)
def test_block_public_access_mode_of_region_overrides_subnet_state(options: list[Row], verdict: Verdict) -> None:
    network = under(BOTH)
    network.rows["VpcBlockPublicAccessOptions"] = options
    network.row("Subnets", "subnet-b")["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": BOTH}
    assert reach(network).verdict is verdict


@pytest.mark.parametrize(
    ("mode", "exclusions", "verdict"),
    [
        ("off", [], OK),
        (BOTH, [], BLOCKED),
        (INGRESS, [], BLOCKED),
        (BOTH, [excluded("subnet-b", EGRESS)], BLOCKED),
        (INGRESS, [excluded("subnet-b", WIDE)], OK),
        (BOTH, [excluded("subnet-b", WIDE, "update-in-progress")], UNKNOWN),
    ],
)
def test_block_public_access_blocks_inbound_internet_in_both_modes(
    mode: str, exclusions: list[Row], verdict: Verdict
) -> None:
    network = under(mode, *exclusions, nat=False)
    network.interface("eni-1", "10.0.2.9", "subnet-b", ["sg-open"], Association={"PublicIp": "198.51.100.3"})
    outcome = ask(network.walker(), TraceRequest("eni-1", 443, internet=True))
    assert outcome.verdict is verdict
    if verdict is BLOCKED:
        assert ("VPC_BLOCK_PUBLIC_ACCESS_ENABLED", "igw-1") in lost(outcome)


def test_default_route_is_required_with_block_public_access_off() -> None:
    network: Any = under("off", nat=False)
    network.row("RouteTables", "rtb-main")["Routes"].pop()
    assert lost(reach(network, public=True)) == [("NO_ROUTE_TO_DESTINATION", "rtb-main")]
    assert EVERYWHERE == "0.0.0.0/0"


def test_block_public_access_is_unknown_if_its_mode_call_was_denied() -> None:
    network = under(BOTH)
    network.forget("VpcBlockPublicAccessOptions")
    action = "ec2:DescribeVpcBlockPublicAccessOptions"
    network.add("Calls", Call={"operation": action}, Error={"Code": "UnauthorizedOperation"})
    outcome = reach(network)
    assert outcome.verdict is UNKNOWN
    assert "the mode of Block Public Access for subnet-b" in missing(outcome)


def test_block_public_access_is_unknown_if_only_other_subnets_have_a_mode() -> None:
    network = under(BOTH)
    network.forget("VpcBlockPublicAccessOptions")
    network.row("Subnets", "subnet-a")["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": BOTH}
    outcome = reach(network)
    assert outcome.verdict is UNKNOWN
    assert "the mode of Block Public Access for subnet-b" in missing(outcome)
