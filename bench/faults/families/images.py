"""Images in ECR: missing, archived, for another platform, of other accounts, and behind pull-through caches."""

from typing import Any

from bench.faults.account_shapes import EXECUTION, READ_SECRET, REPOSITORY, REPOSITORY_ARN, Granted
from bench.faults.cases import Case, Page, combined
from bench.faults.launch import MANIFEST
from bench.faults.shapes import Change, Sound
from tests.holdings import CONFIGURATION, INDEX, MANAGED_ACTIONS, image, images, statement, text
from tests.networks import ACCOUNT, IMAGE, REGION

_FAMILY = "images in ECR"
_ECR = "https://docs.aws.amazon.com/AmazonECR/latest"
_FAILURES = Page(_FAMILY, f"{_ECR}/APIReference/API_BatchGetImage.html")
_ARCHIVE = Page(_FAMILY, f"{_ECR}/userguide/archive-image.html")
_POLICIES = Page(_FAMILY, f"{_ECR}/userguide/registry-permissions.html")
_REPOSITORY = Page(_FAMILY, f"{_ECR}/userguide/repository-policies.html")
_CACHE = Page(_FAMILY, f"{_ECR}/userguide/pull-through-cache.html")
_IMPORT = Page(_FAMILY, f"{_ECR}/userguide/pull-through-cache-iam.html")
_WAY = Page(_FAMILY, f"{_ECR}/userguide/vpc-endpoints.html")
_PLATFORM = Page(_FAMILY, "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html")
_CROSS = Page(
    _FAMILY,
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html",
)
_BLOCKER = (REPOSITORY_ARN, IMAGE, "web")
_OTHER = "444455556666"
_PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
_CACHED: dict[str, Any] = {"registryId": ACCOUNT, "repositoryName": "hub/library/redis"}
_CACHED_ARN = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/hub/library/redis"
_CACHED_IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/hub/library/redis:7"
_IMPORTS = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]


def granted(network: Sound) -> Granted:
    """Return the network as one of `Granted`, which holds answers about resources."""
    assert isinstance(network, Granted)  # noqa: S101 -- the shape of these families
    return network


def tell(action: str, parameters: dict[str, Any], response: dict[str, Any]) -> Change:
    """Answer a call."""
    return lambda network: granted(network).tell(action, parameters, response)


def refuse(action: str, parameters: dict[str, Any], code: str) -> Change:
    """Answer a call with an error."""
    return lambda network: granted(network).refuse(action, parameters, code)


def role(*statements: dict[str, Any]) -> Change:
    """Give the execution role these statements alone."""

    def change(network: Sound) -> None:
        granted(network).role(EXECUTION, *statements)

    return change


def failure(code: str, **identity: str) -> Change:
    """Let BatchGetImage report a failure for the image."""
    failed = [{"imageId": identity or {"imageTag": "1.0"}, "failureCode": code}]
    return tell("ecr:BatchGetImage", REPOSITORY, images([], failed))


def _archived(status: str) -> Change:
    detail = {"imageDigest": "sha256:d1", "imageTags": ["1.0"], "imageStatus": status}
    asked = REPOSITORY | {"imageIds": [{"imageTag": "1.0"}]}
    described = tell("ecr:DescribeImages", asked, {"imageDetails": [detail]})
    return combined(failure("ImageNotFound"), described) if status == "ARCHIVED" else described


def _by_digest(network: Sound) -> None:
    network.containers()["image"] = IMAGE.replace(":1.0", "@sha256:d9")


def _layer(processor: str) -> Change:
    layer = REPOSITORY | {"layerDigest": CONFIGURATION}
    return tell("ecr:GetDownloadUrlForLayer", layer, {"architecture": processor, "os": "linux"})


def _index(*processors: str) -> Change:
    rows = [
        {"digest": f"sha256:{name}", "platform": {"architecture": name, "os": "linux"}, "mediaType": "x"}
        for name in processors
    ]
    content = {"schemaVersion": 2, "mediaType": INDEX, "manifests": rows}
    return tell("ecr:BatchGetImage", REPOSITORY, images([image("1.0", "sha256:d1", content)]))


def _registry(*statements: dict[str, Any]) -> Change:
    return tell("ecr:GetRegistryPolicy", {}, {"registryId": ACCOUNT, "policyText": text(*statements)})


def _deny(action: str | list[str], resource: str = "*") -> dict[str, Any]:
    return statement(action, resource, effect="Deny", Principal="*")


def _foreign(*statements: dict[str, Any]) -> Change:
    """Pull from another account, whose repository has these statements, or no policy."""
    asked = {"registryId": _OTHER, "repositoryName": "web"}

    def change(network: Sound) -> None:
        network.containers()["image"] = IMAGE.replace(ACCOUNT, _OTHER, 1)
        if statements:
            granted(network).tell("ecr:GetRepositoryPolicy", asked, {"policyText": text(*statements)})
        else:
            granted(network).refuse("ecr:GetRepositoryPolicy", asked, "RepositoryPolicyNotFoundException")

    return change


def cached(*allowed: str) -> Change:
    """Pull through a cache of Docker Hub; the role may do these actions beside the pull."""

    def change(network: Sound) -> None:
        network.containers()["image"] = _CACHED_IMAGE
        rule = {"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io", "registryId": ACCOUNT}
        network.rows["pullThroughCacheRules"] = [rule]
        granted(network).refuse("ecr:GetRepositoryPolicy", _CACHED, "RepositoryNotFoundException")
        granted(network).role(EXECUTION, READ_SECRET, statement([*MANAGED_ACTIONS, *allowed]))

    return change


