"""The IAM policy for skerry's calls, in IAM's form.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import json
from collections.abc import Iterable
from itertools import groupby


def write_policy(actions: Iterable[str]) -> str:
    """Return a policy that allows these actions, a statement for each service, as JSON.

    The resource is ``*``: an account is read whole, and most calls that list and describe take no other.
    """
    statements = [
        {"Sid": f"SkerryReads{service.capitalize()}", "Effect": "Allow", "Action": list(allowed), "Resource": "*"}
        for service, allowed in groupby(sorted(set(actions)), key=_service)
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2) + "\n"


def _service(action: str) -> str:
    return action.partition(":")[0]
