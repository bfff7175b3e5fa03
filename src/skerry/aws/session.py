"""Clients of AWS's services, made by boto3's own chain of credentials and configuration."""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

ClientFactory: TypeAlias = Callable[[str], Any]
"""Gives the client of a service by its name: ``client("ec2")``."""

ATTEMPTS = 5


def clients(region: str) -> ClientFactory:
    """Make a factory of clients for one region; each service's client is made once.

    Retries are set to the mode ``standard``: botocore's default is still ``legacy``, which does not retry all
    throttling errors (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
    """
    # Importing boto3 takes longer than most commands run; those that read files do without it.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    session = boto3.session.Session(region_name=region)
    config = Config(retries={"mode": "standard", "max_attempts": ATTEMPTS})

    @cache
    def client(service: str) -> Any:
        return session.client(service, config=config)

    return client
