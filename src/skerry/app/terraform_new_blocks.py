"""New resources of a plan in Terraform code: each in the innermost module with references to all its parts."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from skerry.app.terraform_names import CodeNames, groups_in, rules_in
from skerry.model.world import World
from skerry.plan.change_calls import description_of
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    ModifyEndpoint,
    RouteToInternetGateway,
    RouteToNat,
    is_new,
)
from skerry.plan.records import Plan, Planned
from skerry.render import iac_common, terraform_resources, terraform_routes
from skerry.render.hcl import HclReference, Value
from skerry.render.terraform_blocks import ResourceBlock, format_resources
from skerry.sources.terraform.code_edits import UneditableCode
from skerry.sources.terraform.code_references import CodeReferences
from skerry.sources.terraform.code_tree import ModulePath

_FILE: Final = "vpc_endpoints.tf"
"""A new file for new endpoints in a module that has none yet."""
OLDER_RULE: Final = "aws_security_group_rule"
NEWER_RULES: Final = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
_HEADER: Final = re.compile(r'^resource "([\w-]+)" "([\w-]+)"', re.MULTILINE)
_SIDES: Final = {"in": "ingress", "out": "egress"}

Refuse = Callable[[Planned, str], None]


class NewBlocks:
    """The new resources of a plan, by the module that gets them."""

    def __init__(self, world: World, references: CodeReferences, plan: Plan) -> None:
        self._world = world
        self._references = references
        self._tree = references.tree
        self._rows: dict[ModulePath, list[Planned]] = {}
        self._names: dict[ModulePath, CodeNames] = {}
        self._homes: dict[str, ModulePath] = {}
        self._homeless: dict[str, str] = {}
        for vpc, resources in _named_by(plan).items():
            try:
                self._homes[vpc] = references.common_module(resources)
            except UneditableCode as reason:
                self._homeless[vpc] = str(reason)
        self._created = [planned for planned in plan.changes if isinstance(planned.change, _CREATED)]
        self._modified = [planned for planned in plan.changes if isinstance(planned.change, ModifyEndpoint)]

    def home_of(self, vpc: str) -> ModulePath | None:
        """Return the module of the new resources of a VPC; None if it gets none."""
        return self._homes.get(vpc)

    def place(self, planned: Planned, *resources: str) -> None:
        """Put a change into the module of its VPC, or into the innermost one with these resources."""
        change = planned.change
        if isinstance(change, _CREATED):
            at = self._required_home(change.vpc_id)
        elif isinstance(change, AuthorizeRule) and is_new(change.group_id):
            at = self._required_home(self._vpc_of_group(change.group_id))
        else:
            at = self._references.common_module(resources)
        self._rows.setdefault(at, []).append(planned)

    def _required_home(self, vpc: str) -> ModulePath:
        if vpc in self._homeless:
            raise UneditableCode(self._homeless[vpc])
        return self._homes[vpc]

    def _vpc_of_group(self, group: str) -> str:
        owners = (one.change for one in self._created if isinstance(one.change, CreateSecurityGroup))
        return next(change.vpc_id for change in owners if change.group_id == group)

    def names(self, at: ModulePath) -> CodeNames:
        """Return the names of the new blocks of a module."""
        if at not in self._names:
            own = [
                one
                for one in self._created
                if isinstance(one.change, _CREATED) and self.home_of(one.change.vpc_id) == at
            ]
            self._names[at] = CodeNames([*own, *self._modified], self._world, self._references, at)
        return self._names[at]

    def append(self, at: ModulePath, text: str, owner: str | None = None) -> None:
        """Add a block to the file with the endpoints of a module, else to one of its own.

        A part of an existing resource of the module, such as a rule of a group, is added to the file of its owner.
        """
        file = None
        if owner is not None and self._references.is_of_code(owner):
            address = self._references.address_of(owner)
            file = self._tree.resource(address).file if address.module == at else None
        if file is None:
            file = next((one.file for one in self._tree.blocks(at, "aws_vpc_endpoint")), None)
        file = self._tree.file(at, _FILE) if file is None else file
        file.require_editable()
        file.edits.add_block(text)

    def write(self, refuse: Refuse) -> None:
        """Write the new resources; one without a reference is for people."""
        for at in dict.fromkeys([*self._rows, *self._names]):
            names = self.names(at)
            writable = [planned for planned in self._rows.get(at, ()) if self._can_write(at, planned, refuse)]
            try:
                for rows in self._by_vpc(writable):
                    ordered = sorted(rows, key=partial(_order_of, names))
                    blocks = [self._in_module(one, at) for one in self._blocks(at, ordered)]
                    owners = {one.address: self._owner_of(one.rows[0].change) for one in blocks}
                    for text in format_resources(blocks, rows):
                        header = _HEADER.search(text)
                        self.append(at, text, None if header is None else owners.get(f"{header[1]}.{header[2]}"))
                for block in names.lookup_blocks():
                    self.append(at, block)
            except UneditableCode as reason:
                for planned in writable:
                    refuse(planned, str(reason))

    def _by_vpc(self, rows: Iterable[Planned]) -> list[list[Planned]]:
        """Return changes by their VPC: its resources have a provider of their own."""
        groups: dict[str, list[Planned]] = {}
        for planned in rows:
            groups.setdefault(self._vpc_of(planned.change), []).append(planned)
        return list(groups.values())

    def _owner_of(self, change: Change) -> str | None:
        """Return the existing resource that a change adds a part to; None for a resource of its own."""
        match change:
            case AuthorizeRule() if not is_new(change.group_id):
                return change.group_id
            case AddAclEntry():
                return change.acl_id
            case RouteToNat() | RouteToInternetGateway():
                return change.route_table_id
            case _:
                return None

    def _vpc_of(self, change: Change) -> str:
        world = self._world
        match change:
            case CreateSecurityGroup() | CreateInterfaceEndpoint() | CreateGatewayEndpoint() | CreateNatGateway():
                return change.vpc_id
            case AuthorizeRule() if is_new(change.group_id):
                return self._vpc_of_group(change.group_id)
            case AuthorizeRule():
                return str(world.security_groups[change.group_id].vpc_id)
            case AddAclEntry():
                return str(world.network_acls[change.acl_id].vpc_id)
            case RouteToNat() | RouteToInternetGateway():
                return str(world.route_tables[change.route_table_id].vpc_id)
            case _:
                return ""

    def _can_write(self, at: ModulePath, planned: Planned, refuse: Refuse) -> bool:
        try:
            list(self._blocks(at, [planned]))
        except UneditableCode as reason:
            refuse(planned, str(reason))
            return False
        return True

    def _blocks(self, at: ModulePath, rows: list[Planned]) -> Iterator[ResourceBlock]:
        names = self.names(at)
        yield from terraform_resources.groups(rows, names)
        if self._uses_older_rules(at):
            yield from _older_rules(rows, names)
        else:
            yield from terraform_resources.rules(self._world, rows, names)
        yield from terraform_resources.acl_entries(self._world, rows, names)
        yield from terraform_resources.interface_endpoints(rows, names)
        yield from terraform_resources.gateway_endpoints(rows, names)
        yield from terraform_routes.nat_gateways(self._world, rows, names)
        yield from terraform_routes.routes(self._world, rows, names)

    def _uses_older_rules(self, at: ModulePath) -> bool:
        """Return whether a module writes single rules with the older type alone."""
        return any(self._tree.blocks(at, OLDER_RULE)) and not any(
            one for kind in NEWER_RULES for one in self._tree.blocks(at, kind)
        )

    def _in_module(self, block: ResourceBlock, at: ModulePath) -> ResourceBlock:
        """Return a block with a free label, the provider of its VPC, and comments that name resources of the code."""
        names = self.names(at)
        own = {f"aws_security_group.{names.group(group)}" for group in groups_in(block.rows)}
        address = block.address if block.address in own else names.free(*block.address.split(".", 1))
        meta = self._meta_arguments(block, at)
        comment = self._references.named(iac_common.reasons_of(block.rows))
        settings = (meta, *block.settings) if meta else block.settings
        return block._replace(address=address, comment=comment, settings=settings)

    def _meta_arguments(self, block: ResourceBlock, at: ModulePath) -> Mapping[str, Value]:
        """Return the provider and the Region of the VPC that a block belongs to, as its code has them."""
        vpc = self._vpc_of(block.rows[0].change)
        if not self._references.is_of_code(vpc):
            return {}
        return {name: HclReference(text) for name, text in self._references.meta_arguments(vpc, at).items()}


_CREATED: Final = (CreateSecurityGroup, CreateInterfaceEndpoint, CreateGatewayEndpoint, CreateNatGateway)


def _named_by(plan: Plan) -> dict[str, list[str]]:
    """Return the existing resources that the new ones of each VPC name."""
    named: dict[str, list[str]] = {}
    for planned in plan.changes:
        change = planned.change
        match change:
            case CreateSecurityGroup():
                names = [change.vpc_id]
            case CreateNatGateway():
                names = [change.vpc_id, change.subnet_id]
            case CreateInterfaceEndpoint():
                groups = (group for group in change.groups if not is_new(group))
                names = [change.vpc_id, *change.subnets, *groups]
            case CreateGatewayEndpoint():
                names = [change.vpc_id, *change.route_tables]
            case _:
                continue
        named.setdefault(change.vpc_id, []).extend(names)
    return named


def _older_rules(rows: list[Planned], names: CodeNames) -> Iterator[ResourceBlock]:
    """Yield rules of the older type, those of one group, direction and port as one.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group_rule
    """
    same: dict[tuple[str, str, str, int, str], list[Planned]] = {}
    for planned, change in rules_in(rows):
        rule = change.rule
        peer = rule.peer if rule.kind == "group" else ""
        same.setdefault((change.group_id, change.direction, rule.protocol, rule.port, peer), []).append(planned)
    for (group, direction, protocol, port, _), members in same.items():
        peers = dict(names.peers([change.rule for _, change in rules_in(members)]))
        listed = peers.pop("security_groups", None)
        if isinstance(listed, list):
            peers["source_security_group_id"] = listed[0]
        settings: dict[str, Value] = {
            "type": _SIDES[direction],
            "security_group_id": names.reference(group),
            "description": description_of(members[0]),
            "protocol": protocol,
            "from_port": port,
            "to_port": port,
            **peers,
        }
        address = f"{OLDER_RULE}.{names.group(group)}_{_SIDES[direction]}_{port}"
        yield ResourceBlock("filters", address, tuple(members), (settings,), "")


def _order_of(names: CodeNames, planned: Planned) -> str:
    """Return the key by which rules are sorted; other changes keep their order."""
    return names.peer_key(planned.change.rule.peer) if isinstance(planned.change, AuthorizeRule) else ""
