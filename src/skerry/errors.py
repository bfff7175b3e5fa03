"""The root of all errors that skerry reports: the event, the remedy and the exit code."""

EXIT_BLOCKED = 1
EXIT_USAGE = 2
EXIT_FAULT = 3
EXIT_UNKNOWN = 4


class SkerryError(Exception):
    """Something that the user can act on.

    ``what`` names the event and the user's resources or files; ``remedy`` says what to do about it. The command line
    prints both and leaves with ``exit_code``.
    """

    exit_code = EXIT_USAGE

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


class InputError(SkerryError):
    """A given file or folder cannot be read in its claimed form."""


class NothingFoundError(SkerryError):
    """The input was read, but it holds nothing of what was asked for."""


class OutputError(SkerryError):
    """A result cannot be written to the place that was given."""
