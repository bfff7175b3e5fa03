"""The page about error texts: how right their explanations are. ``python -m bench.texts`` writes it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from skerry.catalogue.error_texts import load_error_rules
from tests.explaining import NONE, Answer, answers, labelled

PAGE = Path(__file__).parent.parent / "docs" / "explain.md"
_SHOWN = 110

# Why an answer is not that of the label; a test fails where one has no reason.
REASONS = {
    "E044": "A task that fails a load balancer's health checks runs: the answer says `runtime`, the label `placement`.",
    "E089": 'The text ends at "retried 1 time...": a refusal, a wrong name and a wrong account all begin so.',
    "E121": "That pulling from a host failed does not say what the host answered; that the image is GuardDuty's agent "
    "only suggests a policy.",
}

# What the rules scored on these texts before any was changed for them: class, step, wrong for sure.
FIRST = {
    "held_out": (50, 55, 2),
    "second": (19, 19, 1),
    "third": (15, 15, 0),
    "fourth": (14, 16, 0),
    "fifth": (118, 118, 0),
    "sixth": (26, 34, 0),
}
TITLES = (
    "as people posted them",
    "the same, later",
    "the same, later still",
    "the same, last",
    "of every kind of AWS error",
    "about AWS Batch, Step Functions, EventBridge and CodeDeploy",
)


def page() -> str:
    """The whole page."""
    corpus = list(answers(labelled("corpus")))
    exact = [answer for answer in corpus if answer.row.exact]
    others = [answer for answer in corpus if not answer.row.exact]
    return "\n".join([*_about(), *_scores(exact, others), *_tables(exact), *_wrong(corpus), *_ambiguous(corpus), ""])


def _about() -> Iterator[str]:
    yield f"""# Error texts

Written by `python -m bench.texts` from the labelled texts in `tests/errortext/labelled`.

`skerry explain` reads what ECS, its agents and AWS's clients print: a stopped task's reason, a container's, an event of
a service, a line of a log, or a screenful of them, cut off, wrapped, quoted as JSON, with colours. It says at which
step of the launch it happened, of which class it is, what the text proves, what it does not, what to look at and what
to do. {len(load_error_rules())} rules, each with its source, are asked in order, those that prove most first
(`src/skerry/data/error_rules.json`; `skerry explain --list` prints them).

What decides is what stands in the text: the address that was dialled (private: DNS and endpoint are fine, a security
group or network ACL is not; public: no endpoint is in use; S3's, where an image is pulled: its layers), the status,
which kind of policy refused, the action, the step's own words. Where a text proves no more, its class is `ambiguous`.
"""


def _scores(exact: Sequence[Answer], others: Sequence[Answer]) -> Iterator[str]:
    yield from ["## How right it is", "", "| texts | number | class right | step right | wrong class for sure |"]
    yield "| --- | ---: | ---: | ---: | ---: |"
    yield _score("AWS's own wording", exact)
    yield _score("abbreviated, joined, constructed, fragments", others)
    for name, title in zip(FIRST, TITLES, strict=True):
        rows = list(answers(labelled(name)))
        kinds, steps, wrong = FIRST[name]
        yield f"| {title}, before rules were changed for them | {len(rows)} | {kinds} | {steps} | {wrong} |"
        yield _score(f"{title}, today", rows)
    yield from [
        "",
        'The rows "before" are what to expect of texts that nobody has seen yet; the others are what the rules were',
        "held to. The class is wrong for sure where it is told with high confidence and is neither the text's nor",
        "`ambiguous`.",
        "",
    ]


def _score(title: str, found: Sequence[Answer]) -> str:
    kinds = sum(answer.right[0] for answer in found)
    steps = sum(answer.right[1] for answer in found)
    return f"| {title} | {len(found)} | {kinds} | {steps} | {sum(answer.misleads for answer in found)} |"


def _tables(exact: Sequence[Answer]) -> Iterator[str]:
    yield from ["## By class", ""]
    yield from _table(exact, "class", lambda answer: answer.row.kind, 0)
    yield from ["## By step", ""]
    yield from _table(exact, "step", lambda answer: answer.row.step, 1)


def _table(found: Sequence[Answer], name: str, of: Callable[[Answer], str], part: int) -> Iterator[str]:
    yield from [f"| {name} | texts | right | told instead |", "| --- | ---: | ---: | --- |"]
    groups = Counter(map(of, found))
    for group, count in groups.most_common():
        rows = [answer for answer in found if of(answer) == group]
        instead = Counter(answer.kind if part == 0 else answer.step for answer in rows if not answer.right[part])
        told = ", ".join(f"{what} {number}" for what, number in instead.items())
        yield f"| {group} | {count} | {sum(answer.right[part] for answer in rows)} | {told} |"
    yield ""


def _wrong(found: Sequence[Answer]) -> Iterator[str]:
    yield from ["## What it gets wrong or leaves open against the label", ""]
    for answer in found:
        if not all(answer.right):
            yield f"- {answer.row.id}, `{_short(answer)}`: labelled {answer.row.kind} at {answer.row.step}, told"
            yield f"  {answer.kind} at {answer.step}. {REASONS[answer.row.id]}"
    yield ""


def _ambiguous(found: Sequence[Answer]) -> Iterator[str]:
    yield from ["## What proves no more", ""]
    for answer in found:
        if answer.row.kind == answer.kind == "ambiguous":
            yield f"- `{_short(answer)}`: {answer.found[0].not_proven}"
    yield from ["", f"Of texts that are no errors of a launch nothing is told (`{NONE}` among the labels)."]


def _short(answer: Answer) -> str:
    text = " ".join(answer.row.text.split()).replace("`", "'")
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
