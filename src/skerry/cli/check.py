"""The command that judges a network before it is deployed."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from skerry.cli.options import PathOf, ResultOptions, add_output_options
from skerry.cli.output import leave, write
from skerry.cli.reading import InputSource, print_notes
from skerry.render import formats

if TYPE_CHECKING:
    from skerry.model.world import World


@click.command()
@click.argument("path", type=PathOf(), metavar="FILE|DIR")
@click.option(
    "--code", type=PathOf(file_okay=False), metavar="DIR", help="The initialised code of a plan: it is resolved."
)
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="A variable of the code; repeatable.")
@click.option(
    "--var-file", "files", type=PathOf(dir_okay=False), multiple=True, help="A file of variables; repeatable."
)
@click.option("--region", help="The Region to check, if the input names several or none.")
@click.option("--account", help="The account, if the input does not name it.")
@click.option("--allow-network", is_flag=True, help="Let Terraform reach the network while it resolves the code.")
@click.option("--allow-unknown", is_flag=True, help="Exit 0, not 4, if a verdict is unknown.")
@click.option("-q", "--quiet", is_flag=True, help="Only the first line.")
@click.option("-v", "--verbose", is_flag=True, help="Show every hop of every path.")
@add_output_options(formats.DIAGNOSIS)
def check(  # noqa: PLR0913 -- one argument for each option
    path: Path,
    code: Path | None,
    variables: tuple[str, ...],
    files: tuple[Path, ...],
    region: str | None,
    account: str | None,
    result: ResultOptions,
    *,
    allow_network: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Tell whether Fargate tasks can start in a network of Terraform that is not deployed yet.

    FILE is a plan or a state as JSON, of terraform show -json. DIR is an initialised folder of code: Terraform resolves
    it in a private copy, without network and without credentials. Saved answers of AWS are read too.
    """
    from skerry import app

    words = (*(f"-var={one}" for one in variables), *(f"-var-file={file.resolve()}" for file in files))
    request = app.CheckRequest(path, code, words, region, account, allow_network)
    world = app.read_description(request).world
    print_notes(world.facts.notes, quiet=quiet)
    diagnosis = app.diagnose(world)
    source = InputSource(path, None, region, quiet, verbose)
    view = msgspec.structs.replace(source.view, places=True, rewrite=_names_of(world))
    write(formats.DIAGNOSIS[result.form](diagnosis, world, view), result.output, quiet=quiet)
    leave(diagnosis.verdict, allow_unknown=result.allow_unknown)


def _names_of(world: "World") -> Callable[[str], str]:
    """Return a function for writing the addresses of resources in place of their made-up ids."""
    from skerry.render.text import clean

    # Lines are rewritten after they were cleaned, and an address is a text of the input.
    addresses = {
        resource: clean(origin.address)
        for table in world.facts.origins.values()
        for resource, origin in table.items()
        if origin.address is not None
    }
    if not addresses:
        return str
    ids = "|".join(map(re.escape, sorted(addresses, key=len, reverse=True)))
    whole = re.compile(rf"(?<![\w-])(?:{ids})(?![\w-])")
    return lambda line: whole.sub(lambda match: addresses[match[0]], line)
