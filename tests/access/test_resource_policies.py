"""Resource-based policies of repositories, secrets, keys and file systems."""

import pytest

from skerry.verdicts import BLOCKED, UNKNOWN
from tests.holdings import (
    DELEGATION,
    EXECUTION,
    IMAGE,
    KEY,
    MANAGED,
    OTHER_ACCOUNT,
    REPOSITORY,
    SECRET,
    TASK,
    Resources,
    secret,
    statement,
    text,
    when,
)
from tests.networks import ACCOUNT, REGION, Row

READ_SECRET = statement("secretsmanager:GetSecretValue", SECRET)
DECRYPT = statement("kms:Decrypt", KEY)
OTHERS = REPOSITORY.replace(ACCOUNT, OTHER_ACCOUNT)
FOREIGN = IMAGE.replace(ACCOUNT, OTHER_ACCOUNT)
TO_ROLE: Row = {"Principal": {"AWS": EXECUTION}}
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


@pytest.fixture
def network() -> Resources:
    return Resources()


def ask_for(network: Resources, key: str, *statements: Row, account: str = ACCOUNT) -> None:
    """Encrypt the secret with a key of the customer's, which has this policy."""
    arn = key.replace(ACCOUNT, account)
    network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret(KmsKeyId=arn))
    metadata = {"Arn": arn, "KeyState": "Enabled", "KeyManager": "CUSTOMER"}
    network.tell("kms:DescribeKey", {"KeyId": arn}, {"KeyMetadata": metadata})
    network.tell("kms:GetKeyPolicy", {"KeyId": arn, "PolicyName": "default"}, {"Policy": text(*statements)})
    network.tell("kms:ListGrants", {"KeyId": arn}, {"Grants": []})


def pull_from_another_account(network: Resources) -> None:
    """The image of the task is in a repository of another account."""
    network.app["image"] = FOREIGN


class TestARepositoryOfAnotherAccount:
    def test_must_let_the_role_pull(self, network: Resources) -> None:
        pull_from_another_account(network)
        asked = {"registryId": OTHER_ACCOUNT, "repositoryName": "web"}
        network.refuse("ecr:GetRepositoryPolicy", asked, "RepositoryPolicyNotFoundException")
        assert network.bad() == {"manifest": BLOCKED}
        codes = {(one.code, one.resource) for one in network.step("manifest").blockers}
        assert codes == {("RESOURCE_POLICY_DENIES", OTHERS)}

    @pytest.mark.parametrize(
        "who",
        [EXECUTION, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT],
    )
    def test_may_name_the_role_or_its_account(self, network: Resources, who: str) -> None:
        pull_from_another_account(network)
        asked = {"registryId": OTHER_ACCOUNT, "repositoryName": "web"}
        allow = {"Effect": "Allow", "Principal": {"AWS": who}, "Action": PULL}
        network.tell("ecr:GetRepositoryPolicy", asked, {"policyText": text(allow)})
        assert network.bad() == {}

    def test_is_unknown_where_its_policy_is(self, network: Resources) -> None:
        pull_from_another_account(network)
        network.refuse("ecr:GetRepositoryPolicy", {"registryId": OTHER_ACCOUNT, "repositoryName": "web"})
        assert network.bad() == {"manifest": UNKNOWN}

    def test_is_not_needed_within_the_account(self, network: Resources) -> None:
        deny = {"Effect": "Deny", "Principal": "*", "Action": "ecr:BatchGetImage", "Sid": "Frozen"}
        asked = {"registryId": ACCOUNT, "repositoryName": "web"}
        network.tell("ecr:GetRepositoryPolicy", asked, {"policyText": text(deny)})
        assert network.blocker("manifest").rule == "Frozen of the policy of repository web"


class TestTheSecret:
    def test_may_be_denied_by_its_own_policy(self, network: Resources) -> None:
        deny = statement("*", effect="Deny", Principal="*", **when("StringNotEquals", "aws:SourceVpce", "vpce-other"))
        network.tell("secretsmanager:GetResourcePolicy", {"SecretId": SECRET}, {"ResourcePolicy": text(deny)})
        assert network.bad() == {"secrets": BLOCKED}
        assert network.blocker("secrets").resource == SECRET

    def test_may_be_allowed_by_its_own_policy_alone(self, network: Resources) -> None:
        network.role(EXECUTION, managed=[MANAGED])
        allow = statement("secretsmanager:GetSecretValue", **TO_ROLE)
        network.tell("secretsmanager:GetResourcePolicy", {"SecretId": SECRET}, {"ResourcePolicy": text(allow)})
        assert network.bad() == {}

    def test_leaves_the_verdict_open_where_its_policy_was_refused(self, network: Resources) -> None:
        network.refuse("secretsmanager:GetResourcePolicy", {"SecretId": SECRET})
        assert network.bad() == {"secrets": UNKNOWN}


