"""Role policies and resource-based policies of a launch with working network paths."""

import msgspec
import pytest

from skerry.access.role_policies import CallPath, RolePolicies
from skerry.access.roles import TaskRoles
from skerry.diagnose.diagnose import diagnose
from skerry.launch.launches import of_service
from skerry.launch.startup import needs
from skerry.model.ecs import TaskDefinition
from skerry.policy.request import context_of_endpoint_call
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
from tests.networks import ACCOUNT, REGION, allow, awslogs, container

READ_SECRET = statement("secretsmanager:GetSecretValue", SECRET)
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/bound"
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


@pytest.fixture
def network() -> Resources:
    return Resources()


class TestTheExecutionRole:
    def test_does_with_the_managed_policy_and_leave_to_read_its_secret(self, network: Resources) -> None:
        assert network.bad() == {}

    def test_is_asked_of_no_question_to_a_dns_server(self, network: Resources) -> None:
        network.group("sg-dns", inbound=[allow(cidr="10.0.0.0/16")])
        network.interface("eni-dns", "10.0.1.53", "subnet-a", ["sg-dns"])
        network.dhcp("10.0.1.53")
        network.role(EXECUTION, READ_SECRET)
        found = network.step("registry-auth")
        assert {trace.purpose for trace in found.traces} > {"call"}
        assert {one.code for one in found.blockers} == {"ROLE_POLICY_DENIES"}

    def test_needs_the_token(self, network: Resources) -> None:
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
    def test_needs_each_action_of_a_launch(self, network: Resources, action: str, step: str) -> None:
        rest = [one for one in MANAGED_ACTIONS if one != action]
        network.role(EXECUTION, READ_SECRET, statement(rest))
        assert network.bad() == {step: BLOCKED}
        assert action in network.blocker(step).message

    def test_is_told_all_that_it_needs_at_once(self, network: Resources) -> None:
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

    def test_does_without_what_a_start_does_not_wait_for(self, network: Resources) -> None:
        network.role(EXECUTION, READ_SECRET, statement(MANAGED_ACTIONS[:1] + PULL + ["logs:CreateLogStream"]))
        assert network.bad() == {}

    def test_needs_its_secret(self, network: Resources) -> None:
        network.role(EXECUTION, managed=[MANAGED])
        assert network.bad() == {"secrets": BLOCKED}

    def test_is_told_by_the_statement_that_denies(self, network: Resources) -> None:
        deny = statement("secretsmanager:*", effect="Deny", Sid="NoSecrets")
        network.role(EXECUTION, READ_SECRET, deny, managed=[MANAGED])
        found = network.blocker("secrets")
        assert found.rule == "NoSecrets of policy own of role launcher"
        assert found.message == f"{found.rule} denies secretsmanager:GetSecretValue on {SECRET}"

    def test_may_have_a_condition_on_the_endpoint(self, network: Resources) -> None:
        network.role(EXECUTION, READ_SECRET | when("StringEquals", "aws:SourceVpce", "vpce-5e"), managed=[MANAGED])
        assert network.bad() == {}
        network.role(EXECUTION, READ_SECRET | when("StringEquals", "aws:SourceVpce", "vpce-a"), managed=[MANAGED])
        assert network.bad() == {"secrets": BLOCKED}

    def test_is_not_known_where_a_condition_is_on_something_that_is_not(self, network: Resources) -> None:
        network.role(EXECUTION, READ_SECRET | when("StringEquals", "aws:Strange", "1"), managed=[MANAGED])
        assert network.bad() == {"secrets": UNKNOWN}
        assert "aws:Strange" in str(network.step("secrets").unknowns)

    def test_has_the_tags_that_are_told_of_it(self, network: Resources) -> None:
        tagged = READ_SECRET | when("StringEquals", "aws:PrincipalTag/team", "shop")
        network.role(EXECUTION, tagged, managed=[MANAGED], Tags=[{"Key": "team", "Value": "shop"}])
        assert network.bad() == {}
        network.role(EXECUTION, tagged, managed=[MANAGED], Tags=[{"Key": "team", "Value": "bank"}])
        assert network.bad() == {"secrets": BLOCKED}

    @pytest.mark.parametrize(("organization", "verdict"), [("o-mine", None), ("o-other", BLOCKED)])
    def test_is_of_the_organization_of_the_account(
        self, network: Resources, organization: str, verdict: object
    ) -> None:
        answer = {"Organization": {"Id": "o-mine", "MasterAccountId": OTHER_ACCOUNT}}
        network.tell("organizations:DescribeOrganization", {}, answer)
        condition = when("StringEquals", "aws:PrincipalOrgID", organization)
        network.role(EXECUTION, READ_SECRET | condition, managed=[MANAGED])
        assert network.bad().get("secrets") is verdict


