"""The price of a crash loop for people: the night by NAT and by gateway endpoint, and Fargate's own."""

from collections.abc import Iterator

from skerry.cost.crash_loop import CrashLoopCost, LoopPath
from skerry.model.missing import Missing
from skerry.render.costs import format_ends, format_prices_date
from skerry.render.money import format_amount
from skerry.render.text import align_columns, bold, clean, dim
from skerry.render.view import DEFAULT_VIEW, View


def format_crash_loop(result: CrashLoopCost, view: View = DEFAULT_VIEW) -> str:
    """Write the price of a crash loop; the first line has the layers by a NAT gateway and by a gateway endpoint."""
    lines = [_headline(result)]
    if view.quiet:
        return f"{lines[0]}\n"
    starts = " to ".join(map(str, dict.fromkeys(result.starts)))
    gb = " to ".join(dict.fromkeys(f"{amount.normalize():f}" for amount in result.gb))
    lines += ["", f"{bold('Loop')}  {starts} starts pull {gb} GB in {clean(result.region)}"]
    rows = [("THIS LOOP", "30 DAYS OF IT", "PATH")]
    parts = (*result.paths, result.fargate)
    rows += [(format_ends(row.cost), format_ends(row.month), row.title) for row in parts]
    lines += ["", *align_columns(rows, width=view.width), "", bold("Arithmetic")]
    for row in parts:
        lines += _formula(row)
    lines += ["", *(f"  {clean(note)}" for note in result.notes)]
    lines += ["", *format_prices_date(result.prices_of, stale=result.stale)]
    return view.fit(lines)


def _headline(result: CrashLoopCost) -> str:
    nat, gateway = result.paths[0].cost, result.paths[-1].cost
    if isinstance(nat, Missing):
        return f"unknown: what the loop costs by a NAT gateway: {clean(nat.fact)} is not known"
    fargate = result.fargate.cost
    own = (
        "its tasks cost an unknown sum" if isinstance(fargate, Missing) else f"its tasks cost {format_amount(fargate)}"
    )
    return f"the layers cost {bold(format_amount(nat))} by a NAT gateway, {format_ends(gateway)} by S3's gateway; {own}"


def _formula(row: LoopPath) -> Iterator[str]:
    yield dim(f"  {row.title}: {row.formula} = {format_ends(row.cost)}")
    if isinstance(row.cost, Missing):
        yield f"  ? {clean(row.cost.fact)}"
