"""Python objects as entries of a table in JSON, and back, for the classes of moto alone."""

import importlib
import ipaddress
import re
from base64 import b64decode, b64encode
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from tempfile import SpooledTemporaryFile
from threading import Lock, RLock
from types import FunctionType, MethodType
from typing import Any

_PACKAGES = ("moto.", "skerry.embedded.")
_PLAIN = (str, int, float, bool, type(None))
_CONTAINERS: dict[str, type] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset, "deque": deque}
_MAPPINGS: dict[str, type] = {"dict": dict, "ordered": OrderedDict}
_FACTORIES: dict[str, Any] = {"dict": dict, "list": list, "set": set, "str": str, "int": int, "none": None}
_TEXTS: dict[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
    "pattern": re.compile,
    "network": ipaddress.ip_network,
    "address": ipaddress.ip_address,
}
_NETWORKS = (ipaddress.IPv4Network, ipaddress.IPv6Network)
_LOCKS = (type(Lock()), type(RLock()))
_ADDRESSES = (ipaddress.IPv4Address, ipaddress.IPv6Address)

Entry = dict[str, Any]


class InvalidEntryError(Exception):
    """An object without an entry, or an entry without an object."""


class Encoder:
    """Entries for objects, each object once; ``keys`` by the identity of objects replace their entries."""

    def __init__(self, keys: Mapping[int, Sequence[str]]) -> None:
        self.entries: list[Entry] = []
        self._keys = keys
        self._numbers: dict[int, int] = {}
        self._kept: list[object] = []

    def number_of(self, value: object) -> int:
        """Return the number of an object's entry.

        Raises InvalidEntryError for an object without one.
        """
        if id(value) in self._numbers:
            return self._numbers[id(value)]
        number = self._numbers[id(value)] = len(self.entries)
        self._kept.append(value)  # its identity must not be given to another object
        self.entries.append({})
        self.entries[number] = self._entry(value)
        return number

    def _value(self, value: object) -> Any:
        """Return a plain value as it is, and any other as the number of its entry."""
        return value if type(value) in _PLAIN else {"n": self.number_of(value)}

    def _entry(self, value: Any) -> Entry:
        if id(value) in self._keys:
            return {"key": list(self._keys[id(value)])}
        kind = type(value)
        for name, container in _CONTAINERS.items():
            if kind is container:
                return {name: [self._value(item) for item in value]}
        for name, mapping in _MAPPINGS.items():
            if kind is mapping:
                return {name: self._items(value)}
        if kind is defaultdict:
            return {"default": self._factory(value.default_factory), "items": self._items(value)}
        return self._text(value) or self._object(value)

    def _items(self, mapping: Mapping[Any, Any]) -> list[list[Any]]:
        return [[self._value(key), self._value(item)] for key, item in mapping.items()]

    def _factory(self, factory: object) -> str:
        for name, possible in _FACTORIES.items():
            if factory is possible:
                return name
        # A function that makes a container: its kind shows in its result.
        made = factory() if callable(factory) else factory
        name = "dict" if isinstance(made, dict) else type(made).__name__
        if name not in _FACTORIES:
            raise InvalidEntryError(f"a mapping with the default {factory!r}")
        return name

    def _text(self, value: Any) -> Entry | None:
        match value:
            case datetime():
                return {"datetime": value.isoformat()}
            case date():
                return {"date": value.isoformat()}
            case timedelta():
                return {"seconds": value.total_seconds()}
            case Decimal():
                return {"decimal": str(value)}
            case re.Pattern():
                return {"pattern": value.pattern}
            case bytes() | bytearray():
                return {"bytes": b64encode(value).decode()}
            case SpooledTemporaryFile():
                position = value.tell()
                value.seek(0)
                content = value.read()
                value.seek(position)
                return {"file": b64encode(content).decode()}
            case _ if isinstance(value, _NETWORKS):
                return {"network": str(value)}
            case _ if isinstance(value, _ADDRESSES):
                return {"address": str(value)}
            case _:
                return None

    def _object(self, value: Any) -> Entry:
        if isinstance(value, _LOCKS):
            return {"lock": True}
        if isinstance(value, MethodType):
            return {"method": value.__name__, "of": self._value(value.__self__)}
        if isinstance(value, type):
            return {"class": _name_of(value)}
        if isinstance(value, FunctionType):
            raise InvalidEntryError(f"a function: {value.__qualname__}")
        if isinstance(value, Enum):
            return {"enum": _name_of(type(value)), "name": value.name}
        entry: Entry = {"object": _name_of(type(value)), "fields": self._items(_fields_of(value))}
        if isinstance(value, dict):
            entry["items"] = [[self._value(key), self._value(item)] for key, item in dict.items(value)]
        elif isinstance(value, list):
            entry["list"] = [self._value(item) for item in value]
        return entry


