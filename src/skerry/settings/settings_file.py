"""The file ``skerry.toml``: a repository's defaults, and the problems that it accepts."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, cast

import msgspec

from skerry.diagnose.diagnosis import Severity
from skerry.errors import Argument, InputError
from skerry.problems.records import SEVERITIES, Acceptance, CodePlace
from skerry.suggestions import suggest

FILE_NAME: Final = "skerry.toml"
FailOn: TypeAlias = Literal["blocked", "unknown"]

_MOST_BYTES: Final = 1 << 20
_TABLE = re.compile(r"""\s*\[\[?\s*["']?([\w.-]+)["']?\s*\]\]?""")
_KEY = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*[.=]""")


class CheckDefaults(msgspec.Struct, frozen=True):
    """Defaults of the command line of `skerry check`. Paths are relative to the file's folder.

    ``variables`` and ``parameters`` are pairs of a name and a value, ``existing`` is a snapshot.
    """

    inputs: tuple[str, ...] = ()
    code: str | None = None
    var_files: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    workspace: str | None = None
    region: str | None = None
    account: str | None = None
    existing: str | None = None
    assumptions: tuple[str, ...] = ()
    strict: bool = False


class SettingsFile(msgspec.Struct, frozen=True):
    """The settings of a repository; None: not set. ``baseline`` is relative to the file's folder."""

    source: str
    fail_on: FailOn | None = None
    min_severity: Severity | None = None
    baseline: str | None = None
    check: CheckDefaults = CheckDefaults()
    acceptances: tuple[Acceptance, ...] = ()


def find_settings_file(folder: Path, root: Path) -> Path | None:
    """Return the settings file in a folder or the nearest one above it, up to the root of the repository.

    Raises `InputError` for a link that leads out of the repository: texts about a wrong file show parts of it.
    """
    folders = (folder.resolve(), *folder.resolve().parents)
    names = (one / FILE_NAME for one in folders if one.is_relative_to(root))
    path = next((name for name in names if name.is_file()), None)
    if path is not None and not path.resolve().is_relative_to(root):
        message = f"{FILE_NAME} is a link out of {root.name}"
        raise InputError(message, "Put the file itself there, or name it: ", Argument.SETTINGS, ".")
    return path


def read_settings(path: Path, name: str, rules: Collection[str]) -> SettingsFile:
    """Read a settings file, called ``name`` in texts. ``rules`` are the codes and ids that it may accept.

    Raises `InputError`, with the line, for a key, a type or a value that it may not have.
    """
    import tomllib  # noqa: PLC0415 -- for repositories with settings only

    try:
        if path.stat().st_size > _MOST_BYTES:
            message = f"{name} is larger than a megabyte"
            raise InputError(message, "A settings file holds a few lines.")
        text = path.read_bytes().decode()
        content = tomllib.loads(text)
    except OSError as error:
        message = f"cannot read {name}: {error.strerror}"
        raise InputError(message, "Name another file: ", Argument.SETTINGS, ".") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{name} is no TOML: {error}"
        raise InputError(message, "Its form: docs/formats.md") from error
    return _SettingsReader(name, text, rules).read(content)


class _SettingsReader:
    """The reading of one file; every refusal names its line."""

    def __init__(self, name: str, text: str, rules: Collection[str]) -> None:
        self._name = name
        self._rules = rules
        self._lines = _lines_of_keys(text)

    def read(self, content: Mapping[str, Any]) -> SettingsFile:
        self._refuse_unknown(content, _KEYS, "", 0)
        values = {key: self._checked(content, key, "", 0, _KEYS) for key in _KEYS if key in content}
        rows = values.pop("accept", [])
        return SettingsFile(
            self._name,
            fail_on=values.get("fail-on"),
            min_severity=values.get("min-severity"),
            baseline=values.get("baseline"),
            check=CheckDefaults(
                inputs=tuple(values.get("inputs", ())),
                code=values.get("code"),
                var_files=tuple(values.get("var-files", ())),
                variables=self._pairs(values, "variables"),
                parameters=self._pairs(values, "parameters"),
                workspace=values.get("workspace"),
                region=values.get("region"),
                account=values.get("account"),
                existing=values.get("with"),
                assumptions=tuple(values.get("assume", ())),
                strict=values.get("strict", False),
            ),
            acceptances=tuple(self._acceptance(row, number) for number, row in enumerate(rows)),
        )

    def _pairs(self, values: Mapping[str, Any], table: str) -> tuple[tuple[str, str], ...]:
        """Return the names and values of a table. Raises `InputError` for a value that is no text."""
        for name, value in values.get(table, {}).items():
            if not isinstance(value, str):
                self._refuse(f"{name} of {table} must be a text", table, 0, name)
        return tuple(values.get(table, {}).items())

    def _acceptance(self, row: Mapping[str, Any], number: int) -> Acceptance:
        self._refuse_unknown(row, _ACCEPT_KEYS, "accept", number)
        for key in ("rule", "reason"):
            if not row.get(key):
                self._refuse(f"an accepted problem needs a {key}", "accept", number, "")
        values = {key: self._checked(row, key, "accept", number, _ACCEPT_KEYS) for key in row}
        if values["rule"] not in self._rules:
            name = values["rule"]
            self._refuse(_with_suggestion(f"there is no rule {name!r}", name, self._rules), "accept", number, "rule")
        line = self._line("accept", number, "rule")
        return Acceptance(
            values["rule"],
            values["reason"],
            CodePlace(self._name, line),
            values.get("resource"),
            values.get("service"),
            values.get("until"),
        )

    def _refuse_unknown(self, row: Mapping[str, Any], keys: "_Keys", table: str, number: int) -> None:
        for key in row:
            if key not in keys:
                self._refuse(_with_suggestion(f"unknown key {key!r}", key, keys), table, number, key)

    def _checked(self, row: Mapping[str, Any], key: str, table: str, number: int, keys: "_Keys") -> Any:  # noqa: ANN401
        is_valid, wanted = keys[key]
        if not is_valid(row[key]):
            self._refuse(f"{key} must be {wanted}", table, number, key)
        return row[key]

    def _refuse(self, what: str, table: str, number: int, key: str) -> None:
        message = f"{self._name}:{self._line(table, number, key)}: {what}"
        raise InputError(message, "Its form: docs/formats.md")

    def _line(self, table: str, number: int, key: str) -> int:
        places = ((table, number, key), (table, number, ""), ("", 0, table))
        return next((self._lines[place] for place in places if place in self._lines), 1)


def _with_suggestion(what: str, name: str, names: Iterable[str]) -> str:
    suggestion = suggest(name, names)
    return f"{what}. {suggestion}" if suggestion else what


def _lines_of_keys(text: str) -> dict[tuple[str, int, str], int]:
    """Return the line of each key, by its table, the number of the table, and itself; empty: of the table."""
    lines: dict[tuple[str, int, str], int] = {}
    table, counts = "", {"": 0}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.match(line):
            table = header[1]
            counts[table] = counts.get(table, -1) + 1
            lines[table, counts[table], ""] = number
        elif key := _KEY.match(line):
            lines.setdefault((table, counts[table], key[1] or key[2] or key[3] or ""), number)
    # The header of a table is a key of the file, too.
    return lines | {("", 0, name): number for (name, count, key), number in lines.items() if not key and not count}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in cast("list[object]", value))


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_no_account(value: object) -> bool:
    return _is_text(value) and value != "live"


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in cast("list[object]", value))


def _is_date(value: object) -> bool:
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


_Keys: TypeAlias = Mapping[str, tuple[Callable[[object], bool], str]]
_KEYS: _Keys = {
    "fail-on": (lambda value: value in ("blocked", "unknown"), '"blocked" or "unknown"'),
    "min-severity": (lambda value: value in SEVERITIES, '"error", "warning" or "note"'),
    "baseline": (_is_text, "the name of a file"),
    "inputs": (_are_texts, "a list of files and folders"),
    "code": (_is_text, "the name of a folder"),
    "var-files": (_are_texts, "a list of files"),
    "variables": (_is_table, "a table of names and values"),
    "parameters": (_is_table, "a table of names and values"),
    "workspace": (_is_text, "the name of a workspace"),
    "region": (_is_text, "the name of a Region"),
    "account": (_is_text, "an account id in quotes"),
    "with": (_is_no_account, "the name of a snapshot; the live account is for the command line alone"),
    "assume": (_are_texts, "a list of texts SUBNET=PLACE, or whole"),
    "strict": (lambda value: isinstance(value, bool), "true or false"),
    "accept": (_are_tables, "tables: [[accept]]"),
}
_ACCEPT_KEYS: _Keys = {
    "rule": (_is_text, "a code or the id of a check"),
    "reason": (_is_text, "a text"),
    "resource": (_is_text, "an id, an ARN or an address"),
    "service": (_is_text, "the name of a service"),
    "until": (_is_date, "a date, such as 2027-01-31"),
}
