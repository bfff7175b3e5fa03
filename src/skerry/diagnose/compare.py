"""Comparison of an error text with a diagnosis: causes found today, and steps that work by now."""

from typing import Literal

import msgspec

from skerry.catalogue.blocker_codes import load_codes
from skerry.catalogue.services import service_of_host
from skerry.diagnose.diagnosis import Blocker, Diagnosis, NeedDiagnosis, ServiceDiagnosis
from skerry.errortext.explain import Explanation
from skerry.launch.needs import Call
from skerry.model.world import World
from skerry.net.ip_addresses import parse_ip_address
from skerry.reach.destinations import cidrs_of
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN

Relation = Literal["explains", "other", "changed", "unknown", "not-judged", "no-such-call"]

_RANK: tuple[Relation, ...] = ("explains", "other", "unknown", "changed", "no-such-call", "not-judged")
_NOT_OF_NETWORKS = {"app", "storage", "registry_limit"}
_AMBIGUOUS = "ambiguous"
_FAILS = {BLOCKED, INTERMITTENT}


class Comparison(msgspec.Struct, frozen=True):
    """Comparison of an error text with one service of a diagnosis.

    ``explains``: the step fails today with ``blockers`` of the text's class. ``other``: the step fails today for
    another reason. ``changed``: the step is ok today. ``unknown``: facts are missing. ``no-such-call``: the service
    makes no call at that step, or calls another service. ``not-judged``: neither the network nor a policy decides it.
    """

    service: str
    relation: Relation
    says: str
    blockers: tuple[Blocker, ...] = ()


def compare(error: Explanation, diagnosis: Diagnosis) -> tuple[Comparison, ...]:
    """Compare a text with every diagnosed service; services with blockers that explain it come first."""
    judged = [service for service in diagnosis.services if service.launch.not_applicable is None]
    laid = [_compare_service(error, service) for service in judged]
    return tuple(sorted(laid, key=lambda item: _RANK.index(item.relation)))


def origin_mismatch_of(error: Explanation, region: str | None, account: str | None) -> str:
    """Return a warning if the text names another Region or account than the diagnosed one, else an empty string."""
    evidence = error.evidence
    if evidence.region and region and evidence.region != region:
        return f"The text names Region {evidence.region}; the network is in {region}."
    if evidence.account and account and evidence.account != account:
        return f"The text names account {evidence.account}; the network is in {account}."
    return ""


def own_blocks_of(world: World) -> tuple[str, ...]:
    """Return the CIDR blocks of all VPCs: an address in one of them is an interface's, also in a public range."""
    return tuple(dict.fromkeys(str(block) for vpc in world.facts.vpcs for block in cidrs_of(vpc)))


def address_owner_of(error: Explanation, world: World) -> str:
    """Return a sentence on the interfaces with the dialled address, else an empty string."""
    address = parse_ip_address(error.evidence.address or "")
    if address is None:
        return ""
    interfaces = [
        interface for vpc in world.facts.vpcs if (interface := world.find_interface(vpc.vpc_id, address)) is not None
    ]
    endpoints = {name: endpoint for endpoint in world.facts.vpc_endpoints for name in endpoint.network_interface_ids}
    owners = [
        f"{item.network_interface_id} of VPC endpoint {endpoints[item.network_interface_id].vpc_endpoint_id}"
        if item.network_interface_id in endpoints
        else item.network_interface_id
        for item in interfaces
    ]
    return f"{address} is the address of interface {' and '.join(owners)}." if owners else ""


def _compare_service(error: Explanation, service: ServiceDiagnosis) -> Comparison:
    name = service.launch.name
    if error.kind in _NOT_OF_NETWORKS:
        return Comparison(name, "not-judged", f"no network and no policy of {name} decides this")
    rows = _related_needs(error, service)
    if not rows:
        return Comparison(name, "no-such-call", f"{name} makes no such call at {error.step}")
    blockers = tuple(
        dict.fromkeys(
            item for need_diagnosis in rows for item in need_diagnosis.blockers if need_diagnosis.verdict in _FAILS
        )
    )
    related = tuple(item for item in blockers if _has_class_of(error, item))
    if related:
        return Comparison(
            name, "explains", f"today {error.step} of {name} is blocked by the same kind of cause", related
        )
    if blockers:
        return Comparison(name, "other", f"today {error.step} of {name} is stopped by something else first", blockers)
    if any(need_diagnosis.verdict is UNKNOWN for need_diagnosis in rows):
        facts = ", ".join(dict.fromkeys(fact.fact for need_diagnosis in rows for fact in need_diagnosis.unknowns))
        return Comparison(name, "unknown", f"whether {error.step} of {name} works today is not known: {facts}")
    return Comparison(
        name,
        "changed",
        f"today {error.step} of {name} is ok: something has changed since, or the text is from elsewhere",
    )


def _has_class_of(error: Explanation, item: Blocker) -> bool:
    return error.kind == _AMBIGUOUS or load_codes()[item.code].kind == error.kind


def _related_needs(error: Explanation, service: ServiceDiagnosis) -> list[NeedDiagnosis]:
    """Return the needs at the text's step; if the text names a host or service, only calls to it."""
    rows = [
        need_diagnosis
        for need_diagnosis in service.needs
        if need_diagnosis.need.step == error.step and need_diagnosis.verdict in {OK, UNKNOWN, *_FAILS}
    ]
    host = error.evidence.host
    called = service_of_host(host) if host else None
    named = [
        need_diagnosis
        for need_diagnosis in rows
        if isinstance(need_diagnosis.need, Call) and host and need_diagnosis.need.host == host
    ]
    # Layers come from S3, although texts about them name the registry.
    keys = {called.key, error.service} if called else set() if host else {error.service}
    same = [
        need_diagnosis
        for need_diagnosis in rows
        if isinstance(need_diagnosis.need, Call)
        and need_diagnosis.need.service
        and need_diagnosis.need.service.key in keys
    ]
    # Needs without a call, and calls of unknown host, are matched by their step alone.
    others = [
        need_diagnosis
        for need_diagnosis in rows
        if not isinstance(need_diagnosis.need, Call) or not (host or need_diagnosis.need.service)
    ]
    return named or same or others
