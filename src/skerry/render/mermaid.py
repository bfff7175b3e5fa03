"""The map as a Mermaid flowchart, which GitHub and GitLab render: a sketch of the ways of all steps.

Titles of subgraphs are short: longer ones break out of their boxes. Steps with the same way share one node.
https://mermaid.js.org/syntax/flowchart.html
"""

import textwrap
from collections.abc import Iterator
from itertools import pairwise

from skerry.draw.network_map import (
    OTHER_HOSTS,
    ChipStop,
    GatewayStop,
    LinkStop,
    MapChip,
    MapStep,
    MapSubnet,
    MapVpc,
    NetworkMap,
    Stop,
    TableStop,
)
from skerry.draw.route_words import words_of_routes
from skerry.draw.rows import SHORT_KINDS
from skerry.draw.sentences import (
    answer_of,
    chosen_step,
    describe_step,
    failing_hop_of,
    fault_of_step,
    place_of_fault,
    way_of_step,
)
from skerry.draw.stops import TASK
from skerry.draw.text_width import short_id
from skerry.render.text import clean

GLYPHS: dict[str, str] = {
    "ok": "✓",
    "blocked": "✕",
    "intermittent": "!",
    "unknown": "?",
    "not-applicable": "-",
}
_CLASSES = {"ok": "good", "blocked": "bad", "intermittent": "some", "unknown": "dunno"}
_STYLES = (
    "classDef good stroke:#0f6b3c,stroke-width:2px",
    "classDef bad stroke:#b3161b,stroke-width:2px",
    "classDef some stroke:#8a5000,stroke-width:2px",
    "classDef dunno stroke:#5b3fb5,stroke-width:2px",
)
_TITLE, _LABEL, _DESCRIPTION = 28, 40, 300
_MOST_ACROSS = 5
_SIGNS = str.maketrans({"<": "(", ">": ")", "{": "(", "}": ")", ";": ",", "#": "no. ", "&": "+"})
_ENTITIES = frozenset('"<>&#;`|{}[]()\\')


def write_mermaid(network: NetworkMap) -> str:
    """Write the flowchart; without a VPC, the answer alone."""
    chart = _Chart(network)
    # A page scales a chart to its width: a long row of nodes would be too small to read.
    way = "TB" if chart.longest > _MOST_ACROSS else "LR"
    return "\n".join([f"flowchart {way}", *(f"  {line}" for line in chart.lines())]) + "\n"


