"""What AWS says of one thing each becomes a fact of that thing, and of no other."""

import json
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from skerry.errors import InputError
from skerry.model import resource_answers
from skerry.model.facts import Facts
from skerry.model.resource_answers import Absent, Refused
from skerry.services import READS_BY_ACTION, ecr_images, ssm
from skerry.sources.documents import load
from skerry.sources.redaction import redact
from tests.accounts import ACCOUNT
from tests.sources.clusters import CONFIGURATION, IMAGE, KEY, SECRET, everything, images, reading
from tests.tables import each

WEB = {"registryId": ACCOUNT, "repositoryName": "web"}
Answers = list[tuple[str, dict[str, Any], Any]]

# One answer to each question, with what it is about.
ANSWERED: dict[str, tuple[dict[str, Any], Any, str]] = {
    "ecr:GetRepositoryPolicy": (WEB, {"policyText": "{}"}, f"{ACCOUNT}/web"),
    "ecr:BatchGetImage": (WEB, images({"imageIds": [{"imageTag": "1"}]}), f"{ACCOUNT}/web"),
    "ecr:GetRegistryPolicy": ({}, {"policyText": "{}"}, "registry"),
    "ecr:DescribeImages": (
        WEB | {"imageIds": [{"imageTag": "1"}]},
        {"imageDetails": [{"imageDigest": "sha256:1", "imageTags": ["1"]}]},
        f"{ACCOUNT}/web@1",
    ),
    "ecr:GetDownloadUrlForLayer": (
        WEB | {"layerDigest": CONFIGURATION},
        {"architecture": "amd64", "os": "linux"},
        f"{ACCOUNT}/web@{CONFIGURATION}",
    ),
    "secretsmanager:DescribeSecret": ({"SecretId": SECRET}, {"ARN": SECRET}, SECRET),
    "secretsmanager:GetResourcePolicy": ({"SecretId": SECRET}, {"ARN": SECRET}, SECRET),
    "ssm:DescribeParameters": (
        {"ParameterFilters": [{"Key": "Name", "Values": ["/token"]}]},
        {"Parameters": [{"Name": "/token", "Type": "String"}]},
        "/token",
    ),
    "kms:DescribeKey": ({"KeyId": KEY}, {"KeyMetadata": {"Arn": KEY}}, KEY),
    "kms:GetKeyPolicy": ({"KeyId": KEY, "PolicyName": "default"}, {"Policy": "{}"}, KEY),
    "kms:ListGrants": ({"KeyId": KEY}, {"Grants": [{"Operations": ["Decrypt"]}]}, KEY),
    "logs:DescribeLogGroups": (
        {"logGroupNamePrefix": "/ecs/web"},
        {"logGroups": [{"logGroupName": "/ecs/web"}]},
        "/ecs/web",
    ),
    "s3:ListBucket": ({"Bucket": "files", "Prefix": "a/b"}, {"Contents": [{"Key": "a/b"}]}, "files/a/b"),
    "s3:GetBucketPolicy": ({"Bucket": "files"}, {"Policy": "{}"}, "files"),
    "elasticfilesystem:DescribeFileSystemPolicy": ({"FileSystemId": "fs-1"}, {"Policy": "{}"}, "fs-1"),
    "elasticfilesystem:DescribeAccessPoints": ({"FileSystemId": "fs-1"}, {"AccessPoints": []}, "fs-1"),
    "organizations:DescribeOrganization": ({}, {"Organization": {"Id": "o-1"}}, ""),
    "organizations:ListParents": ({"ChildId": "ou-1"}, {"Parents": [{"Id": "r-1", "Type": "ROOT"}]}, "ou-1"),
    "organizations:ListPoliciesForTarget": (
        {"TargetId": "r-1", "Filter": "SERVICE_CONTROL_POLICY"},
        {"Policies": [{"Id": "p-1", "Name": "Full"}]},
        "r-1/SERVICE_CONTROL_POLICY",
    ),
    "organizations:DescribePolicy": ({"PolicyId": "p-1"}, {"Policy": {"Content": "{}"}}, "p-1"),
}


