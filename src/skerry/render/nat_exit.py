"""An exit from NAT for people: the verdict, the clients behind NAT, the plan, the steps and the saving."""

from collections.abc import Container, Iterable, Iterator
from datetime import UTC, datetime
from shlex import quote
from typing import assert_never

import click

from skerry.cost.measured import TRAFFIC_CLASSES, FlowLogTotals
from skerry.cost.monthly import Amount
from skerry.model.facts import Refusal
from skerry.model.missing import Missing
from skerry.nat_exit.nats import Nat
from skerry.nat_exit.records import ExitStep, ExitVerdict, NatExitReport, RemainingDestination, VpcExit
from skerry.render.costs import format_prices_date
from skerry.render.money import format_amount, format_cost
from skerry.render.plan import format_changes
from skerry.render.text import align_columns, bold, clean, dim, list_names, pluralize
from skerry.render.unread_calls import format_refusals
from skerry.render.view import DEFAULT_VIEW, View, format_next

_COLOURS: dict[ExitVerdict, str] = {
    "can-go": "green",
    "can-go-after-plan": "yellow",
    "cannot": "red",
    "unknown": "magenta",
    "no-nat": "green",
}
_MOST_NAMES = 3
_GB = 1024**3


def format_nat_exit(report: NatExitReport, *, refused: Iterable[Refusal] = (), view: View = DEFAULT_VIEW) -> str:
    """Write an exit from NAT for people; each VPC's first line has the verdict."""
    lines = [_headline(report, vpc) for vpc in report.vpcs] or ["no-nat: no VPC was read"]
    if view.quiet:
        return "".join(f"{line}\n" for line in lines)
    for vpc in report.vpcs:
        lines += _vpc(vpc, view)
    if report.flow_logs is not None:
        lines += _flow_logs(report.flow_logs)
    if report.given:
        lines += ["", "Assumed, by your word: every call of every workload is named."]
    if any(vpc.nats or vpc.unneeded for vpc in report.vpcs):
        lines += ["", *format_prices_date(report.prices_of, stale=report.stale)]
    lines += format_refusals(refused, view.width)
    return view.fit(lines) + format_next(view, "supply-facts" if any(vpc.facts for vpc in report.vpcs) else None)


def _headline(report: NatExitReport, vpc: VpcExit) -> str:
    name = bold(clean(vpc.vpc_id))
    word = click.style(_words(report, vpc), fg=_COLOURS[vpc.verdict], bold=True)
    match vpc.verdict:
        case "no-nat":
            return f"{word}: {name} has no NAT"
        case "can-go":
            return f"{word}: nothing in {name} needs its NAT{_saves(vpc)}"
        case "can-go-after-plan":
            changes = pluralize(len(vpc.plan.changes), "change") if vpc.plan is not None else "the plan"
            return f"{word}: after {changes} nothing in {name} needs its NAT{_saves(vpc)}"
        case "cannot":
            return f"{word}: {name} needs its NAT for {pluralize(len(vpc.destinations), 'destination')}"
        case "unknown" if vpc.unsettled:
            return f"{word}: {pluralize(len(vpc.unsettled), 'workload')} behind NAT in {name} may call the internet"
        case "unknown":
            verb = "is" if len(vpc.facts) == 1 else "are"
            return f"{word}: {pluralize(len(vpc.facts), 'fact')} about {name} {verb} missing"
        case _:
            assert_never(vpc.verdict)


def _words(report: NatExitReport, vpc: VpcExit) -> str:
    match vpc.verdict:
        case "can-go-after-plan":
            return "can go after this plan"
        case "unknown" if vpc.unsettled and report.flow_logs is None:
            return "unknown without flow logs"
        case _:
            return vpc.verdict.replace("can-go", "can go")


