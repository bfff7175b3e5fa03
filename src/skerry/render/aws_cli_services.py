"""The command of the AWS CLI for the settings of a service, and its reversal."""

from msgspec import UNSET

from skerry.model.ecs import AwsvpcConfiguration, Service
from skerry.model.world import World
from skerry.plan.changes import ConfigureService
from skerry.plan.records import Planned
from skerry.render.aws_cli_steps import AwsCommand, CommandStep, Option
from skerry.render.shell_words import JsonWord


def update_service(world: World, row: Planned, change: ConfigureService) -> CommandStep | None:
    """Return the update of a service; None for a manual step.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
    """
    service = next((item for item in world.facts.services if _is_of(item, change)), None)
    if row.disposition == "manual" or service is None:
        return None
    former = service.network_configuration.awsvpc_configuration or AwsvpcConfiguration()
    public = former.assign_public_ip
    if change.assign_public_ip is not None:
        public = "ENABLED" if change.assign_public_ip else "DISABLED"
    later = AwsvpcConfiguration(change.subnets or former.subnets, change.groups or former.security_groups, public)
    version = change.platform_version
    back = _update(change, former, later, (service.platform_version or "LATEST") if version else None)
    return CommandStep((_update(change, later, former, version),), (back,))


def _is_of(service: Service, change: ConfigureService) -> bool:
    cluster = "" if service.cluster_arn is UNSET else service.cluster_arn.rpartition("/")[2]
    return (service.service_name, cluster) == (change.service, change.cluster)


def _update(
    change: ConfigureService, network: AwsvpcConfiguration, other: AwsvpcConfiguration, version: str | None
) -> AwsCommand:
    options: list[Option] = [("cluster", (change.cluster,)), ("service", (change.service,))]
    if version is not None:
        options.append(("platform-version", (version,)))
    if network != other:
        awsvpc = JsonWord(
            {
                "awsvpcConfiguration": {
                    "subnets": list(network.subnets),
                    "securityGroups": list(network.security_groups),
                    "assignPublicIp": network.assign_public_ip,
                }
            }
        )
        options.append(("network-configuration", (awsvpc,)))
    return AwsCommand("ecs", "update-service", tuple(options))
