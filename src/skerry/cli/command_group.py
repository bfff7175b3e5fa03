"""The command group: each command's module is loaded when the command is asked for, so that a start pays for one."""

from importlib import import_module

import click

from skerry import __version__
from skerry.suggestions import suggest

_MODULES = {
    "apply": "apply",
    "check": "check",
    "completion": "commands",
    "cost": "cost",
    "demo": "commands",
    "diagnose": "diagnose",
    "draw": "draw",
    "embedded": "embedded",
    "explain": "explain",
    "iam-policy": "commands",
    "nat-exit": "nat_exit",
    "plan": "plan",
    "prices": "prices",
    "rehearse": "rehearse",
    "report": "report",
    "snapshot": "snapshot",
    "trace": "trace",
    "undo": "undo",
}


class _Group(click.Group):
    """A group that finds its commands in the modules of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _MODULES:
            return None
        command = getattr(import_module(f"skerry.cli.{_MODULES[cmd_name]}"), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)  # noqa: S101 -- the table names commands
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name.

        Raises `click.UsageError` for a name that is no command, with similar names.
        """
        name = args[0]
        if name not in _MODULES and not name.startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"No such command {name!r}. {suggest(name, _MODULES)}".rstrip())
        return super().resolve_command(ctx, args)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="skerry")
def cli() -> None:
    """Tell whether an ECS/Fargate task can start in an isolated subnet, and name all blockers if not.

    Exit codes: 0 all ok or not applicable, 1 blocked or intermittent, 2 usage, unreadable input, a named object that
    does not exist or no way into the account, 3 a fault of skerry's, 4 unknown remains.
    """
