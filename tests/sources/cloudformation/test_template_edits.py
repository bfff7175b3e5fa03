"""Edits of templates with anchors, aliases and merge keys: only the resource that is meant changes."""

import pytest

from skerry.sources.cloudformation.documents import read_document
from skerry.sources.cloudformation.template import template_of
from skerry.sources.cloudformation.template_edits import TemplateEdits, UneditableTemplate


@pytest.mark.parametrize("end", ["", "\n", "\n  # the end\n\n"])
def test_property_follows_a_list_that_ends_with_an_alias(end: str) -> None:
    head = "Resources:\n  A: {Type: t, Properties: {X: &x [a]}}\n  B:\n    Properties:\n      L:\n        - b\n"
    text = f"{head}        - *x{end}"
    template = template_of(read_document(text.encode(), "net.yaml"))
    edits = TemplateEdits(template, text)
    edits.set_property(template.resources.value[1][1], ["New"], value=True)
    assert edits.result == f"{head}        - *x\n      New: true{end}"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a list", "A: {Properties: {L: &x [a]}}, B: {Properties: {L: *x}}"),
        ("a scalar", "A: {Properties: {L: &x false}}, B: {Properties: {L: *x}}"),
        ("properties", "A: {Properties: &x {M: 1}}, B: {Properties: *x}"),
        ("merged properties", "A: {Properties: &x {M: 1}}, B: {Properties: {<<: *x}}"),
    ],
)
def test_anchor_of_other_resources_is_not_edited(name: str, text: str) -> None:
    template = template_of(read_document(f"Resources: {{{text}}}".encode(), "net.yaml"))
    edits = TemplateEdits(template, f"Resources: {{{text}}}")
    for _, node in template.resources.value:
        with pytest.raises(UneditableTemplate, match="an anchor gives"):
            edits.append(node, ["L"], "new") if name != "a scalar" else edits.set_property(node, ["L"], value=True)
    assert edits.result == f"Resources: {{{text}}}"


def test_block_in_an_anchor_of_other_resources_is_not_edited() -> None:
    text = "Resources: {A: {Properties: &x {M: {L: [a]}}}, B: {Properties: *x}}"
    template = template_of(read_document(text.encode(), "net.yaml"))
    edits = TemplateEdits(template, text)
    with pytest.raises(UneditableTemplate, match="an anchor gives L to other resources"):
        edits.append(template.resources.value[0][1], ["M", "L"], "new")


def test_own_property_stands_beside_merged_ones() -> None:
    text = "Resources: {A: {Properties: &x {M: 1}}, B: {Properties: {<<: *x, N: 2}}}"
    template = template_of(read_document(text.encode(), "net.yaml"))
    edits = TemplateEdits(template, text)
    edits.set_property(template.resources.value[1][1], ["L"], value=True)
    assert edits.result == text.replace("N: 2", "N: 2, L: true")
