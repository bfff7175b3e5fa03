"""Start and stop of the embedded AWS."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from skerry.embedded.dropped_connections import ConnectionDroppedError, as_seen_by_boto3
from skerry.embedded.fault_injection import Faults
from skerry.embedded.fault_rules import read_faults
from skerry.embedded.patching import Correction, apply_patches
from skerry.embedded.settings import Settings, use_settings
from skerry.errors import SkerryError

_SETTINGS = ("AWS_", "BOTO_", "MOTO_")
_ONE = Lock()
CALLS = Lock()
"""The lock that each call holds: moto's state is not made for several at once."""


@contextmanager
def run_embedded_aws(
    region: str = "eu-west-1", faults: Faults | None = None, settings: Settings | None = None
) -> Iterator[None]:
    """Run an empty AWS in this process: inside the block, new boto3 clients talk to it and to nothing else.

    The user's credentials, profiles and endpoint settings are hidden meanwhile. A call without an answer in the
    embedded AWS fails; it is never sent anywhere. Clients must be created inside the block. ``faults`` and ``settings``
    may be changed meanwhile; without them, the faults are those of the environment variable ``FAULTS_VARIABLE``.

    Raises SkerryError if moto is not installed or the variable is unreadable. Raises RuntimeError if an embedded AWS
    runs already, because the environment and moto's state belong to the whole process.
    """
    if not _ONE.acquire(blocking=False):
        raise RuntimeError("an embedded AWS runs in this process already")
    try:
        injected = Faults(read_faults()) if faults is None else faults
        with _environment(region), use_settings(settings or Settings()), _moto(), apply_patches(injected.corrections()):
            yield
    finally:
        _ONE.release()


@contextmanager
def _environment(region: str) -> Iterator[None]:
    """Hide the user's credentials, profiles and endpoints from boto3 and moto.

    The variables: https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html.
    """
    removed_variables = _taken_out()
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "embedded",
        "AWS_SECRET_ACCESS_KEY": "embedded",
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # Nothing here starts an instance, and moto would create a thousand images at each start and end:
        # https://docs.getmoto.org/en/latest/docs/configuration/environment_variables.html
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    }
    try:
        yield
    finally:
        _taken_out()
        os.environ |= removed_variables


def _taken_out() -> dict[str, str]:
    names = [name for name in os.environ if name.startswith(_SETTINGS)]
    return {name: os.environ.pop(name) for name in names}


@contextmanager
def _moto() -> Iterator[None]:
    try:
        # Importing moto takes half a second, and it may be absent.
        from moto import mock_aws  # noqa: PLC0415
        from moto.core.botocore_stubber import BotocoreStubber  # noqa: PLC0415

        from skerry.embedded.patches import PATCHES, freeze_tasks  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "moto":
            raise
        raise SkerryError(
            "the embedded AWS needs the package moto, which is not installed",
            "Install skerry with the extra demo: pipx install --force '.[demo]' in its checkout",
        ) from error
    inside = (
        Correction(BotocoreStubber, "__call__", _kept_inside),
        Correction(BotocoreStubber, "process_request", _one_at_a_time),
    )
    # The credentials are set above, and moto's own way to restore them loses empty ones.
    with apply_patches((*inside, *PATCHES)), freeze_tasks(), mock_aws(config={"core": {"mock_credentials": False}}):
        yield


def _kept_inside(original: Any, stubber: Any, event_name: str, request: Any, **more: Any) -> Any:
    """Fail if moto has no answer, because boto3 would then send the request to its real host."""
    try:
        answer = original(stubber, event_name, request, **more)
    except ConnectionDroppedError:
        raise as_seen_by_boto3(request.url) from None
    if answer is None:
        raise SkerryError(
            f"the embedded AWS has no answer for {request.url}",
            "Address AWS's own endpoints: the embedded AWS stands in for nothing else.",
        )
    return answer


def _one_at_a_time(original: Any, stubber: Any, request: Any) -> Any:
    """Let threads wait for each other."""
    with CALLS:
        return original(stubber, request)
