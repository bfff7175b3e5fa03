"""Networks of the embedded AWS, read through a proxy that damages answers: no verdict is contradicted."""

import json
import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from bench.faults.collection import CASES
from bench.faults.tools.embedding import Embedded
from skerry import app
from skerry.aws import transport
from skerry.aws.session import Account, ClientFactory, make_clients
from skerry.embedded import demo_deployment
from skerry.embedded.http_server import serve_over_http
from skerry.errors import NothingFoundError, SkerryError
from skerry.model.world import World
from tests.amount import amount, some
from tests.networks import REGION
from tests.proxy import WAYS, Damage, damaging

Verdicts = dict[tuple[str, str], str]


def repaired(client: ClientFactory) -> None:
    demo_deployment.repair(client, demo_deployment.build(client))


def case(name: str) -> Callable[[ClientFactory], None]:
    network = json.loads(next(item for item in CASES if item.id == name).document())
    return lambda client: Embedded(client, network).build()


NETWORKS: dict[str, Callable[[ClientFactory], object]] = {
    "repaired": repaired,
    "broken": demo_deployment.build,
    "NAT": case("sound/as-it-is@nat"),
    "closed ACL": case("network ACLs/endpoints-no-443-in@endpoints-apart"),
    "failed endpoint": case("endpoints/failed-ecr.api@two-zones"),
    "peered": case("peering/pending-acceptance@peered"),
}


class Proxied(NamedTuple):
    """An account behind a proxy: what damages its answers, its verdicts, and the operations of a reading."""

    damage: Damage
    verdicts: Verdicts
    operations: tuple[str, ...]


def verdicts_of(world: World) -> Verdicts:
    try:
        found = app.diagnose(world)
    except NothingFoundError:  # the services could not be read
        assert world.facts.refused
        return {}
    return {(one.launch.cluster, one.launch.name): str(one.verdict) for one in found.services}


def read() -> World:
    return app.read_account(Account(region=REGION)).world


@pytest.fixture(scope="module", params=["repaired"])
def proxied(request: pytest.FixtureRequest) -> Iterator[Proxied]:
    with serve_over_http(REGION) as url:
        NETWORKS[request.param](make_clients(REGION))
        damage = Damage()
        with damaging(url, damage) as proxy:
            os.environ["AWS_ENDPOINT_URL"] = proxy
            verdicts = verdicts_of(read())
            yield Proxied(damage, verdicts, tuple(sorted(set(damage.seen))))
            os.environ["AWS_ENDPOINT_URL"] = url


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the pauses before a damaged answer is asked for again."""
    monkeypatch.setattr(transport, "_LONGEST_PAUSE", 0)


def read_again(proxied: Proxied) -> World:
    """Read and judge again: each verdict is that of the whole reading, or unknown with a reason."""
    world = read()
    after = verdicts_of(world)
    wrong = {name: found for name, found in after.items() if found not in {proxied.verdicts.get(name), "unknown"}}
    assert wrong == {}, proxied.damage.damaged
    assert world.facts.refused or after == proxied.verdicts
    return world


def test_damaged_answers_are_retried_without_changing_verdicts(proxied: Proxied) -> None:
    for seed in range(1):
        proxied.damage.clear(seed)
        proxied.damage.every = 10
        assert verdicts_of(read_again(proxied)) == proxied.verdicts
        assert proxied.damage.damaged


@pytest.mark.parametrize(
    "way", [pytest.param("page", marks=pytest.mark.long), pytest.param("other answer", marks=pytest.mark.long), "bomb"]
)
def test_always_damaged_operation_is_refused_without_wrong_verdicts(proxied: Proxied, way: str) -> None:
    for operation in ("DescribeVpcEndpoints", "DescribeServices"):
        proxied.damage.clear()
        proxied.damage.operations, proxied.damage.ways = {operation}, (way,)
        refused = read_again(proxied).facts.refused
        assert operation in {refusal.action.partition(":")[2] for refusal in refused}


def test_proxy_page_for_every_answer_raises_login_page_hint(proxied: Proxied) -> None:
    proxied.damage.clear()
    proxied.damage.every, proxied.damage.ways = 1, ("well-formed page",)
    with pytest.raises(SkerryError, match="no answer is one of AWS") as caught:
        read()
    assert "login page" in caught.value.remedy


@pytest.mark.long
class TestEveryNetwork:
    @pytest.mark.parametrize("proxied", list(NETWORKS), indirect=True)
    def test_most_network_verdicts_survive_damage_of_every_tenth_answer(self, proxied: Proxied) -> None:
        after: list[tuple[str | None, str]] = []
        for seed in range(amount(8, 2)):
            proxied.damage.clear(seed)
            proxied.damage.every = 10
            found = verdicts_of(read_again(proxied))
            after += [(found.get(name), verdict) for name, verdict in proxied.verdicts.items()]
        # One may be damaged as often as it is asked for; of few that is more than a tenth.
        assert sum(found == verdict for found, verdict in after) >= min(0.9 * len(after), len(after) - 1)

    @pytest.mark.parametrize("proxied", ["repaired", "NAT"], indirect=True)
    def test_network_verdicts_are_right_or_unknown_for_a_damaged_operation(self, proxied: Proxied) -> None:
        for number, operation in enumerate(some(list(proxied.operations), 6)):
            proxied.damage.clear(number)
            proxied.damage.operations = {operation}
            proxied.damage.ways = (list(WAYS)[number % len(WAYS)],)
            read_again(proxied)
            assert proxied.damage.damaged
