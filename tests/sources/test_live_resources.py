"""Reads of referenced resources: each resource is read once, and no secret is kept."""

import json
from typing import Any

import msgspec
import pytest
from botocore.exceptions import EndpointConnectionError, ParamValidationError

from skerry.aws.api_table import CALLS
from skerry.aws.resource_calls import RESOURCE_CALLS
from skerry.errors import SkerryError
from skerry.model.api_call import ApiCall
from skerry.model.ecs import ClusterConfiguration
from skerry.model.resource_answers import Absent, Refused
from skerry.sources.live import AccountReading, ReadScope
from skerry.sources.redaction import redact
from skerry.sources.text_types import parse_value
from tests.accounts import ACCOUNT, REGION, Account, Answer, error
from tests.lists import complete_kinds
from tests.sources.clusters import (
    CONFIGURATION,
    KEY,
    REVISION,
    ROLE,
    SECRET,
    TASK,
    cluster_of,
    containers,
    everything,
    facts,
    launching,
    reading,
    service,
    task,
    things,
    told,
)
from tests.tables import each

OPERATIONS = {call.operation for call in RESOURCE_CALLS}
OTHER = "999988887777"
ABOUT_IMAGES = {"registryId": ACCOUNT, "repositoryName": "web"}


def secrets(*values: str) -> dict[str, Any]:
    return {"secrets": [{"name": f"S{number}", "valueFrom": value} for number, value in enumerate(values)]}


def names_of(request: dict[str, Any]) -> list[str]:
    (found,) = request["ParameterFilters"]
    assert (found["Key"], found["Option"]) == ("Name", "Equals")
    names: list[str] = found["Values"]
    return names


class TestRounds:
    """The questions come right after it is known what tasks are made of."""

    def account(self, *clusters: str) -> dict[str, Answer]:
        row = service("web", currentServiceRevisions=[{"arn": REVISION}])
        answers = containers([row], [task()], clusters or ("one",)) | things()
        return answers | {"DescribeParameters": {"Parameters": []}}

    @pytest.mark.parametrize(
        ("scope", "rounds"),
        [
            (ReadScope(), 6),
            (ReadScope(cluster="one"), 6),
            (ReadScope(cluster="one", service="web"), 4),
            (ReadScope(service="web"), 5),
            (ReadScope(cluster="one", task=TASK), 4),
            (ReadScope(task=TASK), 5),
        ],
    )
    def test_resource_reading_takes_the_expected_rounds_per_scope(self, scope: ReadScope, rounds: int) -> None:
        account, found = reading(scope, **self.account())
        assert found.rounds == rounds
        wanted = OPERATIONS - ({"DescribeServiceRevisions"} if scope.task else set())
        assert wanted <= {request.operation for request in account.requests}

    def test_kms_key_alias_adds_a_round_to_the_reading(self) -> None:
        own = KEY.replace("1234abcd-", "0000abcd-")

        def described(asked: dict[str, Any]) -> dict[str, Any]:
            return {"KeyMetadata": {"Arn": own if asked["KeyId"] == "alias/own" else KEY, "KeyState": "Enabled"}}

        scope = ReadScope(cluster="one", service="web")
        account, found = reading(scope, **everything() | {"DescribeKey": described})
        assert found.rounds == 5
        assert sorted(one["KeyId"] for one in account.asked("DescribeKey")) == ["alias/own", KEY]
        assert sorted(one["KeyId"] for one in account.asked("GetKeyPolicy")) == [own, KEY]

    def test_kms_key_alias_of_a_key_named_by_its_arn_adds_no_round(self) -> None:
        account, found = reading(ReadScope(cluster="one", service="web"), **everything())
        assert found.rounds == 4
        assert [one["KeyId"] for one in account.asked("GetKeyPolicy")] == [KEY]

    def test_reading_without_containers_makes_no_resource_calls(self) -> None:
        account, _ = reading(ReadScope(containers=False), **everything())
        assert not OPERATIONS & {request.operation for request in account.requests}


