"""The code of a configuration: the places of its resources, and the providers for a test to mock."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from skerry.errors import InputError
from skerry.sources.terraform.configuration import ProviderScope
from skerry.sources.terraform.json_code import blocks_in, may_have_provisioners, resources_in

_HEADER = re.compile(r'^\s*(?:(resource)|(data))\s+"([\w-]+)"\s+"([\w-]+)"', re.MULTILINE)
"""https://developer.hashicorp.com/terraform/language/syntax/configuration: a header is on one line as terraform fmt
writes it."""
_MOST_BYTES: Final = 4 << 20
_VARIABLE = re.compile(r"\$\{var\.([\w-]+)\}")
_REGION_NAME = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
_ACCOUNT = re.compile(r"arn:[\w-]+:iam::(\d{12}):")
_ACCOUNT_ID = re.compile(r"\d{12}")


class Position(NamedTuple):
    """The place of a resource in the code; ``file`` is relative to the folder of the configuration."""

    file: str
    line: int


class Provider(NamedTuple):
    """A provider of the root module, with its alias: each has a mock of its own."""

    name: str
    alias: str | None


def is_code(folder: Path) -> bool:
    """Return whether a folder holds code of Terraform."""
    return any(folder.glob("*.tf")) or any(folder.glob("*.tf.json"))


def positions_of(folder: Path) -> dict[str, Position]:
    """Return the place of each resource, by its address without keys: ``module.network.aws_subnet.private``."""
    places: dict[str, Position] = {}
    for module, place in modules_of(folder).items():
        prefix = "".join(f"module.{name}." for name in module.split(".") if name)
        for file in sorted(_files_in(folder / place)):
            for address, line in resources_in(file) if file.suffix == ".json" else _headers_in(file):
                places.setdefault(f"{prefix}{address}", Position(str(Path(place) / file.name), line))
    return places


def _files_in(folder: Path) -> list[Path]:
    return [*folder.glob("*.tf"), *folder.glob("*.tf.json")]


def modules_of(folder: Path) -> dict[str, str]:
    """Return the folders of modules, as terraform init lists them; the root module has an empty name."""
    try:
        listed = json.loads((folder / ".terraform" / "modules" / "modules.json").read_bytes())
        rows = {str(row["Key"]): str(row["Dir"]) for row in listed["Modules"]}
    except (OSError, ValueError, KeyError, TypeError):
        rows = {}
    return {"": ".", **rows}


def _headers_in(file: Path) -> Iterator[tuple[str, int]]:
    text = _text_of(file)
    for match in _HEADER.finditer(text):
        data = "data." if match[2] else ""
        start = match.start(1) if match[1] else match.start(2)
        yield f"{data}{match[3]}.{match[4]}", text.count("\n", 0, start) + 1


def _text_of(file: Path) -> str:
    if not file.is_file() or file.stat().st_size > _MOST_BYTES:
        return ""
    return file.read_text(encoding="utf-8", errors="replace")


def providers_of(folder: Path, selected: Mapping[str, Any]) -> list[Provider]:
    """Return the providers to mock: those selected by terraform init, with the aliases of the root module.

    Raises `InputError` if the code cannot be read.
    """
    names = {"aws", *(address.rpartition("/")[2] for address in selected)}
    aliases = {Provider(name, str(values["alias"])) for name, values in _blocks(folder) if values.get("alias")}
    return sorted({*(Provider(name, None) for name in names), *aliases}, key=lambda one: (one.name, one.alias or ""))


def scopes_of_providers(folder: Path, words: Iterable[str]) -> dict[str | None, ProviderScope]:
    """Return the Region and the account of AWS's providers in the root module, by alias; None for what is computed.

    ``words`` are those of the command line, such as ``-var=region=eu-west-1``. The account is that of the
    assumed role: https://registry.terraform.io/providers/hashicorp/aws/latest/docs#assuming-an-iam-role.
    """
    given = dict(word.removeprefix("-var=").split("=", 1) for word in words if word.startswith("-var="))
    scopes: dict[str | None, ProviderScope] = {}
    for name, values in _blocks(folder):
        if name != "aws" or not isinstance(values.get("region"), str):
            continue
        alias = values.get("alias")
        region = _text(folder, values["region"], given)
        is_name = region is not None and _REGION_NAME.fullmatch(region)
        scopes[None if alias is None else str(alias)] = ProviderScope(
            region if is_name else None, _account_of(folder, values, given)
        )
    return scopes


def _text(folder: Path, value: str, given: Mapping[str, str]) -> str | None:
    """Return a text, or the value of the variable that it is."""
    match = _VARIABLE.fullmatch(value)
    return value if match is None else given.get(match[1]) or _default_of(folder, match[1])


def _account_of(folder: Path, values: Mapping[str, Any], given: Mapping[str, str]) -> str | None:
    """Return the account of the assumed role of a provider, or its only allowed one."""
    block = values.get("assume_role")
    rows = block if isinstance(block, list) else [block]
    roles = [row["role_arn"] for row in rows if isinstance(row, dict) and isinstance(row.get("role_arn"), str)]
    allowed = values.get("allowed_account_ids")
    match = _ACCOUNT.match(_text(folder, roles[0], given) or "") if len(roles) == 1 else None
    if match is not None:
        return match[1]
    only = str(allowed[0]).strip('"') if isinstance(allowed, list) and len(allowed) == 1 and not roles else ""
    return only if _ACCOUNT_ID.fullmatch(only) else None


def _default_of(folder: Path, variable: str) -> str | None:
    """Return the default of a variable, if it is a text."""
    header = re.compile(rf'variable\s+"{re.escape(variable)}"\s*\{{[^}}]*?\bdefault\s*=\s*"([^"$]*)"')
    for file in sorted(folder.glob("*.tf")):
        match = header.search(_text_of(file))
        if match is not None:
            return match[1]
    defaults = (block.get("default") for file in sorted(folder.glob("*.tf.json"))
                for name, block in blocks_in(file, "variable") if name == variable)  # fmt: skip
    return next((text for text in defaults if isinstance(text, str)), None)


class CodeTypes(NamedTuple):
    """The types of AWS's resources and data sources in the code, those of its modules included."""

    resources: frozenset[str]
    data_sources: frozenset[str]


