"""Central endpoints: a hub's interface endpoints, and the private zones or Profiles that lead to them."""

from bench.faults.cases import Case, Page, combined
from bench.faults.families.names import record_missing, wildcard_missing, zone_of, zone_of_another_vpc
from bench.faults.launch import AUTHORIZATION, LAYERS, LOGS, MANIFEST, SECRETS
from bench.faults.shapes import NAMES, Change, Hub, Sound
from tests.hubs import HUB
from tests.networks import ACCOUNT, REGION, Row, allow, both_ways, entry, record

_FAMILY = "central endpoints"
_PAPER = Page(
    _FAMILY,
    "https://docs.aws.amazon.com/whitepapers/latest/building-scalable-secure-multi-vpc-network-infrastructure/"
    "centralized-access-to-vpc-private-endpoints.html",
)
_ROUTE53 = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide"
_ZONES = Page(_FAMILY, f"{_ROUTE53}/hosted-zone-private-considerations.html")
_PROFILES = Page(_FAMILY, f"{_ROUTE53}/profiles.html")
_ATTACHMENTS = Page(_FAMILY, "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html")
_ROUTES = Page(_FAMILY, "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-route-tables.html")
_ACLS = Page(_FAMILY, "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html")
_CENTRAL_HOSTS = (SECRETS.host, AUTHORIZATION.host, MANIFEST.host, LOGS.host)
_WAY = ("rtb-main", "sg-task", "tgw-1")


def _summaries(network: Sound) -> list[Row]:
    rows = [row["Response"].get("HostedZoneSummaries", []) for row in network.rows["Calls"]]
    return [item for part in rows for item in part]


def misnamed(endpoint: str, name: str) -> Change:
    """Give the zone for an endpoint, and its records, another name."""

    def change(network: Sound) -> None:
        zone = zone_of(endpoint)
        for item in _summaries(network):
            if item["HostedZoneId"] == zone:
                item["Name"] = f"{name}."
        for row in network.rows["Calls"]:
            if row["Call"]["parameters"].get("HostedZoneId") == zone:
                for item in row["Response"]["ResourceRecordSets"]:
                    item["Name"] = item["Name"].replace(f"{NAMES[endpoint]}.", f"{name}.")

    return change


def hub_alone(endpoint: str) -> Change:
    """Associate the zone for an endpoint with the hub alone."""

    def change(network: Sound) -> None:
        zone_of_another_vpc(endpoint).change(network)
        for row in network.rows["Calls"]:
            if row["Call"]["parameters"].get("VPCId") == "vpc-9":
                row["Call"]["parameters"]["VPCId"] = HUB

    return change


def without_zone(*endpoints: str) -> Change:
    """Delete the zones for endpoints."""
    zones = {zone_of(name) for name in endpoints}

    def change(network: Sound) -> None:
        for row in network.rows["Calls"]:
            items = row["Response"].get("HostedZoneSummaries")
            if items is not None:
                items[:] = [item for item in items if item["HostedZoneId"] not in zones]
        network.rows["Calls"] = [
            row for row in network.rows["Calls"] if row["Call"]["parameters"].get("HostedZoneId") not in zones
        ]

    return change


def _one_zone_for_all(network: Sound) -> None:
    without_zone(*NAMES)(network)
    rows = [
        record(f"{host}.", "A", alias=f"{endpoint}-0a.x.{REGION}.vpce.amazonaws.com.")
        for endpoint, name in NAMES.items()
        for host in ([name, f"\\052.{name}"] if endpoint == "vpce-d0" else [name])
    ]
    network.zone(f"{REGION}.amazonaws.com", *rows, zone_id="ZALL")


def _no_way_back(network: Sound) -> None:
    rows = network.row("RouteTables", "rtb-hub")["Routes"]
    rows[:] = [row for row in rows if row.get("TransitGatewayId") is None]


def _tgw_without(table: str) -> Change:
    def change(network: Sound) -> None:
        assert isinstance(network, Hub)  # noqa: S101 -- the shape of this family
        network.routes[table].clear()

    return change


def _one_attached(network: Sound) -> None:
    network.row("TransitGatewayVpcAttachments", "tgw-attach-1")["SubnetIds"] = ["subnet-b"]


def _hub_group(network: Sound) -> None:
    network.row("SecurityGroups", "sg-hub")["IpPermissions"] = [allow("tcp", 443, cidr="10.1.0.0/16")]


def _hub_acl(network: Sound) -> None:
    network.acl("acl-hub", both_ways(entry(90, "deny", "10.0.0.0/16"), entry(100)), ["hub-a", "hub-b"])
    network.row("NetworkAcls", "acl-hub")["VpcId"] = HUB


def _profile_elsewhere(network: Sound) -> None:
    network.row("ProfileAssociations", "rp-1")["ResourceId"] = "vpc-9"


