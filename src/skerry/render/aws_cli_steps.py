"""Commands of the AWS CLI as data, with those that take them back."""

from typing import NamedTuple

from skerry.render.shell_words import JsonWord, Variable, Word

Option = tuple[str, tuple[Word | JsonWord, ...]]


class AwsCommand(NamedTuple):
    """A command of the AWS CLI; its answer to ``query`` becomes the value of ``variable``."""

    service: str
    operation: str
    options: tuple[Option, ...]
    variable: Variable | None = None
    query: str = ""


class FunctionCall(NamedTuple):
    """A call of one of the script's own functions with an id."""

    function: str
    argument: Word


Commands = tuple[AwsCommand | FunctionCall, ...]


class CommandStep(NamedTuple):
    """The commands of a change, and those that take it back; ``loss`` says why there are none, or what is lost."""

    commands: Commands
    reversal: Commands = ()
    loss: str = ""
