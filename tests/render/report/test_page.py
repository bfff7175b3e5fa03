"""The page of a report: the whole answer in one file, no script, no request, hostile names as text."""

import html
import re

import pytest

from skerry import app
from skerry.model.world import World
from skerry.plan.report import Report
from skerry.render import aws_cli
from skerry.render.report.markdown import write_markdown
from skerry.render.report.page import write_page
from skerry.render.view import View
from skerry.sources import documents
from tests.amount import some
from tests.networks import Network, container
from tests.render.networks import SCENARIOS, diagnosed, scenario
from tests.render.report.reports import HOSTILE, LONG, Page, hostile_report, report_of, several_services

BLOCKED = "article-broken"
VIEW = View(commands={"report": "skerry report --from x", "write-terraform": "skerry plan --from x --format terraform"})
NAMES = (BLOCKED, "article-repaired", "one-zone-blocked-one-unknown", "private-dns-off", "role-without-token")


def page_of(report: Report) -> Page:
    return Page(write_page(report, VIEW))


@pytest.fixture(scope="module")
def blocked() -> Page:
    return page_of(report_of(BLOCKED))


def test_page_has_no_script_no_style_attribute_and_no_request(blocked: Page) -> None:
    assert not blocked.all("script")
    names = {name for element in blocked.elements for name in element.attributes}
    assert not {name for name in names if name.startswith("on") or name == "style"}
    links = [
        value for element in blocked.elements for name, value in element.attributes.items() if name in {"href", "src"}
    ]
    assert all(str(link).startswith(("#", "data:image/svg+xml,")) for link in links)
    (policy,) = [meta["content"] for meta in blocked.all("meta") if meta.get("http-equiv")]
    assert str(policy).startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_page_begins_with_the_answer(blocked: Page) -> None:
    assert blocked.text.startswith("web cannot start")
    assert "1 cause stops 5 of 7 steps: the route table has no route to the destination, at rtb-iso" in blocked.text
    assert "8 changes fix it, proven" in blocked.text


def test_page_answers_what_why_where_and_how(blocked: Page) -> None:
    for words in ("Blockers 1 cause", "Fixed by changes 1, 4-8", "com.amazonaws.eu-west-1.ecr.api", "Messages of ECS"):
        assert words in blocked.text
    for words in ("skerry plan --from x --format terraform", "Made by skerry", "Not examined", "Source article-broken"):
        assert words in blocked.text


def test_page_on_what_is_not_known_names_it_first() -> None:
    page = page_of(report_of("security-groups-not-read"))
    lead = "3 of 5 steps cannot be judged. Not known: security group sg-task and 1 more fact."
    assert "web may or may not start" in page.text
    assert page.text.index(lead) < page.text.index("Missing facts 2 facts") < page.text.index("Sources and limits")
    assert page.text.count("Supply at once the answers of") == 1


def test_changes_by_hand_that_nobody_tried_are_no_fix() -> None:
    page = page_of(report_of("hub-transit-route-missing"))
    assert "To do by hand: changes 1-4" in page.text
    assert "Not proven: changes by hand are not tried; without them the verdict is blocked." in page.text
    assert "Fixed by" not in page.text


def test_page_shows_no_fingerprint_of_a_plan_and_needs_none() -> None:
    whole, bare = report_of(BLOCKED), app.report(scenario(BLOCKED), fingerprint=False)
    assert whole.plan is not None
    assert bare.plan is not None
    assert whole.plan.fingerprint is not None
    assert bare.plan.fingerprint is None
    assert write_page(bare, VIEW) == write_page(whole, VIEW)


def test_legend_shows_the_lines_of_the_map_alone(blocked: Page) -> None:
    assert "never goes there" in blocked.text
    assert "never goes there" not in page_of(report_of("article-repaired")).text


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("hub-inspection", ["map there dunno", "map back dunno"]),
        ("peering-without-return-route", ["map there live", "map back bad", "map there good", "map back good"]),
        ("ipv6-only-subnet", []),
        ("weighted-record-half-dead", ["map there good", "map back good"]),
    ],
)
def test_legend_has_each_line_of_the_map_and_no_other(name: str, lines: list[str]) -> None:
    content = write_page(report_of(name), VIEW)
    _, _, legend = content.partition('<div class="legend"')
    drawn = re.findall(r'class="(map)" width="34".*?class="([a-z ]+)"', legend.partition("</div>")[0])
    assert [" ".join(pair) for pair in drawn] == lines


def test_blocker_of_calls_after_the_start_does_not_contradict_the_answer() -> None:
    lead = "All 5 steps of the start get through. After it 1 cause stops calls to Amazon Data Firehose."
    assert f"web can start {lead}" in page_of(report_of("firelens-to-firehose")).text


