"""Resource-based policies of repositories, secrets, keys and file systems."""

import pytest

from skerry.access import kms
from skerry.access.requests import AccessRequest
from skerry.model.arns import NameOrArn
from skerry.policy.request import Request, principal_of_role
from skerry.policy.resources import Resource
from skerry.services.encryption import EncryptedWith
from skerry.verdicts import BLOCKED, UNKNOWN
from tests.holdings import (
    DELEGATION,
    EXECUTION,
    IMAGE,
    KEY,
    MANAGED,
    MANAGED_ACTIONS,
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
from tests.networks import ACCOUNT, REGION, Network, Row

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


class TestRepositoryPolicies:
    def test_registry_policy_of_other_account_may_allow_without_repository_policy(self, network: Resources) -> None:
        pull_from_another_account(network)
        asked = {"registryId": OTHER_ACCOUNT, "repositoryName": "web"}
        network.refuse("ecr:GetRepositoryPolicy", asked, "RepositoryPolicyNotFoundException")
        assert network.bad() == {"manifest": UNKNOWN}
        facts = {missing.fact for missing in network.step("manifest").unknowns}
        assert facts == {f"the policy of the registry of account {OTHER_ACCOUNT}, which only that account can read"}

    def test_repository_policy_of_other_account_denies(self, network: Resources) -> None:
        pull_from_another_account(network)
        asked = {"registryId": OTHER_ACCOUNT, "repositoryName": "web"}
        deny = {"Effect": "Deny", "Principal": "*", "Action": "ecr:*"}
        network.tell("ecr:GetRepositoryPolicy", asked, {"policyText": text(deny)})
        assert network.bad() == {"manifest": BLOCKED}
        codes = {(one.code, one.resource) for one in network.step("manifest").blockers}
        assert codes == {("RESOURCE_POLICY_DENIES", OTHERS)}

    def test_role_must_allow_pull_from_other_account_whatever_its_registry_allows(self, network: Resources) -> None:
        pull_from_another_account(network)
        network.role(EXECUTION, statement(["ecr:GetAuthorizationToken", "logs:*", "secretsmanager:GetSecretValue"]))
        assert network.bad() == {"manifest": BLOCKED}
        assert {one.code for one in network.step("manifest").blockers} == {"ROLE_POLICY_DENIES"}

    @pytest.mark.parametrize(
        "who",
        [EXECUTION, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT],
    )
    def test_repository_policy_may_name_role_or_account(self, network: Resources, who: str) -> None:
        pull_from_another_account(network)
        asked = {"registryId": OTHER_ACCOUNT, "repositoryName": "web"}
        allow = {"Effect": "Allow", "Principal": {"AWS": who}, "Action": PULL}
        network.tell("ecr:GetRepositoryPolicy", asked, {"policyText": text(allow)})
        assert network.bad() == {}

    def test_repository_policy_is_unknown_if_call_failed(self, network: Resources) -> None:
        pull_from_another_account(network)
        network.refuse("ecr:GetRepositoryPolicy", {"registryId": OTHER_ACCOUNT, "repositoryName": "web"})
        assert network.bad() == {"manifest": UNKNOWN}

    def test_repository_policy_deny_blocks_within_the_account(self, network: Resources) -> None:
        deny = {"Effect": "Deny", "Principal": "*", "Action": "ecr:BatchGetImage", "Sid": "Frozen"}
        asked = {"registryId": ACCOUNT, "repositoryName": "web"}
        network.tell("ecr:GetRepositoryPolicy", asked, {"policyText": text(deny)})
        assert network.blocker("manifest").rule == "Frozen of the policy of repository web"


class TestRegistryPolicies:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html"""

    def give(self, network: Resources, *statements: Row) -> None:
        network.tell("ecr:GetRegistryPolicy", {}, {"registryId": ACCOUNT, "policyText": text(*statements)})

    def test_registry_policy_denies_pull_in_its_own_account(self, network: Resources) -> None:
        self.give(network, {"Effect": "Deny", "Principal": "*", "Action": PULL, "Resource": "*", "Sid": "Frozen"})
        assert network.bad() == {"manifest": BLOCKED}
        blockers = network.step("manifest").blockers
        assert {(one.code, one.resource) for one in blockers} == {("RESOURCE_POLICY_DENIES", REPOSITORY)}
        assert {one.rule for one in blockers} == {"Frozen of the policy of the registry"}

    def test_registry_policy_denies_other_repositories_only(self, network: Resources) -> None:
        other = REPOSITORY.replace("/web", "/api")
        self.give(network, {"Effect": "Deny", "Principal": "*", "Action": "ecr:*", "Resource": other})
        assert network.bad() == {}

    def test_registry_policy_denies_the_token(self, network: Resources) -> None:
        token = "ecr:GetAuthorizationToken"  # noqa: S105 -- an IAM action
        self.give(network, {"Effect": "Deny", "Principal": "*", "Action": token, "Resource": "*"})
        assert network.bad() == {"registry-auth": BLOCKED}
        assert network.blocker("registry-auth").resource == f"registry {ACCOUNT}"

    def test_registry_policy_alone_allows_a_role_of_its_account(self, network: Resources) -> None:
        others = [action for action in MANAGED_ACTIONS if action not in PULL]
        network.role(EXECUTION, READ_SECRET, statement(others))
        assert network.bad() == {"manifest": BLOCKED}
        self.give(network, {"Effect": "Allow", "Principal": {"AWS": EXECUTION}, "Action": PULL, "Resource": "*"})
        assert network.bad() == {}

    def test_failed_registry_policy_leaves_pull_and_token_unknown(self, network: Resources) -> None:
        network.refuse("ecr:GetRegistryPolicy", {})
        assert network.bad() == {"registry-auth": UNKNOWN, "manifest": UNKNOWN}

    def test_unread_registry_policy_is_unexamined(self, network: Resources) -> None:
        network.unask("ecr:GetRegistryPolicy")
        assert network.bad() == {}
        assert "policies of registries" in network.diagnosis().unexamined
        network.refuse("ecr:GetRegistryPolicy", {}, "AccessDeniedException")
        assert network.bad() == {}
        assert "policies of registries (denied: ecr:GetRegistryPolicy)" in network.diagnosis().unexamined

    def test_registry_policy_of_other_account_is_unexamined_where_its_repository_allows(
        self, network: Resources
    ) -> None:
        pull_from_another_account(network)
        asked = {"registryId": OTHER_ACCOUNT, "repositoryName": "web"}
        allow = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": PULL}
        network.tell("ecr:GetRepositoryPolicy", asked, {"policyText": text(allow)})
        assert network.bad() == {}
        assert "policies of other accounts' registries" in network.diagnosis().unexamined


class TestSecretPolicies:
    def test_secret_policy_denies(self, network: Resources) -> None:
        deny = statement("*", effect="Deny", Principal="*", **when("StringNotEquals", "aws:SourceVpce", "vpce-other"))
        network.tell("secretsmanager:GetResourcePolicy", {"SecretId": SECRET}, {"ResourcePolicy": text(deny)})
        assert network.bad() == {"secrets": BLOCKED}
        assert network.blocker("secrets").resource == SECRET

    def test_secret_policy_alone_allows(self, network: Resources) -> None:
        network.role(EXECUTION, managed=[MANAGED])
        allow = statement("secretsmanager:GetSecretValue", **TO_ROLE)
        network.tell("secretsmanager:GetResourcePolicy", {"SecretId": SECRET}, {"ResourcePolicy": text(allow)})
        assert network.bad() == {}

    def test_unread_secret_policy_leaves_verdict_unknown(self, network: Resources) -> None:
        network.refuse("secretsmanager:GetResourcePolicy", {"SecretId": SECRET})
        assert network.bad() == {"secrets": UNKNOWN}


class TestCustomerManagedKeys:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html"""

    def test_key_policy_must_delegate_or_name_the_role(self, network: Resources) -> None:
        network.role(EXECUTION, READ_SECRET, DECRYPT, managed=[MANAGED])
        ask_for(network, KEY, DELEGATION)
        assert network.bad() == {}
        ask_for(network, KEY, statement("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/admin"}))
        assert network.bad() == {"secrets": BLOCKED}
        found = network.blocker("secrets")
        assert (found.code, found.resource) == ("RESOURCE_POLICY_DENIES", KEY)
        assert found.message == f"no statement of its policy allows kms:Decrypt on {KEY}, for role {EXECUTION}"

    def test_key_policy_may_name_the_role(self, network: Resources) -> None:
        ask_for(network, KEY, statement("kms:Decrypt", **TO_ROLE))
        assert network.bad() == {}

    def test_key_policy_delegation_needs_role_policy(self, network: Resources) -> None:
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
    def test_key_policy_conditions_are_evaluated(
        self, network: Resources, key: str, value: str, verdict: object
    ) -> None:
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
    def test_key_grant_must_match_role_and_operation(self, network: Resources, grant: Row, verdict: object) -> None:
        ask_for(network, KEY, DELEGATION)
        network.tell("kms:ListGrants", {"KeyId": KEY}, {"Grants": [grant]})
        assert network.bad().get("secrets") is verdict

    def test_key_grant_does_not_lift_explicit_deny(self, network: Resources) -> None:
        ask_for(network, KEY, DELEGATION, statement("kms:*", effect="Deny", Principal="*"))
        grant = {"GranteePrincipal": EXECUTION, "Operations": ["Decrypt"]}
        network.tell("kms:ListGrants", {"KeyId": KEY}, {"Grants": [grant]})
        assert network.bad() == {"secrets": BLOCKED}

    @pytest.mark.parametrize("refused", [True, False])
    def test_unread_key_grants_leave_decrypt_unknown(self, network: Resources, *, refused: bool) -> None:
        ask_for(network, KEY, DELEGATION)
        network.unask("kms:ListGrants")
        if refused:
            network.refuse("kms:ListGrants", {"KeyId": KEY})
        assert network.bad() == {"secrets": UNKNOWN}
        assert "kms:ListGrants" in {one.action for one in network.step("secrets").unknowns}

    def test_key_of_other_account_needs_key_policy_and_role_policy(self, network: Resources) -> None:
        network.role(EXECUTION, READ_SECRET, statement("kms:Decrypt"), managed=[MANAGED])
        ask_for(network, KEY, statement("kms:Decrypt", **TO_ROLE), account=OTHER_ACCOUNT)
        assert network.bad() == {}
        ask_for(network, KEY, DELEGATION, account=OTHER_ACCOUNT)
        assert network.bad().get("secrets") is None
        network.role(EXECUTION, READ_SECRET, managed=[MANAGED])
        assert network.bad() == {"secrets": BLOCKED}

    def test_key_alias_is_resolved_to_its_key(self, network: Resources) -> None:
        network.role(EXECUTION, READ_SECRET, DECRYPT, managed=[MANAGED])
        ask_for(network, KEY, statement("kms:Decrypt", Principal={"AWS": TASK}))
        alias = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/db"
        network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret(KmsKeyId=alias))
        metadata = {"Arn": KEY, "KeyState": "Enabled", "KeyManager": "CUSTOMER"}
        network.tell("kms:DescribeKey", {"KeyId": alias}, {"KeyMetadata": metadata})
        assert network.blocker("secrets").resource == KEY

    @pytest.mark.parametrize("key", ["1234abcd-12ab-34cd-56ef-1234567890ab", "alias/db"])
    def test_key_id_or_alias_without_arn_is_evaluated(self, network: Resources, key: str) -> None:
        network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret(KmsKeyId=key))
        network.refuse("kms:ListGrants", {"KeyId": key})
        network.role(EXECUTION, READ_SECRET, statement("kms:Decrypt", "*"), managed=[MANAGED])
        assert network.bad() == {}
        network.role(EXECUTION, READ_SECRET, managed=[MANAGED])
        assert network.bad() == {"secrets": UNKNOWN}

    def test_secret_with_a_malformed_arn_is_unknown(self, network: Resources) -> None:
        network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret(ARN="db", KmsKeyId=KEY))
        network.role(EXECUTION, statement("secretsmanager:GetSecretValue"), managed=[MANAGED])
        assert network.bad() == {"secrets": UNKNOWN}

    @pytest.mark.parametrize("key", ["alias/aws/secretsmanager", None])
    def test_aws_managed_key_is_not_checked(self, network: Resources, key: str | None) -> None:
        network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret(KmsKeyId=key))
        assert network.bad() == {}

    def test_key_described_as_aws_managed_is_not_checked(self, network: Resources) -> None:
        ask_for(network, KEY, statement("kms:Encrypt", Principal="*"))
        metadata = {"Arn": KEY, "KeyState": "Enabled", "KeyManager": "AWS"}
        network.tell("kms:DescribeKey", {"KeyId": KEY}, {"KeyMetadata": metadata})
        assert network.bad() == {}


