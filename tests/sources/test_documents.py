"""Answers of AWS become Facts; what cannot be read is said, and never taken for what is not there."""

import json
from typing import Any, ClassVar

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from skerry.errors import InputError
from skerry.model.ecs import ClusterConfiguration
from skerry.model.facts import Facts, Missing
from skerry.model.record_kinds import KINDS
from skerry.model.world import World
from skerry.sources.documents import load, read_task_definition
from tests.lists import complete_kinds
from tests.networks import ACCOUNT, REGION, Network, as_bytes
from tests.tables import each

VPC: dict[str, Any] = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}
DEEP = 100_000


def subnet(name: str = "subnet-1", **more: Any) -> dict[str, Any]:
    return {"SubnetId": name, "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24"} | more


def facts(*documents: dict[str, Any], region: str | None = None) -> Facts:
    return load({f"{number}.json": as_bytes(document) for number, document in enumerate(documents)}, region=region)


def refusal(*contents: bytes) -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        load({f"{number}.json": content for number, content in enumerate(contents)})
    assert caught.value.exit_code == 2
    assert "\n" not in caught.value.what
    return caught.value.what, caught.value.remedy


def attempt(content: bytes) -> Facts | InputError:
    """What becomes of one document; any other error is a fault."""
    try:
        return load({"0.json": content})
    except InputError as error:
        return error