class TestARoleThatIsNotKnown:
    def test_is_unexamined_where_nobody_asked(self, network: Resources) -> None:
        del network.rows["RoleDetailList"]
        assert network.bad() == {}
        assert "policies of roles" in network.diagnosis().unexamined

    def test_is_unknown_where_aws_did_not_say(self, network: Resources) -> None:
        del network.rows["RoleDetailList"]
        network.refuse("iam:GetAccountAuthorizationDetails", {})
        assert set(network.bad()) == {"placement", "secrets", "registry-auth", "manifest", "logs"}
        assert "iam:GetAccountAuthorizationDetails" in {one.action for one in network.step("logs").unknowns}

    def test_blocks_where_it_does_not_exist(self, network: Resources) -> None:
        network.rows["RoleDetailList"] = [row for row in network.rows["RoleDetailList"] if row["Arn"] != EXECUTION]
        assert network.bad() == {"placement": BLOCKED}
        assert network.blocker("placement").code == "ROLE_NOT_FOUND"

    def test_is_unknown_where_the_roles_are_of_another_account(self, network: Resources) -> None:
        network.rows["RoleDetailList"] = []
        network.role(EXECUTION.replace(ACCOUNT, OTHER_ACCOUNT))
        assert network.bad()["placement"] is UNKNOWN
        network.rows["RoleDetailList"] = []
        assert network.bad()["placement"] is UNKNOWN

    def test_leaves_open_what_a_policy_without_its_document_decides(self, network: Resources) -> None:
        network.rows["Policies"] = []
        bad = network.bad()
        assert bad == {"registry-auth": UNKNOWN, "manifest": UNKNOWN, "logs": UNKNOWN, "secrets": UNKNOWN}

    def test_leaves_open_what_is_not_told_of_its_policies(self, network: Resources) -> None:
        del network.row("RoleDetailList", EXECUTION)["RolePolicyList"]
        assert network.bad()["secrets"] is UNKNOWN

    def test_is_a_question_where_the_definition_names_none(self, network: Resources) -> None:
        del network.rows["taskDefinitions"][0]["executionRoleArn"]
        assert network.bad()["logs"] is UNKNOWN
        assert "the ARN of the execution role" in str(network.step("logs").unknowns)

    def test_is_no_question_where_no_role_was_read(self, network: Resources) -> None:
        del network.rows["taskDefinitions"][0]["executionRoleArn"]
        del network.rows["RoleDetailList"]
        assert network.bad() == {}


class TestTheBoundary:
    def test_must_allow_as_well(self, network: Resources) -> None:
        network.add("Policies", Arn=BOUNDARY, PolicyVersionList=[version(statement("ecr:*"), statement("logs:*"))])
        boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BOUNDARY}
        network.role(EXECUTION, READ_SECRET, managed=[MANAGED], PermissionsBoundary=boundary)
        assert network.bad() == {"secrets": BLOCKED}
        found = network.blocker("secrets")
        assert (found.code, found.resource) == ("PERMISSIONS_BOUNDARY_DENIES", EXECUTION)

    def test_is_unknown_without_its_document(self, network: Resources) -> None:
        network.role(
            EXECUTION, READ_SECRET, managed=[MANAGED], PermissionsBoundary={"PermissionsBoundaryArn": BOUNDARY}
        )
        assert network.bad()["secrets"] is UNKNOWN