def _profile_without(zone: str) -> Change:
    def change(network: Sound) -> None:
        for row in network.rows["Calls"]:
            items = row["Response"].get("ProfileResourceAssociations")
            if items is not None:
                items[:] = [item for item in items if not item["ResourceArn"].endswith(zone)]

    return change


def _owned_by_hub_account(network: Sound) -> None:
    for item in _summaries(network):
        item["Owner"] = {"OwningAccount": "444455556666"}


_ACCOUNT_ZONE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"

CASES: list[Case] = [
    _PAPER.sound("central", "as-it-is", "the zones are associated with the spoke"),
    _PAPER.sound("profile", "as-it-is", "a Profile gives the zones to the spoke"),
    _PAPER.sound("central", "zones-of-another-account", "another account owns the zones", _owned_by_hub_account),
    _ZONES.broken(
        "central",
        "misnamed",
        "the zone for ecr.api has the endpoint service's name",
        misnamed("vpce-a0", f"ecr.api.{REGION}.amazonaws.com"),
        ("ZA0", "vpce-a0"),
        also=("vpce-a0", "ZA0", *_WAY),
        failing=(AUTHORIZATION.host,),
    ),
    _ZONES.broken(
        "central",
        "wildcard",
        "the zone for ecr.dkr has no wildcard",
        wildcard_missing().change,
        ("ZD0", "vpce-d0"),
        also=("vpce-d0", "ZD0", "vpc-1"),
        failing=(MANIFEST.host,),
    ),
    _ZONES.sound(
        "central",
        "zone-of-the-account",
        "the zone for ecr.dkr has the name of the account's registry",
        combined(wildcard_missing().change, misnamed("vpce-d0", _ACCOUNT_ZONE)),
    ),
    _ZONES.broken(
        "central",
        "record",
        "the zone for secretsmanager has no record",
        record_missing("vpce-5e").change,
        ("Z5E", "vpce-5e"),
        also=("vpce-5e", "Z5E", "vpc-1"),
        failing=(SECRETS.host,),
    ),
    _ZONES.broken(
        "central",
        "hub-alone",
        "the zone for logs is associated with the hub alone",
        hub_alone("vpce-10"),
        ("Z10", "vpce-10"),
        also=("vpce-10", "Z10", *_WAY),
        failing=(LOGS.host,),
    ),
    _ZONES.broken(
        "central",
        "no-zone",
        "there is no zone for logs and ecr.api",
        without_zone("vpce-10", "vpce-a0"),
        "vpce-10",
        "vpce-a0",
        also=_WAY,
        failing=(AUTHORIZATION.host, LOGS.host),
    ),
    _ZONES.broken(
        "central",
        "zone-hides-s3",
        "one zone has the records of all endpoints, and hides S3",
        _one_zone_for_all,
        ("ZALL", f"{REGION}.amazonaws.com"),
        also=("vpc-1", "vpce-93"),
        failing=(LAYERS.host,),
    ),
    _PAPER.broken(
        "central",
        "no-way-back",
        "the hub's table has no way back",
        _no_way_back,
        "rtb-hub",
        also=("tgw-1",),
        failing=_CENTRAL_HOSTS,
    ),
    _ROUTES.broken(
        "central",
        "no-tgw-route",
        "the transit gateway's table has no route to the hub",
        _tgw_without("tgw-rtb-spoke"),
        "tgw-rtb-spoke",
        also=("tgw-1",),
        failing=_CENTRAL_HOSTS,
    ),
    _ATTACHMENTS.broken(
        "central",
        "attached-in-one-zone",
        "the spoke is attached in one of two zones",
        _one_attached,
        "tgw-attach-1",
        also=("tgw-1",),
        verdict="intermittent",
        failing=_CENTRAL_HOSTS,
    ),
    _PAPER.broken(
        "central",
        "hub-group",
        "the endpoints' group admits the hub alone",
        _hub_group,
        "sg-hub",
        failing=_CENTRAL_HOSTS,
    ),
    _ACLS.broken(
        "profile", "hub-acl", "the hub's network ACL denies the spoke", _hub_acl, "acl-hub", failing=_CENTRAL_HOSTS
    ),
    _PROFILES.broken(
        "profile",
        "profile-elsewhere",
        "the Profile is associated with another VPC",
        _profile_elsewhere,
        ("ZA0", "vpce-a0"),
        ("ZD0", "vpce-d0"),
        ("Z10", "vpce-10"),
        ("Z5E", "vpce-5e"),
        also=("ZA0", "ZD0", "Z10", "Z5E", *NAMES, *_WAY),
        failing=_CENTRAL_HOSTS,
    ),
    _PROFILES.broken(
        "profile",
        "profile-without-zone",
        "the Profile does not have the zone for ecr.dkr",
        _profile_without("ZD0"),
        ("ZD0", "vpce-d0"),
        also=("vpce-d0", "ZD0", *_WAY),
        failing=(MANIFEST.host,),
    ),
]