_ABSENT = refuse("ecr:BatchGetImage", _CACHED, "RepositoryNotFoundException")
_PRESENT = tell("ecr:BatchGetImage", _CACHED, images([image("7", "sha256:r7")]))
_UPSTREAM = tell(
    "ecr:BatchGetImage",
    _CACHED,
    images([], [{"imageId": {"imageTag": "7"}, "failureCode": "UpstreamAccessDenied"}]),
)
_NO_IMPORT = (EXECUTION, _CACHED_ARN)

CASES: list[Case] = [
    _FAILURES.broken("granted", "tag", "ECR has no image of the tag", failure("ImageNotFound"), _BLOCKER),
    _FAILURES.broken(
        "granted NAT",
        "repository",
        "ECR has no such repository",
        refuse("ecr:BatchGetImage", REPOSITORY, "RepositoryNotFoundException"),
        _BLOCKER,
    ),
    _FAILURES.broken(
        "granted",
        "digest",
        "ECR has no image of the digest",
        combined(_by_digest, failure("ImageNotFound", imageDigest="sha256:d9")),
        _BLOCKER,
    ),
    _FAILURES.sound("granted", "answered", "ECR returns the image"),
    _ARCHIVE.broken("granted", "archived", "the image is archived", _archived("ARCHIVED"), _BLOCKER),
    _ARCHIVE.sound("granted NAT", "restored", "the image was restored", _archived("ACTIVE")),
    _PLATFORM.broken("granted", "arm-image", "the image is for ARM64", _layer("arm64"), _BLOCKER),
    _PLATFORM.broken("granted NAT", "arm-index", "the index is for ARM64", _index("arm64"), _BLOCKER),
    _PLATFORM.sound("granted", "index", "the index is for both processors", _index("arm64", "amd64")),
    _POLICIES.broken(
        "granted",
        "registry-denies",
        "the registry's policy denies the pull",
        _registry(_deny(_PULL)),
        (*_BLOCKER, f"registry {ACCOUNT}"),
        failing=(MANIFEST.host,),
    ),
    _POLICIES.sound(
        "granted NAT",
        "registry-denies-others",
        "the registry's policy denies another repository",
        _registry(_deny("ecr:*", REPOSITORY_ARN.replace("/web", "/api"))),
    ),
    _REPOSITORY.broken(
        "granted NAT",
        "repository-denies",
        "the repository's policy denies the pull",
        tell("ecr:GetRepositoryPolicy", REPOSITORY, {"policyText": text(_deny("ecr:BatchGetImage"))}),
        _BLOCKER,
        failing=(MANIFEST.host,),
    ),
    _POLICIES.unknown("granted", "foreign-without-policy", "another account's repository has no policy", _foreign()),
    _CROSS.broken(
        "granted",
        "foreign-denies",
        "another account's repository denies the pull",
        _foreign(_deny("ecr:*")),
        (REPOSITORY_ARN.replace(ACCOUNT, _OTHER), IMAGE.replace(ACCOUNT, _OTHER, 1), "web"),
        failing=(MANIFEST.host.replace(ACCOUNT, _OTHER),),
    ),
    _CROSS.broken(
        "granted NAT",
        "foreign-without-role",
        "another account's repository allows the pull, and the role does not",
        combined(
            _foreign(statement(_PULL, Principal={"AWS": EXECUTION})),
            role(READ_SECRET, statement(["ecr:GetAuthorizationToken", "logs:CreateLogStream"])),
        ),
        EXECUTION,
        failing=(MANIFEST.host.replace(ACCOUNT, _OTHER),),
    ),
    _CACHE.sound("granted", "cached", "the cache has the image", cached(), _PRESENT),
    _CACHE.broken(
        "granted NAT",
        "upstream-refuses",
        "the upstream registry refuses the image",
        combined(cached(*_IMPORTS), _UPSTREAM),
        (_CACHED_ARN, _CACHED_IMAGE, "hub"),
    ),
    _WAY.broken(
        "granted",
        "first-pull-isolated",
        "the cache lacks the image, and nothing leads to the internet",
        combined(cached(*_IMPORTS), _ABSENT),
        ("rtb-task", "sg-task"),
        also=("sg-task", "rtb-task"),
    ),
    _WAY.sound(
        "granted NAT", "first-pull-nat", "the cache lacks the image, and NAT serves", cached(*_IMPORTS), _ABSENT
    ),
    _WAY.unknown("granted", "not-asked", "whether the cache has the image was not asked", cached(*_IMPORTS)),
    _IMPORT.broken(
        "granted NAT",
        "first-pull-denied",
        "the cache lacks the image, and the role may not import it",
        combined(cached(), _ABSENT),
        _NO_IMPORT,
    ),
    _IMPORT.sound(
        "granted NAT",
        "first-pull-by-registry-policy",
        "the cache lacks the image, and the registry's policy allows the import",
        cached(),
        _ABSENT,
        _registry(statement(_IMPORTS, Principal={"AWS": EXECUTION})),
    ),
    _IMPORT.broken(
        "granted NAT",
        "first-pull-half",
        "the cache lacks the image, and the role may import it but not create the repository",
        combined(cached(_IMPORTS[0]), _ABSENT),
        _NO_IMPORT,
    ),
]
