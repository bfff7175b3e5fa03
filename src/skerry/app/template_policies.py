"""Statements of policies as a template writes them: references to its resources, and to its account."""

import json
from collections.abc import Iterable
from typing import Any, Final

from skerry.sources.cloudformation.mapping.templates import Made, Templates
from skerry.sources.cloudformation.template_edits import UneditableTemplate

_ACCOUNT: Final = "${AWS::AccountId}"


def added_statements(before: str | None, after: str) -> list[Any]:
    """Return the statements of the later policy that the former one lacks.

    A statement of a plan only allows, so that a narrower one may stay.
    """
    old, new = _statements(before), _statements(after)
    added = [statement for statement in new if statement not in old]
    if not new or not added:
        raise UneditableTemplate("its policy is not written out")
    return added


def _statements(text: str | None) -> list[Any]:
    try:
        policy = json.loads(text or "")
    except ValueError:
        return []
    rows = policy.get("Statement", []) if isinstance(policy, dict) else []
    return rows if isinstance(rows, list) else [rows]


class PolicyWords:
    """The words of policies of one stack, with references in place of ids that AWS gives at the deployment."""

    def __init__(self, templates: Templates, stack: str) -> None:
        self._account = templates.place.account
        self._stack = stack
        spellings = [row for made in templates.all() for row in _spellings(made) if row[0]]
        self._spellings = sorted(spellings, key=lambda pair: len(pair[0]), reverse=True)

    def written(self, value: Any) -> Any:  # noqa: ANN401 -- JSON
        """Return a value as the template writes it; raise `UneditableTemplate` for a name of another stack."""
        if isinstance(value, dict):
            return {key: self.written(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.written(item) for item in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> Any:  # noqa: ANN401 -- JSON
        words = text.replace("${", "${!")
        for spelling, made, variable in self._spellings:
            if spelling in words:
                if made.resource.stack != self._stack:
                    raise UneditableTemplate(f"its policy names {made.resource.logical_id} of another stack")
                words = words.replace(spelling, f"${{{variable}}}")
        words = words.replace(self._account, _ACCOUNT)
        return text if words == text.replace("${", "${!") else {"Fn::Sub": words}


def _spellings(made: Made) -> Iterable[tuple[str, Made, str]]:
    """Yield each text in the place of a resource, with its variable for Fn::Sub."""
    name = made.resource.logical_id
    if made.arn.startswith("arn:") and made.arn != made.id:
        yield made.arn, made, f"{name}.Arn"
    if made.id.startswith("arn:") or not made.has_own_name:
        yield made.id, made, name
