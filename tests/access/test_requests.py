"""Requests of a call to AWS: principal, actions and resources."""

import msgspec
import pytest

from skerry.access.requests import AccessRequest, Caller, principal_of, requests_of
from skerry.catalogue.services import ServiceRef
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Identity, Step
from skerry.model.arns import NameOrArn, ResourceArn
from skerry.model.ecs import TaskDefinition
from skerry.model.facts import Facts, Missing
from skerry.model.resource_answers import ResourceAnswer
from skerry.model.resource_lookup import Resources
from skerry.policy.request import AWS_OWN, Principal, principal_of_role
from skerry.policy.resources import Resource
from skerry.services.secretsmanager import SecretDescription
from tests.networks import ACCOUNT, IMAGE, REGION

EXECUTION, TASK = (NameOrArn(f"arn:aws:iam::{ACCOUNT}:role/{name}") for name in ("launcher", "web"))
DEFINITION = TaskDefinition(
    ResourceArn("arn:aws:ecs:x:1:task-definition/web:1"), execution_role_arn=EXECUTION, task_role_arn=TASK
)
LAUNCH = Launch("web", "shop", "web:1", DEFINITION)


def call(
    service: str, *actions: str, subject: str = "", step: Step = "secrets", by: Identity = "execution role"
) -> Call:
    subjects = (subject,) if subject else ()
    return Call(step, "x", service=ServiceRef(service, REGION), actions=actions, subjects=subjects, identity=by)


def resources(need: Call, region: str = REGION) -> list[Resource]:
    return [one.request.resource for one in asked(principal_of_role(EXECUTION), need, ServiceRef("x", region))]


def asked(who: Principal, need: Call, ref: ServiceRef, **told: SecretDescription) -> list[AccessRequest]:
    rows = tuple(ResourceAnswer("secretsmanager:DescribeSecret", name, answer) for name, answer in told.items())
    return list(requests_of(Caller(LAUNCH, who, Resources(Facts(resource_answers=rows))), need, ref, {}))


class TestRequestPrincipals:
    def test_principal_is_a_role_of_the_task(self) -> None:
        assert principal_of(LAUNCH, call("logs")) == principal_of_role(EXECUTION)
        assert principal_of(LAUNCH, call("logs", by="task role")) == principal_of_role(TASK)

    def test_principal_is_aws_for_layers(self) -> None:
        assert principal_of(LAUNCH, call("s3", step="layers", by="AWS")) is AWS_OWN

    def test_principal_is_unknown_for_service_connect_proxy(self) -> None:
        found = principal_of(LAUNCH, call("ecs-agent", step="service-connect", by="AWS"))
        assert found == Missing("with whose permissions x is called")

    @pytest.mark.parametrize("given", [None, NameOrArn("launcher")])
    def test_principal_is_unknown_without_role_arn(self, given: NameOrArn | None) -> None:
        definition = msgspec.structs.replace(DEFINITION, execution_role_arn=given)
        found = principal_of(msgspec.structs.replace(LAUNCH, definition=definition), call("logs"))
        assert found == Missing("the ARN of the execution role of web:1", "ecs:DescribeTaskDefinition")

    def test_principal_is_unknown_without_task_definition(self) -> None:
        missing = Missing("task definition web:1", "ecs:DescribeTaskDefinition")
        assert principal_of(msgspec.structs.replace(LAUNCH, definition=missing), call("logs")) is missing


# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
@pytest.mark.parametrize(
    ("action", "subject", "resource", "whole"),
    [
        ("ecr:GetAuthorizationToken", IMAGE, "*", True),
        ("ssmmessages:CreateDataChannel", "", "*", True),
        ("ecr:BatchGetImage", IMAGE, f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/web", True),
        ("ssm:GetParameters", "/shop/url", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/url", True),
        ("ssm:GetParameters", "url", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/url", True),
        ("s3:GetObject", "arn:aws:s3:::settings/web.env", "arn:aws:s3:::settings/web.env", True),
        ("s3:GetBucketLocation", "arn:aws:s3:::settings/web.env", "arn:aws:s3:::settings", True),
        ("ssm:GetParameters", "/aws/service/ami", f"arn:aws:ssm:{REGION}::parameter/aws/service/ami", True),
        ("s3:PutObject", "archive", "arn:aws:s3:::archive/", False),
        ("logs:CreateLogStream", "/w", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/w:log-stream:", False),
        ("logs:CreateLogGroup", "/w", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/w:log-stream:", False),
        ("firehose:PutRecordBatch", "out", f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/out", True),
        ("kinesis:PutRecords", "out", f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/out", True),
        ("sqs:SendMessage", "queue", "", False),
    ],
)
def test_request_resource_follows_its_action(action: str, subject: str, resource: str, *, whole: bool) -> None:
    (found,) = resources(call("x", action, subject=subject))
    assert (found.arn, found.beginning) == (resource, not whole)


class TestSecretRequests:
    START = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:"
    ACTION = "secretsmanager:GetSecretValue"

    def test_secret_request_uses_its_full_arn(self) -> None:
        assert resources(call("x", self.ACTION, subject=f"{self.START}db-AbCdEf")) == [
            Resource(f"{self.START}db-AbCdEf", ACCOUNT)
        ]

    @pytest.mark.parametrize("subject", [f"{START}database", "database"])
    def test_secret_arn_without_suffix_is_a_beginning(self, subject: str) -> None:
        assert resources(call("x", self.ACTION, subject=subject)) == [
            Resource(f"{self.START}database-", ACCOUNT, beginning=True, more_characters=6)
        ]

    def test_secret_name_gets_a_suffix(self) -> None:
        assert resources(call("x", self.ACTION, subject="dockerhub-secret")) == [
            Resource(f"{self.START}dockerhub-secret-", ACCOUNT, beginning=True, more_characters=6)
        ]

    def test_secret_arn_with_word_at_its_end_is_a_beginning(self) -> None:
        assert resources(call("x", self.ACTION, subject=f"{self.START}my-secret")) == [
            Resource(f"{self.START}my-secret", ACCOUNT, beginning=True)
        ]

    def test_secret_request_uses_arn_from_describe_secret(self) -> None:
        known = {"my-secret": SecretDescription(ResourceArn(f"{self.START}my-secret-abcdef"))}
        (found,) = asked(
            principal_of_role(EXECUTION), call("x", self.ACTION, subject="my-secret"), ServiceRef("x", REGION), **known
        )
        assert found.request.resource == Resource(f"{self.START}my-secret-abcdef", ACCOUNT)

    @pytest.mark.parametrize("subject", [f"{START}db-abcdef", f"{START}db"])
    def test_described_secret_arn_is_complete(self, subject: str) -> None:
        """Secrets Manager draws six characters, which may all be small letters."""
        known = {subject: SecretDescription(ResourceArn(f"{self.START}db-abcdef"))}
        (found,) = asked(
            principal_of_role(EXECUTION), call("x", self.ACTION, subject=subject), ServiceRef("x", REGION), **known
        )
        assert found.request.resource == Resource(f"{self.START}db-abcdef", ACCOUNT)

    def test_secret_request_uses_account_of_its_arn(self) -> None:
        subject = f"{self.START}db-AbCdEf".replace(ACCOUNT, "444455556666")
        assert resources(call("x", self.ACTION, subject=subject)) == [Resource(subject, "444455556666")]


class TestLayerRequests:
    @pytest.mark.parametrize(
        ("region", "partition"), [(REGION, "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
    )
    def test_layers_are_in_the_bucket_of_the_region(self, region: str, partition: str) -> None:
        (found,) = asked(AWS_OWN, call("s3", "s3:GetObject", subject=IMAGE), ServiceRef("s3", region))
        assert found.request.resource == Resource(
            f"arn:{partition}:s3:::prod-{region}-starport-layer-bucket/", beginning=True
        )

    def test_layers_of_several_images_are_one_request(self) -> None:
        need = msgspec.structs.replace(call("s3", "s3:GetObject"), subjects=(IMAGE, f"{IMAGE}1"))
        assert len(asked(AWS_OWN, need, ServiceRef("s3", REGION))) == 1


def test_invalid_image_reference_has_no_repository() -> None:
    (found,) = resources(call("x", "ecr:BatchGetImage", subject="not an image"))
    assert found.account is None


def test_put_log_events_is_not_requested() -> None:
    assert resources(call("x", "logs:PutLogEvents", subject="/w")) == []
