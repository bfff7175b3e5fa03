"""Existence and platform of the images of a launch."""

import json
from typing import Any

import pytest

from skerry.access.images import ImageCheck
from skerry.launch.launches import Launch
from skerry.launch.needs import Call
from skerry.model.facts import Missing
from skerry.verdicts import BLOCKED, UNKNOWN
from tests.holdings import CONFIGURATION, IMAGE, INDEX, OTHER_ACCOUNT, REPOSITORY, Resources, image, images
from tests.networks import ACCOUNT, REGION, Row

ASKED = {"registryId": ACCOUNT, "repositoryName": "web"}
LAYER = ASKED | {"layerDigest": CONFIGURATION}
PULL_THROUGH = {"ecrRepositoryPrefix": "web", "upstreamRegistryUrl": "public.ecr.aws"}


@pytest.fixture
def network() -> Resources:
    return Resources()


def hold(network: Resources, *found: Row, gone: tuple[Row, ...] = (), code: str = "ImageNotFound") -> None:
    failures = [{"imageId": one, "failureCode": code} for one in gone]
    network.tell("ecr:BatchGetImage", ASKED, images(list(found), failures))


def index(*platforms: str) -> Row:
    parts = [one.partition("/") for one in platforms]
    entries: list[Any] = [{"platform": {"os": system, "architecture": processor}} for system, _, processor in parts]
    return {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}


def for_arm(network: Resources) -> None:
    network.rows["taskDefinitions"][0]["runtimePlatform"] = {"cpuArchitecture": "ARM64"}


def deploy(network: Resources, digest: str, *, definition: str | None = None) -> None:
    """Let the deployment of today have begun with this digest."""
    name = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service-revision/shop/web/1"
    network.rows["services"][0]["currentServiceRevisions"] = [{"arn": name}]
    known = network.rows["services"][0]["taskDefinition"]
    network.add(
        "serviceRevisions",
        serviceRevisionArn=name,
        taskDefinition=definition or known,
        containerImages=[{"containerName": "app", "image": IMAGE, "imageDigest": digest}],
    )


class TestTheRepository:
    def test_must_be_there(self, network: Resources) -> None:
        network.refuse("ecr:BatchGetImage", ASKED, "RepositoryNotFoundException")
        found = network.blocker("manifest")
        assert (found.code, found.resource, found.message) == (
            "REPOSITORY_NOT_FOUND",
            REPOSITORY,
            f"there is no repository web in account {ACCOUNT} in {REGION}",
        )

    def test_is_unknown_where_aws_did_not_say(self, network: Resources) -> None:
        network.refuse("ecr:BatchGetImage", ASKED)
        assert network.bad() == {"manifest": UNKNOWN}

    def test_is_unexamined_where_nobody_asked(self, network: Resources) -> None:
        network.unask("ecr:BatchGetImage")
        assert network.bad() == {}
        assert "images" in network.diagnosis().unexamined

    def test_is_unexamined_in_another_region(self, network: Resources) -> None:
        network.app["image"] = IMAGE.replace(REGION, "eu-west-3")
        assert "images of other Regions" in network.diagnosis().unexamined

    def test_may_be_asked_for_without_its_account(self, network: Resources) -> None:
        network.unask("ecr:BatchGetImage")
        network.tell("ecr:BatchGetImage", {"repositoryName": "web"}, images([], [{"imageId": {"imageTag": "1"}}]))
        assert network.bad() == {"manifest": UNKNOWN}

    def test_of_another_account_is_not_told_by_that(self, network: Resources) -> None:
        network.app["image"] = IMAGE.replace(ACCOUNT, OTHER_ACCOUNT)
        network.tell("ecr:BatchGetImage", {"repositoryName": "web"}, images([], [{"imageId": {"imageTag": "1"}}]))
        assert "images" in network.diagnosis().unexamined


