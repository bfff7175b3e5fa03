"""Evidence in an error text: host, Region, account, image, dialled address, status, error code, action."""

import re
from typing import Any

import msgspec

from skerry.errortext.address_kinds import address_kind_of
from skerry.errortext.api_errors import read_api_error

_REGION = r"(?:us|eu|ap|sa|ca|me|af|il|mx|cn|eusc)(?:-[a-z]{2,12}){1,3}-\d{1,2}"
_SUFFIXES = (
    r"(?:amazonaws\.com\.cn|amazonaws\.com|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk"
    r"|csp\.hci\.ic\.gov|api\.aws|on\.aws|api\.amazonwebservices\.com\.cn|on\.amazonwebservices\.com\.cn)"
)
# Kept as strings: `re` compiles each for the first text and caches it. They have no flags and no leading word
# boundaries: a pattern with a literal prefix is searched quickly.
_HOST = rf"\b((?:[A-Za-z0-9][A-Za-z0-9-]{{0,62}}\.){{1,8}}{_SUFFIXES})\b"
_URL = r"://(?:[^/@\s\"]{0,200}@)?([A-Za-z0-9.-]{1,253})"
_LOOKUP = r"lookup ([A-Za-z0-9.-]{3,253})"
_RESOLVED = r"ailed to resolve \"?([A-Za-z0-9.-]{3,253})"
_REGIONS = rf"\b({_REGION})(?![a-z0-9])"
_DIALLED = (
    r"(?:dial|read|write|onnect(?:ing)?(?: to)?)\s?(?:tcp|udp|ETIMEDOUT|ECONNREFUSED)?[46]?:?\s?"
    r"(?:[0-9a-fx.:\[\]]{2,60}->)?\[?([0-9a-f:]{2,39}(?=\]:)|\d{1,3}(?:\.\d{1,3}){3})\]?:(\d{1,5})\b"
)
_ARN = r"arn:[a-z-]{1,20}:[a-z0-9-]{1,40}:[a-z0-9-]{0,20}:\d{0,12}:[^\s\"',;)]{1,512}"
_IMAGE = rf"(\d{{12}})\.dkr[.-]ecr(?:-fips)?\.({_REGION})\.[a-z.]{{4,24}}?/([a-z0-9._/-]{{1,256}})"
_REFERENCE = r"failed to resolve ref(?:erence)? \"?([a-z0-9][^\s\"]{2,300}?)\"?:?(?=\s|$)"
_STATUS = (
    r"(?:tatus ?code:? |StatusCode: |nexpected status[a-z ]{0,24}|API error \(|\]: )(?:from .{1,400}?: )?"
    r"\"?(\d{3})\b"
)
_FAILED_WITH = r"(?:(401) Unauthorized|(403) Forbidden|(404) Not Found|(429) Too Many Requests|(50\d) [A-Z])"
_RETRIES = r"retried (\d{1,3}) time"
_ATTEMPTS = r"maximum number of attempts, (\d{1,3})"
_ACTION = r"(?:perform:?|allows? the|action:?) ?([a-z0-9-]{2,40}:[A-Za-z*]{2,60})"
_PRINCIPAL = r"(arn:[^\s\"',]{10,300})[\"']? is not authorized"
_USER = r"\bUser: (arn:[^\s\"',]{10,300})"
_RESOURCE = r"(?:on resource:|PassRole on) ?[\"']?(arn:[^\s\"',;)]{10,512})"
_OPERATION = r"(?:when calling the (\w{2,60}) operation|operation error [A-Za-z0-9 ]{2,60}: (\w{2,60}))"
_SUBNET = r"\b(subnet-[0-9a-f]{3,17})\b"
_FILE_SYSTEM = r"\b(fs-[0-9a-f]{3,17})\b"
_GROUP = r"log-group:([^\s:\"']{1,512})"
# A program's own task or host, named without the words of a dialled connection.
_LOCAL = r"(?<![\w.-])(?:https?://|tcp://|[\w.-]*/)?\[?(localhost|127(?:\.\d{1,3}){3}|::1)\]?[:/](\d{1,5})?"
_IMDS = r"(?<![\d.])(169\.254\.169\.254)(?::(\d{1,5}))?(?!\.?\d)"

# Fields read by a single expression, with a substring required before the expression is tried.
_SIMPLE = (
    ("image", "resolve ref", _REFERENCE),
    ("action", "allow", _ACTION),
    ("action", "erform", _ACTION),
    ("principal", "is not authorized", _PRINCIPAL),
    ("principal", "User: arn:", _USER),
    ("resource", "on", _RESOURCE),
    ("subnet", "subnet-", _SUBNET),
    ("file_system", "fs-", _FILE_SYSTEM),
    ("log_group", "log-group:", _GROUP),
)
_BREAK = r"\n[ \t]{0,40}"
_OF_HOSTS = ("amazon", ".aws", "ic.gov", "sgov.gov", "adc-e.uk")
_OF_REGIONS = tuple(f"-{number}" for number in range(1, 10))
_OF_SOCKETS = ("tcp", "udp", "onnect")
_OF_FAILURES = ("Unauthorized", "Forbidden", "Not Found", "Too Many", " 50")
_TORN = ("host", "region", "account", "image", "repository", "status", "retries", "action", "operation")


