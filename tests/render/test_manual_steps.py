"""Steps for somebody else, as commands and blocks to copy."""

import json
import shlex
from urllib.parse import quote

from skerry.plan.changes import Advise, AssociateZone, Change, CreateSecurityGroup, MirrorImage, ProposeStatement
from skerry.plan.records import Planned, Why
from skerry.render.manual_steps import format_manual_steps
from tests.networks import ACCOUNT, REGION, Network

ROLE = "arn:aws:iam::123456789012:role/web"
BOUNDARY = "arn:aws:iam::123456789012:policy/limit"
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


def steps_of_role(code: str, *, boundary: str = BOUNDARY) -> str:
    network = Network()
    trust = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "x"}})
    network.add(
        "RoleDetailList",
        Arn=ROLE,
        RoleName="web",
        AssumeRolePolicyDocument=quote(trust),
        PermissionsBoundary={"PermissionsBoundaryArn": boundary},
    )
    version = {"IsDefaultVersion": True, "Document": {"Version": "2012-10-17", "Statement": []}}
    network.add("Policies", Arn=boundary, PolicyName="limit", PolicyVersionList=[version])
    row = Planned(ProposeStatement(ROLE, STATEMENT, "x"), "manual", (Why(code, ROLE, "x", (), ()),))
    return format_manual_steps(network.world(), [row])


def test_statement_for_a_boundary_goes_into_the_policy_of_the_boundary() -> None:
    text = steps_of_role("PERMISSIONS_BOUNDARY_DENIES")
    assert "put-role-policy" not in text
    assert "aws iam create-policy-version" in text
    assert f"--policy-arn {BOUNDARY}" in text
    assert "--set-as-default" in text
    assert '"Action":["ecr:GetAuthorizationToken"]' in text
    # Nobody can change a policy of AWS's own: the statement alone is left.
    of_aws = steps_of_role("PERMISSIONS_BOUNDARY_DENIES", boundary="arn:aws:iam::aws:policy/PowerUserAccess")
    assert "aws iam" not in of_aws
    assert STATEMENT in of_aws


def test_statement_for_a_trust_policy_keeps_its_other_statements() -> None:
    text = steps_of_role("TRUST_POLICY_DENIES")
    assert "put-role-policy" not in text
    assert "aws iam update-assume-role-policy" in text
    assert text.count('"Effect":"Deny"') == 1
    assert '"Action":["ecr:GetAuthorizationToken"]' in text
    assert "assume_role_policy = " in text


def test_statement_of_a_policy_that_is_not_known_stands_alone() -> None:
    row = Planned(ProposeStatement(ROLE, STATEMENT, "x"), "manual", (Why("TRUST_POLICY_DENIES", ROLE, "x", (), ()),))
    text = format_manual_steps(Network().world(), [row])
    assert "aws iam" not in text
    assert STATEMENT in text


def test_zone_is_associated_by_a_command() -> None:
    text = "\n".join(steps_of(AssociateZone("Z1", "vpc-1", ""), by="222222222222"))
    assert "aws route53 associate-vpc-with-hosted-zone" in text
    assert "Only account 222222222222" in text


def test_image_is_copied_by_commands() -> None:
    text = "\n".join(steps_of(MirrorImage("nginx:1.27", "library/nginx", "copy it")))
    registry = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    assert "--repository-name library/nginx" in text
    assert f"docker tag nginx:1.27 {registry}/library/nginx:1.27" in text
    assert f"docker push {registry}/library/nginx:1.27" in text
    assert 'name = "library/nginx"' in text
    # A hostile name is no command, and neither is one by digest, which no tag of the copy has.
    for image in ("nginx:$(id)", "nginx;id", "-x/nginx", f"nginx@sha256:{'0' * 64}"):
        lines = steps_of(MirrorImage(image, "nginx", "copy it"))
        assert not any(word.startswith(("$(", ";")) for line in lines if "docker" in line for word in shlex.split(line))


def test_other_steps_are_words_without_control_characters() -> None:
    text = "\n".join(steps_of(MirrorImage("nginx", "nginx", "copy\x1b[2J it"), Advise("vpc-1", "ask")))
    assert "copy" in text
    assert "\x1b[2J" not in text


def test_plan_without_manual_steps_has_no_text() -> None:
    rows = [Planned(CreateSecurityGroup("sg-new-a", "vpc-1", "a", "b"), "safe")]
    assert format_manual_steps(Network().world(), rows) == ""
