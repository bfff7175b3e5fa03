"""References of code to resources by their ids: direct ones, and through outputs of modules."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from skerry.sources.terraform.code_blocks import Expression
from skerry.sources.terraform.code_edits import CodeEdits, UneditableCode
from skerry.sources.terraform.code_tree import CodeTree, ModulePath, ResourceAddress, names_of, parse_address

_FIRST_OF: Final = frozenset({"compact", "distinct", "one", "tolist", "toset", "try"})
"""Functions with the value of their first argument, as far as it has one:
https://developer.hashicorp.com/terraform/language/functions/try."""
_SPLAT: Final = re.compile(r"([\w.-]+?)(?:\[\*\]|\.\*)\.(\w+)")
_VALUES: Final = re.compile(r"values\(([\w.-]+)\)(?:\[\*\]|\.\*)\.(\w+)")
_FOR_LIST: Final = re.compile(r"\[for(?:\w+,)?(\w+)in([\w.-]+):\1\.(\w+)\]")
_FOR_MAP: Final = re.compile(r"\{for(\w+),(\w+)in([\w.-]+):\1=>\2\.(\w+)\}")
_OLD_FIRST: Final = re.compile(
    r'(?:element|join)\((?:"",)?(?:concat\()?([\w.-]+)(?:\[\*\]|\.\*)\.(\w+)(?:,\[""\]\))?(?:,0)?\)'
)
_IF_ANY: Final = re.compile(r"length\(([\w.-]+)(?:\[\*\]\.\w+)?\)>0\?\1\[\*\]\.(\w+):.*")
_OUTPUT: Final = re.compile(r'(module\.[\w-]+)((?:\[(?:"[^"]*"|\d+)\])?)\.([\w-]+)')
_SPACES: Final = re.compile(r'\s+(?=(?:[^"]*"[^"]*")*[^"]*$)')
_ID: Final = re.compile(r"[a-z]+(?:-[a-z]+)*-[0-9a-f]{17}|Z[0-9A-F]{17}")
_DEEPEST: Final = 20
"""Local values that lead to one another."""
_PROVIDER: Final = "aws"
_WITH_GROUPS_OF_ENDPOINTS: Final = frozenset(
    {"aws_security_group", "aws_security_group_rule", "aws_vpc_endpoint", "aws_vpc_endpoint_security_group_association"}
    | {"aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule"}
)
"""Types of resources that give a group to endpoints alone, or only name it in rules."""
_FILE_OF_OUTPUTS: Final = "outputs.tf"
_SERVICE_NAME: Final = re.compile(r'"com\.amazonaws\.(\$\{(?:var|local|data)\.[\w.-]+\}|[a-z0-9-]+)\.[^"]+"')


class _Wanted(NamedTuple):
    """An attribute of an instance."""

    address: ResourceAddress
    attribute: str

    @property
    def direct(self) -> str:
        """The reference in its own module."""
        return f"{self.address.resource}{self.address.key}.{self.attribute}"