def call(operation: str, parameters: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    return {"Call": {"operation": operation, "parameters": parameters}, "Response": response}


def entries_of(name: str, response: Any) -> dict[str, Any]:
    return call("GetManagedPrefixListEntries", {"PrefixListId": name}, response)


class TestRecordKinds:
    @each("kind", KINDS, ids=lambda kind: kind.key)
    def test_empty_list_makes_its_kind_complete(self, kind: Any) -> None:
        found = facts({kind.key: []})
        assert getattr(found, kind.field) == ()
        assert complete_kinds(found) == {kind.field}

    def test_record_kinds_are_read_from_joint_or_separate_documents(self) -> None:
        together = facts({"Vpcs": [VPC], "Subnets": [subnet()]})
        apart = facts({"Vpcs": [VPC]}, {"Subnets": [subnet()]})
        assert replace(together, origins={}) == replace(apart, origins={})
        assert complete_kinds(together) == {"vpcs", "subnets"}

    def test_rows_of_the_same_key_in_several_documents_are_joined(self) -> None:
        found = facts({"Subnets": [subnet("subnet-1")]}, {"Subnets": [subnet("subnet-2")]})
        assert [row.subnet_id for row in found.subnets] == ["subnet-1", "subnet-2"]
        assert complete_kinds(found) == {"subnets"}

    def test_omitted_field_is_unset_and_not_empty(self) -> None:
        found = facts({"SecurityGroups": [{"GroupId": "sg-1"}, {"GroupId": "sg-2", "IpPermissions": []}]})
        assert [row.ip_permissions for row in found.security_groups] == [UNSET, ()]

    def test_ecs_services_tasks_and_task_definitions_are_read(self) -> None:
        network = Network()
        network.service()
        network.task()
        network.definition()
        found = network.world().facts
        assert [len(rows) for rows in (found.services, found.tasks, found.task_definitions)] == [1, 1, 1]

    def test_task_definition_is_read_from_its_describe_answer(self) -> None:
        found = facts(
            {
                "taskDefinition": {
                    "taskDefinitionArn": "arn:aws:ecs:::task-definition/web:1",
                    "containerDefinitions": [],
                },
                "tags": [],
            }
        )
        assert [row.task_definition_arn for row in found.task_definitions] == ["arn:aws:ecs:::task-definition/web:1"]

    def test_task_definitions_without_an_arn_are_each_kept(self) -> None:
        found = facts({"taskDefinitions": [{"family": "a"}, {"family": "b"}]})
        assert [row.family for row in found.task_definitions] == ["a", "b"]

    def test_last_ipv6_entry_of_a_network_acl_is_read(self) -> None:
        last = {"Protocol": "-1", "RuleAction": "deny", "Egress": True}
        entries = [{**last, "RuleNumber": 32767, "CidrBlock": "0.0.0.0/0"},
                   {**last, "RuleNumber": 32768, "Ipv6CidrBlock": "::/0"}]  # fmt: skip
        found = facts({"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "Entries": entries}]})
        assert found.notes == ()
        assert [entry.rule_number for acl in found.network_acls for entry in acl.entries or ()] == [32767, 32768]


class TestEncodings:
    DOCUMENT = json.dumps({"Vpcs": [VPC | {"Tags": [{"Key": "Name", "Value": "köln"}]}]}, ensure_ascii=False)

    @pytest.mark.parametrize(
        "content",
        [
            DOCUMENT.encode(),
            DOCUMENT.encode("utf-8-sig"),
            DOCUMENT.encode("utf-16"),
            b"\xff\xfe" + DOCUMENT.encode("utf-16-le"),
            b"\xfe\xff" + DOCUMENT.encode("utf-16-be"),
            DOCUMENT.encode("utf-16-le"),
            DOCUMENT.encode("utf-16-be"),
            ("\r\n " + DOCUMENT).encode("utf-16-le"),
        ],
        ids=["UTF-8", "UTF-8 BOM", "UTF-16", "LE BOM", "BE BOM", "LE", "BE", "LE after space"],
    )
    def test_utf_8_and_utf_16_documents_are_read(self, content: bytes) -> None:
        (vpc,) = load({"Vpcs.json": content}).vpcs
        assert vpc.tags[0].value == "köln"

    @pytest.mark.parametrize(
        "content",
        [
            DOCUMENT.encode("latin-1"),
            b'{"Vpcs": [{"VpcId": "\xff", "CidrBlock": "10.0.0.0/16"}]}',
            DOCUMENT.encode("utf-16-le")[:-1],
            b"\xff\xfe" + b"\x00\xd8" * 5,
        ],
        ids=["latin-1", "a broken letter", "UTF-16 cut short", "a lone surrogate"],
    )
    def test_document_in_broken_encoding_is_refused_or_noted(self, content: bytes) -> None:
        found = attempt(content)
        if isinstance(found, InputError):
            assert found.what.startswith("0.json")
        else:
            assert found.notes
            assert not complete_kinds(found)


class TestUnreadableDocuments:
    @pytest.mark.parametrize("content", [b"", b"  \n", b"\xef\xbb\xbf"], ids=["empty", "space", "only a BOM"])
    def test_empty_document_is_refused(self, content: bytes) -> None:
        what, remedy = refusal(content)
        assert what == "0.json is empty"
        assert "may have failed" in remedy

    @pytest.mark.parametrize(
        "content",
        [
            b'{"Vpcs": [',
            b'{"Vpcs": []',
            b'{"Vpcs"',
            b"\x89PNG\r\n\x1a\n",
            b"\x00\x01\x02\x03",
            b"not json",
            b'"text"',
            b"17",
            b"null",
            b'{"Vpcs": []} {}',
            b'{"Calls": [{"Call": {}}]}',
            b'{"Calls": {}}',
            b'{"Call": 7, "Response": {}}',
        ],
        ids=repr,
    )
    def test_malformed_document_is_refused_with_its_file_name(self, content: bytes) -> None:
        what, remedy = refusal(content)
        assert what.startswith("0.json")
        assert remedy

    def test_top_level_list_is_refused_with_a_query_hint(self) -> None:
        what, remedy = refusal(b'\n[{"VpcId": "vpc-1"}]')
        assert what == "0.json is a list, so its top-level key is lost"
        assert "--query" in remedy

    def test_documents_with_only_unknown_keys_are_refused(self) -> None:
        what, remedy = refusal(as_bytes({"Reservations": []}), as_bytes({"Buckets": []}))
        assert what == "nothing in 0.json, 1.json is an answer of AWS that skerry reads"
        assert "Vpcs, DhcpOptions, Subnets" in remedy

    def test_unknown_key_in_a_vpc_document_is_ignored(self) -> None:
        found = facts({"Vpcs": [VPC], "ResponseMetadata": {"RequestId": "1"}})
        assert len(found.vpcs) == 1
        assert found.notes == ()

    def test_compose_file_services_are_not_read_as_ecs_services(self) -> None:
        """A compose file has ``services`` too."""
        what, _ = refusal(as_bytes({"services": {"web": {"image": "nginx"}}}))
        assert what == "nothing in 0.json is an answer of AWS that skerry reads"
        assert complete_kinds(facts({"Vpcs": [VPC]}, {"services": {"web": {}}})) == {"vpcs"}

    def test_document_with_only_unknown_keys_is_noted_as_ignored(self) -> None:
        found = facts({"Vpcs": [VPC]}, {"Reservations": []})
        assert found.notes == ("ignored 1.json: no known keys",)

    @pytest.mark.parametrize(
        "content",
        [
            b"[" * DEEP,
            b"[" * DEEP + b"]" * DEEP,
            b'{"a":' * DEEP + b"1" + b"}" * DEEP,
            b'{"Vpcs":' + b"[" * DEEP + b"]" * DEEP + b"}",
            b'{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": ' + b"[" * DEEP + b"]" * DEEP + b"}]}",
            b'{"Unknown":' + b"[" * DEEP + b"]" * DEEP + b', "Vpcs": []}',
            b'{"Calls": [{"Call": {"parameters": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b'}, "Response": {}}]}',
        ],
        ids=["open lists", "lists", "objects", "rows", "a field", "an unknown key", "parameters"],
    )
    def test_deeply_nested_document_is_refused(self, content: bytes) -> None:
        what, _ = refusal(content)
        assert what.startswith("0.json")

    @pytest.mark.parametrize("content", [b"1e999", b"-0", b"9" * 400, b"NaN"], ids=repr)
    def test_odd_number_is_refused_noted_or_read_exactly(self, content: bytes) -> None:
        document = b'{"Subnets": [{"SubnetId": "s", "VpcId": "v", "AvailableIpAddressCount": ' + content + b"}]}"
        found = attempt(document)
        if isinstance(found, InputError):
            assert found.what.startswith("0.json")
        elif not found.notes:
            assert found.subnets[0].available_ip_address_count == int(content)


