"""The Needs of a launch, a closed union: each must succeed, at one step.

The steps and their order: no page of AWS states it; it is derived from reports of failures, fixed one after another.
The places of ``env-files`` and ``volumes`` are inferred.
"""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from skerry.catalogue.data_files import Grade
from skerry.catalogue.services import ServiceRef

Step = Literal[
    "placement",
    "network-interface",
    "secrets",
    "registry-auth",
    "manifest",
    "logs",
    "layers",
    "env-files",
    "volumes",
    "service-connect",
    "start",
    "exec",
    "runtime",
]

STEPS: tuple[Step, ...] = (
    "placement",
    "network-interface",
    "secrets",
    "registry-auth",
    "manifest",
    "logs",
    "layers",
    "env-files",
    "volumes",
    "service-connect",
    "start",
    "exec",
    "runtime",
)
INFERRED_PLACES: frozenset[Step] = frozenset({"env-files", "volumes"})

Blocks = Literal["start", "runtime"]
Place = Literal["aws", "internet", "registry"]
Identity = Literal["execution role", "task role", "AWS", "nobody"]


class Placement(msgspec.Struct, frozen=True, gc=False):
    """Fargate must offer the platform version, for the processor, in the zone of the subnet."""

    family: str
    version: str
    architecture: str | None = None
    region: str | None = None
    step: Step = "placement"
    blocks: Blocks = "start"


class Interface(msgspec.Struct, frozen=True, gc=False):
    """The subnet must have a free address for the task's network interface, and its groups must fit.

    ``account`` is the account of the task, None if unknown; ``groups`` are the security groups that the launch names.
    """

    account: str | None = None
    groups: tuple[str, ...] | UnsetType = UNSET
    step: Step = "network-interface"
    blocks: Blocks = "start"


class Call(msgspec.Struct, frozen=True, gc=False):
    """A call over TCP to a host.

    ``host`` is None if only its place is known: ``place``. The place ``registry``: at the host itself, or at another on
    the internet that it redirects to. ``actions`` are the IAM actions of the call, ``identity`` is who makes it;
    ``subjects`` what it is about (secrets, images, log groups). ``own_interface``: the call leaves through an interface
    of Fargate's own, not the task's.

    ``variant``: the host is a FIPS or dual-stack name of the service, for which its endpoint may answer or not.
    ``dual_stack``: the dual-stack name of the host, which Fargate may call instead in a subnet with IPv6 alone.
    ``instead``: the host to call if the VPC has an endpoint of the service. ``only_by_endpoint``: without that endpoint
    the call does not leave through the VPC. ``only_if``: the fact on which it depends whether the call is made at all.
    ``only_if_action`` is the IAM action for this fact.
    """

    step: Step
    host: str | None
    port: int = 443
    place: Place = "aws"
    service: ServiceRef | None = None
    actions: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    blocks: Blocks = "start"
    grade: Grade = "documented"
    own_interface: bool = False
    note: str = ""
    identity: Identity = "execution role"
    variant: str = ""
    dual_stack: str | None = None
    instead: str | None = None
    only_if: str = ""
    only_if_action: str = ""
    only_by_endpoint: bool = False


class Mount(msgspec.Struct, frozen=True, gc=False):
    """An S3 Files file system must be mounted, from its mount target in the zone of the subnet."""

    file_system: str
    port: int = 2049
    step: Step = "volumes"
    blocks: Blocks = "start"


class Fault(msgspec.Struct, frozen=True, gc=False):
    """Something in the task definition that Fargate refuses, whatever the network."""

    step: Step
    code: str
    message: str
    blocks: Blocks = "start"


class Unread(msgspec.Struct, frozen=True, gc=False):
    """A requirement of the launch with too little data to follow it."""

    step: Step
    fact: str
    action: str = ""
    subjects: tuple[str, ...] = ()
    blocks: Blocks = "start"


Need = Placement | Interface | Call | Mount | Fault | Unread
