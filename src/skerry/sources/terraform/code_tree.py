"""The modules of an initialised folder as written: their files, calls and outputs, and the block of each resource."""

import os
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from skerry.errors import InputError
from skerry.sources.terraform.code import modules_of, positions_of
from skerry.sources.terraform.code_blocks import CodeBlock, Expression
from skerry.sources.terraform.code_edits import CodeEdits, UneditableCode

_KEY: Final = r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]'
_CALL: Final = re.compile(rf"(module\.[\w-]+)({_KEY})?\.?")
_RESOURCE: Final = re.compile(rf"((?:data\.)?\w+\.[\w-]+)((?:{_KEY})?)(?:\.(\w+))?")
_EXPRESSION: Final = re.compile(r"(?<!\$)(?:\$\$)*\$\{|(?<!%)(?:%%)*%\{|[\x00-\x1f\x7f]")
_QUOTED: Final = re.compile(r'"\$\{([^{}"]*)\}"')
_LOCALS: Final = re.compile(r"^\s*locals\s*\{", re.MULTILINE)
_DOWNLOADED: Final = ".terraform"
_OVERRIDES: Final = ("override.tf", "_override.tf")
_MOST_BYTES: Final = 4 << 20

ModulePath = tuple[str, ...]
"""The calls that lead to an instance of a module, with their keys: ``('module.network["a"]', "module.vpc")``."""


class ResourceAddress(NamedTuple):
    """The parts of an address: ``module.network.aws_subnet.private[0]``; ``attribute`` names what AWS makes with it."""

    module: ModulePath
    resource: str
    key: str = ""
    attribute: str = ""


def parse_address(address: str) -> ResourceAddress:
    """Return the parts of an address. Raises `UneditableCode` for what is no address, or would be an expression.

    Terraform escapes the keys that it prints; a forged plan may not.
    """
    if _EXPRESSION.search(address):
        raise UneditableCode("its address is no plain one")
    calls = []
    while (match := _CALL.match(address)) is not None:
        calls.append(match[1] + (match[2] or ""))
        address = address[match.end() :]
    parts = _RESOURCE.fullmatch(address)
    if parts is None:
        raise UneditableCode(f"{address} is no address of code")
    return ResourceAddress(tuple(calls), parts[1], parts[2], parts[3] or "")


def names_of(module: ModulePath) -> tuple[str, ...]:
    """Return the names of the calls of a module without their keys."""
    return tuple(re.sub(rf"{_KEY}$", "", call).removeprefix("module.") for call in module)


class WrittenBlock(NamedTuple):
    """A block of the code: its file, and its place there."""

    file: "CodeFile"
    block: CodeBlock

    @property
    def place(self) -> str:
        """The file and the line."""
        return f"{self.file.name}:{self.file.edits.line_of(self.block)}"

    def text_of(self, name: str) -> str | None:
        """Return the text of an argument, without the quotes of Terraform 0.11; None if it is absent."""
        attribute = self.block.attributes.get(name)
        text = None if attribute is None else self.file.edits.text_of(attribute.value)
        match = None if text is None else _QUOTED.fullmatch(text)
        return text if match is None else match[1].strip()


class CodeFile(msgspec.Struct, frozen=True, dict=True):
    """A file of code; ``refusal`` says why it cannot be edited."""

    path: Path
    name: str
    refusal: str | None = None

    @cached_property
    def edits(self) -> CodeEdits:
        """The edits of the file. Raises `UneditableCode` if it cannot be read."""
        try:
            is_huge = self.path.exists() and self.path.stat().st_size > _MOST_BYTES
            text = "" if not self.path.exists() or is_huge else self.path.read_bytes().decode()
            if is_huge:
                raise UneditableCode(f"{self.name} is too large")
            return CodeEdits(self.name, text)
        except (OSError, UnicodeDecodeError, InputError) as error:
            raise UneditableCode(f"{self.name} cannot be read") from error

    @property
    def is_edited(self) -> bool:
        """Whether the file has edits."""
        return "edits" in vars(self) and self.edits.result != self.edits.before

    def require_editable(self) -> None:
        """Raise `UneditableCode` if the file cannot be edited."""
        if self.refusal is not None:
            raise UneditableCode(self.refusal)


