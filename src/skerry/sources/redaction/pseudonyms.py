"""Pseudonyms for people and secrets: one run replaces each name by the same pseudonym everywhere.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
"""

import re
from collections.abc import Iterable
from typing import Literal

from skerry.masking import mask

PseudonymKind = Literal["user", "session", "person", "removed"]

_NAME = r"[\w+=,.@-]*[\w+=@-]"
_STAND_IN = re.compile(r"(?:user|session)-\d{1,18}|person-\d{1,18}@example\.com")
_NUMBERED = re.compile(rb"(?:user|session|person|removed)-(\d{1,18})")
# Sessions of tasks and instances have their ids as names.
_MACHINE = re.compile(r"[0-9a-f]{32}|i-[0-9a-f]{8,17}")
# A name may end in wildcards and policy variables; these stay.
_USER = re.compile(
    rf"(arn:[\w*-]+:(?:iam|sts):[\w*-]*:[\d*?]*:(?:federated-)?user/(?:[\w+=,.@*?-]++/)*+)({_NAME})", re.ASCII
)
_SESSION = re.compile(rf"(assumed-role/[\w+=,.@*?-]{{1,128}}/|\bA(?:ROA|IDA)[A-Z0-9]{{10,124}}:)({_NAME})", re.ASCII)
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]++@(?:[\w-]{1,63}\.){1,8}[A-Za-z][\w-]{1,62}")
_HOME = re.compile(r"((?:/home|/Users|\\Users)[/\\])([^/\\\s:\"']+)")


class Pseudonyms:
    """The pseudonyms of one run, numbered in the order of first use."""

    def __init__(self) -> None:
        self._last = 0
        self._names: dict[tuple[PseudonymKind, str], str] = {}
        self._texts: dict[str, str] = {}

    def reserve(self, contents: Iterable[bytes]) -> None:
        """Reserve the numbers of pseudonyms in these contents."""
        for content in contents:
            self._last = max(self._last, *map(int, _NUMBERED.findall(content)), 0)

    def replace_all(self, text: str) -> str:
        """Replace the secrets, user names, names of sessions and e-mail addresses in a text."""
        replaced = self._texts.get(text)
        if replaced is None:
            replaced = self._texts[text] = self.replace_names(mask(text, self._secret))
        return replaced

    def pseudonym_of_user(self, name: str) -> str:
        """Return the pseudonym of a user."""
        return self._name("user", name)

    def pseudonym_of_session(self, name: str) -> str:
        """Return the pseudonym of a role's session; the id of a task or instance stays."""
        return name if _MACHINE.fullmatch(name) else self._name("session", name)

    def replace_names(self, text: str) -> str:
        """Replace the user names, names of sessions and e-mail addresses in a text, but no secrets."""
        if "user/" in text:
            text = _USER.sub(lambda match: match[1] + self.pseudonym_of_user(match[2]), text)
        if "assumed-role/" in text or "AROA" in text or "AIDA" in text:
            text = _SESSION.sub(lambda match: match[1] + self.pseudonym_of_session(match[2]), text)
        if "@" in text:
            text = _EMAIL.sub(lambda match: self._name("person", match[0]), text)
        if "/home/" in text or "Users" in text:
            text = _HOME.sub(lambda match: match[1] + self.pseudonym_of_user(match[2]), text)
        return text

    def _name(self, kind: PseudonymKind, name: str) -> str:
        """Return the pseudonym of a name; an e-mail address has the same one for every kind."""
        if _STAND_IN.fullmatch(name):
            return name
        if _EMAIL.fullmatch(name):
            return f"{self._numbered('person', name)}@example.com"
        return self._numbered(kind, name)

    def _secret(self, secret: str) -> str:
        return f"<{self._numbered('removed', secret)}>"

    def _numbered(self, kind: PseudonymKind, name: str) -> str:
        pseudonym = self._names.get((kind, name))
        if pseudonym is None:
            self._last += 1
            pseudonym = self._names[kind, name] = f"{kind}-{self._last}"
        return pseudonym
