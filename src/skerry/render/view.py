"""How much of a result a user wants to see, how wide, and with which commands to go on."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

DEFAULT_WIDTH = 80
"""The width of text for no terminal: a file or a pipe."""


class View(msgspec.Struct, frozen=True):
    """The part of a result to show; ``snapshot`` is the path of the saved input of a rehearsal.

    ``commands`` are the command lines for the next steps that a result may name. ``rewrite`` replaces names in a line
    before it is wrapped. ``more_hint`` says how to see what a text leaves out. ``places`` shows where resources are
    written, as a verbose text does. ``supply`` says how to supply missing facts in place of the calls to AWS.
    """

    quiet: bool = False
    verbose: bool = False
    snapshot: str | None = None
    width: int = DEFAULT_WIDTH
    commands: Mapping[str, str] = {}
    more_hint: str = ""
    rewrite: Callable[[str], str] = str
    places: bool = False
    supply: str = ""

    def fit(self, lines: Iterable[str], hang: int = 2) -> str:
        """Return lines as one text in which none is wider than the view."""
        # Completions and help texts need no text module, whose patterns take time to compile.
        from skerry.render.text import fit_lines  # noqa: PLC0415

        return fit_lines(map(self.rewrite, lines), self.width, hang)


DEFAULT_VIEW = View()


def format_next(view: View, step: str | None, *arguments: str) -> str:
    """Return the last lines of a text, the command for the next step; nothing if there is none.

    The command is not wrapped, so that it can be copied.
    """
    from skerry.render.text import bold, clean  # noqa: PLC0415

    command = view.commands.get(step or "")
    return f"\n{bold('Next:')} {clean(' '.join([command, *arguments]))}\n" if command else ""
