"""Existence of the resources of a launch: secrets, parameters, keys, log groups, files, file systems."""

import pytest

from skerry.verdicts import BLOCKED, UNKNOWN
from tests.holdings import (
    DECRYPTS,
    EXECUTION,
    KEY,
    MANAGED,
    OTHER_ACCOUNT,
    SECRET,
    TASK,
    Resources,
    secret,
    statement,
    text,
)
from tests.networks import ACCOUNT, REGION, VPC, Row, allow, awslogs

PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/web/password"
FILE = "arn:aws:s3:::settings/web.env"
DESCRIBE = "secretsmanager:DescribeSecret"
SYSTEM = "fs-1"


@pytest.fixture
def network() -> Resources:
    return Resources()


class TestSecrets:
    def test_missing_secret_blocks(self, network: Resources) -> None:
        network.refuse(DESCRIBE, {"SecretId": SECRET}, "ResourceNotFoundException")
        assert network.bad() == {"secrets": BLOCKED}
        found = network.blocker("secrets")
        assert (found.code, found.resource, found.message) == (
            "SECRET_NOT_FOUND",
            SECRET,
            f"there is no secret {SECRET}",
        )

    def test_secret_is_unknown_if_describe_failed(self, network: Resources) -> None:
        network.refuse(DESCRIBE, {"SecretId": SECRET})
        assert network.bad() == {"secrets": UNKNOWN}
        assert {one.action for one in network.step("secrets").unknowns} == {DESCRIBE}

    def test_secret_is_unexamined_if_not_read(self, network: Resources) -> None:
        network.unask(DESCRIBE)
        assert network.bad() == {}
        assert "secrets" in network.diagnosis().unexamined

    def test_secret_scheduled_for_deletion_blocks(self, network: Resources) -> None:
        network.tell(DESCRIBE, {"SecretId": SECRET}, secret(DeletedDate="2026-11-01T00:00:00Z"))
        assert network.blocker("secrets").code == "SECRET_SCHEDULED_FOR_DELETION"

    @pytest.mark.parametrize(
        ("suffix", "verdict"),
        [
            ("", None),
            (":user::", None),
            ("::AWSCURRENT:", None),
            ("::AWSPREVIOUS:", BLOCKED),
            (":::v-1", None),
            (":::v-2", BLOCKED),
        ],
    )
    def test_missing_secret_version_blocks(self, network: Resources, suffix: str, verdict: object) -> None:
        network.app["secrets"][0]["valueFrom"] = f"{SECRET}{suffix}"
        assert network.bad().get("secrets") is verdict

    def test_secret_without_value_blocks(self, network: Resources) -> None:
        network.tell(DESCRIBE, {"SecretId": SECRET}, {"ARN": SECRET, "Name": "db"})
        found = network.blocker("secrets")
        assert found.message == f"secret {SECRET} has no version with the label AWSCURRENT"

    def test_json_keys_of_secret_are_unexamined(self, network: Resources) -> None:
        network.app["secrets"][0]["valueFrom"] = f"{SECRET}:user::"
        assert "JSON keys of secrets" in network.diagnosis().unexamined

    def test_missing_secrets_are_reported_separately(self, network: Resources) -> None:
        other = f"{SECRET[:-6]}GhIjKl"
        network.app["secrets"].append({"name": "TOKEN", "valueFrom": other})
        network.tell(DESCRIBE, {"SecretId": other}, {"ARN": other})
        network.role(EXECUTION, statement("secretsmanager:GetSecretValue"), managed=[MANAGED])
        assert network.blocker("secrets").resource == other

    def test_missing_secret_of_registry_or_log_driver_blocks(self, network: Resources) -> None:
        network.app["secrets"] = []
        network.app["repositoryCredentials"] = {"credentialsParameter": SECRET}
        network.tell(DESCRIBE, {"SecretId": SECRET}, {"ARN": SECRET})
        assert network.blocker("secrets").code == "SECRET_VERSION_NOT_FOUND"

    def test_secret_of_other_account_with_aws_managed_key_blocks(self, network: Resources) -> None:
        foreign = SECRET.replace(ACCOUNT, OTHER_ACCOUNT)
        network.app["secrets"][0]["valueFrom"] = foreign
        network.role(EXECUTION, statement("secretsmanager:GetSecretValue"), managed=[MANAGED])
        network.tell(DESCRIBE, {"SecretId": foreign}, secret(ARN=foreign))
        found = network.blocker("secrets")
        assert (found.code, found.resource) == ("KEY_NOT_FOR_OTHER_ACCOUNTS", foreign)


