"""Templates of tests: texts that are written to files and read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skerry.sources.cloudformation.attributes import AttributeOwner
from skerry.sources.cloudformation.reading import TemplateInput, read_templates
from skerry.sources.cloudformation.resolved import ResolvedTemplates
from skerry.sources.cloudformation.values import Value

REGION, ACCOUNT = "eu-west-1", "111122223333"


def read(folder: Path, files: Mapping[str, str] | str, *names: str, **arguments: Any) -> ResolvedTemplates:
    """Return the templates of these files, or of all."""
    texts = {"net.yaml": files} if isinstance(files, str) else files
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    inputs = [TemplateInput(folder / name) for name in names or texts]
    return read_templates(inputs, **{"region": REGION, "account": ACCOUNT, **arguments})


def value_of(folder: Path, expression: str, head: str = "", **arguments: Any) -> tuple[Value | None, list[str]]:
    """Return the value of a property P, and the texts of the problems."""
    text = f"{head}\nResources:\n  R:\n    Type: AWS::EC2::VPC\n    Properties:\n      P: {expression}\n"
    text += "  Other: {Type: AWS::EC2::VPC}\n"
    resolved = read(folder, text, **arguments)
    value = resolved.resources[0].properties.get("P") if resolved.resources else None
    return value, [remark.text for remark in resolved.problems]


def ids(owner: AttributeOwner, attribute: str) -> Value | None:
    """Return an id for Ref, and the block of a VPC."""
    if attribute == "Ref":
        return f"id-{owner.stack}-{owner.logical_id}"
    return owner.property(attribute) if attribute == "CidrBlock" else None
