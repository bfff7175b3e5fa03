"""The command that serves the embedded AWS to programs of this machine."""

from pathlib import Path
from threading import Event
from typing import get_args

import click

from skerry.cli.options import PathOf
from skerry.cli.output import complain, flush, write


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=4566, show_default=True, help="0 chooses a free one.")
@click.option("--region", default="eu-west-1", show_default=True, help="The Region of the resources it starts with.")
@click.option(
    "--network",
    type=click.Choice(["empty", "broken", "working"]),
    default="empty",
    show_default=True,
    help="The network that it starts with: none, that of skerry demo, or the same with its repair.",
)
@click.option("--state", type=PathOf(dir_okay=False), help="Load this file if it exists, and save it at the end.")
@click.option(
    "--pending",
    type=click.FloatRange(min=0),
    default=0,
    metavar="SECONDS",
    help="How long new endpoints and NAT gateways stay pending.",
)
@click.option(
    "--deleting",
    type=click.FloatRange(min=0),
    default=0,
    metavar="SECONDS",
    help="How long deleted endpoints and NAT gateways stay deleting.",
)
def embedded(port: int, region: str, network: str, state: Path | None, pending: float, deleting: float) -> None:
    """Serve an AWS inside this process, for tests of your own programs: no account, no network.

    It listens on 127.0.0.1 until ctrl-C. Set AWS_ENDPOINT_URL to the printed address, and any credentials.
    """
    from skerry.app.embedded_server import StartNetwork, serve_embedded_aws
    from skerry.embedded.settings import Settings
    from skerry.render.text import clean

    settings = Settings(pending_seconds=pending, deleting_seconds=deleting)
    [start] = [name for name in get_args(StartNetwork) if name == network]
    try:
        with serve_embedded_aws(region, port, network=start, state=state, settings=settings) as server:
            for line in server.lines:
                complain(clean(line))
            write(
                f"embedded AWS ready: {server.url}\n"
                f"export AWS_ENDPOINT_URL={server.url} AWS_DEFAULT_REGION={server.region} "
                "AWS_ACCESS_KEY_ID=embedded AWS_SECRET_ACCESS_KEY=embedded\n"
            )
            flush()
            Event().wait()
    except KeyboardInterrupt:
        complain("embedded AWS ended")
