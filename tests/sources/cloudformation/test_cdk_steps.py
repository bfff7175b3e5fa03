"""Steps for the code of an app of the AWS CDK: TypeScript for the changes that the CDK has a method for."""

import json

import pytest

from skerry.app.cdk_steps import code_of
from skerry.plan.changes import (
    Advise,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    ModifyEndpoint,
    ProposeStatement,
    Rule,
    SetVpcAttribute,
)

NAMES = {"sg-1": "Net/Group"}


def test_hostile_names_stay_inside_strings_and_comments_of_the_code() -> None:
    ids = {"sg-1": "a */ stop(); /*"}
    assert "group /* a__/_stop____/_ */, ec2" in code_of(AuthorizeRule("sg-2", "in", Rule("tcp", 443, "sg-1")), ids)
    endpoint = CreateInterfaceEndpoint("vpce-new-1", "vpc-1", "com.x'); stop('\\", (), ())
    assert "InterfaceVpcEndpointService('com.x\\'); stop(\\'\\\\', 443)" in code_of(endpoint, {})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            AuthorizeRule("sg-2", "in", Rule("tcp", 443, "sg-1")),
            "securityGroup.addIngressRule(group /* Net/Group */, ec2.Port.tcp(443));",
        ),
        (
            AuthorizeRule("sg-2", "out", Rule("udp", 53, "10.0.0.2/32")),
            "securityGroup.addEgressRule(ec2.Peer.ipv4('10.0.0.2/32'), ec2.Port.udp(53));",
        ),
        (
            AuthorizeRule("sg-2", "out", Rule("tcp", 443, "pl-1")),
            "securityGroup.addEgressRule(ec2.Peer.prefixList('pl-1'), ec2.Port.tcp(443));",
        ),
        (SetVpcAttribute("vpc-1", "enable_dns_hostnames"), "new ec2.Vpc(this, …, { enableDnsHostnames: true })"),
        (
            CreateNatGateway("nat-new-1", "vpc-1", "subnet-1", "eipalloc-1"),
            "new ec2.Vpc(this, …, { natGateways: 1 })  // with subnets of ec2.SubnetType.PRIVATE_WITH_EGRESS",
        ),
        (ModifyEndpoint("vpce-1", private_dns=True), "vpc.addInterfaceEndpoint(…, { privateDnsEnabled: true, … })"),
        (ModifyEndpoint("vpce-1", subnets=("subnet-1",)), ""),
        (
            ConfigureService("web", "", assign_public_ip=True),
            "new ecs.FargateService(this, …, { assignPublicIp: true, … })",
        ),
        (
            ProposeStatement("r", json.dumps({"Effect": "Allow"}), ""),
            'taskDefinition.addToExecutionRolePolicy(iam.PolicyStatement.fromJson({"Effect": "Allow"}));',
        ),
        (ProposeStatement("r", json.dumps({"Principal": "*"}), ""), json.dumps({"Principal": "*"})),
        (Advise("x", "y"), ""),
    ],
)
def test_change_has_the_code_of_the_cdk(change: Change, code: str) -> None:
    assert code_of(change, NAMES) == code
