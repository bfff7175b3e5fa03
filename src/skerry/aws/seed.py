"""Seed data for an empty AWS: the resources of a task, with example values."""

from collections.abc import Iterable

from skerry.aws.session import ClientFactory
from skerry.services import SECRET_STORES


def create_bucket(client: ClientFactory, name: str, region: str) -> None:
    """Create a bucket, unless it exists."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 -- slow to import

    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        client("s3").create_bucket(Bucket=name, **place)
    except ClientError as error:
        if "BucketAlready" not in error.response["Error"]["Code"]:
            raise


def create_resources(client: ClientFactory, region: str, items: Iterable[tuple[str, str]]) -> list[str]:
    """Create secrets, parameters, log groups and objects, each by service and name; return the failures as texts.

    An object's name is its bucket's and its key's with a slash between.
    """
    refused = []
    for service, name in items:
        try:
            _make(client, region, service, name)
        except Exception as error:  # noqa: BLE001 -- boto3 refuses some names with errors of other kinds
            refused.append(f"{service} {name}: {error}")
    return refused


def _make(client: ClientFactory, region: str, service: str, name: str) -> None:
    match service:
        case "logs":
            client("logs").create_log_group(logGroupName=name)
        case "s3":
            place, _, key = name.partition("/")
            create_bucket(client, place, region)
            client("s3").put_object(Bucket=place, Key=key, Body=b"EXAMPLE=1\n")
        case store:
            call = SECRET_STORES[store].creation_of(name)
            getattr(client(store), call.operation)(**call.parameters)
