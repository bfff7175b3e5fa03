"""Merging of the rows of all documents: duplicates, contradictions, losses."""

from collections import defaultdict
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, structs

from skerry.errors import InputError
from skerry.model.completeness import EVERYWHERE, Completeness
from skerry.model.network import PrefixList, Switch, VpcAttribute
from skerry.model.origins import Origin, OriginIndex
from skerry.net.blocks import CidrBlock

Row: TypeAlias = Any
"""A record of any kind; ``model.facts`` has the type of each kind."""

_List: TypeAlias = tuple[str, str]
"""A list of records, by kind and scope."""

_UNKNOWN_VALUES = (None, UNSET)
_NEWEST_HINT = "Keep only the newer of the two."


class _Entries(msgspec.Struct, frozen=True, gc=False):
    """The entries of a prefix list so far, and their first document."""

    cidrs: list[CidrBlock]
    name: str
    whole: bool = False
    lost: bool = False


def _set_fields(row: Row) -> dict[str, Any]:
    """Return the fields of a record with other values than their defaults."""
    defaults = {info.name: info.default for info in structs.fields(row)}
    return {name: value for name, value in structs.asdict(row).items() if value != defaults[name]}


class Rows:
    """A collector of rows by kind and id; equal rows of one id are one, unequal ones are an error."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.refused: list[Row] = []
        self._rows: defaultdict[str, dict[str, Row]] = defaultdict(dict)
        self._where: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._pages: dict[_List, bool] = {}
        self._gaps: set[_List] = set()
        self._asked: set[str] = set()
        self._entries: dict[str, _Entries] = {}

    def add_page(self, field: str, scope: str = EVERYWHERE, *, partial: bool = False) -> None:
        """Add a page of a list, empty or not; a page without a next token completes the list."""
        self._asked.add(field)
        self._pages[field, scope] = self._pages.get((field, scope), True) and partial

    def add_partial_list(self, field: str) -> None:
        """Add an answer with only some records of a kind, such as a filtered list."""
        self._asked.add(field)

    def note(self, text: str) -> None:
        """Add a note to the user about the input."""
        self.notes.append(text)

    def add_unreadable_row(self, field: str, text: str, scope: str = EVERYWHERE) -> None:
        """Add an unreadable row, so that no absence of a row in the scope proves anything."""
        self.add_gap(field, scope)
        self.notes.append(text)

    def add_gap(self, field: str, scope: str = EVERYWHERE) -> None:
        """Add a gap: records of a kind may be missing in a scope."""
        self._asked.add(field)
        self._gaps.add((field, scope))

    def add(self, field: str, key: str | None, row: Row, name: str) -> None:
        """Add a row; raises `InputError` if another row of its id differs."""
        row_key = key if key is not None else f"{name}#{len(self._rows[field])}"
        earlier = self._rows[field].setdefault(row_key, row)
        first = self._where[field].setdefault(row_key, name)
        if earlier != row:
            places = first if first == name else f"{first} and {name}"
            message = f"{row_key} is described twice, and differently, in {places}"
            raise InputError(message, _NEWEST_HINT)

    def replace(self, field: str, key: str, row: Row, name: str) -> None:
        """Replace a row by that of another document, its new origin."""
        self._rows[field][key] = row
        self._where[field][key] = name

    def replace_merged(self, field: str, key: str, row: Row, name: str) -> None:
        """Replace a row by one merged from several documents; the first of them stays its origin."""
        self._rows[field][key] = row
        self._where[field].setdefault(key, name)

    def add_origin(self, field: str, key: str, name: str) -> None:
        """Add the origin of a record that another module builds from several rows."""
        self._where[field].setdefault(key, name)

    def get(self, field: str, key: str) -> Row:
        """Return the row with this id, or None."""
        return self._rows[field].get(key)

    def merge_attribute(self, row: VpcAttribute, name: str) -> None:
        """Merge the attributes of one VPC; AWS prints one a call."""
        earlier = self.get("vpc_attributes", row.vpc_id) or VpcAttribute(vpc_id=row.vpc_id)
        values = {
            field: self._merge(getattr(earlier, field), getattr(row, field), row.vpc_id, name)
            for field in ("enable_dns_support", "enable_dns_hostnames")
        }
        self.replace_merged("vpc_attributes", row.vpc_id, structs.replace(earlier, **values), name)

    def _merge(self, earlier: Switch, new: Switch, vpc_id: str, name: str) -> Switch:
        if earlier.value is UNSET or earlier == new:
            return new
        if new.value is not UNSET:
            first = self._where["vpc_attributes"][vpc_id]
            message = f"a DNS attribute of {vpc_id} is on in one of {first} and {name}, and off in the other"
            raise InputError(message, _NEWEST_HINT)
        return earlier

    def merge(self, field: str, key: str, row: Row, name: str) -> None:
        """Merge the answers of several calls about one record; raises `InputError` if they contradict."""
        earlier = self.get(field, key)
        if earlier is not None:
            values = {name: value for name, value in _set_fields(row).items() if value not in _UNKNOWN_VALUES}
            before = _set_fields(earlier)
            if any(before.get(name, value) != value for name, value in values.items()):
                places = f"{self._where[field][key]} and {name}"
                message = f"{key} is described twice, and differently, in {places}"
                raise InputError(message, _NEWEST_HINT)
            row = structs.replace(earlier, **values)
        self.replace_merged(field, key, row, name)

    def merge_prefix_list(self, row: PrefixList, name: str) -> None:
        """Merge the answers of several calls about one prefix list."""
        earlier = self.get("prefix_lists", row.prefix_list_id)
        if earlier is not None:
            values = {field: value for field, value in structs.asdict(row).items() if value not in _UNKNOWN_VALUES}
            if row.cidrs is not UNSET and earlier.cidrs is not UNSET and set(row.cidrs) != set(earlier.cidrs):
                first = self._where["prefix_lists"][row.prefix_list_id]
                message = f"the entries of {row.prefix_list_id} differ between {first} and {name}"
                raise InputError(message, _NEWEST_HINT)
            row = structs.replace(earlier, **values)
        self.replace_merged("prefix_lists", row.prefix_list_id, row, name)

    def add_entries(
        self, prefix_list_id: str, cidrs: tuple[CidrBlock, ...], name: str, *, partial: bool, lost: bool = False
    ) -> None:
        """Add a page of a prefix list's entries; without the last page, or with a lost entry, they are unknown."""
        pages = self._entries.setdefault(prefix_list_id, _Entries([], name))
        pages.cidrs.extend(cidrs)
        self._entries[prefix_list_id] = msgspec.structs.replace(
            pages, whole=pages.whole or not partial, lost=pages.lost or lost
        )

    def build_tables(self) -> dict[str, tuple[Row, ...]]:
        """Return all rows by kind."""
        for prefix_list_id, pages in self._entries.items():
            cidrs = tuple(dict.fromkeys(pages.cidrs)) if pages.whole and not pages.lost else UNSET
            self.merge_prefix_list(PrefixList(prefix_list_id=prefix_list_id, cidrs=cidrs), pages.name)
        return {field: tuple(rows.values()) for field, rows in self._rows.items()}

    def build_origins(self) -> OriginIndex:
        """Return the origins of all rows; the rows of a document share one."""
        by_document = {name: Origin(name, None) for names in self._where.values() for name in set(names.values())}
        return {field: {key: by_document[name] for key, name in names.items()} for field, names in self._where.items()}

    def build_completeness(self) -> Completeness:
        """Return the completeness of all lists."""
        cut_off = {listed for listed, partial in self._pages.items() if partial}
        complete = self._pages.keys() - cut_off
        return Completeness(frozenset(complete), frozenset(self._gaps | cut_off), frozenset(self._asked))