def _saves(vpc: VpcExit) -> str:
    if not isinstance(vpc.saving, Amount):
        return ""
    if vpc.saving.high < 0:
        return f"; that costs {format_amount(-vpc.saving)} a month more"
    verb = "saves" if vpc.saving.low > 0 else "saves, or costs if negative,"
    return f"; that {verb} {format_amount(vpc.saving)} a month"


def _vpc(vpc: VpcExit, view: View) -> Iterator[str]:
    yield from ["", bold(clean(vpc.vpc_id))]
    yield from (f"  {_nat(nat)}" for nat in vpc.nats)
    yield from _clients(vpc, view)
    yield from _traffic(vpc, view)
    if vpc.destinations:
        yield from ["", bold("Destinations that remain")]
        for row in vpc.destinations:
            yield from _destination(row)
    yield from _facts(vpc)
    if vpc.plan is not None:
        yield from format_changes(vpc.plan)
    if vpc.steps:
        instances = {nat.id for nat in vpc.nats if nat.kind == "instance"}
        ready = vpc.verdict in {"can-go", "can-go-after-plan"}
        yield from ["", bold("Steps" if ready else "Steps, once nothing above is open")]
        for number, step in enumerate(vpc.steps, 1):
            yield f"  {number}. {_step(step, instances)}"
    yield from _saving(vpc)
    yield from _unneeded(vpc)
    yield from (f"note  {clean(note)}" for note in vpc.notes)


def _nat(nat: Nat) -> str:
    kind = "NAT gateway" if nat.kind == "gateway" else "NAT instance"
    routes = ", ".join(f"{clean(route.destination)} of {clean(route.table)}" for route in nat.routes)
    return f"{kind} {clean(nat.id)}, {f'for {routes}' if routes else 'without a route'}"


def _clients(vpc: VpcExit, view: View) -> Iterator[str]:
    """Yield the workloads behind NAT, with the proof or the reason of each."""
    if not vpc.nats:
        return
    rows = [("WORKLOAD", "KIND", "BEYOND ITS DEFINITION", "BECAUSE")]
    rows += [(clean(row.workload), row.kind, "nothing", clean(row.reason)) for row in vpc.settled]
    rows += [(clean(row.workload), row.kind, clean(row.allowed), clean(row.reason)) for row in vpc.unsettled]
    listed = {row.workload for row in vpc.settled} | {row.workload for row in vpc.unsettled}
    others = [row for row in vpc.workloads if row.name not in listed]
    rows += [(clean(row.name), row.kind, "the internet", "flow logs, see below") for row in others]
    yield from ["", bold("Behind NAT"), *align_columns(rows, width=view.width)]
    if not vpc.workloads:
        yield "  nothing"


def _traffic(vpc: VpcExit, view: View) -> Iterator[str]:
    """Yield a table of bytes by workload and class of addresses."""
    if not vpc.traffic:
        return
    rows: list[tuple[str, ...]] = [("BYTES OF", "KIND", *(name.upper() for name in TRAFFIC_CLASSES))]
    for row in vpc.traffic:
        sums = dict(row.classes)
        rows.append((clean(row.name), row.kind, *(_size(sums.get(name, 0)) for name in TRAFFIC_CLASSES)))
    yield from ["", bold("Bytes in the flow logs"), *align_columns(rows, width=view.width)]


def _destination(row: RemainingDestination) -> Iterator[str]:
    port = "" if row.port is None else f":{row.port}"
    what = f" {dim(row.step)}" if row.step else ""
    size = "" if row.bytes is None else f" {_size(row.bytes)}"
    names = list_names(tuple(map(clean, row.workloads)), _MOST_NAMES)
    yield f"  {clean(row.destination)}{port}{what}{size}  for {names}"
    if row.subjects:
        yield f"     {clean(list_names(row.subjects, _MOST_NAMES))}"
    yield dim(f"     {clean(row.reason)}")
    if row.remedy:
        yield f"     {clean(row.remedy)}"


def _size(count: int) -> str:
    if count >= _GB / 100:
        return f"{count / _GB:.2f} GB"
    return f"{count} bytes" if count else "0"


