"""Sound networks that look broken: each is what other tools, or people, have taken for a fault."""

from bench.faults.cases import Case, sound
from bench.faults.families.acls import ALL, into, of, of_tasks, out, tcp
from bench.faults.families.endpoints import missing
from bench.faults.families.launches import HUB_IMAGE, environment_file, file_system, image_far, logs_far, parameter
from bench.faults.families.names import private_dns_off
from bench.faults.families.policies import BUCKET, policy, statement
from bench.faults.shapes import ENDPOINTS, Sound
from tests.networks import REGION, allow, entry, record

_REGISTRY = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html"
_TRANSIT = "https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-nat-igw.html"


def _nothing(network: Sound) -> None:
    """The shape as it is."""


def _endpoints_in_one_zone(network: Sound) -> None:
    for name in ENDPOINTS:
        row = network.row("VpcEndpoints", name)
        gone = row["NetworkInterfaceIds"][1:]
        row |= {"SubnetIds": row["SubnetIds"][:1], "NetworkInterfaceIds": row["NetworkInterfaceIds"][:1]}
        network.rows["NetworkInterfaces"] = [
            item for item in network.rows["NetworkInterfaces"] if item["NetworkInterfaceId"] not in gone
        ]


def _s3_by_nat(network: Sound) -> None:
    rows = network.row("RouteTables", "rtb-task")["Routes"]
    rows[:] = [row for row in rows if row.get("DestinationPrefixListId") is None]
    network.rows["VpcEndpoints"] = [row for row in network.rows["VpcEndpoints"] if row["VpcEndpointId"] != "vpce-93"]


def _s3_by_interface(network: Sound) -> None:
    _s3_by_nat(network)
    network.endpoint("vpce-53", "s3", ["subnet-a"], "sg-end")


def _on_main_table(network: Sound) -> None:
    network.row("RouteTables", "rtb-main")["Routes"].extend(network.row("RouteTables", "rtb-task")["Routes"][1:])
    network.rows["RouteTables"] = [row for row in network.rows["RouteTables"] if row["RouteTableId"] != "rtb-task"]
    network.row("VpcEndpoints", "vpce-93")["RouteTableIds"] = ["rtb-main"]


def _by_customer_lists(network: Sound) -> None:
    network.prefix_list("pl-1c", "10.0.0.0/16")
    network.egress(allow("tcp", 443, prefix_list=["pl-1c", "pl-53"]))
    network.ingress(allow("tcp", 443, prefix_list="pl-1c"))


def _in_two_groups(network: Sound) -> None:
    network.group("sg-closed")
    for name in ENDPOINTS:
        row = network.row("VpcEndpoints", name)
        row["Groups"] = [{"GroupId": "sg-closed"}, {"GroupId": "sg-end"}]
        for interface in row["NetworkInterfaceIds"]:
            network.row("NetworkInterfaces", interface)["Groups"] = row["Groups"]


def _in_default_group(network: Sound) -> None:
    network.configuration()["securityGroups"] = []
    network.ingress(allow("tcp", 443, cidr="10.0.0.0/16"))


def _black_hole_elsewhere(network: Sound) -> None:
    network.route("192.168.0.0/16", "rtb-task", State="blackhole", VpcPeeringConnectionId="pcx-9")
    network.route("54.0.0.0/8", "rtb-task", State="blackhole", NatGatewayId="nat-9")


def _failed_beside(network: Sound) -> None:
    network.endpoint("vpce-0f", "monitoring", ["subnet-a"], "sg-closed-too", State="failed")
    network.group("sg-closed-too")


def _empty_acl_elsewhere(network: Sound) -> None:
    network.subnet("subnet-x", "10.0.8.0/24", "eu-west-1a")
    network.acl("acl-none", [entry(32_767, "deny"), entry(32_767, "deny", egress=True)], ["subnet-x"])


def _other_zone(network: Sound) -> None:
    network.zone("corp.internal", record("db.corp.internal.", "A", "10.0.9.9"), zone_id="Z98")


def _wider_zone(network: Sound) -> None:
    network.zone(f"ecr.{REGION}.amazonaws.com", zone_id="Z97")


def _parameter_endpoint(network: Sound) -> None:
    parameter(network)
    network.endpoint("vpce-55", "ssm", ["subnet-a"], "sg-end")


_AS_DOCUMENTED = of_tasks(
    "",
    into(tcp(100, 32_768, 65_535), tcp(110, 443, 443, "10.0.0.0/16"))
    + out(tcp(100, 443, 443), tcp(110, 1_024, 65_535)),
).change
_WHOLE_RANGE = of_tasks("", into(tcp(100, 1_024, 65_535)) + out(tcp(100, 443, 443))).change
_ALLOW_FIRST = of_tasks(
    "", into(ALL, entry(200, "deny")) + out(tcp(90, 443, 443), tcp(95, 443, 443, action="deny"))
).change
_NO_PEERS = of_tasks(
    "",
    into(entry(90, "deny", "10.0.0.0/16"), ALL) + out(entry(90, "deny", "10.0.0.0/16"), ALL),
).change
_PING_DENIED = of_tasks(
    "",
    into(entry(90, "deny", protocol="1"), ALL)
    + out(tcp(80, 25, 25, action="deny"), tcp(81, 80, 80, action="deny"), ALL),
).change
_END_AS_DOCUMENTED = of(
    "acl-end", "", "", into(tcp(100, 443, 443, "10.0.0.0/16")) + out(tcp(100, 1_024, 65_535, "10.0.0.0/16"))
).change
_NAT_AS_DOCUMENTED = of(
    "acl-nat",
    "",
    "",
    into(tcp(100, 443, 443, "10.0.0.0/16"), tcp(110, 1_024, 65_535))
    + out(tcp(100, 443, 443), tcp(110, 32_768, 65_535, "10.0.0.0/16")),
).change