def test_cause_that_no_change_removes_says_that_it_stops_nothing_with_the_plan() -> None:
    report, words = report_of("nat-and-egress-to-endpoints-only"), "With the plan it stops no step."
    assert page_of(report).text.count(words) == write_markdown(report).count(words) == 1
    assert words not in page_of(report_of("private-dns-off")).text


def test_list_of_hops_names_the_reason_of_a_missing_route_as_the_map_does() -> None:
    page = page_of(report_of("private-dns-off"))
    assert "The name leads to public addresses, as private DNS of the endpoint is off ( vpce-api )" in page.text
    assert "no route, as private DNS of the endpoint is off" in page.text.replace("DNS of", "DNS of").replace("  ", " ")


def test_steps_of_the_same_hops_name_the_first_of_them_for_paper(blocked: Page) -> None:
    like = "The hops are like those of 3 · secrets."
    assert blocked.text.count(like) == 4
    assert "The hops are like" not in page_of(report_of("efs-group-closed")).text.partition("6 · volumes")[2]


def test_path_to_a_dns_server_says_so() -> None:
    asks = "The path below is that of the question for this name to DNS server 10.0.2.53 ."
    assert asks in page_of(report_of("dns-server-behind-nacl")).text
    assert "The path below" not in page_of(report_of(BLOCKED)).text


def test_missing_fact_at_a_hop_is_not_repeated_below_the_hops() -> None:
    (panel,) = re.findall(r'id="web-3" .*?</section>', write_page(report_of("nat-instance"), VIEW), re.DOTALL)
    assert panel.count("network interface eni-nat") == 1
    assert panel.count("ec2:DescribeNetworkInterfaces") == 1


def test_remaining_blockers_are_listed_only_where_changes_were_tried() -> None:
    by_hand = report_of("peering-without-return-route")
    assert by_hand.plan is not None
    assert by_hand.plan.remaining
    assert "Remaining blockers" not in page_of(by_hand).text


def test_plan_that_leaves_facts_missing_says_so() -> None:
    assert (
        "No blocker is left, but facts are missing. 1 change" in page_of(report_of("one-zone-blocked-one-unknown")).text
    )


