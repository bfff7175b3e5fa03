"""Services with interface endpoints in other Regions."""

from skerry.catalogue.cross_region import has_cross_region_endpoints
from skerry.catalogue.services import ServiceRef, load_services


def test_cross_region_endpoints_are_of_the_services_on_the_list() -> None:
    offered = {key for key in load_services() if has_cross_region_endpoints(ServiceRef(key, "us-east-1"))}
    assert offered == {"ecr.api", "ecr.dkr", "s3", "kms", "kms-fips", "ecs", "lambda", "firehose"}
