"""VPC Block Public Access: the mode of the Region, and the exclusions from it.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_block_public_access_options
"""

from collections.abc import Iterator
from typing import Any, Final

from skerry.sources.planned.lists import write_open_list
from skerry.sources.planned.values import UNKNOWN, Value, known_row
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.values import Instance

_EXCLUSION: Final = "aws_vpc_block_public_access_exclusion"


def write_public_access(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the mode and the exclusions, if the configuration sets the mode."""
    for options in configuration.of("aws_vpc_block_public_access_options"):
        mode = options.get("internet_gateway_block_mode", UNKNOWN)
        if mode is not UNKNOWN:
            row = {"AwsRegion": configuration.region, "State": "update-complete", "InternetGatewayBlockMode": mode}
            yield "VpcBlockPublicAccessOptions", {"VpcBlockPublicAccessOptions": row}
            rows = [_exclusion(configuration, exclusion) for exclusion in configuration.of(_EXCLUSION)]
            yield "VpcBlockPublicAccessExclusions", write_open_list("VpcBlockPublicAccessExclusions", rows)


def _exclusion(configuration: Configuration, exclusion: Instance) -> dict[str, Value]:
    kind = "vpc" if exclusion.get("vpc_id") is not None else "subnet"
    name = exclusion.get(f"{kind}_id", UNKNOWN)
    arn = f"arn:aws:ec2:{configuration.region}:{configuration.account}:{kind}/{name}"
    return known_row(
        {
            "ExclusionId": exclusion.id,
            "InternetGatewayExclusionMode": exclusion.get("internet_gateway_exclusion_mode", UNKNOWN),
            "ResourceArn": UNKNOWN if name is UNKNOWN else arn,
            "State": "create-complete",
        }
    )
