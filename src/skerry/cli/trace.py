"""The command that follows one flow."""

from typing import TYPE_CHECKING, NamedTuple

import click

from skerry.cli.next_commands import view_with_commands
from skerry.cli.options import ResultOptions, add_output_options, add_reading_options, hand_over
from skerry.cli.output import leave, write
from skerry.cli.reading import WIDEST, InputSource, world_of
from skerry.render import formats

if TYPE_CHECKING:
    from skerry.reach.trace_request import TraceRequest


class FlowOptions(NamedTuple):
    """The flow to trace: its source, its destination, and its port."""

    to: str
    port: int
    protocol: str
    subnet: str | None
    interface: str | None
    instance: str | None
    internet: bool
    groups: tuple[str, ...]
    source_address: str | None
    public_address: str | None

    @property
    def request(self) -> "TraceRequest":
        """Return the request for the trace."""
        from skerry.reach.trace_request import TraceRequest

        return TraceRequest(*self)


_FLOW = [
    click.option("--subnet", help="The source: a new interface in this subnet, by id or Name."),
    click.option("--security-group", "groups", multiple=True, help="The source's groups, by id or Name; repeatable."),
    click.option("--source-address", help="The source's address, if it is to be a certain one."),
    click.option("--public-address", help="The public address of the source."),
    click.option("--eni", "interface", help="The source: this network interface."),
    click.option("--instance", help="The source: this instance."),
    click.option(
        "--source",
        "internet",
        type=click.Choice(["internet"]),
        callback=lambda _context, _option, given: given is not None,
        help="The source: the internet.",
    ),
    click.option("--to", required=True, metavar="HOST|ADDRESS|SERVICE|ID", help="Where to."),
    click.option("--port", type=click.IntRange(1, 65535), default=443, show_default=True, help="The port."),
    click.option(
        "--protocol", type=click.Choice(["tcp", "udp"]), default="tcp", show_default=True, help="The protocol."
    ),
]


@click.command()
@add_reading_options
@add_output_options(formats.TRACE)
@hand_over("flow", FlowOptions, _FLOW)
def trace(source: InputSource, result: ResultOptions, flow: FlowOptions) -> None:
    """Follow one flow hop by hop, there and back.

    Without --from, in the live account, by boto3's own chain of credentials.
    """
    from skerry import app

    world = world_of(source, WIDEST["trace"])
    traced = app.trace(world, flow.request)
    text = formats.TRACE[result.form](traced, world, view_with_commands("trace", source))
    write(source.shown(text), result.output, quiet=source.quiet)
    leave(traced.verdict, allow_unknown=result.allow_unknown)
