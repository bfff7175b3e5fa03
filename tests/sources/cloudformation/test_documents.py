"""Files of templates that are hostile or wrong: bounds, lines and reasons."""

import os
from pathlib import Path
from typing import Any, Final

import pytest

from skerry.sources.cloudformation.documents import INLINE_BYTES, S3_BYTES, TemplateFault, read_document
from skerry.sources.cloudformation.reading import TemplateInput, read_templates
from skerry.sources.cloudformation.scalars import NumberFormat, plain_text

RESOURCES = "Resources:\n  A: {Type: T}\n"
BOMB = "a: &a [x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 8)}]\n" for n in range(8)
)
REFUSED = {
    "bomb": (BOMB, "more than 250,000 values with its aliases expanded"),
    "circle": ("a: &a [*a]\n", "more than 100 levels"),
    "deep": ("a: " + "[" * 200 + "]" * 200, "more than 100 levels"),
    "deeper": ("a: " + "[" * 50_000, "more than 100 levels"),
    "duplicate": (
        "Resources:\n  A: {Type: T}\n  B: {Type: T}\n  A: {Type: T}\n",
        "the key A again: it is also in line 2",
    ),
    "tab": ("Resources:\n\tA: {}\n", "a tab in the indentation"),
    "jinja": ("Resources:\n{% if x %}\n  A: {}\n", "Jinja template"),
    "jinja key": ("Resources:\n  A: {{ name }}\n", "Jinja template"),
    "two documents": ("a: 1\n---\nb: 1\n", "expected a single document"),
    "list": ("- a\n", "no template: its top level is no mapping"),
    "nothing": ("", "no template: its top level is no mapping"),
    "control": ("a: \x01\n", "no YAML or JSON"),
    "unknown alias": ("a: *b\n", "undefined alias"),
    "cut JSON": ('{"Resources": {', "no YAML or JSON"),
}


def test_refused_documents_name_the_reason() -> None:
    answers = {}
    for name, (text, _) in REFUSED.items():
        with pytest.raises(TemplateFault) as fault:
            read_document(text.encode(), "t.yaml")
        answers[name] = fault.value.remark.text
    assert {name: text for name, (_, text) in REFUSED.items() if text not in answers[name]} == {}


def test_fault_of_a_document_has_its_line() -> None:
    lines = {}
    for name in ("duplicate", "tab", "jinja"):
        with pytest.raises(TemplateFault) as fault:
            read_document(REFUSED[name][0].encode(), "t.yaml")
        assert fault.value.remark.position is not None
        lines[name] = fault.value.remark.position.line
    assert lines == {"duplicate": 4, "tab": 2, "jinja": 2}


def test_text_that_is_not_utf8_has_its_line() -> None:
    with pytest.raises(TemplateFault) as fault:
        read_document(b"a: 1\nb: \xff\n", "t.yaml")
    assert str(fault.value) == "t.yaml:2:1: not UTF-8"


def test_size_is_a_note_and_then_a_fault() -> None:
    assert read_document(RESOURCES.encode(), "t").notes == ()
    long = RESOURCES.encode() + b"#" * INLINE_BYTES
    assert [note.text for note in read_document(long, "t").notes] == [
        f"{len(long):,} bytes: AWS takes more than 51,200 bytes only from S3"
    ]
    with pytest.raises(TemplateFault, match="more than 1 MB"):
        read_document(RESOURCES.encode() + b"#" * S3_BYTES, "t")


def test_merge_keys_and_aliases_are_expanded() -> None:
    text = "x: &x {a: 1, b: 2}\ny: {<<: *x, a: 3}\nz: {<<: [{c: 4}, *x]}\n"
    pairs = {key.value: {name.value: item.value for name, item in node.value} for key, node in _root(text)}
    assert pairs["y"] == {"a": "3", "b": "2"}
    assert pairs["z"] == {"c": "4", "a": "1", "b": "2"}


def _root(text: str) -> list[tuple[Any, Any]]:
    root = read_document(text.encode(), "t").root
    pairs: list[tuple[Any, Any]] = root.value
    return pairs


def test_plain_scalars_are_texts_of_cloudformation() -> None:
    texts = ("yes", "OFF", "True", "~", "", "0755", "-010", "123456789012", "08", "1.5", "1e3", "2010-09-09", "a-1")
    expected = (
        "true",
        "false",
        "true",
        None,
        None,
        "493",
        "-8",
        "123456789012",
        "08",
        "1.5",
        "1e3",
        "2010-09-09",
        "a-1",
    )
    assert tuple(map(plain_text, texts)) == expected


def test_numbers_in_other_notations_are_not_read() -> None:
    for text in ("0x1F", "0b1", "1_000", "22:30", "190:20:30", "0_7"):
        with pytest.raises(NumberFormat):
            plain_text(text)


def test_input_that_is_no_file_is_a_problem(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    resolved = read_templates([TemplateInput(tmp_path / name) for name in ("pipe", "nothing.yaml", ".")])
    assert [remark.text for remark in resolved.problems] == ["no file", "no such file", "no file"]


OWN: Final = Path(__file__).parents[3] / "cloudformation"
PARAMETERS: Final = {
    "central-zones": {
        "VpcId": "vpc-0a1b2c3d4e5f67890",
        "SpokeVpcIds": "vpc-0b1b2c3d4e5f67890",
        "EcrApiDnsEntry": "Z1DEXAMPLE:vpce-0a1b2c3d4e5f67890-12345678.api.ecr.eu-west-1.vpce.amazonaws.com",
    },
    "endpoints": {
        "VpcId": "vpc-0a1b2c3d4e5f67890",
        "SubnetIds": "subnet-0a1b2c3d4e5f67890",
        "RouteTableIds": "rtb-0a1b2c3d4e5f67890",
        "ClientCidrs": "10.0.1.0/24",
    },
    "first-service": {},
}
"""The templates of this project, each with the parameters that its rules ask for."""


def test_own_templates_have_no_problems_and_no_unlisted_part() -> None:
    assert {path.stem for path in OWN.glob("*.yaml")} == set(PARAMETERS)
    for name, parameters in PARAMETERS.items():
        inputs = [TemplateInput(OWN / f"{name}.yaml")]
        resolved = read_templates(inputs, parameters, region="eu-west-1", account="111122223333")
        assert resolved.problems == (), name
        assert [stack.open_parts for stack in resolved.stacks] == [()]
        assert resolved.resources != ()
