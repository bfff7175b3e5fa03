"""What cannot be read of an answer is lost, noted, and never taken for absent."""

import json
from typing import Any

import pytest

from skerry.model.facts import Facts
from skerry.model.resource_answers import Refused, RepositoryImages
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


def test_note_names_the_row_and_the_key_and_not_the_value() -> None:
    groups = {"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [{"IpProtocol": "s3cr3t!"}]}]}
    (note,) = of(groups).notes
    assert note == "0.json: row 0 of SecurityGroups cannot be read: IpPermissions[0].IpProtocol is no protocol"


def test_row_that_cannot_be_read_leaves_the_others() -> None:
    found = of({"Vpcs": [VPC, {"VpcId": "vpc-2", "CidrBlock": "10.0.0.0/x"}]})
    assert [row.vpc_id for row in found.vpcs] == ["vpc-1"]


def test_lost_endpoint_leaves_other_vpcs_complete() -> None:
    found = of({"VpcEndpoints": [{"VpcEndpointId": 7, "VpcId": "vpc-2"}]})
    assert found.completeness.knows("vpc_endpoints", "vpc-1")
    assert not found.completeness.knows("vpc_endpoints", "vpc-2")
    assert not found.completeness.knows("vpc_endpoints")


def test_lost_row_without_a_vpc_leaves_no_vpc_complete() -> None:
    assert not of({"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "VpcId": 7}]}).completeness.knows("vpc_endpoints", "a")


def test_equal_keys_with_escapes_and_spaces_are_no_repetition() -> None:
    content = b'{ "Vpcs" : [ { "VpcId":"vpc-\\u0031", "CidrBlock" : "10.0.0.0\\/16", "IsDefault": false } ] }\n'
    found = facts(content)
    assert [row.vpc_id for row in found.vpcs] == ["vpc-1"]
    assert found.notes == ()


def test_repeated_key_that_is_not_read_loses_its_row_too() -> None:
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
def test_snapshot_repairs_nothing(content: bytes) -> None:
    before, after = facts(content), load(redact({"0.json": content}))
    assert (before.vpcs, incomplete_kinds(before)) == (after.vpcs, incomplete_kinds(after))
    assert all(isinstance(row.answer, Refused) for row in (*before.resource_answers, *after.resource_answers))


def test_answer_with_a_repeated_key_is_refused() -> None:
    content = (
        b'{"Call": {"operation": "secretsmanager:DescribeSecret", "parameters": {"SecretId": "db"}}, '
        b'"Response": {"ARN": "a", "ARN": "b"}}'
    )
    (row,) = facts(content).resource_answers
    assert row.answer == Refused("RepeatedKeys")


def test_answer_that_is_no_text_is_unreadable() -> None:
    content = (
        b'{"Call": {"operation": "kms:GetKeyPolicy", "parameters": {"KeyId": "k"}}, "Response": {"Policy": "\x98"}}'
    )
    (row,) = facts(content).resource_answers
    assert row.answer == Refused("unreadable")


class TestScopes:
    """A list holds the records of the scope that its call asked for."""

    def listed(self, parameters: Any) -> Facts:
        return of(wrapped("ec2:DescribeVpcEndpoints", parameters, {"VpcEndpoints": []}))

    def test_list_without_parameters_is_of_the_account(self) -> None:
        assert self.listed({"MaxResults": 100}).completeness.knows("vpc_endpoints", "vpc-9")

    def test_list_filtered_by_vpc_is_of_that_vpc(self) -> None:
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
    def test_list_of_some_records_proves_no_absence(self, parameters: Any) -> None:
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
    def test_snapshot_lists_the_same_scope(self, parameters: Any) -> None:
        document = wrapped("ec2:DescribeVpcEndpoints", parameters, {"VpcEndpoints": []})
        kept = redact({"a.json": json.dumps(document).encode()})
        assert load(kept).completeness == of(document).completeness
        assert b"jane" not in kept["a.json"]

    def test_refusal_leaves_open_what_it_was_about(self) -> None:
        refused = {
            "Call": {"operation": "route53:ListHostedZonesByVPC", "parameters": {"VPCId": "vpc-1", "VPCRegion": "x"}},
            "Error": {"Code": "AccessDenied"},
        }
        lists = of(refused).completeness
        assert lists.lacks("zones", "vpc-1")
        assert not lists.lacks("zones", "vpc-2")

    def test_own_list_of_a_vpc_is_complete_though_that_of_the_account_was_refused(self) -> None:
        refused = {"Call": {"operation": "ec2:DescribeVpcEndpoints", "parameters": {}}, "Error": {"Code": "X"}}
        own = wrapped("ec2:DescribeVpcEndpoints", {"Filters": FILTER}, {"VpcEndpoints": []})
        lists = of({"Calls": [refused, own]}).completeness
        assert lists.knows("vpc_endpoints", "vpc-1")
        assert not lists.lacks("vpc_endpoints", "vpc-1")
        assert lists.lacks("vpc_endpoints", "vpc-2")


class TestParts:
    """Answers that belong to another record."""

    def test_prefix_list_with_an_entry_that_is_lost_has_no_known_entries(self) -> None:
        entries = {"Entries": [{"Cidr": "10.0.0.0/8"}, {"Cidr": "10.0.0.0/99"}]}
        found = of(wrapped("ec2:GetManagedPrefixListEntries", {"PrefixListId": "pl-1"}, entries))
        assert not isinstance(found.prefix_lists[0].cidrs, tuple)

    def test_table_with_a_route_that_is_lost_has_no_known_routes(self) -> None:
        routes = {"Routes": [{"DestinationCidrBlock": "10.0.0.0/x"}]}
        found = of(wrapped("ec2:SearchTransitGatewayRoutes", {"TransitGatewayRouteTableId": "t"}, routes))
        assert not isinstance(found.transit_gateway_route_tables[0].routes, tuple)

    def test_list_that_is_none_has_no_known_entries(self) -> None:
        found = of(wrapped("ec2:GetManagedPrefixListEntries", {"PrefixListId": "pl-1"}, {"Entries": 7}))
        assert not isinstance(found.prefix_lists[0].cidrs, tuple)
        assert len(found.notes) == 1

    def test_zone_whose_name_was_not_listed_is_named_by_its_own_records(self) -> None:
        records = [{"Name": "example.com.", "Type": "SOA"}, {"Name": "a.example.com.", "Type": "A"}]
        found = of(wrapped("route53:ListResourceRecordSets", {"HostedZoneId": "Z1"}, {"ResourceRecordSets": records}))
        assert [(zone.zone_id, zone.name) for zone in found.zones] == [("Z1", "example.com")]

    def test_zone_without_a_name_may_answer_for_any(self) -> None:
        records = [{"Name": "a.example.com.", "Type": "A"}]
        found = of(wrapped("route53:ListResourceRecordSets", {"HostedZoneId": "Z1"}, {"ResourceRecordSets": records}))
        assert [zone.name for zone in found.zones] == [""]


class TestImagesThatWereAskedFor:
    """ECR answers each image with a manifest or a failure."""

    def answered(self, response: Any, parameters: Any = PARAMETERS) -> Any:
        (row,) = of(wrapped("ecr:BatchGetImage", parameters, response)).resource_answers
        return row.answer

    def test_image_without_an_answer_is_a_failure(self) -> None:
        found = self.answered({"images": [{"imageId": {"imageTag": "1"}, "imageManifest": "{}"}]})
        assert isinstance(found, RepositoryImages)
        assert [(row.image_id.image_tag, row.failure_code) for row in found.failures] == [("2", "Unanswered")]

    def test_empty_answer_tells_nothing(self) -> None:
        assert self.answered({"images": [], "failures": []}) == Refused("empty")

    def test_parameters_that_cannot_be_read_add_nothing(self) -> None:
        found = self.answered({"images": [{"imageId": {"imageTag": "1"}}]}, PARAMETERS | {"imageIds": 7})
        assert isinstance(found, RepositoryImages)
        assert found.failures == ()
