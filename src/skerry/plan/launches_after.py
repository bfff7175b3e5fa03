"""Services and launches after a change of their settings."""

from collections.abc import Iterable

from msgspec import UNSET
from msgspec.structs import replace

from skerry.launch.launches import Launch, short_name_of
from skerry.model.ecs import AwsvpcConfiguration, NetworkConfiguration, Service
from skerry.plan.changes import ConfigureService


def configure_service(service: Service, change: ConfigureService) -> Service:
    """Return a service as ECS describes it after the change; another service stays as it is."""
    if not is_service(service, change):
        return service
    awsvpc = service.network_configuration.awsvpc_configuration or AwsvpcConfiguration()
    public = awsvpc.assign_public_ip
    if change.assign_public_ip is not None:
        public = "ENABLED" if change.assign_public_ip else "DISABLED"
    network = replace(
        awsvpc,
        subnets=change.subnets or awsvpc.subnets,
        security_groups=change.groups or awsvpc.security_groups,
        assign_public_ip=public,
    )
    return replace(
        service,
        platform_version=change.platform_version or service.platform_version,
        network_configuration=NetworkConfiguration(awsvpc_configuration=network),
    )


def is_service(service: Service, change: ConfigureService) -> bool:
    """Tell whether a change configures this service."""
    cluster = "" if service.cluster_arn is UNSET else short_name_of(service.cluster_arn)
    return (service.service_name, cluster) == (change.service, change.cluster)


def configure_launch(launch: Launch, changes: Iterable[ConfigureService]) -> Launch:
    """Return a launch with the settings of the changes of its service."""
    for change in changes:
        if (launch.name, launch.cluster) == (change.service, change.cluster):
            launch = replace(
                launch,
                subnets=change.subnets or launch.subnets,
                groups=launch.groups if change.groups == () else change.groups,
                public_address=(launch.public_address if change.assign_public_ip is None else change.assign_public_ip),
                platform_version=change.platform_version or launch.platform_version,
            )
    return launch
