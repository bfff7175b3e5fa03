"""From a Launch to its ordered Needs."""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from skerry.catalogue.partitions import is_registry_of, partition_of
from skerry.catalogue.platform_versions import find_platform
from skerry.catalogue.services import ServiceRef
from skerry.launch.endpoints import make_service_call
from skerry.launch.execute_command import needs_of_exec
from skerry.launch.image_pulls import needs_of_ecr_image, needs_of_other_image
from skerry.launch.launches import Launch
from skerry.launch.logs import needs_of_logs, needs_of_router
from skerry.launch.needs import STEPS, Call, Fault, Interface, Need, Placement, Unread
from skerry.launch.refusals import refusals_of
from skerry.launch.secrets import source_of, unread_secrets_of
from skerry.launch.service_connect import needs_of_service_connect
from skerry.launch.unknown_regions import refuse_unknown_regions
from skerry.launch.volumes import needs_of_volume
from skerry.model.arns import NameOrArn
from skerry.model.ecs import ContainerDefinition, Secret, TaskDefinition
from skerry.model.facts import Missing
from skerry.services import SECRET_STORES
from skerry.services.image_references import Image, parse
from skerry.services.secretsmanager import SECRETS_MANAGER
from skerry.services.service import SecretStore

_PLACE = {step: position for position, step in enumerate(STEPS)}
_ARM = "ARM64"


def needs_of(launch: Launch) -> tuple[Need, ...]:
    """Return everything that must succeed for the task to start and then to be used, in launch order.

    Calls to one host at one step are one Need. A missing fact of the task is a Need of its own, `Unread`.
    """
    family, architecture = launch.family, launch.architecture
    unmerged: list[Need] = [
        Placement(family, launch.platform_version, architecture, launch.region),
        interface_of(launch),
    ]
    if family == "windows" and architecture == _ARM:
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html
        message = "Fargate runs Linux alone on ARM64, and the task is for Windows"
        unmerged.append(Fault("placement", "PLATFORM_NOT_ON_ARM64", message))
    unmerged.extend(Unread("placement", fact.fact, fact.action) for fact in launch.unread)
    if isinstance(launch.definition, Missing):
        unmerged.append(Unread("start", launch.definition.fact, launch.definition.action))
    elif launch.region is None:
        unmerged.append(Unread("start", "the Region of the task"))
    else:
        unmerged.extend(_of_definition(launch, launch.definition, launch.region, windows=family == "windows"))
    if launch.region is not None:
        unmerged.extend(_of_service(launch, launch.region))
    platform_record = find_platform(family, launch.platform_version)
    if platform_record is not None:
        unmerged.extend(unread_secrets_of(_secret_values_of(launch), platform_record))
    merged = _merge(refuse_unknown_regions(unmerged, launch.region))
    if platform_record is None or not platform_record.own_interface:
        return tuple(merged)
    return tuple(_own_interface(need, platform_record.own_interface) for need in merged)


def _secret_values_of(launch: Launch) -> Iterator[str]:
    """Yield the references to secrets of the containers, of their logs, and of the logs of Service Connect."""
    definition = launch.definition
    containers = UNSET if isinstance(definition, Missing) else definition.container_definitions
    logs = [launch.service_connect_logs]
    for container in () if containers is UNSET else containers:
        logs.append(container.log_configuration)
        yield from (secret.value_from for secret in container.secrets)
    for configuration in logs:
        if configuration is not None:
            yield from (secret.value_from for secret in configuration.secret_options)


def interface_of(launch: Launch) -> Interface:
    """Return the Need for a network interface."""
    return Interface(launch.account, launch.groups)


def _of_definition(launch: Launch, definition: TaskDefinition, region: str, *, windows: bool) -> Iterator[Need]:
    if definition.container_definitions is UNSET:
        yield Unread("start", "the containers of the task definition", "ecs:DescribeTaskDefinition")
        return
    yield from refusals_of(definition, launch.account) if launch.refusals is None else launch.refusals
    for container in definition.container_definitions:
        yield from _secrets(container, region)
        yield from _image(launch, container, windows=windows)
        yield from needs_of_logs(container.log_configuration, region)
        yield from needs_of_router(container.name, container.firelens_configuration)
        for file in container.environment_files:
            yield _environment_file(file.value, region)
    for volume in definition.volumes:
        yield from needs_of_volume(volume, region, windows=windows)