class TestReferencedResources:
    """However many name it, it is asked about once, and by what names it."""

    def test_resource_of_many_services_is_read_once(self) -> None:
        rows = [service(f"s{number}") for number in range(9)]
        account, _ = reading(**containers(rows) | things() | {"DescribeParameters": {"Parameters": []}})
        made = [
            (request.operation, json.dumps(request.parameters, sort_keys=True))
            for request in account.requests
            if request.operation in OPERATIONS
        ]
        assert sorted(made) == sorted(set(made))
        assert len(account.asked("BatchGetImage")) == 1

    def test_resource_calls_use_the_ids_of_the_task_definition(self) -> None:
        account, found = reading(**everything())
        assert {(one["registryId"], one["repositoryName"]) for one in account.asked("GetRepositoryPolicy")} == {
            (ACCOUNT, "web"),
            (ACCOUNT, "quay/proxy"),
        }
        assert account.asked("GetRegistryPolicy") == [{}]
        (described,) = account.asked("DescribeImages")
        assert described["imageIds"] == [{"imageTag": "1"}]
        assert described["filter"] == {"imageStatus": "ANY"}
        (images,) = account.asked("BatchGetImage")
        assert images["imageIds"] == [{"imageTag": "1"}, {"imageDigest": "sha256:d1"}]
        assert len(images["acceptedMediaTypes"]) == 4
        assert account.asked("GetDownloadUrlForLayer") == [ABOUT_IMAGES | {"layerDigest": CONFIGURATION}]
        assert account.asked("DescribeSecret") == account.asked("GetResourcePolicy") == [{"SecretId": SECRET}]
        (parameters,) = account.asked("DescribeParameters")
        assert names_of(parameters) == ["/token", "/web/token", "token"]
        assert account.asked("DescribeLogGroups") == [{"logGroupNamePrefix": "/ecs/web", "limit": 1}]
        assert account.asked("ListObjectsV2") == [{"Bucket": "files", "Prefix": "web/app.env", "MaxKeys": 1}]
        assert account.asked("GetBucketPolicy") == [{"Bucket": "files"}]
        assert [one["FileSystemId"] for one in account.asked("DescribeAccessPoints")] == ["fs-1"]
        assert account.asked("DescribeFileSystemPolicy") == [{"FileSystemId": "fs-1"}]
        assert account.asked("DescribeServiceRevisions") == [{"serviceRevisionArns": [REVISION]}]
        assert facts(found).notes == ()

    def test_resource_answers_are_written_to_separate_documents(self) -> None:
        """Also where the names differ only in what a file's name cannot have."""
        groups = [awslogs(name) for name in ("/ecs/web", "ecs/web", "ecs//web", "../ecs", "x" * 500)]
        _, found = launching(*groups)
        documents = [name for name in found.documents if name.startswith("logs/")]
        assert len(documents) == 5
        assert all(part.strip(".") and len(part) < 200 for name in documents for part in name.split("/"))
        assert len(told(found, "logs:DescribeLogGroups")) == 5


def awslogs(group: str, **options: str) -> dict[str, Any]:
    return {"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": group} | options}}


OF_CLUSTER = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0000abcd"
SESSION = {
    "kmsKeyId": OF_CLUSTER,
    "logging": "OVERRIDE",
    "logConfiguration": {"cloudWatchLogGroupName": "/exec", "s3BucketName": "exec-output"},
}


