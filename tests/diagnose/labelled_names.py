"""Networks of which only names are subtle, each with its verdict and steps as AWS's page has them.

They were labelled before skerry was run on them.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from tests.filtering import Filtered, block, rule
from tests.networks import ACCOUNT, REGION, VPC, allow, awslogs, both_ways, container, entry, record
from tests.resolving import HUB, INBOUND, Resolving

R53 = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/"
USER_GUIDE = "https://docs.aws.amazon.com/vpc/latest/userguide/"
RULES = f"{R53}resolver-overview-forward-vpc-to-network-autodefined-rules.html"
MATCHES = f"{R53}resolver-overview-forward-vpc-to-network-domain-name-matches.html"
ZONES = f"{R53}hosted-zone-private-considerations.html"
FIREWALL = f"{R53}resolver-dns-firewall-rule-settings.html"
PROFILES = f"{R53}profiles.html"
INBOUND_PAGE = f"{R53}resolver-forwarding-inbound-queries.html"
S3_LINK = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html"

LOGS = f"logs.{REGION}.amazonaws.com"
NAMED = frozenset({"secrets", "registry-auth", "manifest", "logs", "layers"})
INTERFACES = NAMED - {"layers"}


Made = TypeVar("Made", bound=Resolving)


class NamedCase(NamedTuple):
    """A network with its label: the verdict, the steps that are not ok, the reason, and AWS's page."""

    make: Callable[[], Resolving]
    verdict: str
    not_ok: frozenset[str]
    why: str
    source: str


CASES: dict[str, NamedCase] = {}


def case(
    verdict: str, not_ok: frozenset[str] | set[str], why: str, source: str
) -> Callable[[Callable[[], Resolving]], Callable[[], Resolving]]:
    """Take a network into the list under its label."""

    def take(make: Callable[[], Resolving]) -> Callable[[], Resolving]:
        CASES[make.__name__] = NamedCase(make, verdict, frozenset(not_ok), why, source)
        return make

    return take


def sound(network: Made, *, s3: bool = True, private: bool = True) -> Made:
    """Give a network everything that its service calls by endpoints; ``private`` False: no private DNS for logs."""
    for number, service in enumerate(("ecr.api", "ecr.dkr", "logs", "secretsmanager"), 1):
        network.endpoint(f"vpce-{number}", service, PrivateDnsEnabled=private or service != "logs")
    if s3:
        network.serve_s3()
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
    network.definition(container(secrets=[{"name": "DB", "valueFrom": secret}], logConfiguration=awslogs()))
    network.service()
    return network


def own_name(number: int, service: str) -> str:
    """The name of an endpoint itself."""
    return f"vpce-{number}-x.{service}.{REGION}.vpce.amazonaws.com"


# ------------------------------------------------------------------------------------------- resolver rules


@case("ok", set(), "a SYSTEM rule for a narrower domain takes its names back from a forwarding rule", MATCHES)
def system_rule_within_a_forwarded_domain() -> Resolving:
    network = sound(Resolving())
    network.rule("amazonaws.com", "192.168.0.53")
    network.rule(f"{REGION}.amazonaws.com", kind="SYSTEM")
    return network


@case(
    "ok", set(), "the SYSTEM rule for amazonaws.com that AWS recommends beside a forwarding rule for every name", RULES
)
def forwarding_rule_for_every_name_with_a_system_rule() -> Resolving:
    network = sound(Resolving())
    network.rule("", "192.168.0.53")
    network.rule("amazonaws.com", kind="SYSTEM")
    return network


@case("unknown", {"layers"}, "private names go on resolving, and names of S3 are forwarded", RULES)
def forwarding_rule_for_every_name() -> Resolving:
    network = sound(Resolving())
    network.rule("", "192.168.0.53")
    return network


@case("unknown", {"logs"}, "a forwarding rule for the same name goes before the private zone of the endpoint", ZONES)
def forwarding_rule_for_the_name_of_an_endpoint() -> Resolving:
    network = sound(Resolving())
    network.rule(LOGS, "192.168.0.53")
    return network


