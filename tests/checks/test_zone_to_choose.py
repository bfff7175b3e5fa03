"""The check of zones that the deployment chooses."""

import msgspec
import pytest

from skerry import app
from skerry.diagnose.diagnosis import Finding
from skerry.model.world import World
from tests.networks import Network, container


def findings(
    region: str, zone_id: str | None = None, processor: str = "X86_64", *, chosen: bool = True
) -> list[Finding]:
    """Return the findings of the check for a service in one subnet."""
    network = Network()
    row = network.row("Subnets", "subnet-a")
    row["AvailabilityZone"] = f"{region}a"
    if zone_id is not None:
        row["AvailabilityZoneId"] = zone_id
    network.definition(container("nginx"), runtimePlatform={"cpuArchitecture": processor})
    network.service(subnets=["subnet-a", "subnet-unread"])
    service = network.rows["services"][0]
    for key in ("serviceArn", "clusterArn"):
        service[key] = service[key].replace("eu-west-1", region)
    facts = network.world().facts
    subnets = frozenset({"subnet-a", "subnet-unread"}) if chosen else frozenset[str]()
    diagnosis = app.diagnose(World(msgspec.structs.replace(facts, zones_to_choose=subnets, region=region)))
    return [finding for finding in diagnosis.findings if finding.id == "zone-to-choose"]


def test_zone_to_choose_fires_in_a_region_with_zones_without_fargate() -> None:
    (finding,) = findings("us-west-1")
    assert (finding.severity, finding.resource, finding.services) == ("warning", "subnet-a", ("web",))
    assert finding.message == (
        "the zone of subnet-a is chosen at the deployment; in its Region Fargate runs in usw1-az1, usw1-az3 only"
    )


def test_zone_to_choose_says_that_some_zones_lack_a_processor() -> None:
    (finding,) = findings("us-east-1", processor="ARM64")
    assert finding.message.endswith("; some zones of its Region have no Fargate for such tasks")


@pytest.mark.parametrize(
    ("region", "zone_id", "chosen"),
    [("eu-west-1", None, True), ("us-west-1", "usw1-az1", True), ("us-west-1", None, False)],
)
def test_zone_to_choose_is_silent_elsewhere(region: str, zone_id: str | None, chosen: bool) -> None:  # noqa: FBT001
    assert findings(region, zone_id, chosen=chosen) == []