class TestAKeyOfTheCustomers:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html"""

    def test_must_leave_it_to_the_account_or_name_the_role(self, network: Resources) -> None:
        network.role(EXECUTION, READ_SECRET, DECRYPT, managed=[MANAGED])
        ask_for(network, KEY, DELEGATION)
        assert network.bad() == {}
        ask_for(network, KEY, statement("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/admin"}))
        assert network.bad() == {"secrets": BLOCKED}
        found = network.blocker("secrets")
        assert (found.code, found.resource) == ("RESOURCE_POLICY_DENIES", KEY)
        assert found.message == f"no statement of its policy allows kms:Decrypt on {KEY}, for role {EXECUTION}"

    def test_may_name_the_role_itself(self, network: Resources) -> None:
        ask_for(network, KEY, statement("kms:Decrypt", **TO_ROLE))
        assert network.bad() == {}

    def test_left_to_the_account_needs_the_role_to_be_allowed(self, network: Resources) -> None:
        ask_for(network, KEY, DELEGATION)
        found = network.blocker("secrets")
        assert (found.code, found.resource) == ("ROLE_POLICY_DENIES", EXECUTION)

    @pytest.mark.parametrize(
        ("key", "value", "verdict"),
        [
            ("kms:ViaService", f"secretsmanager.{REGION}.amazonaws.com", None),
            ("kms:ViaService", f"ssm.{REGION}.amazonaws.com", BLOCKED),
            ("kms:EncryptionContext:SecretARN", SECRET, None),
            ("kms:EncryptionContext:SecretARN", f"{SECRET}2", BLOCKED),
            ("kms:CallerAccount", ACCOUNT, None),
        ],
    )
    def test_may_ask_for_what_it_is_used(self, network: Resources, key: str, value: str, verdict: object) -> None:
        ask_for(network, KEY, statement("kms:Decrypt", **TO_ROLE, **when("StringEquals", key, value)))
        assert network.bad().get("secrets") is verdict

    @pytest.mark.parametrize(
        ("grant", "verdict"),
        [
            ({"GranteePrincipal": EXECUTION, "Operations": ["Decrypt"]}, None),
            ({"GranteePrincipal": TASK, "Operations": ["Decrypt"]}, BLOCKED),
            ({"GranteePrincipal": EXECUTION, "Operations": ["Encrypt"]}, BLOCKED),
            (
                {
                    "GranteePrincipal": EXECUTION,
                    "Operations": ["Decrypt"],
                    "Constraints": {"EncryptionContextSubset": {"SecretARN": SECRET}},
                },
                UNKNOWN,
            ),
        ],
    )
    def test_may_be_granted(self, network: Resources, grant: Row, verdict: object) -> None:
        ask_for(network, KEY, DELEGATION)
        network.tell("kms:ListGrants", {"KeyId": KEY}, {"Grants": [grant]})
        assert network.bad().get("secrets") is verdict

    def test_does_not_heed_a_grant_against_a_denial(self, network: Resources) -> None:
        ask_for(network, KEY, DELEGATION, statement("kms:*", effect="Deny", Principal="*"))
        grant = {"GranteePrincipal": EXECUTION, "Operations": ["Decrypt"]}
        network.tell("kms:ListGrants", {"KeyId": KEY}, {"Grants": [grant]})
        assert network.bad() == {"secrets": BLOCKED}

    @pytest.mark.parametrize("refused", [True, False])
    def test_may_have_a_grant_that_is_not_known(self, network: Resources, *, refused: bool) -> None:
        ask_for(network, KEY, DELEGATION)
        network.unask("kms:ListGrants")
        if refused:
            network.refuse("kms:ListGrants", {"KeyId": KEY})
        assert network.bad() == {"secrets": UNKNOWN}
        assert "kms:ListGrants" in {one.action for one in network.step("secrets").unknowns}

    def test_of_another_account_must_name_the_role(self, network: Resources) -> None:
        network.role(EXECUTION, READ_SECRET, statement("kms:Decrypt"), managed=[MANAGED])
        ask_for(network, KEY, statement("kms:Decrypt", **TO_ROLE), account=OTHER_ACCOUNT)
        assert network.bad() == {}
        ask_for(network, KEY, DELEGATION, account=OTHER_ACCOUNT)
        assert network.bad().get("secrets") is None
        network.role(EXECUTION, READ_SECRET, managed=[MANAGED])
        assert network.bad() == {"secrets": BLOCKED}

    def test_may_be_named_by_an_alias(self, network: Resources) -> None:
        network.role(EXECUTION, READ_SECRET, DECRYPT, managed=[MANAGED])
        ask_for(network, KEY, statement("kms:Decrypt", Principal={"AWS": TASK}))
        alias = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/db"
        network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret(KmsKeyId=alias))
        metadata = {"Arn": KEY, "KeyState": "Enabled", "KeyManager": "CUSTOMER"}
        network.tell("kms:DescribeKey", {"KeyId": alias}, {"KeyMetadata": metadata})
        assert network.blocker("secrets").resource == KEY

    @pytest.mark.parametrize("key", ["1234abcd-12ab-34cd-56ef-1234567890ab", "alias/db"])
    def test_may_be_named_without_its_place(self, network: Resources, key: str) -> None:
        network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret(KmsKeyId=key))
        network.refuse("kms:ListGrants", {"KeyId": key})
        network.role(EXECUTION, READ_SECRET, statement("kms:Decrypt", "*"), managed=[MANAGED])
        assert network.bad() == {}
        network.role(EXECUTION, READ_SECRET, managed=[MANAGED])
        assert network.bad() == {"secrets": UNKNOWN}

    def test_of_a_secret_that_has_no_arn_is_not_asked(self, network: Resources) -> None:
        network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret(ARN="db", KmsKeyId=KEY))
        network.role(EXECUTION, statement("secretsmanager:GetSecretValue"), managed=[MANAGED])
        assert network.bad() == {}

    @pytest.mark.parametrize("key", ["alias/aws/secretsmanager", None])
    def test_is_not_asked_where_it_is_of_aws(self, network: Resources, key: str | None) -> None:
        network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret(KmsKeyId=key))
        assert network.bad() == {}

    def test_is_not_asked_where_its_description_says_that_it_is_of_aws(self, network: Resources) -> None:
        ask_for(network, KEY, statement("kms:Encrypt", Principal="*"))
        metadata = {"Arn": KEY, "KeyState": "Enabled", "KeyManager": "AWS"}
        network.tell("kms:DescribeKey", {"KeyId": KEY}, {"KeyMetadata": metadata})
        assert network.bad() == {}


class TestWhatIsUnexamined:
    def test_are_the_kinds_of_policy_that_nobody_asked_for(self, network: Resources) -> None:
        ask_for(network, KEY, DELEGATION)
        network.role(EXECUTION, READ_SECRET, DECRYPT, managed=[MANAGED])
        network.unask("kms:GetKeyPolicy")
        network.unask("secretsmanager:GetResourcePolicy")
        network.unask("ecr:GetRepositoryPolicy")
        assert network.bad() == {}
        kinds = {"policies of keys", "policies of secrets", "policies of repositories"}
        assert kinds <= set(network.diagnosis().unexamined)


def test_a_file_system_may_ask_for_more_than_a_role_that_is_not_known(network: Resources) -> None:
    volume = {"fileSystemId": "fs-1", "authorizationConfig": {"iam": "ENABLED"}}
    network.rows["taskDefinitions"][0]["volumes"] = [{"name": "data", "efsVolumeConfiguration": volume}]
    allow = statement("elasticfilesystem:ClientMount", Principal="*")
    network.tell("elasticfilesystem:DescribeFileSystemPolicy", {"FileSystemId": "fs-1"}, {"Policy": text(allow)})
    del network.rows["RoleDetailList"]
    assert "RESOURCE_POLICY_DENIES" not in {one.code for one in network.step("volumes").blockers}
    assert "policies of roles" in network.diagnosis().unexamined


def test_a_parameter_that_another_account_shares_is_left_open_to_it(network: Resources) -> None:
    network.endpoint("vpce-55", "ssm", ["subnet-a", "subnet-b"])
    shared = f"arn:aws:ssm:{REGION}:{OTHER_ACCOUNT}:parameter/shared"
    network.app["secrets"] = [{"name": "PASSWORD", "valueFrom": shared}]
    network.role(EXECUTION, statement("ssm:GetParameters"), managed=[MANAGED])
    assert network.bad() == {}
    assert "policies of parameters" in network.diagnosis().unexamined


def test_a_bucket_by_its_name_may_be_of_any_account(network: Resources) -> None:
    options = {"Name": "s3", "region": REGION, "bucket": "archive"}
    network.app["logConfiguration"] = {"logDriver": "awsfirelens", "options": options}
    network.role(TASK, statement("s3:PutObject", "arn:aws:s3:::archive/*"))
    assert network.bad() == {}
    assert "policies of buckets" in network.diagnosis().unexamined
    network.role(TASK)
    assert network.bad() == {"runtime": BLOCKED}


def test_what_the_owner_does_not_allow_is_denied_whatever_the_role(network: Resources) -> None:
    pull_from_another_account(network)
    asked = {"registryId": OTHER_ACCOUNT, "repositoryName": "web"}
    network.refuse("ecr:GetRepositoryPolicy", asked, "RepositoryPolicyNotFoundException")
    del network.rows["RoleDetailList"]
    assert network.bad() == {"manifest": BLOCKED}
