"""The calls of an image pull."""

from collections.abc import Iterator

from skerry.catalogue.partitions import Partition, partition_of
from skerry.catalogue.registries import find_registry
from skerry.catalogue.services import ServiceRef, layer_bucket_of, regional_host_of, variant_of
from skerry.launch.endpoints import HTTPS, make_external_call, make_service_call, port_of
from skerry.launch.needs import Call, Need, Unread
from skerry.model.resource_answers import PullThroughCacheRule
from skerry.services.ecr import find_cache_rule
from skerry.services.image_references import Image

_MICROSOFT = "mcr.microsoft.com"


def needs_of_ecr_image(
    image: Image, region: str, rules: tuple[PullThroughCacheRule, ...], *, windows: bool
) -> Iterator[Need]:
    """Yield token, manifest and layers of an image in ECR: all of the image's Region, not of the task's."""
    name = image.reference
    partition = partition_of(region)
    yield _token(image, region)
    if partition is None:
        yield Unread("manifest", f"the names of the partition that Region {region} is in", subjects=(name,))
        return
    actions = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
    ref = ServiceRef("ecr.dkr", region)
    variant = variant_of(ref, image.registry)
    kind = variant.kind if variant else ""
    note = _cache_note(image, rules)
    yield Call("manifest", image.registry, service=ref, actions=actions, subjects=(name,), note=note, variant=kind)
    yield _layers(name, region, partition)
    if windows:
        yield _windows_layers(name)


def _token(image: Image, region: str) -> Call:
    ref = ServiceRef("ecr.api", region)
    call = make_service_call("registry-auth", ref, "ecr:GetAuthorizationToken", subject=image.reference)
    if "ecr-fips" not in image.registry:
        return call
    # No page of AWS says which of the two names Fargate asks for the token of a FIPS registry.
    fact = f"the token for {image.registry} is taken to be asked for at {call.host}"
    return Call(
        "registry-auth",
        call.host,
        service=ref,
        actions=call.actions,
        subjects=call.subjects,
        grade="inferred",
        note=fact,
    )


def _layers(name: str, region: str, partition: Partition) -> Call:
    """Return the Need for layers: ECR signs their address, so S3 sees ECR's own account, not the task's role.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
    """
    bucket = layer_bucket_of(region)
    grade = partition.layer_bucket
    note = "" if grade == "documented" else f"layers of {region} are taken to be in bucket {bucket}"
    ref = ServiceRef("s3", region)
    return Call(
        "layers",
        f"{bucket}.{regional_host_of(ref)}",
        service=ref,
        actions=("s3:GetObject",),
        subjects=(name,),
        grade=grade,
        note=note,
        identity="AWS",
    )


def _windows_layers(name: str) -> Call:
    """Return the Need for base layers of Windows, which are not in ECR unless pushed there on purpose.

    AWS does not document whether Fargate's hosts have them already.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-windows-images
    """
    fact = f"whether the Windows base layers of {name} are in ECR, on Fargate's host, or only at Microsoft"
    return Call("layers", _MICROSOFT, HTTPS, "internet", subjects=(name,), only_if=fact, identity="nobody")


def _cache_note(image: Image, rules: tuple[PullThroughCacheRule, ...]) -> str:
    """Return the effect of a pull-through cache rule on the first pull.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-vpc-endpoint-considerations
    """
    rule = find_cache_rule(image, rules)
    if rule is None:
        return ""
    return f"copied from {rule.upstream_registry_url} when it is first pulled, which needs a way to the internet"


def needs_of_other_image(image: Image) -> Iterator[Need]:
    """Yield manifest, token and blobs of an image in a registry that is not AWS's private one."""
    name, _, port = image.registry.partition(":")
    number = port_of(port, HTTPS)
    subjects = (image.reference,)
    registry_hosts = find_registry(image.registry)
    if registry_hosts is None:
        yield make_external_call("manifest", name, number, subjects)
        note = f"{name} is taken to serve its blobs itself or from the internet"
        yield Call(
            "layers", name, number, "registry", subjects=subjects, grade="inferred", note=note, identity="nobody"
        )
        return
    hosts = (
        [registry_hosts.registry]
        if registry_hosts.token in {None, registry_hosts.registry}
        else [registry_hosts.registry, registry_hosts.token]
    )
    for item in hosts:
        yield Call(
            "manifest", item, number, "internet", subjects=subjects, grade=registry_hosts.grade, identity="nobody"
        )
    note = "" if registry_hosts.blobs else f"where {name} keeps its blobs is not known: taken to be on the internet"
    grade = registry_hosts.grade if registry_hosts.blobs else "inferred"
    yield Call(
        "layers", registry_hosts.blobs, number, "internet", subjects=subjects, grade=grade, note=note, identity="nobody"
    )
