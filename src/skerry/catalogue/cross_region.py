"""Services with interface endpoints in other Regions: cross-Region AWS PrivateLink."""

from functools import cache

import msgspec

from skerry.catalogue.data_files import read
from skerry.catalogue.services import ServiceRef, service_of


class _Service(msgspec.Struct, frozen=True):
    name: str


class _CrossRegion(msgspec.Struct):
    services: tuple[_Service, ...]


@cache
def has_cross_region_endpoints(ref: ServiceRef) -> bool:
    """Tell whether AWS lists a service as one with interface endpoints in other Regions.

    AWS extends the list, so a service outside it may have them too:
    https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-cross-region-privatelink-support.html
    """
    listed = {row.name for row in read("cross_region", _CrossRegion).services}
    return service_of(ref).endpoint in listed
