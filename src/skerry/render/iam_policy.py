"""The IAM policy for skerry's calls, in IAM's form.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, TypeAlias

PolicyStatement: TypeAlias = Mapping[str, Any]
"""A statement of a policy in IAM's form."""


def write_policy(reads: Iterable[str], changes: Iterable[PolicyStatement] = ()) -> str:
    """Return a policy that allows reading actions, a statement for each service, and changes, as JSON.

    The resource of reads is ``*``: an account is read whole, and most calls that list and describe take no other.
    """
    statements = [
        {"Sid": f"SkerryReads{service.capitalize()}", "Effect": "Allow", "Action": list(allowed), "Resource": "*"}
        for service, allowed in groupby(sorted(set(reads)), key=_service)
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements, *changes]}, indent=2) + "\n"


def change_statement(sid: str, actions: Iterable[str], kinds: Iterable[str], by: Iterable[str] = ()) -> PolicyStatement:
    """Return a statement that allows actions on EC2's resources of some types, in any Region of the policy's account.

    ``by``: only as a part of these calls, which create the resources.
    """
    resources = [f"arn:aws:ec2:*:*:{kind}/*" for kind in kinds]
    condition = {"Condition": {"StringEquals": {"ec2:CreateAction": list(by)}}} if by else {}
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resources, **condition}


def _service(action: str) -> str:
    return action.partition(":")[0]