@case("ok", set(), "a rule for other names changes nothing", MATCHES)
def forwarding_rule_for_other_names() -> Resolving:
    network = sound(Resolving())
    network.rule("corp.example", "192.168.0.53")
    network.rule(f"prod.{LOGS}", "192.168.0.53")
    return network


# -------------------------------------------------------------------------------------------- private zones


@case(
    "blocked", {"layers"}, "an empty zone answers NXDOMAIN for all names within it but those of narrower zones", ZONES
)
def wide_zone_without_records() -> Resolving:
    network = sound(Resolving())
    network.zone(f"{REGION}.amazonaws.com")
    return network


@case("blocked", INTERFACES, "without DNS hostnames neither zones nor private names apply, and S3 is public", ZONES)
def wide_zone_while_dns_hostnames_are_off() -> Resolving:
    network = sound(Resolving())
    network.zone(f"{REGION}.amazonaws.com")
    network.attribute("EnableDnsHostnames", value=False)
    return network


@case("blocked", {"logs"}, "the name exists in the zone with an IPv6 address alone, and the task has IPv4 alone", ZONES)
def zone_with_an_ipv6_address_alone() -> Resolving:
    network = sound(Resolving(), private=False)
    network.zone(LOGS, record(f"{LOGS}.", "AAAA", "2001:db8::10"))
    return network


@case("blocked", {"layers"}, "names of buckets need a wildcard beside the record of the zone's own name", S3_LINK)
def zone_of_s3_without_a_wildcard() -> Resolving:
    network = sound(Resolving(), s3=False)
    network.endpoint("vpce-5", "s3", PrivateDnsEnabled=False)
    zone = f"s3.{REGION}.amazonaws.com"
    network.zone(zone, record(f"{zone}.", "A", alias=f"{own_name(5, 's3')}."))
    return network


@case("ok", set(), "a wildcard of the zone leads names of buckets to the interface endpoint", S3_LINK)
def zone_of_s3_with_a_wildcard() -> Resolving:
    network = sound(Resolving(), s3=False)
    network.endpoint("vpce-5", "s3", PrivateDnsEnabled=False)
    zone = f"s3.{REGION}.amazonaws.com"
    network.zone(zone, record(f"\\052.{zone}.", "A", alias=f"{own_name(5, 's3')}."))
    return network


@case("unknown", {"layers"}, "records of a zone that cannot be read may hold names that no narrower zone has", ZONES)
def unread_zone_above_all_names() -> Resolving:
    network = sound(Resolving())
    network.zone("amazonaws.com")
    network.rows["Calls"] = [row for row in network.rows["Calls"] if "RecordSets" not in row["Call"]["operation"]]
    return network


@case("ok", set(), "an unread zone of another domain answers for none of these names", ZONES)
def unread_zone_of_another_domain() -> Resolving:
    network = sound(Resolving())
    network.zone("corp.example")
    network.rows["Calls"] = [row for row in network.rows["Calls"] if "RecordSets" not in row["Call"]["operation"]]
    return network


@case("ok", set(), "zones for a part of the names leave the rest to the private names of endpoints", ZONES)
def zone_for_one_of_two_names_of_ecr() -> Resolving:
    network = sound(Resolving())
    network.row("VpcEndpoints", "vpce-1")["PrivateDnsEnabled"] = False
    zone = f"ecr.{REGION}.amazonaws.com"
    network.zone(zone, record(f"api.{zone}.", "CNAME", own_name(1, "ecr.api")))
    return network


# ------------------------------------------------------------------------------------- options of endpoints


@case("ok", set(), "the private names of an interface endpoint for S3 cover those of buckets", S3_LINK)
def interface_endpoint_for_s3_with_private_names() -> Resolving:
    network = sound(Resolving(), s3=False)
    network.endpoint("vpce-5", "s3")
    return network


@case(
    "ok", set(), "with names for inbound resolver endpoints alone, the VPC itself goes by the gateway endpoint", S3_LINK
)
def interface_endpoint_for_s3_inbound_only() -> Resolving:
    network = sound(Resolving())
    network.endpoint("vpce-5", "s3", DnsOptions={"PrivateDnsOnlyForInboundResolverEndpoint": True})
    return network


