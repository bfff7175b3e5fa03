"""Sets of templates with the verdicts and blockers that AWS's pages give, labelled before any of them was read.

A case is a text with marked lines: ``== FILE`` begins a file. ``blockers`` are pairs of a code and a logical id or the
path of a construct; None where the verdict alone is labelled.
"""

from typing import Final, NamedTuple


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


NETWORK: Final = """
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.20.0.0/16, EnableDnsHostnames: true}}
  Igw: {Type: AWS::EC2::InternetGateway}
  Attached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Igw}}
  Public:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.20.0.0/24, AvailabilityZone: !Select [0, !GetAZs ""]}
  PublicTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  PublicRoute:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref PublicTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}
  PublicLink:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref Public, RouteTableId: !Ref PublicTable}
  Private:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.20.1.0/24, AvailabilityZone: !Select [0, !GetAZs ""]}
  PrivateTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  PrivateLink:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref Private, RouteTableId: !Ref PrivateTable}
  TaskGroup: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: tasks, VpcId: !Ref Vpc}}
"""
NAT: Final = """
  Address: {Type: AWS::EC2::EIP, Properties: {Domain: vpc}}
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref Public, AllocationId: !GetAtt Address.AllocationId}}
"""
ROUTE: Final = """
  PrivateRoute:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}
"""
ENDPOINT_GROUP: Final = """
  EndpointGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: endpoints
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: !Ref TaskGroup}]
"""


def endpoint(name: str, service: str, groups: str = "[!Ref EndpointGroup]") -> str:
    """Return an interface endpoint in the private subnet."""
    return f"""
  {name}:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcEndpointType: Interface
      VpcId: !Ref Vpc
      ServiceName: !Sub com.amazonaws.${{AWS::Region}}.{service}
      SubnetIds: [!Ref Private]
      PrivateDnsEnabled: true
      {f"SecurityGroupIds: {groups}" if groups else "IpAddressType: ipv4"}
"""


ENDPOINTS: Final = ENDPOINT_GROUP + endpoint("Api", "ecr.api") + endpoint("Dkr", "ecr.dkr")


def gateway(policy: str = "") -> str:
    """Return the gateway endpoint of Amazon S3."""
    return f"""
  S3:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcId: !Ref Vpc
      ServiceName: !Sub com.amazonaws.${{AWS::Region}}.s3
      RouteTableIds: [!Ref PrivateTable]
{policy}
"""


def service(
    subnets: str = "[!Ref Private]", groups: str = "[!Ref TaskGroup]", public: str = "DISABLED", more: str = ""
) -> str:
    """Return a service of Fargate with an image of Amazon ECR, and its role."""
    return f"""
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{{Effect: Allow, Principal: {{Service: ecs-tasks.amazonaws.com}}, Action: sts:AssumeRole}}]
      ManagedPolicyArns: [!Sub "arn:${{AWS::Partition}}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"]
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: web
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      Cpu: 256
      Memory: 512
      ExecutionRoleArn: !GetAtt Role.Arn
      ContainerDefinitions:
        - Name: web
          Image: !Sub "${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/web:1"
{more}
  Cluster: {{Type: AWS::ECS::Cluster}}
  Service:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      NetworkConfiguration:
        AwsvpcConfiguration: {{Subnets: {subnets}, SecurityGroups: {groups}, AssignPublicIp: {public}}}
"""


def main(*parts: str, head: str = "") -> str:
    """Return one file with these resources."""
    return f"== main.yaml\n{head}\nResources:{''.join(parts)}"


_NO_ROUTE: Final = [["NO_ROUTE_TO_DESTINATION", "PrivateTable"]]
_EXPORTS: Final = """
Outputs:
  Subnets: {Value: !Join [",", [!Ref Private]], Export: {Name: !Sub "${AWS::StackName}-subnets"}}
  Group: {Value: !Ref TaskGroup, Export: {Name: !Sub "${AWS::StackName}-group"}}
"""
_IMPORTS: Final = {
    "subnets": '!Split [",", !ImportValue {"Fn::Sub": "${Net}-subnets"}]',
    "groups": '[!ImportValue {"Fn::Sub": "${Net}-group"}]',
}
_CONDITION: Final = "    Condition: WithNat\n    Type: AWS::EC2::"


def _conditional(text: str) -> str:
    return text.replace(": {Type: AWS::EC2::", ": {Condition: WithNat, Type: AWS::EC2::").replace(
        "    Type: AWS::EC2::", _CONDITION
    )


_EGRESS: Final = """
  ToEndpoints:
    Type: AWS::EC2::SecurityGroupEgress
    Properties: {GroupId: !Ref TaskGroup, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.20.0.0/16}
"""


def to_list(name: str) -> str:
    """Return an outbound rule to a prefix list."""
    return f"""
  ToStorage:
    Type: AWS::EC2::SecurityGroupEgress
    Properties: {{GroupId: !Ref TaskGroup, IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationPrefixListId: {name}}}
"""


