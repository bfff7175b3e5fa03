"""The documents of a scenario, the ids that the account gave to its resources, and reasons against loading."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

Row = dict[str, Any]

_LISTS_OF_A_NETWORK = {
    "VpcEndpoints": "vpc_endpoints",
    "SecurityGroups": "security_groups",
    "NetworkAcls": "network_acls",
}
_ENDPOINT_NAME = re.compile(r"(vpce-[0-9a-z]+)-[0-9a-z]+(?=[.-])")
_REGION = re.compile(r"^arn:aws(?:-[a-z]+)*:ecs:([a-z0-9-]+):")


class NotLoadableError(Exception):
    """A scenario that the embedded AWS cannot have, with the reason."""


class Borrowed(NamedTuple):
    """A kind of records that a reading of the account takes from the documents, and why."""

    kind: str
    reason: str


class Documents:
    """The rows of a scenario; ``ids`` grows with the ids that the account gives.

    ``borrowed`` are the kinds that the account cannot hold. ``hidden`` are the account's resources that no document
    describes: the scenario only names them.
    """

    def __init__(self, rows: dict[str, list[Row]]) -> None:
        self._rows = rows
        self.ids: dict[str, str] = {}
        self.borrowed: set[Borrowed] = set()
        self.hidden: set[str] = set()

    def __getitem__(self, kind: str) -> list[Row]:
        return self._rows.get(kind, [])

    @property
    def region(self) -> str:
        """Return the Region of the services."""
        regions = {match[1] for row in self["services"] if (match := _REGION.match(row["serviceArn"]))}
        if len(regions) != 1:
            raise NotLoadableError("several Regions")
        return regions.pop()

    def id_of(self, name: str) -> str:
        """Return the account's id of a resource. Raises `NotLoadableError` if no document has it."""
        if name not in self.ids:
            raise NotLoadableError("ids without a document")
        return self.ids[name]

    def renamed(self, value: Any) -> Any:
        """Return a value with the account's ids in place of the scenario's."""
        match value:
            case str():
                return self._renamed_text(value)
            case list():
                return [self.renamed(item) for item in value]
            case dict():
                return {key: self.renamed(item) for key, item in value.items()}
            case _:
                return value

    def _renamed_text(self, value: str) -> str:
        if value in self.ids:
            return self.ids[value]
        if value.startswith("{"):
            return self.text(value)
        # An endpoint's own name begins with its id.
        return _ENDPOINT_NAME.sub(self._endpoint_name, value)

    def _endpoint_name(self, match: re.Match[str]) -> str:
        made = self.ids.get(match[1])
        return match[0] if made is None else f"{made}-{made[-8:]}"

    def text(self, value: Any) -> str:
        """Return a policy as the text of its document, with the account's ids."""
        text = value if isinstance(value, str) else json.dumps(value)
        for name, made in self.ids.items():
            text = text.replace(f'"{name}"', f'"{made}"')
        return text

    def as_in_account(self) -> bytes:
        """Return all documents with the account's ids, as JSON."""
        return json.dumps(self.renamed(self._rows)).encode()

    def borrow(self, kind: str, reason: str) -> None:
        """Let a reading of the account take a kind of records from the documents."""
        self.borrowed.add(Borrowed(kind, reason))

    def hide(self, name: str, made: str) -> str:
        """Note the id of a resource that the documents only name, and let no reading of the account show it."""
        self.ids[name] = made
        self.hidden.add(made)
        return made

    def calls(self, operation: str) -> Iterator[tuple[Row, Row]]:
        """Yield the parameters and the answer of each call of an operation."""
        for row in self["Calls"]:
            if row["Call"]["operation"] == operation and "Response" in row:
                yield row["Call"]["parameters"], row["Response"]

    def borrow_unread_lists(self, reason: str) -> None:
        """Borrow the lists that nobody read: the account has them, and its reader may not see them."""
        for key, kind in _LISTS_OF_A_NETWORK.items():
            if key not in self._rows:
                self.borrow(kind, reason)
