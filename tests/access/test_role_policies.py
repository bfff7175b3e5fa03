"""Role policies and resource-based policies of a launch with working network paths."""

import msgspec
import pytest

from skerry.access.role_policies import CallPath, RolePolicies, evaluate_role_policies
from skerry.access.roles import TaskRoles
from skerry.diagnose.diagnose import diagnose
from skerry.launch.launches import launch_of_service
from skerry.launch.startup import needs_of
from skerry.model import resource_lookup
from skerry.model.arns import NameOrArn
from skerry.model.completeness import EVERYWHERE
from skerry.model.ecs import TaskDefinition
from skerry.policy.request import Request, context_of_endpoint_call, principal_of_role
from skerry.policy.resources import Resource
from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.holdings import (
    EXECUTION,
    IMAGE,
    MANAGED,
    MANAGED_ACTIONS,
    OTHER_ACCOUNT,
    SECRET,
    TASK,
    TRUST,
    Resources,
    policy,
    statement,
    text,
    version,
    when,
)
from tests.networks import ACCOUNT, REGION, Network, allow, awslogs, container

READ_SECRET = statement("secretsmanager:GetSecretValue", SECRET)
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/bound"
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


@pytest.fixture
def network() -> Resources:
    return Resources()


class TestExecutionRole:
    def test_execution_role_with_managed_policy_and_secret_passes(self, network: Resources) -> None:
        assert network.bad() == {}

    def test_execution_role_is_not_evaluated_for_dns_queries(self, network: Resources) -> None:
        network.group("sg-dns", inbound=[allow(cidr="10.0.0.0/16")])
        network.interface("eni-dns", "10.0.1.53", "subnet-a", ["sg-dns"])
        network.dhcp("10.0.1.53")
        network.role(EXECUTION, READ_SECRET)
        found = network.step("registry-auth")
        assert {trace.purpose for trace in found.traces} > {"call"}
        assert {one.code for one in found.blockers} == {"ROLE_POLICY_DENIES"}

    def test_execution_role_needs_authorization_token(self, network: Resources) -> None:
        rest = [action for action in MANAGED_ACTIONS if action != "ecr:GetAuthorizationToken"]
        network.role(EXECUTION, READ_SECRET, statement(rest))
        assert network.bad() == {"registry-auth": BLOCKED}
        found = network.blocker("registry-auth")
        assert (found.code, found.resource, found.rule) == (
            "ROLE_POLICY_DENIES",
            EXECUTION,
            "no statement of its policies allows ecr:GetAuthorizationToken on *",
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
    def test_execution_role_needs_each_action_of_a_launch(self, network: Resources, action: str, step: str) -> None:
        rest = [one for one in MANAGED_ACTIONS if one != action]
        network.role(EXECUTION, READ_SECRET, statement(rest))
        assert network.bad() == {step: BLOCKED}
        assert action in network.blocker(step).message

    def test_execution_role_denials_are_reported_together(self, network: Resources) -> None:
        network.role(EXECUTION)
        lacking = {blocker.rule.split()[6] for row in network.found().needs for blocker in row.blockers}
        assert lacking == {
            "secretsmanager:GetSecretValue",
            "ecr:GetAuthorizationToken",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
            "logs:CreateLogStream",
        }
        assert len(network.step("manifest").blockers) == 2

    def test_execution_role_does_not_need_later_actions(self, network: Resources) -> None:
        network.role(EXECUTION, READ_SECRET, statement(MANAGED_ACTIONS[:1] + PULL + ["logs:CreateLogStream"]))
        assert network.bad() == {}

    def test_execution_role_needs_permission_for_its_secret(self, network: Resources) -> None:
        network.role(EXECUTION, managed=[MANAGED])
        assert network.bad() == {"secrets": BLOCKED}

    def test_execution_role_denial_names_deny_statement(self, network: Resources) -> None:
        deny = statement("secretsmanager:*", effect="Deny", Sid="NoSecrets")
        network.role(EXECUTION, READ_SECRET, deny, managed=[MANAGED])
        found = network.blocker("secrets")
        assert found.rule == "NoSecrets of policy own of role launcher"
        assert found.message == f"{found.rule} denies secretsmanager:GetSecretValue on {SECRET}"

    def test_execution_role_condition_on_endpoint_is_evaluated(self, network: Resources) -> None:
        network.role(EXECUTION, READ_SECRET | when("StringEquals", "aws:SourceVpce", "vpce-5e"), managed=[MANAGED])
        assert network.bad() == {}
        network.role(EXECUTION, READ_SECRET | when("StringEquals", "aws:SourceVpce", "vpce-a"), managed=[MANAGED])
        assert network.bad() == {"secrets": BLOCKED}

    def test_execution_role_condition_on_unknown_key_is_unknown(self, network: Resources) -> None:
        network.role(EXECUTION, READ_SECRET | when("StringEquals", "aws:Strange", "1"), managed=[MANAGED])
        assert network.bad() == {"secrets": UNKNOWN}
        assert "aws:Strange" in str(network.step("secrets").unknowns)

    def test_execution_role_has_its_tags(self, network: Resources) -> None:
        tagged = READ_SECRET | when("StringEquals", "aws:PrincipalTag/team", "shop")
        network.role(EXECUTION, tagged, managed=[MANAGED], Tags=[{"Key": "team", "Value": "shop"}])
        assert network.bad() == {}
        network.role(EXECUTION, tagged, managed=[MANAGED], Tags=[{"Key": "team", "Value": "bank"}])
        assert network.bad() == {"secrets": BLOCKED}

    @pytest.mark.parametrize(("organization", "verdict"), [("o-mine", None), ("o-other", BLOCKED)])
    def test_execution_role_has_organization_of_its_account(
        self, network: Resources, organization: str, verdict: object
    ) -> None:
        answer = {"Organization": {"Id": "o-mine", "MasterAccountId": OTHER_ACCOUNT}}
        network.tell("organizations:DescribeOrganization", {}, answer)
        condition = when("StringEquals", "aws:PrincipalOrgID", organization)
        network.role(EXECUTION, READ_SECRET | condition, managed=[MANAGED])
        assert network.bad().get("secrets") is verdict


class TestUnreadRoles:
    def test_role_is_unexamined_if_not_read(self, network: Resources) -> None:
        del network.rows["RoleDetailList"]
        assert network.bad() == {}
        assert "policies of roles" in network.diagnosis().unexamined

    def test_role_is_unknown_if_call_failed(self, network: Resources) -> None:
        del network.rows["RoleDetailList"]
        network.refuse("iam:GetAccountAuthorizationDetails", {})
        assert set(network.bad()) == {"placement", "secrets", "registry-auth", "manifest", "logs"}
        assert "iam:GetAccountAuthorizationDetails" in {one.action for one in network.step("logs").unknowns}

    def test_missing_role_blocks(self, network: Resources) -> None:
        network.rows["RoleDetailList"] = [row for row in network.rows["RoleDetailList"] if row["Arn"] != EXECUTION]
        assert network.bad() == {"placement": BLOCKED}
        assert network.blocker("placement").code == "ROLE_NOT_FOUND"

    def test_role_beside_roles_without_a_list_is_unexamined(self, network: Resources) -> None:
        network.rows["RoleDetailList"] = [row for row in network.rows["RoleDetailList"] if row["Arn"] != EXECUTION]
        facts = network.world().facts
        lists = facts.completeness
        listed = msgspec.structs.replace(lists, complete=lists.complete - {("roles", EVERYWHERE)})
        role = resource_lookup.Resources(msgspec.structs.replace(facts, completeness=listed)).find_role(
            NameOrArn(EXECUTION)
        )
        assert role is None

    def test_role_of_other_account_is_unknown(self, network: Resources) -> None:
        network.rows["RoleDetailList"] = []
        network.role(EXECUTION.replace(ACCOUNT, OTHER_ACCOUNT))
        assert network.bad()["placement"] is UNKNOWN
        network.rows["RoleDetailList"] = []
        assert network.bad()["placement"] is UNKNOWN

    def test_role_policy_without_document_is_unknown(self, network: Resources) -> None:
        network.rows["Policies"] = []
        bad = network.bad()
        assert bad == {"registry-auth": UNKNOWN, "manifest": UNKNOWN, "logs": UNKNOWN, "secrets": UNKNOWN}

    def test_role_without_policy_lists_is_unknown(self, network: Resources) -> None:
        del network.row("RoleDetailList", EXECUTION)["RolePolicyList"]
        assert network.bad()["secrets"] is UNKNOWN

    def test_task_definition_without_role_is_unknown(self, network: Resources) -> None:
        del network.rows["taskDefinitions"][0]["executionRoleArn"]
        assert network.bad()["logs"] is UNKNOWN
        assert "the ARN of the execution role" in str(network.step("logs").unknowns)

    def test_task_definition_without_role_passes_if_no_role_was_read(self, network: Resources) -> None:
        del network.rows["taskDefinitions"][0]["executionRoleArn"]
        del network.rows["RoleDetailList"]
        assert network.bad() == {}


class TestPermissionsBoundary:
    def test_permissions_boundary_must_allow(self, network: Resources) -> None:
        network.add("Policies", Arn=BOUNDARY, PolicyVersionList=[version(statement("ecr:*"), statement("logs:*"))])
        boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BOUNDARY}
        network.role(EXECUTION, READ_SECRET, managed=[MANAGED], PermissionsBoundary=boundary)
        assert network.bad() == {"secrets": BLOCKED}
        found = network.blocker("secrets")
        assert (found.code, found.resource) == ("PERMISSIONS_BOUNDARY_DENIES", EXECUTION)

    def test_permissions_boundary_without_document_is_unknown(self, network: Resources) -> None:
        network.role(
            EXECUTION, READ_SECRET, managed=[MANAGED], PermissionsBoundary={"PermissionsBoundaryArn": BOUNDARY}
        )
        assert network.bad()["secrets"] is UNKNOWN


