"""Policies attached to resources: of repositories, secrets, keys, buckets and file systems."""

from typing import Any

import msgspec

from skerry.model.facts import Missing
from skerry.model.resource_answers import Absent
from skerry.model.resource_lookup import Resources
from skerry.policy.document import Policy, parse
from skerry.policy.policy_types import AssumedToAllow
from skerry.services.resource_read import ResourceRead

NOT_READ = AssumedToAllow("the policy of the resource was not read")


class ResourceBasedPolicy(msgspec.Struct, frozen=True, gc=False):
    """The policy attached to a resource.

    ``policy`` is None if the resource has none. ``unread``: the kind of policy, if nobody read it.
    ``account``: the owner of the resource, if known by the answer of AWS and not by the ARN.
    """

    policy: Policy | Missing | AssumedToAllow | None = None
    unread: str = ""
    account: str | None = None


NO_POLICY = ResourceBasedPolicy()


def read_policy(read: ResourceRead[Any], resources: Resources, name: str) -> ResourceBasedPolicy:
    """Return the policy of a resource, by the call that reads it."""
    return policy_of_answer(read, read.find(resources, name), read.fact.format(name))


def policy_of_answer(
    read: ResourceRead[Any], answer: msgspec.Struct | Missing | None, policy_name: str
) -> ResourceBasedPolicy:
    """Return the policy in an answer; `Absent`, or an answer without a text, means that there is none."""
    match answer:
        case None:
            return ResourceBasedPolicy(NOT_READ, read.kind)
        case Missing():
            return ResourceBasedPolicy(answer)
        case Absent():
            return NO_POLICY
        case _:
            text: str | None = getattr(answer, read.policy)
            return NO_POLICY if text is None else ResourceBasedPolicy(parse(text, policy_name))
