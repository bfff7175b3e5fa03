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


class TestAcross:
    @pytest.mark.parametrize("who", [ROLE_ARN, SESSION_ARN, HOME], ids=["role", "session", "account"])
    def test_both_sides_must_allow(self, who: str) -> None:
        assert verdict(ACROSS, resource=to({"AWS": who})) == "allowed"
        assert verdict(ACROSS, resource=to({"AWS": who}), identity=(NOTHING,)) == "denied"
        assert verdict(ACROSS, resource=None) == "denied"

    @pytest.mark.parametrize("limit", ["boundary", "session"])
    def test_boundary_and_session_policy_limit_it_whoever_is_named(self, limit: str) -> None:
        assert verdict(ACROSS, resource=to({"AWS": SESSION_ARN}), **{limit: NOTHING}) == "denied"

    def test_the_denials_name_what_lacks(self) -> None:
        decision = decide(ACROSS, identity=(), resource=None)
        assert [one.words for one in decision.denials] == [
            "because no resource-based policy allows the s3:GetObject action",
            "because no identity-based policy allows the s3:GetObject action",
        ]

    def test_a_policy_that_is_assumed_leaves_it_to_the_account(self) -> None:
        assert verdict(ACROSS, resource=AssumedToAllow("a bucket of AWS's own")) == "allowed"
        assert verdict(ACROSS, resource=AssumedToAllow("a bucket of AWS's own"), identity=(NOTHING,)) == "denied"


class TestAccountNotKnown:
    """What holds in either case holds; what does not is not known for want of the account."""

    def test_both_ways_allow(self) -> None:
        assert verdict(NOT_KNOWN, resource=to("*")) == "allowed"

    def test_both_ways_deny(self) -> None:
        assert verdict(NOT_KNOWN, identity=(), resource=None) == "denied"

    @pytest.mark.parametrize(
        "kinds",
        [{"resource": None}, {"identity": (NOTHING,), "resource": to("*")}],
        ids=["the resource does not", "the identity does not"],
    )
    def test_one_side_alone_allows(self, kinds: Any) -> None:
        decision = decide(NOT_KNOWN, **kinds)
        assert decision.verdict == "unknown"
        assert [one.fact for one in decision.missing] == [f"the account that {BUCKET} belongs to"]

    def test_an_action_without_resource_is_about_the_principal_s_account(self) -> None:
        assert verdict(request("ecr:GetAuthorizationToken", "*", account=None)) == "allowed"

    def test_what_is_not_known_besides_is_named_too(self) -> None:
        conditional = policy(allow(Condition={"StringEquals": {"aws:Unheard": "x"}}))
        decision = decide(NOT_KNOWN, identity=(conditional,), resource=None)
        assert [one.fact for one in decision.missing] == [
            f"the account that {BUCKET} belongs to",
            "the value of aws:Unheard in the request",
        ]

    def test_what_is_not_known_of_one_of_the_ways_is_named_too(self) -> None:
        conditional = policy(allow("s3:*", Principal="*", Condition={"StringEquals": {"aws:Unheard": "x"}}))
        decision = decide(NOT_KNOWN, identity=(NOTHING,), resource=conditional)
        assert decision.verdict == "unknown"
        assert "the value of aws:Unheard in the request" in [one.fact for one in decision.missing]


class TestLinksToLayers:
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

    def test_pass_an_endpoint_policy_that_names_the_bucket(self) -> None:
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
    def test_are_stopped_by_conditions_on_the_customer_s_identities(self, condition: Any) -> None:
        assert self.get(allow("s3:GetObject", "*", Condition=condition)) == "denied"

    def test_pass_conditions_on_where_they_come_from(self) -> None:
        here = {"StringEquals": {"aws:SourceVpc": "vpc-1", "aws:SourceVpce": "vpce-1"}}
        assert self.get(allow("s3:GetObject", "*", Condition=here)) == "allowed"


def test_everything_of_the_caller_s_side_counts_across_accounts() -> None:
    assert verdict(ACROSS, resource=to("*"), scps=((NOTHING,),)) == "denied"
    assert verdict(ACROSS, resource=to("*"), scps=((EVERYTHING,),)) == "allowed"
