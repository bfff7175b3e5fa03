"""Clients of AWS's services, from boto3's own chain of credentials and configuration."""

from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from typing import Any, TypeAlias

import msgspec

from skerry.aws.errors import CallContext, map_errors
from skerry.aws.transport import guard

ClientFactory: TypeAlias = Callable[[str], Any]
"""Returns the client of a service by its name: ``client("ec2")``. The factory is not thread-safe; clients are."""

ATTEMPTS = 5
"""The number of retries of a call."""

CONNECTIONS = 10
"""The connection pool size of a client: at least the number of threads that share it."""

_CONNECT_SECONDS, _READ_SECONDS = 5, 60


class Account(msgspec.Struct, frozen=True):
    """The profile and Region of an account to read; None leaves the choice to boto3's configuration."""

    profile: str | None = None
    region: str | None = None

    def make_clients(self) -> ClientFactory:
        """Return a factory of clients for the account."""
        return make_clients(self.region, self.profile)


def make_clients(region: str | None = None, profile: str | None = None, *, attempts: int = ATTEMPTS) -> ClientFactory:
    """Make a factory of clients; each service's client is made once, and repeats a call up to so many ``attempts``.

    Credentials, Region and endpoints come from boto3's own chain: profiles, assumed roles, SSO, ``AWS_ENDPOINT_URL``
    (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html). Retries are set to the mode
    ``standard``: botocore's default is still ``legacy``, which does not retry all throttling errors
    (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).

    Raises `SkerryError` if the profile, the Region or the credentials cannot be found.
    """
    # Importing boto3 takes longer than most commands run; commands that read files do not need it.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415
    from botocore.exceptions import NoRegionError  # noqa: PLC0415

    with map_errors(CallContext(region=region)):
        session = boto3.session.Session(region_name=region, profile_name=profile)
        where = session.region_name
        if where is None:
            raise NoRegionError
    config = Config(
        retries={"mode": "standard", "max_attempts": attempts},
        max_pool_connections=CONNECTIONS,
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        user_agent_extra=f"skerry/{version('skerry')}",
    )

    @cache
    def client(service: str) -> Any:
        with map_errors(CallContext(region=where)):
            made = session.client(service, config=config)
        guard(made)
        return made

    return client
