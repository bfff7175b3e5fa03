"""Repositories and images of ECR."""

import json
from typing import Any

import msgspec
import pytest

from skerry.model.resource_answers import Absent, PullThroughCacheRule, Refused
from skerry.policy.request import Request, principal_of_role
from skerry.policy.resources import Resource
from skerry.services.attached_policy import NO_POLICY
from skerry.services.ecr import (
    ECR,
    IMAGES,
    LAYER,
    REPOSITORY_POLICY,
    ImageConfiguration,
    ImageFailure,
    ImageId,
    ImageLayer,
    RepositoryImage,
    RepositoryImages,
    RepositoryPolicy,
    find_cache_rule,
    find_configuration,
    find_images,
)
from skerry.services.image_references import parse
from skerry.services.service import ReadContext
from tests.services.answers import ACCOUNT, OTHER_ACCOUNT, REGION, parameters_by_operation, references, resources, scope

REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
WEB = {"registryId": ACCOUNT, "repositoryName": "web"}
NOTHING = RepositoryImages()


def operations(context: ReadContext, *images: str) -> list[str]:
    return [
        operation for operation, _ in parameters_by_operation(list(ECR.requests_for(references(ECR, *images), context)))
    ]


def test_images_of_a_repository_are_requested_together() -> None:
    images = [f"{REGISTRY}/web:1", f"{REGISTRY}/web@sha256:a", "nginx", "not an image"]
    requests = list(ECR.requests_for(references(ECR, *images), ReadContext(())))
    policy, batch = parameters_by_operation(requests)
    assert policy == ("GetRepositoryPolicy", WEB)
    assert batch[0] == "BatchGetImage"
    assert batch[1]["imageIds"] == [{"imageTag": "1"}, {"imageDigest": "sha256:a"}]
    (layer,) = requests[1].pick({"imageManifest": json.dumps({"config": {"digest": "sha256:c"}})})
    assert layer == ImageLayer(ACCOUNT, "web", "sha256:c")
    assert parameters_by_operation(list(layer.requests())) == [
        ("GetDownloadUrlForLayer", WEB | {"layerDigest": "sha256:c"})
    ]


def test_images_are_requested_in_batches_of_a_hundred() -> None:
    images = [f"{REGISTRY}/web:{number}" for number in range(101)]
    assert operations(ReadContext(()), *images) == ["GetRepositoryPolicy", "BatchGetImage", "BatchGetImage"]


@pytest.mark.parametrize(
    ("image", "rules"),
    [
        (f"{REGISTRY}/web:1", None),
        (f"{REGISTRY}/web:1", (PullThroughCacheRule(ecr_repository_prefix="ROOT", upstream_registry_url="x"),)),
        (f"{REGISTRY.replace(ACCOUNT, OTHER_ACCOUNT)}/web:1", ()),
    ],
    ids=["rules unknown", "rule applies", "other account"],
)
def test_images_that_ecr_may_fetch_are_not_requested(image: str, rules: Any) -> None:
    assert operations(ReadContext(rules), image) == ["GetRepositoryPolicy"]


@pytest.mark.parametrize("manifest", ["", "[", "[]", "{}", '{"config": []}', '{"config": {"digest": 7}}', "[" * 9_999])
def test_manifest_without_a_configuration_leads_to_no_layer(manifest: str) -> None:
    _, request = ECR.requests_for(references(ECR, f"{REGISTRY}/web:1"), ReadContext(()))
    assert list(request.pick({"imageManifest": manifest})) == []


