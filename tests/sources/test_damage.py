"""What cannot be read of an answer is lost, noted, and never taken for absent."""

import json
from typing import Any

import pytest

from skerry.model.facts import Facts
from skerry.model.resource_answers import Refused
from skerry.services.ecr_images import RepositoryImages
from skerry.sources.documents import load
from skerry.sources.redaction import redact
from tests.lists import complete_kinds, incomplete_kinds

FILTER = [{"Name": "vpc-id", "Values": ["vpc-1"]}]
PARAMETERS = {"repositoryName": "web", "imageIds": [{"imageTag": "1"}, {"imageTag": "2"}]}
VPC = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}


def facts(*contents: bytes) -> Facts:
    return load({f"{number}.json": content for number, content in enumerate(contents)})


def of(value: Any) -> Facts:
    return facts(json.dumps(value).encode())


def wrapped(action: str, parameters: Any, response: Any) -> Any:
    return {"Call": {"operation": action, "parameters": parameters}, "Response": response}


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b'{"Vpcs": "none"}', "vpcs"),
        (b'{"Vpcs": [7]}', "vpcs"),
        (b'{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/33"}]}', "vpcs"),
        (b'{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "CidrBlock": "10.1.0.0/16"}]}', "vpcs"),
        (b'{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": NaN}]}', "vpcs"),
        (b'{"Vpcs": [{"VpcId": "\\ud800", "CidrBlock": "10.0.0.0/16"}]}', "vpcs"),
        (b'{"Vpcs": [], "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}', "vpcs"),
        (b'{"VpcAttributes": [7]}', "vpc_attributes"),
        (b'{"VpcId": "vpc-1", "EnableDnsSupport": true}', "vpc_attributes"),
        (b'{"EnableDnsSupport": {"Value": true}}', "vpc_attributes"),
        (b'{"HostedZone": {"Id": 7}}', "zones"),
        (b'{"ScheduleExpression": "rate(1 hour)", "Arn": 7}', "schedules"),
    ],
    ids=repr,
)
def test_unreadable_value_is_noted_and_its_kind_incomplete(content: bytes, key: str) -> None:
    found = facts(content)
    assert incomplete_kinds(found) == {key}
    assert key not in complete_kinds(found)
    assert len(found.notes) == 1
    assert found.notes[0].startswith("0.json: ")


