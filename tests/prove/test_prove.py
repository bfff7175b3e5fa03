"""The engine says of packets what packets do, in networks that are drawn at random, and wrong engines are noticed.

What agrees here are two readings of AWS's documentation, of which one is made of real packets: docs/accuracy.md.
"""

import os

import pytest

from tests.prove.clients import rehearsed, told
from tests.prove.mutants import MUTANTS, noticed
from tests.prove.proving import Case, decided, disagreements
from tests.prove.running import observed

NETWORKS = 200
FEW = 10
SEED = int(os.environ.get("PROVE_SEED", "0"))


def cases_of(networks: int) -> list[Case]:
    """Return the packets' answers in so many networks; PROVE_SEED draws others."""
    return sorted(observed(range(SEED, SEED + networks)), key=lambda case: case.network.seed)


@pytest.fixture(scope="module")
def cases(needs_lab: None) -> list[Case]:  # noqa: ARG001 -- it skips or fails where there is no lab
    return cases_of(NETWORKS)


@pytest.fixture(scope="module")
def few_cases(needs_lab: None) -> list[Case]:  # noqa: ARG001 -- it skips or fails where there is no lab
    return cases_of(FEW)


def test_engine_and_packets_agree_on_a_few_networks(few_cases: list[Case]) -> None:
    assert len(few_cases) == FEW
    assert [disagreement for case in few_cases for disagreement in disagreements(case)] == []


def test_engine_mutant_without_network_acl_denies_is_detected(few_cases: list[Case]) -> None:
    assert noticed("denies of network acls are overlooked", few_cases) is not None


def test_engine_mutants_change_parts_of_the_engine_that_exist() -> None:
    for mutant in MUTANTS.values():
        with mutant():
            pass


@pytest.mark.long
def test_engine_and_packets_agree_on_all_networks(cases: list[Case]) -> None:
    assert [one for case in cases for one in disagreements(case)] == []


@pytest.mark.long
def test_random_networks_answer_some_requests_and_drop_others(cases: list[Case]) -> None:
    answered = sum(sum(case.answered) for case in cases)
    everything = sum(len(case.answered) for case in cases)
    assert len(cases) == NETWORKS
    assert everything // 10 < answered < everything - everything // 10


@pytest.mark.long
def test_engine_decides_nearly_all_requests(cases: list[Case]) -> None:
    sure, unsure = map(sum, zip(*map(decided, cases), strict=True))
    assert unsure < sure // 20


@pytest.mark.long
def test_engine_mutants_are_all_detected(cases: list[Case]) -> None:
    assert [name for name in MUTANTS if noticed(name, cases) is None] == []


@pytest.mark.long
@pytest.mark.usefixtures("needs_lab")
def test_real_clients_agree_with_predictions() -> None:
    sound, faulty = (rehearsal for _, rehearsal in rehearsed((0, 3)))
    assert [step for rehearsal in (sound, faulty) for step in rehearsal.disagreements] == []
    worked, failed = told(sound)
    assert worked
    assert not failed
    assert all(told(faulty))
