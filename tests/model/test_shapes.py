"""The records have the fields that AWS's API models give to the answers, by name and by type."""

from functools import cache
from typing import Any

import msgspec
from botocore.loaders import create_loader
from botocore.model import ServiceModel

from skerry.model.batch import Job
from skerry.model.endpoints import FileSystem, HostedZone, HostedZoneSummary, RecordSet, ZoneVpc
from skerry.model.network import PrefixList, PrefixListEntry, VpcAttribute
from skerry.model.record import Camel, Pascal
from skerry.model.record_kinds import KINDS
from skerry.model.resolver_records import ResolverEndpoint, ResolverEndpointAddress
from skerry.model.schedules import EventRule, NamedTarget
from skerry.model.security_groups_and_acls import UsableGroup
from skerry.model.transit_records import TransitGatewayRoute, TransitGatewayRouteTable
from tests.tables import each

SERVICES = {"elasticfilesystem": "efs", "states": "stepfunctions"}
# Answers that are no list of rows under a key of their own, or that hold several kinds.
OTHERS = [
    (VpcAttribute, "ec2:DescribeVpcAttribute", ""),
    (PrefixListEntry, "ec2:GetManagedPrefixListEntries", "Entries"),
    (UsableGroup, "ec2:GetSecurityGroupsForVpc", "SecurityGroupForVpcs"),
    (HostedZone, "route53:ListHostedZones", "HostedZones"),
    (HostedZone, "route53:GetHostedZone", "HostedZone"),
    (ZoneVpc, "route53:GetHostedZone", "VPCs"),
    (HostedZoneSummary, "route53:ListHostedZonesByVPC", "HostedZoneSummaries"),
    (RecordSet, "route53:ListResourceRecordSets", "ResourceRecordSets"),
    (TransitGatewayRoute, "ec2:SearchTransitGatewayRoutes", "Routes"),
    (ResolverEndpointAddress, "route53resolver:ListResolverEndpointIpAddresses", "IpAddresses"),
    (NamedTarget, "events:ListTargetsByRule", "Targets"),
    (EventRule, "events:ListRules", "Rules"),
    (FileSystem, "elasticfilesystem:DescribeFileSystems", "FileSystems"),
    (Job, "batch:DescribeJobs", "jobs"),
]
KEYS = {"taskDefinitions": "taskDefinition", "Schedules": "", "stateMachines": "", "Pipes": ""}
# Records that several calls tell of.
SHARED = {PrefixList, TransitGatewayRouteTable, ResolverEndpoint, Job}
ANSWERS = [(kind.record, kind.action, KEYS.get(kind.key, kind.key)) for kind in KINDS if kind.record not in SHARED]

# How our types are written in the models.
TYPES = {
    "StrType": {"string", "timestamp"},
    "CustomType": {"string"},
    "BoolType": {"boolean"},
    "IntType": {"integer", "long"},
    "FloatType": {"double", "float", "timestamp"},
    "DictType": {"map"},
}


@cache
def model_of(service: str) -> ServiceModel:
    name = SERVICES.get(service, service)
    return ServiceModel(create_loader().load_service_model(name, "service-2"), name)


def shape_of(action: str, key: str) -> Any:
    service, _, operation = action.partition(":")
    shape = model_of(service).operation_model(operation).output_shape
    return shape.members[key] if key else shape


def complaints(told: Any, shape: Any, path: str) -> list[str]:
    """Where a type of ours does not fit the shape that AWS's model gives."""
    if isinstance(told, msgspec.inspect.Metadata):
        return complaints(told.type, shape, path)
    if isinstance(told, msgspec.inspect.UnionType):
        parts = [part for part in told.types if type(part).__name__ not in {"NoneType", "UnsetType"}]
        found = [complaints(part, shape, path) for part in parts]
        return [] if [] in found else [line for lines in found for line in lines]
    if shape.type_name == "list":
        told = told.item_type if isinstance(told, msgspec.inspect.VarTupleType) else told
        return complaints(told, shape.member, path)
    if isinstance(told, msgspec.inspect.StructType):
        if shape.type_name != "structure":
            return [f"{path} is a {shape.type_name}"]
        lines = []
        for field in told.fields:
            name = f"{path}.{field.encode_name}"
            member = shape.members.get(field.encode_name)
            lines += complaints(field.type, member, name) if member is not None else [f"there is no {name}"]
        return lines
    known = TYPES[type(told).__name__]
    return [] if shape.type_name in known else [f"{path} is a {shape.type_name}, not one of {known}"]


@each(("record", "action", "key"), ANSWERS + OTHERS, ids=lambda value: getattr(value, "__name__", value))
def test_record_conforms_to_the_botocore_model(record: Any, action: str, key: str) -> None:
    assert complaints(msgspec.inspect.type_info(record), shape_of(action, key), record.__name__) == []


def test_prefix_list_fields_are_covered_by_both_api_calls() -> None:
    """DescribePrefixLists prints the blocks of AWS's own lists; DescribeManagedPrefixLists owner and family."""
    info = msgspec.inspect.type_info(PrefixList)
    found = [
        set(complaints(info, shape_of(f"ec2:{call}", "PrefixLists"), "PrefixList"))
        for call in ("DescribePrefixLists", "DescribeManagedPrefixLists")
    ]
    assert set.intersection(*found) == set()


@each(
    ("record", "action", "key", "told_by_another"),
    [
        (TransitGatewayRouteTable, "ec2:DescribeTransitGatewayRouteTables", "TransitGatewayRouteTables", "Routes"),
        (ResolverEndpoint, "route53resolver:ListResolverEndpoints", "ResolverEndpoints", "IpAddresses"),
        (Job, "batch:ListJobs", "jobSummaryList", "jobQueue"),
    ],
)
def test_record_of_two_calls_has_a_single_field_of_the_other_call(
    record: Any, action: str, key: str, told_by_another: str
) -> None:
    found = complaints(msgspec.inspect.type_info(record), shape_of(action, key), record.__name__)
    assert found == [f"there is no {record.__name__}.{told_by_another}"]


def test_field_missing_in_the_botocore_model_is_reported() -> None:
    class Renamed(msgspec.Struct, rename="pascal"):
        vpc_id: str
        cidr_blok: str

    info = msgspec.inspect.type_info(Renamed)
    assert complaints(info, shape_of("ec2:DescribeVpcs", "Vpcs"), "Vpc") == ["there is no Vpc.CidrBlok"]


def test_field_of_wrong_type_is_reported() -> None:
    class Retyped(msgspec.Struct, rename="pascal"):
        vpc_id: bool

    (line,) = complaints(msgspec.inspect.type_info(Retyped), shape_of("ec2:DescribeVpcs", "Vpcs"), "Vpc")
    assert line.startswith("Vpc.VpcId is a string")


def test_records_disable_gc_tracking() -> None:
    bases: list[type[msgspec.Struct]] = [Pascal, Camel]
    for record in bases:
        assert not record.__struct_config__.gc, record
        bases += record.__subclasses__()
    assert len(bases) > len(KINDS)
