"""The description of one AWS service with resources of tasks.

Each module of this package describes one service, and `skerry.services` lists them. Each part is required: a new
service without one is a type error.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import msgspec

from skerry.model.arns import Arn
from skerry.model.ecs import LogConfiguration
from skerry.model.resource_answers import PullThroughCacheRule
from skerry.model.resource_lookup import Resources
from skerry.policy.request import Request
from skerry.policy.resources import Resource
from skerry.services.attached_policy import ResourceBasedPolicy
from skerry.services.call_request import CallRequest
from skerry.services.encryption import EncryptedWith
from skerry.services.problems import Problem
from skerry.services.resource_read import ResourceRead


class ResourceReference(NamedTuple):
    """A resource by its name, with the account of the task definition that names it.

    ``service`` is the prefix of its service. An image is named by its reference, a secret as in its API, a file by
    bucket and key with a slash between.
    """

    service: str
    name: str
    account: str


class ReadContext(msgspec.Struct, frozen=True, gc=False):
    """Answers on which the requests about resources depend.

    ``cache_rules`` are the pull-through cache rules of ECR, None if they are not all known. ``file_systems`` are those
    without a request for their mount targets.
    """

    cache_rules: tuple[PullThroughCacheRule, ...] | None = None
    file_systems: AbstractSet[str] = frozenset()


class RequestScope(msgspec.Struct, frozen=True, gc=False):
    """The surroundings of a request of a task: the principal's account, the Region called, and the resources read.

    ``logging`` are the log configurations of the task, each with the name of its container.
    """

    resources: Resources
    account: str | None
    partition: str
    region: str
    logging: tuple[tuple[str, LogConfiguration], ...] = ()

    def arn_of(self, service: str, resource: str, account: str | None) -> str:
        """Return the ARN of a resource in the Region."""
        return f"arn:{self.partition}:{service}:{self.region}:{account}:{resource}"


class ResourceService(msgspec.Struct, frozen=True, kw_only=True):
    """One AWS service with resources of tasks.

    ``prefix`` is the service's part of ARNs and of IAM actions. ``reads`` are the calls about its resources, and
    ``requests_for`` chooses among them for the resources of tasks. ``resources_of`` returns the resources of a
    request, by its action and the name in the task definition; ``policy_of`` returns their policies.

    ``own_requests`` are the requests of a launch in words, by the key of the endpoint's service in the catalogue.
    ``other_resources`` are ARNs for actions that no launch needs on them; ``{other}`` is a name that exists nowhere.
    """

    prefix: str
    reads: tuple[ResourceRead[Any], ...]
    requests_for: Callable[[Sequence[ResourceReference], ReadContext], Iterator[CallRequest]]
    resources_of: Callable[[RequestScope, str, str], Iterator[Resource]]
    policy_of: Callable[[Resources, Request, str], ResourceBasedPolicy]
    own_requests: Mapping[str, str]
    other_resources: Mapping[str, str]


class ClientCall(NamedTuple):
    """A call by the names of boto3."""

    operation: str
    parameters: dict[str, Any]


class SecretStore(ResourceService, frozen=True, kw_only=True):
    """A service that ECS reads values for containers from; its prefix is also its key in the catalogue.

    ``read_action`` is the IAM action of the read. ``bare_reference_of`` returns a reference of a task definition
    without the choice of a part or version; ``names_of`` returns the names to ask the service for, given the ARN of
    the task definition. ``problems_of`` checks a secret's existence for all references to it. ``encryption_of``
    returns its key, by its name in the task definition and its ARN.

    ``client_call`` is the call of ECS, ``stored_name_of`` the name in the store, and ``creation_of`` the call that
    makes an example of this name.
    """

    read_action: str
    bare_reference_of: Callable[[str], str]
    names_of: Callable[[str, Arn], Iterator[str]]
    problems_of: Callable[[Resources, str, Sequence[str]], Iterator[Problem]]
    encryption_of: Callable[[Resources, str, str], EncryptedWith | None]
    client_call: Callable[[Sequence[str]], ClientCall]
    stored_name_of: Callable[[str], str]
    creation_of: Callable[[str], ClientCall]
