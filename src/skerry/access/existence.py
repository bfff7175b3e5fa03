"""Existence of resources: images, secrets, parameters, keys, log groups, environment files, access points."""

from collections.abc import Iterator

from skerry.access.efs import file_system_id_of, mounted_volumes_of
from skerry.access.images import ImageCheck
from skerry.access.kms import EncryptedWith, encryption_of
from skerry.access.requests import Caller, log_configurations_of, principal_of, requests_of
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Need
from skerry.launch.secrets import bare_reference_of, version_of
from skerry.model import resource_answers
from skerry.model.arns import parse_arn
from skerry.model.ecs import ContainerDefinition, LogConfiguration, Secret
from skerry.model.facts import Missing
from skerry.model.resource_answers import Absent
from skerry.model.resource_lookup import Resources
from skerry.reach.gateways import make_lost_hop, make_undecided_hop
from skerry.reach.trace import Hop

_ENABLED = "Enabled"
_AVAILABLE = "available"


class Existence:
    """Checks that the resources of a launch exist; ``unread`` are the kinds of resource that nobody read."""

    def __init__(self, resources: Resources, region: str | None) -> None:
        self.unread: dict[str, None] = {}
        self._resources = resources
        self._region = region
        self._images = ImageCheck(resources, region, self.unread)

    def check(self, launch: Launch, need: Need) -> Iterator[Hop]:
        """Yield a hop for each resource that the call needs, if missing or unknown."""
        if not isinstance(need, Call):
            return
        key = need.service.key if need.service else ""
        match need.step, key:
            case "manifest", "ecr.dkr":
                yield from self._images.check(launch, need)
            case "secrets", "secretsmanager" | "ssm":
                yield from self._secrets(launch, need, key)
            case "logs", "logs":
                yield from self._log_groups(launch, need)
            case "env-files", _:
                for subject in need.subjects:
                    yield from self._environment_file(subject)
            case "volumes", _:
                yield from self._file_system(launch, need)
            case _:
                pass

    def _secrets(self, launch: Launch, need: Call, key: str) -> Iterator[Hop]:
        for subject in need.subjects:
            if key == "secretsmanager":
                yield from self._secret(launch, subject)
            else:
                parameter = self._resources.find_parameter(subject)
                yield from self._hops_of(
                    parameter, subject, f"parameter {subject}", "PARAMETER_NOT_FOUND", "parameters"
                )
        yield from self._keys(launch, need)

    def _hops_of(self, answer: object, resource: str, what: str, code: str, kind: str) -> Iterator[Hop]:
        """Yield a hop if a resource is missing or unknown, by the answer of AWS."""
        match answer:
            case None:
                self.unread[kind] = None
            case Missing():
                yield make_undecided_hop("resource", resource, answer)
            case Absent():
                yield make_lost_hop("resource", resource, code, f"there is no {what}")
            case _:
                pass

    def _secret(self, launch: Launch, subject: str) -> Iterator[Hop]:
        secret = self._resources.find_secret(subject)
        yield from self._hops_of(secret, subject, f"secret {subject}", "SECRET_NOT_FOUND", "secrets")
        if not isinstance(secret, resource_answers.SecretDescription):
            return
        if secret.deleted_date is not None:
            message = f"secret {subject} is scheduled for deletion, and cannot be read"
            yield make_lost_hop("resource", subject, "SECRET_SCHEDULED_FOR_DELETION", message)
        for value in _values(launch):
            if bare_reference_of(value) == subject:
                yield from self._version(value, subject, secret)

    def _version(self, value: str, subject: str, secret: resource_answers.SecretDescription) -> Iterator[Hop]:
        """Yield a hop if the secret lacks the requested version; a secret without a value has no version.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
        """
        requested = version_of(value)
        if requested.json_key:
            self.unread["JSON keys of secrets"] = None
        stages = secret.version_ids_to_stages
        if requested.id:
            if requested.id not in stages:
                message = f"secret {subject} has no version {requested.id}"
                yield make_lost_hop("resource", subject, "SECRET_VERSION_NOT_FOUND", message)
        elif not any(requested.stage in labels for labels in stages.values()):
            message = f"secret {subject} has no version with the label {requested.stage}"
            yield make_lost_hop("resource", subject, "SECRET_VERSION_NOT_FOUND", message)

    def _keys(self, launch: Launch, need: Call) -> Iterator[Hop]:
        principal = principal_of(launch, need)
        if isinstance(principal, Missing) or need.service is None:
            return
        for access in requests_of(Caller(launch, principal, self._resources), need, need.service, {}):
            encryption = encryption_of(self._resources, access)
            if encryption is not None and encryption.key:
                yield from self._key(encryption)
            elif encryption is not None:
                owner = parse_arn(encryption.arn)
                if owner is not None and owner.account != principal.account:
                    message = (
                        f"{encryption.arn} is of another account and encrypted with AWS's own key, "
                        "which only that account can use"
                    )
                    yield make_lost_hop("resource", encryption.arn, "KEY_NOT_FOR_OTHER_ACCOUNTS", message)

    def _key(self, encryption: EncryptedWith) -> Iterator[Hop]:
        key = self._resources.find_key(encryption.key)
        yield from self._hops_of(
            key,
            encryption.key,
            f"key {encryption.key}, with which {encryption.arn} is encrypted",
            "KEY_NOT_FOUND",
            "keys",
        )
        if isinstance(key, resource_answers.Key) and key.key_metadata.key_state != _ENABLED:
            state = key.key_metadata.key_state
            if isinstance(state, str):
                message = f"key {key.key_metadata.arn}, with which {encryption.arn} is encrypted, is {state}"
                yield make_lost_hop("resource", key.key_metadata.arn, "KEY_NOT_USABLE", message)
            else:
                missing = Missing(f"the state of key {encryption.key}", "kms:DescribeKey")
                yield make_undecided_hop("resource", encryption.key, missing)

    def _log_groups(self, launch: Launch, need: Call) -> Iterator[Hop]:
        """Yield a hop for each missing log group, unless the log driver creates it.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
        """
        if need.service is not None and need.service.region != self._region:
            self.unread["log groups of other Regions"] = None
            return
        for group in need.subjects:
            if not _is_created(launch, group):
                log_group = self._resources.find_log_group(group)
                yield from self._hops_of(log_group, group, f"log group {group}", "LOG_GROUP_NOT_FOUND", "log groups")

    def _environment_file(self, subject: str) -> Iterator[Hop]:
        """Yield a hop if a file of environment variables or its bucket is missing."""
        parsed = parse_arn(subject)
        bucket, slash, key = parsed.resource.partition("/") if parsed else ("", "", "")
        if not slash:
            return
        if self._resources.bucket_policy_of(bucket) == Absent("NoSuchBucket"):
            yield make_lost_hop(
                "resource", f"arn:aws:s3:::{bucket}", "BUCKET_NOT_FOUND", f"there is no bucket {bucket}"
            )
            return
        answer = self._resources.find_object(bucket, key)
        what = f"object {key} in bucket {bucket}"
        yield from self._hops_of(answer, subject, what, "ENVIRONMENT_FILE_NOT_FOUND", "environment files")

    def _file_system(self, launch: Launch, need: Call) -> Iterator[Hop]:
        for volume in mounted_volumes_of(launch, need):
            file_system_id = file_system_id_of(volume)
            points = self._resources.access_points_of(file_system_id)
            access_point_id = volume.authorization_config.access_point_id if volume.authorization_config else None
            if isinstance(points, Absent):
                yield make_lost_hop(
                    "resource", file_system_id, "FILE_SYSTEM_NOT_FOUND", f"there is no file system {file_system_id}"
                )
            elif access_point_id is not None and isinstance(points, resource_answers.AccessPoints):
                yield from _access_point(file_system_id, access_point_id, points)
            elif access_point_id is not None:
                yield from self._hops_of(points, file_system_id, "", "", "access points of file systems")


def _access_point(file_system_id: str, access_point_id: str, points: resource_answers.AccessPoints) -> Iterator[Hop]:
    """Yield a hop if an access point of a file system is missing or not available."""
    access_point = next((point for point in points.access_points if point.access_point_id == access_point_id), None)
    if access_point is None:
        yield make_lost_hop(
            "resource",
            access_point_id,
            "ACCESS_POINT_NOT_FOUND",
            f"file system {file_system_id} has no access point {access_point_id}",
        )
    elif access_point.life_cycle_state not in {None, _AVAILABLE}:
        yield make_lost_hop(
            "resource",
            access_point_id,
            "BAD_STATE",
            f"access point {access_point_id} is {access_point.life_cycle_state}",
        )


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
