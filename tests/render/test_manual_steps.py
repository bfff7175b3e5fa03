"""Steps for somebody else, as commands and blocks to copy."""

import shlex

from skerry.plan.changes import Advise, AssociateZone, Change, CreateSecurityGroup, MirrorImage, ProposeStatement
from skerry.plan.records import Planned
from skerry.render.manual_steps import format_manual_steps
from tests.networks import Network

STATEMENT = '{"Effect":"Allow","Action":["ecr:GetAuthorizationToken"],"Resource":"*"}'


def steps_of(*changes: Change, by: str | None = None) -> list[str]:
    rows = [Planned(change, "manual", by=by) for change in changes]
    rows.append(Planned(CreateSecurityGroup("sg-new-a", "vpc-1", "a", "b"), "safe"))
    return format_manual_steps(Network().world(), rows).splitlines()


def test_statement_of_a_role_is_a_command_and_a_block() -> None:
    lines = steps_of(ProposeStatement("arn:aws:iam::123456789012:role/service/web's", STATEMENT, "x"))
    assert "arn:aws:iam::123456789012:role/service/web's" in "\n".join(lines)
    assert not any("put-role-policy" in line for line in lines)
    lines = steps_of(ProposeStatement("arn:aws:iam::123456789012:role/service/web", STATEMENT, "x"))
    text = "\n".join(line.strip() for line in lines).replace("\\\n", "")
    command = next(line for line in text.splitlines() if line.startswith("aws "))
    words = shlex.split(command)
    assert words[1:3] == ["iam", "put-role-policy"]
    assert words[words.index("--role-name") + 1] == "web"
    assert STATEMENT.replace(" ", "") in words[words.index("--policy-document") + 1]
    assert 'resource "aws_iam_role_policy" "skerry" {' in text
    assert 'role   = "web"' in text


def test_zone_is_associated_by_a_command() -> None:
    text = "\n".join(steps_of(AssociateZone("Z1", "vpc-1", ""), by="222222222222"))
    assert "aws route53 associate-vpc-with-hosted-zone" in text
    assert "Only account 222222222222" in text


def test_other_steps_are_words_without_control_characters() -> None:
    text = "\n".join(steps_of(MirrorImage("nginx", "nginx", "copy\x1b[2J it"), Advise("vpc-1", "ask")))
    assert "copy" in text
    assert "\x1b[2J" not in text


def test_plan_without_manual_steps_has_no_text() -> None:
    rows = [Planned(CreateSecurityGroup("sg-new-a", "vpc-1", "a", "b"), "safe")]
    assert format_manual_steps(Network().world(), rows) == ""
