"""Secrets that stand in the task definition."""

import re
from collections.abc import Iterator

from msgspec import UNSET

from skerry.checks.check import CheckContext, check
from skerry.diagnose.diagnosis import ServiceDiagnosis
from skerry.model.facts import Missing

# Compiled at first use: a start compiles no pattern that few inputs need.
_ENDS = (
    r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRET_KEY|SECRET_ACCESS_KEY|SESSION_TOKEN|TOKEN|API_?KEY|"
    r"ACCESS_KEY|PRIVATE_KEY|ENCRYPTION_KEY|SIGNING_KEY|CREDENTIALS)$"
)
"""Ends of names whose values are secrets; what follows such a word (_ARN, _FILE, _URL, _NAME) says where one is."""


@check(
    "plaintext-secrets",
    "A variable that looks like a secret stands in the task definition",
    "warning",
    "task definition",
)
def plaintext_secrets(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find environment variables whose names look like those of secrets; values are never read.

    What it means:
        The value of the variable is a part of the task definition: whoever may describe task definitions reads it, and
        so do logs of calls and snapshots of other tools. It stays in every revision.

    Why it stops a task:
        It does not. A secret in Secrets Manager or Parameter Store is one call more at the start, for which the VPC
        needs one endpoint more.

    Example:
        ``{"name": "DB_PASSWORD", "value": "…"}`` in ``environment``.

    Instead:
        Put it into Secrets Manager or Parameter Store, and name it in ``secrets``. Change the value: it was readable.

    References:
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
    """
    for service in subject.diagnosis.services:
        for container, names in _suspects(service):
            message = f"container {container} has {', '.join(names)} in plain text"
            yield service.launch.definition_name, message, (service.launch.name,)


def _suspects(service: ServiceDiagnosis) -> Iterator[tuple[str, list[str]]]:
    definition = service.launch.definition
    containers = UNSET if isinstance(definition, Missing) else definition.container_definitions
    for container in () if containers is UNSET else containers:
        names = [variable.name for variable in container.environment if re.search(_ENDS, variable.name.upper())]
        if names:
            yield container.name, names
