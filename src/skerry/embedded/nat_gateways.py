"""Patches of moto for NAT gateways and Elastic IP addresses, by AWS's documented rules."""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

from typing import Any, NamedTuple

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses.elastic_ip_addresses import ElasticIPAddresses
from moto.ec2.responses.nat_gateways import NatGateways

from skerry.embedded import transitions
from skerry.embedded.patching import Correction
from skerry.embedded.quotas import require_quota
from skerry.embedded.transitions import AVAILABLE, DELETED, DELETING, FAILED, PENDING


class _Failure(NamedTuple):
    """A reason of a failed NAT gateway: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html."""

    code: str
    message: str


def _create(original: Any, response: Any) -> Any:
    """Create a gateway that fails afterwards if its address is in use or its VPC has no internet gateway.

    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html
    """
    backend, get_parameter = response.ec2_backend, response._get_param
    transitions.settle(backend)
    subnet = backend.get_subnet(get_parameter("SubnetId"))
    zone = subnet.availability_zone
    counted = [gateway for gateway in backend.nat_gateways.values() if gateway.state in {PENDING, AVAILABLE, DELETING}]
    same_zone = [row for row in counted if backend.get_subnet(row.subnet_id).availability_zone == zone]
    require_quota("L-FE5A380F", len(same_zone) + 1, f"NAT gateways of {zone}")
    failure = None
    if (get_parameter("ConnectivityType") or "public") == "public":
        allocation = get_parameter("AllocationId")
        if not allocation:
            raise EC2ClientError("MissingParameter", "The request must include the AllocationId parameter.")
        failure = _failure_of(backend, subnet.vpc_id, allocation)
        if failure is not None:
            response.params.pop("AllocationId")
    answer = original(response)
    gateway = answer.result["NatGateway"]
    gateway._eni.interface_type, gateway._eni.requester_managed, gateway._eni.status = "nat_gateway", True, "in-use"
    gateway._eni.description = f"Interface for NAT Gateway {gateway.id}"
    if failure is None:
        transitions.begin(gateway, PENDING, AVAILABLE)
        return answer
    gateway.failure_code, gateway.failure_message = failure
    transitions.begin(gateway, PENDING, FAILED)
    if gateway.state == FAILED:
        transitions.retire(backend, gateway)
    return answer


def _failure_of(backend: Any, vpc: str, allocation: str) -> _Failure | None:
    [address] = backend.address_by_allocation([allocation])
    if address.association_id:
        return _Failure("Resource.AlreadyAssociated", f"Elastic IP address [{allocation}] is already associated")
    if not any(gateway.vpc and gateway.vpc.id == vpc for gateway in backend.internet_gateways.values()):
        return _Failure("Gateway.NotAttached", f"Network {vpc} has no Internet gateway attached")
    return None


def _delete(_original: Any, response: Any) -> Any:
    """Delete a gateway in the background; its routes become black holes, and its address stays allocated.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNatGateway.html
    """
    backend, name = response.ec2_backend, response._get_param("NatGatewayId")
    transitions.settle(backend)
    gateway = backend.nat_gateways.get(name)
    if gateway is None or gateway.state == DELETED:
        raise EC2ClientError("NatGatewayNotFound", f"The Nat Gateway {name} was not found")
    if gateway.state != DELETING:
        transitions.begin(gateway, DELETING, DELETED)
        if gateway.state == DELETED:
            transitions.retire(backend, gateway)
    return ActionResult({"NatGatewayId": name})


def _describe(original: Any, response: Any) -> Any:
    backend = response.ec2_backend
    transitions.settle(backend)
    for name in response._get_param("NatGatewayIds", []):
        if name not in backend.nat_gateways:
            raise EC2ClientError("NatGatewayNotFound", f"The Nat Gateway {name} was not found")
    answer = original(response)
    for gateway in answer.result["NatGateways"]:
        transitions.count_description(gateway)
    return answer


def _allocate(original: Any, response: Any) -> Any:
    """Allocate an address within the quota: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html."""
    require_quota("L-0263D0A3", len(response.ec2_backend.addresses) + 1, "Elastic IP addresses of the Region")
    return original(response)


def _release(original: Any, response: Any) -> Any:
    """Refuse an address in use, and one that is not allocated.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html
    """
    backend, allocation = response.ec2_backend, response._get_param("AllocationId")
    transitions.settle(backend)
    if allocation is None:
        return original(response)
    address = next((row for row in backend.addresses if row.allocation_id == allocation), None)
    if address is None:
        raise EC2ClientError("InvalidAllocationID.NotFound", f"The allocation ID '{allocation}' does not exist")
    if address.association_id:
        raise EC2ClientError("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")
    return original(response)


CORRECTIONS = (
    Correction(NatGateways, "create_nat_gateway", _create),
    Correction(NatGateways, "delete_nat_gateway", _delete),
    Correction(NatGateways, "describe_nat_gateways", _describe),
    Correction(ElasticIPAddresses, "allocate_address", _allocate),
    Correction(ElasticIPAddresses, "release_address", _release),
)
"""The patches of this module."""
