"""Settings of services that prevent a start, and their changes."""

from collections.abc import Iterator

from msgspec import UNSET

from skerry.catalogue.platform_versions import LATEST
from skerry.launch.launches import Launch
from skerry.plan.changes import ConfigureService
from skerry.plan.context import Case
from skerry.reach.trace import Piece

_OLD_PLATFORM = {"PLATFORM_VERSION_RETIRED", "SECRET_NOT_ON_PLATFORM"}


def settings_for(case: Case, piece: Piece) -> Iterator[ConfigureService]:
    """Yield the settings without a blocker, for each service of the kind; none where only a person can choose."""
    for launch in case.scope.members_of(case.failing.kind):
        change = _change(case, launch, piece) if launch.service is not None else None
        if change is not None:
            yield change


def assign_public_addresses(case: Case) -> Iterator[ConfigureService]:
    """Yield public addresses for the tasks of each launch of the kind."""
    for launch in case.scope.members_of(case.failing.kind):
        message = f"tasks of {launch.name} get public addresses (assignPublicIp ENABLED)"
        yield ConfigureService(launch.name, message, launch.cluster, assign_public_ip=True)


def _change(case: Case, launch: Launch, piece: Piece) -> ConfigureService | None:
    if piece.code in _OLD_PLATFORM and launch.platform_version != LATEST:
        message = f"{piece.message}: use platform version {LATEST}"
        return ConfigureService(launch.name, message, launch.cluster, platform_version=LATEST)
    if piece.code == "FARGATE_NOT_IN_ZONE":
        return _without_subnet(launch, piece)
    if piece.code == "SECURITY_GROUP_OF_ANOTHER_VPC":
        return _without_group(case, launch, piece)
    return None


def _without_subnet(launch: Launch, piece: Piece) -> ConfigureService | None:
    """Return the launch's other subnets; with none, somebody must choose one."""
    others = tuple(name for name in dict.fromkeys(launch.subnets) if name != piece.resource)
    if not others or len(others) == len(set(launch.subnets)):
        return None
    message = f"{piece.message}: take the subnet out of the network configuration"
    return ConfigureService(launch.name, message, launch.cluster, subnets=others)


def _without_group(case: Case, launch: Launch, piece: Piece) -> ConfigureService | None:
    """Return the launch's groups of the subnets' own VPC; with none, somebody must choose one."""
    groups = () if launch.groups is UNSET else launch.groups
    own = tuple(name for name in groups if _vpc_of(case, name) == case.vpc_id)
    if not own or len(own) == len(groups):
        return None
    message = f"{piece.message}: take the group out of the network configuration"
    return ConfigureService(launch.name, message, launch.cluster, groups=own)


def _vpc_of(case: Case, group_id: str) -> object:
    group = case.world.security_groups.get(group_id)
    return None if group is None else group.vpc_id
