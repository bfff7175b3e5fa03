"""Reads of single resources: the API call, the parameters with the name of the resource, and the answer's record."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from skerry.model.api_call import ApiCall
from skerry.model.resource_answers import Refused
from skerry.model.resource_lookup import Found, Resources

R = TypeVar("R", bound=msgspec.Struct)
Parameters: TypeAlias = Mapping[str, Any]


def about_one(call: ApiCall) -> ApiCall:
    """Return a call as one about a single resource; its answer does not name the resource."""
    return call._replace(wrapped=True, optional=True, single=True)


class ResourceRead(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """One call about a resource, and the record of its answer.

    ``fact`` describes the answer in messages, with the resource's name in braces; ``kind`` is its plural, for lists of
    unexamined facts. ``named_by`` are the parameters that together name the resource, the last one required;
    ``names_in`` replaces this rule. ``row_name``: the answer is a list of rows, and this field of a row has its name.
    ``policy`` is the field with the text of a policy. ``complete`` compares an answer with the parameters of its call;
    ``join`` combines the answers of several calls about one resource. ``describes``: the answer describes the resource
    itself, not its policy or a part.
    """

    call: ApiCall
    record: type[R]
    fact: str
    kind: str
    named_by: tuple[str, ...]
    names_in: Callable[[Parameters], list[str]] | None = None
    row_name: str = ""
    policy: str = ""
    complete: Callable[[R, Parameters], R | Refused] | None = None
    join: Callable[[R, R], R] | None = None
    describes: bool = False

    @property
    def action(self) -> str:
        """The IAM action of the call."""
        return self.call.action

    @property
    def rows(self) -> str:
        """The key of the rows, empty if the answer is one record."""
        return (self.call.rows or "") if self.row_name else ""

    def about(self, parameters: Parameters) -> list[str]:
        """Return the names of the resources in the parameters of a call."""
        if self.names_in is not None:
            return self.names_in(parameters)
        values = [parameters.get(parameter, "") for parameter in self.named_by]
        return ["/".join(map(str, values))] if values[-1] else []

    def row_name_of(self, about: str) -> str:
        """Return the name in the row of a resource: the value of the last parameter."""
        return about.split("/", len(self.named_by) - 1)[-1]

    def find(self, resources: Resources, name: str, fact: str = "") -> Found[R]:
        """Return the answer about a resource; ``fact`` replaces the read's own words for it."""
        return resources.find_answer(self.action, name, self.record, fact or self.fact.format(name))
