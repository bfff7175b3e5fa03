"""The sections of a template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from skerry.sources.cloudformation.documents import MAPPING, PLAIN, TEXT, TemplateDocument, TemplateFault
from skerry.sources.cloudformation.values import Remark

LANGUAGE_EXTENSIONS: Final = "AWS::LanguageExtensions"
SERVERLESS: Final = "AWS::Serverless-2016-10-31"
_SECTIONS: Final = frozenset(
    [
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Globals",
        "Hooks",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Transform",
    ]
)


_READ_TRANSFORMS: Final = frozenset([LANGUAGE_EXTENSIONS, SERVERLESS])


class Template(msgspec.Struct, frozen=True):
    """A template as nodes, by section."""

    document: TemplateDocument
    parameters: Mapping[str, MappingNode]
    mappings: Mapping[str, Node]
    conditions: MappingNode | None
    rules: Mapping[str, MappingNode]
    resources: MappingNode
    outputs: MappingNode | None
    transforms: tuple[str, ...]

    @property
    def file(self) -> str:
        """The name of its file."""
        return self.document.file

    @property
    def macros(self) -> tuple[str, ...]:
        """Its macros, without AWS::LanguageExtensions and SAM: their results are read from the template itself."""
        return tuple(name for name in self.transforms if name not in _READ_TRANSFORMS)

    @property
    def has_extensions(self) -> bool:
        """Whether it may use the functions of AWS::LanguageExtensions."""
        return LANGUAGE_EXTENSIONS in self.transforms


def template_of(document: TemplateDocument) -> Template:
    """Return a document by sections; raise TemplateFault if it is no template."""
    sections = {key.value: node for key, node in document.root.value}
    resources = _table(document, sections, "Resources")
    if resources is None:
        reason = "no template: no section Resources"
        raise TemplateFault(Remark(document.position(document.root), reason))
    for key, _ in document.root.value:
        if key.value not in _SECTIONS and not key.value.startswith("Fn::"):
            reason = f"no section of a template: {key.value[:60]}"
            raise TemplateFault(Remark(document.position(key), reason))
    return Template(
        document,
        _mappings(document, sections, "Parameters"),
        {key.value: node for key, node in _pairs(_table(document, sections, "Mappings"))},
        _table(document, sections, "Conditions"),
        _mappings(document, sections, "Rules"),
        resources,
        _table(document, sections, "Outputs"),
        _transforms(document, sections.get("Transform")),
    )


def _pairs(node: MappingNode | None) -> list[tuple[ScalarNode, Node]]:
    return [] if node is None else node.value


def _table(document: TemplateDocument, sections: Mapping[str, Node], name: str) -> MappingNode | None:
    node = sections.get(name)
    if node is None or is_null(node):
        return None
    if not isinstance(node, MappingNode) or node.tag != MAPPING:
        raise TemplateFault(Remark(document.position(node), f"the section {name} is no mapping"))
    return node


def _mappings(document: TemplateDocument, sections: Mapping[str, Node], name: str) -> dict[str, MappingNode]:
    table: dict[str, MappingNode] = {}
    for key, node in _pairs(_table(document, sections, name)):
        if not isinstance(node, MappingNode):
            raise TemplateFault(Remark(document.position(node), f"{key.value} in {name} is no mapping"))
        table[key.value] = node
    return table


def _transforms(document: TemplateDocument, node: Node | None) -> tuple[str, ...]:
    """Return the names of the section Transform, in its three forms: a text, a list, a mapping with Name."""
    if node is None or is_null(node):
        return ()
    if isinstance(node, SequenceNode):
        return tuple(name for item in node.value for name in _transforms(document, item))
    if isinstance(node, MappingNode):
        return tuple(value.value for key, value in node.value if key.value == "Name" and isinstance(value, ScalarNode))
    if node.tag not in {PLAIN, TEXT}:
        raise TemplateFault(Remark(document.position(node), "the section Transform takes names of macros"))
    return (node.value,)


def is_null(node: Node) -> bool:
    """Return whether a node is the null of YAML."""
    return node.tag == PLAIN and node.value in {"", "~", "null", "Null", "NULL"}


def child_of(node: Node | None, name: str) -> Node | None:
    """Return the value of a key of a mapping; None without it."""
    if not isinstance(node, MappingNode):
        return None
    return next((child for key, child in node.value if key.value == name), None)


def text_of(node: Node | None) -> str | None:
    """Return the text of a scalar without a function; None for another node."""
    return node.value if isinstance(node, ScalarNode) and node.tag in {PLAIN, TEXT} else None
