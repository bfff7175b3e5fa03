"""Recorded decisions of another policy evaluator: ours differ only in the listed cases.

How they were recorded: scripts/second_opinion/README.md.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from skerry.policy.document import Policy, parse
from skerry.policy.evaluate import Policies, evaluate
from skerry.policy.request import ABSENT, Principal, Request
from skerry.policy.resources import Resource
from skerry.policy.wildcards import PolicyVariable

FOLDER = Path(__file__).parent / "recorded"
ANSWERS = {"Allowed": "allowed", "ImplicitlyDenied": "denied", "ExplicitlyDenied": "denied"}


@cache
def recorded() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))
    return read


@cache
def document(name: str) -> Policy:
    return parse(recorded()["documents"][name], name)


def principal(told: dict[str, Any]) -> Principal:
    known = {key: value for key, value in told.items() if value is not None}
    return Principal(
        known["kind"],
        known["arn"],
        known["arn"].split(":")[4],
        known["session"].rpartition("/")[2] if "session" in known else None,
        known.get("organization"),
        known.get("tags", {}),
    )


@cache
def keys() -> frozenset[str]:
    """All keys that the documents ask for: a request that is not recorded to have one has none."""
    found = set()
    for name in recorded()["documents"]:
        for statement in document(name).statements:
            texts = [pattern.tokens for pattern in statement.resources or ()]
            for condition in statement.conditions:
                found.add(condition.key)
                texts.extend(condition.values)
            found.update(token.key for tokens in texts for token in tokens if isinstance(token, PolicyVariable))
    return frozenset(key.lower() for key in found)


def ours(case: dict[str, Any]) -> str:
    of = case["policies"]
    told = recorded()["contexts"][case["context"]]
    context = {key.lower(): tuple(value) if isinstance(value, list) else (value,) for key, value in told.items()}
    asked = Request(
        principal(recorded()["principals"][case["principal"]]),
        case["action"],
        Resource(case["resource"], case["account"]),
        dict.fromkeys(keys(), ABSENT) | context,
    )
    policies = Policies(
        identity=tuple(map(document, of.get("identity", ()))),
        boundary=document(of["boundary"]) if "boundary" in of else None,
        session=document(of["session"]) if "session" in of else None,
        scps=tuple(tuple(map(document, level)) for level in of.get("scps", ())),
        rcps=tuple(tuple(map(document, level)) for level in of.get("rcps", ())),
        resource=document(of["resource"]) if "resource" in of else None,
        endpoint=document(of["endpoint"]) if "endpoint" in of else None,
    )
    return evaluate(asked, policies).verdict


def differences() -> list[int]:
    cases = recorded()["cases"]
    return [number for number, case in enumerate(cases) if ours(case) != ANSWERS[case["answer"]]]


def listed() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads((FOLDER / "disagreements.json").read_text(encoding="utf-8"))
    return read


def judged(differences: list[dict[str, Any]]) -> dict[int, tuple[str, str]]:
    """What the list of differences says of each case: our answer and the other evaluator's."""
    return {number: (one["ours"], one["theirs"]) for one in differences for number in one["cases"]}


def test_recorded_cases_cover_every_policy_type_and_answer() -> None:
    cases = recorded()["cases"]
    assert len(cases) >= 400
    for kind in ("identity", "boundary", "session", "scps", "rcps", "resource", "endpoint"):
        assert sum(kind in case["policies"] for case in cases) >= 30, kind
    for answer in ANSWERS:
        assert sum(case["answer"] == answer for case in cases) >= 100, answer
    assert sum(case["account"] not in case["principal"] for case in cases) >= 100


def test_recorded_decisions_differ_only_as_listed() -> None:
    cases = recorded()["cases"]
    found = {number: (ours(cases[number]), cases[number]["answer"]) for number in differences()}
    assert found == judged(listed())


def test_recorded_differences_have_judgement_and_source() -> None:
    for one in listed():
        assert one["right"] in {"ours", "theirs", "not documented"}
        assert one["why"]
        assert one["source"].startswith("https://docs.aws.amazon.com/")
        assert one["ours"] == "unknown" or one["right"] == "ours"
    assert len(judged(listed())) == sum(len(one["cases"]) for one in listed())
