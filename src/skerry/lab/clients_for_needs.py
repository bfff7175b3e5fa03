"""Clients and fixtures for Needs: the real client for each call, and the AWS resources that it needs."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from skerry.aws.single_call import ApiRequest as ApiCall
from skerry.catalogue.registries import find_registry as known_registry
from skerry.catalogue.services import ServiceRef, layer_bucket_of, regional_host_of
from skerry.lab.aws_fixtures import STORAGE_REGION, ImageFixture, LabFixtures, RegistryFixture, ResourceFixture
from skerry.lab.client_arguments import ImageReference, Region
from skerry.lab.client_jobs import Api, Dial, Errand, Login, Pull
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Need
from skerry.model.arns import parse_arn
from skerry.net.hostname import Hostname
from skerry.services import SECRET_STORES
from skerry.services.image_references import Image, parse

# The credential helper accepts only registries with these names, and reads the Region from them.
_PLAIN_ECR = re.compile(r"[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_SHOWN = 100
_STREAM = "skerry/rehearsal/0"
_TAG_OF_DIGESTS = "rehearsed"
_OF_IMAGES = {"registry-auth", "manifest", "layers"}


class _Pulled(NamedTuple):
    image: Image
    reference: ImageReference
    host: Hostname
    token: Hostname | None
    blobs: Hostname | None


def unsupported_reason_of(call: Call) -> str:
    """Return the reason why no client can make a call, such as an invalid image; empty if one can."""
    if call.service is not None and Region.parse(call.service.region) is None:
        return f"{call.service.region[:_SHOWN]} is not the name of a Region"
    if call.step in _OF_IMAGES:
        for subject in call.subjects:
            image = parse(subject)
            if image is None or _reference(image) is None:
                return f"image {subject[:_SHOWN]} is not a reference that clients of registries take"
    if call.step == "env-files" and call.actions[:1] == ("s3:GetObject",):
        for subject in call.subjects:
            bucket = _object(subject).partition("/")[0]
            if not _BUCKET.fullmatch(bucket):
                return f"{bucket[:_SHOWN]} is not the name of a bucket"
    return ""


def jobs_for(launch: Launch, rows: Sequence[tuple[int, Need, Hostname, int]]) -> tuple[Errand, ...]:
    """Return the jobs for the attempts (number, Need, host, port) of one task."""
    jobs: list[Errand] = []
    pulled: set[int] = set()
    for pull in _pulls(launch):
        manifest = _row(rows, "manifest", pull.host)
        if manifest is None or manifest in pulled:
            continue
        layers = _row(rows, "layers", pull.blobs or pull.host)
        pulled |= {manifest} if layers is None else {manifest, layers}
        jobs.append(Pull(manifest, layers, pull.reference, pull.host, pull.image.region is not None))
    for number, need, called, port in rows:
        if number not in pulled:
            jobs.append(_errand(number, need, called, port))
    return tuple(jobs)


def _row(rows: Iterable[tuple[int, Need, Hostname, int]], step: str, called: str) -> int | None:
    return next((number for number, need, name, _ in rows if (need.step, name) == (step, called)), None)


def _errand(number: int, need: Need, called: Hostname, port: int) -> Errand:
    """Return the job that makes the call of a Need; a plain connection if no client can make it."""
    if not isinstance(need, Call) or not need.actions or not need.subjects or need.service is None:
        return Dial(number, called, port)
    subject, region = need.subjects[0], need.service.region
    endpoint = f"https://{called}" if port == 443 else f"https://{called}:{port}"  # noqa: PLR2004 -- HTTPS
    match need.step, need.actions[0]:
        case "secrets", _ if need.service.key in SECRET_STORES:
            store = SECRET_STORES[need.service.key]
            request = ApiCall(store.prefix, *store.client_call(need.subjects), region, endpoint)
        case "registry-auth", "ecr:GetAuthorizationToken":
            image = parse(subject)
            if image is not None and _PLAIN_ECR.fullmatch(image.registry):
                return Login(number, Hostname(image.registry))
            request = ApiCall("ecr", "get_authorization_token", {}, region, endpoint)
        case "logs", "logs:CreateLogGroup" | "logs:CreateLogStream":
            parameters = {"logGroupName": subject, "logStreamName": f"{_STREAM}{number}"}
            request = ApiCall("logs", "create_log_stream", parameters, region, endpoint)
        case "env-files", "s3:GetObject":
            place, _, key = _object(subject).partition("/")
            request = ApiCall("s3", "get_object", {"Bucket": place, "Key": key}, region)
        case _:
            return Dial(number, called, port)
    return Api(number, request)


def fixtures_for(launch: Launch, calls: Iterable[Call], archive: str | None) -> LabFixtures:
    """Return the fixtures that the AWS side needs to answer the calls."""
    pulls = list(_pulls(launch))
    registries = tuple({pull.host: _registry(pull) for pull in pulls}.values())
    images = tuple(dict.fromkeys(ImageFixture(pull.reference.repository, pull.reference.tag) for pull in pulls))
    items = tuple(dict.fromkeys(item for call in calls for item in _items(call)))
    region = Region.parse(launch.region or "") or STORAGE_REGION
    return LabFixtures(region, registries, images, items, archive)


def _items(call: Call) -> Iterator[ResourceFixture]:
    if call.service is None or not call.actions:
        return
    region = Region(call.service.region)
    for subject in call.subjects:
        match call.step, call.actions[0]:
            case "secrets", _ if call.service.key in SECRET_STORES:
                store = SECRET_STORES[call.service.key]
                yield ResourceFixture(store.prefix, region, store.stored_name_of(subject))
            case "logs", "logs:CreateLogGroup" | "logs:CreateLogStream":
                yield ResourceFixture("logs", region, subject)
            case "env-files", "s3:GetObject":
                yield ResourceFixture("s3", region, _object(subject))
            case _:
                continue


def _object(subject: str) -> str:
    parsed = parse_arn(subject)
    return parsed.resource if parsed else subject


def _pulls(launch: Launch) -> Iterator[_Pulled]:
    """Yield the images of a task that clients can pull, each with the hosts of its registry."""
    containers = getattr(launch.definition, "container_definitions", ())
    references = [item.image for item in containers or () if isinstance(item.image, str)]
    for image in filter(None, map(parse, dict.fromkeys(references))):
        reference = _reference(image)
        if reference is None:
            continue
        name = reference.registry.host
        if image.region is not None:
            yield _Pulled(image, reference, name, None, _layer_host(image.region))
            continue
        registry_hosts = known_registry(image.registry)
        if registry_hosts is None:
            yield _Pulled(image, reference, name, None, None)
            continue
        token = None if registry_hosts.token in {None, registry_hosts.registry} else registry_hosts.token
        own = Hostname(registry_hosts.registry)
        yield _Pulled(image, reference, own, _host(token), _host(registry_hosts.blobs))


def _host(text: str | None) -> Hostname | None:
    return None if text is None else Hostname.parse(text)


def _layer_host(region: str) -> Hostname | None:
    return _host(f"{layer_bucket_of(region)}.{regional_host_of(ServiceRef('s3', region))}")


def _registry(pull: _Pulled) -> RegistryFixture:
    if pull.image.region is not None:
        return RegistryFixture(pull.host, "password", None, pull.blobs)
    return RegistryFixture(pull.host, "token" if pull.token else "nothing", pull.token, pull.blobs)


def _reference(image: Image) -> ImageReference | None:
    """Return the reference to pull. An image with only a digest gets a tag, as none with that digest can be made."""
    return ImageReference.parse(image.registry, image.repository, _TAG_OF_DIGESTS if ":" in image.tag else image.tag)
