"""Templates that AWS refuses or reads in its own way, with the verdicts that AWS's pages give.

A template that EC2 refuses, or whose outcome depends on the order of its resources, has no definite verdict.
"""

from typing import Final

from tests.sources.cloudformation.labelled_sets import LabelledSet
from tests.sources.cloudformation.set_parts import (
    ACL,
    ENDPOINTS,
    NAT,
    NETWORK,
    ROUTE,
    endpoint,
    gateway,
    main,
    service,
)

_WITH_NAT: Final = (NETWORK, NAT, ROUTE)
_SECOND_LINK: Final = """
  SecondLink:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref Private, RouteTableId: !Ref PublicTable}
"""
_SECOND_ACL: Final = """
  Closed: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  AlsoGuarded:
    Type: AWS::EC2::SubnetNetworkAclAssociation
    Properties: {SubnetId: !Ref Private, NetworkAclId: !Ref Closed}
"""


def _egress(rule: str) -> str:
    return f"""
  Out:
    Type: AWS::EC2::SecurityGroupEgress
    Properties: {{GroupId: !Ref TaskGroup, {rule}, CidrIp: 0.0.0.0/0}}
"""


def _storage(options: str) -> tuple[str, ...]:
    text = endpoint("Storage", "s3").replace("PrivateDnsEnabled: true", f"PrivateDnsEnabled: true{options}")
    return NETWORK, ENDPOINTS, text


def _with_volume(options: str) -> str:
    return """
  Files: {Type: AWS::EFS::FileSystem}
  FilesGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: files
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 2049, ToPort: 2049, SourceSecurityGroupId: !Ref TaskGroup}]
  Target:
    Type: AWS::EFS::MountTarget
    Properties: {FileSystemId: !Ref Files, SubnetId: !Ref Private, SecurityGroups: [!Ref FilesGroup]}
  Point: {Type: AWS::EFS::AccessPoint, Properties: {FileSystemId: !Ref Files}}
""" + service(
        more=f"""\
          MountPoints: [{{SourceVolume: files, ContainerPath: /files}}]
      Volumes:
        - Name: files
          EFSVolumeConfiguration:
            {{FilesystemId: !Ref Files, AuthorizationConfig: {{AccessPointId: !Ref Point}}{options}}}"""
    )


_PUBLIC: Final = service("[!Ref Public]", public="ENABLED")
_BLOCKED: Final = """
  Blocked:
    Type: AWS::EC2::VPCBlockPublicAccessOptions
    Properties: {InternetGatewayBlockMode: block-bidirectional}
"""
_PERHAPS: Final = "Parameters: {M: {Type: String}}\nConditions: {C: !Equals [!Ref M, a]}"
_AT_GATEWAY: Final = [["VPC_BLOCK_PUBLIC_ACCESS_ENABLED", "Igw"]]


def _excluded(target: str) -> str:
    return f"""
  Excluded:
    Type: AWS::EC2::VPCBlockPublicAccessExclusion
    Properties: {{InternetGatewayExclusionMode: allow-bidirectional, {target}}}
"""


_INBOUND: Final = "\n      DnsOptions: {PrivateDnsOnlyForInboundResolverEndpoint: "

