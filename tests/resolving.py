"""Networks of which resolver rules, DNS Firewall and Route 53 Profiles are known."""

from typing import Any

from tests.networks import ACCOUNT, REGION, VPC, Network, Row, awslogs, container

HUB = "vpc-2"
INBOUND = ("10.2.0.53", "10.2.1.53")
ARNS = {
    "hostedzone": "arn:aws:route53:::hostedzone/",
    "rule": f"arn:aws:route53resolver:{REGION}:{ACCOUNT}:resolver-rule/",
    "firewall": f"arn:aws:route53resolver:{REGION}:{ACCOUNT}:firewall-rule-group/",
    "log": f"arn:aws:route53resolver:{REGION}:{ACCOUNT}:resolver-query-log-config/",
    "endpoint": f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc-endpoint/",
    "other": f"arn:aws:other:{REGION}:{ACCOUNT}:thing/",
}


class Resolving(Network):
    """A network of which resolver rules, DNS Firewall and Profiles are known; there are none until one is added."""

    def __init__(self) -> None:
        super().__init__()
        for key in (
            "ResolverRules",
            "ResolverRuleAssociations",
            "ResolverEndpoints",
            "FirewallRuleGroupAssociations",
            "ProfileAssociations",
        ):
            self.rows[key] = []

    def rule(self, domain: str, *targets: str, vpc: str | None = VPC, kind: str = "FORWARD") -> str:
        """A resolver rule that holds in the VPC."""
        name = f"rslvr-rr-{len(self.rows['ResolverRules'])}"
        ips = [{"Ip": target, "Port": 53} for target in targets]
        self.add("ResolverRules", Id=name, DomainName=f"{domain}.", RuleType=kind, TargetIps=ips)
        if vpc is not None:
            self.associate(name, vpc)
        return name

    def associate(self, rule: str, vpc: str = VPC, status: str = "COMPLETE") -> None:
        name = f"rslvr-rrassoc-{len(self.rows['ResolverRuleAssociations'])}"
        self.add("ResolverRuleAssociations", Id=name, ResolverRuleId=rule, VPCId=vpc, Status=status)

    def inbound(self, name: str = "rslvr-in-1", vpc: str = HUB, addresses: tuple[str, ...] = INBOUND) -> None:
        """An inbound resolver endpoint, with its addresses."""
        self.add("ResolverEndpoints", Id=name, Direction="INBOUND", HostVPCId=vpc)
        rows = [{"Ip": address} for address in addresses]
        self.call("ListResolverEndpointIpAddresses", {"ResolverEndpointId": name}, {"IpAddresses": rows})

    def hub(self) -> None:
        """Add a second VPC with an endpoint for CloudWatch Logs."""
        self.add("Vpcs", VpcId=HUB, CidrBlock="10.2.0.0/16", DhcpOptionsId="dopt-1", OwnerId=ACCOUNT)
        self.add("VpcAttributes", VpcId=HUB, EnableDnsSupport={"Value": True}, EnableDnsHostnames={"Value": True})
        self.subnet("subnet-hub", "10.2.1.0/24", "eu-west-1a", vpc=HUB)
        self.endpoint("vpce-9", "logs", ["subnet-hub"], VpcId=HUB)
        for row in self.rows["NetworkInterfaces"]:
            row["VpcId"] = HUB

    def peer_with_hub(self) -> None:
        """Join both VPCs by a peering connection, with routes there and back."""
        self.subnet("subnet-dns", "10.2.0.0/24", "eu-west-1a", vpc=HUB)
        self.table("rtb-hub", subnets=["subnet-hub", "subnet-dns"])
        table = self.row("RouteTables", "rtb-hub")
        table["VpcId"] = HUB
        table["Routes"][0]["DestinationCidrBlock"] = "10.2.0.0/16"
        self.route("10.0.0.0/16", "rtb-hub", VpcPeeringConnectionId="pcx-1")
        self.route("10.2.0.0/16", VpcPeeringConnectionId="pcx-1")
        row: Row = {"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"}}
        for side, vpc, block in (("Requester", VPC, "10.0.0.0/16"), ("Accepter", HUB, "10.2.0.0/16")):
            info = {"VpcId": vpc, "OwnerId": ACCOUNT, "Region": REGION, "CidrBlockSet": [{"CidrBlock": block}]}
            row[f"{side}VpcInfo"] = info
        self.rows["VpcPeeringConnections"] = [row]

    def profile(self, *resources: tuple[str, str], vpc: str = VPC, name: str = "rp-1", **more: Any) -> None:
        """A Profile of the VPC with resources, each by what it is and its id."""
        self.add("ProfileAssociations", Id=f"rpassoc-{name}", ProfileId=name, ResourceId=vpc, Status="COMPLETE")
        rows = [
            {"Id": f"rpr-{name}-{number}", "ProfileId": name, "ResourceArn": ARNS[kind] + key, "Status": "COMPLETE"}
            | more
            for number, (kind, key) in enumerate(resources)
        ]
        self.call("ListProfileResourceAssociations", {"ProfileId": name}, {"ProfileResourceAssociations": rows})

    def refuse(self, operation: str) -> None:
        """AWS refuses a call."""
        error = {"Code": "AccessDenied", "Message": "no"}
        self.add("Calls", Call={"operation": operation, "parameters": {}}, Error=error)


def forwarding() -> Resolving:
    """A service whose logs go to the hub, as a resolver rule has the name answered there."""
    network = Resolving()
    network.hub()
    network.peer_with_hub()
    network.inbound()
    network.rule(f"logs.{REGION}.amazonaws.com", *INBOUND)
    network.definition(container("registry.example/web:1", logConfiguration=awslogs()))
    network.service()
    return network
