"""Write the generated pages of docs/, or their generated parts, from their sources; with --check, only compare."""

import json as jsons
import re
import sys
from pathlib import Path
from textwrap import fill, indent

from skerry.apply.api_actions import CHANGING_ACTIONS
from skerry.catalogue.blocker_codes import load_codes
from skerry.catalogue.output_terms import load_output_terms
from skerry.checks import CHECKS
from skerry.checks.check import Check
from skerry.cli.reading import WIDEST
from skerry.embedded.rules import read_rules
from skerry.model.api_call import ApiCall
from skerry.render.iam_policy import change_statement, write_policy
from skerry.sources.live import ReadScope

DOCS = Path(__file__).parent.parent / "docs"
_HEADING = re.compile(r"^([A-Z][A-Za-z ]+):$", re.MULTILINE)


def page(check: Check) -> str:
    """The page of one check."""
    text = re.sub(r"^ {4}", "", check.text, flags=re.MULTILINE)
    text = _HEADING.sub(r"## \1\n", text).replace("``", "`")
    return f"# {check.id}\n\n{check.title}. Severity: {check.severity}.\n\n{text}\n"


def check_index() -> str:
    """The list of all checks."""
    lines = [
        "# Checks",
        "",
        "Problems that block no start and should be fixed. `skerry explain ID` prints each page.",
        "",
        "| check | severity | problem |",
        "| --- | --- | --- |",
    ]
    rows = (f"| [{check.id}]({check.id}.md) | {check.severity} | {check.title} |" for check in CHECKS)
    return "\n".join([*lines, *sorted(rows), ""])


def code_page() -> str:
    """The page of the codes of blockers."""
    lines = [
        "# Codes of blockers",
        "",
        "Written from `src/skerry/data/codes.json`; `skerry explain CODE` prints each.",
        "",
    ]
    for row in load_codes().values():
        whose = "skerry's own" if row.own else "of VPC Reachability Analyzer"
        lines += [
            f"## {row.code}",
            "",
            f"{row.title} ({whose}).",
            "",
            row.means,
            "",
            f"**What to do.** {row.remedy}",
            "",
        ]
        lines += [f"Source: <{row.source}>", ""]
    return "\n".join(lines)


def word_page() -> str:
    """The page of the words in outputs, by kind."""
    lines = [
        "# Words in outputs",
        "",
        "Written from `src/skerry/data/output_terms.json`; `skerry explain WORD` prints each.",
    ]
    terms = load_output_terms().values()
    for kind in dict.fromkeys(kind for term in terms for kind in term.of):
        lines += ["", f"## {kind.capitalize()}", "", "| word | meaning |", "| --- | --- |"]
        lines += [f"| `{term.id}` | {term.means} |" for term in terms if kind in term.of]
    return "\n".join([*lines, ""])


