"""Generated networks as documents: many VPCs, each with its services, endpoints and faults. Seeded: same in every run.

No two services of a VPC share a security group, half of the network ACLs are not the default one, and a third of
the VPCs have a fault.
"""

import random
from typing import Any, NamedTuple

import msgspec

REGION = "eu-west-1"
ACCOUNT = "111122223333"
SERVICES_PER_VPC = 5
_ENDPOINTS = ("ecr.api", "ecr.dkr", "logs", "secretsmanager")
_FAULTS = ("endpoint group", "private dns", "s3 route", "acl reply", "endpoint missing")
_ZONES = ("eu-west-1a", "eu-west-1b")

Row = dict[str, Any]
Rows = dict[str, list[Row]]


class Base(NamedTuple):
    """The addresses of one VPC, a /20 of its own."""

    number: int

    @property
    def whole(self) -> str:
        """The VPC's block."""
        return f"10.{self.number // 16 % 256}.{self.number % 16 * 16}.0/20"

    def subnet(self, place: int) -> str:
        """The block of its subnet in a zone."""
        return f"10.{self.number // 16 % 256}.{self.number % 16 * 16 + place}.0/24"

    def address(self, place: int, host: int) -> str:
        """An address in a subnet."""
        return f"10.{self.number // 16 % 256}.{self.number % 16 * 16 + place}.{host}"