class TestUnreadableRows:
    """It does not lose its file: the others survive, and the kind counts as not wholly read."""

    ROWS: Any = (
        subnet("subnet-1"),
        subnet("subnet-2", AvailableIpAddressCount="many"),
        {"VpcId": "vpc-1"},
        7,
        None,
        subnet("subnet-3"),
    )

    def test_unreadable_rows_leave_the_other_rows(self) -> None:
        found = facts({"Subnets": list(self.ROWS)})
        assert [row.subnet_id for row in found.subnets] == ["subnet-1", "subnet-3"]

    def test_unreadable_rows_are_noted_with_their_index(self) -> None:
        notes = facts({"Subnets": list(self.ROWS)}).notes
        assert len(notes) == 4
        assert notes[0].startswith("0.json: row 1 of Subnets cannot be read: Expected `int`, got `str`")

    def test_unreadable_rows_make_only_their_kind_incomplete(self) -> None:
        found = facts({"Subnets": list(self.ROWS), "Vpcs": [VPC]})
        assert complete_kinds(found) == {"vpcs"}

    def test_row_with_invalid_utf_8_leaves_the_other_rows(self) -> None:
        rows = json.dumps([subnet("subnet-1"), subnet("subnet-X"), subnet("subnet-3")]).encode()
        found = load({"0.json": b'{"Subnets": ' + rows.replace(b"subnet-X", b"subnet-\xff") + b"}"})
        assert [row.subnet_id for row in found.subnets] == ["subnet-1", "subnet-3"]
        assert len(found.notes) == 1
        assert not complete_kinds(found)

    @pytest.mark.parametrize(
        ("key", "field"),
        [("HostedZones", "zones"), ("PrefixLists", "prefix_lists"), ("services", "services"), ("Vpcs", "vpcs")],
    )
    def test_unreadable_row_of_any_kind_makes_the_kind_incomplete(self, key: str, field: str) -> None:
        found = facts({key: [7]})
        assert field not in complete_kinds(found)
        assert len(found.notes) == 1

    def test_unreadable_route_table_leaves_subnet_route_table_missing(self) -> None:
        network = Network()
        network.serve_internet_by_nat()
        network.row("RouteTables", "rtb-public")["Associations"] = 7
        world = network.world()
        subnet_b = world.find_subnet("subnet-b")
        assert not isinstance(subnet_b, Missing)
        assert isinstance(world.route_table_of(subnet_b), Missing)


