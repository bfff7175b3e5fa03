"""Parameters of a stack and pseudo parameters.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from typing import Final

import msgspec
from yaml import MappingNode

from skerry.catalogue.partitions import partition_of
from skerry.sources.cloudformation.parameter_limits import OTHER_VALUE
from skerry.sources.cloudformation.scalars import NumberFormat, plain_text
from skerry.sources.cloudformation.template import child_of, text_of
from skerry.sources.cloudformation.text_functions import split
from skerry.sources.cloudformation.values import (
    NO_VALUE,
    Identifier,
    NoValue,
    Unresolved,
    Value,
    join_texts,
)

_SSM_VALUE: Final = "AWS::SSM::Parameter::Value<"
_OTHER: Final = "another value of "
_ID_TYPES: Final = frozenset(
    [
        "AWS::EC2::Instance::Id",
        "AWS::EC2::SecurityGroup::Id",
        "AWS::EC2::Subnet::Id",
        "AWS::EC2::VPC::Id",
        "AWS::EC2::Volume::Id",
        "AWS::EC2::AvailabilityZone::Name",
    ]
)


def is_list_type(type_name: str) -> bool:
    """Return whether the value of a parameter of a type is a list."""
    return type_name == "CommaDelimitedList" or type_name.startswith("List<")


def parameter_value(name: str, declaration: MappingNode, given: Value | None, scope: str) -> Value:
    """Return the value of a parameter: the given one, its default, or an unresolved one.

    A secret value (NoEcho) is never kept. A value of Parameter Store belongs to the account:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
    """
    type_name = text_of(child_of(declaration, "Type")) or "String"
    default = text_of(child_of(declaration, "Default"))
    if _is_secret(declaration):
        return Unresolved(f"parameter {scope}.{name}", f"the parameter {name} is secret (NoEcho)")
    if type_name.startswith(_SSM_VALUE):
        key = given if isinstance(given, str) else default
        expression = f"parameter {scope}.{name}" if key is None else f"SSM {key}"
        return Unresolved(expression, f"the parameter {name} is read from Parameter Store")
    value = given if given is not None else _default(declaration)
    if value is None or value == OTHER_VALUE:
        kind = Identifier if type_name in _ID_TYPES else Unresolved
        expression = f"parameter {scope}.{name}"
        return kind(expression if value is None else f"{_OTHER}{expression}", f"the parameter {name} has no value")
    return value if not is_list_type(type_name) else _elements(value)


def is_other_value(value: Value) -> bool:
    """Return whether a value stands for all values of a parameter that no condition compares it with."""
    return isinstance(value, Unresolved) and value.expression.startswith(_OTHER)


def _is_secret(declaration: MappingNode) -> bool:
    """Return whether a parameter is secret: each value of NoEcho but false makes it so."""
    node = child_of(declaration, "NoEcho")
    source = text_of(node)
    return node is not None and (source is None or source.lower() not in {"false", "no", "off"})


def _default(declaration: MappingNode) -> str | None:
    node = child_of(declaration, "Default")
    source = text_of(node)
    if source is None or node is None or node.tag != "plain":
        return source
    try:
        return plain_text(source)
    except NumberFormat:
        return source


def _elements(value: Value) -> Value:
    """Return a text with commas as its elements, without spaces around them."""
    if isinstance(value, list | dict):
        return value
    parts = split(",", value)
    if not isinstance(parts, list):
        return parts
    return [part.strip() if isinstance(part, str) else part for part in parts]


class StackPlace(msgspec.Struct, frozen=True):
    """The place of a stack: text or unresolved values, and its name on AWS."""

    region: Value
    account: Value
    stack_name: Value
    scope: str


def pseudo_parameter(name: str, place: StackPlace) -> Value | NoValue | None:
    """Return the value of a pseudo parameter; None if there is none of this name.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
    """
    match name:
        case "AWS::NoValue":
            return NO_VALUE
        case "AWS::Region":
            return place.region
        case "AWS::AccountId":
            return place.account
        case "AWS::Partition":
            return _partition(place.region)
        case "AWS::URLSuffix":
            return _suffix(place.region)
        case "AWS::StackName":
            return place.stack_name
        case "AWS::StackId":
            return _stack_id(place)
        case "AWS::NotificationARNs":
            return Unresolved(f"AWS::NotificationARNs {place.scope}", "the topics of a stack are not in its template")
        case _:
            return None


def _partition(region: Value) -> Value:
    partition = partition_of(region) if isinstance(region, str) else None
    return Identifier("AWS::Partition", _NO_REGION) if partition is None else partition.name


def _suffix(region: Value) -> Value:
    partition = partition_of(region) if isinstance(region, str) else None
    return Unresolved("AWS::URLSuffix", _NO_REGION) if partition is None else partition.suffix


_NO_REGION: Final = "the Region is not given"


def _stack_id(place: StackPlace) -> Value:
    """Return the ARN of a stack; its last part is random."""
    last = Identifier(f"AWS::StackId {place.scope}", "the id of a stack is known only after deployment")
    values = [_partition(place.region), place.region, place.account, place.stack_name]
    partition, region, account, name = (value for value in values if not isinstance(value, list | dict))
    return join_texts(["arn:", partition, ":cloudformation:", region, ":", account, ":stack/", name, "/", last])