def _facts(vpc: VpcExit) -> Iterator[str]:
    if vpc.facts:
        yield from ["", bold("Missing facts")]
    for fact in vpc.facts:
        yield f"  ? {clean(fact.fact)}"
        if fact.action:
            yield dim(f"    supply the answer of {fact.action}")


def _step(step: ExitStep, instances: Container[str]) -> str:
    """Return a step in words, with its command where there is one."""
    name, word = clean(step.resource), clean(quote(step.resource))
    match step.kind:
        case "plan":
            return f"make the {pluralize(step.count, 'change')} above, and let every service start a task"
        case "watch" if step.resource in instances:
            return f"wait until {name} forwards nothing more, by its flow logs of some days"
        case "watch":
            return f"wait until {name} sends nothing more: BytesOutToDestination is 0 for some days"
        case "delete-route":
            command = f"aws ec2 delete-route --route-table-id {word} {_destination_option(step.destination)}"
            return f"delete route {clean(step.destination)} of {name}; it can be made again: {command}"
        case "delete-nat-gateway":
            return f"delete {name}: aws ec2 delete-nat-gateway --nat-gateway-id {word}"
        case "release-address":
            return f"release its address: aws ec2 release-address --allocation-id {word}"
        case "stop-instance":
            return f"stop the instance of {name}"
        case _:
            assert_never(step.kind)


def _destination_option(destination: str) -> str:
    if destination.startswith("pl-"):
        option = "--destination-prefix-list-id"
    else:
        option = "--destination-ipv6-cidr-block" if ":" in destination else "--destination-cidr-block"
    return f"{option} {clean(quote(destination))}"


def _saving(vpc: VpcExit) -> Iterator[str]:
    if vpc.nat_cost is None:
        return
    yield ""
    yield f"{bold('NAT')}  {_monthly(vpc.nat_cost)}{_each(vpc)}"
    if vpc.plan is not None and vpc.plan.monthly is not None:
        yield f"{bold('Plan')}  {_monthly(vpc.plan.monthly)}, and what data costs"
    if vpc.saving is not None:
        yield f"{bold('Saving')}  {_monthly(vpc.saving)}, and what data costs"


def _each(vpc: VpcExit) -> str:
    if not isinstance(vpc.per_gb, Amount):
        return ""
    return f", and {vpc.per_gb.low} {vpc.per_gb.currency} for each GB in either direction"


def _monthly(amount: Amount | Missing) -> str:
    return f"unknown: {clean(amount.fact)}" if isinstance(amount, Missing) else f"{format_amount(amount)} a month"


def _unneeded(vpc: VpcExit) -> Iterator[str]:
    if vpc.unneeded:
        yield from ["", bold("Endpoints that nobody needs")]
    for row in vpc.unneeded:
        doubt = "" if row.certain else "; another program may call it"
        yield f"  {clean(row.endpoint_id)} {clean(row.service)}: {clean(row.reason)}{doubt}"
        yield dim(f"     {format_cost(row.cost)}")


def _flow_logs(logs: FlowLogTotals) -> Iterator[str]:
    """Yield how much of the flow logs was read, and for which time."""
    yield from ["", bold("Flow logs")]
    files = pluralize(logs.files, "file")
    yield f"  {pluralize(logs.records, 'record')} of {files} in {clean(logs.source)}, {_period(logs)}"
    if logs.without_data:
        yield f"  {pluralize(logs.without_data, 'record')} without data"
    if logs.malformed:
        verb = "is" if logs.malformed == 1 else "are"
        yield f"  {pluralize(logs.malformed, 'line')} could not be read, and {verb} left out"
    yield from (f"  {clean(note)}" for note in logs.notes)


def _period(logs: FlowLogTotals) -> str:
    if logs.first is None or logs.last is None:
        return "without a time"
    first, last = (datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M") for second in (logs.first, logs.last))
    return f"from {first} to {last} UTC"
