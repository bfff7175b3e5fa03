"""Addresses of resources."""

import pytest

from skerry.sources.terraform.addresses import address_of_code


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("aws_vpc.main.default_security_group_id", "aws_vpc.main"),
        ("module.a.aws_vpc.main[0].main_route_table_id", "module.a.aws_vpc.main"),
        ("module.a.aws_vpc.main", "module.a.aws_vpc.main"),
        ("aws_ssm_parameter.vpc_id", "aws_ssm_parameter.vpc_id"),
    ],
)
def test_address_with_an_attribute_leads_to_the_code_of_its_resource(address: str, code: str) -> None:
    assert address_of_code(address) == code
