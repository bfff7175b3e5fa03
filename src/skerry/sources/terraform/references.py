"""References of a plan's configuration, for values that are known only after apply.

A plan as JSON names what an expression refers to, without its indices, functions and locals. So a reference decides
only where it leaves no choice: https://developer.hashicorp.com/terraform/internals/json-format#expression-representation.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from skerry.sources.planned.values import UNKNOWN, Value
from skerry.sources.terraform.shapes import fits
from skerry.sources.terraform.values import Instance

_MODULE = re.compile(r'module\.([\w-]+)(\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?\.')
_KEY = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]$')
_CHAIN = re.compile(r'^(data\.)?([a-z][a-z0-9]*_[\w-]+)\.([\w-]+)((?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?)\.([a-z_]+)$')
_WHOLE = re.compile(r"^[a-z][a-z0-9]*_[\w-]+\.[\w-]+$")
_EACH_VALUE = re.compile(r"^each\.value\.([a-z_]+)$")
_JOINT = re.compile(r"[.\[]")
_OUTPUT = re.compile(r'module\.([\w-]+)((?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?)\.([\w-]+)')
_EACH_KEY, _INDEX = "each.key", "count.index"
_DEEPEST: Final = 20
LISTS: Final = {
    *("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "route_table_ids", "security_group_ids", "security_groups"),
    *("subnet_ids", "subnets"),
}
"""The attributes that are lists: several references may be their elements."""

_TYPES: Final = {
    **dict.fromkeys(("subnet_id", "subnet_ids", "subnets"), "aws_subnet"),
    **dict.fromkeys(
        ("referenced_security_group_id", "security_group_id", "security_group_ids", "security_groups"),
        "aws_security_group",
    ),
    **dict.fromkeys(("route_table_id", "route_table_ids"), "aws_route_table"),
    "gateway_id": "aws_internet_gateway",
    "nat_gateway_id": "aws_nat_gateway",
    "vpc_endpoint_id": "aws_vpc_endpoint",
    "vpc_id": "aws_vpc",
}
"""The type whose id an argument takes: a reference with an index does not name the attribute."""
_CHOICES: Final = {("aws_subnet", "subnets"), ("aws_subnet", "subnet_ids")}
"""The lists that any choice of the instances of a resource may give: ``slice(aws_subnet.a[*].id, 0, 2)``."""

_BLOCKS: Final = {
    *("alias", "capacity_provider_strategy", "compute_environment_order", "compute_resources"),
    *("default_capacity_provider_strategy", "deployment_controller", "dns_options", "ecs_target", "egress", "entry"),
    *("ingress", "inline_policy", "ip_address", "network_configuration", "network_interface", "route"),
    *("runtime_platform", "service_connect_configuration", "statement", "subnet_configuration", "subnet_mapping"),
    *("target", "target_ip"),
    *("volume", "vpc", "weighted_routing_policy"),
}

Expressions = Mapping[str, Any]


class ConfiguredResource(msgspec.Struct, frozen=True, gc=False):
    """A resource as it is written: its address in its module, its provider, and its expressions."""

    address: str
    provider_config_key: str = ""
    expressions: dict[str, Any] = {}
    for_each_expression: dict[str, Any] = {}


class ModuleCall(msgspec.Struct, frozen=True, gc=False):
    """A call of a module, with the expressions of its variables."""

    expressions: dict[str, Any] = {}
    module: "ConfiguredModule | None" = None


class ModuleOutput(msgspec.Struct, frozen=True, gc=False):
    """An output of a module."""

    expression: dict[str, Any] = {}


class ConfiguredModule(msgspec.Struct, frozen=True, gc=False):
    """A module as it is written."""

    resources: tuple[ConfiguredResource, ...] = ()
    module_calls: dict[str, ModuleCall] = {}
    outputs: dict[str, ModuleOutput] = {}


class _Site(NamedTuple):
    """The place of an expression: the calls of its module, and the instance of its resource.

    ``key`` is that of the instance, such as ``["a"]``. ``for_each`` are the references of its keys.
    """

    calls: tuple[str, ...]
    address: str = ""
    key: str = ""
    for_each: tuple[str, ...] = ()
    kind: str = ""


class ReferenceResolver:
    """The instances of a plan, and what the configuration of each refers to.

    ``candidates`` are the addresses of resolved instances with more subnets than they may name.
    """

    def __init__(self, root: ConfiguredModule, instances: Iterable[Instance]) -> None:
        self._root = root
        self._resources: dict[tuple[str, ...], dict[str, ConfiguredResource]] = {}
        self.candidates: set[str] = set()
        self._instances: dict[str, list[Instance]] = {}
        for instance in instances:
            self._instances.setdefault(_KEY.sub("", instance.address), []).append(instance)

    def resolve(self, instance: Instance) -> Instance:
        """Return an instance with the values of its exact references in place of unknown ones."""
        calls, written = self._written(instance)
        if written is None:
            return instance
        each = tuple(_longest(written.for_each_expression.get("references", ())))
        site = _Site(calls, instance.address, _key_of(instance), each, instance.type)
        expressions = written.expressions
        values = {
            key: value if isinstance(value, str) else self._value(value, expressions.get(key), site, key)
            for key, value in instance.values.items()
            if not (value is UNKNOWN and instance.is_new and _is_absent(expressions, key))
        }
        return msgspec.structs.replace(instance, values=values)

    def _module_of(self, address: str) -> tuple[ConfiguredModule, tuple[str, ...], str]:
        """Return the module of an address, the calls that lead to it, and the rest of the address."""
        module, calls = self._root, []
        while (match := _MODULE.match(address)) is not None:
            call = module.module_calls.get(match[1])
            calls.append(match[0])
            module = ConfiguredModule() if call is None or call.module is None else call.module
            address = address[match.end() :]
        return module, tuple(calls), address

    def is_written(self, instance: Instance, argument: str) -> bool:
        """Return whether the configuration writes an argument; a ``dynamic`` block of it does not count."""
        _, written = self._written(instance)
        return written is None or argument in written.expressions

    def modules(self) -> Iterator[tuple[str, ConfiguredModule]]:
        """Yield each module with instances, and the beginning of their addresses."""
        for prefix in sorted({_module_prefix(row.address) for rows in self._instances.values() for row in rows}):
            yield prefix, self._module_of(prefix)[0]

    def instances_of_index(self, instance: Instance, argument: str) -> list[Instance]:
        """Return the instances of a resource that an argument takes one of by ``count.index``; none for others."""
        calls, written = self._written(instance)
        names = [] if written is None else references_of(written, argument)
        wholes = [name for name in names if _WHOLE.match(name)]
        if len(wholes) != 1 or set(names) != {*wholes, _INDEX}:
            return []
        return [row for row in self._rows_of(wholes[0], calls) if row.type == _TYPES.get(argument)]

    def _written(self, instance: Instance) -> tuple[tuple[str, ...], ConfiguredResource | None]:
        """Return the calls that lead to the module of an instance, and its resource as it is written there."""
        module, calls, local = self._module_of(instance.address)
        if calls not in self._resources:
            self._resources[calls] = {row.address: row for row in module.resources}
        return calls, self._resources[calls].get(_KEY.sub("", local))

    def _value(self, value: Value, expression: Any, site: _Site, name: str) -> Value:  # noqa: ANN401 -- JSON
        calls = site.calls
        if isinstance(expression, dict) and (value is UNKNOWN or value == [UNKNOWN]):
            references = expression.get("references")
            inner = self._of_references(references, calls)
            if inner is UNKNOWN and name in LISTS:
                inner = self._each(references, calls)
            if inner is UNKNOWN:
                inner = self._of_instances(references, site, name)
            if isinstance(value, list) and not isinstance(inner, list):
                inner = [inner]
            return inner if _is_of_kind(name, inner) and fits(name, inner, site.kind) else value
        if isinstance(value, dict) and isinstance(expression, dict):
            return {key: self._value(inner, expression.get(key), site, key) for key, inner in value.items()}
        if isinstance(value, list) and isinstance(expression, list) and len(value) == len(expression):
            return [self._value(inner, one, site, name) for inner, one in zip(value, expression, strict=True)]
        if isinstance(value, list) and isinstance(expression, dict) and "references" in expression:
            return self._of_list(value, expression["references"], site, name)
        return value

    def _of_instances(self, references: Any, site: _Site, name: str) -> Value:  # noqa: ANN401 -- JSON
        """Return what a reference to a resource of several instances leads to: ``T.N[each.key]``, ``T.N[*].id``."""
        names = tuple(_longest(references or ()))
        value = _EACH_VALUE.match(names[0]) if len(names) == 1 else None
        if value is not None and len(site.for_each) == 1:
            # https://developer.hashicorp.com/terraform/language/meta-arguments/for_each#chaining-for_each-between-resources
            row = self._with_key(self._rows_of(site.for_each[0], site.calls), site)
            return UNKNOWN if row is None else row.values.get(value[1], UNKNOWN)
        wholes = [one for one in names if _WHOLE.match(one)]
        rows = self._rows_of(wholes[0], site.calls) if len(wholes) == 1 else []
        indices = set(names) - set(wholes)
        is_indexed = bool(rows) and rows[0].address.endswith("]")
        if not is_indexed or rows[0].type != _TYPES.get(name) or not indices <= {_INDEX, _EACH_KEY}:
            return UNKNOWN
        if len(rows) == 1:
            return [rows[0].id] if name in LISTS else rows[0].id
        if indices == {_EACH_KEY} and name not in LISTS:
            row = self._with_key(rows, site)
            return UNKNOWN if row is None else row.id
        if indices or (rows[0].type, name) not in _CHOICES:
            return UNKNOWN
        self.candidates.add(site.address)
        return [row.id for row in rows]

    def _rows_of(self, name: str, calls: tuple[str, ...]) -> list[Instance]:
        return self._instances.get(f"{''.join(calls)}{name}", [])

    def _with_key(self, rows: Iterable[Instance], site: _Site) -> Instance | None:
        """Return the instance of a key of ``for_each``; an index of ``count`` may be that of another order.

        Both blocks must have the same keys: ``T.N[replace(each.key, "private", "public")]`` has the same references.
        """
        by_key = {_key_of(row): row for row in rows}
        own = {_key_of(row) for row in self._instances[_KEY.sub("", site.address)]}
        return by_key.get(site.key) if site.key.startswith('["') and by_key.keys() == own else None

    def _of_list(self, value: list[Value], references: Any, site: _Site, name: str) -> Value:  # noqa: ANN401 -- JSON
        """Return a list of unknown elements, or of blocks that share one list of references."""
        calls = site.calls
        each = self._each(references, calls)
        if all(element is UNKNOWN for element in value):
            return each if isinstance(each, list) and len(each) == len(value) and fits(name, each, site.kind) else value
        if not all(isinstance(element, dict) for element in value):
            return value
        names = [self._of_reference(one, calls, 0) for one in _longest(references)]
        return [{key: _fitting(key, inner, names) for key, inner in block.items()} for block in value]

    def _each(self, references: Any, calls: tuple[str, ...]) -> Value:  # noqa: ANN401 -- JSON
        """Return the values of references to single resources, as the elements of a list; `UNKNOWN` if one is not."""
        names = list(_longest(references or ()))
        if any((references or ()).count(name) > 1 for name in names):
            # A function of lists names one twice, such as setsubtract([a, b], [b]).
            return UNKNOWN
        values = [self._of_resource(name, calls) for name in names]
        return values if values and UNKNOWN not in values else UNKNOWN

    def _of_references(self, references: Any, calls: tuple[str, ...], depth: int = 0) -> Value:  # noqa: ANN401 -- JSON
        """Return what the references of an expression lead to: one value, or `UNKNOWN`."""
        names = list(_longest(references or ()))
        if len(names) != 1 or depth > _DEEPEST:
            return UNKNOWN
        return self._of_reference(names[0], calls, depth)

    def _of_reference(self, name: str, calls: tuple[str, ...], depth: int) -> Value:
        if name.startswith("var."):
            return self._of_variable(name.removeprefix("var."), calls, depth)
        output = _OUTPUT.fullmatch(name)
        if output is not None:
            module, _, _ = self._module_of("".join(calls))
            call = module.module_calls.get(output[1])
            written = None if call is None or call.module is None else call.module.outputs.get(output[3])
            inner = (*calls, f"module.{output[1]}{output[2]}.")
            return (
                UNKNOWN
                if written is None
                else self._of_references(written.expression.get("references"), inner, depth + 1)
            )
        return self._of_resource(name, calls)

    def _of_variable(self, name: str, calls: tuple[str, ...], depth: int) -> Value:
        """Return the value that the call of a module gives to its variable."""
        if not calls:
            return UNKNOWN
        parent, _, _ = self._module_of("".join(calls[:-1]))
        call = parent.module_calls.get(calls[-1].split(".")[1].partition("[")[0])
        expression = {} if call is None else call.expressions.get(name, {})
        if not isinstance(expression, dict):
            return UNKNOWN
        return self._of_references(expression.get("references"), calls[:-1], depth + 1)

    def _of_resource(self, name: str, calls: tuple[str, ...]) -> Value:
        match = _CHAIN.match(name)
        if match is None:
            return UNKNOWN
        data, kind, label, key, attribute = match.groups()
        rows = self._instances.get(f"{''.join(calls)}{data or ''}{kind}.{label}", [])
        chosen = [row for row in rows if row.address.endswith(f"{label}{key}")]
        return chosen[0].values.get(attribute, UNKNOWN) if len(chosen) == 1 else UNKNOWN


_FITTING: Final = {
    "destination_prefix_list_id": ("pl",),
    "egress_only_gateway_id": ("eigw",),
    "gateway_id": ("igw", "vgw", "vpce", "nat"),
    "nat_gateway_id": ("nat",),
    "network_interface_id": ("eni",),
    "prefix_list_ids": ("pl",),
    "security_groups": ("sg",),
    "transit_gateway_id": ("tgw",),
    "vpc_endpoint_id": ("vpce",),
    "vpc_peering_connection_id": ("pcx",),
}
"""The beginnings of ids that an argument takes, in blocks of routes and of rules."""


_KINDS_OF_IDS: Final = {
    **_FITTING,
    **dict.fromkeys(("referenced_security_group_id", "security_group_id", "security_group_ids"), ("sg",)),
    **dict.fromkeys(("route_table_id", "route_table_ids"), ("rtb",)),
    **dict.fromkeys(("subnet_id", "subnet_ids", "subnets"), ("subnet",)),
    "vpc_id": ("vpc",),
}


def _is_of_kind(name: str, value: Value) -> bool:
    """Return whether a value may be that of an argument for ids of one kind.

    The references of ``aws_vpc.a.id == "" ? [aws_subnet.a.id] : []`` are those of its condition too.
    """
    kinds = _KINDS_OF_IDS.get(name)
    values = value if isinstance(value, list) else [value]
    return kinds is None or all(not isinstance(one, str) or not one or one.partition("-")[0] in kinds for one in values)


def _key_of(instance: Instance) -> str:
    key = _KEY.search(instance.address)
    return "" if key is None else key[0]


def _fitting(key: str, value: Value, names: Iterable[Value]) -> Value:
    """Return the only one of several values that fits an argument, in place of an unknown one.

    Terraform prints one list of references for all blocks of an attribute, such as the routes of a table.
    """
    if value is not UNKNOWN and value != [UNKNOWN]:
        return value
    candidates = {name for name in names if isinstance(name, str) and name.partition("-")[0] in _FITTING.get(key, ())}
    if len(candidates) != 1 or UNKNOWN in names:
        return value
    return [*candidates] if isinstance(value, list) else candidates.pop()


def _module_prefix(address: str) -> str:
    """Return the calls at the beginning of an address."""
    end = 0
    while (match := _MODULE.match(address, end)) is not None:
        end = match.end()
    return address[:end]


def references_of(resource: ConfiguredResource, argument: str) -> list[str]:
    """Return the references of an argument, without those that another one continues."""
    expression = resource.expressions.get(argument)
    return list(_longest(expression.get("references") or ())) if isinstance(expression, dict) else []


def _is_absent(expressions: Expressions, name: str) -> bool:
    """Return whether an argument is not written: then the provider's default holds, or AWS's.

    A block may be written by ``dynamic``. A plan's configuration says nothing about it:
    https://github.com/hashicorp/terraform/issues/28346.
    """
    expression = expressions.get(name)
    return name not in _BLOCKS and (expression is None or expression == {"constant_value": None})


def _longest(references: Iterable[str]) -> Iterator[str]:
    """Yield the references that no other one continues: Terraform prints ``x.id`` and ``x``."""
    names = dict.fromkeys(references)
    continued = {name[: match.start()] for name in names for match in _JOINT.finditer(name)} if len(names) > 1 else ()
    for name in names:
        if name not in continued:
            yield name
