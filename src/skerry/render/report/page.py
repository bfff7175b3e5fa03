"""The report as one web page: no script, no request, readable where styles are blocked.

Jinja escapes every text of the input, after its secrets are masked and its control characters made visible.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from skerry.diagnose.diagnosis import ServiceGroup
from skerry.errors import InputError
from skerry.plan.report import Report
from skerry.render.json_document import format_time
from skerry.render.report import answers
from skerry.render.report.compiled import CompiledTemplates
from skerry.render.report.groups import GroupView, group_views_of
from skerry.render.report.maps import MapView, map_views_of
from skerry.render.report.plan_rows import against, cost_lines_of, plan_rows_of, remaining_of
from skerry.render.report.steps import place_of
from skerry.render.svg import STYLE, SYMBOLS, TOKENS
from skerry.render.text import clean, pluralize
from skerry.render.text import list_names as list_first_names
from skerry.render.unread_calls import list_refusals
from skerry.render.view import DEFAULT_VIEW, View
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict

_FOLDER = Path(__file__).parent
_MOST_NAMES = 6
_LONGEST_NAME = 100
MOST_BYTES = 1_000_000
"""The size of a page that opens at once, and that trackers of issues take as an attachment."""
_ICONS: Mapping[Verdict, str] = {
    BLOCKED: "%23b3161b",
    INTERMITTENT: "%238a5000",
    UNKNOWN: "%235b3fb5",
    OK: "%230f6b3c",
}
_GREY = "%2355606d"
_FILES = (
    ("Terraform", "write-terraform"),
    ("CloudFormation", "write-cloudformation"),
    ("AWS CLI", "write-aws-cli"),
)


class KindOfCause(msgspec.Struct, frozen=True):
    """All causes of one code: their number and resources, and the number of services that they stop."""

    code: str
    title: str
    causes: int
    resources: tuple[str, ...]
    services: int


def write_page(report: Report, view: View = DEFAULT_VIEW) -> str:
    """Write a report as a web page; a long one has no maps for phones, then fewer groups of services step by step."""
    groups = group_views_of(report, view.rewrite)
    maps = map_views_of(report, groups, view.rewrite)
    template = _environment(view.rewrite).get_template("page.html")
    context = _plan_of(report, view) | _sources(report, view) | _page_parts(report)
    page = template.render(context | _results(report, groups, maps))
    if len(page.encode()) > MOST_BYTES:
        maps = {slug: drawn.without_tall() for slug, drawn in maps.items()}
        page = template.render(context | _results(report, groups, maps))
    while len(page.encode()) > MOST_BYTES and len(groups) > 1:
        groups = groups[: len(groups) // 2]
        page = template.render(context | _results(report, groups, maps))
    return page


def _results(report: Report, groups: Sequence[GroupView], maps: Mapping[str, MapView]) -> dict[str, Any]:
    """Return the values for the answer and the services."""
    kinds = _kinds_of(report)
    return {
        "report": report,
        "groups": groups,
        "maps": maps,
        "style": _style_for(groups),
        "kinds": kinds,
        "resource_count": len({resource for kind in kinds for resource in kind.resources}),
        "failing": sum(len(group.services) for group in report.groups),
        "group_count": len(report.groups),
        "more_groups": report.groups[len(groups) :],
        "working": report.diagnosis.working_groups,
        "place_of": place_of,
        "origin_of": lambda resource: place_of(report.world.origin_of(resource)),
    }


def _plan_of(report: Report, view: View) -> dict[str, Any]:
    """Return the values for the section about the plan."""
    plan = report.plan
    return {
        "fix": answers.fix_of(report),
        "plan_rows": () if plan is None else plan_rows_of(plan),
        "plan_cost": () if plan is None else tuple(cost_lines_of(plan)),
        "remaining": () if plan is None else remaining_of(plan),
        "against": () if plan is None else against(plan),
        "script": _script_of(report, view.rewrite),
        "commands": tuple(_commands(report, view)),
    }


def _sources(report: Report, view: View) -> dict[str, Any]:
    """Return the values for the section about sources and limits."""
    read_at = report.world.facts.read_at
    return {
        "missing": _missing_facts_of(report),
        "refused": list_refusals(report.world.facts.refused),
        "read_at": "" if read_at is None else format_time(read_at),
        "command": view.commands.get("report", ""),
        "command_of_service": view.commands.get("report-of-service", ""),
        "rehearse": view.commands.get("rehearse", "") if report.diagnosis.next_step == "rehearse" else "",
        "supply": view.commands.get("supply-facts", ""),
    }


def _page_parts(report: Report) -> dict[str, Any]:
    """Return the values for the frame of the page, and words for all of its parts."""
    return {
        "answers": answers,
        "alone": len(report.diagnosis.services) == 1,
        "title": _title_of(report),
        "icon": _icon_of(report.diagnosis.verdict),
        "symbols": Markup(SYMBOLS),  # noqa: S704 -- nothing of the input is in it
        "OK": OK,
        "BLOCKED": BLOCKED,
        "INTERMITTENT": INTERMITTENT,
        "UNKNOWN": UNKNOWN,
    }


def _environment(rewrite: Callable[[str], str]) -> Environment:
    texts: dict[str, str] = {}

    def show(text: str) -> str:
        """Return a text of the input, safe to show; a page says most words many times."""
        if text not in texts:
            texts[text] = clean(rewrite(text))
        return texts[text]

    def finalize(value: Any) -> Any:
        """Make a text of the input safe to show; markup and words of skerry's own stay."""
        return value if isinstance(value, Markup | Verdict) or not isinstance(value, str) else show(value)

    def short(text: str, most: int = 26) -> Markup:
        """Return a text cut in the middle, with the whole of it in its title."""
        whole = show(text)
        if len(whole) <= most:
            return escape(whole)
        tail = (most - 1) // 3
        cut = f"{whole[: most - 1 - tail]}…{whole[-tail:]}"
        return Markup('<span title="{}">{}</span>').format(whole, cut)

    def list_shown(names: Iterable[str], most: int = _MOST_NAMES) -> Markup:
        """Return the first names, each cut, after what must not be shown is replaced."""
        return escape(list_first_names([_cut(show(name)) for name in names], most))

    environment = Environment(
        loader=FunctionLoader(_source_of),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=CompiledTemplates(_FOLDER / "templates"),
    )
    environment.filters |= {"short": short, "count": pluralize, "names": list_shown}
    return environment


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