def _of_service(launch: Launch, region: str) -> Iterator[Need]:
    """Yield the Needs of the service's options: the proxy of Service Connect, and ECS Exec."""
    if launch.service_connect:
        yield from needs_of_service_connect(region)
        if launch.service_connect_logs is not None:
            yield from _of_values(launch.service_connect_logs.secret_options, region)
            yield from needs_of_logs(launch.service_connect_logs, region)
    if launch.execute_command:
        yield from needs_of_exec(launch, region)


def _secrets(container: ContainerDefinition, region: str) -> Iterator[Need]:
    yield from _of_values(container.secrets, region)
    if container.log_configuration is not None:
        yield from _of_values(container.log_configuration.secret_options, region)
    if container.repository_credentials is not None:
        # A name instead of an ARN is a secret of the task's own Region.
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html
        parameter = container.repository_credentials.credentials_parameter
        ref = ServiceRef(SECRETS_MANAGER.prefix, region if parameter.arn is None else parameter.arn.region)
        yield _of_value(SECRETS_MANAGER, ref, parameter)


def _of_values(secrets: tuple[Secret, ...], region: str) -> Iterator[Need]:
    for value in (secret.value_from for secret in secrets):
        ref = source_of(value, region)
        if ref is None:
            yield Unread("secrets", f"which service holds {value}", subjects=(value,))
        else:
            yield _of_value(SECRET_STORES[ref.key], ref, value)


def _of_value(store: SecretStore, ref: ServiceRef, value: str) -> Need:
    return make_service_call("secrets", ref, store.read_action, subject=store.bare_reference_of(value))


def _image(launch: Launch, container: ContainerDefinition, *, windows: bool) -> Iterator[Need]:
    image = None if container.image is UNSET else parse(container.image)
    if image is None:
        yield Unread("manifest", f"the image of container {container.name}", "ecs:DescribeTaskDefinition")
    elif image.region is not None:
        yield from _partition(launch, image, image.region)
        cached = next((entry for entry in launch.cached_images if entry.reference == image.reference), None)
        yield from needs_of_ecr_image(image, image.region, cached, windows=windows)
    else:
        yield from needs_of_other_image(image)


def _partition(launch: Launch, image: Image, region: str) -> Iterator[Need]:
    """Yield a Need that fails if the image is in another partition: its registries do not know the task's roles.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    mine, other = partition_of(launch.region or ""), partition_of(region)
    if mine is not None and other is not None and mine.name != other.name:
        message = f"{image.reference} is in partition {other.name}, where roles of {mine.name} are not known"
        yield Fault("registry-auth", "REGISTRY_OF_ANOTHER_PARTITION", message)
    elif not is_registry_of(region, image.registry):
        # https://docs.aws.amazon.com/general/latest/gr/ecr.html
        message = f"{image.registry} ends as registries of another partition do, and {region} has none of that name"
        yield Fault("registry-auth", "REGISTRY_OF_ANOTHER_PARTITION", message)


def _environment_file(value: NameOrArn, region: str) -> Need:
    arn = value.arn
    if arn is None or arn.service != "s3":
        return Unread("env-files", f"which bucket holds {value}", subjects=(value,))
    bucket = arn.resource.partition("/")[0]
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    actions = ("s3:GetObject", "s3:GetBucketLocation")
    call = make_service_call("env-files", ServiceRef("s3", region), *actions, subject=value, prefix=f"{bucket}.")
    # The ARN of a bucket does not say its Region.
    return msgspec.structs.replace(call, grade="inferred", note=f"bucket {bucket} taken to be in {region}")


def _merge(needs: list[Need]) -> list[Need]:
    """Order the Needs by step and make calls to one host at one step one."""
    merged: dict[object, Need] = {}
    for need in sorted(needs, key=lambda item: _PLACE[item.step]):
        if not isinstance(need, Call):
            merged[need] = need
            continue
        key = (need.step, need.host, need.service, need.port, need.note, need.only_if, need.identity, need.blocks)
        earlier = merged.get(key)
        merged[key] = _join_calls(earlier, need) if isinstance(earlier, Call) else need
    return list(merged.values())


def _join_calls(call: Call, other: Call) -> Call:
    subjects = tuple(dict.fromkeys(call.subjects + other.subjects))
    actions = tuple(dict.fromkeys(call.actions + other.actions))
    return msgspec.structs.replace(call, subjects=subjects, actions=actions)


def _own_interface(need: Need, steps: tuple[str, ...]) -> Need:
    """Mark the calls that an old platform version made through an interface of Fargate's own."""
    if isinstance(need, Call) and need.step in steps:
        return msgspec.structs.replace(need, own_interface=True)
    return need
