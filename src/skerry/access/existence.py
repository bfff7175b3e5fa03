"""Existence of resources: images, secrets, parameters, keys, log groups, environment files, access points."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from skerry.access.efs import file_system_id_of, mounted_volumes_of
from skerry.access.images import ImageCheck
from skerry.access.kms import encryption_of
from skerry.access.requests import Caller, log_configurations_of, principal_of, requests_of
from skerry.access.storage_keys import storage_key_of, unsupported_kind_of
from skerry.access.upstream_secrets import upstream_secret_problems_of
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Interface, Need
from skerry.model.ecs import ContainerDefinition, LogConfiguration, Secret
from skerry.model.facts import Missing
from skerry.model.resource_lookup import Resources
from skerry.reach.gateways import make_lost_hop, make_undecided_hop
from skerry.reach.trace import Hop
from skerry.services import SECRET_STORES
from skerry.services.efs import mount_problems_of
from skerry.services.kms import key_problems_of, state_problems_of
from skerry.services.logs import group_problems_of
from skerry.services.problems import Problem, ResourceFault, UnknownResource, UnreadKind
from skerry.services.s3 import object_problems_of
from skerry.services.service import SecretStore


class Existence:
    """Checks that the resources of a launch exist; ``unread`` are the kinds of resource that nobody read."""

    def __init__(self, resources: Resources, region: str | None) -> None:
        self.unread: dict[str, None] = {}
        self._resources = resources
        self._region = region
        self._images = ImageCheck(resources, region, self.unread)

    def check(self, launch: Launch, need: Need) -> Iterator[Hop]:
        """Yield a hop for each resource that the call needs, if missing or unknown."""
        match need:
            case Interface():
                yield from self._hops_of(self._storage_key_problems(launch))
            case Call():
                yield from self._check_call(launch, need)
            case _:
                pass

    def _check_call(self, launch: Launch, need: Call) -> Iterator[Hop]:
        key = need.service.key if need.service else ""
        match need.step, key:
            case "manifest", "ecr.dkr":
                yield from self._images.check(launch, need)
                yield from self._hops_of(upstream_secret_problems_of(self._resources, launch, need))
            case "secrets", _ if key in SECRET_STORES:
                yield from self._hops_of(self._secret_problems(SECRET_STORES[key], launch, need))
            case "exec", "kms":
                yield from self._hops_of(self._session_key_problems(need))
            case (("logs" | "exec"), "logs"):
                yield from self._hops_of(self._log_group_problems(launch, need))
            case "env-files", _:
                for subject in need.subjects:
                    yield from self._hops_of(object_problems_of(self._resources, subject))
            case "volumes", _:
                yield from self._hops_of(self._mount_problems(launch, need))
            case _:
                pass

    def _hops_of(self, problems: Iterable[Problem]) -> Iterator[Hop]:
        """Yield a hop for each problem of a resource; remember the kinds that nobody read."""
        for problem in problems:
            match problem:
                case ResourceFault(resource=resource, code=code, message=message):
                    yield make_lost_hop("resource", resource, code, message)
                case UnknownResource(resource=resource, missing=missing):
                    yield make_undecided_hop("resource", resource, missing)
                case UnreadKind(kind=kind):
                    self.unread[kind] = None
                case _:
                    assert_never(problem)

    def _session_key_problems(self, need: Call) -> Iterator[Problem]:
        for subject in need.subjects:
            yield from state_problems_of(self._resources, subject, "which encrypts the sessions of ECS Exec")

    def _storage_key_problems(self, launch: Launch) -> Iterator[Problem]:
        key = storage_key_of(launch)
        kind = None if key is None else unsupported_kind_of(key)
        if key is not None and kind is not None:
            message = f"{key} is {kind}, with which Fargate does not encrypt ephemeral storage"
            yield ResourceFault(key, "STORAGE_KEY_NOT_SUPPORTED", message)
        elif key is not None:
            yield from state_problems_of(self._resources, key, "which encrypts ephemeral storage")

    def _secret_problems(self, store: SecretStore, launch: Launch, need: Call) -> Iterator[Problem]:
        references = tuple(_values(launch))
        for subject in need.subjects:
            same = [reference for reference in references if store.bare_reference_of(reference) == subject]
            yield from store.problems_of(self._resources, subject, same)
        yield from self._key_problems(launch, need)

    def _key_problems(self, launch: Launch, need: Call) -> Iterator[Problem]:
        principal = principal_of(launch, need)
        if isinstance(principal, Missing) or need.service is None:
            return
        for access in requests_of(Caller(launch, principal, self._resources), need, need.service, {}):
            encryption = encryption_of(self._resources, access)
            if encryption is not None and encryption.key:
                yield from key_problems_of(self._resources, encryption)
            elif encryption is not None:
                owner = encryption.arn.arn
                if owner is not None and owner.account != principal.account:
                    message = (
                        f"{encryption.arn} is of another account and encrypted with AWS's own key, "
                        "which only that account can use"
                    )
                    yield ResourceFault(encryption.arn, "KEY_NOT_FOR_OTHER_ACCOUNTS", message)

    def _log_group_problems(self, launch: Launch, need: Call) -> Iterator[Problem]:
        """Yield a problem for each missing log group, unless the log driver creates it.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
        """
        if need.service is not None and need.service.region != self._region:
            yield UnreadKind("log groups of other Regions")
            return
        for group in need.subjects:
            if group not in launch.created_log_groups and not _is_created(launch, group):
                yield from group_problems_of(self._resources, group)

    def _mount_problems(self, launch: Launch, need: Call) -> Iterator[Problem]:
        for volume in mounted_volumes_of(launch, need):
            access_point = volume.authorization_config.access_point_id if volume.authorization_config else None
            yield from mount_problems_of(self._resources, file_system_id_of(volume), access_point)


def _containers(launch: Launch) -> tuple[ContainerDefinition, ...]:
    definition = launch.definition
    containers = () if isinstance(definition, Missing) else definition.container_definitions
    return containers if isinstance(containers, tuple) else ()


def _logs(launch: Launch) -> Iterator[LogConfiguration]:
    logs = (*(container.log_configuration for container in _containers(launch)), launch.service_connect_logs)
    return (log for log in logs if log is not None)


def _values(launch: Launch) -> Iterator[str]:
    """Return every reference to the value of a secret, each once."""
    secrets: list[Secret] = [secret for container in _containers(launch) for secret in container.secrets]
    secrets += [option for logs in _logs(launch) for option in logs.secret_options]
    private = (container.repository_credentials for container in _containers(launch))
    own = (credentials.credentials_parameter for credentials in private if credentials is not None)
    return iter(dict.fromkeys((*(secret.value_from for secret in secrets), *own)))


def _is_created(launch: Launch, group: str) -> bool:
    """Return whether each container with this log group lets the driver create it."""
    configurations = log_configurations_of(launch, group)
    return bool(configurations) and all(
        configuration.options.get("awslogs-create-group") == "true" for configuration in configurations
    )
