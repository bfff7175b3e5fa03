"""Images of another Region by cross-Region interface endpoints."""

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import ServiceDiagnosis
from skerry.launch.launches import launch_of_service
from skerry.verdicts import BLOCKED, OK
from tests.networks import ACCOUNT, Network, container

ABROAD = "us-east-1"
NAMES = {
    "ecr.api": (f"api.ecr.{ABROAD}.amazonaws.com",),
    "ecr.dkr": (f"dkr.ecr.{ABROAD}.amazonaws.com", f"*.dkr.ecr.{ABROAD}.amazonaws.com"),
    "s3": (f"s3.{ABROAD}.amazonaws.com", f"*.s3.{ABROAD}.amazonaws.com"),
}


def diagnosis_with(*services: str) -> ServiceDiagnosis:
    """Diagnose a service with an image of another Region, and with endpoints for services there."""
    network = Network()
    network.serve_s3()
    for number, service in enumerate(services):
        name = f"vpce-{number + 1}"
        row = network.endpoint(name, service, ServiceRegion=ABROAD)
        row["ServiceName"] = f"com.amazonaws.{ABROAD}.{service}"
        own = {"DnsName": f"{name}-x.{service}.{ABROAD}.vpce.amazonaws.com", "HostedZoneId": "Z1"}
        row["DnsEntries"] = [own, *({"DnsName": text, "HostedZoneId": "Z2"} for text in NAMES[service])]
    network.definition(container(f"{ACCOUNT}.dkr.ecr.{ABROAD}.amazonaws.com/web:1"))
    network.service()
    walker = network.walker()
    launches = [launch_of_service(walker.world, service) for service in walker.world.facts.services]
    (diagnosed,) = diagnose(walker, launches, ()).services
    return diagnosed


def test_image_of_another_region_starts_by_cross_region_endpoints() -> None:
    assert diagnosis_with("ecr.api", "ecr.dkr", "s3").verdict is OK


def test_image_of_another_region_lacks_the_endpoint_for_s3_there() -> None:
    blocked = [row for row in diagnosis_with("ecr.api", "ecr.dkr").needs if row.verdict is BLOCKED]
    assert [row.need.step for row in blocked] == ["layers"]
    absent = blocked[0].blockers[0].absent_endpoint
    assert absent == ("com.amazonaws.us-east-1.s3", "Interface")


def test_service_off_the_cross_region_list_lacks_no_endpoint() -> None:
    network = Network()
    options = {"awslogs-group": "/g", "awslogs-region": ABROAD, "awslogs-stream-prefix": "web"}
    network.definition(
        container("registry.example/web:1", logConfiguration={"logDriver": "awslogs", "options": options})
    )
    network.service()
    walker = network.walker()
    launches = [launch_of_service(walker.world, service) for service in walker.world.facts.services]
    (diagnosed,) = diagnose(walker, launches, ()).services
    (logs,) = [row for row in diagnosed.needs if row.need.step == "logs"]
    assert [(blocker.code, blocker.absent_endpoint) for blocker in logs.blockers] == [("NO_ROUTE_TO_DESTINATION", None)]
