"""Wrapped answers with misspelt keys are refused."""

import json
from typing import Any

import pytest

from skerry.errors import InputError
from skerry.sources import documents

ANSWER: dict[str, Any] = {"HostedZoneSummaries": []}
CALL: dict[str, Any] = {"operation": "route53:ListHostedZonesByVPC", "parameters": {"VPCId": "vpc-1"}}


def refusal_of(document: Any) -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        documents.load({"a.json": json.dumps(document).encode(), "b.json": b'{"Vpcs": []}'})
    return caught.value.what, caught.value.remedy


@pytest.mark.parametrize(
    ("document", "key", "meant"),
    [
        ({"Cal": CALL, "Response": ANSWER}, "Cal", "Call"),
        ({"call": CALL, "response": ANSWER}, "call", "Call"),
        ({"Call": CALL, "Respnse": ANSWER}, "Respnse", "Response"),
        ({"Call": CALL, "error": {"Code": "AccessDenied"}}, "error", "Error"),
    ],
)
def test_misspelt_wrapper_is_refused_with_the_key_that_was_meant(document: Any, key: str, meant: str) -> None:
    what, remedy = refusal_of(document)
    assert what == f"a.json: the key {key!r} wraps no answer"
    assert remedy.startswith(f"Did you mean {meant}?")


@pytest.mark.parametrize(
    ("key", "meant"), [("Parameters", "parameters"), ("paramters", "parameters"), ("Operation", "operation")]
)
def test_misspelt_key_of_the_call_is_refused_with_the_key_that_was_meant(key: str, meant: str) -> None:
    call = {"operation": "route53:ListHostedZonesByVPC", key: {"VPCId": "vpc-1"}}
    what, remedy = refusal_of({"Call": call, "Response": ANSWER})
    assert what == f"a.json: Call has a key {key!r}, which is neither operation nor parameters"
    assert remedy == f"Did you mean {meant}?"


def test_strange_key_of_the_call_is_refused_without_its_name() -> None:
    what, remedy = refusal_of({"Calls": [{"Call": CALL | {"zzz": 1}, "Response": ANSWER}]})
    assert what == "a.json: Call has a key that is neither operation nor parameters"
    assert remedy.startswith("Wrap the answer so that it names its call")


def test_documents_of_other_programs_are_ignored() -> None:
    other = [{"Response": 1}, {"Call": 1}, {"error": 1, "responses": 2}]
    contents = {f"{number}.json": json.dumps(row).encode() for number, row in enumerate(other)}
    facts = documents.load(contents | {"b.json": b'{"Vpcs": []}'})
    assert len(facts.notes) == len(other)