# What answers have their contents in.
KEYS = (
    *(
        "images",
        "imageDetails",
        "policyText",
        "architecture",
        "ARN",
        "ResourcePolicy",
        "Parameters",
        "KeyMetadata",
        "Policy",
        "Grants",
    ),
    *("ARN", "logGroups", "Contents", "AccessPoints", "Organization", "Parents", "Policies"),
)


def wrapped(action: str, parameters: dict[str, Any], **answer: Any) -> bytes:
    return json.dumps({"Call": {"operation": action, "parameters": parameters}} | answer).encode()


def loaded(*documents: bytes) -> Facts:
    return load({f"{number}.json": content for number, content in enumerate(documents)})


def with_manifests_as_read(found: Facts) -> Facts:
    """The facts with only what is read of the manifests of images."""

    def manifest(row: ecr_images.RepositoryImage) -> ecr_images.RepositoryImage:
        return replace(
            row, image_manifest=repr(msgspec.json.decode(row.image_manifest or "", type=ecr_images.ImageManifest))
        )

    rows = [
        replace(row, answer=replace(row.answer, images=tuple(map(manifest, row.answer.images))))
        if isinstance(row.answer, ecr_images.RepositoryImages)
        else row
        for row in found.resource_answers
    ]
    return replace(found, resource_answers=tuple(rows))


def answers(found: Facts) -> dict[str, Any]:
    return {row.about: row.answer for row in found.resource_answers}


def failed(action: str, code: str) -> bytes:
    parameters, _, _ = ANSWERED[action]
    return wrapped(action, parameters, Error={"Code": code, "Message": "no"})


@each("action", sorted(READS_BY_ACTION))
class TestResourceAnswers:
    def test_resource_answer_is_read_for_its_resource(self, action: str) -> None:
        parameters, response, about = ANSWERED[action]
        found = loaded(wrapped(action, parameters, Response=response))
        ((name, answer),) = answers(found).items()
        assert (name, type(answer)) == (about, READS_BY_ACTION[action].record)
        assert (found.notes, found.refused) == ((), ())

    def test_not_found_answer_is_read_as_absent(self, action: str) -> None:
        found = loaded(failed(action, "ThingNotFoundException"))
        assert answers(found) == {ANSWERED[action][2]: Absent("ThingNotFoundException")}
        assert found.refused == ()

    def test_access_denied_answer_is_read_as_refused(self, action: str) -> None:
        found = loaded(failed(action, "AccessDenied"))
        assert answers(found) == {ANSWERED[action][2]: Refused("AccessDenied")}
        assert [refusal.action for refusal in found.refused] == [action]

    @each("code", ["AccessDenied", "ThingNotFoundException"])
    def test_redaction_preserves_resource_answers_and_errors(self, action: str, code: str) -> None:
        parameters, response, _ = ANSWERED[action]
        for document in (failed(action, code), wrapped(action, parameters, Response=response)):
            wanted = with_manifests_as_read(load({"a.json": document}))
            assert with_manifests_as_read(load(redact({"a.json": document}))) == wanted

    @each("response", [{"x": 1}, dict.fromkeys(KEYS, 7), {key: [7] for key in KEYS}])
    def test_malformed_answer_is_noted_if_and_only_if_unreadable(self, action: str, response: Any) -> None:
        parameters, _, about = ANSWERED[action]
        document = {"a.json": wrapped(action, parameters, Response=response)}
        found = load(document)
        unreadable = answers(found)[about] == Refused("unreadable")
        assert len(found.notes) == int(unreadable)
        assert load(redact(document)).resource_answers == found.resource_answers

    def test_deeply_nested_answer_raises_nothing_but_input_error(self, action: str) -> None:
        parameters, _, about = ANSWERED[action]
        call = json.dumps({"operation": action, "parameters": parameters})
        deep = "[" * 5000 + "]" * 5000
        text = f'{{"Call": {call}, "Response": {{"Grants": {deep}, "Parameters": {deep}, "Contents": {deep}}}}}'
        try:
            found = loaded(text.encode())
        except InputError:
            return
        assert {row.about for row in found.resource_answers} == {about}

    def test_equal_repeated_answers_are_merged(self, action: str) -> None:
        parameters, response, _ = ANSWERED[action]
        document = wrapped(action, parameters, Response=response)
        assert loaded(document, document).resource_answers == loaded(document).resource_answers

    def test_answer_takes_precedence_over_a_refusal(self, action: str) -> None:
        parameters, response, _ = ANSWERED[action]
        known = wrapped(action, parameters, Response=response)
        for documents in ((known, failed(action, "AccessDenied")), (failed(action, "AccessDenied"), known)):
            assert answers(loaded(*documents)) == answers(loaded(known))

    def test_repeated_refusals_of_a_resource_are_merged(self, action: str) -> None:
        found = loaded(failed(action, "AccessDenied"), failed(action, "ThrottlingException"))
        assert answers(found) == {ANSWERED[action][2]: Refused("AccessDenied")}

    def test_contradictory_answers_are_refused(self, action: str) -> None:
        parameters, response, _ = ANSWERED[action]
        with pytest.raises(InputError, match="described twice, and differently"):
            loaded(wrapped(action, parameters, Response=response), failed(action, "ThingNotFoundException"))

    def test_call_without_an_answer_is_refused(self, action: str) -> None:
        with pytest.raises(InputError, match="a call without its answer"):
            loaded(wrapped(action, ANSWERED[action][0], Response=None))


