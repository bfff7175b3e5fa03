"""Policies in a plan: the statements that roles and resources lack, endpoints' policies mended, and the least ones."""

import json
from typing import Any

import pytest

from skerry.catalogue.services import ServiceRef
from skerry.plan import endpoint_policies
from skerry.plan.changes import (
    Advise,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    ModifyEndpoint,
    ProposeStatement,
)
from skerry.plan.records import Plan
from skerry.verdicts import OK
from tests.holdings import (
    EXECUTION,
    LOGS,
    MANAGED,
    MANAGED_ACTIONS,
    OTHER_ACCOUNT,
    REPOSITORY,
    SECRET,
    Resources,
    statement,
    text,
)
from tests.networks import ACCOUNT, ALL, EVERYWHERE, REGION, Network, awslogs, container
from tests.planning import changes, diagnosed, kinds, made, of_kind, only, planned, told

LAYERS = f"arn:aws:s3:::prod-{REGION}-starport-layer-bucket/*"
ANYBODY: dict[str, Any] = {"Principal": "*"}


def proposed(found: Plan) -> dict[str, Any]:
    """The statement of the one proposal."""
    (only,) = of_kind(found, ProposeStatement)
    statement: dict[str, Any] = json.loads(only.statement)
    return statement


def policies_of(found: Plan) -> dict[str, Any]:
    """The statements of the endpoints that a plan creates, by service."""
    rows: list[CreateInterfaceEndpoint | CreateGatewayEndpoint] = [
        *of_kind(found, CreateInterfaceEndpoint),
        *of_kind(found, CreateGatewayEndpoint),
    ]
    return {
        row.service_name.partition(f"{REGION}.")[2]: json.loads(row.policy)["Statement"] for row in rows if row.policy
    }