class TestTrustPolicies:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html"""

    @pytest.mark.parametrize("role", [EXECUTION, TASK])
    def test_trust_policy_must_allow_ecs_for_both_roles(self, network: Resources, role: str) -> None:
        to_lambda = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        network.row("RoleDetailList", role)["AssumeRolePolicyDocument"] = policy(to_lambda)
        assert network.bad() == {"placement": BLOCKED}
        found = network.blocker("placement")
        assert (found.code, found.resource) == ("TRUST_POLICY_DENIES", role)
        assert found.message == "its trust policy does not let ecs-tasks.amazonaws.com assume it"

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
    def test_trust_policy_conditions_are_evaluated(
        self, network: Resources, operator: str, key: str, value: str, verdict: object
    ) -> None:
        (plain,) = TRUST["Statement"]
        row = network.row("RoleDetailList", TASK)
        row["AssumeRolePolicyDocument"] = policy(plain | when(operator, key, value))
        assert network.bad().get("placement") is verdict

    def test_trust_policy_denial_names_deny_statement(self, network: Resources) -> None:
        (plain,) = TRUST["Statement"]
        row = network.row("RoleDetailList", TASK)
        row["AssumeRolePolicyDocument"] = policy(plain, plain | {"Effect": "Deny", "Sid": "Never"})
        assert network.blocker("placement").rule == "Never of the trust policy of role web"

    def test_trust_policy_is_unknown_without_document(self, network: Resources) -> None:
        del network.row("RoleDetailList", TASK)["AssumeRolePolicyDocument"]
        assert network.bad() == {"placement": UNKNOWN}


class TestLogGroupCreation:
    def test_existing_log_group_needs_no_create_permission(self, network: Resources) -> None:
        network.app["logConfiguration"] = awslogs(awslogs_create_group="true")
        assert network.bad() == {}

    def test_missing_log_group_needs_create_permission(self, network: Resources) -> None:
        network.app["logConfiguration"] = awslogs(awslogs_create_group="true")
        network.tell("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"}, {"logGroups": []})
        assert network.bad() == {"logs": BLOCKED}
        assert "logs:CreateLogGroup" in network.blocker("logs").message
        network.role(EXECUTION, READ_SECRET, statement("logs:CreateLogGroup"), managed=[MANAGED])
        assert network.bad() == {}

    def test_existing_log_group_of_other_container_needs_no_create_permission(self, network: Resources) -> None:
        """One container lets the driver create its group, and another, with a group of its own, does not."""
        network.app["logConfiguration"] = awslogs(awslogs_create_group="true")
        other = container(IMAGE, name="side", logConfiguration=awslogs(awslogs_group="/ecs/side"))
        network.rows["taskDefinitions"][0]["containerDefinitions"] += [other, container(IMAGE, name="quiet")]
        groups = {"logGroups": [{"logGroupName": "/ecs/side"}]}
        network.tell("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/side"}, groups)
        assert network.bad() == {}

    def test_existing_log_group_needs_no_endpoint_permission(self, network: Resources) -> None:
        network.app["logConfiguration"] = awslogs(awslogs_create_group="true")
        document = text(statement("logs:CreateLogStream", Principal="*"))
        network.row("VpcEndpoints", "vpce-10")["PolicyDocument"] = document
        assert network.bad() == {}

    def test_log_group_of_service_connect_proxy_is_checked(self, network: Resources) -> None:
        connect = {"enabled": True, "logConfiguration": awslogs(awslogs_group="/ecs/proxy")}
        network.rows["services"][0]["deployments"] = [{"status": "PRIMARY", "serviceConnectConfiguration": connect}]
        network.tell("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/proxy"}, {"logGroups": []})
        assert network.blocker("logs").resource == "/ecs/proxy"

    @pytest.mark.parametrize("refused", [True, False])
    def test_unread_log_group_leaves_create_permission_unknown(self, network: Resources, *, refused: bool) -> None:
        network.app["logConfiguration"] = awslogs(awslogs_create_group="true")
        network.unask("logs:DescribeLogGroups")
        if refused:
            network.refuse("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"})
        assert network.bad() == {"logs": UNKNOWN}
        assert "whether log group /ecs/web is there" in str(network.step("logs").unknowns)


class TestEcsExec:
    def test_ecs_exec_uses_the_task_role(self, network: Resources) -> None:
        network.endpoint("vpce-55", "ssmmessages", ["subnet-a", "subnet-b"])
        network.rows["services"][0]["enableExecuteCommand"] = True
        assert network.bad() == {"exec": BLOCKED}
        channels = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel"]
        more = ["ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]
        network.role(TASK, statement(channels + more))
        assert network.bad() == {}
        network.role(TASK, statement(channels))
        assert {one.resource for one in network.step("exec").blockers} == {TASK}


class TestRolePoliciesAndNetworkPaths:
    def test_role_denial_is_reported_with_network_blocker(self, network: Resources) -> None:
        network.rows["VpcEndpoints"] = []
        network.role(EXECUTION, managed=[MANAGED])
        assert network.bad()["secrets"] is BLOCKED
        codes = {one.code for one in network.step("secrets").blockers}
        assert codes == {"NO_ROUTE_TO_DESTINATION", "ROLE_POLICY_DENIES"}

    def test_role_policy_on_endpoint_is_not_reported_without_route(self, network: Resources) -> None:
        network.rows["VpcEndpoints"] = []
        network.role(EXECUTION, READ_SECRET | when("StringEquals", "aws:SourceVpce", "vpce-5e"), managed=[MANAGED])
        found = network.step("secrets")
        assert found.verdict is BLOCKED
        assert {one.code for one in found.blockers} == {"NO_ROUTE_TO_DESTINATION"}

    def test_role_policy_is_evaluated_on_the_path_of_the_call(self, network: Resources) -> None:
        network.serve_internet_by_nat()
        network.rows["VpcEndpoints"] = [
            row for row in network.rows["VpcEndpoints"] if row["VpcEndpointId"] != "vpce-5e"
        ]
        inside = READ_SECRET | when("Null", "aws:SourceVpce", "false")
        network.role(EXECUTION, inside, managed=[MANAGED])
        assert network.bad()["secrets"] is BLOCKED
        assert network.step("registry-auth").verdict is OK


def test_network_only_world_lists_policies_as_unexamined(network: Resources) -> None:
    for key in ("RoleDetailList", "Policies", "Calls"):
        network.rows[key] = []
        del network.rows[key]
    unexamined = network.diagnosis().unexamined
    assert unexamined[:3] == ("identity and resource policies", "images", "secrets and log groups themselves")


class TestUnexaminedOrganizationPolicies:
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html"""

    @pytest.mark.parametrize(
        ("manager", "unexamined"),
        [(OTHER_ACCOUNT, True), (ACCOUNT, False)],
    )
    def test_organization_policies_are_unexamined_outside_management_account(
        self, network: Resources, manager: str, *, unexamined: bool
    ) -> None:
        answer = {"Organization": {"Id": "o-mine", "MasterAccountId": manager}}
        network.tell("organizations:DescribeOrganization", {}, answer)
        assert ("service and resource control policies" in network.diagnosis().unexamined) is unexamined

    def test_organization_policies_are_not_listed_without_organization(self, network: Resources) -> None:
        assert "service and resource control policies" not in network.diagnosis().unexamined

    def test_organization_policies_are_unexamined_without_organization_answer(self, network: Resources) -> None:
        network.unask("organizations:DescribeOrganization")
        assert "service and resource control policies" in network.diagnosis().unexamined


