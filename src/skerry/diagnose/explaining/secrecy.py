"""What may be secret in an error text: tokens, signatures and passwords are replaced before any of it is shown."""

import re

_PUT = "<removed>"
_QUERY = re.compile(r"(https?://[^\s?\"']{1,2000})\?[^\s\"',)]{1,8000}", re.IGNORECASE)
_USER = re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://)[^/@\s\"']{1,400}@", re.IGNORECASE)
_HEADER = re.compile(r"\b((?:proxy-)?authorization|x-amz-security-token|cookie)([\"']?\s{0,4}[:=]\s{0,4})[^\n\"']{1,8000}", re.IGNORECASE)
# With an equals sign or as a member of JSON: "token: " alone is how sentences go on.
_NAMED = re.compile(
    r"([\w-]{0,40}(?:password|passwd|secret|token|api_?key|credential|signature|access_?key)[\w-]{0,20}"
    r"(?:[\"']?\s{0,4}=\s{0,4}[\"']?|[\"']\s{0,4}:\s{0,4}[\"']))(?!arn:)[^\s\"',;&]{4,8000}",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"(\b(?:password|passwd): ?)[^\s\"',;&]{4,8000}", re.IGNORECASE)
_BEARER = re.compile(r"\b(bearer|basic) [A-Za-z0-9+/._~=-]{8,8000}", re.IGNORECASE)
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
_KEY = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,124}\b")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_.-]{8,8000}")


def redact(text: str) -> str:
    """Replace what may be secret; hosts, paths, ARNs and ids stay."""
    text = _QUERY.sub(rf"\1?{_PUT}", text)
    text = _USER.sub(rf"\1{_PUT}@", text)
    text = _BEARER.sub(rf"\1 {_PUT}", _HEADER.sub(rf"\1\2{_PUT}", text))
    text = _PASSWORD.sub(rf"\1{_PUT}", _NAMED.sub(rf"\1{_PUT}", text))
    return _JWT.sub(_PUT, _KEY.sub(_PUT, text))
