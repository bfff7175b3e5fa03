"""The command that judges a network before it is deployed."""

import os
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import msgspec

from skerry.cli.hints import hint_of
from skerry.cli.options import PathOf, ResultOptions, add_output_options, hand_over
from skerry.cli.output import complain, leave, say, write
from skerry.cli.reading import WIDEST, InputSource, print_notes, world_of
from skerry.cli.triage import TriageArguments, add_triage_options, leave_triaged, write_triaged
from skerry.errors import EXIT_USAGE
from skerry.render import formats

if TYPE_CHECKING:
    from skerry.app import CheckRequest, RepositorySettings
    from skerry.diagnose.check_result import CheckResult
    from skerry.model.world import World

_LIVE = "live"
_NAMED = re.compile(r"([A-Za-z][\w.-]*)=(.+)", re.DOTALL)


class _InputArgument(click.ParamType):  # type: ignore[type-arg]
    """A path, or a name and a path: ``network=plan.json``. A path that exists as it is has no name."""

    name = "input"

    def convert(
        self, value: str | tuple[Path, str | None], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Path, str | None]:
        """Return the path and the name."""
        if isinstance(value, tuple):
            return value
        match = None if "\0" in value or os.path.lexists(value) else _NAMED.fullmatch(value)
        name, path = (None, value) if match is None else match.groups()
        return PathOf().convert(path, param, ctx), name


class CheckOptions(NamedTuple):
    """The user's words about the inputs of a check."""

    code: Path | None
    variables: tuple[str, ...]
    files: tuple[Path, ...]
    parameters: tuple[str, ...]
    workspace: str | None
    region: str | None
    account: str | None
    allow_network: bool
    existing: Path | None
    profile: str | None
    strict: bool
    assumptions: tuple[str, ...]
    run_code: bool

    def with_settings(self, settings: "RepositorySettings | None") -> "CheckOptions":
        """Return the options with the defaults of the repository where the user gave none."""
        if settings is None:
            return self
        defaults = settings.content.check
        code = self.code
        if code is None and defaults.code is not None:
            code = settings.path_of(Path(defaults.code))
            if not self.run_code:
                settings.refuse_code([code])
        existing = self.existing
        if existing is None and defaults.existing is not None:
            existing = settings.path_of(Path(defaults.existing))
        return self._replace(
            code=code,
            # The last value of a variable or parameter holds.
            files=(*(settings.path_of(Path(name)) for name in defaults.var_files), *self.files),
            variables=(*(f"{name}={value}" for name, value in defaults.variables), *self.variables),
            parameters=(*(f"{name}={value}" for name, value in defaults.parameters), *self.parameters),
            workspace=self.workspace or defaults.workspace,
            region=self.region or defaults.region,
            account=self.account or defaults.account,
            existing=existing,
            assumptions=(*_others(defaults.assumptions, self.assumptions), *self.assumptions),
            strict=self.strict or defaults.strict,
        )

    def existing_world(self, *, quiet: bool) -> "World | None":
        """Read the network that the plans change: a snapshot, or the live account."""
        if self.existing is None:
            if self.profile is not None:
                raise click.UsageError("--profile is for --with live")
            return None
        path = None if str(self.existing) == _LIVE else self.existing
        world = world_of(InputSource(path, self.profile, self.region, quiet), WIDEST["check"])
        if path is not None:
            return world
        # The live account is newer than any plan.
        return type(world)(msgspec.structs.replace(world.facts, read_at=datetime.now(UTC)))

    @property
    def folders(self) -> tuple[Path, ...]:
        """Return the folder of the code of a plan: places of resources are relative to it."""
        return () if self.code is None else (self.code,)

    def supply_of(self, checked: "CheckResult") -> str:
        """Return the options for missing facts; nothing if the network exists."""
        levels = {one.level for one in checked.inputs}
        if self.existing is not None or "answers" in levels:
            return ""
        code = "--code DIR (the initialised code of the plan), " if "plan" in levels and self.code is None else ""
        whole = "--assume whole (the inputs hold all of their VPCs), " if "state" in levels else ""
        return f"{code}--with SNAPSHOT, {whole}or --assume SUBNET=PLACE"

    def request(self, inputs: Iterable[tuple[Path, str | None]], existing: "World | None") -> "CheckRequest":
        """Return the request to the use case."""
        from skerry import app

        # A variable goes before a file: of two values Terraform takes the later one.
        # https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence
        words = (*(f"-var-file={one.resolve()}" for one in self.files), *(f"-var={one}" for one in self.variables))
        return app.CheckRequest(
            inputs=tuple(app.NamedPath(*one) for one in inputs),
            code=self.code,
            variables=words,
            parameters=self.parameters,
            workspace=self.workspace,
            region=self.region,
            account=self.account,
            allow_network=self.allow_network,
            existing=existing,
            strict=self.strict,
            assumptions=self.assumptions,
        )


def _others(defaults: Iterable[str], given: Iterable[str]) -> list[str]:
    """Return the assumptions of the repository about subnets without one of the user's."""
    subnets = {text.partition("=")[0] for text in given}
    return [text for text in defaults if text.partition("=")[0] not in subnets]


