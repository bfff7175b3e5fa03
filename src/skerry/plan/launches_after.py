"""Services and launches after a change of their settings."""

from collections.abc import Iterable
from functools import reduce

from msgspec import UNSET
from msgspec.structs import replace

from skerry.launch.launches import Launch, short_name_of
from skerry.model.ecs import AwsvpcConfiguration, NetworkConfiguration, Service
from skerry.plan.changes import ConfigureService


def configure_services(services: Iterable[Service], changes: Iterable[ConfigureService]) -> tuple[Service, ...]:
    """Return services as ECS describes them after changes, each change for the service that it names."""
    settings = _by_service(changes)
    return tuple(
        reduce(_configure_service, settings.get((service.service_name, _cluster_of(service)), ()), service)
        for service in services
    )


def _by_service(changes: Iterable[ConfigureService]) -> dict[tuple[str, str], list[ConfigureService]]:
    settings: dict[tuple[str, str], list[ConfigureService]] = {}
    for change in changes:
        settings.setdefault((change.service, change.cluster), []).append(change)
    return settings


def _configure_service(service: Service, change: ConfigureService) -> Service:
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
    return (service.service_name, _cluster_of(service)) == (change.service, change.cluster)


def _cluster_of(service: Service) -> str:
    return "" if service.cluster_arn is UNSET else short_name_of(service.cluster_arn)


def configure_launches(launches: Iterable[Launch], changes: Iterable[ConfigureService]) -> tuple[Launch, ...]:
    """Return launches with the settings of the changes of their services; others are the same objects."""
    settings = _by_service(changes)
    return tuple(
        reduce(_configure_launch, settings.get((launch.name, launch.cluster), ()), launch) for launch in launches
    )


def _configure_launch(launch: Launch, change: ConfigureService) -> Launch:
    return replace(
        launch,
        subnets=change.subnets or launch.subnets,
        groups=launch.groups if change.groups == () else change.groups,
        public_address=(launch.public_address if change.assign_public_ip is None else change.assign_public_ip),
        platform_version=change.platform_version or launch.platform_version,
    )
