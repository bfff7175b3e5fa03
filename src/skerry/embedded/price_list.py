"""GetProducts of the embedded AWS: rows of the Price List, made of the prices that come with skerry.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
"""

import json
from collections.abc import Iterator
from typing import Any
from zlib import crc32

from moto.core.responses import ActionResult

from skerry.cost.price_list import PRODUCTS, Product
from skerry.cost.prices import Price, PriceItem, load_prices
from skerry.model.missing import Missing

# AWS charges the data of both kinds of NAT gateway alike: https://aws.amazon.com/vpc/pricing/
_SAME: dict[PriceItem, PriceItem] = {"regional-nat-gb": "nat-gb"}
_UNITS = {"gb": "GB", "gb-mo": "GB-Mo", "hrs": "Hrs"}
_MOST_ROWS = 100
_PAGE = "page-"
_TERM = "JRTCKXETXF"
_RATE = "6YS6EN2CT7"
"""The codes of the term and the rate of on-demand prices."""

# Other products of the same services, which a filter does not keep out.
_NEIGHBOURS = {
    "nat-hour": "NatGateway-Prvd-Hours",
    "nat-gb": "NatGateway-Prvd-Bytes",
    "endpoint-zone-hour": "VpcEndpoint-GWLBE-Hours",
    "endpoint-gb": "VpcEndpoint-GWLBE-Bytes",
    "address-hour": "PublicIPv4:IdleAddress",
    "fargate-x86-vcpu-hour": "Fargate-Windows-vCPU-Hours:perCPU",
    "fargate-x86-gb-hour": "Fargate-Windows-GB-Hours",
    "logs-gb": "VendedLog-Bytes",
}


class ProductsError(Exception):
    """A request that AWS refuses, with the code and message of its error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def get_products(response: Any) -> ActionResult:
    """Answer with a page of the products of a service that fit all filters; one filter names the Region.

    Raises `ProductsError` for an unknown service or page.
    """
    asked = json.loads(response.body)
    service = asked.get("ServiceCode", "")
    if service not in {product.service for product in PRODUCTS}:
        raise ProductsError("InvalidParameterException", f"Invalid ServiceCode: {service}")
    wanted = {row["Field"]: row["Value"] for row in asked.get("Filters", ())}
    rows = [json.dumps(row) for row in _rows(service, wanted)]
    start = _start_of(asked.get("NextToken"), len(rows))
    end = start + min(asked.get("MaxResults", _MOST_ROWS), _MOST_ROWS)
    more = {"NextToken": f"{_PAGE}{end}"} if end < len(rows) else {}
    return ActionResult({"FormatVersion": "aws_v1", "PriceList": rows[start:end], **more})


def _start_of(token: str | None, count: int) -> int:
    number = "0" if token is None else token.removeprefix(_PAGE)
    if not number.isdecimal() or int(number) > count:
        raise ProductsError("InvalidNextTokenException", "The pagination token is invalid.")
    return int(number)


def _rows(service: str, wanted: dict[str, str]) -> Iterator[dict[str, Any]]:
    for product in PRODUCTS:
        region = wanted.get(product.region_field, "")
        price = load_prices().find(region, _SAME.get(product.item, product.item))
        if product.service != service or isinstance(price, Missing):
            continue
        for usage in filter(None, (_NEIGHBOURS.get(product.item), product.usage)):
            attributes = {
                "servicecode": service,
                "locationType": "AWS Region",
                product.region_field: region,
                "usagetype": f"XXX1-{usage}",
                **dict(product.filters),
            }
            if all(attributes.get(field) == value for field, value in wanted.items()):
                yield _row(service, attributes, product, price)


def _row(service: str, attributes: dict[str, str], product: Product, price: Price) -> dict[str, Any]:
    """Return a row in the shape of AWS's example, a product with its terms."""
    sku = f"{crc32(attributes['usagetype'].encode()):016X}"
    family = attributes.pop("productFamily", "")
    term = {
        "priceDimensions": _dimensions(product, price, f"{sku}.{_TERM}"),
        "sku": sku,
        "effectiveDate": "2026-11-01T00:00:00Z",
        "offerTermCode": _TERM,
        "termAttributes": {},
    }
    return {
        "product": {"productFamily": family, "attributes": attributes, "sku": sku},
        "serviceCode": service,
        "terms": {"OnDemand": {f"{sku}.{_TERM}": term}},
        "version": "20261101000000",
        "publicationDate": "2026-11-01T00:00:00Z",
    }


def _dimensions(product: Product, price: Price, term: str) -> dict[str, Any]:
    """Return the tiers of a price, the last first: AWS's own order is none."""
    unit = next(name for key, name in _UNITS.items() if key in product.units)
    begins = ["0", *(str(tier.up_to) for tier in price.tiers[:-1])]
    codes = [f"{term}.{_RATE}{number}" for number in range(len(price.tiers))]
    rows = [
        {
            "unit": unit,
            "endRange": "Inf" if tier.up_to is None else str(tier.up_to),
            "description": f"${tier.price} per {unit}",
            "appliesTo": [],
            "rateCode": code,
            "beginRange": begin,
            "pricePerUnit": {price.currency: f"{tier.price:.10f}"},
        }
        for code, begin, tier in zip(codes, begins, price.tiers, strict=True)
    ]
    return dict(reversed(list(zip(codes, rows, strict=True))))
