"""The rows of all documents while they are put together: duplicates, contradictions, losses."""

from collections import defaultdict
from typing import Any, NamedTuple, TypeAlias

from msgspec import UNSET, structs

from skerry.errors import InputError
from skerry.model.completeness import EVERYWHERE, Completeness
from skerry.model.network import PrefixList, Switch, VpcAttribute

Row: TypeAlias = Any
"""A record of any kind: what a kind is made of, its table in ``model.facts`` says."""

_List: TypeAlias = tuple[str, str]
"""A list of records, by kind and scope."""

_UNTOLD = (None, UNSET)
_NEWEST_HINT = "Keep only the newer of the two."


class _Entries(NamedTuple):
    """The entries of a prefix list so far, and where they were first seen."""

    cidrs: list[str]
    name: str
    whole: bool = False
    lost: bool = False


def _told(row: Row) -> dict[str, Any]:
    """The fields of a record that differ from what is there when nothing is told."""
    defaults = {info.name: info.default for info in structs.fields(row)}
    return {one: value for one, value in structs.asdict(row).items() if value != defaults[one]}


class Rows:
    """Collects rows by kind and id; equal rows of one id are one, unequal ones are refused."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.refused: list[Row] = []
        self._rows: defaultdict[str, dict[str, Row]] = defaultdict(dict)
        self._where: dict[tuple[str, str], str] = {}
        self._pages: dict[_List, bool] = {}
        self._gaps: set[_List] = set()
        self._asked: set[str] = set()
        self._entries: dict[str, _Entries] = {}

    def add_page(self, field: str, scope: str = EVERYWHERE, *, partial: bool = False) -> None:
        """Note a page of a list, empty or not; the list is complete with a page that names no further one."""
        self._asked.add(field)
        self._pages[field, scope] = self._pages.get((field, scope), True) and partial

    def add_partial_list(self, field: str) -> None:
        """Note an answer that holds only some records of a kind, such as those that a filter lets through."""
        self._asked.add(field)

    def note(self, text: str) -> None:
        """Tell the user something about the input."""
        self.notes.append(text)

    def add_unreadable_row(self, field: str, text: str, scope: str = EVERYWHERE) -> None:
        """Note a row that could not be read, so that no absence of a row in the scope proves anything."""
        self.add_gap(field, scope)
        self.notes.append(text)

    def add_gap(self, field: str, scope: str = EVERYWHERE) -> None:
        """Note that records of a kind may be missing in a scope."""
        self._asked.add(field)
        self._gaps.add((field, scope))

    def add(self, field: str, key: str | None, row: Row, name: str) -> None:
        """Take in a row; raises `InputError` where another one of its id says something else."""
        wanted = key if key is not None else f"{name}#{len(self._rows[field])}"
        known = self._rows[field].setdefault(wanted, row)
        first = self._where.setdefault((field, wanted), name)
        if known != row:
            places = first if first == name else f"{first} and {name}"
            message = f"{wanted} is described twice, and differently, in {places}"
            raise InputError(message, _NEWEST_HINT)

    def replace(self, field: str, key: str, row: Row, name: str) -> None:
        """Put a merged row in the place of the one that is there."""
        self._rows[field][key] = row
        self._where.setdefault((field, key), name)

    def get(self, field: str, key: str) -> Row:
        """The row of this id, or None."""
        return self._rows[field].get(key)

    def merge_attribute(self, row: VpcAttribute, name: str) -> None:
        """Merge the attributes of one VPC, of which AWS prints one a call."""
        known = self.get("vpc_attributes", row.vpc_id) or VpcAttribute(vpc_id=row.vpc_id)
        values = {
            field: self._merge(getattr(known, field), getattr(row, field), row.vpc_id, name)
            for field in ("enable_dns_support", "enable_dns_hostnames")
        }
        self.replace("vpc_attributes", row.vpc_id, structs.replace(known, **values), name)

    def _merge(self, known: Switch, new: Switch, vpc_id: str, name: str) -> Switch:
        if known.value is UNSET or known == new:
            return new
        if new.value is not UNSET:
            first = self._where["vpc_attributes", vpc_id]
            message = f"a DNS attribute of {vpc_id} is on in one of {first} and {name}, and off in the other"
            raise InputError(message, _NEWEST_HINT)
        return known

    def merge(self, field: str, key: str, row: Row, name: str) -> None:
        """Put together what several calls print of one record; raises `InputError` where they contradict."""
        known = self.get(field, key)
        if known is not None:
            told = {one: value for one, value in _told(row).items() if value not in _UNTOLD}
            before = _told(known)
            if any(before.get(one, value) != value for one, value in told.items()):
                places = f"{self._where[field, key]} and {name}"
                message = f"{key} is described twice, and differently, in {places}"
                raise InputError(message, _NEWEST_HINT)
            row = structs.replace(known, **told)
        self.replace(field, key, row, name)

    def merge_prefix_list(self, row: PrefixList, name: str) -> None:
        """Merge what several calls print of one prefix list."""
        known = self.get("prefix_lists", row.prefix_list_id)
        if known is not None:
            told = {field: value for field, value in structs.asdict(row).items() if value not in _UNTOLD}
            if row.cidrs is not UNSET and known.cidrs is not UNSET and set(row.cidrs) != set(known.cidrs):
                first = self._where["prefix_lists", row.prefix_list_id]
                message = f"the entries of {row.prefix_list_id} differ between {first} and {name}"
                raise InputError(message, _NEWEST_HINT)
            row = structs.replace(known, **told)
        self.replace("prefix_lists", row.prefix_list_id, row, name)

    def add_entries(
        self, prefix_list_id: str, cidrs: tuple[str, ...], name: str, *, partial: bool, lost: bool = False
    ) -> None:
        """Take in a page of a prefix list's entries; without the last page, or with one lost, they are not known."""
        pages = self._entries.setdefault(prefix_list_id, _Entries([], name))
        pages.cidrs.extend(cidrs)
        self._entries[prefix_list_id] = pages._replace(whole=pages.whole or not partial, lost=pages.lost or lost)

    def build_tables(self) -> dict[str, tuple[Row, ...]]:
        """All rows by kind."""
        for prefix_list_id, pages in self._entries.items():
            cidrs = tuple(dict.fromkeys(pages.cidrs)) if pages.whole and not pages.lost else UNSET
            self.merge_prefix_list(PrefixList(prefix_list_id=prefix_list_id, cidrs=cidrs), pages.name)
        return {field: tuple(rows.values()) for field, rows in self._rows.items()}

    def build_completeness(self) -> Completeness:
        """Return which lists were read to their end without a loss."""
        cut_off = {one for one, partial in self._pages.items() if partial}
        complete = self._pages.keys() - cut_off
        return Completeness(frozenset(complete), frozenset(self._gaps | cut_off), frozenset(self._asked))
