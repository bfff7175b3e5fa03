"""Downloads of image configurations from ECR's presigned URLs; only architecture and OS are kept.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html. A configuration holds the
environment of the image's containers, perhaps with secrets, and anyone can use the presigned URL. Neither is kept or
shown in an error.
"""

import json
import os
import ssl
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, build_opener

from skerry.aws.errors import RefusedError

KEPT = ("architecture", "os")
"""The kept keys of a configuration: the platform of the image.

https://github.com/opencontainers/image-spec/blob/main/config.md
"""

_SECONDS = 10
_ATTEMPTS = 3
_MOST = 1_000_000
_OK = 200


def fetch_configuration(client: Any, operation: str, url: str) -> dict[str, str]:
    """Return the platform of an image from the configuration at a presigned URL.

    Raises `RefusedError` if the download fails or the link is not HTTPS. Plain HTTP is allowed only to the client's
    own endpoint.
    """
    if not _is_trusted(url, client.meta.endpoint_url):
        raise RefusedError("Unreachable", "the link to the image's configuration is not HTTPS")
    for _ in range(_ATTEMPTS - 1):
        try:
            return _once(client, operation, url)
        except RefusedError:
            continue
    return _once(client, operation, url)


def _once(client: Any, operation: str, url: str) -> dict[str, str]:
    try:
        content = _stand_in(client, operation, url) or _fetched(url)
    except (OSError, HTTPException, ValueError) as error:
        what = f"the image's configuration could not be fetched ({type(error).__name__})"
        raise RefusedError("Unreachable", what) from None
    return _kept(content)


def _is_trusted(url: str, endpoint: str) -> bool:
    try:
        asked, served = urlsplit(url), urlsplit(endpoint)
    except ValueError:
        return False
    if asked.scheme == "https":
        return True
    return (asked.scheme, served.scheme) == ("http", "http") and asked.netloc == served.netloc


def _stand_in(client: Any, operation: str, url: str) -> bytes | None:
    """Return the answer of an AWS stand-in in this process, if one handles boto3's event ``before-send``."""
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415

    service = client.meta.service_model.service_id.hyphenize()
    request = AWSRequest(method="GET", url=url).prepare()
    answers = client.meta.events.emit(f"before-send.{service}.{operation}", request=request)
    response = next((answer for _, answer in answers if answer is not None), None)
    if response is None:
        return None
    if response.status_code != _OK:
        raise OSError
    content: bytes = response.content
    return content


class _Nowhere(HTTPRedirectHandler):
    """A handler that follows no redirection: S3 needs none, and it may lead anywhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _fetched(url: str) -> bytes:
    context = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
    opener = build_opener(_Nowhere, HTTPSHandler(context=context))
    with opener.open(url, timeout=_SECONDS) as answer:
        content: bytes = answer.read(_MOST + 1)
    if len(content) > _MOST:
        raise RefusedError("Unreadable", "the image's configuration is larger than those of images are")
    return content


def _kept(content: bytes) -> dict[str, str]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise RefusedError("Unreadable", "the image's configuration is not JSON") from None
    if not isinstance(document, dict):
        return {}
    return {key: document[key] for key in KEPT if isinstance(document.get(key), str)}
