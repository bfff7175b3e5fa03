"""docs/accuracy.md: the table of all tools, with what it is worth."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from bench.faults.answers import Answer, Tool
from bench.faults.cases import PACKETS
from bench.faults.labels import Label
from bench.faults.score import Row, mark, rows

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
MEASURED = date(2026, 11, 29)

_COLUMNS = (
    "family",
    "cases",
    "right verdict",
    "broken or sound",
    "only blockers",
    "all blockers",
    "calls",
    "false alarms",
    "unknown",
)
_HEAD = f"| {' | '.join(_COLUMNS)} |"
_LINE = "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"

_TEXT = """# Accuracy

Written by `python -m bench.faults page` from the labels in `bench/faults/labels`; `make accuracy` prints the tables.
Measured on {date}: {cases} networks with one launch each, {broken} of them broken.

{summary}

{tables}## Where skerry is wrong

{wrong}
## What the columns say

- **right verdict**: ok, blocked, intermittent or unknown, as labelled.
- **broken or sound**: as before, but blocked and intermittent count as one. A tool that knows no `intermittent` can
  be right here.
- **only blockers**: of the broken networks, those of which the tool names something, and nothing that is not in the
  way.
- **all blockers**: of the broken networks, those of which it names everything that is in the way, so that a single
  repair suffices.
- **calls**: of the broken networks, those of which it tells exactly which hosts cannot be called; `-` where a tool
  does not speak of calls.
- **false alarms**: of the sound networks, those that it calls broken. Less is better.
- **unknown**: how often it says that it cannot tell.

A verdict can be right for a wrong reason: who calls every network without endpoints broken is right where the NAT
gateway failed. **only blockers** tells that apart.

## Where the labels come from

{packets} networks are labelled by packets. Each is built as network namespaces (`skerry.lab`), names are asked of a DNS
server in it, and every call of the launch is tried from three addresses of each subnet by five source ports, to every
address that the name leads to. All that fails is blocked, some of it intermittent, none ok. The blockers are those that
were put in, and packets are asked whether that is true: without any of them all calls are answered; each of them alone
keeps tasks from starting; and nothing that is named nowhere drops a packet.

{documented} are labelled by AWS's documentation, each with the address of the page (`source` in its label), because no
packet shows them: what ECS refuses, images, permissions, address families, shared VPCs, other Regions, DNS Firewall,
placement, policies, transit gateways, mount targets, and what the answers leave open.

What is missing may be named in several ways: an endpoint that is not there by its service, or by the route table
that has no way to it. Each label lists the names that count, and what may be named beside them without being wrong.

Besides, `python -m tests.prove` draws networks at random, and holds the engine's verdict on single packets and names to
what packets and a DNS server do, behind DNS Firewall and with Route 53 Profiles too; the two
share no code that reasons about packets.

## What this does not show

- **The lab and the engine are one reading of AWS's documentation; no live account was used.** The lab imports
  nothing of what reasons about packets, but the same people wrote both. A rule of AWS that both read wrongly shows
  nowhere here.
- The faults were chosen for what people run into, not drawn at random from real accounts, and each network has the
  faults of one launch. Shares of this table are no shares of what goes wrong in practice.
- The labels were made for a tool that names resources by id. Findings in prose are taken generously: a subnet's
  route or network ACL counts as that table, that ACL.
- Only the network before the first start is shown: no stopped tasks, whose reasons other tools read too.
- skerry's own authors made the cases. Where skerry is wrong, the label stays, unless AWS's page refutes it.
  `unknown/shared@nat` was labelled ok before: its page says that a participant does not see the owner's endpoints, and
  private names of an endpoint would hide the way by NAT.
- ecs-doctor's answers were recorded before ten families were added; it was not asked about these.

## The tools

{tools}{left_out}
## To add a tool