ADVERSE: Final = {
    "subnet-in-two-tables": LabelledSet(
        "EC2 refuses the second association of a subnet.",
        main(NETWORK, _SECOND_LINK, ENDPOINTS, gateway(), service()),
        "unknown",
    ),
    "subnet-twice-in-one-table": LabelledSet(
        "Both associations name the same table.",
        main(
            *(NETWORK, _SECOND_LINK.replace("PublicTable", "PrivateTable"), ENDPOINTS, gateway()),
            service(),
        ),
        "ok",
    ),
    "two-routes-to-one-destination": LabelledSet(
        "EC2 refuses the second route to a destination.",
        main(
            *(
                *_WITH_NAT,
                ROUTE.replace("PrivateRoute", "Again").replace("NatGatewayId: !Ref Nat", "GatewayId: !Ref Igw"),
            ),
            service(),
        ),
        "unknown",
    ),
    "two-routes-for-all": LabelledSet(
        "The halves of all addresses are different destinations.",
        main(
            *(NETWORK, NAT, ROUTE.replace("0.0.0.0/0", "0.0.0.0/1")),
            *(ROUTE.replace("PrivateRoute", "Half").replace("0.0.0.0/0", "128.0.0.0/1"), service()),
        ),
        "ok",
    ),
    "subnet-with-two-acls": LabelledSet(
        "The ACL that is associated last replaces the other one, and CloudFormation promises no order.",
        main(*_WITH_NAT, ACL, _SECOND_ACL, service()),
        "unknown",
    ),
    "rule-of-tcp-without-ports": LabelledSet(
        "EC2 refuses a rule for TCP without ports.",
        main(*_WITH_NAT, _egress("IpProtocol: tcp"), service()),
        "unknown",
    ),
    "rule-of-tcp-for-port-minus-one": LabelledSet(
        "EC2 refuses port -1 of TCP.",
        main(*_WITH_NAT, _egress("IpProtocol: tcp, FromPort: -1, ToPort: -1"), service()),
        "unknown",
    ),
    "rule-of-protocol-6-in-texts": LabelledSet(
        "Protocol 6 is TCP, and ports may be texts.",
        main(*_WITH_NAT, _egress('IpProtocol: "6", FromPort: "443", ToPort: "443"'), service()),
        "ok",
    ),
    "rule-of-tcp-for-port-0": LabelledSet(
        "Port 0 is no wildcard.",
        main(*_WITH_NAT, _egress("IpProtocol: tcp, FromPort: 0, ToPort: 0"), service()),
        "blocked",
        [["ENI_SG_RULES_MISMATCH", "TaskGroup"]],
    ),
    "private-names-of-storage-by-default": LabelledSet(
        "Without DNS options the private names of Amazon S3 serve inbound resolvers alone.",
        main(*_storage(""), service()),
        "blocked",
        [["DNS_PRIVATE_NAMES_INBOUND_ONLY", "Storage"], ["NO_ROUTE_TO_DESTINATION", "PrivateTable"]],
    ),
    "private-names-of-storage-for-the-vpc": LabelledSet(
        "The option opens the private names of Amazon S3 to the VPC.",
        main(*_storage(f"{_INBOUND}false}}"), service()),
        "ok",
    ),
    "private-names-of-storage-beside-a-gateway": LabelledSet(
        "The gateway endpoint takes the calls from the VPC.",
        main(*_storage(""), gateway(), service()),
        "ok",
    ),
    "private-names-off": LabelledSet(
        "A text is a boolean too.",
        main(NETWORK, ENDPOINTS.replace("PrivateDnsEnabled: true", 'PrivateDnsEnabled: "false"'), gateway(), service()),
        "blocked",
    ),
    "access-point-without-encryption": LabelledSet(
        "ECS refuses an access point without encryption in transit.",
        main(*_WITH_NAT, _with_volume("")),
        "blocked",
        [["VOLUME_NOT_ON_FARGATE", ""]],
    ),
    "access-point-with-encryption": LabelledSet(
        "The access point is mounted with TLS.",
        main(*_WITH_NAT, _with_volume(", TransitEncryption: ENABLED")),
        "ok",
    ),
    "public-access-blocked": LabelledSet(
        "Block Public Access stops both ways of the internet gateway.",
        main(NETWORK, _PUBLIC, _BLOCKED),
        "blocked",
        _AT_GATEWAY,
    ),
    "public-access-blocked-inward": LabelledSet(
        "Replies come back through a NAT gateway in the mode block-ingress.",
        main(*_WITH_NAT, service(), _BLOCKED.replace("block-bidirectional", "block-ingress")),
        "ok",
    ),
    "public-access-of-an-excluded-vpc": LabelledSet(
        "The VPC is excluded from Block Public Access.",
        main(NETWORK, _PUBLIC, _BLOCKED, _excluded("VpcId: !Ref Vpc")),
        "ok",
    ),
    "public-access-of-another-excluded-subnet": LabelledSet(
        "The exclusion is of another subnet.",
        main(NETWORK, _PUBLIC, _BLOCKED, _excluded("SubnetId: !Ref Private")),
        "blocked",
        _AT_GATEWAY,
    ),
    "public-access-under-an-open-condition": LabelledSet(
        "The parameter decides whether the mode is set.",
        main(NETWORK, _PUBLIC, _BLOCKED.replace("    Type", "    Condition: C\n    Type"), head=_PERHAPS),
        "unknown",
    ),
    "public-access-with-an-open-mode": LabelledSet(
        "The parameter is the mode.",
        main(NETWORK, _PUBLIC, _BLOCKED.replace("block-bidirectional", "!Ref M"), head=_PERHAPS),
        "unknown",
    ),
    "public-access-with-an-exclusion-under-an-open-condition": LabelledSet(
        "The parameter decides whether the VPC is excluded.",
        main(
            *(NETWORK, _PUBLIC, _BLOCKED),
            _excluded("VpcId: !Ref Vpc").replace("    Type", "    Condition: C\n    Type"),
            head=_PERHAPS,
        ),
        "unknown",
    ),
    "open-parameter-of-a-condition-and-a-property": LabelledSet(
        "No condition names ENABLED, and it is among the other values of the parameter.",
        main(NETWORK, service("[!Ref Public]", public="!Ref M"), head=_PERHAPS),
        "unknown",
    ),
    "nat-gateway-with-an-open-connectivity": LabelledSet(
        "The parameter decides whether the NAT gateway is public.",
        main(
            *(NETWORK, NAT.replace("SubnetId:", "ConnectivityType: !Ref M, SubnetId:"), ROUTE, service()), head=_PERHAPS
        ),
        "unknown",
    ),
    "volume-with-an-open-encryption": LabelledSet(
        "The parameter decides whether ECS takes the access point.",
        main(*_WITH_NAT, _with_volume(", TransitEncryption: !Ref M"), head=_PERHAPS),
        "unknown",
    ),
    "volume-with-an-open-directory": LabelledSet(
        "The directory of the file system decides nothing about the network.",
        main(*_WITH_NAT, _with_volume(", TransitEncryption: ENABLED, RootDirectory: !Ref M"), head=_PERHAPS),
        "ok",
    ),
}
