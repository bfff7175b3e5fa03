"""Sets of templates with the verdicts and blockers that AWS's pages give, labelled before any of them was read.

A case is a text with marked lines: ``== FILE`` begins a file. ``blockers`` are pairs of a code and a logical id or the
path of a construct; None where the verdict alone is labelled.
"""

from typing import Final, NamedTuple

from tests.sources.cloudformation.set_parts import (
    ABSENT,
    ACL,
    ASSEMBLY,
    EGRESS,
    ENDPOINT_GROUP,
    ENDPOINTS,
    EXPORTS,
    IMPORTS,
    LABELS,
    LOOP,
    NAT,
    NESTED_APP,
    NESTED_NET,
    NETWORK,
    NO_ROUTE,
    OWN_BUCKET_ONLY,
    PARENT,
    ROUTE,
    conditional,
    endpoint,
    gateway,
    main,
    nested_beside,
    service,
    to_list,
)


class LabelledSet(NamedTuple):
    """One set: its files, the inputs in order, parameters, and the label with its reason."""

    why: str
    text: str
    verdict: str
    blockers: list[list[str]] | None = None
    inputs: tuple[str, ...] = ("main.yaml",)
    parameters: tuple[str, ...] = ()
    region: str = "eu-west-1"

    @property
    def files(self) -> dict[str, str]:
        """The text of each file."""
        parts = self.text.split("== ")[1:]
        return {name: text for name, _, text in (part.partition("\n") for part in parts)}