class TestKeys:
    @pytest.fixture
    def network(self) -> Resources:
        network = Resources()
        network.tell(DESCRIBE, {"SecretId": SECRET}, secret(KmsKeyId=KEY))
        network.role(EXECUTION, statement("secretsmanager:GetSecretValue"), statement("kms:Decrypt"), managed=[MANAGED])
        network.tell("kms:GetKeyPolicy", {"KeyId": KEY}, DECRYPTS)
        return network

    @pytest.mark.parametrize(
        ("state", "verdict"), [("Enabled", None), ("Disabled", BLOCKED), ("PendingDeletion", BLOCKED)]
    )
    def test_disabled_key_blocks(self, network: Resources, state: str, verdict: object) -> None:
        network.tell("kms:DescribeKey", {"KeyId": KEY}, {"KeyMetadata": {"Arn": KEY, "KeyState": state}})
        assert network.bad().get("secrets") is verdict
        if verdict:
            found = network.blocker("secrets")
            assert (found.code, found.resource) == ("KEY_NOT_USABLE", KEY)

    def test_missing_key_blocks(self, network: Resources) -> None:
        network.refuse("kms:DescribeKey", {"KeyId": KEY}, "NotFoundException")
        assert network.blocker("secrets").code == "KEY_NOT_FOUND"

    @pytest.mark.parametrize("answer", [{"KeyMetadata": {"Arn": KEY}}, None])
    def test_key_is_unknown_without_its_state(self, network: Resources, answer: Row | None) -> None:
        if answer is None:
            network.refuse("kms:DescribeKey", {"KeyId": KEY})
        else:
            network.tell("kms:DescribeKey", {"KeyId": KEY}, answer)
        assert network.bad() == {"secrets": UNKNOWN}

    def test_key_is_unexamined_if_not_read(self, network: Resources) -> None:
        assert network.bad() == {}
        assert "keys" in network.diagnosis().unexamined


class TestParameters:
    @pytest.fixture
    def network(self) -> Resources:
        network = Resources()
        network.endpoint("vpce-55", "ssm", ["subnet-a", "subnet-b"])
        network.role(EXECUTION, statement("ssm:GetParameters"), managed=[MANAGED])
        network.app["secrets"] = [{"name": "PASSWORD", "valueFrom": PARAMETER}]
        self.tell(network, {"Name": "/web/password", "ARN": PARAMETER, "Type": "String"})
        return network

    def tell(self, network: Resources, *found: Row) -> None:
        network.unask("ssm:DescribeParameters")
        names = ["/web/password", "web/password"]
        asked = {"ParameterFilters": [{"Key": "Name", "Option": "Equals", "Values": names}]}
        network.tell("ssm:DescribeParameters", asked, {"Parameters": list(found)})

    def test_existing_parameter_passes(self, network: Resources) -> None:
        assert network.bad() == {}

    @pytest.mark.parametrize("reference", ["/web/password", PARAMETER, f"{PARAMETER}:3"])
    def test_missing_parameter_blocks(self, network: Resources, reference: str) -> None:
        network.app["secrets"] = [{"name": "PASSWORD", "valueFrom": reference}]
        self.tell(network)
        found = network.blocker("secrets")
        assert (found.code, found.resource) == ("PARAMETER_NOT_FOUND", reference)

    def test_parameter_key_must_be_enabled(self, network: Resources) -> None:
        row = {"Name": "/web/password", "ARN": PARAMETER, "Type": "SecureString", "KeyId": KEY}
        self.tell(network, row)
        network.tell("kms:DescribeKey", {"KeyId": KEY}, {"KeyMetadata": {"Arn": KEY, "KeyState": "Disabled"}})
        assert "KEY_NOT_USABLE" in {one.code for one in network.step("secrets").blockers}
        self.tell(network, row | {"KeyId": "alias/aws/ssm"})
        assert network.bad() == {}

    def test_parameter_is_unexamined_if_not_read(self, network: Resources) -> None:
        network.unask("ssm:DescribeParameters")
        assert network.bad() == {}
        assert "parameters" in network.diagnosis().unexamined


