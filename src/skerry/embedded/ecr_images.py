"""Patches of moto for ECR images: missing images, and links to layers."""

import os
from typing import Any
from urllib.parse import quote

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ecr.exceptions import RepositoryNotFoundException
from moto.ecr.models import ECRBackend
from moto.ecr.responses import ECRResponse
from moto.s3.models import s3_backends

from skerry.embedded.patching import Correction

_OF_AWS = "999999999999"  # whose the bucket of layers is: not the account's


class LayersNotFoundError(ServiceException):
    """Error for a layer that is not in the repository.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html#API_GetDownloadUrlForLayer_Errors
    """

    code = "LayersNotFoundException"

    def __init__(self, digest: str, repository: str, registry: str) -> None:
        super().__init__(
            f"The layer with digest '{digest}' does not exist in the repository with name '{repository}' in the "
            f"registry with id '{registry}'"
        )


def _images(
    original: Any, backend: Any, repository: str, registry: str | None = None, ids: list[dict[str, str]] | None = None
) -> Any:
    """Report a missing image by the id in the request, and know no other account's repositories.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
    """
    if registry not in {None, backend.account_id}:
        raise RepositoryNotFoundException(repository, registry or "")
    answer = original(backend, repository, registry, ids)
    image_names = [_names(image) for image in answer["images"]]
    gone = [image_id for image_id in ids or () if not any(set(image_id.items()) <= names for names in image_names)]
    for failure, image_id in zip(answer["failures"], gone, strict=True):
        failure["imageId"] = image_id
    return answer


def _names(image: Any) -> set[tuple[str, str]]:
    return {("imageDigest", image.get_image_digest()), *(("imageTag", tag) for tag in image.image_tags)}


def _uploaded(original: Any, backend: Any, repository: str, upload: str, *more: Any, **named: Any) -> Any:
    """Store a layer in S3; moto keeps its size only."""
    stored_repository = backend.repositories.get(repository)
    started = stored_repository.uploads.get(upload) if stored_repository else None
    answer = original(backend, repository, upload, *more, **named)
    if started is not None:
        bucket = _bucket(backend.region_name)
        storage = s3_backends[_OF_AWS][backend.partition]
        if bucket not in storage.buckets:
            storage.create_bucket(bucket, backend.region_name)
        storage.put_object(bucket, _key(answer["registryId"], repository, answer["layerDigest"]), started.layer_parts)
    return answer


def _link(_original: Any, response: Any) -> Any:
    """Return a presigned S3 link to an uploaded layer; moto does not check the signature.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html
    """
    backend, digest = response.ecr_backend, response._get_param("layerDigest")  # noqa: SLF001 - moto's own dispatch
    name = response._get_param("repositoryName")  # noqa: SLF001
    repository = backend._get_repository(name, response._get_param("registryId"))  # noqa: SLF001
    if digest not in repository.layers:
        raise LayersNotFoundError(digest, name, repository.registry_id)
    region, bucket = backend.region_name, _bucket(backend.region_name)
    served = os.environ.get("AWS_ENDPOINT_URL")
    start = f"{served}/{bucket}" if served else f"https://{bucket}.s3.{region}.amazonaws.com"
    credential = quote(f"embedded/20260101/{region}/s3/aws4_request", safe="")
    query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Expires=3600&X-Amz-Signature=0"
    url = f"{start}/{quote(_key(repository.registry_id, name, digest))}?{query}"
    return ActionResult({"downloadUrl": url, "layerDigest": digest})


def _bucket(region: str) -> str:
    """Return the bucket in which ECR keeps layers: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html."""
    return f"prod-{region}-starport-layer-bucket"


def _key(registry: str, repository: str, digest: str) -> str:
    return f"{registry}/{repository}/{digest.removeprefix('sha256:')}"


CORRECTIONS = (
    Correction(ECRBackend, "batch_get_image", _images),
    Correction(ECRBackend, "complete_layer_upload", _uploaded),
    Correction(ECRResponse, "get_download_url_for_layer", _link),
)
"""The patches of this module."""
