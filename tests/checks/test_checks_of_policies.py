"""Checks of roles, policies and task definitions, with and without findings."""

import pytest

from skerry import checks
from skerry.diagnose.diagnosis import Finding
from tests.holdings import EXECUTION, MANAGED, SECRET, Resources, statement, text, when
from tests.networks import ACCOUNT, REGION, Row

READ_SECRET = statement("secretsmanager:GetSecretValue", SECRET)
DEFAULT = text(statement("*", Principal="*"))


@pytest.fixture
def network() -> Resources:
    return Resources()


def findings(network: Resources, check: str) -> list[Finding]:
    found = checks.run(network.walker().world, network.diagnosis())
    return [one for one in found if one.id == check]


def test_checks_are_silent_for_sound_service(network: Resources) -> None:
    assert checks.run(network.walker().world, network.diagnosis()) == ()


class TestPlaintextSecrets:
    ID = "plaintext-secrets"

    @pytest.mark.parametrize(
        "name",
        [
            "PASSWORD",
            "DB_PASSWORD",
            "db_password",
            "API_KEY",
            "STRIPE_APIKEY",
            "GITHUB_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "JWT_SECRET",
            "PRIVATE_KEY",
        ],
    )
    def test_plaintext_secrets_fires_for_secret_variable_names(self, network: Resources, name: str) -> None:
        network.app["environment"] = [{"name": name, "value": "hunter2"}, {"name": "COLOUR", "value": "blue"}]
        (found,) = findings(network, self.ID)
        assert (found.resource, found.message) == ("web:1", f"container app has {name} in plain text")

    @pytest.mark.parametrize(
        "name",
        [
            "SECRET_ARN",
            "PASSWORD_FILE",
            "TOKEN_URL",
            "API_KEY_NAME",
            "TOKEN_TTL",
            "MONKEY",
            "SECRETARY",
            "AUTHOR",
            "KEY",
            "PUBLIC_KEY",
        ],
    )
    def test_plaintext_secrets_is_silent_for_other_variable_names(self, network: Resources, name: str) -> None:
        network.app["environment"] = [{"name": name, "value": "x"}]
        assert findings(network, self.ID) == []

    def test_plaintext_secrets_values_are_not_kept_in_facts(self, network: Resources) -> None:
        network.app["environment"] = [{"name": "PASSWORD", "value": "hunter2"}]
        assert "hunter2" not in repr(network.world().facts)


class TestTagNotHeld:
    ID = "tag-not-held"

    @pytest.mark.parametrize(("image", "count"), [("web:1", 1), ("web", 1), ("web@sha256:d1", 0)])
    def test_tag_not_held_fires_for_tags_and_not_for_digests(self, network: Resources, image: str, count: int) -> None:
        network.app["image"] = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{image}"
        network.app["versionConsistency"] = "disabled"
        assert len(findings(network, self.ID)) == count

    def test_tag_not_held_names_container_and_image(self, network: Resources) -> None:
        network.app["versionConsistency"] = "disabled"
        (found,) = findings(network, self.ID)
        assert found.message == f"container app takes whatever {network.app['image']} is when a task starts"

    def test_tag_not_held_is_silent_with_version_consistency(self, network: Resources) -> None:
        network.app["versionConsistency"] = "enabled"
        assert findings(network, self.ID) == []