class TestUnexaminedPolicies:
    def test_unread_policy_kinds_are_unexamined(self, network: Resources) -> None:
        ask_for(network, KEY, DELEGATION)
        network.role(EXECUTION, READ_SECRET, DECRYPT, managed=[MANAGED])
        network.unask("kms:GetKeyPolicy")
        network.unask("secretsmanager:GetResourcePolicy")
        network.unask("ecr:GetRepositoryPolicy")
        assert network.bad() == {}
        kinds = {"policies of keys", "policies of secrets", "policies of repositories"}
        assert kinds <= set(network.diagnosis().unexamined)


def test_file_system_policy_does_not_block_if_roles_were_not_read(network: Resources) -> None:
    volume = {"fileSystemId": "fs-1", "authorizationConfig": {"iam": "ENABLED"}}
    network.rows["taskDefinitions"][0]["volumes"] = [{"name": "data", "efsVolumeConfiguration": volume}]
    allow = statement("elasticfilesystem:ClientMount", Principal="*")
    network.tell("elasticfilesystem:DescribeFileSystemPolicy", {"FileSystemId": "fs-1"}, {"Policy": text(allow)})
    del network.rows["RoleDetailList"]
    assert "RESOURCE_POLICY_DENIES" not in {one.code for one in network.step("volumes").blockers}
    assert "policies of roles" in network.diagnosis().unexamined


