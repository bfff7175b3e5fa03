"""Policies attached to resources: of repositories, secrets, keys, buckets and file systems."""

from typing import Any

import msgspec

from skerry.model.facts import Missing
from skerry.model.resource_answers import Absent
from skerry.model.resource_lookup import Resources
from skerry.policy.document import Policy, parse
from skerry.policy.policy_types import AssumedNotToDeny, AssumedToAllow
from skerry.services.resource_read import ResourceRead

NOT_READ = AssumedToAllow("the policy of the resource was not read")


class ResourceBasedPolicy(msgspec.Struct, frozen=True, gc=False):
    """The policy attached to a resource.

    ``policy`` is None if the resource has none. ``unread``: the kind of policy, if nobody read it.
    ``account``: the owner of the resource, if known by the answer of AWS and not by the ARN. ``registry``: the policy
    of the registry of ECR that a repository is in.
    """

    policy: Policy | Missing | AssumedToAllow | AssumedNotToDeny | None = None
    unread: str = ""
    account: str | None = None
    registry: "ResourceBasedPolicy | None" = None

    @property
    def unread_kinds(self) -> tuple[str, ...]:
        """The kinds of policy that nobody read."""
        return (*((self.unread,) if self.unread else ()), *(self.registry.unread_kinds if self.registry else ()))

    @property
    def is_unread(self) -> bool:
        """Whether nobody read any of the policies."""
        return bool(self.unread) and (self.registry is None or self.registry.is_unread)


NO_POLICY = ResourceBasedPolicy()


def read_policy(read: ResourceRead[Any], resources: Resources, name: str) -> ResourceBasedPolicy:
    """Return the policy of a resource, by the call that reads it."""
    return policy_of_answer(read, read.find(resources, name), read.fact.format(name))


def policy_of_answer(
    read: ResourceRead[Any],
    answer: msgspec.Struct | Missing | None,
    policy_name: str,
    registry: ResourceBasedPolicy | None = None,
) -> ResourceBasedPolicy:
    """Return the policy in an answer; `Absent`, or an answer without a text, means that there is none."""
    match answer:
        case None:
            return ResourceBasedPolicy(NOT_READ, read.kind, registry=registry)
        case Missing():
            return ResourceBasedPolicy(answer, registry=registry)
        case Absent():
            return ResourceBasedPolicy(registry=registry)
        case _:
            text: str | None = getattr(answer, read.policy)
            return ResourceBasedPolicy(None if text is None else parse(text, policy_name), registry=registry)
