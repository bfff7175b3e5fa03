"""The use case of reading a live account."""

from collections.abc import Callable

import msgspec

from skerry.app.reading import Gathered
from skerry.app.regions import require_region
from skerry.aws.session import Account
from skerry.model.world import World
from skerry.sources import documents, live, snapshots


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
    reading = live.read(account.make_clients(), scope, progress)
    # In the order of a snapshot's files, so that messages about both are the same.
    answers = snapshots.sort_documents(reading.documents)
    facts = documents.load(answers, region=reading.region)
    facts = msgspec.structs.replace(facts, notes=(*facts.notes, *reading.notes))
    source = f"account {facts.account or 'not known'} in {facts.region}"
    world = World(msgspec.structs.replace(facts, source=source))
    return Gathered(answers, world, reading.calls, reading.rounds)
