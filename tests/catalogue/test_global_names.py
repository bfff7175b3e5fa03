"""Names of AWS services that no interface endpoint answers for."""

import pytest

from skerry.catalogue.global_names import legacy_name_of, service_of_global_name
from skerry.catalogue.services import ServiceRef


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("sts.amazonaws.com", ServiceRef("sts", "eu-west-1")),
        ("queue.amazonaws.com", ServiceRef("sqs", "eu-west-1")),
        ("us-east-2.queue.amazonaws.com", ServiceRef("sqs", "us-east-2")),
        ("sqs.us-east-2.amazonaws.com", None),
    ],
)
def test_global_name_has_its_service_in_its_own_region_or_the_given_one(host: str, expected: ServiceRef | None) -> None:
    assert service_of_global_name(host, "eu-west-1") == expected


def test_legacy_setting_leads_to_the_global_name_in_older_regions_only() -> None:
    assert legacy_name_of("sts", "eu-west-1") == "sts.amazonaws.com"
    assert legacy_name_of("sts", "eu-south-2") is None