class TestTrust:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html"""

    @pytest.mark.parametrize("role", [EXECUTION, TASK])
    def test_must_let_ecs_take_on_both_roles(self, network: Resources, role: str) -> None:
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
    def test_may_ask_for_whom_ecs_asks(
        self, network: Resources, operator: str, key: str, value: str, verdict: object
    ) -> None:
        (plain,) = TRUST["Statement"]
        row = network.row("RoleDetailList", TASK)
        row["AssumeRolePolicyDocument"] = policy(plain | when(operator, key, value))
        assert network.bad().get("placement") is verdict

    def test_is_told_by_the_statement_that_denies(self, network: Resources) -> None:
        (plain,) = TRUST["Statement"]
        row = network.row("RoleDetailList", TASK)
        row["AssumeRolePolicyDocument"] = policy(plain, plain | {"Effect": "Deny", "Sid": "Never"})
        assert network.blocker("placement").rule == "Never of the trust policy of role web"

    def test_is_unknown_where_the_policy_is(self, network: Resources) -> None:
        del network.row("RoleDetailList", TASK)["AssumeRolePolicyDocument"]
        assert network.bad() == {"placement": UNKNOWN}


class TestTheLogGroup:
    def test_need_not_be_created_where_it_is(self, network: Resources) -> None:
        network.app["logConfiguration"] = awslogs(awslogs_create_group="true")
        assert network.bad() == {}

    def test_must_be_created_where_it_is_not(self, network: Resources) -> None:
        network.app["logConfiguration"] = awslogs(awslogs_create_group="true")
        network.tell("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"}, {"logGroups": []})
        assert network.bad() == {"logs": BLOCKED}
        assert "logs:CreateLogGroup" in network.blocker("logs").message
        network.role(EXECUTION, READ_SECRET, statement("logs:CreateLogGroup"), managed=[MANAGED])
        assert network.bad() == {}

    def test_is_created_for_whom_it_is_to_be(self, network: Resources) -> None:
        """One container lets the driver create its group, and another, with a group of its own, does not."""
        network.app["logConfiguration"] = awslogs(awslogs_create_group="true")
        other = container(IMAGE, name="side", logConfiguration=awslogs(awslogs_group="/ecs/side"))
        network.rows["taskDefinitions"][0]["containerDefinitions"] += [other, container(IMAGE, name="quiet")]
        groups = {"logGroups": [{"logGroupName": "/ecs/side"}]}
        network.tell("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/side"}, groups)
        assert network.bad() == {}

    def test_need_not_be_let_through_an_endpoint_where_it_is(self, network: Resources) -> None:
        network.app["logConfiguration"] = awslogs(awslogs_create_group="true")
        document = text(statement("logs:CreateLogStream", Principal="*"))
        network.row("VpcEndpoints", "vpce-10")["PolicyDocument"] = document
        assert network.bad() == {}

    def test_of_the_proxy_of_service_connect_is_one_as_well(self, network: Resources) -> None:
        connect = {"enabled": True, "logConfiguration": awslogs(awslogs_group="/ecs/proxy")}
        network.rows["services"][0]["deployments"] = [{"status": "PRIMARY", "serviceConnectConfiguration": connect}]
        network.tell("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/proxy"}, {"logGroups": []})
        assert network.blocker("logs").resource == "/ecs/proxy"

    @pytest.mark.parametrize("refused", [True, False])
    def test_may_have_to_be_created(self, network: Resources, *, refused: bool) -> None:
        network.app["logConfiguration"] = awslogs(awslogs_create_group="true")
        network.unask("logs:DescribeLogGroups")
        if refused:
            network.refuse("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"})
        assert network.bad() == {"logs": UNKNOWN}
        assert "whether log group /ecs/web is there" in str(network.step("logs").unknowns)


class TestExec:
    def test_is_by_the_task_role(self, network: Resources) -> None:
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
    def test_are_told_together(self, network: Resources) -> None:
        network.rows["VpcEndpoints"] = []
        network.role(EXECUTION, managed=[MANAGED])
        assert network.bad()["secrets"] is BLOCKED
        codes = {one.code for one in network.step("secrets").blockers}
        assert codes == {"NO_ROUTE_TO_DESTINATION", "ROLE_POLICY_DENIES"}

    def test_are_not_told_as_open_where_no_packet_gets_there(self, network: Resources) -> None:
        network.rows["VpcEndpoints"] = []
        network.role(EXECUTION, READ_SECRET | when("StringEquals", "aws:SourceVpce", "vpce-5e"), managed=[MANAGED])
        found = network.step("secrets")
        assert found.verdict is BLOCKED
        assert {one.code for one in found.blockers} == {"NO_ROUTE_TO_DESTINATION"}

    def test_hold_for_the_way_that_a_call_goes(self, network: Resources) -> None:
        network.serve_internet_by_nat()
        network.rows["VpcEndpoints"] = [
            row for row in network.rows["VpcEndpoints"] if row["VpcEndpointId"] != "vpce-5e"
        ]
        inside = READ_SECRET | when("Null", "aws:SourceVpce", "false")
        network.role(EXECUTION, inside, managed=[MANAGED])
        assert network.bad()["secrets"] is BLOCKED
        assert network.step("registry-auth").verdict is OK


def test_nothing_is_asked_of_a_world_that_tells_of_nothing_but_the_network(network: Resources) -> None:
    for key in ("RoleDetailList", "Policies", "Calls"):
        network.rows[key] = []
        del network.rows[key]
    unexamined = network.diagnosis().unexamined
    assert unexamined[:3] == ("identity and resource policies", "images", "secrets and log groups themselves")


class TestTheOrganization:
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html"""

    @pytest.mark.parametrize(
        ("manager", "unexamined"),
        [(OTHER_ACCOUNT, True), (ACCOUNT, False)],
    )
    def test_has_policies_that_nobody_looks_at(self, network: Resources, manager: str, *, unexamined: bool) -> None:
        answer = {"Organization": {"Id": "o-mine", "MasterAccountId": manager}}
        network.tell("organizations:DescribeOrganization", {}, answer)
        assert ("service and resource control policies" in network.diagnosis().unexamined) is unexamined

    def test_may_be_none(self, network: Resources) -> None:
        assert "service and resource control policies" not in network.diagnosis().unexamined

    def test_may_not_be_known(self, network: Resources) -> None:
        network.unask("organizations:DescribeOrganization")
        assert "service and resource control policies" in network.diagnosis().unexamined


