"""The root of all errors that skerry reports: the event, the remedy and the exit code."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from skerry.suggestions import suggest

EXIT_BLOCKED = 1
EXIT_USAGE = 2
EXIT_FAULT = 3
EXIT_UNKNOWN = 4


class Argument(StrEnum):
    """An argument of a use case, by its name in Python; a command line spells it as an option."""

    ALLOW_NETWORK = "allow_network"
    CLUSTER = "cluster"
    CODE = "code"
    DEFINITION = "definition"
    FORCE = "force"
    FORMAT = "format"
    INSTANCE = "instance"
    INTERFACE = "interface"
    INTERNET = "internet"
    PROBE = "probe"
    PROFILE = "profile"
    PUBLIC_ADDRESS = "public_address"
    REGION = "region"
    RUN_CODE = "run_code"
    SERVICE = "service"
    SOURCE_ADDRESS = "source_address"
    SUBNET = "subnet"
    SETTINGS = "file"
    TO = "to"
    WRITE_BASELINE = "write_baseline"


class SkerryError(Exception):
    """Something that the user can act on.

    ``what`` names the event and the user's resources or files. ``advice`` says what to do about it, as words and the
    arguments to give. The command line prints both and leaves with ``exit_code``.
    """

    exit_code = EXIT_USAGE

    def __init__(self, what: str, *advice: str | Argument) -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice

    @property
    def remedy(self) -> str:
        """Return the advice with the names of arguments in Python."""
        return "".join(self.advice)

    def spell_remedy(self, spell: Callable[[Argument], str]) -> str:
        """Return the advice with each argument as the caller spells it."""
        return "".join(spell(part) if isinstance(part, Argument) else part for part in self.advice)


class InputError(SkerryError):
    """A given file or folder cannot be read in its claimed form."""


class NothingFoundError(SkerryError):
    """The input was read, but it holds nothing of what was asked for."""


class OutputError(SkerryError):
    """A result cannot be written to the place that was given."""


class UnknownNameError(NothingFoundError):
    """A named object does not exist.

    ``choices`` are the existing objects: the label of each, with the name to compare. The remedy suggests the
    similar ones, and lists at most ``most``.
    """

    def __init__(self, what: str, name: str, choices: Mapping[str, str], most: int = 10) -> None:
        labels = sorted(choices)
        more = f" and {len(labels) - most} more" if len(labels) > most else ""
        existing = f"There are: {', '.join(labels[:most])}{more}." if labels else "The input holds none at all."
        super().__init__(what, f"{suggest(name, choices.values())} {existing}".lstrip())
        self.name = name
        self.choices = choices


class AmbiguousNameError(NothingFoundError):
    """Several objects have a name; ``ids`` are theirs."""

    def __init__(self, noun: str, name: str, ids: Sequence[str]) -> None:
        super().__init__(f"{len(ids)} {noun}s have the name {name}", f"Give the id of one: {', '.join(ids)}.")
        self.name = name
        self.ids = tuple(ids)
