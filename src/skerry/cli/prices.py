"""The command for the user's own table of prices."""

from pathlib import Path

import click

from skerry.cli.options import PathOf
from skerry.cli.output import leave, say, write


@click.command()
@click.argument("action", type=click.Choice(["refresh"]))
@click.argument("file", type=PathOf(dir_okay=False))
@click.option("--profile", help="The profile of the live account's credentials.")
@click.option("--region", "regions", multiple=True, help="A Region whose prices to read; repeatable.")
def prices(action: str, file: Path, profile: str | None, regions: tuple[str, ...]) -> None:  # noqa: ARG001 -- one action
    """Read AWS's Price List of a Region into FILE, which --prices of the other commands takes.

    Prices of other Regions in the file stay. Exit code 4: the Price List has not all of them; 1: none.
    """
    from skerry.app.price_refresh import refresh_prices
    from skerry.aws.session import Account
    from skerry.render.text import clean, pluralize
    from skerry.writing.results import write_result

    refreshed = refresh_prices(Account(profile, regions[0] if regions else None), regions, file)
    if refreshed.prices:
        write_result(file, refreshed.content, note=say)
    lines = [f"{pluralize(len(refreshed.prices), 'price')} in {clean(str(file))}, of {refreshed.table.compiled}"]
    lines += [f"  ? {clean(missing.fact)}" for missing in refreshed.missing]
    write("".join(f"{line}\n" for line in lines))
    leave("blocked" if not refreshed.prices else "unknown" if refreshed.missing else "ok", allow_unknown=False)
