"""Connections that close without an answer, as boto3 reports them."""


class ConnectionDroppedError(Exception):
    """A fault that closes the connection."""


def as_seen_by_boto3(url: str) -> Exception:
    """Return botocore's own error for a connection that closed early: its retry handlers know no other."""
    from botocore.exceptions import ConnectionClosedError  # noqa: PLC0415 - boto3 takes long to import

    error: Exception = ConnectionClosedError(endpoint_url=url)
    return error
