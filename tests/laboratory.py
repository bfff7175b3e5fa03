"""Whether this machine can have a lab, for the tests that need one."""

import os
from functools import cache

from skerry.errors import SkerryError
from skerry.lab.requirements import require

WHY = "no lab on this machine"


@cache
def why_not() -> str | None:
    """Why there is no lab here: missing packages, or no namespaces; None where there is one."""
    try:
        require(clients=True)
        from skerry.lab.sandbox import Sandbox  # noqa: PLC0415 -- needs what was just looked for

        with Sandbox() as sandbox:
            sandbox.drops()
    except SkerryError as error:
        return f"{WHY}: {error.what} ({error.remedy})"
    return None


def is_failure() -> bool:
    """Whether a missing lab is a failure: where the tests decide about a change."""
    return os.environ.get("CI", "").lower() == "true"