def types_in(folder: Path) -> CodeTypes:
    """Return the types of AWS's resources and data sources."""
    types: dict[bool, set[str]] = {False: set(), True: set()}
    for address in positions_of(folder):
        *before, kind, _ = address.split(".")
        if kind.startswith("aws_"):
            types[before[-1:] == ["data"]].add(kind)
    return CodeTypes(frozenset(types[False]), frozenset(types[True]))


def has_provisioners(folder: Path) -> bool:
    """Return whether an apply would run a command of the code: https://developer.hashicorp.com/terraform/language/resources/provisioners/syntax."""
    folders = [folder / place for place in modules_of(folder).values()]
    return any(_may_have_provisioners(file) for place in folders for file in place.glob("*.tf*"))


def _may_have_provisioners(file: Path) -> bool:
    """Return whether a file may hold a provisioner: a huge file is not read."""
    if file.suffix == ".json":
        return may_have_provisioners(file)
    if not file.is_file() or file.stat().st_size > _MOST_BYTES:
        return True
    return "provisioner" in file.read_text(encoding="utf-8", errors="replace")


def _blocks(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the provider blocks of the root module."""
    try:
        import hcl2
        from lark.exceptions import LarkError
    except ImportError as error:
        message = "code of Terraform is read with python-hcl2, which is not installed"
        raise InputError(message, "Install skerry with its extra: skerry[terraform]") from error
    options = hcl2.SerializationOptions(strip_string_quotes=True, explicit_blocks=False)
    for file in sorted(folder.glob("*.tf")):
        text = _text_of(file)
        if "provider" not in text:
            continue
        try:
            document = hcl2.loads(text, serialization_options=options)
        except LarkError as error:
            message = f"{file.name} is no code of Terraform that can be read"
            raise InputError(message, "Run terraform validate in its folder.") from error
        for block in document.get("provider", ()):
            yield from ((name, values) for name, values in block.items() if isinstance(values, dict))
    for file in sorted(folder.glob("*.tf.json")):
        yield from blocks_in(file, "provider")
