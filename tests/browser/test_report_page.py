"""Reports in Chromium: answers without JavaScript, choices, links, phones, dark mode, print, accessibility."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from skerry.render.report.groups import group_views_of
from skerry.render.report.page import write_page
from skerry.render.view import View
from tests.browsing import open_page, start_browser
from tests.render.report.reports import hostile_report, report_of, several_services

VIEW = View(commands={"report": "skerry report --from x", "write-terraform": "skerry plan --from x --format terraform"})
STEPS = range(1, 8)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with start_browser() as started:
        yield started


@pytest.fixture(scope="module")
def blocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "blocked.html"
    path.write_text(write_page(report_of("article-broken"), VIEW), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "hostile.html"
    path.write_text(write_page(hostile_report(), VIEW), encoding="utf-8")
    return path


def test_answer_is_visible_without_scripts_and_nothing_is_requested(browser: Browser, blocked: Path) -> None:
    with open_page(browser, blocked, scripts=False) as opened:
        assert opened.page.get_by_role("heading", level=1).inner_text() == "web cannot start"
        assert "The route table has no route to the destination" in opened.page.locator("#web-3").inner_text()
        assert opened.visible_panels == ["web-3"]
        assert opened.requests == [blocked.as_uri()]
        assert opened.messages == []


def test_choice_of_a_step_and_of_the_plan_shows_one_panel(browser: Browser, blocked: Path) -> None:
    with open_page(browser, blocked, scripts=False) as opened:
        for number in (1, 4, 7):
            opened.page.locator(f"label.l-{number}").click()
            assert opened.visible_panels == [f"web-{number}"]
        opened.page.get_by_text("With the plan 8 changes").click()
        assert opened.visible_panels == ["web-7-planned"]
        assert opened.page.get_by_role("heading", level=1).inner_text() == "With the plan web can start"
        assert opened.page.get_by_text("No blocker remains with the plan.").is_visible()
        assert not opened.page.locator("#blockers").is_visible()
        opened.page.locator(".view label").first.click()
        assert opened.visible_panels == ["web-7"]


@pytest.mark.long
def test_keys_choose_view_and_step(browser: Browser, blocked: Path) -> None:
    with open_page(browser, blocked, scripts=False) as opened:
        keyboard = opened.page.keyboard
        for key in ("Tab", "Tab", "ArrowRight"):
            keyboard.press(key)
        assert opened.visible_panels == ["web-3-planned"]
        for key in ("Tab", "ArrowRight"):
            keyboard.press(key)
        # The plan changes nothing of this step.
        assert opened.visible_panels == ["web-2"]


@pytest.mark.parametrize(("target", "chosen"), [("web-5", "web-3"), ("web-4-planned", "web-3-planned")])
def test_link_opens_its_step_until_another_one_is_chosen(
    browser: Browser, blocked: Path, target: str, chosen: str
) -> None:
    with open_page(browser, blocked, fragment=f"#{target}", scripts=False) as opened:
        assert opened.visible_panels == [target]
        opened.page.locator("label.l-3").click()
        assert opened.visible_panels == [chosen]


@pytest.mark.parametrize(
    "width", [320, pytest.param(390, marks=pytest.mark.long), pytest.param(768, marks=pytest.mark.long)]
)
def test_page_needs_no_sideways_scrolling(browser: Browser, blocked: Path, width: int) -> None:
    with open_page(browser, blocked, width=width) as opened:
        assert opened.overflow <= 0
        opened.page.get_by_text("With the plan 8 changes").click()
        assert opened.overflow <= 0


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_axe_finds_no_violation(browser: Browser, blocked: Path, width: int, *, dark: bool) -> None:
    with open_page(browser, blocked, width=width, dark=dark) as opened:
        if dark:
            # One view in each of two windows, as axe-core takes most of the time.
            opened.page.get_by_text("With the plan 8 changes").click()
        assert opened.violations() == []
        background = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == ("rgb(16, 21, 27)" if dark else "rgb(255, 255, 255)")


@pytest.mark.long
def test_page_prints(browser: Browser, blocked: Path, tmp_path: Path) -> None:
    with open_page(browser, blocked) as opened:
        content = opened.page.pdf(path=tmp_path / "page.pdf", format="A4")
        assert content.startswith(b"%PDF")
        opened.page.emulate_media(media="print")
        assert opened.visible_panels == [f"web-{number}" for number in STEPS]


def test_hostile_names_are_inert_text(browser: Browser, hostile: Path) -> None:
    with open_page(browser, hostile, width=390) as opened:
        dialogs: list[str] = []
        opened.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        opened.page.locator("summary").first.click()
        assert "<script>alert(1)</script>" in opened.page.locator("body").inner_text()
        assert opened.overflow <= 0
        assert (dialogs, opened.messages) == ([], [])
        assert opened.requests == [hostile.as_uri()]


@pytest.mark.long
def test_page_reads_as_plain_text_where_styles_are_blocked(browser: Browser, blocked: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.html"
    text = blocked.read_text(encoding="utf-8").replace("style-src 'unsafe-inline'", "style-src 'none'")
    bare.write_text(text, encoding="utf-8")
    with open_page(browser, bare, scripts=False) as opened:
        assert opened.visible_panels == [f"web-{number}" for number in STEPS]
        assert not opened.page.locator("figure").first.is_visible()
        assert opened.page.locator(".planned").count()
        assert opened.page.locator(".planned:visible").count() == 0


OTHERS = ("hub-transit-route-missing", "one-zone-blocked-one-unknown", "private-dns-off", "role-without-token")


@pytest.mark.long
@pytest.mark.parametrize("name", [*OTHERS, "several"])
def test_other_pages_have_no_violation_and_fit(browser: Browser, tmp_path: Path, name: str) -> None:
    report = several_services() if name == "several" else report_of(name)
    path = tmp_path / "page.html"
    path.write_text(write_page(report, VIEW), encoding="utf-8")
    views = ((1280, False), (1280, True), (390, False))
    # A page of fifty services takes seconds for each view.
    for width, dark in views[:1] if name == "several" else views:
        with open_page(browser, path, width=width, dark=dark) as opened:
            for group in opened.page.locator("summary").all():
                if group.is_visible():
                    group.click()
            assert opened.violations() == []
            assert opened.overflow <= 0
            assert opened.messages == []


@pytest.mark.long
def test_link_opens_the_group_of_a_service(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(write_page(several_services(), VIEW), encoding="utf-8")
    slug = group_views_of(several_services())[1].slug
    with open_page(browser, path, fragment=f"#{slug}-4", scripts=False) as opened:
        assert opened.visible_panels == [f"{slug}-4"]


@pytest.mark.long
def test_texts_of_maps_are_within_their_pictures(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(write_page(report_of("hub-transit-route-missing"), VIEW), encoding="utf-8")
    with open_page(browser, path) as opened:
        outside = opened.page.evaluate(
            "[...document.querySelectorAll('svg.wide')].flatMap(svg => [...svg.querySelectorAll('text')]"
            ".filter(text => text.getBBox().x + text.getBBox().width > svg.viewBox.baseVal.width)"
            ".map(text => text.textContent))"
        )
        assert outside == []


def test_screen_readers_hear_which_step_is_shown_and_the_map_once(browser: Browser, blocked: Path) -> None:
    with open_page(browser, blocked) as opened:
        spoken = opened.spoken
        assert ("radio", "Now shown") in spoken
        assert ("radio", "3 secrets Secrets Manager blocked shown") in spoken
        assert ("radio", "4 registry-auth Amazon ECR API blocked") in spoken
        assert [name for role, name in spoken if role == "image"] == ["The network of web"]
        assert not [name for _, name in spoken if name in {"never goes there", "route tables"}]


@pytest.mark.long
def test_paper_shows_hops_of_like_steps_once(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(write_page(report_of("private-dns-off"), VIEW), encoding="utf-8")
    with open_page(browser, path) as opened:
        again = opened.page.locator("#web-4")
        assert not again.get_by_text("The hops are like those of 3 · registry-auth.").is_visible()
        opened.page.emulate_media(media="print")
        assert again.get_by_text("The hops are like those of 3 · registry-auth.").is_visible()
        assert not again.locator("li").first.is_visible()
        assert opened.page.locator("#web-3 li").first.is_visible()