class TestPagination:
    @pytest.mark.parametrize("key", ["NextToken", "nextToken", "NextMarker"])
    def test_page_with_a_next_token_is_incomplete(self, key: str) -> None:
        found = facts({"Subnets": [subnet()], key: "more"})
        assert len(found.subnets) == 1
        assert complete_kinds(found) == frozenset()

    @pytest.mark.parametrize("token", [None, ""])
    def test_page_with_an_empty_token_is_complete(self, token: str | None) -> None:
        assert complete_kinds(facts({"Subnets": [subnet()], "NextToken": token})) == {"subnets"}

    def test_pages_are_complete_with_the_last_page_in_any_order(self) -> None:
        first = {"Subnets": [subnet("subnet-1")], "NextToken": "more"}
        last = {"Subnets": [subnet("subnet-2")]}
        assert complete_kinds(facts(first, last)) == complete_kinds(facts(last, first)) == {"subnets"}

    def test_prefix_list_entry_pages_are_joined(self) -> None:
        pages = [{"Entries": [{"Cidr": "10.0.0.0/16"}], "NextToken": "more"}, {"Entries": [{"Cidr": "10.1.0.0/16"}]}]
        found = facts(*(entries_of("pl-1", page) for page in pages))
        assert World(found).prefix_entries_of("pl-1") == ("10.0.0.0/16", "10.1.0.0/16")

    def test_prefix_list_entries_without_the_last_page_are_missing(self) -> None:
        page = {"Entries": [{"Cidr": "10.0.0.0/16"}], "NextToken": "more"}
        found = facts(entries_of("pl-1", page))
        assert isinstance(World(found).prefix_entries_of("pl-1"), Missing)


class TestDuplicates:
    def test_equal_duplicate_rows_are_merged(self) -> None:
        found = facts({"Vpcs": [VPC, VPC]}, {"Vpcs": [VPC]})
        assert len(found.vpcs) == 1
        assert complete_kinds(found) == {"vpcs"}

    def test_differing_duplicate_rows_are_refused_with_both_files(self) -> None:
        other = VPC | {"CidrBlock": "10.1.0.0/16"}
        what, remedy = refusal(as_bytes({"Vpcs": [VPC]}), as_bytes({"Vpcs": [other]}))
        assert what == "vpc-1 is described twice, and differently, in 0.json and 1.json"
        assert remedy == "Keep only the newer of the two."
        assert refusal(as_bytes({"Vpcs": [VPC, other]}))[0].endswith("differently, in 0.json")

    def test_duplicate_rows_differing_in_unread_fields_are_merged(self) -> None:
        assert len(facts({"Vpcs": [VPC, VPC | {"State": "available"}]}).vpcs) == 1

    @pytest.mark.parametrize("first", [True, False])
    def test_contradictory_vpc_attributes_are_refused(self, first: bool) -> None:  # noqa: FBT001
        rows = [{"VpcId": "vpc-1", "EnableDnsSupport": {"Value": value}} for value in (first, not first)]
        what, _ = refusal(*map(as_bytes, rows))
        assert what == "a DNS attribute of vpc-1 is on in one of 0.json and 1.json, and off in the other"

    def test_contradictory_prefix_list_entries_are_refused(self) -> None:
        rows = [{"PrefixLists": [{"PrefixListId": "pl-1", "Cidrs": [f"10.{number}.0.0/16"]}]} for number in (0, 1)]
        assert "pl-1" in refusal(*map(as_bytes, rows))[0]


