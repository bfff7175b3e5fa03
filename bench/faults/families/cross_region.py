"""Cross-Region interface endpoints: of ECR and S3 in another Region; CloudWatch Logs and secrets have none."""

from bench.faults.cases import Case, Page
from bench.faults.central_shapes import FAR, FAR_ENDPOINTS, far_endpoint
from bench.faults.families.endpoints import missing
from bench.faults.families.launches import image_far, logs_far, secret_far
from bench.faults.families.policies import policy, statement
from bench.faults.shapes import Change, Sound
from tests.networks import ACCOUNT, allow

_FAMILY = "cross-Region endpoints"
_PRIVATELINK = "https://docs.aws.amazon.com/vpc/latest/privatelink"
_SERVICES = Page(_FAMILY, f"{_PRIVATELINK}/aws-services-cross-region-privatelink-support.html")
_NAMES = Page(_FAMILY, f"{_PRIVATELINK}/privatelink-access-aws-services.html#interface-endpoint-dns-hostnames")
_ENDPOINTS = Page(_FAMILY, "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html")
_GATEWAYS = Page(_FAMILY, f"{_PRIVATELINK}/gateway-endpoints.html#gateway-endpoint-considerations")
_LAYERS = Page(
    _FAMILY, "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms"
)
_API, _MANIFEST = f"api.ecr.{FAR}.amazonaws.com", f"{ACCOUNT}.dkr.ecr.{FAR}.amazonaws.com"
_BUCKET = f"prod-{FAR}-starport-layer-bucket.s3.{FAR}.amazonaws.com"
_WAY = ("rtb-task", "sg-task")


def _without(*names: str) -> Change:
    def change(network: Sound) -> None:
        interfaces = {
            item
            for row in network.rows["VpcEndpoints"]
            if row["VpcEndpointId"] in names
            for item in row["NetworkInterfaceIds"]
        }
        for key, column, gone in (
            ("VpcEndpoints", "VpcEndpointId", set(names)),
            ("NetworkInterfaces", "NetworkInterfaceId", interfaces),
        ):
            network.rows[key] = [row for row in network.rows[key] if row[column] not in gone]

    return change


def _row(name: str, **keys: object) -> Change:
    def change(network: Sound) -> None:
        network.row("VpcEndpoints", name).update(keys)

    return change


def _unprinted(network: Sound) -> None:
    for name in FAR_ENDPOINTS:
        del network.row("VpcEndpoints", name)["DnsEntries"]


def _group(network: Sound) -> None:
    network.group("sg-far", inbound=[allow("tcp", 443, cidr="10.9.0.0/16")])
    for name in FAR_ENDPOINTS:
        row = network.row("VpcEndpoints", name)
        row["Groups"] = [{"GroupId": "sg-far"}]
        for item in row["NetworkInterfaceIds"]:
            network.row("NetworkInterfaces", item)["Groups"] = row["Groups"]
    network.egress(allow("tcp", 443, cidr="10.0.0.0/16"), allow("tcp", 443, prefix_list="pl-53"))


def _of_third_region(network: Sound) -> None:
    _without(*FAR_ENDPOINTS)(network)
    for name in FAR_ENDPOINTS:
        far_endpoint(network, name, "us-west-2")


def _service(name: str) -> tuple[str, ...]:
    return (f"com.amazonaws.{FAR}.{FAR_ENDPOINTS[name]}", "rtb-task")


CASES: list[Case] = [
    _SERVICES.sound("cross-Region", "as-it-is", "the image is of another Region, whose endpoints are here"),
    _SERVICES.sound("NAT and endpoints", "by-nat", "the image is of another Region, and NAT leads there", image_far),
    _SERVICES.sound(
        "cross-Region",
        "own-endpoints-missing",
        "the own Region's ECR has no endpoints, and is not called",
        missing("vpce-a0", "vpce-d0").change,
    ),
    _GATEWAYS.broken(
        "cross-Region",
        "no-s3",
        "there is no endpoint for the other Region's S3, and the gateway endpoint serves its own",
        _without("vpce-f3"),
        (*_service("vpce-f3"), "vpce-93"),
        also=_WAY,
        failing=(_BUCKET,),
    ),
    _SERVICES.broken(
        "cross-Region",
        "no-api",
        "there is no endpoint for the other Region's ecr.api",
        _without("vpce-fa"),
        _service("vpce-fa"),
        also=_WAY,
        failing=(_API,),
    ),
    _SERVICES.broken(
        "cross-Region",
        "third-region",
        "the endpoints are for a third Region",
        _of_third_region,
        *((*_service(name), name) for name in FAR_ENDPOINTS),
        also=(*_WAY, *FAR_ENDPOINTS),
        failing=(_API, _MANIFEST, _BUCKET),
    ),
    _NAMES.broken(
        "cross-Region",
        "private-dns-off",
        "private DNS of the other Region's ecr.dkr is off",
        _row(
            "vpce-fd", PrivateDnsEnabled=False, DnsEntries=[{"DnsName": "vpce-fd-0a.dkr.us-east-1.vpce.amazonaws.com"}]
        ),
        ("vpce-fd",),
        also=_WAY,
        failing=(_MANIFEST,),
    ),
    _NAMES.broken(
        "cross-Region",
        "group",
        "the endpoints' group admits another range",
        _group,
        "sg-far",
        failing=(_API, _MANIFEST, _BUCKET),
    ),
    _ENDPOINTS.broken(
        "cross-Region",
        "failed",
        "the endpoint for the other Region's ecr.api is failed",
        _row("vpce-fa", State="failed"),
        "vpce-fa",
        also=_WAY,
        failing=(_API,),
    ),
    _NAMES.unknown("cross-Region", "names-not-printed", "the answers lack the endpoints' names", _unprinted),
    _SERVICES.broken(
        "cross-Region",
        "logs",
        "the logs go to the other Region too, which has no such endpoint",
        logs_far,
        (f"com.amazonaws.{FAR}.logs", "rtb-task"),
        also=_WAY,
        failing=(f"logs.{FAR}.amazonaws.com",),
    ),
    _SERVICES.broken(
        "cross-Region",
        "secret",
        "the secret is in the other Region too, which has no such endpoint",
        secret_far,
        (f"com.amazonaws.{FAR}.secretsmanager", "rtb-task"),
        also=_WAY,
        failing=(f"secretsmanager.{FAR}.amazonaws.com",),
    ),
    _LAYERS.broken(
        "cross-Region",
        "policy-of-own-bucket",
        "the policy of the S3 endpoint names the own Region's bucket",
        policy("vpce-f3", statement("s3:GetObject", "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*")),
        "vpce-f3",
        failing=(_BUCKET,),
    ),
    _LAYERS.sound(
        "cross-Region",
        "policy",
        "the policy of the S3 endpoint names the other Region's bucket",
        policy("vpce-f3", statement("s3:GetObject", f"arn:aws:s3:::prod-{FAR}-starport-layer-bucket/*")),
    ),
]