class TestClusters:
    @pytest.mark.parametrize(
        "scope",
        [ReadScope(), ReadScope(cluster="one"), ReadScope(cluster="one", service="web"), ReadScope(service="web")],
    )
    def test_keys_log_group_and_bucket_of_a_cluster_are_read(self, scope: ReadScope) -> None:
        account, found = configured({"executeCommandConfiguration": SESSION}, scope)
        assert all(asked["include"] == ["CONFIGURATIONS"] for asked in account.asked("DescribeClusters"))
        assert {"KeyId": OF_CLUSTER, "PolicyName": "default"} in account.asked("GetKeyPolicy")
        assert {"logGroupNamePrefix": "/exec", "limit": 1} in account.asked("DescribeLogGroups")
        assert {"Bucket": "exec-output"} in account.asked("GetBucketPolicy")
        assert [asked["Bucket"] for asked in account.asked("ListObjectsV2")] == ["files"]
        (cluster,) = facts(found).clusters
        options = {"executeCommandConfiguration": SESSION}
        assert cluster.configuration == msgspec.convert(options, ClusterConfiguration, dec_hook=parse_value)

    def test_key_of_ephemeral_storage_is_read(self) -> None:
        account, _ = configured({"managedStorageConfiguration": {"fargateEphemeralStorageKmsKeyId": OF_CLUSTER}})
        assert {"KeyId": OF_CLUSTER} in account.asked("DescribeKey")

    def test_key_of_a_cluster_and_of_a_secret_is_read_once(self) -> None:
        account, _ = configured({"managedStorageConfiguration": {"fargateEphemeralStorageKmsKeyId": KEY}})
        assert [asked["KeyId"] for asked in account.asked("DescribeKey")].count(KEY) == 1
        assert [asked["KeyId"] for asked in account.asked("GetKeyPolicy")].count(KEY) == 1

    def test_logs_that_do_not_override_are_not_read(self) -> None:
        account, _ = configured({"executeCommandConfiguration": SESSION | {"logging": "DEFAULT"}})
        assert {"Bucket": "exec-output"} not in account.asked("GetBucketPolicy")

    def test_cluster_without_a_configuration_is_known_to_have_none(self) -> None:
        _, found = reading(**containers([service("web")]) | things())
        assert [cluster.configuration for cluster in facts(found).clusters] == [ClusterConfiguration()]

    def test_unreadable_cluster_names_nothing(self) -> None:
        account, _ = configured([])
        assert OF_CLUSTER not in [asked["KeyId"] for asked in account.asked("DescribeKey")]


def configured(configuration: Any, scope: ReadScope | None = None) -> tuple[Account, AccountReading]:
    row = {"clusterArn": cluster_of(), "clusterName": "one", "status": "ACTIVE", "configuration": configuration}
    answers = containers([service("web")]) | things()
    return reading(scope, **answers | {"DescribeClusters": {"clusters": [row], "failures": []}})


class TestSecrets:
    def test_secret_is_described_by_arn_without_key_and_version(self) -> None:
        account, _ = launching(secrets(f"{SECRET}:key::", f"{SECRET}::AWSPREVIOUS:", SECRET))
        assert account.asked("DescribeSecret") == [{"SecretId": SECRET}]

    def test_log_driver_and_registry_secrets_are_described(self) -> None:
        logs = {"logDriver": "splunk", "secretOptions": [{"name": "splunk-token", "valueFrom": f"{SECRET}-logs"}]}
        private = {"repositoryCredentials": {"credentialsParameter": "registry/login"}}
        account, _ = launching({"logConfiguration": logs} | private)
        assert [one["SecretId"] for one in account.asked("DescribeSecret")] == [f"{SECRET}-logs", "registry/login"]

    def test_secrets_of_other_regions_are_not_described(self) -> None:
        account, _ = launching(secrets(SECRET.replace(REGION, "us-east-1"), "arn:aws:sqs:::x", "arn:"))
        assert account.asked("DescribeSecret") == []

    def test_secret_values_are_never_read(self) -> None:
        account, _ = reading(**everything())
        made = {request.operation for request in account.requests}
        assert not {"GetSecretValue", "BatchGetSecretValue", "GetParameter", "GetParameters", "Decrypt"} & made


