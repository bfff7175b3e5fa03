"""A policy validation plugin of the AWS CDK, for apps in Python: `cdk synth` fails where tasks cannot start.

https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html. The plugin implements
``IPolicyValidationPlugin``, which replaced ``IPolicyValidationPluginBeta1``.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from skerry import __version__
from skerry.app import CheckRequest, NamedPath, check
from skerry.diagnose.check_result import CheckResult
from skerry.diagnose.diagnosis import Blocker
from skerry.errors import NothingFoundError, SkerryError
from skerry.verdicts import BLOCKED, INTERMITTENT

NAME = "skerry"
FAILURE = "skerry-failure"
"""The rule of a failure: skerry cannot read the assembly."""


class ViolatedRule(NamedTuple):
    """A cause that stops tasks, with its resources: the construct path or logical id of each, and its template."""

    code: str
    message: str
    services: tuple[str, ...]
    resources: tuple[tuple[str, str], ...]


def validation_plugin() -> Any:  # noqa: ANN401 -- a class of the CDK, which has to be installed
    """Return the plugin for ``aws_cdk.Validations.of(app).add_plugins(…)``.

    A synthesis fails if a task of a template cannot start, or starts only now and then. Unknown verdicts pass: they
    are in the output of ``skerry check cdk.out``.
    """
    import aws_cdk  # noqa: PLC0415 -- only the user of the CDK has it
    import jsii  # noqa: PLC0415 -- as above

    @jsii.implements(aws_cdk.IPolicyValidationPlugin)
    class Plugin:
        """The plugin, in the shape of the CDK's interface."""

        @property
        def name(self) -> str:
            return NAME

        @property
        def version(self) -> str:
            return __version__

        @property
        def rule_ids(self) -> list[str]:
            return []

        def validate(self, context: Any) -> Any:  # noqa: ANN401 -- as jsii hands it over
            violations = violations_of(context.template_paths)
            return aws_cdk.PolicyValidationPluginReport(
                success=not violations,
                plugin_version=__version__,
                violations=[_violation(aws_cdk, violation) for violation in violations],
            )

    return Plugin()


def _violation(aws_cdk: Any, violation: ViolatedRule) -> Any:  # noqa: ANN401 -- classes of the CDK
    services = f" It stops {', '.join(violation.services)}." if violation.services else ""
    return aws_cdk.PolicyViolation(
        rule_name=violation.code,
        description=f"{violation.message}.{services}",
        fix=_fix_of(violation),
        severity="error",
        violating_resources=[_resource(aws_cdk, name, file) for name, file in violation.resources],
    )


def _fix_of(violation: ViolatedRule) -> str:
    """Return the commands for a violation: the code that the app lacks, and the page of the cause."""
    if not violation.services:
        return "skerry check cdk.out"
    return f"skerry check cdk.out --fix prints the missing code; skerry explain {violation.code} tells more"


def _resource(aws_cdk: Any, name: str, file: str) -> Any:  # noqa: ANN401 -- classes of the CDK
    """Return a resource by its logical id, or by the path of its construct: the CDK takes one of them."""
    if "/" in name:
        return aws_cdk.PolicyViolatingResource(construct_path=name, locations=[])
    return aws_cdk.PolicyViolatingResource(resource_logical_id=name, template_path=file, locations=[])


def violations_of(templates: Sequence[str]) -> list[ViolatedRule]:
    """Return the causes that stop tasks of an assembly with these templates; a failure to read it is one."""
    folder = Path(os.path.commonpath([os.path.dirname(template) for template in templates]))  # noqa: PTH120
    try:
        checked = check(CheckRequest(inputs=(NamedPath(folder),)))
    except NothingFoundError:
        return []
    except SkerryError as error:
        return [ViolatedRule(FAILURE, error.what, (), ())]
    failures = [ViolatedRule(FAILURE, given.error.what, (), ()) for given in checked.unreadable if given.error]
    return [*failures, *_causes(checked, folder)]


def _causes(checked: CheckResult, folder: Path) -> Iterator[ViolatedRule]:
    """Yield each cause of blocked and intermittent services once, by its code and message."""
    services: dict[tuple[str, str], dict[str, None]] = {}
    resources: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
    for network in checked.networks:
        for service in network.diagnosis.services:
            if service.verdict not in {BLOCKED, INTERMITTENT}:
                continue
            for blocker in (blocker for need in service.needs for blocker in need.blockers):
                key = blocker.code, _message(blocker)
                services.setdefault(key, {})[service.launch.name] = None
                resources.setdefault(key, {}).update(dict.fromkeys(_places(blocker, folder)))
    for key, names in services.items():
        yield ViolatedRule(*key, tuple(names), tuple(resources[key]))


def _message(blocker: Blocker) -> str:
    """Return the message of a blocker, with the logical id of its resource in place of the id in skerry's answers."""
    if blocker.origin is None or blocker.origin.address is None:
        return blocker.message
    return blocker.message.replace(blocker.resource, blocker.origin.address)


def _places(blocker: Blocker, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the template of a blocker's resource, if a template describes it."""
    origin = blocker.origin
    if origin is not None and origin.address is not None and origin.file is not None:
        yield origin.address, str(folder / origin.file)
