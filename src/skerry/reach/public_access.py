"""VPC Block Public Access: what it does to traffic through internet gateways.

https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
"""

from msgspec import UNSET

from skerry.model.facts import Missing
from skerry.model.network import BlockPublicAccessExclusion, Subnet
from skerry.model.world import World

OFF, INGRESS = "off", "block-ingress"
_IN_FORCE = {"create-complete", "update-complete"}
_OVER = {"create-failed", "delete-complete", "disable-complete"}
_BOTH_WAYS, _EGRESS = "allow-bidirectional", "allow-egress"


def mode_of(world: World, subnet: Subnet) -> str | None:
    """Return the mode that a subnet is under before exclusions; None where it was not read."""
    for region_mode in world.facts.public_access_modes:
        if region_mode.internet_gateway_block_mode is not UNSET and region_mode.aws_region in {"", world.region}:
            return region_mode.internet_gateway_block_mode
    subnet_mode = subnet.block_public_access_states.internet_gateway_block_mode
    return None if subnet_mode is UNSET else subnet_mode


def block_reason_of(world: World, subnet: Subnet, *, outward: bool, replies_only: bool) -> str | Missing | None:
    """Return why traffic between a subnet and the internet is blocked; None where it is not, or the mode was not read.

    ``outward``: the connection is opened from within. ``replies_only``: by a gateway that admits only replies, such as
    NAT gateways and egress-only gateways; the mode ``block-ingress`` leaves them alone. In that mode egress-only
    exclusions are ignored: https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa-example.html
    """
    mode = mode_of(world, subnet)
    if mode is None and (world.facts.completeness.lacks("public_access_modes") or world.has_public_access_modes):
        return world.missing_for("public_access_modes", f"the mode of Block Public Access for {subnet.subnet_id}")
    if mode in {None, OFF} or (mode == INGRESS and outward and replies_only):
        return None
    if not world.knows("public_access_exclusions"):
        fact = f"whether {subnet.subnet_id} is excluded from Block Public Access"
        return world.missing_for("public_access_exclusions", fact)
    rows = [
        exclusion
        for exclusion in world.facts.public_access_exclusions
        if _concerns(exclusion, subnet) and exclusion.state not in _OVER
    ]
    in_force = {exclusion.internet_gateway_exclusion_mode for exclusion in rows if exclusion.state in _IN_FORCE}
    egress = _EGRESS in in_force and mode != INGRESS and outward
    if _BOTH_WAYS in in_force or (egress and replies_only):
        return None
    for exclusion in rows:
        if exclusion.state not in _IN_FORCE:
            return Missing(f"what becomes of exclusion {exclusion.exclusion_id}, which is {exclusion.state}")
    if egress:
        # "Outbound internet traffic is allowed", and yet in AWS's own example an instance with a public address is cut
        # off: https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa-example.html#vpc-bpa-scenario-6
        return Missing(f"whether an egress-only exclusion lets out what has a public address in {subnet.subnet_id}")
    return f"Block Public Access ({mode}) stops traffic between {subnet.subnet_id} and the internet"


def _concerns(row: BlockPublicAccessExclusion, subnet: Subnet) -> bool:
    named = (row.resource_arn or "").rpartition(":")[2]
    return named in {f"subnet/{subnet.subnet_id}", f"vpc/{subnet.vpc_id}"}
