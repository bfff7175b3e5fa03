"""From a Launch to its ordered Needs."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET

from skerry.catalogue.platforms import platform
from skerry.catalogue.registries import registry
from skerry.catalogue.services import ServiceRef, host, layer_bucket, partition_of
from skerry.launch.images import Image, parse
from skerry.launch.needs import STEPS, Call, Interface, Need, Placement, Step, Unread
from skerry.launch.secrets import bare, source_of
from skerry.launch.task import Launch
from skerry.model.ecs import ContainerDefinition, LogConfiguration, TaskDefinition
from skerry.model.facts import Missing
from skerry.model.names import arn

_EFS_PORT = 2049
_HTTPS = 443
_LAST_PORT, _PORT_DIGITS = 65_535, 5
_PLACE = {step: position for position, step in enumerate(STEPS)}
_SECRET_ACTIONS = {"secretsmanager": "secretsmanager:GetSecretValue", "ssm": "ssm:GetParameters"}


def needs(launch: Launch) -> tuple[Need, ...]:
    """Everything that must succeed for the task to start and then to be used, in launch order.

    Calls to one host at one step are one Need. What is not known of the task is a Need of its own, `Unread`.
    """
    found: list[Need] = [Placement(launch.family, launch.platform_version), Interface()]
    found.extend(Unread("placement", fact.fact, fact.action) for fact in launch.unread)
    if isinstance(launch.definition, Missing):
        found.append(Unread("start", launch.definition.fact, launch.definition.action))
    elif launch.region is None:
        found.append(Unread("start", "the Region of the task"))
    else:
        found.extend(_of_definition(launch.definition, launch.region))
    if launch.service_connect:
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html
        found.append(Unread("service-connect", "what the Service Connect proxy connects to"))
    if launch.execute_command and launch.region is not None:
        found.append(_exec(launch.region))
    merged = _merge(found)
    known = platform(launch.family, launch.platform_version)
    if known is None or not known.own_interface:
        return tuple(merged)
    return tuple(_own_interface(need, known.own_interface) for need in merged)


def _of_definition(definition: TaskDefinition, region: str) -> Iterator[Need]:
    if definition.container_definitions is UNSET:
        yield Unread("start", "the containers of the task definition", "ecs:DescribeTaskDefinition")
        return
    for container in definition.container_definitions:
        yield from _secrets(container, region)
        yield from _image(container)
        yield from _logs(container.log_configuration, region)
        for file in container.environment_files:
            yield _environment_file(file.value, region)
    for volume in definition.volumes:
        if volume.efs_volume_configuration is not None:
            yield _file_system(volume.efs_volume_configuration.file_system_id, region)


def _aws(step: Step, ref: ServiceRef, *actions: str, subject: str = "", prefix: str = "") -> Call:
    name = host(ref)
    return Call(
        step,
        f"{prefix}{name}" if name else None,
        service=ref,
        actions=actions,
        subjects=(subject,) if subject else (),
    )


def _secrets(container: ContainerDefinition, region: str) -> Iterator[Need]:
    values = [secret.value_from for secret in container.secrets]
    if container.log_configuration is not None:
        values.extend(secret.value_from for secret in container.log_configuration.secret_options)
    for value in values:
        ref = source_of(value, region)
        if ref is None:
            yield Unread("secrets", f"which service holds {value}", subjects=(value,))
        else:
            yield _aws("secrets", ref, _SECRET_ACTIONS[ref.key], subject=bare(value))
    if container.repository_credentials is not None:
        # A name instead of an ARN is a secret of the task's own Region.
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html
        parameter = container.repository_credentials.credentials_parameter
        parsed = arn(parameter)
        ref = ServiceRef("secretsmanager", parsed.region if parsed else region)
        yield _aws("secrets", ref, _SECRET_ACTIONS["secretsmanager"], subject=bare(parameter))


def _image(container: ContainerDefinition) -> Iterator[Need]:
    image = None if container.image is UNSET else parse(container.image)
    if image is None:
        yield Unread("manifest", f"the image of container {container.name}", "ecs:DescribeTaskDefinition")
    elif image.region is not None:
        yield from _ecr_image(image, image.region)
    else:
        yield from _other_image(image)


def _ecr_image(image: Image, region: str) -> Iterator[Need]:
    # Token, manifest and layers are all of the image's Region, not of the task's.
    name = image.reference
    yield _aws("registry-auth", ServiceRef("ecr.api", region), "ecr:GetAuthorizationToken", subject=name)
    if partition_of(region) is None:
        yield Unread("manifest", f"the names of the partition that Region {region} is in", subjects=(name,))
        return
    if image.dual_stack:
        # AWS's pages disagree: https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
        yield Unread("manifest", f"whether endpoints serve the dual-stack name {image.registry}", subjects=(name,))
    else:
        actions = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
        ref = ServiceRef("ecr.dkr", region)
        yield Call("manifest", image.registry, service=ref, actions=actions, subjects=(name,))
    bucket = f"{layer_bucket(region)}."
    yield _aws("layers", ServiceRef("s3", region), "s3:GetObject", subject=name, prefix=bucket)


def _other_image(image: Image) -> Iterator[Need]:
    name, number = _host_and_port(image.registry)
    subjects = (image.reference,)
    known = registry(image.registry)
    if known is None:
        yield _outside("manifest", name, number, subjects)
        note = f"{name} is taken to serve its blobs itself or from the internet"
        yield Call("layers", name, number, "registry", subjects=subjects, grade="inferred", note=note)
        return
    yield Call("manifest", known.registry, number, "internet", subjects=subjects, grade=known.grade)
    if known.token is not None and known.token != known.registry:
        yield Call("manifest", known.token, number, "internet", subjects=subjects, grade=known.grade)
    if known.blobs is None:
        note = f"where {name} keeps its blobs is not known: taken to be on the internet"
        yield Call("layers", None, number, "internet", subjects=subjects, grade="inferred", note=note)
    else:
        yield Call("layers", known.blobs, number, "internet", subjects=subjects, grade=known.grade)


def _host_and_port(registry: str) -> tuple[str, int]:
    """A registry's host, and its port: HTTPS where none is given that could be one."""
    name, _, port = registry.partition(":")
    number = int(port) if port.isdecimal() and len(port) <= _PORT_DIGITS else _HTTPS
    return name, number if 0 < number <= _LAST_PORT else _HTTPS