class TestTheTag:
    def test_must_be_there(self, network: Resources) -> None:
        hold(network, gone=({"imageTag": "1"},))
        found = network.blocker("manifest")
        assert (found.code, found.message) == ("IMAGE_NOT_FOUND", "repository web has no image with the tag 1")

    def test_is_unexamined_where_others_were_asked_for(self, network: Resources) -> None:
        hold(network, image("2", "sha256:d2"))
        assert network.bad() == {}
        assert "images" in network.diagnosis().unexamined

    def test_is_unknown_where_ecr_failed_otherwise(self, network: Resources) -> None:
        hold(network, gone=({"imageTag": "1"},), code="KmsError")
        assert network.bad() == {"manifest": UNKNOWN}

    def test_is_of_ecr_alone(self, network: Resources) -> None:
        network.app["image"] = "public.ecr.aws/nginx/nginx:1"
        network.serve_internet_by_nat()
        assert "images" not in network.diagnosis().unexamined

    def test_may_be_a_digest(self, network: Resources) -> None:
        network.app["image"] = IMAGE.replace(":1", "@sha256:d1")
        assert network.bad() == {}
        hold(network, gone=({"imageDigest": "sha256:d1"},))
        assert network.blocker("manifest").message == "repository web has no image with the digest sha256:d1"


class TestAPullThroughCache:
    def test_fetches_what_is_not_there(self, network: Resources) -> None:
        network.app["image"] = IMAGE.replace("/web", "/web/nginx")
        asked = ASKED | {"repositoryName": "web/nginx"}
        network.refuse("ecr:BatchGetImage", asked, "RepositoryNotFoundException")
        network.refuse("ecr:GetRepositoryPolicy", asked, "RepositoryNotFoundException")
        assert network.bad() == {"manifest": BLOCKED}
        network.add("pullThroughCacheRules", **PULL_THROUGH)
        assert network.bad() == {}

    @pytest.mark.parametrize("code", ["RepositoryNotFoundException", None])
    def test_may_do_so_where_its_rules_are_not_known(self, network: Resources, code: str | None) -> None:
        del network.rows["pullThroughCacheRules"]
        if code:
            network.refuse("ecr:BatchGetImage", ASKED, code)
        else:
            hold(network, gone=({"imageTag": "1"},))
        assert network.bad() == {"manifest": UNKNOWN}
        assert "ecr:DescribePullThroughCacheRules" in {one.action for one in network.step("manifest").unknowns}

    def test_of_another_account_may_do_so_whatever_the_rules_of_this_one(self, network: Resources) -> None:
        network.app["image"] = IMAGE.replace(ACCOUNT, OTHER_ACCOUNT)
        asked = ASKED | {"registryId": OTHER_ACCOUNT}
        network.refuse("ecr:BatchGetImage", asked, "RepositoryNotFoundException")
        assert network.bad() == {"manifest": UNKNOWN}


