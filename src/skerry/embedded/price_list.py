"""GetProducts of the embedded AWS: rows of the Price List, made of the prices that come with skerry.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
"""

import json
from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult

from skerry.cost.price_list import PRODUCTS, Product
from skerry.cost.prices import Price, PriceItem, load_prices
from skerry.model.missing import Missing

# AWS charges the data of both kinds of NAT gateway alike: https://aws.amazon.com/vpc/pricing/
_SAME: dict[PriceItem, PriceItem] = {"regional-nat-gb": "nat-gb"}
_UNITS = {"gb": "GB", "gb-mo": "GB-Mo", "hrs": "Hrs"}


def get_products(response: Any) -> ActionResult:
    """Answer with the products of a service that fit all filters; one filter names the Region."""
    asked = json.loads(response.body)
    wanted = {row["Field"]: row["Value"] for row in asked.get("Filters", ())}
    rows = [json.dumps(row) for row in _rows(asked["ServiceCode"], wanted)]
    return ActionResult({"FormatVersion": "aws_v1", "PriceList": rows})


def _rows(service: str, wanted: dict[str, str]) -> Iterator[dict[str, Any]]:
    for product in PRODUCTS:
        region = wanted.get(product.region_field, "")
        attributes = {product.region_field: region, "usagetype": f"XXX1-{product.usage}", **dict(product.filters)}
        family = attributes.pop("productFamily", "")
        fits = all({**attributes, "productFamily": family}.get(field) == value for field, value in wanted.items())
        price = load_prices().find(region, _SAME.get(product.item, product.item))
        if product.service == service and fits and not isinstance(price, Missing):
            terms = {"OnDemand": {"SKU.TERM": {"priceDimensions": _dimensions(product, price)}}}
            yield {
                "product": {"productFamily": family, "sku": "SKU", "attributes": attributes},
                "serviceCode": service,
                "terms": terms,
            }


def _dimensions(product: Product, price: Price) -> dict[str, Any]:
    """Return the tiers of a price, the last first: AWS's own order is none."""
    unit = next(name for key, name in _UNITS.items() if key in product.units)
    begins = ["0", *(str(tier.up_to) for tier in price.tiers[:-1])]
    rows = [
        {
            "unit": unit,
            "beginRange": begin,
            "endRange": "Inf" if tier.up_to is None else str(tier.up_to),
            "pricePerUnit": {price.currency: f"{tier.price:.10f}"},
        }
        for begin, tier in zip(begins, price.tiers, strict=True)
    ]
    return {f"RATE.{number}": row for number, row in reversed(list(enumerate(rows)))}