@case("blocked", {"layers"}, "the gateway endpoint that the VPC goes by has no route in the task's table", S3_LINK)
def inbound_only_while_the_gateway_has_no_route() -> Resolving:
    network = sound(Resolving(), s3=False)
    network.s3_list("52.218.0.0/17")
    network.gateway_endpoint(RouteTableIds=[])
    network.endpoint("vpce-5", "s3", DnsOptions={"PrivateDnsOnlyForInboundResolverEndpoint": True})
    return network


# --------------------------------------------------------------------------------------------- DHCP options


@case(
    "ok", set(), "the base of the VPC's block plus two is the Amazon DNS server", f"{USER_GUIDE}AmazonDNS-concepts.html"
)
def dhcp_with_the_address_of_the_amazon_dns_server() -> Resolving:
    network = sound(Resolving())
    network.dhcp("10.0.0.2")
    return network


@case("ok", set(), "169.254.169.253 is the Amazon DNS server", f"{USER_GUIDE}AmazonDNS-concepts.html")
def dhcp_with_the_link_local_address() -> Resolving:
    network = sound(Resolving())
    network.dhcp("169.254.169.253")
    return network


@case(
    "blocked",
    NAMED,
    "the Amazon DNS server of a peer VPC cannot be queried",
    "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-limitations",
)
def dhcp_with_the_amazon_dns_server_of_a_peer_vpc() -> Resolving:
    network = sound(Resolving())
    network.hub()
    network.peer_with_hub()
    network.dhcp("10.2.0.2")
    return network


@case(
    "blocked",
    NAMED,
    "the DNS server of a VPC with several blocks is in the primary one; plus two of the others is reserved",
    f"{USER_GUIDE}subnet-sizing.html",
)
def dhcp_with_plus_two_of_a_secondary_block() -> Resolving:
    network = sound(Resolving())
    network.row("Vpcs", VPC)["CidrBlockAssociationSet"] = [
        {"CidrBlock": cidr, "CidrBlockState": {"State": "associated"}} for cidr in ("10.0.0.0/16", "100.64.0.0/16")
    ]
    for row in network.rows["RouteTables"]:
        row["Routes"].append({"DestinationCidrBlock": "100.64.0.0/16", "GatewayId": "local", "State": "active"})
    network.dhcp("100.64.0.2")
    return network


@case(
    "ok", set(), "groups and network ACLs do not filter the Amazon DNS server", f"{USER_GUIDE}vpc-security-groups.html"
)
def filters_against_dns() -> Resolving:
    network = sound(Resolving())
    out = [allow("tcp", 443, cidr="10.0.0.0/16"), allow("tcp", 443, prefix_list="pl-53")]
    network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = out
    denied = [entry(50, "deny", protocol="17"), entry(50, "deny", protocol="17", egress=True)]
    network.acl("acl-a", [*denied, *both_ways(entry(100))], ["subnet-a"])
    return network


# --------------------------------------------------------------------------------------------- DNS Firewall


@case(
    "blocked",
    NAMED,
    "a domain without an asterisk covers no names below it",
    f"{R53}resolver-dns-firewall-user-managed-domain-lists.html",
)
def allow_list_without_an_asterisk() -> Resolving:
    network = sound(Filtered(rule("ALLOW", "rslvr-fdl-2"), block()))
    return network.domains("*").domains("amazonaws.com", name="rslvr-fdl-2")


@case("unknown", {"layers"}, "S3's public name may redirect to names that are not in the list", FIREWALL)
def allow_list_of_exact_names() -> Resolving:
    network = sound(Filtered(rule("ALLOW", "rslvr-fdl-2"), block())).domains("*")
    names = (f"{first}.{REGION}.amazonaws.com" for first in ("api.ecr", "*.dkr.ecr", "logs", "secretsmanager", "*.s3"))
    return network.domains(*names, name="rslvr-fdl-2")