CASES: Final = {
    "nat-under-open-condition": LabelledSet(
        "With yes the NAT gateway carries all calls, with no nothing does: the parameter decides.",
        main(
            *(NETWORK, conditional(NAT + ROUTE), service()),
            head="Parameters: {Mode: {Type: String, AllowedValues: ['yes', 'no']}}\n"
            "Conditions: {WithNat: !Equals [!Ref Mode, 'yes']}",
        ),
        "unknown",
    ),
    "nat-under-condition-of-no": LabelledSet(
        "The condition is false by the given value, so no route leads out.",
        main(
            *(NETWORK, conditional(NAT + ROUTE), service()),
            head="Parameters: {Mode: {Type: String, AllowedValues: ['yes', 'no']}}\n"
            "Conditions: {WithNat: !Equals [!Ref Mode, 'yes']}",
        ),
        "blocked",
        NO_ROUTE,
        parameters=("Mode=no",),
    ),
    "open-condition-that-decides-nothing": LabelledSet(
        "The open parameter makes an alarm topic only.",
        main(
            *(NETWORK, NAT, ROUTE, service(), "\n  Topic: {Type: AWS::SNS::Topic, Condition: IsLive}\n"),
            head="Parameters: {Stage: {Type: String}}\nConditions: {IsLive: !Equals [!Ref Stage, live]}",
        ),
        "ok",
        [],
    ),
    "nested-outputs": LabelledSet(
        "Subnets go from one nested stack to the next as text with commas.",
        PARENT.replace("NET", "net.yaml") + NESTED_NET + NESTED_APP,
        "ok",
        [],
    ),
    "nested-network-absent": LabelledSet(
        "The subnets come from a nested stack whose template is not here.",
        PARENT.replace("NET", ABSENT) + NESTED_APP,
        "unknown",
    ),
    "nested-absent-without-the-network": LabelledSet(
        "The absent nested stack gets a name only: it cannot name the VPC.",
        main(NETWORK, NAT, ROUTE, service(), nested_beside("Topic: alarms")),
        "ok",
        [],
    ),
    "nested-absent-with-the-vpc": LabelledSet(
        "The absent nested stack gets the VPC, where it may create an endpoint that answers for Amazon ECR.",
        main(NETWORK, NAT, ROUTE, service(), nested_beside("Vpc: !Ref Vpc")),
        "unknown",
    ),
    "nested-absent-with-the-cluster": LabelledSet(
        "The absent nested stack gets the name of the cluster, which is no part of a network.",
        main(NETWORK, service(), nested_beside("Cluster: !Ref Cluster")),
        "blocked",
        NO_ROUTE,
    ),
    "nested-absent-beside-an-export": LabelledSet(
        "The VPC is exported, so that the absent nested stack may import it.",
        main(NETWORK, NAT, ROUTE, service(), nested_beside("Topic: alarms"))
        + "\nOutputs: {Vpc: {Value: !Ref Vpc, Export: {Name: the-vpc}}}",
        "unknown",
    ),
    "nested-absent-beside-a-stored-id": LabelledSet(
        "The route table is in Parameter Store, where the absent nested stack may read it.",
        main(
            *(NETWORK, NAT, ROUTE, service(), nested_beside("Topic: alarms")),
            "\n  Stored: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref PrivateTable}}\n",
        ),
        "unknown",
    ),
    "nested-absent-with-an-id-by-code": LabelledSet(
        "Code of the user gives the parameter of the absent nested stack: it may be any id.",
        main(
            *(NETWORK, NAT, ROUTE, service(), nested_beside("Vpc: !GetAtt Found.Id")),
            "\n  Found: {Type: Custom::Find, Properties: {ServiceToken: x}}\n",
        ),
        "unknown",
    ),
    "nested-absent-with-another-vpc": LabelledSet(
        "The absent nested stack gets a VPC in which no task starts.",
        main(
            *(NETWORK, NAT, ROUTE, service(), nested_beside("Vpc: !Ref Other")),
            "\n  Other: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.99.0.0/16}}\n",
        ),
        "ok",
        [],
    ),
    "exports-of-an-isolated-network": LabelledSet(
        "Imported subnets have no route out.",
        f"== net.yaml\nResources:{NETWORK}{EXPORTS}== main.yaml\nParameters: {{Net: {{Type: String}}}}\nResources:"
        + service(**IMPORTS),
        "blocked",
        NO_ROUTE,
        ("net=net.yaml", "main.yaml"),
        ("Net=net",),
    ),
    "import-of-a-group": LabelledSet(
        "The group is that of a stack which is not here: its rules may stop packets.",
        main(NETWORK, NAT, ROUTE, service(groups="[!ImportValue elsewhere-group]")),
        "unknown",
    ),
    "loop-of-endpoints": LabelledSet(
        "The loop makes the endpoints of Amazon ECR's two services.",
        main(NETWORK, ENDPOINT_GROUP, gateway(), LOOP.replace("COLLECTION", "[Api, Dkr]"), service(), head=LABELS),
        "ok",
        [],
    ),
    "loop-that-omits-one": LabelledSet(
        "The loop makes no endpoint of ecr.dkr.",
        main(NETWORK, ENDPOINT_GROUP, gateway(), LOOP.replace("COLLECTION", "[Api, Logs]"), service(), head=LABELS),
        "blocked",
        NO_ROUTE,
    ),
    "loop-over-an-open-parameter": LabelledSet(
        "Nobody knows the endpoints of a loop over a parameter without a value.",
        main(
            *(NETWORK, ENDPOINT_GROUP, gateway(), LOOP.replace("COLLECTION", "!Ref Wanted"), service()),
            head=f"Parameters: {{Wanted: {{Type: CommaDelimitedList}}}}{LABELS}",
        ),
        "unknown",
    ),
    "subnet-of-parameter-store": LabelledSet(
        "The default of such a parameter is the name in Parameter Store, and no id of a subnet.",
        main(
            *(NETWORK, NAT, ROUTE, service("[!Ref Where]")),
            head="Parameters: {Where: {Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Subnet::Id>', Default: /net/a}}",
        ),
        "unknown",
    ),
    "dynamic-reference-as-block": LabelledSet(
        "The block that the group lets out is in Parameter Store.",
        main(NETWORK, NAT, ROUTE, EGRESS.replace("10.20.0.0/16", "'{{resolve:ssm:/net/cidr}}'"), service()),
        "unknown",
    ),
    "dynamic-reference-in-environment": LabelledSet(
        "A password in the environment of a container decides nothing.",
        main(
            *(NETWORK, NAT, ROUTE),
            service(
                more="          Environment: [{Name: P, Value: '{{resolve:secretsmanager:db:SecretString:password}}'}]"
            ),
        ),
        "ok",
        [],
    ),
    "sam-function-beside-a-service": LabelledSet(
        "A function of SAM changes no network.",
        main(
            *(NETWORK, service()),
            "\n  Hello:\n    Type: AWS::Serverless::Function\n    Properties: {Handler: a.b, Runtime: python3.13, "
            "InlineCode: x, Events: {Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}}\n",
            head="Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Timeout: 3}}",
        ),
        "blocked",
        NO_ROUTE,
    ),
    "prefix-list-of-storage": LabelledSet(
        "pl-6da54004 is AWS's list of Amazon S3 in eu-west-1, so layers pass.",
        main(NETWORK, ENDPOINTS, gateway(), EGRESS, to_list("pl-6da54004"), service()),
        "ok",
        [],
    ),
    "prefix-list-of-tables": LabelledSet(
        "pl-6fa54006 is AWS's list of Amazon DynamoDB in eu-west-1, and layers come from Amazon S3.",
        main(NETWORK, ENDPOINTS, gateway(), EGRESS, to_list("pl-6fa54006"), service()),
        "blocked",
        [["ENI_SG_RULES_MISMATCH", "TaskGroup"]],
    ),
    "prefix-list-of-nobody": LabelledSet(
        "Whose list pl-0123456789abcdef0 is, only the account tells.",
        main(NETWORK, ENDPOINTS, gateway(), EGRESS, to_list("pl-0123456789abcdef0"), service()),
        "unknown",
    ),
    "answers-stopped-by-an-acl": LabelledSet(
        "Answers come to ports above 1023, which no inbound entry lets in.",
        main(NETWORK, NAT, ROUTE, ACL, service()),
        "blocked",
        [["SUBNET_ACL_RESTRICTION", "Acl"]],
    ),
    "subnet-by-functions": LabelledSet(
        "The block of the subnet is cut out of the VPC's, and the group lets out to a block without endpoints.",
        main(
            NETWORK.replace("10.20.1.0/24", "!Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 4, 8]]"),
            *(ENDPOINTS, gateway()),
            EGRESS.replace("10.20.0.0/16", "!Select [2, !Cidr [!GetAtt Vpc.CidrBlock, 4, 8]]"),
            service(),
        ),
        "blocked",
        [["ENI_SG_RULES_MISMATCH", "TaskGroup"]],
    ),
    "endpoints-in-the-opened-default-group": LabelledSet(
        "Endpoints without groups are in the default group, which a rule of its own opens to the tasks.",
        main(
            *(NETWORK, endpoint("Api", "ecr.api", ""), endpoint("Dkr", "ecr.dkr", ""), gateway(), service()),
            "\n  Opened:\n    Type: AWS::EC2::SecurityGroupIngress\n    Properties: {GroupId: !GetAtt "
            "Vpc.DefaultSecurityGroup, IpProtocol: tcp, FromPort: 443, ToPort: 443, "
            "SourceSecurityGroupId: !GetAtt TaskGroup.GroupId}\n",
        ),
        "ok",
        [],
    ),
    "policy-of-the-gateway": LabelledSet(
        "The policy of the gateway endpoint names another bucket than that of layers.",
        main(NETWORK, ENDPOINTS, gateway(OWN_BUCKET_ONLY), service()),
        "blocked",
        [["ENDPOINT_POLICY_DENIES", "S3"]],
    ),
    "public-by-condition": LabelledSet(
        "The default of the parameter gives tasks public addresses.",
        main(
            *(NETWORK, service("[!Ref Public]", public="!If [IsPublic, ENABLED, DISABLED]")),
            head="Parameters: {Reached: {Type: String, Default: 'true'}}\n"
            "Conditions: {IsPublic: !Equals [!Ref Reached, true]}",
        ),
        "ok",
        [],
    ),
    "regional-nat": LabelledSet(
        "A regional NAT gateway needs no public subnet; its own table leads to the internet gateway.",
        main(
            NETWORK,
            "\n  Nat: {Type: AWS::EC2::NatGateway, Properties: {VpcId: !Ref Vpc, AvailabilityMode: regional}}\n",
            *(ROUTE, service()),
        ),
        "ok",
        [],
    ),
    "network-firewall": LabelledSet(
        "Behind AWS Network Firewall the internet gateway drops packets of tasks without public addresses.",
        main(
            NETWORK,
            "\n  Rules: {Type: AWS::NetworkFirewall::FirewallPolicy, Properties: {FirewallPolicyName: p, "
            "FirewallPolicy: {StatelessDefaultActions: ['aws:pass'], StatelessFragmentDefaultActions: ['aws:pass']}}}\n"
            "  Wall: {Type: AWS::NetworkFirewall::Firewall, Properties: {FirewallName: w, "
            "FirewallPolicyArn: !Ref Rules, VpcId: !Ref Vpc, SubnetMappings: [{SubnetId: !Ref Public}]}}\n"
            "  PrivateRoute:\n    Type: AWS::EC2::Route\n    Properties: {RouteTableId: !Ref PrivateTable, "
            "DestinationCidrBlock: 0.0.0.0/0, VpcEndpointId: !Select [1, !Split [':', !Select [0, !GetAtt "
            "Wall.EndpointIds]]]}\n",
            service(),
        ),
        "blocked",
        [["IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "Igw"]],
    ),
    "network-firewall-before-a-nat": LabelledSet(
        "Packets pass AWS Network Firewall, whose rules are not read, and then the NAT gateway.",
        main(
            NETWORK,
            "\n  Rules: {Type: AWS::NetworkFirewall::FirewallPolicy, Properties: {FirewallPolicyName: p, "
            "FirewallPolicy: {StatelessDefaultActions: ['aws:pass'], StatelessFragmentDefaultActions: ['aws:pass']}}}\n"
            "  Wall: {Type: AWS::NetworkFirewall::Firewall, Properties: {FirewallName: w, "
            "FirewallPolicyArn: !Ref Rules, VpcId: !Ref Vpc, SubnetMappings: [{SubnetId: !Ref Between}]}}\n"
            "  PrivateRoute:\n    Type: AWS::EC2::Route\n    Properties: {RouteTableId: !Ref PrivateTable, "
            "DestinationCidrBlock: 0.0.0.0/0, VpcEndpointId: !Select [1, !Split [':', !Select [0, !GetAtt "
            "Wall.EndpointIds]]]}\n",
            NAT,
            "\n  Between:\n    Type: AWS::EC2::Subnet\n    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.20.3.0/24, "
            "AvailabilityZone: !Select [0, !GetAZs '']}\n"
            "  BetweenTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}\n"
            "  BetweenLink:\n    Type: AWS::EC2::SubnetRouteTableAssociation\n"
            "    Properties: {SubnetId: !Ref Between, RouteTableId: !Ref BetweenTable}\n"
            "  BetweenRoute:\n    Type: AWS::EC2::Route\n    Properties: {RouteTableId: !Ref BetweenTable, "
            "DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}\n",
            service(),
        ),
        "unknown",
    ),
    "dual-stack-subnet": LabelledSet(
        "IPv4 of the default rule goes out through the NAT gateway, and Amazon ECR's calls use IPv4.",
        main(
            NETWORK,
            "\n  Block6: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, "
            "AmazonProvidedIpv6CidrBlock: true}}\n",
            *(NAT, ROUTE, service()),
        ),
        "ok",
        [],
    ),
    "assembly-of-two-stacks": LabelledSet(
        "Two stacks of an assembly: the second one's subnets are the first one's, without a route.",
        ASSEMBLY
        + f"== cdk.out/Net.template.yaml\nResources:{NETWORK}{EXPORTS.replace('${AWS::StackName}', 'Net')}"
        + "== cdk.out/App.template.yaml\nResources:"
        + service('!Split [",", !ImportValue Net-subnets]', "[!ImportValue Net-group]"),
        "blocked",
        NO_ROUTE,
        ("cdk.out",),
    ),
    "china": LabelledSet(
        "In China the names of services have another suffix, and the NAT gateway carries them.",
        main(NETWORK, NAT, ROUTE, service()),
        "ok",
        [],
        region="cn-north-1",
    ),
}
