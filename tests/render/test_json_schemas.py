"""JSON Schemas: they are up to date, real documents keep them, and version 1 only gains fields."""

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from scripts import json_schemas
from skerry import app
from skerry.app.reading import Gathered
from skerry.catalogue.blocker_codes import load_codes
from skerry.catalogue.error_texts import load_error_rules
from skerry.catalogue.output_terms import load_output_terms
from skerry.checks import CHECKS
from skerry.diagnose.diagnosis import Diagnosis
from skerry.diagnose.rehearsal import LabResult, PacketDrop, Rehearsal, RehearsalStep
from skerry.errortext.explain import explain
from skerry.model.world import World
from skerry.plan.changes import MirrorImage, ModifyEndpoint, ProposeStatement, RevokeRule, Rule
from skerry.reach.trace_request import TraceRequest
from skerry.render import explanations, formats
from skerry.render.explanations import ComparedExplanation
from skerry.render.rehearsal import encode_rehearsal
from skerry.verdicts import OK
from tests.networks import Network
from tests.render import planned
from tests.tables import each

SCENARIOS = planned.SCENARIOS
# Every eighth scenario, and those with something of every kind.
SAMPLE = sorted({*[path.parent.name for path in sorted(SCENARIOS.glob("*/network.json"))][::8], *planned.NAMES})
TEXTS = (
    "CannotPullContainerError: dial tcp 10.0.1.5:443: i/o timeout",
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed",
    "exec format error",
)


@cache
def validator(name: str, *, strict: bool = True) -> Any:
    """The validator of a document; a strict one refuses fields that the schema does not list."""
    schema = copy.deepcopy(json_schemas.schema_of(name))
    for definition in schema["$defs"].values() if strict else ():
        definition["additionalProperties"] = False
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def check(name: str, text: str) -> None:
    validator(name).validate(json.loads(text))


@cache
def diagnosis_of(name: str) -> tuple[World, Diagnosis]:
    world = app.load(SCENARIOS / name)
    return world, app.diagnose(world)


def test_schemas_and_page_are_up_to_date(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["json_schemas.py", "--check"])
    assert (json_schemas.main(), capsys.readouterr().out) == (0, "")


def test_page_shows_how_to_load_a_schema() -> None:
    (code,) = re.findall(
        r"^```python\n(.*?)^```$", json_schemas.PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 -- the page's own example
    assert names["schema"] == json_schemas.schema_of("diagnose")


def test_lost_field_of_version_1_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = json_schemas.CONTRACT.read_text(encoding="utf-8")
    (tmp_path / "kept.txt").write_text(f"{kept}trace Hop.colour: string\n", encoding="utf-8")
    monkeypatch.setattr(json_schemas, "CONTRACT", tmp_path / "kept.txt")
    monkeypatch.setattr("sys.argv", ["json_schemas.py", "--check"])
    assert json_schemas.main() == 1
    assert capsys.readouterr().out == "version 1 keeps its fields and their types: trace Hop.colour: string\n"


def test_types_of_one_name_are_the_same_in_all_documents() -> None:
    types: dict[str, Any] = {}
    for name in json_schemas.DOCUMENTS:
        for kind, definition in json_schemas.schema_of(name)["$defs"].items():
            assert types.setdefault(kind, definition) == definition


def test_schema_allows_new_fields_and_refuses_missing_and_changed_ones() -> None:
    world, diagnosis = diagnosis_of("article-broken")
    document = json.loads(app.to_json(world, diagnosis))
    published = validator("diagnose", strict=False)
    published.validate(document | {"new": 1})
    wrong: list[dict[str, Any]] = [{"version": 2}, {"verdict": "perhaps"}, {"services": [{}]}, {"region": 1}]
    for change in wrong:
        with pytest.raises(ValidationError):
            published.validate(document | change)
    del document["findings"]
    with pytest.raises(ValidationError, match="'findings' is a required property"):
        published.validate(document)


@each("name", SAMPLE)
def test_diagnosis_of_scenario_keeps_its_schema(name: str) -> None:
    check("diagnose", app.to_json(*diagnosis_of(name)))


@each("name", SAMPLE)
def test_plan_of_scenario_keeps_its_schema(name: str) -> None:
    world, _ = diagnosis_of(name)
    check("plan", app.to_json(world, app.plan(world)))


def test_plan_with_policies_keeps_its_schema() -> None:
    world, plan = planned.planned("article-broken", least_privilege=True)
    check("plan", app.to_json(world, plan))
    assert any(json.loads(app.to_json(world, plan))["changes"][number]["details"].get("policy") for number in range(8))


def test_details_of_a_change_depend_on_its_kind() -> None:
    rule = RevokeRule("sg-1", "in", Rule("tcp", 443, "10.0.0.0/16"))
    statement = ProposeStatement("role", '{"Effect": "Allow"}', "a statement")
    changes = planned.of(rule, statement, MirrorImage("nginx", "nginx", "copy it"), ModifyEndpoint("vpce-1"))
    document = json.loads(app.to_json(Network().world(), changes))
    validator("plan").validate(document)
    document["changes"][0]["kind"] = "add-acl-entry"
    with pytest.raises(ValidationError, match="'acl_id' is a required property"):
        validator("plan", strict=False).validate(document)


@each("name", SAMPLE)
def test_traces_in_scenario_keep_their_schema(name: str) -> None:
    world, _ = diagnosis_of(name)
    for subnet in world.subnets:
        check("trace", app.to_json(world, app.trace(world, TraceRequest("198.51.100.7", 443, subnet=subnet))))


@each("name", SAMPLE[::4])
def test_rehearsal_keeps_its_schema(name: str) -> None:
    _, diagnosis = diagnosis_of(name)
    results = (LabResult(), LabResult(worked=False, droppers=(PacketDrop("route", "rtb-1", "none"),)))
    steps = [
        RehearsalStep("subnet-a", row.need, "", row.verdict, result)
        for service in diagnosis.services
        for row in service.needs
        for result in results
    ]
    for snapshot in (None, "folder"):
        check("rehearse", encode_rehearsal(Rehearsal("web", OK, tuple(steps), ("a note",)), snapshot))


def test_explanations_of_texts_and_ids_keep_their_schema() -> None:
    world, _ = diagnosis_of("article-broken")
    for text in TEXTS:
        compared = [ComparedExplanation(*item) for item in app.explain_with_diagnosis(world, text)]
        assert compared
        check("explain", explanations.encode_explanations(compared))
        check("explain", explanations.encode_explanations([ComparedExplanation(item) for item in explain(text)]))
    terms = load_output_terms().values()
    meanings: list[formats.Meaning] = [*load_codes().values(), *CHECKS, *load_error_rules(), *terms]
    for meaning in meanings:
        check("explain", explanations.encode_meaning(meaning))


def test_catalogue_keeps_its_schema() -> None:
    check("explain-list", explanations.encode_catalogue(CHECKS))


@pytest.mark.parametrize("region", [None, "eu-west-1"])
def test_manifest_of_a_snapshot_keeps_its_schema(region: str | None, tmp_path: Path) -> None:
    world = Network().world()
    world.region = region
    app.snapshot(Gathered({"a.json": Network().document()}, world), tmp_path / "new")
    check("snapshot", (tmp_path / "new" / "snapshot.json").read_text(encoding="utf-8"))
