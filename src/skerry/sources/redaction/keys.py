"""The top-level keys of AWS's answers, each with the kept part of its value."""

from collections.abc import Mapping

from msgspec import structs

from skerry.masking import Node
from skerry.model.batch import Job
from skerry.model.endpoints import FileSystem, HostedZone, HostedZoneSummary, RecordSet, ZoneVpc
from skerry.model.network import PrefixListEntry, VpcAttribute
from skerry.model.record_kinds import KINDS
from skerry.model.resolver_records import ResolverEndpointAddress
from skerry.model.schedules import EventRule, NamedTarget, Schedule
from skerry.model.security_groups_and_acls import UsableGroup
from skerry.model.state_machines import EventPipe, StateMachine
from skerry.model.transit_records import TransitGatewayAttachment, TransitGatewayRoute
from skerry.services import READS_BY_ACTION
from skerry.sources.redaction.pseudonyms import Pseudonyms
from skerry.sources.redaction.records import Keep, keep_one_or_rows, keep_record, keep_rows, keep_text
from skerry.sources.redaction.values import blank

_BY_KEY = {kind.key: kind.record for kind in KINDS}
_SINGLE = {"taskDefinition": "taskDefinitions", "VpcBlockPublicAccessOptions": "VpcBlockPublicAccessOptions"}


def _nothing(_node: Node, _people: Pseudonyms) -> Node:
    """Keep an empty list in place of an unread value."""
    return []


def _blank(node: Node, _people: Pseudonyms) -> Node:
    return blank(node)


def _whole(kind: type) -> dict[str, Keep]:
    """Return the fields of a record that are keys of the answer itself."""
    keep = keep_record(kind)

    def of(key: str) -> Keep:
        # The field's own rule applies to a row with this field alone.
        return lambda node, people: keep({key: node}, people)[key]

    return {field.encode_name: of(field.encode_name) for field in structs.fields(kind)}


LISTS: Mapping[str, Keep] = (
    {key: keep_rows(keep_record(kind)) for key, kind in _BY_KEY.items()}
    | {key: keep_one_or_rows(keep_record(_BY_KEY[many])) for key, many in _SINGLE.items()}
    | {
        "Account": keep_text,
        "Associations": keep_rows(keep_record(TransitGatewayAttachment)),
        "Domains": keep_rows(keep_text),
        "Entries": keep_rows(keep_record(PrefixListEntry)),
        "FileSystems": keep_rows(keep_record(FileSystem)),
        "HostedZoneSummaries": keep_rows(keep_record(HostedZoneSummary)),
        "HostedZones": keep_rows(keep_record(HostedZone)),
        "IpAddresses": keep_rows(keep_record(ResolverEndpointAddress)),
        "ResourceRecordSets": keep_rows(keep_record(RecordSet)),
        "SecurityGroupForVpcs": keep_rows(keep_record(UsableGroup)),
        "Routes": keep_rows(keep_record(TransitGatewayRoute)),
        "RuleNames": _nothing,
        "Targets": keep_rows(keep_record(NamedTarget)),
        "Rules": keep_rows(keep_record(EventRule)),
        "VpcAttributes": keep_rows(keep_record(VpcAttribute)),
        "jobSummaryList": keep_rows(keep_record(Job)),
    }
)
"""Keys with rows, or one row, as values."""

WHOLE: Mapping[str, Mapping[str, Keep]] = {
    "EnableDnsHostnames": _whole(VpcAttribute),
    "EnableDnsSupport": _whole(VpcAttribute),
    "HostedZone": {"HostedZone": keep_record(HostedZone), "VPCs": keep_rows(keep_record(ZoneVpc))},
    # This key identifies an answer as a schedule.
    "ScheduleExpression": {"ScheduleExpression": _blank} | _whole(Schedule),
    "DesiredState": _whole(EventPipe),
    "definition": _whole(StateMachine),
}
"""Keys that identify an answer as a record, with the kept parts of its other keys."""

PARAMETERS = frozenset(
    {
        "EventBusName",
        "FirewallDomainListId",
        "FirewallRuleGroupId",
        "HostedZoneId",
        "PrefixListId",
        "ProfileId",
        "ResolverEndpointId",
        "Rule",
        "TargetArn",
        "TransitGatewayRouteTableId",
        "VPCId",
        "VpcId",
        "imageIds",
        "jobQueue",
    }
).union(*(read.named_by for read in READS_BY_ACTION.values()))
"""Parameters of calls that identify the subject of an answer."""