@case("ok", set(), "a rule for AAAA leaves questions for IPv4 addresses alone", FIREWALL)
def block_of_ipv6_questions() -> Resolving:
    return sound(Filtered(block(Qtype="AAAA"))).domains("*")


@case(
    "ok", set(), "an alert lets questions pass and ends the evaluation", f"{R53}resolver-dns-firewall-rule-actions.html"
)
def alert_before_a_block() -> Resolving:
    return sound(Filtered(rule("ALERT"), block())).domains("*")


@case("blocked", {"logs"}, "rules inspect each name of a chain of redirections", FIREWALL)
def blocked_name_behind_a_cname() -> Resolving:
    network = sound(Filtered(block()), private=False).domains("*.vpce.amazonaws.com")
    network.zone(LOGS, record(f"{LOGS}.", "CNAME", own_name(3, "logs")))
    return network


@case(
    "ok",
    set(),
    "an alias is answered with addresses, without another name",
    f"{R53}resource-record-sets-choosing-alias-non-alias.html",
)
def blocked_name_behind_an_alias() -> Resolving:
    network = sound(Filtered(block()), private=False).domains("*.vpce.amazonaws.com")
    network.zone(LOGS, record(f"{LOGS}.", "A", alias=f"{own_name(3, 'logs')}."))
    return network


# ------------------------------------------------------------------------------------------------- Profiles


@case("ok", set(), "for one name the VPC's own zone goes before that of its Profile", PROFILES)
def zone_of_the_vpc_and_of_its_profile() -> Resolving:
    network = sound(Resolving(), private=False)
    network.zone(LOGS, record(f"{LOGS}.", "A", alias=f"{own_name(3, 'logs')}."), zone_id="Z1")
    network.zone(LOGS, record(f"{LOGS}.", "A", "10.0.1.77"), zone_id="Z2", vpc="vpc-9")
    network.profile(("hostedzone", "Z2"))
    return network


@case("unknown", NAMED, "no page orders the rule groups of a VPC and those of its Profile", PROFILES)
def allow_of_the_vpc_and_block_of_its_profile() -> Resolving:
    network = sound(Filtered(rule("ALLOW"))).domains("*")
    network.profile(("firewall", "rslvr-frg-9"))
    network.rules_of("rslvr-frg-9", block())
    return network


@case("ok", set(), "the Profile with the lowest priority is evaluated first", f"{R53}profiles-vpc-update-priority.html")
def one_zone_of_two_profiles() -> Resolving:
    network = sound(Resolving(), private=False)
    network.zone(LOGS, record(f"{LOGS}.", "A", "10.0.1.77"), zone_id="Z1", vpc="vpc-9")
    network.zone(LOGS, record(f"{LOGS}.", "A", alias=f"{own_name(3, 'logs')}."), zone_id="Z2", vpc="vpc-9")
    for name, zone, priority in (("rp-1", "Z1", 200), ("rp-2", "Z2", 100)):
        network.profile(("hostedzone", zone), name=name)
        network.row("ProfileAssociations", name)["Priority"] = priority
    return network


# ------------------------------------------------------------------------------- endpoints of other accounts


@case(
    "unknown",
    {"logs"},
    "the other account's VPC and its endpoint are not in the answers",
    f"{USER_GUIDE}vpc-sharing.html",
)
def zone_to_an_endpoint_of_another_account() -> Resolving:
    network = sound(Resolving(), private=False)
    network.zone(LOGS, record(f"{LOGS}.", "A", "10.2.1.10"))
    sides = {
        f"{side}VpcInfo": {"VpcId": vpc, "OwnerId": owner, "Region": REGION, "CidrBlock": block_}
        for side, vpc, owner, block_ in (
            ("Requester", VPC, ACCOUNT, "10.0.0.0/16"),
            ("Accepter", HUB, "444455556666", "10.2.0.0/16"),
        )
    }
    network.rows["VpcPeeringConnections"] = [{"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"}} | sides]
    network.route("10.2.0.0/16", VpcPeeringConnectionId="pcx-1")
    return network


# ------------------------------------------------------------------------------------------ the second labels

