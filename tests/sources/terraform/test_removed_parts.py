"""Parts that a plan removes, in values of their resource that a refresh filled with them."""

from typing import Any

import pytest

from skerry.sources.planned.values import UNKNOWN
from skerry.sources.terraform.removed_parts import without_removed_parts
from skerry.sources.terraform.values import Instance

Json = dict[str, Any]


def instance(kind: str, **values: Any) -> Instance:
    return Instance(f"{kind}.x", kind, "managed", values)


@pytest.mark.parametrize(
    ("kind", "parent", "values", "part", "part_values", "name", "left"),
    [
        ("aws_iam_role", {"id": "web"}, {"inline_policy": [{"name": "a"}, {"name": "b"}]},
         "aws_iam_role_policy", {"role": "web", "name": "a"}, "inline_policy", [{"name": "b"}]),
        ("aws_iam_role", {"id": "web"}, {"managed_policy_arns": ["a", "b"]},
         "aws_iam_role_policy_attachment", {"role": "web", "policy_arn": "a"}, "managed_policy_arns", ["b"]),
        ("aws_iam_role", {"id": "web"}, {"managed_policy_arns": ["a", "b"]},
         "aws_iam_policy_attachment", {"roles": ["other", "web"], "policy_arn": "a"}, "managed_policy_arns", ["b"]),
        ("aws_vpc_endpoint", {"id": "vpce-1"}, {"route_table_ids": ["rtb-1", "rtb-2"]},
         "aws_vpc_endpoint_route_table_association", {"vpc_endpoint_id": "vpce-1", "route_table_id": "rtb-1"},
         "route_table_ids", ["rtb-2"]),
        ("aws_vpc_endpoint", {"id": "vpce-1"}, {"policy": "{}"},
         "aws_vpc_endpoint_policy", {"vpc_endpoint_id": "vpce-1", "policy": "{}"}, "policy", None),
        ("aws_vpc", {"id": "vpc-1"}, {"dhcp_options_id": "dopt-1"},
         "aws_vpc_dhcp_options_association", {"vpc_id": "vpc-1", "dhcp_options_id": "dopt-1"},
         "dhcp_options_id", UNKNOWN),
        ("aws_internet_gateway", {"id": "igw-1"}, {"vpc_id": "vpc-1"},
         "aws_internet_gateway_attachment", {"internet_gateway_id": "igw-1", "vpc_id": "vpc-1"}, "vpc_id", None),
        ("aws_network_acl", {"id": "acl-1", "subnet_ids": ["subnet-1"]}, {"ingress": [{"rule_no": 1}, {"rule_no": 2}]},
         "aws_network_acl_rule", {"network_acl_id": "acl-1", "egress": False, "rule_number": 1},
         "ingress", [{"rule_no": 2}]),
        ("aws_route53_zone", {"id": "Z1"}, {"vpc": [{"vpc_id": "vpc-1"}, {"vpc_id": "vpc-2"}]},
         "aws_route53_zone_association", {"zone_id": "Z1", "vpc_id": "vpc-2"}, "vpc", [{"vpc_id": "vpc-1"}]),
        ("aws_ec2_managed_prefix_list", {"id": "pl-1"}, {"entry": [{"cidr": "10.0.0.0/8"}]},
         "aws_ec2_managed_prefix_list_entry", {"prefix_list_id": "pl-1", "cidr": "10.0.0.0/8"}, "entry", []),
    ],
)  # fmt: skip
def test_removed_part_is_not_in_the_values_of_its_resource(
    kind: str, parent: Json, values: Json, part: str, part_values: Json, name: str, left: Any
) -> None:
    owner, single = instance(kind, **parent, **values), instance(part, **part_values)
    # A resource of another type may have the same name as its id.
    other = Instance("aws_ecr_repository.x", "aws_ecr_repository", "managed", dict(parent))
    former = (owner, other, single)
    [after, *_] = without_removed_parts((owner, other), former)
    assert after.values == {**parent, name: left}
    assert without_removed_parts(former, former) == former


def test_value_that_the_plan_changes_is_its_own() -> None:
    before = instance("aws_vpc_endpoint", id="vpce-1", policy="{}", route_table_ids=["rtb-1"])
    after = instance("aws_vpc_endpoint", id="vpce-1", policy="[]", route_table_ids=["rtb-1", "rtb-2"])
    parts = (
        instance("aws_vpc_endpoint_policy", vpc_endpoint_id="vpce-1", policy="{}"),
        instance("aws_vpc_endpoint_route_table_association", vpc_endpoint_id="vpce-1", route_table_id="rtb-1"),
    )
    assert without_removed_parts((after,), (before, *parts)) == (after,)
