"""Explanations of error texts: the failed step of the launch, the proven cause, and its limits."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

import msgspec

from skerry.catalogue.blocker_codes import ErrorClass
from skerry.catalogue.data_files import Grade
from skerry.catalogue.error_texts import Confidence, ErrorTextRule, Spot, load_error_rules, load_spots
from skerry.catalogue.services import ServiceRef, endpoint_service_name_of, service_of_host
from skerry.errortext.evidence import Evidence, read_evidence
from skerry.errortext.matching import PhraseIndex, build_index
from skerry.errortext.normalize import split_errors, squeeze, strip_formatting, tail_of
from skerry.masking import mask

_AMBIGUOUS = "ambiguous"
_ELSEWHERE = "elsewhere"
_APPLICATION = "application"
_PLACEMENT = "placement"
# Names that no interface endpoint's private DNS answers:
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html
_LEGACY = r"sts\.amazonaws\.com|(?:[a-z0-9-]+\.)?queue\.amazonaws\.com"
_SURE = {"high": 0, "medium": 1, "low": 2}
_MOST_SHOWN = 400
_MANY = 2
_SEVERAL = 2


class Explanation(msgspec.Struct, frozen=True):
    """Explanation of one error text.

    ``place`` is the spot named by its words. ``cause`` is the proven cause, ``not_proven`` the open questions, ``next``
    the resources to inspect. ``text`` is the error with secrets masked, ``count`` the number of its occurrences in the
    input, regardless of addresses and ids.
    """

    rule: str
    step: str
    kind: ErrorClass
    confidence: Confidence
    cause: str
    not_proven: str
    next: str
    fix: str
    grade: Grade
    source: str
    evidence: Evidence
    text: str
    service: str | None = None
    place: str = ""
    count: int = 1


class _Sought(NamedTuple):
    """Rule with its words in squeezed form, and its facts except the kind of the address."""

    some: frozenset[str]
    every: frozenset[str]
    never: frozenset[str]
    facts: tuple[tuple[str, tuple[str, ...]], ...]
    rule: ErrorTextRule


class _Table(NamedTuple):
    strong: dict[str, Spot]
    weak: dict[str, Spot]
    spots: dict[str, Spot]
    rules: tuple[_Sought, ...]
    of_service: dict[str, Spot]
    words: PhraseIndex


@cache
def _table() -> _Table:
    all_spots = load_spots().spots
    phrases = [(squeeze(word), spot) for spot in all_spots for word in spot.words]
    sought = tuple(_sought(rule) for rule in load_error_rules())
    return _Table(
        strong={word: spot for word, spot in phrases if not spot.weak},
        weak={word: spot for word, spot in phrases if spot.weak},
        spots={spot.id: spot for spot in all_spots},
        rules=sought,
        of_service={spot.service: spot for spot in reversed(all_spots) if spot.service},
        words=build_index(
            [word for word, _ in phrases]
            + [word for rule_phrases in sought for word in rule_phrases.some | rule_phrases.every | rule_phrases.never]
        ),
    )


def _sought(rule: ErrorTextRule) -> _Sought:
    some, every, never = (frozenset(map(squeeze, part)) for part in (rule.some, rule.every, rule.never))
    facts = tuple((name, values) for name, values in rule.when.items() if name != "kind")
    return _Sought(some, every, never, facts, rule)


def explain(text: str, own: tuple[str, ...] = ()) -> tuple[Explanation, ...]:
    """Explain every error in a text, the most certain first; return an empty tuple if none is known.

    Only the last `normalize.MAX_LENGTH` characters are read. ``own`` are CIDR blocks of the task's VPC.
    """
    explanations = [
        explanation
        for part in split_errors(strip_formatting(tail_of(text)))
        if (explanation := _explain_one(part, own)) is not None
    ]
    if len(explanations) < _SEVERAL:
        return tuple(explanations)
    distinct = _distinct(explanations)
    # One line with the dialled address and a second line with its service describe one failure.
    placed = {explanation.evidence.address for explanation in distinct if explanation.place != _ELSEWHERE}
    distinct = [
        explanation
        for explanation in distinct
        if explanation.place != _ELSEWHERE or explanation.evidence.address not in placed - {None}
    ]
    sure = {explanation.step for explanation in distinct if explanation.kind != _AMBIGUOUS}
    # An ambiguous error adds nothing to a certain error at the same step.
    telling = [
        explanation for explanation in distinct if explanation.kind != _AMBIGUOUS or explanation.step not in sure
    ]
    return tuple(sorted(telling, key=_proof))


def _proof(explanation: Explanation) -> tuple[bool, int]:
    return (explanation.kind == _AMBIGUOUS, _SURE[explanation.confidence])


def _distinct(explanations: Iterable[Explanation]) -> list[Explanation]:
    """Return each cause of each host once, with its count; errors without a host count towards one with a host."""
    by_cause: dict[tuple[str, str, str | None, str | None], Explanation] = {}
    for explanation in sorted(explanations, key=lambda item: item.evidence.host is None):
        evidence = explanation.evidence
        fitting = [
            key
            for key in by_cause
            if key[:3] == (explanation.rule, explanation.step, evidence.kind) and evidence.host in {None, key[3]}
        ]
        key = fitting[0] if fitting else (explanation.rule, explanation.step, evidence.kind, evidence.host)
        earlier = by_cause.get(key)
        by_cause[key] = explanation if earlier is None else msgspec.structs.replace(earlier, count=earlier.count + 1)
    return list(by_cause.values())


@lru_cache(maxsize=512)
def _explain_one(text: str, own: tuple[str, ...]) -> Explanation | None:
    phrases = _table().words.find(squeeze(text))
    evidence = read_evidence(text, own)
    spot = _spot(phrases, evidence) or _table().spots[_ELSEWHERE]
    for some, every, never, facts, rule in _rules_at(spot.step, evidence.kind or ""):
        if (
            not (some and some.isdisjoint(phrases))
            and every <= phrases
            and never.isdisjoint(phrases)
            and all(_fact(name, evidence) in values for name, values in facts)
        ):
            return _filled(rule, spot, evidence, text)
    return None


def _spot(said: set[str], evidence: Evidence) -> Spot | None:
    """Return the spot of the launch named by a text, or None."""
    table = _table()
    strong = next((spot for word, spot in table.strong.items() if word in said), None)
    action = _of_action(evidence.action) or _of_action(evidence.operation)
    if strong is not None:
        # Words of an SDK prove a calling program; the operation names the called API.
        return action if strong.id == _APPLICATION and action is not None and action.step == _PLACEMENT else strong
    weak = action or next((spot for word, spot in table.weak.items() if word in said), None)
    if weak is not None or evidence.host is None:
        return weak
    service = service_of_host(evidence.host)
    return table.of_service.get(service.key) if service else None


def _of_action(action: str | None) -> Spot | None:
    """Return the spot of an IAM action or an API operation, by the first known prefix."""
    if action is None:
        return None
    name = next((name for name in load_spots().actions if action.startswith(name)), None)
    return _table().spots[load_spots().actions[name]] if name else None


@cache
def _rules_at(step: str, kind: str) -> tuple[_Sought, ...]:
    """Return the rules for a step and a kind of dialled address."""
    return tuple(
        sought
        for sought in _table().rules
        if (not sought.rule.steps or step in sought.rule.steps) and kind in sought.rule.when.get("kind", (kind,))
    )


def _fact(name: str, evidence: Evidence) -> str:
    """Return a fact of the text as a word for comparison with rules; empty if the text lacks it."""
    if name == "retries":
        return "" if evidence.retries is None else ("many" if evidence.retries >= _MANY else "one")
    if name == "answered":
        return "yes" if evidence.code else ""
    if name == "legacy":
        return "yes" if evidence.host and re.fullmatch(_LEGACY, evidence.host) else ""
    if name == "whose":
        return "other" if evidence.host and service_of_host(evidence.host) is None else "aws"
    return getattr(evidence, name) or ""


def _filled(rule: ErrorTextRule, spot: Spot, evidence: Evidence, text: str) -> Explanation:
    if rule.step and rule.step != spot.step:
        spot = next(candidate for candidate in _table().spots.values() if candidate.step == rule.step)
    names = _names(spot, evidence)
    names["network"] = spot.network.format_map(names)
    names["grant"] = spot.grant.format_map(names)
    cause, not_proven, look, fix = (_fill(text, names) for text in (rule.cause, rule.not_proven, rule.next, rule.fix))
    return Explanation(
        rule=rule.id,
        step=spot.step,
        kind=rule.kind,
        confidence=rule.confidence,
        cause=cause,
        not_proven=not_proven,
        next=look,
        fix=fix,
        grade=rule.grade,
        source=rule.source,
        evidence=evidence,
        text=mask(" ".join(text.split()))[:_MOST_SHOWN],
        service=spot.service,
        place=spot.id,
    )


def _fill(text: str, names: dict[str, str]) -> str:
    """Return a text with its placeholders filled in, beginning with a capital unless it begins with a name."""
    if "{" not in text:
        # Most texts have nothing to fill in.
        return text
    filled = text.format_map(names)
    return filled[0].upper() + filled[1:] if filled.startswith(("the ", "an ", "a ", "make ")) else filled


def _names(spot: Spot, evidence: Evidence) -> dict[str, str]:
    """Return the values of all placeholders in the texts of rules and spots, with words for absent evidence."""
    region, service = evidence.region, spot.service
    endpoint = endpoint_service_name_of(ServiceRef(service, region)) if service and region else None
    gateway = endpoint_service_name_of(ServiceRef("s3", region), "Gateway") if region else None
    action = evidence.action or evidence.operation
    return {
        "subject": spot.subject,
        "called": evidence.host or spot.subject,
        "host": evidence.host or "the host",
        "address": evidence.address or "an address that the text leaves out",
        "subnet": evidence.subnet or "the task's subnet",
        "where": f"in {region}" if region else "in the task's Region",
        "endpoint": endpoint or f"for {service or evidence.host or 'that service'}",
        "gateway": gateway or "for S3",
        "layer_bucket": f"prod-{region}-starport-layer-bucket" if region else "the Region's starport-layer bucket",
        "action": action or "the request",
        "do": action or "make the request",
        "on": f" on {evidence.resource}" if evidence.resource else "",
        "operation": evidence.operation or "the request",
        "code": evidence.code or "the error",
        "message": evidence.message or "it does not say why",
        "thing": evidence.image or evidence.repository or evidence.resource or evidence.arn or spot.subject,
        "who": evidence.principal or ("the role" if spot.step != _PLACEMENT else "the caller"),
    }