class TestProposedStatements:
    def test_role_gets_a_proposed_statement_for_the_denied_action(self) -> None:
        network = Resources()
        network.role(EXECUTION, managed=[MANAGED])
        found = planned(network)
        assert kinds(found) == ["ProposeStatement"]
        assert proposed(found) == {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": SECRET}
        row = told(found, ProposeStatement)
        assert (row.disposition, only(found, ProposeStatement).resource) == ("manual", EXECUTION)
        assert not found.proven

    def test_denied_actions_on_a_resource_share_a_statement(self) -> None:
        network = Resources()
        kept = [
            action for action in MANAGED_ACTIONS if action not in {"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
        ]
        network.role(EXECUTION, statement(kept), statement("secretsmanager:GetSecretValue", SECRET))
        found = planned(network)
        assert proposed(found) == {
            "Effect": "Allow",
            "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Resource": REPOSITORY,
        }
        assert {row.code for row in told(found, ProposeStatement).why} == {"ROLE_POLICY_DENIES"}

    def test_secret_policy_for_another_account_names_the_role(self) -> None:
        network = Resources()
        foreign = SECRET.replace(ACCOUNT, OTHER_ACCOUNT)
        network.app["secrets"] = [{"name": "PASSWORD", "valueFrom": foreign}]
        network.role(EXECUTION, statement(MANAGED_ACTIONS), statement("secretsmanager:GetSecretValue", foreign))
        network.tell("secretsmanager:GetResourcePolicy", {"SecretId": foreign}, {"ARN": foreign, "Name": "db"})
        found = planned(network)
        assert proposed(found)["Principal"] == {"AWS": EXECUTION}
        assert proposed(found)["Resource"].startswith(foreign)

    def test_role_without_ecs_trust_gets_a_trust_statement(self) -> None:
        network = Resources()
        trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        network.role(
            EXECUTION,
            statement("secretsmanager:GetSecretValue", SECRET),
            managed=[MANAGED],
            trust={"Version": "2012-10-17", "Statement": [trust]},
        )
        assert proposed(planned(network)) == {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }

    def test_explicit_deny_of_a_role_yields_advice_about_its_statement(self) -> None:
        network = Resources()
        allowed = statement("secretsmanager:GetSecretValue", SECRET)
        network.role(EXECUTION, allowed, statement("secretsmanager:*", effect="Deny", Sid="Never"), managed=[MANAGED])
        found = planned(network)
        assert kinds(found) == ["Advise"]
        (advice,) = of_kind(found, Advise)
        assert advice.resource == EXECUTION
        assert "Change Never of policy own of role launcher: take secretsmanager:GetSecretValue" in advice.message
        assert told(found, Advise).disposition == "manual"

    def test_missing_log_group_yields_advice(self) -> None:
        network = Resources()
        network.tell("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"}, {"logGroups": []})
        found = planned(network)
        assert len(of_kind(found, Advise)) == 1
        assert "/ecs/web" in of_kind(found, Advise)[0].message

    def test_unsupported_log_driver_yields_a_service_configuration_change(self) -> None:
        network = Resources()
        network.app["logConfiguration"] = {"logDriver": "syslog"}
        assert of_kind(planned(network), ConfigureService)[0].service == "web"

    def test_allow_statement_omits_principal_if_none_is_given(self) -> None:
        assert endpoint_policies.allow(["s3:GetObject"], ["a", "b"], "*")["Resource"] == ["a", "b"]
        assert "Principal" not in endpoint_policies.allow(["s3:GetObject"], ["a"], None)


class TestEndpointPolicies:
    def test_endpoint_policy_gains_the_missing_statement(self) -> None:
        network = Resources()
        own = statement("s3:*", "arn:aws:s3:::x/*", **ANYBODY)
        network.row("VpcEndpoints", "vpce-93")["PolicyDocument"] = text(own)
        found = planned(network)
        (change,) = changes(found)
        assert isinstance(change, ModifyEndpoint)
        assert change.endpoint_id == "vpce-93"
        rows = json.loads(change.policy or "")["Statement"]
        assert rows == [own, statement("s3:GetObject", LAYERS, **ANYBODY)]
        assert found.proven

    def test_endpoint_policy_fixes_are_merged_into_a_single_change(self) -> None:
        network = Resources()
        document = text(statement("ecr:DescribeImages", **ANYBODY))
        network.row("VpcEndpoints", "vpce-d")["PolicyDocument"] = document
        found = planned(network)
        (change,) = changes(found)
        assert isinstance(change, ModifyEndpoint)
        _, added = json.loads(change.policy or "")["Statement"]
        assert set(added["Action"]) >= {"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
        assert added["Resource"] == REPOSITORY
        assert "manifest" in {step for row in found.changes[0].why for step in row.steps}
        assert found.proven

    def test_endpoint_policy_with_explicit_deny_yields_only_advice(self) -> None:
        network = Resources()
        deny = statement("s3:GetObject", LAYERS, "Deny", **ANYBODY)
        network.row("VpcEndpoints", "vpce-93")["PolicyDocument"] = text(statement("*", **ANYBODY), deny)
        found = planned(network)
        assert kinds(found) == ["Advise"]
        message = of_kind(found, Advise)[0].message
        assert "statement 2 of its policy denies s3:GetObject" in message
        assert "No Allow overrides an explicit Deny. Change statement 2 of the policy of vpce-93: take" in message
        assert not found.proven

    @pytest.mark.parametrize("document", ["[]", "{"])
    def test_invalid_endpoint_policy_is_not_modified(self, document: str) -> None:
        network = Resources()
        network.row("VpcEndpoints", "vpce-93")["PolicyDocument"] = document
        assert of_kind(planned(network), ModifyEndpoint) == []

    def test_policy_statement_is_not_added_if_too_long_or_invalid(self) -> None:
        long = text(statement("s3:GetObject", [f"arn:aws:s3:::bucket-{number}/*" for number in range(800)], **ANYBODY))
        assert endpoint_policies.add_statement(long, statement("s3:GetObject", LAYERS, **ANYBODY)) is None
        assert endpoint_policies.add_statement(None, {}) is None
        assert endpoint_policies.add_statement("[]", {}) is None

    def test_endpoint_policy_with_bare_statement_object_is_merged(self) -> None:
        only = statement("s3:PutObject", LAYERS, **ANYBODY)
        document = json.dumps({"Statement": only})
        assert json.loads(
            endpoint_policies.add_statement(document, statement("s3:GetObject", LAYERS, **ANYBODY)) or ""
        ) == {"Statement": [only | {"Action": ["s3:PutObject", "s3:GetObject"]}]}


class TestPolicyMerging:
    def test_statement_merge_keeps_incompatible_statements(self) -> None:
        first = statement("s3:GetObject", "a", **ANYBODY)
        for other in (
            first | {"Condition": {}, "Action": "x"},
            first | {"Effect": "Deny", "Action": "x"},
            first | {"Action": "x", "Resource": "y"},
            {"Effect": "Allow", "Action": "x", "Resource": "a"},
            "text",
        ):
            assert endpoint_policies.merge_statements([first, other]) == [first, other]

    def test_policy_merge_removes_duplicates(self) -> None:
        first = statement("s3:GetObject", "a", **ANYBODY)
        assert endpoint_policies.merge_statements([first, first]) == [first]
        assert endpoint_policies.join_policies(None, "x") == "x"
        one = text(first)
        assert endpoint_policies.join_policies(one, one) == one
        both = json.loads(endpoint_policies.join_policies(one, text(statement("s3:GetObject", "b", **ANYBODY))))
        assert both["Statement"] == [statement("s3:GetObject", ["a", "b"], **ANYBODY)]


class TestLeastPrivilege:
    def bare(self) -> Resources:
        network = Resources()
        for key in ("VpcEndpoints", "NetworkInterfaces"):
            network.rows[key] = []
        network.row("RouteTables", "rtb-main")["Routes"] = network.row("RouteTables", "rtb-main")["Routes"][:1]
        return network

    def test_least_privilege_allows_the_startup_calls_of_tasks(self) -> None:
        found = planned(self.bare(), least_privilege=True)
        pulls = [
            statement(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], REPOSITORY, **ANYBODY),
            statement("ecr:GetAuthorizationToken", "*", **ANYBODY),
        ]
        assert found.proven
        assert policies_of(found) == {
            "ecr.api": pulls,
            "ecr.dkr": pulls,
            "logs": policies_of(found)["logs"],
            "s3": [statement("s3:GetObject", LAYERS, **ANYBODY)],
            "secretsmanager": [statement("secretsmanager:GetSecretValue", SECRET, **ANYBODY)],
        }
        (logs,) = policies_of(found)["logs"]
        assert set(logs["Action"]) == {"logs:CreateLogStream", "logs:PutLogEvents"}
        assert logs["Resource"].startswith(LOGS)

    def test_least_privilege_denies_other_repositories(self) -> None:
        network = self.bare()
        found = planned(network, least_privilege=True)
        network.role(EXECUTION, statement("*"))
        assert diagnosed(made(network.world(), found)).verdict is OK
        network.app["image"] = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/foreign:1"
        refused = [
            (row.code, row.resource)
            for need in diagnosed(made(network.world(), found)).services[0].needs
            for row in need.blockers
        ]
        assert set(refused) == {("ENDPOINT_POLICY_DENIES", "vpce-new-ecr.dkr-vpc-1")}

    def test_least_privilege_allows_log_group_creation_if_it_may_be_needed(self) -> None:
        network = self.bare()
        assert "logs:CreateLogGroup" not in str(policies_of(planned(network, least_privilege=True)))
        network.app["logConfiguration"] = awslogs(awslogs_create_group="true")
        assert "logs:CreateLogGroup" not in str(policies_of(planned(network, least_privilege=True)))
        network.unask("logs:DescribeLogGroups")
        assert "logs:CreateLogGroup" in str(policies_of(planned(network, least_privilege=True)))

    def test_least_privilege_reports_that_runtime_calls_are_not_allowed(self) -> None:
        found = planned(self.bare(), least_privilege=True)
        assert "runtime-calls-not-allowed" in {row.id for row in found.findings}

    def test_least_privilege_allows_services_out_of_scope(self) -> None:
        network = self.bare()
        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/other:1"
        network.definition(
            container(f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/other:1", logConfiguration=awslogs()),
            arn=arn,
            executionRoleArn=EXECUTION,
        )
        network.service("other", ["subnet-b"], taskDefinition=arn)
        found = planned(network, ("web",), least_privilege=True)
        pulls, _ = policies_of(found)["ecr.dkr"]
        assert set(pulls["Resource"]) == {REPOSITORY, REPOSITORY.replace("/web", "/other")}
        world = made(network.world(), found)
        refused = [
            row
            for service in diagnosed(world).services
            for need in service.needs
            for row in need.blockers
            if row.code == "ENDPOINT_POLICY_DENIES"
        ]
        assert refused == []

    def test_least_privilege_reports_clients_with_unknown_calls_as_broken(self) -> None:
        network = self.bare()
        network.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-a"]
        network.internet_gateway()
        network.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-b"])
        network.group("sg-box", outbound=[ALL])
        public = {"PublicIp": "198.51.100.9"}
        network.interface("eni-box", "10.0.2.50", "subnet-b", ["sg-box"], Association=public)
        assert planned(network).proven
        found = planned(network, least_privilege=True)
        assert found.after is OK
        assert not found.proven
        assert {row.client for row in found.breaks} == {"eni-box"}
        assert "allows what tasks ask for only" in found.breaks[0].message

    def test_least_privilege_breaks_no_running_task(self) -> None:
        """The interface of a task that runs already is of a launch whose needs the policy has."""
        network = self.bare()
        network.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-a"]
        network.internet_gateway()
        network.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-b"])
        about = f"arn:aws:ecs:{REGION}:{ACCOUNT}:attachment/1f"
        public = {"PublicIp": "198.51.100.9"}
        network.interface("eni-1f", "10.0.2.50", "subnet-b", Association=public, Description=about)
        found = planned(network, least_privilege=True)
        assert found.breaks == ()
        assert found.proven

    def test_least_privilege_uses_default_policy_for_unknown_services(self) -> None:
        found = planned(self.bare(), least_privilege=True, also=(ServiceRef("sqs", REGION),))
        assert "sqs" not in policies_of(found)
        (finding,) = [row for row in found.findings if row.id == "endpoint-policy-allows-all"]
        assert finding.resource == "vpce-new-sqs-vpc-1"

    def test_least_privilege_keeps_existing_endpoint_policies(self) -> None:
        found = planned(Resources(), least_privilege=True, also=(ServiceRef("sqs", REGION),))
        assert policies_of(found) == {}
        told = {row.id for row in found.findings}
        assert "endpoint-policy-allows-all" in told
        assert "runtime-calls-not-allowed" not in told

    def test_least_privilege_uses_default_policy_without_a_role(self) -> None:
        network = Network()
        network.definition(container(logConfiguration=awslogs()))
        network.service()
        found = planned(network, least_privilege=True)
        assert "ecr.dkr" not in policies_of(found)

    def test_least_privilege_uses_default_policy_if_too_long(self) -> None:
        network = self.bare()
        secrets = [
            {"name": f"S{number}", "valueFrom": f"{SECRET[:-10]}{'x' * 400}{number:03}-AbCdEf"} for number in range(50)
        ]
        network.app["secrets"] = secrets
        found = planned(network, least_privilege=True)
        assert "secretsmanager" not in policies_of(found)