_OWN_BUCKET_ONLY: Final = """\
      PolicyDocument:
        Statement: [{Effect: Allow, Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::own-bucket/*"}]
"""
_LOOP: Final = """
  Fn::ForEach::Endpoints:
    - Name
    - COLLECTION
    - "${Name}Endpoint":
        Type: AWS::EC2::VPCEndpoint
        Properties:
          VpcEndpointType: Interface
          VpcId: !Ref Vpc
          ServiceName: !Sub ["com.amazonaws.${AWS::Region}.${Label}", {Label: !FindInMap [Labels, !Ref Name, label]}]
          SubnetIds: [!Ref Private]
          SecurityGroupIds: [!Ref EndpointGroup]
          PrivateDnsEnabled: true
"""
_LABELS: Final = """
Transform: AWS::LanguageExtensions
Mappings:
  Labels: {Api: {label: ecr.api}, Dkr: {label: ecr.dkr}, Logs: {label: logs}}
"""
_NESTED_NET: Final = f"== net.yaml\nResources:{NETWORK}{NAT}{ROUTE}" + (
    '\nOutputs:\n  Subnets: {Value: !Join [",", [!Ref Private]]}\n  Group: {Value: !Ref TaskGroup}\n'
)
_NESTED_APP: Final = (
    "== app.yaml\nParameters:\n  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}\n"
    "  Group: {Type: AWS::EC2::SecurityGroup::Id}\nResources:" + service("!Ref Subnets", "[!Ref Group]")
)
_PARENT: Final = """== main.yaml
Resources:
  Net: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: NET}}
  App:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: app.yaml
      Parameters: {Subnets: !GetAtt Net.Outputs.Subnets, Group: !GetAtt Net.Outputs.Group}
"""
_ABSENT: Final = "https://s3.amazonaws.com/some-bucket/absent.yaml"


def _nested_beside(parameters: str) -> str:
    return f"""
  Alarms:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: "{_ABSENT}", Parameters: {{{parameters}}}}}
"""


_ACL: Final = """
  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  In:
    Type: AWS::EC2::NetworkAclEntry
    Properties: {NetworkAclId: !Ref Acl, RuleNumber: 100, Protocol: 6, RuleAction: allow, CidrBlock: 0.0.0.0/0,
      PortRange: {From: 443, To: 443}}
  Out:
    Type: AWS::EC2::NetworkAclEntry
    Properties: {NetworkAclId: !Ref Acl, RuleNumber: 100, Protocol: -1, RuleAction: allow, CidrBlock: 0.0.0.0/0,
      Egress: true}
  Guarded: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: !Ref Private, NetworkAclId: !Ref Acl}}
"""
_ASSEMBLY: Final = (
    '== cdk.out/manifest.json\n{"version": "48.0.0", "artifacts": {'
    '"Net": {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1", '
    '"properties": {"templateFile": "Net.template.yaml"}}, '
    '"App": {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1", '
    '"dependencies": ["Net"], "properties": {"templateFile": "App.template.yaml"}}}}\n'
)

