"""Existence and platform of the images of a launch."""

import json
from typing import Any

import pytest

from skerry.access.images import ImageCheck
from skerry.diagnose.diagnosis import NeedDiagnosis
from skerry.launch.launches import Launch
from skerry.launch.needs import Call
from skerry.model.facts import Missing
from skerry.verdicts import BLOCKED, UNKNOWN
from tests.holdings import (
    CONFIGURATION,
    EXECUTION,
    IMAGE,
    INDEX,
    MANAGED_ACTIONS,
    OTHER_ACCOUNT,
    REPOSITORY,
    Resources,
    image,
    images,
    statement,
    text,
)
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


class TestRepositories:
    def test_missing_repository_blocks(self, network: Resources) -> None:
        network.refuse("ecr:BatchGetImage", ASKED, "RepositoryNotFoundException")
        found = network.blocker("manifest")
        assert (found.code, found.resource, found.message) == (
            "REPOSITORY_NOT_FOUND",
            REPOSITORY,
            f"there is no repository web in account {ACCOUNT} in {REGION}",
        )

    def test_repository_is_unknown_if_call_failed(self, network: Resources) -> None:
        network.refuse("ecr:BatchGetImage", ASKED)
        assert network.bad() == {"manifest": UNKNOWN}

    def test_repository_is_unexamined_if_not_read(self, network: Resources) -> None:
        network.unask("ecr:BatchGetImage")
        assert network.bad() == {}
        assert "images" in network.diagnosis().unexamined

    def test_repository_of_other_region_is_unexamined(self, network: Resources) -> None:
        network.app["image"] = IMAGE.replace(REGION, "eu-west-3")
        assert "images of other Regions" in network.diagnosis().unexamined

    def test_repository_answer_without_registry_id_is_used(self, network: Resources) -> None:
        network.unask("ecr:BatchGetImage")
        network.tell("ecr:BatchGetImage", {"repositoryName": "web"}, images([], [{"imageId": {"imageTag": "1"}}]))
        assert network.bad() == {"manifest": UNKNOWN}

    def test_repository_of_other_account_is_unexamined(self, network: Resources) -> None:
        network.app["image"] = IMAGE.replace(ACCOUNT, OTHER_ACCOUNT)
        network.tell("ecr:BatchGetImage", {"repositoryName": "web"}, images([], [{"imageId": {"imageTag": "1"}}]))
        assert "images" in network.diagnosis().unexamined


class TestImageTags:
    def test_missing_tag_blocks(self, network: Resources) -> None:
        hold(network, gone=({"imageTag": "1"},))
        found = network.blocker("manifest")
        assert (found.code, found.message) == ("IMAGE_NOT_FOUND", "repository web has no image with the tag 1")

    def test_tag_is_unexamined_if_other_tags_were_read(self, network: Resources) -> None:
        hold(network, image("2", "sha256:d2"))
        assert network.bad() == {}
        assert "images" in network.diagnosis().unexamined

    @pytest.mark.parametrize(
        ("failure", "said"),
        [
            ("ImageInaccessible", "cannot be pulled: it is archived, or ECR may not read it"),
            ("ImageTagDoesNotMatchDigest", "has another digest than the one that is asked for"),
            ("UpstreamAccessDenied", "is refused by its upstream registry"),
        ],
    )
    def test_image_that_ecr_refuses_blocks(self, network: Resources, failure: str, said: str) -> None:
        hold(network, gone=({"imageTag": "1"},), code=failure)
        blocker = network.blocker("manifest")
        assert (blocker.code, blocker.message) == ("IMAGE_INACCESSIBLE", f"image 1 of repository web {said}")

    def test_tag_is_unknown_after_another_ecr_failure(self, network: Resources) -> None:
        hold(network, gone=({"imageTag": "1"},), code="KmsError")
        assert network.bad() == {"manifest": UNKNOWN}

    def test_tag_is_checked_only_in_ecr(self, network: Resources) -> None:
        network.app["image"] = "public.ecr.aws/nginx/nginx:1"
        network.serve_internet_by_nat()
        assert "images" not in network.diagnosis().unexamined

    def test_missing_digest_blocks(self, network: Resources) -> None:
        network.app["image"] = IMAGE.replace(":1", "@sha256:d1")
        assert network.bad() == {}
        hold(network, gone=({"imageDigest": "sha256:d1"},))
        assert network.blocker("manifest").message == "repository web has no image with the digest sha256:d1"


