"""What may be secret in an error text: tokens, signatures and passwords are replaced before any of it is shown."""

import re

_PUT = "<removed>"
# Each with parts of the text, in small letters, of which one must be there for it to be tried: most texts have none.
_FORMS = (
    (("?",), r"(https?://[^\s?\"']{1,2000}\?)[^\s\"',)]{1,8000}", rf"\1{_PUT}"),
    (("@",), r"(://)[^/@\s\"']{1,400}@", rf"\1{_PUT}@"),
    (
        ("authorization", "security-token", "cookie"),
        r"((?:authorization|x-amz-security-token|cookie)[\"']?\s{0,4}[:=]\s{0,4}[\"']?)[^\n\"']{1,8000}",
        rf"\1{_PUT}",
    ),
    (("bearer ", "basic "), r"\b(bearer|basic) [\w+/.~=-]{8,8000}", rf"\1 {_PUT}"),
    # With an equals sign or as a member of JSON: "token: " alone is how sentences go on.
    (
        ("=", '":', '" :', "':", "' :"),
        (
            r"((?:password|passwd|secret|token|api_?key|credential|signature|access_?key)[\w-]{0,20}"
            r"(?:[\"']?\s{0,4}=\s{0,4}[\"']?|[\"']\s{0,4}:\s{0,4}[\"']))(?!arn:)[^\s\"',;&]{4,8000}"
        ),
        rf"\1{_PUT}",
    ),
    (("passw",), r"\b(passw(?:or)?d: ?)[^\s\"',;&]{4,8000}", rf"\1{_PUT}"),
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    (("akia", "asia"), r"(?-i:\b(?:AKIA|ASIA)[A-Z0-9]{12,124}\b)", _PUT),
    (("eyj",), r"\beyJ[\w-]{8,8000}\.[\w.-]{8,8000}", _PUT),
)


def redact(text: str) -> str:
    """Replace what may be secret; hosts, paths, ARNs and ids stay."""
    small = text.lower()
    for parts, form, put in _FORMS:
        for part in parts:
            if part in small:
                # Compiled, and kept, when the first text needs it.
                text = re.sub(form, put, text, flags=re.IGNORECASE)
                break
    return text
