"""Mapping of errors of boto3 and AWS to errors of skerry.

A call without an answer raises `RefusedError`: its facts stay unknown, and the reading goes on. Invalid credentials,
a wrong clock or a wrong configuration fail every call: `SkerryError` ends the reading. Codes:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html,
https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html. No credential is ever printed: AWS's answer to a
wrong signature repeats the request's token, so its text is left out.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeAlias

from skerry.aws.response_checks import DAMAGED
from skerry.errors import Argument, SkerryError
from skerry.model.api_call import ApiCall
from skerry.model.facts import is_denial


class RefusedError(Exception):
    """One call without an answer, with the code and message of AWS's error.

    ``error`` is reported if no call at all is answered; it is None for a denied call. ``gone``: the resource of the
    call no longer exists.
    """

    def __init__(self, code: str, message: str, error: SkerryError | None = None, *, gone: bool = False) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.error = error
        self.gone = gone


class CallContext(NamedTuple):
    """The context of an error: the call, None during setup, and whether an earlier answer named its resource."""

    call: ApiCall | None = None
    asked: bool = False
    region: str | None = None


_THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
# AWS also uses it for expired temporary credentials:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html#CommonErrors
_EXPIRED_OR_SKEWED = "RequestExpired"
_SKEWED = frozenset({"RequestInTheFuture", "RequestTimeTooSkewed"})
_SIGNATURE = frozenset({"IncompleteSignature", "InvalidSignatureException", "SignatureDoesNotMatch"})
_UNKNOWN_KEYS = frozenset(
    {
        "AuthFailure",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
    }
)
_NOT_SUBSCRIBED = frozenset({"OptInRequired", "SubscriptionRequiredException"})

# Enabled in every account: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
_ALWAYS_ENABLED = frozenset(
    {
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"),
        *("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"),
        *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
    }
)

_LONGEST = 400
_ENCODED = re.compile(r"\s*Encoded authorization failure message:\s*\S+")
_KEY = re.compile(r"\b(A[KS]IA)[A-Z0-9]{8,}")
_SECRET = re.compile(r"(?i)(security-token|signature|credential|secret|password)\s*[=:]\s*\S+")
_USER = re.compile(r"//[^\s\"']*@")
_HEADER = re.compile(r"(?is)(invalid header value).*")
_LOG_IN = ("Log in again (for SSO: aws sso login), or give other credentials, as by ", Argument.PROFILE, ".")
_CHECK = "Ask AWS who you are: aws sts get-caller-identity. The credentials may be deleted, inactive or mistyped."


@contextmanager
def map_errors(subject: CallContext) -> Iterator[None]:
    """Raise errors of boto3 inside the block as `RefusedError` or `SkerryError`."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    unreadable = (
        *(ResponseParserError, AttributeError, LookupError, OverflowError, RecursionError, TypeError, ValueError),
        OSError,
    )
    try:
        yield
    except ClientError as error:
        raise _answered(error, subject) from error
    except BotoCoreError as error:
        raise _unanswered(error, subject) from error
    except unreadable as error:
        raise _unreadable(error, subject) from error


def is_throttling(code: str) -> bool:
    """Return whether AWS refused a request for its rate: it took no effect, and may be sent again later.

    https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
    """
    return code in _THROTTLED


def clean_message(text: str) -> str:
    """Return a foreign message on one line, without credentials and encoded authorization messages."""
    text = _KEY.sub(r"\1…", _ENCODED.sub("", _HEADER.sub(r"\1", " ".join(text.split()))))
    text = _USER.sub("//…@", _SECRET.sub(r"\1=…", text))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _answered(error: Any, subject: CallContext) -> Exception:
    """Map an error answered by AWS."""
    code = str(error.response.get("Error", {}).get("Code", "")) or "Unknown"
    message = clean_message(str(error.response.get("Error", {}).get("Message", "")))
    call, region = subject.call, subject.region
    if call is None or error.operation_name != call.operation:
        # boto3 makes calls of its own while it looks for credentials: AssumeRole, GetRoleCredentials.
        what = f"AWS gave no credentials: it answered {error.operation_name} with {code}: {message}"
        return SkerryError(what, "Check the profile's role and its trust policy, or log in again.")
    if credentials := _credentials(code, message, region):
        return credentials
    if is_denial(code):
        return RefusedError(code, message)
    if subject.asked and _is_gone(code, call):
        return RefusedError(code, message, gone=True)
    return RefusedError(code, message, _of_all(code, message, call, region))


