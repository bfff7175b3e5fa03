"""Things that must be there: images, secrets, parameters, keys, log groups, environment files, access points."""

from collections.abc import Iterator

from skerry.access.efs import file_system_id_of, mounted_volumes_of
from skerry.access.images import ImageCheck
from skerry.access.kms import EncryptedWith, encryption_of
from skerry.access.requests import Caller, log_configurations_of, principal_of, requests_of
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Need
from skerry.launch.secrets import bare, version_of
from skerry.model import resource_answers
from skerry.model.arns import parse_arn
from skerry.model.ecs import ContainerDefinition, LogConfiguration, Secret
from skerry.model.facts import Missing
from skerry.model.resource_answers import Absent
from skerry.model.resource_lookup import Resources
from skerry.reach.gateways import lost, open_question
from skerry.reach.trace import Hop

_ENABLED = "Enabled"
_AVAILABLE = "available"


class Existence:
    """Whether what the Needs of launches are about is there; ``unread`` are the kinds that nobody asked for."""

    def __init__(self, holdings: Resources, region: str | None) -> None:
        self.unread: dict[str, None] = {}
        self._holdings = holdings
        self._region = region
        self._images = ImageCheck(holdings, region, self.unread)

    def check(self, launch: Launch, need: Need) -> Iterator[Hop]:
        """What is not there of what a Need is about, and what is not known of that."""
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
                    yield from self._file(subject)
            case "volumes", _:
                yield from self._file_system(launch, need)
            case _:
                pass

    def _secrets(self, launch: Launch, need: Call, key: str) -> Iterator[Hop]:
        for subject in need.subjects:
            if key == "secretsmanager":
                yield from self._secret(launch, subject)
            else:
                found = self._holdings.find_parameter(subject)
                yield from self._thing(found, subject, f"parameter {subject}", "PARAMETER_NOT_FOUND", "parameters")
        yield from self._keys(launch, need)

    def _thing(self, found: object, resource: str, what: str, code: str, kind: str) -> Iterator[Hop]:
        """A thing that is there or not, with no more to say of it."""
        match found:
            case None:
                self.unread[kind] = None
            case Missing():
                yield open_question("resource", resource, found)
            case Absent():
                yield lost("resource", resource, code, f"there is no {what}")
            case _:
                pass

    def _secret(self, launch: Launch, subject: str) -> Iterator[Hop]:
        found = self._holdings.find_secret(subject)
        yield from self._thing(found, subject, f"secret {subject}", "SECRET_NOT_FOUND", "secrets")
        if not isinstance(found, resource_answers.SecretDescription):
            return
        if found.deleted_date is not None:
            message = f"secret {subject} is scheduled for deletion, and cannot be read"
            yield lost("resource", subject, "SECRET_SCHEDULED_FOR_DELETION", message)
        for value in _values(launch):
            if bare(value) == subject:
                yield from self._version(value, subject, found)

    def _version(self, value: str, subject: str, found: resource_answers.SecretDescription) -> Iterator[Hop]:
        """Whether the secret has the version that is asked for; a secret that was never given a value has none.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
        """
        wanted = version_of(value)
        if wanted.json_key:
            self.unread["JSON keys of secrets"] = None
        stages = found.version_ids_to_stages
        if wanted.id:
            if wanted.id not in stages:
                message = f"secret {subject} has no version {wanted.id}"
                yield lost("resource", subject, "SECRET_VERSION_NOT_FOUND", message)
        elif not any(wanted.stage in labels for labels in stages.values()):
            message = f"secret {subject} has no version with the label {wanted.stage}"
            yield lost("resource", subject, "SECRET_VERSION_NOT_FOUND", message)

    def _keys(self, launch: Launch, need: Call) -> Iterator[Hop]:
        asking = principal_of(launch, need)
        if isinstance(asking, Missing) or need.service is None:
            return
        for asked in requests_of(Caller(launch, asking, self._holdings), need, need.service, {}):
            found = encryption_of(self._holdings, asked)
            if found is not None and found.key:
                yield from self._key(found)
            elif found is not None:
                owner = parse_arn(found.arn)
                if owner is not None and owner.account != asking.account:
                    message = (
                        f"{found.arn} is of another account and encrypted with AWS's own key, "
                        "which only that account can use"
                    )
                    yield lost("resource", found.arn, "KEY_NOT_FOR_OTHER_ACCOUNTS", message)

    def _key(self, used: EncryptedWith) -> Iterator[Hop]:
        found = self._holdings.find_key(used.key)
        yield from self._thing(
            found, used.key, f"key {used.key}, with which {used.arn} is encrypted", "KEY_NOT_FOUND", "keys"
        )
        if isinstance(found, resource_answers.Key) and found.key_metadata.key_state != _ENABLED:
            state = found.key_metadata.key_state
            if isinstance(state, str):
                message = f"key {found.key_metadata.arn}, with which {used.arn} is encrypted, is {state}"
                yield lost("resource", found.key_metadata.arn, "KEY_NOT_USABLE", message)
            else:
                missing = Missing(f"the state of key {used.key}", "kms:DescribeKey")
                yield open_question("resource", used.key, missing)

    def _log_groups(self, launch: Launch, need: Call) -> Iterator[Hop]:
        """Groups that the log driver does not create.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
        """
        if need.service is not None and need.service.region != self._region:
            self.unread["log groups of other Regions"] = None
            return
        for group in need.subjects:
            if not _is_created(launch, group):
                found = self._holdings.find_log_group(group)
                yield from self._thing(found, group, f"log group {group}", "LOG_GROUP_NOT_FOUND", "log groups")

    def _file(self, subject: str) -> Iterator[Hop]:
        """A file of environment variables in a bucket."""
        parsed = parse_arn(subject)
        bucket, slash, key = parsed.resource.partition("/") if parsed else ("", "", "")
        if not slash:
            return
        if self._holdings.bucket_policy_of(bucket) == Absent("NoSuchBucket"):
            yield lost("resource", f"arn:aws:s3:::{bucket}", "BUCKET_NOT_FOUND", f"there is no bucket {bucket}")
            return
        found = self._holdings.find_object(bucket, key)
        what = f"object {key} in bucket {bucket}"
        yield from self._thing(found, subject, what, "ENVIRONMENT_FILE_NOT_FOUND", "environment files")

    def _file_system(self, launch: Launch, need: Call) -> Iterator[Hop]:
        for volume in mounted_volumes_of(launch, need):
            system = file_system_id_of(volume)
            points = self._holdings.access_points_of(system)
            wanted = volume.authorization_config.access_point_id if volume.authorization_config else None
            if isinstance(points, Absent):
                yield lost("resource", system, "FILE_SYSTEM_NOT_FOUND", f"there is no file system {system}")
            elif wanted is not None and isinstance(points, resource_answers.AccessPoints):
                yield from _access_point(system, wanted, points)
            elif wanted is not None:
                yield from self._thing(points, system, "", "", "access points of file systems")


