"""States that no call sets: AWS alone fails an endpoint, and writes the entries of its own lists."""
# ruff: noqa: SLF001 - moto's inner parts are what is set here

from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends

from skerry.embedded import transitions
from tests.loading.documents import Documents


def set_states(documents: Documents) -> None:
    """Set the states of endpoints, NAT gateways and subnets that a scenario has."""
    backend = _backend(documents.region)
    for row in documents["VpcEndpoints"]:
        if row["State"] in {"failed", "pending"}:
            backend.vpc_end_points[documents.ids[row["VpcEndpointId"]]].state = row["State"]
    for row in documents["NatGateways"]:
        if row["State"] in {"failed", "pending"}:
            gateway = backend.nat_gateways[documents.ids[row["NatGatewayId"]]]
            gateway.state = row["State"]
            if row["State"] == "failed":
                transitions.retire(backend, gateway)
    for row in documents["Subnets"]:
        if row.get("AvailableIpAddressCount") == 0:
            subnet = backend.get_subnet(documents.ids[row["SubnetId"]])
            subnet._available_ip_addresses -= subnet.available_ip_address_count


def set_entries_of_aws(prefix_list: str, blocks: list[str], region: str) -> None:
    """Set the entries of one of AWS's own lists."""
    lists = _backend(region).managed_prefix_lists
    versions = lists[prefix_list].entries
    versions[max(versions)] = [{"Cidr": block, "Description": None} for block in blocks]


def _backend(region: str) -> Any:
    return ec2_backends[DEFAULT_ACCOUNT_ID][region]
