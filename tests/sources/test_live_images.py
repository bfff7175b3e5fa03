"""Images are asked for where ECR cannot fetch them, and of their configurations hardly anything is kept."""

import json
from typing import Any

import pytest

from skerry.model.resource_answers import Refused
from skerry.services.ecr_images import ImageConfiguration
from skerry.sources.live import read
from tests.accounts import ACCOUNT, REGION, Answer, error
from tests.sources.clusters import (
    BUILT,
    CONFIGURATION,
    IMAGE,
    LINK,
    REGISTRY,
    account_of,
    everything,
    facts,
    launching,
    reading,
    told,
)

OTHER = "999988887777"
ABOUT_IMAGES = {"registryId": ACCOUNT, "repositoryName": "web"}


class TestImages:
    """Those of the Region's registries, where ECR cannot fetch them from elsewhere."""

    def test_images_of_a_repository_are_read_in_a_single_call(self) -> None:
        account, _ = launching(*({"image": f"{REGISTRY}/web:{number}"} for number in range(3)), {"image": IMAGE})
        (request,) = account.asked("BatchGetImage")
        assert [one["imageTag"] for one in request["imageIds"]] == ["0", "1", "2"]

    def test_images_are_read_a_hundred_per_call(self) -> None:
        account, found = launching(*({"image": f"{REGISTRY}/web:{number}"} for number in range(120)))
        assert [len(one["imageIds"]) for one in account.asked("BatchGetImage")] == [100, 20]
        (images,) = told(found, "ecr:BatchGetImage").values()
        assert len(images.images) == 120

    @pytest.mark.parametrize(
        "image",
        [
            "nginx:1",
            "public.ecr.aws/nginx/nginx:1",
            f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/web:1",
            f"{ACCOUNT}.dkr.ecr.{REGION}.example.com/web:1",
            "a b",
        ],
    )
    def test_images_of_other_registries_or_regions_are_not_read(self, image: str) -> None:
        account, _ = launching({"image": image})
        assert not {"BatchGetImage", "GetRepositoryPolicy"} & {request.operation for request in account.requests}

    @pytest.mark.parametrize(
        "host", [f"{ACCOUNT}.dkr-ecr.{REGION}.on.aws", f"{ACCOUNT}.dkr.ecr-fips.{REGION}.amazonaws.com"]
    )
    def test_images_are_read_for_every_ecr_host_name(self, host: str) -> None:
        account, _ = launching({"image": f"{host}/web:1"})
        assert [one["repositoryName"] for one in account.asked("BatchGetImage")] == ["web"]

    def test_multi_platform_image_skips_the_configuration_download(self) -> None:
        index = {"manifests": [{"platform": {"architecture": "amd64", "os": "linux"}}]}
        row = {"imageId": {"imageTag": "1"}, "imageManifest": json.dumps(index)}
        account, _ = launching({"image": IMAGE}, BatchGetImage={"images": [row]})
        assert account.asked("GetDownloadUrlForLayer") == []

    def test_images_of_fargates_platforms_are_read_by_their_digests(self) -> None:
        """https://github.com/opencontainers/image-spec/blob/main/image-index.md."""
        platforms = [("amd64", "linux"), ("arm64", "linux"), ("s390x", "linux"), ("unknown", "unknown")]
        entries = [
            {"digest": f"sha256:{number}", "size": 7, "platform": {"architecture": architecture, "os": system}}
            for number, (architecture, system) in enumerate(platforms)
        ]

        def answer(asked: dict[str, Any]) -> dict[str, Any]:
            (image_id, *_) = asked["imageIds"]
            of_digest = "imageDigest" in image_id
            manifest = {"layers": [{"size": 5}]} if of_digest else {"manifests": entries}
            return {"images": [{"imageId": image_id, "imageManifest": json.dumps(manifest)}]}

        account, found = launching({"image": IMAGE}, BatchGetImage=answer)
        assert [one["imageIds"] for one in account.asked("BatchGetImage")][1:] == [
            [{"imageDigest": "sha256:0"}, {"imageDigest": "sha256:1"}]
        ]
        (images,) = told(found, "ecr:BatchGetImage").values()
        texts = [row.image_manifest or "" for row in images.images]
        assert json.loads(texts[0])["manifests"][1]["digest"] == "sha256:1"
        assert [json.loads(text) for text in texts[1:]] == [{"layers": [{"size": 5}]}]

    @pytest.mark.parametrize("manifest", ["", "{", "7", "[]", '{"config": 7}', '{"config": {"digest": 7}}', "[" * 9999])
    def test_malformed_image_manifest_skips_the_configuration_download(self, manifest: str) -> None:
        row = {"imageId": {"imageTag": "1"}, "imageManifest": manifest}
        account, found = launching({"image": IMAGE}, BatchGetImage={"images": [row, {"imageId": {}}]})
        assert account.asked("GetDownloadUrlForLayer") == []
        assert len(told(found, "ecr:BatchGetImage")) == 1