def _access_point(system: str, wanted: str, points: resource_answers.AccessPoints) -> Iterator[Hop]:
    """Whether an access point of a file system is there and ready."""
    found = next((one for one in points.access_points if one.access_point_id == wanted), None)
    if found is None:
        yield lost("resource", wanted, "ACCESS_POINT_NOT_FOUND", f"file system {system} has no access point {wanted}")
    elif found.life_cycle_state not in {None, _AVAILABLE}:
        yield lost("resource", wanted, "BAD_STATE", f"access point {wanted} is {found.life_cycle_state}")


def _containers(launch: Launch) -> tuple[ContainerDefinition, ...]:
    known = launch.definition
    found = () if isinstance(known, Missing) else known.container_definitions
    return found if isinstance(found, tuple) else ()


def _logs(launch: Launch) -> Iterator[LogConfiguration]:
    found = (*(one.log_configuration for one in _containers(launch)), launch.service_connect_logs)
    return (one for one in found if one is not None)


def _values(launch: Launch) -> Iterator[str]:
    """Every reference to a secret's value, each once."""
    secrets: list[Secret] = [one for container in _containers(launch) for one in container.secrets]
    secrets += [one for logs in _logs(launch) for one in logs.secret_options]
    private = (one.repository_credentials for one in _containers(launch))
    own = (one.credentials_parameter for one in private if one is not None)
    return iter(dict.fromkeys((*(one.value_from for one in secrets), *own)))


def _is_created(launch: Launch, group: str) -> bool:
    """Whether each container that logs to the group lets the driver create it."""
    of_group = log_configurations_of(launch, group)
    return bool(of_group) and all(one.options.get("awslogs-create-group") == "true" for one in of_group)