CASES: list[Case] = [
    sound("two zones", "as-it-is", "isolated subnets with endpoints, and no way to the internet", _nothing),
    sound("endpoints apart", "as-it-is", "the endpoints are in subnets of their own", _nothing),
    sound("NAT", "as-it-is", "there is no endpoint, and NAT serves all", _nothing),
    sound("NAT and endpoints", "as-it-is", "there is NAT, and endpoints take the calls", _nothing),
    sound("public", "as-it-is", "tasks have public addresses, and there is neither NAT nor endpoint", _nothing),
    sound("private zones", "as-it-is", "private DNS of all endpoints is off, and private zones lead to them", _nothing),
    sound("peered", "as-it-is", "the endpoints are in another VPC, and private zones lead to them", _nothing),
    sound("hub", "as-it-is", "the default route leads to a transit gateway", _nothing, source=_TRANSIT, verdict="ok"),
    sound("two zones", "endpoints-in-one-zone", "all endpoints are in one of two zones", _endpoints_in_one_zone),
    sound("endpoints apart", "endpoints-in-one-zone", "all endpoints are in one zone", _endpoints_in_one_zone),
    sound("NAT and endpoints", "s3-by-nat", "there is no endpoint for S3, and NAT serves it", _s3_by_nat),
    sound("two zones", "s3-by-interface", "S3 has an interface endpoint and no gateway", _s3_by_interface),
    sound(
        "NAT and endpoints",
        "private-dns-off",
        "private DNS of one endpoint is off, and NAT serves it",
        private_dns_off("vpce-10").change,
    ),
    sound(
        "NAT and endpoints",
        "two-missing",
        "two endpoints are missing, and NAT serves their services",
        missing("vpce-10", "vpce-5e").change,
    ),
    sound(
        "two zones",
        "on-the-main-table",
        "the subnets have no table of their own, and the main one has all",
        _on_main_table,
    ),
    sound(
        "one zone", "on-the-main-table", "the subnet has no table of its own, and the main one has all", _on_main_table
    ),
    sound("two zones", "customer-lists", "the groups admit by prefix lists of the customer's", _by_customer_lists),
    sound("two zones", "two-groups", "the endpoints are in two groups, one of which admits nothing", _in_two_groups),
    sound(
        "two zones", "default-group", "the service names no group, and the default one lets all out", _in_default_group
    ),
    sound("two zones", "black-hole-elsewhere", "black holes lead to what is not called", _black_hole_elsewhere),
    sound("two zones", "failed-beside", "an endpoint that is not needed is failed", _failed_beside),
    sound(
        "endpoints apart", "empty-acl-elsewhere", "the network ACL of another subnet denies all", _empty_acl_elsewhere
    ),
    sound("endpoints apart", "acl-as-documented", "the tasks' ACL has 443 out and ephemeral ports in", _AS_DOCUMENTED),
    sound("NAT", "acl-as-documented", "the tasks' ACL has 443 out and ephemeral ports in", _WHOLE_RANGE),
    sound("public", "acl-as-documented", "the tasks' ACL has 443 out and ephemeral ports in", _WHOLE_RANGE),
    sound(
        "endpoints apart",
        "acl-of-endpoints",
        "the endpoints' ACL has 443 in and ephemeral ports out",
        _END_AS_DOCUMENTED,
    ),
    sound("NAT", "acl-of-nat", "the NAT gateway's ACL has what the documentation asks for", _NAT_AS_DOCUMENTED),
    sound("endpoints apart", "allow-before-deny", "an ACL denies 443 after it allowed it", _ALLOW_FIRST),
    sound("NAT", "allow-before-deny", "an ACL denies 443 after it allowed it", _ALLOW_FIRST),
    sound("NAT", "denies-other-ports", "an ACL denies ping, mail and plain HTTP", _PING_DENIED),
    sound(
        "one zone", "acl-within-the-subnet", "an ACL denies the VPC's own block, and all is in one subnet", _NO_PEERS
    ),
    sound("two zones", "another-zone", "there is a private zone for other names", _other_zone),
    sound(
        "two zones",
        "wider-zone",
        "a private zone covers ECR's names, and the endpoints' own are more specific",
        _wider_zone,
    ),
    sound("two zones", "parameter", "a parameter, and an endpoint for ssm in one zone", _parameter_endpoint),
    sound("NAT", "logs-far", "the log group is in another Region", logs_far),
    sound("NAT and endpoints", "logs-far", "the log group is in another Region, which NAT leads to", logs_far),
    sound("NAT", "image-far", "the image is in another Region", image_far),
    sound("NAT", "docker-hub", "a sidecar is from Docker Hub", HUB_IMAGE),
    sound("two zones", "environment-file", "an environment file comes by the S3 gateway", environment_file),
    sound("two zones", "efs", "a file system has mount targets in both zones", file_system),
    sound(
        "two zones",
        "policy",
        "the S3 gateway's policy allows the layer bucket",
        policy("vpce-93", statement("s3:GetObject", BUCKET)),
        source=_REGISTRY,
        verdict="ok",
    ),
    sound(
        "one zone",
        "policy",
        "the policy of the endpoint for ecr.api allows the pull",
        policy("vpce-a0", statement("ecr:*")),
        source=_REGISTRY,
        verdict="ok",
    ),
]
