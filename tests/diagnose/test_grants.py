"""What roles and the owners of resources allow of a launch whose packets all get through."""

import pytest

from skerry.net.verdicts import BLOCKED, OK, UNKNOWN
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
    TRUST,
    Holdings,
    policy,
    secret,
    statement,
    text,
    version,
)
from tests.networks import ACCOUNT, REGION, Row, awslogs

READ_SECRET = statement("secretsmanager:GetSecretValue", SECRET)
DECRYPT = statement("kms:Decrypt", KEY)
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/bound"
OTHERS = REPOSITORY.replace(ACCOUNT, OTHER_ACCOUNT)
FOREIGN = IMAGE.replace(ACCOUNT, OTHER_ACCOUNT)
TO_ROLE = {"Principal": {"AWS": EXECUTION}}
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


@pytest.fixture
def network() -> Holdings:
    return Holdings()


def when(operator: str, key: str, value: str) -> Row:
    return {"Condition": {operator: {key: value}}}


def ask_for(network: Holdings, key: str, *statements: Row, account: str = ACCOUNT) -> None:
    """Encrypt the secret with a key of the customer's, which has this policy."""
    arn = key.replace(ACCOUNT, account)
    network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret(KmsKeyId=arn))
    metadata = {"Arn": arn, "KeyState": "Enabled", "KeyManager": "CUSTOMER"}
    network.tell("kms:DescribeKey", {"KeyId": arn}, {"KeyMetadata": metadata})
    network.tell("kms:GetKeyPolicy", {"KeyId": arn, "PolicyName": "default"}, {"Policy": text(*statements)})
    network.tell("kms:ListGrants", {"KeyId": arn}, {"Grants": []})


def pull_from_another_account(network: Holdings) -> None:
    """The image of the task is in a repository of another account."""
    network.app["image"] = FOREIGN
    asked = {"registryId": OTHER_ACCOUNT, "repositoryName": "web"}
    network.refuse("ecr:BatchGetImage", asked, "AccessDeniedException")
    network.unask("ecr:BatchGetImage")


class TestTheExecutionRole:
    def test_does_with_the_managed_policy_and_leave_to_read_its_secret(self, network: Holdings) -> None:
        assert network.bad() == {}

    def test_needs_the_token(self, network: Holdings) -> None:
        rest = [action for action in MANAGED_ACTIONS if action != "ecr:GetAuthorizationToken"]
        network.role(EXECUTION, READ_SECRET, statement(rest))
        assert network.bad() == {"registry-auth": BLOCKED}
        found = network.blocker("registry-auth")
        assert (found.code, found.resource, found.rule) == (
            "ROLE_POLICY_DENIES",
            EXECUTION,
            "no statement of its policies",
        )
        assert found.message == (
            f"no statement of its policies allows ecr:GetAuthorizationToken on *, for role {EXECUTION}"
        )

    @pytest.mark.parametrize(
        ("action", "step"),
        [
            ("ecr:BatchGetImage", "manifest"),
            ("ecr:GetDownloadUrlForLayer", "manifest"),
            ("logs:CreateLogStream", "logs"),
        ],
    )
    def test_needs_each_action_of_a_launch(self, network: Holdings, action: str, step: str) -> None:
        rest = [one for one in MANAGED_ACTIONS if one != action]
        network.role(EXECUTION, READ_SECRET, statement(rest))
        assert network.bad() == {step: BLOCKED}
        assert action in network.blocker(step).message

    def test_does_without_what_a_start_does_not_wait_for(self, network: Holdings) -> None:
        network.role(EXECUTION, READ_SECRET, statement(MANAGED_ACTIONS[:1] + PULL + ["logs:CreateLogStream"]))
        assert network.bad() == {}

    def test_needs_its_secret(self, network: Holdings) -> None:
        network.role(EXECUTION, managed=[MANAGED])
        assert network.bad() == {"secrets": BLOCKED}

    def test_is_told_by_the_statement_that_denies(self, network: Holdings) -> None:
        deny = statement("secretsmanager:*", effect="Deny", Sid="NoSecrets")
        network.role(EXECUTION, READ_SECRET, deny, managed=[MANAGED])
        found = network.blocker("secrets")
        assert found.rule == "NoSecrets of policy own of role launcher"
        assert found.message == f"{found.rule} denies secretsmanager:GetSecretValue on {SECRET}"

    def test_may_have_a_condition_on_the_endpoint(self, network: Holdings) -> None:
        network.role(EXECUTION, READ_SECRET | when("StringEquals", "aws:SourceVpce", "vpce-5e"), managed=[MANAGED])
        assert network.bad() == {}
        network.role(EXECUTION, READ_SECRET | when("StringEquals", "aws:SourceVpce", "vpce-a"), managed=[MANAGED])
        assert network.bad() == {"secrets": BLOCKED}

    def test_is_not_known_where_a_condition_is_on_something_that_is_not(self, network: Holdings) -> None:
        network.role(EXECUTION, READ_SECRET | when("StringEquals", "aws:Strange", "1"), managed=[MANAGED])
        assert network.bad() == {"secrets": UNKNOWN}
        assert "aws:Strange" in str(network.step("secrets").unknowns)

    def test_has_the_tags_that_are_told_of_it(self, network: Holdings) -> None:
        tagged = READ_SECRET | when("StringEquals", "aws:PrincipalTag/team", "shop")
        network.role(EXECUTION, tagged, managed=[MANAGED], Tags=[{"Key": "team", "Value": "shop"}])
        assert network.bad() == {}
        network.role(EXECUTION, tagged, managed=[MANAGED], Tags=[{"Key": "team", "Value": "bank"}])
        assert network.bad() == {"secrets": BLOCKED}

    @pytest.mark.parametrize(("organization", "verdict"), [("o-mine", None), ("o-other", BLOCKED)])
    def test_is_of_the_organization_of_the_account(self, network: Holdings, organization: str, verdict: object) -> None:
        answer = {"Organization": {"Id": "o-mine", "MasterAccountId": OTHER_ACCOUNT}}
        network.tell("organizations:DescribeOrganization", {}, answer)
        condition = when("StringEquals", "aws:PrincipalOrgID", organization)
        network.role(EXECUTION, READ_SECRET | condition, managed=[MANAGED])
        assert network.bad().get("secrets") is verdict


