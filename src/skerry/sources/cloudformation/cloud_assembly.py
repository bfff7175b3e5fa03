"""Assemblies of the AWS CDK: the folder that `cdk synth` writes.

https://docs.aws.amazon.com/cdk/v2/guide/deploy.html: a manifest with stacks, assets and nested assemblies.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from skerry.sources.cloudformation.values import Remark, SourcePosition

_MOST_LEVELS: Final = 10
_MOST_BYTES: Final = 64_000_000
# Values of `cdk synth` without the answers of an account: aws-cdk-lib 2.275, aws-ec2/lib/vpc.js and
# security-group.js, core/lib/stack.js.
_DUMMIES: Final = frozenset(
    [
        *("1.2.3.4/5", "ami-1234", "DUMMY", "dummy1a", "dummy1b", "dummy1c", "p-12345", "p-67890"),
        *("rtb-12345p", "rtb-12345s", "rtb-57890p", "rtb-67890s", "s-12345", "s-67890", "sg-12345678", "vpc-12345"),
    ]
)


class AssemblyStack(msgspec.Struct, frozen=True):
    """A stack of an assembly; ``region`` and ``account`` are None where the stack is not bound to one.

    ``paths``: the path of the construct of each resource, by its logical id. ``dummies``: texts that stand for values
    of the account.
    """

    name: str
    template: Path
    region: str | None
    account: str | None
    paths: Mapping[str, str]
    dummies: frozenset[str]


class Assembly(msgspec.Struct, frozen=True):
    """The stacks of an assembly, and its files by their keys in a bucket."""

    stacks: tuple[AssemblyStack, ...]
    assets: Mapping[str, Path]
    problems: tuple[Remark, ...]
    notes: tuple[Remark, ...]


def is_assembly(path: Path) -> bool:
    """Return whether a path is the folder of an assembly."""
    return (path / "manifest.json").is_file()


def read_assembly(folder: Path) -> Assembly:
    """Return the stacks of an assembly and of those nested in it."""
    stacks: list[AssemblyStack] = []
    assets: dict[str, Path] = {}
    problems: list[Remark] = []
    notes: list[Remark] = []
    for path, manifest in _manifests(folder, problems, 0):
        missing = [item for item in _list(manifest.get("missing")) if isinstance(item, dict)]
        dummies = _dummies_of(missing)
        if missing:
            keys = ", ".join(str(item.get("key"))[:80] for item in missing[:3])
            text = f"cdk synth had no answers of the account ({keys}): run it once with credentials"
            notes.append(Remark(_first(path / "manifest.json"), text))
        for name, artifact in _mapping(manifest.get("artifacts")).items():
            kind, properties = _text(artifact, "type"), _mapping(_mapping(artifact).get("properties"))
            if kind == "aws:cloudformation:stack" and isinstance(properties.get("templateFile"), str):
                stacks.append(_stack(path, name, _mapping(artifact), dummies))
            elif kind == "cdk:asset-manifest" and isinstance(properties.get("file"), str):
                assets |= _assets(path, path / properties["file"], problems)
    return Assembly(tuple(stacks), assets, tuple(problems), tuple(notes))


def _manifests(folder: Path, problems: list[Remark], level: int) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    manifest = _mapping(_read(folder / "manifest.json", problems))
    yield folder, manifest
    for artifact in _mapping(manifest.get("artifacts")).values():
        directory = _mapping(_mapping(artifact).get("properties")).get("directoryName")
        if _text(artifact, "type") == "cdk:cloud-assembly" and isinstance(directory, str):
            if level >= _MOST_LEVELS or not _is_inside(folder, directory):
                text = f"no assembly inside this one: {directory[:120]}"
                problems.append(Remark(_first(folder / "manifest.json"), text))
            else:
                yield from _manifests(folder / directory, problems, level + 1)


def _is_inside(folder: Path, name: str) -> bool:
    """Return whether a name leads to a file below a folder."""
    root = os.path.realpath(folder)
    target = os.path.realpath(folder / name)
    return target != root and os.path.commonpath([root, target]) == root


def _stack(folder: Path, name: str, artifact: Mapping[str, Any], dummies: frozenset[str]) -> AssemblyStack:
    properties = _mapping(artifact.get("properties"))
    environment = _text(artifact, "environment").removeprefix("aws://")
    account, _, region = environment.partition("/")
    metadata = artifact.get("metadata")
    extra = artifact.get("additionalMetadataFile")
    if isinstance(extra, str) and _is_inside(folder, extra):
        metadata = _read(folder / extra, [])
    return AssemblyStack(
        _text(properties, "stackName") or name,
        folder / properties["templateFile"],
        None if not region or region.startswith("unknown") else region,
        None if not account or account.startswith("unknown") else account,
        _paths(_mapping(metadata)),
        dummies,
    )


def _paths(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Return the path of the construct of each logical id."""
    paths: dict[str, str] = {}
    for path, entries in metadata.items():
        for entry in _list(entries):
            data = _mapping(entry).get("data")
            if _text(entry, "type") == "aws:cdk:logicalId" and isinstance(data, str):
                paths[data] = path.removeprefix("/")
    return paths


def _assets(folder: Path, path: Path, problems: list[Remark]) -> dict[str, Path]:
    """Return the templates of a manifest of assets by the last part of their keys."""
    files: dict[str, Path] = {}
    for asset in _mapping(_mapping(_read(path, problems)).get("files")).values():
        source = _mapping(_mapping(asset).get("source"))
        name = source.get("path")
        if source.get("packaging") != "file" or not isinstance(name, str) or not _is_inside(folder, name):
            continue
        for destination in _mapping(_mapping(asset).get("destinations")).values():
            key = _text(destination, "objectKey").rpartition("/")[2]
            if key:
                files[key] = folder / name
    return files


def _dummies_of(missing: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return the texts that stand for missing values; none if nothing is missing."""
    if not missing:
        return frozenset()
    values: list[str] = []
    for item in missing:
        dummy = _mapping(item.get("props")).get("dummyValue")
        values += [text for text in (dummy if isinstance(dummy, list) else [dummy]) if isinstance(text, str)]
    return _DUMMIES | frozenset(values)


def _read(path: Path, problems: list[Remark]) -> Any:  # noqa: ANN401 -- JSON
    try:
        if not path.is_file():
            raise OSError(2, "no such file")  # noqa: TRY301 -- one answer for all that cannot be read
        with path.open("rb") as stream:
            return json.loads(stream.read(_MOST_BYTES))
    except OSError as error:
        problems.append(Remark(_first(path), f"cannot be read: {error.strerror}"))
    except (ValueError, RecursionError):
        problems.append(Remark(_first(path), "no JSON"))
    return None


def _first(path: Path) -> SourcePosition:
    return SourcePosition(os.path.normpath(path), 1, 1)


def _mapping(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 -- JSON
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> Sequence[Any]:  # noqa: ANN401 -- JSON
    return value if isinstance(value, list) else []


def _text(value: Any, key: str) -> str:  # noqa: ANN401 -- JSON
    text = _mapping(value).get(key)
    return text if isinstance(text, str) else ""
