"""CloudFormation templates with their parameters filled in: what would be made, with made-up ids.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import ipaddress
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.cloudformation.expanding import expand

Json = dict[str, Any]

ACCOUNT, REGION = "111122223333", "eu-west-1"
_NOTHING = object()
_LISTS = {"CommaDelimitedList", "List<AWS::EC2::Subnet::Id>"}


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _short(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Json:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        value = value.split(".", 1) if suffix == "GetAtt" else value
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short)


@cache
def read(path: Path) -> Json:
    """A template, in its long form; nobody changes it."""
    found: Json = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 -- a SafeLoader
    return found


class Stack:
    """A template with these parameters, in a Region.

    ``resources``: the properties of every resource that is made, by logical id, with its ``Type``.
    ``outputs``: the values of the outputs that there are.
    ``refused``: what the rules say where they refuse. What AWS alone would know of an id is taken to hold.
    """

    def __init__(
        self, path: Path, parameters: Mapping[str, str], *, region: str = REGION, partition: str = "aws"
    ) -> None:
        self.template = read(path)
        suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
        self._values: Json = {
            "AWS::Region": region,
            "AWS::Partition": partition,
            "AWS::AccountId": ACCOUNT,
            "AWS::URLSuffix": suffix,
            "AWS::NoValue": _NOTHING,
        }
        unknown = set(parameters) - set(self.template["Parameters"])
        assert not unknown, unknown
        for name, about in self.template["Parameters"].items():
            value = parameters.get(name, about.get("Default"))
            assert value is not None, f"{name} must be given"
            assert "AllowedValues" not in about or value in about["AllowedValues"], (name, value)
            # The pattern of a list holds for each of its values. An empty text is a list with one empty value:
            # https://github.com/aws-cloudformation/cfn-language-discussion/issues/102
            parts = str(value).split(",") if about["Type"] in _LISTS else [str(value)]
            assert all(re.search(about.get("AllowedPattern", ""), part) for part in parts), (name, value)
            self._values[name] = parts if about["Type"] in _LISTS else value
        lists = {name: value for name, value in self._values.items() if isinstance(value, list)}
        self.template = expand(self.template, lists)
        self.resources: dict[str, Json] = {}
        for name, about in self.template["Resources"].items():
            if "Condition" not in about or self.condition(about["Condition"]):
                self.resources[name] = {"Type": about["Type"], **self.value(about.get("Properties", {}))}
        self.outputs = {
            name: self.value(about["Value"])
            for name, about in self.template.get("Outputs", {}).items()
            if "Condition" not in about or self.condition(about["Condition"])
        }
        self.refused = list(self._refusals())

    def of(self, kind: str) -> dict[str, Json]:
        """The resources of a type."""
        return {name: row for name, row in self.resources.items() if row["Type"] == kind}

    def _refusals(self) -> list[str]:
        return [
            row["AssertDescription"]
            for rule in self.template.get("Rules", {}).values()
            if "RuleCondition" not in rule or self.value(rule["RuleCondition"])
            for row in rule["Assertions"]
            if not self.value(row["Assert"])
        ]

    def condition(self, name: str) -> bool:
        found: bool = self.value(self.template["Conditions"][name])
        return found

    def value(self, written: Any) -> Any:
        """What a value of the template is; a member that is no value is left out of what holds it."""
        if isinstance(written, list):
            return [found for item in written if (found := self.value(item)) is not _NOTHING]
        if not isinstance(written, dict):
            return written
        ((name, of), *others) = written.items() or (("", None),)
        if not others and (name in {"Ref", "Condition"} or name.startswith("Fn::")) and not isinstance(of, dict):
            return self._function(name.removeprefix("Fn::"), of)
        return {key: found for key, item in written.items() if (found := self.value(item)) is not _NOTHING}

    def _function(self, name: str, of: Any) -> Any:
        match name:
            case "Ref":
                return self._values[of] if of in self._values else self._id(of)
            case "Condition":
                return self.condition(of)
            case "If":
                return self.value(of[1] if self.condition(of[0]) else of[2])
            case "Equals":
                return self.value(of[0]) == self.value(of[1])
            case "Not":
                return not self.value(of[0])
            case "And":
                return all(map(self.value, of))
            case "Or":
                return any(map(self.value, of))
            case "Contains":
                return self.value(of[1]) in self.value(of[0])
            case "EachMemberIn":
                return True
            case _:
                return self._text(name, of)

    def _text(self, name: str, of: Any) -> Any:
        match name:
            case "Sub":
                text, more = (of[0], self.value(of[1])) if isinstance(of, list) else (of, {})
                return re.sub(r"\$\{([\w:.]+)\}", lambda found: self._named(found[1], more), text)
            case "Join":
                return of[0].join(self.value(of[1]))
            case "Split":
                return self.value(of[1]).split(of[0])
            case "Select":
                return self.value(of[1])[of[0]]
            case "FindInMap":
                first, second, third = (self.value(part) for part in of)
                return self.template["Mappings"][first][second][third]
            case "Cidr":
                block, count, bits = (self.value(part) for part in of)
                found = ipaddress.ip_network(block).subnets(new_prefix=32 - int(bits))
                return [str(part) for part, _ in zip(found, range(count), strict=False)]
            case "GetAZs":
                return [f"{self._values['AWS::Region']}{letter}" for letter in "abc"]
            case "GetAtt":
                return self._attribute(*of)
            case _:
                raise AssertionError(name)

    def _named(self, name: str, more: Json) -> str:
        if name in more:
            return str(more[name])
        logical, _, attribute = name.partition(".")
        found = self._attribute(logical, attribute) if attribute else self._function("Ref", name)
        return str(found)

    def _made(self, name: str) -> Json:
        """Return a resource that others refer to. CloudFormation refuses references to one whose condition is false."""
        about: Json = self.template["Resources"][name]
        assert "Condition" not in about or self.condition(about["Condition"]), f"{name} is not made"
        return about

    def _id(self, name: str) -> str:
        about = self._made(name)
        kind = about["Type"].rpartition("::")[2]
        if kind == "LogGroup":
            return str(self.value(about["Properties"]["LogGroupName"]))
        return f"vpce-{name}" if kind == "VPCEndpoint" else name

    def _attribute(self, name: str, attribute: str) -> Any:
        about = self._made(name)
        home = f"{self._values['AWS::Region']}:{ACCOUNT}"
        match about["Type"].rpartition("::")[2], attribute:
            case "Repository", "Arn":
                return f"arn:aws:ecr:{home}:repository/{self.value(about['Properties']['RepositoryName'])}"
            case "Repository", "RepositoryUri":
                return f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{self.value(about['Properties']['RepositoryName'])}"
            case "LogGroup", "Arn":
                return f"arn:aws:logs:{home}:log-group:{self._id(name)}:*"
            case "Role", "Arn":
                return f"arn:aws:iam::{ACCOUNT}:role/{name}"
            case "SecurityGroup", "GroupId":
                return name
            case "VPCEndpoint", "DnsEntries":
                return [f"Z38GZ743OKFT7T:{name.lower()}.vpce.amazonaws.com"]
            case "Service", "Name":
                return self.value(about["Properties"]["ServiceName"])
            case _:
                raise AssertionError((name, attribute))
