"""The calls of an image pull."""

from collections.abc import Iterator

from skerry.catalogue.partitions import Partition, partition_of
from skerry.catalogue.registries import find_registry
from skerry.catalogue.services import ServiceRef, dual_stack_host_of, layer_bucket_of, regional_host_of, variant_of
from skerry.launch.endpoints import HTTPS, make_external_call, make_service_call, port_of
from skerry.launch.needs import Call, Need, Unread
from skerry.services.ecr import CREATE_REPOSITORY, IMPORT
from skerry.services.ecr_images import IMAGE_DETAILS, CachedImage
from skerry.services.image_references import Image

_MICROSOFT = "mcr.microsoft.com"


def needs_of_ecr_image(image: Image, region: str, cached: CachedImage | None, *, windows: bool) -> Iterator[Need]:
    """Yield token, manifest and layers of an image in ECR: all of the image's Region, not of the task's.

    ``cached``: the image is below a pull-through cache rule.
    """
    name = image.reference
    partition = partition_of(region)
    yield _token(image, region)
    if partition is None:
        yield Unread("manifest", f"the names of the partition that Region {region} is in", subjects=(name,))
        return
    actions = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", *_import_actions_of(cached))
    ref = ServiceRef("ecr.dkr", region)
    variant = variant_of(ref, image.registry)
    kind = variant.kind if variant else ""
    note = _cache_note(cached)
    yield Call("manifest", image.registry, service=ref, actions=actions, subjects=(name,), note=note, variant=kind)
    if cached is not None and cached.state != "cached":
        yield _first_pull(cached)
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
        dual_stack=f"{bucket}.{dual_stack_host_of(ref)}",
    )


def _windows_layers(name: str) -> Call:
    """Return the Need for base layers of Windows, which are not in ECR unless pushed there on purpose.

    AWS does not document whether Fargate's hosts have them already.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-windows-images
    """
    fact = f"whether the Windows base layers of {name} are in ECR, on Fargate's host, or only at Microsoft"
    return Call("layers", _MICROSOFT, HTTPS, "internet", subjects=(name,), only_if=fact, identity="nobody")


def _cache_note(cached: CachedImage | None) -> str:
    """Return the effect of a pull-through cache rule on the pull."""
    if cached is None:
        return ""
    if cached.state == "cached":
        return f"copied from {cached.upstream}, and in the cache already"
    return f"copied from {cached.upstream} when it is first pulled, which needs a way to the internet"


def _import_actions_of(cached: CachedImage | None) -> tuple[str, ...]:
    """Return the permissions for the first pull of an image, unless the cache has it.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
    """
    if cached is None or cached.state == "cached":
        return ()
    return (IMPORT,) if cached.state == "no image" else (IMPORT, CREATE_REPOSITORY)


def _first_pull(cached: CachedImage) -> Call:
    """Return the way to the internet that the first pull of an image through the cache needs, even with endpoints.

    By AWS's guide the subnet must have a route to a NAT gateway. The guide names no hosts.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-vpc-endpoint-considerations
    """
    name = cached.reference
    return Call(
        "manifest",
        None,
        HTTPS,
        "internet",
        subjects=(name,),
        grade="inferred",
        note=f"the internet, port {HTTPS}: the hosts of a first pull are not documented",
        identity="nobody",
        only_if=f"whether {name} is in its pull-through cache already" if cached.state == "unknown" else "",
        only_if_action=IMAGE_DETAILS.action if cached.state == "unknown" else "",
    )


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