class TestLogGroups:
    def test_missing_log_group_blocks(self, network: Resources) -> None:
        network.tell("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"}, {"logGroups": []})
        found = network.blocker("logs")
        assert (found.code, found.resource, found.message) == (
            "LOG_GROUP_NOT_FOUND",
            "/ecs/web",
            "there is no log group /ecs/web",
        )

    def test_log_group_with_longer_name_is_ignored(self, network: Resources) -> None:
        groups = {"logGroups": [{"logGroupName": "/ecs/web2"}], "nextToken": "more"}
        network.tell("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"}, groups)
        assert network.bad() == {"logs": BLOCKED}

    def test_log_group_of_other_region_is_unexamined(self, network: Resources) -> None:
        network.app["logConfiguration"] = awslogs(awslogs_region="eu-west-3")
        assert "log groups of other Regions" in network.diagnosis().unexamined


class TestEnvironmentFiles:
    @pytest.fixture
    def network(self) -> Resources:
        network = Resources()
        network.app["environmentFiles"] = [{"type": "s3", "value": FILE}]
        network.role(
            EXECUTION,
            statement(["secretsmanager:GetSecretValue", "s3:GetObject", "s3:GetBucketLocation"]),
            managed=[MANAGED],
        )
        network.refuse("s3:GetBucketPolicy", {"Bucket": "settings"}, "NoSuchBucketPolicy")
        self.list(network, {"Key": "web.env"})
        return network

    def list(self, network: Resources, *found: Row) -> None:
        network.tell("s3:ListBucket", {"Bucket": "settings", "Prefix": "web.env"}, {"Contents": list(found)})

    def test_existing_environment_file_passes(self, network: Resources) -> None:
        assert network.bad() == {}

    def test_missing_environment_file_blocks(self, network: Resources) -> None:
        self.list(network, {"Key": "web.env.old"})
        found = network.blocker("env-files")
        assert (found.code, found.resource) == ("ENVIRONMENT_FILE_NOT_FOUND", FILE)

    def test_environment_file_with_bucket_arn_is_not_listed_as_unexamined(self, network: Resources) -> None:
        network.app["environmentFiles"] = [{"type": "s3", "value": "arn:aws:s3:::settings"}]
        assert "environment files" not in network.diagnosis().unexamined

    def test_environment_file_in_missing_bucket_blocks(self, network: Resources) -> None:
        network.refuse("s3:GetBucketPolicy", {"Bucket": "settings"}, "NoSuchBucket")
        assert network.blocker("env-files").code == "BUCKET_NOT_FOUND"

    def test_environment_file_needs_get_bucket_location(self, network: Resources) -> None:
        network.role(EXECUTION, statement(["secretsmanager:GetSecretValue", "s3:GetObject"]), managed=[MANAGED])
        assert "s3:GetBucketLocation on arn:aws:s3:::settings," in network.blocker("env-files").message

    def test_environment_file_is_unknown_if_bucket_policy_failed(self, network: Resources) -> None:
        network.refuse("s3:GetBucketPolicy", {"Bucket": "settings"})
        assert network.bad() == {"env-files": UNKNOWN}

    def test_bucket_policy_denies_environment_file(self, network: Resources) -> None:
        deny = statement("s3:GetObject", effect="Deny", Principal="*", Sid="Closed")
        network.tell("s3:GetBucketPolicy", {"Bucket": "settings"}, {"Policy": text(deny)})
        assert network.blocker("env-files").rule == "Closed of the policy of bucket settings"