A tool is a class with `name`, `about` and `judge(document) -> Answer` (`bench/faults/answers.py`). The document is one
JSON object of what the AWS CLI prints; a tool that reads an account finds it in the embedded AWS by
`bench/faults/tools/embedding.py`, as `bench/faults/tools/ecs_doctor.py` does. Answers of programs that are not part of
this repository are kept in `bench/faults/said`, with a digest of the network that each is about:

```
python3.13 -m venv build/other && build/other/bin/pip install ecs-doctor==0.5.0
.venv/bin/python -m bench.faults ask build/other/bin/ecs-doctor
.venv/bin/python -m bench.faults page
```

`python -m bench.faults label` labels all cases anew, which takes some minutes and the programs of the lab;
`python -m bench.faults label new` labels only the networks that packets have not labelled yet.
"""


def table(found: Sequence[Row]) -> str:
    """The rows of one tool as Markdown."""
    return "\n".join([_HEAD, _LINE, *map(_line, found)])


def _wrong(labels: Mapping[str, Label], said: Mapping[str, Answer]) -> Iterator[str]:
    """A line for each case that a tool does not get wholly right."""
    for name, label in labels.items():
        found = mark(label, said[name])
        if not found.verdict:
            yield f"- `{name}` is {label.verdict}, and said to be {said[name].verdict}.\n"
        elif found.all_blockers is False:
            lacking = [names for names in label.blockers if not said[name].named & set(names)]
            yield f"- `{name}`: it does not name {', '.join(' or '.join(names) for names in lacking)}.\n"
        elif found.only_blockers is False:
            known = {one for names in label.blockers for one in names} | set(label.also)
            yield f"- `{name}`: it names {', '.join(sorted(said[name].named - known))}, which is not in the way.\n"
        elif found.calls is False:
            yield f"- `{name}`: other calls fail than it says.\n"


def summary(found: Sequence[tuple[Tool, Sequence[Row]]]) -> str:
    """The last row of each tool, in one table."""
    head = _HEAD.replace("family", "tool", 1)
    return "\n".join([head, _LINE, *(_line(rows[-1], tool.name) for tool, rows in found)])


def _line(row: Row, name: str = "") -> str:
    cells = [
        name or ("**all**" if row.family == "all" else row.family),
        str(row.asked),
        _of(row.verdict, row.asked),
        _of(row.told, row.asked),
        _of(*row.only_blockers),
        _of(*row.all_blockers),
        _of(*row.calls),
        _of(*row.false_alarms),
        str(row.unknown),
    ]
    return f"| {' | '.join(cells)} |"


def _of(right: int, whole: int) -> str:
    return f"{right}/{whole}" if whole else "-"


def page(labels: Mapping[str, Label], answers: Sequence[tuple[Tool, Mapping[str, Answer]]]) -> str:
    """The whole page."""
    found = [(tool, rows(labels, said)) for tool, said in answers]
    tables = "".join(f"## {tool.name}\n\n{table(of_tool)}\n\n" for tool, of_tool in found)
    packets = sum(label.source == PACKETS for label in labels.values())
    return _TEXT.format(
        date=MEASURED.isoformat(),
        cases=len(labels),
        broken=sum(label.verdict in {"blocked", "intermittent"} for label in labels.values()),
        packets=packets,
        documented=len(labels) - packets,
        summary=summary(found),
        tables=tables,
        wrong="".join(_wrong(labels, answers[0][1])),
        tools="".join(f"- **{tool.name}**: {tool.about}.\n" for tool, _ in answers),
        left_out="".join(_left_out(tool, said) for tool, said in answers),
    )


def _left_out(tool: Tool, said: Mapping[str, Answer]) -> str:
    reasons: dict[str, int] = {}
    for answer in said.values():
        if answer.verdict is None:
            reasons[answer.because] = reasons.get(answer.because, 0) + 1
    if not reasons:
        return ""
    lines = "".join(f"- {count}: {reason}\n" for reason, count in sorted(reasons.items(), key=lambda item: -item[1]))
    return f"\nCases that **{tool.name}** was not asked about, and why:\n\n{lines}"
