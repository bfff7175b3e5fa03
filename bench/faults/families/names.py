"""Names that lead nowhere, or to the wrong place: private DNS, the VPC's attributes, DHCP options, private zones."""

from bench.faults.cases import Case, Fault, on
from bench.faults.shapes import ENDPOINTS, NAMES, Sound
from tests.networks import REGION, VPC, allow, record

_FAMILY = "names"
_WAY_OUT = ("rtb-task", "sg-task")
"""The public address, which the name leads to instead, has no route, and the tasks' group does not let it out."""


def private_dns_off(endpoint: str) -> Fault:
    """Switch off an endpoint's private DNS."""

    def change(network: Sound) -> None:
        network.row("VpcEndpoints", endpoint)["PrivateDnsEnabled"] = False

    return Fault(f"private DNS of the endpoint for {ENDPOINTS[endpoint]} is off", change, ((endpoint,),), _WAY_OUT)


def all_private_dns_off() -> Fault:
    """Switch off every endpoint's private DNS."""

    def change(network: Sound) -> None:
        for endpoint in ENDPOINTS:
            network.row("VpcEndpoints", endpoint)["PrivateDnsEnabled"] = False

    return Fault("private DNS of every endpoint is off", change, tuple((name,) for name in ENDPOINTS), _WAY_OUT)


def hostnames_off() -> Fault:
    """Switch off DNS hostnames, without which private names and private zones do not apply."""
    also = (*_WAY_OUT, *ENDPOINTS)
    return Fault(
        "DNS hostnames of the VPC are off",
        lambda network: network.attribute("EnableDnsHostnames", value=False),
        ((VPC,),),
        also,
    )


def support_off() -> Fault:
    """Switch off the Amazon DNS server."""
    return Fault(
        "DNS support of the VPC is off",
        lambda network: network.attribute("EnableDnsSupport", value=False),
        ((VPC,),),
        tuple(ENDPOINTS),
    )


def dns_server(address: str, says: str, names: tuple[str, ...]) -> Fault:
    """Let DHCP options name a DNS server of the user's that cannot be reached."""

    def change(network: Sound) -> None:
        # Questions are let out, so that nothing but the server's address is in the way.
        network.egress(allow(cidr="0.0.0.0/0"))
        network.dhcp(address)

    also = ("dopt-1", VPC, *ENDPOINTS)
    return Fault(f"the DHCP options name a DNS server {says}", change, (names,), also)


def closed_dns_server() -> Fault:
    """A DNS server in the VPC, in a security group that does not let questions in."""

    def change(network: Sound) -> None:
        network.group("sg-dns", inbound=[allow("tcp", 443, cidr="10.0.0.0/16")])
        network.interface("eni-dns", "10.0.1.53", "subnet-a", ["sg-dns"])
        network.egress(allow(cidr="0.0.0.0/0"))
        network.dhcp("10.0.1.53")

    says = "the DHCP options name a DNS server whose group does not let port 53 in"
    return Fault(says, change, (("sg-dns",),), ("dopt-1", VPC, *ENDPOINTS, *_WAY_OUT))


def unasked_dns_server() -> Fault:
    """A DNS server in the VPC that the tasks' own group lets no question out to."""

    def change(network: Sound) -> None:
        network.group("sg-dns", inbound=[allow(cidr="10.0.0.0/16")])
        network.interface("eni-dns", "10.0.1.53", "subnet-a", ["sg-dns"])
        network.dhcp("10.0.1.53")

    says = "the DHCP options name a DNS server that the tasks' group lets no question out to"
    return Fault(says, change, (("sg-task",),), ("dopt-1", VPC, *ENDPOINTS, "rtb-task"))


def zone_of(endpoint: str) -> str:
    """The id of the private zone for an endpoint's names."""
    return f"Z{endpoint.removeprefix('vpce-').upper()}"


