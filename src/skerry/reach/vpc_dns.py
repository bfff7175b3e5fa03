"""DNS servers and private names of VPCs: every question in a VPC needs them, and they are read once for each VPC."""

from typing import TYPE_CHECKING

from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.reach.dns_servers import Servers, servers_of
from skerry.reach.dns_zones import EndpointNames, endpoint_names_of
from skerry.reach.gateways import make_undecided_hop
from skerry.reach.private_dns import has_unprinted_names, may_have_any_name
from skerry.reach.trace import Hop

if TYPE_CHECKING:
    from skerry.model.endpoints import VpcEndpoint


class VpcDns:
    """DNS servers and private names in the VPCs of one World."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._servers: dict[str, Servers | Missing] = {}
        self._names: dict[str, EndpointNames] = {}
        self._unprinted: dict[str, tuple[VpcEndpoint, ...]] = {}

    def servers_of(self, vpc_id: str) -> Servers | Missing:
        """Return the DNS servers of a VPC."""
        if vpc_id not in self._servers:
            vpc = self.world.find_vpc(vpc_id)
            self._servers[vpc_id] = vpc if isinstance(vpc, Missing) else servers_of(self.world, vpc)
        return self._servers[vpc_id]

    def endpoint_names_of(self, vpc_id: str) -> EndpointNames:
        """Return the private names of a VPC's endpoints and of those shared by Profiles, each with its endpoints."""
        if vpc_id not in self._names:
            self._names[vpc_id] = endpoint_names_of(self.world, vpc_id)
        return self._names[vpc_id]

    def judge_unprinted_names(self, vpc_id: str, place: str) -> Hop | None:
        """Return the missing fact of an endpoint with unknown private names that might be more specific; or None."""
        if vpc_id not in self._unprinted:
            endpoints = self.world.endpoints_in(vpc_id)
            self._unprinted[vpc_id] = tuple(endpoint for endpoint in endpoints if has_unprinted_names(endpoint))
        for endpoint in self._unprinted[vpc_id]:
            if (fact := may_have_any_name(endpoint, place)) is not None:
                return make_undecided_hop("dns", endpoint.vpc_endpoint_id, fact)
        return None