class TestFileSystems:
    """https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html"""

    @pytest.fixture
    def network(self) -> Resources:
        network = Resources()
        self.volume(network)
        network.group("sg-nfs", inbound=[allow("tcp", 2049, 2049, cidr="10.0.0.0/16")])
        for name, subnet, address in (("fsmt-1", "subnet-a", "10.0.1.77"), ("fsmt-2", "subnet-b", "10.0.2.77")):
            network.interface(f"eni-{name}", address, subnet, ["sg-nfs"])
            target = {"FileSystemId": SYSTEM, "SubnetId": subnet, "IpAddress": address, "VpcId": VPC}
            network.add("MountTargets", MountTargetId=name, NetworkInterfaceId=f"eni-{name}", **target)
        points = [{"AccessPointId": "fsap-1", "LifeCycleState": "available"}]
        network.tell("elasticfilesystem:DescribeAccessPoints", {"FileSystemId": SYSTEM}, {"AccessPoints": points})
        self.policy(network, None)
        return network

    def volume(self, network: Resources, **authorization: str) -> None:
        volume = {"fileSystemId": SYSTEM, "transitEncryption": "ENABLED", "authorizationConfig": authorization}
        network.rows["taskDefinitions"][0]["volumes"] = [{"name": "data", "efsVolumeConfiguration": volume}]

    def policy(self, network: Resources, document: str | None) -> None:
        asked = {"FileSystemId": SYSTEM}
        if document is None:
            network.refuse("elasticfilesystem:DescribeFileSystemPolicy", asked, "PolicyNotFound")
        else:
            network.tell("elasticfilesystem:DescribeFileSystemPolicy", asked, asked | {"Policy": document})

    def test_file_system_without_policy_allows_every_client(self, network: Resources) -> None:
        assert network.bad() == {}

    def test_missing_access_point_blocks(self, network: Resources) -> None:
        self.volume(network, accessPointId="fsap-1")
        assert network.bad() == {}
        self.volume(network, accessPointId="fsap-2")
        found = network.blocker("volumes")
        assert (found.code, found.resource) == ("ACCESS_POINT_NOT_FOUND", "fsap-2")

    def test_unavailable_access_point_blocks(self, network: Resources) -> None:
        points = [{"AccessPointId": "fsap-1", "LifeCycleState": "deleting"}]
        network.tell("elasticfilesystem:DescribeAccessPoints", {"FileSystemId": SYSTEM}, {"AccessPoints": points})
        self.volume(network, accessPointId="fsap-1")
        assert network.blocker("volumes").code == "BAD_STATE"

    def test_missing_file_system_blocks(self, network: Resources) -> None:
        network.refuse("elasticfilesystem:DescribeAccessPoints", {"FileSystemId": SYSTEM}, "FileSystemNotFound")
        assert network.blocker("volumes").code == "FILE_SYSTEM_NOT_FOUND"

    @pytest.mark.parametrize("refused", [True, False])
    def test_unread_access_points_leave_mount_unknown_or_unexamined(self, network: Resources, *, refused: bool) -> None:
        self.volume(network, accessPointId="fsap-1")
        network.unask("elasticfilesystem:DescribeAccessPoints")
        if refused:
            network.refuse("elasticfilesystem:DescribeAccessPoints", {"FileSystemId": SYSTEM})
        assert network.bad() == ({"volumes": UNKNOWN} if refused else {})
        assert ("access points of file systems" in network.diagnosis().unexamined) is not refused

    def test_file_system_policy_may_require_tls(self, network: Resources) -> None:
        plain = statement("elasticfilesystem:ClientMount", Principal="*")
        insecure = {"Bool": {"aws:SecureTransport": "false"}}
        self.policy(network, text(plain, statement("*", effect="Deny", Principal="*", Condition=insecure)))
        assert network.bad() == {}
        network.rows["taskDefinitions"][0]["volumes"][0]["efsVolumeConfiguration"]["transitEncryption"] = "DISABLED"
        assert network.bad() == {"volumes": BLOCKED}

    def test_file_system_policy_may_require_a_role(self, network: Resources) -> None:
        self.policy(network, text(statement("elasticfilesystem:ClientMount", Principal={"AWS": TASK})))
        assert network.bad() == {"volumes": BLOCKED}
        assert "for clients without a role" in network.blocker("volumes").message
        self.volume(network, iam="ENABLED")
        assert network.bad() == {}

    def test_file_system_policy_may_require_an_access_point(self, network: Resources) -> None:
        point = f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:access-point/fsap-1"
        condition = {"StringEquals": {"elasticfilesystem:AccessPointArn": point}}
        self.policy(network, text(statement("elasticfilesystem:ClientMount", Principal="*", Condition=condition)))
        assert network.bad() == {"volumes": BLOCKED}
        self.volume(network, accessPointId="fsap-1")
        assert network.bad() == {}

    def test_file_system_policy_is_unknown_without_task_role(self, network: Resources) -> None:
        self.policy(network, text(statement("elasticfilesystem:ClientMount", Principal={"AWS": TASK})))
        self.volume(network, iam="ENABLED")
        del network.rows["taskDefinitions"][0]["taskRoleArn"]
        assert network.bad() == {"volumes": UNKNOWN}

    def test_file_system_policy_is_unexamined_if_not_read(self, network: Resources) -> None:
        network.unask("elasticfilesystem:DescribeFileSystemPolicy")
        assert network.bad() == {}
        assert "policies of file systems" in network.diagnosis().unexamined