class TestEndpointWidePolicy:
    ID = "endpoint-wide-policy"

    def give(self, network: Resources, name: str, document: str = DEFAULT) -> None:
        network.row("VpcEndpoints", name)["PolicyDocument"] = document

    def test_endpoint_wide_policy_lists_all_endpoints_in_a_finding(self, network: Resources) -> None:
        for name in ("vpce-a", "vpce-d", "vpce-93"):
            self.give(network, name)
        (found,) = findings(network, self.ID)
        assert found.resource == "vpc-1"
        bucket = f"arn:aws:s3:::prod-{REGION}-starport-layer-bucket/*"
        assert found.message == (
            "the full-access default policy is wider than needed: "
            f"vpce-93 (GetObject on {bucket}), vpce-d (the pull of its own repositories)"
        )

    def test_endpoint_wide_policy_is_silent_for_conditional_policy(self, network: Resources) -> None:
        condition = when("StringEquals", "aws:SourceVpc", "vpc-1")
        self.give(network, "vpce-d", text(statement("*", Principal="*", **condition)))
        assert findings(network, self.ID) == []

    def test_endpoint_wide_policy_ignores_unused_services(self, network: Resources) -> None:
        network.endpoint("vpce-77", "ssm", ["subnet-a"])
        self.give(network, "vpce-77")
        del network.rows["VpcEndpoints"][0]["ServiceName"]
        assert findings(network, self.ID) == []


class TestExecutionRoleLacks:
    ID = "execution-role-lacks"

    def test_execution_role_lacks_fires_for_missing_put_log_events(self, network: Resources) -> None:
        start = ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "logs:CreateLogStream"]
        network.role(EXECUTION, READ_SECRET, statement(start))
        assert network.bad() == {}
        (found,) = findings(network, self.ID)
        stream = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/ecs/web:log-stream:web/app/"
        assert (found.resource, found.message) == (EXECUTION, f"{EXECUTION} may not logs:PutLogEvents on {stream}…")

    def test_execution_role_lacks_fires_for_pull_through_cache_import(self, network: Resources) -> None:
        network.app["image"] = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/hub/nginx:1"
        assert findings(network, self.ID) == []
        network.add("pullThroughCacheRules", ecrRepositoryPrefix="hub", upstreamRegistryUrl="registry-1.docker.io")
        (found,) = findings(network, self.ID)
        assert "may not ecr:BatchImportUpstreamImage" in found.message

    @pytest.mark.parametrize("known", [True, False])
    def test_execution_role_lacks_is_silent_if_role_is_unread(self, network: Resources, *, known: bool) -> None:
        if known:
            network.rows["RoleDetailList"] = []
        else:
            del network.rows["RoleDetailList"]
        assert findings(network, self.ID) == []

    def test_execution_role_lacks_is_silent_without_role(self, network: Resources) -> None:
        del network.rows["taskDefinitions"][0]["executionRoleArn"]
        assert findings(network, self.ID) == []


class TestExecutionRoleTooWide:
    ID = "execution-role-too-wide"

    @pytest.mark.parametrize(
        ("more", "actions"),
        [
            (statement("secretsmanager:GetSecretValue"), "secretsmanager:GetSecretValue"),
            (statement("s3:*"), "s3:GetObject, s3:DeleteObject"),
            (
                statement("*"),
                (
                    "iam:CreateAccessKey, ec2:TerminateInstances, ecs:UpdateService, s3:GetObject, s3:DeleteObject, "
                    "secretsmanager:GetSecretValue, ssm:GetParameters, ecr:PutImage, logs:DeleteLogGroup"
                ),
            ),
        ],
    )
    def test_execution_role_too_wide_fires_for_unneeded_actions(
        self, network: Resources, more: Row, actions: str
    ) -> None:
        network.role(EXECUTION, READ_SECRET, more, managed=[MANAGED])
        (found,) = findings(network, self.ID)
        assert (found.resource, found.message) == (EXECUTION, f"{EXECUTION} also allows, on anything: {actions}")

    def test_execution_role_too_wide_is_silent_for_bucket_resource(self, network: Resources) -> None:
        network.role(EXECUTION, READ_SECRET, statement("s3:GetObject", "arn:aws:s3:::settings/*"), managed=[MANAGED])
        assert findings(network, self.ID) == []

    def test_execution_role_too_wide_is_silent_without_role(self, network: Resources) -> None:
        del network.rows["taskDefinitions"][0]["executionRoleArn"]
        assert findings(network, self.ID) == []
