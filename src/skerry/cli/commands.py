"""The commands without a network of the user: the permissions of the others, a demo, the completion of a shell."""

from pathlib import Path

import click

from skerry.cli.options import PathOf, add_color_option, add_network_only_option
from skerry.cli.output import write
from skerry.cli.reading import WIDEST
from skerry.cli.terminal import text_width

_LAST_IN_FULL = 2
"""The last chapter of the demo with its whole diagnosis: the third is the first again."""


@click.command()
@add_network_only_option
@click.argument("command", type=click.Choice(list(WIDEST)))
def iam_policy(command: str, *, network_only: bool) -> None:
    """Print the IAM policy that allows a command all its calls to a live account, and nothing else.

    It is that of the widest use: one service or task takes fewer calls. Only apply and undo change anything.
    """
    from skerry.apply.api_actions import CHANGING_ACTIONS
    from skerry.render import iam_policy
    from skerry.sources import live

    calls = live.ReadScope(*WIDEST[command]._replace(network_only=network_only)).may_call
    reads = {call.action for call in calls}
    if command not in CHANGING_ACTIONS:
        write(iam_policy.write_policy(reads), None)
        return
    more = CHANGING_ACTIONS[command]
    changes = (iam_policy.change_statement(*statement) for statement in more.statements)
    write(iam_policy.write_policy(reads | more.reads, changes), None)


@click.command()
@add_color_option
@click.option("--save", type=PathOf(file_okay=False), help="Keep what was read in this folder.")
def demo(save: Path | None) -> None:
    """Show the whole story on an AWS inside this process: no account, no credentials, no network.

    A service that cannot start is diagnosed and planned, the plan is applied and verified, and taken back.
    """
    from skerry import app
    from skerry.render import console, plan
    from skerry.render.text import bold, clean
    from skerry.render.view import View

    view = View(width=text_width())
    chapters = []
    for number, chapter in enumerate(app.demo(), 1):
        chapters.append(chapter)
        shown = View(width=view.width, quiet=number > _LAST_IN_FULL)
        write(console.format_chapter(number, chapter.title, chapter.lines, chapter.diagnosis, shown) + "\n", None)
        if chapter.plan.changes and number <= _LAST_IN_FULL:
            write(f"The plan, of skerry plan:\n\n{plan.format_plan(chapter.plan, view=view)}\n", None)
    if save is not None:
        for folder in app.keep_chapters(chapters, save):
            write(f"Saved: skerry diagnose --from {clean(str(folder))}\n", None)
    else:
        write(f"{bold('Next:')} skerry demo --save demo\n", None)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell, for example: skerry completion bash >> ~/.bashrc."""
    from click.shell_completion import get_completion_class

    from skerry.cli.command_group import cli

    shell_class = get_completion_class(shell)
    assert shell_class is not None  # noqa: S101 -- the choice allows only shells that click has
    write(shell_class(cli, {}, "skerry", "_SKERRY_COMPLETE").source() + "\n")
