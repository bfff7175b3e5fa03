"""Write the JSON Schemas of all documents, and the tables of docs/json.md; with --check, only compare them."""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, get_args

import msgspec

from skerry.plan.changes import Change, Rule
from skerry.render.applied_json import ApplyOut, UndoOut
from skerry.render.check import CheckResultOut
from skerry.render.costs_json import CostReportOut, CrashLoopOut
from skerry.render.explanations import CatalogueDocument, ExplainDocument
from skerry.render.json import DiagnosisOut, TraceDocument
from skerry.render.json_triage import BaselineOut
from skerry.render.map_json import MapOut
from skerry.render.nat_exit_json import NatExitOut
from skerry.render.plan_json import PlanOut
from skerry.render.rehearsal import RehearsalOut
from skerry.render.report_json import ReportOut
from skerry.sources.snapshots import Manifest
from skerry.verdicts import Verdict

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "src" / "skerry" / "data" / "schemas"
PAGE = ROOT / "docs" / "json.md"
CONTRACT = ROOT / "tests" / "render" / "json_version_1.txt"
_TABLES = re.compile(r"(?<=<!-- documents -->\n).*?(?=<!-- /documents -->)", re.DOTALL)
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REF = "#/$defs/"
_VERDICTS = frozenset({"verdict", "before", "after", "predicted", "packets"})
_AS_OBJECTS = ("policy", "statement")

Json = dict[str, Any]


class Document(NamedTuple):
    """A document: its shape, and the name of what holds it."""

    shape: type[msgspec.Struct]
    title: str
    version: int = 1


DOCUMENTS = {
    "diagnose": Document(DiagnosisOut, "skerry diagnose --format json"),
    "draw": Document(MapOut, "skerry draw --format json"),
    "trace": Document(TraceDocument, "skerry trace --format json"),
    "plan": Document(PlanOut, "skerry plan --format json"),
    "report": Document(ReportOut, "skerry report --format json"),
    "apply": Document(ApplyOut, "skerry apply --format json"),
    "undo": Document(UndoOut, "skerry undo --format json"),
    "cost": Document(CostReportOut, "skerry cost --format json"),
    "cost-crash-loop": Document(CrashLoopOut, "skerry cost --crash-loop --format json"),
    "nat-exit": Document(NatExitOut, "skerry nat-exit --format json"),
    "rehearse": Document(RehearsalOut, "skerry rehearse --format json"),
    "explain": Document(ExplainDocument, "skerry explain --format json"),
    "explain-list": Document(CatalogueDocument, "skerry explain --list --format json"),
    "check": Document(CheckResultOut, "skerry check --format json"),
    "baseline": Document(BaselineOut, "skerry check --write-baseline FILE"),
    "snapshot": Document(Manifest, "snapshot.json of skerry snapshot"),
}


@cache
def descriptions() -> dict[str, dict[str, str]]:
    """Return the meanings of fields, by the type's name."""
    return tomllib.loads((ROOT / "scripts" / "json_fields.toml").read_text(encoding="utf-8"))


def description_of(kind: str, field: str) -> str:
    """Return the meaning of a field. Raises `KeyError` where nobody has written it down."""
    table = descriptions()
    return table.get(kind, {}).get(field) or table["any"][field]


def schema_of(name: str) -> Json:
    """Return the JSON Schema of a document.

    Objects may have more properties than it lists, as versions add some.
    """
    document = DOCUMENTS[name]
    raw = msgspec.json.schema(document.shape)
    definitions: Json = {}
    for key, value in raw["$defs"].items():
        definitions[_name_of(key)] = _definition(_name_of(key), value, optional=document.shape is Manifest)
    if document.shape in {PlanOut, NatExitOut, ReportOut}:
        definitions |= _details()
        definitions["Change"]["allOf"] = [_condition(change) for change in get_args(Change)]
    return {
        "$schema": _DIALECT,
        "title": f"{document.title}, version {document.version}",
        "$ref": _REF + _name_of(document.shape.__name__),
        "$defs": dict(sorted(definitions.items())),
    }


def _name_of(key: str) -> str:
    """Return the published name of a type."""
    return "SecurityGroupRule" if key == Rule.__name__ else key.removesuffix("Out")


def _definition(kind: str, raw: Json, *, optional: bool) -> Json:
    """Return the schema of one type, with the meaning of each field.

    All fields are required, as they are always written. ``optional``: those with a default are not.
    """
    properties = {field: _property(kind, field, value) for field, value in raw["properties"].items()}
    required = raw["required"] if optional else list(properties)
    meaning = " ".join(raw["description"].replace("``", "`").split())
    return {"type": "object", "description": meaning, "properties": properties, "required": required}


def _property(kind: str, field: str, raw: Json) -> Json:
    shape = _renamed({key: value for key, value in raw.items() if key != "default"})
    if field.lower() == "version":
        shape = {"const": 1}
    if field in _VERDICTS:
        verdicts: list[str | None] = [str(verdict) for verdict in Verdict]
        shape = {"enum": [*verdicts, None] if "anyOf" in shape else verdicts}
    return {"description": description_of(kind, field), **shape}


def _renamed(node: Any) -> Any:
    """Return a schema whose references have the published names."""
    if isinstance(node, dict):
        return {
            key: _REF + _name_of(value.removeprefix(_REF)) if key == "$ref" else _renamed(value)
            for key, value in node.items()
        }
    return [_renamed(item) for item in node] if isinstance(node, list) else node


