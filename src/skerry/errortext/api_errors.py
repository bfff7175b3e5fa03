"""AWS API errors in texts, as the AWS CLI, SDKs, Terraform, CloudFormation and CDK wrap them: code and message."""

import re

from skerry.masking import mask

# `An error occurred (Code) when calling the Operation operation: message` of botocore and the AWS CLI.
_BOTOCORE = (
    r"An error occurred \(([\w.]{3,80})\)(?: when calling the \w{2,80} operation(?: \([^)]{0,60}\))?)?: ?(.{1,2000})"
)
# `message (Service: Ecs, Status Code: 400, ... Error Code: Code ...)` of Java, CloudFormation and the console.
# Only its end is searched: the message before may begin anywhere.
_JAVA = r"\(Service: [^)]{0,400}?Error Code: ([\w.]{3,80})"
# `api error Code: message` and `RequestID: id, Code: message` of the AWS SDK for Go, version 2.
_GO = r"(?:api error |RequestID: [\w-]{1,80}, )([A-Z][\w.]{2,80}): (.{1,2000})"
# `Code: message status code: 400, request id: id` of the AWS SDK for Go, version 1, as in Terraform.
_GO_1 = r",? ?status code: [45]\d\d, request id"
_GO_1_CODE = r"\b([A-Z][A-Za-z]{2,60}(?:\.[A-Z]\w{1,40})?): "
# CloudFormation's resource handlers.
_HANDLER = (
    r"Resource handler returned message: \"?(.{1,2000}?)\"? ?\(RequestToken: [^)]{0,200}?HandlerErrorCode: (\w{3,80})"
)
_NAMED = (
    r"\b((?:InvalidParameter|Client|Server|ClusterNotFound|ServiceNotFound|ServiceNotActive|UnsupportedFeature"
    r"|PlatformUnknown|PlatformTaskDefinitionIncompatibility|TargetNotConnected|TargetNotFound|Blocked|LimitExceeded"
    r"|ResourceInUse|UpdateInProgress|NamespaceNotFound|AttributeLimitExceeded|Conflict|InvalidRequest|Validation"
    r")Exception|ValidationError)\)?: (.{1,2000})"
)
# Text after a message: the request, the line of a Terraform configuration.
_END = r" ?\((?:Service|RequestToken|Request ID): ?.*$|,? ?status code: \d{3}.*$| ?,? with (?:module|aws_)\S* .*$"
_MOST = 300
_LONGEST = 2_000
# Clients that got no answer print these in the place of a code.
_NO_ANSWER = frozenset(["RequestError", "RequestCanceled", "RequestTimeout", "Error"])


def read_api_error(text: str) -> tuple[str | None, str | None]:
    """Return the code and message of an AWS API error in a text on one line; None each if it holds none.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html
    """
    if "rror" not in text and "xception" not in text and "status code" not in text and "HandlerErrorCode" not in text:
        return None, None
    code, message = _find(text)
    if code is None or code in _NO_ANSWER:
        return None, None
    return code, mask(re.sub(_END, "", message).strip(" .\"'"))[:_MOST] or None


def _find(text: str) -> tuple[str | None, str]:
    if "An error occurred" in text and (match := re.search(_BOTOCORE, text)):
        return match.group(1), match.group(2)
    if "HandlerErrorCode" in text and (match := re.search(_HANDLER, text)):
        return match.group(2), match.group(1)
    if "Error Code:" in text and (match := re.search(_JAVA, text)):
        return match.group(1), text[max(0, match.start() - _LONGEST) : match.start()]
    for part, form in (("RequestID", _GO), ("api error", _GO)):
        if part in text and (match := re.search(form, text)):
            return match.group(1), match.group(2)
    end = re.search(_GO_1, text) if "request id" in text else None
    if end is not None:
        before = text[max(0, end.start() - _LONGEST) : end.start()]
        # Several words may stand before a colon; the code is the last of them.
        for match in list(re.finditer(_GO_1_CODE, before))[-1:]:
            return match.group(1), before[match.end() :]
    match = re.search(_NAMED, text) if "xception" in text or "ValidationError" in text else None
    return (match.group(1), match.group(2)) if match else (None, "")
