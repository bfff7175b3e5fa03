"""Sums of CloudWatch metrics, by GetMetricData.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from skerry.aws.errors import CallContext, map_errors
from skerry.aws.session import ClientFactory
from skerry.model.api_call import ApiCall

GET_METRIC_DATA = ApiCall("cloudwatch", "GetMetricData", "MetricDataResults", kept=False)

_MOST_QUERIES = 500
_DAY = 86400
_MOST_PAGES = 100


class Metric(NamedTuple):
    """A metric by its namespace and name, with the whole set of its dimensions: CloudWatch matches no part of it."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]


class MetricSum(NamedTuple):
    """The sum of a metric, and the number of days with a value."""

    value: float
    days: int


_NO_VALUE = MetricSum(0, 0)


def read_sums(
    client: ClientFactory, metrics: Sequence[Metric], first: datetime, last: datetime
) -> Mapping[Metric, MetricSum]:
    """Return the sums of metrics from the first to the last time; one without a value is left out.

    Raises `RefusedError` for a refused call, and `SkerryError` where AWS cannot be reached.
    """
    sums: dict[Metric, MetricSum] = {}
    for start in range(0, len(metrics), _MOST_QUERIES):
        chosen = metrics[start : start + _MOST_QUERIES]
        for result in _results(client, chosen, first, last):
            values = result.get("Values", ())
            if values:
                metric = chosen[int(result["Id"].removeprefix("m"))]
                earlier = sums.get(metric, _NO_VALUE)
                sums[metric] = MetricSum(earlier.value + sum(values), earlier.days + len(values))
    return sums


def _results(client: ClientFactory, metrics: Sequence[Metric], first: datetime, last: datetime) -> list[dict[str, Any]]:
    queries = [_query(f"m{number}", metric) for number, metric in enumerate(metrics)]
    parameters = {"MetricDataQueries": queries, "StartTime": first, "EndTime": last}
    cloudwatch = client(GET_METRIC_DATA.service)
    results: list[dict[str, Any]] = []
    for _ in range(_MOST_PAGES):
        with map_errors(CallContext(GET_METRIC_DATA, region=cloudwatch.meta.region_name)):
            answer = cloudwatch.get_metric_data(**parameters)
        results += answer.get("MetricDataResults", ())
        token = answer.get("NextToken")
        if not token:
            break
        parameters["NextToken"] = token
    return results


def _query(name: str, metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": key, "Value": value} for key, value in metric.dimensions]
    asked = {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": asked, "Period": _DAY, "Stat": "Sum"}, "ReturnData": True}