class TestParameters:
    def names(self, *values: str) -> list[str]:
        account, _ = launching(secrets(*values), DescribeParameters={"Parameters": []})
        return [name for request in account.asked("DescribeParameters") for name in names_of(request)]

    def test_parameter_arn_is_queried_by_every_possible_name(self) -> None:
        start = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/"
        assert self.names(f"{start}x", f"{start}a/b", f"{start}y:3") == ["/a/b", "/x", "/y", "x", "y"]

    def test_parameter_is_queried_by_name_without_label(self) -> None:
        assert self.names("x", "/a/b:label", "a.b_c-d") == ["/a/b", "a.b_c-d", "x"]

    def test_foreign_public_or_invalid_parameters_are_not_queried(self) -> None:
        start = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/"
        others = [start.replace(ACCOUNT, OTHER) + "x", start.replace(REGION, "us-east-1") + "x"]
        public = ["/aws/service/x", f"{start}aws/reference/secretsmanager/x"]
        assert self.names(*others, *public, "a b", "ü", "") == []

    def test_parameters_are_queried_fifty_per_call(self) -> None:
        account, found = launching(
            secrets(*(f"p{number:02}" for number in range(70))), DescribeParameters={"Parameters": []}
        )
        assert [len(names_of(one)) for one in account.asked("DescribeParameters")] == [50, 20]
        assert len(told(found, "ssm:DescribeParameters")) == 70