ASTERISK = f"{R53}DomainNameFormat.html#domain-name-format-asterisk"
ACTIONS = f"{R53}resolver-dns-firewall-rule-actions.html"
LISTS = f"{R53}resolver-dns-firewall-user-managed-domain-lists.html"


@case("blocked", {"manifest"}, "the zone of one registry is narrower than the wildcard of the endpoint", ZONES)
def zone_of_one_registry() -> Resolving:
    network = sound(Resolving())
    name = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    network.zone(name, record(f"{name}.", "A", "10.0.1.77"))
    return network


@case("ok", set(), "a chain over a second zone ends at the endpoint", ZONES)
def chain_over_two_zones() -> Resolving:
    network = sound(Resolving(), private=False)
    network.zone(LOGS, record(f"{LOGS}.", "CNAME", "logs.corp.example"))
    network.zone("corp.example", record("logs.corp.example.", "CNAME", own_name(3, "logs")))
    return network


@case(
    "blocked",
    INTERFACES - {"logs"},
    "the hub answers with its own private names, and with public ones otherwise",
    INBOUND_PAGE,
)
def dhcp_with_the_inbound_endpoint_of_a_hub() -> Resolving:
    network = sound(Resolving())
    network.hub()
    network.peer_with_hub()
    network.inbound()
    network.group("sg-dns", inbound=[allow(protocol, 53, cidr="10.0.0.0/16") for protocol in ("udp", "tcp")], VpcId=HUB)
    for address, subnet in zip(INBOUND, ("subnet-dns", "subnet-hub"), strict=True):
        network.interface(f"eni-{subnet}", address, subnet, ["sg-dns"], VpcId=HUB)
    network.dhcp(*INBOUND)
    return network


@case(
    "intermittent",
    {"logs"},
    "weighted records take turns, and one of two leads nowhere",
    f"{R53}routing-policy-weighted.html",
)
def weighted_records_of_which_one_is_dead() -> Resolving:
    network = sound(Resolving(), private=False)
    rows = [
        record(f"{LOGS}.", "A", alias=f"{own_name(3, 'logs')}.") | {"SetIdentifier": "a", "Weight": 50},
        record(f"{LOGS}.", "A", "10.0.1.77") | {"SetIdentifier": "b", "Weight": 50},
    ]
    network.zone(LOGS, *rows)
    return network


@case(
    "ok", set(), "a record of weight 0 is not answered while others have a weight", f"{R53}routing-policy-weighted.html"
)
def weighted_record_without_weight_is_dead() -> Resolving:
    network = sound(Resolving(), private=False)
    rows = [
        record(f"{LOGS}.", "A", alias=f"{own_name(3, 'logs')}.") | {"SetIdentifier": "a", "Weight": 50},
        record(f"{LOGS}.", "A", "10.0.1.77") | {"SetIdentifier": "b", "Weight": 0},
    ]
    network.zone(LOGS, *rows)
    return network


@case(
    "unknown",
    {"logs"},
    "which of two failover records is answered depends on a health check",
    f"{R53}routing-policy-failover.html",
)
def failover_records() -> Resolving:
    network = sound(Resolving(), private=False)
    rows = [
        record(f"{LOGS}.", "A", alias=f"{own_name(3, 'logs')}.")
        | {"SetIdentifier": "a", "Failover": "PRIMARY", "HealthCheckId": "h-1"},
        record(f"{LOGS}.", "A", "10.0.1.77") | {"SetIdentifier": "b", "Failover": "SECONDARY"},
    ]
    network.zone(LOGS, *rows)
    return network


@case("ok", set(), "with both endpoints for S3 the private names lead to the interface endpoint", S3_LINK)
def both_endpoints_for_s3() -> Resolving:
    network = sound(Resolving())
    network.endpoint("vpce-5", "s3")
    return network


