"""Requests about the referenced resources of tasks: each resource is read once, in two rounds.

A key named by an alias takes a third round, as AWS returns no key policy by alias.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from skerry.aws import api_table, resource_calls
from skerry.launch.image_pulls import find_cache_rule
from skerry.launch.image_references import Image, parse
from skerry.model.arns import parse_arn
from skerry.model.resource_answers import PullThroughCacheRule
from skerry.sources.concurrent_calls import Area, collect_picked, split_ids
from skerry.sources.paged_calls import AnswerRow, CallRequest, CallResult, pick_nothing
from skerry.sources.references import ResourceKind, ResourceReference, references_of_revision

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html
_MANIFESTS = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)
_DIGEST = "sha256:"
_OF_AWS = "alias/aws/"
_ALIAS = "alias/"
_FILTERED = 50
"""The maximum of names in a filter of DescribeParameters.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html
"""


class _Layer(NamedTuple):
    """The configuration of an image, stored as a layer of its repository."""

    account: str
    repository: str
    digest: str


class _Key(NamedTuple):
    """A key by its reference; AWS returns no policies of other accounts' keys."""

    name: str
    own: bool


class ResourceReads:
    """Reads of resources referenced in other areas, which call `add_references`.

    ``many`` are file systems without a request for their mount targets.
    """

    def __init__(self) -> None:
        self.many: set[str] = set()
        self._rules: tuple[PullThroughCacheRule, ...] | None = None
        self._references: dict[ResourceReference, None] = {}
        self._complete = False

    def read_cache_rules(self) -> Area:
        """Request the pull-through cache rules: a request for a covered image may make ECR fetch it."""
        results = yield [CallRequest(api_table.PULL_THROUGH_RULES, pick=_rule)]
        rules = collect_picked(results, api_table.PULL_THROUGH_RULES)
        if None not in rules and all(got.refused is None for got in results):
            self._rules = tuple(rules)

    def read_roles(self) -> Area:
        """Request the roles and policies of the account, and its organization."""
        policies = {"Filter": ["LocalManagedPolicy", "AWSManagedPolicy"]}
        yield [
            CallRequest(resource_calls.ROLES, {"Filter": ["Role"]}, "roles"),
            CallRequest(resource_calls.MANAGED_POLICIES, policies, "policies"),
            CallRequest(resource_calls.ORGANIZATION),
        ]

    def add_references(self, gots: Iterable[CallResult]) -> None:
        """Add all references of the other areas: the requests start with the next round."""
        self._references |= dict.fromkeys(
            item for got in gots for item in got.picked if isinstance(item, ResourceReference)
        )
        self._complete = True

    def read_resources(self) -> Area:
        """Request the resources, once all references are known."""
        while not self._complete:
            yield []
        first = yield [*self._of_ecr(), *self._of_values(), *self._of_the_rest()]
        keys: list[_Key] = [
            *collect_picked(first, resource_calls.SECRET),
            *collect_picked(first, resource_calls.PARAMETERS),
        ]
        keys = list(dict.fromkeys(keys))
        layers = sorted(collect_picked(first, resource_calls.IMAGES))
        second = yield [*map(_of_layer, layers), *(ask for key in sorted(keys) for ask in _of_key(key))]
        yield [ask for name in sorted(collect_picked(second, resource_calls.KEY)) for ask in _of_own_key(name)]

    def _named(self, kind: ResourceKind) -> list[ResourceReference]:
        return sorted(item for item in self._references if item.kind == kind)

    def _of_ecr(self) -> Iterator[CallRequest]:
        tags_by_repository: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for reference in self._named("image"):
            image = parse(reference.name)
            if image is not None and image.account is not None:
                tags = tags_by_repository[image.account, image.repository]
                tags |= {image.tag} if self._may_ask(image, reference.account) else set()
        for (account, repository), tags in sorted(tags_by_repository.items()):
            named = {"registryId": account, "repositoryName": repository}
            place = f"{account}/{repository}"
            yield CallRequest(resource_calls.REPOSITORY_POLICY, named, place)
            ids = [{"imageDigest" if tag.startswith(_DIGEST) else "imageTag": tag} for tag in sorted(tags)]
            for batch in split_ids(resource_calls.IMAGES, ids) if ids else ():
                more = {"acceptedMediaTypes": list(_MANIFESTS)}
                yield CallRequest(
                    resource_calls.IMAGES, named | batch | more, place, partial(_layers, account, repository)
                )

    def _may_ask(self, image: Image, account: str) -> bool:
        """Return whether ECR is known not to fetch the image; rules of other accounts' registries are unknown.

        https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
        """
        return self._rules is not None and image.account == account and find_cache_rule(image, self._rules) is None

    def _of_values(self) -> Iterator[CallRequest]:
        for reference in self._named("secret"):
            request_parameters = {"SecretId": reference.name}
            parsed = parse_arn(reference.name)
            place = parsed.resource.removeprefix("secret:") if parsed else reference.name
            yield CallRequest(
                resource_calls.SECRET, request_parameters, place, partial(_key_of_secret, reference.account)
            )
            yield CallRequest(resource_calls.SECRET_POLICY, request_parameters, place)
        parameters = self._named("parameter")
        for start in range(0, len(parameters), _FILTERED):
            some = parameters[start : start + _FILTERED]
            filters = [{"Key": "Name", "Option": "Equals", "Values": [parameter.name for parameter in some]}]
            pick = partial(_key_of_parameter, some[0].account)
            yield CallRequest(resource_calls.PARAMETERS, {"ParameterFilters": filters}, pick=pick)

    def _of_the_rest(self) -> Iterator[CallRequest]:
        for reference in self._named("log group"):
            yield CallRequest(resource_calls.LOG_GROUP, {"logGroupNamePrefix": reference.name}, reference.name)
        files = [file_reference.name.partition("/") for file_reference in self._named("file")]
        for bucket in sorted({bucket for bucket, _, _ in files}):
            yield CallRequest(resource_calls.BUCKET_POLICY, {"Bucket": bucket}, bucket)
        for bucket, _, key in files:
            yield CallRequest(resource_calls.OBJECT, {"Bucket": bucket, "Prefix": key}, f"{bucket}/{key}")
        for system in self._named("file system"):
            yield CallRequest(resource_calls.FILE_SYSTEM_POLICY, {"FileSystemId": system.name}, system.name)
            yield CallRequest(resource_calls.ACCESS_POINTS, {"FileSystemId": system.name}, system.name)
            if system.name in self.many:
                parameters = {"FileSystemId": system.name}
                yield CallRequest(api_table.MOUNT_TARGETS, parameters, system.name, within=f"file system {system.name}")