class TestVpcAttributes:
    ON: ClassVar[Any] = {"Value": True}

    def test_vpc_attributes_of_separate_answers_are_merged(self) -> None:
        rows = [{"VpcId": "vpc-1", "EnableDnsSupport": self.ON}, {"VpcId": "vpc-1", "EnableDnsHostnames": self.ON}]
        for documents in (rows, rows[::-1]):
            world = World(facts(*documents))
            assert world.dns_attribute_of("vpc-1", "enable_dns_support") is True
            assert world.dns_attribute_of("vpc-1", "enable_dns_hostnames") is True

    def test_vpc_attributes_are_read_from_a_list(self) -> None:
        row = {"VpcId": "vpc-1", "EnableDnsSupport": self.ON, "EnableDnsHostnames": {"Value": False}}
        world = World(facts({"VpcAttributes": [row]}))
        assert world.dns_attribute_of("vpc-1", "enable_dns_hostnames") is False

    def test_repeated_equal_vpc_attributes_are_accepted(self) -> None:
        row = {"VpcId": "vpc-1", "EnableDnsSupport": self.ON}
        assert World(facts(row, row)).dns_attribute_of("vpc-1", "enable_dns_support") is True


class TestPrefixLists:
    def test_prefix_list_entries_are_read_from_a_wrapped_answer(self) -> None:
        known = {"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "offices", "OwnerId": ACCOUNT}]}
        entries = call("GetManagedPrefixListEntries", {"PrefixListId": "pl-1"}, {"Entries": [{"Cidr": "10.9.0.0/16"}]})
        for documents in ((known, entries), (entries, known)):
            (row,) = facts(*documents).prefix_lists
            assert (row.prefix_list_name, row.cidrs, row.owner_id) == ("offices", ("10.9.0.0/16",), ACCOUNT)

    def test_prefix_lists_are_incomplete_from_entries_alone(self) -> None:
        found = facts(call("GetManagedPrefixListEntries", {"PrefixListId": "pl-1"}, {"Entries": []}))
        assert "prefix_lists" not in complete_kinds(found)

    def test_unwrapped_prefix_list_entries_are_refused_with_a_hint(self) -> None:
        what, remedy = refusal(as_bytes({"Entries": [{"Cidr": "10.9.0.0/16"}]}))
        assert what == "0.json: entries of a prefix list, but not of which one"
        assert '"Call": {"operation"' in remedy

    def test_prefix_list_of_both_describe_calls_is_merged(self) -> None:
        blocks = {"PrefixLists": [{"PrefixListId": "pl-1", "Cidrs": ["3.5.64.0/21"]}]}
        owner = {"PrefixLists": [{"PrefixListId": "pl-1", "OwnerId": "AWS", "PrefixListName": "s3"}]}
        (row,) = facts(blocks, owner).prefix_lists
        assert (row.cidrs, row.owner_id) == (("3.5.64.0/21",), "AWS")


class TestWrappedAnswers:
    def test_wrapped_answer_is_read_as_its_response(self) -> None:
        found = facts(call("DescribeVpcs", {}, {"Vpcs": [VPC]}))
        assert len(found.vpcs) == 1

    def test_wrapped_answers_are_read_from_a_calls_list(self) -> None:
        found = facts(
            {"Calls": [call("DescribeVpcs", {}, {"Vpcs": [VPC]}), call("DescribeSubnets", {}, {"Subnets": []})]}
        )
        assert complete_kinds(found) == {"vpcs", "subnets"}


class TestDanglingIds:
    def test_dangling_ids_are_returned_as_missing_facts(self) -> None:
        world = World(facts({"Vpcs": [VPC | {"DhcpOptionsId": "dopt-9"}], "DhcpOptions": [], "Subnets": []}))
        vpc = world.find_vpc("vpc-1")
        assert not isinstance(vpc, Missing)
        assert world.dhcp_options_of(vpc) == Missing("DHCP option set dopt-9", "ec2:DescribeDhcpOptions")
        assert world.find_subnet("subnet-9") == Missing("subnet subnet-9", "ec2:DescribeSubnets")


class TestRegionAndAccount:
    def test_region_and_account_are_derived_from_resource_names(self) -> None:
        network = Network()
        network.service()
        found = network.world(None)
        assert (found.region, found.account) == (REGION, ACCOUNT)

    @pytest.mark.parametrize(
        "document",
        [
            {"Subnets": [subnet(AvailabilityZone="eu-west-1a")]},
            {"VpcEndpoints": [{"VpcEndpointId": "e", "VpcId": "v", "ServiceName": "com.amazonaws.eu-west-1.s3"}]},
            {"clusters": [{"clusterArn": "arn:aws:ecs:eu-west-1:1:cluster/a", "clusterName": "a"}]},
            {"tasks": [{"taskArn": "arn:aws:ecs:eu-west-1:1:task/a/b"}]},
        ],
        ids=lambda document: next(iter(document)),
    )
    def test_region_is_derived_from_zone_endpoint_cluster_or_task(self, document: dict[str, Any]) -> None:
        assert facts(document).region == "eu-west-1"

    def test_region_and_account_are_none_if_ambiguous_or_absent(self) -> None:
        two = [subnet("a", AvailabilityZone="eu-west-1a"), subnet("b", AvailabilityZone="us-east-1a")]
        assert facts({"Subnets": two}).region is None
        assert facts({"Vpcs": [VPC]}).region is None
        owners = [VPC | {"OwnerId": "1"}, {"VpcId": "vpc-2", "CidrBlock": "10.1.0.0/16", "OwnerId": "2"}]
        assert facts({"Vpcs": owners}).account is None

    def test_region_given_by_the_user_takes_precedence(self) -> None:
        assert facts({"Subnets": [subnet(AvailabilityZone="eu-west-1a")]}, region="us-east-1").region == "us-east-1"

    def test_region_ignores_endpoint_with_another_service_region(self) -> None:
        row = {"VpcEndpointId": "e", "VpcId": "v", "ServiceName": "com.amazonaws.us-east-1.s3"}
        other = {"Subnets": [subnet(AvailabilityZone="eu-west-1a")]}
        assert facts({"VpcEndpoints": [row | {"ServiceRegion": "us-east-1"}]}, other).region == "eu-west-1"
        assert facts({"VpcEndpoints": [row]}, other).region is None

    def test_account_is_derived_from_vpc_owner_without_services(self) -> None:
        assert facts({"Vpcs": [VPC | {"OwnerId": ACCOUNT}]}).account == ACCOUNT


class TestTaskDefinitionFile:
    CONTAINER: ClassVar[Any] = {"name": "app", "image": "nginx"}

    @pytest.mark.parametrize(
        "document",
        [
            {"taskDefinition": {"family": "web", "containerDefinitions": [CONTAINER]}, "tags": []},
            {"family": "web", "containerDefinitions": [CONTAINER], "requiresCompatibilities": ["FARGATE"]},
        ],
        ids=["as described", "as registered"],
    )
    def test_task_definition_file_is_read_as_described_or_registered(self, document: dict[str, Any]) -> None:
        found = read_task_definition({"other.json": b"{}", "web.json": as_bytes(document)})
        assert found is not None
        assert found.family == "web"

    def test_task_definition_is_none_in_other_documents(self) -> None:
        assert read_task_definition({"Vpcs.json": as_bytes({"Vpcs": []})}) is None

    @pytest.mark.parametrize("content", [b"[]", b"", b'{"containerDefinitions": 7}', b"nonsense"], ids=repr)
    def test_unreadable_task_definition_file_is_refused(self, content: bytes) -> None:
        with pytest.raises(InputError):
            read_task_definition({"web.json": content})


def test_cluster_without_configuration_has_none_only_if_the_call_asked_for_it() -> None:
    row = {"clusterArn": "arn:aws:ecs:eu-west-1:111122223333:cluster/shop", "clusterName": "shop"}
    answers: list[Any] = [
        {"clusters": [row]},
        {
            "Call": {"operation": "ecs:DescribeClusters", "parameters": {"include": ["TAGS"]}},
            "Response": {"clusters": [row]},
        },
        {
            "Call": {"operation": "ecs:DescribeClusters", "parameters": {"include": ["CONFIGURATIONS"]}},
            "Response": {"clusters": [row]},
        },
    ]
    found = [facts(answer).clusters[0].configuration for answer in answers]
    assert found == [UNSET, UNSET, ClusterConfiguration()]
