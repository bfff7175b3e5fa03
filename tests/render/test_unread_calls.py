"""What is said of calls that AWS did not answer."""

import click
import pytest

from skerry.aws.api_table import CALLS
from skerry.model.facts import Refusal
from skerry.model.record_kinds import ACTIONS
from skerry.render.unread_calls import format_refusals
from skerry.sources import documents
from tests.networks import Network, container
from tests.tables import each


def lines(*found: Refusal) -> list[str]:
    return [click.unstyle(line) for line in format_refusals(found)]


def test_refusals_print_nothing_if_there_are_none() -> None:
    assert lines() == []


def test_denied_call_prints_what_is_unknown_and_what_to_do() -> None:
    assert lines(Refusal("ec2:DescribeVpcEndpoints", "UnauthorizedOperation", "You are not authorized.")) == [
        "",
        "Not allowed to call: what these calls would tell is unknown",
        "  ec2:DescribeVpcEndpoints  VPC endpoint  UnauthorizedOperation",
        "  Let a policy of the role or user that skerry runs as allow these actions.",
    ]


def test_unanswered_call_is_not_reported_as_denied() -> None:
    assert lines(Refusal("route53profiles:ListProfileAssociations", "EndpointConnectionError")) == [
        "",
        "Without an answer: what these calls would tell is unknown",
        "  route53profiles:ListProfileAssociations  Route 53 Profile association  EndpointConnectionError",
    ]


def test_repeated_refusals_of_an_action_print_a_single_line() -> None:
    denied = Refusal("route53:ListResourceRecordSets", "AccessDenied")
    assert (
        lines(denied, denied)[2]
        == "  route53:ListResourceRecordSets  private hosted zone's records  AccessDenied, 2 times"
    )


def test_denied_and_unanswered_calls_are_listed_separately() -> None:
    found = lines(Refusal("a:B", "Throttling"), Refusal("c:D", "AccessDeniedException"))
    assert [line for line in found if "call" in line] == [
        "Not allowed to call: what these calls would tell is unknown",
        "Without an answer: what these calls would tell is unknown",
    ]


@pytest.mark.parametrize(
    "code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"]
)
def test_access_denied_error_codes_are_reported_as_not_allowed(code: str) -> None:
    assert lines(Refusal("a:B", code))[1].startswith("Not allowed")


@each("action", sorted(set(ACTIONS.values())))
def test_refused_action_of_each_record_kind_has_a_label(action: str) -> None:
    """Every kind of record has a name in the block."""
    assert len(lines(Refusal(action, "AccessDenied"))[2].split("  ")) == 4


def test_refusal_text_contains_no_escape_characters() -> None:
    assert "\x1b" not in "".join(lines(Refusal("a:\x1b[2J", "\x1b[2J")))


def test_refused_call_is_recorded_once_without_notes() -> None:
    network = Network()
    network.forget("VpcEndpoints")
    network.definition(container())
    network.service()
    refused = b'{"Call": {"operation": "ec2:DescribeVpcEndpoints"}, "Error": {"Code": "UnauthorizedOperation"}}'
    facts = documents.load({"network.json": network.document(), "refused.json": refused}, region="eu-west-1")
    assert facts.notes == ()
    assert facts.refused == (Refusal("ec2:DescribeVpcEndpoints", "UnauthorizedOperation"),)


@each("action", sorted({call.action for call in CALLS}))
def test_refused_action_of_each_api_call_has_a_label(action: str) -> None:
    assert len(lines(Refusal(action, "AccessDenied"))[2].split("  ")) == 4