def read_revisions(names: Sequence[str]) -> Iterator[CallRequest]:
    """Request the revisions of services: they pin image tags to digests."""
    for parameters in split_ids(resource_calls.SERVICE_REVISIONS, names) if names else ():
        yield CallRequest(
            resource_calls.SERVICE_REVISIONS, parameters, pick=references_of_revision, listed="service revision"
        )


def _rule(row: AnswerRow) -> Iterator[PullThroughCacheRule | None]:
    """Yield a rule; None for an unreadable rule, whose coverage is unknown."""
    try:
        yield msgspec.convert(row, PullThroughCacheRule)
    except msgspec.ValidationError:
        yield None


def _layers(account: str, repository: str, row: AnswerRow) -> Iterator[_Layer]:
    """Yield the configuration of an image, unless the manifest is an index of several platforms.

    https://github.com/opencontainers/image-spec/blob/main/manifest.md
    """
    try:
        manifest = json.loads(row.get("imageManifest", ""))
    except (ValueError, RecursionError):
        return
    config = manifest.get("config") if isinstance(manifest, dict) else None
    digest = config.get("digest") if isinstance(config, dict) else None
    if isinstance(digest, str) and digest:
        yield _Layer(account, repository, digest)


def _of_layer(layer: _Layer) -> CallRequest:
    parameters = {"registryId": layer.account, "repositoryName": layer.repository, "layerDigest": layer.digest}
    return CallRequest(resource_calls.LAYER, parameters, f"{layer.account}/{layer.repository}/{layer.digest}")


def _key_of_secret(account: str, row: AnswerRow) -> Iterator[_Key]:
    parsed = parse_arn(row.get("ARN", ""))
    yield from _key(row.get("KmsKeyId"), account, own=parsed is not None and parsed.account == account)


def _key_of_parameter(account: str, row: AnswerRow) -> Iterator[_Key]:
    yield from _key(row.get("KeyId"), account, own=True)


def _key(name: str | None, account: str, *, own: bool) -> Iterator[_Key]:
    """Yield a key, unless it is AWS managed; a key id without ARN belongs to the resource's own account."""
    if not name or _OF_AWS in name:
        return
    parsed = parse_arn(name)
    if parsed is not None:
        yield _Key(name, parsed.account == account)
    elif own:
        yield _Key(name, own=True)


def _of_key(key: _Key) -> Iterator[CallRequest]:
    alias = _ALIAS in key.name
    yield CallRequest(
        resource_calls.KEY, {"KeyId": key.name}, key.name, _named_by_alias if alias and key.own else pick_nothing
    )
    if key.own and not alias:
        yield from _of_own_key(key.name)


def _of_own_key(name: str) -> Iterator[CallRequest]:
    """Request the policy and grants of a key; only its own account may read them.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
    """
    yield CallRequest(resource_calls.KEY_POLICY, {"KeyId": name, "PolicyName": "default"}, name)
    yield CallRequest(resource_calls.GRANTS, {"KeyId": name}, name)


def _named_by_alias(row: AnswerRow) -> Iterator[str]:
    yield row["KeyMetadata"]["Arn"]
