"""Snapshots keep what skerry's records read, without secrets."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry import app
from skerry.errors import InputError, NothingFoundError
from skerry.model.world import World
from skerry.render import json as as_json
from skerry.services import READS_BY_ACTION
from skerry.sources import documents, files
from skerry.sources.redaction import redact
from skerry.sources.redaction.keys import LISTS, PARAMETERS, WHOLE
from skerry.sources.redaction.values import KEPT_RECORD_TYPES, REDACTED
from tests.lists import complete_kinds, incomplete_kinds
from tests.networks import REGION, Network, as_bytes, awslogs, container, one_of_everything, record
from tests.tables import each

SCENARIOS = sorted(path.parent for path in (Path(__file__).parent.parent / "scenarios").glob("*/network.json"))


def redacted(content: dict[str, Any]) -> Any:
    """One document after redaction; None where it was left out."""
    found = redact({"a.json": as_bytes(content)}).get("a.json")
    return None if found is None else json.loads(found)


def of_container(**more: Any) -> Any:
    """A container of a task definition after redaction."""
    [definition] = redacted({"taskDefinitions": [{"containerDefinitions": [more]}]})["taskDefinitions"]
    return definition["containerDefinitions"][0]


def options(**given: Any) -> Any:
    """The options of a log driver after redaction; an underscore of a name stands for a hyphen."""
    named = {key.replace("_", "-"): value for key, value in given.items()}
    found = of_container(logConfiguration={"logDriver": "x", "options": named})
    return {key.replace("-", "_"): value for key, value in found["logConfiguration"]["options"].items()}


# ------------------------------------------------------------------------------------- the places of secrets


# Every place that is redacted, as a document with a function's argument in it.
def places(secret: Any) -> dict[str, dict[str, Any]]:
    """Documents that each hold the secret in one place that is redacted."""

    def task_definition(**more: Any) -> dict[str, Any]:
        return {"taskDefinition": {"taskDefinitionArn": "a", "containerDefinitions": [{"name": "app"} | more]}}

    def log_options(**given: Any) -> dict[str, Any]:
        return task_definition(logConfiguration={"logDriver": "splunk", "options": given})

    def target(**more: Any) -> dict[str, Any]:
        row = {"Id": "1", "Arn": "a"} | more
        return {"Call": {"operation": "x", "parameters": {"Rule": "r"}}, "Response": {"Targets": [row]}}

    return {
        "environment": task_definition(environment=[{"name": "A", "value": secret}]),
        "environment of the wrong kind": task_definition(environment=[secret]),
        "command": task_definition(command=["run", secret]),
        "entry point": task_definition(entryPoint=[secret]),
        "health check": task_definition(healthCheck={"command": ["CMD", secret], "retries": 3}),
        "labels": task_definition(dockerLabels={"a": secret}),
        "splunk token": log_options(**{"splunk-token": secret}),
        "unknown option": log_options(**{"api-key": secret}),
        "password in a URL": log_options(**{"splunk-url": f"https://me:{secret}@a.example/"}),
        "query of a URL": log_options(**{"splunk-url": f"https://a.example/?t={secret}"}),
        "FireLens": task_definition(firelensConfiguration={"type": "fluentbit", "options": {"x": secret}}),
        "volume driver": {
            "taskDefinition": {"volumes": [{"dockerVolumeConfiguration": {"driverOpts": {"o": secret}}}]}
        },
        "volume labels": {"taskDefinition": {"volumes": [{"labels": {"o": secret}}]}},
        "overrides": {"tasks": [{"overrides": {"containerOverrides": [{"environment": [{"value": secret}]}]}}]},
        "Service Connect": {"services": [{"deployments": [{"testTrafficRules": {"header": {"value": secret}}}]}]},
        "tags of ECS": {"services": [{"serviceName": "web", "tags": [{"key": "owner", "value": secret}]}]},
        "tags of EC2": {"Vpcs": [{"VpcId": "vpc-1", "Tags": [{"Key": "owner", "Value": secret}]}]},
        "tags of a schedule": {
            "ScheduleExpression": "rate(1 hour)",
            "Target": {"EcsParameters": {"Tags": [{"owner": secret}]}},
        },
        "tags of the wrong kind": {"Vpcs": [{"Tags": secret}]},
        "user data": {"Vpcs": [{"UserData": secret}, {"userData": secret}]},
        "a set of tags": {"Vpcs": [{"TagSet": [{"key": "owner", "value": secret}]}]},
        "input of a rule": target(Input=secret),
        "transformed input": target(InputTransformer={"InputTemplate": secret}),
        "headers of a target": target(HttpParameters={"HeaderParameters": {"x": secret}}),
        "input of a schedule": {"ScheduleExpression": "rate(1 hour)", "Target": {"Arn": "a", "Input": secret}},
        "description of a schedule": {"ScheduleExpression": "rate(1 hour)", "Description": secret},
        "TXT record": {"ResourceRecordSets": [{"Name": "a.", "Type": "TXT", "ResourceRecords": [{"Value": secret}]}]},
        "an unknown key": {"Vpcs": [], "Secrets": [{"SecretString": secret}]},
        "an unknown document": {"SecretString": secret},
        "parameters of a call": {
            "Call": {"operation": "x", "parameters": {"overrides": secret}},
            "Response": {"Vpcs": []},
        },
        "an unknown answer": {"Call": {"operation": "x"}, "Response": {"SecretString": secret}},
        "a compose file": {"services": {"web": {"environment": {"A": secret}}}},
        "calls": {"Calls": [{"Call": {}, "Response": {"tasks": [{"overrides": secret}]}}, {"Call": {"a": secret}}]},
        "the encoded part of a refusal": {
            "Call": {"operation": "ec2:DescribeVpcs"},
            "Error": {
                "Code": "UnauthorizedOperation",
                "Message": f"You are not authorized. Encoded authorization failure message: {secret}",
            },
        },
    }


secrets = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).map(lambda text: f"hush-{text}")


@pytest.mark.parametrize("place", places(""))
class TestSecrets:
    @given(secret=secrets)
    def test_redaction_removes_secret_text(self, place: str, secret: str) -> None:
        content = as_bytes(places(secret)[place])
        assert b"hush-" in content
        assert b"hush-" not in b"".join(redact({"a.json": content}).values())

    @given(secret=secrets)
    def test_redaction_of_secrets_is_idempotent(self, place: str, secret: str) -> None:
        once = redact({"a.json": as_bytes(places(secret)[place])})
        assert redact(once) == once

    def test_redaction_removes_secret_numbers(self, place: str) -> None:
        if "URL" not in place and "refusal" not in place:
            content = as_bytes(places(4711)[place])
            assert b"4711" in content
            assert b"4711" not in b"".join(redact({"a.json": content}).values())


class TestRedactedFields:
    def test_redaction_keeps_public_values_of_variables_alone(self) -> None:
        values = {"STS": "https://sts.amazonaws.com/x", "PASSWORD": "legacy", "AWS_STS_REGIONAL_ENDPOINTS": "legacy"}
        variables: list[Any] = [{"name": name, "value": value} for name, value in values.items()]
        variables += [{"name": "N", "value": 7}, {"name": 7, "value": "x"}]
        kept = of_container(name="app", environment=variables)["environment"]
        assert kept[:3] == [
            {"name": "STS", "value": "sts.amazonaws.com"},
            {"name": "PASSWORD"},
            {"name": "AWS_STS_REGIONAL_ENDPOINTS", "value": "legacy"},
        ]
        assert kept[3] == {"name": "N"}
        assert "value" not in kept[4]

    def test_redaction_keeps_only_record_fields_of_a_container(self) -> None:
        given = {
            "name": "app",
            "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": ""}],
            "command": ["a", "b"],
            "healthCheck": {"command": ["CMD", "x"], "interval": 30},
            "dockerLabels": {"a": "b"},
            "image": "web:1",
        }
        assert of_container(**given) == {
            "name": "app",
            "environment": [{"name": "A"}, {"name": "B"}],
            "image": "web:1",
        }

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ({"image": 7}, {"image": 0}),
            ({"image": 1.5}, {"image": 0}),
            ({"image": ["s3cret"]}, {"image": []}),
            ({"image": {"s3cret": 1}}, {"image": {}}),
            ({"image": None}, {"image": None}),
            ({"essential": "s3cret"}, {"essential": REDACTED}),
            ({"essential": ""}, {"essential": ""}),
            ({"secrets": "s3cret"}, {"secrets": REDACTED}),
            ({"secrets": [7, "s3cret", None]}, {"secrets": [0, REDACTED, None]}),
            ({"logConfiguration": ["s3cret"]}, {"logConfiguration": []}),
        ],
        ids=str,
    )
    def test_redaction_replaces_wrong_values_by_values_of_the_same_type(
        self, given: dict[str, Any], kept: dict[str, Any]
    ) -> None:
        """What could not be read before cannot be read after."""
        assert of_container(**given) == kept

    def test_redaction_keeps_numbers_as_written(self) -> None:
        many = b"123456789012345678901234567890"
        text = b'{"tasks":[{"stoppedAt":1700000000.120}],"services":[{"desiredCount":%s}]}' % many
        [kept] = redact({"a.json": text}).values()
        assert kept == text

    def test_redaction_keeps_an_unreadable_row_unreadable(self) -> None:
        text = b'{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}, {"VpcId": "vpc-2", "x": "\xff"}]}'
        facts = documents.load(redact({"a.json": text}))
        assert [row.vpc_id for row in facts.vpcs] == ["vpc-1"]
        assert "vpcs" not in complete_kinds(facts)

    def test_redaction_keeps_an_unreadable_task_definition_unreadable(self) -> None:
        facts = documents.load(redact({"a.json": b'{"taskDefinition": {"family": "\xff"}}'}))
        assert facts.task_definitions == ()
        assert "task_definitions" in incomplete_kinds(facts)


class TestKeptFields:
    def test_redaction_keeps_name_tags_and_aws_tags(self) -> None:
        tags = [{"Key": "Name", "Value": "main"}, {"Key": "aws:cloudformation:stack-name", "Value": "net"}]
        assert redacted({"Vpcs": [{"VpcId": "vpc-1", "Tags": tags}]})["Vpcs"][0]["Tags"] == tags

    def test_redaction_keeps_role_tags(self) -> None:
        role = {"Arn": "a", "RoleName": "web", "Tags": [{"Key": "team", "Value": "shop"}]}
        assert redacted({"RoleDetailList": [role]}) == {"RoleDetailList": [role]}

    def test_redaction_keeps_log_options_used_by_the_diagnosis(self) -> None:
        kept = awslogs(awslogs_create_group="true", mode="non-blocking")["options"]
        named = {key.replace("-", "_"): value for key, value in kept.items()}
        assert options(**named) == named
        fluent = {"Name": "cloudwatch", "region": "eu-west-1", "log_group_name": "web", "Port": "24224", "tls": "on"}
        found = of_container(logConfiguration={"logDriver": "awsfirelens", "options": fluent})
        assert found["logConfiguration"]["options"] == fluent

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("https://splunk.example:8088", "https://splunk.example:8088"),
            ("http://splunk.example", "http://splunk.example"),
            ("https://me:pass@Splunk.example:8088/path?token=1#x", "https://splunk.example:8088"),
            ("ftp://splunk.example", "https://splunk.example"),
            ("splunk.example:8088/path", "splunk.example:8088"),
            ("me:pass@splunk.example", "splunk.example"),
            ("https://[2001:db8::1]:8088/", "https://[2001:db8::1]:8088"),
            ("", ""),
            ("Splunk.example", "Splunk.example"),
            ("https://", "https://"),
            ("https://a:b:c", "https://"),
            ("https://a:99999999", "https://"),
            ("https://[", "https://"),
        ],
    )
    def test_redaction_keeps_scheme_host_and_port_of_log_urls(self, given: str, kept: str) -> None:
        assert options(splunk_url=given, awslogs_endpoint=given) == {"splunk_url": kept, "awslogs_endpoint": kept}

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ('{"priority":102,"note":"secret"}', '{"priority": 102}'),
            ('{"note":"secret"}', REDACTED),
            ("", ""),
            (7, 0),
        ],
        ids=str,
    )
    def test_redaction_keeps_the_priority_of_a_resource_in_a_profile(self, given: Any, kept: Any) -> None:
        row = {"Id": "rpr-1", "ResourceProperties": given}
        (left,) = redacted({"ProfileResourceAssociations": [row]})["ProfileResourceAssociations"]
        assert left["ResourceProperties"] == kept

    def test_redaction_replaces_log_options_of_the_wrong_type(self) -> None:
        found = of_container(logConfiguration={"logDriver": "x", "options": "splunk-token=1"})
        assert found["logConfiguration"]["options"] == REDACTED
        assert options(name=["a"], splunk_url=7) == {"name": [], "splunk_url": 0}

    def test_redaction_keeps_task_and_network_of_rule_targets(self) -> None:
        vpc = {"Subnets": ["subnet-a"], "SecurityGroups": ["sg-1"], "AssignPublicIp": "DISABLED"}
        parameters = {"TaskDefinitionArn": "a", "NetworkConfiguration": {"awsvpcConfiguration": vpc}}
        target = {"Id": "1", "Arn": "a", "EcsParameters": parameters}
        answer = {"Call": {"operation": "x", "parameters": {"Rule": "r"}}, "Response": {"Targets": [target]}}
        assert redacted(answer) == answer
        del target["Id"]
        schedule = {"Arn": "a", "Name": "n", "GroupName": "g", "State": "ENABLED", "ScheduleExpression": REDACTED}
        assert redacted(schedule | {"Target": target}) == schedule | {"Target": target}

    @pytest.mark.parametrize("kind", sorted(KEPT_RECORD_TYPES))
    def test_redaction_keeps_dns_records_of_names_and_addresses(self, kind: str) -> None:
        row = record("a.example.", kind, "10.0.0.1")
        del row["TTL"]
        assert redacted({"ResourceRecordSets": [row]}) == {"ResourceRecordSets": [row]}

    @pytest.mark.parametrize(
        "answer",
        [
            {"VpcId": "vpc-1", "EnableDnsSupport": {"Value": True}},
            {"VpcId": "vpc-1", "EnableDnsHostnames": {"Value": False}},
            {"HostedZone": {"Id": "Z1", "Name": "a."}, "VPCs": [{"VPCId": "vpc-1"}]},
            {"taskDefinition": {"family": "web"}},
            {"Subnets": [], "NextToken": "more"},
            {"Subnets": [], "NextToken": None},
            {"ResourceRecordSets": [], "IsTruncated": False},
            {"Call": {"operation": "x", "parameters": {"PrefixListId": "pl-1"}}, "Response": {"Entries": []}},
            {
                "Call": {"operation": "ec2:DescribeVpcs", "parameters": {}},
                "Error": {"Code": "UnauthorizedOperation", "Message": "You are not authorized."},
            },
        ],
        ids=json.dumps,
    )
    def test_redaction_keeps_answer_fields_other_than_rows(self, answer: dict[str, Any]) -> None:
        assert redacted(answer) == answer

    def test_redaction_keeps_network_rows_unchanged(self) -> None:
        network = Network()
        network.serve_internet_by_nat()
        network.serve_s3()
        del network.rows["Calls"]
        assert redacted(network.rows) == network.rows

    def test_redaction_covers_every_key_that_the_loader_reads(self) -> None:
        loaded = set(documents.load.__globals__["_Loader"]()._handlers)  # noqa: SLF001 -- the loader's own table
        assert loaded - {"Calls", "Snapshot"} == LISTS.keys() | WHOLE.keys()

    @pytest.mark.parametrize("action", sorted(READS_BY_ACTION))
    def test_redaction_keeps_call_parameters_that_identify_a_resource(self, action: str) -> None:
        asked: set[str] = set()

        class Recording(dict[str, Any]):
            def get(self, key: str, default: Any = None) -> Any:
                asked.add(key)
                return default

        READS_BY_ACTION[action].about(Recording())
        assert asked <= PARAMETERS


class TestDroppedContent:
    @pytest.mark.parametrize(
        "content",
        [{"Reservations": []}, {"services": {"web": {}}}, {"Snapshot": {"Version": 1}}, {"Calls": [{"a": {}}]}],
        ids=json.dumps,
    )
    def test_redaction_drops_documents_that_skerry_does_not_read(self, content: dict[str, Any]) -> None:
        assert redacted(content) is None

    def test_redaction_keeps_the_documents_with_keys_that_are_read(self) -> None:
        assert list(redact({"a.json": b'{"Vpcs": []}', "b.json": b'{"Reservations": []}'})) == ["a.json"]

    def test_redaction_empties_deeply_nested_values(self) -> None:
        deep = b"[" * 900 + b"]" * 900
        [kept] = redact({"a.json": b'{"Vpcs": [{"VpcId": %s, "x": %s}]}' % (deep, deep)}).values()
        assert json.loads(kept) == {"Vpcs": [{"VpcId": []}]}

    def test_redaction_refuses_deeply_nested_calls(self) -> None:
        deep = b'{"Calls": [{"Call": {}, "Response": ' * 400 + b"{}" + b"}]}" * 400
        with pytest.raises(InputError, match="nested too deeply"):
            redact({"a.json": deep})


# ------------------------------------------------------------------------------------------- what comes of it


def diagnosed(content: dict[str, bytes]) -> str:
    world = World(documents.load(content, source="a test"))
    return as_json.encode_diagnosis(world, app.diagnose(world))


@each("folder", SCENARIOS[::5], ids=lambda folder: folder.name)
def test_redaction_preserves_the_diagnosis_of_a_scenario(folder: Path) -> None:
    assert_redaction_preserves_the_diagnosis(folder)


@pytest.mark.long
@each("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_redaction_preserves_the_diagnosis_of_every_scenario(folder: Path) -> None:
    assert_redaction_preserves_the_diagnosis(folder)


def assert_redaction_preserves_the_diagnosis(folder: Path) -> None:
    content = files.read(folder / "network.json")
    kept = redact(content)
    try:
        wanted = diagnosed(content)
    except NothingFoundError:
        return
    assert diagnosed(kept) == wanted
    assert redact(kept) == kept


def test_redaction_changes_only_task_definitions_of_the_facts() -> None:
    network = one_of_everything()
    network.definition(container(logConfiguration=awslogs(splunk_token="s")), arn="arn:aws:ecs:::task-definition/x:1")  # noqa: S106
    content = {"network.json": network.document()}
    before, after = documents.load(content), documents.load(redact(content))
    changed = [field for field in before.__struct_fields__ if getattr(before, field) != getattr(after, field)]
    assert changed == ["task_definitions"]


def test_redaction_leaves_its_input_unchanged() -> None:
    given = places("x")
    kept = copy.deepcopy(given)
    redact({name: as_bytes(content) for name, content in given.items()})
    assert given == kept


@pytest.mark.parametrize(
    "configuration",
    [
        awslogs(awslogs_endpoint=""),
        awslogs(awslogs_endpoint="https://me:pass@logs.eu-west-1.amazonaws.com/x"),
        {"logDriver": "splunk", "options": {"splunk-url": "", "splunk-token": "t"}},
        {"logDriver": "splunk", "options": {"splunk-url": "https://Splunk.example:8088/x", "splunk-token": "t"}},
        {"logDriver": "splunk", "options": {"splunk-url": "a", "splunk-verify-connection": "false"}},
        {"logDriver": "awsfirelens", "options": {"Name": "http", "Host": "Logs.Example", "Port": "8080", "tls": "on"}},
        {"logDriver": "awsfirelens", "options": {"Name": "cloudwatch", "region": REGION, "log_group_name": "web"}},
        {"logDriver": "awsfirelens", "options": {"Name": "s3", "region": REGION, "bucket": "b", "endpoint": "S3.x"}},
        {"logDriver": "awsfirelens", "options": {"Name": "datadog", "apikey": "k"}},
        {"logDriver": "awsfirelens", "options": {"@type": "x"}},
    ],
    ids=str,
)
def test_redaction_preserves_the_diagnosis_of_log_destinations(configuration: dict[str, Any]) -> None:
    network = Network()
    network.definition(container(logConfiguration=configuration))
    network.service()
    content = {"network.json": network.document()}
    assert diagnosed(redact(content)) == diagnosed(content)