_OPTIONS = [
    click.option(
        "--code", type=PathOf(file_okay=False), metavar="DIR", help="The initialised code of a plan: it is resolved."
    ),
    click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="A variable of the code; repeatable."),
    click.option(
        "--var-file", "files", type=PathOf(dir_okay=False), multiple=True, help="A file of variables; repeatable."
    ),
    click.option(
        "--parameters", multiple=True, metavar="[STACK.]KEY=VALUE", help="A parameter of templates; repeatable."
    ),
    click.option("--workspace", help="The workspace of the code; without it, the default one."),
    click.option("--region", help="The Region to check, if the input names several or none."),
    click.option("--account", help="The account, if the input does not name it."),
    click.option(
        "--with",
        "existing",
        type=PathOf(),
        metavar="PATH|live",
        help="What exists, to put the change of a plan on: saved answers, or the live account.",
    ),
    click.option("--profile", help="The profile of the live account's credentials."),
    click.option(
        "--assume",
        "assumptions",
        multiple=True,
        metavar="SUBNET=PLACE[,BLOCK]|whole",
        help="The place of a subnet that no input describes: isolated, private-nat or public; repeatable. "
        "Or whole: the inputs hold all of their VPCs and roles.",
    ),
    click.option("--strict", is_flag=True, help="Refuse templates that import what no stack here exports."),
    click.option("--allow-network", is_flag=True, help="Let Terraform reach the network while it resolves the code."),
    click.option("--run-code", is_flag=True, help="Let Terraform run code that skerry.toml names, as if named here."),
]


@click.command()
@click.argument("inputs", type=_InputArgument(), nargs=-1, metavar="[NAME=]FILE|DIR...")
@hand_over("options", CheckOptions, _OPTIONS)
@click.option("--fix", "fixes", is_flag=True, help="Print a patch for templates or code, checked before it is printed.")
@click.option("--allow-unknown", is_flag=True, help="Exit 0, not 4, if a verdict is unknown.")
@click.option("-q", "--quiet", is_flag=True, help="Only the first line.")
@click.option("-v", "--verbose", is_flag=True, help="Show every hop of every path.")
@add_output_options(formats.CHECK)
@add_triage_options(tuple(formats.CHECK))
def check(
    inputs: tuple[tuple[Path, str | None], ...],
    options: CheckOptions,
    result: ResultOptions,
    triage: TriageArguments,
    *,
    fixes: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Tell whether Fargate tasks can start in a network that is not deployed yet.

    FILE is a CloudFormation template, or a plan or a state of Terraform as JSON, of terraform show -json. DIR is a
    cdk.out of the AWS CDK, or an initialised folder of Terraform code: Terraform resolves it in a private copy, without
    network and without credentials. Saved answers of AWS are read too. Several inputs are
    one system; a NAME says which state or stack one is. Without any, the inputs that skerry.toml names.
    """
    from skerry import app

    settings = triage.settings(quiet=quiet)
    given = inputs or _inputs_of(settings, run_code=options.run_code)
    options = options.with_settings(settings)
    request = options.request(given, options.existing_world(quiet=quiet))
    if fixes:
        _print_fix(request, result, quiet=quiet, allow_unknown=triage.allows_unknown(result, settings))
        return
    checked = app.check(request)
    _print_inputs(checked, quiet=quiet)
    triaged = app.triage_result(checked, triage.options([*(path for path, _ in given), *options.folders], settings))
    if checked.networks:
        view = InputSource(None, None, options.region, quiet, verbose).view
        view = msgspec.structs.replace(view, supply=options.supply_of(checked))
        write_triaged(triaged, formats.CHECK, triage, result, view)
    if checked.unreadable:
        sys.exit(EXIT_USAGE)
    leave_triaged(triaged, triage, result, settings)


def _inputs_of(settings: "RepositorySettings | None", *, run_code: bool) -> tuple[tuple[Path, str | None], ...]:
    """Return the inputs that the settings name, relative to their folder."""
    if settings is None or not settings.content.check.inputs:
        raise click.UsageError("name a FILE or DIR, or inputs in skerry.toml")
    paths = tuple(_named_path(settings, text) for text in settings.content.check.inputs)
    if not run_code:
        settings.refuse_code(path for path, _ in paths)
    return paths


def _named_path(settings: "RepositorySettings", text: str) -> tuple[Path, str | None]:
    """Return the path and the name of an input of the settings. A path that exists as it is has no name."""
    match = None if os.path.lexists(settings.folder / text) else _NAMED.fullmatch(text)
    name, path = (None, text) if match is None else match.groups()
    return settings.path_of(Path(path)), name


def _print_fix(request: "CheckRequest", result: ResultOptions, *, quiet: bool, allow_unknown: bool) -> None:
    """Print a patch, and on stderr the steps for people and the verdict with the patch."""
    from skerry.app.fixing import fix
    from skerry.render.text import clean

    made = fix(request)
    _print_inputs(made.before, quiet=quiet)
    for step in made.manual:
        say(f"by hand: {clean(step.title)}")
        for line in step.snippet.splitlines():
            say(f"  {clean(line)}")
    if made.before.unreadable:
        sys.exit(EXIT_USAGE)
    if made.refused:
        say("with the edits that were tried, no more tasks can start")
    say(f"{'with the patch' if made.patch else 'no patch'}: {made.after.verdict}")
    write(made.patch, result.output, quiet=quiet)
    leave(made.after.verdict, allow_unknown=allow_unknown)


def _print_inputs(checked: "CheckResult", *, quiet: bool) -> None:
    """Print the errors of unreadable inputs, and the notes about the others."""
    from skerry.render.text import clean

    for one in checked.inputs:
        if one.error is not None:
            say(one.error.what if one.name in one.error.what else f"{one.name}: {one.error.what}")
            complain(f"  {clean(hint_of(one.error))}")
    for network in checked.networks:
        print_notes(network.world.facts.notes, quiet=quiet)
