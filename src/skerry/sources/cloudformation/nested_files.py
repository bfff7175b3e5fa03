"""The templates of nested stacks, in files next to the template of their parent."""

import os
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from skerry.sources.cloudformation.documents import S3_BYTES, TemplateFault, read_document
from skerry.sources.cloudformation.evaluator import Evaluator
from skerry.sources.cloudformation.loops import Entry
from skerry.sources.cloudformation.template import Template, child_of, template_of, text_of
from skerry.sources.cloudformation.values import PartialText, Remark, SourcePosition, Value, expression_of, reason_of


class NestedFiles:
    """Templates by file, each read once. ``assets``: the file of each asset of the AWS CDK, by its key in a bucket."""

    def __init__(self) -> None:
        self.assets: dict[str, Path] = {}
        self._templates: dict[Path, Template | Remark] = {}

    def template_of(self, parent: Evaluator, entry: Entry, location: Value | None) -> Template | Remark | str:
        """Return the template of a nested stack; a reason if it is not here, a remark for one that cannot be read."""
        folder = Path(parent.template.file).parent
        asset = text_of(child_of(child_of(entry.node, "Metadata"), "aws:asset:path"))
        if asset is not None and (folder / asset).is_file():
            return self.read(folder / asset)
        tail = _tail(location)
        if tail is None:
            return f"its template is not here: {_reason(location)}"
        if PurePosixPath(tail).name in self.assets:
            return self.read(self.assets[PurePosixPath(tail).name])
        if isinstance(location, str) and not urlsplit(location).scheme:
            path = folder / location
            return self.read(path) if path.is_file() else f"its template {location[:120]} is not here"
        beside = _beside(folder, tail)
        if beside is None:
            return f"its template {tail[:120]} is not here"
        node = child_of(child_of(entry.node, "Properties"), "TemplateURL") or entry.key
        parent.note(node, f"the template of {entry.name} is taken from {os.path.normpath(beside)}")
        return self.read(beside)

    def read(self, path: Path) -> Template | Remark:
        """Return the template of a file; a remark with the reason if it has none."""
        if path not in self._templates:
            self._templates[path] = _read(path)
        return self._templates[path]


def _read(path: Path) -> Template | Remark:
    file = os.path.normpath(path)
    if not path.is_file():
        return Remark(SourcePosition(file, 1, 1), "no file" if path.exists() else "no such file")
    try:
        with path.open("rb") as stream:
            data = stream.read(S3_BYTES + 1)
    except OSError as error:
        return Remark(SourcePosition(file, 1, 1), f"cannot be read: {error.strerror}")
    try:
        return template_of(read_document(data, file))
    except TemplateFault as fault:
        return fault.remark


def _reason(location: Value | None) -> str:
    return "it names none" if location is None else reason_of(location) or expression_of(location)


def _tail(location: Value | None) -> str | None:
    """Return the literal end of a location, without a URL's query; None if it has none."""
    if isinstance(location, PartialText):
        location = location.pieces[-1]
    if not isinstance(location, str):
        return None
    return urlsplit(location).path.strip("/") or None


def _beside(folder: Path, tail: str) -> Path | None:
    """Return the file in a folder, or below it, with the longest end of a path of S3."""
    parts = [part for part in PurePosixPath(tail).parts if part != ".."]
    for start in range(len(parts)):
        path = folder.joinpath(*parts[start:])
        if path.is_file():
            return path
    return None
