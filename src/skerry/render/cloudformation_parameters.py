"""Parameters of a CloudFormation template, in groups and with labels for the console.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-interface.html
"""

from typing import Any

from skerry.render import cloudformation_yaml

Json = dict[str, Any]
_NETWORK, _PREFIX_LISTS = "Network", "Prefix lists of AWS"


class Parameters:
    """The parameters of one template: planned ids as defaults, and ids that nobody knows yet."""

    def __init__(self) -> None:
        self._parameters: dict[str, Json] = {}
        self._labels: dict[str, str] = {}
        self._groups: dict[str, list[str]] = {}
        self._by_value: dict[tuple[str, str], str] = {}

    def vpc(self, vpc_id: str) -> Json:
        """Return a reference to a VPC."""
        return self._with_default("VpcId", "VPC", {"Type": "AWS::EC2::VPC::Id", "Description": "The VPC."}, vpc_id)

    def subnets(self, subnets: tuple[str, ...]) -> Json:
        """Return a reference to the subnets of interface endpoints."""
        what = "Subnets of the interface endpoints: one for each zone of the tasks."
        about = {"Type": "List<AWS::EC2::Subnet::Id>", "Description": what}
        return self._with_default("EndpointSubnets", "Subnets of the endpoints", about, ",".join(subnets))

    def route_tables(self, route_tables: tuple[str, ...]) -> Json:
        """Return a reference to the route tables of gateway endpoints; no parameter type of AWS has their ids."""
        what = "Route tables of the gateway endpoints: those of the tasks' subnets."
        about = {"Type": "CommaDelimitedList", "Description": what}
        return self._with_default("RouteTables", "Route tables of the tasks' subnets", about, ",".join(route_tables))

    def prefix_list(self, name: str, service: str) -> Json:
        """Return a reference to AWS's prefix list of a service, whose id is asked for when the stack is made."""
        how = f"aws ec2 describe-managed-prefix-lists names it com.amazonaws.REGION.{service}."
        about = {"Type": "String", "Description": f"AWS's prefix list of {service}: {how}"}
        if name not in self._parameters:
            self._add(name, f"Prefix list of {service}", _PREFIX_LISTS, about)
        return {"Ref": name}

    def sections(self) -> Json:
        """Return the sections of a template about its parameters; none without parameters."""
        if not self._parameters:
            return {}
        interface = {
            "ParameterGroups": [
                {"Label": {"default": label}, "Parameters": names} for label, names in self._groups.items()
            ],
            "ParameterLabels": {name: {"default": label} for name, label in self._labels.items()},
        }
        return {"Metadata": {"AWS::CloudFormation::Interface": interface}, "Parameters": self._parameters}

    def _with_default(self, wanted: str, label: str, about: Json, default: str) -> Json:
        """Return a reference to a parameter with a planned value; the same value is the same parameter."""
        key = (wanted, default)
        if key not in self._by_value:
            taken = sum(other == wanted for other, _ in self._by_value)
            suffix = f"{taken + 1}" if taken else ""
            name = f"{wanted}{suffix}"
            cloudformation_yaml.refuse_what_is_evaluated(default, f"the parameter {name}")
            self._add(name, f"{label} {suffix}".strip(), _NETWORK, about | {"Default": default})
            self._by_value[key] = name
        return {"Ref": self._by_value[key]}

    def _add(self, name: str, label: str, group: str, about: Json) -> None:
        self._parameters[name] = about
        self._labels[name] = label
        self._groups.setdefault(group, []).append(name)
