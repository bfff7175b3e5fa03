"""Repositories and images of ECR."""

import json
from typing import Any

import pytest

from skerry.model.arns import NameOrArn
from skerry.model.facts import Facts
from skerry.model.resource_answers import Absent, PullThroughCacheRule, Refused, ResourceAnswer
from skerry.model.resource_lookup import Resources
from skerry.policy.policy_types import AssumedNotToDeny
from skerry.policy.request import Request, principal_of_role
from skerry.policy.resources import Resource
from skerry.services.attached_policy import NO_POLICY, ResourceBasedPolicy
from skerry.services.ecr import ECR, REGISTRY_POLICY, REPOSITORY_POLICY, RegistryPolicy, RepositoryPolicy
from skerry.services.ecr_images import (
    IMAGES,
    LAYER,
    ImageConfiguration,
    ImageFailure,
    ImageId,
    ImageLayer,
    PlatformImages,
    RepositoryImage,
    RepositoryImages,
    find_cache_rule,
    find_configuration,
    find_images,
)
from skerry.services.image_references import parse
from skerry.services.resource_read import ResourceRead
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
    registry, policy, batch = parameters_by_operation(requests)
    assert registry == ("GetRegistryPolicy", {})
    assert policy == ("GetRepositoryPolicy", WEB)
    assert batch[0] == "BatchGetImage"
    assert batch[1]["imageIds"] == [{"imageTag": "1"}, {"imageDigest": "sha256:a"}]
    (layer,) = requests[2].pick({"imageManifest": json.dumps({"config": {"digest": "sha256:c"}})})
    assert layer == ImageLayer(ACCOUNT, "web", "sha256:c")
    assert parameters_by_operation(list(layer.requests())) == [
        ("GetDownloadUrlForLayer", WEB | {"layerDigest": "sha256:c"})
    ]


def test_images_are_requested_in_batches_of_a_hundred() -> None:
    images = [f"{REGISTRY}/web:{number}" for number in range(101)]
    assert operations(ReadContext(()), *images) == [
        "GetRegistryPolicy",
        "GetRepositoryPolicy",
        "BatchGetImage",
        "BatchGetImage",
    ]


@pytest.mark.parametrize(
    ("image", "rules", "about_image"),
    [
        (f"{REGISTRY}/web:1", None, ["DescribeImages"]),
        (
            f"{REGISTRY}/web:1",
            (PullThroughCacheRule(ecr_repository_prefix="ROOT", upstream_registry_url="x"),),
            ["DescribeImages"],
        ),
        (f"{REGISTRY.replace(ACCOUNT, OTHER_ACCOUNT)}/web:1", (), []),
    ],
    ids=["rules unknown", "rule applies", "other account"],
)
def test_images_that_ecr_may_fetch_are_described_and_not_pulled(image: str, rules: Any, about_image: list[str]) -> None:
    assert operations(ReadContext(rules), image) == ["GetRegistryPolicy", "GetRepositoryPolicy", *about_image]


def test_each_image_is_described_by_a_call_of_its_own() -> None:
    requests = list(ECR.requests_for(references(ECR, f"{REGISTRY}/web:1", f"{REGISTRY}/web@sha256:a"), ReadContext()))
    described = [parameters for operation, parameters in parameters_by_operation(requests) if "Images" in operation]
    filtered = WEB | {"filter": {"imageStatus": "ANY"}}
    assert described == [
        filtered | {"imageIds": [{"imageTag": "1"}]},
        filtered | {"imageIds": [{"imageDigest": "sha256:a"}]},
    ]


def test_images_outside_ecr_lead_to_no_requests() -> None:
    assert operations(ReadContext(()), "nginx") == []


@pytest.mark.parametrize("manifest", ["", "[", "[]", "{}", '{"config": []}', '{"config": {"digest": 7}}', "[" * 9_999])
def test_manifest_without_a_configuration_leads_to_no_layer(manifest: str) -> None:
    *_, request = ECR.requests_for(references(ECR, f"{REGISTRY}/web:1"), ReadContext(()))
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


PULL = "ecr:BatchGetImage"
NEITHER: dict[tuple[ResourceRead[Any], str], Absent] = {
    (REPOSITORY_POLICY, f"{ACCOUNT}/web"): Absent("RepositoryPolicyNotFoundException"),
    (REGISTRY_POLICY, "registry"): Absent("RegistryPolicyNotFoundException"),
}