def documents(services: int, seed: int = 7) -> dict[str, bytes]:
    """As many services as asked for, five a VPC, as one combined document."""
    dice = random.Random(seed)  # noqa: S311 -- a generator of test networks
    rows: Rows = {}
    for number in range((services + SERVICES_PER_VPC - 1) // SERVICES_PER_VPC):
        _vpc(rows, number, min(SERVICES_PER_VPC, services - number * SERVICES_PER_VPC), dice)
    prefix = {"PrefixListId": "pl-6da54004", "PrefixListName": f"com.amazonaws.{REGION}.s3", "Cidrs": _S3}
    rows["PrefixLists"] = [prefix]
    options = {"Key": "domain-name-servers", "Values": [{"Value": "AmazonProvidedDNS"}]}
    rows["DhcpOptions"] = [{"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [options]}]
    return {"generated.json": msgspec.json.encode(rows)}


# As AWS lists them for eu-west-1 (com.amazonaws.eu-west-1.s3); the exact blocks do not matter here.
_S3 = ["52.218.0.0/17", "3.5.64.0/21", "3.5.72.0/23", "52.92.0.0/17", "18.34.240.0/22", "18.34.32.0/20"]


def _vpc(rows: Rows, number: int, services: int, dice: random.Random) -> None:
    vpc = f"vpc-{number:08x}"
    fault = dice.choice(_FAULTS) if dice.random() < 1 / 3 else ""
    base = Base(number)
    _add(rows, "Vpcs", VpcId=vpc, CidrBlock=base.whole, DhcpOptionsId="dopt-1", OwnerId=ACCOUNT)
    _add(rows, "VpcAttributes", VpcId=vpc, EnableDnsSupport={"Value": True}, EnableDnsHostnames={"Value": True})
    subnets = [f"subnet-{number:06x}{zone:02x}" for zone in range(len(_ZONES))]
    for place, subnet in enumerate(subnets):
        cidr = base.subnet(place)
        zone = _ZONES[place]
        _add(
            rows,
            "Subnets",
            SubnetId=subnet,
            VpcId=vpc,
            CidrBlock=cidr,
            AvailabilityZone=zone,
            AvailableIpAddressCount=240,
        )
    routes: list[Row] = [{"DestinationCidrBlock": base.whole, "GatewayId": "local"}]
    if fault != "s3 route":
        routes.append({"DestinationPrefixListId": "pl-6da54004", "GatewayId": f"vpce-{number:08x}00"})
    associations = [{"SubnetId": subnet} for subnet in subnets]
    _add(rows, "RouteTables", RouteTableId=f"rtb-{number:08x}", VpcId=vpc, Routes=routes, Associations=associations)
    _acl(rows, number, vpc, subnets, dice, fault)
    _endpoints(rows, number, vpc, subnets, base, fault)
    for service in range(services):
        _service(rows, number * SERVICES_PER_VPC + service, vpc, subnets)


def _add(rows: Rows, key: str, **row: Any) -> None:
    rows.setdefault(key, []).append(row)


def _acl(rows: Rows, number: int, vpc: str, subnets: list[str], dice: random.Random, fault: str) -> None:
    entries: list[Row] = []
    custom = dice.random() < 1 / 2
    for egress in (True, False):
        everything = {"Protocol": "-1", "Egress": egress, "CidrBlock": "0.0.0.0/0"}
        if custom:
            last = 1023 if fault == "acl reply" and not egress else 65535
            for rule, (low, high) in ((100, (443, 443)), (110, (1024, last)), (120, (53, 53))):
                ports = {"From": min(low, high), "To": max(low, high)}
                entries.append(
                    everything | {"Protocol": "6", "RuleNumber": rule, "RuleAction": "allow", "PortRange": ports}
                )
        else:
            entries.append(everything | {"RuleNumber": 100, "RuleAction": "allow"})
        entries.append(everything | {"RuleNumber": 32767, "RuleAction": "deny"})
    associations = [{"SubnetId": subnet} for subnet in subnets]
    name = f"acl-{number:08x}"
    _add(rows, "NetworkAcls", NetworkAclId=name, VpcId=vpc, Entries=entries, Associations=associations)


def _endpoints(rows: Rows, number: int, vpc: str, subnets: list[str], base: Base, fault: str) -> None:
    group = f"sg-e{number:07x}"
    port = 80 if fault == "endpoint group" else 443
    sources = [{"CidrIp": base.subnet(place)} for place in range(len(subnets))]
    inbound = [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": sources}]
    _add(
        rows,
        "SecurityGroups",
        GroupId=group,
        GroupName="endpoints",
        VpcId=vpc,
        IpPermissions=inbound,
        IpPermissionsEgress=[],
    )
    _add(
        rows,
        "VpcEndpoints",
        VpcEndpointId=f"vpce-{number:08x}00",
        VpcEndpointType="Gateway",
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{REGION}.s3",
        State="available",
        RouteTableIds=[f"rtb-{number:08x}"],
        PrivateDnsEnabled=False,
    )
    wanted = _ENDPOINTS[1:] if fault == "endpoint missing" else _ENDPOINTS
    for place, service in enumerate(wanted, 1):
        interfaces = [f"eni-{number:06x}{place:02x}{zone:02x}" for zone in range(len(subnets))]
        for zone, interface in enumerate(interfaces):
            _add(
                rows,
                "NetworkInterfaces",
                NetworkInterfaceId=interface,
                VpcId=vpc,
                SubnetId=subnets[zone],
                PrivateIpAddress=base.address(zone, 10 + place),
                Groups=[{"GroupId": group}],
                InterfaceType="vpc_endpoint",
            )
        _add(
            rows,
            "VpcEndpoints",
            VpcEndpointId=f"vpce-{number:08x}{place:02x}",
            VpcEndpointType="Interface",
            VpcId=vpc,
            ServiceName=f"com.amazonaws.{REGION}.{service}",
            State="available",
            SubnetIds=subnets,
            NetworkInterfaceIds=interfaces,
            Groups=[{"GroupId": group}],
            PrivateDnsEnabled=fault != "private dns",
        )


def _service(rows: Rows, number: int, vpc: str, subnets: list[str]) -> None:
    group = f"sg-{number:08x}"
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    outbound = [
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": "pl-6da54004"}]},
    ]
    _add(
        rows,
        "SecurityGroups",
        GroupId=group,
        GroupName=f"service-{number}",
        VpcId=vpc,
        IpPermissions=[],
        IpPermissionsEgress=outbound if number % 2 else everything,
    )
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
    options = {"awslogs-group": f"/ecs/{number}", "awslogs-region": REGION}
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:s{number}-AbCdEf:password::"
    container = {
        "name": "app",
        "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/app-{number}:1",
        "logConfiguration": {"logDriver": "awslogs", "options": options},
        "secrets": [{"name": "PASSWORD", "valueFrom": secret}],
    }
    definition = f"{arn}:task-definition/app-{number}:1"
    _add(
        rows,
        "taskDefinitions",
        taskDefinitionArn=definition,
        family=f"app-{number}",
        revision=1,
        containerDefinitions=[container],
    )
    vpc_configuration = {"subnets": subnets, "securityGroups": [group], "assignPublicIp": "DISABLED"}
    _add(
        rows,
        "services",
        serviceArn=f"{arn}:service/c/app-{number}",
        serviceName=f"app-{number}",
        clusterArn=f"{arn}:cluster/c",
        status="ACTIVE",
        launchType="FARGATE",
        platformVersion="1.4.0",
        taskDefinition=definition,
        networkConfiguration={"awsvpcConfiguration": vpc_configuration},
    )
