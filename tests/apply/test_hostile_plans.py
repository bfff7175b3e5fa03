"""Plans with values of any kind in any place: each is refused, or checked to the end; none is a fault of skerry."""

import copy
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from skerry.apply.plan_file import PlanFile, decode_plan
from skerry.apply.preflight.check import AccountNow, ApplySettings, PlanToApply, check_before
from skerry.apply.preflight.identity import CallerIdentity
from skerry.errors import SkerryError
from skerry.model.arns import NameOrArn
from skerry.plan.fingerprints import fingerprint_of
from skerry.plan.scope import Scope
from skerry.render.plan_json import encode_plan
from tests.networks import ACCOUNT, REGION
from tests.planning import changes, isolated, launches, plan_of

VALUES: tuple[Any, ...] = (
    *(None, True, -1, 10**30, 1.5, "", "\x1b[31m", "a" * 70_000, "../../etc/passwd", "$(id)", [], {}, ["x"], {"a": 1}),
    *("sg-new-x", "vpce-1", "rtb-main", "pl-1", "vpc-gone", "0.0.0.0/0", "::/0", "2026-13-45", "nan"),
)
WORLD = isolated().world()
SCOPE = Scope(launches(WORLD))


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to all values of a document."""
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in rows:
        yield (*before, key)
        yield from places(item, (*before, key))


def damaged(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A plan with another value in one or two places, or without them."""
    copied = copy.deepcopy(document)
    for _ in range(chance.choice([1, 1, 2])):
        *path, last = chance.choice(list(places(copied)))
        place: Any = copied
        for key in path:
            place = place[key]
        if isinstance(place, dict) and chance.random() < 0.15:
            del place[last]
        else:
            place[last] = chance.choice(VALUES)
    return copied


def checked(file: PlanFile) -> None:
    plan = file.plan
    given = PlanToApply(
        file.account, file.region, plan.changes, plan.fingerprint, plan.made_at, plan.made_by, plan.after
    )
    account = AccountNow(CallerIdentity(ACCOUNT, NameOrArn("arn:aws:iam::1:root"), REGION), WORLD, SCOPE)
    check_before(given, account, ApplySettings(datetime.now(UTC), "1"))


@pytest.mark.long
def test_damaged_plans_are_refused_or_checked_to_the_end() -> None:
    plan = plan_of(WORLD)
    plan = replace(plan, fingerprint=fingerprint_of(WORLD, SCOPE, changes(plan)), made_at="2026-01-01T00:00:00+00:00")
    document = json.loads(encode_plan(WORLD, plan))
    chance = random.Random(5)  # noqa: S311 -- it can be repeated, and is no secret
    refused = ended = 0
    for _ in range(300):
        try:
            file = decode_plan(json.dumps(damaged(document, chance)).encode(), "plan.json")
        except SkerryError:
            refused += 1
            continue
        checked(file)
        ended += 1
    assert min(refused, ended) > 50
