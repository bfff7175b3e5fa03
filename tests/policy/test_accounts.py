"""Cross-account requests, and requests of identities of AWS itself.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from typing import Any

import pytest

from skerry.policy.policy_types import AssumedToAllow
from skerry.policy.request import AWS_OWN, context_of_endpoint_call
from tests.policy.asking import (
    EVERYTHING,
    HOME,
    NOTHING,
    OTHER,
    ROLE_ARN,
    SESSION_ARN,
    allow,
    decide,
    policy,
    request,
    verdict,
)

BUCKET = "arn:aws:s3:::config/app.env"
ACROSS = request("s3:GetObject", BUCKET, account=OTHER)
NOT_KNOWN = request("s3:GetObject", BUCKET, account=None)
LAYERS = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/"


def to(principal: Any) -> Any:
    return policy(allow("s3:*", Principal=principal))


class TestCrossAccountRequests:
    @pytest.mark.parametrize("who", [ROLE_ARN, SESSION_ARN, HOME], ids=["role", "session", "account"])
    def test_cross_account_request_needs_both_sides(self, who: str) -> None:
        assert verdict(ACROSS, resource=to({"AWS": who})) == "allowed"
        assert verdict(ACROSS, resource=to({"AWS": who}), identity=(NOTHING,)) == "denied"
        assert verdict(ACROSS, resource=None) == "denied"

    @pytest.mark.parametrize("limit", ["boundary", "session"])
    def test_cross_account_request_is_limited_by_boundary_and_session_policy(self, limit: str) -> None:
        assert verdict(ACROSS, resource=to({"AWS": SESSION_ARN}), **{limit: NOTHING}) == "denied"

    def test_cross_account_denials_name_each_missing_policy(self) -> None:
        decision = decide(ACROSS, identity=(), resource=None)
        assert [one.words for one in decision.denials] == [
            "because no resource-based policy allows the s3:GetObject action",
            "because no identity-based policy allows the s3:GetObject action",
        ]

    def test_cross_account_assumed_policy_delegates_to_the_account(self) -> None:
        assert verdict(ACROSS, resource=AssumedToAllow("a bucket of AWS's own")) == "allowed"
        assert verdict(ACROSS, resource=AssumedToAllow("a bucket of AWS's own"), identity=(NOTHING,)) == "denied"


class TestUnknownAccounts:
    """What holds in either case holds; what does not is not known for want of the account."""

    def test_request_to_unknown_account_is_allowed_if_both_cases_allow(self) -> None:
        assert verdict(NOT_KNOWN, resource=to("*")) == "allowed"

    def test_request_to_unknown_account_is_denied_if_both_cases_deny(self) -> None:
        assert verdict(NOT_KNOWN, identity=(), resource=None) == "denied"

    @pytest.mark.parametrize(
        "kinds",
        [{"resource": None}, {"identity": (NOTHING,), "resource": to("*")}],
        ids=["the resource does not", "the identity does not"],
    )
    def test_request_to_unknown_account_is_unknown_if_cases_differ(self, kinds: Any) -> None:
        decision = decide(NOT_KNOWN, **kinds)
        assert decision.verdict == "unknown"
        assert [one.fact for one in decision.missing] == [f"the account that {BUCKET} belongs to"]

    def test_action_without_resource_is_within_the_account(self) -> None:
        assert verdict(request("ecr:GetAuthorizationToken", "*", account=None)) == "allowed"

    def test_request_to_unknown_account_reports_other_missing_facts(self) -> None:
        conditional = policy(allow(Condition={"StringEquals": {"aws:Unheard": "x"}}))
        decision = decide(NOT_KNOWN, identity=(conditional,), resource=None)
        assert [one.fact for one in decision.missing] == [
            f"the account that {BUCKET} belongs to",
            "the value of aws:Unheard in the request",
        ]

    def test_request_to_unknown_account_reports_facts_missing_in_a_case(self) -> None:
        conditional = policy(allow("s3:*", Principal="*", Condition={"StringEquals": {"aws:Unheard": "x"}}))
        decision = decide(NOT_KNOWN, identity=(NOTHING,), resource=conditional)
        assert decision.verdict == "unknown"
        assert "the value of aws:Unheard in the request" in [one.fact for one in decision.missing]


class TestPresignedLayerUrls:
    """An image's layers are fetched by links that an account of AWS's own signed.

    https://github.com/aws-samples/data-perimeter-policy-examples (service_specific_guidance/ecr-specific-guidance.md)
    """

    def get(self, *statements: Any) -> str:
        asked = request(
            "s3:GetObject",
            LAYERS,
            account=None,
            principal=AWS_OWN,
            beginning=True,
            context=context_of_endpoint_call("vpce-1", "vpc-1", "eu-west-1"),
        )
        aws = AssumedToAllow("ECR lets its own accounts read its layers")
        return verdict(
            asked,
            identity=aws,
            resource=aws,
            boundary=None,
            endpoint=policy(*({"Principal": "*"} | one for one in statements)),
            gateway=True,
        )

    def test_presigned_layer_url_passes_endpoint_policy_with_bucket(self) -> None:
        assert self.get(allow("s3:GetObject", f"{LAYERS}*")) == "allowed"
        assert self.get(allow("s3:GetObject", "arn:aws:s3:::mine/*")) == "denied"

    @pytest.mark.parametrize(
        "condition",
        [
            {"StringEquals": {"aws:PrincipalAccount": HOME}},
            {"StringEquals": {"aws:PrincipalOrgID": "o-home"}},
            {"ArnLike": {"aws:PrincipalArn": ROLE_ARN}},
            {"Bool": {"aws:PrincipalIsAWSService": "true"}},
        ],
        ids=str,
    )
    def test_presigned_layer_url_is_denied_by_conditions_on_customer_identities(self, condition: Any) -> None:
        assert self.get(allow("s3:GetObject", "*", Condition=condition)) == "denied"

    def test_presigned_layer_url_passes_conditions_on_the_network(self) -> None:
        here = {"StringEquals": {"aws:SourceVpc": "vpc-1", "aws:SourceVpce": "vpce-1"}}
        assert self.get(allow("s3:GetObject", "*", Condition=here)) == "allowed"


def test_cross_account_request_needs_all_policies_of_the_principal() -> None:
    assert verdict(ACROSS, resource=to("*"), scps=((NOTHING,),)) == "denied"
    assert verdict(ACROSS, resource=to("*"), scps=((EVERYTHING,),)) == "allowed"