def _of_all(code: str, message: str, call: ApiCall, region: str | None) -> SkerryError:
    """Return the error to report if every call is answered with this code."""
    from botocore import xform_name  # noqa: PLC0415

    if code in _THROTTLED:
        what = f"AWS still throttles {call.action} after all retries ({code})"
        return SkerryError(what, "Try again later, or read less: ", Argument.CLUSTER, ", ", Argument.SERVICE, ".")
    if code in _NOT_SUBSCRIBED:
        return SkerryError(f"AWS refuses {call.action} in {region} ({code}): {message}", _enable(region))
    if code == DAMAGED:
        what = f"no answer is one of AWS: that to {call.action} cannot be used, as {message}"
        return SkerryError(what, "Check HTTPS_PROXY and AWS_ENDPOINT_URL, and whether this network has a login page.")
    name = xform_name(call.operation, "-")
    remedy = f"AWS's own command line asks the same: aws {call.service} {name}."
    return SkerryError(f"AWS answered {call.action} in {region} with {code}: {message}", remedy)


def _is_gone(code: str, call: ApiCall) -> bool:
    """Return whether the resource of a call does not exist; it may have been deleted during the reading.

    ECS answers with ClientException for an unknown task definition:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html
    """
    missing = code.endswith(("NotFound", "NotFoundException")) or code.startswith("NoSuch")
    return missing or (code == "ClientException" and call.operation == "DescribeTaskDefinition")


def _credentials(code: str, message: str, region: str | None) -> SkerryError | None:
    """Return the error about the credentials; None if the code has another cause."""
    lower = message.lower()
    if code in _EXPIRED:
        return SkerryError(f"the credentials have expired ({code})", *_LOG_IN)
    if code == _EXPIRED_OR_SKEWED:
        what = f"the credentials have expired, or the clock of this machine is wrong ({code})"
        return SkerryError(what, *_LOG_IN, " If they are new, set the clock: AWS refuses requests minutes off.")
    skewed = code in _SKEWED or "signature expired" in lower or "not yet current" in lower or "skew" in lower
    if skewed and code in _SKEWED | _SIGNATURE | _UNKNOWN_KEYS:
        remedy = "Set the clock of this machine: AWS refuses requests that are some minutes off."
        return SkerryError(f"AWS refuses the time of the request ({code})", remedy)
    if code in _SIGNATURE:
        remedy = f"The secret access key does not fit its key. {_CHECK}"
        return SkerryError(f"AWS does not accept the signature of the request ({code})", remedy)
    if code not in _UNKNOWN_KEYS:
        return None
    # EC2 gives one code for an unknown key, for a Region that is not enabled, and for a wrong clock:
    # https://repost.aws/knowledge-center/iam-validate-access-credentials
    remedy = _CHECK if region in _ALWAYS_ENABLED else f"{_enable(region)} {_CHECK}"
    return SkerryError(f"AWS does not know the credentials in {region} ({code})", remedy)


def _enable(region: str | None) -> str:
    return f"{region} may not be enabled for the account: aws account get-region-opt-status --region-name {region}."