@each("action", sorted(set(READS_BY_ACTION) - {"organizations:DescribeOrganization", "ecr:GetRegistryPolicy"}))
@each("parameters", [{}, {"x": "y"}, {"ParameterFilters": "x"}, {"ParameterFilters": [7, {}]}])
def test_answer_without_resource_parameters_is_refused_with_a_hint(action: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="but not about what") as caught:
        loaded(wrapped(action, parameters, Response={}))
    assert "Wrap the answer" in caught.value.remedy


@pytest.mark.parametrize(
    "code", ["NoSuchBucketPolicy", "NoSuchBucket", "PolicyNotFound", "RepositoryNotFoundException"]
)
def test_bucket_policy_not_found_codes_are_kept_as_absent(code: str) -> None:
    assert answers(loaded(failed("s3:GetBucketPolicy", code))) == {"files": Absent(code)}


def test_account_without_an_organization_is_read_as_absent() -> None:
    found = loaded(failed("organizations:DescribeOrganization", "AWSOrganizationsNotInUseException"))
    assert answers(found) == {"": Absent("AWSOrganizationsNotInUseException")}


class TestListAnswers:
    """Answers that are rows: the names that were asked for and are not among them are not there."""

    def test_parameter_missing_from_its_list_is_absent(self) -> None:
        asked = {"ParameterFilters": [{"Key": "Name", "Option": "Equals", "Values": ["x", "/x"]}]}
        found = loaded(wrapped("ssm:DescribeParameters", asked, Response={"Parameters": [{"Name": "/x"}]}))
        assert answers(found) == {"x": Absent("NotFound"), "/x": ssm.Parameter(name="/x")}

    def test_parameter_list_filtered_by_prefix_is_refused(self) -> None:
        filters = [{"Key": "Name", "Option": "BeginsWith", "Values": ["/x"]}]
        with pytest.raises(InputError, match="but not about what"):
            loaded(wrapped("ssm:DescribeParameters", {"ParameterFilters": filters}, Response={"Parameters": []}))

    def test_log_group_listed_only_with_a_longer_name_is_absent(self) -> None:
        action = "logs:DescribeLogGroups"
        groups = {"logGroups": [{"logGroupName": "/ecs/web-two"}], "nextToken": "more"}
        found = loaded(wrapped(action, ANSWERED[action][0], Response=groups))
        assert answers(found) == {"/ecs/web": Absent("NotFound")}

    @pytest.mark.parametrize(
        ("action", "key"), [("logs:DescribeLogGroups", "logGroups"), ("ssm:DescribeParameters", "Parameters")]
    )
    def test_list_with_an_empty_page_and_token_is_partial(self, action: str, key: str) -> None:
        token = "NextToken" if key == "Parameters" else "nextToken"
        document = wrapped(action, ANSWERED[action][0], Response={key: [], token: "more"})
        assert [one.answer for one in loaded(document).resource_answers] == [resource_answers.Refused("partial")]
        redacted = load(redact({"a.json": document}))
        assert [one.answer for one in redacted.resource_answers] == [resource_answers.Refused("partial")]

    def test_parameter_missing_from_a_page_with_token_is_partial(self) -> None:
        asked = {"ParameterFilters": [{"Key": "Name", "Option": "Equals", "Values": ["x", "y"]}]}
        response = {"Parameters": [{"Name": "x"}], "NextToken": "more"}
        found = loaded(wrapped("ssm:DescribeParameters", asked, Response=response))
        assert answers(found) == {"x": ssm.Parameter(name="x"), "y": resource_answers.Refused("partial")}


