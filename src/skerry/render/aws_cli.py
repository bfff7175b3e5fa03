"""A plan as commands of the AWS CLI: a shell script in the order of the plan, with its reversal as comments.

Each text of the input is one quoted word; ids that AWS gives are in shell variables.
"""

from collections.abc import Iterable, Iterator

from skerry.model.world import World
from skerry.plan.records import Plan, Planned
from skerry.render import iac_common
from skerry.render.aws_cli_commands import CommandWriter
from skerry.render.aws_cli_steps import AwsCommand, Commands, CommandStep, FunctionCall
from skerry.render.hcl import format_comment
from skerry.render.money import format_cost
from skerry.render.plan import title_of
from skerry.render.shell_words import format_word

_WIDTH = 100
_REVERSAL = "# To take it all back, remove the comment signs below, and run the lines in the same shell."

_WAIT = """wait_until_available() {{
  while :; do
    state=$(aws ec2 describe-vpc-endpoints{region} --vpc-endpoint-ids "$1" \\
      --query 'VpcEndpoints[0].State' --output text) || return 1
    case $state in
      [Aa]vailable) return 0 ;;
      [Pp]ending) sleep 5 ;;
      *) echo "$1 is $state" >&2; return 1 ;;
    esac
  done
}}
"""

_DELETE = """delete_endpoint() {{
  error=$(aws ec2 delete-vpc-endpoints{region} --vpc-endpoint-ids "$1" \\
    --query 'Unsuccessful[0].Error.Message' --output text) || return 1
  [ "$error" = None ] || {{ echo "$1: $error" >&2; return 1; }}
  while :; do
    left=$(aws ec2 describe-vpc-endpoints{region} \\
      --query "length(VpcEndpoints[?VpcEndpointId=='$1' && State!='deleted'])" --output text) || return 1
    [ "$left" != 0 ] || return 0
    sleep 5
  done
}}
"""
"""AWS answers this call with success, even if it deletes nothing, and deletes an endpoint in the background.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
"""


def render(world: World, plan: Plan) -> str:
    """Write a plan as a shell script; comments alone if there is nothing to change.

    Raises `InputError` if no change has a command, or if the AWS CLI would misread an argument.
    """
    writer = CommandWriter(world, list(plan.changes))
    steps = [(row, writer.step_of(row)) for row in plan.changes]
    if not any(step for _, step in steps):
        iac_common.refuse_unless_something(plan, "commands of the AWS CLI")
    heading = format_comment("\n".join(iac_common.warnings_of(plan)))
    if not plan.changes:
        return f"#!/bin/sh\n{heading}"
    region = region_option_of(world)
    names = _functions_in(step.commands for _, step in steps if step)
    functions = (("wait_until_available", _WAIT), ("delete_endpoint", _DELETE))
    used = [text.format(region=region) for name, text in functions if name in names]
    parts = [f"#!/bin/sh\n{heading}{_usage(world)}\nset -eu\nexport AWS_PAGER=\n", *used]
    parts += [_change(number, row, step, region) for number, (row, step) in enumerate(steps, 1)]
    parts += _reversal([step for _, step in steps if step], region)
    return "\n".join(parts)


def _usage(world: World) -> str:
    if world.region is None:
        return "# The Region is not known: set AWS_REGION before you run this.\n"
    return "# Run this with sh, or paste it into a shell without `set -eu`.\n"


def region_option_of(world: World) -> str:
    """Return the option for the Region of a World; empty if it is not known."""
    return "" if world.region is None else f" --region {format_word(world.region)}"


def _functions_in(commands: Iterable[Commands]) -> set[str]:
    return {command.function for same in commands for command in same if isinstance(command, FunctionCall)}


def _change(number: int, row: Planned, step: CommandStep | None, region: str) -> str:
    """Return the commands of a change below a comment with its title, disposition, price and note."""
    by_hand = "" if step else "By hand: "
    lines = [f"{number}. {by_hand}{title_of(row.change)} ({row.disposition})"]
    if row.cost is not None:
        lines.append(f"Price: {format_cost(row.cost)}")
    if row.note:
        lines.append(f"Note: {row.note}")
    if row.by is not None:
        lines.append(f"Only account {row.by}, which owns the VPC, can make this.")
    if step is None:
        lines += iac_common.manual_details_of(row.change)
        return format_comment("\n".join(lines))
    return format_comment("\n".join(lines)) + "".join(format_commands(step.commands, region))


def _reversal(steps: list[CommandStep], region: str) -> Iterator[str]:
    """Yield the commands that take the changes back, the last one first, as comments."""
    lines = []
    for step in reversed(steps):
        if step.loss:
            lines.append(format_comment(step.loss))
        lines += format_commands(step.reversal, region)
    if lines:
        function = (
            _DELETE.format(region=region) if "delete_endpoint" in _functions_in(step.reversal for step in steps) else ""
        )
        text = "".join([function, *lines])
        yield f"{_REVERSAL}\n#\n" + "".join(f"# {line}\n" if line else "#\n" for line in text.splitlines())


def format_commands(commands: Commands, region: str) -> Iterator[str]:
    """Yield commands as lines of a shell; ``region`` is the option for all of them."""
    for command in commands:
        if isinstance(command, FunctionCall):
            yield f"{command.function} {format_word(command.argument)}\n"
        else:
            yield _format_command(command, region)


def _format_command(command: AwsCommand, region: str) -> str:
    """Return a command, on several lines if it is long; the value of its variable is printed, for a later shell."""
    options = [" ".join([f"--{name}", *map(format_word, words)]) for name, words in command.options]
    if command.variable is not None:
        options += [f"--query {format_word(command.query)}", "--output text"]
    head = f"aws {command.service} {command.operation}{region}"
    line = " ".join([head, *options])
    text = line if len(line) <= _WIDTH else " \\\n  ".join([head, *options])
    if command.variable is None:
        return f"{text}\n"
    name = command.variable.name
    return f'{name}=$({text})\necho "{name}=${name}"\n'