class _Chart:
    """The flowchart of one map: nodes for the stops of its paths, and edges between them."""

    def __init__(self, network: NetworkMap) -> None:
        self.network = network
        self.steps = [step for step in network.steps if step.path is not None]
        self.nodes: dict[object, str] = {}
        self.verdicts: dict[str, str] = {}
        self.groups: dict[object, list[MapStep]] = {}
        for step in self.steps:
            self.groups.setdefault(_fate_of(step), []).append(step)
        # Endpoints in one subnet with one fate share a node.
        self.fates = {_way_of(step)[-1]: _fate_of(step) for step in self.steps if _ends_in_a_vpc(step)}

    @property
    def longest(self) -> int:
        """The number of nodes on the longest way."""
        return max((len(_way_of(step)) for step in self.steps), default=0)

    def lines(self) -> Iterator[str]:
        """Yield the lines of the chart."""
        yield f"accTitle: {_sentence(answer_of(self.network))}"
        chosen = chosen_step(self.network)
        if chosen is not None:
            yield f"accDescr: {_sentence(describe_step(self.network, chosen))}"
        for vpc in self.network.vpcs:
            yield from self._vpc(vpc)
        for link in self.network.links:
            yield f"{self._node(LinkStop(link.id))}{_round(link.label, short_id(link.id))}"
        yield from self._services()
        yield from self._edges()
        yield from _STYLES
        for verdict, style in _CLASSES.items():
            if names := [name for name, own in self.verdicts.items() if own == verdict]:
                yield f"class {','.join(names)} {style}"

    def _node(self, part: object) -> str:
        return self.nodes.setdefault(part, f"n{len(self.nodes) + 1}")

    def _used(self) -> set[Stop]:
        return {stop for step in self.steps for stop in _way_of(step)}

    def _vpc(self, vpc: MapVpc) -> Iterator[str]:
        name = f"VPC {vpc.name or short_id(vpc.id)}"
        whole = f"{name} · {vpc.cidr}"
        title = whole if vpc.cidr and len(whole) <= _TITLE else name
        yield f'subgraph {self._node(vpc.id or "vpc")}["{_text(title, _TITLE)}"]'
        for subnet in vpc.subnets:
            if lines := list(self._subnet(subnet)):
                heading = f"{SHORT_KINDS[subnet.kind]} · {subnet.zone}"
                yield f'  subgraph {self._node(("subnet", subnet.id))}["{_text(heading, _TITLE)}"]'
                yield from (f"    {line}" for line in lines)
                yield "  end"
        used = self._used()
        for table in vpc.tables:
            stop: Stop = TableStop(vpc.id, table.id)
            if stop in used:
                ways = words_of_routes(table)
                label = _lines(f"route table {table.name or ''}".strip(), f"{short_id(table.id)} · {ways}")
                yield f'  {self._node(stop)}[["{label}"]]'
        for gateway in vpc.gateways:
            stop = GatewayStop(vpc.id, gateway.id)
            if stop in used:
                yield f"  {self._node(stop)}{_round(gateway.label, short_id(gateway.id))}"
        yield "end"

    def _subnet(self, subnet: MapSubnet) -> Iterator[str]:
        """Yield a node for the task, and one for the chips of each way through the subnet."""
        ends: dict[object, list[MapChip]] = {}
        for chip in subnet.chips:
            stop = ChipStop(subnet.id, chip.id)
            if chip.verdict is not None:
                name = self._node(stop)
                self.verdicts[name] = chip.verdict
                where = subnet.name or short_id(subnet.id)
                yield f'{name}["{_lines(f"{GLYPHS[chip.verdict]} {chip.label}", where)}"]'
            elif stop in self.fates:
                ends.setdefault(self.fates[stop], []).append(chip)
            elif stop in self._used():
                yield f"{self._node(stop)}{_round(chip.label, chip.note or short_id(chip.id))}"
        for chips in ends.values():
            yield self._ends(subnet, chips)

    def _ends(self, subnet: MapSubnet, chips: list[MapChip]) -> str:
        """Return the node for the endpoints of one subnet with one fate."""
        name = self._node(ChipStop(subnet.id, chips[0].id))
        for chip in chips:
            self.nodes[ChipStop(subnet.id, chip.id)] = name
        if len(chips) == 1:
            return f"{name}{_round(chips[0].label, chips[0].note or short_id(chips[0].id))}"
        return f"{name}{_round(*textwrap.wrap(', '.join(chip.label for chip in chips), _TITLE))}"

    def _services(self) -> Iterator[str]:
        """Yield a node for each group of services whose steps have one way and one verdict."""
        inside = {service.id: not service.is_outside for service in self.network.services}
        for title, wanted in ((f"AWS services · {self.network.region}", True), (OTHER_HOSTS, False)):
            rows = [steps for steps in self.groups.values() if inside[_service_of(steps[0])] is wanted]
            if rows:
                yield f'subgraph {self._node(title)}["{_text(title, _TITLE)}"]'
                yield from (f"  {self._service(steps)}" for steps in rows)
                yield "end"

    def _service(self, steps: list[MapStep]) -> str:
        name = self._node(("steps", steps[0].number))
        for step in steps:
            self.nodes[("steps", step.number)] = name
        self.verdicts[name] = steps[0].verdict
        texts = [f"{GLYPHS[step.verdict]} {step.number} {step.step} · {step.called}" for step in steps]
        return f'{name}["{_lines(*texts)}"]'

    def _edges(self) -> Iterator[str]:
        """Yield each edge once: thick as far as packets come for certain, else dotted."""
        edges: dict[tuple[str, str], str] = {}
        for step in self.steps:
            way = [*map(self._node, _way_of(step)), self._node(("steps", step.number))]
            for pair, arrow in zip(pairwise(way), _arrows_of(step), strict=True):
                if pair[0] != pair[1] and (pair not in edges or '"' in arrow):
                    edges[pair] = arrow
            for other in () if step.shown is None else step.shown.alike:
                edges.setdefault((self._node(ChipStop(other, TASK)), way[0]), ' -. "alike" .- ')
        yield from (f"{start}{arrow}{end}" for (start, end), arrow in edges.items())


def _arrows_of(step: MapStep) -> Iterator[str]:
    """Yield the arrows of a way: that from the stop with the fault has its words."""
    way, fault, failing = way_of_step(step), fault_of_step(step), failing_hop_of(step)
    place = place_of_fault(step, way)
    labelled = len(way) - 1 if place is None else place
    words = _lines(*textwrap.wrap(f"{GLYPHS[step.verdict]} {fault}", _TITLE))
    is_known = failing is None or failing.disposition != "undecided"
    for number in range(len(way)):
        if fault and number == labelled:
            yield f' -. "{words}" .-> '
        elif fault and number > labelled and not is_known:
            yield " -.-> "
        elif number == len(way) - 1 and _ends_in_a_vpc(step):
            yield " -.- "
        else:
            yield " ==> "


def _fate_of(step: MapStep) -> object:
    """Return the way of a step before its end, with its verdict and fault; steps alike in all share a node."""
    way = _way_of(step)
    return (*(way[:-1] if _ends_in_a_vpc(step) else way), step.verdict, fault_of_step(step))


def _way_of(step: MapStep) -> list[Stop]:
    return [item.stop for item in way_of_step(step)]


def _ends_in_a_vpc(step: MapStep) -> bool:
    assert step.path is not None  # noqa: S101 -- only steps with packets are in the chart
    end, way = step.path.stops[-1].stop, _way_of(step)
    return len(way) > 1 and isinstance(end, ChipStop) and way[-1] == end


def _service_of(step: MapStep) -> str:
    assert step.path is not None  # noqa: S101 -- only steps with packets are in the chart
    return step.path.service


def _round(*lines: str) -> str:
    return f'(["{_lines(*lines)}"])'


def _lines(*lines: str) -> str:
    return "<br/>".join(_text(line, _LABEL) for line in lines if line)


def _text(words: str, most: int) -> str:
    """Return a text for a label: cut, and with entities in the place of every sign that Mermaid reads."""
    return "".join(f"#{ord(letter)};" if letter in _ENTITIES else letter for letter in _plain(words, most))


def _sentence(words: str) -> str:
    """Return a title or description, which has no entities: signs of HTML and Mermaid become others."""
    return _plain(words, _DESCRIPTION).translate(_SIGNS)


def _plain(words: str, most: int) -> str:
    shown = " ".join(clean(words).split())
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"
