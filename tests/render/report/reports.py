"""Reports of scenarios and of a network with hostile names, and pages taken apart."""

from functools import cache
from html.parser import HTMLParser
from typing import NamedTuple

from bench import worlds
from skerry import app
from skerry.model.world import World
from skerry.plan.report import Report
from skerry.sources import documents
from tests.networks import ACCOUNT, REGION, Network, container
from tests.render.networks import scenario

HOSTILE = (
    '"><script>alert(1)</script><svg onload=alert(2)>`| @everyone #1 [x](javascript:alert(3)) {{ 7*7 }}'
    "</style></title>\u202egnp.exe\u2066"
)
LONG = "x" * 10_000


@cache
def report_of(name: str) -> Report:
    """The report on a scenario."""
    return app.report(scenario(name))


@cache
def hostile_report() -> Report:
    """The report on a network in which each name that its owner chooses is hostile or long."""
    return app.report(hostile_world())


def hostile_world() -> World:
    """A network with hostile names."""
    network = Network()
    network.definition(container(name=HOSTILE))
    network.service(HOSTILE, ["subnet-a", "subnet-b"], clusterArn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{HOSTILE}")
    network.service(LONG)
    network.endpoint("vpce-1", "ecr.api", PrivateDnsEnabled=False)
    network.row("VpcEndpoints", "vpce-1")["Tags"] = [{"Key": "Name", "Value": HOSTILE}]
    for subnet, name in (("subnet-a", HOSTILE), ("subnet-b", LONG)):
        network.row("Subnets", subnet)["Tags"] = [{"Key": "Name", "Value": name}]
    network.row("RouteTables", "rtb-main")["Tags"] = [{"Key": "Name", "Value": HOSTILE}]
    network.row("Vpcs", "vpc-1")["Tags"] = [{"Key": "Name", "Value": HOSTILE}]
    return network.world()


@cache
def several_services() -> Report:
    """The report on the generated network of the benchmarks with 50 services."""
    return app.report(World(documents.load(worlds.documents(50), source="a generated network")))


class Element(NamedTuple):
    """A start tag of a page."""

    tag: str
    attributes: dict[str, str | None]


class Page(HTMLParser):
    """A page taken apart: its elements, and its text without styles."""

    def __init__(self, content: str) -> None:
        """Parse the page."""
        super().__init__()
        self.elements: list[Element] = []
        self.pieces: list[str] = []
        self._open: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append(Element(tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._open.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        """Keep text."""
        if not self._open or self._open[-1] != "style":
            self.pieces.append(data)

    @property
    def text(self) -> str:
        """The text, its white space as single spaces."""
        return " ".join(" ".join(self.pieces).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a tag."""
        return [element.attributes for element in self.elements if element.tag == tag]