def policy_of(answers: Any, subject: str = f"{REGISTRY}/web:1", action: str = PULL) -> ResourceBasedPolicy:
    request = Request(principal_of_role(NameOrArn(f"arn:aws:iam::{ACCOUNT}:role/a")), action, Resource("*"))
    return ECR.policy_of(resources(answers), request, subject)


@pytest.mark.parametrize("subject", ["", "nginx"])
def test_images_outside_ecr_have_no_policy(subject: str) -> None:
    assert policy_of({}, subject) == NO_POLICY


def test_repository_and_registry_policies_are_kept_apart() -> None:
    answers = {
        (REPOSITORY_POLICY, f"{ACCOUNT}/web"): RepositoryPolicy(policy_text="{}"),
        (REGISTRY_POLICY, "registry"): RegistryPolicy(policy_text="{}"),
    }
    both = policy_of(answers)
    assert getattr(both.policy, "name", None) == "the policy of repository web"
    assert both.registry is not None
    assert getattr(both.registry.policy, "name", None) == "the policy of the registry"
    assert both.unread_kinds == ()


def test_absent_policies_of_repository_and_registry_are_none() -> None:
    none = policy_of(NEITHER)
    assert (none.policy, none.registry, none.unread_kinds) == (None, NO_POLICY, ())


def test_unread_policies_of_repository_and_registry_are_named() -> None:
    unread = policy_of({})
    assert unread.unread_kinds == (REPOSITORY_POLICY.kind, REGISTRY_POLICY.kind)
    assert unread.is_unread
    assert not policy_of({(REGISTRY_POLICY, "registry"): RegistryPolicy(policy_text="{}")}).is_unread


def test_token_is_asked_of_the_own_registry() -> None:
    foreign = f"{REGISTRY.replace(ACCOUNT, OTHER_ACCOUNT)}/web:1"
    token = policy_of(NEITHER, foreign, "ecr:GetAuthorizationToken")
    assert (token.policy, token.registry) == (None, NO_POLICY)


@pytest.mark.parametrize(
    ("registry_id", "owner"), [(None, OTHER_ACCOUNT), (ACCOUNT, OTHER_ACCOUNT), (OTHER_ACCOUNT, ACCOUNT)]
)
def test_registry_policy_of_another_account_may_allow(registry_id: str | None, owner: str) -> None:
    answers = {(REGISTRY_POLICY, "registry"): RegistryPolicy(policy_text="{}", registry_id=registry_id)}
    registry = policy_of(answers, f"{REGISTRY.replace(ACCOUNT, owner)}/web:1").registry
    assert registry is not None
    assert isinstance(registry.policy, AssumedNotToDeny)
    assert registry.policy.missing.fact.startswith(f"the policy of the registry of account {owner}")
    assert registry.unread == "policies of other accounts' registries"


def test_policies_of_another_region_are_unread() -> None:
    rows = tuple(ResourceAnswer(read.action, name, answer) for (read, name), answer in NEITHER.items())
    held = Resources(Facts(resource_answers=rows, account=ACCOUNT, region=REGION))
    request = Request(principal_of_role(NameOrArn(f"arn:aws:iam::{ACCOUNT}:role/a")), PULL, Resource("*"))
    elsewhere = ECR.policy_of(held, request, f"{REGISTRY.replace(REGION, 'eu-west-3')}/web:1")
    assert elsewhere.unread_kinds == (REPOSITORY_POLICY.kind, REGISTRY_POLICY.kind)
    assert ECR.policy_of(held, request, f"{REGISTRY}/web:1").unread_kinds == ()


def test_images_for_platforms_of_fargate_are_requested_by_digest() -> None:
    (request,) = [
        one
        for one in ECR.requests_for(references(ECR, f"{REGISTRY}/web:1"), ReadContext(()))
        if one.call.operation == "BatchGetImage"
    ]
    platforms = {"a": "amd64", "b": "arm64", "c": "riscv64"}
    manifests = [
        {"digest": f"sha256:{name}", "platform": {"os": "linux", "architecture": platform}}
        for name, platform in platforms.items()
    ]
    (images,) = request.pick({"imageManifest": json.dumps({"manifests": manifests})})
    assert images == PlatformImages(ACCOUNT, "web", ("sha256:a", "sha256:b"))
    many = PlatformImages(ACCOUNT, "web", tuple(f"sha256:{number}" for number in range(101)))
    batches = [parameters["imageIds"] for _, parameters in parameters_by_operation(list(many.requests()))]
    assert [len(batch) for batch in batches] == [100, 1]
    assert batches[1] == [{"imageDigest": "sha256:100"}]
