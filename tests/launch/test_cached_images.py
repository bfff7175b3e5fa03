"""Images of launches below pull-through cache rules."""

from typing import Any

import msgspec
import pytest

from skerry.launch.cached_images import cached_images_of
from skerry.model.ecs import TaskDefinition
from skerry.model.facts import Missing
from skerry.services.ecr_images import CachedImage
from tests.networks import ACCOUNT, REGION, Network, Row

REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
QUAY, HUB = {"ecrRepositoryPrefix": "quay"}, {"ecrRepositoryPrefix": "docker-hub"}


def cached(image: str, *rules: Row, pinned: tuple[tuple[str, str], ...] = (), **answers: Any) -> tuple[Any, ...]:
    network = Network()
    network.rows["pullThroughCacheRules"] = []
    for number, rule in enumerate(rules or (QUAY,)):
        row = {"upstreamRegistryUrl": f"upstream-{number}", "registryId": ACCOUNT} | rule
        network.add("pullThroughCacheRules", **row)
    for name, response in answers.items():
        asked = {"repositoryName": "quay/app", "imageIds": [{name: "1" if name == "imageTag" else "sha256:a"}]}
        network.call("ecr:DescribeImages", asked, response)
    definition = msgspec.convert(
        {"family": "web", "containerDefinitions": [{"name": "app", "image": image}]}, TaskDefinition
    )
    return cached_images_of(network.world(), definition, pinned)


def test_image_below_a_rule_is_unknown_if_not_asked_for() -> None:
    image = f"{REGISTRY}/quay/app:1"
    assert cached(image) == (CachedImage(image, "upstream-0", "unknown"),)


@pytest.mark.parametrize(
    "image",
    [
        f"{REGISTRY}/quays/app:1",
        f"{REGISTRY}/quay:1",
        f"{REGISTRY.replace(REGION, 'eu-west-3')}/quay/app:1",
        f"{REGISTRY.replace(ACCOUNT, '999988887777')}/quay/app:1",
        "quay.io/quay/app:1",
        "not an image",
    ],
)
def test_image_below_no_rule_of_its_registry_is_not_cached(image: str) -> None:
    assert cached(image) == ()


def test_rule_with_the_longest_prefix_applies_and_root_to_the_others() -> None:
    rules = (HUB, {"ecrRepositoryPrefix": "docker-hub/library"}, {"ecrRepositoryPrefix": "ROOT"})
    upstreams = {
        name: one.upstream
        for name in ("docker-hub/library/a", "docker-hub/b", "c")
        for one in cached(f"{REGISTRY}/{name}", *rules)
    }
    assert upstreams == {"docker-hub/library/a": "upstream-1", "docker-hub/b": "upstream-0", "c": "upstream-2"}


def test_digest_of_the_deployment_decides_rather_than_the_tag() -> None:
    image = f"{REGISTRY}/quay/app:1"
    by_tag: dict[str, Any] = {"imageTag": {"imageDetails": [{"imageDigest": "sha256:b", "imageTags": ["1"]}]}}
    by_digest: dict[str, Any] = {"imageDigest": {"imageDetails": [{"imageDigest": "sha256:a"}]}}
    assert [one.state for one in cached(image, **by_tag)] == ["cached"]
    assert [one.state for one in cached(image, pinned=((image, "sha256:a"),), **by_tag)] == ["unknown"]
    assert [one.state for one in cached(image, pinned=((image, "sha256:a"),), **by_digest)] == ["cached"]


@pytest.mark.parametrize("content", [{"family": "web"}, {"family": "web", "containerDefinitions": [{"name": "app"}]}])
def test_definition_without_images_has_no_cached_images(content: Row) -> None:
    assert cached_images_of(Network().world(), msgspec.convert(content, TaskDefinition)) == ()
    assert cached_images_of(Network().world(), Missing("x")) == ()
