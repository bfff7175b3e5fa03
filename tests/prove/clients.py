"""Random networks tried by real clients: the AWS SDK, the ECR credential helper and containerd."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from skerry.app.rehearsal import RehearsalRequest, rehearse
from skerry.diagnose.rehearsal import Rehearsal
from tests.networks import ACCOUNT, REGION, awslogs, container
from tests.prove.generator import TASK_SUBNETS, Drawn

AT_ONCE = 4
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"


def rehearsed(seeds: Iterable[int]) -> Iterator[tuple[int, Rehearsal]]:
    """The launch of one service in the network of each seed, several at a time: a client's timeout takes 30 s."""
    wanted = list(seeds)
    with ThreadPoolExecutor(AT_ONCE) as workers:
        yield from zip(wanted, workers.map(_rehearse, wanted), strict=True)


def _rehearse(seed: int) -> Rehearsal:
    # In a network with any fault most steps fail, and a failure says little: every other network is sound.
    network = Drawn(seed, sound=seed % 2 == 0)
    secrets = [{"name": "DB", "valueFrom": SECRET}]
    network.definition(container(secrets=secrets, logConfiguration=awslogs()))
    network.service(subnets=TASK_SUBNETS)
    return rehearse(network.world(), RehearsalRequest())


def told(found: Rehearsal) -> tuple[int, int]:
    """How many steps worked, and how many did not."""
    worked = [step.observed.worked for step in found.steps]
    return worked.count(True), worked.count(False)