def _outside(step: Step, name: str, port: int, subjects: tuple[str, ...] = ()) -> Call:
    """A call to a host that no catalogue has; private zones aside, it is taken to have a public address."""
    note = f"{name} is taken to be on the internet"
    return Call(step, name, port, "internet", subjects=subjects, grade="inferred", note=note)


def _logs(configuration: LogConfiguration | None, region: str) -> Iterator[Need]:
    if configuration is None:
        return
    options = configuration.options
    match configuration.log_driver:
        case "awslogs":
            yield _awslogs(options, region)
        case "splunk":
            yield _splunk(options)
        case "awsfirelens":
            yield Unread("runtime", "where FireLens sends the logs", blocks="runtime")
        case other:
            yield Unread("logs", f"what log driver {other} does on Fargate")


def _splunk(options: dict[str, str]) -> Need:
    """The driver calls Splunk before the container starts, unless it is told not to.

    https://docs.docker.com/engine/logging/drivers/splunk/
    """
    need = _url("logs", options.get("splunk-url", ""), "the splunk-url of the log driver")
    later = options.get("splunk-verify-connection") == "false"
    return msgspec.structs.replace(need, step="runtime", blocks="runtime") if later else need


def _awslogs(options: dict[str, str], region: str) -> Need:
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
    endpoint = options.get("awslogs-endpoint")
    group = options.get("awslogs-group", "")
    if endpoint:
        return _url("logs", endpoint, "the awslogs-endpoint of the log driver")
    create = ("logs:CreateLogGroup",) if options.get("awslogs-create-group") == "true" else ()
    ref = ServiceRef("logs", options.get("awslogs-region", region))
    return _aws("logs", ref, *create, "logs:CreateLogStream", "logs:PutLogEvents", subject=group)


def _url(step: Step, text: str, what: str) -> Need:
    unread = Unread(step, what, "ecs:DescribeTaskDefinition")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return unread
    return _outside(step, name, port or (80 if parts.scheme == "http" else 443)) if name else unread


def _environment_file(value: str, region: str) -> Need:
    parsed = arn(value)
    if parsed is None or parsed.service != "s3":
        return Unread("env-files", f"which bucket holds {value}", subjects=(value,))
    bucket = parsed.resource.partition("/")[0]
    call = _aws("env-files", ServiceRef("s3", region), "s3:GetObject", subject=value, prefix=f"{bucket}.")
    # The ARN of a bucket does not say its Region.
    return msgspec.structs.replace(call, grade="inferred", note=f"bucket {bucket} taken to be in {region}")


def _file_system(file_system: str, region: str) -> Need:
    partition = partition_of(region)
    if partition is None:
        return Unread("volumes", f"the names of the partition that Region {region} is in")
    name = f"{file_system}.efs.{region}.{partition.suffix}"
    return Call("volumes", name, _EFS_PORT, subjects=(file_system,))


def _exec(region: str) -> Call:
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
    call = _aws(
        "exec",
        ServiceRef("ssmmessages", region),
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    )
    return msgspec.structs.replace(call, blocks="runtime")


def _merge(found: list[Need]) -> list[Need]:
    """Order the Needs by step and make calls to one host at one step one."""
    merged: dict[object, Need] = {}
    for need in sorted(found, key=lambda item: _PLACE[item.step]):
        key: object = (need.step, need.host, need.service, need.port, need.note) if isinstance(need, Call) else need
        known = merged.get(key)
        if isinstance(known, Call) and isinstance(need, Call):
            subjects = tuple(dict.fromkeys(known.subjects + need.subjects))
            actions = tuple(dict.fromkeys(known.actions + need.actions))
            merged[key] = msgspec.structs.replace(known, subjects=subjects, actions=actions)
        else:
            merged[key] = need
    return list(merged.values())


def _own_interface(need: Need, steps: tuple[str, ...]) -> Need:
    """Mark the calls that an old platform version made through an interface of Fargate's own."""
    if isinstance(need, Call) and need.step in steps:
        return msgspec.structs.replace(need, own_interface=True)
    return need