@case("blocked", {"registry-auth"}, "the record leads the name of ECR's API to the endpoint of its registry", ZONES)
def record_to_the_endpoint_of_another_service() -> Resolving:
    network = sound(Resolving())
    network.row("VpcEndpoints", "vpce-1")["PrivateDnsEnabled"] = False
    name = f"api.ecr.{REGION}.amazonaws.com"
    network.zone(name, record(f"{name}.", "A", alias=f"{own_name(2, 'ecr.dkr')}."))
    return network


@case(
    "unknown",
    NAMED,
    "while an association changes, its rules may hold or not",
    f"{R53}resolver-dns-firewall-vpc-associating-rule-group.html",
)
def rule_group_in_change() -> Resolving:
    network = sound(Filtered()).domains("*")
    network.group_of_rules("rslvr-frg-2", block(), status="UPDATING")
    return network


@case("ok", set(), "a domain without an asterisk leaves names below it alone", LISTS)
def block_of_the_name_above_buckets() -> Resolving:
    return sound(Filtered(block())).domains(f"s3.{REGION}.amazonaws.com")


@case(
    "blocked",
    NAMED - {"manifest"},
    "the first rule lets the registry pass, the second blocks all other names of AWS",
    LISTS,
)
def allow_of_the_registry_alone() -> Resolving:
    network = sound(Filtered(rule("ALLOW", "rslvr-fdl-2"), block())).domains("*.amazonaws.com")
    return network.domains(f"*.dkr.ecr.{REGION}.amazonaws.com", name="rslvr-fdl-2")


@case("unknown", {"logs"}, "the answer is a CNAME to another name; whether it is followed is not documented", ACTIONS)
def override_of_one_name() -> Resolving:
    overriding = rule("BLOCK", BlockResponse="OVERRIDE", BlockOverrideDomain="sink.corp.example")
    return sound(Filtered(overriding)).domains(LOGS)


@case("ok", set(), "the VPC's own SYSTEM rule goes before the Profile's rule for the same domain", PROFILES)
def system_rule_beside_a_rule_of_the_profile() -> Resolving:
    network = sound(Resolving())
    network.profile(("rule", network.rule("amazonaws.com", "192.168.0.53", vpc=None)))
    network.rule("amazonaws.com", kind="SYSTEM")
    return network


@case("ok", set(), "the rule for all other names answers by public DNS", RULES)
def recursive_rule_for_every_name() -> Resolving:
    network = sound(Resolving())
    network.rule("", kind="RECURSIVE")
    return network


@case(
    "ok",
    set(),
    "of two endpoints of a service only the one with private DNS is asked",
    "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
)
def second_endpoint_without_private_dns() -> Resolving:
    network = sound(Resolving())
    network.group("sg-closed")
    network.endpoint("vpce-6", "logs", group="sg-closed", PrivateDnsEnabled=False)
    return network


@case(
    "intermittent",
    {"logs"},
    "the name has the addresses of all zones, and one subnet's network ACL denies",
    f"{USER_GUIDE}vpc-network-acls.html",
)
def endpoint_in_two_zones_of_which_one_denies() -> Resolving:
    network = sound(Resolving(), private=False)
    network.endpoint("vpce-7", "logs", ["subnet-a", "subnet-b"])
    network.acl("acl-b", both_ways(entry(50, "deny", cidr="10.0.1.0/24"), entry(100)), ["subnet-b"])
    return network


@case("blocked", {"layers"}, "a wildcard covers names with several labels too", ASTERISK)
def wildcard_over_several_labels() -> Resolving:
    network = sound(Resolving())
    zone = f"{REGION}.amazonaws.com"
    network.zone(zone, record(f"\\052.{zone}.", "A", "10.0.1.77"))
    return network


@case("blocked", {"layers"}, "a name of the zone between hides the wildcard above it", ASTERISK)
def wildcard_hidden_by_a_name() -> Resolving:
    network = sound(Resolving(), s3=False)
    network.endpoint("vpce-5", "s3", PrivateDnsEnabled=False)
    zone, alias = f"{REGION}.amazonaws.com", f"{own_name(5, 's3')}."
    network.zone(zone, record(f"\\052.{zone}.", "A", alias=alias), record(f"s3.{zone}.", "A", alias=alias))
    return network
