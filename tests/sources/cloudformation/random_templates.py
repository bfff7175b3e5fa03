"""Templates drawn by chance: expressions with and without faults, and damaged texts of templates."""

import json
import random
from typing import Any

_NAMES = ["A", "B", "Vpc", "List", "Secret", "Ssm", "Open", "Loop", "AWS::Region", "AWS::NoValue", "AWS::StackId", ""]
_TEXTS = [
    "",
    "x",
    "a,b",
    "10.0.0.0/16",
    "${A}",
    "${A.Arn}${!B}",
    "{{resolve:ssm:/x}}",
    "é\U0001f600",
    "7",
    "-1",
    "true",
]
_CONDITIONS = ["Yes", "No", "Maybe", "Circle", "Nothing"]
_FUNCTIONS = [
    *("Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::Split", "Fn::Select", "Fn::FindInMap", "Fn::If", "Fn::Cidr"),
    *("Fn::GetAZs", "Fn::Base64", "Fn::ImportValue", "Fn::GetStackOutput", "Fn::Length", "Fn::ToJsonString"),
    *("Fn::Transform", "Fn::Equals", "Fn::Nothing", "Fn::ForEach::I", "Condition"),
]


class Draw:
    """Expressions and templates of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- chance that can be repeated

    def expression(self, depth: int = 4) -> Any:
        """Return a value of a property, as JSON."""
        kind = self.random.random() if depth else 0.1
        if kind < 0.3:
            return self.random.choice([*_TEXTS, 1, 0, True, None, 1.5])
        if kind < 0.4:
            return [self.expression(depth - 1) for _ in range(self.random.randrange(4))]
        if kind < 0.5:
            return {self.random.choice(["K", "L", "Fn::ForEach::J"]): self.expression(depth - 1) for _ in range(2)}
        return self._call(depth)

    def _call(self, depth: int) -> Any:
        name = self.random.choice(_FUNCTIONS)
        if self.random.random() < 0.15:
            return {name: self.expression(depth - 1)}
        return {name: self._arguments(name, depth)}

    def _arguments(self, name: str, depth: int) -> Any:
        values = [self.expression(depth - 1) for _ in range(3)]
        draw = self.random
        match name:
            case "Ref":
                return draw.choice(_NAMES)
            case "Fn::GetAtt":
                return [draw.choice(_NAMES), draw.choice(["Arn", "CidrBlock", "Outputs.X", values[0]])]
            case "Fn::Sub":
                return draw.choice([draw.choice(_TEXTS), ["${A}-${X}", {"X": values[0]}]])
            case "Fn::Join" | "Fn::Split":
                return [draw.choice([",", "", ":"]), draw.choice([values, values[0], {"Ref": "List"}])]
            case "Fn::Select":
                return [draw.choice([0, "1", 9, values[0]]), draw.choice([values, values[1]])]
            case "Fn::If":
                return [draw.choice(_CONDITIONS), *values[:2]]
            case "Fn::FindInMap":
                return [draw.choice(["M", values[0]]), draw.choice(["k", values[1]]), "l", {"DefaultValue": values[2]}]
            case "Fn::Cidr":
                return [draw.choice(["10.0.0.0/16", values[0]]), draw.choice([2, "300", values[1]]), 8]
            case "Fn::ForEach::I":
                return ["I", draw.choice([["a", "b"], {"Ref": "List"}]), {"K${I}": values[0]}]
            case _:
                return draw.choice(values)

    def condition(self, depth: int = 3) -> Any:
        """Return an expression of the section Conditions."""
        name = self.random.choice(["And", "Or", "Not", "Equals", "Condition"]) if depth else "Equals"
        if name == "Condition":
            return {name: self.random.choice(_CONDITIONS)}
        if name == "Equals":
            return {"Fn::Equals": [self.expression(1), self.expression(1)]}
        count = 1 if name == "Not" else self.random.randrange(1, 4)
        return {f"Fn::{name}": [self.condition(depth - 1) for _ in range(count)]}

    def template(self) -> dict[str, Any]:
        """Return a template."""
        conditions = {name: self.condition() for name in _CONDITIONS[:4]}
        resources = {name: self._resource() for name in ("A", "B", "Vpc")}
        loop = ["N", self.random.choice([["x", "y"], {"Ref": "List"}, {"Ref": "Open"}]), {"R${N}": self._resource()}]
        return {
            "Transform": self.random.choice(
                [*[["AWS::LanguageExtensions"]] * 5, "AWS::Serverless-2016-10-31", "Other", []]
            ),
            "Parameters": {
                "List": {"Type": "CommaDelimitedList", "Default": "a, b"},
                "Open": {"Type": "List<AWS::EC2::Subnet::Id>"},
                "Secret": {"Type": "String", "NoEcho": True, "Default": "hush"},
                "Ssm": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"},
            },
            "Mappings": {"M": {"k": {"l": "v"}, "j": {"l": ["v"]}}},
            "Conditions": conditions,
            "Rules": {"R": {"Assertions": [{"Assert": self.condition()}]}},
            "Resources": {**resources, "Fn::ForEach::Loop": loop},
            "Outputs": {"X": {"Value": self.expression(2), "Export": {"Name": self.random.choice(_TEXTS)}}},
        }

    def _resource(self) -> Any:
        if self.random.random() < 0.03:
            return self.expression(1)
        resource = {
            "Type": self.random.choice(["AWS::EC2::VPC", "AWS::CloudFormation::Stack", "AWS::Serverless::Function"]),
            "Properties": {name: self.expression() for name in ("P", "Q", "TemplateURL", "Parameters", "CidrBlock")},
        }
        if self.random.random() < 0.4:
            resource["Condition"] = self.random.choice(_CONDITIONS)
        if self.random.random() < 0.2:
            resource["DependsOn"] = self.random.choice(["A", ["B", "Nothing"]])
        return resource

    def damaged(self, data: bytes) -> bytes:
        """Return bytes with some parts removed, doubled or replaced."""
        octets = bytearray(data)
        for _ in range(self.random.randrange(1, 6)):
            start = self.random.randrange(len(octets) or 1)
            end = start + self.random.choice([1, 1, 3, 40])
            piece = bytes(octets[start:end])
            signs = [
                b"",
                piece * 2,
                b"\t",
                b"&a ",
                b"*a ",
                b"!Ref ",
                b": ",
                b"- ",
                b"{",
                b"]",
                b"\xff",
                b"<<: ",
                b"'",
                b"|\n",
            ]
            octets[start:end] = self.random.choice(signs)
        return bytes(octets)

    def text(self) -> bytes:
        """Return a template as JSON, damaged now and then."""
        data = json.dumps(self.template(), indent=self.random.choice([None, 1])).encode()
        return self.damaged(data) if self.random.random() < 0.3 else data
