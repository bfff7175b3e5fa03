"""VPC Block Public Access: the mode of the Region, and the exclusions from it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcblockpublicaccessoptions.html
"""

from collections.abc import Iterator
from typing import Any, Final

from skerry.sources.cloudformation.mapping.templates import Made, Templates
from skerry.sources.planned.lists import write_open_list
from skerry.sources.planned.values import UNKNOWN, Value, known_row

OPTIONS: Final = "AWS::EC2::VPCBlockPublicAccessOptions"
EXCLUSION: Final = "AWS::EC2::VPCBlockPublicAccessExclusion"


def write_public_access(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the mode and the exclusions, if a template sets the mode; under an unknown condition it is not known."""
    modes = [made.properties.text("InternetGatewayBlockMode", "") or UNKNOWN for made in templates.of(OPTIONS)]
    modes += [UNKNOWN for _ in templates.perhaps(OPTIONS)]
    if not modes:
        return
    mode = modes[0] if len(modes) == 1 else UNKNOWN
    row = {"AwsRegion": templates.place.region, "State": "update-complete", "InternetGatewayBlockMode": mode}
    more = {"NextToken": "known-at-deployment"} if mode is UNKNOWN else {}
    yield "VpcBlockPublicAccessOptions", {"VpcBlockPublicAccessOptions": known_row(row), **more}
    rows = [_exclusion(templates, made) for made in templates.of(EXCLUSION)]
    key = "VpcBlockPublicAccessExclusions"
    yield key, {key: rows} if _are_all_known(templates) else write_open_list(key, rows)


def _are_all_known(templates: Templates) -> bool:
    """Return whether the VPCs of the templates have no other exclusions than those of the templates."""
    targets = [made.properties.id(key) for made in templates.of(EXCLUSION) for key in ("VpcId", "SubnetId")]
    is_open = templates.is_open(EXCLUSION) or bool(templates.perhaps(EXCLUSION))
    is_open = is_open or any(map(templates.stand_ins.is_made_up, filter(None, targets)))
    return not is_open and frozenset(templates.vpcs) == templates.closed_vpcs


def _exclusion(templates: Templates, made: Made) -> dict[str, Value]:
    """Return an exclusion of a VPC or a subnet.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcblockpublicaccessexclusion.html
    """
    vpc = made.properties.id("VpcId")
    name = f"subnet/{made.properties.id('SubnetId')}" if vpc is None else f"vpc/{vpc}"
    place = templates.place
    return known_row(
        {
            "ExclusionId": made.id,
            "InternetGatewayExclusionMode": made.properties.text("InternetGatewayExclusionMode"),
            "ResourceArn": f"arn:{place.partition}:ec2:{place.region}:{place.account}:{name}",
            "State": "create-complete",
        }
    )
