"""Answers to reading calls without an implementation in moto, as of an account without the feature."""

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from moto.core.botocore_stubber import BotocoreStubber
from moto.core.request import normalize_request
from moto.core.responses import ActionResult, BaseResponse
from moto.ecs.models import EC2ContainerServiceBackend

from skerry.embedded import price_list, service_revisions, usable_groups
from skerry.embedded.error_answers import answer_with_error
from skerry.embedded.patching import Correction


class _Operation(NamedTuple):
    """An operation of one of moto's services, by the name that boto3 has for the service."""

    service: str
    name: str


def _public_access(region: str) -> dict[str, Any]:
    """Return the default of Block Public Access: off.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcBlockPublicAccessOptions.html
    """
    mode = {"AwsRegion": region, "InternetGatewayBlockMode": "off", "State": "default-state"}
    return {"VpcBlockPublicAccessOptions": mode}


_EMPTY = {
    _Operation("ec2", "DescribeVpcBlockPublicAccessExclusions"): "VpcBlockPublicAccessExclusions",
    _Operation("ec2", "DescribeSecurityGroupVpcAssociations"): "SecurityGroupVpcAssociations",
    _Operation("route53resolver", "ListFirewallRuleGroupAssociations"): "FirewallRuleGroupAssociations",
    _Operation("route53resolver", "ListFirewallRules"): "FirewallRules",
    _Operation("route53resolver", "ListFirewallDomains"): "Domains",
    _Operation("ecr", "DescribePullThroughCacheRules"): "pullThroughCacheRules",
    _Operation("s3files", "ListMountTargets"): "mountTargets",
    _Operation("route53profiles", "ListProfileAssociations"): "ProfileAssociations",
    _Operation("route53profiles", "ListProfileResourceAssociations"): "ProfileResourceAssociations",
}


class _Lists(BaseResponse):
    """A service without any implementation in moto: Route 53 Profiles, S3 Files, the Price List."""


_SERVICES = {"route53profiles": "route53profiles", "s3files": "s3files", "api.pricing": "pricing"}
"""Services by the part of their hosts before the Region."""


def _call_action(original: Any, response: Any) -> Any:
    """Answer calls that moto lacks, even if a later moto implements them."""
    operation = _Operation(response.boto3_service_name, response._get_action())  # noqa: SLF001 - moto's own dispatch
    if operation == ("ec2", "DescribeVpcBlockPublicAccessOptions"):
        return response.serialized(ActionResult(_public_access(response.region)))
    if operation == ("ecs", "DescribeServiceRevisions"):
        return response.serialized(service_revisions.describe_service_revisions(response))
    if operation == ("ec2", "GetSecurityGroupsForVpc"):
        return response.serialized(usable_groups.get_security_groups_for_vpc(response))
    if operation == ("pricing", "GetProducts"):
        return _products(response)
    if operation.service == "codebuild":
        # moto answers with the type of plain text.
        response.response_headers["content-type"] = "application/x-amz-json-1.1"
    if key := _EMPTY.get(operation):
        return response.serialized(ActionResult({key: []}))
    return original(response)


def _products(response: Any) -> Any:
    try:
        return response.serialized(price_list.get_products(response))
    except price_list.ProductsError as error:
        return answer_with_error(response, error.code, error.message)


def _process_request(original: Any, stubber: Any, request: Any) -> Any:
    """Answer services that moto lacks."""
    host = urlsplit(request.url).netloc
    name = next((service for start, service in _SERVICES.items() if host.startswith(f"{start}.")), None)
    if name is None:
        return original(stubber, request)
    normalized = normalize_request(request)
    response = _Lists(service_name=name)
    response.setup_class(normalized)
    return response.call_action()


def _capacity_providers(original: Any, backend: Any, names: Any) -> Any:
    """Return all providers if none is named. moto fails.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeCapacityProviders.html
    """
    return original(backend, names or list(backend.capacity_providers))


CORRECTIONS = (
    Correction(BaseResponse, "call_action", _call_action),
    Correction(BotocoreStubber, "process_request", _process_request),
    Correction(EC2ContainerServiceBackend, "describe_capacity_providers", _capacity_providers),
)
"""The patches of this module."""