class CodeReferences:
    """The references of one folder of code; ``addresses`` are those of its resources, by id.

    ``has_existing``: a resource outside the code exists, and its id is a value.
    """

    def __init__(self, tree: CodeTree, addresses: Mapping[str, str], *, has_existing: bool = False) -> None:
        self.tree = tree
        self._has_existing = has_existing
        self._addresses = addresses
        self._instances: dict[tuple[ModulePath, str], set[str]] = {}
        for text in addresses.values():
            try:
                address = parse_address(text)
            except UneditableCode:
                continue
            if not address.attribute:
                self._instances.setdefault((address.module, address.resource), set()).add(address.key)

    def address_of(self, resource: str) -> ResourceAddress:
        """Return the address of a resource. Raises `UneditableCode` if it is not in this code."""
        if resource not in self._addresses:
            raise UneditableCode(f"{resource} is not in this code")
        return parse_address(self._addresses[resource])

    def is_of_code(self, resource: str) -> bool:
        """Return whether the code has a resource."""
        return resource in self._addresses

    def common_module(self, resources: Iterable[str]) -> ModulePath:
        """Return the innermost module of the user with all resources, in itself or in modules below it."""
        paths = [self.address_of(one).module for one in resources if one in self._addresses]
        common = paths[0] if paths else ()
        for path in paths:
            while path[: len(common)] != common:
                common = common[:-1]
        while (common and not self.tree.is_editable(common)) or (common and self._is_called_again(common)):
            common = common[:-1]
        return common

    def _is_called_again(self, module: ModulePath) -> bool:
        """Return whether the code of a module has a second instance: new resources of it would be in both."""
        folder = self.tree.folder_of(module)
        modules = {path[:length] for path, _ in self._instances for length in range(1, len(path) + 1)}
        return any(one != module and self.tree.is_local(one) and self.tree.folder_of(one) == folder for one in modules)

    def is_only_of_endpoints(self, group: str) -> bool:
        """Return whether the code gives a security group to VPC endpoints alone: a rule of it opens nothing else."""
        if not self.is_of_code(group):
            return False
        address = self.address_of(group)
        if address.attribute or not address.resource.startswith("aws_security_group."):
            return False
        if not self.tree.is_local(address.module):
            return False
        try:
            kinds = list(self.tree.blocks_naming(address.module, address.resource))
        except UneditableCode:
            return False
        return bool(kinds) and all(kind in _WITH_GROUPS_OF_ENDPOINTS for kind in kinds)

    def instances_of(self, address: ResourceAddress) -> set[ResourceAddress]:
        """Return all instances of the block of a resource: of ``count``, and of each call of its module's folder."""
        folder = self.tree.folder_of(address.module)
        return {
            ResourceAddress(module, resource, key)
            for (module, resource), keys in self._instances.items()
            if resource == address.resource and self.tree.folder_of(module) == folder
            for key in keys
        }

    def instances_of_call(self, module: ModulePath) -> set[ModulePath]:
        """Return all instances of the block that calls a module."""
        parent, name = self.tree.folder_of(module[:-1]), names_of(module)[-1]
        paths = {path[: len(module)] for path, _ in self._instances if len(path) >= len(module)}
        return {one for one in paths if names_of(one)[-1] == name and self.tree.folder_of(one[:-1]) == parent}

    def region_expression(self, at: ModulePath, region: str | None) -> str | None:
        """Return what a module writes in the place of the Region of a service's name; None for its name itself."""
        for one in self.tree.blocks(at, "aws_vpc_endpoint"):
            match = _SERVICE_NAME.fullmatch(one.text_of("service_name") or "")
            if match is not None:
                return None if match[1].strip("${}") == region else match[1][2:-1].strip()
        for source in self.tree.data_sources(at, "aws_region"):
            if not source.block.attributes:
                return f"data.aws_region.{source.block.labels[1]}.name"
        return None

    def meta_arguments(self, resource: str, at: ModulePath) -> dict[str, str]:
        """Return the provider and the Region of a resource, as a module above its own writes them.

        https://developer.hashicorp.com/terraform/language/meta-arguments/module-providers
        """
        address = self.address_of(resource)
        written = self.tree.resource(address)
        provider = (written.text_of("provider") or _PROVIDER).strip('"')
        for length in range(len(address.module), len(at), -1):
            call = self.tree.call(address.module[:length])
            passed = call.block.attributes.get("providers")
            if passed is not None:
                if provider not in passed.value.entries:
                    raise UneditableCode(f"{call.place} passes no provider {provider}")
                provider = call.file.edits.text_of(passed.value.entries[provider])
            elif provider != _PROVIDER:
                raise UneditableCode(f"{call.place} passes no provider {provider}")
        region = written.text_of("region")
        if region is not None and address.module != at and region[:1] != '"':
            raise UneditableCode(f"the Region of {address.resource} is {region}")
        arguments = {"provider": provider} if provider != _PROVIDER else {}
        return arguments if region is None else {**arguments, "region": region}

    def named(self, text: str) -> str:
        """Return a text with addresses in place of ids."""
        return _ID.sub(self._named, text)

    def _named(self, match: re.Match[str]) -> str:
        """Return the address of an id, which may stand behind other words: ``endpoints-vpc-…``."""
        words = match[0].split("-")
        for start in range(len(words) - 1):
            address = self._addresses.get("-".join(words[start:]))
            if address is not None:
                return "-".join([*words[:start], address])
        return match[0]

    # ------------------------------------------------------------------------------------------------------ references

    def one(self, resource: str, at: ModulePath, attribute: str = "id", *, may_add: bool = True) -> str:
        """Return the reference from a module to an attribute of a resource.

        ``may_add``: an output is added to a module of the user that has none for it.
        """
        if resource not in self._addresses and self._has_existing:
            return quoted(resource)
        address = self.address_of(resource)
        return self._one(_Wanted(address, address.attribute or attribute), at, may_add=may_add)

    def many(self, resources: Sequence[str], at: ModulePath, attribute: str = "id", *, may_add: bool = True) -> str:
        """Return the list of an attribute of resources; all instances of a resource are one expression."""
        others = [one for one in resources if one not in self._addresses]
        if others:
            return f"[{', '.join(self.one(one, at, attribute, may_add=may_add) for one in resources)}]"
        groups: dict[tuple[ModulePath, str], list[_Wanted]] = {}
        for resource in resources:
            address = self.address_of(resource)
            wanted = _Wanted(address, address.attribute or attribute)
            groups.setdefault((address.module, address.resource), []).append(wanted)
        parts: list[tuple[bool, str]] = []
        for (module, resource), rows in groups.items():
            whole = self._whole(module, resource, rows, at, may_add=may_add)
            parts += (
                [(False, self._one(one, at, may_add=may_add)) for one in rows] if whole is None else [(True, whole)]
            )
        if not any(is_list for is_list, _ in parts):
            return f"[{', '.join(text for _, text in parts)}]"
        lists = [text if is_list else f"[{text}]" for is_list, text in parts]
        return lists[0] if len(lists) == 1 else f"concat({', '.join(lists)})"

    def _whole(
        self, module: ModulePath, resource: str, rows: Sequence[_Wanted], at: ModulePath, *, may_add: bool
    ) -> str | None:
        """Return an expression for all instances of a resource; None if some are not wanted, or it has only one."""
        keys = self._instances[module, resource]
        attributes = {one.attribute for one in rows}
        if keys != {one.address.key for one in rows} or len(attributes) != 1 or keys == {""}:
            return None
        attribute = attributes.pop()
        splat = _splat(resource, keys, attribute)
        if module == at:
            return splat
        for name, exposed in self._exposed(module[: len(at) + 1]).items():
            if exposed.is_list and exposed.items == (f"{resource}[*].{attribute}",) and len(module) == len(at) + 1:
                return f"{module[len(at)]}.{name}"
        if len(module) == len(at) + 1 and self.tree.is_editable(module) and may_add:
            return f"{module[len(at)]}.{self._add_output(module, resource, attribute, splat, is_list=True)}"
        return None

    def _one(self, wanted: _Wanted, at: ModulePath, *, may_add: bool) -> str:
        module = wanted.address.module
        if module == at:
            return wanted.direct
        if module[: len(at)] != at:
            raise UneditableCode(f"{wanted.address.resource} is in another module")
        inner = module[: len(at) + 1]
        reference = self._through_output(wanted, inner)
        if reference is None and may_add and self.tree.is_editable(inner):
            value = self._one(wanted, inner, may_add=may_add)
            reference = self._add_output(inner, wanted.address.resource, wanted.attribute, value, is_list=False)
        if reference is None:
            raise UneditableCode(f"no output of {inner[-1]} is {wanted.direct}")
        return f"{inner[-1]}.{reference}"

    def _through_output(self, wanted: _Wanted, module: ModulePath) -> str | None:
        """Return the output of a module that is an attribute, with its index or key; None if there is none."""
        address, key = wanted.address, wanted.address.key
        for name, exposed in self._exposed(module).items():
            if len(module) < len(address.module):
                inner = self._deeper(wanted, module, exposed)
                if inner is not None:
                    return f"{name}{inner}"
                continue
            if not exposed.is_list and exposed.items == (wanted.direct,):
                return name
            if exposed.items == (f"{address.resource}{key}",) and not exposed.is_list:
                return f"{name}.{wanted.attribute}"
            if exposed.items == (f"{address.resource}[*].{wanted.attribute}",) and key:
                is_fitting = exposed.is_list if key[1].isdigit() else exposed.is_map
                if is_fitting:
                    return f"{name}{key}"
            if exposed.is_list and wanted.direct in exposed.items:
                return f"{name}[{exposed.items.index(wanted.direct)}]"
        return None

    def _deeper(self, wanted: _Wanted, module: ModulePath, exposed: "_Exposed") -> str | None:
        """Return the index of an attribute in an output that passes on one of an inner module."""
        match = _OUTPUT.fullmatch(exposed.items[0]) if len(exposed.items) == 1 else None
        inner = wanted.address.module[: len(module) + 1]
        if match is None or f"{match[1]}{match[2]}" != inner[-1]:
            return None
        reference = self._through_output(wanted, inner)
        if reference is None or not re.match(rf"{re.escape(match[3])}(?![\w-])", reference):
            return None
        return reference.removeprefix(match[3])

    def _exposed(self, module: ModulePath) -> dict[str, "_Exposed"]:
        locals_of: Mapping[str, tuple[CodeEdits, Expression]] | None = None
        rows = {}
        for name, (edits, value) in self.tree.outputs(module).items():
            exposed = _exposed_by(edits, value)
            for _ in range(_DEEPEST):
                if len(exposed.items) != 1 or not exposed.items[0].startswith("local."):
                    break
                locals_of = self.tree.locals(module) if locals_of is None else locals_of
                place = locals_of.get(exposed.items[0].removeprefix("local."))
                exposed = _Exposed() if place is None else _exposed_by(*place)
            rows[name] = exposed
        return rows

    def _add_output(self, module: ModulePath, resource: str, attribute: str, value: str, *, is_list: bool) -> str:
        """Add an output to a module of the user, and return its name."""
        kind, label = resource.removeprefix("data.").split(".")
        name = f"{label}_{kind.removeprefix('aws_')}_{attribute}{'s' if is_list else ''}".replace("-", "_")
        taken, number, free = self.tree.outputs(module), 2, name
        while free in taken:
            free, number = f"{name}_{number}", number + 1
        file = self.tree.file(module, _FILE_OF_OUTPUTS)
        file.require_editable()
        what = f"The {attribute} of {'each ' if is_list else ''}{resource}."
        file.edits.add_block(f'output "{free}" {{\n  description = "{what}"\n  value       = {value}\n}}\n')
        return free