class Decoder:
    """Objects from entries; ``find`` returns the object of a key."""

    def __init__(self, entries: list[Entry], find: Callable[[list[str]], Any]) -> None:
        self._entries = entries
        self._find = find
        self._made: dict[int, Any] = {}

    def value(self, number: int) -> Any:
        """Return the object of an entry.

        Raises InvalidEntryError for an entry that is none.
        """
        if number not in self._made:
            try:
                self._make(number, self._entries[number])
            except (IndexError, KeyError, TypeError, ValueError, AttributeError, ImportError) as error:
                raise InvalidEntryError(f"entry {number}: {error}") from error
        return self._made[number]

    def _of(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self.value(value["n"])
        if type(value) not in _PLAIN:
            raise InvalidEntryError(f"{value!r} is no value")
        return value

    def _make(self, number: int, entry: Entry) -> None:
        """Make an object before those it refers to: they may refer back to it."""
        first = next(iter(entry), "")
        if first in _MAPPINGS or first == "default":
            made = _MAPPINGS[first]() if first in _MAPPINGS else defaultdict(_FACTORIES[entry["default"]])
            self._made[number] = made
            self._fill(made, entry["items"] if first == "default" else entry[first])
        elif first in {"list", "set", "deque"}:
            made = self._made[number] = _CONTAINERS[first]()
            add = made.add if first == "set" else made.append
            for item in entry[first]:
                add(self._of(item))
        elif first in _CONTAINERS:
            self._made[number] = _CONTAINERS[first](self._of(item) for item in entry[first])
        elif first == "object":
            self._made[number] = self._object(number, entry)
        else:
            self._made[number] = self._scalar(first, entry)

    def _fill(self, mapping: Any, items: list[list[Any]]) -> None:
        for key, item in items:
            mapping[self._of(key)] = self._of(item)

    def _object(self, number: int, entry: Entry) -> Any:
        kind = _class_of(entry["object"])
        base = dict if issubclass(kind, dict) else list if issubclass(kind, list) else object
        made = self._made[number] = base.__new__(kind)
        for name, item in entry["fields"]:
            object.__setattr__(made, str(name), self._of(item))
        if base is dict:
            for key, item in entry["items"]:
                dict.__setitem__(made, self._of(key), self._of(item))
        elif base is list:
            list.extend(made, [self._of(item) for item in entry["list"]])
        return made

    def _scalar(self, first: str, entry: Entry) -> Any:
        match first:
            case "key":
                return self._find([str(part) for part in entry["key"]])
            case "seconds":
                return timedelta(seconds=entry["seconds"])
            case "bytes":
                return b64decode(entry["bytes"])
            case "file":
                file = SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 - moto closes it
                file.write(b64decode(entry["file"]))
                return file
            case "method":
                owner = self._of(entry["of"])
                function = getattr(type(owner), entry["method"])
                if not isinstance(function, FunctionType):
                    raise InvalidEntryError(f"{entry['method']} is no method")
                return MethodType(function, owner)
            case "lock":
                return RLock()
            case "class":
                return _class_of(entry["class"])
            case "enum":
                return _class_of(entry["enum"])[entry["name"]]
            case _:
                return _TEXTS[first](entry[first])


def _name_of(kind: type) -> str:
    name = f"{kind.__module__}:{kind.__qualname__}"
    if not kind.__module__.startswith(_PACKAGES) or "<" in kind.__qualname__:
        raise InvalidEntryError(f"an object of {name}")
    return name


def _class_of(name: str) -> Any:
    module, _, path = name.partition(":")
    if not module.startswith(_PACKAGES):
        raise InvalidEntryError(f"{name} is no class of moto")
    kind: Any = importlib.import_module(module)
    for part in path.split("."):
        kind = vars(kind)[part]
    if not isinstance(kind, type) or kind.__module__ != module:
        raise InvalidEntryError(f"{name} is no class of moto")
    return kind


def _fields_of(value: Any) -> dict[str, Any]:
    """Return the fields of an object, those in slots too."""
    fields = dict(vars(value)) if hasattr(value, "__dict__") else {}
    for kind in type(value).__mro__:
        slots = vars(kind).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in {"__dict__", "__weakref__"} and hasattr(value, name):
                fields[name] = getattr(value, name)
    return fields