def test_unreadable_row_note_names_row_and_key_but_not_the_value() -> None:
    groups = {"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [{"IpProtocol": "s3cr3t!"}]}]}
    (note,) = of(groups).notes
    assert note == "0.json: row 0 of SecurityGroups cannot be read: IpPermissions[0].IpProtocol is no protocol"


@pytest.mark.parametrize(
    ("kind", "row", "fault"),
    [
        ("Vpcs", {"VpcId": "vpc-1", "CidrBlock": "s3cr3t"}, "CidrBlock is no IPv4 CIDR block"),
        ("Vpcs", {"VpcId": "vpc-1", "CidrBlock": 7}, "Expected `str`, got `int` - at `$.CidrBlock`"),
        (
            "Subnets",
            {"SubnetId": "s-1", "VpcId": "vpc-1", "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "10.0.0.0/8"}]},
            "Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock is no IPv6 CIDR block",
        ),
        ("PrefixLists", {"PrefixListId": "pl-1", "Cidrs": ["10.0.0.0/8", "s3cr3t"]}, "Cidrs[1] is no CIDR block"),
    ],
)
def test_unreadable_cidr_block_note_names_its_place(kind: str, row: dict[str, Any], fault: str) -> None:
    assert of({kind: [row]}).notes == (f"0.json: row 0 of {kind} cannot be read: {fault}",)


def test_invalid_cidr_block_of_a_rule_leaves_its_group_readable() -> None:
    rule = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "nonsense"}, {"CidrIp": "10.0.0.0/8"}]}
    found = of({"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [rule]}]})
    assert (found.notes, len(found.security_groups)) == ((), 1)


def test_unreadable_vpc_row_leaves_the_other_rows() -> None:
    found = of({"Vpcs": [VPC, {"VpcId": "vpc-2", "CidrBlock": "10.0.0.0/x"}]})
    assert [row.vpc_id for row in found.vpcs] == ["vpc-1"]


def test_unreadable_endpoint_leaves_other_vpcs_complete() -> None:
    found = of({"VpcEndpoints": [{"VpcEndpointId": 7, "VpcId": "vpc-2"}]})
    assert found.completeness.knows("vpc_endpoints", "vpc-1")
    assert not found.completeness.knows("vpc_endpoints", "vpc-2")
    assert not found.completeness.knows("vpc_endpoints")


def test_unreadable_endpoint_without_vpc_leaves_no_vpc_complete() -> None:
    assert not of({"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "VpcId": 7}]}).completeness.knows("vpc_endpoints", "a")


def test_json_escapes_and_spaces_are_not_taken_for_repeated_keys() -> None:
    content = b'{ "Vpcs" : [ { "VpcId":"vpc-\\u0031", "CidrBlock" : "10.0.0.0\\/16", "IsDefault": false } ] }\n'
    found = facts(content)
    assert [row.vpc_id for row in found.vpcs] == ["vpc-1"]
    assert found.notes == ()


def test_repeated_unused_key_makes_its_list_incomplete() -> None:
    assert incomplete_kinds(facts(b'{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "x": 1, "x": 2}]}')) == {
        "vpcs"
    }


@pytest.mark.parametrize(
    "content",
    [
        b'{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "CidrBlock": "10.1.0.0/16"}]}',
        b'{"Vpcs": [], "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}',
        b'{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": NaN}]}',
        b'{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/33"}]}',
        (
            b'{"Call": {"operation": "kms:DescribeKey", "parameters": {"KeyId": "k"}}, "Response": '
            b'{"KeyMetadata": {"Arn": "a", "KeyState": "Enabled", "KeyState": "Disabled"}}}'
        ),
    ],
    ids=repr,
)
def test_redaction_keeps_damaged_documents_incomplete(content: bytes) -> None:
    before, after = facts(content), load(redact({"0.json": content}))
    assert (before.vpcs, incomplete_kinds(before)) == (after.vpcs, incomplete_kinds(after))
    assert all(isinstance(row.answer, Refused) for row in (*before.resource_answers, *after.resource_answers))


def test_resource_answer_with_a_repeated_key_is_refused() -> None:
    content = (
        b'{"Call": {"operation": "secretsmanager:DescribeSecret", "parameters": {"SecretId": "db"}}, '
        b'"Response": {"ARN": "a", "ARN": "b"}}'
    )
    (row,) = facts(content).resource_answers
    assert row.answer == Refused("RepeatedKeys")


def test_resource_answer_with_invalid_utf_8_is_unreadable() -> None:
    content = (
        b'{"Call": {"operation": "kms:GetKeyPolicy", "parameters": {"KeyId": "k"}}, "Response": {"Policy": "\x98"}}'
    )
    (row,) = facts(content).resource_answers
    assert row.answer == Refused("unreadable")


class TestListScopes:
    """A list holds the records of the scope that its call asked for."""

    def listed(self, parameters: Any) -> Facts:
        return of(wrapped("ec2:DescribeVpcEndpoints", parameters, {"VpcEndpoints": []}))

    def test_list_without_filter_is_complete_for_the_account(self) -> None:
        assert self.listed({"MaxResults": 100}).completeness.knows("vpc_endpoints", "vpc-9")

    def test_list_filtered_by_vpc_is_complete_for_that_vpc_only(self) -> None:
        lists = self.listed({"Filters": FILTER}).completeness
        assert lists.knows("vpc_endpoints", "vpc-1")
        assert not lists.knows("vpc_endpoints", "vpc-2")
        assert not lists.knows("vpc_endpoints")

    @pytest.mark.parametrize(
        "parameters",
        [
            {"VpcEndpointIds": ["vpce-1"]},
            {"Filters": [{"Name": "service-name", "Values": ["x"]}]},
            {"Filters": [*FILTER, {"Name": "service-name", "Values": ["x"]}]},
            {"Filters": [{"Name": "vpc-id", "Values": ["vpc-*"]}]},
            {"Filters": [{"Name": "vpc-id", "Values": "vpc-1"}]},
            {"Filters": [7]},
            {"Filters": "vpc-1"},
        ],
        ids=repr,
    )
    def test_list_with_ids_or_other_filters_is_incomplete(self, parameters: Any) -> None:
        found = self.listed(parameters)
        assert not found.completeness.knows("vpc_endpoints", "vpc-1")
        assert "vpc_endpoints" in found.completeness.asked

    @pytest.mark.parametrize(
        "parameters",
        [
            {"Filters": FILTER},
            {"VpcEndpointIds": ["vpce-1"]},
            {"Filters": [{"Name": "tag:owner", "Values": ["jane"]}]},
            {},
        ],
        ids=repr,
    )
    def test_redaction_preserves_the_scope_of_a_list(self, parameters: Any) -> None:
        document = wrapped("ec2:DescribeVpcEndpoints", parameters, {"VpcEndpoints": []})
        kept = redact({"a.json": json.dumps(document).encode()})
        assert load(kept).completeness == of(document).completeness
        assert b"jane" not in kept["a.json"]

    def test_refused_zone_list_is_incomplete_for_its_vpc_only(self) -> None:
        refused = {
            "Call": {"operation": "route53:ListHostedZonesByVPC", "parameters": {"VPCId": "vpc-1", "VPCRegion": "x"}},
            "Error": {"Code": "AccessDenied"},
        }
        lists = of(refused).completeness
        assert lists.lacks("zones", "vpc-1")
        assert not lists.lacks("zones", "vpc-2")

    def test_vpc_list_stays_complete_if_the_account_list_is_refused(self) -> None:
        refused = {"Call": {"operation": "ec2:DescribeVpcEndpoints", "parameters": {}}, "Error": {"Code": "X"}}
        own = wrapped("ec2:DescribeVpcEndpoints", {"Filters": FILTER}, {"VpcEndpoints": []})
        lists = of({"Calls": [refused, own]}).completeness
        assert lists.knows("vpc_endpoints", "vpc-1")
        assert not lists.lacks("vpc_endpoints", "vpc-1")
        assert lists.lacks("vpc_endpoints", "vpc-2")


class TestDependentAnswers:
    """Answers that belong to another record."""

    def test_prefix_list_with_an_unreadable_entry_has_no_cidrs(self) -> None:
        entries = {"Entries": [{"Cidr": "10.0.0.0/8"}, {"Cidr": "10.0.0.0/99"}]}
        found = of(wrapped("ec2:GetManagedPrefixListEntries", {"PrefixListId": "pl-1"}, entries))
        assert not isinstance(found.prefix_lists[0].cidrs, tuple)

    def test_transit_gateway_table_with_an_unreadable_route_has_no_routes(self) -> None:
        routes = {"Routes": [{"DestinationCidrBlock": "10.0.0.0/x"}]}
        found = of(wrapped("ec2:SearchTransitGatewayRoutes", {"TransitGatewayRouteTableId": "t"}, routes))
        assert not isinstance(found.transit_gateway_route_tables[0].routes, tuple)

    def test_prefix_list_with_malformed_entries_has_no_cidrs(self) -> None:
        found = of(wrapped("ec2:GetManagedPrefixListEntries", {"PrefixListId": "pl-1"}, {"Entries": 7}))
        assert not isinstance(found.prefix_lists[0].cidrs, tuple)
        assert len(found.notes) == 1

    def test_unlisted_zone_is_named_by_its_soa_record(self) -> None:
        records = [{"Name": "example.com.", "Type": "SOA"}, {"Name": "a.example.com.", "Type": "A"}]
        found = of(wrapped("route53:ListResourceRecordSets", {"HostedZoneId": "Z1"}, {"ResourceRecordSets": records}))
        assert [(zone.zone_id, zone.name) for zone in found.zones] == [("Z1", "example.com")]

    def test_unlisted_zone_without_soa_record_has_an_empty_name(self) -> None:
        records = [{"Name": "a.example.com.", "Type": "A"}]
        found = of(wrapped("route53:ListResourceRecordSets", {"HostedZoneId": "Z1"}, {"ResourceRecordSets": records}))
        assert [zone.name for zone in found.zones] == [""]


class TestEcrImages:
    """ECR answers each image with a manifest or a failure."""

    def answered(self, response: Any, parameters: Any = PARAMETERS) -> Any:
        (row,) = of(wrapped("ecr:BatchGetImage", parameters, response)).resource_answers
        return row.answer

    def test_unanswered_ecr_image_is_listed_as_a_failure(self) -> None:
        found = self.answered({"images": [{"imageId": {"imageTag": "1"}, "imageManifest": "{}"}]})
        assert isinstance(found, RepositoryImages)
        assert [(row.image_id.image_tag, row.failure_code) for row in found.failures] == [("2", "Unanswered")]

    def test_empty_ecr_image_answer_is_refused(self) -> None:
        assert self.answered({"images": [], "failures": []}) == Refused("empty")

    def test_unreadable_ecr_image_ids_add_no_failures(self) -> None:
        found = self.answered({"images": [{"imageId": {"imageTag": "1"}}]}, PARAMETERS | {"imageIds": 7})
        assert isinstance(found, RepositoryImages)
        assert found.failures == ()