class TestARoleThatIsNotKnown:
    def test_is_unexamined_where_nobody_asked(self, network: Holdings) -> None:
        del network.rows["RoleDetailList"]
        assert network.bad() == {}
        assert "policies of roles" in network.diagnosis().unexamined

    def test_is_unknown_where_aws_did_not_say(self, network: Holdings) -> None:
        del network.rows["RoleDetailList"]
        network.refuse("iam:GetAccountAuthorizationDetails", {})
        assert set(network.bad()) == {"placement", "secrets", "registry-auth", "manifest", "logs"}
        assert "iam:GetAccountAuthorizationDetails" in {one.action for one in network.step("logs").unknowns}

    def test_blocks_where_it_does_not_exist(self, network: Holdings) -> None:
        network.rows["RoleDetailList"] = [row for row in network.rows["RoleDetailList"] if row["Arn"] != EXECUTION]
        assert network.bad() == {"placement": BLOCKED}
        assert network.blocker("placement").code == "ROLE_NOT_FOUND"

    def test_leaves_open_what_a_policy_without_its_document_decides(self, network: Holdings) -> None:
        network.rows["Policies"] = []
        bad = network.bad()
        assert bad == {"registry-auth": UNKNOWN, "manifest": UNKNOWN, "logs": UNKNOWN, "secrets": UNKNOWN}

    def test_leaves_open_what_is_not_told_of_its_policies(self, network: Holdings) -> None:
        del network.row("RoleDetailList", EXECUTION)["RolePolicyList"]
        assert network.bad()["secrets"] is UNKNOWN

    def test_is_a_question_where_the_definition_names_none(self, network: Holdings) -> None:
        del network.rows["taskDefinitions"][0]["executionRoleArn"]
        assert network.bad()["logs"] is UNKNOWN
        assert "the ARN of the execution role" in str(network.step("logs").unknowns)

    def test_is_no_question_where_no_role_was_read(self, network: Holdings) -> None:
        del network.rows["taskDefinitions"][0]["executionRoleArn"]
        del network.rows["RoleDetailList"]
        assert network.bad() == {}


