"""A plan as edits of Terraform code: changed arguments in the block of each object, and new blocks near it."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from skerry.app.edited_files import ManualStep
from skerry.app.terraform_edits import ArgumentEdit, BlockEdits, NestedBlock, separate_blocks_of
from skerry.app.terraform_names import label_of, rules_in
from skerry.app.terraform_new_blocks import NEWER_RULES, OLDER_RULE, NewBlocks
from skerry.app.terraform_policies import added_statements, append_statements
from skerry.model.world import World
from skerry.plan.change_calls import description_of
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    ModifyEndpoint,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
    is_new,
)
from skerry.plan.records import Plan, Planned
from skerry.render import iac_common
from skerry.render.hcl import HclReference, Value, format_block
from skerry.render.plan import title_of
from skerry.sources.terraform.code_edits import UneditableCode
from skerry.sources.terraform.code_references import CodeReferences
from skerry.sources.terraform.code_tree import ModulePath, ResourceAddress

_LISTS: Final = {
    "subnets": ("subnet_ids", "aws_vpc_endpoint_subnet_association", "subnet_id"),
    "groups": ("security_group_ids", "aws_vpc_endpoint_security_group_association", "security_group_id"),
    "route_tables": ("route_table_ids", "aws_vpc_endpoint_route_table_association", "route_table_id"),
}
"""The lists of an endpoint: its argument, and the type of single associations with their argument."""
_ADOPTED: Final = frozenset({"aws_default_network_acl", "aws_default_route_table", "aws_default_security_group"})
"""Types that take away all rules or routes other than their own blocks."""
_SIDES: Final = {"in": "ingress", "out": "egress"}
_ANYWHERE: Final = "0.0.0.0/0"
_RuleKey = tuple[str, str, str, int]


class TerraformFixes:
    """The edits of one folder of code. ``manual`` are the changes that no edit makes."""

    def __init__(self, world: World, references: CodeReferences, plan: Plan) -> None:
        self._world = world
        self._references = references
        self._tree = references.tree
        self._plan = plan
        self._edits = BlockEdits(references)
        self._new = NewBlocks(world, references, plan)
        self._inline: dict[_RuleKey, list[Planned]] = {}
        self.manual: list[ManualStep] = []

    def make(self) -> None:
        """Make the edits of the plan."""
        for planned in self._plan.in_order:
            try:
                self._add(planned)
            except UneditableCode as reason:
                self._refuse(planned, str(reason))
        for rows in self._inline.values():
            self._inline_rule(rows)
        self._edits.make()
        self._new.write(self._refuse)

    def _refuse(self, planned: Planned, reason: str, snippet: str = "") -> None:
        title, why = (self._references.named(text) for text in (title_of(planned.change), reason))
        origin = planned.origin
        where = None if origin is None or origin.file is None else origin.without_address
        place = "" if where is None or where in why else f", {where}"
        step = ManualStep(f"{title} ({why}{place})", snippet)
        if step not in self.manual:
            self.manual.append(step)

    def _add(self, planned: Planned) -> None:
        change = planned.change
        match change:
            case CreateSecurityGroup() | CreateInterfaceEndpoint() | CreateGatewayEndpoint() | CreateNatGateway():
                self._new.place(planned)
            case AuthorizeRule():
                self._rule(planned, change)
            case ModifyEndpoint():
                self._modify(planned, change)
            case SetVpcAttribute():
                address = self._references.address_of(change.vpc_id)
                edit = ArgumentEdit(change.attribute, lambda _: ["true"], partial(self._refuse, planned))
                self._edits.set_argument(address, edit)
            case AddAclEntry():
                self._entry(planned, change)
            case RouteToNat() | RouteToInternetGateway():
                self._route(planned, change)
            case ConfigureService() if change.has_settings:
                self._service(planned, change)
            case _:
                raise UneditableCode(_words_of(change) or "no edit of Terraform code makes it")

    # ------------------------------------------------------------------------------------------------------- endpoints

    def _modify(self, planned: Planned, change: ModifyEndpoint) -> None:
        address = self._references.address_of(change.endpoint_id)
        for field in _LISTS:
            if getattr(change, field):
                self._append(planned, address, change, field)
        if change.private_dns is not None:
            owners = separate_blocks_of(self._references, address, "vpc_endpoint_id", ("aws_vpc_endpoint_private_dns",))
            owner = next(owners, None)
            place = address if owner is None else address._replace(resource=".".join(owner.block.labels))
            words = [str(change.private_dns).lower()]
            edit = ArgumentEdit("private_dns_enabled", lambda _: words, partial(self._refuse, planned))
            self._edits.set_argument(place, edit)
        if change.policy is not None:
            self._policy(planned, change)

    def _append(self, planned: Planned, address: ResourceAddress, change: ModifyEndpoint, field: str) -> None:
        """Add to a list of an endpoint: its argument, or an association if the code has such ones for it."""
        name, kind, item = _LISTS[field]
        resources: tuple[str, ...] = getattr(change, field)
        home = self._new.home_of(self._world.vpc_endpoints[change.endpoint_id].vpc_id)

        def member(resource: str, at: ModulePath) -> str:
            if is_new(resource) and home != at:
                raise UneditableCode("the new security group is in another module")
            reference = self._new.names(at).reference(resource)
            return reference.text if isinstance(reference, HclReference) else reference

        if any(separate_blocks_of(self._references, address, "vpc_endpoint_id", (kind,))):
            names = self._new.names(address.module)
            for resource in resources:
                body: dict[str, Value] = {
                    "vpc_endpoint_id": HclReference(f"{address.resource}{address.key}.id"),
                    item: HclReference(member(resource, address.module)),
                }
                label = names.free(kind, f"{label_of(address)}_{names.group(resource)}")
                self._new.append(address.module, _resource(label, body), change.endpoint_id)
            return
        refuse = partial(self._refuse, planned)
        words = lambda at: [member(one, at) for one in resources]  # noqa: E731 -- one expression
        self._edits.set_argument(address, ArgumentEdit(name, words, refuse, is_list=True))

    def _policy(self, planned: Planned, change: ModifyEndpoint) -> None:
        """Add statements to the policy of an endpoint that its code writes out."""
        address = self._references.address_of(change.endpoint_id)
        before = self._world.vpc_endpoints[change.endpoint_id].policy_document
        statements = added_statements(before if isinstance(before, str) else None, change.policy or "")
        if self._references.instances_of(address) != {address}:
            raise UneditableCode("its block is also that of other endpoints")
        reason = append_statements(self._tree, address, statements)
        if reason is not None:
            self._refuse(planned, *reason)

    # ---------------------------------------------------------------------------------------------- entries and routes

    def _entry(self, planned: Planned, change: AddAclEntry) -> None:
        address = self._references.address_of(change.acl_id)
        if not self._is_adopted(address):
            block = None if address.attribute else self._tree.resource(address).block
            ways = _SIDES.values()
            if block is None or not any(block.nested(one) or one in block.attributes for one in ways):
                self._new.place(planned, change.acl_id)
                return
        arguments: dict[str, Value] = {
            "rule_no": change.number,
            "action": "allow",
            "protocol": "tcp",
            "cidr_block": change.cidr,
            "from_port": change.ports[0],
            "to_port": change.ports[1],
        }
        nested = NestedBlock(_SIDES[change.direction], arguments, partial(self._refuse, planned))
        self._edits.nest(address, nested)

    def _is_adopted(self, address: ResourceAddress) -> bool:
        return address.resource.partition(".")[0] in _ADOPTED

    def _route(self, planned: Planned, change: RouteToNat | RouteToInternetGateway) -> None:
        address = self._references.address_of(change.route_table_id)
        key, target = "gateway_id", getattr(change, "internet_gateway_id", "")
        if isinstance(change, RouteToNat):
            key, target = "nat_gateway_id", change.nat_gateway_id
        block = None if address.attribute else self._tree.resource(address).block
        is_inline = block is not None and bool(block.nested("route") or "route" in block.attributes)
        if not is_inline and not self._is_adopted(address):
            self._new.place(planned, change.route_table_id, *(() if is_new(target) else (target,)))
            return
        reference = self._new.names(address.module).existing(target)
        arguments: dict[str, Value] = {"cidr_block": _ANYWHERE, key: reference}
        self._edits.nest(address, NestedBlock("route", arguments, partial(self._refuse, planned)))

    def _service(self, planned: Planned, change: ConfigureService) -> None:
        services = self._world.facts.services
        arns = [str(one.service_arn) for one in services if one.service_name == change.service]
        if len(arns) != 1 or change.subnets or change.groups:
            raise UneditableCode("the subnets and groups of a service are for people to change")
        address, refuse = self._references.address_of(arns[0]), partial(self._refuse, planned)
        if change.platform_version:
            version = f'"{change.platform_version}"'
            self._edits.set_argument(address, ArgumentEdit("platform_version", lambda _: [version], refuse))
        if change.assign_public_ip is not None:
            value = str(change.assign_public_ip).lower()
            edit = ArgumentEdit("assign_public_ip", lambda _: [value], refuse)
            self._edits.set_inside(address, "network_configuration", edit)

    # ----------------------------------------------------------------------------------------------------------- rules

    def _rule(self, planned: Planned, change: AuthorizeRule) -> None:
        """Add a rule in the form of its group: inside its block, or as a resource of its own; both contradict.

        https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group
        """
        if is_new(change.group_id):
            self._new.place(planned)
        elif self._is_inline(change):
            key = (change.group_id, change.direction, change.rule.protocol, change.rule.port)
            self._inline.setdefault(key, []).append(planned)
        else:
            self._new.place(planned, change.group_id)

    def _is_inline(self, change: AuthorizeRule) -> bool:
        """Return whether the rules of a group are blocks of it, in this direction or in the other one."""
        address = self._references.address_of(change.group_id)
        if address.attribute or self._is_adopted(address):
            return not address.attribute
        block = self._tree.resource(address).block
        inline = {way for way in _SIDES.values() if block.nested(way) or way in block.attributes}
        if _SIDES[change.direction] in inline:
            return True
        kinds = (OLDER_RULE, *NEWER_RULES)
        return bool(inline) and not any(separate_blocks_of(self._references, address, "security_group_id", kinds))

    def _inline_rule(self, rows: list[Planned]) -> None:
        """Add a block to a group for the rules of one direction and port."""
        changes = [change for _, change in rules_in(rows)]
        first = changes[0]
        try:
            address = self._references.address_of(first.group_id)
            if not self._tree.is_local(address.module):
                raise UneditableCode("its rules are blocks of a downloaded module")  # noqa: TRY301
            names = self._new.names(address.module)
            rules = sorted((change.rule for change in changes), key=lambda rule: names.peer_key(rule.peer))
            arguments: dict[str, Value] = {
                "description": description_of(rows[0]),
                "from_port": first.rule.port,
                "to_port": first.rule.port,
                "protocol": first.rule.protocol,
                **dict(names.peers(rules)),
            }
        except UneditableCode as reason:
            for planned in rows:
                self._refuse(planned, str(reason))
            return
        self._edits.nest(address, NestedBlock(_SIDES[first.direction], arguments, partial(self._refuse, rows[0])))


def _resource(address: str, body: Mapping[str, Value]) -> str:
    kind, label = address.split(".", 1)
    return format_block(f'resource "{kind}" "{label}"', body)


def _words_of(change: Change) -> str:
    """Return the words of a manual step, if it has some."""
    return " ".join(iac_common.manual_details_of(change)[:1])