@cache
def _source_of(name: str) -> str:
    """Return a template without the indentation of its lines."""
    return (_FOLDER / "templates" / name).read_text(encoding="utf-8")


@cache
def _style() -> str:
    own = (_FOLDER / "report.css").read_text(encoding="utf-8")
    return TOKENS + STYLE + own.replace("\n", "")


def _style_for(groups: Sequence[GroupView]) -> Markup:
    """Return the style of the page: a step is chosen by its radio button, else by the link, else it is the first."""
    numbers = range(1, max((len(group.steps) for group in groups), default=0) + 1)
    chosen = "".join(f".b:has(.r-{number}:checked) .p-{number}{{display:block}}" for number in numbers)
    given = "".join(map(_rules_of_given_step, numbers))
    # Nothing of the input is in it.
    return Markup(f"{_style()}{chosen}.b:not(:has(.steps :checked)){{{given}}}")  # noqa: S704


def _rules_of_given_step(number: int) -> str:
    """Return the rules for the step of a link, or the first one, while no step is chosen."""
    marked = f".l-{number}{{--g:var(--accent-t);--u:var(--chosen);--s:block}}"
    is_given = f"&:is(.f-{number}:not(:has(.path:target)),:has(.p-{number}:target))"
    return f"{is_given}{{.p-{number}{{display:block}}{marked}}}"


def _title_of(report: Report) -> str:
    services = report.diagnosis.services
    if len(services) == 1:
        return f"{services[0].launch.name} {answers.answer_of(services[0])}"
    if not services:
        return f"nothing in {report.world.facts.source} starts a Fargate task"
    return answers.answer_of_all(report.diagnosis)


def _icon_of(verdict: Verdict) -> Markup:
    """Return a disc in the colour of the verdict as a data URL."""
    colour = _ICONS.get(verdict, _GREY)
    return Markup(  # noqa: S704 -- nothing of the input is in it
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
        f"%3Ccircle fill='{colour}' cx='8' cy='8' r='8'/%3E%3C/svg%3E"
    )


def _kinds_of(report: Report) -> tuple[KindOfCause, ...]:
    """Return the causes by their codes, those that stop most services first."""
    ordered = sorted(report.diagnosis.causes, key=lambda cause: cause.code)
    by_code = {code: tuple(causes) for code, causes in groupby(ordered, key=lambda cause: cause.code)}
    kinds = (
        KindOfCause(
            code,
            causes[0].title,
            len(causes),
            tuple(dict.fromkeys(resource for cause in causes for resource in cause.resources if resource)),
            len({service for cause in causes for service in cause.services}),
        )
        for code, causes in by_code.items()
    )
    return tuple(sorted(kinds, key=lambda kind: -kind.services))


def _missing_facts_of(report: Report) -> list[tuple[Any, tuple[str, ...]]]:
    """Return each missing fact of all services with the steps that need it."""
    group = ServiceGroup(report.diagnosis.services)
    return list(group.missing_facts.items()) if report.diagnosis.services else []


def _script_of(report: Report, rewrite: Callable[[str], str]) -> Markup:
    """Return the plan as commands of the AWS CLI; empty where they cannot express it.

    Their writer masks secrets in values. In the whole text, VPCE_SECRETSMANAGER looks like a key of secrets.
    """
    from skerry.render import aws_cli  # noqa: PLC0415 -- most reports have no plan

    if report.plan is None or not report.plan.changes:
        return Markup("")
    try:
        return escape(rewrite(aws_cli.render(report.world, report.plan)))
    except InputError:
        # A plan of manual steps alone: the table of changes has them.
        return Markup("")


def _commands(report: Report, view: View) -> Iterator[tuple[str, str]]:
    """Yield the commands that make the changes of a plan; one of manual steps alone has only its text."""
    plan = report.plan
    if plan is None or not plan.changes:
        return
    forms = {"write-terraform": _FILES, "write-aws-cli": _FILES[-1:]}.get(plan.next_step or "", ())
    for title, key in (("The plan as text", "plan"), *forms):
        if key in view.commands:
            yield title, view.commands[key]
