"""Secrets of pull-through cache rules, which ECR needs for a first pull."""

from typing import Any

import pytest

from skerry.diagnose.diagnosis import NeedDiagnosis
from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.holdings import EXECUTION, IMAGE, MANAGED_ACTIONS, Resources, image, images, statement
from tests.networks import ACCOUNT, REGION

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:ecr-pullthroughcache/hub-AbCdEf"
REPOSITORY = {"registryId": ACCOUNT, "repositoryName": "web/nginx"}
STORED: dict[str, Any] = {"ARN": SECRET, "VersionIdsToStages": {"1": ["AWSCURRENT"]}}


@pytest.fixture
def network() -> Resources:
    """An image below a rule with a secret, with a way to the internet; not asked for yet."""
    network = Resources()
    network.app["image"] = IMAGE.replace("/web", "/web/nginx")
    network.refuse("ecr:GetRepositoryPolicy", REPOSITORY, "RepositoryNotFoundException")
    imports = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository", *MANAGED_ACTIONS]
    network.role(EXECUTION, statement("secretsmanager:GetSecretValue"), statement(imports))
    network.serve_internet_by_nat()
    network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-a"]
    return network


def rule(network: Resources, secret: str = SECRET) -> None:
    row = {"ecrRepositoryPrefix": "web", "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": secret}
    network.add("pullThroughCacheRules", **row)


def absent(network: Resources) -> None:
    network.refuse("ecr:BatchGetImage", REPOSITORY, "RepositoryNotFoundException")


def manifest(network: Resources) -> NeedDiagnosis:
    return next(row for row in network.found().needs if row.need.step == "manifest")


def test_first_pull_with_a_stored_secret_is_ok(network: Resources) -> None:
    rule(network)
    absent(network)
    network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, STORED)
    assert manifest(network).verdict is OK


def test_first_pull_without_its_secret_is_blocked(network: Resources) -> None:
    rule(network)
    absent(network)
    network.refuse("secretsmanager:DescribeSecret", {"SecretId": SECRET}, "ResourceNotFoundException")
    row = manifest(network)
    assert row.verdict is BLOCKED
    (blocker,) = row.blockers
    assert (blocker.code, blocker.resource) == ("UPSTREAM_SECRET_UNUSABLE", SECRET)
    assert blocker.message == f"there is no secret {SECRET}, with which ECR pulls from registry-1.docker.io"


@pytest.mark.parametrize("change", [{"DeletedDate": "2026-11-01T00:00:00Z"}, {"VersionIdsToStages": {}}])
def test_first_pull_with_a_secret_without_a_value_is_blocked(network: Resources, change: dict[str, Any]) -> None:
    rule(network)
    absent(network)
    network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, STORED | change)
    assert [blocker.code for blocker in manifest(network).blockers] == ["UPSTREAM_SECRET_UNUSABLE"]


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        (SECRET.replace(REGION, "us-east-1"), f"is not in account {ACCOUNT} and Region {REGION} of its cache rule"),
        (SECRET.replace(ACCOUNT, "444455556666"), f"is not in account {ACCOUNT} and Region {REGION} of its cache rule"),
        (SECRET.replace("ecr-pullthroughcache/", ""), "does not begin with ecr-pullthroughcache/"),
    ],
)
def test_first_pull_with_a_secret_that_ecr_may_not_read_is_blocked(
    network: Resources, secret: str, reason: str
) -> None:
    rule(network, secret)
    absent(network)
    (blocker,) = manifest(network).blockers
    assert (blocker.code, reason in blocker.message) == ("UPSTREAM_SECRET_UNUSABLE", True)


def test_pull_without_its_secret_is_unknown_if_the_cache_may_have_the_image(network: Resources) -> None:
    rule(network)
    network.refuse("secretsmanager:DescribeSecret", {"SecretId": SECRET}, "ResourceNotFoundException")
    row = manifest(network)
    assert row.verdict is UNKNOWN
    assert "ecr:DescribeImages" in {fact.action for fact in row.unknowns}


def test_first_pull_is_unknown_without_an_answer_about_the_secret(network: Resources) -> None:
    rule(network)
    absent(network)
    network.refuse("secretsmanager:DescribeSecret", {"SecretId": SECRET}, "ThrottlingException")
    row = manifest(network)
    assert row.verdict is UNKNOWN
    assert {fact.action for fact in row.unknowns} == {"secretsmanager:DescribeSecret"}


def test_cached_image_needs_no_secret(network: Resources) -> None:
    rule(network)
    network.tell("ecr:BatchGetImage", REPOSITORY, images([image("1", "sha256:1")]))
    network.refuse("secretsmanager:DescribeSecret", {"SecretId": SECRET}, "ResourceNotFoundException")
    assert manifest(network).verdict is OK


def test_rule_without_a_secret_needs_none(network: Resources) -> None:
    network.add("pullThroughCacheRules", ecrRepositoryPrefix="web", upstreamRegistryUrl="public.ecr.aws")
    absent(network)
    assert manifest(network).verdict is OK
