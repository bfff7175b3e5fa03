"""Records of VPC Block Public Access: the Region's mode, and the excluded VPCs and subnets.

https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
"""

from msgspec import UNSET, UnsetType

from skerry.model.record import Pascal


class BlockPublicAccessOptions(Pascal, frozen=True, gc=False):
    """The mode of a Region: off, block-bidirectional or block-ingress."""

    aws_region: str = ""
    internet_gateway_block_mode: str | UnsetType = UNSET
    state: str | None = None


class BlockPublicAccessExclusion(Pascal, frozen=True, gc=False):
    """A VPC or subnet excluded from Block Public Access: allow-bidirectional or allow-egress."""

    exclusion_id: str
    internet_gateway_exclusion_mode: str | None = None
    resource_arn: str | None = None
    state: str | None = None
