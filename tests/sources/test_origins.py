"""The document in which each record is written: the one whose row was kept, by the name it has inside the input."""

from pathlib import Path
from typing import Any

import pytest

from skerry import app
from skerry.model.origins import DESCRIBED, Origin
from skerry.sources.documents import load
from skerry.sources.redaction import Redaction
from tests.networks import ACCOUNT, REGION, Network, as_bytes, record

SUBNET: dict[str, Any] = {"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24"}
LIST = {"PrefixListId": "pl-1", "PrefixListName": "office"}
SCHEDULE = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/hourly"
ZONE = {"Id": "/hostedzone/Z1", "Name": "example.com.", "Config": {"PrivateZone": True}}
RECORDS = [record("example.com.", "SOA", "ns. host. 1 1 1 1 1"), record("example.com.", "NS", "ns.")]
SECRET = {"SecretId": "db"}


def wrapped(operation: str, parameters: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    return {"Call": {"operation": operation, "parameters": parameters}, "Response": response}


def failed(operation: str, parameters: dict[str, Any], code: str) -> dict[str, Any]:
    return {"Call": {"operation": operation, "parameters": parameters}, "Error": {"Code": code}}


def document_of(kind: str, key: str, /, *documents: dict[str, Any]) -> str | None:
    """The name of a record's document, of documents that are named by their number."""
    facts = load({f"{number}.json": as_bytes(document) for number, document in enumerate(documents)})
    return facts.origins[kind][key].document


class TestKeptRow:
    def test_origin_is_the_document_of_the_row(self) -> None:
        other = SUBNET | {"SubnetId": "subnet-2"}
        facts = load({"a.json": as_bytes({"Subnets": [SUBNET]}), "b/c.json": as_bytes({"Subnets": [other]})})
        assert facts.origins == {"subnets": {"subnet-1": Origin("a.json", None), "subnet-2": Origin("b/c.json", None)}}

    def test_rows_of_one_document_share_their_origin(self) -> None:
        origins = load({"a.json": as_bytes({"Subnets": [SUBNET, SUBNET | {"SubnetId": "subnet-2"}]})}).origins
        assert origins["subnets"]["subnet-1"] is origins["subnets"]["subnet-2"]

    def test_origin_of_a_repeated_row_is_the_first_document(self) -> None:
        assert document_of("subnets", "subnet-1", {"Subnets": [SUBNET]}, {"Subnets": [SUBNET]}) == "0.json"

    def test_unreadable_row_has_no_origin(self) -> None:
        facts = load({"a.json": as_bytes({"Subnets": [SUBNET, {"SubnetId": "subnet-2"}]})})
        assert facts.origins["subnets"].keys() == {"subnet-1"}

    def test_origin_of_a_schedule_is_its_description(self) -> None:
        listed = {"Schedules": [{"Arn": SCHEDULE, "Name": "hourly"}]}
        described = {"Arn": SCHEDULE, "Name": "hourly", "ScheduleExpression": "rate(1 hour)"}
        assert document_of("schedules", SCHEDULE, listed, described) == "1.json"
        assert document_of("schedules", SCHEDULE, described, listed) == "0.json"

    @pytest.mark.parametrize("first", [0, 1])
    def test_origin_of_a_secret_is_the_call_with_an_answer(self, first: int) -> None:
        refused = failed("secretsmanager:DescribeSecret", SECRET, "ThrottlingException")
        answered = wrapped("secretsmanager:DescribeSecret", SECRET, {"ARN": "arn:aws:secretsmanager:::secret:db"})
        both = [answered, refused] if first == 0 else [refused, answered]
        assert document_of("resource_answers", "secretsmanager:DescribeSecret db", *both) == f"{first}.json"


class TestDescribedResource:
    ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"

    def described(self, operation: str, name: str) -> dict[str, Any]:
        return wrapped(f"secretsmanager:{operation}", {"SecretId": name}, {"ARN": self.ARN})

    def test_origin_of_a_secret_is_its_description_and_not_its_policy(self) -> None:
        policy, description = (self.described(call, self.ARN) for call in ("GetResourcePolicy", "DescribeSecret"))
        assert document_of(DESCRIBED, self.ARN, policy, description) == "1.json"

    def test_origin_of_a_key_is_its_description(self) -> None:
        key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd"
        described = wrapped("kms:DescribeKey", {"KeyId": key}, {"KeyMetadata": {"Arn": key}})
        assert document_of(DESCRIBED, key, described) == "0.json"

    def test_secret_by_name_has_no_origin(self) -> None:
        # A task may have the same name.
        assert DESCRIBED not in load({"0.json": as_bytes(self.described("DescribeSecret", "db"))}).origins


class TestMergedRow:
    def test_origin_of_a_merged_prefix_list_is_the_first_document(self) -> None:
        entries = wrapped(
            "GetManagedPrefixListEntries", {"PrefixListId": "pl-1"}, {"Entries": [{"Cidr": "10.0.0.0/8"}]}
        )
        assert document_of("prefix_lists", "pl-1", {"PrefixLists": [LIST]}, entries) == "0.json"
        assert document_of("prefix_lists", "pl-1", entries, {"PrefixLists": [LIST]}) == "1.json"
        assert document_of("prefix_lists", "pl-1", entries) == "0.json"

    def test_origin_of_merged_vpc_attributes_is_the_first_document(self) -> None:
        support, hostnames = (
            {"VpcId": "vpc-1", f"EnableDns{name}": {"Value": True}} for name in ("Support", "Hostnames")
        )
        assert document_of("vpc_attributes", "vpc-1", support, hostnames) == "0.json"

    def test_origin_of_merged_image_answers_is_the_first_document(self) -> None:
        repository = {"registryId": ACCOUNT, "repositoryName": "web"}
        answers = [
            wrapped("ecr:BatchGetImage", repository, {"images": [{"imageId": {"imageTag": tag}}], "failures": []})
            for tag in ("1", "2")
        ]
        assert document_of("resource_answers", f"ecr:BatchGetImage {ACCOUNT}/web", *answers) == "0.json"


class TestZones:
    RECORDS_OF_ZONE = wrapped("ListResourceRecordSets", {"HostedZoneId": "Z1"}, {"ResourceRecordSets": RECORDS})

    def test_origin_of_a_zone_is_its_description(self) -> None:
        assert document_of("zones", "Z1", self.RECORDS_OF_ZONE, {"HostedZones": [ZONE]}) == "1.json"
        assert document_of("zones", "Z1", self.RECORDS_OF_ZONE, {"HostedZone": ZONE, "VPCs": []}) == "1.json"

    def test_origin_of_a_zone_of_a_vpc_is_the_list_of_the_vpc(self) -> None:
        summaries = {"HostedZoneSummaries": [{"HostedZoneId": "Z1", "Name": "example.com."}]}
        listed = wrapped("ListHostedZonesByVPC", {"VPCId": "vpc-1"}, summaries)
        assert document_of("zones", "Z1", self.RECORDS_OF_ZONE, listed) == "1.json"

    def test_origin_of_an_unlisted_zone_is_the_document_of_its_records(self) -> None:
        assert document_of("zones", "Z1", self.RECORDS_OF_ZONE) == "0.json"
        assert document_of("zones", "example.com", {"Subnets": []}, {"ResourceRecordSets": RECORDS}) == "1.json"


class TestInput:
    def test_document_has_no_path_of_the_user(self, tmp_path: Path) -> None:
        (tmp_path / "vpc").mkdir()
        (tmp_path / "vpc" / "subnets.json").write_bytes(as_bytes({"Subnets": [SUBNET]}))
        folder = app.load(tmp_path).facts.origins["subnets"]["subnet-1"]
        file = app.load(tmp_path / "vpc" / "subnets.json").facts.origins["subnets"]["subnet-1"]
        assert (folder.document, file.document) == ("vpc/subnets.json", "subnets.json")

    def test_redacted_and_network_only_documents_keep_their_origins(self, tmp_path: Path) -> None:
        network = Network()
        network.service()
        (tmp_path / "saved.json").write_bytes(network.document())
        gathered = app.read_files(tmp_path, network_only=True)
        origin = gathered.world.origin_of("subnet-a")
        assert origin == Origin("saved.json", f"arn:aws:ec2:{REGION}:{ACCOUNT}:subnet/subnet-a")
        assert app.redact(gathered, Redaction()).world.origin_of("subnet-a") == origin