CASES: Final = {
    "nat-under-open-condition": LabelledSet(
        "With yes the NAT gateway carries all calls, with no nothing does: the parameter decides.",
        main(
            *(NETWORK, _conditional(NAT + ROUTE), service()),
            head="Parameters: {Nat: {Type: String, AllowedValues: ['yes', 'no']}}\n"
            "Conditions: {WithNat: !Equals [!Ref Nat, 'yes']}",
        ),
        "unknown",
    ),
    "nat-under-condition-of-no": LabelledSet(
        "The condition is false by the given value, so no route leads out.",
        main(
            *(NETWORK, _conditional(NAT + ROUTE), service()),
            head="Parameters: {Nat: {Type: String, AllowedValues: ['yes', 'no']}}\n"
            "Conditions: {WithNat: !Equals [!Ref Nat, 'yes']}",
        ),
        "blocked",
        _NO_ROUTE,
        parameters=("Nat=no",),
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
        _PARENT.replace("NET", "net.yaml") + _NESTED_NET + _NESTED_APP,
        "ok",
        [],
    ),
    "nested-network-absent": LabelledSet(
        "The subnets come from a nested stack whose template is not here.",
        _PARENT.replace("NET", _ABSENT) + _NESTED_APP,
        "unknown",
    ),
    "nested-absent-without-the-network": LabelledSet(
        "The absent nested stack gets a name only: it cannot name the VPC, as little as any other stack of the account.",
        main(NETWORK, NAT, ROUTE, service(), _nested_beside("Topic: alarms")),
        "ok",
        [],
    ),
    "nested-absent-with-the-vpc": LabelledSet(
        "The absent nested stack gets the VPC, where it may create an endpoint that answers for Amazon ECR.",
        main(NETWORK, NAT, ROUTE, service(), _nested_beside("Vpc: !Ref Vpc")),
        "unknown",
    ),
    "nested-absent-with-the-cluster": LabelledSet(
        "The absent nested stack gets the name of the cluster, which is no part of a network.",
        main(NETWORK, service(), _nested_beside("Cluster: !Ref Cluster")),
        "blocked",
        _NO_ROUTE,
    ),
    "exports-of-an-isolated-network": LabelledSet(
        "Imported subnets have no route out.",
        f"== net.yaml\nResources:{NETWORK}{_EXPORTS}== main.yaml\nParameters: {{Net: {{Type: String}}}}\nResources:"
        + service(**_IMPORTS),
        "blocked",
        _NO_ROUTE,
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
        main(NETWORK, ENDPOINT_GROUP, gateway(), _LOOP.replace("COLLECTION", "[Api, Dkr]"), service(), head=_LABELS),
        "ok",
        [],
    ),
    "loop-that-omits-one": LabelledSet(
        "The loop makes no endpoint of ecr.dkr.",
        main(NETWORK, ENDPOINT_GROUP, gateway(), _LOOP.replace("COLLECTION", "[Api, Logs]"), service(), head=_LABELS),
        "blocked",
        _NO_ROUTE,
    ),
    "loop-over-an-open-parameter": LabelledSet(
        "Nobody knows the endpoints of a loop over a parameter without a value.",
        main(
            *(NETWORK, ENDPOINT_GROUP, gateway(), _LOOP.replace("COLLECTION", "!Ref Wanted"), service()),
            head=f"Parameters: {{Wanted: {{Type: CommaDelimitedList}}}}{_LABELS}",
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
        main(NETWORK, NAT, ROUTE, _EGRESS.replace("10.20.0.0/16", "'{{resolve:ssm:/net/cidr}}'"), service()),
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
        _NO_ROUTE,
    ),
    "prefix-list-of-storage": LabelledSet(
        "pl-6da54004 is AWS's list of Amazon S3 in eu-west-1, so layers pass.",
        main(NETWORK, ENDPOINTS, gateway(), _EGRESS, to_list("pl-6da54004"), service()),
        "ok",
        [],
    ),
    "prefix-list-of-tables": LabelledSet(
        "pl-6fa54006 is AWS's list of Amazon DynamoDB in eu-west-1, and layers come from Amazon S3.",
        main(NETWORK, ENDPOINTS, gateway(), _EGRESS, to_list("pl-6fa54006"), service()),
        "blocked",
        [["ENI_SG_RULES_MISMATCH", "TaskGroup"]],
    ),
    "prefix-list-of-nobody": LabelledSet(
        "Whose list pl-0123456789abcdef0 is, only the account tells.",
        main(NETWORK, ENDPOINTS, gateway(), _EGRESS, to_list("pl-0123456789abcdef0"), service()),
        "unknown",
    ),
    "answers-stopped-by-an-acl": LabelledSet(
        "Answers come to ports above 1023, which no inbound entry lets in.",
        main(NETWORK, NAT, ROUTE, _ACL, service()),
        "blocked",
        [["SUBNET_ACL_RESTRICTION", "Acl"]],
    ),
    "subnet-by-functions": LabelledSet(
        "The block of the subnet is cut out of the VPC's, and the group lets out to that block alone: no endpoint there.",
        main(
            NETWORK.replace("10.20.1.0/24", "!Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 4, 8]]"),
            *(ENDPOINTS, gateway()),
            _EGRESS.replace("10.20.0.0/16", "!Select [2, !Cidr [!GetAtt Vpc.CidrBlock, 4, 8]]"),
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
        main(NETWORK, ENDPOINTS, gateway(_OWN_BUCKET_ONLY), service()),
        "blocked",
        [["ENDPOINT_POLICY_DENIES", "S3"]],
    ),
    "public-by-condition": LabelledSet(
        "The default of the parameter gives tasks public addresses.",
        main(
            *(NETWORK, service("[!Ref Public]", public="!If [IsPublic, ENABLED, DISABLED]")),
            head="Parameters: {Public: {Type: String, Default: 'true'}}\n"
            "Conditions: {IsPublic: !Equals [!Ref Public, true]}",
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
        "Packets pass AWS Network Firewall, whose rules decide and are not read.",
        main(
            NETWORK,
            "\n  Rules: {Type: AWS::NetworkFirewall::FirewallPolicy, Properties: {FirewallPolicyName: p, "
            "FirewallPolicy: {StatelessDefaultActions: ['aws:pass'], StatelessFragmentDefaultActions: ['aws:pass']}}}\n"
            "  Wall: {Type: AWS::NetworkFirewall::Firewall, Properties: {FirewallName: w, FirewallPolicyArn: !Ref Rules, "
            "VpcId: !Ref Vpc, SubnetMappings: [{SubnetId: !Ref Public}]}}\n"
            "  PrivateRoute:\n    Type: AWS::EC2::Route\n    Properties: {RouteTableId: !Ref PrivateTable, "
            "DestinationCidrBlock: 0.0.0.0/0, VpcEndpointId: !Select [1, !Split [':', !Select [0, !GetAtt "
            "Wall.EndpointIds]]]}\n",
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
        _ASSEMBLY
        + f"== cdk.out/Net.template.yaml\nResources:{NETWORK}{_EXPORTS.replace('${AWS::StackName}', 'Net')}"
        + "== cdk.out/App.template.yaml\nResources:"
        + service('!Split [",", !ImportValue Net-subnets]', "[!ImportValue Net-group]"),
        "blocked",
        _NO_ROUTE,
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