class TestTheBoundary:
    def test_must_allow_as_well(self, network: Holdings) -> None:
        network.add("Policies", Arn=BOUNDARY, PolicyVersionList=[version(statement("ecr:*"), statement("logs:*"))])
        boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BOUNDARY}
        network.role(EXECUTION, READ_SECRET, managed=[MANAGED], PermissionsBoundary=boundary)
        assert network.bad() == {"secrets": BLOCKED}
        found = network.blocker("secrets")
        assert (found.code, found.resource) == ("PERMISSIONS_BOUNDARY_DENIES", EXECUTION)

    def test_is_unknown_without_its_document(self, network: Holdings) -> None:
        network.role(
            EXECUTION, READ_SECRET, managed=[MANAGED], PermissionsBoundary={"PermissionsBoundaryArn": BOUNDARY}
        )
        assert network.bad()["secrets"] is UNKNOWN


class TestTrust:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html"""

    @pytest.mark.parametrize("role", [EXECUTION, TASK])
    def test_must_let_ecs_take_on_both_roles(self, network: Holdings, role: str) -> None:
        to_lambda = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        network.row("RoleDetailList", role)["AssumeRolePolicyDocument"] = policy(to_lambda)
        assert network.bad() == {"placement": BLOCKED}
        found = network.blocker("placement")
        assert (found.code, found.resource) == ("TRUST_POLICY_DENIES", role)
        assert found.message == "its trust policy does not let ecs-tasks.amazonaws.com take it on"

    @pytest.mark.parametrize(
        ("operator", "key", "value", "verdict"),
        [
            ("StringEquals", "aws:SourceAccount", ACCOUNT, None),
            ("StringEquals", "aws:SourceAccount", OTHER_ACCOUNT, BLOCKED),
            ("ArnLike", "aws:SourceArn", f"arn:aws:ecs:{REGION}:{ACCOUNT}:*", None),
            ("ArnLike", "aws:SourceArn", f"arn:aws:ecs:*:{ACCOUNT}:*", None),
            ("ArnLike", "aws:SourceArn", f"arn:aws:ecs:eu-west-3:{ACCOUNT}:*", BLOCKED),
            # Of what in ECS it is, AWS does not say.
            ("ArnLike", "aws:SourceArn", f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/shop/*", UNKNOWN),
        ],
    )
    def test_may_ask_for_whom_ecs_asks(
        self, network: Holdings, operator: str, key: str, value: str, verdict: object
    ) -> None:
        (plain,) = TRUST["Statement"]
        row = network.row("RoleDetailList", TASK)
        row["AssumeRolePolicyDocument"] = policy(plain | when(operator, key, value))
        assert network.bad().get("placement") is verdict

    def test_is_told_by_the_statement_that_denies(self, network: Holdings) -> None:
        (plain,) = TRUST["Statement"]
        row = network.row("RoleDetailList", TASK)
        row["AssumeRolePolicyDocument"] = policy(plain, plain | {"Effect": "Deny", "Sid": "Never"})
        assert network.blocker("placement").rule == "Never of the trust policy of role web"

    def test_is_unknown_where_the_policy_is(self, network: Holdings) -> None:
        del network.row("RoleDetailList", TASK)["AssumeRolePolicyDocument"]
        assert network.bad() == {"placement": UNKNOWN}


class TestARepositoryOfAnotherAccount:
    def test_must_let_the_role_pull(self, network: Holdings) -> None:
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
    def test_may_name_the_role_or_its_account(self, network: Holdings, who: str) -> None:
        pull_from_another_account(network)
        asked = {"registryId": OTHER_ACCOUNT, "repositoryName": "web"}
        allow = {"Effect": "Allow", "Principal": {"AWS": who}, "Action": PULL}
        network.tell("ecr:GetRepositoryPolicy", asked, {"policyText": text(allow)})
        assert network.bad() == {}

    def test_is_unknown_where_its_policy_is(self, network: Holdings) -> None:
        pull_from_another_account(network)
        network.refuse("ecr:GetRepositoryPolicy", {"registryId": OTHER_ACCOUNT, "repositoryName": "web"})
        assert network.bad() == {"manifest": UNKNOWN}

    def test_is_not_needed_within_the_account(self, network: Holdings) -> None:
        deny = {"Effect": "Deny", "Principal": "*", "Action": "ecr:BatchGetImage", "Sid": "Frozen"}
        asked = {"registryId": ACCOUNT, "repositoryName": "web"}
        network.tell("ecr:GetRepositoryPolicy", asked, {"policyText": text(deny)})
        assert network.blocker("manifest").rule == "Frozen of the policy of repository web"


class TestTheSecret:
    def test_may_be_denied_by_its_own_policy(self, network: Holdings) -> None:
        deny = statement("*", effect="Deny", Principal="*", **when("StringNotEquals", "aws:SourceVpce", "vpce-other"))
        network.tell("secretsmanager:GetResourcePolicy", {"SecretId": SECRET}, {"ResourcePolicy": text(deny)})
        assert network.bad() == {"secrets": BLOCKED}
        assert network.blocker("secrets").resource == SECRET

    def test_may_be_allowed_by_its_own_policy_alone(self, network: Holdings) -> None:
        network.role(EXECUTION, managed=[MANAGED])
        allow = statement("secretsmanager:GetSecretValue", **TO_ROLE)
        network.tell("secretsmanager:GetResourcePolicy", {"SecretId": SECRET}, {"ResourcePolicy": text(allow)})
        assert network.bad() == {}

    def test_leaves_the_verdict_open_where_its_policy_was_refused(self, network: Holdings) -> None:
        network.refuse("secretsmanager:GetResourcePolicy", {"SecretId": SECRET})
        assert network.bad() == {"secrets": UNKNOWN}


class TestAKeyOfTheCustomers:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html"""

    def test_must_leave_it_to_the_account_or_name_the_role(self, network: Holdings) -> None:
        network.role(EXECUTION, READ_SECRET, DECRYPT, managed=[MANAGED])
        ask_for(network, KEY, DELEGATION)
        assert network.bad() == {}
        ask_for(network, KEY, statement("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/admin"}))
        assert network.bad() == {"secrets": BLOCKED}
        found = network.blocker("secrets")
        assert (found.code, found.resource) == ("RESOURCE_POLICY_DENIES", KEY)
        assert found.message == f"no statement of its policy allows kms:Decrypt on {KEY}, for role {EXECUTION}"

    def test_may_name_the_role_itself(self, network: Holdings) -> None:
        ask_for(network, KEY, statement("kms:Decrypt", **TO_ROLE))
        assert network.bad() == {}

    def test_left_to_the_account_needs_the_role_to_be_allowed(self, network: Holdings) -> None:
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
    def test_may_ask_for_what_it_is_used(self, network: Holdings, key: str, value: str, verdict: object) -> None:
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
    def test_may_be_granted(self, network: Holdings, grant: Row, verdict: object) -> None:
        ask_for(network, KEY, DELEGATION)
        network.tell("kms:ListGrants", {"KeyId": KEY}, {"Grants": [grant]})
        assert network.bad().get("secrets") is verdict

    def test_does_not_heed_a_grant_against_a_denial(self, network: Holdings) -> None:
        ask_for(network, KEY, DELEGATION, statement("kms:*", effect="Deny", Principal="*"))
        grant = {"GranteePrincipal": EXECUTION, "Operations": ["Decrypt"]}
        network.tell("kms:ListGrants", {"KeyId": KEY}, {"Grants": [grant]})
        assert network.bad() == {"secrets": BLOCKED}

    @pytest.mark.parametrize("refused", [True, False])
    def test_may_have_a_grant_that_is_not_known(self, network: Holdings, *, refused: bool) -> None:
        ask_for(network, KEY, DELEGATION)
        network.unask("kms:ListGrants")
        if refused:
            network.refuse("kms:ListGrants", {"KeyId": KEY})
        assert network.bad() == {"secrets": UNKNOWN}
        assert "kms:ListGrants" in {one.action for one in network.step("secrets").unknowns}

    def test_of_another_account_must_name_the_role(self, network: Holdings) -> None:
        network.role(EXECUTION, READ_SECRET, statement("kms:Decrypt"), managed=[MANAGED])
        ask_for(network, KEY, statement("kms:Decrypt", **TO_ROLE), account=OTHER_ACCOUNT)
        assert network.bad() == {}
        ask_for(network, KEY, DELEGATION, account=OTHER_ACCOUNT)
        assert network.bad().get("secrets") is None
        network.role(EXECUTION, READ_SECRET, managed=[MANAGED])
        assert network.bad() == {"secrets": BLOCKED}

    @pytest.mark.parametrize("key", ["alias/aws/secretsmanager", None])
    def test_is_not_asked_where_it_is_of_aws(self, network: Holdings, key: str | None) -> None:
        network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret(KmsKeyId=key))
        assert network.bad() == {}

    def test_is_not_asked_where_its_description_says_that_it_is_of_aws(self, network: Holdings) -> None:
        ask_for(network, KEY, statement("kms:Encrypt", Principal="*"))
        metadata = {"Arn": KEY, "KeyState": "Enabled", "KeyManager": "AWS"}
        network.tell("kms:DescribeKey", {"KeyId": KEY}, {"KeyMetadata": metadata})
        assert network.bad() == {}


