"""Parts of labelled sets of templates, as text."""

from typing import Final

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


NO_ROUTE: Final = [["NO_ROUTE_TO_DESTINATION", "PrivateTable"]]
EXPORTS: Final = """
Outputs:
  Subnets: {Value: !Join [",", [!Ref Private]], Export: {Name: !Sub "${AWS::StackName}-subnets"}}
  Group: {Value: !Ref TaskGroup, Export: {Name: !Sub "${AWS::StackName}-group"}}
"""
IMPORTS: Final = {
    "subnets": '!Split [",", !ImportValue {"Fn::Sub": "${Net}-subnets"}]',
    "groups": '[!ImportValue {"Fn::Sub": "${Net}-group"}]',
}
CONDITION: Final = "    Condition: WithNat\n    Type: AWS::EC2::"


def conditional(text: str) -> str:
    return text.replace(": {Type: AWS::EC2::", ": {Condition: WithNat, Type: AWS::EC2::").replace(
        "    Type: AWS::EC2::", CONDITION
    )


EGRESS: Final = """
  ToEndpoints:
    Type: AWS::EC2::SecurityGroupEgress
    Properties: {GroupId: !Ref TaskGroup, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.20.0.0/16}
"""


def to_list(name: str) -> str:
    """Return an outbound rule to a prefix list."""
    return f"""
  ToStorage:
    Type: AWS::EC2::SecurityGroupEgress
    Properties:
      {{GroupId: !Ref TaskGroup, IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationPrefixListId: {name}}}
"""


OWN_BUCKET_ONLY: Final = """\
      PolicyDocument:
        Statement: [{Effect: Allow, Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::own-bucket/*"}]
"""
LOOP: Final = """
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
LABELS: Final = """
Transform: AWS::LanguageExtensions
Mappings:
  Labels: {Api: {label: ecr.api}, Dkr: {label: ecr.dkr}, Logs: {label: logs}}
"""
NESTED_NET: Final = f"""== net.yaml
Resources:{NETWORK}{NAT}{ROUTE}
Outputs:
  Subnets: {{Value: !Join [",", [!Ref Private]]}}
  Group: {{Value: !Ref TaskGroup}}
"""
NESTED_APP: Final = (
    "== app.yaml\nParameters:\n  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}\n"
    "  Group: {Type: AWS::EC2::SecurityGroup::Id}\nResources:" + service("!Ref Subnets", "[!Ref Group]")
)
PARENT: Final = """== main.yaml
Resources:
  Net: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: NET}}
  App:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: app.yaml
      Parameters: {Subnets: !GetAtt Net.Outputs.Subnets, Group: !GetAtt Net.Outputs.Group}
"""
ABSENT: Final = "https://s3.amazonaws.com/some-bucket/absent.yaml"


def nested_beside(parameters: str) -> str:
    return f"""
  Alarms:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: "{ABSENT}", Parameters: {{{parameters}}}}}
"""


ACL: Final = """
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
ASSEMBLY: Final = (
    '== cdk.out/manifest.json\n{"version": "48.0.0", "artifacts": {'
    '"Net": {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1", '
    '"properties": {"templateFile": "Net.template.yaml"}}, '
    '"App": {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1", '
    '"dependencies": ["Net"], "properties": {"templateFile": "App.template.yaml"}}}}\n'
)


HUB: Final = """
  Hub: {Type: AWS::EC2::TransitGateway}
  Spoke:
    Type: AWS::EC2::TransitGatewayVpcAttachment
    Properties: {TransitGatewayId: !Ref Hub, VpcId: !Ref Vpc, SubnetIds: [!Ref Private]}
  OutVpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.90.0.0/16}}
  OutIgw: {Type: AWS::EC2::InternetGateway}
  OutAttached:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref OutVpc, InternetGatewayId: !Ref OutIgw}
  OutPublic:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref OutVpc, CidrBlock: 10.90.0.0/24, AvailabilityZone: !Select [0, !GetAZs ""]}
  OutPublicTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref OutVpc}}
  OutPublicLink:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref OutPublic, RouteTableId: !Ref OutPublicTable}
  OutPublicRoute:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref OutPublicTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref OutIgw}
  OutAddress: {Type: AWS::EC2::EIP, Properties: {Domain: vpc}}
  OutNat:
    Type: AWS::EC2::NatGateway
    Properties: {SubnetId: !Ref OutPublic, AllocationId: !GetAtt OutAddress.AllocationId}
  OutInner:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref OutVpc, CidrBlock: 10.90.1.0/24, AvailabilityZone: !Select [0, !GetAZs ""]}
  OutInnerTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref OutVpc}}
  OutInnerLink:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref OutInner, RouteTableId: !Ref OutInnerTable}
  OutInnerRoute:
    Type: AWS::EC2::Route
    Properties:
      {RouteTableId: !Ref OutInnerTable, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !GetAtt OutNat.NatGatewayId}
  OutSpoke:
    Type: AWS::EC2::TransitGatewayVpcAttachment
    Properties: {TransitGatewayId: !Ref Hub, VpcId: !Ref OutVpc, SubnetIds: [!Ref OutInner]}
  ToHub:
    Type: AWS::EC2::Route
    DependsOn: Spoke
    Properties: {RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 0.0.0.0/0, TransitGatewayId: !Ref Hub}
"""
BACK: Final = """
  Back:
    Type: AWS::EC2::Route
    DependsOn: OutSpoke
    Properties: {RouteTableId: !Ref OutPublicTable, DestinationCidrBlock: 10.20.0.0/16, TransitGatewayId: !Ref Hub}
"""
HUB_TABLE: Final = """
  HubTable: {Type: AWS::EC2::TransitGatewayRouteTable, Properties: {TransitGatewayId: !Ref Hub}}
  SpokeUses:
    Type: AWS::EC2::TransitGatewayRouteTableAssociation
    Properties: {TransitGatewayAttachmentId: !Ref Spoke, TransitGatewayRouteTableId: !Ref HubTable}
  OutUses:
    Type: AWS::EC2::TransitGatewayRouteTableAssociation
    Properties: {TransitGatewayAttachmentId: !Ref OutSpoke, TransitGatewayRouteTableId: !Ref HubTable}
  SpokeKnown:
    Type: AWS::EC2::TransitGatewayRouteTablePropagation
    Properties: {TransitGatewayAttachmentId: !Ref Spoke, TransitGatewayRouteTableId: !Ref HubTable}
"""
HUB_ROUTE: Final = """
  HubDefault:
    Type: AWS::EC2::TransitGatewayRoute
    Properties:
      TransitGatewayRouteTableId: !Ref HubTable
      DestinationCidrBlock: 0.0.0.0/0
      TransitGatewayAttachmentId: !Ref OutSpoke
"""
NO_DEFAULTS: Final = (
    "{Type: AWS::EC2::TransitGateway, Properties: "
    "{DefaultRouteTableAssociation: disable, DefaultRouteTablePropagation: disable}}"
)