def _details() -> Json:
    """Return the schema of the details of each kind of change."""
    _, components = msgspec.json.schema_components(get_args(Change), ref_template=_REF + "{name}")
    definitions = {}
    for name, raw in components.items():
        fields = {field: value for field, value in raw["properties"].items() if field != "type"}
        if "policy" in fields:
            fields["policy_document"] = fields["policy"]
        for field in _AS_OBJECTS:
            if field in fields:
                null = "anyOf" in fields[field]
                fields[field] = {"anyOf": [{"type": "object"}, {"type": "null"}]} if null else {"type": "object"}
        if name in {"CreateInterfaceEndpoint", "CreateGatewayEndpoint"}:
            fields["service"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}
        definitions[_name_of(name)] = _definition("Details", raw | {"properties": fields}, optional=False)
    return definitions


def _condition(change: type[msgspec.Struct]) -> Json:
    """Return the rule that the kind of a change decides the fields of its details."""
    return {
        "if": {"properties": {"kind": {"const": change.__struct_config__.tag}}},
        "then": {"properties": {"details": {"$ref": _REF + change.__name__}}},
    }


def tables() -> str:
    """Return the tables of all documents, each type once, as Markdown."""
    lines: list[str] = []
    described: set[str] = set()
    for name, document in DOCUMENTS.items():
        schema = schema_of(name)
        lines += ["", f"### {document.title.removesuffix(' --format json')}", ""]
        lines += [f"Version {document.version}: [JSON Schema](../src/skerry/data/schemas/{file_name(name)})."]
        first = schema["$ref"].removeprefix(_REF)
        for kind in _in_order(schema, first):
            if kind not in described:
                described.add(kind)
                lines += _table(kind, schema["$defs"][kind])
    return "\n".join([*lines, "", ""])


def _in_order(schema: Json, first: str) -> list[str]:
    """Return the names of the types as a reader meets them."""
    order: dict[str, None] = {}

    def visit(kind: str) -> None:
        if kind not in order:
            order[kind] = None
            for inner in re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema["$defs"][kind])):
                visit(inner)

    visit(first)
    return list(order)


def _table(kind: str, definition: Json) -> Iterator[str]:
    yield from ["", f"#### {kind}", "", definition["description"], ""]
    yield from ["| field | type | meaning |", "| --- | --- | --- |"]
    for field, shape in definition["properties"].items():
        yield f"| `{field}` | {type_of(shape)} | {shape['description']} |"
    if "allOf" in definition:
        yield from ["", "| kind | details |", "| --- | --- |"]
        for rule in definition["allOf"]:
            details = rule["then"]["properties"]["details"]
            yield f"| `{rule['if']['properties']['kind']['const']}` | {type_of(details)} |"


def type_of(shape: Json) -> str:
    """Return the type of a field in words."""
    match shape:
        case {"$ref": ref}:
            kind = ref.removeprefix(_REF)
            return f"[{kind}](#{kind.lower()})"
        case {"anyOf": [inner, {"type": "null"}]} | {"anyOf": [{"type": "null"}, inner]}:
            return f"{type_of(inner)} or null"
        case {"type": "array", "items": dict() as items}:
            return f"array of {type_of(items)}"
        case {"enum": values}:
            return "verdict or null" if None in values else "verdict" if "ok" in values else "string"
        case {"const": value}:
            return f"`{value}`"
        case {"type": str() as name}:
            return name
        case _:
            raise LookupError(shape)


def file_name(name: str) -> str:
    """Return the name of a schema's file."""
    return f"{name}-v{DOCUMENTS[name].version}.json"


def contract() -> list[str]:
    """Return the fields of all documents with their types, a line each."""
    return [
        f"{document} {kind}.{field}: {type_of(shape)}"
        for document in DOCUMENTS
        for kind, definition in schema_of(document)["$defs"].items()
        for field, shape in definition["properties"].items()
    ]


def unused_descriptions() -> list[str]:
    """Return the meanings of fields that no document has."""
    definitions = [pair for name in DOCUMENTS for pair in schema_of(name)["$defs"].items()]
    changes = {change.__name__ for change in get_args(Change)}
    fields = {(kind, field) for kind, definition in definitions for field in definition["properties"]}
    fields |= {("Details", field) for kind, field in fields if kind in changes}
    fields |= {("Details", field) for field in schema_of("plan")["$defs"]["SecurityGroupRule"]["properties"]}
    fields |= {("any", field) for _, field in fields}
    return [
        f"{kind}.{field}" for kind, table in descriptions().items() for field in table if (kind, field) not in fields
    ]


def main() -> int:
    """Write the schemas and the page, or compare them."""
    if unused := unused_descriptions():
        print(f"scripts/json_fields.toml describes fields that no document has: {', '.join(unused)}")
        return 1
    wanted = {SCHEMAS / file_name(name): json.dumps(schema_of(name), indent=1) + "\n" for name in DOCUMENTS}
    kept = CONTRACT.read_text(encoding="utf-8").splitlines()
    if lost := sorted(set(kept) - set(contract())):
        print(f"version 1 keeps its fields and their types: {', '.join(lost)}")
        return 1
    wanted[CONTRACT] = "\n".join([*contract(), ""])
    wanted[PAGE] = _TABLES.sub(lambda _: tables(), PAGE.read_text(encoding="utf-8"))
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    stale += [path for path in SCHEMAS.glob("*") if path not in wanted]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not what the source says: run scripts/json_schemas.py")
        return 1 if stale else 0
    SCHEMAS.mkdir(exist_ok=True)
    for path in stale:
        if path in wanted:
            path.write_text(wanted[path], encoding="utf-8")
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