def test_parameter_policy_of_other_account_is_unexamined(network: Resources) -> None:
    network.endpoint("vpce-55", "ssm", ["subnet-a", "subnet-b"])
    shared = f"arn:aws:ssm:{REGION}:{OTHER_ACCOUNT}:parameter/shared"
    network.app["secrets"] = [{"name": "PASSWORD", "valueFrom": shared}]
    network.role(EXECUTION, statement("ssm:GetParameters"), managed=[MANAGED])
    assert network.bad() == {}
    assert "policies of parameters" in network.diagnosis().unexamined


def test_bucket_by_name_leaves_bucket_policy_unexamined(network: Resources) -> None:
    options = {"Name": "s3", "region": REGION, "bucket": "archive"}
    network.app["logConfiguration"] = {"logDriver": "awsfirelens", "options": options}
    network.role(TASK, statement("s3:PutObject", "arn:aws:s3:::archive/*"))
    assert network.bad() == {}
    assert "policies of buckets" in network.diagnosis().unexamined
    network.role(TASK)
    assert network.bad() == {"runtime": BLOCKED}


def test_repository_policy_denial_blocks_if_roles_were_not_read(network: Resources) -> None:
    asked = {"registryId": ACCOUNT, "repositoryName": "web"}
    deny = {"Effect": "Deny", "Principal": "*", "Action": PULL}
    network.tell("ecr:GetRepositoryPolicy", asked, {"policyText": text(deny)})
    del network.rows["RoleDetailList"]
    assert network.bad() == {"manifest": BLOCKED}


def test_decryption_of_what_has_no_arn_is_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    encrypted = EncryptedWith(NameOrArn("token"), "alias/own", "ssm", "PARAMETER_ARN")
    monkeypatch.setattr(kms, "encryption_of", lambda *_: encrypted)
    request = Request(principal_of_role(NameOrArn(EXECUTION)), "ssm:GetParameters", Resource("*"))
    assert kms.decrypt_request_for(Network().world().resources, AccessRequest("token", request)) is None
