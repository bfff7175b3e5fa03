"""Hints: library functions name arguments, and only the command line names its options."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

import skerry
from skerry.cli.command_group import cli
from skerry.cli.hints import OPTIONS, hint_of
from skerry.errors import Argument, InputError

SOURCE = Path(skerry.__file__).parent
LIBRARY = sorted(path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts[0] != "cli")
# Texts of the first are commands of the AWS CLI, with options of the same names. The plugin of the CDK names commands.
AWS_COMMANDS = {"render/aws_cli.py", "cdk.py"}
DATA = sorted((SOURCE / "data").glob("*.json"))

_TOKEN = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
# Commands of other programs have options of their own, some of the same name.
_FOREIGN = re.compile(r"\b(?:aws|docker|pip|pipx|session-manager-plugin|uv) [a-z0-9-]+[^.\"]*")


@cache
def options() -> frozenset[str]:
    """The long options of all commands."""
    context = click.Context(cli, **cli.context_settings)
    commands = [cli.get_command(context, name) for name in cli.list_commands(context)]
    return frozenset(
        name
        for command in (*commands, cli)
        if command is not None
        for option in command.get_params(context)
        for name in option.opts
        if name.startswith("--")
    )


def texts(code: str) -> Iterator[str]:
    """The literal texts of a module, its docstrings among them."""
    for node in ast.walk(ast.parse(code)):
        # A text without a space is an argument of a program that skerry runs.
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.value


def named(text: str) -> set[str]:
    """The options of skerry that a text names."""
    return set(_TOKEN.findall(_FOREIGN.sub("", text))) & options()


def test_library_names_no_option_of_the_command_line() -> None:
    modules = {path: set[str]().union(*map(named, texts(path.read_text(encoding="utf-8")))) for path in LIBRARY}
    assert {str(path.relative_to(SOURCE)): names for path, names in modules.items() if names}.keys() == AWS_COMMANDS


def test_data_names_no_option_of_the_command_line() -> None:
    data = {path.name: named(path.read_text(encoding="utf-8")) for path in DATA}
    assert {name: names for name, names in data.items() if names} == {}


def test_option_names_are_seen_in_texts_but_not_those_of_other_programs() -> None:
    assert named("Give --region, or -q.") == {"--region"}
    assert named("Run aws ecs update-service --platform-version LATEST. Give --cluster.") == {"--cluster"}
    assert named("aws ec2 modify-vpc-endpoint --add-subnet-ids") == named("--region-name") == set()
    assert {"--from", "--list", "--version"} <= options()


def test_shared_options_are_declared_once() -> None:
    context = click.Context(cli, **cli.context_settings)
    declared: dict[str, dict[str, set[str]]] = {}
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        for option in command.params:
            if isinstance(option, click.Option):
                declared.setdefault(option.opts[-1], {}).setdefault(str(option.help), set()).add(name)
    several = {option: list(helps.values()) for option, helps in declared.items() if len(helps) > 1}
    fewest = {option: min(commands, key=len) for option, commands in several.items()}
    # Their meaning differs: a report replaces more, a trace has one subnet, a snapshot is a folder, a text is compared,
    # a server listens, code has no account, and prices are of several Regions.
    assert {option: sorted(commands) for option, commands in fewest.items()} == {
        "--cluster": ["explain"],
        "--output": ["snapshot"],
        "--port": ["embedded"],
        "--redact": ["report"],
        "--region": ["check"],
        "--security-group": ["trace"],
        "--service": ["explain"],
        "--subnet": ["trace"],
        "--task": ["explain"],
        "--verbose": ["snapshot"],
    }


@pytest.mark.parametrize("argument", Argument, ids=str)
def test_each_argument_is_spelled_as_an_option(argument: Argument) -> None:
    error = InputError("no Region is given", "Give ", argument, ".")
    assert error.remedy == f"Give {argument.value}."
    assert hint_of(error) == f"Give {OPTIONS[argument]}."
    assert OPTIONS[argument].split()[0] in options()