@pytest.mark.parametrize(
    ("images", "parameters", "complete"),
    [
        (NOTHING, {}, Refused("empty")),
        (
            RepositoryImages(images=(RepositoryImage(image_id=ImageId(image_tag="1")),)),
            {"imageIds": [{"imageTag": "1"}, {"imageTag": "2"}]},
            ("1", [("2", "Unanswered")]),
        ),
        (
            RepositoryImages(failures=(ImageFailure(image_id=ImageId(image_tag="1"), failure_code="x"),)),
            {"imageIds": "no list"},
            (None, [("1", "x")]),
        ),
    ],
    ids=["empty", "one unanswered", "unreadable parameters"],
)
def test_requested_images_without_an_answer_become_failures(
    images: RepositoryImages, parameters: dict[str, Any], complete: Any
) -> None:
    assert IMAGES.complete is not None
    answer = IMAGES.complete(images, parameters)
    if isinstance(answer, RepositoryImages):
        tag = next((image.image_id.image_tag for image in answer.images), None)
        answer_parts: Any = (tag, [(failure.image_id.image_tag, failure.failure_code) for failure in answer.failures])
        assert answer_parts == complete
    else:
        assert answer == complete


def test_answers_about_one_repository_are_joined_without_repetition() -> None:
    first, second = (RepositoryImages(images=(RepositoryImage(image_id=ImageId(image_tag=tag)),)) for tag in "12")
    assert IMAGES.join is not None
    joined = IMAGES.join(IMAGES.join(first, second), second)
    assert [image.image_id.image_tag for image in joined.images] == ["1", "2"]


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        (WEB | {"layerDigest": "d"}, [f"{ACCOUNT}/web@d"]),
        ({"repositoryName": "web", "layerDigest": "d"}, ["/web@d"]),
        ({"layerDigest": "d"}, []),
    ],
)
def test_layer_is_named_by_repository_and_digest(parameters: dict[str, str], names: list[str]) -> None:
    assert LAYER.about(parameters) == names


@pytest.mark.parametrize("name", [f"{ACCOUNT}/web", "/web"])
def test_answers_without_an_account_are_about_the_own_registry(name: str) -> None:
    held = resources({(IMAGES, name): NOTHING, (LAYER, f"{name}@d"): ImageConfiguration("arm64", "linux")})
    assert find_images(held, ACCOUNT, "web") == NOTHING
    assert find_configuration(held, ACCOUNT, "web", "d") == ImageConfiguration("arm64", "linux")
    assert find_images(held, OTHER_ACCOUNT, "web") is None


@pytest.mark.parametrize(
    ("prefixes", "prefix"), [((), None), (("other",), None), (("ROOT", "hub"), "hub"), (("ROOT",), "ROOT")]
)
def test_cache_rule_with_the_longest_prefix_applies(prefixes: tuple[str, ...], prefix: str | None) -> None:
    image = parse(f"{REGISTRY}/hub/web:1")
    assert image is not None
    rules = tuple(PullThroughCacheRule(ecr_repository_prefix=each, upstream_registry_url="x") for each in prefixes)
    rule = find_cache_rule(image, rules)
    assert (rule.ecr_repository_prefix if rule else None) == prefix


@pytest.mark.parametrize(
    ("subject", "resource"),
    [
        (f"{REGISTRY}/web:1", Resource(f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/web", ACCOUNT)),
        ("not an image", Resource(f"arn:aws:ecr:{REGION}:None:repository/")),
    ],
)
def test_repository_resource_is_its_arn(subject: str, resource: Resource) -> None:
    assert list(ECR.resources_of(scope(), "ecr:BatchGetImage", subject)) == [resource]


@pytest.mark.parametrize(
    ("subject", "answer", "name"),
    [
        ("", RepositoryPolicy(policy_text="{}"), None),
        ("nginx", RepositoryPolicy(policy_text="{}"), None),
        (f"{REGISTRY}/web:1", Absent("RepositoryPolicyNotFoundException"), None),
        (f"{REGISTRY}/web:1", RepositoryPolicy(policy_text="{}"), "the policy of repository web"),
    ],
)
def test_repository_policy_is_that_of_a_registry_of_ecr(subject: str, answer: msgspec.Struct, name: str | None) -> None:
    request = Request(principal_of_role(f"arn:aws:iam::{ACCOUNT}:role/a"), "ecr:BatchGetImage", Resource("*"))
    policy = ECR.policy_of(resources({(REPOSITORY_POLICY, f"{ACCOUNT}/web"): answer}), request, subject)
    assert getattr(policy.policy, "name", None) == name
    assert (policy == NO_POLICY) == (name is None)
