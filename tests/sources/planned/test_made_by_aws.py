"""Records that AWS makes by itself: their form is that of AWS's answers, and each is read."""

import json

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from skerry.sources.planned import made_by_aws
from skerry.sources.planned.values import UNKNOWN

_SHAPES = {
    "DhcpOptions": made_by_aws.default_dhcp_options("eu-west-1"),
    "SecurityGroup": made_by_aws.default_group("sg-1", "vpc-1", has_ipv6=True),
    "NetworkAcl": {"Entries": made_by_aws.default_acl_entries(has_ipv6=True)},
    "RouteTable": {
        "Routes": [
            *made_by_aws.local_routes(["10.0.0.0/16"], ["2001:db8::/56"]),
            made_by_aws.gateway_route("com.amazonaws.eu-west-1.s3", "vpce-1"),
        ]
    },
    "ManagedPrefixList": made_by_aws.prefix_list("com.amazonaws.eu-west-1.s3"),
    "NetworkInterface": made_by_aws.endpoint_interfaces("vpce-1", "vpc-1", ["sg-1"], {"subnet-1": "10.0.1.9"})[1][0],
}


def test_rows_have_the_form_of_answers_of_aws() -> None:
    model = ServiceModel(Loader().load_service_model("ec2", "service-2"))
    for shape, row in _SHAPES.items():
        report = ParamValidator().validate(row, model.shape_for(shape))
        assert not report.has_errors(), report.generate_report()


@pytest.mark.parametrize(("has_ipv6", "allowed"), [(False, [100]), (True, [100, 101])])
def test_default_network_acl_allows_all_and_ipv6_only_in_a_vpc_with_it(allowed: list[int], *, has_ipv6: bool) -> None:
    entries = made_by_aws.default_acl_entries(has_ipv6=has_ipv6)
    for is_egress in (False, True):
        own = [entry for entry in entries if entry["Egress"] is is_egress]
        assert [entry["RuleNumber"] for entry in own if entry["RuleAction"] == "allow"] == allowed
        assert [entry["RuleNumber"] - 32667 for entry in own if entry["RuleAction"] == "deny"] == allowed


@pytest.mark.parametrize(
    ("region", "domain"), [("us-east-1", "ec2.internal"), ("eu-west-1", "eu-west-1.compute.internal")]
)
def test_default_dhcp_options_have_the_domain_of_the_region(region: str, domain: str) -> None:
    assert domain in json.dumps(made_by_aws.default_dhcp_options(region))


@pytest.mark.parametrize(("block", "count", "first"), [("10.0.0.0/28", 11, "10.0.0.4"), ("10.0.0.0/30", 0, UNKNOWN),
                                                        ("no block", None, UNKNOWN)])  # fmt: skip
def test_subnets_have_all_addresses_but_five(block: str, count: int | None, first: object) -> None:
    assert made_by_aws.free_addresses_of(block) == count
    assert made_by_aws.first_address_of(block) == first


def test_own_name_of_an_endpoint_has_the_words_of_its_service_in_reverse() -> None:
    name = made_by_aws.endpoint_dns_name("vpce-0a1", "com.amazonaws.eu-west-1.ecr.api")
    assert name.startswith("vpce-0a1-")
    assert name.endswith(".api.ecr.eu-west-1.vpce.amazonaws.com")