def test_each_step_has_a_target_for_links_now_and_with_the_plan(blocked: Page) -> None:
    ids = [element.attributes["id"] for element in blocked.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    # The placement and the interface are with the plan as they are now.
    assert {f"web-{number}" for number in range(1, 8)} | {f"web-{number}-planned" for number in range(3, 8)} == {
        name for name in ids if re.fullmatch(r"web-\d(-planned)?", str(name))
    }
    targets = {str(link.get("href")).removeprefix("#") for link in blocked.all("a")}
    assert targets <= set(ids)


def test_planned_parts_and_maps_are_hidden_where_styles_are_blocked(blocked: Page) -> None:
    planned = [element for element in blocked.elements if "planned" in str(element.attributes.get("class")).split()]
    maps = [element for element in blocked.elements if element.tag == "figure"]
    assert planned
    assert all("hidden" in element.attributes for element in (*planned, *maps))


@pytest.mark.long
def test_two_pages_of_one_report_are_equal() -> None:
    first = write_page(app.report(scenario(BLOCKED)), VIEW)
    assert first == write_page(app.report(scenario(BLOCKED)), VIEW)


@pytest.mark.parametrize("name", [*NAMES[:2], *(pytest.param(name, marks=pytest.mark.long) for name in NAMES[2:])])
def test_page_has_every_blocker_and_missing_fact_of_the_diagnosis(name: str) -> None:
    report = report_of(name)
    text = page_of(report).text
    messages = {cause.title for service in report.groups for cause in service.causes}
    messages |= {str(fact.fact) for group in report.groups for fact in group.missing_facts}
    messages |= {finding.message for finding in report.diagnosis.findings}
    assert {message for message in messages if " ".join(message.split()) not in text} == set()


def test_page_says_what_is_unknown_and_how_to_supply_it() -> None:
    page = page_of(report_of("one-zone-blocked-one-unknown"))
    assert "Unknown" in page.text
    assert "supply the answer of ec2:" in page.text


def test_permission_that_is_denied_is_shown_beside_the_packets() -> None:
    text = page_of(report_of("role-without-token")).text
    assert "Permissions and resources" in text
    assert "The policies of the role do not allow the request" in text


def test_hostile_names_stay_text() -> None:
    content = write_page(hostile_report(), VIEW)
    page = Page(content)
    assert not page.all("script")
    assert {element.tag for element in page.elements} == {
        element.tag for element in page_of(report_of(BLOCKED)).elements
    } | {element.tag for element in page.elements if element.tag in {"ul", "details", "summary"}}
    assert "<script" not in content
    assert "49" not in re.findall(r"javascript:alert\(3\)\) (\S+)", content)
    assert "\u202e" not in content
    assert "\\u202e" in content
    assert HOSTILE.partition("<")[0] in page.text
    assert LONG[:30] in page.text
    (summary,) = re.findall(r"<summary>(.*?)</summary>", content.partition('<details class="one"')[2], re.DOTALL)[:1]
    assert len(summary) < 1_000


def test_names_are_replaced_before_they_are_cut() -> None:
    content = write_page(hostile_report(), View(rewrite=lambda text: text.replace(LONG, "stand-in")))
    assert "stand-in" in content
    assert LONG[:90] not in content


def test_style_is_small() -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", write_page(report_of(BLOCKED), VIEW), re.DOTALL)
    assert len(style) <= 16_000


@pytest.mark.long
def test_services_that_fail_alike_are_one_group_and_the_others_are_named() -> None:
    network = Network()
    network.definition(container())
    for name in ("web", "api"):
        network.service(name, subnets=["subnet-b"])
    network.service("fine")
    network.serve_internet_by_nat()
    page = page_of(app.report(network.world()))
    assert "2 of 3 services cannot start" in page.text
    assert "2 services fail alike. Shown is web of cluster shop." in page.text
    assert [details["id"] for details in page.all("details") if "id" in details] == ["web"]
    assert "ok, cluster shop: fine" in page.text


@pytest.mark.long
def test_groups_beyond_the_limit_are_named_without_steps() -> None:
    network = Network()
    network.definition(container())
    for number in range(22):
        network.group(f"sg-{number}", outbound=[])
        network.subnet(f"subnet-{number}", f"10.0.{100 + number}.0/24", "eu-west-1a")
        network.table(f"rtb-{number}", subnets=[f"subnet-{number}"])
        network.service(f"svc-{number}", subnets=[f"subnet-{number}"], groups=[f"sg-{number}"])
    world = network.world()
    page = page_of(Report(world, diagnosed(world)))
    assert "2 more groups are not shown step by step" in page.text
    assert "svc-21" in page.text


def test_network_without_launches_has_a_page() -> None:
    page = page_of(
        app.report(World(documents.load({"a.json": b'{"clusters": [], "services": [], "Vpcs": []}'}, source="x")))
    )
    assert "nothing in x starts a Fargate task" in page.text


@pytest.mark.long
def test_page_of_every_scenario_has_links_and_labels_with_targets() -> None:
    faults = []
    for path in some(sorted(SCENARIOS.glob("*/network.json")), 40):
        page = page_of(app.report(app.load(path)))
        ids = [str(element.attributes["id"]) for element in page.elements if "id" in element.attributes]
        targets = {str(link.get("href")).removeprefix("#") for link in page.all("a")}
        for element in page.elements:
            targets |= set(str(element.attributes.get("aria-labelledby") or "").split())
        if len(ids) != len(set(ids)) or not targets <= set(ids):
            faults.append((path.parent.name, sorted(targets - set(ids))))
    assert faults == []


def test_page_has_the_commands_of_the_aws_cli_as_they_are() -> None:
    """Line by line, for a shell: names of variables such as VPCE_SECRETSMANAGER are no keys of secrets."""
    for report in (report_of(BLOCKED), hostile_report()):
        assert report.plan is not None
        (script,) = re.findall(r'<pre tabindex="0">(.*?)</pre>', write_page(report, VIEW), re.DOTALL)
        assert html.unescape(script) == aws_cli.render(report.world, report.plan)


@pytest.mark.long
def test_page_of_50_services_is_small_and_has_maps_for_phones_of_the_worst_groups() -> None:
    content = write_page(several_services(), VIEW)
    assert len(content.encode()) <= 1_000_000
    # Each of three groups has one for now and one with the plan.
    assert content.count('class="map tall"') == 6
    assert content.count('class="map wide"') == 20


def test_step_that_the_plan_does_not_change_has_one_panel_for_both_networks(blocked: Page) -> None:
    panels = {
        str(element.attributes["id"]): {"now", "planned"} & set(str(element.attributes["class"]).split())
        for element in blocked.elements
        if element.tag == "section" and "path" in str(element.attributes.get("class")).split()
    }
    assert panels["web-2"] == set()
    assert (panels["web-3"], panels["web-3-planned"]) == ({"now"}, {"planned"})


@pytest.mark.long
@pytest.mark.parametrize(("most", "groups"), [(500_000, 10), (300_000, 5)])
def test_long_page_has_no_maps_for_phones_then_fewer_groups(
    monkeypatch: pytest.MonkeyPatch, most: int, groups: int
) -> None:
    monkeypatch.setattr("skerry.render.report.page.MOST_BYTES", most)
    content = write_page(several_services(), VIEW)
    assert len(content.encode()) <= most
    assert 'class="map tall"' not in content
    assert content.count('<details class="one"') == groups
    assert ("more groups are not shown step by step" in content) == (groups < 10)
