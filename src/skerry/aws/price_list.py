"""Rows of AWS's Price List, by GetProducts.

The API has an endpoint in few Regions, whatever Region is asked about:
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
"""

from collections.abc import Iterator, Mapping

from skerry.aws.errors import CallContext, RefusedError, map_errors
from skerry.aws.response_checks import DAMAGED
from skerry.aws.session import ClientFactory
from skerry.model.api_call import MOST_ROWS, ApiCall

GET_PRODUCTS = ApiCall("pricing", "GetProducts", "PriceList", page=MOST_ROWS, limit="MaxResults", kept=False)

_ENDPOINT = "us-east-1"
# Those of botocore: https://github.com/boto/botocore/blob/develop/botocore/data/endpoints.json
_ENDPOINTS = {"cn-": "cn-northwest-1", "eusc-": "eusc-de-east-1"}
_MOST_PAGES = 200


def endpoint_region_of(region: str) -> str:
    """Return the Region whose endpoint has the prices of a Region."""
    return next((endpoint for start, endpoint in _ENDPOINTS.items() if region.startswith(start)), _ENDPOINT)


def read_rows(client: ClientFactory, service_code: str, filters: Mapping[str, str]) -> Iterator[str]:
    """Yield the rows of a service's products, each a JSON text, for these values of fields.

    Raises `RefusedError` for a refused call and for pages without an end, and `SkerryError` where AWS cannot be
    reached.
    """
    terms = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in filters.items()]
    parameters = {"ServiceCode": service_code, "Filters": terms, "MaxResults": MOST_ROWS, "FormatVersion": "aws_v1"}
    pricing = client(GET_PRODUCTS.service)
    for _ in range(_MOST_PAGES):
        with map_errors(CallContext(GET_PRODUCTS, region=pricing.meta.region_name)):
            answer = pricing.get_products(**parameters)
        yield from answer.get("PriceList", ())
        token = answer.get("NextToken")
        if not token:
            return
        parameters["NextToken"] = token
    raise RefusedError(DAMAGED, f"the Price List has more than {_MOST_PAGES} pages of {service_code}")
