"""The state of the embedded AWS as a JSON document, and back.

moto's objects are written as a table of entries: a class of moto with its fields, a container, or a value. Loading
makes objects of moto's classes only, and calls none of their functions: a file cannot run code.
"""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import msgspec
from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

from skerry.embedded.lifecycle import CALLS
from skerry.embedded.object_entries import Decoder, Encoder, InvalidEntryError
from skerry.errors import SkerryError

VERSION = 1

SAVED_SERVICES = (
    "batch",
    "ec2",
    "ecr",
    "ecs",
    "efs",
    "elbv2",
    "events",
    "iam",
    "kms",
    "logs",
    "organizations",
    "ram",
    "route53",
    "route53resolver",
    "s3",
    "scheduler",
    "secretsmanager",
    "servicediscovery",
    "ssm",
    "stepfunctions",
    "sts",
)
"""The services whose state is saved, by moto's names."""


class _Backend(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The state of a service in an account and Region (or partition): the number of an entry for its fields."""

    service: str
    account: str
    place: str
    fields: int


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    skerry_embedded_state: int
    moto: str
    backends: tuple[_Backend, ...]
    entries: list[dict[str, Any]]


def dump_state() -> bytes:
    """Return the state of the embedded AWS that runs.

    Raises `SkerryError` if a resource cannot be written.
    """
    with CALLS:
        return _dumped()


def _dumped() -> bytes:
    places = list(_backends())
    encoder = Encoder({id(backend): [service, account, place] for service, account, place, backend in places})
    try:
        rows = tuple(
            _Backend(service, account, place, encoder.number_of(dict(vars(backend))))
            for service, account, place, backend in places
        )
    except InvalidEntryError as error:
        raise SkerryError(f"the embedded AWS cannot save its state: {error}", "Delete this resource first.") from error
    return msgspec.json.encode(_Document(VERSION, version("moto"), rows, encoder.entries))


def load_state(content: bytes) -> None:
    """Replace the state of the embedded AWS that runs by a saved one.

    Raises `SkerryError` if the content is no such state, or of another version.
    """
    try:
        loaded = list(_loaded(msgspec.json.decode(content, type=_Document)))
    except (msgspec.DecodeError, InvalidEntryError, RecursionError) as error:
        raise SkerryError(
            f"not a state of the embedded AWS: {error}", "Give a file that the embedded AWS wrote, or a new one."
        ) from error
    for backend, fields in loaded:
        vars(backend).clear()
        vars(backend).update(fields)
    for account, places in s3_backends.items():
        for partition, backend in places.items():
            # moto has a separate table with the account of each bucket.
            s3_backends.bucket_accounts |= dict.fromkeys(backend.buckets, (partition, account))


def _loaded(document: _Document) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield each service of a document with its fields.

    Raises InvalidEntryError.
    """
    if document.skerry_embedded_state != VERSION:
        raise InvalidEntryError(f"version {document.skerry_embedded_state} instead of {VERSION}")
    if document.moto != version("moto"):
        raise InvalidEntryError(f"saved with moto {document.moto}, and this is {version('moto')}")
    decoder = Decoder(document.entries, lambda key: _backend(*key))
    for row in document.backends:
        backend, fields = _backend(row.service, row.account, row.place), decoder.value(row.fields)
        if not isinstance(fields, dict) or not all(isinstance(name, str) for name in fields):
            raise InvalidEntryError(f"{row.service} without fields")
        yield backend, fields


def _backends() -> Iterator[tuple[str, str, str, Any]]:
    """Yield the services that exist, with account and Region or partition."""
    for service in SAVED_SERVICES:
        for account, places in dict(_dictionary(service)).items():
            for place, backend in dict(places).items():
                yield service, account, place, backend


def _dictionary(service: str) -> BackendDict[Any]:
    dictionary: Any = get_backend(service)  # type: ignore[call-overload]
    assert isinstance(dictionary, BackendDict)  # noqa: S101 - moto's type for each of these services
    return dictionary


def _backend(service: str, account: str, place: str) -> Any:
    if service not in SAVED_SERVICES or len(account) != 12 or not account.isdigit():  # noqa: PLR2004 - an account id
        raise InvalidEntryError(f"no account {account!r} of {service!r}")
    try:
        return _dictionary(service)[account][place]
    except KeyError as error:
        raise InvalidEntryError(f"no place {place!r} of {service}") from error