class TestUpstreamSecrets:
    """Those of pull-through cache rules, with which ECR signs in to another registry."""

    SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:ecr-pullthroughcache/hub-AbCdEf"

    @pytest.mark.parametrize(("name", "asked"), [("hub/x:1", True), ("web:1", False)])
    def test_secret_of_a_rule_is_read_if_it_covers_an_image(self, name: str, asked: bool) -> None:  # noqa: FBT001
        row = {"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io"}
        rules = {"pullThroughCacheRules": [row | {"credentialArn": self.SECRET}]}
        account, _ = launching({"image": f"{REGISTRY}/{name}"}, DescribePullThroughCacheRules=rules)
        assert ({"SecretId": self.SECRET} in account.asked("DescribeSecret")) is asked


class TestPullThroughCache:
    """Asking for an image that a pull-through cache rule covers would make ECR fetch it."""

    def repositories(self, rules: Answer, *images: str) -> list[str]:
        account, _ = launching(*({"image": image} for image in images), DescribePullThroughCacheRules=rules)
        asked_for = {one["repositoryName"] for one in account.asked("GetRepositoryPolicy")}
        found = {one["repositoryName"] for one in account.asked("BatchGetImage")}
        assert found <= asked_for
        assert len(asked_for) == len(images)
        return sorted(found)

    def rule(self, prefix: str, **more: str) -> dict[str, Any]:
        row = {"ecrRepositoryPrefix": prefix, "upstreamRegistryUrl": "registry-1.docker.io"}
        return {"pullThroughCacheRules": [row | more]}

    def test_pull_through_cache_image_is_not_read(self) -> None:
        images = [f"{REGISTRY}/hub/nginx:1", f"{REGISTRY}/hubble:1", f"{REGISTRY}/web:1"]
        assert self.repositories(self.rule("hub"), *images) == ["hubble", "web"]

    def test_root_cache_rule_excludes_all_images(self) -> None:
        assert self.repositories(self.rule("ROOT"), IMAGE) == []

    def test_refused_cache_rules_exclude_all_images(self) -> None:
        assert self.repositories(error("AccessDeniedException"), IMAGE) == []

    def test_unreadable_cache_rule_excludes_all_images(self) -> None:
        assert self.repositories({"pullThroughCacheRules": [{"upstreamRegistryUrl": "x"}]}, IMAGE) == []

    def test_image_of_another_account_with_unknown_cache_rules_is_not_read(self) -> None:
        image = f"{OTHER}.dkr.ecr.{REGION}.amazonaws.com/web:1"
        assert self.repositories(self.rule("hub"), image) == []


class TestImageConfigurations:
    """Of what an image was built of, only for which platform is kept."""

    def test_image_configuration_is_read_from_the_download_link(self) -> None:
        _, found = reading(**everything())
        assert told(found, "ecr:GetDownloadUrlForLayer") == {
            f"{ACCOUNT}/web@{CONFIGURATION}": ImageConfiguration(architecture="amd64", os="linux")
        }

    def test_image_configuration_secrets_are_written_nowhere(self) -> None:
        account = account_of(everything())
        account.links[LINK] = (200, json.dumps(BUILT | {"config": {"Env": ["A=SECRET"]}, "SECRET": 1}).encode())
        lines: list[str] = []
        found = read(account.client, progress=lines.append)
        assert b"SECRET" not in b"".join(found.documents.values())
        assert "SECRET" not in "".join((*found.documents, *lines, repr(facts(found))))

    @pytest.mark.parametrize(
        ("status", "content", "code"),
        [
            (403, b"SECRET", "Unreachable"),
            (302, b"SECRET", "Unreachable"),
            (200, b"SECRET", "Unreadable"),
            (200, b"\xff\xfe", "Unreadable"),
            (200, b"[" * 100_000, "Unreadable"),
        ],
    )
    def test_unreachable_or_unreadable_image_configuration_is_refused(
        self, status: int, content: bytes, code: str
    ) -> None:
        account = account_of(everything())
        account.links[LINK] = (status, content)
        found = read(account.client)
        assert list(told(found, "ecr:GetDownloadUrlForLayer").values()) == [Refused(code)]
        assert b"SECRET" not in b"".join(found.documents.values())

    @pytest.mark.parametrize("content", [b"7", b"{}", b'{"architecture": 7, "os": ["SECRET"]}'])
    def test_image_configuration_without_a_valid_platform_is_empty(self, content: bytes) -> None:
        account = account_of(everything())
        account.links[LINK] = (200, content)
        found = read(account.client)
        assert list(told(found, "ecr:GetDownloadUrlForLayer").values()) == [ImageConfiguration()]
        assert b"SECRET" not in b"".join(found.documents.values())

    @pytest.mark.parametrize("link", ["http://layers.example/SECRET", "file:///etc/passwd", "", "https://[SECRET"])
    def test_image_configuration_link_without_https_is_refused(self, link: str) -> None:
        account = account_of(everything() | {"GetDownloadUrlForLayer": {"downloadUrl": link}})
        account.links[link] = (200, json.dumps(BUILT).encode())
        found = read(account.client)
        assert list(told(found, "ecr:GetDownloadUrlForLayer").values()) == [Refused("Unreachable")]
        assert b"SECRET" not in b"".join(found.documents.values())