class TestEcrImages:
    """What several calls say of a repository is put together."""

    def test_images_of_several_calls_are_joined_per_repository(self) -> None:
        documents = [
            wrapped("ecr:BatchGetImage", WEB, Response=images({"imageIds": [{"imageTag": tag}]})) for tag in ("1", "2")
        ]
        found = answers(loaded(*documents))[f"{ACCOUNT}/web"]
        assert [one.image_id.image_tag for one in found.images] == ["1", "2"]

    def test_image_answer_without_registry_id_has_no_account_prefix(self) -> None:
        found = loaded(wrapped("ecr:BatchGetImage", {"repositoryName": "web"}, Response={"images": []}))
        assert list(answers(found)) == ["/web"]


class TestSnapshots:
    """Keeps what is read of these answers, and nothing else of them."""

    def test_snapshot_keeps_resource_answers_of_a_live_reading(self) -> None:
        _, found = reading(**everything())
        live, saved = load(found.documents), load(redact(found.documents))
        assert with_manifests_as_read(saved).resource_answers == with_manifests_as_read(live).resource_answers
        assert (saved.roles, saved.managed_policies) == (live.roles, live.managed_policies)
        assert saved.service_revisions == live.service_revisions
        assert (saved.completeness, saved.refused) == (live.completeness, live.refused)

    def test_snapshot_drops_other_fields_of_resource_answers(self) -> None:
        secret = {"ARN": SECRET, "Description": "SECRET", "Tags": [{"Key": "a", "Value": "SECRET"}], "Name": "db"}
        built = {"architecture": "amd64", "os": "linux", "config": {"Env": ["A=SECRET"]}}
        documents = {
            "a.json": wrapped("secretsmanager:DescribeSecret", {"SecretId": SECRET}, Response=secret),
            "b.json": wrapped("ecr:GetDownloadUrlForLayer", WEB | {"layerDigest": "x"}, Response=built),
        }
        kept = b"".join(redact(documents).values())
        assert b'"SECRET"' not in kept
        assert b"=SECRET" not in kept
        assert json.loads(redact(documents)["b.json"])["Response"] == {"architecture": "amd64", "os": "linux"}

    def test_snapshot_keeps_unreadable_answers_as_refused(self) -> None:
        document = wrapped("kms:DescribeKey", {"KeyId": KEY}, Response={"KeyMetadata": "SECRET"})
        kept = redact({"a.json": document})
        assert b"SECRET" not in kept["a.json"]
        assert answers(load(kept)) == {KEY: Refused("unreadable")}


def test_image_fixture_belongs_to_the_web_repository() -> None:
    assert IMAGE.startswith(ACCOUNT)
    assert IMAGE.endswith("/web:1")
