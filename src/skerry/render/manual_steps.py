"""The changes that skerry does not make itself, as commands of the AWS CLI and blocks of Terraform to copy."""

import json
import re
from collections.abc import Iterator, Sequence

from skerry.errors import InputError
from skerry.model.world import World
from skerry.plan.changes import ProposeStatement
from skerry.plan.records import Planned
from skerry.render import aws_cli, iac_common
from skerry.render.aws_cli_commands import CommandWriter
from skerry.render.aws_cli_steps import AwsCommand, Option
from skerry.render.hcl import quote
from skerry.render.plan import title_of
from skerry.render.shell_words import Json, JsonWord
from skerry.render.text import bold, clean

_ROLE = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/(?:[\w+=,.@-]+/)*([\w+=,.@-]+)")
_POLICY_NAME = "skerry"


def format_manual_steps(world: World, rows: Sequence[Planned]) -> str:
    """Write the manual steps of a plan: each with its title and commands, unwrapped, so that they can be copied."""
    manual = [row for row in rows if row.disposition == "manual"]
    if not manual:
        return ""
    writer = CommandWriter(world, list(rows))
    lines = [bold("By hand"), ""]
    for number, row in enumerate(manual, 1):
        lines.append(f"{number}. {clean(title_of(row.change))}")
        if row.by is not None:
            lines.append(f"   Only account {clean(row.by)}, which owns the VPC, can make this.")
        lines += [f"   {line}" for line in _details(world, writer, row)]
    return "\n".join([*lines, ""])


def _details(world: World, writer: CommandWriter, row: Planned) -> Iterator[str]:
    if isinstance(row.change, ProposeStatement):
        yield from _statement(world, row.change)
        return
    try:
        step = writer.step_of(row)
        text = "" if step is None else "".join(aws_cli.format_commands(step.commands, aws_cli.region_option_of(world)))
    except InputError:
        # The AWS CLI would misread one of its words: the words of the plan are what is left.
        text = ""
    details = text.splitlines() or [line for part in iac_common.manual_details_of(row.change) for line in [part]]
    yield from (clean(line) for line in details)


def _statement(world: World, change: ProposeStatement) -> Iterator[str]:
    """Yield a statement with the command and the block that add it to a role; alone for any other resource.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html: the policy of this name is replaced.
    """
    yield clean(change.message)
    statement = json.loads(change.statement)
    role = _ROLE.fullmatch(change.resource)
    if role is None:
        yield clean(change.statement)
        return
    document: dict[str, Json] = {"Version": "2012-10-17", "Statement": [statement]}
    options: tuple[Option, ...] = (
        ("role-name", (role[1],)),
        ("policy-name", (_POLICY_NAME,)),
        ("policy-document", (JsonWord(document),)),
    )
    command = AwsCommand("iam", "put-role-policy", options)
    yield from "".join(aws_cli.format_commands((command,), aws_cli.region_option_of(world))).splitlines()
    yield "# or in Terraform:"
    yield 'resource "aws_iam_role_policy" "skerry" {'
    yield f"  name   = {quote(_POLICY_NAME)}"
    yield f"  role   = {quote(role[1])}"
    yield f"  policy = {quote(json.dumps(document))}"
    yield "}"
