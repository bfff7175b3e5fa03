"""Images of ECR by their descriptions, and in pull-through caches."""

from typing import Any

import msgspec
import pytest

from skerry.model.facts import Missing
from skerry.model.resource_answers import Absent, Refused
from skerry.services.ecr_images import (
    IMAGE_DETAILS,
    IMAGES,
    ImageDetail,
    ImageDetails,
    ImageFailure,
    ImageId,
    RepositoryImage,
    RepositoryImages,
    cache_state_of,
    find_detail,
)
from skerry.services.image_references import parse
from tests.services.answers import ACCOUNT, REGION, resources

WEB = f"{ACCOUNT}/web"
NO_IMAGE, NO_REPOSITORY = Absent("ImageNotFoundException"), Absent("RepositoryNotFoundException")
ONE = ImageDetail(image_digest="sha256:a", image_tags=("1", "latest"))
LISTED = ImageDetails(image_details=(ONE,))


@pytest.mark.parametrize(
    ("ids", "name"),
    [
        ([{"imageTag": "1"}], f"{WEB}@1"),
        ([{"imageDigest": "sha256:a", "imageTag": "1"}], f"{WEB}@sha256:a"),
        ([{"imageTag": "1"}, {"imageTag": "2"}], f"{WEB}@"),
        (None, f"{WEB}@"),
        ([7], f"{WEB}@"),
        ([{}], f"{WEB}@"),
    ],
)
def test_description_is_of_one_image_or_of_the_repository(ids: Any, name: str) -> None:
    asked = {"registryId": ACCOUNT, "repositoryName": "web"} | ({} if ids is None else {"imageIds": ids})
    assert IMAGE_DETAILS.about(asked) == [name]
    assert IMAGE_DETAILS.about({"imageIds": [{"imageTag": "1"}]}) == []


def test_description_keeps_only_names_and_status() -> None:
    row = {"imageDigest": "sha256:a", "imageTags": ["1"], "imageStatus": "ACTIVE", "imageScanStatus": {"status": "x"}}
    assert IMAGE_DETAILS.call.trim is not None
    kept = {"imageDigest": "sha256:a", "imageTags": ["1"], "imageStatus": "ACTIVE"}
    assert IMAGE_DETAILS.call.trim(row) == kept


def test_descriptions_of_a_repository_are_joined_without_repetition() -> None:
    other = ImageDetails(image_details=(ONE, ImageDetail(image_digest="sha256:b")))
    assert IMAGE_DETAILS.join is not None
    assert IMAGE_DETAILS.join(LISTED, other) == other


@pytest.mark.parametrize(
    ("answers", "detail"),
    [
        ({}, None),
        ({"web@1": LISTED}, ONE),
        ({"web@": LISTED}, ONE),
        ({"web@": ImageDetails()}, None),
        ({"web@1": ImageDetails()}, None),
        ({"web@1": NO_IMAGE}, NO_IMAGE),
        ({"web@": NO_IMAGE}, None),
        ({"web@": NO_REPOSITORY}, NO_REPOSITORY),
    ],
    ids=["unasked", "one", "list", "not in the list", "empty", "no image", "none of several", "no repository"],
)
def test_image_is_found_by_its_description_or_in_a_list(answers: dict[str, msgspec.Struct], detail: object) -> None:
    held = resources({(IMAGE_DETAILS, f"{ACCOUNT}/{name}"): answer for name, answer in answers.items()})
    assert find_detail(held, ACCOUNT, "web", "1") == detail


def test_failed_description_is_a_missing_fact() -> None:
    held = resources({(IMAGE_DETAILS, f"{WEB}@1"): Refused("InternalFailure")})
    detail = find_detail(held, ACCOUNT, "web", "1")
    assert isinstance(detail, Missing)
    assert detail.action == "ecr:DescribeImages"


def pulled(*failures: ImageFailure) -> RepositoryImages:
    return RepositoryImages(images=(RepositoryImage(image_id=ImageId(image_tag="2")),), failures=failures)


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({}, "unknown"),
        ({(IMAGES, WEB): NO_REPOSITORY}, "no repository"),
        ({(IMAGES, WEB): pulled(ImageFailure(ImageId(image_tag="1"), "ImageNotFound"))}, "no image"),
        ({(IMAGES, WEB): pulled(ImageFailure(ImageId(image_tag="1"), "KmsError"))}, "unknown"),
        ({(IMAGES, WEB): RepositoryImages(images=(RepositoryImage(image_id=ImageId(image_tag="1")),))}, "cached"),
        ({(IMAGES, WEB): pulled()}, "unknown"),
        ({(IMAGE_DETAILS, f"{WEB}@1"): LISTED}, "cached"),
        ({(IMAGE_DETAILS, f"{WEB}@1"): NO_IMAGE}, "no image"),
        ({(IMAGE_DETAILS, f"{WEB}@1"): NO_REPOSITORY}, "no repository"),
        ({(IMAGES, WEB): NO_REPOSITORY, (IMAGE_DETAILS, f"{WEB}@1"): LISTED}, "cached"),
    ],
)
def test_cache_has_an_image_by_any_answer(answers: Any, state: str) -> None:
    image = parse(f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/web:1")
    assert image is not None
    assert cache_state_of(resources(answers), image, ["1"]) == state


def test_cache_needs_all_digests_of_a_deployment() -> None:
    image = parse(f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/web:1")
    assert image is not None
    held = resources({(IMAGE_DETAILS, f"{WEB}@1"): LISTED, (IMAGE_DETAILS, f"{WEB}@2"): NO_IMAGE})
    assert cache_state_of(held, image, ["1"]) == "cached"
    assert cache_state_of(held, image, ["1", "2"]) == "no image"
    assert cache_state_of(held, image, ["1", "3"]) == "unknown"
