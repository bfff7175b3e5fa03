"""Masking of secrets in text: tokens, signatures, passwords and keys are replaced before text is shown or saved.

Hosts, paths, ARNs and ids stay. Each pattern takes time in proportion to the text, whatever the text is.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeAlias

Node: TypeAlias = Any
"""A value of JSON: an object, a list, a text, a number, true, false or null."""

REMOVED = "<removed>"
_STAND_IN = re.compile(r"<removed(?:-\d{1,9})?>")
_MOST_REMEMBERED = 1_000
_KEYS = (
    "password|passwd|passphrase|pwd|secret|token|api[_-]?key|credential|signature|access[_-]?key|private[_-]?key"
    "|auth[_-]?key"
)
_ALONE = r"(?<![A-Za-z0-9])()"


class _Form(NamedTuple):
    """A pattern of two groups, the text before a secret and the secret.

    It is tried on a text with one of ``parts``, in small letters: most texts have none. ``exact``: case counts.
    """

    parts: tuple[str, ...]
    pattern: str
    exact: bool = False


_FORMS = (
    _Form(("private key",), r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----)(.+?)(?=-----END|\Z)", exact=True),
    # A query that is cut short already stays so.
    _Form(("?",), r"(https?://[^\s?\"']{1,2000}\?)(?!…)([^\s\"',)]+)"),
    _Form(("://",), r"(://)([^/\s\"']{1,2000})(?=@)"),
    _Form(("hooks.slack.com",), r"(hooks\.slack\.com/[a-z]{1,20}/)([\w/-]{4,})"),
    # With an equals sign or as a member of JSON: "token: " alone is how sentences go on.
    _Form(
        ("=", '":', '" :', "':", "' :"),
        rf"((?:{_KEYS})[\w-]{{0,20}}(?:\\{{0,4}}[\"']?\s{{0,4}}=\s{{0,4}}|\\{{0,4}}[\"']\s{{0,4}}:\s{{0,4}}))"
        r"(?!\\{0,4}[\"']?arn:)"
        r"(\"(?:[^\"\\\n]|\\.)++\"?|'[^'\n]++'?|\\{1,4}[\"'][^\"'\\\n]++|[^\s\"',;&\\]{4,})",
    ),
    _Form(
        ("authorization", "security-token", "cookie", "api-key", "private-token", "vault-token"),
        r"((?:authorization|x-amz-security-token|cookie|x-api-key|private-token|x-vault-token)\\{0,4}[\"']?"
        r"\s{0,4}[:=]\s{0,4}\\{0,4}[\"']?)([^\n\"'\\]+)",
    ),
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
    _Form(("authorization failure message",), r"(authorization failure message: ?)([\w+/=-]{8,})"),
    _Form(("bearer ", "basic "), r"(\b(?:bearer|basic) )([\w+/.~=-]{8,})"),
    # Behind a colon it is the key of a secret in its ARN.
    _Form(("passw",), r"((?<![\w:])passw(?:or)?d: ?)([^\s\"',;&]{4,})"),
    # A user with a password, as in a connection string without its scheme; a digest of an image is none.
    _Form(
        ("@",),
        r"(?<![\w.+%/@-])((?!mailto:|A(?:ROA|IDA)[A-Z0-9])[\w.+%-]{1,64}:)([^\s:/@\"']{1,256})(?=@(?!sha\d{3}:)[\w\[])",
    ),
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    _Form(("akia", "asia"), r"(?<![A-Z0-9])()((?:AKIA|ASIA)[A-Z0-9]{12,})", exact=True),
    # How session tokens of AWS STS begin.
    _Form(
        ("fwogzxivyxdz", "fqogzxivyxdz", "iqojb3jpz2lu", "aqodyxdz"),
        rf"{_ALONE}((?:F[wQ]oGZXIvYXdz|IQoJb3JpZ2lu|AQoDYXdz)[A-Za-z0-9+/=]{{16,}})",
        exact=True,
    ),
    _Form(("eyj",), r"(?<![\w.-])()(eyJ[\w-]{8,}+\.[\w.-]{8,})", exact=True),
    # https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
    _Form(
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        rf"{_ALONE}((?:gh[pousr]|github_pat)_\w{{20,}})",
        exact=True,
    ),
    # https://docs.gitlab.com/security/tokens/#token-prefixes
    _Form(("gl",), rf"{_ALONE}(gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct)-[\w.-]{{16,}})", exact=True),
    # https://docs.slack.dev/authentication/tokens/
    _Form(("xox", "xapp-"), rf"{_ALONE}((?:xox[a-z]|xapp)-[\w-]{{10,}})", exact=True),
    _Form(("npm_", "dckr_pat_"), rf"{_ALONE}((?:npm|dckr_pat)_[\w-]{{27,}})", exact=True),
    _Form(("aiza",), rf"{_ALONE}(AIza[\w-]{{30,}})", exact=True),
    _Form(("_live_",), rf"{_ALONE}([rs]k_live_\w{{16,}})", exact=True),
)


def mask(text: str, put: Callable[[str], str] | None = None) -> str:
    """Replace each secret of a text with ``<removed>``, or with what ``put`` makes of the secret.

    Doing it again changes nothing.
    """
    if put is not None:
        return _mask(text, put)
    return _remembered(text) if len(text) <= _MOST_REMEMBERED else _mask(text, _remove)


def mask_json(node: Node, masked_texts: dict[str, str] | None = None) -> Node:
    """Replace the secrets in every text and key of a value of JSON, in its place; the value.

    ``masked_texts`` has the results for texts so far, of several values with the same texts.
    """
    if masked_texts is None:
        masked_texts = {}
    whole = [node]
    _mask_items(whole, list(enumerate(whole)), masked_texts)
    return whole[0]


def _mask_items(holder: Node, items: Iterable[tuple[Any, Node]], masked_texts: dict[str, str]) -> None:
    """Mask what an object or list holds. Large documents repeat most of their texts: each is masked once."""
    for place, value in items:
        if isinstance(value, str):
            if (masked_value := _known(value, masked_texts)) is not value:
                holder[place] = masked_value
        elif isinstance(value, dict):
            _mask_items(value, value.items(), masked_texts)
            if any(_known(key, masked_texts) is not key for key in value):
                renamed = {_known(key, masked_texts): item for key, item in value.items()}
                value.clear()
                value.update(renamed)
        elif isinstance(value, list | tuple):
            rows = holder[place] = list(value)
            _mask_items(rows, enumerate(rows), masked_texts)


def _known(text: str, masked_texts: dict[str, str]) -> str:
    masked_text = masked_texts.get(text)
    if masked_text is None:
        masked_text = mask(text)
        # The same object if there is nothing to replace, so that a caller can compare by identity.
        masked_text = masked_texts[text] = text if masked_text == text else masked_text
    return masked_text


def _remove(_secret: str) -> str:
    return REMOVED


@lru_cache(maxsize=8_192)
def _remembered(text: str) -> str:
    return _mask(text, _remove)


def _mask(text: str, put: Callable[[str], str]) -> str:
    small = text.lower()
    if not _likely().search(small):
        return text
    for form in _FORMS:
        if any(part in small for part in form.parts):
            text = _compiled(form).sub(lambda match: match[1] + _put(match[2], put), text)
    return text


def _put(secret: str, put: Callable[[str], str]) -> str:
    """Replace a secret within its quotes; what replaces one already stays."""
    bare = secret.strip("\"'\\")
    if not bare or _STAND_IN.fullmatch(bare):
        return secret
    before, _, after = secret.partition(bare)
    return before + put(bare) + after


@cache
def _likely() -> re.Pattern[str]:
    """Compile the parts of all forms as one pattern: most texts have none."""
    parts = dict.fromkeys(part for form in _FORMS for part in form.parts)
    return re.compile("|".join(map(re.escape, parts)))


@cache
def _compiled(form: _Form) -> re.Pattern[str]:
    """Compile a pattern when the first text needs it."""
    return re.compile(form.pattern, re.DOTALL if form.exact else re.IGNORECASE)