class TestDescribedImages:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html"""

    DESCRIBED = ASKED | {"imageIds": [{"imageTag": "1"}]}

    def describe(self, network: Resources, status: str) -> None:
        detail = {"imageDigest": "sha256:d1", "imageTags": ["1"], "imageStatus": status}
        network.tell("ecr:DescribeImages", self.DESCRIBED, {"imageDetails": [detail]})

    def test_archived_image_blocks(self, network: Resources) -> None:
        hold(network, gone=({"imageTag": "1"},))
        self.describe(network, "ARCHIVED")
        blocker = network.blocker("manifest")
        why = "is archived, and cannot be pulled until it is restored"
        assert (blocker.code, blocker.message) == ("IMAGE_INACCESSIBLE", f"image 1 of repository web {why}")

    def test_restored_image_is_ok(self, network: Resources) -> None:
        self.describe(network, "ACTIVE")
        assert network.bad() == {}

    def test_image_during_restore_is_unknown(self, network: Resources) -> None:
        self.describe(network, "ACTIVATING")
        assert network.bad() == {"manifest": UNKNOWN}
        (missing,) = network.step("manifest").unknowns
        assert missing.action == "ecr:DescribeImages"

    @pytest.mark.parametrize(
        ("code", "blocker"),
        [
            ("RepositoryNotFoundException", "REPOSITORY_NOT_FOUND"),
            ("ImageNotFoundException", "IMAGE_NOT_FOUND"),
        ],
    )
    def test_description_alone_tells_that_image_is_missing(self, network: Resources, code: str, blocker: str) -> None:
        network.unask("ecr:BatchGetImage")
        network.refuse("ecr:DescribeImages", self.DESCRIBED, code)
        assert network.blocker("manifest").code == blocker

    def test_description_alone_leaves_processor_unexamined(self, network: Resources) -> None:
        network.unask("ecr:BatchGetImage")
        self.describe(network, "ACTIVE")
        assert network.bad() == {}
        unexamined = network.diagnosis().unexamined
        assert "processors of images" in unexamined
        assert "images" not in unexamined

    def test_failed_description_is_unknown(self, network: Resources) -> None:
        network.unask("ecr:BatchGetImage")
        network.refuse("ecr:DescribeImages", self.DESCRIBED)
        assert network.bad() == {"manifest": UNKNOWN}


class TestPullThroughCache:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-vpc-endpoint-considerations"""

    ASKED = ASKED | {"repositoryName": "web/nginx"}
    DESCRIBED = ASKED | {"imageIds": [{"imageTag": "1"}]}
    FOUND: Row = {"imageDigest": "sha256:n1", "imageTags": ["1"], "imageStatus": "ACTIVE"}  # noqa: RUF012

    @pytest.fixture
    def network(self, network: Resources) -> Resources:
        """An image below a rule, and a role that may import it."""
        network.app["image"] = IMAGE.replace("/web", "/web/nginx")
        network.add("pullThroughCacheRules", **PULL_THROUGH)
        network.refuse("ecr:GetRepositoryPolicy", self.ASKED, "RepositoryNotFoundException")
        self.allow(network, "ecr:BatchImportUpstreamImage", "ecr:CreateRepository")
        return network

    def allow(self, network: Resources, *actions: str) -> None:
        network.role(EXECUTION, statement("secretsmanager:GetSecretValue"), statement([*actions, *MANAGED_ACTIONS]))

    def serve_by_nat(self, network: Resources) -> None:
        """Give the only subnet of the service a way to the internet."""
        network.serve_internet_by_nat()
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-a"]

    def describe(self, network: Resources, **more: Any) -> None:
        network.tell("ecr:DescribeImages", self.DESCRIBED, {"imageDetails": [self.FOUND | more]})

    def first_pull(self, network: Resources) -> NeedDiagnosis:
        """The way to the internet that the first pull needs."""
        rows = [row for row in network.found().needs if isinstance(row.need, Call) and row.need.place == "internet"]
        (need,) = rows
        return need

    def test_missing_repository_without_rule_blocks(self, network: Resources) -> None:
        network.rows["pullThroughCacheRules"] = []
        network.refuse("ecr:BatchGetImage", self.ASKED, "RepositoryNotFoundException")
        assert {one.code for row in network.found().needs for one in row.blockers} == {"REPOSITORY_NOT_FOUND"}

    @pytest.mark.parametrize(
        ("action", "code"),
        [
            ("ecr:BatchGetImage", "RepositoryNotFoundException"),
            ("ecr:DescribeImages", "RepositoryNotFoundException"),
            ("ecr:DescribeImages", "ImageNotFoundException"),
        ],
    )
    def test_first_pull_from_isolated_subnet_blocks(self, network: Resources, action: str, code: str) -> None:
        asked = self.ASKED if action == "ecr:BatchGetImage" else self.DESCRIBED
        network.refuse(action, asked, code)
        assert network.bad() == {"manifest": BLOCKED}
        first = self.first_pull(network)
        assert {one.code for one in first.blockers} == {"NO_ROUTE_TO_DESTINATION"}
        assert first.error is not None
        assert (first.error.text or "").endswith(f"{network.app['image']}: not found")

    def test_first_pull_of_image_that_a_pull_did_not_return_blocks(self, network: Resources) -> None:
        failures = [{"imageId": {"imageTag": "1"}, "failureCode": "ImageNotFound"}]
        network.tell("ecr:BatchGetImage", self.ASKED, images([], failures))
        assert network.bad() == {"manifest": BLOCKED}
        assert {one.code for one in self.first_pull(network).blockers} == {"NO_ROUTE_TO_DESTINATION"}

    def test_first_pull_by_nat_is_ok(self, network: Resources) -> None:
        network.refuse("ecr:DescribeImages", self.DESCRIBED, "RepositoryNotFoundException")
        self.serve_by_nat(network)
        assert network.bad() == {}

    def test_cached_image_needs_no_way_to_the_internet_and_no_permission(self, network: Resources) -> None:
        self.allow(network)
        self.describe(network)
        assert network.bad() == {}
        assert not [row for row in network.found().needs if isinstance(row.need, Call) and row.need.place == "internet"]

    def test_image_that_was_not_asked_for_is_unknown_in_isolated_subnet(self, network: Resources) -> None:
        assert network.bad() == {"manifest": UNKNOWN}
        (missing,) = self.first_pull(network).unknowns
        assert missing.action == "ecr:DescribeImages"
        self.serve_by_nat(network)
        assert network.bad() == {}

    @pytest.mark.parametrize(
        ("code", "denied"),
        [
            ("RepositoryNotFoundException", {"ecr:BatchImportUpstreamImage", "ecr:CreateRepository"}),
            ("ImageNotFoundException", {"ecr:BatchImportUpstreamImage"}),
        ],
    )
    def test_first_pull_needs_permission_to_import(self, network: Resources, code: str, denied: set[str]) -> None:
        self.serve_by_nat(network)
        network.refuse("ecr:DescribeImages", self.DESCRIBED, code)
        self.allow(network)
        assert network.bad() == {"manifest": BLOCKED}
        blocked = next(row for row in network.found().needs if row.blockers)
        assert {one.code for one in blocked.blockers} == {"ROLE_POLICY_DENIES"}
        assert {one.rule.split(" allows ")[1].split(" ")[0] for one in blocked.blockers} == denied
        assert blocked.error is not None
        assert (blocked.error.text or "").endswith(": not found")

    def test_registry_policy_permits_import(self, network: Resources) -> None:
        self.serve_by_nat(network)
        network.refuse("ecr:DescribeImages", self.DESCRIBED, "RepositoryNotFoundException")
        self.allow(network)
        allow = {"Effect": "Allow", "Principal": {"AWS": EXECUTION}, "Action": "ecr:*", "Resource": "*"}
        network.tell("ecr:GetRegistryPolicy", {}, {"policyText": text(allow)})
        assert network.bad() == {}

    def test_permission_to_import_is_unknown_if_image_was_not_asked_for(self, network: Resources) -> None:
        self.serve_by_nat(network)
        self.allow(network)
        assert network.bad() == {"manifest": UNKNOWN}
        facts = {missing.action for row in network.found().needs for missing in row.unknowns}
        assert facts == {"ecr:DescribeImages"}

    def test_refusal_by_upstream_blocks(self, network: Resources) -> None:
        self.serve_by_nat(network)
        failures = [{"imageId": {"imageTag": "1"}, "failureCode": "UpstreamAccessDenied"}]
        network.tell("ecr:BatchGetImage", self.ASKED, images([], failures))
        assert "IMAGE_INACCESSIBLE" in {one.code for row in network.found().needs for one in row.blockers}

    def test_cached_image_for_another_platform_blocks(self, network: Resources) -> None:
        content = image("1", "sha256:n1", index("linux/arm64"))
        network.tell("ecr:BatchGetImage", self.ASKED, images([content]))
        assert network.blocker("manifest").code == "IMAGE_FOR_ANOTHER_PLATFORM"

    def test_archived_image_of_cache_is_unknown(self, network: Resources) -> None:
        self.describe(network, imageStatus="ARCHIVED")
        assert network.bad() == {"manifest": UNKNOWN}

    def test_rule_of_another_region_does_not_apply(self, network: Resources) -> None:
        network.app["image"] = network.app["image"].replace(REGION, "eu-west-3")
        assert "images of other Regions" in network.diagnosis().unexamined
        assert not [row for row in network.found().needs if isinstance(row.need, Call) and row.need.only_if]


