"""Names in Terraform and CloudFormation files: labels of new resources, references to them, ids of existing ones."""

import re

from skerry.masking import mask
from skerry.plan.change_calls import names_of_endpoints
from skerry.plan.changes import (
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    is_new,
)
from skerry.plan.records import Planned
from skerry.render.hcl import HclReference, Value, quote

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_]+")


class Names:
    """The labels of one file, each used once."""

    def __init__(self, rows: list[Planned], region: str | None = None) -> None:
        self._region = region
        groups = [planned.change for planned in rows if isinstance(planned.change, CreateSecurityGroup)]
        self._groups = {change.group_id: self.plain(f"endpoints_{change.vpc_id}") for change in groups}
        if len(groups) == 1:
            self._groups = {groups[0].group_id: "endpoints"}
        self._endpoint_names = names_of_endpoints(rows)
        self.inputs = _inputs([planned.change for planned in rows])

    @staticmethod
    def plain(text: str) -> str:
        """Return text as a label: letters, digits and underscores, with a letter first."""
        label = _NOT_PLAIN.sub("_", mask(text)).strip("_") or "it"
        return label if label[0].isalpha() else f"n_{label}"

    @property
    def tags(self) -> Value:
        """The tags of a new resource; None for none."""
        return HclReference("var.tags")

    @property
    def tags_of_each(self) -> Value:
        """The tags of each of several resources, with its key as its name."""
        return HclReference("merge(var.tags, { Name = each.key })")

    def tags_named(self, name: str) -> Value:
        """Return the tags of a resource with a name."""
        return HclReference(f"merge(var.tags, {{ Name = {quote(name)} }})")

    def group_name(self, change: CreateSecurityGroup) -> str:
        """Return the name of a new security group in AWS."""
        return change.name

    def address_type(self, kind: str) -> Value:
        """Return the type of addresses of a new endpoint."""
        return kind

    def existing(self, resource_id: str) -> Value:
        """Return an existing resource as another one names it."""
        return resource_id

    def label(self, resource_id: str) -> str:
        """Return the label of a part of an existing resource."""
        return self.plain(resource_id)

    def given(self, name: str, value: Value) -> Value:
        """Return an argument: its variable, or its value."""
        return HclReference(f"var.{name}") if name in self.inputs else value

    def service(self, service_name: str) -> Value:
        """Return the name of AWS's own service in the Region of the variable; any other name as it is."""
        parts = split_at_region(service_name, self._region)
        if parts is None:
            return service_name
        return HclReference(f"{quote(parts[0])[:-1]}.${{var.region}}.{quote(parts[1])[1:]}")

    def group(self, group_id: str) -> str:
        """Return the label of a security group: one that the plan creates, or any other by its id."""
        return self._groups.get(group_id) or self.plain(group_id)

    def reference(self, group_id: str) -> HclReference | str:
        """Return a security group as another resource names it."""
        if group_id in self._groups:
            return HclReference(f"aws_security_group.{self._groups[group_id]}.id")
        return group_id

    def peer(self, peer: str) -> HclReference | str:
        """Return the peer of a rule: a reference to a new group or to a prefix list by name, or its value."""
        if peer in self._groups:
            return self.reference(peer)
        if is_new(peer):
            return HclReference(f"data.aws_prefix_list.{self.prefix_list(peer)}.id")
        return peer

    def peer_key(self, peer: str) -> str:
        """Return the label of a peer."""
        if peer in self._groups:
            return self._groups[peer]
        return self.prefix_list(peer) if is_new(peer) else peer

    def prefix_list(self, prefix_list: str) -> str:
        """Return the label of a prefix list whose id is not known."""
        return self.plain(prefix_list.partition("-new-")[2])

    def endpoint_key(self, change: CreateInterfaceEndpoint | CreateGatewayEndpoint) -> str:
        """Return the label of an endpoint: its service, with its VPC if there are several."""
        return self._endpoint_names[change.endpoint_id]


def split_at_region(service_name: str, region: str | None) -> tuple[str, str] | None:
    """Return the parts of the name of AWS's own service before and after the Region; None for any other name.

    The name of a PrivateLink service of somebody else holds the Region of that service:
    https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html
    """
    before, separator, after = service_name.partition(f".{region}.")
    if region is None or not separator or after.startswith("vpce-svc-"):
        return None
    return before, after


def _inputs(changes: list[Change]) -> dict[str, Value]:
    """Return the values of variables: the ids shared by all created resources."""
    made = [
        change
        for change in changes
        if isinstance(change, CreateSecurityGroup | CreateInterfaceEndpoint | CreateGatewayEndpoint)
    ]
    vpcs = {change.vpc_id for change in made}
    subnets = {change.subnets for change in made if isinstance(change, CreateInterfaceEndpoint)}
    tables = {change.route_tables for change in made if isinstance(change, CreateGatewayEndpoint)}
    inputs: dict[str, Value] = {}
    if len(vpcs) == 1:
        inputs["vpc_id"] = vpcs.pop()
    if len(subnets) == 1:
        inputs["subnet_ids"] = list(subnets.pop())
    if len(tables) == 1:
        inputs["route_table_ids"] = list(tables.pop())
    return inputs
