"""IPv6: dual-stack and IPv6-only subnets, records of endpoints, prefix lists of both families, NAT64."""

from bench.faults.cases import Case, Page, combined
from bench.faults.ipv6_shapes import ALL6, DUAL_IMAGE, HTTPS6, NAT64
from bench.faults.launch import LAYERS, LOGS, SECRETS
from bench.faults.shapes import Change, Sound
from tests.networks import ACCOUNT, HTTPS, IMAGE, REGION, allow

_FAMILY = "address families"
_TASKS = Page(_FAMILY, "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html")
_PRIVATELINK = "https://docs.aws.amazon.com/vpc/latest/privatelink"
_RECORDS = Page(_FAMILY, f"{_PRIVATELINK}/privatelink-access-aws-services.html#aws-services-dns-record-ip-type")
_GATEWAYS = Page(_FAMILY, f"{_PRIVATELINK}/gateway-endpoints.html#gateway-endpoint-ip-address-type")
_REQUESTS = Page(_FAMILY, "https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html")
_NAT64 = Page(_FAMILY, "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html")
_GROUPS = Page(_FAMILY, "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html")
_ACLS = Page(_FAMILY, "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html")
_ALL_HOSTS = tuple(call.host for call in Sound().calls)
_FIPS_HOST = f"{ACCOUNT}.dkr.ecr-fips.{REGION}.amazonaws.com"


def without_route(*targets: str) -> Change:
    """Remove routes of the tasks' table by what they name."""

    def change(network: Sound) -> None:
        routes = network.row("RouteTables", "rtb-task")["Routes"]
        routes[:] = [row for row in routes if not set(targets) & {str(value) for value in row.values()}]

    return change


def records(endpoint: str, kind: str, address_type: str = "dualstack") -> Change:
    """Set the records and the address type of an endpoint, whose interfaces have both addresses."""

    def change(network: Sound) -> None:
        row = network.row("VpcEndpoints", endpoint)
        row |= {"IpAddressType": address_type, "DnsOptions": {"DnsRecordIpType": kind}}
        for number, name in enumerate(row["NetworkInterfaceIds"]):
            interface = network.row("NetworkInterfaces", name)
            interface["Ipv6Addresses"] = [{"Ipv6Address": f"2a05:d018:7:{number + 1}::9"}]

    return change


def image(name: str) -> Change:
    """Set the image of the container."""

    def change(network: Sound) -> None:
        network.containers()["image"] = name

    return change


def _egress_to(*lists: str) -> Change:
    rules = allow("tcp", 443, group="sg-end"), allow("tcp", 443, prefix_list=lists)
    return lambda network: network.egress(*rules)


def _gateway(kind: str, *lists: str) -> Change:
    """Set the address type of the gateway endpoint, and leave the routes of these lists."""

    def change(network: Sound) -> None:
        network.row("VpcEndpoints", "vpce-93")["IpAddressType"] = kind
        without_route(*({"pl-53", "pl-63"} - set(lists)))(network)

    return change


def _printed_names(network: Sound) -> None:
    hosts = f"dkr.ecr.{REGION}.amazonaws.com", f"*.dkr.ecr.{REGION}.amazonaws.com"
    own = {"DnsName": f"vpce-d0-0a.dkr.ecr.{REGION}.vpce.amazonaws.com", "HostedZoneId": "Z1"}
    names = [{"DnsName": host, "HostedZoneId": "ZONEIDPENDING"} for host in hosts]
    network.row("VpcEndpoints", "vpce-d0")["DnsEntries"] = [own, *names]


def _windows(network: Sound) -> None:
    platform = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": "X86_64"}
    network.rows["taskDefinitions"][0] |= {"runtimePlatform": platform, "cpu": "1024", "memory": "2048"}
    network.row("services", "web")["platformVersion"] = "1.0.0"


def _without_dns64(network: Sound) -> None:
    network.row("Subnets", "subnet-a")["EnableDns64"] = False


def _acl_without_ipv6(network: Sound) -> None:
    for row in network.rows["NetworkAcls"]:
        if any(item["SubnetId"] == "subnet-a" for item in row["Associations"]):
            row["Entries"] = [item for item in row["Entries"] if item.get("Ipv6CidrBlock") != ALL6]


