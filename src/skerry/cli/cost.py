"""The command for the cost of a network: NAT against endpoints, and the night of a crash loop."""

import os
import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from skerry.cli.next_commands import view_with_commands
from skerry.cli.options import (
    PathOf,
    ResultOptions,
    add_network_only_option,
    add_output_options,
    add_reading_options,
    hand_over,
)
from skerry.cli.output import leave, write
from skerry.cli.reading import InputSource, ReadOptions, metrics_of, world_of
from skerry.errors import Argument, InputError
from skerry.render import formats

if TYPE_CHECKING:
    from skerry.app import CostOptions, Selection
    from skerry.cost.crash_loop import RestartLoop
    from skerry.cost.measured import TrafficMetrics

_NUMBER = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s*([A-Za-z]+)")
# As on AWS's bills, a GB has 1024 x 1024 x 1024 bytes: https://aws.amazon.com/fargate/pricing/
_SIZES = {name: Decimal(1024) ** power for power, name in enumerate(("B", "KB", "MB", "GB", "TB"), -3)}
_SIZES |= {f"{name[0]}iB": factor for name, factor in _SIZES.items() if name != "B"}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# The disk of a task on Fargate has at most 200 GB, and compressed images are smaller than what they hold:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html
_MOST_IMAGE = Decimal(200)
_MOST_DATA = Decimal(10**9)
_MOST_SECONDS = 366 * 86400
_MOST_STARTS = 10**9
_MOST_TASKS = 10**6


class _Size(click.ParamType[Decimal]):
    """A number of bytes with its unit, such as 1.2GB, as GB."""

    name = "size"

    def __init__(self, most: Decimal, *, least: Decimal = Decimal(0)) -> None:
        self._least, self._most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:  # noqa: ANN401 -- click's own signature
        """Return the GB, or fail with a usage error."""
        match = _NUMBER.fullmatch(str(value).strip())
        factor = None if match is None else _SIZES.get(match[2])
        if match is None or factor is None:
            self.fail(f"{value!r} is no size, such as 1.2GB or 300MB", param, ctx)
        gb = Decimal(match[1]) * factor
        if gb < self._least or gb > self._most or (self._least and not gb):
            least = f"{self._least} GB" if self._least > _SIZES["MB"] else "a byte"
            self.fail(f"{value!r} is no size from {least} to {self._most} GB", param, ctx)
        return gb


