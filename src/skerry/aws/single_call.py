"""One API call as a task makes it, without a retry, with its outcome in boto3's words."""

from typing import Any

import msgspec

_READ_SECONDS = 20


class ApiRequest(msgspec.Struct, frozen=True):
    """A call of an API, by boto3's names; ``endpoint`` if it is not the Region's own."""

    service: str
    operation: str
    parameters: dict[str, Any]
    region: str
    endpoint: str | None = None


class ApiResult(msgspec.Struct, frozen=True):
    """The outcome of a call: answered or not, with the text of the error."""

    answered: bool
    words: str


def prepare() -> None:
    """Import boto3 in advance: the slow import would count as time of the first call."""
    import boto3  # noqa: F401, PLC0415


def make_request(asked: ApiRequest, connect_timeout: float, authority: str) -> ApiResult:
    """Make a call; an error from AWS is an answer too. ``authority`` is the file of trusted certificates."""
    import boto3  # noqa: PLC0415 -- slow to import
    from botocore.config import Config  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    config = Config(retries={"total_max_attempts": 1}, connect_timeout=connect_timeout, read_timeout=_READ_SECONDS)
    session = boto3.session.Session(region_name=asked.region)
    client = session.client(asked.service, config=config, endpoint_url=asked.endpoint, verify=authority)
    try:
        getattr(client, asked.operation)(**asked.parameters)
    except ClientError as error:
        return ApiResult(answered=True, words=str(error))
    except (BotoCoreError, OSError) as error:
        return ApiResult(answered=False, words=str(error))
    return ApiResult(answered=True, words="")
