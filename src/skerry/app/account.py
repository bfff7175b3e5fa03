"""The use case of reading a live account."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from skerry.app.reading import Gathered
from skerry.app.regions import require_region
from skerry.aws.session import Account
from skerry.cost.measured import TrafficMetrics
from skerry.model.world import World
from skerry.sources import documents, live, snapshots
from skerry.sources.traffic_metrics import read_traffic


def read_account(
    account: Account, scope: live.ReadScope | None = None, progress: Callable[[str], None] | None = None
) -> Gathered:
    """Read a live account, or the part of it in ``scope``.

    ``progress`` is called with a few words about the state of the reading.

    Raises `UnknownNameError` for a Region that AWS does not have. Raises `SkerryError` without credentials, without a
    Region, or without a way to AWS. A call that AWS refuses is no error: its facts are missing, and ``facts.refused``
    of the World names it.
    """
    require_region(account.region)
    begun = datetime.now(UTC).replace(microsecond=0)
    reading = live.read(account.make_clients(), scope, progress)
    # In the order of a snapshot's files, so that messages about both are the same.
    answers = snapshots.sort_documents(reading.documents)
    facts = documents.load(answers, region=reading.region)
    facts = msgspec.structs.replace(facts, notes=(*facts.notes, *reading.notes))
    source = f"account {facts.account or 'not known'} in {facts.region}"
    world = World(msgspec.structs.replace(facts, source=source, read_at=begun))
    return Gathered(answers, world, reading.calls, reading.rounds)


def read_metrics(account: Account, world: World) -> TrafficMetrics:
    """Return the bytes of the NAT gateways and endpoints of a World in the last 30 days, by CloudWatch.

    Raises `SkerryError` without credentials or a way to AWS. Without a series or a permission bytes are missing.
    """
    return read_traffic(account.make_clients(), world)
