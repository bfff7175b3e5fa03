"""Endpoint policies, evaluated for each request of a launch with working network paths."""

import json
from typing import Any

import pytest

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import NeedDiagnosis, ServiceDiagnosis
from skerry.launch.launches import launch_of_service
from skerry.render.json import encode_diagnosis as json_of_diagnosis
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict
from tests.networks import ACCOUNT, REGION, VPC, Network, Row, allow, awslogs, container, record

ROLE = f"arn:aws:iam::{ACCOUNT}:role/launcher"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/web"
LAYERS = f"arn:aws:s3:::prod-{REGION}-starport-layer-bucket/*"
DEFAULT = {"Statement": [{"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}]}
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


def statement(action: str | list[str], resource: str | list[str] = "*", effect: str = "Allow", **more: Any) -> Row:
    return {"Effect": effect, "Principal": "*", "Action": action, "Resource": resource} | more


def when(operator: str, key: str, value: str) -> Row:
    return {"Condition": {operator: {key: value}}}


@pytest.fixture
def network() -> Network:
    """A service in two subnets that reads a secret, pulls from ECR and logs, each by an endpoint of its own."""
    network = Network()
    network.serve_s3()
    for name, service in (("a", "ecr.api"), ("d", "ecr.dkr"), ("5e", "secretsmanager"), ("10", "logs")):
        network.endpoint(f"vpce-{name}", service, ["subnet-a", "subnet-b"])
    secrets = [{"name": "PASSWORD", "valueFrom": SECRET}]
    network.definition(
        container(logConfiguration=awslogs(), secrets=secrets),
        executionRoleArn=ROLE,
        taskRoleArn=f"arn:aws:iam::{ACCOUNT}:role/web",
    )
    network.service(subnets=["subnet-a", "subnet-b"])
    return network


def give(network: Network, endpoint: str, *statements: Row) -> None:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    network.row("VpcEndpoints", endpoint)["PolicyDocument"] = json.dumps(document)


def guard(network: Network, endpoint: str, group: str, *inbound: Row) -> None:
    network.group(group, inbound=inbound)
    row = network.row("VpcEndpoints", endpoint)
    row["Groups"] = [{"GroupId": group}]
    for name in row["NetworkInterfaceIds"]:
        network.row("NetworkInterfaces", name)["Groups"] = [{"GroupId": group}]


def only(network: Network) -> ServiceDiagnosis:
    walker = network.walker()
    (service,) = walker.world.facts.services
    (found,) = diagnose(walker, [launch_of_service(walker.world, service)]).services
    return found


def step(found: ServiceDiagnosis, name: str) -> NeedDiagnosis:
    return next(row for row in found.needs if row.need.step == name)


def bad(found: ServiceDiagnosis) -> dict[str, Verdict]:
    return {row.need.step: row.verdict for row in found.needs if row.verdict is not OK}


class TestDefaultEndpointPolicy:
    def test_default_endpoint_policy_allows_everything(self, network: Network) -> None:
        for row in network.rows["VpcEndpoints"]:
            row["PolicyDocument"] = json.dumps(DEFAULT)
        assert bad(only(network)) == {}

    @pytest.mark.parametrize(
        "change",
        [
            {"Effect": "Deny"},
            {"NotAction": "*"},
            {"NotResource": "*"},
            {"NotPrincipal": "*"},
            {"Action": "s3:PutObject"},
            {"Resource": "arn:aws:s3:::mine/*"},
            {"Principal": {"AWS": ACCOUNT}},
            when("StringEquals", "aws:SourceVpc", "vpc-2"),
        ],
        ids=str,
    )
    def test_default_endpoint_policy_with_any_change_blocks_layers(self, network: Network, change: Row) -> None:
        row = {name: value for name, value in statement("*").items() if f"Not{name}" not in change}
        give(network, "vpce-93", row | change)
        assert bad(only(network)) == {"layers": BLOCKED}


class TestImageLayers:
    """S3 sees the account of ECR, which signs the links.

    https://github.com/aws-samples/data-perimeter-policy-examples
    """

    def test_endpoint_policy_with_layer_bucket_allows_layers(self, network: Network) -> None:
        give(network, "vpce-93", statement("s3:GetObject", LAYERS))
        assert bad(only(network)) == {}

    def test_endpoint_policy_without_layer_bucket_denies_layers(self, network: Network) -> None:
        give(network, "vpce-93", statement("s3:*", "arn:aws:s3:::settings/*"))
        found = only(network)
        assert bad(found) == {"layers": BLOCKED}
        (blocker,) = step(found, "layers").blockers
        assert (blocker.code, blocker.resource, blocker.rule) == (
            "ENDPOINT_POLICY_DENIES",
            "vpce-93",
            f"no statement of its policy allows s3:GetObject on arn:aws:s3:::prod-{REGION}-starport-layer-bucket/…",
        )
        assert blocker.message == (
            f"no statement of its policy allows s3:GetObject on arn:aws:s3:::prod-{REGION}-starport-layer-bucket/…, "
            "for ECR, which signs the links to layers itself"
        )

    @pytest.mark.parametrize(
        "condition",
        [
            when("StringEquals", "aws:PrincipalAccount", ACCOUNT),
            when("StringEquals", "aws:PrincipalOrgID", "o-1"),
            when("ArnEquals", "aws:PrincipalArn", ROLE),
            when("StringEquals", "aws:ResourceAccount", ACCOUNT),
            when("StringEquals", "aws:ResourceOrgID", "o-1"),
            when("Bool", "aws:PrincipalIsAWSService", "true"),
            when("StringEquals", "aws:SourceVpce", "vpce-94"),
        ],
        ids=str,
    )
    def test_endpoint_policy_condition_unmet_by_ecr_denies_layers(self, network: Network, condition: Row) -> None:
        give(network, "vpce-93", statement("s3:*", **condition))
        assert bad(only(network)) == {"layers": BLOCKED}

    @pytest.mark.parametrize(
        "condition",
        [when("StringEquals", "aws:SourceVpce", "vpce-93"), when("StringEquals", "aws:SourceVpc", VPC)],
        ids=str,
    )
    def test_endpoint_policy_condition_on_any_principal_allows_layers(self, network: Network, condition: Row) -> None:
        give(network, "vpce-93", statement("s3:*", **condition))
        assert bad(only(network)) == {}

    def test_endpoint_policy_condition_on_unread_key_leaves_layers_unknown(self, network: Network) -> None:
        give(network, "vpce-93", statement("s3:*", **when("StringEquals", "aws:UserAgent", "curl")))
        found = only(network)
        assert bad(found) == {"layers": UNKNOWN}
        assert "aws:UserAgent" in str(step(found, "layers").unknowns)


class TestTaskRequests:
    def test_endpoint_policy_with_only_deny_denies_token(self, network: Network) -> None:
        give(network, "vpce-a", statement("ecr:DeleteRepository", effect="Deny"))
        found = only(network)
        assert bad(found) == {"registry-auth": BLOCKED}
        assert step(found, "registry-auth").blockers[0].message == (
            "no statement of its policy allows ecr:GetAuthorizationToken on *, for the task"
        )

    def test_endpoint_policy_deny_statement_denies_pull(self, network: Network) -> None:
        give(network, "vpce-d", statement("*"), statement(PULL, REPOSITORY, "Deny", Sid="NotFromHere"))
        found = only(network)
        assert bad(found) == {"manifest": BLOCKED}
        rules = [blocker.rule for blocker in step(found, "manifest").blockers]
        messages = [blocker.message for blocker in step(found, "manifest").blockers]
        assert rules == ["NotFromHere of its policy"]
        assert messages == [f"NotFromHere of its policy denies {PULL[0]} on {REPOSITORY}, for the task"]

    def test_endpoint_policy_allows_named_role(self, network: Network) -> None:
        give(network, "vpce-d", statement(PULL, REPOSITORY, Principal={"AWS": ROLE}))
        assert bad(only(network)) == {}

    def test_endpoint_policy_denies_role_if_another_is_named(self, network: Network) -> None:
        give(network, "vpce-d", statement(PULL, Principal={"AWS": f"{ROLE}-of-others"}))
        assert bad(only(network)) == {"manifest": BLOCKED}

    def test_endpoint_policy_is_unknown_for_unknown_role(self, network: Network) -> None:
        del network.rows["taskDefinitions"][0]["executionRoleArn"]
        give(network, "vpce-d", statement(PULL))
        found = only(network)
        assert bad(found) == {"manifest": UNKNOWN}
        (missing,) = step(found, "manifest").unknowns
        assert missing.fact == "the ARN of the execution role of web:1"

    def test_endpoint_policy_must_allow_own_secrets(self, network: Network) -> None:
        read = "secretsmanager:GetSecretValue"
        give(network, "vpce-5e", statement(read, SECRET))
        assert bad(only(network)) == {}
        give(network, "vpce-5e", statement(read, SECRET.replace("db", "other")))
        assert bad(only(network)) == {"secrets": BLOCKED}

    def test_endpoint_policy_may_deny_log_events_but_not_log_stream(self, network: Network) -> None:
        groups = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/ecs/web:*"
        give(network, "vpce-10", statement("logs:CreateLogStream", groups))
        assert bad(only(network)) == {}
        give(network, "vpce-10", statement("logs:PutLogEvents", groups))
        assert bad(only(network)) == {"logs": BLOCKED}

    def test_endpoint_policy_is_unknown_for_creation_of_unread_log_group(self, network: Network) -> None:
        options = awslogs(awslogs_create_group="true")
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["logConfiguration"] = options
        give(network, "vpce-10", statement("logs:CreateLogStream"))
        found = only(network)
        assert bad(found) == {"logs": UNKNOWN}
        assert "whether log group /ecs/web is there" in str(step(found, "logs").unknowns)


class TestEndpointPolicyScope:
    def test_endpoint_policy_is_not_evaluated_without_endpoint(self, network: Network) -> None:
        give(network, "vpce-5e", statement("secretsmanager:GetSecretValue", effect="Deny"))
        network.row("VpcEndpoints", "vpce-5e")["PrivateDnsEnabled"] = False
        network.serve_internet_by_nat()
        network.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-a"]
        assert bad(only(network)) == {}

    def test_endpoint_policy_denial_is_reported_with_missing_route(self, network: Network) -> None:
        give(network, "vpce-a", statement("ecr:GetAuthorizationToken", effect="Deny"))
        guard(network, "vpce-a", "sg-shut")
        found = step(only(network), "registry-auth")
        assert found.verdict is BLOCKED
        assert {blocker.code for blocker in found.blockers} == {"ENDPOINT_POLICY_DENIES", "SG_HAS_NO_RULES"}

    def test_endpoint_policy_denial_is_reported_with_unresolved_name(self, network: Network) -> None:
        give(network, "vpce-a", statement("ecr:BatchGetImage"))
        network.attribute("EnableDnsSupport", value=False)
        blockers = step(only(network), "registry-auth").blockers
        assert {blocker.code for blocker in blockers} == {"DNS_SUPPORT_DISABLED", "ENDPOINT_POLICY_DENIES"}

    def test_endpoint_policy_denial_is_reported_with_unreachable_dns_server(self, network: Network) -> None:
        give(network, "vpce-a", statement("ecr:BatchGetImage"))
        network.rows["DhcpOptions"].clear()
        network.dhcp("192.168.0.2")
        found = step(only(network), "registry-auth")
        assert found.verdict is BLOCKED
        assert {blocker.code for blocker in found.blockers} == {"NO_ROUTE_TO_DESTINATION", "ENDPOINT_POLICY_DENIES"}

    def test_invalid_endpoint_policy_leaves_call_unknown(self, network: Network) -> None:
        network.row("VpcEndpoints", "vpce-a")["PolicyDocument"] = "{"
        found = only(network)
        assert bad(found) == {"registry-auth": UNKNOWN}
        assert "the policy of vpce-a" in str(step(found, "registry-auth").unknowns)

    def test_endpoint_policy_with_lone_surrogate_is_reported_in_json(self, network: Network) -> None:
        give(network, "vpce-d", statement("*"), statement("ecr:*", effect="Deny", Sid="\ud800"))
        walker = network.walker()
        (service,) = walker.world.facts.services
        found = diagnose(walker, [launch_of_service(walker.world, service)])
        assert "half a character" in json_of_diagnosis(walker.world, found)
        assert bad(only(network)) == {"manifest": UNKNOWN}

    def test_endpoint_policy_of_unknown_service_is_ignored(self, network: Network) -> None:
        network.endpoint("vpce-f", "unheard-of")
        network.row("VpcEndpoints", "vpce-f")["ServiceName"] = "com.example.vpce-svc-1"
        give(network, "vpce-f", statement("*", effect="Deny"))
        assert bad(only(network)) == {}

    def test_endpoint_policy_is_not_evaluated_for_dns_queries(self, network: Network) -> None:
        network.group("sg-dns", inbound=[allow(cidr="10.0.0.0/16")])
        network.interface("eni-dns", "10.0.1.53", "subnet-a", ["sg-dns"])
        network.dhcp("10.0.1.53")
        give(network, "vpce-a", statement("*", effect="Deny"))
        found = step(only(network), "registry-auth")
        assert {trace.purpose for trace in found.traces} > {"call"}
        assert found.verdict is UNKNOWN  # whatever that server answers

    def test_endpoint_policy_denial_turns_intermittent_into_blocked(self, network: Network) -> None:
        guard(network, "vpce-a", "sg-half", allow("tcp", 443, cidr="10.0.1.0/25"))
        assert step(only(network), "registry-auth").verdict is INTERMITTENT
        give(network, "vpce-a", statement("ecr:BatchGetImage"))
        assert step(only(network), "registry-auth").verdict is BLOCKED


class TestEndpointPaths:
    """A record of the user's own with an address of each of two endpoints."""

    @pytest.fixture
    def two(self, network: Network) -> Network:
        host = f"api.ecr.{REGION}.amazonaws.com"
        network.endpoint("vpce-b", "ecr.api", ["subnet-a", "subnet-b"])
        for name in ("vpce-a", "vpce-b"):
            network.row("VpcEndpoints", name)["PrivateDnsEnabled"] = False
        interfaces = ("eni-a0", "eni-b0")
        addresses = [network.row("NetworkInterfaces", name)["PrivateIpAddress"] for name in interfaces]
        network.zone(host, record(f"{host}.", "A", *addresses))
        return network

    def test_endpoint_paths_with_equal_decisions_get_that_decision(self, two: Network) -> None:
        for name in ("vpce-a", "vpce-b"):
            give(two, name, statement("ecr:GetAuthorizationToken"))
        assert bad(only(two)) == {}
        for name in ("vpce-a", "vpce-b"):
            give(two, name, statement("ecr:BatchGetImage"))
        assert bad(only(two)) == {"registry-auth": BLOCKED}

    def test_endpoint_paths_with_different_decisions_are_unknown(self, two: Network) -> None:
        give(two, "vpce-b", statement("ecr:BatchGetImage"))
        found = only(two)
        assert bad(found) == {"registry-auth": UNKNOWN}
        assert step(found, "registry-auth").blockers == ()
        assert "whether requests go through vpce-b" in str(step(found, "registry-auth").unknowns)

    def test_endpoint_paths_blocked_by_groups_stay_blocked(self, two: Network) -> None:
        for name in ("vpce-a", "vpce-b"):
            guard(two, name, f"sg-{name}")
        give(two, "vpce-b", statement("ecr:BatchGetImage"))
        assert bad(only(two)) == {"registry-auth": BLOCKED}


class TestPredictedErrors:
    def test_predicted_error_quotes_endpoint_policy_denial(self, network: Network) -> None:
        give(network, "vpce-a", statement("ecr:BatchGetImage"))
        (found,) = only(network).predictions
        assert (found.step, found.grade) == ("registry-auth", "observed")
        assert found.text is not None
        assert found.text.endswith(
            f"api error AccessDeniedException: User: arn:aws:sts::{ACCOUNT}:assumed-role/launcher/… "
            "is not authorized to perform: ecr:GetAuthorizationToken on resource: * "
            "because no VPC endpoint policy allows the "
            "ecr:GetAuthorizationToken action"
        )

    def test_predicted_error_of_layers_has_no_text(self, network: Network) -> None:
        give(network, "vpce-93", statement("s3:PutObject"))
        (found,) = only(network).predictions
        assert (found.step, found.text, found.grade) == ("layers", None, "inferred")


class TestFirstPulls:
    """No page of AWS says whether policies of endpoints limit the import of images by ECR."""

    @pytest.fixture
    def network(self, network: Network) -> Network:
        network.rows["pullThroughCacheRules"] = []
        network.add("pullThroughCacheRules", ecrRepositoryPrefix="ROOT", upstreamRegistryUrl="quay.io")
        network.serve_internet_by_nat()
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-a"]
        return network

    def describe(self, network: Network, **answer: Any) -> None:
        asked = {"registryId": ACCOUNT, "repositoryName": "web", "imageIds": [{"imageTag": "1.0"}]}
        network.add("Calls", Call={"operation": "ecr:DescribeImages", "parameters": asked}, **answer)

    def test_policy_that_does_not_allow_import_leaves_first_pull_unknown(self, network: Network) -> None:
        give(network, "vpce-d", statement(PULL))
        self.describe(network, Error={"Code": "RepositoryNotFoundException", "Message": ""})
        assert bad(only(network)) == {"manifest": UNKNOWN}
        facts = {missing.fact for row in only(network).needs for missing in row.unknowns}
        policy = "whether the policy of vpce-d, which does not allow ecr:"
        assert facts == {
            f"{policy}BatchImportUpstreamImage, stops the import by ECR",
            f"{policy}CreateRepository, stops the import by ECR",
        }

    def test_policy_that_allows_import_lets_first_pull_through(self, network: Network) -> None:
        give(network, "vpce-d", statement("ecr:*"))
        self.describe(network, Error={"Code": "RepositoryNotFoundException", "Message": ""})
        assert bad(only(network)) == {}

    def test_policy_need_not_allow_import_of_cached_image(self, network: Network) -> None:
        give(network, "vpce-d", statement(PULL))
        self.describe(network, Response={"imageDetails": [{"imageDigest": "sha256:a", "imageTags": ["1.0"]}]})
        assert bad(only(network)) == {}

    def test_policy_that_does_not_allow_import_asks_whether_the_image_is_cached(self, network: Network) -> None:
        give(network, "vpce-d", statement(PULL))
        assert bad(only(network)) == {"manifest": UNKNOWN}
        assert {missing.action for row in only(network).needs for missing in row.unknowns} == {"ecr:DescribeImages"}