class TestTheDeployment:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html"""

    def test_is_held_to_the_digests_that_it_began_with(self, network: Resources) -> None:
        deploy(network, "sha256:old")
        hold(network, image("1", "sha256:d1"), gone=({"imageDigest": "sha256:old"},))
        found = network.blocker("manifest")
        assert found.code == "IMAGE_NOT_FOUND"
        assert found.message == (
            f"repository web has no image with the digest sha256:old, to which the deployment holds {IMAGE}: "
            "start a new deployment, or push that image again"
        )

    def test_does_not_need_the_tag_any_more(self, network: Resources) -> None:
        deploy(network, "sha256:d1")
        hold(network, image("2", "sha256:d1"), gone=({"imageTag": "1"},))
        assert network.bad() == {}

    def test_is_not_held_to_those_of_another_task_definition(self, network: Resources) -> None:
        deploy(network, "sha256:old", definition="arn:aws:ecs:x:1:task-definition/web:9")
        hold(network, image("1", "sha256:d1"), gone=({"imageDigest": "sha256:old"},))
        assert network.bad() == {}

    def test_is_not_held_to_any_where_a_container_does_not_wish_it(self, network: Resources) -> None:
        deploy(network, "sha256:old")
        network.app["versionConsistency"] = "disabled"
        hold(network, image("1", "sha256:d1"), gone=({"imageDigest": "sha256:old"},))
        assert network.bad() == {}


class TestThePlatform:
    def test_must_be_that_of_the_task(self, network: Resources) -> None:
        network.tell("ecr:GetDownloadUrlForLayer", LAYER, {"architecture": "arm64", "os": "linux"})
        found = network.blocker("manifest")
        assert (found.code, found.resource, found.message) == (
            "IMAGE_FOR_ANOTHER_PLATFORM",
            REPOSITORY,
            f"image {IMAGE} is built for linux/arm64, and the task is for linux/amd64",
        )

    def test_may_be_arm(self, network: Resources) -> None:
        for_arm(network)
        assert network.bad() == {"manifest": BLOCKED}
        network.tell("ecr:GetDownloadUrlForLayer", LAYER, {"architecture": "arm64", "os": "linux"})
        assert network.bad() == {}

    @pytest.mark.parametrize(
        ("platforms", "verdict"),
        [
            (["linux/amd64", "linux/arm64"], None),
            (["linux/arm64", "unknown/unknown"], BLOCKED),
            (["windows/amd64"], BLOCKED),
            ([], None),
        ],
    )
    def test_may_be_one_of_several(self, network: Resources, platforms: list[str], verdict: object) -> None:
        hold(network, image("1", "sha256:d1", index(*platforms)))
        assert network.bad().get("manifest") is verdict

    def test_is_not_told_of_attestations(self, network: Resources) -> None:
        hold(network, image("1", "sha256:d1", index("linux/arm64", "unknown/unknown")))
        assert "is built for linux/arm64, and" in network.blocker("manifest").message

    @pytest.mark.parametrize("answer", [{"architecture": "arm64"}, {}, None])
    def test_is_unexamined_where_it_is_not_told(self, network: Resources, answer: Row | None) -> None:
        network.unask("ecr:GetDownloadUrlForLayer")
        if answer is not None:
            network.tell("ecr:GetDownloadUrlForLayer", LAYER, answer)
        assert network.bad() == {}
        assert "processors of images" in network.diagnosis().unexamined

    def test_is_unknown_where_aws_did_not_say(self, network: Resources) -> None:
        network.refuse("ecr:GetDownloadUrlForLayer", LAYER)
        assert network.bad() == {"manifest": UNKNOWN}

    @pytest.mark.parametrize("manifest", ["", "[", "[]", json.dumps({"manifests": 1})])
    def test_is_unknown_where_the_manifest_cannot_be_read(self, network: Resources, manifest: str) -> None:
        row = image("1", "sha256:d1") | {"imageManifest": manifest}
        hold(network, row)
        assert network.bad() == {"manifest": UNKNOWN}


class TestTheDigestsOfADeployment:
    """ECS holds the tasks of a deployment to digests, which its service revision names."""

    ACTION = "ecs:DescribeServiceRevisions"

    def deployed(self, network: Resources, code: str = "") -> Resources:
        deploy(network, "sha256:d1")
        network.forget("serviceRevisions")
        if code:
            network.refuse(self.ACTION, {}, code)
        return network

    def test_are_unknown_where_the_call_failed(self, network: Resources) -> None:
        assert self.deployed(network, "InternalFailure").bad() == {"manifest": UNKNOWN}

    def test_are_not_examined_where_the_call_was_denied(self, network: Resources) -> None:
        assert self.deployed(network, "AccessDeniedException").bad() == {}
        assert f"digests of deployments (denied: {self.ACTION})" in network.diagnosis().unexamined

    def test_are_not_examined_where_nobody_asked(self, network: Resources) -> None:
        assert self.deployed(network).bad() == {}
        assert "digests of deployments" in network.diagnosis().unexamined


def test_what_is_no_image_of_ecr_is_none_of_its_business(network: Resources) -> None:
    unread: dict[str, None] = {}
    launch = Launch("web", "shop", "web:1", Missing("x"))
    need = Call("manifest", "x", subjects=("not an image", "nginx:1"))
    assert list(ImageCheck(network.world().resources, REGION, unread).check(launch, need)) == []
    assert unread == {}
