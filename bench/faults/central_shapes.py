"""Sound networks whose endpoints are elsewhere: in a hub behind a transit gateway, or for another Region."""

from bench.faults.shapes import ENDPOINTS, Hub, Shape, Sound, alias, two_zones
from tests.hubs import HUB
from tests.networks import ACCOUNT, VPC, allow

FAR = "us-east-1"
FAR_ENDPOINTS = {"vpce-fa": "ecr.api", "vpce-fd": "ecr.dkr", "vpce-f3": "s3"}
FAR_NAMES = {
    "vpce-fa": f"api.ecr.{FAR}.amazonaws.com",
    "vpce-fd": f"*.dkr.ecr.{FAR}.amazonaws.com",
    "vpce-f3": f"*.s3.{FAR}.amazonaws.com",
}


def _hub() -> Sound:
    network = Hub()
    network.rows["ResolverRuleAssociations"] = []
    network.rows["FirewallRuleGroupAssociations"] = []
    network.egress(allow("tcp", 443, cidr="10.1.0.0/16"), allow("tcp", 443, prefix_list="pl-53"))
    network.row("SecurityGroups", "sg-hub")["IpPermissions"] = [allow("tcp", 443, cidr="10.0.0.0/8")]
    network.endpoints(["hub-a", "hub-b"], "sg-hub", VpcId=HUB, PrivateDnsEnabled=False)
    for row in network.rows["NetworkInterfaces"]:
        row["VpcId"] = HUB
    network.s3_gateway("rtb-main")
    return network


def central() -> Sound:
    """Endpoints in a hub behind a transit gateway, and private zones of the spoke that lead to them."""
    network = _hub()
    network.rows["ProfileAssociations"] = []
    for name in ENDPOINTS:
        alias(network, name)
    return network


def profile() -> Sound:
    """Endpoints in a hub, and a Route 53 Profile that gives the hub's private zones to the spoke."""
    network = _hub()
    for name in ENDPOINTS:
        alias(network, name, HUB)
    network.call("ListHostedZonesByVPC", {"VPCId": VPC}, {"HostedZoneSummaries": []})
    network.add("ProfileAssociations", Id="rpassoc-1", ProfileId="rp-1", ResourceId=VPC, Status="COMPLETE")
    rows = [
        {
            "Id": f"rpr-{number}",
            "ProfileId": "rp-1",
            "ResourceArn": f"arn:aws:route53:::hostedzone/Z{name.removeprefix('vpce-').upper()}",
            "Status": "COMPLETE",
        }
        for number, name in enumerate(ENDPOINTS)
    ]
    network.call("ListProfileResourceAssociations", {"ProfileId": "rp-1"}, {"ProfileResourceAssociations": rows})
    return network


def far_endpoint(network: Sound, name: str, region: str = FAR) -> None:
    """Add an interface endpoint for a service of another Region, with the names that AWS prints."""
    service = FAR_ENDPOINTS[name]
    host = FAR_NAMES[name].replace(FAR, region)
    own = f"{name}-0a.{host.removeprefix('*.').split('.', 1)[0]}.{region}.vpce.amazonaws.com"
    entries = [{"DnsName": own, "HostedZoneId": "Z1"}, {"DnsName": host, "HostedZoneId": "ZONEIDPENDING"}]
    network.endpoint(
        name,
        service,
        ["subnet-a", "subnet-b"],
        "sg-end",
        ServiceName=f"com.amazonaws.{region}.{service}",
        ServiceRegion=region,
        DnsEntries=entries,
    )


def cross_region() -> Sound:
    """Two isolated subnets with an image of another Region, and cross-Region endpoints for it."""
    network = two_zones()
    network.containers()["image"] = f"{ACCOUNT}.dkr.ecr.{FAR}.amazonaws.com/web:1.0"
    for name in FAR_ENDPOINTS:
        far_endpoint(network, name)
    return network


def filtered() -> Sound:
    """Two isolated subnets with endpoints, of which the rules of DNS Firewall were read."""
    network = two_zones()
    for key in ("ResolverRuleAssociations", "FirewallRuleGroupAssociations", "ProfileAssociations"):
        network.rows[key] = []
    return network


SHAPES: dict[str, Shape] = {
    "central": central,
    "profile": profile,
    "cross-Region": cross_region,
    "filtered": filtered,
}
"""The shapes by name."""
