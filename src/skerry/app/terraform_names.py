"""Names in new blocks of a user's Terraform code: references instead of ids, and labels that the module has free."""

from collections.abc import Iterator, Sequence
from typing import Final

from skerry.catalogue.services import service_of_endpoint
from skerry.model.world import World
from skerry.plan.change_calls import services_of_prefix_lists
from skerry.plan.changes import (
    AuthorizeRule,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    Rule,
)
from skerry.plan.records import Planned
from skerry.render.hcl import HclReference, Value, format_block, quote
from skerry.render.iac_names import Names, split_at_region
from skerry.sources.terraform.code_edits import UneditableCode
from skerry.sources.terraform.code_references import CodeReferences
from skerry.sources.terraform.code_tree import ModulePath, ResourceAddress

_LISTS: Final = frozenset({"subnet_ids", "route_table_ids"})
_GROUP: Final = "aws_security_group"


class CodeNames(Names):
    """The names of new blocks in one module. Raises `UneditableCode` where the module cannot refer to a resource."""

    def __init__(self, rows: list[Planned], world: World, references: CodeReferences, at: ModulePath) -> None:
        super().__init__(rows, world.region)
        self._world = world
        self._references = references
        self._at = at
        self._services = services_of_prefix_lists(world, rows)
        self._vpcs = {vpc for planned in rows if (vpc := getattr(planned.change, "vpc_id", None)) is not None}
        self._taken = references.tree.labels(at)
        groups = [planned.change for planned in rows if isinstance(planned.change, CreateSecurityGroup)]
        self._own_groups = {
            change.group_id: self.free(_GROUP, self.plain(self._own_label(change, len(groups)))).partition(".")[2]
            for change in groups
        }
        self._groups = dict(self._own_groups)
        self.lookups: dict[str, str] = {}
        self._peer_keys: dict[str, str] = {}

    def free(self, kind: str, label: str) -> str:
        """Return the address of a new block with this label, or with a number if the module has one of that name."""
        address, number = f"{kind}.{label}", 2
        while address in self._taken:
            address, number = f"{kind}.{label}_{number}", number + 1
        self._taken.add(address)
        return address

    @property
    def tags(self) -> Value:
        """No tags: those of the provider hold."""
        return None

    @property
    def tags_of_each(self) -> Value:
        """The name of each of several resources."""
        return HclReference("{ Name = each.key }")

    def tags_named(self, name: str) -> Value:
        """Return the name as a tag."""
        return {"Name": name}

    def group_name(self, change: CreateSecurityGroup) -> str:
        """Return a name for a security group: of its VPC, as the code calls it."""
        return change.name.replace(change.vpc_id, self._label_of_vpc(change.vpc_id))

    def _label_of_vpc(self, vpc: str) -> str:
        """Return the label of a VPC; of one in an inner module, the name of the call."""
        if not self._references.is_of_code(vpc):
            return vpc
        address = self._references.address_of(vpc)
        inner = address.module[len(self._at) :]
        return self.plain(inner[0].removeprefix("module.")) if inner else label_of(address)

    def _own_label(self, change: CreateSecurityGroup, count: int) -> str:
        return "endpoints" if count == 1 else f"endpoints_{self._label_of_vpc(change.vpc_id)}"

    def address_type(self, kind: str) -> Value:
        """Return the type of addresses if it is another one than AWS's default."""
        return None if kind == "ipv4" else kind

    def existing(self, resource_id: str) -> Value:
        """Return the reference to a resource of the code."""
        return HclReference(self._references.one(resource_id, self._at))

    def label(self, resource_id: str) -> str:
        """Return a label from the address of a resource."""
        return label_of(self._references.address_of(resource_id))

    def given(self, name: str, value: Value) -> Value:
        """Return the references for an argument with ids."""
        if name in _LISTS and isinstance(value, list):
            return HclReference(self._references.many([str(one) for one in value], self._at))
        return self.existing(str(value))

    def service(self, service_name: str) -> Value:
        """Return the name of a service, in the Region as the module writes it."""
        parts = split_at_region(service_name, self._region)
        expression = self._region_expression()
        if parts is None or expression is None:
            return service_name
        return HclReference(f"{quote(parts[0])[:-1]}.${{{expression}}}.{quote(parts[1])[1:]}")

    def _region_expression(self) -> str | None:
        """Return what the module writes for the Region; None if a VPC has another provider than the module."""
        vpcs = (vpc for vpc in self._vpcs if self._references.is_of_code(vpc))
        if any(self._references.meta_arguments(vpc, self._at) for vpc in vpcs):
            return None
        return self._references.region_expression(self._at, self._region)

    def group(self, group_id: str) -> str:
        """Return the label of a security group."""
        return self._own_groups.get(group_id) or self.label(group_id)

    def reference(self, group_id: str) -> HclReference | str:
        """Return a security group as another resource names it."""
        if group_id in self._own_groups:
            return HclReference(f"{_GROUP}.{self._own_groups[group_id]}.id")
        return HclReference(self._references.one(group_id, self._at))

    def endpoint_key(self, change: CreateInterfaceEndpoint | CreateGatewayEndpoint) -> str:
        """Return the label of an endpoint among those of its VPC: its service."""
        ref = service_of_endpoint(change.service_name)
        return change.service_name if ref is None else ref.key

    def peer(self, peer: str) -> HclReference | str:
        """Return the peer of a rule: a reference, or a block of addresses that no resource has."""
        if peer.startswith("pl-"):
            return self._prefix_list(peer)
        if peer.startswith("sg-"):
            return self.reference(peer)
        owner = self._owner_of_block(peer)
        if owner is not None:
            try:
                return HclReference(self._references.one(owner, self._at, "cidr_block", may_add=False))
            except UneditableCode:
                return peer
        return peer

    def peer_key(self, peer: str) -> str:
        """Return the key of a peer among several; two peers never share one."""
        if peer not in self._peer_keys:
            key, taken, number = self._key_of(peer), set(self._peer_keys.values()), 2
            free = key
            while free in taken:
                free, number = f"{key}_{number}", number + 1
            self._peer_keys[peer] = free
        return self._peer_keys[peer]

    def _key_of(self, peer: str) -> str:
        if peer.startswith("pl-"):
            return self.plain(self._service_of(peer))
        owner = peer if peer.startswith("sg-") else self._owner_of_block(peer)
        if owner in self._own_groups:
            return self._own_groups[owner]
        return peer if owner is None else self.label(owner)

    def peers(self, rules: Sequence[Rule]) -> Iterator[tuple[str, Value]]:
        """Yield the arguments of a block that lists the peers of several rules."""
        rows: dict[str, list[str]] = {"cidr_blocks": [], "security_groups": [], "prefix_list_ids": []}
        keys = {"cidr": "cidr_blocks", "group": "security_groups", "prefix-list": "prefix_list_ids"}
        for rule in rules:
            rows[keys[rule.kind]].append(rule.peer)
        for key, peers in rows.items():
            if peers:
                yield key, self._listed(peers)

    def _listed(self, peers: Sequence[str]) -> Value:
        owners = [None if "-" in peer else self._owner_of_block(peer) for peer in peers]
        written = [one for one in owners if one is not None]
        if len(written) == len(peers):
            try:
                return HclReference(self._references.many(written, self._at, "cidr_block", may_add=False))
            except UneditableCode:
                pass
        return [self.peer(peer) for peer in peers]

    def _owner_of_block(self, block: str) -> str | None:
        """Return the subnet or the VPC of the code with a block of addresses."""
        owners = [row.subnet_id for row in self._world.facts.subnets if str(row.cidr_block) == block]
        owners += [row.vpc_id for row in self._world.facts.vpcs if str(row.cidr_block) == block]
        written = [one for one in owners if self._references.is_of_code(one)]
        return written[0] if len(written) == 1 else None

    def _service_of(self, prefix_list: str) -> str:
        """Return the name of an AWS prefix list, such as ``com.amazonaws.eu-west-1.s3``."""
        rows = {row.prefix_list_id: row.prefix_list_name for row in self._world.facts.prefix_lists}
        name = self._services.get(prefix_list) or rows.get(prefix_list)
        if not isinstance(name, str):
            raise UneditableCode(f"the name of {prefix_list} is not known")
        return name

    def _prefix_list(self, prefix_list: str) -> HclReference:
        """Return the id of a prefix list: of the code, of a gateway endpoint of the code, or looked up by its name.

        https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/prefix_list
        """
        if self._references.is_of_code(prefix_list):
            return HclReference(self._references.one(prefix_list, self._at))
        name = self._service_of(prefix_list)
        for endpoint in self._world.facts.vpc_endpoints:
            is_gateway = endpoint.vpc_endpoint_type == "Gateway" and endpoint.service_name == name
            if is_gateway and self._references.is_of_code(endpoint.vpc_endpoint_id):
                try:
                    reference = self._references.one(
                        endpoint.vpc_endpoint_id, self._at, "prefix_list_id", may_add=False
                    )
                    return HclReference(reference)
                except UneditableCode:
                    break
        if name not in self.lookups:
            ref = service_of_endpoint(name)
            self.lookups[name] = self.free("data.aws_prefix_list", self.plain(ref.key if ref else name))
        return HclReference(f"{self.lookups[name]}.id")

    def lookup_blocks(self) -> Iterator[str]:
        """Yield the data sources of prefix lists, with the provider of the VPCs."""
        for name, address in self.lookups.items():
            vpcs = self._vpcs or {row.vpc_id for row in self._world.facts.vpcs}
            written = (vpc for vpc in vpcs if self._references.is_of_code(vpc))
            metas = [self._references.meta_arguments(vpc, self._at) for vpc in written]
            if any(meta != metas[0] for meta in metas):
                raise UneditableCode("the VPCs have several providers")
            meta: dict[str, Value] = {key: HclReference(text) for key, text in (metas[0] if metas else {}).items()}
            label = address.rpartition(".")[2]
            yield format_block(f'data "aws_prefix_list" "{label}"', meta, {"name": self.service(name)})


def label_of(address: ResourceAddress) -> str:
    """Return a label from an address: that of the resource with its key."""
    return Names.plain(
        address.resource.rpartition(".")[2] + address.key + (address.attribute and f"_{address.attribute}")
    )


def groups_in(rows: Sequence[Planned]) -> set[str]:
    """Return the new security groups of changes."""
    return {planned.change.group_id for planned in rows if isinstance(planned.change, CreateSecurityGroup)}


def rules_in(rows: Sequence[Planned]) -> list[tuple[Planned, AuthorizeRule]]:
    """Return the new rules of changes."""
    return [(planned, planned.change) for planned in rows if isinstance(planned.change, AuthorizeRule)]