def permission_page() -> str:
    """The page of the IAM actions that reading a live account needs."""
    made = {command: ReadScope(*scope).may_call for command, scope in WIDEST.items()}
    whole = made["diagnose"]
    equals = [f"`{command}`" for command, calls in made.items() if calls == whole and command != "diagnose"]
    narrow = {call.action for call in ReadScope(network_only=True).may_call}
    beyond = ", ".join(f"`{action}`" for action in sorted({call.action for call in whole} - narrow))
    statements = ",\n".join(
        indent(jsons.dumps(change_statement(*row), indent=2), "  ") for row in CHANGING_ACTIONS["apply"].statements
    )
    checks = ", ".join(
        f"`{action}`" for action in sorted(CHANGING_ACTIONS["apply"].reads) if not action.startswith("ec2:")
    )
    restores = ", ".join(
        f"`{action}`" for action in sorted(CHANGING_ACTIONS["undo"].changes - CHANGING_ACTIONS["apply"].changes)
    )
    more = sorted({call.action for call in made["plan"]} - {call.action for call in whole})
    return f"""# Permissions

`skerry iam-policy COMMAND` prints the IAM policy that a command needs, from the tables of calls in
`src/skerry/aws/` and `src/skerry/services/`: all that skerry calls to read a live account. Every call of the reading
commands only reads, and none reads the value of a secret of Secrets Manager or of a parameter of Parameter Store.
`ecr:BatchGetImage` and `ecr:GetDownloadUrlForLayer` tell whether an image exists and for which processor. skerry keeps
only that of its configuration; images below a pull-through cache rule are only described
(`ecr:DescribeImages`), as ECR might fetch them.
`skerry iam-policy diagnose`, as for {" and ".join(equals)}:

```json
{write_policy(call.action for call in whole)}```

A call that is not allowed is no error, and the output names its action. Facts about the network are then unknown. What
tasks use is not examined, and the network's verdict stands.

`skerry iam-policy diagnose --network-only` prints the policy for `skerry diagnose --network-only`, and so for
`explain`, `plan`, `rehearse` and `snapshot`. These calls are then never made, and the output lists their subjects as
not examined:

<!-- beyond the network -->
{fill(beyond, 118)}.
<!-- /beyond the network -->

`skerry trace`, and `diagnose` and `rehearse` with `--task-definition`, call nothing of
{_lacking(whole, made["trace"])}: `skerry iam-policy trace` prints what they need.

`skerry plan`, `skerry cost` and `skerry nat-exit` also ask {", ".join(f"`{action}`" for action in more)}: in which
zones an endpoint may be made. With `--metrics` the latter two ask `cloudwatch:GetMetricData` too.
`skerry prices refresh` asks `pricing:GetProducts` and nothing else.

`skerry apply` and `skerry undo` read as `skerry plan` does, and change the account. `skerry iam-policy apply` allows
their changes on the types of resources that AWS asks for, and tags on new resources alone:

<!-- apply -->
```json
[
{statements}
]
```
<!-- /apply -->

A plan with one kind of change needs a part of them, and a policy may name the account, the Region, or single ids.
Outside the standard partition, `arn:aws:` is another word, such as `arn:aws-cn:`. `skerry iam-policy undo` allows the
changes of an undo, which also needs
{fill(restores, 118)}.

Before the first change, both read the caller's own policies, and `skerry apply` reads the applied quotas:
{fill(checks, 118)}.
Without them a permission or a quota is not known, and the output says so.

`sts:GetCallerIdentity` tells the account's number, and
[needs no permission](https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
"""


def embedded_page() -> str:
    """The page of the embedded AWS, with the table of its rules."""
    lines = ["<!-- rules -->", "| calls | rule | answer | source |", "| --- | --- | --- | --- |"]
    for rule in read_rules().values():
        answer = f"`{rule.answer}`" if rule.answer else "no error"
        lines.append(f"| {rule.calls} | {rule.text} | {answer} | [{rule.grade}]({rule.url}) |")
    table = "\n".join([*lines, "<!-- /rules -->"])
    page_text = (DOCS / "embedded.md").read_text(encoding="utf-8")
    return re.sub(r"<!-- rules -->.*<!-- /rules -->", lambda _: table, page_text, flags=re.DOTALL)


def _lacking(calls: tuple[ApiCall, ...], fewer: tuple[ApiCall, ...]) -> str:
    """The services that the fewer calls do without."""
    prefixes, others = ({call.action.partition(":")[0] for call in some} for some in (calls, fewer))
    *names, last = (f"`{prefix}:`" for prefix in sorted(prefixes - others))
    return f"{', '.join(names)} and {last}"


def main() -> int:
    """Write the pages, or compare them."""
    wanted = {DOCS / "checks" / f"{check.id}.md": page(check) for check in CHECKS}
    wanted[DOCS / "checks" / "README.md"] = check_index()
    wanted[DOCS / "codes.md"] = code_page()
    wanted[DOCS / "words.md"] = word_page()
    wanted[DOCS / "permissions.md"] = permission_page()
    wanted[DOCS / "embedded.md"] = embedded_page()
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    extra = [path for path in (DOCS / "checks").glob("*.md") if path not in wanted]
    if "--check" in sys.argv:
        for path in stale + extra:
            print(f"{path.relative_to(DOCS.parent)} is not what the source says: run scripts/check_pages.py")
        return 1 if stale or extra else 0
    for path in extra:
        path.unlink()
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