CASES: list[Case] = [
    _TASKS.sound("dual-stack NAT", "as-it-is", "IPv4 goes by NAT, and IPv6 by an egress-only gateway"),
    _TASKS.sound("dual-stack NAT", "ipv4-alone", "there is no IPv6 route", without_route(ALL6)),
    _TASKS.broken(
        "dual-stack NAT",
        "no-ipv4-route",
        "dual-stack tasks have an IPv6 route alone",
        without_route("nat-1"),
        "rtb-task",
    ),
    _GROUPS.broken(
        "dual-stack NAT",
        "group-of-ipv6",
        "the tasks' group lets IPv6 out alone",
        lambda network: network.egress(HTTPS6),
        "sg-task",
        failing=_ALL_HOSTS,
    ),
    _GROUPS.sound(
        "dual-stack NAT", "group-of-ipv4", "the group lets IPv4 out alone", lambda network: network.egress(HTTPS)
    ),
    _RECORDS.broken(
        "two zones",
        "records-of-ipv6",
        "the endpoint for logs has records of IPv6 alone",
        records("vpce-10", "ipv6"),
        "vpce-10",
        also=("rtb-task", "sg-task"),
        failing=(LOGS.host,),
    ),
    _RECORDS.broken(
        "one zone",
        "endpoint-of-ipv6",
        "the endpoint for secretsmanager is of IPv6 alone",
        records("vpce-5e", "ipv6", "ipv6"),
        "vpce-5e",
        also=("rtb-task", "sg-task"),
        failing=(SECRETS.host,),
    ),
    _RECORDS.sound(
        "two zones", "records-of-both", "the endpoint for logs has records of both", records("vpce-10", "dualstack")
    ),
    _RECORDS.sound(
        "endpoints apart", "records-of-ipv4", "a dual-stack endpoint has records of IPv4", records("vpce-5e", "ipv4")
    ),
    _GATEWAYS.sound("dual-stack gateway", "as-it-is", "the S3 gateway endpoint has two prefix lists"),
    _GATEWAYS.sound("dual-stack gateway", "list-of-ipv4", "the group names the IPv4 list alone", _egress_to("pl-53")),
    _GATEWAYS.broken(
        "dual-stack gateway",
        "list-of-ipv6",
        "the group names the IPv6 list alone",
        _egress_to("pl-63"),
        "sg-task",
        failing=(LAYERS.host,),
    ),
    _GATEWAYS.broken(
        "dual-stack gateway",
        "gateway-of-ipv6",
        "the S3 gateway endpoint is of IPv6 alone",
        _gateway("ipv6", "pl-63"),
        ("vpce-93", "rtb-task"),
        also=("rtb-task", "vpce-93"),
        failing=(LAYERS.host,),
    ),
    _GATEWAYS.sound(
        "dual-stack gateway", "gateway-of-ipv4", "the S3 gateway endpoint is of IPv4", _gateway("ipv4", "pl-53")
    ),
    _REQUESTS.sound("NAT", "dual-stack-name", "IPv4 tasks use the dual-stack registry by NAT", image(DUAL_IMAGE)),
    _REQUESTS.broken(
        "two zones",
        "fips-name",
        "the image has the FIPS registry's name, which no endpoint answers for",
        combined(image(f"{_FIPS_HOST}/web:1.0"), _printed_names),
        ("rtb-task", IMAGE.replace(".ecr.", ".ecr-fips."), "com.amazonaws.eu-west-1.ecr.dkr"),
        also=("sg-task", "rtb-task", "vpce-d0"),
        region="us-east-1",
    ),
    _NAT64.sound("IPv6 only", "as-it-is", "DNS64 and NAT64 serve what has no IPv6"),
    _TASKS.unknown(
        "IPv6 only",
        "no-nat64-route",
        "NAT64's prefix has no route, and which names Fargate calls from there is not documented",
        without_route(NAT64),
    ),
    _TASKS.unknown(
        "IPv6 only",
        "no-dns64",
        "DNS64 is off, and which names Fargate calls from there is not documented",
        _without_dns64,
    ),
    _TASKS.broken(
        "IPv6 only",
        "ipv4-name",
        "DNS64 is off, and the image has the registry's IPv4 name",
        combined(_without_dns64, image(IMAGE)),
        "subnet-a",
    ),
    _TASKS.broken("IPv6 only", "windows", "the task is Windows", _windows, ("subnet-a", "web")),
    _GROUPS.broken(
        "IPv6 only",
        "group-of-ipv4",
        "the tasks' group lets IPv4 out alone",
        lambda network: network.egress(HTTPS),
        "sg-task",
    ),
    _ACLS.broken("IPv6 only", "acl-of-ipv4", "the network ACL has no entry for IPv6", _acl_without_ipv6, "acl-all"),
]