def test_two_ways_of_which_one_is_allowed_leave_it_open(network: Resources) -> None:
    """Which of two addresses a client takes is not known."""
    network.endpoint("vpce-5f", "secretsmanager", ["subnet-a"], PrivateDnsEnabled=False)
    ways = [CallPath(name, context_of_endpoint_call(name, "vpc-1", REGION)) for name in ("vpce-5e", "vpce-5f")]
    network.role(EXECUTION, READ_SECRET | when("StringEquals", "aws:SourceVpce", "vpce-5e"), managed=[MANAGED])
    world = network.world()
    (service,) = world.facts.services
    launch = of_service(world, service)
    need = next(one for one in needs(launch) if one.step == "secrets")
    grants = RolePolicies(world.resources, TaskRoles(world.resources))
    (hop,) = grants.check(launch, need, ways)
    assert [piece.message for piece in hop.undecided] == ["by which of vpce-5e, vpce-5f the request goes"]
    assert list(grants.check(launch, need, ways[:1])) == []


def test_nobody_knows_of_what_account_a_task_without_an_arn_is(network: Resources) -> None:
    """A task definition of a file has no ARN."""
    (plain,) = TRUST["Statement"]
    asks = when("StringEquals", "aws:SourceAccount", ACCOUNT)
    network.row("RoleDetailList", TASK)["AssumeRolePolicyDocument"] = policy(plain | asks)
    world = network.world()
    (service,) = world.facts.services
    launch = of_service(world, service)
    definition = launch.definition
    assert isinstance(definition, TaskDefinition)
    nameless = msgspec.structs.replace(definition, task_definition_arn=None)
    launch = msgspec.structs.replace(launch, arn=None, definition=nameless)
    (found,) = diagnose(network.walker(), [launch]).services
    assert found.needs[0].verdict is UNKNOWN


def test_roles_of_a_task_that_is_not_known_are_not_asked(network: Resources) -> None:
    network.rows["taskDefinitions"] = []
    network.add("taskDefinitions", taskDefinitionArn="other", family="other", revision=1)
    assert network.step("placement").verdict is OK
