"""Whether the private names of an endpoint are answered in a VPC, and why not.

https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html
"""

from msgspec import UNSET

from skerry.catalogue.services import service_of_endpoint, variant_of
from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.net.dns_names import DnsName
from skerry.reach.dns_zones import LATTICE
from skerry.reach.gateways import judge_state, make_lost_hop, make_undecided_hop
from skerry.reach.trace import Hop

_ACTION = "ec2:DescribeVpcEndpoints"


def unanswered_reason_of(
    world: World, endpoint: VpcEndpoint, *, inbound: bool = False, profile: str = ""
) -> Hop | Missing | None:
    """Return why an endpoint's private names are not answered; None where they are.

    ``inbound``: the question came by an inbound resolver endpoint. ``profile``: the Route 53 Profile that shares the
    endpoint with the queried VPC.
    """
    name = endpoint.vpc_endpoint_id
    region = endpoint.service_region
    if endpoint.private_dns_enabled is UNSET:
        return Missing(f"whether private DNS of {name} is on", _ACTION)
    if not endpoint.private_dns_enabled and profile:
        return Missing(f"whether {profile} makes {name} answer, whose private DNS is off")
    if not endpoint.private_dns_enabled:
        message = f"private DNS of {name} is off, so nothing leads {endpoint.service_name} to it"
        return make_lost_hop("dns", name, "DNS_PRIVATE_NAMES_DISABLED", message)
    abroad = region is not None and world.region is not None and region != world.region
    if abroad and not endpoint.private_names:
        # No page has the names of services in other Regions, but DnsEntries has those of each endpoint:
        # https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-cross-region-privatelink-support.html
        return Missing(f"whether private DNS of {name} answers for a service of {region}", _ACTION)
    state = judge_state("endpoint", name, endpoint.state, _ACTION, endpoint.last_error.message)
    if state.undecided:
        return state.undecided[0].missing
    if state.lost:
        return state
    if endpoint.dns_options.private_dns_only_for_inbound_resolver_endpoint and not inbound:
        message = f"the private names of {name} are only for inbound resolver endpoints, not for the VPC itself"
        return make_lost_hop("dns", name, "DNS_PRIVATE_NAMES_INBOUND_ONLY", message)
    if endpoint.vpc_endpoint_type in LATTICE:
        return Missing(f"where {name}, of type {endpoint.vpc_endpoint_type}, leads")
    return None


def judge_unanswered(world: World, endpoint: VpcEndpoint, answer: Hop) -> Hop:
    """Return the hop for the reason why a name does not lead to an endpoint; ``answer``: the DNS hop of the name."""
    name, vpc_id = endpoint.vpc_endpoint_id, endpoint.vpc_id
    reason = unanswered_reason_of(world, endpoint)
    if isinstance(reason, Hop):
        return reason
    if isinstance(reason, Missing):
        return make_undecided_hop("dns", name, reason)
    if answer.lost:
        return answer
    if world.dns_attribute_of(vpc_id, "enable_dns_hostnames") is False:
        message = f"{vpc_id} has enableDnsHostnames off, so the private names of {name} do not apply"
        return make_lost_hop("dns", vpc_id, "DNS_HOSTNAMES_DISABLED", message)
    return Hop("dns", name, rule="the name does not lead to it")


def other_name_of(endpoint: VpcEndpoint, host: DnsName) -> Hop | None:
    """Return the hop for a FIPS or dual-stack name that is not among the private names of an endpoint.

    DescribeVpcEndpoints prints these names: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html
    """
    ref = None if endpoint.service_name is UNSET else service_of_endpoint(endpoint.service_name)
    variant = variant_of(ref, host.plain) if ref is not None else None
    if variant is None or not endpoint.private_names:
        return None
    kind = {"fips": "FIPS", "dual-stack": "dual-stack"}[variant.kind]
    message = f"{endpoint.vpc_endpoint_id} does not answer for the {kind} name {host.plain}"
    return make_lost_hop("dns", endpoint.vpc_endpoint_id, "DNS_NAME_NOT_OF_ENDPOINT", message)


def has_unprinted_names(endpoint: VpcEndpoint) -> bool:
    """Tell whether the description of an endpoint may lack some of its private names, by the kind of endpoint."""
    return endpoint.service_name is UNSET or endpoint.vpc_endpoint_type in LATTICE


def may_have_any_name(endpoint: VpcEndpoint, place: str) -> Missing | None:
    """Return the missing fact for an endpoint with possible private names that it does not print.

    Owners of VPC Lattice's resources choose their names, except for names that AWS answers for; an endpoint may be
    limited to the names in its description: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DnsOptions.html
    """
    name = endpoint.vpc_endpoint_id
    if endpoint.service_name is UNSET and endpoint.vpc_endpoint_type in {UNSET, "Interface"}:
        return Missing(f"which service {name} is for", _ACTION)
    if endpoint.vpc_endpoint_type not in LATTICE or place == "aws" or endpoint.private_dns_enabled is False:
        return None
    if endpoint.dns_options.private_dns_preference == "SPECIFIED_DOMAINS_ONLY":
        return None
    return Missing(f"which private names {name}, of type {endpoint.vpc_endpoint_type}, has")
