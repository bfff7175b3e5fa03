"""The engine says of packets what packets do, in networks that are drawn at random, and wrong engines are noticed.

What agrees here are two readings of AWS's documentation, of which one is made of real packets: docs/accuracy.md.
"""

import os

import pytest

from tests.prove.clients import rehearsed, told
from tests.prove.mutants import MUTANTS, noticed
from tests.prove.proving import Case, decided, disagreements
from tests.prove.running import observed

NETWORKS = 100
SEED = int(os.environ.get("PROVE_SEED", "0"))


@pytest.fixture(scope="module")
def cases(needs_lab: None) -> list[Case]:  # noqa: ARG001 -- it skips or fails where there is no lab
    """What packets did in each network; PROVE_SEED draws others."""
    found = list(observed(range(SEED, SEED + NETWORKS)))
    return sorted(found, key=lambda case: case.network.seed)


def test_the_engine_and_the_packets_agree(cases: list[Case]) -> None:
    assert [one for case in cases for one in disagreements(case)] == []


def test_the_networks_let_some_through_and_not_others(cases: list[Case]) -> None:
    answered = sum(sum(case.answered) for case in cases)
    everything = sum(len(case.answered) for case in cases)
    assert len(cases) == NETWORKS
    assert everything // 10 < answered < everything - everything // 10


def test_the_engine_is_sure_of_nearly_all(cases: list[Case]) -> None:
    sure, unsure = map(sum, zip(*map(decided, cases), strict=True))
    assert unsure < sure // 20


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_engine_is_noticed(name: str, cases: list[Case]) -> None:
    assert noticed(name, cases) is not None


@pytest.mark.usefixtures("needs_lab")
def test_real_clients_do_what_is_predicted_too() -> None:
    found = [rehearsal for _, rehearsal in rehearsed((0, 4))]
    assert [step for rehearsal in found for step in rehearsal.disagreements] == []
    assert all(worked and failed for worked, failed in map(told, found))
