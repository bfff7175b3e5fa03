"""Further labelled sets: hubs, DNS, applications of SAM, and stacks that change each other."""

from typing import Final

from tests.sources.cloudformation.labelled_sets import LabelledSet
from tests.sources.cloudformation.set_parts import (
    BACK,
    ENDPOINTS,
    EXPORTS,
    HUB,
    HUB_ROUTE,
    HUB_TABLE,
    IMPORTS,
    NAT,
    NESTED_NET,
    NETWORK,
    NO_DEFAULTS,
    ROUTE,
    gateway,
    main,
    service,
)

FURTHER: Final = {
    "hub-with-a-way-out": LabelledSet(
        "The hub's own table leads to the VPC with the NAT gateway, and both ways back are there.",
        main(
            *(NETWORK, HUB.replace("{Type: AWS::EC2::TransitGateway}", NO_DEFAULTS), BACK, HUB_TABLE, HUB_ROUTE),
            service(),
        ),
        "ok",
        [],
    ),
    "hub-without-a-default-route": LabelledSet(
        "The hub's table knows the blocks of VPCs alone.",
        main(NETWORK, HUB.replace("{Type: AWS::EC2::TransitGateway}", NO_DEFAULTS), BACK, HUB_TABLE, service()),
        "blocked",
        [["TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "HubTable"]],
    ),
    "hub-with-its-default-table": LabelledSet(
        "Attachments propagate their blocks into the default table, and 0.0.0.0/0 is none of them.",
        main(NETWORK, HUB, BACK, service()),
        "blocked",
    ),
    "no-way-back-from-the-hub": LabelledSet(
        "Replies reach the NAT gateway, whose subnet has no route to the tasks.",
        main(
            *(NETWORK, HUB.replace("{Type: AWS::EC2::TransitGateway}", NO_DEFAULTS), HUB_TABLE, HUB_ROUTE),
            service(),
        ),
        "blocked",
    ),
    "names-off": LabelledSet(
        "Without DNS support no name is resolved.",
        main(
            *(NETWORK.replace("EnableDnsHostnames: true", "EnableDnsSupport: false"), NAT, ROUTE),
            service(),
        ),
        "blocked",
        [["DNS_SUPPORT_DISABLED", "Vpc"]],
    ),
    "servers-of-the-company": LabelledSet(
        "The company's DNS server has a private address outside the VPC, and internet gateways drop packets to those.",
        main(
            *(NETWORK, NAT, ROUTE, service()),
            "\n  Options: {Type: AWS::EC2::DHCPOptions, Properties: {DomainNameServers: [10.1.1.1]}}\n"
            "  Chosen: {Type: AWS::EC2::VPCDHCPOptionsAssociation, Properties: {VpcId: !Ref Vpc, "
            "DhcpOptionsId: !Ref Options}}\n",
        ),
        "blocked",
        [["IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "Igw"]],
    ),
    "subnet-of-the-main-table": LabelledSet(
        "A subnet without an association uses the main table, which has no route out.",
        main(
            NETWORK.replace("PrivateLink:\n", "PrivateLink:\n    Condition: Never\n"),
            NAT,
            ROUTE,
            service(),
            head="Conditions: {Never: !Equals [a, b]}",
        ),
        "blocked",
        [["NO_ROUTE_TO_DESTINATION", "Vpc.MainRouteTable"]],
    ),
    "application-of-sam": LabelledSet(
        "The application of SAM is a nested stack by its folder.",
        main(
            "\n  Net: {Type: AWS::Serverless::Application, Properties: {Location: ./net.yaml}}\n",
            service("!Split [',', !GetAtt Net.Outputs.Subnets]", "[!GetAtt Net.Outputs.Group]"),
            head="Transform: AWS::Serverless-2016-10-31",
        )
        + NESTED_NET,
        "ok",
        [],
    ),
    "secret-without-an-endpoint": LabelledSet(
        "The secret is read through an endpoint that nobody made.",
        main(
            *(NETWORK, ENDPOINTS, gateway(), "\n  Password: {Type: AWS::SecretsManager::Secret}\n"),
            service(more="          Secrets: [{Name: P, ValueFrom: !Ref Password}]"),
        ),
        "blocked",
    ),
    "list-with-conditional-items": LabelledSet(
        "The second subnet of the list is left out by its condition.",
        main(
            *(NETWORK, NAT, ROUTE, service("[!Ref Private, !If [Never, subnet-1, !Ref 'AWS::NoValue']]")),
            head="Conditions: {Never: !Equals [a, b]}",
        ),
        "ok",
        [],
    ),
    "output-of-another-stack": LabelledSet(
        "Fn::GetStackOutput reads an output without an export.",
        f"== net.yaml\nResources:{NETWORK}{NAT}{ROUTE}\nOutputs: {{Subnet: {{Value: !Ref Private}}, "
        "Group: {Value: !Ref TaskGroup}}\n== main.yaml\nResources:"
        + service(
            "[{'Fn::GetStackOutput': {StackName: net, OutputName: Subnet}}]",
            "[{'Fn::GetStackOutput': {StackName: net, OutputName: Group}}]",
        ),
        "ok",
        [],
        ("net=net.yaml", "main.yaml"),
    ),
    "stacks-of-one-network-at-odds": LabelledSet(
        "A second stack takes the open outbound rule of an imported group away.",
        f"== net.yaml\nResources:{NETWORK}{NAT}{ROUTE}{EXPORTS}== main.yaml\nParameters: {{Net: {{Type: String}}}}\n"
        "Resources:"
        + service(**IMPORTS)
        + "== rules.yaml\nResources:\n  Only:\n    Type: AWS::EC2::SecurityGroupEgress\n    Properties: {GroupId: "
        "!ImportValue net-group, IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}\n",
        "blocked",
        [["ENI_SG_RULES_MISMATCH", "TaskGroup"]],
        ("net=net.yaml", "main.yaml", "rules.yaml"),
        ("Net=net",),
    ),
}
