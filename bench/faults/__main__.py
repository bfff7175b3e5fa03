"""Score tools on networks with known faults: ``python -m bench.faults`` prints the tables.

``label`` labels all cases anew by packets, and ``label new`` only those without a label. ``ask PROGRAM`` asks
ecs-doctor, ``page`` writes docs/accuracy.md, and ``page --check`` only tells whether it is up to date.
"""

import sys
from pathlib import Path

from bench.faults import labels, page, said
from bench.faults.answers import Answer, Tool
from bench.faults.collection import CASES
from bench.faults.labels import Label, WrongLabelError
from bench.faults.score import rows
from bench.faults.tools.ecs_doctor import EcsDoctor
from bench.faults.tools.presence import Presence
from bench.faults.tools.skerry import Skerry


def known_labels() -> dict[str, Label]:
    """The labels in the order of the cases; raises `SystemExit` where one is missing."""
    found = labels.read()
    lacking = [case.id for case in CASES if case.id not in found]
    if lacking:
        sys.exit(f"not labelled: {', '.join(lacking)}; run python -m bench.faults label")
    return {case.id: found[case.id] for case in CASES}


def answers() -> list[tuple[Tool, dict[str, Answer]]]:
    """What every tool says of every case."""
    here: tuple[Tool, ...] = (Skerry(), Presence())
    asked = [(tool, {case.id: tool.judge(case.document()) for case in CASES}) for tool in here]
    other = EcsDoctor(Path())
    return [asked[0], (other, dict(said.read(other.name, CASES))), asked[1]]


def label(*, only_new: bool) -> int:
    """Label every case, or those without a label of their network; 1 where packets do not bear one out."""
    kept = labels.kept_labels(CASES) if only_new else {}
    found: list[Label] = list(kept.values())
    wrong = 0
    for position, item in enumerate(labels.label_all(case for case in CASES if case.id not in kept), 1):
        if isinstance(item, WrongLabelError):
            wrong += 1
            print(f"wrong: {item}")
        else:
            found.append(item)
        print(f"\r{position} of {len(CASES) - len(kept)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    order = [case.id for case in CASES]
    labels.write(sorted(found, key=lambda item: order.index(item.id)))
    return int(wrong > 0)


def ask(program: Path) -> int:
    """Ask ecs-doctor about every case."""
    tool = EcsDoctor(program)
    found = []
    for position, case in enumerate(CASES, 1):
        found.append(said.Said(case.id, labels.digest(case), tool.judge(case.document())))
        print(f"\r{position} of {len(CASES)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    said.write(tool.name, found)
    return 0


def write_page(*, only_check: bool) -> int:
    """Write the page, or tell whether it is what the labels and answers say."""
    text = page.page(known_labels(), answers())
    if only_check:
        stale = not page.PAGE.exists() or page.PAGE.read_text(encoding="utf-8") != text
        if stale:
            print("docs/accuracy.md is not what is measured: run python -m bench.faults page")
        return int(stale)
    page.PAGE.write_text(text, encoding="utf-8")
    return 0


def tables() -> int:
    """Print the table of each tool."""
    known = known_labels()
    found = [(tool, rows(known, told)) for tool, told in answers()]
    for tool, of_tool in found:
        print(f"{tool.name}: {tool.about}\n\n{page.table(of_tool)}\n")
    print(page.summary(found))
    return 0


def main(arguments: list[str]) -> int:
    """Do what is asked for."""
    match arguments:
        case []:
            return tables()
        case ["label"]:
            return label(only_new=False)
        case ["label", "new"]:
            return label(only_new=True)
        case ["ask", program]:
            return ask(Path(program))
        case ["page"]:
            return write_page(only_check=False)
        case ["page", "--check"]:
            return write_page(only_check=True)
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