class _Duration(click.ParamType[Decimal]):
    """A time with its unit, such as 90s or 8h, as seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:  # noqa: ANN401 -- click's own signature
        """Return the seconds, or fail with a usage error."""
        match = _NUMBER.fullmatch(str(value).strip())
        factor = None if match is None else _SECONDS.get(match[2])
        if match is None or factor is None:
            self.fail(f"{value!r} is no duration, such as 90s, 15m, 8h or 2d", param, ctx)
        seconds = Decimal(match[1]) * factor
        if not 1 <= seconds <= _MOST_SECONDS:
            self.fail(f"{value!r} is no duration from a second to a year", param, ctx)
        return seconds


class VolumeOptions(NamedTuple):
    """The volumes, the shared VPCs and the prices that a user knows."""

    image_size: Decimal | None
    starts: int | None
    logs: Decimal | None
    internet: Decimal | None
    egress: Decimal | None
    spokes: int | None
    prices: Path | None
    metrics: bool

    def options_with(self, metrics: "TrafficMetrics | None") -> "CostOptions":
        """Return the options of the use case, with measured traffic."""
        from skerry import app
        from skerry.cost.launch_volumes import GivenVolumes

        starts = None if self.starts is None else Decimal(self.starts)
        given = GivenVolumes(self.image_size, starts, self.logs, self.internet, self.egress)
        return app.CostOptions(given, self.spokes or 0, self.prices, metrics)


class LoopOptions(NamedTuple):
    """A crash loop, if one is to be priced."""

    crash_loop: bool
    restart_every: Decimal | None
    duration: Decimal | None
    tasks: int
    never_running: bool
    platform: str
    vcpu: float
    memory: Decimal

    def loop_with(self, image_size: Decimal | None) -> "RestartLoop":
        """Return the crash loop. Raises `click.UsageError` where a number of it is not given."""
        from skerry.cost.crash_loop import PLATFORMS, RestartLoop

        if image_size is None or self.restart_every is None or self.duration is None:
            raise click.UsageError("--crash-loop needs --image-size, --restart-every and --duration")
        platform = next(name for name in PLATFORMS if name == self.platform)
        return RestartLoop(
            image_size,
            self.restart_every,
            self.duration,
            self.tasks,
            not self.never_running,
            platform,
            Decimal(str(self.vcpu)),
            self.memory,
        )


class ServiceOptions(NamedTuple):
    """The services whose network is priced."""

    cluster: str | None
    service: str | None

    @property
    def selection(self) -> "Selection":
        """Return the selection among existing launches."""
        from skerry import app

        return app.Selection(self.cluster, self.service)


_VOLUMES = [
    click.option("--image-size", type=_Size(_MOST_IMAGE, least=Decimal(1) / 1024**3), metavar="SIZE",
                 help="Compressed size of all images of a task, such as 1.2GB."),
    click.option("--starts", type=click.IntRange(0, _MOST_STARTS), help="Task starts a month, of all services."),
    click.option("--logs", type=_Size(_MOST_DATA), metavar="SIZE", help="Logs to CloudWatch a month."),
    click.option("--internet", type=_Size(_MOST_DATA), metavar="SIZE", help="Bytes to and from the internet a month."),
    click.option("--egress", type=_Size(_MOST_DATA), metavar="SIZE", help="The part of them that leaves AWS."),
    click.option("--spokes", type=click.IntRange(2, 5000), help="VPCs that could share central endpoints."),
    click.option("--metrics", is_flag=True, help="Read CloudWatch's metrics of NAT gateways and endpoints."),
    click.option("--prices", type=PathOf(dir_okay=False), metavar="FILE", help="Your prices, before skerry's."),
]  # fmt: skip
_LOOP = [
    click.option("--crash-loop", is_flag=True, help="Price a crash loop; no network is read."),
    click.option("--restart-every", type=_Duration(), metavar="TIME", help="From start to start, such as 90s."),
    click.option("--duration", type=_Duration(), metavar="TIME", help="How long it lasts, such as 8h."),
    click.option("--tasks", type=click.IntRange(1, _MOST_TASKS), default=1, help="Tasks that restart side by side."),
    click.option("--never-running", is_flag=True, help="Its tasks never reach RUNNING, so ECS throttles them."),
    click.option("--platform", type=click.Choice(["linux-x86", "linux-arm", "windows"]), default="linux-x86",
                 show_default=True, help="Its platform on Fargate."),
    click.option("--vcpu", type=click.FloatRange(0.25, 16), default=0.25, show_default=True, help="Its vCPUs."),
    click.option("--memory", type=_Size(Decimal(120), least=Decimal("0.5")), default="0.5GB", show_default=True,
                 metavar="SIZE", help="Its memory."),
]  # fmt: skip
_SERVICES = [
    click.option("--cluster", help="Only services of this cluster."),
    click.option("--service", help="Only this service."),
]


@click.command()
@add_reading_options
@add_output_options(dict.fromkeys((*formats.COST, *formats.CRASH_LOOP)))
@hand_over("chosen", ServiceOptions, _SERVICES)
@add_network_only_option
@hand_over("volumes", VolumeOptions, _VOLUMES)
@hand_over("loop", LoopOptions, _LOOP)
def cost(
    source: InputSource, result: ResultOptions, chosen: ServiceOptions, volumes: VolumeOptions, loop: LoopOptions
) -> None:
    """Price the network of tasks: as it is, as planned, and with NAT or endpoints instead.

    A GB has 1024 MB, as on AWS's bills. With --crash-loop: the price of tasks that restart all night, and as Terraform
    or CloudFormation an alarm for it. Exit code 1: nothing could be priced; 4: today's cost is unknown.
    """
    if loop.crash_loop:
        _price_loop(source, result, chosen, volumes, loop)
        return
    if loop.restart_every is not None or loop.duration is not None or loop.never_running:
        raise click.UsageError("--restart-every, --duration and --never-running need --crash-loop")
    if result.form not in formats.COST:
        raise click.UsageError(f"--format {result.form} is for --crash-loop: it writes an alarm")
    if volumes.egress is not None and volumes.egress > (volumes.internet or 0):
        raise click.UsageError("--egress is a part of --internet, and cannot be more")
    from skerry import app

    scope = ReadOptions(planning=True, network_only=source.network_only)
    world = world_of(source, scope)
    metrics = metrics_of(source, world, wanted=volumes.metrics)
    report = app.cost(world, chosen.selection, volumes.options_with(metrics))
    text = formats.COST[result.form](report, world, view_with_commands("cost", source))
    write(source.shown(text), result.output, quiet=source.quiet)
    priced = "blocked" if report.is_unpriced else "unknown" if report.is_partial else "ok"
    leave(priced if report.vpcs else "not-applicable", allow_unknown=result.allow_unknown)


def _price_loop(
    source: InputSource, result: ResultOptions, chosen: ServiceOptions, volumes: VolumeOptions, loop: LoopOptions
) -> None:
    """Print the price of a crash loop; its Region is the only fact that it needs."""
    if chosen.cluster or chosen.service or volumes.spokes or volumes.starts is not None:
        raise click.UsageError("--crash-loop is for one image: leave out --cluster, --service, --starts and --spokes")
    if result.form not in formats.CRASH_LOOP:
        raise click.UsageError(f"--format {result.form} is for a network: leave out --crash-loop")
    question = loop.loop_with(volumes.image_size)
    from skerry import app

    priced = app.crash_loop_cost(_region(source), question, volumes.prices)
    write(formats.CRASH_LOOP[result.form](priced, source.view), result.output, quiet=source.quiet)
    code = "ok" if priced.is_priced else "unknown" if priced.is_partly_priced else "blocked"
    leave(code, allow_unknown=result.allow_unknown)


def _region(source: InputSource) -> str:
    """Return the named Region, else that of the saved answers or of the environment."""
    region = source.region
    if region is None and source.path is not None:
        region = world_of(source, ReadOptions(containers=False)).region
    region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region:
        raise InputError("the Region of the crash loop is not known", "Give ", Argument.REGION, ".")
    from skerry.app.regions import require_region

    require_region(region)
    return region