class TestUnknownCacheRules:
    @pytest.mark.parametrize("code", ["RepositoryNotFoundException", None])
    def test_missing_image_is_unknown_without_cache_rules(self, network: Resources, code: str | None) -> None:
        del network.rows["pullThroughCacheRules"]
        if code:
            network.refuse("ecr:BatchGetImage", ASKED, code)
        else:
            hold(network, gone=({"imageTag": "1"},))
        assert network.bad() == {"manifest": UNKNOWN}
        assert "ecr:DescribePullThroughCacheRules" in {one.action for one in network.step("manifest").unknowns}

    def test_missing_image_of_other_account_is_unknown_despite_cache_rules(self, network: Resources) -> None:
        network.app["image"] = IMAGE.replace(ACCOUNT, OTHER_ACCOUNT)
        asked = ASKED | {"registryId": OTHER_ACCOUNT}
        network.refuse("ecr:BatchGetImage", asked, "RepositoryNotFoundException")
        assert network.bad() == {"manifest": UNKNOWN}


class TestPinnedDigests:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html"""

    def test_deployment_needs_its_pinned_digest(self, network: Resources) -> None:
        deploy(network, "sha256:old")
        hold(network, image("1", "sha256:d1"), gone=({"imageDigest": "sha256:old"},))
        found = network.blocker("manifest")
        assert found.code == "IMAGE_NOT_FOUND"
        assert found.message == (
            f"repository web has no image with the digest sha256:old, to which the deployment holds {IMAGE}: "
            "start a new deployment, or push that image again"
        )

    def test_deployment_with_pinned_digest_needs_no_tag(self, network: Resources) -> None:
        deploy(network, "sha256:d1")
        hold(network, image("2", "sha256:d1"), gone=({"imageTag": "1"},))
        assert network.bad() == {}

    def test_digest_of_other_task_definition_is_not_pinned(self, network: Resources) -> None:
        deploy(network, "sha256:old", definition="arn:aws:ecs:x:1:task-definition/web:9")
        hold(network, image("1", "sha256:d1"), gone=({"imageDigest": "sha256:old"},))
        assert network.bad() == {}

    def test_digest_is_not_pinned_if_version_consistency_is_off(self, network: Resources) -> None:
        deploy(network, "sha256:old")
        network.app["versionConsistency"] = "disabled"
        hold(network, image("1", "sha256:d1"), gone=({"imageDigest": "sha256:old"},))
        assert network.bad() == {}


class TestImagePlatforms:
    def test_image_for_another_platform_blocks(self, network: Resources) -> None:
        network.tell("ecr:GetDownloadUrlForLayer", LAYER, {"architecture": "arm64", "os": "linux"})
        found = network.blocker("manifest")
        assert (found.code, found.resource, found.message) == (
            "IMAGE_FOR_ANOTHER_PLATFORM",
            REPOSITORY,
            f"image {IMAGE} is built for linux/arm64, and the task is for linux/amd64",
        )

    def test_arm_image_passes_for_arm_task(self, network: Resources) -> None:
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
    def test_image_index_must_list_the_task_platform(
        self, network: Resources, platforms: list[str], verdict: object
    ) -> None:
        hold(network, image("1", "sha256:d1", index(*platforms)))
        assert network.bad().get("manifest") is verdict

    def test_image_attestations_are_not_platforms(self, network: Resources) -> None:
        hold(network, image("1", "sha256:d1", index("linux/arm64", "unknown/unknown")))
        assert "is built for linux/arm64, and" in network.blocker("manifest").message

    @pytest.mark.parametrize("answer", [{"architecture": "arm64"}, {}, None])
    def test_image_platform_is_unexamined_if_not_read(self, network: Resources, answer: Row | None) -> None:
        network.unask("ecr:GetDownloadUrlForLayer")
        if answer is not None:
            network.tell("ecr:GetDownloadUrlForLayer", LAYER, answer)
        assert network.bad() == {}
        assert "processors of images" in network.diagnosis().unexamined

    def test_image_platform_is_unknown_if_call_failed(self, network: Resources) -> None:
        network.refuse("ecr:GetDownloadUrlForLayer", LAYER)
        assert network.bad() == {"manifest": UNKNOWN}

    @pytest.mark.parametrize("manifest", ["", "[", "[]", json.dumps({"manifests": 1})])
    def test_image_platform_is_unknown_if_manifest_is_invalid(self, network: Resources, manifest: str) -> None:
        row = image("1", "sha256:d1") | {"imageManifest": manifest}
        hold(network, row)
        assert network.bad() == {"manifest": UNKNOWN}


class TestUnreadDeploymentDigests:
    """ECS holds the tasks of a deployment to digests, which its service revision names."""

    ACTION = "ecs:DescribeServiceRevisions"

    def deployed(self, network: Resources, code: str = "") -> Resources:
        deploy(network, "sha256:d1")
        network.forget("serviceRevisions")
        if code:
            network.refuse(self.ACTION, {}, code)
        return network

    def test_deployment_digests_are_unknown_if_call_failed(self, network: Resources) -> None:
        assert self.deployed(network, "InternalFailure").bad() == {"manifest": UNKNOWN}

    def test_deployment_digests_are_unexamined_if_call_was_denied(self, network: Resources) -> None:
        assert self.deployed(network, "AccessDeniedException").bad() == {}
        assert f"digests of deployments (denied: {self.ACTION})" in network.diagnosis().unexamined

    def test_deployment_digests_are_unexamined_if_not_read(self, network: Resources) -> None:
        assert self.deployed(network).bad() == {}
        assert "digests of deployments" in network.diagnosis().unexamined


def test_image_outside_ecr_is_not_checked(network: Resources) -> None:
    unread: dict[str, None] = {}
    launch = Launch("web", "shop", "web:1", Missing("x"))
    need = Call("manifest", "x", subjects=("not an image", "nginx:1"))
    assert list(ImageCheck(network.world().resources, REGION, unread).check(launch, need)) == []
    assert unread == {}