class TestTheLogGroup:
    def test_need_not_be_created_where_it_is(self, network: Holdings) -> None:
        network.app["logConfiguration"] = awslogs(awslogs_create_group="true")
        assert network.bad() == {}

    def test_must_be_created_where_it_is_not(self, network: Holdings) -> None:
        network.app["logConfiguration"] = awslogs(awslogs_create_group="true")
        network.tell("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"}, {"logGroups": []})
        assert network.bad() == {"logs": BLOCKED}
        assert "logs:CreateLogGroup" in network.blocker("logs").message
        network.role(EXECUTION, READ_SECRET, statement("logs:CreateLogGroup"), managed=[MANAGED])
        assert network.bad() == {}

    @pytest.mark.parametrize("refused", [True, False])
    def test_may_have_to_be_created(self, network: Holdings, *, refused: bool) -> None:
        network.app["logConfiguration"] = awslogs(awslogs_create_group="true")
        network.unask("logs:DescribeLogGroups")
        if refused:
            network.refuse("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"})
        assert network.bad() == {"logs": UNKNOWN}
        assert "whether log group /ecs/web is there" in str(network.step("logs").unknowns)


class TestExec:
    def test_is_by_the_task_role(self, network: Holdings) -> None:
        network.endpoint("vpce-55", "ssmmessages", ["subnet-a", "subnet-b"])
        network.rows["services"][0]["enableExecuteCommand"] = True
        assert network.bad() == {"exec": BLOCKED}
        channels = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel"]
        more = ["ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]
        network.role(TASK, statement(channels + more))
        assert network.bad() == {}
        network.role(TASK, statement(channels))
        assert {one.resource for one in network.step("exec").blockers} == {TASK}


class TestPoliciesAndPackets:
    def test_are_told_together(self, network: Holdings) -> None:
        network.rows["VpcEndpoints"] = []
        network.role(EXECUTION, managed=[MANAGED])
        assert network.bad()["secrets"] is BLOCKED
        codes = {one.code for one in network.step("secrets").blockers}
        assert codes == {"NO_ROUTE_TO_DESTINATION", "ROLE_POLICY_DENIES"}

    def test_are_not_told_as_open_where_no_packet_gets_there(self, network: Holdings) -> None:
        network.rows["VpcEndpoints"] = []
        network.role(EXECUTION, READ_SECRET | when("StringEquals", "aws:SourceVpce", "vpce-5e"), managed=[MANAGED])
        found = network.step("secrets")
        assert found.verdict is BLOCKED
        assert {one.code for one in found.blockers} == {"NO_ROUTE_TO_DESTINATION"}

    def test_hold_for_the_way_that_a_call_goes(self, network: Holdings) -> None:
        network.serve_internet_by_nat()
        network.rows["VpcEndpoints"] = [
            row for row in network.rows["VpcEndpoints"] if row["VpcEndpointId"] != "vpce-5e"
        ]
        inside = READ_SECRET | when("Null", "aws:SourceVpce", "false")
        network.role(EXECUTION, inside, managed=[MANAGED])
        assert network.bad()["secrets"] is BLOCKED
        assert network.step("registry-auth").verdict is OK


def test_nothing_is_asked_of_a_world_that_tells_of_nothing_but_the_network(network: Holdings) -> None:
    for key in ("RoleDetailList", "Policies", "Calls"):
        network.rows[key] = []
        del network.rows[key]
    unexamined = network.diagnosis().unexamined
    assert unexamined[:3] == ("identity and resource policies", "images", "secrets and log groups themselves")