def quoted(text: str) -> str:
    """Return an id of AWS as a value; nothing in it is an expression."""
    if not re.fullmatch(r"[\w:/.-]+", text):
        raise UneditableCode(f"{text} is no id of AWS")
    return f'"{text}"'


def _splat(resource: str, keys: Iterable[str], attribute: str) -> str:
    """Return the attributes of all instances: https://developer.hashicorp.com/terraform/language/expressions/splat."""
    is_counted = all(key[1:2].isdigit() for key in keys)
    return f"{resource}[*].{attribute}" if is_counted else f"values({resource})[*].{attribute}"


class _Exposed(NamedTuple):
    """The value of an output: references, and whether it is a list or a map of them."""

    items: tuple[str, ...] = ("",)
    is_list: bool = False
    is_map: bool = False


def _exposed_by(edits: CodeEdits, value: Expression) -> _Exposed:
    """Return the references of an output's expression, as far as its form is a common one."""
    is_first = False
    while value.form == "function_call" and value.function in _FIRST_OF and value.elements:
        is_first = is_first or value.function == "one"
        value = value.elements[0]
    if value.form == "tuple":
        return _Exposed(tuple(_SPACES.sub("", edits.text_of(one)) for one in value.elements), is_list=True)
    text = _SPACES.sub("", edits.text_of(value))
    for pattern in (_SPLAT, _VALUES):
        if (match := pattern.fullmatch(text)) is not None:
            return _Exposed((f"{match[1]}[0].{match[2]}",)) if is_first else _all_of(match[1], match[2])
    # A resource with instances takes the first branch.
    if (match := _IF_ANY.fullmatch(text)) is not None:
        return _all_of(match[1], match[2])
    if (match := _FOR_LIST.fullmatch(text)) is not None:
        return _all_of(match[2], match[3])
    if (match := _FOR_MAP.fullmatch(text)) is not None:
        return _all_of(match[3], match[4])._replace(is_list=False, is_map=True)
    if (match := _OLD_FIRST.fullmatch(text)) is not None:
        return _Exposed((f"{match[1]}[0].{match[2]}",))
    return _Exposed((text,))


def _all_of(resource: str, attribute: str) -> _Exposed:
    return _Exposed((f"{resource}[*].{attribute}",), is_list=True)