class CodeTree:
    """The code of a folder. ``base`` is the folder in which files may be edited; names of files are relative to it.

    ``files`` are shared with other folders: several may call one module.
    """

    def __init__(self, folder: Path, base: Path, files: "dict[str, CodeFile] | None" = None) -> None:
        self.folder = folder
        self._base = base
        self._places = {tuple(name.split(".")) if name else (): place for name, place in modules_of(folder).items()}
        self._labels: dict[str, set[str]] = {}
        self._files: dict[str, CodeFile] = {} if files is None else files

    def edited_files(self) -> list[CodeFile]:
        """Return the files with edits."""
        return [file for file in self._files.values() if file.is_edited]

    def is_local(self, module: ModulePath) -> bool:
        """Return whether the code of a module is the user's own, and no download of terraform init."""
        place = self._places.get(names_of(module))
        return place is not None and _DOWNLOADED not in Path(place).parts

    def is_editable(self, module: ModulePath) -> bool:
        """Return whether files of a module may be edited: the user's own ones, in the folder of the edits."""
        if not self.is_local(module):
            return False
        folder = os.path.realpath(self.folder_of(module))
        return Path(folder).is_relative_to(os.path.realpath(self._base))

    def folder_of(self, module: ModulePath) -> str:
        """Return the folder of a module. Raises `UneditableCode` if terraform init does not list it."""
        place = self._places.get(names_of(module))
        if place is None:
            raise UneditableCode(f"the folder of {'.'.join(module)} is not known")
        return os.path.normpath(self.folder / place)

    def file(self, module: ModulePath, name: str) -> CodeFile:
        """Return a file of a module, which may not exist yet."""
        return self._file(Path(self.folder_of(module)) / name, is_local=self.is_local(module))

    def _file(self, path: Path, *, is_local: bool) -> CodeFile:
        key = os.path.join(os.path.realpath(path.parent), path.name)  # noqa: PTH118 -- a link stays one
        if key not in self._files:
            name = os.path.relpath(os.path.realpath(path.parent), os.path.realpath(self._base))
            name = os.path.normpath(os.path.join(name, path.name))  # noqa: PTH118 -- a relative name
            self._files[key] = CodeFile(Path(key), name, self._refusal(path, name, is_local=is_local))
        return self._files[key]

    def _refusal(self, path: Path, name: str, *, is_local: bool) -> str | None:
        if not is_local:
            return f"{path.parent.name} is a downloaded module, and an edit of it would be lost"
        if name.startswith(os.pardir):
            return f"{name} is outside of {self._base.resolve().name}"
        if not name.isprintable() or '"' in name or "\\" in name:
            return f"the name {name!r} is none that a patch can hold"
        return f"{name} is a symbolic link" if path.is_symlink() else None

    # ---------------------------------------------------------------------------------------------------------- blocks

    @cached_property
    def _positions(self) -> Mapping[str, str]:
        return {address: position.file for address, position in positions_of(self.folder).items()}

    def resource(self, address: ResourceAddress) -> WrittenBlock:
        """Return the block of a resource. Raises `UneditableCode` if no file of HCL has it, or several do."""
        names = names_of(address.module)
        file = self._positions.get("".join(f"module.{name}." for name in names) + address.resource)
        kind, label = address.resource.removeprefix("data.").split(".")
        mode = "data" if address.resource.startswith("data.") else "resource"
        if file is None or file.endswith(".json"):
            name = "" if file is None else Path(file).name
            why = (
                f"it is written in {name}, and only files of HCL are edited" if name else "its block is not in the code"
            )
            raise UneditableCode(why)
        every = list(self._blocks(address.module, mode, kind, label))
        if any(one.file.path.name.endswith(_OVERRIDES) for one in every):
            raise UneditableCode(f"{address.resource} is overridden in {every[0].file.path.name}")
        if len(every) != 1:
            raise UneditableCode(f"{address.resource} is not in {file}")
        return every[0]

    def blocks(self, module: ModulePath, kind: str) -> Iterator[WrittenBlock]:
        """Yield the blocks of a type of resources in a module."""
        yield from self._blocks(module, "resource", kind, None)

    def blocks_naming(self, module: ModulePath, resource: str) -> Iterator[str]:
        """Yield the type of each resource that names a resource of its module; of other blocks, the type of block."""
        name = re.compile(rf"(?<![\w.-]){re.escape(resource)}(?![\w-])")
        folder = Path(self.folder_of(module))
        for path in sorted(folder.glob("*.tf.json")):
            yield path.name
        for path in sorted(folder.glob("*.tf")):
            edits = self._file(path, is_local=self.is_local(module)).edits
            for block in edits.blocks:
                if name.search(edits.text_of(block)) is not None:
                    yield block.labels[0] if block.type == "resource" else block.type

    def data_sources(self, module: ModulePath, kind: str) -> Iterator[WrittenBlock]:
        """Yield the data sources of a type in a module."""
        yield from self._blocks(module, "data", kind, None)

    def call(self, module: ModulePath) -> WrittenBlock:
        """Return the block that calls a module."""
        *parent, _ = module
        name = names_of(module)[-1]
        every = list(self._blocks(tuple(parent), "module", name, None))
        if len(every) != 1:
            raise UneditableCode(f"the call of module.{name} is in no file of HCL, or overridden")
        return every[0]

    def outputs(self, module: ModulePath) -> Mapping[str, tuple[CodeEdits, Expression]]:
        """Return the outputs of a module: the edits of their file, and the expression of each."""
        return {
            one.block.labels[0]: (one.file.edits, one.block.attributes["value"].value)
            for one in self._blocks(module, "output", None, None)
            if "value" in one.block.attributes
        }

    def locals(self, module: ModulePath) -> Mapping[str, tuple[CodeEdits, Expression]]:
        """Return the local values of a module: the edits of their file, and the expression of each."""
        return {
            name: (one.file.edits, attribute.value)
            for one in self._blocks(module, "locals", None, None, header=_LOCALS)
            for name, attribute in one.block.attributes.items()
        }

    def labels(self, module: ModulePath) -> set[str]:
        """Return the addresses of all resources of a module, without those of modules that it calls.

        The set is that of all edits of the folder: new labels are added to it.
        """
        folder = self.folder_of(module)
        if folder not in self._labels:
            self._labels[folder] = self._written_labels(module)
        return self._labels[folder]

    def _written_labels(self, module: ModulePath) -> set[str]:
        prefix = "".join(f"module.{name}." for name in names_of(module))
        local = {address.removeprefix(prefix) for address in self._positions if address.startswith(prefix)}
        return {address for address in local if not address.startswith("module.")}

    def _blocks(
        self,
        module: ModulePath,
        kind: str,
        first: str | None,
        second: str | None,
        header: "re.Pattern[str] | None" = None,
    ) -> Iterator[WrittenBlock]:
        label = '[^"]*' if first is None else re.escape(first)
        more = "" if second is None else rf'\s+"{re.escape(second)}"'
        header = header or re.compile(rf'^\s*{kind}\s+"{label}"{more}', re.MULTILINE)
        folder = Path(self.folder_of(module))
        for path in sorted(folder.glob("*.tf")):
            if not path.is_file() or path.stat().st_size > _MOST_BYTES:
                continue
            if header.search(path.read_text(encoding="utf-8", errors="replace")) is None:
                continue
            file = self._file(path, is_local=self.is_local(module))
            for block in file.edits.blocks:
                if block.type == kind and first in (None, *block.labels[:1]) and second in (None, *block.labels[1:]):
                    yield WrittenBlock(file, block)