class Evidence(msgspec.Struct, frozen=True):
    """Evidence of one error text; absent values are None.

    ``kind`` is that of the dialled address (`address_kinds.AddressKind`). ``retries`` is how often a call was made.
    ``code`` and ``message`` are those of an AWS API error; ``resource`` is the one of a refused action.
    """

    host: str | None = None
    region: str | None = None
    account: str | None = None
    address: str | None = None
    kind: str | None = None
    port: str | None = None
    image: str | None = None
    repository: str | None = None
    arn: str | None = None
    status: str | None = None
    retries: int | None = None
    action: str | None = None
    principal: str | None = None
    resource: str | None = None
    code: str | None = None
    message: str | None = None
    operation: str | None = None
    subnet: str | None = None
    file_system: str | None = None
    log_group: str | None = None

    def as_words(self) -> dict[str, str]:
        """Return the present values as strings by name."""
        names = ("host", "region", "account", "address", "port", "image", "repository", "arn", "status", "retries")
        more = ("action", "principal", "resource", "operation", "code", "subnet", "file_system", "log_group")
        values = {name: getattr(self, name) for name in names + more}
        words = {name: str(value) for name, value in values.items() if value is not None}
        return words | ({"address_kind": self.kind} if self.kind else {})


def read_evidence(text: str, own: tuple[str, ...] = ()) -> Evidence:
    """Read the evidence of a plain text; words wrapped over two lines are joined.

    ``own`` are CIDR blocks of the task's VPC: an address in them is private, whatever its range.
    """
    evidence = _read(" ".join(text.split()), own)
    if "\n" not in text.strip():
        return evidence
    glued = _read(" ".join(re.sub(_BREAK, "", text).split()), own)
    torn: dict[str, Any] = {
        name: getattr(glued, name) for name in _TORN if _is_torn(getattr(evidence, name), getattr(glued, name))
    }
    if evidence.kind is None and glued.kind is not None:
        torn |= {"address": glued.address, "kind": glued.kind, "port": glued.port}
    return msgspec.structs.replace(evidence, **torn)


def _is_torn(part: object, whole: object) -> bool:
    """Return whether a line break split a value: it is missing, or only the beginning of an AWS host is left."""
    if part is None or whole is None:
        return whole is not None
    return isinstance(part, str) and re.fullmatch(_HOST, part) is None and re.fullmatch(_HOST, str(whole)) is not None


def _read(text: str, own: tuple[str, ...]) -> Evidence:
    # Each expression is tried only if its substring is present: ten thousand texts take two seconds.
    simple = {
        name: match.group(1)
        for name, part, form in _SIMPLE
        if part in text and (match := re.search(form, text)) is not None
    }
    arns = re.findall(_ARN, text) if "arn:" in text else []
    image = re.search(_IMAGE, text) if ".dkr" in text else None
    host = _host(text)
    region = (re.search(_REGIONS, host) if host else None) or (
        re.search(_REGIONS, text) if _has(text, _OF_REGIONS) else None
    )
    address, port = _dialled(text)
    accounts = [arn.split(":", 5)[4] for arn in arns]
    operation = re.search(_OPERATION, text) if "operation" in text else None
    code, message = read_api_error(text)
    actors = {simple.get("principal")}
    return Evidence(
        host=host,
        region=region.group(1) if region else None,
        account=image.group(1) if image else next(filter(None, accounts), None),
        address=address,
        kind=address_kind_of(address, own) if address else None,
        port=port,
        repository=image.group(3).rstrip(".:/") if image else None,
        arn=next((arn.rstrip(".:") for arn in arns if ":sts:" not in arn and arn not in actors), None),
        status=_status(text),
        retries=_retries(text),
        operation=operation.group(1) or operation.group(2) if operation else None,
        code=code,
        message=message,
        **simple,
    )


def _has(text: str, parts: tuple[str, ...]) -> bool:
    # A plain loop takes half of the time of a generator.
    for part in parts:  # noqa: SIM110
        if part in text:
            return True
    return False


def _host(text: str) -> str | None:
    """Return the called host: that of a URL or a DNS lookup, else any AWS host name."""
    for form, part in ((_URL, "://"), (_LOOKUP, "lookup "), (_RESOLVED, "resolve")):
        for name in re.findall(form, text) if part in text else ():
            host = str(name).lower().rstrip(".")
            # Documents that a text refers to were not called.
            if "." in host and not host.startswith(("docs.", "www.", "console.")) and host != "aws.amazon.com":
                return host
    match = re.search(_HOST, text) if _has(text, _OF_HOSTS) else None
    return match.group(1).lower() if match else None


def _dialled(text: str) -> tuple[str | None, str | None]:
    """Return the dialled address and port; that of the task itself or of instance metadata also without such words."""
    match = re.search(_DIALLED, text) if _has(text, _OF_SOCKETS) else None
    if match is None and "169.254.169.254" in text:
        match = re.search(_IMDS, text)
    if match is None and ("localhost" in text or "127." in text or "::1" in text):
        match = re.search(_LOCAL, text)
    return (match.group(1), match.group(2)) if match else (None, None)


def _status(text: str) -> str | None:
    match = re.search(_STATUS, text) if "tatus" in text or "API error" in text else None
    if match is None and _has(text, _OF_FAILURES):
        match = re.search(_FAILED_WITH, text)
    return next(filter(None, match.groups())) if match else None


def _retries(text: str) -> int | None:
    match = re.search(_RETRIES, text) if "retried" in text else None
    match = match or (re.search(_ATTEMPTS, text) if "attempts" in text else None)
    return int(match.group(1)) if match else None
