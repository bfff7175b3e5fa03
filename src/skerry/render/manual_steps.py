"""The changes that skerry does not make itself, as commands of the AWS CLI and blocks of Terraform to copy."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from msgspec import UNSET, UnsetType

from skerry.catalogue.partitions import partition_of
from skerry.errors import InputError
from skerry.model.iam import Document, Role
from skerry.model.world import World
from skerry.plan.changes import MirrorImage, ProposeStatement
from skerry.plan.records import Planned
from skerry.render import aws_cli, iac_common
from skerry.render.aws_cli_commands import CommandWriter
from skerry.render.aws_cli_steps import AwsCommand, Option
from skerry.render.hcl import quote
from skerry.render.plan import title_of
from skerry.render.shell_words import Json, JsonWord, format_word
from skerry.render.text import bold, clean
from skerry.services.image_references import parse

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
        yield from _statement(world, row, row.change)
        return
    if isinstance(row.change, MirrorImage):
        yield clean(row.change.message)
        yield from _image(world, row.change)
        return
    try:
        step = writer.step_of(row)
        text = "" if step is None else "".join(aws_cli.format_commands(step.commands, aws_cli.region_option_of(world)))
    except InputError:
        # The AWS CLI would misread one of its words: the words of the plan are what is left.
        text = ""
    details = text.splitlines() or [line for part in iac_common.manual_details_of(row.change) for line in [part]]
    yield from (clean(line) for line in details)


def _image(world: World, change: MirrorImage) -> Iterator[str]:
    """Yield the commands that copy an image into ECR; none if the account, the Region or the image is not known.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/docker-push-ecr-image.html
    """
    region = world.region
    partition = None if region is None else partition_of(region)
    image = parse(change.image)
    if world.account is None or region is None or partition is None or image is None or "@" in change.image:
        return
    registry = f"{world.account}.dkr.ecr.{region}.{partition.suffix}"
    copy = f"{registry}/{image.repository}:{image.tag}"
    create = AwsCommand("ecr", "create-repository", (("repository-name", (image.repository,)),))
    login = AwsCommand("ecr", "get-login-password", ())
    option = aws_cli.region_option_of(world)
    try:
        yield from "".join(aws_cli.format_commands((create,), option)).splitlines()
        password = "".join(aws_cli.format_commands((login,), option)).strip()
        yield f"{password} | docker login --username AWS --password-stdin {format_word(registry)}"
        yield f"docker pull {format_word(change.image)}"
        yield f"docker tag {format_word(change.image)} {format_word(copy)}"
        yield f"docker push {format_word(copy)}"
    except InputError:
        return
    yield "# or the repository in Terraform, and the task definition with the new image:"
    yield 'resource "aws_ecr_repository" "skerry" {'
    yield f"  name = {quote(image.repository)}"
    yield "}"
    yield f"image = {quote(copy)}"


def _statement(world: World, row: Planned, change: ProposeStatement) -> Iterator[str]:
    """Yield a statement with the commands and blocks for its policy; alone if the policy is unknown."""
    yield clean(change.message)
    role = _ROLE.fullmatch(change.resource)
    record = next((item for item in world.facts.roles if item.arn == change.resource), None)
    codes = tuple(dict.fromkeys(reason.code for reason in row.why)) or ("",)
    written = (
        [] if role is None else [line for code in codes for line in _by_code(world, code, role[1], record, change)]
    )
    yield from written or [clean(change.statement)]


def _by_code(world: World, code: str, role: str, record: Role | None, change: ProposeStatement) -> Iterator[str]:
    """Yield the lines for the denying policy; for a policy of the role if the plan has no code."""
    match code:
        case "TRUST_POLICY_DENIES":
            yield from _of_trust_policy(world, role, record, change)
        case "PERMISSIONS_BOUNDARY_DENIES":
            yield from _of_boundary(world, record, change)
        case "ROLE_POLICY_DENIES" | "":
            yield from _of_role(world, role, change)
        case _:
            return


def _of_role(world: World, role: str, change: ProposeStatement) -> Iterator[str]:
    """Yield the statement as a policy of the role itself.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html: the policy of this name is replaced.
    """
    document: dict[str, Json] = {"Version": "2012-10-17", "Statement": [json.loads(change.statement)]}
    yield from _command(
        world,
        "put-role-policy",
        ("role-name", (role,)),
        ("policy-name", (_POLICY_NAME,)),
        ("policy-document", (JsonWord(document),)),
    )
    yield "# or in Terraform:"
    yield 'resource "aws_iam_role_policy" "skerry" {'
    yield f"  name   = {quote(_POLICY_NAME)}"
    yield f"  role   = {quote(role)}"
    yield f"  policy = {quote(json.dumps(document))}"
    yield "}"


def _of_trust_policy(world: World, role: str, record: Role | None, change: ProposeStatement) -> Iterator[str]:
    """Yield the trust policy with the statement added; a role has one trust policy, which is replaced as a whole.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
    """
    document = None if record is None else _with_statement(record.assume_role_policy_document, change)
    if document is None:
        return
    yield from _command(
        world, "update-assume-role-policy", ("role-name", (role,)), ("policy-document", (JsonWord(document),))
    )
    yield "# or in Terraform, in the aws_iam_role:"
    yield f"assume_role_policy = {quote(json.dumps(document))}"


def _of_boundary(world: World, record: Role | None, change: ProposeStatement) -> Iterator[str]:
    """Yield the policy of the permissions boundary with the statement added, as a new version.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
    """
    arn = None if record is None else record.permissions_boundary.permissions_boundary_arn
    policy = next((row for row in world.facts.managed_policies if row.arn == arn), None)
    versions = () if policy is None or policy.policy_version_list is UNSET else policy.policy_version_list
    default = next((version for version in versions if version.is_default_version), None)
    document = None if default is None else _with_statement(default.document, change)
    # AWS's own policies cannot be changed: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
    if arn is None or document is None or ":iam::aws:" in arn:
        return
    yield from _command(
        world,
        "create-policy-version",
        ("policy-arn", (arn,)),
        ("policy-document", (JsonWord(document),)),
        ("set-as-default", ()),
    )
    yield f"# or in Terraform, in the aws_iam_policy of {clean(arn)}:"
    yield f"policy = {quote(json.dumps(document))}"


def _with_statement(document: Document | UnsetType, change: ProposeStatement) -> dict[str, Any] | None:
    """Return a policy document with the statement added; None if the document cannot be read.

    IAM's own answers have it URL-encoded: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
    """
    try:
        policy: Any = json.loads(unquote(document)) if isinstance(document, str) else document
    except ValueError:
        return None
    if not isinstance(policy, dict):
        return None
    rows = policy.get("Statement", [])
    return policy | {"Statement": [*(rows if isinstance(rows, list) else [rows]), json.loads(change.statement)]}


def _command(world: World, operation: str, *options: Option) -> list[str]:
    command = AwsCommand("iam", operation, options)
    return "".join(aws_cli.format_commands((command,), aws_cli.region_option_of(world))).splitlines()