class TestKmsKeys:
    """The keys of secrets and parameters, but for those that are AWS's own."""

    def keys(self, key: str | None, arn: str = SECRET, *, policies: bool = True) -> list[str]:
        secret = {"ARN": arn} | ({"KmsKeyId": key} if key else {})
        account, _ = launching(secrets(arn), DescribeSecret=secret)
        found = [one["KeyId"] for one in account.asked("DescribeKey")]
        owned = [one["KeyId"] for one in account.asked("GetKeyPolicy")]
        assert owned == [one["KeyId"] for one in account.asked("ListGrants")] == (found if policies else [])
        assert all(one["PolicyName"] == "default" for one in account.asked("GetKeyPolicy"))
        return found

    def test_kms_key_of_the_account_is_read_with_policy_and_grants(self) -> None:
        assert self.keys(KEY) == [KEY]
        assert self.keys("1234abcd-12ab-34cd-56ef-1234567890ab") == ["1234abcd-12ab-34cd-56ef-1234567890ab"]

    def test_aws_managed_kms_key_is_not_read(self) -> None:
        assert self.keys(None) == []
        assert self.keys("alias/aws/secretsmanager") == []
        assert self.keys(f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/aws/secretsmanager") == []

    def test_kms_key_of_another_account_is_read_without_its_policy(self) -> None:
        other = KEY.replace(ACCOUNT, OTHER)
        assert self.keys(other, policies=False) == [other]

    def test_kms_key_of_a_foreign_secret_is_read_by_arn_only(self) -> None:
        foreign = SECRET.replace(ACCOUNT, OTHER)
        assert self.keys("1234abcd-12ab-34cd-56ef-1234567890ab", foreign) == []
        assert self.keys(KEY.replace(ACCOUNT, OTHER), foreign, policies=False) == [KEY.replace(ACCOUNT, OTHER)]


class TestLogGroups:
    def test_log_groups_are_read_for_awslogs_in_the_region_only(self) -> None:
        rows = [
            awslogs("/a"),
            awslogs("/b", **{"awslogs-region": REGION}),
            awslogs("/c", **{"awslogs-region": "us-east-1"}),
        ]
        account, _ = launching(*rows, {"logConfiguration": {"logDriver": "splunk", "options": {"awslogs-group": "/d"}}})
        assert [one["logGroupNamePrefix"] for one in account.asked("DescribeLogGroups")] == ["/a", "/b"]

    def test_log_group_of_service_connect_is_read(self) -> None:
        logs = awslogs("/proxy")
        row = service("web", deployments=[{"serviceConnectConfiguration": {"enabled": True} | logs}])
        account, _ = reading(**containers([row]) | things())
        assert "/proxy" in {one["logGroupNamePrefix"] for one in account.asked("DescribeLogGroups")}

    def test_log_group_listed_only_with_a_longer_name_is_absent(self) -> None:
        groups = {"logGroups": [{"logGroupName": "/a-longer"}], "nextToken": "more"}
        account, found = launching(awslogs("/a"), DescribeLogGroups=groups)
        assert len(account.asked("DescribeLogGroups")) == 1
        assert told(found, "logs:DescribeLogGroups") == {"/a": Absent("NotFound")}

    def test_log_group_after_an_empty_page_with_token_is_partial(self) -> None:
        _, found = launching(awslogs("/a"), DescribeLogGroups={"logGroups": [], "nextToken": "more"})
        assert told(found, "logs:DescribeLogGroups") == {"/a": Refused("partial")}


class TestEnvironmentFiles:
    def test_environment_files_are_checked_for_bucket_arns_only(self) -> None:
        values = ["arn:aws:s3:::files/a.env", "arn:aws:s3:::files/b.env", "arn:aws:s3:::files", "files/c.env"]
        values.append(f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/x/object/a.env")
        account, _ = launching({"environmentFiles": [{"value": value, "type": "s3"} for value in values]})
        assert account.asked("GetBucketPolicy") == [{"Bucket": "files"}]
        assert sorted(one["Prefix"] for one in account.asked("ListObjectsV2")) == ["a.env", "b.env"]


class TestFileSystems:
    def test_file_systems_of_volumes_are_read_in_own_account_only(self) -> None:
        arn = f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:file-system/fs-2"
        foreign = arn.replace(ACCOUNT, OTHER).replace("fs-2", "fs-3")
        volumes = [{"efsVolumeConfiguration": {"fileSystemId": name}} for name in ("fs-1", arn, foreign)]
        account, _ = launching(volumes=[*volumes, {"name": "scratch"}])
        assert [one["FileSystemId"] for one in account.asked("DescribeAccessPoints")] == ["fs-1", "fs-2"]


class TestRoles:
    def test_role_assumable_by_ecs_tasks_is_read_with_its_policies(self) -> None:
        _, found = reading(**everything())
        (row,) = [row for row in facts(found).roles if row.arn == ROLE]
        (policy,) = row.role_policy_list  # type: ignore[misc]
        assert policy.policy_document == {"Id": "ecs-tasks"}

    def test_role_not_assumable_by_ecs_tasks_is_read_without_policies(self) -> None:
        _, found = reading(**everything())
        rows = json.loads(found.documents["iam/get-account-authorization-details/roles.json"])["RoleDetailList"]
        kept = {row["RoleName"]: set(row) for row in rows}
        of_every = {"Arn", "RoleName", "AssumeRolePolicyDocument"}
        assert kept == {"launcher": of_every | {"RolePolicyList"}, "launcher-of-ec2": of_every}

    def test_managed_policy_is_read_in_its_default_version_only(self) -> None:
        account, found = reading(**everything())
        (row,) = facts(found).managed_policies
        (version,) = row.policy_version_list  # type: ignore[misc]
        assert version.document == {"Id": "v2"}
        filters = [tuple(one["Filter"]) for one in account.asked("GetAccountAuthorizationDetails")]
        assert sorted(filters) == [("LocalManagedPolicy", "AWSManagedPolicy"), ("Role",)]
        assert {one["MaxItems"] for one in account.asked("GetAccountAuthorizationDetails")} == {1000}

    def test_refused_iam_call_makes_roles_incomplete(self) -> None:
        found = facts(reading(**everything() | {"GetAccountAuthorizationDetails": error("AccessDenied")})[1])
        assert "roles" not in complete_kinds(found)
        assert {one.action for one in found.refused} == {"iam:GetAccountAuthorizationDetails"}

    def test_unused_organization_is_absent_and_not_refused(self) -> None:
        code = "AWSOrganizationsNotInUseException"
        _, found = reading(**everything() | {"DescribeOrganization": error(code)})
        assert told(found, "organizations:DescribeOrganization") == {"": Absent(code)}
        assert facts(found).refused == ()


@each("call", {call.operation: call for call in CALLS}.values(), ids=lambda call: call.operation)
def test_refused_call_of_any_operation_does_not_end_the_reading(call: ApiCall) -> None:
    account, found = reading(**everything() | {call.operation: error("AccessDeniedException")})
    assert account.asked(call.operation)
    assert {refusal.action for refusal in facts(found).refused} == {call.action}


SINGLE = sorted((call for call in RESOURCE_CALLS if call.single), key=lambda call: call.action)


def turn(codes: tuple[str, ...], call: ApiCall) -> str:
    """The code that is this call's turn: what a code means does not depend on the call."""
    return codes[SINGLE.index(call) % len(codes)]


@each("call", SINGLE, ids=lambda call: call.action)
class TestRefusedResourceCalls:
    """It is unknown, and nothing else is."""

    def answers(self, operation: str, answer: Exception) -> Any:
        found = facts(reading(**everything() | {operation: answer})[1])
        return found, [row.answer for row in found.resource_answers if row.action == ACTIONS[operation]]

    def test_refused_resource_call_is_recorded_with_its_code(self, call: Any) -> None:
        code = turn(("AccessDeniedException", "KMSInvalidStateException", "ThrottlingException"), call)
        found, answers = self.answers(call.operation, error(code, message="SECRET=x"))
        assert set(answers) == {Refused(code)}
        assert {refusal.action for refusal in found.refused} == {call.action}
        assert found.services

    def test_resource_call_with_not_found_code_is_absent(self, call: Any) -> None:
        code = turn(("ResourceNotFoundException", "NoSuchBucketPolicy", "PolicyNotFound"), call)
        found, answers = self.answers(call.operation, error(code))
        assert set(answers) == {Absent(code)}
        assert found.refused == ()

    def test_resource_call_to_an_unreachable_endpoint_is_refused(self, call: Any) -> None:
        gone = EndpointConnectionError(endpoint_url="https://x.amazonaws.com")
        assert set(self.answers(call.operation, gone)[1]) == {Refused("EndpointConnectionError")}

    def test_resource_call_with_a_parameter_invalid_in_boto3_is_refused(self, call: Any) -> None:
        wrong = ParamValidationError(report="Invalid bucket name")
        assert set(self.answers(call.operation, wrong)[1]) == {Refused("ParamValidationError")}

    def test_resource_call_with_expired_credentials_ends_the_reading(self, call: Any) -> None:
        with pytest.raises(SkerryError, match="expired"):
            self.answers(call.operation, error("ExpiredTokenException"))


ACTIONS = {call.operation: call.action for call in RESOURCE_CALLS}


def test_resource_documents_contain_no_secret_fields() -> None:
    """Values of a secret, descriptions, who changed what, addresses of people, links, configurations of images."""
    row = {"Name": "/web/token", "Description": "SECRET", "LastModifiedUser": "SECRET", "AllowedPattern": "SECRET"}
    _, found = reading(**everything() | {"DescribeParameters": {"Parameters": [row]}})
    kept = b"".join(found.documents.values())
    assert b"SECRET" not in kept
    assert b"SECRET" not in b"".join(redact(found.documents).values())


def test_unreadable_task_definition_is_noted_and_reads_no_secrets() -> None:
    odd = {"taskDefinition": {"taskDefinitionArn": 7, "containerDefinitions": "x"}}
    account, found = reading(**containers([service("web")]) | {"DescribeTaskDefinition": odd})
    assert account.asked("DescribeSecret") == []
    assert any("describe-task-definition" in note for note in facts(found).notes)
