"""Stand-ins for the names of people in snapshots."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry import app
from skerry.model.world import World
from skerry.render import json as as_json
from skerry.sources import documents
from skerry.sources.redaction import Redaction, redact
from skerry.sources.redaction.pseudonyms import Pseudonyms
from tests.holdings import EXECUTION, SECRET, Resources, policy, statement, text, when
from tests.networks import ACCOUNT, as_bytes
from tests.patience import patience

USER = f"arn:aws:iam::{ACCOUNT}:user/jane"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/jane"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (USER, f"arn:aws:iam::{ACCOUNT}:user/user-1"),
        (f"arn:aws-cn:iam::{ACCOUNT}:user/teams/shop/jane", f"arn:aws-cn:iam::{ACCOUNT}:user/teams/shop/user-1"),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/jane", f"arn:aws:sts::{ACCOUNT}:federated-user/user-1"),
        (SESSION, f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/session-1"),
        (f"{SESSION}@corp.com", f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/person-1@example.com"),
        (f"User: {SESSION} is not authorized", f"User: {SESSION[:-5]}/session-1 is not authorized"),
        (f"{USER}*", f"arn:aws:iam::{ACCOUNT}:user/user-1*"),
        ("AROAEXAMPLEID123:jane", "AROAEXAMPLEID123:session-1"),
        ("ask jane.doe+x@corp.co.uk.", "ask person-1@example.com."),
        ("/home/jane/saved and /home/jane", "/home/user-1/saved and /home/user-1"),
        (r"C:\Users\jane\saved", r"C:\Users\user-1\saved"),
        ("a@corp.com, a@corp.com, b@corp.com", "person-1@example.com, person-1@example.com, person-2@example.com"),
        (f"{USER} {SESSION} {USER}2", f"{USER[:-4]}user-1 {SESSION[:-4]}session-3 {USER[:-4]}user-2"),
        ("token=s3cret-a token=s3cret-b token=s3cret-a", "token=<removed-1> token=<removed-2> token=<removed-1>"),
    ],
)  # fmt: skip
def test_pseudonyms_replace_person_names_and_secrets_in_text(given: str, shown: str) -> None:
    people = Pseudonyms()
    assert people.replace_all(given) == shown
    assert people.replace_all(shown) == shown
    assert Pseudonyms().replace_all(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        EXECUTION,
        f"arn:aws:iam::{ACCOUNT}:root",
        f"arn:aws:iam::{ACCOUNT}:user/*",
        f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}",
        f"arn:aws:iam::{ACCOUNT}:role/user/web",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/web/0123456789abcdef0123456789abcdef",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/web/i-0123456789abcdef0",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/web/*",
        "web:1.0@sha256:0123456789abcdef",
        "ecs-svc/1234567890123456789",
    ],
)
def test_pseudonyms_keep_text_without_person_names(text: str) -> None:
    assert Pseudonyms().replace_all(text) == text


def test_pseudonyms_do_not_reuse_reserved_numbers() -> None:
    people = Pseudonyms()
    people.reserve([b"user-7", b"session-12"])
    people.reserve([b"user-3"])
    assert people.replace_all(f"{USER} and {SESSION}") == (f"{USER[:-4]}user-13 and {SESSION[:-4]}session-14")


@pytest.mark.parametrize("part", ["a@", "a@b.", "user/", "assumed-role/a/", "AROA", "arn:aws:iam::1:user/a/", "/home/"])
def test_pseudonyms_replace_long_text_in_linear_time(part: str) -> None:
    with patience():
        Pseudonyms().replace_all(part * (300_000 // len(part)))


def account() -> Resources:
    """A service with people in every place where their names may stand."""
    network = Resources()
    trusted = {"AWS": [USER, SESSION, EXECUTION]}
    people = statement("secretsmanager:GetSecretValue", "*", Principal=trusted)
    named = statement("secretsmanager:*", "*", "Deny", Principal="*") | when("StringNotLike", "aws:PrincipalArn", USER)
    by_name = statement("secretsmanager:*", "*", "Deny", Principal="*") | when("StringEquals", "aws:username", "jane")
    network.tell(
        "secretsmanager:GetResourcePolicy", {"SecretId": SECRET}, {"ResourcePolicy": text(people, named, by_name)}
    )
    session = statement("logs:*", "*", "Deny") | when("StringLike", "sts:RoleSessionName", "jan?")
    network.role(EXECUTION, statement("secretsmanager:GetSecretValue", SECRET), session)
    network.group("sg-2", Tags=[{"Key": "Name", "Value": "of jane@corp.com"}])
    network.service("jobs", createdBy=USER, events=[{"message": f"(task set x) by {SESSION}: jane@corp.com"}])
    network.task(startedBy="jane", group="service:web", lastStatus="STOPPED", stoppedReason=f"stopped by {USER}")
    message = f"User: {SESSION}@corp.com is not authorized to perform: ec2:DescribeVpcPeeringConnections"
    call = {"operation": "ec2:DescribeVpcPeeringConnections", "parameters": {}}
    network.add("Calls", Call=call, Error={"Code": "UnauthorizedOperation", "Message": message})
    return network


def diagnosed(content: dict[str, bytes]) -> str:
    world = World(documents.load(content, source="a test"))
    return as_json.encode_diagnosis(world, app.diagnose(world))


def test_snapshot_contains_no_person_names() -> None:
    content = {"network.json": account().document()}
    kept = redact(content)
    assert b"jan" in content["network.json"]
    assert b"jan" not in kept["network.json"]
    assert b"corp.com" not in kept["network.json"]
    assert redact(kept) == kept


def test_snapshot_keeps_role_names() -> None:
    kept = redact({"network.json": account().document()})["network.json"]
    assert EXECUTION.encode() in kept
    assert f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/session-".encode() in kept


def test_redaction_replaces_the_same_names_in_text_and_documents() -> None:
    content = {"network.json": account().document()}
    redaction = Redaction()
    kept = documents.load(redaction.redact_documents(content))
    assert redaction.replace_names(diagnosed(content)) == diagnosed(redaction.redact_documents(content))
    assert {task.started_by for task in kept.tasks} == {redaction.redact_text(f"{USER}").rpartition("/")[2]}


def test_redacted_task_refers_to_its_deployment_by_the_same_pseudonym() -> None:
    network = Resources()
    network.row("services", "web")["deployments"] = [{"id": "d-1", "status": "PRIMARY"}]
    network.task(startedBy="d-1", group="service:web")
    facts = documents.load(redact({"a.json": network.document()}))
    [deployment], [task] = facts.services[0].deployments, facts.tasks
    assert deployment.id == task.started_by != "d-1"


# ------------------------------------------------------------------------------------------------------ policies

names = st.sampled_from(["jane", "j*", "*", "jan?", "bob", "web", "${aws:username}", "AROAEXAMPLEID123:jane", "a@b.cd"])
principals = st.sampled_from([USER, SESSION, EXECUTION, f"arn:aws:iam::{ACCOUNT}:root", "*", f"{USER[:-4]}*"])
keys = st.sampled_from(["aws:username", "aws:PrincipalArn", "aws:userid", "sts:RoleSessionName", "AWS:UserName"])
operators = st.sampled_from(["StringEquals", "StringNotEquals", "StringLike", "ArnLike", "ForAnyValue:StringLike"])


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    condition = {draw(operators): {draw(keys): draw(st.lists(names | principals, min_size=1, max_size=2))}}
    who = {"Principal": {"AWS": draw(st.lists(principals, min_size=1, max_size=3))}}
    return statement("secretsmanager:*", "*", draw(st.sampled_from(["Allow", "Deny"]))) | who | {"Condition": condition}


@given(rows=st.lists(statements(), min_size=1, max_size=3), damaged=st.booleans())
def test_redaction_of_policies_preserves_the_diagnosis(rows: list[dict[str, Any]], *, damaged: bool) -> None:
    network = Resources()
    written = json.dumps(policy(*rows))[: -1 if damaged else None]
    network.tell("secretsmanager:GetResourcePolicy", {"SecretId": SECRET}, {"ResourcePolicy": written})
    trust = [{key: value for key, value in row.items() if key != "Principal"} for row in rows]
    network.role(EXECUTION, statement("secretsmanager:GetSecretValue", SECRET), *trust)
    redaction = Redaction()
    content = {"network.json": as_bytes(network.rows)}
    kept = redaction.redact_documents(content)
    assert diagnosed(kept) == redaction.replace_names(diagnosed(content))
    assert redact(kept) == kept
