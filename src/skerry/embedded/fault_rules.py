"""Faults as data: which calls fail, how, and how often.

They can be set in the process, by an environment variable, or through the server's control address.
"""

import os
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Literal

import msgspec

from skerry.errors import SkerryError

FAULTS_VARIABLE = "SKERRY_EMBEDDED_FAULTS"
"""The environment variable with the faults at the start, as JSON."""

FaultKind = Literal["throttle", "deny", "expire", "error", "delay", "drop-before", "drop-after"]

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html (the JSON protocols)
_QUERY = ("iam", "route53", "s3", "sts")
_DENIED = {"ec2": "UnauthorizedOperation"} | dict.fromkeys(_QUERY, "AccessDenied")
_THROTTLED = {"ec2": "RequestLimitExceeded"} | dict.fromkeys(_QUERY, "Throttling") | {"s3": "SlowDown"}
_EXPIRED = {"ec2": "RequestExpired"} | dict.fromkeys(_QUERY, "ExpiredToken")


class InjectedFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fault of all calls whose action fits ``action``, such as ``ec2:CreateVpcEndpoint`` or ``ec2:*``.

    ``drop-before`` closes the connection before the call takes effect, ``drop-after`` closes it afterwards, without an
    answer. ``expire`` answers as for an expired session token. ``error`` answers with ``code``, and ``delay`` waits for
    ``seconds`` after the call. Of the fitting calls, the first ``skip`` are spared, then every ``every``-th fails,
    ``times`` of them or all.
    """

    kind: FaultKind
    action: str = "*"
    skip: int = 0
    every: int = 1
    times: int | None = None
    code: str = ""
    seconds: float = 0.0

    def __post_init__(self) -> None:
        """Refuse faults without an effect.

        Raises ValueError.
        """
        if (self.kind == "error") != bool(self.code):
            raise ValueError("a fault has a code if its kind is error, and no other")
        if (self.kind == "delay") != (self.seconds > 0):
            raise ValueError("a fault has seconds above 0 if its kind is delay, and no other")
        if self.skip < 0 or self.every < 1 or (self.times is not None and self.times < 1):
            raise ValueError("skip is at least 0, every and times are at least 1")

    def fits(self, action: str) -> bool:
        """Tell whether the action is one of the fault's."""
        return fnmatchcase(action.lower(), self.action.lower())

    def hits(self, number: int) -> bool:
        """Tell whether the fault strikes the fitting call with this number; the first is 1."""
        turn, left = divmod(number - self.skip, self.every)
        return number > self.skip and left == 0 and (self.times is None or turn <= self.times)


def parse_faults(text: str | bytes) -> tuple[InjectedFault, ...]:
    """Read faults from a JSON list.

    Raises `SkerryError` for a text that is none.
    """
    try:
        return msgspec.json.decode(text, type=tuple[InjectedFault, ...])
    except msgspec.DecodeError as error:
        raise SkerryError(
            f"not a list of faults: {error}",
            'Give a JSON list such as [{"kind": "throttle", "action": "ec2:*", "times": 3}].',
        ) from error


def read_faults(environment: Mapping[str, str] = os.environ) -> tuple[InjectedFault, ...]:
    """Read the faults of the environment variable; none without it.

    Raises `SkerryError` if the variable holds anything else.
    """
    return parse_faults(environment.get(FAULTS_VARIABLE) or "[]")


def error_of(fault: InjectedFault, action: str) -> tuple[str, str]:
    """Return the code and message of a fault's answer."""
    service = action.partition(":")[0]
    match fault.kind:
        case "deny":
            return denied_code(service), f"You are not authorized to perform this operation: {action}"
        case "throttle":
            return throttled_code(service), f"Rate exceeded for {action}"
        case "expire":
            return _EXPIRED.get(service, "ExpiredTokenException"), "The security token in the request is expired"
        case _:
            return fault.code, f"{action} is answered with a fault"


def denied_code(service: str) -> str:
    """Return the code of a denied call of a service."""
    return _DENIED.get(service, "AccessDeniedException")


def throttled_code(service: str) -> str:
    """Return the code of a throttled call of a service."""
    return _THROTTLED.get(service, "ThrottlingException")
