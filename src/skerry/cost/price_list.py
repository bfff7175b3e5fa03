"""The Price List of AWS: the product behind each price item, and prices out of its rows.

A row is JSON; tiers stand in any order. The prefix of a usage type is no name of the Region:
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html

Filters, usage types and units are those of AWS's offer files; Infracost asks for NAT gateways and endpoints alike:
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-ppslong.html
https://github.com/infracost/infracost/tree/master/internal/resources/aws
"""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import msgspec

from skerry.cost.prices import Price, PriceItem, Tier
from skerry.model.missing import Missing

ACTION = "pricing:GetProducts"

_PREFIX = r"(?:[A-Z]{2,5}[0-9]{0,2}-)?"
_HOURS = frozenset({"hrs", "hours", "hour", "vcpu-hours", "gb-hours"})
_GB = frozenset({"gb"})
_GB_MONTHS = frozenset({"gb-mo", "gb-month"})
_ALL = "Inf"


class Product(NamedTuple):
    """The product of a price item: its service code, its filters, its usage type and its units."""

    item: PriceItem
    service: str
    filters: tuple[tuple[str, str], ...]
    usage: str
    units: frozenset[str]
    region_field: str = "regionCode"


_NAT = (("productFamily", "NAT Gateway"),)
_ENDPOINT = (("productFamily", "VpcEndpoint"),)
_TRANSIT = (("group", "AWSTransitGateway"), ("operation", "TransitGatewayVPC"))
_OUT = (("transferType", "AWS Outbound"), ("toLocation", "External"))
_INSTANCE = (
    ("instanceType", "t4g.nano"),
    ("operatingSystem", "Linux"),
    ("preInstalledSw", "NA"),
    ("tenancy", "Shared"),
    ("capacitystatus", "Used"),
)
PRODUCTS = (
    Product("nat-hour", "AmazonEC2", _NAT, "NatGateway-Hours", _HOURS),
    Product("nat-gb", "AmazonEC2", _NAT, "NatGateway-Bytes", _GB),
    Product("regional-nat-zone-hour", "AmazonEC2", _NAT, "RegionalNatGateway-Hours", _HOURS),
    Product("regional-nat-gb", "AmazonEC2", _NAT, "RegionalNatGateway-Bytes", _GB),
    Product("endpoint-zone-hour", "AmazonVPC", _ENDPOINT, "VpcEndpoint-Hours", _HOURS),
    Product("endpoint-gb", "AmazonVPC", _ENDPOINT, "VpcEndpoint-Bytes", _GB),
    Product("address-hour", "AmazonVPC", (("group", "VPCPublicIPv4Address"),), "PublicIPv4:InUseAddress", _HOURS),
    Product("transit-attachment-hour", "AmazonVPC", _TRANSIT, "TransitGateway-Hours", _HOURS),
    Product("transit-gb", "AmazonVPC", _TRANSIT, "TransitGateway-Bytes", _GB),
    Product(
        "cross-zone-gb",
        "AWSDataTransfer",
        (("transferType", "IntraRegion"),),
        "DataTransfer-Regional-Bytes",
        _GB,
        "fromRegionCode",
    ),
    Product("internet-gb", "AWSDataTransfer", _OUT, "DataTransfer-Out-Bytes", _GB, "fromRegionCode"),
    Product("fargate-x86-vcpu-hour", "AmazonECS", (), "Fargate-vCPU-Hours:perCPU", _HOURS),
    Product("fargate-x86-gb-hour", "AmazonECS", (), "Fargate-GB-Hours", _HOURS),
    Product("fargate-arm-vcpu-hour", "AmazonECS", (), "Fargate-ARM-vCPU-Hours:perCPU", _HOURS),
    Product("fargate-arm-gb-hour", "AmazonECS", (), "Fargate-ARM-GB-Hours", _HOURS),
    Product("t4g-nano-hour", "AmazonEC2", _INSTANCE, "BoxUsage:t4g.nano", _HOURS),
    Product("gp3-gb-month", "AmazonEC2", (("volumeApiName", "gp3"),), "EBS:VolumeUsage.gp3", _GB_MONTHS),
    Product("logs-gb", "AmazonCloudWatch", (), "DataProcessing-Bytes", _GB),
    Product("ecr-storage-gb-month", "AmazonECR", (), "TimedStorage-ByteHrs", _GB_MONTHS),
)
"""The items that the Price List is asked for. Service codes, filters and usage types are those of its own offers."""


class _Dimension(msgspec.Struct, frozen=True, rename="camel"):
    unit: str
    price_per_unit: dict[str, str]
    begin_range: str = "0"
    end_range: str = _ALL


class _Term(msgspec.Struct, frozen=True, rename="camel"):
    price_dimensions: dict[str, _Dimension]


class _Terms(msgspec.Struct, frozen=True):
    on_demand: dict[str, _Term] = msgspec.field(name="OnDemand", default_factory=dict)


class _Attributes(msgspec.Struct, frozen=True):
    usagetype: str = ""


class _Described(msgspec.Struct, frozen=True):
    attributes: _Attributes = _Attributes()


class _Row(msgspec.Struct, frozen=True):
    product: _Described = _Described()
    terms: _Terms = _Terms()


def price_of_rows(region: str, product: Product, rows: Iterable[str], source: str) -> Price | Missing:
    """Return the price of a product in a Region, out of rows of the Price List; `Missing` unless exactly one fits."""
    usage = re.compile(f"{_PREFIX}{re.escape(product.usage)}")
    terms = [
        term
        for row in (_decoded(text) for text in rows)
        if row is not None and usage.fullmatch(row.product.attributes.usagetype)
        for term in row.terms.on_demand.values()
    ]
    what = f"the price of {product.item} in {region}"
    if len(terms) != 1:
        count = "no row" if not terms else f"{len(terms)} rows"
        return Missing(f"{what}: the Price List has {count} for {product.usage}", ACTION)
    priced = _tiers(terms[0], product)
    if priced is None:
        return Missing(f"{what}: the row for {product.usage} has other units or tiers", ACTION)
    currency, tiers = priced
    return Price(region, product.item, currency, tiers, "documented", (source,))


def _decoded(text: str) -> _Row | None:
    try:
        return msgspec.json.decode(text, type=_Row)
    except msgspec.DecodeError:
        return None


def _tiers(term: _Term, product: Product) -> tuple[str, tuple[Tier, ...]] | None:
    """Return the currency and the tiers of a term, in their order; None where they do not follow one another."""
    rows: list[tuple[Decimal, Decimal | None, Decimal]] = []
    currencies: set[str] = set()
    for dimension in term.price_dimensions.values():
        if dimension.unit.lower() not in product.units or len(dimension.price_per_unit) != 1:
            return None
        ((currency, price),) = dimension.price_per_unit.items()
        currencies.add(currency)
        try:
            end = None if dimension.end_range == _ALL else Decimal(dimension.end_range)
            rows.append((Decimal(dimension.begin_range), end, Decimal(price)))
        except InvalidOperation:
            return None
    rows.sort(key=lambda row: row[0])
    ends: list[Any] = [Decimal(0), *(end for _, end, _ in rows)]
    follow = len(currencies) == 1 and [begin for begin, _, _ in rows] == ends[:-1] and ends[-1] is None
    if not follow or any(price < 0 for _, _, price in rows):
        return None
    return currencies.pop(), tuple(Tier(end, _plain(price)) for _, end, price in rows)


def _plain(price: Decimal) -> Decimal:
    """Return a price without trailing zeros and without an exponent."""
    return Decimal(f"{price.normalize():f}")
