"""The IAM policy for skerry's calls, in IAM's form.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby


def write_policy(reads: Iterable[str], changes: Iterable[str] = ()) -> str:
    """Return a policy that allows reading and changing actions, as JSON.

    There is a statement for each service. The resource is ``*``: an account is read whole, and most calls that list and
    describe take no other.
    """
    statements = [*_statements("Reads", reads), *_statements("Changes", changes)]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2) + "\n"


def _statements(verb: str, actions: Iterable[str]) -> Iterator[dict[str, object]]:
    for service, allowed in groupby(sorted(set(actions)), key=_service):
        sid = f"Skerry{verb}{service.capitalize()}"
        yield {"Sid": sid, "Effect": "Allow", "Action": list(allowed), "Resource": "*"}


def _service(action: str) -> str:
    return action.partition(":")[0]
