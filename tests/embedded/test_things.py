"""What tasks use is there, or not there, in the words of AWS: images, layers, service revisions, keys, volumes."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from skerry.aws.session import ClientFactory

ACCOUNT, OTHER = "123456789012", "999988887777"
TYPE = "application/vnd.docker.distribution.manifest.v2+json"


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


@pytest.fixture(scope="module")
def ecr(aws: ClientFactory) -> Any:
    found = aws("ecr")
    found.create_repository(repositoryName="web")
    manifest = json.dumps({"schemaVersion": 2, "mediaType": TYPE, "config": {}, "layers": []})
    found.put_image(repositoryName="web", imageTag="1", imageManifest=manifest, imageManifestMediaType=TYPE)
    return found


class TestDescribedImages:
    def test_image_is_described_by_its_tag_whatever_its_status(self, ecr: Any) -> None:
        found = ecr.describe_images(repositoryName="web", imageIds=[{"imageTag": "1"}], filter={"imageStatus": "ANY"})
        assert [detail["imageTags"] for detail in found["imageDetails"]] == [["1"]]

    def test_description_of_missing_image_or_repository_is_refused(self, ecr: Any) -> None:
        ids = [{"imageTag": "none"}]
        missing = code_of(lambda: ecr.describe_images(repositoryName="web", imageIds=ids))
        assert missing == "ImageNotFoundException"
        nowhere = code_of(lambda: ecr.describe_images(repositoryName="none", imageIds=ids))
        assert nowhere == "RepositoryNotFoundException"


def test_registry_policy_is_kept(ecr: Any) -> None:
    assert code_of(ecr.get_registry_policy) == "RegistryPolicyNotFoundException"
    deny = {"Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"}, "Action": "ecr:ReplicateImage"}
    document = {"Version": "2012-10-17", "Statement": [deny | {"Resource": "*"}]}
    ecr.put_registry_policy(policyText=json.dumps(document))
    assert json.loads(ecr.get_registry_policy()["policyText"])["Statement"][0]["Effect"] == "Deny"
    ecr.delete_registry_policy()


def push(ecr: Any, content: bytes, repository: str = "web") -> str:
    upload = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    last = len(content) - 1
    ecr.upload_layer_part(
        repositoryName=repository, uploadId=upload, partFirstByte=0, partLastByte=last, layerPartBlob=content
    )
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest])
    return digest


class TestImages:
    def test_batch_get_image_reports_missing_ids_as_requested(self, ecr: Any) -> None:
        gone = {"imageDigest": f"sha256:{0:064}"}
        ids = [{"imageTag": "2"}, {"imageTag": "1"}, gone]
        found = ecr.batch_get_image(registryId=ACCOUNT, repositoryName="web", imageIds=ids)
        assert [row["imageId"] for row in found["failures"]] == [{"imageTag": "2"}, gone]
        assert {row["failureCode"] for row in found["failures"]} == {"ImageNotFound"}
        assert [row["imageId"]["imageTag"] for row in found["images"]] == ["1"]

    def test_batch_get_image_returns_image_by_digest(self, ecr: Any) -> None:
        (image,) = ecr.batch_get_image(repositoryName="web", imageIds=[{"imageTag": "1"}])["images"]
        ids = [{"imageDigest": image["imageId"]["imageDigest"]}]
        found = ecr.batch_get_image(repositoryName="web", imageIds=ids)
        assert (len(found["images"]), found["failures"]) == (1, [])

    @pytest.mark.parametrize("where", [{"repositoryName": "nix"}, {"repositoryName": "web", "registryId": OTHER}])
    def test_ecr_refuses_a_missing_repository(self, ecr: Any, where: dict[str, str]) -> None:
        ids = [{"imageTag": "1"}]
        assert code_of(lambda: ecr.batch_get_image(imageIds=ids, **where)) == "RepositoryNotFoundException"
        assert code_of(lambda: ecr.get_repository_policy(**where)) == "RepositoryNotFoundException"

    def test_ecr_repository_has_no_policy_by_default(self, ecr: Any) -> None:
        assert code_of(lambda: ecr.get_repository_policy(repositoryName="web")) == "RepositoryPolicyNotFoundException"


class TestLayers:
    def test_ecr_refuses_a_missing_layer(self, ecr: Any) -> None:
        where = {"repositoryName": "web", "layerDigest": f"sha256:{0:064}"}
        assert code_of(lambda: ecr.get_download_url_for_layer(**where)) == "LayersNotFoundException"
        other = where | {"repositoryName": "nix"}
        assert code_of(lambda: ecr.get_download_url_for_layer(**other)) == "RepositoryNotFoundException"

    def test_layer_download_url_points_to_the_ecr_bucket(self, ecr: Any) -> None:
        digest = push(ecr, b"a layer")
        found = ecr.get_download_url_for_layer(repositoryName="web", layerDigest=digest)
        assert found["layerDigest"] == digest
        assert found["downloadUrl"].startswith(
            "https://prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com/"
        )
        assert "X-Amz-Signature=" in found["downloadUrl"]

    def test_pushed_layer_adds_no_bucket_to_the_account(self, ecr: Any, aws: ClientFactory) -> None:
        push(ecr, b"another layer")
        assert aws("s3").list_buckets()["Buckets"] == []


class TestServiceRevisions:
    def service(self, aws: ClientFactory, name: str, **asked: Any) -> dict[str, Any]:
        ecs = aws("ecs")
        ecs.create_cluster(clusterName="one")
        containers = [{"name": "app", "image": "app:1", "memory": 128}]
        ecs.register_task_definition(family="app", containerDefinitions=containers)
        ecs.create_service(cluster="one", serviceName=name, desiredCount=0, **asked)
        return self.described(aws, name)

    def described(self, aws: ClientFactory, name: str) -> dict[str, Any]:
        (found,) = aws("ecs").describe_services(cluster="one", services=[name])["services"]
        return dict(found)

    def revisions(self, aws: ClientFactory, *names: str) -> dict[str, Any]:
        found = aws("ecs").describe_service_revisions(serviceRevisionArns=list(names))
        return dict(found)

    def test_service_revision_names_task_definition_and_images(self, aws: ClientFactory) -> None:
        service = self.service(aws, "a", taskDefinition="app")
        ((name,),) = [[row["arn"] for row in service["currentServiceRevisions"]]]
        assert name.startswith("arn:aws:ecs:eu-west-1:123456789012:service-revision/one/a/")
        (found,) = self.revisions(aws, name)["serviceRevisions"]
        assert found["serviceRevisionArn"] == name
        assert (found["serviceArn"], found["taskDefinition"]) == (service["serviceArn"], service["taskDefinition"])
        assert found["containerImages"] == [{"containerName": "app", "image": "app:1"}]

    def test_service_update_creates_a_new_service_revision(self, aws: ClientFactory) -> None:
        (before,) = self.service(aws, "b", taskDefinition="app")["currentServiceRevisions"]
        containers = [{"name": "app", "image": "app:2", "memory": 128}]
        aws("ecs").register_task_definition(family="app", containerDefinitions=containers)
        aws("ecs").update_service(cluster="one", service="b", taskDefinition="app")
        (after,) = self.described(aws, "b")["currentServiceRevisions"]
        found = self.revisions(aws, after["arn"], before["arn"])["serviceRevisions"]
        assert [row["containerImages"][0]["image"] for row in found] == ["app:2", "app:1"]

    def test_service_with_external_deployments_has_no_revision(self, aws: ClientFactory) -> None:
        service = self.service(aws, "c", deploymentController={"type": "EXTERNAL"})
        assert service.get("currentServiceRevisions", []) == []

    def test_missing_service_revision_is_reported_as_failure(self, aws: ClientFactory) -> None:
        name = "arn:aws:ecs:eu-west-1:123456789012:service-revision/one/a/1"
        found = self.revisions(aws, name)
        assert (found["serviceRevisions"], found["failures"]) == ([], [{"arn": name, "reason": "MISSING"}])


class TestFileSystems:
    def test_efs_refuses_a_missing_file_system(self, aws: ClientFactory) -> None:
        where = {"FileSystemId": "fs-01234567"}
        assert code_of(lambda: aws("efs").describe_file_system_policy(**where)) == "FileSystemNotFound"
        assert code_of(lambda: aws("efs").describe_access_points(**where)) == "FileSystemNotFound"

    def test_efs_policy_and_access_points_exist_only_after_creation(self, aws: ClientFactory) -> None:
        where = {"FileSystemId": aws("efs").create_file_system(CreationToken="1")["FileSystemId"]}
        assert code_of(lambda: aws("efs").describe_file_system_policy(**where)) == "PolicyNotFound"
        assert aws("efs").describe_access_points(**where)["AccessPoints"] == []
        aws("efs").put_file_system_policy(Policy='{"Statement": []}', **where)
        assert aws("efs").describe_file_system_policy(**where)["Policy"] == '{"Statement": []}'
        point = aws("efs").create_access_point(ClientToken="1", **where)["AccessPointId"]
        assert [row["AccessPointId"] for row in aws("efs").describe_access_points(**where)["AccessPoints"]] == [point]


class TestKeys:
    def test_kms_refuses_grants_of_a_missing_key(self, aws: ClientFactory) -> None:
        gone = "12345678-1234-1234-1234-123456789012"
        assert code_of(lambda: aws("kms").list_grants(KeyId=gone)) == "NotFoundException"

    def test_kms_lists_the_created_grants_of_a_key(self, aws: ClientFactory) -> None:
        key = aws("kms").create_key()["KeyMetadata"]["Arn"]
        assert aws("kms").list_grants(KeyId=key)["Grants"] == []
        whose = f"arn:aws:iam::{ACCOUNT}:role/launcher"
        aws("kms").create_grant(KeyId=key, GranteePrincipal=whose, Operations=["Decrypt"])
        (found,) = aws("kms").list_grants(KeyId=key)["Grants"]
        assert (found["GranteePrincipal"], found["Operations"]) == (whose, ["Decrypt"])


@pytest.mark.parametrize(
    ("service", "call", "asked", "code"),
    [
        ("organizations", "describe_organization", {}, "AWSOrganizationsNotInUseException"),
        ("secretsmanager", "describe_secret", {"SecretId": "nix"}, "ResourceNotFoundException"),
        ("secretsmanager", "get_resource_policy", {"SecretId": "nix"}, "ResourceNotFoundException"),
        ("kms", "describe_key", {"KeyId": "alias/nix"}, "NotFoundException"),
        ("s3", "get_bucket_policy", {"Bucket": "nix"}, "NoSuchBucket"),
        ("s3", "list_objects_v2", {"Bucket": "nix"}, "NoSuchBucket"),
    ],
)
def test_embedded_aws_refuses_missing_resources(
    aws: ClientFactory, service: str, call: str, asked: dict[str, str], code: str
) -> None:
    assert code_of(lambda: getattr(aws(service), call)(**asked)) == code


def test_log_group_with_exact_name_is_listed_first(aws: ClientFactory) -> None:
    for name in ("/ecs/web-two", "/ecs/web/three", "/ecs/web"):
        aws("logs").create_log_group(logGroupName=name)
    found = aws("logs").describe_log_groups(logGroupNamePrefix="/ecs/web", limit=1)
    assert [row["logGroupName"] for row in found["logGroups"]] == ["/ecs/web"]
    assert found["nextToken"]


def test_ssm_parameters_are_filtered_by_exact_name(aws: ClientFactory) -> None:
    for name in ("x", "/a/b"):
        aws("ssm").put_parameter(Name=name, Value="1", Type="String")
    filters = [{"Key": "Name", "Option": "Equals", "Values": ["x", "/a/b", "/nix"]}]
    found = aws("ssm").describe_parameters(ParameterFilters=filters, MaxResults=50)["Parameters"]
    assert sorted(row["Name"] for row in found) == ["/a/b", "x"]
    assert not any("Value" in row for row in found)