def test_role_policy_that_denies_some_paths_is_unknown(network: Resources) -> None:
    """Which of two addresses a client takes is not known."""
    network.endpoint("vpce-5f", "secretsmanager", ["subnet-a"], PrivateDnsEnabled=False)
    ways = [CallPath(name, context_of_endpoint_call(name, "vpc-1", REGION)) for name in ("vpce-5e", "vpce-5f")]
    network.role(EXECUTION, READ_SECRET | when("StringEquals", "aws:SourceVpce", "vpce-5e"), managed=[MANAGED])
    world = network.world()
    (service,) = world.facts.services
    launch = launch_of_service(world, service)
    need = next(one for one in needs_of(launch) if one.step == "secrets")
    grants = RolePolicies(world.resources, TaskRoles(world.resources))
    (hop,) = grants.check(launch, need, ways)
    assert [piece.message for piece in hop.undecided] == ["by which of vpce-5e, vpce-5f the request goes"]
    assert list(grants.check(launch, need, ways[:1])) == []


def test_trust_policy_on_source_account_is_unknown_without_task_arn(network: Resources) -> None:
    """A task definition of a file has no ARN."""
    (plain,) = TRUST["Statement"]
    asks = when("StringEquals", "aws:SourceAccount", ACCOUNT)
    network.row("RoleDetailList", TASK)["AssumeRolePolicyDocument"] = policy(plain | asks)
    world = network.world()
    (service,) = world.facts.services
    launch = launch_of_service(world, service)
    definition = launch.definition
    assert isinstance(definition, TaskDefinition)
    nameless = msgspec.structs.replace(definition, task_definition_arn=None)
    launch = msgspec.structs.replace(launch, arn=None, definition=nameless)
    (found,) = diagnose(network.walker(), [launch]).services
    assert found.needs[0].verdict is UNKNOWN


def test_roles_of_unknown_task_definition_are_not_checked(network: Resources) -> None:
    network.rows["taskDefinitions"] = []
    network.add("taskDefinitions", taskDefinitionArn="other", family="other", revision=1)
    assert network.step("placement").verdict is OK


def test_policies_of_a_role_that_nobody_read_or_that_is_gone_decide_nothing(network: Resources) -> None:
    role = NameOrArn(f"arn:aws:iam::{ACCOUNT}:role/gone")
    request = Request(principal_of_role(role), "ssm:GetParameters", Resource("*"))
    for world in (Network().world(), network.world()):
        assert evaluate_role_policies(TaskRoles(world.resources), request) is None