def _unanswered(error: Exception, subject: CallContext) -> Exception:
    """Map an error of boto3 without an answer from AWS, by the nearest known class of the error."""
    text = clean_message(str(error))
    names = [base.__name__ for base in type(error).__mro__]
    call = subject.call
    if call is not None and _ABSENT.intersection(names):
        remedy_of_class = next((_REMEDIES[name] for name in names if name in _REMEDIES), None)
        return RefusedError(names[0], text, SkerryError(text, *(remedy_of_class or _reachable(subject.region))))
    if call is not None and _NOT_SENT in names and (call.single or subject.asked):
        return RefusedError(_NOT_SENT, text)
    if "NoRegionError" in names:
        hint = "boto3 reads AWS_DEFAULT_REGION, not AWS_REGION. " if "AWS_REGION" in os.environ else ""
        return SkerryError("no Region is given", f"{hint}Give ", Argument.REGION, ", or set AWS_DEFAULT_REGION.")
    if "InvalidRegionError" in names:
        what = f"{subject.region} is no name of a Region"
        return SkerryError(what, "Give one such as ", Argument.REGION, " eu-west-1.")
    for name in names:
        if remedy := _REMEDIES.get(name):
            return SkerryError(text, *remedy)
    if _ABSENT.intersection(names):
        return SkerryError(text, *_reachable(subject.region))
    return SkerryError(text, "Check the configuration: aws configure list.")


def _unreadable(error: Exception, subject: CallContext) -> Exception:
    """Map an error of reading answers or the configuration; its own text may hold secrets."""
    name = type(error).__name__
    if subject.call is not None:
        message = f"it cannot be read ({name})"
        return RefusedError(DAMAGED, message, _of_all(DAMAGED, message, subject.call, subject.region))
    text = clean_message(str(error))
    if text.startswith(_NO_URL):
        return SkerryError(f"an endpoint of AWS is no URL: {text.removeprefix(_NO_URL)}", "Check AWS_ENDPOINT_URL.")
    what = f"boto3 cannot use its configuration ({name})"
    return SkerryError(what, "Check AWS_* in the environment, HTTPS_PROXY, and the files of: aws configure list.")


_NO_URL = "Invalid endpoint: "
# By name: older versions of botocore lack some of the classes.
_NOT_SENT = "ParamValidationError"  # for a name that is invalid for its type of resource
_ABSENT = frozenset({"ConnectionError", "HTTPClientError", "UnknownEndpointError"})
_Advice: TypeAlias = tuple[str | Argument, ...]
_REMEDIES: dict[str, _Advice] = {
    "ProxyConnectionError": ("Check HTTPS_PROXY and NO_PROXY.",),
    "SSLError": ("A proxy may put in a certificate of its own: name its authority in AWS_CA_BUNDLE.",),
    "NoCredentialsError": (
        "Set up a profile (aws configure sso), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    ),
    "NoAuthTokenError": ("Log in: aws sso login, with the same ", Argument.PROFILE, "."),
    "PartialCredentialsError": ("Give both the access key and its secret.",),
    "ProfileNotFound": ("List the profiles: aws configure list-profiles.",),
    "SSOError": ("Log in again: aws sso login, with the same ", Argument.PROFILE, "."),
    "TokenRetrievalError": ("Log in again: aws sso login, with the same ", Argument.PROFILE, "."),
    "LoginError": ("Log in again: aws login, with the same ", Argument.PROFILE, "."),
    "CredentialRetrievalError": ("Check what gives the credentials: the profile's credential_process, or its role.",),
    "MetadataRetrievalError": ("Check what gives the credentials: the role of the instance or task.",),
    "ConfigParseError": ("Correct the file, or name another in AWS_CONFIG_FILE.",),
    "UnknownServiceError": ("Install a newer boto3.",),
}


def _reachable(region: str | None) -> _Advice:
    from botocore.session import Session  # noqa: PLC0415

    if "AWS_ENDPOINT_URL" in os.environ:
        return ("Check AWS_ENDPOINT_URL, and that something listens there.",)
    session = Session()
    regions = {one for name in session.get_available_partitions() for one in session.get_available_regions("ec2", name)}
    if region not in regions:
        return (f"{region} is no Region that the installed boto3 knows: check ", Argument.REGION, ".")
    return ("Check the connection to the network, and HTTPS_PROXY if there is a proxy.",)