def _records(network: Sound, zone: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = next(
        row["Response"]["ResourceRecordSets"]
        for row in network.rows["Calls"]
        if row["Call"]["parameters"].get("HostedZoneId") == zone
    )
    return rows


def record_missing(endpoint: str) -> Fault:
    """Take the records out of the private zone for an endpoint."""

    def change(network: Sound) -> None:
        rows = _records(network, zone_of(endpoint))
        rows[:] = [row for row in rows if row["Type"] == "SOA"]

    says = f"the private zone for {ENDPOINTS[endpoint]} has no record"
    return Fault(says, change, ((zone_of(endpoint), NAMES[endpoint]),), (VPC, endpoint))


def wildcard_missing() -> Fault:
    """Leave the zone of the registry its apex alone: the registry's host is the account's, below it."""

    def change(network: Sound) -> None:
        rows = _records(network, "ZD0")
        rows[:] = [row for row in rows if not str(row["Name"]).startswith("\\052")]

    says = "the private zone for ecr.dkr has no wildcard"
    return Fault(says, change, (("ZD0", NAMES["vpce-d0"]),), (VPC, "vpce-d0"))


def record_of_nobody(endpoint: str) -> Fault:
    """Let the record of a private zone name an address that nothing has."""

    def change(network: Sound) -> None:
        rows = _records(network, zone_of(endpoint))
        rows[:] = [row for row in rows if row["Type"] == "SOA"]
        rows.append(record(f"{NAMES[endpoint]}.", "A", "10.0.1.77"))

    says = f"the private zone for {ENDPOINTS[endpoint]} leads to an address that no interface has"
    return Fault(says, change, ((zone_of(endpoint), "10.0.1.77", NAMES[endpoint]),), (VPC, endpoint, *_WAY_OUT))


def zone_of_another_vpc(endpoint: str) -> Fault:
    """Associate the private zone for an endpoint with another VPC."""

    def change(network: Sound) -> None:
        for row in network.rows["Calls"]:
            summaries = row["Response"].get("HostedZoneSummaries", [])
            if any(item["HostedZoneId"] == zone_of(endpoint) for item in summaries):
                row["Call"]["parameters"]["VPCId"] = "vpc-9"

    says = f"the private zone for {ENDPOINTS[endpoint]} is associated with another VPC"
    return Fault(says, change, ((endpoint, zone_of(endpoint)),), _WAY_OUT)


def empty_zone(name: str, hosts: str) -> Fault:
    """Add a private zone that covers names and does not have them: it says that they do not exist."""
    return Fault(
        f"a private zone {name} without records covers {hosts}",
        lambda network: network.zone(name, zone_id="Z99"),
        (("Z99", name),),
        (VPC, "vpce-93"),
    )


CASES: list[Case] = [
    *(
        case
        for endpoint in ENDPOINTS
        for case in on(
            "two zones, endpoints apart", private_dns_off(endpoint), _FAMILY, f"private-dns-off-{ENDPOINTS[endpoint]}"
        )
    ),
    *on("one zone, two zones", all_private_dns_off(), _FAMILY, "all-private-dns-off"),
    *on("two zones, one zone, endpoints apart, private zones, peered", hostnames_off(), _FAMILY, "hostnames-off"),
    *on("two zones, NAT, public", support_off(), _FAMILY, "support-off"),
    *on(
        "two zones, endpoints apart",
        dns_server("10.0.200.53", "at an address that no interface has", ("10.0.200.53", "dopt-1")),
        _FAMILY,
        "dns-server-of-nobody",
    ),
    *on(
        "two zones, one zone",
        dns_server("192.0.2.53", "outside of the VPC", ("rtb-task", "dopt-1")),
        _FAMILY,
        "dns-server-outside",
    ),
    *on("two zones, NAT and endpoints", closed_dns_server(), _FAMILY, "dns-server-closed"),
    *on("two zones, endpoints apart", unasked_dns_server(), _FAMILY, "dns-server-not-asked"),
    *(
        case
        for endpoint in ("vpce-10", "vpce-a0")
        for case in on(
            "private zones, peered", record_missing(endpoint), _FAMILY, f"record-missing-{ENDPOINTS[endpoint]}"
        )
    ),
    *on("private zones, peered", wildcard_missing(), _FAMILY, "wildcard-missing"),
    *on("private zones", record_of_nobody("vpce-5e"), _FAMILY, "record-of-nobody"),
    *on("private zones, peered", zone_of_another_vpc("vpce-10"), _FAMILY, "zone-of-another-vpc"),
    *on("two zones, NAT", empty_zone(f"s3.{REGION}.amazonaws.com", "the layers"), _FAMILY, "zone-hides-s3"),
    *on("NAT, public", empty_zone("amazonaws.com", "every service"), _FAMILY, "zone-hides-all"),
]
