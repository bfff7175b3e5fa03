"""The report as Markdown: the answer in a comment of GitHub, with hostile names inert."""

import re

import pytest
from msgspec.structs import replace

from skerry.model.facts import Refusal
from skerry.model.world import World
from skerry.plan.report import Report
from skerry.render.report.markdown import MOST_BYTES, write_markdown
from skerry.render.report.markdown_text import code_block, code_span, escape_markdown
from tests.networks import Network, container
from tests.render.networks import diagnosed
from tests.render.report.reports import hostile_report, report_of


def test_markdown_has_answer_steps_causes_and_plan() -> None:
    text = write_markdown(report_of("article-broken"))
    assert text.startswith("## ✕ web cannot start\n\n1 cause stops 5 of 7 steps: ")
    assert "| 3 | secrets | Secrets Manager | ✕ blocked | ✓ ok | A |" in text
    assert "- **A:** The route table has no route to the destination, at `rtb-iso`: stops 3-7." in text
    assert "```mermaid\nflowchart LR\n" in text
    assert "### The least change: 8 changes" in text
    assert "**8 changes fix it, proven**" in text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a|b", "a\\|b"),
        ("`x`", "\\`x\\`"),
        ("@everyone", "@<!-- -->everyone"),
        ("#12 GH-7", "\\#<!-- -->12 GH-<!-- -->7"),
        ("<img src=x onerror=y>", "&lt;img src=x onerror=y&gt;"),
        ("[x](javascript:y)", "\\[x\\](javascript:y)"),
        ("https://evil.example www.evil.example", "https://<!-- -->evil.example www.<!-- -->evil.example"),
        ("*a* _b_ ~~c~~ $d$ \\", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\$d\\$ \\\\"),
        ("# a", "\\# a"),
        ("1. a", "1\\. a"),
        (":smile:", ":<!-- -->smile:"),
        ("subnet-a in 10.0.0.0/16", "subnet-a in 10.0.0.0/16"),
        ("a\nb\u202ec", "a\\\\nb\\\\u202ec"),
    ],
)
def test_marks_of_markdown_are_escaped(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped


@pytest.mark.parametrize(
    ("text", "span"), [("a", "`a`"), ("a`b", "``a`b``"), ("``", "``` `` ```"), ("a|b", "`a\\|b`"), (" ", "")]
)
def test_code_span_holds_any_text(text: str, span: str) -> None:
    assert code_span(text) == span


def test_nothing_ends_a_block_of_code() -> None:
    assert code_block("a\n```\nb", "sh") == "````sh\na\n```\nb\n````"


def test_hostile_names_are_inert() -> None:
    text = write_markdown(hostile_report())
    # GitHub looks for nothing within code.
    outside = re.sub(r"^(`{3,})\w*\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", outside)
    assert "<script" not in outside
    assert "@everyone" not in outside
    assert "](javascript" not in re.sub(r"\\.", "", outside)
    assert "\u202e" not in text


@pytest.mark.long
def test_long_markdown_leaves_out_parts_by_name() -> None:
    network = Network()
    network.definition(container())
    for number in range(20):
        network.group(f"sg-{number}", outbound=[])
        network.subnet(f"subnet-{number}", f"10.0.{100 + number}.0/24", "eu-west-1a")
        network.table(f"rtb-{number}", subnets=[f"subnet-{number}"])
        network.service(f"svc-{number}-{'y' * 900}", subnets=[f"subnet-{number}"], groups=[f"sg-{number}"])
    world = network.world()
    text = write_markdown(Report(world, diagnosed(world)))
    assert len(text.encode()) <= MOST_BYTES + 5_000
    assert text.startswith("## ✕ all 20 services cannot start")
    last = text.rstrip().rpartition("\n")[2]
    assert last.startswith("Left out, as GitHub takes no longer comments: ")
    assert "map (" in last
    assert "yyy" not in last


def test_names_of_refused_calls_are_inert() -> None:
    operation = "ec2:DescribeVpcs` <script> password=hunter2"
    network = report_of("article-broken")
    facts = replace(network.world.facts, refused=(Refusal(operation, "AccessDenied"),))
    text = write_markdown(replace(network, world=World(facts)))
    assert "- Not answered: ``ec2:DescribeVpcs` <script> " in text
    assert "hunter2" not in text
