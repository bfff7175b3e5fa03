"""Requests about the referenced resources of tasks: each resource is read once, in two rounds.

A key named by an alias takes a third round, as AWS returns no key policy by alias.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from skerry.aws import resource_calls
from skerry.model.resource_answers import PullThroughCacheRule
from skerry.services import SERVICES, ecr
from skerry.services.call_request import AnswerRow, CallRequest
from skerry.services.ecr_images import find_cache_rule
from skerry.services.follow_up import FollowUp
from skerry.services.image_references import parse
from skerry.services.organizations import ORGANIZATION
from skerry.services.secretsmanager import SECRETS_MANAGER
from skerry.services.service import ReadContext, ResourceReference
from skerry.sources.concurrent_calls import Area, collect_picked, split_ids
from skerry.sources.paged_calls import CallResult
from skerry.sources.references import references_of_revision
from skerry.sources.text_types import parse_value


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
        results = yield [CallRequest(ecr.CACHE_RULES, pick=_rule)]
        rules = collect_picked(results, ecr.CACHE_RULES)
        if None not in rules and all(got.refused is None for got in results):
            self._rules = tuple(rules)

    def read_roles(self) -> Area:
        """Request the roles and policies of the account, and its organization."""
        policies = {"Filter": ["LocalManagedPolicy", "AWSManagedPolicy"]}
        yield [
            CallRequest(resource_calls.ROLES, {"Filter": ["Role"]}, "roles"),
            CallRequest(resource_calls.MANAGED_POLICIES, policies, "policies"),
            CallRequest(ORGANIZATION.call),
        ]

    def add_references(self, gots: Iterable[CallResult], more: Iterable[ResourceReference] = ()) -> None:
        """Add all references of the other areas, and ``more``: the requests start with the next round."""
        self._references |= dict.fromkeys(
            item for got in gots for item in got.picked if isinstance(item, ResourceReference)
        )
        self._references |= dict.fromkeys(more)
        self._complete = True

    def read_resources(self) -> Area:
        """Request the resources, once all references are known."""
        while not self._complete:
            yield []
        self._references |= dict.fromkeys(self._upstream_secrets())
        context = ReadContext(self._rules, self.many)
        requests = [
            request for service in SERVICES for request in service.requests_for(self._named(service.prefix), context)
        ]
        made: set[tuple[str, str]] = set()
        while requests:
            made |= {_key_of(request) for request in requests}
            results = yield requests
            picked = {item for result in results for item in result.picked if isinstance(item, FollowUp)}
            following = (request for follow_up in sorted(picked, key=repr) for request in follow_up.requests())
            # A cluster and a secret may name one key.
            requests = [request for request in following if _key_of(request) not in made]

    def _upstream_secrets(self) -> Iterator[ResourceReference]:
        """Yield the secrets that ECR needs for a first pull of the referenced images."""
        for reference in self._named(ecr.PREFIX):
            image = parse(reference.name)
            rule = None if image is None else find_cache_rule(image, self._rules or ())
            if rule is not None and rule.credential_arn is not None:
                yield ResourceReference(SECRETS_MANAGER.prefix, str(rule.credential_arn), reference.account)

    def _named(self, service: str) -> list[ResourceReference]:
        return sorted(reference for reference in self._references if reference.service == service)


def _key_of(request: CallRequest) -> tuple[str, str]:
    return request.call.action, request.name


def read_revisions(names: Sequence[str]) -> Iterator[CallRequest]:
    """Request the revisions of services: they pin image tags to digests."""
    for parameters in split_ids(resource_calls.SERVICE_REVISIONS, names) if names else ():
        yield CallRequest(
            resource_calls.SERVICE_REVISIONS, parameters, pick=references_of_revision, listed="service revision"
        )


def _rule(row: AnswerRow) -> Iterator[PullThroughCacheRule | None]:
    """Yield a rule; None for an unreadable rule, whose coverage is unknown."""
    try:
        yield msgspec.convert(row, PullThroughCacheRule, dec_hook=parse_value)
    except msgspec.ValidationError:
        yield None
