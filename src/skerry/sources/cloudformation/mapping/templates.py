"""The resources of all templates of one account and Region, by type and by what they belong to."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

import msgspec

from skerry.catalogue.partitions import partition_of
from skerry.sources.cloudformation.attributes import AttributeOwner
from skerry.sources.cloudformation.mapping.attributes import attribute_of, made_with_vpc, name_property_of
from skerry.sources.cloudformation.mapping.properties import Properties, StandIns
from skerry.sources.cloudformation.resolved import OpenPart, TemplateResource
from skerry.sources.cloudformation.values import Unresolved
from skerry.sources.planned.values import UNKNOWN
from skerry.sources.planned.values import Value as RowValue

VPC: Final = "AWS::EC2::VPC"
SUBNET: Final = "AWS::EC2::Subnet"
PARTS_OF_VPC: Final = {"DefaultNetworkAcl": "acl", "MainRouteTable": "rtb", "DefaultSecurityGroup": "sg"}
"""The parts that AWS makes with a VPC, and the beginnings of their ids."""
_IN_VPCS: Final = (SUBNET, "AWS::EC2::RouteTable", "AWS::EC2::SecurityGroup", "AWS::EC2::NetworkAcl")
_SHARED: Final = ("AWS::EC2::TransitGateway", "AWS::EC2::TransitGatewayRouteTable")
"""Types with routes between VPCs."""


class TemplatesPlace(msgspec.Struct, frozen=True):
    """The account and the Region of templates; ``account`` may be a stand-in."""

    region: str
    account: str

    @property
    def partition(self) -> str:
        """The partition of the Region."""
        partition = partition_of(self.region)
        return "aws" if partition is None else partition.name


class Made:
    """One resource: its id and its properties."""

    def __init__(self, resource: TemplateResource, stand_ins: StandIns) -> None:
        self.resource = resource
        self._owner = AttributeOwner(resource.evaluator, resource.entry)
        self._stand_ins = stand_ins
        self.properties = Properties(resource.properties, stand_ins)

    @cached_property
    def id(self) -> str:
        """The value of its Ref."""
        return self.attribute("Ref")

    @cached_property
    def arn(self) -> str:
        """Its ARN."""
        return self.attribute("Arn")

    def attribute(self, name: str) -> str:
        """Return an attribute as Fn::GetAtt gives it; made up in each part that is not known."""
        value = attribute_of(self._owner, name)
        return self._stand_ins.text_of("" if value is None else value)

    @property
    def has_own_name(self) -> bool:
        """Whether the template gives the resource a name, so that other templates can name it."""
        key = name_property_of(self.resource.type)
        return key is not None and key in self.properties

    @property
    def name(self) -> str:
        """The stack and the logical id."""
        return f"{self.resource.stack}.{self.resource.logical_id}"


def _is_in(name: str, texts: Iterable[str]) -> bool:
    return any(name in text for text in texts)


class Grouped:
    """Resources by the resource that one of their properties names."""

    def __init__(
        self,
        groups: Mapping[str, list[Made]],
        open_owners: frozenset[str],
        touched: frozenset[str],
        *,
        has_unknown_owner: bool,
        is_unlisted: bool,
    ) -> None:
        self._groups = groups
        self._open_owners = open_owners
        self._touched = touched
        self._has_unknown_owner = has_unknown_owner
        self.is_open = is_unlisted or has_unknown_owner

    def of(self, owner: str) -> list[Made]:
        """Return the resources of an owner."""
        return self._groups.get(owner, [])

    def may_have_more(self, owner: str) -> bool:
        """Return whether an owner may have resources that nobody can list."""
        return self.is_open or owner in self._open_owners or owner in self._touched

    def has_open_owner(self, owner: str) -> bool:
        """Return whether a resource under an unknown condition, or for an unknown owner, may belong to an owner."""
        return self._has_unknown_owner or owner in self._open_owners

    def __iter__(self) -> Iterator[str]:
        """Yield the owners."""
        return iter(self._groups)


class Templates:
    """The resources of templates, and the parts of them that nobody can list."""

    def __init__(
        self,
        resources: Iterable[TemplateResource],
        open_parts: Iterable[OpenPart],
        place: TemplatesPlace,
        accounts: Mapping[Unresolved, str],
    ) -> None:
        self.place = place
        self.stand_ins = StandIns(accounts)
        self.open_parts = tuple(open_parts)
        self._sure: dict[str, list[Made]] = {}
        self._perhaps: dict[str, list[Made]] = {}
        self._grouped: dict[tuple[str, str], Grouped] = {}
        for resource in resources:
            made = Made(resource, self.stand_ins)
            table = self._sure if resource.condition is None else self._perhaps
            table.setdefault(resource.type, []).append(made)

    def of(self, *kinds: str) -> list[Made]:
        """Return the resources of these types that are surely created."""
        return [made for kind in kinds for made in self._sure.get(kind, ())]

    def perhaps(self, *kinds: str) -> list[Made]:
        """Return the resources of these types under a condition that is not known."""
        return [made for kind in kinds for made in self._perhaps.get(kind, ())]

    def all(self) -> Iterator[Made]:
        """Yield every resource."""
        for table in (self._sure, self._perhaps):
            for rows in table.values():
                yield from rows

    @property
    def types(self) -> frozenset[str]:
        """The types of all resources."""
        return frozenset((*self._sure, *self._perhaps))

    def may_hold(self, *kinds: str) -> bool:
        """Return whether there may be resources of these types in a part that nobody can list."""
        return any(part.types is None or not part.types.isdisjoint(kinds) for part in self.open_parts)

    def is_open(self, *kinds: str) -> bool:
        """Return whether there may be resources of these types that belong to any resource of the templates.

        A part that can name certain resources alone leaves the `touched` ones open.
        """
        parts = (part for part in self.open_parts if part.types is None or not part.types.isdisjoint(kinds))
        return any(map(self._is_unbounded, parts))

    def _is_unbounded(self, part: OpenPart) -> bool:
        """Return whether a part can name any resource, or one whose routes reach other VPCs."""
        if part.texts is None:
            return True
        return any(_is_in(made.id, part.texts) for made in (*self.of(*_SHARED), *self.perhaps(*_SHARED)))

    @cached_property
    def touched(self) -> frozenset[str]:
        """The ids of all resources that an unlisted part can name, and of all parts of their VPCs.

        A resource without a name of its own has one with a random end, or an id.
        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
        """
        texts = [text for part in self.open_parts if part.texts is not None for text in part.texts]
        if all(part.texts is None for part in self.open_parts):
            return frozenset()
        names = {made.id for made in self.all() if made.has_own_name or _is_in(made.id, texts)}
        return frozenset(names) | {name for name, vpc in self._vpc_of_parts.items() if vpc in self._touched_vpcs}

    @cached_property
    def _vpc_of_parts(self) -> Mapping[str, str]:
        """The VPC of each VPC, subnet, route table, group and network ACL."""
        rows = [*self.of(*_IN_VPCS), *self.perhaps(*_IN_VPCS)]
        owners = {made.id: vpc for made in rows if (vpc := made.properties.id("VpcId")) is not None}
        by_aws = {made_with_vpc(prefix, vpc, part): vpc for vpc in self.vpcs for part, prefix in PARTS_OF_VPC.items()}
        return {**owners, **by_aws, **{vpc: vpc for vpc in self.vpcs}}

    @cached_property
    def _touched_vpcs(self) -> frozenset[str]:
        texts = [text for part in self.open_parts if part.texts is not None for text in part.texts]
        return frozenset(vpc for name, vpc in self._vpc_of_parts.items() if _is_in(name, texts))

    def group_by(self, kind: str, name: str) -> Grouped:
        """Return the resources of a type by the resource that a property names."""
        key = kind, name
        if key not in self._grouped:
            self._grouped[key] = self._group(kind, name)
        return self._grouped[key]

    def _group(self, kind: str, name: str) -> Grouped:
        groups: dict[str, list[Made]] = {}
        for made in self.of(kind):
            owner = made.properties.id(name)
            if owner is not None:
                groups.setdefault(owner, []).append(made)
        perhaps = frozenset(filter(None, (made.properties.id(name) for made in self.perhaps(kind))))
        has_unknown_owner = any(map(self._may_be_ours, (*groups, *perhaps)))
        is_unlisted = self.is_open(kind)
        return Grouped(groups, perhaps, self.touched, has_unknown_owner=has_unknown_owner, is_unlisted=is_unlisted)

    def _may_be_ours(self, owner: str) -> bool:
        return self.stand_ins.is_made_up(owner)

    # ------------------------------------------------------------------------------------------------ VPCs and subnets

    @cached_property
    def vpcs(self) -> Mapping[str, Made]:
        """The VPCs that the templates create, by id."""
        return {made.id: made for made in self.of(VPC)}

    @cached_property
    def subnets(self) -> Mapping[str, Made]:
        """The subnets that the templates create, by id."""
        return {made.id: made for made in self.of(SUBNET)}

    @cached_property
    def closed_vpcs(self) -> frozenset[str]:
        """The VPCs with no other resources than those of the templates."""
        is_open = any(part.types is None and self._is_unbounded(part) for part in self.open_parts)
        return frozenset() if is_open else frozenset(self.vpcs) - self._touched_vpcs

    @cached_property
    def families(self) -> Mapping[str, str]:
        """The ARN of each task definition, by its family."""
        return {made.id.rpartition("/")[2].rpartition(":")[0]: made.id for made in self.of("AWS::ECS::TaskDefinition")}

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """The ARN of each role, by its name."""
        return {made.id: made.arn for made in self.of("AWS::IAM::Role")}

    def vpc_of_subnet(self, subnet: str) -> RowValue:
        """Return the VPC of a subnet; `UNKNOWN` for a subnet that the templates do not create."""
        made = self.subnets.get(subnet)
        vpc = None if made is None else made.properties.id("VpcId")
        return UNKNOWN if vpc is None else vpc

    def subnets_of(self, vpc: str) -> list[str]:
        """Return the subnets of a VPC."""
        return [name for name in self.subnets if self.vpc_of_subnet(name) == vpc]

    @cached_property
    def _further(self) -> Grouped:
        return self.group_by("AWS::EC2::VPCCidrBlock", "VpcId")

    def further_blocks_of(self, vpc: str) -> list[Made]:
        """Return the further blocks of a VPC."""
        return self._further.of(vpc)

    def may_have_further_blocks(self, vpc: str) -> bool:
        """Return whether a resource of the templates may give a VPC a block that is not known.

        An unlisted part leaves the lists of a VPC open, and its own blocks as they are.
        """
        return self._further.has_open_owner(vpc)
